//! Wardrobes, chests of drawers, kitchen units.

use super::piece::{Piece, Span};
use crate::simulate::draw::Draw;
use crate::simulate::solid::Axis;
use crate::simulate::texture::{Folds, Texture};

/// Height of a drawer's slide, mm.
const SLIDE: f64 = 42.0;

/// A wardrobe: boards, a rail, shelves, doors on hinges; some things in it.
pub(super) fn wardrobe(things: bool, draw: &mut Draw) -> Piece {
    let (long, high) = (draw.range(800.0, 1400.0), draw.range(1500.0, 2050.0));
    let mut piece = Piece::new([long, high, 600.0]);
    piece.shell([0.0, long], [60.0, high], [0.0, 570.0], 18.0, "wood");
    for x in [0.0, long - 18.0] {
        piece.block([x, x + 18.0], [0.0, 59.0], [10.0, 560.0], "wood");
    }
    let middle = long * draw.range(0.45, 0.6);
    piece.block([middle, middle + 18.0], [79.0, high - 19.0], [20.0, 540.0], "wood");
    piece.rod([f64::midpoint(middle, long), high - 110.0, 290.0], Axis::X, (long - middle) / 2.0 - 22.0, 13.0, "steel");
    // Doors stand in front; hinge cups, and handles where they meet.
    for (x, hinge) in [([2.0, middle - 2.0], 22.0), ([middle + 2.0, long - 2.0], long - 22.0)] {
        piece.block(x, [62.0, high - 2.0], [572.0, 588.0], "wood");
        for share in [0.1, 0.5, 0.9] {
            piece.rod([hinge, 60.0 + share * (high - 60.0), 552.0], Axis::Z, 17.0, 17.0, "steel");
            piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.6);
        }
    }
    for x in [middle - 40.0, middle + 40.0] {
        piece.rod([x, 0.52 * high, 594.0], Axis::Y, 80.0, 5.5, "steel");
    }
    for shelf in 1..5 {
        let y = 60.0 + f64::from(shelf) * (high - 60.0) / 5.0;
        let x: Span = [19.0, middle - 1.0];
        piece.block(x, [y, y + 18.0], [20.0, 540.0], "wood");
        if things && draw.chance(0.6) {
            let end = x[0] + 20.0 + draw.range(0.4, 0.9) * (x[1] - x[0] - 40.0);
            let space = [[x[0] + 10.0, end], [y + 19.0, y + draw.range(0.4, 0.85) * high / 5.0], [60.0, 500.0]];
            let folds = Folds { stack: 300.0, thick: 30.0, rows: 2, seed: draw.seed() };
            piece.arranged(space, ("textile", 0.18), Texture::Folds(folds));
        }
    }
    piece
}

/// A chest of drawers, its drawers towards the beam: fronts, bottoms, steel slides on both sides, handles.
pub(super) fn chest(draw: &mut Draw) -> Piece {
    let (long, high) = (draw.range(500.0, 1000.0), draw.range(700.0, 1000.0));
    let mut piece = Piece::new([long, high, 520.0]);
    // Carcass without a front; feet.
    for x in [0.0, long - 18.0] {
        piece.block([x, x + 18.0], [70.0, high - 23.0], [10.0, 478.0], "wood");
    }
    piece.block([0.0, long], [high - 22.0, high], [14.0, 506.0], "wood");
    piece.block([19.0, long - 19.0], [70.0, 88.0], [10.0, 478.0], "wood");
    piece.block([19.0, long - 19.0], [89.0, high - 24.0], [4.0, 9.0], "wood");
    for x in [25.0, long - 70.0] {
        for z in [40.0, 440.0] {
            piece.block([x, x + 45.0], [0.0, 69.0], [z, z + 45.0], "wood");
        }
    }
    let drawers = 3 + draw.below(3);
    let pitch = (high - 120.0) / drawers as f64;
    let pair = long > 820.0;
    for drawer in 0..drawers {
        let y = 92.0 + drawer as f64 * pitch;
        let side = pitch - 26.0;
        piece.block([20.0, long - 20.0], [y - 1.0, y + pitch - 5.0], [480.0, 497.0], "wood");
        for x in [32.0, long - 46.0] {
            piece.block([x, x + 14.0], [y + 8.0, y + 8.0 + side], [22.0, 470.0], "wood");
        }
        piece.block([47.0, long - 47.0], [y + 10.0, y + 16.0], [22.0, 470.0], "wood");
        for x in [20.0, long - 31.0] {
            piece.block([x, x + 11.0], [y + 20.0, y + 20.0 + SLIDE], [30.0, 470.0], "steel");
            // Two rails of 1.2-mm sheet and a row of balls.
            piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.28);
        }
        let knobs: &[f64] = if pair { &[0.27, 0.73] } else { &[0.5] };
        for share in knobs {
            piece.rod([share * long, y + 0.55 * pitch, 509.0], Axis::Z, 10.0, 13.0, "steel");
        }
        if draw.chance(0.2) {
            let folds = Folds { stack: 240.0, thick: 24.0, rows: 2, seed: draw.seed() };
            let space = [[52.0, long - 52.0], [y + 17.0, y + 17.0 + 0.6 * side], [40.0, 440.0]];
            piece.arranged(space, ("textile", 0.16), Texture::Folds(folds));
        }
    }
    piece
}
