//! Reefers: sheets on foam all around, an aluminium T-floor, and the refrigeration unit in the front end.

use super::super::draw::Draw;
use super::super::scene::{Hold, Scene};
use super::super::solid::Solid;
use super::{Outside, cavity, doors, frame, unit};

/// Underside of the T-floor and what one treads on, in mm.
const FLOOR: [f64; 2] = [189.0, 252.0];

/// Height that must stay free under the ceiling for the air to come back, in mm: the red load line.
const AIR: f64 = 90.0;

/// Builds the box and its unit.
pub(super) fn build(scene: &mut Scene, of: Outside, draw: &mut Draw) -> Hold {
    frame::castings(scene, of);
    frame::posts(scene, of, [100.0, 120.0], 6.0);
    frame::rails(scene, of, 60.0, 4.0);
    frame::end_beams(scene, of, [8.0, 68.0], 70.0, 4.0);
    frame::end_beams(scene, of, [of.length - 110.0, of.length - 24.0], 100.0, 4.0);
    frame::members(scene, of, [16.0, 112.0], 4.5, draw);
    let ceiling = of.height - 100.0;
    walls(scene, of, draw);
    roof(scene, of, ceiling);
    floor(scene, of);
    doors::insulated(scene, of, draw);
    unit::build(scene, of, draw);
    let hold = Hold { x: [unit::DEPTH + 8.0, of.length - 126.0], y: [FLOOR[1], ceiling - AIR], z: [-1143.0, 1143.0] };
    cavity(scene, "front_wall", [hold.x[0], hold.x[0] + 130.0], [FLOOR[1], ceiling - 300.0], [-1130.0, 1130.0]);
    let mut from = hold.x[0] + 200.0;
    while from + 1200.0 < hold.x[1] {
        cavity(scene, "roof", [from, from + 1200.0], [ceiling - 105.0, ceiling - 2.0], [-1130.0, 1130.0]);
        from += 1300.0;
    }
    hold
}

/// Side walls: 0.9 mm of corrugated steel outside, 68 mm of foam between battens, 0.7 mm of stainless steel inside.
fn walls(scene: &mut Scene, of: Outside, draw: &mut Draw) {
    let (x, y) = ([112.0, of.length - 138.0], [177.0, of.height - 69.0]);
    for side in [-1.0, 1.0] {
        let z = |from: f64, to: f64| {
            let mut pair = [side * from, side * to];
            pair.sort_unstable_by(f64::total_cmp);
            pair
        };
        let (outer, foam, inner) = (z(of.half - 6.0, of.half - 5.1), z(1147.0, of.half - 6.5), z(1145.4, 1146.3));
        let outside = Solid::cuboid(x, y, outer, "steel").dense(0.94);
        scene.add(outside.corrugated(200.0));
        scene.block([unit::DEPTH, x[1]], y, inner, "steel");
        // One piece of foam with slots where the battens of glass-fibre plastic stand.
        let mut body = Solid::cuboid(x, y, foam, "foam").grain(0.15, [120.0, 90.0], draw.seed());
        let mut at = x[0] + 430.0;
        while at < x[1] - 200.0 {
            let batten = Solid::cuboid([at, at + 30.0], y, foam, "plastic").dense(1.6).hollow(4.0);
            body = body.without(batten.body.clone());
            scene.add(batten);
            cavity(scene, "foam", [at + 40.0, (at + 640.0).min(x[1] - 20.0)], [y[0] + 60.0, y[1] - 60.0], foam);
            at += 660.0;
        }
        scene.add(body);
        // The lining's cover strips at floor height.
        scene.block([unit::DEPTH + 10.0, x[1]], [FLOOR[1] + 2.0, FLOOR[1] + 250.0], z(1144.0, 1145.2), "aluminium");
    }
}

fn roof(scene: &mut Scene, of: Outside, ceiling: f64) {
    let (x, z) = ([70.0, of.length - 140.0], [-of.half + 62.0, of.half - 62.0]);
    scene.block(x, [of.height - 12.0, of.height - 10.5], z, "aluminium");
    scene.block(x, [ceiling + 1.0, of.height - 13.0], z, "foam");
    scene.block([unit::DEPTH, x[1]], [ceiling, ceiling + 0.8], z, "steel");
    let mut from = x[0] + 500.0;
    while from + 1000.0 < x[1] {
        cavity(scene, "foam", [from, from + 1000.0], [ceiling + 3.0, of.height - 15.0], [-1100.0, 1100.0]);
        from += 1050.0;
    }
}

/// Steel under-sheet, foam with runners, then the T-floor, whose bars run along the container: seen from the side a thin
/// plate, stems with much air and heads with little.
fn floor(scene: &mut Scene, of: Outside) {
    let (x, z) = ([70.0, of.length - 138.0], [-1144.0, 1144.0]);
    scene.block(x, [113.0, 114.0], z, "steel");
    scene.block(x, [114.5, FLOOR[0] - 0.5], z, "foam");
    let x = [unit::DEPTH - 40.0, of.length - 128.0];
    scene.block(x, [FLOOR[0], FLOOR[0] + 3.0], z, "aluminium");
    // Bars 60 mm apart: stems 4 mm, heads 36 mm wide and 4.5 thick.
    scene.add(Solid::cuboid(x, [FLOOR[0] + 3.0, FLOOR[1] - 4.5], z, "aluminium").dense(4.0 / 60.0));
    scene.add(Solid::cuboid(x, [FLOOR[1] - 4.5, FLOOR[1]], z, "aluminium").dense(0.6));
    // Drains at the four corners.
    for x in [unit::DEPTH + 120.0, of.length - 420.0] {
        for z in [-1000.0, 1000.0] {
            scene.add(super::upright(x, [30.0, 110.0], z, 28.0, "plastic").bored(23.0));
        }
    }
}
