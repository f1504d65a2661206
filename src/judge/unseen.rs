//! Places that were not seen, where they are large enough to hide something.

use super::components::{Component, components};
use crate::prepare::{PixelState, Prepared};
use ndarray::Array2;

/// Most cells along a side of the square that has to fit into an unseen place.
const CELLS: usize = 4;
/// The share of a cell's pixels that must be unseen: noise and dropout columns must not open a hole in a shield.
const LEAST_UNSEEN: f32 = 0.75;

/// An unseen place in prepared pixels.
pub(super) struct Unseen {
    pub(super) place: Component,
    /// Whether the beam did not get through most of it; otherwise most of it was repaired.
    pub(super) shielded: bool,
}

/// The places that hold a square of `side_mm` which was not seen; squares from four fifths of that may be among them.
///
/// The edge of every roof, floor and door is a dark line of steel along the beam, metres long and a few
/// centimetres wide: area alone would make each scan inconclusive. So the mask is opened with a square. The
/// opening works on cells of a fifth of the side that are mostly unseen, which costs one pass over the
/// picture: however a square lies on their grid, it holds four by four of them.
pub(super) fn unseen_places(prepared: &Prepared, side_mm: f32) -> Vec<Unseen> {
    let Some(cells) = Cells::new(prepared, side_mm) else { return Vec::new() };
    cells.places(prepared, &cells.opened())
}

/// The unseen places outside those of [`unseen_places`]: none of them holds a square.
pub(super) fn small_places(prepared: &Prepared, side_mm: f32) -> Vec<Unseen> {
    let Some(cells) = Cells::new(prepared, side_mm) else { return Vec::new() };
    let mut rest = cells.unseen.clone();
    rest.zip_mut_with(&cells.opened(), |cell, &opened| *cell &= !opened);
    cells.places(prepared, &rest)
}

/// The share of the picture that the beam did not get through, without the strips of `side_mm` along its sides, where roof,
/// floor, posts and doors are steel that lies along the beam.
pub(super) fn shielded_share(prepared: &Prepared, side_mm: f32) -> f32 {
    let (rows, columns) = prepared.dim();
    let pixel = prepared.frame.pixel;
    let edge = |size: f32, of: usize| ((side_mm / size).ceil() as usize).min(of / 4);
    let (high, wide) = (edge(pixel.y, rows), edge(pixel.x, columns));
    let inner = prepared.state.slice(ndarray::s![high..rows - high, wide..columns - wide]);
    inner.iter().filter(|&&state| state == PixelState::Shielded).count() as f32 / inner.len().max(1) as f32
}

/// Cells of prepared pixels, those that are mostly unseen marked.
struct Cells {
    /// Prepared rows and columns of a cell.
    size: (usize, usize),
    /// Cells of a square of the side.
    square: (usize, usize),
    unseen: Array2<bool>,
}

impl Cells {
    /// Nothing where all was seen.
    fn new(prepared: &Prepared, side_mm: f32) -> Option<Self> {
        let (rows, columns) = prepared.dim();
        let pixel = prepared.frame.pixel;
        // Where pixels are coarse, fewer cells than four make up the side.
        let across = |size: f32| ((side_mm / size) as usize).clamp(1, CELLS);
        let square = (across(pixel.y), across(pixel.x));
        let cell = |size: f32, cells: usize| (((side_mm / size) as usize + 1) / (cells + 1)).max(1);
        let size = (cell(pixel.y, square.0), cell(pixel.x, square.1));
        let mut counts = Array2::<u32>::zeros((rows / size.0, columns / size.1));
        let mut any = false;
        for (row, line) in prepared.state.outer_iter().enumerate().take(counts.nrows() * size.0) {
            let mut cells = counts.row_mut(row / size.0);
            for (column, &state) in line.iter().enumerate().take(cells.len() * size.1) {
                let unseen = state != PixelState::Valid;
                any |= unseen;
                cells[column / size.1] += u32::from(unseen);
            }
        }
        let least = LEAST_UNSEEN * (size.0 * size.1) as f32;
        any.then(|| Self { size, square, unseen: counts.mapv(|count| count as f32 >= least) })
    }

    fn opened(&self) -> Array2<bool> {
        opened(&self.unseen, self.square)
    }

    /// What hangs together among `cells`.
    fn places(&self, prepared: &Prepared, cells: &Array2<bool>) -> Vec<Unseen> {
        components(cells.nrows(), cells.ncols(), |row, column| cells[[row, column]])
            .into_iter()
            .map(|found| {
                let place = found.scaled(self.size, prepared.dim());
                let blocked = |&&(row, column): &&(u32, u32)| {
                    prepared.state[[row as usize, column as usize]] == PixelState::Shielded
                };
                let shielded = 2 * place.pixels.iter().filter(blocked).count() >= place.pixels.len();
                Unseen { place, shielded }
            })
            .collect()
    }
}

/// The cells that lie in a square (rows, columns) of unseen cells.
fn opened(unseen: &Array2<bool>, square: (usize, usize)) -> Array2<bool> {
    let mut opened = Array2::from_elem(unseen.dim(), false);
    if unseen.nrows() < square.0 || unseen.ncols() < square.1 {
        return opened;
    }
    for (index, window) in unseen.windows(square).into_iter().enumerate() {
        if window.iter().all(|&cell| cell) {
            let across = unseen.ncols() + 1 - square.1;
            let (row, column) = (index / across, index % across);
            opened.slice_mut(ndarray::s![row..row + square.0, column..column + square.1]).fill(true);
        }
    }
    opened
}
