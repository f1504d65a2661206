//! What makes normal scans look odd: things that raise false alarms and are nothing.

mod changes;
mod gaps;
mod hides;
mod things;

#[cfg(test)]
mod tests;

use super::container::ContainerKind;
use super::draw::Draw;
use super::scene::{Hold, Scene, is_clear};
use super::solid::{Solid, Vector};
use super::tops::surfaces;

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

/// Cargo that was changed as hidden loads change it.
const IN_CARGO: &[(&str, Put)] = &[
    ("heavy_carton", gaps::heavy_carton),
    ("missing_packages", gaps::missing_packages),
    ("planked_hollow", gaps::planked_hollow),
];

/// Things where loads are hidden: behind the doors, on the cargo, in the structure and the refrigeration unit.
const IN_HIDES: &[(&str, Put)] = &[
    ("crew_bag", |scene, site, draw| behind_doors(scene, site, hides::crew_bag(draw), draw)),
    ("tarpaulin", |scene, site, draw| behind_doors(scene, site, hides::tarpaulin(draw), draw)),
    ("loose_cartons", |scene, site, draw| behind_doors(scene, site, hides::cartons(draw), draw)),
    ("film_rolls", |scene, site, draw| behind_doors(scene, site, hides::film_rolls(draw), draw)),
    ("cleaning_things", |scene, site, draw| behind_doors(scene, site, hides::cleaning(draw), draw)),
    ("sample_sacks", |scene, site, draw| behind_doors(scene, site, hides::sacks(draw), draw)),
    ("welded_plates", hides::welded_plates),
    ("insulation_repair", hides::insulation_repair),
    ("things_in_structure", hides::things_in_structure),
    ("things_in_unit", hides::things_in_unit),
    ("front_lining", hides::front_lining),
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
            let sorts = match draw.below(20) {
                0..8 => IN_HIDES,
                8..13 => IN_CARGO,
                _ => ODDITIES,
            };
            let (name, put) = sorts[draw.below(sorts.len())];
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
    let hold = site.hold;
    let floor = [site.cargo_end + 15.0, hold.x[1] - 12.0];
    let high = reach(&thing)[1];
    let odds = if high < 500.0 { 0.3 } else { 0.0 };
    set_down(scene, site, thing, (floor, hold.x, odds), draw)
}

/// The same behind the doors, on the floor or on the last of the cargo.
fn behind_doors(scene: &mut Scene, site: &Site<'_>, thing: Vec<Solid>, draw: &mut Draw) -> bool {
    let end = site.hold.x[1];
    let floor = [(end - 1600.0).max(site.cargo_end + 6.0), end - 12.0];
    set_down(scene, site, thing, (floor, [(site.cargo_end - 1500.0).max(end - 3000.0), end], 0.45), draw)
}

/// Sets a thing down on the floor or, with some odds, on the cargo, each between two values of x.
fn set_down(
    scene: &mut Scene,
    site: &Site<'_>,
    thing: Vec<Solid>,
    (floor, cargo, odds): ([f64; 2], [f64; 2], f64),
    draw: &mut Draw,
) -> bool {
    let size = reach(&thing);
    let hold = site.hold;
    let tops = if odds > 0.0 { surfaces(scene, hold, cargo, size[1]) } else { Vec::new() };
    for _ in 0..16 {
        let top = draw.chance(odds).then(|| draw.pick(&tops)).flatten();
        let (x, y, z) = match top {
            Some(top) => (top.x, top.y[0], top.z),
            None => (floor, hold.y[0] + 0.5, [hold.z[0] + 40.0, hold.z[1] - 40.0]),
        };
        let free = [x[1] - x[0] - size[0], hold.y[1] - y - size[1], z[1] - z[0] - size[2]];
        if free.iter().any(|room| *room < 0.0) {
            continue;
        }
        let corner = [x[0] + free[0] * draw.unit(), y, z[0] + free[2] * draw.unit()];
        let end = [0, 1, 2].map(|axis| corner[axis] + size[axis]);
        if is_clear(scene.solids.iter(), corner, end) {
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
