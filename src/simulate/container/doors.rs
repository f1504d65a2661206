//! Doors: two leaves at the rear end, seen edge on, with their bars, cams, handles, hinges and gaskets.

use super::super::draw::Draw;
use super::super::scene::Scene;
use super::super::solid::Solid;
use super::{Outside, cavity, less, tube_y, tube_z, upright};

/// Leaves of steel: hollow uprights and channels around a sheet with swages along the beam.
pub(super) fn steel(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    let frame = [of.length - 76.0, of.length - 26.0];
    let y = [130.0, of.height - 118.0];
    // Each leaf: an upright at the hinges and one at the middle.
    for z in Outside::both([1060.0, 1130.0]).into_iter().chain(Outside::both([12.0, 112.0])) {
        scene.add(tube_y(frame, y, z, 3.2));
        cavity(scene, "door", less(frame, 4.0), less(y, 10.0), less(z, 4.0));
    }
    for z in Outside::both([114.0, 1058.0]) {
        for y in [[y[0], y[0] + 150.0], [y[1] - 150.0, y[1]]] {
            scene.add(tube_z(frame, y, z, 3.0));
            cavity(scene, "door", less(frame, 4.0), less(y, 4.0), less(z, 10.0));
        }
        // The sheet between them, five swages deep.
        let (low, high) = (y[0] + 152.0, y[1] - 152.0);
        let pitch = (high - low) / 5.0;
        for swage in 0..5 {
            let from = low + f64::from(swage) * pitch;
            let split = from + 0.58 * pitch;
            scene.block([of.length - 42.0, of.length - 40.0], [from, split], z, "steel");
            scene.block([of.length - 74.0, of.length - 72.0], [split + 22.0, from + pitch - 22.0], z, "steel");
            for (y, lean) in [([split, split + 22.0], 1.0), ([from + pitch - 22.0, from + pitch], 1.0)] {
                let slope = Solid::cuboid([of.length - 74.0, of.length - 40.0], y, z, "steel");
                scene.add(slope.dense(lean * 2.0 * 1.8 / 34.0));
            }
        }
    }
    gaskets(scene, of, [of.length - 82.0, of.length - 77.0]);
    furniture(scene, of, draw);
}

/// Insulated leaves: aluminium or steel sheets on foam.
pub(super) fn insulated(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    let (y, x) = ([150.0, of.height - 116.0], [of.length - 112.0, of.length - 26.0]);
    for z in Outside::both([8.0, 1130.0]) {
        let leaf = Solid::cuboid(x, y, z, "aluminium").hollow(1.6);
        scene.add(leaf);
        let inner = [less(x, 2.0), less(y, 2.0), less(z, 2.0)];
        scene.add(Solid::cuboid(inner[0], inner[1], inner[2], "foam").dense(1.15));
        cavity(scene, "door", less(x, 6.0), less(y, 40.0), less(z, 20.0));
    }
    gaskets(scene, of, [of.length - 122.0, of.length - 113.0]);
    furniture(scene, of, draw);
}

/// Rubber all around the leaves and between them.
fn gaskets(scene: &mut Scene, of: Outside, x: [f64; 2]) {
    for y in [[118.0, 150.0], [of.height - 140.0, of.height - 116.0]] {
        scene.block(x, y, [-1130.0, 1130.0], "rubber");
    }
    for z in Outside::both([1100.0, 1130.0]).into_iter().chain([[-6.0, 6.0]]) {
        scene.block(x, [150.0, of.height - 140.0], z, "rubber");
    }
}

/// Two bars a leaf with cams and brackets, their handles, and the hinges.
fn furniture(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    for (bar, z) in [-830.0, -330.0, 330.0, 830.0].into_iter().enumerate() {
        let x = of.length - 4.0;
        scene.add(upright(x, [100.0, of.height - 100.0], z, 17.0, "steel").bored(13.5));
        // Cams and their keepers grip over sill and header.
        for y in [70.0, of.height - 100.0] {
            scene.block([x - 18.0, x + 22.0], [y, y + 30.0], [z - 45.0, z + 45.0], "steel");
        }
        for y in [320.0, 800.0, 1750.0, of.height - 400.0] {
            scene.block([x - 21.0, x - 18.0], [y, y + 70.0], [z - 50.0, z + 50.0], "steel");
            scene.block([x + 18.0, x + 22.0], [y, y + 70.0], [z - 40.0, z + 40.0], "steel");
        }
        let handle = if bar % 2 == 0 { 1060.0 } else { 1180.0 } + draw.range(-20.0, 20.0);
        let z = if z < 0.0 { [z + 20.0, z + 420.0] } else { [z - 420.0, z - 20.0] };
        scene.block([x + 2.0, x + 14.0], [handle, handle + 38.0], z, "steel");
    }
    for hinge in 0..5 {
        let y = 260.0 + f64::from(hinge) / 4.0 * (of.height - 620.0);
        for z in Outside::both([1150.0, 1215.0]) {
            scene.block([of.length - 11.0, of.length + 8.0], [y, y + 90.0], z, "steel");
        }
    }
}
