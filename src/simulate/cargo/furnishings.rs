//! Pieces of furniture.

use super::cartons::{Inside, household};
use super::piece::Piece;
use crate::simulate::draw::Draw;
use crate::simulate::scene::Content;
use crate::simulate::solid::{Axis, Solid};
use crate::simulate::texture::{COIL, Cells, Texture};

/// A table on four legs; upside down on another where `pair`.
pub(super) fn table(pair: bool, draw: &mut Draw) -> Piece {
    let (long, wide) = (draw.range(1100.0, 1700.0), draw.range(680.0, 770.0));
    let high = draw.range(700.0, 760.0);
    let mut piece = Piece::new([long, high + if pair { high } else { 0.0 }, wide]);
    let mut one = |floor: f64, up: bool| {
        let at =
            |from: f64, to: f64| if up { [floor + from, floor + to] } else { [floor + high - to, floor + high - from] };
        piece.block([0.0, long], at(high - 32.0, high - 1.0), [0.0, wide], "wood");
        for x in [40.0, long - 110.0] {
            for z in [40.0, wide - 110.0] {
                piece.block([x, x + 70.0], at(0.0, high - 33.0), [z, z + 70.0], "wood");
            }
        }
        for z in [60.0, wide - 85.0] {
            piece.block([112.0, long - 112.0], at(high - 130.0, high - 33.0), [z, z + 25.0], "wood");
        }
    };
    one(0.0, true);
    if pair {
        one(high, false);
    }
    piece
}

/// Flat-packed cabinets: boards and fittings in low cartons, stacked.
pub(super) fn flat_packs(draw: &mut Draw) -> Piece {
    let (long, wide) = (draw.range(900.0, 2000.0), draw.range(560.0, 770.0));
    let number = 4 + draw.below(9);
    let pitch = draw.range(90.0, 160.0);
    let mut piece = Piece::new([long, pitch * number as f64, wide]);
    for pack in 0..number {
        let y = pitch * pack as f64;
        let shift = draw.range(0.0, 14.0);
        let board = Content {
            material: "wood",
            density: draw.range(0.85, 1.1),
            amplitude: 0.04,
            grain: [300.0, 18.0],
            slack: 0.0,
        };
        piece.goods([shift, long - 14.0 + shift], [y + 2.0, y + 0.7 * pitch], [4.0, wide - 4.0], board, draw);
        let fittings = long * draw.range(0.15, 0.7);
        let solid = Solid::cuboid(
            [fittings, fittings + 170.0],
            [y + 0.72 * pitch, y + 0.94 * pitch],
            [0.3 * wide, 0.6 * wide],
            "steel",
        );
        piece.add(solid.dense(0.10).grain(0.6, [24.0, 20.0], draw.seed()));
    }
    piece
}

/// A mattress on its long edge: wadding, and rows of coil springs seen end on.
pub(super) fn mattress(draw: &mut Draw) -> Piece {
    let (long, high) = (1960.0, draw.range(850.0, 1400.0));
    let mut piece = Piece::new([long, high, 210.0]);
    // Wadding and ticking on both faces, and around the edge.
    let inside = Solid::cuboid([38.0, long - 38.0], [38.0, high - 38.0], [37.0, 173.0], "textile").body;
    piece.add(Solid::cuboid([0.0, long], [0.0, high], [0.0, 210.0], "textile").without(inside).dense(0.35));
    // Coils of 2-mm wire: about 250 a square metre, 6 kg in all.
    let pitch = draw.range(58.0, 84.0);
    let coils =
        Cells { size: [pitch, pitch, 140.0], jitter: 0.03 * pitch, design: COIL, contrast: 1.0, seed: draw.seed() };
    let face = [[46.0, long - 46.0], [46.0, high - 46.0], [55.0, 170.0]];
    piece.arranged(face, ("steel", 0.024), Texture::Cells(coils));
    // The border wire, a rod of 4 mm around both faces.
    for y in [40.0, high - 44.0] {
        piece.block([60.0, long - 60.0], [y, y + 4.0], [48.0, 52.0], "steel");
    }
    piece
}

/// Cartons of books and household things, one on the other.
pub(super) fn removal_cartons(most: f64, draw: &mut Draw) -> Piece {
    let (long, wide) = (draw.range(520.0, 640.0), draw.range(420.0, 640.0));
    let mut piece = Piece::new([long, 0.0, wide]);
    let mut floor = 0.0;
    loop {
        let high = draw.range(300.0, 420.0);
        if floor + high > most {
            break;
        }
        // Books at the bottom, if any.
        let books = draw.chance(if floor < 400.0 { 0.5 } else { 0.15 });
        let inside = if books {
            let (material, density) = ("paper", draw.range(0.6, 0.85));
            // Books stand or lie in piles: fine upright or level lines.
            let grain = if draw.chance(0.5) { [26.0, 210.0] } else { [230.0, 24.0] };
            Inside::Loose(Content { material, density, amplitude: 0.14, grain, slack: draw.range(0.0, 0.2) })
        } else {
            household(draw)
        };
        let size = [long - draw.range(20.0, 60.0), high - 2.0, wide - draw.range(0.0, 30.0)];
        let carton = inside.carton(size, draw);
        piece.join(carton, [draw.range(0.0, 18.0), floor, 0.0]);
        floor += high;
    }
    piece.size[1] = floor;
    piece
}

/// A rolled carpet, upright or lying.
pub(super) fn carpet(draw: &mut Draw) -> Piece {
    let (radius, long) = (draw.range(90.0, 170.0), draw.range(1500.0, 2300.0));
    let mut piece = Piece::new([long, 2.0 * radius, 2.0 * radius]);
    piece.ring([long / 2.0, radius, radius], Axis::X, long / 2.0, [0.3 * radius, radius], "textile");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 1.2);
    piece
}
