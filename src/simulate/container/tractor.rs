//! The tractor of a semi-trailer: a cab over the engine, two axles. Its middle parts are more than most beams penetrate.

use super::super::draw::Draw;
use super::super::scene::Scene;
use super::super::solid::{Axis, Solid};
use super::vehicle::KING_PIN;
use super::{Outside, about, along_x, along_z, less, tube_y, upright, wheel};

/// Builds a tractor whose fifth wheel is under the king-pin. About 7 t with its fuel.
pub(super) fn build(scene: &mut Scene, ground: f64, draw: &mut Draw) {
    let drive = KING_PIN + 560.0;
    let steer = drive - draw.range(3600.0, 3800.0);
    frame(scene, [steer - 1050.0, drive + 850.0], ground);
    wheel::axle(scene, steer, ground + wheel::HUB, false);
    wheel::axle(scene, drive, ground + wheel::HUB, true);
    wheel::suspension(scene, drive, ground + wheel::HUB, ground + 745.0);
    scene.add(along_z(drive, ground + wheel::HUB, [-180.0, 180.0], 240.0, "steel").bored(70.0).dense(0.8));
    engine(scene, steer, ground, drive, draw);
    cab(scene, steer, ground, draw);
    between_axles(scene, steer, ground, draw);
    // The driven axle's housing.
    for z in Outside::both([185.0, 575.0]) {
        scene.add(along_z(drive, ground + wheel::HUB, z, 115.0, "steel").bored(69.0).dense(0.75));
    }
    // Fifth wheel: a thick plate on its pedestal, with the slot for the pin; it slopes a little.
    let plate = about([KING_PIN, ground + 1115.0, 0.0], [420.0, 20.0, 400.0], "steel");
    let slot = about([KING_PIN + 220.0, ground + 1115.0, 0.0], [210.0, 30.0, 45.0], "steel");
    scene.add(plate.without(slot.body));
    for z in Outside::both([300.0, 380.0]) {
        scene.add(Solid::cuboid([KING_PIN - 130.0, KING_PIN + 130.0], [ground + 1012.0, ground + 1094.0], z, "steel"));
    }
}

/// Two channels along the tractor, joined by cross members.
fn frame(scene: &mut Scene, x: [f64; 2], ground: f64) {
    let y = [ground + 747.0, ground + 1010.0];
    for z in Outside::both([385.0, 402.0]) {
        scene.block(x, y, z, "steel");
    }
    for y in [[y[0], y[0] + 13.0], [y[1] - 13.0, y[1]]] {
        for z in Outside::both([313.0, 384.0]) {
            scene.block(x, y, z, "steel");
        }
    }
    for place in [0.0, 0.62, 0.8, 0.97] {
        let at = x[0] + place * (x[1] - x[0]);
        scene.add(Solid::cuboid([at, at + 120.0], less(y, 40.0), [-312.0, 312.0], "steel").hollow(12.0));
    }
}

/// Engine, gearbox, shaft, radiator.
fn engine(scene: &mut Scene, steer: f64, ground: f64, drive: f64, draw: &mut Draw) {
    let front = steer - 420.0 + draw.range(-40.0, 40.0);
    let back = front + 1250.0;
    // Six cylinders in line; castings and what is in them fill about a third.
    let mut block =
        Solid::cuboid([front, back], [ground + 800.0, ground + 1200.0], [-215.0, 215.0], "steel").dense(0.6);
    block = block.grain(0.35, [70.0, 90.0], draw.seed());
    scene.add(block);
    for cylinder in 0..6 {
        let x = front + 120.0 + f64::from(cylinder) * 200.0;
        scene.add(upright(x, [ground + 1202.0, ground + 1380.0], 0.0, 96.0, "steel").dense(0.85));
    }
    scene.add(
        Solid::cuboid([front + 40.0, back - 40.0], [ground + 1382.0, ground + 1450.0], [-170.0, 170.0], "aluminium")
            .hollow(8.0),
    );
    // Oil at its bottom.
    let sump = Solid::cuboid([front + 60.0, back - 150.0], [ground + 560.0, ground + 798.0], [-190.0, 190.0], "steel")
        .hollow(4.0);
    scene.add(sump);
    scene.add(Solid::cuboid([front + 66.0, back - 156.0], [ground + 566.0, ground + 640.0], [-184.0, 184.0], "oil"));
    scene.add(along_z(front + 400.0, ground + 1130.0, [240.0, 420.0], 120.0, "steel").dense(0.45));
    scene.add(along_z(front + 800.0, ground + 1000.0, [-400.0, -230.0], 75.0, "steel").dense(0.5));
    // Flywheel and gearbox, tapering towards the shaft.
    let axis = ground + 930.0;
    scene.add(along_x([back + 2.0, back + 170.0], axis, 0.0, 250.0, "steel").dense(0.7));
    scene.add(along_x([back + 172.0, back + 650.0], axis - 10.0, 0.0, 185.0, "aluminium").bored(172.0));
    scene.add(along_x([back + 180.0, back + 640.0], axis - 10.0, 0.0, 168.0, "steel").dense(0.8).grain(
        0.4,
        [50.0, 50.0],
        draw.seed(),
    ));
    scene.add(along_x([back + 660.0, drive - 250.0], ground + 780.0, 0.0, 55.0, "steel").bored(50.0));
    // Radiator, charge cooler, fan before the engine.
    let radiator = front - 240.0;
    scene.add(
        Solid::cuboid([radiator, radiator + 60.0], [ground + 620.0, ground + 1500.0], [-420.0, 420.0], "aluminium")
            .dense(0.32),
    );
    scene.add(
        Solid::cuboid(
            [radiator - 70.0, radiator - 10.0],
            [ground + 680.0, ground + 1420.0],
            [-400.0, 400.0],
            "aluminium",
        )
        .dense(0.15),
    );
    scene.add(along_x([radiator + 80.0, radiator + 140.0], ground + 1050.0, 0.0, 350.0, "plastic").dense(0.2));
}

/// The cab: sheet shell with doors' windows, windscreen, dashboard, seats, bunk.
fn cab(scene: &mut Scene, steer: f64, ground: f64, draw: &mut Draw) {
    let nose = steer - draw.range(1330.0, 1400.0);
    let long = if draw.chance(0.7) { draw.range(2150.0, 2300.0) } else { draw.range(1650.0, 1800.0) };
    let rear = nose + long;
    let (low, high) = (ground + 1150.0, ground + draw.range(2950.0, 3700.0));
    let floor = ground + 1475.0;
    let sill = floor + 560.0;
    // Sides: double sheets at the posts and below the window; the window's glass.
    for z in Outside::both([1193.5, 1198.5]) {
        let window = about([nose + 800.0, sill + 390.0, z[0]], [480.0, 360.0, 20.0], "steel");
        scene.add(Solid::cuboid([nose + 60.0, rear], [low, high - 80.0], z, "steel").without(window.body));
        let glass = [z[0] - 3.0, z[0] + 2.0];
        scene.block([nose + 325.0, nose + 1275.0], [sill + 35.0, sill + 745.0], glass, "glass");
    }
    for z in Outside::both([1140.0, 1190.0]) {
        for x in [nose + 240.0, nose + 1290.0, rear - 90.0] {
            scene.add(tube_y([x, x + 70.0], [floor, high - 120.0], z, 4.0));
        }
    }
    scene.add(Solid::cuboid([rear, rear + 3.0], [low + 100.0, high - 100.0], [-1190.0, 1190.0], "steel"));
    // Front: panels below, a slanting windscreen, the roof with its wind deflector.
    scene
        .add(Solid::cuboid([nose, nose + 3.0], [ground + 700.0, sill - 60.0], [-1190.0, 1190.0], "plastic").dense(1.4));
    let lean = draw.range(0.10, 0.16);
    scene.add(about([nose + 90.0, sill + 400.0, 0.0], [3.5, 430.0, 1130.0], "glass").turned(Axis::Z, -lean));
    let roof =
        about([f64::midpoint(nose + 160.0, rear), high - 60.0, 0.0], [(long - 200.0) / 2.0, 5.0, 1140.0], "plastic");
    scene.add(roof.dense(1.4).turned(Axis::Z, draw.range(0.0, 0.05)));
    scene.block([nose + 120.0, rear - 4.0], [floor - 2.0, floor], [-1185.0, 1185.0], "steel");
    // Linings and doors' insides, the frame that the cab's sheets hang on.
    let lined = Outside::both([1120.0, 1138.0]);
    for z in lined {
        scene.add(Solid::cuboid([nose + 120.0, rear - 100.0], [floor, sill], z, "plastic").dense(0.8));
        scene.add(Solid::cuboid([nose + 1300.0, rear - 100.0], [sill, high - 120.0], z, "plastic").dense(0.5));
    }
    scene.add(
        Solid::cuboid([rear - 18.0, rear - 2.0], [floor + 10.0, high - 120.0], [-1115.0, 1115.0], "plastic")
            .dense(0.12),
    );
    for z in Outside::both([560.0, 640.0]) {
        let rail = [nose + 140.0, rear - 30.0];
        scene.add(Solid::cuboid(rail, [floor - 130.0, floor - 5.0], z, "steel").hollow(6.0));
    }
    for z in Outside::both([1140.0, 1192.0]) {
        for y in [[low + 20.0, low + 130.0], [sill - 90.0, sill - 10.0], [high - 118.0, high - 62.0]] {
            scene.add(
                Solid::cuboid([nose + 245.0, rear], y, z, "steel")
                    .hollow(3.0)
                    .without(Solid::cuboid([nose + 238.0, nose + 312.0], [floor, high], z, "steel").body),
            );
        }
    }
    // Bumper with its lamps and crash beam.
    scene.add(
        Solid::cuboid([nose - 40.0, nose + 120.0], [ground + 330.0, ground + 640.0], [-1190.0, 1190.0], "plastic")
            .hollow(4.0),
    );
    scene.add(
        Solid::cuboid([nose + 30.0, nose + 110.0], [ground + 400.0, ground + 520.0], [-1000.0, 1000.0], "steel")
            .hollow(6.0),
    );
    // Dashboard and what is behind it, steering wheel and column.
    let dash =
        Solid::cuboid([nose + 110.0, nose + 520.0], [floor + 350.0, sill + 80.0], [-1120.0, 1120.0], "electronics");
    scene.add(dash.dense(0.7).grain(0.5, [60.0, 50.0], draw.seed()));
    let column = [nose + 640.0, floor + 590.0, -560.0];
    scene.add(
        upright(column[0], [column[1], column[1] + 28.0], column[2], 225.0, "plastic")
            .bored(198.0)
            .turned(Axis::Z, -0.6),
    );
    scene.add(
        about([nose + 560.0, floor + 330.0, -560.0], [28.0, 240.0, 28.0], "steel").dense(0.5).turned(Axis::Z, 0.5),
    );
    for z in [-560.0, 560.0] {
        seat(scene, nose + 1020.0, floor, z);
    }
    if long > 2000.0 {
        scene.add(
            Solid::cuboid([rear - 640.0, rear - 20.0], [floor + 470.0, floor + 590.0], [-1050.0, 1050.0], "textile")
                .dense(0.35),
        );
        scene.add(
            Solid::cuboid([rear - 640.0, rear - 30.0], [floor + 5.0, floor + 465.0], [-1050.0, 1050.0], "plastic")
                .hollow(4.0),
        );
        let things =
            Solid::cuboid([rear - 600.0, rear - 60.0], [floor + 12.0, floor + 280.0], [-1000.0, 1000.0], "textile");
        scene.add(things.dense(draw.range(0.3, 0.9)).grain(0.6, [110.0, 80.0], draw.seed()));
    }
    scene.add(
        Solid::cuboid([nose + 200.0, nose + 700.0], [high - 380.0, high - 150.0], [-1050.0, 1050.0], "plastic")
            .hollow(4.0),
    );
}

/// A suspended seat: foam on a steel frame.
fn seat(scene: &mut Scene, x: f64, floor: f64, z: f64) {
    scene.add(about([x, floor + 130.0, z], [170.0, 125.0, 160.0], "steel").dense(0.10));
    scene.add(about([x, floor + 330.0, z], [250.0, 60.0, 250.0], "foam").dense(1.6));
    scene.add(about([x, floor + 265.0, z], [230.0, 12.0, 220.0], "steel").dense(0.15));
    scene.add(about([x + 270.0, floor + 640.0, z], [45.0, 370.0, 230.0], "foam").dense(1.6).turned(Axis::Z, -0.22));
    scene.add(about([x + 322.0, floor + 640.0, z], [7.0, 330.0, 200.0], "steel").dense(0.12).turned(Axis::Z, -0.22));
    scene.add(about([x + 385.0, floor + 1090.0, z], [45.0, 90.0, 120.0], "foam").dense(1.6).turned(Axis::Z, -0.22));
}

/// Tanks, batteries, air, exhaust between the axles.
fn between_axles(scene: &mut Scene, steer: f64, ground: f64, draw: &mut Draw) {
    let from = steer + 680.0;
    let y = [ground + 390.0, ground + 970.0];
    let mut long = [draw.range(1000.0, 1500.0), draw.range(500.0, 900.0)];
    if draw.chance(0.5) {
        long.swap(0, 1);
    }
    for (z, long) in Outside::both([560.0, 1180.0]).into_iter().zip(long) {
        let x = [from, from + long];
        scene.add(Solid::cuboid(x, y, z, "aluminium").hollow(3.5));
        let level = y[0] + 8.0 + draw.range(0.3, 0.92) * (y[1] - y[0] - 16.0);
        scene.add(Solid::cuboid(less(x, 4.0), [y[0] + 4.0, level], less(z, 4.0), "oil").dense(0.95));
        // Behind the shorter tank exhaust, batteries, air.
        let rest = [x[1] + 60.0, from + 1640.0];
        if rest[1] - rest[0] > 520.0 {
            let silencer = [rest[0], rest[0] + 520.0];
            scene.add(Solid::cuboid(silencer, y, z, "steel").hollow(2.5));
            scene.add(Solid::cuboid(less(silencer, 60.0), less(y, 60.0), less(z, 60.0), "ceramic").dense(0.45));
            if rest[1] - silencer[1] > 300.0 {
                let battery = [silencer[1] + 30.0, silencer[1] + 290.0];
                let inside = Solid::cuboid(battery, [y[0] + 120.0, y[0] + 350.0], z, "electronics");
                scene.add(inside.dense(3.4).grain(0.2, [35.0, 200.0], draw.seed()));
            }
        }
    }
    scene.add(along_x([from + 1100.0, from + 1600.0], ground + 600.0, -180.0, 125.0, "steel").hollow(3.0));
    scene.add(along_x([from + 1000.0, from + 1600.0], ground + 600.0, 180.0, 125.0, "steel").hollow(3.0));
    scene.add(along_z(steer, ground + 760.0, [-500.0, -430.0], 60.0, "steel").dense(0.4));
    // Starter, generator, air compressor at the engine's sides.
    for (x, y, z, radius) in [(-250.0, 1090.0, -310.0, 85.0), (420.0, 880.0, 320.0, 75.0), (60.0, 960.0, 320.0, 90.0)] {
        scene.add(along_x([steer + x, steer + x + 260.0], ground + y, z, radius, "steel").dense(0.65));
    }
    // Steering box, and the castings that carry cab, bumper and springs before the axle.
    scene.add(about([steer - 620.0, ground + 820.0, -490.0], [140.0, 130.0, 80.0], "steel").dense(0.6));
    for z in Outside::both([410.0, 520.0]) {
        let bracket = Solid::cuboid([steer - 1150.0, steer - 780.0], [ground + 560.0, ground + 1120.0], z, "steel");
        scene.add(bracket.hollow(14.0));
        scene.add(
            upright(steer + 1150.0, [ground + 1015.0, ground + 1420.0], f64::midpoint(z[0], z[1]), 45.0, "steel")
                .dense(0.5),
        );
    }
    scene.add(along_z(steer, ground + wheel::HUB - 110.0, [-850.0, 850.0], 62.0, "steel"));
    // Springs of the steered axle.
    for z in Outside::both([410.0, 490.0]) {
        let leaf = about([steer, ground + 640.0, f64::midpoint(z[0], z[1])], [760.0, 32.0, 40.0], "steel");
        scene.add(leaf);
    }
    for z in Outside::both([640.0, 1190.0]) {
        scene.add(about([steer, ground + 1065.0, f64::midpoint(z[0], z[1])], [560.0, 3.0, 270.0], "plastic"));
    }
}
