//! Cars and scooters.

use super::cartons::general;
use super::piece::{BOARD, Piece, Span, Stowage};
use super::{car, metal};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Solid};

/// Cars one behind the other, strapped down between chocks; where length is short, one nose up on a timber frame over
/// the bonnet of the car before.
pub(super) fn cars(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    let mut left = space.x[0] + draw.range(40.0, 250.0);
    let racks = draw.chance(0.6);
    let mut before: Option<f64> = None;
    let mut tries = 0;
    while tries < 8 {
        let shape = car::Shape::draw(draw);
        let near = draw.range(-150.0, 150.0) - shape.wide / 2.0;
        let long = shape.long;
        if let (true, Some(end)) = (racks, before) {
            let (piece, run) = car::raised(&shape, draw);
            let at = [end - car::OVERLAP, space.y[0], near];
            if stowage.put(scene, piece, at) {
                let x = [end + 100.0, (at[0] + run).min(space.x[1])];
                scene.bulk(x, [space.y[0] + 250.0, space.y[0] + 1300.0], [near, near + shape.wide], "steel");
                left = at[0] + run + draw.range(80.0, 300.0);
                before = None;
                continue;
            }
            if tries < 4 {
                // A lower car may still go up.
                tries += 1;
                continue;
            }
        }
        let facing_doors = racks || draw.chance(0.5);
        let piece = car::car(&shape, draw);
        let piece = if facing_doors { piece.quarter().quarter() } else { piece };
        if long > stowage.room(left) || !stowage.put(scene, piece, [left, space.y[0], near]) {
            tries += 1;
            continue;
        }
        tries = 0;
        let y = [space.y[0] + 200.0, space.y[0] + 0.9 * shape.high];
        scene.bulk([left + 100.0, left + long - 100.0], y, [near, near + shape.wide], "steel");
        let end = left + long;
        before = facing_doors.then_some(end);
        left = end + draw.range(120.0, 450.0);
    }
    // What is left of the room takes parts: tyres, cartons, an engine.
    let mut left = left.max(space.x[0]);
    while stowage.room(left) > 700.0 && draw.chance(0.6) {
        for near in [-1050.0, -340.0, 370.0] {
            let mut floor = space.y[0];
            for _ in 0..3 + draw.below(3) {
                let mut piece = Piece::new([640.0, 200.0, 640.0]);
                if near < 0.0 {
                    piece.ring([320.0, 100.0, 320.0], Axis::Y, 98.0, [200.0, 310.0], "rubber");
                    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.45);
                } else {
                    piece = general(draw).carton([600.0, 320.0, 600.0], draw);
                }
                let high = piece.size[1] + 2.0;
                if stowage.put(scene, piece, [left, floor, near]) {
                    floor += high;
                }
            }
        }
        left += 670.0;
    }
}

/// A scooter or motorcycle in a frame of steel angles, in a carton or bare.
pub(super) fn scooter_crate(motorcycle: bool, draw: &mut Draw) -> Piece {
    let (long, high, wide) = if motorcycle { (2020.0, 1130.0, 575.0) } else { (1820.0, 1110.0, 560.0) };
    let mut piece = Piece::new([long, high, wide]);
    if draw.chance(0.7) {
        piece.add(Solid::cuboid([0.0, long], [62.0, high], [0.0, wide], "cardboard").hollow(7.0).dense(BOARD));
    }
    // The frame: two lower rails across, posts in pairs, top rails along.
    piece.block([8.0, long - 8.0], [40.0, 60.0], [60.0, wide - 60.0], "steel");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.07);
    for x in [9.0, long / 2.0, long - 39.0] {
        for z in [10.0, wide - 40.0] {
            piece.block([x, x + 28.0], [63.0, high - 45.0], [z, z + 28.0], "steel");
            piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.3);
        }
    }
    for z in [10.0, wide - 40.0] {
        piece.block([9.0, long - 9.0], [high - 43.0, high - 10.0], [z, z + 28.0], "steel");
        piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.3);
    }
    machine(&mut piece, motorcycle, draw);
    piece
}

/// The vehicle itself, front at low x.
fn machine(piece: &mut Piece, motorcycle: bool, draw: &mut Draw) {
    let [long, _, wide] = piece.size;
    let z = wide / 2.0;
    let floor = 64.0;
    let radius = if motorcycle { 300.0 } else { draw.range(205.0, 240.0) };
    let tyre = if motorcycle { 45.0 } else { 50.0 };
    let (front, back) = ([radius + 70.0, floor + radius, z], [long - radius - 90.0, floor + radius, z]);
    for (number, hub) in [front, back].into_iter().enumerate() {
        // Some makers take the front wheel off and lay it beside.
        piece.ring(hub, Axis::Z, tyre, [radius - 60.0, radius], "rubber");
        piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.55);
        piece.ring(hub, Axis::Z, 0.8 * tyre, [radius - 78.0, radius - 61.0], "aluminium");
        piece.rod(hub, Axis::Z, 60.0, 45.0, "aluminium");
        piece.ring([hub[0], hub[1], z + 85.0], Axis::Z, 2.5, [60.0, 105.0 - 5.0 * number as f64], "steel");
    }
    let at = |x: f64, y: f64| [x, floor + y, z];
    let head = at(front[0] + 260.0, 800.0);
    for side in [-58.0, 58.0] {
        let fork = [[front[0], front[1] + 10.0, z + 1.5 * side], [head[0] - 30.0, head[1] - 90.0, z + 1.5 * side]];
        piece.bar(fork[0], fork[1], 16.0, "steel");
    }
    piece.bar([head[0], head[1] - 80.0, z], [head[0] + 45.0, head[1] + 60.0, z], 20.0, "steel");
    piece.rod([head[0] + 50.0, head[1] + 95.0, z], Axis::Z, 250.0, 12.0, "steel");
    piece.ball([head[0] - 60.0, head[1] - 10.0, z], [65.0, 75.0, 80.0], "plastic");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.4);
    let middle = f64::midpoint(front[0], back[0]);
    if motorcycle {
        piece.bar(head, at(middle + 260.0, 640.0), 22.0, "steel");
        piece.bar([head[0] + 20.0, head[1] - 100.0, z], at(middle - 120.0, 200.0), 18.0, "steel");
        piece.bar(at(middle - 120.0, 170.0), at(middle + 250.0, 200.0), 18.0, "steel");
        piece.cushion(
            [head[0] + 70.0, middle + 130.0],
            [floor + 690.0, floor + 870.0],
            [z - 130.0, z + 130.0],
            "steel",
            0.05,
        );
        piece.cushion(
            [middle + 140.0, back[0] + 120.0],
            [floor + 690.0, floor + 790.0],
            [z - 120.0, z + 120.0],
            "foam",
            2.0,
        );
        // Crankcase, cylinder with fins, head.
        piece.ball(at(middle + 60.0, 290.0), [190.0, 120.0, 130.0], "aluminium");
        piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.55);
        piece.rod(at(middle - 50.0, 490.0), Axis::Y, 90.0, 80.0, "aluminium");
        piece.ring(at(middle - 20.0, 290.0), Axis::Z, 15.0, [20.0, 60.0], "steel");
        piece.ring([back[0], back[1], z - 80.0], Axis::Z, 4.0, [50.0, 100.0], "steel");
    } else {
        // Leg shield, footboard, body, seat, engine with its swinging case beside the back wheel.
        let shield = [
            [head[0] + 60.0, floor + 230.0],
            [head[0] + 75.0, floor + 230.0],
            [head[0] - 5.0 + 30.0, floor + 780.0],
            [head[0] + 10.0, floor + 780.0],
        ];
        piece.plate(&shield, [60.0, wide - 60.0], "plastic");
        piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.35);
        piece.bar([head[0] + 90.0, head[1] - 120.0, z], at(middle - 120.0, 190.0), 24.0, "steel");
        piece.bar(at(middle - 100.0, 175.0), at(middle + 220.0, 210.0), 24.0, "steel");
        piece.bar(at(middle + 200.0, 250.0), at(back[0] + 60.0, 590.0), 18.0, "steel");
        piece.block([head[0] + 110.0, middle + 120.0], [floor + 225.0, floor + 245.0], [90.0, wide - 90.0], "plastic");
        piece.cushion(
            [middle + 60.0, back[0] + 190.0],
            [floor + 640.0, floor + 760.0],
            [z - 140.0, z + 140.0],
            "foam",
            2.2,
        );
        piece.add(
            Solid::cuboid(
                [middle + 120.0, back[0] + 160.0],
                [floor + 460.0, floor + 635.0],
                [90.0, wide - 90.0],
                "plastic",
            )
            .hollow(3.0),
        );
        piece.ball([back[0] - 170.0, back[1] + 10.0, z - 115.0], [210.0, 85.0, 50.0], "aluminium");
        piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.75);
        piece.rod([back[0] - 330.0, back[1] + 60.0, z - 20.0], Axis::X, 85.0, 70.0, "aluminium");
        piece.rod([back[0] - 120.0, back[1] + 15.0, z - 60.0 - 110.0], Axis::Z, 10.0, 62.0, "steel");
    }
    // Exhaust, shock absorber, battery.
    piece.rod([back[0] - 40.0, floor + radius + 20.0, z + 165.0], Axis::X, 190.0, 55.0, "steel");
    let pot = piece.solids.pop().map(|s| s.hollow(3.0));
    piece.solids.extend(pot);
    piece.bar([back[0] + 20.0, back[1] + 60.0, z + 100.0], [back[0] + 60.0, floor + 600.0, z + 100.0], 24.0, "steel");
    let x: Span = [head[0] + 120.0, head[0] + 240.0];
    let low = if motorcycle { 560.0 } else { 110.0 };
    piece.block(x, [floor + low, floor + low + 95.0], [z + 45.0, z + 110.0], "lead");
    piece.solids.last_mut().into_iter().for_each(|s| s.density = 0.3);
    if draw.chance(0.4) {
        // A box with mirrors, tools and the windscreen.
        let content = crate::simulate::scene::Content {
            material: "plastic",
            density: 0.25,
            amplitude: 0.6,
            grain: [40.0, 40.0],
            slack: 0.0,
        };
        piece.goods([long - 330.0, long - 60.0], [floor + 790.0, floor + 960.0], [100.0, wide - 100.0], content, draw);
    }
}

/// Scooters or motorcycles in crates, two high, side by side.
pub(super) fn scooters(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    let motorcycles = draw.chance(0.35);
    let mut left = space.x[0];
    // The last rows may be single.
    let full = draw.range(0.6, 1.0);
    loop {
        let [long, high, wide] = scooter_crate(motorcycles, draw).size;
        if stowage.room(left) < long + 15.0 {
            break;
        }
        let rows = (space.width() / wide) as usize;
        let slack = (space.width() - rows as f64 * wide) / rows as f64;
        let turned = draw.chance(0.5);
        for row in 0..rows {
            let near = space.z[0] + row as f64 * (wide + slack) + slack / 2.0;
            let levels = if (left - space.x[0]) > full * space.length() || draw.chance(0.04) { 1 } else { 2 };
            for level in 0..levels {
                let piece = scooter_crate(motorcycles, draw);
                let piece = if turned { piece.quarter().quarter() } else { piece };
                let at = [left + draw.range(0.0, 14.0), space.y[0] + (high + 2.0) * level as f64, near];
                if !stowage.put(scene, piece, at) {
                    break;
                }
            }
        }
        let y = [space.y[0] + 60.0, space.y[0] + high];
        scene.bulk([left, left + long], y, [space.z[0] + 10.0, space.z[1] - 10.0], "steel");
        left += long + draw.range(18.0, 60.0);
    }
    // A box of spare parts behind.
    if stowage.room(left) > 1170.0 && draw.chance(0.6) {
        let piece = metal::parts(draw);
        stowage.put(scene, piece, [left, space.y[0], space.z[0] + draw.range(20.0, 1200.0)]);
    }
}
