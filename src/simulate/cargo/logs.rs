//! Logs, along the container or across it.

use super::unit::{blocks, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Shape, Solid};
use std::f64::consts::FRAC_PI_2;

/// How far in mm the ends of a log may lie off its middle: logs are not straight.
const CROOK: f64 = 9.0;

/// Round logs, heaped as they settle: long ones along the container in one bay or several behind each other, or short ones
/// across it, seen from their ends.
pub(super) fn logs(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let density = draw.range(0.72, 1.02);
    if draw.chance(0.12) {
        // Seasoned, for pulp or fire.
        return billets(scene, space, payload * draw.range(0.86, 0.98), 0.62 * density, draw);
    }
    let longest = space.length() - 60.0;
    // Logs are cut to lengths that fill the hold.
    let used = |l: f64| (longest / (l + 60.0)).floor() * l;
    let lengths: Vec<f64> = [2350.0, 2600.0, 2900.0, 3850.0, 5450.0, 5750.0, 11_300.0]
        .into_iter()
        .filter(|l| used(*l) > 0.8 * longest)
        .collect();
    let length: f64 = draw.pick(&lengths).unwrap_or(longest);
    if length < 300.0 {
        return;
    }
    let bays = (space.length() / (length + 50.0)).floor().max(1.0);
    let thickness = draw.range(110.0, 240.0);
    let spread = draw.range(0.12, 0.32);
    let share = payload * draw.range(0.86, 0.98) / bays;
    let ceiling = space.y[0] + draw.range(0.7, 0.88) * space.height();
    let pitch = space.length() / bays;
    for bay in 0..bays as usize {
        let (mut left_kg, mut heap, mut top) = (share, Heap::default(), space.y[0]);
        let start = space.x[0] + bay as f64 * pitch;
        for _ in 0..150 {
            let radius = thickness * draw.around_one(spread).max(0.35);
            let Some([y, z]) = heap.lowest(radius + CROOK, space.z, space.y[0], draw) else { break };
            if y + radius > ceiling {
                break;
            }
            // Sawn by hand: no two are of one length.
            let long = (length + draw.range(-260.0, 25.0)).max(250.0);
            let x = start + pitch / 2.0 + draw.range(-0.5, 0.5) * (pitch - long - 24.0).max(0.0);
            let before = scene.solids.len();
            log(scene, [x, y, z], [radius, long], density * draw.around_one(0.05), draw);
            let kg = scene.mass_kg(before);
            if kg > left_kg {
                scene.solids.truncate(before);
                break;
            }
            left_kg -= kg;
            top = top.max(y);
            heap.lie([y, z, radius + CROOK]);
        }
        blocks(scene, [start, (start + pitch).min(space.x[1])], [space.y[0], top], space.z, "wood");
    }
}

/// Rounds that rest on each other: height, place on the floor and radius of each.
#[derive(Default)]
struct Heap(Vec<[f64; 3]>);

impl Heap {
    /// A log rolls to the lowest place it finds: the lowest of many that rest on the floor or on others.
    fn lowest(&self, radius: f64, span: [f64; 2], floor: f64, draw: &mut Draw) -> Option<[f64; 2]> {
        let rest = |at: f64| {
            let on = self.0.iter().filter_map(|[y, place, other]| {
                let (reach, aside) = (radius + other, at - place);
                (aside.abs() < reach).then(|| y + (reach * reach - aside * aside).sqrt())
            });
            on.fold(floor + radius + 3.0, f64::max)
        };
        let span = [span[0] + radius + 3.0, span[1] - radius - 3.0];
        if span[0] >= span[1] {
            return None;
        }
        let tried = (0..200).map(|_| draw.between(span)).map(|at| [rest(at), at]);
        tried.min_by(|a, b| a[0].total_cmp(&b[0]))
    }

    fn lie(&mut self, log: [f64; 3]) {
        self.0.push(log);
    }
}

/// A log along the container: flared at the butt, thinner towards the top, not quite level or straight; wet sapwood around
/// drier heartwood. A few are hollow with rot.
fn log(scene: &mut Scene, centre: [f64; 3], [radius, length]: [f64; 2], density: f64, draw: &mut Draw) {
    let (taper, flare) = (draw.range(0.74, 0.95), draw.range(0.0, 0.35).min(0.2));
    let heart = draw.range(0.45, 0.7);
    let rotten = draw.chance(0.04);
    let first = scene.solids.len();
    let way = if draw.chance(0.5) { 1.0 } else { -1.0 };
    // The butt flares within a share of the length; the largest radius is the one that the heap reckoned with.
    let trunk = 1.0 - flare;
    let parts = [
        (0.0, 0.12, 1.0, trunk),
        (0.12, 0.55, trunk, trunk * taper.sqrt()),
        (0.55, 1.0, trunk * taper.sqrt(), trunk * taper),
    ];
    let crook = draw.range(-0.5, 0.5) * CROOK / length;
    for (from, to, wide, narrow) in parts {
        let half = (to - from) / 2.0 * length;
        // Upright first, then laid down.
        let up = way * (f64::midpoint(from, to) - 0.5) * length;
        let at = [centre[0], centre[1] + up, centre[2]];
        let radii = if way > 0.0 { [wide, narrow] } else { [narrow, wide] }.map(|share| share * radius);
        let own = scene.solids.len();
        let core = Solid::new(Shape::Frustum { radii: radii.map(|r| r * heart), half }, at, "wood");
        let sap = Solid::new(Shape::Frustum { radii, half }, at, "wood").without(core.body.clone());
        scene.add(packed(sap, density * 1.06).grain(0.07, [50.0, 240.0], draw.seed()));
        let core = packed(core, density * 0.88).grain(0.09, [40.0, 420.0], draw.seed());
        let hollow = Shape::Cylinder { radius: 0.5 * heart * radii[0].min(radii[1]), half };
        let hollow = Solid::new(hollow, at, "wood").body;
        scene.add(if rotten { core.without(hollow) } else { core });
        scene.turn(own, centre, Axis::Z, crook * if from < 0.5 { 1.0 } else { -1.0 });
    }
    let most = (CROOK / length).min(0.01);
    scene.turn(first, centre, Axis::Z, FRAC_PI_2 + draw.range(-most, most));
    scene.turn(first, centre, Axis::Y, draw.range(-most, most));
}

/// Short logs across the container, heaped between its ends: their ends face the beam.
fn billets(scene: &mut Scene, space: &Hold, payload: f64, density: f64, draw: &mut Draw) {
    let thickness = draw.range(75.0, 160.0);
    let spread = draw.range(0.1, 0.22);
    let ceiling = space.y[0] + draw.range(0.5, 0.85) * space.height();
    let (mut left_kg, mut heap, mut top) = (payload, Heap::default(), space.y[0]);
    let (mut reach, mut above) = (space.x[0], 0);
    while above < 12 && scene.solids.len() < 1800 {
        let radius = thickness * draw.around_one(spread).max(0.35);
        let Some([y, x]) = heap.lowest(radius + CROOK, space.x, space.y[0], draw) else { break };
        if y + radius > ceiling {
            above += 1;
            continue;
        }
        let long = draw.range(0.86, 0.985) * (space.width() - 40.0);
        let z = draw.range(-0.5, 0.5) * (space.width() - 40.0 - long);
        let before = scene.solids.len();
        let centre = [x, y, f64::midpoint(space.z[0], space.z[1]) + z];
        let (narrow, heart) = (draw.range(0.84, 0.98), draw.range(0.4, 0.65));
        let radii = if draw.chance(0.5) { [radius, narrow * radius] } else { [narrow * radius, radius] };
        let core = Solid::new(Shape::Frustum { radii: radii.map(|r| r * heart), half: long / 2.0 }, centre, "wood");
        let sap = Solid::new(Shape::Frustum { radii, half: long / 2.0 }, centre, "wood").without(core.body.clone());
        scene.add(packed(sap, density * draw.around_one(0.06) * 1.05));
        scene.add(packed(core, density * draw.around_one(0.06) * 0.86));
        let most = CROOK / long;
        scene.turn(before, centre, Axis::X, FRAC_PI_2 + draw.range(-most, most));
        scene.turn(before, centre, Axis::Y, draw.range(-most, most));
        let kg = scene.mass_kg(before);
        if kg > left_kg {
            scene.solids.truncate(before);
            break;
        }
        left_kg -= kg;
        (top, reach) = (top.max(y), reach.max(x + radius));
        heap.lie([y, x, radius + CROOK]);
    }
    blocks(scene, [space.x[0], reach.min(space.x[1])], [space.y[0], top], space.z, "wood");
}
