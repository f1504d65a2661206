//! What makes normal scans look odd: things that raise false alarms and are nothing.

mod changes;
mod things;

#[cfg(test)]
mod tests;

use super::container::ContainerKind;
use super::draw::Draw;
use super::scene::{Hold, Scene};
use super::solid::{Solid, Vector};

/// What every oddity needs to know.
struct Site<'a> {
    hold: &'a Hold,
    kind: ContainerKind,
    /// Where the cargo ends towards the doors.
    cargo_end: f64,
}

type Put = fn(&mut Scene, &Site<'_>, &mut Draw) -> bool;

/// Everything that can lie about, by the name that the truth gives it.
const ODDITIES: &[(&str, Put)] = &[
    ("shifted_pallet", changes::shifted_pallet),
    ("heavy_carton", changes::heavy_carton),
    ("wet_cargo", changes::wet_cargo),
    ("repaired_wall", changes::repaired_wall),
    ("placard", changes::placard),
    ("ice", changes::ice),
    ("desiccant_poles", changes::desiccant_poles),
    ("hammer", |scene, site, draw| lay(scene, site, things::hammer(draw), draw)),
    ("chain", |scene, site, draw| lay(scene, site, things::chain(draw), draw)),
    ("lashing_straps", |scene, site, draw| lay(scene, site, things::straps(draw), draw)),
    ("wheel_chocks", |scene, site, draw| lay(scene, site, things::chocks(draw), draw)),
    ("spare_wheel", |scene, site, draw| lay(scene, site, things::wheel(draw), draw)),
    ("generator", |scene, site, draw| lay(scene, site, things::generator(draw), draw)),
    ("data_logger", |scene, site, draw| lay(scene, site, things::logger(draw), draw)),
    ("dunnage_bag", |scene, site, draw| lay(scene, site, things::dunnage_bag(draw), draw)),
    ("dunnage_beams", |scene, site, draw| lay(scene, site, things::beams(draw), draw)),
    ("empty_pallets", |scene, site, draw| lay(scene, site, things::pallets(draw), draw)),
    ("broom", |scene, site, draw| lay(scene, site, things::broom(draw), draw)),
    ("drinks_crate", |scene, site, draw| lay(scene, site, things::drinks(draw), draw)),
];

/// Adds `often` of them on average; returns their names for the truth. What finds no room is left out.
pub(super) fn add(
    scene: &mut Scene,
    hold: &Hold,
    kind: ContainerKind,
    cargo_end: f64,
    often: f64,
    draw: &mut Draw,
) -> Vec<&'static str> {
    let site = Site { hold, kind, cargo_end };
    let mut names = Vec::new();
    if often <= 0.0 {
        return names;
    }
    for _ in 0..draw.poisson(often).min(12.0) as usize {
        // A thing that finds no room gives way to another.
        for _ in 0..12 {
            let (name, put) = ODDITIES[draw.below(ODDITIES.len())];
            if put(scene, &site, draw) {
                names.push(name);
                break;
            }
        }
    }
    names
}

/// Lays a thing, whose solids start at the origin, on free floor or on top of the cargo; false where there is no room.
fn lay(scene: &mut Scene, site: &Site<'_>, thing: Vec<Solid>, draw: &mut Draw) -> bool {
    let size = reach(&thing);
    let hold = site.hold;
    for _ in 0..16 {
        let on_cargo = size[1] < 500.0 && draw.chance(0.3);
        let top = on_cargo.then(|| scene.bulks.get(draw.below(scene.bulks.len())).copied()).flatten();
        let (x, floor, z) = match top {
            Some(bulk) => (bulk.x, bulk.y[1] + 3.0, bulk.z),
            None => ([site.cargo_end + 15.0, hold.x[1] - 12.0], hold.y[0] + 0.5, [hold.z[0] + 5.0, hold.z[1] - 5.0]),
        };
        let free = [x[1] - x[0] - size[0], hold.y[1] - floor - size[1], z[1] - z[0] - size[2]];
        if free.iter().any(|room| *room < 0.0) {
            continue;
        }
        let corner = [x[0] + free[0] * draw.unit(), floor, z[0] + free[2] * draw.unit()];
        let end = [0, 1, 2].map(|axis| corner[axis] + size[axis]);
        if is_clear(scene, corner, end) {
            scene.solids.extend(thing.into_iter().map(|solid| solid.moved(corner)));
            return true;
        }
    }
    false
}

/// The highest corner of some solids.
fn reach(solids: &[Solid]) -> Vector {
    let mut high = [0.0f64; 3];
    for solid in solids {
        let (_, to) = solid.body.bounds();
        high = [0, 1, 2].map(|axis| high[axis].max(to[axis]));
    }
    high
}

/// Whether no matter is met between two corners, by lines across at points an eighth of the sides apart.
fn is_clear(scene: &Scene, low: Vector, high: Vector) -> bool {
    const STEPS: i32 = 8;
    let part = Solid::cuboid([low[0], high[0]], [low[1], high[1]], [low[2], high[2]], "foam").body;
    scene.solids.iter().all(|solid| {
        let (from, to) = solid.body.bounds();
        if (0..3).any(|axis| to[axis] <= low[axis] || high[axis] <= from[axis]) {
            return true;
        }
        let cut = solid.clone().without(part.clone());
        (0..STEPS * STEPS).all(|place| {
            let at = |axis: usize, step: i32| {
                low[axis] + (f64::from(step) + 0.5) / f64::from(STEPS) * (high[axis] - low[axis])
            };
            let (from, along) = ([at(0, place % STEPS), at(1, place / STEPS), low[2] - 1.0], [0.0, 0.0, 1.0]);
            let length = |solid: &Solid| solid.path(from, along).map_or(0.0, |p| p.0);
            length(solid) - length(&cut) < 1e-6
        })
    })
}
