//! Chairs, armchairs and sofas.

use super::piece::Piece;
use crate::simulate::draw::Draw;
use crate::simulate::solid::{Axis, Solid};
use std::f64::consts::PI;

/// Chairs: of steel tube, nested in a tall pile, or of wood, seat on seat with every other one upside down.
pub(super) fn chairs(number: usize, draw: &mut Draw) -> Piece {
    if draw.chance(0.45) { nested(3 * number.max(1), draw) } else { turned_over(number, draw) }
}

/// Stacking chairs: frames of 25-mm tube, seats and backs of moulded plastic, each 75 mm over the one below.
fn nested(number: usize, draw: &mut Draw) -> Piece {
    let (pitch, wide) = (draw.range(68.0, 90.0), 480.0);
    let creep = draw.range(8.0, 14.0);
    let long = 560.0 + creep * number as f64;
    let mut piece = Piece::new([long, 860.0 + pitch * (number - 1) as f64, wide]);
    for chair in 0..number {
        let (x, y) = (creep * chair as f64, pitch * chair as f64);
        let seat = y + 440.0;
        // Those higher up stand outside of those below: only the lowest one's legs reach the floor.
        let foot = if chair == 0 { 12.5 } else { seat - pitch + 8.0 };
        for z in [34.0, wide - 34.0] {
            piece.bar([x + 14.0, foot, z], [x + 40.0, seat - 16.0, z], 12.5, "steel");
            let shell = [[x + 470.0, foot, z], [x + 430.0, seat - 16.0, z]];
            piece.bar(shell[0], shell[1], 12.5, "steel");
            piece.bar([x + 432.0, seat + 14.0, z], [x + 505.0, seat + 398.0, z], 12.5, "steel");
        }
        for tube in piece.solids.iter_mut().rev().take(6) {
            // Tube of 1.5 mm: a fifth of the bar's section.
            tube.density = 0.22;
        }
        let dished = Solid::cuboid([x + 20.0, x + 430.0], [seat - 4.0, seat + 10.0], [52.0, wide - 52.0], "plastic");
        piece.add(dished.turned(Axis::Z, -0.05));
        let back = Solid::cuboid([x + 486.0, x + 498.0], [seat + 190.0, seat + 390.0], [52.0, wide - 52.0], "plastic");
        piece.add(back.turned(Axis::Z, -0.19));
    }
    piece
}

/// A wooden chair with a cushion, its back raked.
fn chair() -> Piece {
    let wide = 470.0;
    let mut piece = Piece::new([560.0, 930.0, wide]);
    let (front, rear, seat) = (40.0, 400.0, 430.0);
    for z in [30.0, wide - 30.0] {
        piece.bar([front, 20.0, z], [front + 10.0, seat, z], 19.0, "wood");
        piece.bar([rear + 40.0, 20.0, z], [rear, seat, z], 19.0, "wood");
        piece.bar([rear + 5.0, seat + 8.0, z], [rear + 112.0, 905.0, z], 18.0, "wood");
        piece.bar([front + 30.0, 190.0, z], [rear - 5.0, 190.0, z], 10.0, "wood");
    }
    piece.block([front + 30.0, rear - 22.0], [seat - 55.0, seat - 5.0], [20.0, wide - 20.0], "wood");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.25);
    piece.block([front - 20.0, rear - 20.0], [seat + 2.0, seat + 18.0], [12.0, wide - 12.0], "wood");
    piece.cushion([front - 16.0, rear - 20.0], [seat + 19.0, seat + 68.0], [14.0, wide - 14.0], "foam", 1.5);
    for (low, high) in [(600.0, 660.0), (720.0, 780.0), (820.0, 890.0)] {
        let lean = 0.235 * (low + high - 2.0 * seat) / 2.0;
        let slat = Solid::cuboid([rear + lean - 9.0, rear + lean + 9.0], [low, high], [52.0, wide - 52.0], "wood");
        piece.add(slat.turned(Axis::Z, -0.235));
    }
    piece
}

/// Pairs of chairs: one upright, one on its seat upside down; another pair on their legs' ends.
fn turned_over(number: usize, draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([620.0, 0.0, 470.0]);
    let mut floor = 0.0;
    for chair_number in 0..number {
        let one = chair();
        let shift = draw.range(0.0, 25.0);
        if chair_number % 2 == 0 {
            piece.join(one, [shift, floor, 0.0]);
            piece.size[1] = floor + 930.0;
            floor += 505.0;
        } else {
            // Upside down: legs up, its back hangs down behind the lower one's seat on the other side.
            let mut over = one;
            let pivot = [290.0, 249.5, 235.0];
            over.solids = over.solids.into_iter().map(|s| s.turned_about(pivot, Axis::Z, PI)).collect();
            piece.join(over, [shift + 12.0, floor, 0.0]);
            piece.size[1] = (floor + 500.0).max(piece.size[1]);
            floor += 502.0;
        }
    }
    // A back that hangs down needs room below: the pile starts with an upright chair, whose legs give it.
    piece
}

/// A sofa: legs, a frame, zigzag springs, cushions; seen from the front, or, lying across the container, from its side.
pub(super) fn sofa(draw: &mut Draw) -> Piece {
    let long = draw.range(1500.0, 2150.0);
    let (high, deep) = (830.0, 770.0);
    let mut piece = Piece::new([long, high, deep]);
    for x in [20.0, long - 90.0] {
        for z in [30.0, deep - 90.0] {
            piece.block([x, x + 50.0], [0.0, 90.0], [z, z + 50.0], "wood");
        }
    }
    for z in [10.0, deep - 40.0] {
        piece.block([0.0, long], [91.0, 200.0], [z, z + 28.0], "wood");
    }
    for x in [2.0, long - 30.0] {
        piece.block([x, x + 28.0], [91.0, 200.0], [39.0, deep - 41.0], "wood");
    }
    // Arms: a frame of boards in foam and cloth.
    for x in [2.0, long - 172.0] {
        piece.cushion([x, x + 170.0], [203.0, 640.0], [0.0, deep - 5.0], "foam", 1.6);
        let board = Solid::cuboid([x + 75.0, x + 95.0], [225.0, 600.0], [60.0, deep - 70.0], "wood");
        let cushion = piece.solids.len() - 1;
        piece.solids[cushion].cuts.push(board.body.clone());
        piece.add(board);
    }
    // Springs run from front to back, seven a seat.
    let seats = if long > 1800.0 { 3 } else { 2 };
    let each = (long - 350.0) / f64::from(seats);
    for seat in 0..seats {
        let left = 175.0 + each * f64::from(seat);
        for spring in 0..5 {
            let x = left + each * (0.14 + 0.18 * f64::from(spring));
            piece.block([x - 17.0, x + 17.0], [222.0, 226.0], [60.0, deep - 190.0], "steel");
            piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.3);
        }
        let x = [left, left + each - 4.0];
        piece.cushion(x, [270.0, 430.0], [0.0, 560.0], "foam", draw.range(1.4, 2.2));
        piece.add(back_cushion(x, [435.0, high - 20.0], [575.0, 745.0], draw));
    }
    piece
}

fn back_cushion(x: [f64; 2], y: [f64; 2], z: [f64; 2], draw: &mut Draw) -> Solid {
    let half = [x, y, z].map(|side| (side[1] - side[0]) / 2.0);
    let body = Solid::cuboid(x, y, z, "foam").body.centre;
    let shape = crate::simulate::solid::Shape::Pillow { half };
    Solid::new(shape, body, "foam").dense(draw.range(1.2, 1.9))
}

/// The same sofa across the container: its profile, with the arm, the back and the springs' row.
pub(super) fn sofa_across(draw: &mut Draw) -> Piece {
    sofa(draw).quarter()
}
