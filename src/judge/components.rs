//! Connected components of a score map, with hysteresis and merging.

use crate::scan::BoxPx;
use image::{GrayImage, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};
use ndarray::Array2;

/// More pieces than this are not to be merged with each other: a map of pure noise has tens of thousands of them, and
/// merging compares all pairs.
pub(super) const MOST_PIECES: usize = 2_000;

/// A set of map pixels that belong together: `(row, column)` in reading order, never empty.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Component {
    pub(super) pixels: Vec<(u32, u32)>,
    pub(super) bounds: BoxPx,
}

impl Component {
    fn new(pixels: Vec<(u32, u32)>) -> Self {
        let mut bounds = BoxPx { x: pixels[0].1, y: pixels[0].0, width: 1, height: 1 };
        for &(row, column) in &pixels {
            bounds = bounds.union(&BoxPx { x: column, y: row, width: 1, height: 1 });
        }
        Self { pixels, bounds }
    }

    /// A component of cells (rows, columns) of prepared pixels as one of pixels, cut to a scan of `size`.
    pub(super) fn scaled(&self, cell: (usize, usize), size: (usize, usize)) -> Self {
        if cell == (1, 1) {
            return self.clone();
        }
        let (down, across) = (cell.0 as u32, cell.1 as u32);
        let (rows, columns) = (size.0 as u32, size.1 as u32);
        let mut pixels = Vec::with_capacity(self.pixels.len() * cell.0 * cell.1);
        for &(row, column) in &self.pixels {
            for y in (row * down)..((row + 1) * down).min(rows) {
                pixels.extend(((column * across)..((column + 1) * across).min(columns)).map(|x| (y, x)));
            }
        }
        let (x, y) = (self.bounds.x * across, self.bounds.y * down);
        let (right, bottom) = ((self.bounds.right() * across).min(columns), (self.bounds.bottom() * down).min(rows));
        Self { pixels, bounds: BoxPx { x, y, width: right - x, height: bottom - y } }
    }
}

/// The 8-connected components of the pixels for which `inside` holds, in reading order of their first pixel.
pub(super) fn components(rows: usize, columns: usize, inside: impl Fn(usize, usize) -> bool) -> Vec<Component> {
    // Labelling costs far more than looking: only the window that holds anything is labelled.
    let mut window: Option<BoxPx> = None;
    let mut mask = GrayImage::new(columns as u32, rows as u32);
    for (row, line) in mask.rows_mut().enumerate() {
        let mut span = None;
        for (column, pixel) in line.enumerate() {
            if inside(row, column) {
                *pixel = Luma([1]);
                span = Some(span.map_or((column, column), |(first, _)| (first, column)));
            }
        }
        if let Some((first, last)) = span {
            let line = BoxPx { x: first as u32, y: row as u32, width: (last - first + 1) as u32, height: 1 };
            window = Some(window.map_or(line, |w| w.union(&line)));
        }
    }
    let Some(window) = window else { return Vec::new() };
    // imageproc's union-find panics on an image of one pixel: an empty border keeps it larger.
    let mut cut = GrayImage::new(window.width + 2, window.height + 2);
    image::imageops::replace(
        &mut cut,
        &*image::imageops::crop_imm(&mask, window.x, window.y, window.width, window.height),
        1,
        1,
    );
    let labels = connected_components(&cut, Connectivity::Eight, Luma([0]));
    let count = labels.pixels().map(|p| p.0[0]).max().unwrap_or(0) as usize;
    let mut pixels: Vec<Vec<(u32, u32)>> = vec![Vec::new(); count];
    for (column, row, label) in labels.enumerate_pixels() {
        if label.0[0] > 0 {
            pixels[label.0[0] as usize - 1].push((row + window.y - 1, column + window.x - 1));
        }
    }
    pixels.into_iter().filter(|p| !p.is_empty()).map(Component::new).collect()
}

/// Hysteresis: components of pixels of at least `grow` that hold one of at least `seed`.
pub(super) fn hysteresis(map: &Array2<f32>, seed: f32, grow: f32) -> Vec<Component> {
    let (rows, columns) = map.dim();
    components(rows, columns, |row, column| map[[row, column]] >= grow)
        .into_iter()
        .filter(|c| c.pixels.iter().any(|&(row, column)| map[[row as usize, column as usize]] >= seed))
        .collect()
}

/// Joins components whose boxes are at most `gap` pixels apart, `(across, down)`, until none are.
pub(super) fn merge(parts: Vec<Component>, gap: (u32, u32)) -> Vec<Component> {
    let near = |a: &BoxPx, b: &BoxPx| {
        a.x <= b.right().saturating_add(gap.0)
            && b.x <= a.right().saturating_add(gap.0)
            && a.y <= b.bottom().saturating_add(gap.1)
            && b.y <= a.bottom().saturating_add(gap.1)
    };
    let mut merged: Vec<Component> = Vec::new();
    for mut part in parts {
        // A part that grew by taking in another may now reach a third: start over until nothing is near.
        while let Some(index) = merged.iter().position(|other| near(&other.bounds, &part.bounds)) {
            let other = merged.swap_remove(index);
            part.bounds = part.bounds.union(&other.bounds);
            part.pixels.extend(other.pixels);
        }
        merged.push(part);
    }
    for part in &mut merged {
        part.pixels.sort_unstable();
    }
    merged.sort_by_key(|part| part.pixels[0]);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_weak_spot_without_a_seed_is_dropped_and_a_seed_grows() {
        let mut map = Array2::zeros((10, 20));
        map.slice_mut(ndarray::s![2..5, 3..6]).fill(0.4);
        map[[3, 4]] = 0.9;
        map.slice_mut(ndarray::s![2..5, 12..15]).fill(0.4);
        let found = hysteresis(&map, 0.8, 0.3);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].bounds, BoxPx { x: 3, y: 2, width: 3, height: 3 });
        assert_eq!(found[0].pixels.len(), 9);
    }

    #[test]
    fn an_empty_map_and_a_full_one() {
        assert!(hysteresis(&Array2::zeros((4, 4)), 0.5, 0.5).is_empty());
        assert_eq!(hysteresis(&Array2::ones((4, 4)), 0.5, 0.5)[0].pixels.len(), 16);
        assert!(components(0, 0, |_, _| true).is_empty());
    }

    #[test]
    fn merging_chains() {
        let at = |x| Component::new(vec![(0, x)]);
        let merged = merge(vec![at(0), at(8), at(4), at(40)], (3, 3));
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].bounds, BoxPx { x: 0, y: 0, width: 9, height: 1 });
        assert_eq!(merged[1].bounds.x, 40);
    }

    proptest! {
        #[test]
        fn every_pixel_is_in_exactly_one_component_and_merged_boxes_are_apart(
            bits in proptest::collection::vec(proptest::bool::weighted(0.3), 12 * 17), gap in 0u32..4
        ) {
            let found = components(12, 17, |row, column| bits[row * 17 + column]);
            let total: usize = found.iter().map(|c| c.pixels.len()).sum();
            prop_assert_eq!(total, bits.iter().filter(|b| **b).count());
            let merged = merge(found, (gap, gap));
            prop_assert_eq!(merged.iter().map(|c| c.pixels.len()).sum::<usize>(), total);
            for (index, a) in merged.iter().enumerate() {
                for b in &merged[index + 1..] {
                    let apart = a.bounds.x > b.bounds.right() + gap || b.bounds.x > a.bounds.right() + gap
                        || a.bounds.y > b.bounds.bottom() + gap || b.bounds.y > a.bounds.bottom() + gap;
                    prop_assert!(apart);
                }
            }
        }
    }
}
