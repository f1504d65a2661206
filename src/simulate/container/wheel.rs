//! Road wheels and axles.

use super::super::scene::Scene;
use super::super::solid::Solid;
use super::{Outside, about, along_z};

/// Radius of a loaded truck tyre in mm: 315/80 R 22.5 and alike.
pub(super) const RADIUS: f64 = 515.0;

/// Where an axle's middle lies over the ground: the tyre's flat is pressed in by 15 mm.
pub(super) const HUB: f64 = RADIUS - 15.0;

/// Adds an axle with its brakes and hubs, and single or twin wheels. `y` is the axle's height.
pub(super) fn axle(scene: &mut Scene, x: f64, y: f64, twin: bool) {
    scene.add(along_z(x, y, [-780.0, 780.0], 68.0, "steel").bored(44.0));
    for side in [-1.0, 1.0] {
        let part = |from: f64, to: f64| if side < 0.0 { [-to, -from] } else { [from, to] };
        scene.add(along_z(x, y, part(580.0, 790.0), 210.0, "steel").bored(176.0));
        scene.add(along_z(x, y, part(785.0, 1010.0), 78.0, "steel").dense(0.95));
        let places: &[(f64, f64)] = if twin { &[(612.0, 700.0), (950.0, 1010.0)] } else { &[(900.0, 1000.0)] };
        for &(from, disc) in places {
            wheel(scene, x, y, part(from, from + 265.0), part(disc, disc + 15.0));
        }
    }
}

/// A tyre with the steel in it, its rim and the rim's disc.
fn wheel(scene: &mut Scene, x: f64, y: f64, z: [f64; 2], disc: [f64; 2]) {
    let inner = along_z(x, y, [z[0] + 16.0, z[1] - 16.0], RADIUS - 34.0, "rubber");
    let tyre = along_z(x, y, z, RADIUS, "rubber").bored(288.0).without(inner.body);
    scene.add(tyre.dense(1.1));
    // Belts and carcass: 12 kg of wire.
    scene.add(along_z(x, y, [z[0] + 30.0, z[1] - 30.0], RADIUS - 34.5, "steel").bored(RADIUS - 36.5));
    let rim = along_z(x, y, [z[0] + 12.0, z[1] - 12.0], 287.0, "steel").bored(277.5);
    scene.add(rim);
    scene.add(along_z(x, y, disc, 277.0, "steel").bored(79.0));
}

/// An air spring with its trailing arm.
pub(super) fn suspension(scene: &mut Scene, x: f64, y: f64, top: f64) {
    for z in Outside::both([430.0, 510.0]) {
        scene.add(about([x - 230.0, y + 100.0, f64::midpoint(z[0], z[1])], [270.0, 32.0, 40.0], "steel"));
        scene.add(
            about(
                [x - 470.0, f64::midpoint(y + 80.0, top), f64::midpoint(z[0], z[1])],
                [60.0, (top - y - 80.0) / 2.0 - 2.0, 40.0],
                "steel",
            )
            .hollow(11.0),
        );
        let bag = super::upright(x + 160.0, [y + 130.0, top - 5.0], f64::midpoint(z[0], z[1]), 130.0, "rubber");
        scene.add(bag.hollow(8.0));
    }
}

/// The same solid at both sides of the middle plane.
pub(super) fn mirrored(solid: &Solid) -> [Solid; 2] {
    let across = -2.0 * solid.body.centre[2];
    [solid.clone(), solid.clone().moved([0.0, 0.0, across])]
}
