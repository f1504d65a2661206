//! How dark a picture gets: what of it the beam did not get through.

use super::level::Channel;
use super::prepared::Located;
use super::record::Record;
use super::robust::{median, quantile};
use super::settings::Checked;
use super::shielded;
use super::transmission::Source;
use crate::scan::{BoxPx, PixelSize};
use std::cell::LazyCell;

/// Side in pixels of the squares whose medians say how dark a picture gets: dead pixels and columns fill less than half of one
/// and cannot pass for what the beam did not get through. Dead rows are left out.
const SQUARE: usize = 16;
/// Side in mm of those among which the darkest is looked for, but not under [`LEAST_SQUARE`] and not over [`SQUARE`] pixels:
/// what may hide something (a square of 100 mm) fills one.
const SQUARE_MM: f32 = 80.0;
const LEAST_SQUARE: usize = 8;

/// Pixels this far apart are compared for noise: neighbours may share theirs, by cross-talk, afterglow or resampling.
const APART: usize = 3;

/// A square of pixels by its upper left corner, and how much it lets through.
#[derive(Debug, Clone, Copy)]
struct Square {
    top: usize,
    left: usize,
    side: usize,
    median: f32,
}

/// A part of a picture in squares, without those that hold a row of `dead` (rising).
struct Squares<'a> {
    source: &'a Source<'a>,
    dead: &'a [usize],
}

impl Squares<'_> {
    /// Squares of [`SQUARE`] pixels side by side.
    fn all(&self) -> Vec<Square> {
        let mut found = Vec::new();
        self.each(SQUARE, SQUARE, |(top, left), lines| {
            found.extend(middle(left, SQUARE, lines).map(|median| Square { top, left, side: SQUARE, median }));
        });
        found
    }

    /// The darkest square of `side` pixels over `least` where they stand half a side apart, so that whatever is one and a half
    /// wide holds one. Squares of which an eighth lies under that are at the edge of something darker.
    fn darkest(&self, side: usize, least: f32) -> Option<Square> {
        let mut found: Option<Square> = None;
        self.each(side, side / 2, |(top, left), lines| {
            let under = |most: f32| {
                let of_line =
                    |line: &Vec<f32>| line[left..left + side].iter().map(|&t| u32::from(t < most)).sum::<u32>();
                lines.iter().map(of_line).sum::<u32>() as usize
            };
            let (bound, pixels) = (found.map_or(f32::INFINITY, |square| square.median), lines.len() * side);
            // Most squares are seen to be brighter without their median.
            if 2 * under(bound) >= pixels && 8 * under(least) < pixels {
                let median = middle(left, side, lines).filter(|median| (least..bound).contains(median));
                found = median.map(|median| Square { top, left, side, median }).or(found);
            }
        });
        found
    }

    /// What the darkest hundredth of the pixels lets through, roofs and posts that are thinner than a square among them.
    fn hundredth(&self) -> f32 {
        let (rows, columns) = self.source.dim();
        let mut line = vec![0.0; columns];
        let mut values = Vec::with_capacity(128 * 512);
        for row in (0..rows).step_by((rows / 128).max(1)).filter(|row| self.dead.binary_search(row).is_err()) {
            self.source.read(row, 0, &mut line);
            values.extend(line.iter().step_by((columns / 512).max(1)).filter(|t| t.is_finite()));
        }
        quantile(&mut values, HUNDREDTH)
    }

    /// The corner and every second row of each square, `apart` pixels from the next.
    fn each(&self, side: usize, apart: usize, mut take: impl FnMut((usize, usize), &[Vec<f32>])) {
        let (rows, columns) = self.source.dim();
        let places = |of: usize| (0..(of + 1).saturating_sub(side)).step_by(apart);
        let dead_before = |row: usize| self.dead.partition_point(|&dead| dead < row);
        let mut lines = vec![vec![0.0; columns]; side / 2];
        for top in places(rows).filter(|&top| dead_before(top) == dead_before(top + side)) {
            for (number, line) in lines.iter_mut().enumerate() {
                self.source.read(top + 2 * number, 0, line);
            }
            places(columns).for_each(|left| take((top, left), &lines));
        }
    }

    /// The noise of the pixels of some `squares`, from differences along the rows; 0 for no square.
    fn noise<'b>(&self, squares: impl Iterator<Item = &'b Square>) -> f32 {
        /// The standard deviation of values whose median absolute difference is 1; a few edges among them do not move that.
        const OF_DIFFERENCE: f32 = 1.05;
        let mut line = [0.0; SQUARE];
        let mut noise = |square: &Square| {
            let line = &mut line[..square.side];
            let mut differences = Vec::with_capacity(SQUARE * SQUARE);
            for row in square.top..square.top + square.side {
                self.source.read(row, square.left, line);
                differences.extend(line.iter().zip(&line[APART..]).map(|(a, b)| (a - b).abs()));
            }
            OF_DIFFERENCE * median(&mut differences)
        };
        let mut found: Vec<f32> = squares.map(&mut noise).collect();
        if found.is_empty() { 0.0 } else { median(&mut found) }
    }

    /// The variance of the pixels of a square that are as dark as the `darkest`, from differences along the rows: pixels of one
    /// row have one detector and so one offset. Nothing where they are few.
    fn even_variance(&self, square: &Square, darkest: f32, photons: f32) -> Option<f32> {
        let near = |t: &f32| (t - darkest).abs() <= ELSE * photons.sqrt();
        let mut line = [0.0; SQUARE];
        let line = &mut line[..square.side];
        let mut pairs = Vec::with_capacity(SQUARE * SQUARE);
        for row in square.top..square.top + square.side {
            self.source.read(row, square.left, line);
            pairs.extend(line.iter().zip(&line[APART..]).filter(|(a, b)| near(a) && near(b)).map(|(a, b)| (*a, *b)));
        }
        (pairs.len() >= LEAST_PAIRS).then(|| variance(pairs.iter().map(|(a, b)| (a, b))))
    }
}

/// The median of every second pixel of `side` in each of the `lines`, from column `left` on; nothing where none is a number.
fn middle(left: usize, side: usize, lines: &[Vec<f32>]) -> Option<f32> {
    let mut values = [0.0; SQUARE * SQUARE / 4];
    let mut n = 0;
    for line in lines {
        for &t in line[left..left + side].iter().step_by(2).filter(|t| t.is_finite()) {
            values[n] = t;
            n += 1;
        }
    }
    (n > 0).then(|| median(&mut values[..n]))
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

/// Where the dark level was not measured, the darkest thousandths of a picture may be an offset or scatter behind something
/// opaque, and so may its darkest square: one is enough, for it may hide something and is a ten-thousandth of a picture. What
/// is not brighter than that by a quarter is not seen, up to this transmission: detectors count about a hundredth of air without
/// beam. Above it the noise decides, whether it is an [`offset`].
const DARKEST_SHARE: f32 = 0.002;
const DARKEST_FACTOR: f32 = 1.25;
const DARKEST_MOST: f32 = 0.0125;
/// The same where the noise cannot tell, as in pictures of 8 bits: beyond it, a picture that shows nothing darker simply holds
/// nothing dense.
const DARKEST_MOST_UNTOLD: f32 = 0.05;

/// A container or vehicle of which the darkest hundredth lets more through than this is made of less steel than any.
const LITTLE_CONTRAST: f32 = 0.85;
const HUNDREDTH: f32 = 0.01;

/// The fewest pairs of pixels that tell a variance to a third.
const LEAST_PAIRS: usize = 24;
/// A place of which less than this part of the counts can be photons is an offset.
const LEAST_PHOTONS: f32 = 0.5;
/// Noise that is not this many counts high is lost in the digitiser's steps, or to compression.
const LEAST_COUNTS: f32 = 2.0;
/// Pixels this many deviations from the darkest are of something else: the edge of a bar, a dropout.
const ELSE: f32 = 4.0;

/// What the noise of the darkest place says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offset {
    /// It has less noise than so many photons have: an offset behind something opaque.
    Shown,
    /// It has the noise of photons: a beam that got through, or scatter.
    Refuted,
    /// Too little air or too coarse steps to tell.
    Untold,
}

/// Whether the `darkest` transmission is an offset behind something opaque, and no beam that got through.
///
/// The variance of counted photons is as their number. Of a place as bright as a share T of air it is therefore T times that
/// of air, or more, for detectors and scatter add to it; of an offset it is only what the detectors add. `air` is the
/// variance of air and `count` the transmission of one count.
fn offset(squares: &Squares<'_>, found: &[Square], darkest: f32, air: Option<f32>, count: f32) -> Offset {
    let Some(air) = air else { return Offset::Untold };
    let photons = air * darkest;
    if photons.sqrt() < LEAST_COUNTS * count {
        return Offset::Untold;
    }
    let even = |square: &&Square| (square.median - darkest).abs() <= photons.sqrt();
    let mut variances: Vec<f32> =
        found.iter().filter(even).filter_map(|square| squares.even_variance(square, darkest, photons)).collect();
    if variances.is_empty() {
        // An offset is even; the edge of a post is not.
        Offset::Refuted
    } else if median(&mut variances) < LEAST_PHOTONS * photons {
        Offset::Shown
    } else {
        Offset::Refuted
    }
}

/// The transmission below which the high-energy plane's pixels are shielded; nothing where that is switched off.
pub(super) fn shielded_level(
    channel: &Channel<'_>,
    (area, part, pixel): (BoxPx, BoxPx, PixelSize),
    located: Located,
    settings: &Checked,
    record: &mut Record,
) -> Option<f32> {
    let rows = part.y as usize..part.bottom() as usize;
    let air = median(&mut channel.air.row[rows.clone()].to_vec());
    let (sigmas, quantum) = (settings.shielded_sigmas, channel.counts.quantum());
    let level = |sigma| shielded::threshold(settings.shielded_below, sigmas, sigma, quantum, air);
    let dead = channel.dead_rows(part);
    let source = channel.source(area, part);
    let squares = Squares { source: &source, dead: &dead };
    let mut found = squares.all();
    let sigma = if channel.dark.measured {
        channel.dark.sigma
    } else {
        // What is opaque anyway shows it.
        let least = level(0.0);
        air * squares.noise(found.iter().filter(|square| square.median < least))
    };
    let level = level(if sigma < LEAST_COUNTS * quantum { channel.dark.sigma } else { sigma });
    let mut medians: Vec<f32> = found.iter().map(|square| square.median).collect();
    let usual = quantile(&mut medians, DARKEST_SHARE);
    let contrast = squares.hundredth();
    if located != Located::WholeImage && contrast > LITTLE_CONTRAST {
        let text = format!(
            "the darkest hundredth of what was located lets {contrast:.2} of the beam through: are the values proportional to dose, and is the full scale right?"
        );
        record.warn("little_contrast", text);
    }
    if !settings.shielded {
        return None;
    }
    let air_noise = LazyCell::new(|| air_variance(channel, area));
    let told = |found: &[Square], darkest: f32| offset(&squares, found, darkest, *air_noise, quantum / air);
    // Why what is near the `darkest` counts as not penetrated, where it does.
    let why = |found: &[Square], darkest: f32| {
        let raised = DARKEST_FACTOR * darkest;
        if raised <= level {
            return None;
        }
        let told = told(found, darkest);
        let most = if told == Offset::Untold { DARKEST_MOST_UNTOLD } else { DARKEST_MOST };
        if !channel.dark.measured && raised <= most {
            Some((raised, "near the darkest of the picture"))
        } else if told == Offset::Shown {
            // Also a strip may be of dead detectors, or of others than those that saw the load; a frame may be of another day.
            Some((raised, "near the darkest of the picture, which is even and has not the noise of a beam"))
        } else {
            None
        }
    };
    // Either may be what the beam did not get through. What lies under the level anyway, as dead columns do, tells nothing.
    let raised = why(&found, usual).or_else(|| {
        let side = ((SQUARE_MM / pixel.x.max(pixel.y)) as usize / 2 * 2).clamp(LEAST_SQUARE, SQUARE);
        let darkest = squares.darkest(side, level / DARKEST_FACTOR)?;
        found.push(darkest);
        why(&found, darkest.median)
    });
    let Some((raised, why)) = raised else { return Some(level) };
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

    /// What the noise says of a picture of half of the air, which has 1 % of noise: `dark` says where it is a tenth
    /// of air, and how much of the noise of photons it has there.
    fn found(dark: impl Fn(usize, usize) -> Option<f32>, count: f32) -> Offset {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let normal = Normal::new(0.0f32, 1.0).unwrap();
        let samples = Array2::from_shape_fn(SIZE, |(r, c)| {
            let (level, noise) = dark(r, c).map_or((0.5, 1.0), |noise| (0.1, noise));
            level + noise * (1e-4f32 * level).sqrt() * normal.sample(&mut random)
        });
        let plane = Plane { energy: Energy::Single, samples: Samples::F32(samples), full_scale: 1.0, step: 0.0 };
        let (zeros, ones) = (vec![0.0; SIZE.0], vec![1.0; SIZE.1]);
        let levels = Levels { dark: &zeros, row: &ones[..SIZE.0], drift: &ones };
        let part = BoxPx { x: 0, y: 0, width: SIZE.1 as u32, height: SIZE.0 as u32 };
        let source = Source::new(Counts::new(&plane, Polarity::AirBright), part, levels);
        let squares = Squares { source: &source, dead: &[] };
        let mut found = squares.all();
        found.extend(squares.darkest(SQUARE, 0.0));
        offset(&squares, &found, 0.1, Some(1e-4), count)
    }

    #[test]
    fn an_offset_is_even_and_has_less_noise_than_photons() {
        let block = |side: usize, noise: f32| move |r: usize, c: usize| (r.max(c) < side).then_some(noise);
        assert_eq!(found(block(96, 0.3), 1e-5), Offset::Shown);
        assert_eq!(found(block(96, 0.0), 1e-5), Offset::Shown);
        // Noise of photons, or of just more than half as many.
        assert_eq!(found(block(96, 1.0), 1e-5), Offset::Refuted);
        assert_eq!(found(block(96, 0.8), 1e-5), Offset::Refuted);
        // Eight bits: a count is more than the noise.
        assert_eq!(found(block(96, 0.0), 4e-3), Offset::Untold);
        // Bars that fill most of each square, of either kind.
        let bars = |noise: f32| move |r: usize, c: usize| (r < 96 && c % 16 < 11).then_some(noise);
        assert_eq!(found(bars(0.3), 1e-5), Offset::Shown);
        assert_eq!(found(bars(1.0), 1e-5), Offset::Refuted);
        // One and a half squares wide, wherever it stands.
        for at in 40..56 {
            let place = |r: usize, c: usize| ((at..at + 24).contains(&r) && (at..at + 24).contains(&c)).then_some(0.3);
            assert_eq!(found(place, 1e-5), Offset::Shown, "{at}");
        }
    }
}
