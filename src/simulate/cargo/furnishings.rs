//! Pieces of furniture.

use super::piece::{Piece, Span};
use crate::simulate::draw::Draw;
use crate::simulate::scene::Content;
use crate::simulate::solid::{Axis, Solid};

/// Chairs, each on the seat of the one below.
pub(super) fn chairs(number: usize, draw: &mut Draw) -> Piece {
    let steel = draw.chance(0.4);
    let pitch = if steel { 95.0 } else { 260.0 };
    let (long, wide) = (520.0, 480.0);
    let mut piece = Piece::new([long + 12.0 * number as f64, 460.0 + 420.0 + pitch * (number - 1) as f64, wide]);
    for chair in 0..number {
        let (x, y) = (12.0 * chair as f64, pitch * chair as f64);
        // Legs stand beside those of the chair below: half a leg further across for each.
        let (seat, legs) = (y + 440.0, if chair == 0 { y } else { y + 440.0 - pitch + 30.0 });
        piece.block([x, x + 440.0], [seat, seat + 22.0], [20.0, wide - 20.0], if steel { "plastic" } else { "wood" });
        let side = if steel { 11.0 } else { 20.0 };
        let metal = if steel { "steel" } else { "wood" };
        for z in [20.0 + side, wide - 20.0 - side] {
            for left in [x + side, x + 440.0 - side] {
                piece.bar([left, legs, z], [left, seat - 1.0, z], side, metal);
            }
            piece.bar([x + side, seat + 23.0, z], [x + side, seat + 410.0, z], side, metal);
        }
        piece.block(
            [x + side * 2.0 + 1.0, x + side * 2.0 + 20.0],
            [seat + 230.0, seat + 400.0],
            [24.0, wide - 24.0],
            if steel { "plastic" } else { "wood" },
        );
    }
    piece
}

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
        piece.add(solid.dense(0.25).grain(0.6, [24.0, 20.0], draw.seed()));
    }
    piece
}

/// A sofa: frame, springs, cushions.
pub(super) fn sofa(draw: &mut Draw) -> Piece {
    let long = draw.range(1500.0, 2150.0);
    let (high, deep) = (830.0, 770.0);
    let mut piece = Piece::new([long, high, deep]);
    for x in [20.0, long - 90.0] {
        for z in [30.0, deep - 90.0] {
            piece.block([x, x + 60.0], [0.0, 90.0], [z, z + 60.0], "wood");
        }
    }
    for z in [10.0, deep - 40.0] {
        piece.block([0.0, long], [91.0, 180.0], [z, z + 28.0], "wood");
    }
    for x in [2.0, long - 172.0] {
        piece.cushion([x, x + 170.0], [185.0, 620.0], [0.0, deep], "textile", 0.55);
    }
    for spring in 0..(long / 160.0) as usize - 2 {
        let x = 220.0 + spring as f64 * 160.0;
        piece.ring([x, 220.0, deep / 2.0], Axis::Z, 12.0, [34.0, 40.0], "steel");
    }
    let seats = if long > 1800.0 { 3 } else { 2 };
    let each = (long - 350.0) / f64::from(seats);
    for seat in 0..seats {
        let x = [175.0 + each * f64::from(seat), 171.0 + each * f64::from(seat + 1)];
        piece.cushion(x, [270.0, 430.0], [0.0, 560.0], "textile", 0.5);
        piece.cushion(x, [435.0, high - 20.0], [560.0, 750.0], "textile", 0.45);
    }
    piece
}

/// A mattress on its long edge, its springs seen from the side or end on.
pub(super) fn mattress(draw: &mut Draw) -> Piece {
    let (long, high) = (1960.0, draw.range(850.0, 1400.0));
    let mut piece = Piece::new([long, high, 210.0]);
    piece.cushion([0.0, long], [0.0, high], [0.0, 36.0], "textile", 0.35);
    piece.cushion([0.0, long], [0.0, high], [174.0, 210.0], "textile", 0.35);
    // Rows of coils: steel wire spread over the face.
    let solid = Solid::cuboid([40.0, long - 40.0], [40.0, high - 40.0], [40.0, 170.0], "steel");
    piece.add(solid.dense(0.012).grain(0.9, [34.0, 34.0], draw.seed()));
    for y in [20.0, high - 20.0] {
        piece.rod([long / 2.0, y, 105.0], Axis::X, long / 2.0 - 60.0, 4.0, "steel");
    }
    piece
}

/// A wardrobe or shelf of boards, some things in it.
pub(super) fn wardrobe(things: bool, draw: &mut Draw) -> Piece {
    let (long, high) = (draw.range(800.0, 1400.0), draw.range(1500.0, 2050.0));
    let mut piece = Piece::new([long, high, 580.0]);
    piece.shell([0.0, long], [0.0, high], [0.0, 580.0], 18.0, "wood");
    let middle = long * draw.range(0.45, 0.6);
    piece.block([middle, middle + 18.0], [19.0, high - 19.0], [20.0, 540.0], "wood");
    piece.rod([f64::midpoint(middle, long), high - 110.0, 290.0], Axis::X, (long - middle) / 2.0 - 22.0, 13.0, "steel");
    for shelf in 1..5 {
        let y = f64::from(shelf) * high / 5.0;
        let x: Span = [19.0, middle - 1.0];
        piece.block(x, [y, y + 18.0], [20.0, 540.0], "wood");
        if things && draw.chance(0.6) {
            let content =
                Content { material: "textile", density: 0.8, amplitude: 0.4, grain: [90.0, 50.0], slack: 0.0 };
            let end = x[0] + 20.0 + draw.range(0.4, 0.9) * (x[1] - x[0] - 40.0);
            piece.goods(
                [x[0] + 10.0, end],
                [y + 19.0, y + draw.range(0.3, 0.8) * high / 5.0],
                [60.0, 500.0],
                content,
                draw,
            );
        }
    }
    piece
}

/// A chest of drawers or kitchen unit.
pub(super) fn chest(draw: &mut Draw) -> Piece {
    let (long, high) = (draw.range(500.0, 1000.0), draw.range(700.0, 950.0));
    let mut piece = Piece::new([long, high, 500.0]);
    piece.shell([0.0, long], [0.0, high], [0.0, 500.0], 18.0, "wood");
    for drawer in 0..4 {
        let y = 22.0 + f64::from(drawer) * (high - 44.0) / 4.0;
        let side = (high - 44.0) / 4.0 - 14.0;
        piece.shell([26.0, long - 26.0], [y, y + side], [20.0, 470.0], 10.0, "wood");
        if draw.chance(0.5) {
            let content =
                Content { material: "textile", density: 0.7, amplitude: 0.5, grain: [50.0, 40.0], slack: 0.0 };
            piece.goods([40.0, long - 40.0], [y + 11.0, y + 0.6 * side], [40.0, 440.0], content, draw);
        }
        for z in [6.0, 482.0] {
            piece.block([30.0, long - 30.0], [y + 30.0, y + 62.0], [z + 14.0, z + 17.0], "steel");
        }
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
        let (material, density, amplitude, grain) = if books {
            ("paper", draw.range(0.6, 0.85), 0.12, [40.0, 160.0])
        } else {
            [
                ("textile", 0.7, 0.35, [120.0, 60.0]),
                ("tile", 0.22, 0.6, [90.0, 60.0]),
                ("plastic", 0.2, 0.6, [70.0, 60.0]),
                ("steel", 0.05, 0.8, [80.0, 50.0]),
                ("wood", 0.3, 0.6, [80.0, 70.0]),
            ][draw.below(5)]
        };
        let content = Content { material, density, amplitude, grain, slack: draw.range(0.0, 0.2) };
        let size = [long - draw.range(20.0, 60.0), high - 2.0, wide - draw.range(0.0, 30.0)];
        let carton = super::cartons::Inside::Loose(content).carton(size, draw);
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
