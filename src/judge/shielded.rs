//! Places the beam did not get through, where they are large enough to hide something.

use super::components::{Component, components};
use crate::prepare::{PixelState, Prepared};
use ndarray::Array2;

/// Cells along a side of the square that has to fit into a shielded place.
const CELLS: usize = 4;

/// The unpenetrated places that hold a square of `side_mm`, as components of prepared pixels; squares from four
/// fifths of that may be among them.
///
/// The edge of every roof, floor and door is a dark line of steel along the beam, metres long and a few
/// centimetres wide: area alone would make each scan inconclusive. So the mask is opened with a square. The
/// opening works on cells of a fifth of the side that are unpenetrated throughout, which costs one pass over the
/// picture: however a square lies on their grid, it holds four by four of them.
pub(super) fn shielded_places(prepared: &Prepared, side_mm: f32) -> Vec<Component> {
    let (rows, columns) = prepared.dim();
    let pixel = prepared.frame.pixel;
    let cell = |size: f32| (((side_mm / size) as usize + 1) / (CELLS + 1)).max(1);
    let (cell_rows, cell_columns) = (cell(pixel.y), cell(pixel.x));
    let mut blocked = Array2::from_elem((rows / cell_rows, columns / cell_columns), true);
    let mut any = false;
    for (row, line) in prepared.state.outer_iter().enumerate().take(blocked.nrows() * cell_rows) {
        let mut cells = blocked.row_mut(row / cell_rows);
        for (column, &state) in line.iter().enumerate().take(cells.len() * cell_columns) {
            let shielded = state == PixelState::Shielded;
            any |= shielded;
            cells[column / cell_columns] &= shielded;
        }
    }
    if !any {
        return Vec::new();
    }
    let opened = opened(&blocked);
    components(opened.nrows(), opened.ncols(), |row, column| opened[[row, column]])
        .into_iter()
        .map(|found| found.scaled((cell_rows, cell_columns), (rows, columns)))
        .collect()
}

/// The cells that lie in a square of [`CELLS`] blocked cells.
fn opened(blocked: &Array2<bool>) -> Array2<bool> {
    let mut opened = Array2::from_elem(blocked.dim(), false);
    for (index, window) in blocked.windows((CELLS, CELLS)).into_iter().enumerate() {
        if window.iter().all(|&cell| cell) {
            let across = blocked.ncols() + 1 - CELLS;
            let (row, column) = (index / across, index % across);
            opened.slice_mut(ndarray::s![row..row + CELLS, column..column + CELLS]).fill(true);
        }
    }
    opened
}
