//! Tank containers: a steel vessel with domed ends under insulation, in a frame, with the liquid that it carries.

use super::super::draw::Draw;
use super::super::scene::{Hold, Scene};
use super::super::solid::{Axis, Placed, Shape, Solid};
use super::{Outside, about, along_x, cavity, frame, tube_x, tube_z, upright};

/// Inner radius of the vessel in mm: a 24,000 l tank.
const RADIUS: f64 = 1126.0;

/// Wall of the vessel in mm.
const WALL: f64 = 4.8;

/// Thickness of the insulation in mm.
const COVER: f64 = 50.0;

/// Depth of the domes in mm.
const DOME: f64 = 330.0;

/// Height of the vessel's axis in mm.
const AXIS: f64 = 1330.0;

/// What tanks carry: the material, and its density over the table's (syrups and heavier oils among them).
const LIQUIDS: [(&str, f64); 5] = [("water", 1.0), ("oil", 1.0), ("beverage", 1.0), ("oil", 1.05), ("water", 1.2)];

/// Builds frame, vessel and liquid. The hold is a small place in the middle of the vessel: nothing is stowed in a tank.
pub(super) fn build(scene: &mut Scene, of: Outside, draw: &mut Draw) -> Hold {
    frame::castings(scene, of);
    frame::posts(scene, of, [150.0, 150.0], 9.0);
    let straight = [70.0 + WALL + COVER + DOME, of.length - 70.0 - WALL - COVER - DOME];
    vessel(scene, straight);
    liquid(scene, straight, draw);
    ends(scene, of, straight);
    top(scene, of, draw);
    let middle = of.length / 2.0;
    Hold { x: [middle - 600.0, middle + 600.0], y: [AXIS - 700.0, AXIS + 700.0], z: [-600.0, 600.0] }
}

/// One part of a vessel: a cylinder between domes, `grow` larger than the inside, less the same `thick` smaller.
fn shell(scene: &mut Scene, straight: [f64; 2], grow: f64, thick: f64, material: &'static str, density: f64) {
    let (inner, outer) = (RADIUS + grow, RADIUS + grow + thick);
    scene.add(along_x(straight, AXIS, 0.0, outer, material).bored(inner).dense(density));
    for (x, side) in [(straight[0], 1.0), (straight[1], -1.0)] {
        let dome = |radius: f64, depth: f64| Shape::Ellipsoid { radii: [depth, radius, radius] };
        let centre = [x, AXIS, 0.0];
        let solid = Solid::new(dome(outer, DOME + grow + thick), centre, material)
            .dense(density)
            .without(Placed::new(dome(inner, DOME + grow), centre))
            .without(half_space(x, side));
        scene.add(solid);
    }
}

/// Everything from `x` towards `side`: what cuts a dome from an ellipsoid.
fn half_space(x: f64, side: f64) -> Placed {
    Placed::new(Shape::Box { half: [1000.0, 2000.0, 2000.0] }, [x + side * 1000.0, AXIS, 0.0])
}

fn vessel(scene: &mut Scene, straight: [f64; 2]) {
    shell(scene, straight, 0.0, WALL, "steel", 1.0);
    shell(scene, straight, WALL + 0.2, COVER - 1.5, "foam", 1.2);
    // Cladding of aluminium or glass-fibre plastic.
    shell(scene, straight, WALL + COVER - 1.0, 0.9, "aluminium", 1.0);
    // Stiffening rings under the insulation, and a baffle or two in longer ones.
    let long = straight[1] - straight[0];
    for ring in 1..5 {
        let x = straight[0] + f64::from(ring) / 5.0 * long;
        scene.add(along_x([x - 4.0, x + 4.0], AXIS, 0.0, RADIUS - 0.5, "steel").bored(RADIUS - 45.0));
    }
    let mut from = straight[0] + 100.0;
    while from + 900.0 < straight[1] {
        for side in [-1.0_f64, 1.0] {
            let mut z = [side * (RADIUS + WALL + 2.0), side * (RADIUS + WALL + COVER - 3.0)];
            z.sort_unstable_by(f64::total_cmp);
            cavity(scene, "foam", [from, from + 900.0], [AXIS - 150.0, AXIS + 150.0], z);
        }
        from += 1000.0;
    }
}

/// The filling: nine in ten tanks are full to 80 to 96 % (less would slosh), the others hold a residue.
fn liquid(scene: &mut Scene, straight: [f64; 2], draw: &mut Draw) {
    let (material, density) = draw.pick(&LIQUIDS).unwrap_or(LIQUIDS[0]);
    let share = if draw.chance(0.9) { draw.range(0.80, 0.96) } else { draw.range(0.01, 0.08) };
    let level = AXIS + RADIUS * depth_of(share);
    let air = || {
        Placed::new(
            Shape::Box { half: [4000.0, 1500.0, 1500.0] },
            [f64::midpoint(straight[0], straight[1]), level + 1500.0, 0.0],
        )
    };
    let mut add = |solid: Solid| scene.add(solid.dense(density).without(air()));
    let mut barrel = along_x(straight, AXIS, 0.0, RADIUS - 0.2, material);
    for ring in 1..5 {
        let x = straight[0] + f64::from(ring) / 5.0 * (straight[1] - straight[0]);
        let flange = along_x([x - 4.0, x + 4.0], AXIS, 0.0, RADIUS, "steel").bored(RADIUS - 45.0);
        // The liquid stands on both sides of a ring's flange, and inside it.
        barrel = barrel.without(flange.body);
        add(along_x([x - 4.0, x + 4.0], AXIS, 0.0, RADIUS - 45.2, material));
    }
    add(barrel);
    for (x, side) in [(straight[0], 1.0), (straight[1], -1.0)] {
        let dome = Shape::Ellipsoid { radii: [DOME - 0.2, RADIUS - 0.2, RADIUS - 0.2] };
        add(Solid::new(dome, [x, AXIS, 0.0], material).without(half_space(x, side)));
    }
}

/// The level over the axis, as a share of the radius, at which a lying cylinder is full to `share` of its volume.
fn depth_of(share: f64) -> f64 {
    let area = |h: f64| 0.5 + (h * (1.0 - h * h).sqrt() + h.asin()) / std::f64::consts::PI;
    let (mut low, mut high) = (-1.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if area(middle) < share { low = middle } else { high = middle }
    }
    low
}

/// The frames at both ends, with diagonals, the saddles, the bottom rails, the outlet and the ladder.
fn ends(scene: &mut Scene, of: Outside, straight: [f64; 2]) {
    let z = [-of.half + 166.0, of.half - 166.0];
    for x in [[8.0, 108.0], [of.length - 108.0, of.length - 8.0]] {
        for y in [[14.0, 134.0], [of.height - 110.0, of.height - 10.0]] {
            scene.add(tube_z(x, y, z, 8.0));
            cavity(scene, "beam", [x[0] + 10.0, x[1] - 10.0], [y[0] + 10.0, y[1] - 10.0], [z[0] + 20.0, z[1] - 20.0]);
        }
        // Gussets in the four corners, over which the dome is welded to the frame.
        for y in [240.0, of.height - 230.0] {
            for side in [-1.0, 1.0] {
                let brace = about([x[0] + 50.0, y, side * 950.0], [40.0, 45.0, 240.0], "steel").hollow(9.0);
                scene.add(brace.turned(Axis::X, side * if y < 1000.0 { -0.75 } else { 0.75 }));
            }
        }
    }
    // Skirt rings join domes and end frames.
    for x in [[112.0, straight[0] - 200.0], [straight[1] + 200.0, of.length - 112.0]] {
        scene.add(about([f64::midpoint(x[0], x[1]), 150.0, 0.0], [(x[1] - x[0]) / 2.0, 10.0, 600.0], "steel"));
    }
    for z in Outside::both([of.half - 90.0, of.half - 10.0]) {
        scene.add(tube_x([180.0, of.length - 180.0], [20.0, 120.0], z, 8.0));
        scene.add(tube_x([180.0, of.length - 180.0], [of.height - 85.0, of.height - 15.0], z, 6.0));
        cavity(scene, "beam", [400.0, of.length - 400.0], [30.0, 110.0], [z[0] + 10.0, z[1] - 10.0]);
    }
    // Saddles: plates that the vessel lies in.
    for x in [straight[0] + 250.0, straight[1] - 250.0] {
        let plate = about([x, 200.0, 0.0], [90.0, 170.0, 800.0], "steel").hollow(9.0);
        let vessel = along_x([x - 200.0, x + 200.0], AXIS, 0.0, RADIUS + WALL + COVER + 1.0, "steel");
        scene.add(plate.without(vessel.body));
    }
    // Bottom outlet with its valve in a cabinet at the rear; a ladder beside it.
    let x = of.length - 190.0;
    scene.add(along_x([straight[1] + 120.0, x], 175.0, 0.0, 45.0, "steel").bored(40.0));
    scene.add(along_x([x, x + 150.0], 185.0, 0.0, 75.0, "steel").dense(0.6));
    for z in [600.0, 900.0] {
        scene.block([of.length - 6.0, of.length + 14.0], [160.0, of.height - 40.0], [z, z + 20.0], "steel");
    }
    for rung in 0..7 {
        let y = 300.0 + 310.0 * f64::from(rung);
        scene.block([of.length - 4.0, of.length + 12.0], [y, y + 20.0], [622.0, 898.0], "steel");
    }
}

/// Manlid, valves in their spill box, and the walkway.
fn top(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    let crown = AXIS + RADIUS + WALL + COVER + 1.0;
    let x = of.length / 2.0 + draw.range(-80.0, 80.0);
    scene.add(upright(x, [crown, crown + 40.0], 0.0, 250.0, "steel").bored(240.0));
    scene.add(upright(x, [crown + 41.0, crown + 53.0], 0.0, 270.0, "steel"));
    for turn in 0..8 {
        let (sin, cos) = (f64::from(turn) * std::f64::consts::FRAC_PI_4).sin_cos();
        scene.add(upright(x + 285.0 * cos, [crown + 5.0, crown + 65.0], 285.0 * sin, 16.0, "steel"));
    }
    for (offset, radius, high) in [(520.0, 60.0, 70.0), (-560.0, 45.0, 60.0), (760.0, 40.0, 75.0)] {
        scene.add(upright(x + offset, [crown, crown + high], draw.range(-80.0, 80.0), radius, "steel").dense(0.5));
    }
    // Expanded metal, three quarters air, on angle irons.
    for z in [[300.0, 780.0], [-780.0, -300.0]] {
        scene.add(
            Solid::cuboid([200.0, of.length - 200.0], [of.height - 40.0, of.height - 36.0], z, "aluminium").dense(0.3),
        );
    }
}
