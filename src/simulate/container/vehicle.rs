//! What carries the container: the semi-trailer's chassis, and which vehicles there are.

use super::super::draw::Draw;
use super::super::scene::Scene;
use super::super::solid::Solid;
use super::{ContainerKind, Outside, about, along_x, railcar, tractor, tube_y, tube_z, upright, wheel};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What carries the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vehicle {
    /// Nothing in the picture.
    None,
    /// A semi-trailer chassis without its tractor.
    Chassis,
    /// A semi-trailer with its tractor in front.
    Truck,
    /// A flat railcar.
    Railcar,
}

impl Vehicle {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::None, Self::Chassis, Self::Truck, Self::Railcar];

    /// The vehicle as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Chassis => "chassis",
            Self::Truck => "truck",
            Self::Railcar => "railcar",
        }
    }

    /// Height of the container's underside over the ground in mm.
    pub fn deck(self) -> f64 {
        match self {
            Self::None => 100.0,
            Self::Chassis | Self::Truck => 1250.0,
            Self::Railcar => 1150.0,
        }
    }

    /// How far the vehicle reaches before the container's front and behind its doors, in mm.
    pub fn overhang(self) -> [f64; 2] {
        match self {
            Self::None => [0.0, 0.0],
            Self::Chassis => [150.0, 300.0],
            Self::Truck => [4300.0, 300.0],
            Self::Railcar => [900.0, 900.0],
        }
    }
}

/// Adds the vehicle below a container.
pub(in super::super) fn vehicle(scene: &mut Scene, vehicle: Vehicle, kind: ContainerKind, draw: &mut Draw) {
    let of = Outside::of(kind);
    let ground = -vehicle.deck();
    match vehicle {
        Vehicle::None => {}
        Vehicle::Chassis => chassis(scene, of, ground, false, draw),
        Vehicle::Truck => {
            chassis(scene, of, ground, true, draw);
            tractor::build(scene, ground, draw);
        }
        Vehicle::Railcar => railcar::build(scene, of, ground, draw),
    }
}

/// Where the king-pin is behind the container's front, mm.
pub(super) const KING_PIN: f64 = 900.0;

/// Where the gooseneck ends and the deeper beams begin, mm: behind the tunnel, or earlier on a 20-ft trailer.
fn neck(of: Outside) -> f64 {
    if of.tunnel { 3100.0 } else { 1950.0 }
}

/// A skeletal semi-trailer: two I-beams with a gooseneck, bolsters with twist locks, legs, axles, underrun bar.
fn chassis(scene: &mut Scene, of: Outside, ground: f64, coupled: bool, draw: &mut Draw) {
    let back = of.length + 60.0;
    let neck = neck(of);
    let deep = draw.range(330.0, 380.0);
    let axles = if of.tunnel { 3 } else { 2 };
    // The neck runs in the container's tunnel where it has one, otherwise under it.
    let top = if of.tunnel { 88.0 } else { -28.0 };
    beams(scene, [20.0, neck], [-92.0, top], 480.0);
    beams(scene, [neck + 2.0, back], [-28.0 - deep, -28.0], 480.0);
    scene.block([20.0, 1800.0], [-112.0, -93.0], [-560.0, 560.0], "steel");
    scene.add(upright(KING_PIN, [-180.0, -112.5], 0.0, 25.0, "steel"));
    for z in Outside::both([420.0, 540.0]) {
        // The throat that carries the neck's load down into the beams.
        scene.add(Solid::cuboid([neck - 260.0, neck], [-28.0 - deep, -94.0], z, "steel").hollow(8.0));
    }
    let mut x = 500.0;
    while x < back - 300.0 {
        let y = if x < neck { [-88.0, -28.0] } else { [-200.0, -90.0] };
        scene.add(tube_z([x, x + 70.0], y, [-400.0, 400.0], 8.0));
        if x > neck {
            for z in Outside::both([560.0, 1150.0]) {
                scene.add(tube_z([x, x + 50.0], [-120.0, -50.0], z, 7.0));
            }
        }
        x += draw.range(1250.0, 1400.0);
    }
    bolsters(scene, of, back);
    legs(scene, neck, ground, coupled);
    for axle in 0..axles {
        let x = back - if axles == 2 { 950.0 } else { 1350.0 } - 1310.0 * f64::from(axle);
        let y = ground + wheel::HUB;
        wheel::axle(scene, x, y, true);
        wheel::suspension(scene, x, y, -30.0 - deep);
        for z in Outside::both([610.0, 1215.0]) {
            let guard = about([x, y + 530.0, f64::midpoint(z[0], z[1])], [430.0, 2.0, 300.0], "plastic");
            scene.add(guard);
        }
    }
    fittings(scene, ground, [neck, back], deep, draw);
}

/// Two welded I-beams along the trailer, `z` from the middle.
fn beams(scene: &mut Scene, x: [f64; 2], y: [f64; 2], z: f64) {
    for solid in wheel::mirrored(&Solid::cuboid(x, [y[0] + 18.0, y[1] - 18.0], [z - 6.0, z + 6.0], "steel")) {
        scene.add(solid);
    }
    for y in [[y[0], y[0] + 18.0], [y[1] - 18.0, y[1]]] {
        for z in Outside::both([z - 75.0, z + 75.0]) {
            scene.block(x, y, z, "steel");
        }
    }
}

/// Cross beams under the container's castings, each with two twist locks that reach into them.
fn bolsters(scene: &mut Scene, of: Outside, back: f64) {
    let front = if of.tunnel { [-112.0, -12.0] } else { [22.0, 152.0] };
    for x in [front, [of.length - 160.0, (of.length - 30.0).min(back)]] {
        let y = if of.tunnel && x[0] < 0.0 { [-88.0, 40.0] } else { [-132.0, -30.0] };
        for z in Outside::both([548.0, 1190.0]) {
            scene.add(tube_z(x, y, z, 10.0));
        }
    }
    for x in [89.0, of.length - 89.0] {
        for z in [-1138.0, 1138.0] {
            if of.tunnel && x < 100.0 {
                // In front of a 40-ft box pins reach into the castings' end apertures instead.
                scene.add(along_x([-11.0, 13.0], 59.0, z, 22.0, "steel"));
                scene.add(tube_y([-80.0, -12.0], [41.0, 85.0], [z - 50.0, z + 50.0], 10.0));
                continue;
            }
            scene.block([x - 75.0, x + 75.0], [-27.0, -2.0], [z - 70.0, z + 70.0], "steel");
            scene.add(about([x, 12.0, z], [50.0, 12.0, 27.0], "steel"));
            scene.add(upright(x, [-230.0, -133.0], z, 22.0, "steel"));
        }
    }
}

/// Landing legs, down to the ground where no tractor carries the front.
fn legs(scene: &mut Scene, neck: f64, ground: f64, coupled: bool) {
    let x = neck + 120.0;
    let foot = if coupled { ground + 360.0 } else { ground + 8.0 };
    for z in Outside::both([620.0, 730.0]) {
        scene.add(tube_y([x, x + 120.0], [-840.0, -60.0], z, 10.0));
        let inner = [z[0] + 10.0, z[1] - 10.0];
        scene.add(tube_y([x + 10.0, x + 110.0], [foot + 20.0, -440.0], inner, 8.0));
        scene.block([x - 60.0, x + 180.0], [foot, foot + 18.0], z, "steel");
    }
    scene.add(super::along_z(x + 60.0, -420.0, [-615.0, 615.0], 16.0, "steel"));
    scene.add(super::along_z(x + 60.0, -350.0, [735.0, 800.0], 75.0, "steel").dense(0.5));
}

/// Underrun bar with its lamps, air tanks, spare wheel carrier, side guards.
fn fittings(scene: &mut Scene, ground: f64, [neck, back]: [f64; 2], deep: f64, draw: &mut Draw) {
    scene.add(tube_z([back + 60.0, back + 160.0], [ground + 450.0, ground + 570.0], [-1180.0, 1180.0], 5.0));
    for z in Outside::both([440.0, 500.0]) {
        scene.add(tube_y([back + 70.0, back + 150.0], [ground + 572.0, -40.0 - deep], z, 5.0));
        scene.block([back, back + 150.0], [-40.0 - deep, -30.0 - deep], z, "steel");
    }
    for z in Outside::both([900.0, 1150.0]) {
        scene.add(Solid::cuboid([back + 10.0, back + 60.0], [-190.0, -60.0], z, "plastic").dense(0.5));
    }
    let x = neck + 900.0 + draw.range(0.0, 400.0);
    for z in Outside::both([250.0, 290.0]) {
        let z = f64::midpoint(z[0], z[1]);
        scene.add(along_x([x, x + 750.0], -60.0 - deep - 130.0, z, 120.0, "steel").hollow(3.5));
    }
    if draw.chance(0.6) {
        for y in [-420.0, -700.0] {
            for z in Outside::both([1190.0, 1215.0]) {
                scene.add(
                    Solid::cuboid(
                        [neck + 500.0, back - 4700.0f64.min(back - neck - 900.0)],
                        [y, y + 100.0],
                        z,
                        "aluminium",
                    )
                    .hollow(2.5),
                );
            }
        }
    }
}
