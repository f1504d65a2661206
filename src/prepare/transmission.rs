//! Counts to transmission: (count - dark) / air, for the crop only, in one pass over the source.

use super::counts::Counts;
use crate::scan::BoxPx;
use ndarray::Array2;
use rayon::prelude::*;

/// Transmission is cut here: a little over 1, so that the noise of air stays even on both sides.
pub(super) const MOST: f32 = 1.25;

/// Levels over the part that is converted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Levels<'a> {
    /// Per row of the crop, in counts.
    pub(super) dark: &'a [f32],
    /// Per row of the crop, in counts over dark.
    pub(super) row: &'a [f32],
    /// Per column of the crop, about 1.
    pub(super) drift: &'a [f32],
}

/// Transmission of the crop, `[row, column]`, not clipped below; float samples that are no number stay NaN-free
/// (see [`Counts::read`]).
pub(super) fn transmission(counts: Counts<'_>, crop: BoxPx, levels: Levels<'_>) -> Array2<f32> {
    let (height, width) = (crop.height as usize, crop.width as usize);
    let inverse_drift: Vec<f32> = levels.drift.iter().map(|d| 1.0 / d).collect();
    let mut out = Array2::<f32>::zeros((height, width));
    let rows = out.as_slice_mut().unwrap_or(&mut []);
    rows.par_chunks_mut(width).enumerate().with_min_len(16).for_each(|(r, line)| {
        counts.read(crop.y as usize + r, crop.x as usize, line);
        let (dark, scale) = (levels.dark[r], 1.0 / levels.row[r]);
        for (value, drift) in line.iter_mut().zip(&inverse_drift) {
            *value = (*value - dark) * (scale * drift);
        }
    });
    out
}
