//! Machines: castings, shafts, motors, cabinets.

use super::piece::{Piece, Span};
use crate::simulate::draw::Draw;
use crate::simulate::scene::Content;
use crate::simulate::solid::{Axis, Vector};

/// Sets the last solid's density.
fn last(piece: &mut Piece, density: f64) {
    piece.solids.last_mut().into_iter().for_each(|solid| solid.density = density);
}

/// An electric motor along x or z, its middle at `centre`: finned frame, laminations, copper heads of the windings, rotor, shaft, fan hood.
pub(super) fn motor(piece: &mut Piece, centre: Vector, axis: Axis, half: f64, radius: f64) {
    let along = if axis == Axis::Z { 2 } else { 0 };
    let at = |by: f64| {
        let mut place = centre;
        place[along] += by;
        place
    };
    let frame = 0.08 * radius + 4.0;
    piece.ring(centre, axis, half, [radius - frame, radius], "iron");
    piece.ring(centre, axis, 0.5 * half, [0.55 * radius, radius - frame - 0.5], "steel");
    last(piece, 0.93);
    for side in [-1.0, 1.0] {
        piece.ring(at(side * 0.66 * half), axis, 0.14 * half, [0.6 * radius, 0.86 * radius], "copper");
        last(piece, 0.5);
        piece.ring(at(side * 0.93 * half), axis, 0.05 * half, [0.2 * radius, radius - frame - 0.5], "iron");
    }
    piece.ring(centre, axis, 0.52 * half, [0.19 * radius, 0.53 * radius], "steel");
    last(piece, 0.93);
    piece.rod(at(0.2 * half), axis, 1.3 * half, 0.18 * radius, "steel");
}

/// A gear case: cast walls, wheels on shafts, oil.
pub(super) fn gear_case(piece: &mut Piece, x: Span, y: Span, z: Span, draw: &mut Draw) {
    let wall = 16.0;
    piece.shell(x, y, z, wall, "iron");
    let inner = [y[0] + wall + 2.0, y[1] - wall - 2.0];
    let middle = f64::midpoint(inner[0], inner[1]) + 10.0;
    let split = x[0] + draw.range(0.55, 0.65) * (x[1] - x[0]);
    let deep = f64::midpoint(z[0], z[1]);
    for (from, to) in [(x[0] + wall + 4.0, split), (split + 4.0, x[1] - wall - 4.0)] {
        let radius = ((to - from) / 2.0).min((inner[1] - inner[0]) / 2.0 - 12.0);
        let centre = [f64::midpoint(from, to), middle, deep];
        let half = (0.14 * (z[1] - z[0])).min(70.0);
        piece.ring(centre, Axis::Z, half, [0.78 * radius, radius], "steel");
        piece.ring(centre, Axis::Z, 0.35 * half, [0.3 * radius, 0.77 * radius], "steel");
        piece.rod(centre, Axis::Z, (z[1] - z[0]) / 2.0 - wall - 1.0, 0.29 * radius, "steel");
    }
}

/// A control cabinet: sheet steel, rows of gear on rails, a transformer at the bottom.
pub(super) fn cabinet(draw: &mut Draw) -> Piece {
    let (long, high) = (draw.range(600.0, 1200.0), draw.range(1600.0, 2050.0));
    let mut piece = Piece::new([long, high, 500.0]);
    piece.shell([0.0, long], [0.0, high], [0.0, 500.0], 2.0, "steel");
    piece.block([40.0, long - 40.0], [80.0, high - 60.0], [430.0, 433.0], "steel");
    for row in 0..5 {
        let y = 420.0 + f64::from(row) * (high - 520.0) / 5.0;
        let content =
            Content { material: "electronics", density: 1.6, amplitude: 0.75, grain: [45.0, 200.0], slack: 0.0 };
        piece.goods(
            [60.0, 60.0 + draw.range(0.5, 1.0) * (long - 120.0)],
            [y, y + draw.range(110.0, 180.0)],
            [270.0, 425.0],
            content,
            draw,
        );
    }
    for leg in 0..3 {
        let x = 90.0 + 105.0 * f64::from(leg);
        piece.ring([x, 240.0, 250.0], Axis::Y, 90.0, [27.0, 50.0], "copper");
        last(&mut piece, 0.6);
        piece.rod([x, 240.0, 250.0], Axis::Y, 95.0, 26.0, "steel");
    }
    piece.block([50.0, 350.0], [92.0, 143.0], [220.0, 280.0], "steel");
    piece.block([50.0, 350.0], [337.0, 388.0], [220.0, 280.0], "steel");
    piece
}

/// A lathe: bed, headstock with chuck, carriage, tailstock, lead screw, tray.
fn lathe(draw: &mut Draw) -> Piece {
    let (long, wide) = (draw.range(1900.0, 3000.0), draw.range(850.0, 1050.0));
    let mut piece = Piece::new([long, 1400.0, wide]);
    let base = piece.skid(130.0);
    let z = |half: f64| [wide / 2.0 - half, wide / 2.0 + half];
    for x in [[80.0, 580.0], [long - 480.0, long - 80.0]] {
        piece.shell(x, [base, 620.0], z(210.0), 14.0, "iron");
    }
    motor(&mut piece, [330.0, 370.0, wide / 2.0], Axis::X, 150.0, 105.0);
    piece.block([590.0, long - 490.0], [560.0, 566.0], z(330.0), "steel");
    // The bed: two ways and ribs between.
    for side in [-150.0, 110.0] {
        piece.block([80.0, long - 80.0], [622.0, 820.0], [wide / 2.0 + side, wide / 2.0 + side + 40.0], "iron");
    }
    for rib in 0..5 {
        let x = 250.0 + f64::from(rib) * (long - 500.0) / 5.0;
        piece.block([x, x + 25.0], [640.0, 800.0], z(108.0), "iron");
    }
    let head = 80.0 + draw.range(480.0, 560.0);
    piece.shell([80.0, head], [822.0, 1300.0], z(200.0), 18.0, "iron");
    let axis = 1080.0;
    piece.ring(
        [f64::midpoint(head, 98.0), axis, wide / 2.0],
        Axis::X,
        (head - 118.0) / 2.0 - 2.0,
        [26.0, 55.0],
        "steel",
    );
    for (x, radius) in [(180.0, 130.0), (280.0, 95.0), (400.0, 150.0)] {
        piece.ring([x, axis, wide / 2.0], Axis::X, 24.0, [56.0, radius], "steel");
    }
    piece.ring([head + 62.0, axis, wide / 2.0], Axis::X, 55.0, [30.0, 140.0], "steel");
    let carriage = head + draw.range(0.25, 0.5) * (long - head - 500.0) + 120.0;
    piece.block([carriage, carriage + 320.0], [822.0, 900.0], z(230.0), "iron");
    piece.block([carriage + 70.0, carriage + 220.0], [902.0, 1050.0], z(80.0), "iron");
    piece.shell([carriage, carriage + 320.0], [640.0, 815.0], [wide / 2.0 + 160.0, wide / 2.0 + 250.0], 12.0, "iron");
    piece.block([long - 420.0, long - 130.0], [822.0, 990.0], z(100.0), "iron");
    piece.rod([long - 290.0, axis, wide / 2.0], Axis::X, 180.0, 75.0, "steel");
    piece.rod([long / 2.0, 720.0, wide / 2.0 + 270.0], Axis::X, long / 2.0 - 140.0, 17.0, "steel");
    piece.rod([long / 2.0, 670.0, wide / 2.0 + 270.0], Axis::X, long / 2.0 - 140.0, 14.0, "steel");
    piece
}

/// A press: two columns, crown, table, ram, flywheel or cylinder.
fn press(draw: &mut Draw) -> Piece {
    let (long, high, wide) = (draw.range(1100.0, 1600.0), draw.range(1700.0, 2050.0), draw.range(800.0, 1050.0));
    let mut piece = Piece::new([long, high, wide]);
    let base = piece.skid(120.0);
    let deep = [0.25 * wide, 0.75 * wide];
    for x in [[60.0, 250.0], [long - 250.0, long - 60.0]] {
        piece.shell(x, [base + 202.0, high - 420.0], deep, 26.0, "iron");
    }
    piece.shell([40.0, long - 40.0], [base, base + 200.0], deep, 35.0, "iron");
    piece.shell([40.0, long - 40.0], [high - 418.0, high - 60.0], deep, 28.0, "iron");
    piece.block([260.0, long - 260.0], [base + 202.0, base + 300.0], deep, "steel");
    last(&mut piece, 0.8);
    let ram = draw.range(0.55, 0.7) * high;
    piece.block([280.0, long - 280.0], [ram, ram + 120.0], [0.35 * wide, 0.65 * wide], "steel");
    piece.rod(
        [long / 2.0, f64::midpoint(ram + 122.0, high - 420.0), wide / 2.0],
        Axis::Y,
        (high - 424.0 - ram - 122.0).max(20.0) / 2.0,
        75.0,
        "steel",
    );
    if draw.chance(0.6) {
        let centre = [long / 2.0, high - 335.0, 0.12 * wide];
        piece.ring(centre, Axis::Z, 0.06 * wide, [240.0, 320.0], "iron");
        piece.ring(centre, Axis::Z, 14.0, [60.0, 239.0], "iron");
        piece.rod(
            [long / 2.0, high - 335.0, wide / 2.0 - 60.0],
            Axis::Z,
            wide / 2.0 - 70.0 - 0.05 * wide,
            45.0,
            "steel",
        );
    } else {
        piece.ring([long / 2.0, high - 240.0, wide / 2.0], Axis::Y, 150.0, [80.0, 120.0], "steel");
    }
    motor(&mut piece, [long / 2.0 + 60.0, base + 420.0, 0.87 * wide], Axis::X, 170.0, 0.12 * wide);
    piece
}

/// A pump and its motor on a frame, with flanges.
fn pump(draw: &mut Draw) -> Piece {
    let (long, wide) = (draw.range(1500.0, 2200.0), draw.range(700.0, 1000.0));
    let radius = draw.range(180.0, 270.0);
    let mut piece = Piece::new([long, 2.0 * radius + 800.0, wide]);
    let base = piece.skid(120.0);
    for side in [0.2, 0.72] {
        piece.block([30.0, long - 30.0], [base, base + 14.0], [side * wide, side * wide + 80.0], "steel");
        piece.block(
            [30.0, long - 30.0],
            [base + 15.0, base + 125.0],
            [side * wide + 36.0, side * wide + 44.0],
            "steel",
        );
    }
    piece.block([30.0, long - 30.0], [base + 126.0, base + 140.0], [0.2 * wide, 0.2 * wide + 0.6 * wide], "steel");
    let axis = base + 160.0 + radius + 20.0;
    let middle = wide / 2.0;
    let half = draw.range(0.18, 0.22) * long;
    motor(&mut piece, [0.04 * long + half, axis, middle], Axis::X, half, radius);
    let coupling = 0.04 * long + 2.5 * half + 60.0;
    piece.ring([coupling, axis, middle], Axis::X, 50.0, [0.19 * radius, 0.5 * radius], "steel");
    let bearing = coupling + 150.0;
    piece.ring([bearing, axis, middle], Axis::X, 80.0, [36.0, 90.0], "iron");
    piece.rod([bearing, axis, middle], Axis::X, 86.0, 30.0, "steel");
    // The volute, seen on its edge, its suction and pressure flanges.
    let casing = (bearing + 200.0).min(long - 230.0);
    piece.ring([casing, axis, middle], Axis::X, 85.0, [1.1 * radius - 20.0, 1.1 * radius], "iron");
    piece.ring([casing, axis, middle], Axis::X, 30.0, [40.0, 0.8 * radius], "iron");
    piece.ring([casing + 150.0, axis, middle], Axis::X, 60.0, [75.0, 92.0], "iron");
    piece.ring([casing + 200.0, axis, middle], Axis::X, 12.0, [93.0, 150.0], "iron");
    let above = axis + 1.1 * radius + 5.0;
    piece.ring([casing, above + 90.0, middle], Axis::Y, 88.0, [62.0, 78.0], "iron");
    piece.ring([casing, above + 165.0, middle], Axis::Y, 12.0, [79.0, 135.0], "iron");
    piece.size[1] = above + 180.0;
    piece
}

/// A compressor: a lying tank on feet, a motor and a pump with a belt wheel on top.
fn compressor(draw: &mut Draw) -> Piece {
    let (long, radius) = (draw.range(1300.0, 2000.0), draw.range(230.0, 300.0));
    let wide = 2.0 * radius + 120.0;
    let mut piece = Piece::new([long, 2.0 * radius + 900.0, wide]);
    let base = piece.skid(110.0);
    let axis = base + 130.0 + radius;
    let middle = wide / 2.0;
    piece.rod([long / 2.0, axis, middle], Axis::X, long / 2.0 - 40.0, radius, "steel");
    let tank = piece.solids.pop().map(|s| s.hollow(7.0));
    piece.solids.extend(tank);
    for x in [0.15 * long, 0.8 * long] {
        for z in [[60.0, 72.0], [wide - 72.0, wide - 60.0]] {
            piece.block([x, x + 80.0], [base, base + 125.0], z, "steel");
        }
    }
    let deck = axis + radius + 4.0;
    piece.block([0.1 * long, 0.9 * long], [deck, deck + 10.0], [middle - 180.0, middle + 180.0], "steel");
    motor(&mut piece, [0.28 * long, deck + 145.0, middle], Axis::Z, 140.0, 130.0);
    let pump = 0.7 * long;
    piece.shell(
        [pump - 100.0, pump + 100.0],
        [deck + 12.0, deck + 200.0],
        [middle - 90.0, middle + 90.0],
        14.0,
        "iron",
    );
    for side in [-65.0, 65.0] {
        piece.ring([pump + side, deck + 300.0, middle], Axis::Y, 95.0, [35.0, 60.0], "aluminium");
    }
    piece.ring([pump, deck + 215.0, middle + 190.0], Axis::Z, 22.0, [150.0, 190.0], "iron");
    piece.ring([pump, deck + 215.0, middle + 190.0], Axis::Z, 8.0, [30.0, 149.0], "iron");
    piece.size[1] = deck + 410.0;
    piece
}

/// A gear unit with a motor at its side, for a mill or a conveyor.
fn drive(draw: &mut Draw) -> Piece {
    let (long, high, wide) = (draw.range(1500.0, 2100.0), draw.range(900.0, 1300.0), draw.range(800.0, 1050.0));
    let mut piece = Piece::new([long, high, wide]);
    let base = piece.skid(130.0);
    piece.block([20.0, long - 20.0], [base, base + 30.0], [0.1 * wide, 0.9 * wide], "steel");
    let split = 0.6 * long;
    gear_case(&mut piece, [40.0, split], [base + 32.0, high - 20.0], [0.2 * wide, 0.8 * wide], draw);
    let radius = draw.range(150.0, 0.19 * long);
    motor(
        &mut piece,
        [f64::midpoint(split, long) - 20.0, base + 60.0 + radius, wide / 2.0],
        Axis::Z,
        0.28 * wide,
        radius.min(0.16 * long),
    );
    piece
}

/// A machining centre or packing machine: guards of sheet, a column and a spindle, a table, cabinet, tank with coolant.
fn centre(draw: &mut Draw) -> Piece {
    let (long, high, wide) = (draw.range(1900.0, 2600.0), draw.range(1850.0, 2100.0), draw.range(1000.0, 1100.0));
    let mut piece = Piece::new([long, high, wide]);
    let base = piece.skid(120.0);
    piece.shell([0.0, long], [base + 10.0, high], [0.0, wide], 2.0, "steel");
    let z = |half: f64| [wide / 2.0 - half, wide / 2.0 + half];
    piece.shell([200.0, long - 500.0], [base + 40.0, base + 420.0], z(300.0), 30.0, "iron");
    let column = draw.range(0.25, 0.45) * long;
    piece.shell([column, column + 420.0], [base + 422.0, high - 120.0], z(220.0), 28.0, "iron");
    let spindle = column + 560.0;
    piece.ring([spindle, 0.68 * high, wide / 2.0], Axis::Y, 230.0, [22.0, 105.0], "steel");
    piece.block([column + 422.0, spindle - 108.0], [0.6 * high, 0.78 * high], z(130.0), "iron");
    last(&mut piece, 0.5);
    motor(&mut piece, [spindle, 0.68 * high + 360.0, wide / 2.0], Axis::X, 120.0, 95.0);
    piece.block([column + 440.0, (column + 1150.0).min(long - 520.0)], [base + 430.0, base + 510.0], z(230.0), "iron");
    piece.ring([column - 120.0, 0.6 * high, wide / 2.0], Axis::X, 60.0, [190.0, 250.0], "steel");
    let content = Content { material: "electronics", density: 1.5, amplitude: 0.75, grain: [50.0, 70.0], slack: 0.0 };
    piece.goods([long - 380.0, long - 60.0], [0.45 * high, high - 150.0], z(210.0), content, draw);
    piece.shell([long - 460.0, long - 20.0], [base + 20.0, 0.3 * high], z(320.0), 3.0, "steel");
    piece.block([long - 450.0, long - 30.0], [base + 26.0, 0.2 * high], z(310.0), "water");
    piece
}

/// Any machine, in a crate or open.
pub(super) fn machine(draw: &mut Draw) -> Piece {
    let mut piece = match draw.below(8) {
        0 => lathe(draw),
        1 => press(draw),
        2 => pump(draw),
        3 => compressor(draw),
        4 => drive(draw),
        5 => centre(draw),
        6 => genset(draw),
        _ => {
            let inner = cabinet(draw);
            let mut piece = Piece::new([inner.size[0] + 160.0, inner.size[1] + 110.0, 700.0]);
            let base = piece.skid(100.0);
            piece.join(inner, [80.0, base, 100.0]);
            piece
        }
    };
    if draw.chance(0.4) && piece.size[1] < 2000.0 {
        let [long, high, wide] = piece.size;
        let mut boxed = Piece::new([long + 100.0, high + 90.0, wide + 100.0]);
        boxed.crate_of(20.0);
        boxed.join(piece, [50.0, 22.0, 50.0]);
        piece = boxed;
    }
    piece
}

/// An engine with a generator, radiator and tank in a frame.
fn genset(draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([2500.0, 1400.0, 900.0]);
    let base = piece.skid(100.0);
    for side in [150.0, 700.0] {
        piece.block([20.0, 2480.0], [base, base + 150.0], [side, side + 12.0], "steel");
    }
    piece.shell([300.0, 1900.0], [base + 5.0, base + 140.0], [180.0, 690.0], 4.0, "steel");
    let engine = super::metal::engine(draw);
    let lift = (900.0 - engine.size[2]) / 2.0;
    let long = engine.size[0];
    piece.join(engine, [520.0, base + 200.0, lift]);
    let start = 560.0 + long;
    let half = 300.0_f64.min((2400.0 - start) / 2.0);
    motor(&mut piece, [start + half, base + 480.0, 450.0], Axis::X, half, 230.0);
    // The radiator stands before the engine: thin tubes seen edge on.
    piece.block([180.0, 270.0], [base + 180.0, base + 950.0], [100.0, 800.0], "aluminium");
    last(&mut piece, 0.18);
    piece.ring([330.0, base + 550.0, 450.0], Axis::X, 40.0, [250.0, 300.0], "plastic");
    let content = Content { material: "electronics", density: 1.2, amplitude: 0.7, grain: [50.0, 50.0], slack: 0.0 };
    piece.goods([start + 100.0, start + 500.0], [base + 760.0, base + 1050.0], [300.0, 600.0], content, draw);
    piece
}
