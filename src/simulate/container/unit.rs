//! A reefer's refrigeration unit: below the open machine space with compressor, condenser and controls, above the
//! evaporator behind insulated panels. Units of one maker look alike; places vary by a few centimetres.

use super::super::draw::Draw;
use super::super::scene::Scene;
use super::super::solid::{Axis, Placed, Shape, Solid};
use super::{Outside, about, along_x, along_z, cavity, less, upright};

/// From the front to the back panel, in mm.
pub(super) const DEPTH: f64 = 460.0;

/// Half the width of the unit's frame in mm.
const HALF: f64 = 1010.0;

/// Builds the unit, about 450 kg.
pub(super) fn build(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    let split = 1330.0 + draw.range(-30.0, 30.0);
    let top = of.height - 112.0;
    shell(scene, of, split, top);
    machine_space(scene, split, draw);
    controls(scene, split, draw);
    evaporator(scene, split, top, draw);
    // What a load can use of the two spaces: beside the compressor, and between coil and fans.
    cavity(scene, "motor", [70.0, 290.0], [190.0, split - 80.0], [-HALF + 40.0, HALF - 40.0]);
    cavity(scene, "evaporator", [110.0, 370.0], [split + 60.0, top - 60.0], [-HALF + 60.0, HALF - 60.0]);
}

/// Frame, insulated bulkhead between machines and cold air, back panel, access panels.
fn shell(scene: &mut Scene, of: Outside, split: f64, top: f64) {
    let wide = [-HALF, HALF];
    for z in Outside::both([HALF, HALF + 5.0]) {
        scene.block([16.0, 380.0], [150.0, top], z, "aluminium");
    }
    // Foam fills the frame up to the posts; the bulkhead steps forward above the machines.
    for (x, y) in
        [([300.0, 370.0], [190.0, split]), ([30.0, 372.0], [split, split + 55.0]), ([30.0, 85.0], [split + 56.0, top])]
    {
        scene.add(Solid::cuboid(x, y, wide, "aluminium").hollow(1.6));
        scene.add(Solid::cuboid(less(x, 1.8), less(y, 1.8), less(wide, 1.8), "foam").dense(1.1));
    }
    scene.block([DEPTH - 3.0, DEPTH], [330.0, top - 240.0], [-1130.0, 1130.0], "aluminium");
    scene.block([20.0, 300.0], [165.0, 169.0], wide, "steel");
    // Grilles over the machine space: wire with nine tenths air.
    scene.add(Solid::cuboid([18.0, 24.0], [190.0, split - 20.0], wide, "steel").dense(0.05));
    for x in [[20.0, 60.0], [250.0, 290.0]] {
        for z in Outside::both([of.half - 205.0 - 50.0, of.half - 214.0]) {
            scene.add(Solid::cuboid(x, [190.0, split - 2.0], z, "steel").hollow(2.5));
        }
    }
}

/// Compressor, receiver, condenser with its fan, the power cable in its bin.
fn machine_space(scene: &mut Scene, split: f64, draw: &mut Draw) {
    let (x, z) = (draw.range(160.0, 190.0), -520.0 + draw.range(-60.0, 60.0));
    // A hermetic scroll or a longer semi-hermetic piston compressor, both thick-walled castings full of motor.
    if draw.chance(0.6) {
        scene.add(upright(x, [215.0, 640.0], z, 92.0, "steel").hollow(9.0));
        scene.add(upright(x, [235.0, 430.0], z, 62.0, "steel").dense(0.85));
        scene.add(upright(x, [450.0, 600.0], z, 78.0, "steel").dense(0.7));
        scene.add(about([x, 650.0, z], [40.0, 8.0, 40.0], "steel"));
    } else {
        let body = along_z(x, 350.0, [z - 260.0, z + 260.0], 120.0, "steel").hollow(14.0);
        scene.add(body);
        scene.add(along_z(x, 350.0, [z - 235.0, z], 88.0, "steel").dense(0.75));
        scene.add(along_z(x, 350.0, [z + 20.0, z + 235.0], 60.0, "steel").dense(0.8));
        for at in [-170.0, -20.0, 130.0] {
            scene.add(about([x, 510.0, z + at], [75.0, 38.0, 55.0], "steel").dense(0.55));
        }
        scene.add(about([x, 225.0, z], [60.0, 15.0, 150.0], "steel").dense(0.5));
    }
    scene.block([60.0, 280.0], [170.0, 176.0], [z - 200.0, z + 200.0], "steel");
    scene.add(
        upright(draw.range(90.0, 120.0), [200.0, 640.0], 120.0 + draw.range(0.0, 80.0), 65.0, "steel").hollow(4.0),
    );
    let drier = draw.range(650.0, 720.0);
    scene.add(along_x([100.0, 250.0], drier, -150.0, 35.0, "steel").dense(0.6));
    condenser(scene, split, draw);
    // The cable, 18 m of it, in loops.
    let y = draw.range(420.0, 480.0);
    let cable = along_z(130.0, y, [640.0, 930.0], 120.0, "rubber").bored(62.0).dense(0.9);
    let core = along_z(130.0, y, [680.0, 890.0], 92.0, "copper").bored(78.0).dense(0.5);
    scene.add(cable.without(core.body.clone()));
    scene.add(core);
}

/// The condenser: finned tubes across the whole depth, the fan's ring and motor in the middle.
fn condenser(scene: &mut Scene, split: f64, draw: &mut Draw) {
    let (low, high) = (700.0, split - 40.0);
    let middle = f64::midpoint(low, high) + draw.range(-10.0, 10.0);
    // Fins: 0.12 mm of aluminium every 2 mm, and copper tubes through them.
    scene.add(Solid::cuboid([212.0, 288.0], [low, high], [-260.0, 700.0], "aluminium").dense(0.07));
    for row in 0..8 {
        for column in 0..2 {
            let y = low + (f64::from(row) + 0.5) / 8.0 * (high - low) + 12.0 * f64::from(column);
            scene.add(along_z(231.0 + 38.0 * f64::from(column), y, [-270.0, 710.0], 5.5, "copper").bored(4.6));
        }
    }
    let z = 220.0;
    scene.add(along_x([120.0, 200.0], middle, z, 275.0, "steel").bored(273.0));
    scene.add(along_x([55.0, 195.0], middle, z, 70.0, "steel").dense(0.55));
    scene.add(along_x([160.0, 185.0], middle, z, 250.0, "aluminium").bored(71.0).dense(0.08));
}

/// The control box with contactors and transformer, and the pipes that climb beside it.
fn controls(scene: &mut Scene, split: f64, draw: &mut Draw) {
    let (x, y) = ([40.0, 205.0], [split - 560.0, split - 60.0]);
    let z = [-930.0, -430.0];
    scene.case(x, y, z, 1.8, "aluminium");
    let board = Solid::cuboid([60.0, 190.0], less(y, 15.0), [-900.0, -460.0], "electronics");
    let transformer = about([125.0, y[0] + 90.0, -820.0], [42.0, 55.0, 60.0], "steel").dense(0.8);
    scene.add(board.dense(0.35).grain(0.6, [35.0, 45.0], draw.seed()).without(transformer.body.clone()));
    scene.add(transformer);
    for (x, z) in [(255.0, -360.0), (70.0, -330.0), (232.0, -980.0), (100.0, 760.0)] {
        let pipe = |y: [f64; 2], radius: f64| upright(x + draw_little(z), y, z, radius, "copper").bored(radius - 1.4);
        scene.add(pipe([draw.range(240.0, 300.0), split - draw.range(8.0, 120.0)], 11.0));
    }
    scene.add(along_z(245.0, 215.0, [-400.0, 100.0], 9.0, "copper").bored(7.6));
}

/// A place that differs from pipe to pipe but not from unit to unit.
fn draw_little(z: f64) -> f64 {
    (z * 0.37).rem_euclid(9.0)
}

/// Evaporator coil, slanting under two fans; heaters, drain pan and drain hoses.
fn evaporator(scene: &mut Scene, split: f64, top: f64, draw: &mut Draw) {
    let wide = [-900.0, 900.0];
    let slant = draw.range(0.18, 0.26);
    let centre = [238.0, split + 370.0, 0.0];
    let turn = |solid: Solid| solid.turned_about(centre, Axis::Z, slant);
    scene.add(turn(about(centre, [70.0, 205.0, 900.0], "aluminium").dense(0.055)));
    for row in 0..9 {
        for column in 0..3 {
            let y = centre[1] - 184.0 + 46.0 * f64::from(row) + 15.0 * f64::from(column % 2);
            let tube = along_z(centre[0] - 44.0 + 44.0 * f64::from(column), y, wide, 7.0, "copper").bored(6.2);
            scene.add(turn(tube));
        }
    }
    for x in [-60.0, 0.0, 60.0] {
        scene.add(turn(along_z(centre[0] + x, centre[1] - 222.0, wide, 5.0, "steel")));
    }
    // Drain pan and what is left of the ice and water in it.
    scene.block([110.0, 360.0], [split + 70.0, split + 72.0], wide, "aluminium");
    scene.block([120.0, 350.0], [split + 73.0, split + 73.0 + draw.range(1.0, 6.0)], [-880.0, 880.0], "water");
    for z in [-960.0, 960.0] {
        scene.add(upright(335.0, [150.0, split - 6.0], z, 16.0, "rubber").bored(11.0));
    }
    // Two fans that blow down, their motors upright on cross bars under the scroll.
    let height = top - 330.0 + draw.range(-20.0, 20.0);
    for z in [-480.0, 480.0] {
        scene.add(upright(230.0, [height + 30.0, height + 190.0], z, 62.0, "steel").dense(0.6));
        let ring = upright(230.0, [height - 60.0, height + 25.0], z, 140.0, "aluminium").bored(137.0);
        scene.add(ring);
        let blades = Shape::Cylinder { radius: 134.0, half: 14.0 };
        scene.add(Solid::new(blades, [230.0, height - 10.0, z], "aluminium").dense(0.16));
    }
    scene.add(
        Solid::cuboid([95.0, 375.0], [height + 26.0, height + 29.0], wide, "aluminium")
            .without(Placed::new(Shape::Box { half: [120.0, 3.0, 700.0] }, [230.0, height + 27.0, 0.0])),
    );
    // Expansion valve, suction line and sensor block at one side.
    scene.add(about([150.0, split + 130.0, 930.0], [35.0, 40.0, 30.0], "copper").dense(0.5));
    scene.add(upright(330.0, [split + 80.0, height], -950.0, 14.0, "copper").bored(12.4));
}
