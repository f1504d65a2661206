//! Tiles: where they lie and how their maps become one.

use super::input::Window;
use crate::scan::{Error, Result};
use ndarray::Array2;

/// Where tiles of one size lie over a scan, row by row from the top left.
///
/// Neighbours share at least `overlap` pixels; the last ones are moved back so that they end with the scan. All
/// positions are multiples of `unit`, the number of input pixels that one pixel of the model's map covers.
pub(super) fn tile_windows(scan: (usize, usize), tile: (usize, usize), overlap: usize, unit: usize) -> Vec<Window> {
    let rows = starts(scan.0, tile.0, overlap, unit);
    let columns = starts(scan.1, tile.1, overlap, unit);
    let windows = rows.iter().flat_map(|&y| columns.iter().map(move |&x| (x, y)));
    windows.map(|(x, y)| Window { x, y, width: tile.1, height: tile.0 }).collect()
}

fn starts(length: usize, tile: usize, overlap: usize, unit: usize) -> Vec<usize> {
    if length <= tile {
        return vec![0];
    }
    let stride = ((tile - overlap) / unit * unit).max(unit);
    let last = (length - tile).div_ceil(unit) * unit;
    let mut starts: Vec<usize> = (0..last).step_by(stride).collect();
    starts.push(last);
    starts
}

/// Joins maps of overlapping tiles: each counts by a weight that falls linearly to its edges over the overlap.
#[derive(Debug)]
pub(super) struct Blend {
    sum: Array2<f32>,
    weight: Array2<f32>,
    rows: Vec<f32>,
    columns: Vec<f32>,
    unit: usize,
}

impl Blend {
    /// For tiles at `windows`, whose maps have `1 / unit` of their resolution.
    pub(super) fn new(windows: &[Window], overlap: usize, unit: usize) -> Result<Self> {
        let bottom = windows.iter().map(|w| w.y + w.height).max();
        let right = windows.iter().map(|w| w.x + w.width).max();
        let (Some(tile), Some(bottom), Some(right)) = (windows.first(), bottom, right) else {
            return Err(Error::bug("no tiles"));
        };
        let size = (bottom / unit, right / unit);
        let overlap = overlap / unit;
        Ok(Self {
            sum: Array2::zeros(size),
            weight: Array2::zeros(size),
            rows: ramp(tile.height / unit, overlap),
            columns: ramp(tile.width / unit, overlap),
            unit,
        })
    }

    /// Adds the map of the tile at `window`, row by row.
    pub(super) fn add(&mut self, window: &Window, map: &[f32]) {
        let (top, left) = (window.y / self.unit, window.x / self.unit);
        for ((row, &down), line) in self.rows.iter().enumerate().zip(map.chunks_exact(self.columns.len())) {
            let range = ndarray::s![top + row, left..left + self.columns.len()];
            let mut weights = self.weight.slice_mut(range);
            let mut sums = self.sum.slice_mut(range);
            for (((sum, weight), &value), &along) in sums.iter_mut().zip(&mut weights).zip(line).zip(&self.columns) {
                *sum += value * down * along;
                *weight += down * along;
            }
        }
    }

    /// The joined map.
    pub(super) fn finish(mut self) -> Array2<f32> {
        // Every pixel lies in some tile and every weight is positive.
        self.sum.zip_mut_with(&self.weight, |sum, &weight| *sum /= weight);
        self.sum
    }
}

/// Weights along a side: from small at the edges to 1 after `overlap` pixels. Two ramps that overlap by just that add
/// up to 1 everywhere.
fn ramp(length: usize, overlap: usize) -> Vec<f32> {
    let reach = overlap.max(1) as f32;
    (0..length).map(|i| ((i.min(length - 1 - i) as f32 + 0.5) / reach).min(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn overlapping_ramps_add_up_to_one() {
        let side = ramp(16, 6);
        for i in 0..6 {
            assert!((side[10 + i] + side[i] - 1.0).abs() < 1e-6);
        }
        assert_eq!(ramp(4, 0), [0.5, 1.0, 1.0, 0.5]);
    }

    proptest! {
        #[test]
        fn tiles_cover_the_scan_and_blend_back_what_they_were_cut_from(
            rows in 1usize..90, columns in 1usize..90, eighths in (2usize..5, 2usize..5), overlap in 0usize..8,
            power in 0u32..4,
        ) {
            let unit = 1 << power;
            let tile = (eighths.0 * 8, eighths.1 * 8);
            let windows = tile_windows((rows, columns), tile, overlap, unit);
            let mut seen = Array2::<u8>::zeros((rows, columns));
            for w in &windows {
                prop_assert!(w.x % unit == 0 && w.y % unit == 0);
                for y in w.y..(w.y + w.height).min(rows) {
                    for x in w.x..(w.x + w.width).min(columns) {
                        seen[[y, x]] = 1;
                    }
                }
            }
            prop_assert!(seen.iter().all(|&s| s == 1));
            let truth = |y: usize, x: usize| (y * 7 + x * 3) as f32;
            let mut blend = Blend::new(&windows, overlap, unit).unwrap();
            for w in &windows {
                let map: Vec<f32> = (0..w.height / unit)
                    .flat_map(|y| (0..w.width / unit).map(move |x| (y, x)))
                    .map(|(y, x)| truth(w.y / unit + y, w.x / unit + x))
                    .collect();
                blend.add(w, &map);
            }
            let joined = blend.finish();
            prop_assert!(joined.nrows() * unit >= rows && joined.ncols() * unit >= columns);
            for ((y, x), &v) in joined.indexed_iter() {
                prop_assert!((v - truth(y, x)).abs() < 1e-2, "{} {} {}", y, x, v);
            }
        }
    }

    #[test]
    fn neighbours_share_at_least_the_overlap() {
        assert_eq!(starts(100, 40, 8, 1), [0, 32, 60]);
        assert_eq!(starts(40, 40, 8, 1), [0]);
        assert_eq!(starts(41, 40, 8, 4), [0, 4]);
        assert_eq!(starts(100, 40, 10, 4), [0, 28, 56, 60]);
        assert!(Blend::new(&[], 0, 1).is_err());
    }
}
