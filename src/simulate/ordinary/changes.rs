//! What happens to cargo and container: pushed pallets, wet cargo, patches, ice.

use super::Site;
use crate::simulate::draw::Draw;
use crate::simulate::matter;
use crate::simulate::scene::{Bulk, Scene, bounds, is_clear};
use crate::simulate::solid::{Axis, Shape, Solid};

/// A block of cargo, if there is any.
fn some_bulk(scene: &Scene, draw: &mut Draw) -> Option<(usize, Bulk)> {
    let number = draw.below(scene.bulks.len());
    scene.bulks.get(number).map(|bulk| (number, *bulk))
}

/// A pallet that a forklift pushed or turned, or that leans: as far as there is room beside it.
pub(super) fn shifted_pallet(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    let Some((number, bulk)) = some_bulk(scene, draw) else { return false };
    if bulk.x[1] - bulk.x[0] > 1700.0 {
        return false;
    }
    let within = |solid: &Solid| {
        let (low, high) = solid.body.bounds();
        let inside = |axis: usize, side: [f64; 2]| low[axis] >= side[0] - 40.0 && high[axis] <= side[1] + 40.0;
        inside(0, bulk.x) && inside(2, bulk.z) && low[1] >= site.hold.y[0] - 0.5 && high[1] <= bulk.y[1] + 60.0
    };
    let numbers: Vec<usize> = (0..scene.solids.len()).filter(|i| within(&scene.solids[*i])).collect();
    if numbers.is_empty() {
        return false;
    }
    let middle = [f64::midpoint(bulk.x[0], bulk.x[1]), bulk.y[0], f64::midpoint(bulk.z[0], bulk.z[1])];
    let moved: Vec<Solid> = match draw.below(3) {
        0 => {
            let by = [draw.range(-90.0, 90.0), 0.0, draw.range(-60.0, 60.0)];
            numbers.iter().map(|i| scene.solids[*i].clone().moved(by)).collect()
        }
        1 => {
            let angle = draw.range(0.03, 0.12) * if draw.chance(0.5) { 1.0 } else { -1.0 };
            numbers.iter().map(|i| scene.solids[*i].clone().turned_about(middle, Axis::Y, angle)).collect()
        }
        _ => {
            // Leaning towards the doors or the front, on the edge of its pallet.
            let back = draw.chance(0.5);
            let pivot = [if back { bulk.x[0] } else { bulk.x[1] }, site.hold.y[0], middle[2]];
            let angle = draw.range(0.008, 0.03) * if back { 1.0 } else { -1.0 };
            numbers.iter().map(|i| scene.solids[*i].clone().turned_about(pivot, Axis::Z, angle)).collect()
        }
    };
    let mut others = scene.clone();
    let mut at = 0;
    others.solids.retain(|_| {
        at += 1;
        numbers.binary_search(&(at - 1)).is_err()
    });
    let (low, high) = bounds(moved.iter());
    let hold = site.hold;
    let outside = [(0, hold.x), (1, hold.y), (2, hold.z)]
        .into_iter()
        .any(|(axis, side)| low[axis] < side[0] || high[axis] > side[1]);
    let (from, to) = (low.map(|v| v + 2.0), high.map(|v| v - 2.0));
    if outside || !is_clear(others.solids.iter(), from, to) {
        return false;
    }
    for (i, solid) in numbers.into_iter().zip(moved) {
        scene.solids[i] = solid;
    }
    scene.bulks[number] = Bulk { x: [low[0], high[0]], z: [low[2], high[2]], ..bulk };
    true
}

/// Water has crept up from the floor: the lower part of a block is heavier.
pub(super) fn wet_cargo(scene: &mut Scene, _: &Site<'_>, draw: &mut Draw) -> bool {
    let Some((_, bulk)) = some_bulk(scene, draw) else { return false };
    let high = draw.range(80.0, 350.0).min(0.5 * (bulk.y[1] - bulk.y[0]));
    let long = draw.range(600.0, 2500.0).min(bulk.x[1] - bulk.x[0]);
    let x = bulk.x[0] + draw.unit() * (bulk.x[1] - bulk.x[0] - long);
    let wetter = draw.range(1.1, 1.35);
    let soaks = |material: &str| {
        matches!(
            material,
            "wood"
                | "cardboard"
                | "paper"
                | "textile"
                | "coffee"
                | "cocoa"
                | "grain"
                | "food"
                | "fertiliser"
                | "leather"
        )
    };
    let mut wet = 0;
    for solid in &mut scene.solids {
        let (low, top) = solid.body.bounds();
        let inside = low[0] >= x && top[0] <= x + long && low[1] >= bulk.y[0] - 1.0 && top[1] <= bulk.y[0] + high;
        if inside && low[2] >= bulk.z[0] - 1.0 && top[2] <= bulk.z[1] + 1.0 && soaks(solid.material) {
            solid.density *= wetter;
            wet += 1;
        }
    }
    if wet > 0 {
        return true;
    }
    if !soaks(bulk.material) {
        return false;
    }
    // One large solid: its lower part becomes one of its own.
    let part = Solid::cuboid([x, x + long], [bulk.y[0], bulk.y[0] + high], bulk.z, bulk.material);
    let kg = scene.carve(&part.body);
    let full = part.body.shape.volume() * 1e-6 * matter::density(bulk.material).unwrap_or(1.0);
    scene.add(part.dense(wetter * kg / full.max(1e-9)).grain(0.06, [120.0, 60.0], draw.seed()));
    kg > 0.0
}

/// A plate on the outside of a side wall.
fn plate(scene: &mut Scene, site: &Site<'_>, size: [f64; 3], material: &'static str, draw: &mut Draw) -> bool {
    let [length, height, width] = site.kind.size();
    let free = [length - 800.0 - size[0], height - 500.0 - size[1]];
    if site.kind == crate::simulate::container::ContainerKind::Tank20 || free.iter().any(|f| *f < 0.0) {
        return false;
    }
    let (x, y) = (400.0 + free[0] * draw.unit(), 250.0 + free[1] * draw.unit());
    let z =
        if draw.chance(0.5) { [width / 2.0, width / 2.0 + size[2]] } else { [-width / 2.0 - size[2], -width / 2.0] };
    scene.block([x, x + size[0]], [y, y + size[1]], z, material);
    true
}

/// A patch welded on a side wall.
pub(super) fn repaired_wall(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    let size = [draw.range(200.0, 900.0), draw.range(200.0, 700.0), draw.range(2.0, 5.0)];
    plate(scene, site, size, "steel", draw)
}

/// A placard or a thick label: dangerous goods, an advertisement on sheet aluminium.
pub(super) fn placard(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    let side = draw.range(250.0, 500.0);
    let (thick, material) = if draw.chance(0.5) { (draw.range(1.5, 3.0), "aluminium") } else { (4.0, "plastic") };
    plate(scene, site, [side, side, thick], material, draw)
}

/// Ice in reefers: on the floor behind the cargo or along a wall.
pub(super) fn ice(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    if !site.kind.is_reefer() {
        return false;
    }
    let hold = site.hold;
    for _ in 0..12 {
        let (low, high) = if draw.chance(0.5) {
            let long = draw.range(250.0, 1200.0);
            let x = draw.range(site.cargo_end + 5.0, hold.x[1] - 20.0);
            let z = draw.range(hold.z[0] + 5.0, hold.z[1] - 700.0);
            let wide = draw.range(300.0, 690.0);
            ([x, hold.y[0], z], [(x + long).min(hold.x[1] - 5.0), hold.y[0] + draw.range(15.0, 70.0), z + wide])
        } else {
            let (long, up) = (draw.range(500.0, 2500.0), draw.range(200.0, 900.0));
            let x = draw.range(hold.x[0], hold.x[1] - long);
            let y = draw.range(hold.y[0], hold.y[1] - up);
            let thick = draw.range(8.0, 30.0);
            let z = if draw.chance(0.5) { hold.z[0] + 0.5 } else { hold.z[1] - thick - 0.5 };
            ([x, y, z], [x + long, y + up, z + thick])
        };
        if (0..3).all(|axis| high[axis] > low[axis] + 5.0) && is_clear(scene.solids.iter(), low, high) {
            let half = [0, 1, 2].map(|axis| (high[axis] - low[axis]) / 2.0);
            let centre = [0, 1, 2].map(|axis| f64::midpoint(low[axis], high[axis]));
            let lump = Solid::new(Shape::Pillow { half }, centre, "ice");
            scene.add(lump.grain(0.3, [150.0, 120.0], draw.seed()));
            return true;
        }
    }
    false
}

/// Poles of calcium chloride in the corrugations of a side wall, the lower end full of brine.
pub(super) fn desiccant_poles(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    let hold = site.hold;
    if site.kind.is_reefer() {
        return false;
    }
    let mut hung = 0;
    let radius = 27.0;
    let near = draw.chance(0.5);
    for _ in 0..2 + draw.below(5) {
        let x = draw.range(hold.x[0] + 100.0, hold.x[1] - 150.0);
        let high = draw.range(800.0, 1100.0);
        let y = [hold.y[1] - 200.0 - high, hold.y[1] - 200.0];
        let z = if near { hold.z[0] + radius + 2.0 } else { hold.z[1] - radius - 2.0 };
        if !is_clear(scene.solids.iter(), [x - radius, y[0], z - radius], [x + radius, y[1], z + radius]) {
            continue;
        }
        let brine = y[0] + draw.range(0.1, 0.5) * high;
        let part = |y: [f64; 2], density: f64| {
            let shape = Shape::Cylinder { radius, half: (y[1] - y[0]) / 2.0 };
            Solid::new(shape, [x, f64::midpoint(y[0], y[1]), z], "water").dense(density)
        };
        // Brine of calcium chloride, and what is left of the grains above it.
        scene.add(part([y[0], brine], 1.3));
        scene.add(part([brine, y[1]], 0.8));
        hung += 1;
    }
    hung > 0
}
