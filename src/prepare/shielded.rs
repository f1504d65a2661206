//! Pixels of which nothing can be said: not penetrated, or repaired.

use super::prepared::PixelState;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;

/// The transmission below which a pixel counts as not penetrated: the stated level, `sigmas` times the dark level's
/// noise, or two counts, whichever is highest. `air` is the air level in counts.
pub(super) fn threshold(below: f32, sigmas: f32, dark_sigma: f32, quantum: f32, air: f32) -> f32 {
    below.max(sigmas * dark_sigma / air).max(2.0 * quantum / air)
}

/// The state of every source pixel; `repaired` lists rows and column ranges.
pub(super) fn source_state(
    transmission: &Array2<f32>,
    threshold: Option<f32>,
    repaired: &[(usize, Range<usize>)],
) -> Array2<PixelState> {
    let width = transmission.ncols().max(1);
    let mut state = Array2::from_elem(transmission.dim(), PixelState::Valid);
    if let (Some(s), Some(t)) = (state.as_slice_mut(), transmission.as_slice()) {
        if let Some(threshold) = threshold {
            s.par_chunks_mut(32 * width).zip(t.par_chunks(32 * width)).for_each(|(s, t)| {
                for (s, &t) in s.iter_mut().zip(t) {
                    *s = if t < threshold { PixelState::Shielded } else { PixelState::Valid };
                }
            });
        }
        // What was repaired says nothing about penetration.
        for (row, columns) in repaired {
            s[row * width + columns.start..row * width + columns.end].fill(PixelState::Repaired);
        }
    }
    state
}

/// The states on a grid of `rows` x `columns`. A prepared pixel is shielded where at least half of the source pixels it
/// touches are, so that noise at the threshold neither makes nor hides an area; else repaired where any of them
/// is.
pub(super) fn resample_state(source: &Array2<PixelState>, (rows, columns): (usize, usize)) -> Array2<PixelState> {
    if source.dim() == (rows, columns) {
        return source.clone();
    }
    let (source_rows, source_columns) = source.dim();
    let spans: Vec<Range<usize>> = (0..columns).map(|c| touched(c, columns, source_columns)).collect();
    let mut out = Array2::from_elem((rows, columns), PixelState::Valid);
    let (Some(lines), Some(pixels)) = (out.as_slice_mut(), source.as_slice()) else { return out };
    lines.par_chunks_mut(columns.max(1)).enumerate().with_min_len(16).for_each(|(r, line)| {
        let over = touched(r, rows, source_rows);
        let tall = over.len();
        let block = &pixels[over.start * source_columns..over.end * source_columns];
        if block.iter().all(|&s| s == PixelState::Valid) {
            return;
        }
        for (state, span) in line.iter_mut().zip(&spans) {
            let (mut shielded, mut repaired) = (0, 0);
            for source_line in block.chunks(source_columns) {
                for s in &source_line[span.clone()] {
                    shielded += usize::from(*s == PixelState::Shielded);
                    repaired += usize::from(*s == PixelState::Repaired);
                }
            }
            if 2 * shielded >= tall * span.len() {
                *state = PixelState::Shielded;
            } else if repaired > 0 {
                *state = PixelState::Repaired;
            }
        }
    });
    out
}

/// The source pixels that prepared pixel `at` of `n` touches.
fn touched(at: usize, n: usize, source: usize) -> Range<usize> {
    let (at, n, source) = (at as u64, n.max(1) as u64, source as u64);
    (at * source / n) as usize..((at + 1) * source).div_ceil(n) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelState::{Repaired, Shielded, Valid};

    #[test]
    fn the_highest_of_three_thresholds_counts() {
        assert_eq!(threshold(0.002, 5.0, 1.0, 1.0, 50_000.0), 0.002);
        assert_eq!(threshold(0.002, 5.0, 100.0, 1.0, 50_000.0), 0.01);
        assert_eq!(threshold(0.002, 5.0, 0.0, 1.0, 200.0), 0.01);
    }

    #[test]
    fn repaired_pixels_are_never_called_penetrated_or_not() {
        let t = Array2::from_shape_vec((1, 4), vec![0.5, 0.001, 0.001, 0.002]).unwrap();
        let state = source_state(&t, Some(0.002), &[(0, 2..3)]);
        assert_eq!(state.as_slice().unwrap(), [Valid, Shielded, Repaired, Valid]);
        assert!(source_state(&t, None, &[]).iter().all(|&s| s == Valid));
    }

    #[test]
    fn half_of_the_touched_pixels_make_a_shielded_one() {
        let source = Array2::from_shape_vec(
            (2, 6),
            vec![Shielded, Valid, Shielded, Valid, Valid, Valid, Shielded, Valid, Valid, Valid, Repaired, Valid],
        )
        .unwrap();
        let state = resample_state(&source, (1, 3));
        assert_eq!(state.as_slice().unwrap(), [Shielded, Valid, Repaired]);
        assert_eq!(resample_state(&source, (2, 6)), source);
        // Enlarged, every prepared pixel touches one source pixel.
        assert_eq!(resample_state(&source, (4, 12))[[0, 1]], Shielded);
    }

    #[test]
    fn every_source_pixel_is_touched() {
        for (n, source) in [(3, 10), (10, 3), (7, 7), (1, 5)] {
            assert_eq!(touched(0, n, source).start, 0);
            assert_eq!(touched(n - 1, n, source).end, source);
            assert!((1..n).all(|i| touched(i, n, source).start <= touched(i - 1, n, source).end));
        }
    }
}
