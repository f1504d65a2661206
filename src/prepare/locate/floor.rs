//! The floor line of a container that something hangs below: a chassis, beams, wheels.

use super::super::robust::{median, quantile};
use super::super::transmission::Source;
use super::nominal::{APPARENT_HEIGHT, HEIGHTS_MM, LENGTHS_MM, nearest_height, nearest_length};
use super::{SOMETHING, without_dropouts};
use crate::scan::{BoxPx, PixelSize};

/// Rows above and below a line that are compared.
const REACH: usize = 3;
/// By how much of the beam more or less is absorbed across a line.
const LEAST: f32 = 0.02;

/// The height in pixels down to the floor of a container with a chassis below, and its nominal size.
///
/// At an ISO height one of the [`lines`] is the floor. In a fan beam the floor is a band that ends lower, at its near edge; and
/// the upper edge of pallets may lie at an ISO height over a floor of another. So the lowest line of all is taken, however weak:
/// what is taken along of a chassis hides nothing, what is cropped away of a container does.
pub(super) fn floor(source: &Source<'_>, boxed: BoxPx, pixel: Option<PixelSize>) -> Option<(u32, (f32, f32))> {
    /// Without a pixel size lines of any length's heights come together: those weaker than this share of the strongest are
    /// edges of something else.
    const WEAK: f32 = 0.05;
    let mut best = None;
    let mut most = 0.0;
    let lengths = match pixel {
        Some(p) => nearest_length(boxed.width as f32 * p.x).into_iter().collect(),
        None => LENGTHS_MM.to_vec(),
    };
    for long in lengths {
        let mut at_heights = Vec::new();
        let across = long / boxed.width as f32;
        let mm = pixel.map_or(across, |p| p.y);
        // Not 8 ft: the bottom rail of a box of 8 ft 6 in begins there, and is a line as straight as a floor.
        for high in &HEIGHTS_MM[..2] {
            let expected = high / mm;
            let slack = (0.012 * expected).max(3.0);
            for (at, step) in
                lines(source, boxed, (expected - slack).max(0.0) as usize, (expected + slack).ceil() as usize)
            {
                at_heights.push((at as u32, step, (long, *high)));
                if step > most {
                    most = step;
                    best = Some((at as u32, (long, *high)));
                }
            }
        }
        // Without a pixel size half of all heights would be possible.
        if pixel.is_none() {
            let strong = at_heights.into_iter().filter(|(_, step, _)| *step > WEAK * most);
            best = strong.max_by_key(|(at, ..)| *at).map(|(at, _, size)| (at, size)).or(best);
            continue;
        }
        let from =
            best.map_or(APPARENT_HEIGHT.start() * HEIGHTS_MM[1] / mm, |(at, _)| at as f32 + 0.03 * HEIGHTS_MM[1] / mm);
        let lower = lines(source, boxed, from as usize, (APPARENT_HEIGHT.end() * HEIGHTS_MM[0] / mm) as usize);
        if let Some(&(lowest, _)) = lower.last() {
            // A line is found in several rows; the strongest of them is its place.
            let same = lower.iter().filter(|(at, _)| at + 2 * REACH > lowest);
            if let Some(&(at, _)) = same.max_by(|a, b| a.1.total_cmp(&b.1)) {
                best = nearest_height(at as f32 * mm).map(|high| (at as u32, (long, high)));
            }
        }
    }
    best
}

/// Whether a straight line lies near the lower edge of `boxed`, as the upper edge of a container's floor does. What stands on it
/// may absorb more or less than the floor, so that the line need not have one sense.
pub(super) fn has_floor(source: &Source<'_>, boxed: BoxPx, mm: f32) -> bool {
    /// A floor with its beams is 0.15 to 0.2 m high; a fan beam shows its near side and its far side.
    const HIGH_MM: f32 = 400.0;
    let high = ((HIGH_MM / mm) as usize).clamp(2 * REACH, boxed.height as usize);
    let bottom = boxed.bottom() as usize;
    let (rows, columns) = absorbed(source, boxed, bottom - high..bottom);
    (REACH..(high + 1).saturating_sub(REACH)).any(|at| {
        let changed = steps(&rows, at, columns).filter(|step| step.abs() > LEAST).count();
        3 * changed >= 2 * columns
    })
}

/// What some 256 columns of the inner nine tenths of `boxed` absorb in each of the `rows`, and how many they are.
fn absorbed(source: &Source<'_>, boxed: BoxPx, rows: std::ops::Range<usize>) -> (Vec<Vec<f32>>, usize) {
    let (left, right) =
        (boxed.x as usize + boxed.width as usize / 20, boxed.right() as usize - boxed.width as usize / 20);
    let step = ((right - left) / 256).max(1);
    let (mut line, mut spare) = (vec![0.0; right - left], vec![0.0; right - left]);
    let row = |row: usize| -> Vec<f32> {
        source.read(row, left, &mut line);
        without_dropouts(&mut line, &mut spare);
        line.iter().step_by(step).map(|t| 1.0 - t).collect()
    };
    (rows.map(row).collect(), (right - left).div_ceil(step))
}

/// By how much more each of the `columns` absorbs in the rows from `at` on than in those before.
fn steps(rows: &[Vec<f32>], at: usize, columns: usize) -> impl Iterator<Item = f32> + '_ {
    let mean = |rows: &[Vec<f32>], i: usize| rows.iter().map(|r| r[i]).sum::<f32>() / REACH as f32;
    (0..columns).map(move |i| mean(&rows[at..at + REACH], i) - mean(&rows[at - REACH..at], i))
}

/// The rows `from..to` below the roof at which most changes between the three rows above and the three below, in the same
/// sense in two thirds of all columns, and how much. Edges of the cargo are not that long; and below the line there must be
/// something, else it is the lower edge of the chassis.
fn lines(source: &Source<'_>, boxed: BoxPx, from: usize, to: usize) -> Vec<(usize, f32)> {
    // Where there must be something: far enough down that the line itself does not count.
    const BELOW: usize = 8;
    let from = from.max(REACH);
    let to = to.min((source.dim().0 - boxed.y as usize).saturating_sub(BELOW));
    if from >= to {
        return Vec::new();
    }
    let top = boxed.y as usize;
    let (rows, columns) = absorbed(source, boxed, top + from - REACH..top + to + BELOW);
    let mut found = Vec::new();
    for at in from..to {
        let middle = at - from + REACH;
        let mut steps: Vec<f32> = steps(&rows, middle, columns).collect();
        let mut under = rows[middle + BELOW - 1].clone();
        let rising = steps.iter().filter(|&&s| s > 0.01).count();
        let falling = steps.iter().filter(|&&s| s < -0.01).count();
        let step = median(&mut steps).abs();
        let straight = 3 * rising.max(falling) >= 2 * columns;
        if straight && step > LEAST && quantile(&mut under, 0.15) > 2.0 * SOMETHING {
            found.push((at, step));
        }
    }
    found
}
