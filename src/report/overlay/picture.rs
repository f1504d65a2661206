//! The scan's own pixels: grey, the score map, and what was not seen.

use super::super::colour::{FLAGGED, REPAIRED, SHIELDED, mix};
use super::super::wire::Report;
use super::{Bounds, Canvas};
use crate::infer::ScoreMap;
use crate::judge::{ReasonCode, UnseenCause};
use crate::prepare::{PixelState, Prepared};
use image::{Rgb, RgbImage};
use ndarray::Array2;
use std::ops::Range;

/// The strongest tint of the score map.
const TINT: f32 = 0.45;
/// Half a side of the square that has to be mostly unpenetrated around a hatched pixel, in mm: noise at the rim of a shield
/// makes no hatching, and lines of steel narrower than this do not look like places that count.
const NARROW_MM: f32 = 20.0;
/// The most picture pixels of it.
const MOST_NARROW: usize = 5;

/// What a picture pixel shows beside its grey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Repaired,
    /// Not penetrated, and too small to count: steel along the beam.
    Small,
    /// Not penetrated, in a place that counts for the verdict or for a region's mass.
    Counts,
}

/// The kind of every picture pixel.
pub(super) struct Kinds(Array2<Kind>);

impl Kinds {
    pub(super) fn of(canvas: &Canvas, prepared: &Prepared, report: &Report) -> Self {
        let (rows, columns) = spans(canvas, prepared);
        let mut kinds = Array2::from_elem((rows.len(), columns.len()), Kind::Plain);
        for (mut line, rows) in kinds.outer_iter_mut().zip(rows) {
            for row in rows {
                let states = prepared.state.row(row);
                if states.iter().all(|&state| state == PixelState::Valid) {
                    continue;
                }
                for (kind, columns) in line.iter_mut().zip(&columns) {
                    for column in columns.clone() {
                        match states[column] {
                            PixelState::Shielded => *kind = Kind::Small,
                            PixelState::Repaired if *kind == Kind::Plain => *kind = Kind::Repaired,
                            PixelState::Repaired | PixelState::Valid => {}
                        }
                    }
                }
            }
        }
        let places = counting(canvas, prepared, report);
        if !places.is_empty() {
            let reach = (NARROW_MM * canvas.scale / prepared.frame.pixel.x) as usize;
            let sums = Sums::of(&kinds);
            for place in places {
                for ((y, x), kind) in inside(&mut kinds, canvas, &place) {
                    if *kind == Kind::Small && sums.mostly((y, x), reach.min(MOST_NARROW)) {
                        *kind = Kind::Counts;
                    }
                }
            }
        }
        Self(kinds)
    }

    #[cfg(test)]
    pub(super) fn at(&self, y: usize, x: usize) -> Kind {
        self.0[[y, x]]
    }

    pub(super) fn any(&self, kind: Kind) -> bool {
        self.0.iter().any(|&found| found == kind)
    }
}

/// Where what the beam did not get through counts.
fn counting(canvas: &Canvas, prepared: &Prepared, report: &Report) -> Vec<Bounds> {
    let unseen = report.unseen.iter().filter(|area| area.cause == UnseenCause::Shielded).map(|area| area.box_px);
    // What hides in a region makes its mass a least one.
    let hiding = report.regions.iter().filter(|region| region.shielded_share > 0.0).map(|region| region.box_px);
    let mut places: Vec<Bounds> = unseen.chain(hiding).map(|place| canvas.bounds(prepared, place)).collect();
    // One reason is for the places; a second one is that all of them together are too much of what lies within the edges, and
    // then the report lists no more than the largest.
    if report.reasons.iter().filter(|reason| reason.code == ReasonCode::Shielded).count() > 1 {
        let edge = report.settings.judge.unseen_side_mm / prepared.frame.pixel.x * canvas.scale;
        let whole =
            Bounds { left: 0.0, top: canvas.top as f32, right: canvas.size.0 as f32, bottom: canvas.bottom() as f32 };
        places.push(whole.grown(-edge));
    }
    places
}

/// The pixels within a box in the picture, with their row and column in the scan's part of it.
fn inside<'a>(
    kinds: &'a mut Array2<Kind>,
    canvas: &Canvas,
    bounds: &Bounds,
) -> impl Iterator<Item = ((usize, usize), &'a mut Kind)> {
    let (rows, columns) = kinds.dim();
    let top = (bounds.top - canvas.top as f32).floor().max(0.0) as usize;
    let bottom = ((bounds.bottom - canvas.top as f32).ceil().max(0.0) as usize).min(rows);
    let left = bounds.left.floor().max(0.0) as usize;
    let right = (bounds.right.ceil().max(0.0) as usize).min(columns);
    let (top, left) = (top.min(bottom), left.min(right));
    let part = kinds.slice_mut(ndarray::s![top..bottom, left..right]);
    part.into_iter().enumerate().map(move |(index, kind)| {
        let width = right - left;
        ((top + index / width, left + index % width), kind)
    })
}

/// How many unpenetrated pixels lie above and left of each, so that a square of any size takes four look-ups.
struct Sums {
    /// One row and one column more than the picture: the first ones are zero.
    above: Vec<u32>,
    rows: usize,
    columns: usize,
}

impl Sums {
    fn of(kinds: &Array2<Kind>) -> Self {
        let (rows, columns) = kinds.dim();
        let mut above = Vec::with_capacity((rows + 1) * (columns + 1));
        above.resize(columns + 1, 0);
        for (row, line) in kinds.outer_iter().enumerate() {
            let mut along = 0;
            above.push(0);
            for (column, &kind) in line.iter().enumerate() {
                along += u32::from(kind == Kind::Small);
                above.push(along + above[row * (columns + 1) + column + 1]);
            }
        }
        Self { above, rows, columns }
    }

    /// Whether at least half of the pixels within `reach` of one are not penetrated.
    fn mostly(&self, (row, column): (usize, usize), reach: usize) -> bool {
        let (top, bottom) = (row.saturating_sub(reach), (row + reach + 1).min(self.rows));
        let (left, right) = (column.saturating_sub(reach), (column + reach + 1).min(self.columns));
        let at = |row: usize, column: usize| self.above[row * (self.columns + 1) + column];
        let found = at(bottom, right) + at(top, left) - at(top, right) - at(bottom, left);
        2 * found as usize >= (bottom - top) * (right - left)
    }
}

/// The prepared rows that each picture row shows, and the columns that each of its columns does.
fn spans(canvas: &Canvas, prepared: &Prepared) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (rows, columns) = prepared.dim();
    let span = |index: u32, end: usize| {
        let from = ((index as f32 / canvas.scale) as usize).min(end - 1);
        let to = (((index + 1) as f32 / canvas.scale) as usize).clamp(from + 1, end);
        from..to
    };
    let (width, height) = canvas.size;
    ((0..height).map(|y| span(y, rows)).collect(), (0..width).map(|x| span(x, columns)).collect())
}

/// Where the tint of the score map begins.
fn faintest(threshold: f32) -> f32 {
    0.5 * threshold
}

/// How strong the tint of a score is, if it has one.
fn tint(score: f32, threshold: f32) -> Option<f32> {
    let from = faintest(threshold);
    (score > from).then(|| TINT * (score - from) / (1.0 - from).max(0.01))
}

/// Whether any place has a tint of the score map.
pub(super) fn is_tinted(map: &ScoreMap, threshold: f32) -> bool {
    map.scores.iter().any(|&score| score > faintest(threshold))
}

/// A pixel with the strongest tint at one end and the faintest at the other: `share` goes from 0 to 1.
pub(super) fn scored(pixel: Rgb<u8>, share: f32) -> Rgb<u8> {
    mix(pixel, FLAGGED, TINT * share)
}

/// Each picture pixel shows the mean attenuation of its prepared pixels, and the strongest score and the worst state among
/// them: nothing marked is lost in shrinking.
pub(super) fn draw(
    canvas: &Canvas,
    image: &mut RgbImage,
    prepared: &Prepared,
    kinds: &Kinds,
    map: Option<&ScoreMap>,
    threshold: f32,
) {
    let Some(attenuation) = prepared.attenuation.first() else { return };
    let (rows, columns) = spans(canvas, prepared);
    let darkest = window(attenuation);
    let mut means = vec![0.0_f32; columns.len()];
    let mut scores = vec![0.0_f32; columns.len()];
    for ((y, rows), kinds) in rows.into_iter().enumerate().zip(kinds.0.outer_iter()) {
        means.fill(0.0);
        scores.fill(0.0);
        let high = rows.len() as f32;
        for row in rows {
            let values = attenuation.row(row);
            for ((mean, score), columns) in means.iter_mut().zip(&mut scores).zip(&columns) {
                *mean += columns.clone().map(|column| values[column]).sum::<f32>() / (high * columns.len() as f32);
                if let Some(map) = map {
                    *score = columns.clone().map(|column| map.at(row, column)).fold(*score, f32::max);
                }
            }
        }
        for (x, ((&mean, &score), &kind)) in means.iter().zip(&scores).zip(kinds).enumerate() {
            // The square root opens up thin goods without losing what is behind steel.
            let grey = 235.0 * (1.0 - (mean / darkest).clamp(0.0, 1.0).sqrt()) + 12.0;
            let mut pixel = tinted(Rgb([grey as u8; 3]), kind, (x, y));
            if let Some(strength) = tint(score, threshold).filter(|_| kind != Kind::Counts) {
                pixel = mix(pixel, FLAGGED, strength);
            }
            image.put_pixel(x as u32, y as u32 + canvas.top, pixel);
        }
    }
}

/// A pixel of some kind at a place.
pub(super) fn tinted(pixel: Rgb<u8>, kind: Kind, (x, y): (usize, usize)) -> Rgb<u8> {
    match kind {
        Kind::Plain => pixel,
        Kind::Repaired => mix(pixel, REPAIRED, 0.35),
        Kind::Small => mix(pixel, SHIELDED, 0.16),
        // Hatched, so that it is seen without colour too.
        Kind::Counts if (x + y) % 8 < 3 => mix(pixel, SHIELDED, 0.8),
        Kind::Counts => mix(pixel, SHIELDED, 0.1),
    }
}

/// The attenuation shown darkest: what 99.5 % of the pixels stay under, and at least 0.5 so that an
/// empty container does not turn into a picture of noise.
fn window(attenuation: &Array2<f32>) -> f32 {
    let mut sample: Vec<f32> = attenuation.iter().step_by(37).copied().collect();
    let place = sample.len() * 995 / 1000;
    if sample.is_empty() {
        return 1.0;
    }
    let place = place.min(sample.len() - 1);
    sample.select_nth_unstable_by(place, f32::total_cmp).1.max(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_follows_the_scan_and_never_shows_noise_alone() {
        assert_eq!(window(&Array2::from_elem((100, 100), 0.01)), 0.5);
        assert_eq!(window(&Array2::from_elem((100, 100), 4.0)), 4.0);
        assert_eq!(window(&Array2::zeros((0, 0))), 1.0);
    }

    #[test]
    fn a_block_is_wide_and_lines_and_specks_are_not() {
        let mut kinds = Array2::from_elem((40, 60), Kind::Plain);
        kinds.slice_mut(ndarray::s![10..30, 10..30]).fill(Kind::Small);
        kinds.slice_mut(ndarray::s![.., 45..47]).fill(Kind::Small);
        kinds[[2, 2]] = Kind::Small;
        let sums = Sums::of(&kinds);
        assert!(sums.mostly((20, 20), 3) && sums.mostly((20, 10), 3));
        assert!(!sums.mostly((20, 45), 3) && !sums.mostly((2, 2), 3) && !sums.mostly((20, 5), 3));
        // Where a picture pixel is larger than that, each stands for itself.
        assert!(sums.mostly((2, 2), 0) && !sums.mostly((2, 3), 0));
    }
}
