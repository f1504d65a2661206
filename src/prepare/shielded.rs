//! Pixels of which nothing can be said: not penetrated, or repaired.

use super::prepared::PixelState;
use std::ops::Range;

/// The transmission below which a pixel counts as not penetrated: the stated level, `sigmas` times the dark level's
/// noise, or two counts, whichever is highest. `air` is the air level in counts.
pub(super) fn threshold(below: f32, sigmas: f32, dark_sigma: f32, quantum: f32, air: f32) -> f32 {
    below.max(sigmas * dark_sigma / air).max(2.0 * quantum / air)
}

/// The states of source rows, one after the other in `states`: shielded where the transmission is below `threshold`,
/// but repaired in the ranges of `repaired` (line in `lines`, columns), because what was filled says nothing about
/// penetration.
pub(super) fn source_states(
    lines: &[f32],
    width: usize,
    threshold: f32,
    repaired: &[(usize, Range<usize>)],
    states: &mut Vec<PixelState>,
) {
    states.clear();
    states.extend(lines.iter().map(|&t| if t < threshold { PixelState::Shielded } else { PixelState::Valid }));
    for (line, columns) in repaired {
        states[line * width + columns.start..line * width + columns.end].fill(PixelState::Repaired);
    }
}

/// One row of states on a grid from the source rows that it touches, whose `states` are given; prepared column `at` touches
/// the source columns `spans[at]` (see [`touched`]); `sums` is scratch. A prepared pixel is shielded where at least half
/// of the source pixels it touches are, so that noise at the threshold neither makes nor hides an area; else repaired where
/// any of them is.
pub(super) fn reduce(
    states: &[PixelState],
    width: usize,
    spans: &[Range<usize>],
    sums: &mut Vec<u32>,
    out: &mut [PixelState],
) {
    // Shielded pixels in the lower half of each sum, repaired ones in the upper: with pixel sizes from 0.2 to 50 mm no
    // more than 252 x 252 come together.
    const REPAIRED: u32 = 1 << 16;
    /// Prepared pixels looked at together.
    const PIECE: usize = 32;
    let tall = states.len() / width.max(1);
    sums.clear();
    sums.resize(width, 0);
    for line in states.chunks_exact(width) {
        for (sum, &state) in sums.iter_mut().zip(line) {
            *sum += u32::from(state == PixelState::Shielded) + REPAIRED * u32::from(state == PixelState::Repaired);
        }
    }
    // Marked places are few and small: most pieces of a row hold none.
    for (out, spans) in out.chunks_mut(PIECE).zip(spans.chunks(PIECE)) {
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else { continue };
        if sums[first.start..last.end].iter().fold(0, |any, &sum| any | sum) == 0 {
            out.fill(PixelState::Valid);
            continue;
        }
        for (state, span) in out.iter_mut().zip(spans) {
            let sum: u32 = sums[span.clone()].iter().sum();
            let (shielded, repaired) = (sum % REPAIRED, sum / REPAIRED);
            *state = if 2 * shielded as usize >= tall * span.len() {
                PixelState::Shielded
            } else if repaired > 0 {
                PixelState::Repaired
            } else {
                PixelState::Valid
            };
        }
    }
}

/// The source pixels that prepared pixel `at` of `n` touches.
pub(super) fn touched(at: usize, n: usize, source: usize) -> Range<usize> {
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
        let mut states = vec![Repaired];
        source_states(&[0.5, 0.001, 0.001, 0.002], 2, 0.002, &[(1, 0..1)], &mut states);
        assert_eq!(states, [Valid, Shielded, Repaired, Valid]);
    }

    #[test]
    fn half_of_the_touched_pixels_make_a_shielded_one() {
        let source = [Shielded, Valid, Shielded, Valid, Valid, Valid, Shielded, Valid, Valid, Valid, Repaired, Valid];
        let reduce = |states: &[PixelState], out: &mut [PixelState]| {
            let spans: Vec<_> = (0..out.len()).map(|at| touched(at, out.len(), 6)).collect();
            reduce(states, 6, &spans, &mut vec![9], out);
        };
        let mut out = [Valid; 3];
        reduce(&source, &mut out);
        assert_eq!(out, [Shielded, Valid, Repaired]);
        let mut same = [Valid; 6];
        reduce(&source[..6], &mut same);
        assert_eq!(same, source[..6]);
        // Enlarged, every prepared pixel touches one source pixel.
        let mut twice = [Valid; 12];
        reduce(&source[..6], &mut twice);
        assert_eq!(twice[..6], [Shielded, Shielded, Valid, Valid, Shielded, Shielded]);
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
