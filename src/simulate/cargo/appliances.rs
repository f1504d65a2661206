//! White goods and other household machines.

use super::piece::Piece;
use crate::simulate::draw::Draw;
use crate::simulate::scene::Content;
use crate::simulate::solid::{Axis, Solid};

/// A washing machine seen from the front or the side: sheet case, tub, drum, concrete weights, motor, pulley.
pub(super) fn washing_machine(draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([600.0, 850.0, 580.0]);
    let axis = if draw.chance(0.5) { Axis::Z } else { Axis::X };
    piece.shell([0.0, 600.0], [10.0, 850.0], [0.0, 580.0], 0.9, "steel");
    let centre = [300.0, 440.0, 290.0];
    piece.ring(centre, axis, 210.0, [272.0, 280.0], "plastic");
    piece.ring(centre, axis, 170.0, [238.0, 240.0], "steel");
    let mut back = centre;
    let along = if axis == Axis::Z { 2 } else { 0 };
    back[along] -= 205.0;
    piece.rod(back, axis, 3.0, 238.0, "steel");
    let mut pulley = centre;
    pulley[along] -= 235.0;
    piece.ring(pulley, axis, 10.0, [110.0, 140.0], "aluminium");
    // The weights lie across the tub's top and around the door.
    piece.block([120.0, 480.0], [728.0, 820.0], [140.0, 430.0], "concrete");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.8);
    let mut front = centre;
    front[along] += 232.0;
    piece.ring(front, axis, 18.0, [180.0, 265.0], "concrete");
    let mut motor = [330.0, 105.0, 300.0];
    motor[along] -= 100.0;
    piece.rod(motor, axis, 75.0, 58.0, "steel");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.7);
    for x in [70.0, 500.0] {
        piece.block([x, x + 30.0], [12.0, 60.0], [60.0, 520.0], "steel");
        piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.15);
    }
    piece.block([330.0, 560.0], [760.0, 835.0], [450.0, 500.0], "electronics");
    piece
}

/// A cooker: case, oven, hob plates, door glass.
pub(super) fn cooker(draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([600.0, 860.0, 600.0]);
    piece.shell([0.0, 600.0], [0.0, 850.0], [0.0, 600.0], 1.0, "steel");
    piece.shell([80.0, 520.0], [200.0, 600.0], [70.0, 530.0], 1.5, "steel");
    piece.block([80.0, 520.0], [180.0, 640.0], [550.0, 562.0], "glass");
    for (x, z) in [(160.0, 160.0), (440.0, 160.0), (160.0, 440.0), (440.0, 440.0)] {
        let radius = draw.range(70.0, 92.0);
        piece.rod([x, 835.0, z], Axis::Y, 8.0, radius, "iron");
    }
    piece.block([90.0, 510.0], [320.0, 324.0], [80.0, 520.0], "steel");
    piece.block([90.0, 510.0], [460.0, 464.0], [80.0, 520.0], "steel");
    piece
}

/// A refrigerator: sheet and foam, shelves, compressor and condenser at the bottom.
pub(super) fn refrigerator(draw: &mut Draw) -> Piece {
    let high = draw.range(1400.0, 1850.0);
    let mut piece = Piece::new([600.0, high, 620.0]);
    piece.shell([0.0, 600.0], [0.0, high], [0.0, 620.0], 0.8, "steel");
    piece.shell([2.0, 598.0], [250.0, high - 2.0], [2.0, 618.0], 45.0, "foam");
    piece.shell([48.0, 552.0], [297.0, high - 48.0], [48.0, 572.0], 2.5, "plastic");
    let split = high * draw.range(0.55, 0.7);
    piece.block([52.0, 548.0], [split, split + 60.0], [52.0, 568.0], "plastic");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.12);
    for share in [0.25, 0.45, 0.8] {
        let y = 300.0 + share * (high - 400.0);
        if (y - split).abs() > 80.0 {
            piece.block([54.0, 546.0], [y, y + 5.0], [60.0, 500.0], "glass");
        }
    }
    let centre = [440.0, 115.0, 400.0];
    piece.ball(centre, [105.0, 90.0, 80.0], "iron");
    let hollow = piece.solids.pop().map(|s| s.hollow(4.0));
    piece.solids.extend(hollow);
    piece.rod([440.0, 120.0, 400.0], Axis::Y, 50.0, 48.0, "steel");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.75);
    for line in 0..5 {
        let y = 40.0 + 38.0 * f64::from(line);
        piece.rod([180.0, y, 560.0], Axis::X, 120.0, 5.0, "copper");
    }
    piece
}

/// A television set with its board, standing.
pub(super) fn television(draw: &mut Draw) -> Piece {
    let long = draw.range(800.0, 1400.0);
    let high = 0.6 * long + 60.0;
    let mut piece = Piece::new([long, high, 240.0]);
    piece.block([0.0, long], [60.0, high], [110.0, 114.0], "aluminium");
    piece.block([10.0, long - 10.0], [70.0, high - 10.0], [118.0, 126.0], "plastic");
    let board = Content { material: "electronics", density: 1.4, amplitude: 0.8, grain: [35.0, 30.0], slack: 0.0 };
    piece.goods([0.3 * long, 0.68 * long], [0.3 * high, 0.7 * high], [80.0, 105.0], board, draw);
    piece.block([0.35 * long, 0.65 * long], [0.0, 12.0], [0.0, 240.0], "glass");
    piece.block([0.46 * long, 0.54 * long], [12.0, 59.0], [105.0, 135.0], "steel");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.3);
    piece
}

/// A bicycle, upright on its wheels.
pub(super) fn bicycle(draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([1745.0, 1080.0, 560.0]);
    let z = 280.0;
    let (back, front) = ([345.0, 345.0, z], [1395.0, 345.0, z]);
    for hub in [back, front] {
        piece.ring(hub, Axis::Z, 20.0, [318.0, 343.0], "rubber");
        piece.ring(hub, Axis::Z, 9.0, [298.0, 316.0], "aluminium");
        piece.rod(hub, Axis::Z, 55.0, 20.0, "steel");
        let turn = draw.range(0.0, 0.6);
        for spoke in 0..5 {
            let (sin, cos) = (turn + f64::from(spoke) * 0.628).sin_cos();
            let from = [hub[0] - 295.0 * cos, hub[1] - 295.0 * sin, z + 24.0];
            piece.bar(from, [hub[0] + 295.0 * cos, hub[1] + 295.0 * sin, z + 24.0], 2.5, "steel");
        }
    }
    let (crank, saddle, head) = ([790.0, 300.0, z], [660.0, 820.0, z], [1240.0, 850.0, z]);
    for (from, to, radius) in [
        (crank, saddle, 15.0),
        (crank, head, 17.0),
        (saddle, head, 14.0),
        (back, crank, 10.0),
        (back, [680.0, 760.0, z], 9.0),
        (front, [1225.0, 920.0, z], 16.0),
    ] {
        piece.bar(from, to, radius, "steel");
        let tube = piece.solids.pop().map(|s| s.bored(radius - 2.0));
        piece.solids.extend(tube);
    }
    piece.ring([790.0, 300.0, z + 45.0], Axis::Z, 3.0, [60.0, 92.0], "steel");
    piece.rod([1220.0, 970.0, z], Axis::Z, 270.0, 13.0, "aluminium");
    piece.ball([640.0, 890.0, z], [130.0, 35.0, 70.0], "rubber");
    piece
}

/// A standing or a table lamp.
pub(super) fn lamp(draw: &mut Draw) -> Piece {
    let high = draw.range(600.0, 1500.0);
    let mut piece = Piece::new([380.0, high, 380.0]);
    piece.rod([190.0, 15.0, 190.0], Axis::Y, 14.0, 140.0, "iron");
    piece.rod([190.0, high / 2.0, 190.0], Axis::Y, high / 2.0 - 30.0, 11.0, "steel");
    let solid = Solid::new(
        crate::simulate::solid::Shape::Cylinder { radius: 185.0, half: 140.0 },
        [190.0, high - 142.0, 190.0],
        "textile",
    );
    piece.add(solid.bored(183.0));
    piece
}
