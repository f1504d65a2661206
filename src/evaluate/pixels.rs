//! A model's map against the pixels of the loads.

use super::outcome::Patches;
use super::statistics::PixelHistogram;
use crate::pipeline::PlacedMap;
use crate::scan::{Error, Point, Result};
use image::{GrayImage, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};

/// Adds every pixel of a scan of `(rows, columns)` to `histogram`: its score is that of the map's cell over its centre, 0 where the
/// map does not reach (what was not looked at was not found), and its region the 8-connected part of the loads that holds it.
///
/// Gives false, and adds nothing, where a load's place is not told: its pixels would count as false alarms.
///
/// # Errors
/// A bug error for a map with scores that are no numbers.
pub fn mark(histogram: &mut PixelHistogram, placed: &PlacedMap, loads: &Patches, size: (u32, u32)) -> Result<bool> {
    if loads.iter().any(Option::is_none) {
        return Ok(false);
    }
    let (rows, columns) = (size.0 as usize, size.1 as usize);
    let map = &placed.map;
    let (map_rows, map_columns) = map.scores.dim();
    // Where a source row's or column's centre lies on the prepared grid, in cells; the grid is straight, so each is asked once.
    let cell = |at: f32, cells: usize| {
        let cell = (at / map.cell as f32).floor();
        (cell >= 0.0 && (cell as usize) < cells).then_some(cell as usize)
    };
    let on_grid = |x: f32, y: f32| placed.frame.from_source(Point { x: x + 0.5, y: y + 0.5 });
    let of_column: Vec<Option<usize>> = (0..columns).map(|x| cell(on_grid(x as f32, 0.0).x, map_columns)).collect();
    let mut scores = vec![0.0_f32; rows * columns];
    for (row, line) in scores.chunks_exact_mut(columns.max(1)).enumerate() {
        let Some(map_row) = cell(on_grid(0.0, row as f32).y, map_rows) else { continue };
        let values = map.scores.row(map_row);
        for (score, column) in line.iter_mut().zip(&of_column) {
            *score = column.map_or(0.0, |column| values[column]);
        }
    }
    histogram.add(&scores, &regions(loads, (rows, columns))).map_err(|error| Error::bug(format!("map: {error}")))?;
    Ok(true)
}

/// The number of the 8-connected part that each pixel belongs to, row by row; 0 outside of all loads. Loads that touch are one part: that
/// is how `MVTec` AD defines the regions of its overlap measure.
fn regions(loads: &Patches, (rows, columns): (usize, usize)) -> Vec<u32> {
    let mut regions = vec![0; rows * columns];
    let bounds = loads.iter().flatten().map(super::patch::Patch::bounds).reduce(|a, b| a.union(&b));
    let Some(bounds) = bounds else { return regions };
    let mut picture = GrayImage::new(bounds.width, bounds.height);
    for (row, column) in loads.iter().flatten().flat_map(super::patch::Patch::pixels) {
        picture.put_pixel(column - bounds.x, row - bounds.y, Luma([1]));
    }
    for (x, y, part) in connected_components(&picture, Connectivity::Eight, Luma([0])).enumerate_pixels() {
        let (row, column) = ((bounds.y + y) as usize, (bounds.x + x) as usize);
        if row < rows && column < columns {
            regions[row * columns + column] = part[0];
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Patch;
    use crate::infer::ScoreMap;
    use crate::prepare::{Frame, Located};
    use crate::scan::{BoxPx, End, PixelSize};
    use ndarray::Array2;

    /// A scan of 20 x 40 pixels of 5 mm, of which a crop was prepared at 10 mm, in cells of 2.
    fn placed(scores: Array2<f32>) -> PlacedMap {
        let frame = Frame {
            crop: BoxPx { x: 8, y: 4, width: 24, height: 12 },
            located: Located::Object,
            source_pixel: PixelSize { x: 5.0, y: 5.0 },
            pixel: PixelSize { x: 10.0, y: 10.0 },
            pixel_sigma: 0.0,
            doors: End::Right,
            doors_known: false,
        };
        PlacedMap { map: ScoreMap { scores, cell: 2 }, frame }
    }

    fn patch(x: u32, y: u32, width: u32, height: u32) -> Patch {
        Patch::from_box(BoxPx { x, y, width, height })
    }

    #[test]
    fn a_cell_covers_its_source_pixels_and_what_is_outside_scores_nothing() {
        // 6 x 12 prepared pixels, 3 x 6 cells of 4 x 4 source pixels; one of them is sure.
        let mut scores = Array2::from_elem((3, 6), 0.25);
        scores[[1, 2]] = 1.0;
        let placed = placed(scores);
        let mut histogram = PixelHistogram::new();
        // Just the sure cell's pixels: perfect.
        assert!(mark(&mut histogram, &placed, &vec![Some(patch(16, 8, 4, 4))], (20, 40)).unwrap());
        assert_eq!(histogram.pixels(), (16, 20 * 40 - 16));
        let found = histogram.figures().unwrap();
        assert_eq!((found.auc, found.average_precision), (1.0, 1.0));
        // One pixel to the side, a quarter of the load scores as the crop does.
        let mut shifted = PixelHistogram::new();
        mark(&mut shifted, &placed, &vec![Some(patch(17, 8, 4, 4))], (20, 40)).unwrap();
        assert!(shifted.figures().unwrap().average_precision < 0.9);
        // Outside of the crop nothing can be found.
        let mut outside = PixelHistogram::new();
        mark(&mut outside, &placed, &vec![Some(patch(0, 0, 4, 4))], (20, 40)).unwrap();
        let missed = 1.0 - 24.0 * 12.0 / (800.0 - 16.0) - 0.5 * (1.0 - 24.0 * 12.0 / (800.0 - 16.0));
        assert!((outside.figures().unwrap().auc - missed).abs() < 1e-12, "{:?}", outside.figures());
    }

    #[test]
    fn loads_that_touch_are_one_region_and_unplaced_ones_are_left_out() {
        let placed = placed(Array2::from_elem((3, 6), 0.5));
        let mut histogram = PixelHistogram::new();
        // The first two touch by a corner.
        let loads = vec![Some(patch(10, 5, 2, 2)), Some(patch(12, 7, 2, 2)), Some(patch(20, 5, 2, 2))];
        assert!(mark(&mut histogram, &placed, &loads, (20, 40)).unwrap());
        assert_eq!(histogram.regions(), 2);
        assert!(!mark(&mut histogram, &placed, &vec![None], (20, 40)).unwrap());
        assert_eq!(histogram.pixels().0, 12);
        // A clean scan has pixels outside only.
        assert!(mark(&mut histogram, &placed, &vec![], (20, 40)).unwrap());
        assert_eq!(histogram.pixels(), (12, 2 * 800 - 12));
    }
}
