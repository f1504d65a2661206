//! What cartons hold, as the picture shows it.

use super::cartons::Inside;
use super::piece::Piece;
use super::unit::rounds;
use crate::simulate::draw::Draw;
use crate::simulate::scene::Content;
use crate::simulate::solid::{Axis, Solid};
use crate::simulate::texture::{Cells, Folds, Rounds, Texture};

/// The same goods with fewer solids: for the part of a picture that has enough of them.
pub(super) fn simpler(inside: Inside, draw: &mut Draw) -> Inside {
    let (material, density, size) = match inside {
        Inside::Loose(_) | Inside::Folded { .. } | Inside::Things { .. } | Inside::Jars { .. } | Inside::Shoes => {
            return inside;
        }
        Inside::Balls => ("rubber", 0.08, [190.0, 190.0, 190.0]),
        Inside::Playthings | Inside::RideOns => ("plastic", 0.2, [190.0, 140.0, 160.0]),
        _ => ("electronics", 0.35, [230.0, 160.0, 200.0]),
    };
    let look = Cells { size, jitter: 6.0, design: draw.seed(), contrast: 3.0, seed: 0 };
    Inside::Things { material, density, look }
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
        Inside::Folded { density, stack, thick } => {
            let folds = Folds { stack, thick, rows: (wide / 260.0).round().max(1.0) as u32, seed: draw.seed() };
            let top = high - 8.0 - draw.range(0.0, 0.12) * high;
            let density = density * draw.around_one(0.05);
            piece.arranged([[9.0, long - 9.0], [8.0, top], z], ("textile", density), Texture::Folds(folds));
        }
        Inside::Things { material, density, look } => {
            let own = Cells { seed: draw.seed(), ..look };
            let top = high - 8.0 - draw.range(0.0, 0.06) * high;
            let density = density * draw.around_one(0.04);
            piece.arranged([[9.0, long - 9.0], [8.0, top], z], (material, density), Texture::Cells(own));
        }
        Inside::Jars { radius, high: tall, material, density } => {
            let own = jars(radius, tall, draw);
            let x = [9.0, long - 9.0];
            let layers = ((high - 18.0) / own.layer).floor().max(1.0);
            let y = [8.0, 8.0 + layers * own.layer];
            piece.add(rounds(x, y, z, own, (material, density)));
        }
        Inside::Shoes => shoes(piece, draw),
        Inside::Televisions => televisions(piece, draw),
        Inside::Microwaves => microwaves(piece, draw),
        Inside::Computers => computers(piece, draw),
        Inside::Gadgets => {
            // Two trays: boxes on edge, a battery and a board in each.
            let middle = high * draw.range(0.46, 0.52);
            for y in [[8.0, middle], [middle + 12.0, high - 14.0]] {
                let size = [78.0, 0.5 * (y[1] - y[0]), 150.0];
                let own = Cells { size, jitter: 5.0, design: make(long, 1), contrast: 4.0, seed: draw.seed() };
                piece.arranged([[9.0, long - 9.0], y, z], ("electronics", 0.24), Texture::Cells(own));
            }
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
    let deep = z(26.0);
    let deep = [deep[0] + 70.0, deep[1] + 70.0];
    // Two boards of parts, the same in every set of a make: capacitors, heat sinks, chips.
    let design = make(long, 4);
    for (x, n) in [([boards[0], boards[0] + 0.17 * long], 0), ([boards[1] - 0.2 * long, boards[1]], 1)] {
        let size = [0.06 * long, 0.17 * (middle[1] - middle[0]), 60.0];
        let own = Cells { size, jitter: 0.32 * size[0], design: design ^ n, contrast: 6.0, seed: design };
        piece.arranged([x, middle, deep], ("electronics", 0.55), Texture::Cells(own));
    }
    piece.block([boards[1] + 20.0, boards[1] + 75.0], [middle[0], middle[0] + 70.0], deep, "aluminium");
    for left in [10.0, long - 170.0] {
        piece.add(Solid::cuboid([left, left + 160.0], [8.0, 85.0], [12.0, wide - 12.0], "foam"));
    }
    // The stand travels below the set: its foot, and the neck that carries it.
    piece.block([long * 0.36, long * 0.64], [18.0, 27.0], z(40.0), "steel");
    piece.block([long * 0.47, long * 0.53], [28.0, 92.0], z(9.0), "aluminium");
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
    let own = Cells { size: [62.0, 54.0, 90.0], jitter: 14.0, design: make(long, 3), contrast: 5.0, seed: draw.seed() };
    let space = [[x[0] + 20.0, x[1] - 160.0], [y[0] + 15.0, y[1] - 110.0], [60.0, 60.0 + 90.0 * cases]];
    piece.arranged(space, ("electronics", 0.3), Texture::Cells(own));
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

/// Light mouldings with a motor, a magnet or batteries in them, in two layers.
fn playthings(piece: &mut Piece, draw: &mut Draw) {
    let [long, high, wide] = piece.size;
    for row in 0..2 {
        let floor = 10.0 + f64::from(row) * (high - 14.0) / 2.0;
        let top = floor + (high - 14.0) / 2.0 - 12.0;
        let size = [0.3 * long, top - floor, 170.0];
        let own = Cells { size, jitter: 7.0, design: make(long, 2), contrast: 5.0, seed: draw.seed() };
        let density = draw.range(0.12, 0.2);
        piece.arranged(
            [[10.0, long - 10.0], [floor, top], [9.0, wide - 9.0]],
            ("plastic", density),
            Texture::Cells(own),
        );
    }
}

/// The make of goods by their carton's length, which a consignment's cartons share but for some millimetres.
fn make(long: f64, sort: u64) -> u64 {
    ((long + 9.0) / 40.0) as u64 * 8 + sort
}

/// Jars or tins in line, in a tray.
fn jars(radius: f64, tall: f64, draw: &mut Draw) -> Rounds {
    const JAR: &[[f64; 3]] = &[
        [0.0, 0.96, 1.8],
        [0.05, 1.0, 1.0],
        [0.72, 1.0, 1.0],
        [0.80, 0.78, 0.05],
        [0.84, 0.78, 0.9],
        [0.96, 0.78, 0.0],
        [0.961, 0.0, 0.0],
    ];
    let wall = if radius < 40.0 { [2.2, 2.2] } else { [0.5, 6.0] };
    Rounds {
        pitch: 2.0 * radius + 4.0,
        radius,
        layer: tall,
        profile: JAR,
        wall,
        staggered: false,
        group: 3,
        jitter: 2.0,
        missing: 0.002,
        seed: draw.seed(),
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
