//! A flat railcar for containers: deep sills, bogies whose wheels and axles no beam penetrates, buffers and couplers.

use super::super::draw::Draw;
use super::super::scene::Scene;
use super::super::solid::Solid;
use super::{Outside, about, along_x, along_z, tube_z, upright};

/// Radius of a wheel in mm.
const WHEEL: f64 = 460.0;

/// Length of the wagon over its headstocks in mm; a 20-ft box stands on its front part, and the picture ends behind it.
const LENGTH: f64 = 12_900.0;

/// Builds the wagon.
pub(super) fn build(scene: &mut Scene, of: Outside, ground: f64, draw: &mut Draw) {
    let front = -350.0;
    let back = front + LENGTH;
    sills(scene, [front, back], draw);
    let inset = draw.range(1750.0, 2050.0);
    for pivot in [front + inset, back - inset] {
        bogie(scene, pivot, ground);
    }
    for (x, side) in [(front, -1.0), (back, 1.0)] {
        ends(scene, x, side, ground);
    }
    for x in [89.0, of.length - 89.0] {
        for z in [-1138.0, 1138.0] {
            scene.block([x - 110.0, x + 110.0], [-30.0, -2.0], [z - 75.0, z + 75.0], "steel");
            scene.add(about([x, 14.0, z], [48.0, 14.0, 27.0], "steel"));
        }
    }
    // Brake cylinder, air tank and rods hang in the middle.
    let middle = f64::midpoint(front, back);
    scene.add(along_x([middle - 700.0, middle - 100.0], -620.0, -300.0, 170.0, "steel").hollow(4.0));
    scene.add(along_x([middle + 100.0, middle + 480.0], -600.0, 250.0, 130.0, "steel").dense(0.35));
    for z in [-120.0, 120.0] {
        scene.add(along_x([front + inset + 1300.0, back - inset - 1300.0], -640.0, z, 18.0, "steel"));
    }
}

/// Two deep centre sills that are deepest in the middle, side sills, cross beams.
fn sills(scene: &mut Scene, x: [f64; 2], draw: &mut Draw) {
    let deep = draw.range(480.0, 560.0);
    let middle = [x[0] + 3300.0, x[1] - 3300.0];
    for z in Outside::both([343.0, 359.0]) {
        scene.block(x, [-300.0, -54.0], z, "steel");
        scene.block(middle, [-deep, -322.0], z, "steel");
    }
    for z in Outside::both([221.0, 481.0]) {
        scene.block(x, [-53.0, -32.0], z, "steel");
        scene.block(x, [-321.0, -301.0], z, "steel");
        scene.block(middle, [-deep - 22.0, -deep - 1.0], z, "steel");
    }
    for z in Outside::both([1020.0, 1036.0]) {
        scene.block(x, [-260.0, -45.0], z, "steel");
    }
    for y in [[-274.0, -261.0], [-44.0, -32.0]] {
        for z in Outside::both([1020.0, 1180.0]) {
            scene.block(x, y, z, "steel");
        }
    }
    let bays = 9;
    for bay in 1..bays {
        let at = x[0] + f64::from(bay) / f64::from(bays) * (x[1] - x[0]);
        for z in [[-1015.0, -360.0], [-340.0, 340.0], [360.0, 1015.0]] {
            scene.add(tube_z([at - 50.0, at + 50.0], [-250.0, -60.0], z, 12.0));
        }
    }
}

/// A bogie of two axles, 1800 mm apart: the frame's sides outside the wheels, springs, bolster.
fn bogie(scene: &mut Scene, pivot: f64, ground: f64) {
    let hub = ground + WHEEL;
    for x in [pivot - 900.0, pivot + 900.0] {
        scene.add(along_z(x, hub, [-1080.0, 1080.0], 80.0, "steel"));
        for z in Outside::both([682.0, 817.0]) {
            // Rim 60 mm deep over the whole width; web of 28 mm; boss.
            let rim = along_z(x, hub, z, WHEEL, "steel").bored(WHEEL - 62.0);
            scene.add(rim);
            let middle = f64::midpoint(z[0], z[1]);
            scene.add(along_z(x, hub, [middle - 14.0, middle + 14.0], WHEEL - 63.0, "steel").bored(80.5));
            scene.add(along_z(x, hub, [middle + 15.0, z[1] + 10.0], 130.0, "steel").bored(80.5));
            // The flange on the inner side.
            let inner = if middle > 0.0 { [z[0] - 32.0, z[0] - 1.0] } else { [z[1] + 1.0, z[1] + 32.0] };
            scene.add(along_z(x, hub, inner, WHEEL + 28.0, "steel").bored(WHEEL - 62.0));
        }
        for z in Outside::both([930.0, 1080.0]) {
            let bore = along_z(x, hub, [z[0] - 5.0, z[1] + 5.0], 80.5, "steel").body;
            let middle = f64::midpoint(z[0], z[1]);
            scene.add(about([x, hub, middle], [150.0, 140.0, 70.0], "steel").dense(0.8).without(bore));
            for spring in [-230.0, 230.0] {
                scene.add(upright(x + spring, [hub - 60.0, hub + 170.0], middle, 75.0, "steel").bored(30.0).dense(0.5));
            }
        }
    }
    for z in Outside::both([930.0, 1060.0]) {
        scene.add(Solid::cuboid([pivot - 1280.0, pivot + 1280.0], [hub + 175.0, hub + 330.0], z, "steel").hollow(24.0));
        scene.add(Solid::cuboid([pivot - 500.0, pivot + 500.0], [hub - 60.0, hub + 172.0], z, "steel").hollow(24.0));
    }
    scene.add(
        Solid::cuboid([pivot - 220.0, pivot + 220.0], [hub + 40.0, hub + 300.0], [-925.0, 925.0], "steel").hollow(30.0),
    );
    scene.add(upright(pivot, [hub + 302.0, hub + 360.0], 0.0, 160.0, "steel"));
    for x in [pivot - 380.0, pivot + 380.0] {
        for z in Outside::both([690.0, 810.0]) {
            // Brake blocks beside the treads.
            scene.add(about([x, hub, f64::midpoint(z[0], z[1])], [32.0, 150.0, 40.0], "steel"));
        }
    }
}

/// Headstock, buffers and the coupler's hook at one end; `side` is the direction outwards.
fn ends(scene: &mut Scene, x: f64, side: f64, ground: f64) {
    let along = |from: f64, to: f64| {
        let mut pair = [x + side * from, x + side * to];
        pair.sort_unstable_by(f64::total_cmp);
        pair
    };
    scene.add(Solid::cuboid(along(2.0, 90.0), [-330.0, -35.0], [-1180.0, 1180.0], "steel").hollow(10.0));
    let y = ground + 1000.0;
    for z in [-875.0, 875.0] {
        scene.add(along_x(along(92.0, 330.0), y, z, 120.0, "steel").bored(95.0));
        scene.add(along_x(along(120.0, 460.0), y, z, 90.0, "steel").dense(0.4));
        scene.add(along_x(along(462.0, 500.0), y, z, 220.0, "steel"));
    }
    scene.add(about([x + side * 230.0, y, 0.0], [130.0, 45.0, 30.0], "steel"));
    scene.add(about([x + side * 330.0, y - 170.0, 0.0], [35.0, 150.0, 45.0], "steel").dense(0.7));
}
