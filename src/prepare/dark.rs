//! The dark level: what a detector counts without beam.

use super::counts::Counts;
use super::robust::{median, quantile, spread};
use super::trim::Margins;

/// The dark level, in counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dark {
    /// Per row of the area.
    pub(super) level: Vec<f32>,
    /// Its noise.
    pub(super) sigma: f32,
    /// Whether frames or a strip of the picture show it; otherwise opaque and offset cannot be told apart.
    pub(super) measured: bool,
}

/// What a black strip shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Strip {
    pub(super) level: f32,
    pub(super) sigma: f32,
    /// Whether it varies, as everything that was measured does: a strip of one value was filled by some program, or its
    /// detectors are dead.
    pub(super) measured: bool,
}

/// The most lines of a strip that are looked at, and about the most values of a line.
const MOST_LINES: usize = 64;
const MOST_VALUES: usize = 256;
/// Over this share of the bright level a strip is no dark level.
const MOST_LEVEL: f32 = 0.05;
/// Of a strip's values these shares at either end may be dropouts, which cross it.
const ENDS: f32 = 0.02;

/// The black strip that tells the dark level: above or below the picture, where detectors lie outside the beam, else at its
/// left or right, where the source was off. One that was measured goes before one of a single value.
pub(super) fn strip(counts: Counts<'_>, margins: Margins, bright: f32) -> Option<Strip> {
    let found: Vec<Strip> = [rows(counts, margins), columns(counts, margins)]
        .into_iter()
        .filter_map(|mut values| {
            values.retain(|v| v.is_finite());
            let measured = quantile(&mut values, ENDS) < quantile(&mut values, 1.0 - ENDS);
            let level = median(&mut values);
            let dark = !values.is_empty() && level.abs() < MOST_LEVEL * bright;
            dark.then(|| Strip { level, sigma: spread(&mut values), measured })
        })
        .collect();
    found.iter().find(|strip| strip.measured).or(found.first()).copied()
}

/// Whether the picture ends below at detectors outside the beam: a black strip that varies, as what was measured does.
pub(super) fn measured_below(counts: Counts<'_>, margins: Margins) -> bool {
    let mut values = rows(counts, Margins { bottom: margins.bottom, ..Margins::default() });
    quantile(&mut values, ENDS) < quantile(&mut values, 1.0 - ENDS)
}

/// Values of the rows left out at the top and bottom. The line next to the image may be half in the beam.
fn rows(counts: Counts<'_>, margins: Margins) -> Vec<f32> {
    let (rows, columns) = counts.dim();
    let mut line = vec![0.0; columns];
    let mut values = Vec::new();
    let strips = (0..margins.top.saturating_sub(1)).chain(rows - margins.bottom.saturating_sub(1)..rows);
    for row in strips.take(MOST_LINES) {
        counts.read(row, 0, &mut line);
        values.extend(line.iter().step_by((columns / MOST_VALUES).max(1)));
    }
    values
}

/// Values of the columns left out at the left and right, the outermost first: those next to the image may be half in the
/// beam, and the detectors may still glow.
fn columns(counts: Counts<'_>, margins: Margins) -> Vec<f32> {
    let (rows, columns) = counts.dim();
    let area = margins.area((rows, columns));
    let lines = |margin: usize| margin.saturating_sub(1).min(MOST_LINES);
    let strips = [(0, lines(margins.left)), (columns - lines(margins.right), lines(margins.right))];
    let mut line = vec![0.0; MOST_LINES];
    let mut values = Vec::new();
    for row in (area.y..area.bottom()).step_by((area.height as usize / MOST_VALUES).max(1)) {
        for (from, n) in strips {
            counts.read(row as usize, from, &mut line[..n]);
            values.extend_from_slice(&line[..n]);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Energy, Plane, Polarity, Samples};
    use ndarray::{Array2, s};

    const BRIGHT: f32 = 50_000.0;

    /// A picture of even air, with dark strips of 12 lines around whose counts spread around the levels given.
    fn found(margins: Margins, levels: [(u16, u16); 4]) -> Option<Strip> {
        let mut image = Array2::from_elem((120, 200), BRIGHT as u16);
        let places = [s![..12, ..], s![108.., ..], s![12..108, ..12], s![12..108, 188..]];
        for (place, (level, noise)) in places.into_iter().zip(levels) {
            for ((r, c), v) in image.slice_mut(place).indexed_iter_mut() {
                *v = level + ((r * 7919 + c * 104_729) % (2 * usize::from(noise) + 1)) as u16 - noise;
            }
        }
        // A white dropout column and a dead row.
        image.column_mut(100).fill(65535);
        image.row_mut(60).fill(0);
        let plane = Plane { energy: Energy::Single, samples: Samples::U16(image), full_scale: 65535.0, step: 1.0 };
        strip(Counts::new(&plane, Polarity::AirBright), margins, BRIGHT)
    }

    #[test]
    fn a_strip_on_any_side_tells_the_level() {
        let none = Margins::default();
        assert_eq!(found(none, [(900, 9); 4]), None);
        let sides = [
            Margins { top: 12, ..none },
            Margins { bottom: 12, ..none },
            Margins { left: 12, ..none },
            Margins { right: 12, ..none },
            Margins { top: 12, bottom: 12, left: 12, right: 12 },
        ];
        for margins in sides {
            let strip = found(margins, [(900, 9); 4]).unwrap();
            assert!(strip.measured && (strip.level - 900.0).abs() < 2.0, "{margins:?} {strip:?}");
            assert!((4.0..9.0).contains(&strip.sigma), "{margins:?} {strip:?}");
            // Too bright to be the detectors' own.
            assert_eq!(found(margins, [(2_600, 9); 4]), None, "{margins:?}");
            // Filled or dead.
            assert!(!found(margins, [(0, 0); 4]).unwrap().measured, "{margins:?}");
        }
    }

    #[test]
    fn a_strip_that_was_measured_goes_before_one_that_was_filled() {
        let all = Margins { top: 12, bottom: 12, left: 12, right: 12 };
        let strip = found(all, [(0, 0), (0, 0), (900, 9), (900, 9)]).unwrap();
        assert!(strip.measured && (strip.level - 900.0).abs() < 2.0, "{strip:?}");
        let strip = found(all, [(300, 9), (300, 9), (900, 9), (900, 9)]).unwrap();
        assert!((strip.level - 300.0).abs() < 2.0, "{strip:?}");
        // One line may be half in the beam: it says nothing.
        assert_eq!(found(Margins { left: 1, ..Margins::default() }, [(900, 9); 4]), None);
    }
}
