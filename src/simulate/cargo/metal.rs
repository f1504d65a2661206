//! Machines on the floor, engines and spare parts on pallets.

use super::machines;
use super::piece::{Piece, Stowage};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Content, Hold, Scene};
use crate::simulate::solid::Axis;

pub(super) use super::scrap::scrap;

/// Machines on skids, some in crates, one or two side by side.
pub(super) fn machinery(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    let mut left = space.x[0];
    let mut tries = 0;
    while stowage.room(left) > 700.0 && tries < 10 {
        let mut near = space.z[0] + draw.range(10.0, 60.0);
        let (mut reach, start) = (left, left);
        while space.z[1] - near > 650.0 {
            let piece = machines::machine(draw);
            let piece = if draw.chance(0.15) { piece.quarter() } else { piece };
            let [long, high, wide] = piece.size;
            if long > stowage.room(left) || wide > space.z[1] - near || high > space.height() - 20.0 {
                break;
            }
            let at = [left + draw.range(0.0, 60.0).min(stowage.room(left) - long), space.y[0], near];
            if !stowage.put(scene, piece, at) {
                break;
            }
            scene.bulk([at[0], at[0] + long], [at[1] + 130.0, at[1] + 0.75 * high], [near, near + wide], "steel");
            reach = reach.max(at[0] + long);
            near += wide + draw.range(20.0, 120.0);
        }
        if reach > start {
            left = reach + draw.range(40.0, 350.0);
            // Planks nailed to the floor keep a machine in its place.
            if stowage.room(left) > 150.0 {
                let mut chock = Piece::new([90.0, 90.0, 1200.0]);
                chock.block([0.0, 90.0], [0.0, 90.0], [0.0, 1200.0], "wood");
                stowage.put(scene, chock, [left - 35.0, space.y[0], -600.0]);
                left += 60.0;
            }
        } else {
            tries += 1;
        }
    }
}

/// An engine along x: block with cylinder bores, head, sump, crankshaft, flywheel, manifolds, alternator, pulley.
pub(super) fn engine(draw: &mut Draw) -> Piece {
    let cylinders = [3, 4, 4, 4, 6][draw.below(5)];
    let bore = draw.range(39.0, 48.0);
    let light = draw.chance(0.4);
    let metal = if light { "aluminium" } else { "iron" };
    let pitch = 2.0 * bore + 14.0;
    let long = pitch * f64::from(cylinders) + 60.0;
    let (size, wide) = ([long + 190.0, 720.0, 520.0], 260.0);
    let mut piece = Piece::new(size);
    let (x, z) = ([80.0, 80.0 + long], [130.0, 130.0 + wide]);
    let middle = f64::midpoint(z[0], z[1]);
    let deck = 470.0;
    // Cylinders: bored through the upper block; pistons in them.
    let mut block = crate::simulate::solid::Solid::cuboid(x, [250.0, deck], z, metal);
    for cylinder in 0..cylinders {
        let along = x[0] + 30.0 + pitch * (f64::from(cylinder) + 0.5);
        let hole =
            super::piece::rod([along, f64::midpoint(250.0, deck), middle], Axis::Y, (deck - 250.0) / 2.0, bore, metal);
        block = block.without(hole.body);
        let stroke = if cylinder % 2 == 0 { 270.0 } else { 385.0 };
        piece.rod([along, stroke + 30.0, middle], Axis::Y, 30.0, bore - 1.0, "aluminium");
        // The crankshaft's throws, up and down in turn: two cheeks with a pin between them.
        let throw = if cylinder % 2 == 0 { -22.0 } else { 22.0 };
        for side in [-19.0, 19.0] {
            piece.rod([along + side, 172.0 + 0.4 * throw, middle], Axis::X, 8.0, 48.0, "iron");
        }
        piece.rod([along, 172.0 + throw, middle], Axis::X, 10.5, 24.0, "steel");
    }
    // Water jackets: a casting is never solid.
    block.density = 0.5;
    piece.add(block);
    piece.shell(x, [110.0, 249.0], z, if light { 9.0 } else { 7.0 }, metal);
    piece.plate(
        &[[x[0] + 40.0, 5.0], [x[1] - 110.0, 5.0], [x[1] - 20.0, 109.0], [x[0] + 20.0, 109.0]],
        [z[0] + 30.0, z[1] - 30.0],
        "aluminium",
    );
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.22);
    piece.block([x[0], x[1]], [deck + 1.0, deck + 115.0], [z[0] + 10.0, z[1] - 10.0], "aluminium");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.6);
    for cam in [z[0] + 70.0, z[1] - 70.0] {
        piece.rod([f64::midpoint(x[0], x[1]), deck + 140.0, cam], Axis::X, long / 2.0 - 10.0, 16.0, "steel");
    }
    piece.shell([x[0], x[1]], [deck + 118.0, deck + 190.0], [z[0] + 20.0, z[1] - 20.0], 4.0, "plastic");
    piece.ring([x[1] + 22.0, 170.0, middle], Axis::X, 16.0, [60.0, 140.0], "iron");
    piece.ring([x[0] - 24.0, 170.0, middle], Axis::X, 20.0, [25.0, 78.0], "iron");
    piece.ring([x[0] + 90.0, 330.0, z[0] - 70.0], Axis::X, 70.0, [30.0, 58.0], "aluminium");
    piece.rod([x[0] + 90.0, 330.0, z[0] - 70.0], Axis::X, 50.0, 28.0, "copper");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.6);
    piece.ring([f64::midpoint(x[0], x[1]), deck + 40.0, z[1] + 50.0], Axis::X, long / 2.0 - 30.0, [30.0, 38.0], "iron");
    piece
}

/// A gearbox along x: bell, tapering case, shafts with wheels.
pub(super) fn gearbox(draw: &mut Draw) -> Piece {
    let long = draw.range(520.0, 720.0);
    let mut piece = Piece::new([long, 420.0, 420.0]);
    piece.ring([70.0, 210.0, 210.0], Axis::X, 68.0, [178.0, 190.0], "aluminium");
    let case = [[140.0, 40.0], [long - 60.0, 120.0], [long - 60.0, 310.0], [140.0, 390.0]];
    let solid = super::piece::plate(&case, [60.0, 360.0], "aluminium").hollow(16.0);
    piece.add(solid);
    for (y, scale) in [(260.0, 1.0), (165.0, 0.8)] {
        piece.rod([f64::midpoint(140.0, long - 60.0), y, 210.0], Axis::X, (long - 230.0) / 2.0, 20.0, "steel");
        for wheel in 0..4 {
            let x = 200.0 + f64::from(wheel) * (long - 330.0) / 4.0;
            let radius = scale * draw.range(34.0, 52.0);
            piece.ring([x, y, 210.0], Axis::X, 13.0, [21.0, radius], "steel");
        }
    }
    piece.rod([long - 30.0, 260.0, 210.0], Axis::X, 29.0, 24.0, "steel");
    piece
}

/// Spare parts in a wooden box or cage on a pallet: brake discs, axles, small castings.
pub(super) fn parts(draw: &mut Draw) -> Piece {
    let high = draw.range(520.0, 800.0);
    let mut piece = Piece::new([1150.0, high, 1000.0]);
    let deck = piece.pallet();
    piece.shell([0.0, 1150.0], [deck, high], [0.0, 1000.0], 16.0, "wood");
    let (floor, room) = (deck + 18.0, high - deck - 40.0);
    match draw.below(4) {
        0 => {
            // Brake discs or drums, in piles.
            for i in 0..4 {
                for j in 0..3 {
                    let pile = room * draw.range(0.45, 0.9);
                    let (x, z) = (155.0 + 280.0 * f64::from(i), 180.0 + 310.0 * f64::from(j));
                    let radius = draw.range(125.0, 136.0);
                    piece.ring([x, floor + pile / 2.0, z], Axis::Y, pile / 2.0, [75.0, radius], "iron");
                    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.28);
                    piece.ring([x, floor + pile / 2.0, z], Axis::Y, pile / 2.0, [33.0, 73.0], "iron");
                    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.12);
                }
            }
        }
        1 => {
            // Shafts and axles, in layers.
            let layers = (room / 95.0) as usize;
            for layer in 0..layers {
                for row in 0..5 {
                    let at = [575.0, floor + 45.0 + 95.0 * layer as f64, 120.0 + 190.0 * f64::from(row)];
                    piece.rod(at, Axis::X, draw.range(380.0, 530.0), draw.range(18.0, 30.0), "steel");
                    if row % 2 == 0 {
                        piece.ring([draw.range(140.0, 900.0), at[1], at[2]], Axis::X, 20.0, [31.0, 42.0], "steel");
                    }
                }
            }
        }
        2 => {
            // Small castings, thrown in.
            let content = Content {
                material: "iron",
                density: draw.range(0.14, 0.24),
                amplitude: 0.55,
                grain: [75.0, 60.0],
                slack: 0.0,
            };
            piece.goods([20.0, 1130.0], [floor, floor + room * draw.range(0.4, 0.8)], [20.0, 980.0], content, draw);
        }
        _ => {
            // Alternators and starters on layers of board.
            let layers = ((room / 170.0) as usize).max(1);
            for layer in 0..layers {
                for i in 0..5 {
                    let at = [130.0 + 222.0 * f64::from(i), floor + 80.0 + 170.0 * layer as f64, 500.0];
                    piece.ring(at, Axis::Z, 440.0, [50.0, 68.0], "aluminium");
                    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.6);
                    piece.rod(at, Axis::Z, 430.0, 40.0, "copper");
                    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.35);
                }
            }
        }
    }
    piece
}

/// Two engines or gearboxes across a pallet, strapped down on bearers.
pub(super) fn engine_pallet(draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([1150.0, 0.0, 1120.0]);
    let deck = piece.pallet();
    let boxes = draw.chance(0.35);
    let mut top: f64 = 0.0;
    for near in [10.0, 565.0] {
        let one = if boxes { gearbox(draw) } else { engine(draw) };
        let [long, high, wide] = one.size;
        piece.block([60.0, 1090.0], [deck, deck + 60.0], [near + 150.0, near + 230.0], "wood");
        top = top.max(high);
        piece.join(
            one,
            [((1150.0 - long) * draw.range(0.2, 0.8)).max(0.0), deck + 61.0, near + (540.0 - wide).max(0.0) / 2.0],
        );
    }
    piece.size[1] = deck + 61.0 + top;
    piece
}

/// Engines, gearboxes and boxes of parts on pallets, two high where they can bear it.
pub(super) fn engines(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    let mut left = space.x[0];
    let mostly = draw.range(0.3, 0.95);
    while stowage.room(left) > 1160.0 {
        for near in [space.z[0] + 8.0, space.z[0] + space.width() / 2.0 + 12.0] {
            let mut floor = space.y[0];
            for level in 0..2 {
                if level == 1 && draw.chance(0.3) {
                    break;
                }
                let piece = if draw.chance(mostly) { engine_pallet(draw) } else { parts(draw) };
                let [long, high, wide] = piece.size;
                let at = [left + draw.range(0.0, 20.0).min(stowage.room(left) - long), floor, near];
                if !stowage.put(scene, piece, at) {
                    break;
                }
                scene.bulk([at[0], at[0] + long], [floor + 150.0, floor + high], [near, near + wide], "steel");
                // A frame of planks carries the second pallet.
                floor += high + 2.0;
            }
        }
        left += 1175.0 + draw.range(0.0, 60.0);
    }
}
