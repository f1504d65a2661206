//! What cartons hold, as the picture shows it.

use super::cartons::Inside;
use super::piece::Piece;
use crate::simulate::draw::Draw;
use crate::simulate::scene::Content;
use crate::simulate::solid::{Axis, Solid};

/// The same goods without shapes of their own: for the part of a picture that has solids enough.
pub(super) fn as_loose(inside: Inside) -> Content {
    let (material, density, amplitude, grain) = match inside {
        Inside::Loose(content) => return content,
        Inside::Shoes => ("rubber", 0.16, 0.3, [110.0, 60.0]),
        Inside::Balls => ("plastic", 0.10, 0.5, [120.0, 120.0]),
        Inside::Playthings | Inside::RideOns => ("plastic", 0.2, 0.6, [70.0, 60.0]),
        _ => ("electronics", 0.6, 0.55, [80.0, 60.0]),
    };
    Content { material, density, amplitude, grain, slack: 0.05 }
}

/// Fills a carton.
pub(super) fn fill(inside: Inside, piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    let z = [9.0, wide - 9.0];
    match inside {
        Inside::Loose(content) => {
            let top = high - 8.0 - content.slack * high;
            let varied = Content { density: content.density * draw.around_one(0.05), ..content };
            piece.goods([9.0, long - 9.0], [8.0, top.max(20.0)], z, varied, draw);
        }
        Inside::Shoes => shoes(piece, draw),
        Inside::Televisions => televisions(piece, draw),
        Inside::Microwaves => microwaves(piece, draw),
        Inside::Computers => computers(piece, draw),
        Inside::Gadgets => {
            let content =
                Content { material: "electronics", density: 0.5, amplitude: 0.6, grain: [42.0, 34.0], slack: 0.0 };
            let middle = high * draw.range(0.46, 0.52);
            piece.goods([9.0, long - 9.0], [8.0, middle], z, content, draw);
            piece.goods([9.0, long - 9.0], [middle + 12.0, high - 14.0], z, content, draw);
        }
        Inside::Balls => balls(piece, draw),
        Inside::Playthings => playthings(piece, draw),
        Inside::RideOns => ride_on(piece, draw),
        Inside::WhiteGoods => {}
    }
}

/// Three layers of shoe boxes: soles at the bottom of each, uppers and paper above.
fn shoes(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    let pitch = (high - 14.0) / 3.0;
    let uppers = Content { material: "textile", density: 0.42, amplitude: 0.35, grain: [95.0, 50.0], slack: 0.0 };
    piece.goods([9.0, long - 9.0], [8.0, high - 10.0], [9.0, wide - 9.0], uppers, draw);
    for layer in 0..3 {
        let floor = 8.0 + f64::from(layer) * pitch + 6.0;
        let solid = Solid::cuboid([14.0, long - 14.0], [floor, floor + 24.0], [14.0, wide - 14.0], "rubber");
        // The uppers leave the soles' place free.
        if let Some(uppers) = piece.solids.get_mut(1) {
            uppers.cuts.push(solid.body.clone());
        }
        // One sole after the other: 300 mm long, pairs side by side.
        piece.add(solid.dense(0.36 * draw.around_one(0.05)).grain(0.75, [85.0, 200.0], draw.seed()));
    }
}

/// Sets face to the side: glass and aluminium panels, circuit boards behind, foam at the corners, feet.
fn televisions(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    let sets = (wide / 155.0).floor().max(1.0);
    let z = |thick: f64| [wide / 2.0 - sets * thick / 2.0, wide / 2.0 + sets * thick / 2.0];
    let (x, y) = ([60.0, long - 60.0], [95.0, high - 60.0]);
    piece.add(Solid::cuboid(x, y, [20.0, 20.0 + sets * 4.0], "aluminium"));
    piece.block([x[0] + 12.0, x[1] - 12.0], [y[0] + 12.0, y[1] - 12.0], [60.0, 60.0 + sets * 7.0], "plastic");
    let boards = [long * draw.range(0.25, 0.32), long * draw.range(0.66, 0.75)];
    let middle = [y[0] + 0.25 * (y[1] - y[0]), y[0] + 0.7 * (y[1] - y[0])];
    let content = Content { material: "electronics", density: 1.3, amplitude: 0.8, grain: [45.0, 35.0], slack: 0.0 };
    let deep = z(26.0);
    let deep = [deep[0] + 70.0, deep[1] + 70.0];
    piece.goods(boards, middle, deep, content, draw);
    piece.block([boards[1] + 20.0, boards[1] + 75.0], [middle[0], middle[0] + 70.0], deep, "aluminium");
    for left in [10.0, long - 170.0] {
        piece.add(Solid::cuboid([left, left + 160.0], [8.0, 85.0], [12.0, wide - 12.0], "foam"));
    }
    piece.block([long * 0.38, long * 0.62], [20.0, 40.0], z(12.0), "steel");
}

/// Ovens: sheet steel, door glass, and on the right the transformer and the magnetron, each behind each.
fn microwaves(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    let ovens = (wide / 400.0).floor().max(1.0);
    let (x, y, z) = ([30.0, long - 30.0], [28.0, high - 24.0], [30.0, wide - 30.0]);
    piece.shell(x, y, z, 1.2, "steel");
    piece.shell([x[0] + 14.0, x[0] + 330.0], [y[0] + 30.0, y[1] - 14.0], [z[0] + 30.0, z[1] - 30.0], 1.2, "steel");
    piece.block(
        [x[0] + 40.0, x[0] + 310.0],
        [y[0] + 38.0, y[0] + 44.0],
        [z[0] + 60.0, z[0] + 60.0 + 270.0 * ovens],
        "tile",
    );
    let right = x[1] - 112.0;
    piece.block([right, right + 92.0], [y[0] + 6.0, y[0] + 76.0], [z[0] + 20.0, z[0] + 20.0 + 72.0 * ovens], "steel");
    let centre = [right + 45.0, y[1] - 95.0, wide / 2.0];
    piece.rod(centre, Axis::Z, 36.0 * ovens, 30.0 * draw.around_one(0.02), "aluminium");
}

/// Steel cases with a power supply, a heat sink and drives.
fn computers(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    let cases = (wide / 260.0).floor().max(1.0);
    let (x, y, z) = ([35.0, long - 35.0], [35.0, high - 35.0], [40.0, wide - 40.0]);
    piece.shell(x, y, z, 2.2, "steel");
    piece.block([x[0] + 8.0, x[0] + 150.0], [y[1] - 96.0, y[1] - 10.0], [80.0, 80.0 + 60.0 * cases], "electronics");
    let board = Content { material: "electronics", density: 0.5, amplitude: 0.8, grain: [30.0, 30.0], slack: 0.0 };
    piece.goods([x[0] + 20.0, x[1] - 160.0], [y[0] + 15.0, y[1] - 110.0], [60.0, 60.0 + 90.0 * cases], board, draw);
    piece.block([x[1] - 150.0, x[1] - 10.0], [y[0] + 60.0, y[0] + 86.0], [80.0, 80.0 + 60.0 * cases], "aluminium");
}

/// Hollow plastic and rubber balls.
fn balls(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    let across = (long / 220.0).floor().max(1.0);
    let up = (high / 220.0).floor().max(1.0);
    let radius = (long / across).min(high / up) / 2.0 - 6.0;
    for i in 0..across as usize {
        for j in 0..up as usize {
            let at = |n: usize, of: f64, side: f64| (n as f64 + 0.5) * side / of;
            // Those behind one another make one thick shell.
            let (x, y) = (at(i, across, long), at(j, up, high));
            let sheet = draw.range(4.0, 9.0);
            piece.ball([x, y, wide / 2.0], [radius, radius, radius], "rubber");
            let solid = piece.solids.pop().into_iter().map(|solid| solid.hollow(sheet)).next();
            piece.solids.extend(solid);
        }
    }
}

/// Light mouldings, some with a motor, a magnet or batteries.
fn playthings(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    let rows = 2;
    for row in 0..rows {
        let floor = 10.0 + f64::from(row) * (high - 14.0) / f64::from(rows);
        let top = floor + (high - 14.0) / f64::from(rows) - 14.0;
        let content = Content {
            material: "plastic",
            density: draw.range(0.10, 0.2),
            amplitude: 0.75,
            grain: [42.0, 36.0],
            slack: 0.0,
        };
        let split = long * draw.range(0.45, 0.55);
        piece.goods([10.0, split - 6.0], [floor, top], [10.0, wide * 0.62], content, draw);
        piece.goods([split + 6.0, long - 10.0], [floor, top], [10.0, wide * 0.62], content, draw);
        for left in [0.25 * long, 0.75 * long] {
            let (x, y) = (left + draw.range(-20.0, 20.0), f64::midpoint(floor, top) + draw.range(-30.0, 30.0));
            piece.rod([x, y, wide * 0.8], Axis::Z, wide * 0.15, draw.range(7.0, 16.0), "steel");
        }
    }
}

/// A child's car: a moulded body, four wheels, a lead battery, two motors.
fn ride_on(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    piece.add(Solid::cuboid([60.0, long - 60.0], [130.0, 0.62 * high], [90.0, wide - 90.0], "plastic").hollow(5.0));
    let seat = [[0.35 * long, 0.63 * high], [0.55 * long, 0.63 * high], [0.36 * long, high - 40.0]];
    piece.plate(&seat, [140.0, wide - 140.0], "plastic");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.15);
    for x in [0.22 * long, 0.78 * long] {
        for z in [50.0, wide - 50.0] {
            let radius = 110.0 * draw.around_one(0.02);
            piece.ring([x, 120.0, z], Axis::Z, 36.0, [radius - 7.0, radius], "plastic");
        }
        piece.rod([x, 120.0, wide / 2.0], Axis::Z, wide / 2.0 - 90.0, 6.0, "steel");
    }
    piece.block([0.42 * long, 0.42 * long + 150.0], [150.0, 245.0], [wide / 2.0 - 40.0, wide / 2.0 + 40.0], "lead");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.25);
    piece.rod([0.72 * long, 200.0, wide / 2.0], Axis::Z, 60.0, 24.0, "steel");
}
