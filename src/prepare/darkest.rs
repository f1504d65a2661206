//! How dark a picture gets: what of it the beam did not get through.

use super::dark::Evidence;
use super::level::Channel;
use super::record::Record;
use super::robust::{median, quantile};
use super::settings::Checked;
use super::shielded;
use super::transmission::Source;
use crate::scan::BoxPx;

/// Side in pixels of the squares whose medians say how dark a picture gets: dead pixels and columns fill less than half
/// of one and cannot pass for what the beam did not get through. Dead rows are left out.
const SQUARE: usize = 16;

/// Pixels this far apart are compared for noise: neighbours may share theirs, by cross-talk, afterglow or resampling.
const APART: usize = 3;

/// A square of pixels by its upper left corner, and how much it lets through.
struct Square {
    top: usize,
    left: usize,
    median: f32,
}

/// The squares of a part of a picture, every second row of each, without those that hold a row of `dead` (rising).
fn squares(source: &Source<'_>, dead: &[usize]) -> Vec<Square> {
    let (rows, columns) = source.dim();
    let mut lines = vec![vec![0.0; columns]; SQUARE / 2];
    let mut squares = Vec::with_capacity(rows / SQUARE * (columns / SQUARE));
    let mut values = Vec::with_capacity(SQUARE * SQUARE / 4);
    for top in (0..rows.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
        if dead.partition_point(|&row| row < top) < dead.partition_point(|&row| row < top + SQUARE) {
            continue;
        }
        for (number, line) in lines.iter_mut().enumerate() {
            source.read(top + 2 * number, 0, line);
        }
        for left in (0..columns.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
            values.clear();
            for line in &lines {
                values.extend(line[left..left + SQUARE].iter().step_by(2).filter(|t| t.is_finite()));
            }
            if !values.is_empty() {
                squares.push(Square { top, left, median: median(&mut values) });
            }
        }
    }
    squares
}

/// The variance of a value, from pairs of values that differ by noise alone.
fn variance<'a>(pairs: impl Iterator<Item = (&'a f32, &'a f32)>) -> f32 {
    let (sum, n) = pairs.fold((0.0, 0), |(sum, n), (a, b)| (sum + (a - b) * (a - b), n + 1));
    sum / (2 * n.max(1)) as f32
}

/// The variance of an air pixel, from differences along the columns: a column is one pulse, so that what is left is the
/// photons' own noise, and not that of the source. Nothing where too little air is seen.
fn air_variance(channel: &Channel<'_>, area: BoxPx) -> Option<f32> {
    /// The most columns of a margin, and about the most rows, that are looked at.
    const MOST: usize = 128;
    /// Fewer pairs in a row say little.
    const LEAST: usize = 8;
    let source = channel.source(area, BoxPx { x: 0, y: 0, ..area });
    let (height, width) = source.dim();
    let live = |row: &usize| channel.air.dead.binary_search(row).is_err();
    let margins = channel.air.margins;
    // Columns of air from end to end, and the rows above and below the load.
    let (left, right) = (margins.left.min(MOST), margins.right.min(MOST));
    let across = width.min(2 * MOST);
    let places = [
        (0..height, margins.left - left, left),
        (0..height, width - margins.right, right),
        (0..margins.top, 0, across),
        (height - margins.bottom..height, 0, across),
    ];
    let mut lines = (vec![0.0; across], vec![0.0; across]);
    let mut found = Vec::new();
    for (rows, from, n) in places.into_iter().filter(|place| place.2 >= LEAST) {
        let last = rows.end.saturating_sub(APART);
        for row in (rows.start..last).step_by((rows.len() / MOST).max(1)) {
            if live(&row) && live(&(row + APART)) {
                source.read(row, from, &mut lines.0[..n]);
                source.read(row + APART, from, &mut lines.1[..n]);
                found.push(variance(lines.0[..n].iter().zip(&lines.1[..n])));
            }
        }
    }
    // Dropouts that begin or end in a row spoil that row only.
    (found.len() >= LEAST).then(|| median(&mut found)).filter(|variance| *variance > 0.0)
}

/// Where the dark level is not known, the darkest thousandths of a picture may be an offset or scatter behind something
/// opaque. What is not brighter than that by a quarter is not seen, up to this transmission: beyond it, a picture that
/// shows nothing darker simply holds nothing dense, unless it [`is_offset`].
const DARKEST_SHARE: f32 = 0.002;
const DARKEST_FACTOR: f32 = 1.25;
const DARKEST_MOST: f32 = 0.05;

/// Squares that an even place must fill, at the least, and as a multiple of [`DARKEST_SHARE`].
const LEAST_EVEN: usize = 8;
const LEAST_EVEN_SHARE: f32 = 2.0 * DARKEST_SHARE;
/// A place of which less than this part of the counts can be photons is an offset.
const LEAST_PHOTONS: f32 = 0.5;
/// Noise that is not this many counts high is lost in the digitiser's steps, or to compression.
const LEAST_COUNTS: f32 = 2.0;
/// Pixels this many deviations from the darkest are of something else: the edge of a bar, a dropout.
const ELSE: f32 = 4.0;

/// Whether the `darkest` transmission is an offset behind something opaque, and no beam that got through: a large place is as
/// dark, even to the noise, and has less noise than so many photons have.
///
/// The variance of counted photons is as their number. Of a place as bright as a share T of air it is therefore T times that
/// of air, or more, for detectors and scatter add to it; of an offset it is only what the detectors add. `air` is the
/// variance of air and `count` the transmission of one count.
fn is_offset(source: &Source<'_>, squares: &[Square], darkest: f32, air: f32, count: f32) -> bool {
    let photons = air * darkest;
    if photons.sqrt() < LEAST_COUNTS * count {
        return false;
    }
    let even = |square: &&Square| (square.median - darkest).abs() <= photons.sqrt();
    let mut variances: Vec<f32> =
        squares.iter().filter(even).filter_map(|square| even_variance(source, square, darkest, photons)).collect();
    let large = variances.len() >= LEAST_EVEN && variances.len() as f32 >= LEAST_EVEN_SHARE * squares.len() as f32;
    large && median(&mut variances) < LEAST_PHOTONS * photons
}

/// The variance of the pixels of a square that are as dark as the `darkest`, from differences along the rows: pixels of one
/// row have one detector and so one offset. Nothing where they are few.
fn even_variance(source: &Source<'_>, square: &Square, darkest: f32, photons: f32) -> Option<f32> {
    const LEAST: usize = SQUARE * SQUARE / 8;
    let near = |t: &f32| (t - darkest).abs() <= ELSE * photons.sqrt();
    let mut line = [0.0; SQUARE];
    let mut pairs = Vec::with_capacity(SQUARE * SQUARE);
    for row in square.top..square.top + SQUARE {
        source.read(row, square.left, &mut line);
        pairs.extend(line.iter().zip(&line[APART..]).filter(|(a, b)| near(a) && near(b)).map(|(a, b)| (*a, *b)));
    }
    (pairs.len() >= LEAST).then(|| variance(pairs.iter().map(|(a, b)| (a, b))))
}

/// The transmission below which the high-energy plane's pixels are shielded.
pub(super) fn shielded_level(
    channel: &Channel<'_>,
    (area, part): (BoxPx, BoxPx),
    settings: &Checked,
    record: &mut Record,
) -> Option<f32> {
    let rows = part.y as usize..part.bottom() as usize;
    let air = median(&mut channel.air.row[rows.clone()].to_vec());
    let (sigmas, quantum) = (settings.shielded_sigmas, channel.counts.quantum());
    let level = shielded::threshold(settings.shielded_below, sigmas, channel.dark.sigma, quantum, air);
    if channel.dark.evidence == Evidence::Stated || !settings.shielded {
        return settings.shielded.then_some(level);
    }
    let dead: Vec<usize> =
        channel.air.dead.iter().filter(|row| rows.contains(row)).map(|row| row - rows.start).collect();
    let source = channel.source(area, part);
    let squares = squares(&source, &dead);
    if squares.is_empty() {
        return Some(level);
    }
    let mut medians: Vec<f32> = squares.iter().map(|square| square.median).collect();
    let darkest = quantile(&mut medians, DARKEST_SHARE);
    let raised = DARKEST_FACTOR * darkest;
    if raised <= level {
        return Some(level);
    }
    // Also a strip may be of dead detectors, or of others than those that saw the load.
    let offset =
        || air_variance(channel, area).is_some_and(|noise| is_offset(&source, &squares, darkest, noise, quantum / air));
    let why = if channel.dark.evidence == Evidence::Nothing && raised <= DARKEST_MOST {
        "near the darkest of the picture"
    } else if offset() {
        "near the darkest of the picture, which is even and has not the noise of a beam"
    } else {
        return Some(level);
    };
    let text = format!(
        "the dark level is not known: what transmits less than {raised:.4}, {why}, counts as not penetrated; give a dark frame"
    );
    record.warn("dark_unknown", text);
    Some(raised)
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::transmission::Levels;
    use super::*;
    use crate::scan::{Energy, Plane, Polarity, Samples};
    use ndarray::Array2;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, Normal};

    const SIZE: (usize, usize) = (160, 400);

    /// Whether a picture of air of 1 % noise, half as bright, is found to lie on an offset: `dark` says where it is a tenth
    /// of air, and how much of the noise of photons it has there.
    fn found(dark: impl Fn(usize, usize) -> Option<f32>, count: f32) -> bool {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let normal = Normal::new(0.0f32, 1.0).unwrap();
        let samples = Array2::from_shape_fn(SIZE, |(r, c)| {
            let (level, noise) = dark(r, c).map_or((0.5, 1.0), |noise| (0.1, noise));
            level + noise * (1e-4f32 * level).sqrt() * normal.sample(&mut random)
        });
        let plane = Plane { energy: Energy::Single, samples: Samples::F32(samples), full_scale: 1.0 };
        let (zeros, ones) = (vec![0.0; SIZE.0], vec![1.0; SIZE.1]);
        let levels = Levels { dark: &zeros, row: &ones[..SIZE.0], drift: &ones };
        let part = BoxPx { x: 0, y: 0, width: SIZE.1 as u32, height: SIZE.0 as u32 };
        let source = Source::new(Counts::new(&plane, Polarity::AirBright), part, levels);
        is_offset(&source, &squares(&source, &[]), 0.1, 1e-4, count)
    }

    #[test]
    fn an_offset_is_large_even_and_has_less_noise_than_photons() {
        let block = |side: usize, noise: f32| move |r: usize, c: usize| (r.max(c) < side).then_some(noise);
        assert!(found(block(96, 0.3), 1e-5));
        assert!(found(block(96, 0.0), 1e-5));
        // Noise of photons, or of just more than half as many.
        assert!(!found(block(96, 1.0), 1e-5));
        assert!(!found(block(96, 0.8), 1e-5));
        // Small: four squares.
        assert!(!found(block(32, 0.3), 1e-5));
        // Eight bits: a count is more than the noise.
        assert!(!found(block(96, 0.0), 4e-3));
        // Bars that fill most of each square, of either kind.
        let bars = |noise: f32| move |r: usize, c: usize| (r < 96 && c % 16 < 11).then_some(noise);
        assert!(found(bars(0.3), 1e-5));
        assert!(!found(bars(1.0), 1e-5));
    }
}
