//! Dry boxes: corrugated walls and roof of weathering steel, plywood on cross members.

use super::super::draw::Draw;
use super::super::scene::{Hold, Scene};
use super::super::solid::Solid;
use super::{Outside, along_z, cavity, doors, frame, upright};

/// Top of the cross members and of the floor in mm.
const FLOOR: [f64; 2] = [138.0, 166.0];

/// Pitch of the walls' trapezoids in mm.
const PITCH: f64 = 278.0;

/// Builds the box.
pub(super) fn build(scene: &mut Scene, of: Outside, draw: &mut Draw) -> Hold {
    let hold = below_roof(scene, of, 60.0, 4.0, draw);
    roof(scene, of, draw);
    hold
}

/// Everything but the roof: frame, walls, floor, doors, fittings.
pub(super) fn below_roof(scene: &mut Scene, of: Outside, rail: f64, sheet: f64, draw: &mut Draw) -> Hold {
    frame::castings(scene, of);
    frame::posts(scene, of, [110.0, 130.0], 6.0);
    frame::rails(scene, of, rail, sheet);
    frame::end_beams(scene, of, [6.0, 56.0], 60.0, 4.0);
    frame::end_beams(scene, of, [of.length - 90.0, of.length - 24.0], 100.0, 4.0);
    frame::members(scene, of, [16.0, FLOOR[0]], 4.5, draw);
    floor(scene, of, draw);
    walls(scene, of, rail, draw);
    front(scene, of);
    doors::steel(scene, of, draw);
    fittings(scene, of, rail, draw);
    Hold { x: [62.0, of.length - 92.0], y: [FLOOR[1], of.height - 62.0], z: [-1176.0, 1176.0] }
}

/// Plywood boards on the members, with the steel strip in the middle and the threshold plate at the doors.
fn floor(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    let wide = of.half - 52.0;
    let mut x = 70.0;
    let end = of.length - 330.0;
    while x < end {
        // Boards 2400 mm long of one batch differ a little in density and moisture: apitong plywood, about 0.75 g/cm3.
        let to = (x + 2400.0).min(end);
        let board = Solid::cuboid([x, to - 3.0], FLOOR, [-wide, wide], "wood").dense(1.2 * draw.around_one(0.02));
        scene.add(board.grain(0.03, [160.0, 20.0], draw.seed()));
        x = to;
    }
    let threshold = [end, of.length - 90.0];
    scene.block(threshold, [FLOOR[1] - 6.0, FLOOR[1]], [-wide, wide], "steel");
    scene.block(threshold, [FLOOR[0], FLOOR[1] - 6.0], [-wide, wide], "wood");
}

/// Side walls of 1.6 mm, 2.0 at the ends, and the flat marking panels in them.
fn walls(scene: &mut Scene, of: Outside, rail: f64, draw: &mut Draw) {
    let y = [176.0, of.height - 8.0 - rail];
    let ends = [118.0, of.length - 144.0];
    for z in Outside::both([of.half - 22.6, of.half - 21.0]) {
        // 0.94: the corrugation's mean path is 1.13 sheets, while the texture's is 1.21.
        let inner = [ends[0] + 4.0 * PITCH, ends[1] - 4.0 * PITCH];
        scene.add(Solid::cuboid(inner, y, z, "steel").dense(0.94).corrugated(PITCH));
        for x in [[ends[0], inner[0]], [inner[1], ends[1]]] {
            scene.add(Solid::cuboid(x, y, z, "steel").dense(0.94 * 1.25).corrugated(PITCH));
        }
        let mut from = ends[0] + 60.0;
        while from + 900.0 < ends[1] {
            let side = z[0].signum();
            let mut space = [side * (of.half - 20.0), side * (of.half - 2.0)];
            space.sort_unstable_by(f64::total_cmp);
            // A false wall takes a hand's breadth of the hold.
            let mut inside = [side * (of.half - 92.0), side * (of.half - 24.0)];
            inside.sort_unstable_by(f64::total_cmp);
            for z in [space, inside] {
                cavity(scene, "side_wall", [from, from + 900.0], [y[0] + 20.0, y[1] - 20.0], z);
            }
            from += 1000.0;
        }
    }
    // A flat plate for the number and owner's mark at each side, near the doors on one and the front on the other.
    let wide = draw.range(900.0, 1400.0);
    for (left, z) in [(of.length - 400.0 - wide, of.half - 20.0), (400.0, -of.half + 18.4)] {
        scene.block([left, left + wide], [of.height - 700.0, of.height - 280.0], [z, z + 1.6], "steel");
    }
}

/// The front wall, 2 mm with upright corrugation 45 mm deep: along the beam its outer flats, its slopes and its inner flats
/// each are there over a share of the width only.
fn front(scene: &mut Scene, of: Outside) {
    let (y, z) = ([76.0, of.height - 72.0], [-of.half + 80.0, of.half - 80.0]);
    let mut part = |x: [f64; 2], y: [f64; 2], share: f64| scene.add(Solid::cuboid(x, y, z, "steel").dense(share));
    part([14.0, 16.0], y, 0.38);
    part([16.0, 57.0], [166.0, y[1]], 0.020);
    part([57.0, 59.0], [166.0, y[1]], 0.38);
    cavity(scene, "front_wall", [62.0, 200.0], [FLOOR[1], of.height - 90.0], [-1170.0, 1170.0]);
}

/// The roof: a 2 mm sheet pressed across into a trapezoid 20 mm deep, doubled at the corners, with bows under it in some
/// boxes.
fn roof(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    let z = [-of.half + 62.0, of.half - 62.0];
    let top = of.height - draw.range(6.0, 10.0);
    // Panels of 1045 mm, five waves each, with a flat seam between.
    let (mut x, mut wave) = (70.0, 0);
    let end = of.length - 92.0;
    while x < end {
        let (high, low) = if wave % 5 == 0 { (140.0, 69.0) } else { (120.0, 89.0) };
        let middle = (x + high).min(end);
        scene.block([x, middle], [top - 2.0, top], z, "steel");
        if middle < end {
            scene.block([middle, (middle + low).min(end)], [top - 20.0, top - 18.0], z, "steel");
        }
        x += high + low;
        wave += 1;
    }
    for x in [[2.0, 300.0], [of.length - 300.0, of.length - 2.0]] {
        scene.block([x[0].max(180.0), x[1].min(of.length - 180.0)], [top + 0.5, top + 3.5], z, "steel");
    }
    let bays = (of.length / 1200.0).round();
    let step = (of.length - 320.0) / bays;
    let bows = draw.chance(0.45);
    for bay in 0..bays as usize {
        let left = 160.0 + bay as f64 * step;
        if bows && bay > 0 {
            // Hat section 50 x 28 x 2.
            let bow = Solid::cuboid([left - 25.0, left + 25.0], [top - 50.0, top - 22.0], z, "steel");
            let inner =
                Solid::cuboid([left - 23.0, left + 23.0], [top - 48.0, top - 20.0], [z[0] - 1.0, z[1] + 1.0], "steel");
            scene.add(bow.without(inner.body));
        }
        cavity(scene, "roof", [left + 30.0, left + step - 30.0], [of.height - 150.0, top - 52.0], [-1150.0, 1150.0]);
    }
}

/// Lashing rings and bars, and the vents near the upper corners.
fn fittings(scene: &mut Scene, of: Outside, rail: f64, draw: &mut Draw) {
    let rings = if of.length > 8000.0 { 10 } else { 5 };
    for ring in 0..rings {
        let x = (f64::from(ring) + 0.5) / f64::from(rings) * of.length + draw.range(-15.0, 15.0);
        for y in [FLOOR[1] + 40.0, of.height - rail - 45.0] {
            for z in Outside::both([1184.0, 1194.0]) {
                scene.add(along_z(x, y, z, 30.0, "steel").bored(20.0));
            }
        }
    }
    for x in [125.0, of.length - 155.0] {
        for z in [-1150.0, 1150.0] {
            scene.add(upright(x, [400.0, of.height - 400.0], z, 5.0, "steel"));
        }
    }
    let vents: &[f64] = if draw.chance(0.5) { &[430.0, of.length - 790.0] } else { &[of.length - 700.0] };
    for &x in vents {
        for z in Outside::both([of.half - 20.0, of.half - 1.0]) {
            scene.add(Solid::cuboid([x, x + 320.0], [of.height - 250.0, of.height - 130.0], z, "plastic").hollow(3.0));
        }
    }
}
