//! Where goods are put: behind the doors, in hollows of the container, among and inside cargo, in an empty box.

use super::goods::Packing;
use super::pieces::{Maker, Parcel, bounds};
use super::pile::{Region, choose, pile, solids_left};
use super::{Laid, Site, around};
use crate::scan::{Error, LoadClass, Result};
use crate::simulate::draw::Draw;
use crate::simulate::scene::Bulk;

/// Lays goods at a place; nothing in it where it has no room.
pub(super) fn lay(site: &Site<'_>, place: &str, maker: &Maker, draw: &mut Draw) -> Result<Laid> {
    // Less than half of the smallest piece cannot be built anywhere.
    let smallest = maker.pieces.iter().map(|p| (maker.piece_kg(p), p.one)).min_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((kg, one)) = smallest
        && maker.total_kg < 0.5 * kg
    {
        let message = format!("a load of {:.1} kg is less than half a {one} of {}", maker.total_kg, maker.material);
        return Err(Error::parameter(message).help("raise \"mass_kg\""));
    }
    let hold = site.hold;
    let whole = Region { x: hold.x, y: hold.y, z: hold.z }.within([15.0, 2.0, 15.0]);
    match (site.class, place) {
        (LoadClass::RipOff, "door_gap") => {
            let x = (site.cargo_end + 20.0).min(hold.x[1] - 600.0);
            // At most two bags stand one behind the other along the container: the rest goes up and across.
            let region = Region { x: [x.max(hold.x[1] - 1250.0), hold.x[1] - 15.0], ..whole };
            Ok(in_the_open(maker, &[region], draw))
        }
        (LoadClass::RipOff, "before_cargo") => {
            let x = (site.cargo_end + 10.0).min(hold.x[1] - 600.0);
            let region = Region { x: [x, (x + 640.0).min(hold.x[1] - 15.0)], ..whole };
            Ok(in_the_open(maker, &[region], draw))
        }
        (LoadClass::RipOff, _) => {
            let regions = on_top(site, 3000.0, 150.0, 330.0);
            if regions.is_empty() {
                return Err(Error::parameter("there is no cargo to lay a load on"));
            }
            Ok(in_the_open(maker, &regions, draw))
        }
        (LoadClass::InEmpty, _) => Ok(in_the_open(maker, &[empty_floor(&whole, place, maker, draw)], draw)),
        (LoadClass::InCargo, _) => in_cargo(site, place, maker, draw),
        _ => Ok(in_cavities(site, place, maker, draw)),
    }
}

/// A part of an empty hold's floor: anywhere, along the front wall, or in a corner.
fn empty_floor(whole: &Region, place: &str, maker: &Maker, draw: &mut Draw) -> Region {
    // A bag of 25 kg takes about 0.6 by 0.3 m of floor, and four lie on each other.
    let long = (maker.total_kg / 25.0 / 4.0 / 6.0 * 700.0).clamp(700.0, 0.9 * (whole.x[1] - whole.x[0]));
    let x = whole.x[0] + draw.unit() * (whole.x[1] - long - whole.x[0]);
    match place {
        "front_wall" => Region { x: [whole.x[0], whole.x[0] + long], ..*whole },
        "corner" => {
            let wide = (maker.total_kg / 25.0 * 150.0).clamp(700.0, 1100.0).min(whole.z[1] - whole.z[0]);
            let x = if draw.chance(0.6) { whole.x[0] } else { whole.x[1] - 1.5 * long };
            let z = if draw.chance(0.5) { [whole.z[0], whole.z[0] + wide] } else { [whole.z[1] - wide, whole.z[1]] };
            Region { x: [x.max(whole.x[0]), (x + 1.5 * long).min(whole.x[1])], z, ..*whole }
        }
        _ => Region { x: [x, x + long], ..*whole },
    }
}

/// Over the cargo, from `depth` mm before its end on; where less than `low` mm are free, the top of the cargo makes room.
pub(super) fn on_top(site: &Site<'_>, depth: f64, low: f64, need: f64) -> Vec<Region> {
    let ceiling = site.hold.y[1] - 12.0;
    let mut regions: Vec<Region> = site
        .scene
        .bulks
        .iter()
        .filter_map(|bulk| {
            let x = [bulk.x[0].max(site.cargo_end - depth), bulk.x[1].min(site.hold.x[1] - 10.0)];
            let top = tallest(site, x, bulk);
            let y = if ceiling - top >= low { top + 4.0 } else { (ceiling - need).max(site.hold.y[0]) };
            (x[1] - x[0] >= 250.0).then_some(Region { x, y: [y, ceiling], z: bulk.z })
        })
        .collect();
    // The nearest to the doors first.
    regions.sort_by(|a, b| b.x[1].total_cmp(&a.x[1]));
    regions
}

/// The top of everything that stands on a bulk's floor area within `x`: lids and dunnage reach over the bulk itself.
fn tallest(site: &Site<'_>, x: [f64; 2], bulk: &Bulk) -> f64 {
    let over = site.scene.solids.iter().filter_map(|solid| {
        let (low, high) = solid.body.bounds();
        let touches = low[0] < x[1] && high[0] > x[0] && low[2] < bulk.z[1] && high[2] > bulk.z[0];
        // Not the container's own roof and walls.
        (touches && high[1] < site.hold.y[1] - 20.0 && low[1] < bulk.y[1] + 50.0).then_some(high[1])
    });
    over.fold(bulk.y[1], f64::max)
}

/// Packages piled up, or bare pieces stacked in film where no packing fits (and sometimes where one would).
fn in_the_open(maker: &Maker, regions: &[Region], draw: &mut Draw) -> Laid {
    let mut laid = Laid::default();
    let mut left = maker.total_kg;
    for attempt in 0..4 {
        let bare = draw.chance(0.08) && !maker.pieces.is_empty();
        let packing = choose(maker, draw).filter(|_| !bare && attempt < 3);
        for region in regions {
            if let Some(packing) = packing {
                let parcels = pile(maker, packing, region, left, solids_left(&laid.parcels), draw);
                if !parcels.is_empty() {
                    laid.packing = packing.as_str();
                }
                left -= parcels.iter().map(Parcel::kg).sum::<f64>();
                laid.parcels.extend(parcels);
            } else if let Some((parcel, packing)) = maker.fill(region.sides(), left, draw) {
                left -= parcel.kg();
                laid.packing = packing;
                laid.parcels.push(region.settle(parcel, draw));
            }
        }
        if !laid.parcels.is_empty() {
            break;
        }
    }
    laid
}

/// Goods as they fit into hollows: pieces in film, or single weapons.
fn in_cavities(site: &Site<'_>, place: &str, maker: &Maker, draw: &mut Draw) -> Laid {
    let mut rooms: Vec<Region> = site
        .scene
        .cavities
        .iter()
        .filter(|cavity| cavity.place == place)
        .map(|cavity| Region { x: cavity.x, y: cavity.y, z: cavity.z }.within([1.0; 3]))
        .collect();
    // From one hollow on to its neighbours, as whoever opened one would go on.
    rooms.sort_by(|a, b| a.x[0].total_cmp(&b.x[0]).then(a.z[0].total_cmp(&b.z[0])));
    let first = draw.below(rooms.len());
    rooms.rotate_left(first);
    let mut laid = Laid::default();
    let mut left = maker.total_kg;
    for room in &rooms {
        // Each hollow takes a few solids: stop before the load becomes too many.
        if solids_left(&laid.parcels) < 40 {
            break;
        }
        if let Some((parcel, packing)) = maker.fill(room.sides(), left, draw) {
            left -= parcel.kg();
            laid.packing = packing;
            laid.parcels.push(room.settle(parcel, draw));
        }
        for packing in [Packing::Rifles, Packing::Pistols] {
            if maker.pieces.is_empty() && left > 0.0 {
                let parcels = pile(maker, packing, room, left, solids_left(&laid.parcels), draw);
                left -= parcels.iter().map(Parcel::kg).sum::<f64>();
                if !parcels.is_empty() && laid.packing.is_empty() {
                    laid.packing = packing.as_str();
                }
                laid.parcels.extend(parcels);
            }
        }
    }
    laid
}

/// Bulks that something can be hidden in, from a random one on.
pub(super) fn bulks(site: &Site<'_>, least: [f64; 3], draw: &mut Draw) -> Result<Vec<Region>> {
    let big = |b: &&Bulk| b.x[1] - b.x[0] > least[0] && b.y[1] - b.y[0] > least[1] && b.z[1] - b.z[0] > least[2];
    let mut found: Vec<Region> =
        site.scene.bulks.iter().filter(big).map(|b| Region { x: b.x, y: b.y, z: b.z }).collect();
    if found.is_empty() {
        return Err(Error::parameter("no block of this cargo is large enough to hide a load in"));
    }
    let first = draw.below(found.len());
    found.rotate_left(first);
    Ok(found)
}

/// Goods among or inside blocks of cargo, which make room for them.
fn in_cargo(site: &Site<'_>, place: &str, maker: &Maker, draw: &mut Draw) -> Result<Laid> {
    let mut laid = Laid::default();
    let mut left = maker.total_kg;
    let share = draw.range(0.45, 0.8);
    let mut bagged = draw.chance(0.35) || maker.pieces.is_empty();
    let blocks = bulks(site, [300.0, 150.0, 300.0], draw)?;
    // Once more bare where the bags were too large.
    for _ in 0..2 {
        for block in &blocks {
            let room = if place == "among" {
                between(block, &blocks, draw)
            } else {
                let margin = |axis: usize| (block.sides()[axis] * (1.0 - share) / 2.0).max(25.0);
                block.within([margin(0).min(400.0), margin(1).min(120.0), margin(2)])
            };
            let parcels = if bagged && place != "among" {
                let packing = choose(maker, draw);
                let parcels = packing.map_or_else(Vec::new, |packing| {
                    pile(maker, packing, &room, left, solids_left(&laid.parcels), draw)
                });
                if let (Some(packing), false) = (packing, parcels.is_empty()) {
                    laid.packing = packing.as_str();
                }
                parcels
            } else if maker.pieces.is_empty() {
                let parcels = pile(maker, Packing::Rifles, &room, left, solids_left(&laid.parcels), draw);
                laid.packing = if parcels.is_empty() { laid.packing } else { "wrapped_rifles" };
                parcels
            } else if let Some((parcel, packing)) = maker.fill(room.sides(), left, draw) {
                laid.packing = packing;
                let up = (room.sides()[1] - parcel.size[1]).max(0.0) * draw.unit();
                vec![room.settle(parcel, draw).moved([0.0, up, 0.0])]
            } else {
                Vec::new()
            };
            if parcels.is_empty() {
                continue;
            }
            left -= parcels.iter().map(Parcel::kg).sum::<f64>();
            let (low, high) = bounds(parcels.iter().flat_map(|p| p.own.iter().chain(&p.wrap)));
            // A chamber is wider than its load; tight packing leaves the width of a hand's edge.
            let spare = if place == "void" { [0, 1, 2].map(|_| draw.range(40.0, 220.0)) } else { [4.0; 3] };
            let whole = [block.x, block.y, block.z];
            let (from, to) = if place == "among" {
                ([low[0] - 4.0, low[1], low[2]], [high[0] + 4.0, high[1], high[2]])
            } else {
                (
                    [0, 1, 2].map(|axis| (low[axis] - if axis == 1 { 2.0 } else { spare[axis] }).max(whole[axis][0])),
                    [0, 1, 2].map(|axis| (high[axis] + spare[axis]).min(whole[axis][1])),
                )
            };
            laid.chambers.push(around(from, to));
            laid.parcels.extend(parcels);
            if solids_left(&laid.parcels) < 40 {
                break;
            }
        }
        if !laid.parcels.is_empty() || !bagged {
            break;
        }
        bagged = false;
    }
    Ok(laid)
}

/// The space between a block and the next one towards the doors, one to three bricks thick; a parting plane through the
/// block itself where none follows closely.
fn between(block: &Region, blocks: &[Region], draw: &mut Draw) -> Region {
    let next = blocks
        .iter()
        .filter(|b| {
            b.x[0] >= block.x[1] - 20.0 && b.x[0] < block.x[1] + 400.0 && b.z[0] < block.z[1] && b.z[1] > block.z[0]
        })
        .map(|b| b.x[0])
        .fold(f64::INFINITY, f64::min);
    let thick = draw.range(55.0, 230.0);
    let middle = if next.is_finite() {
        f64::midpoint(block.x[1], next)
    } else {
        draw.range(block.x[0] + 120.0, (block.x[1] - 120.0).max(block.x[0] + 121.0))
    };
    Region { x: [middle - thick / 2.0, middle + thick / 2.0], ..block.within([0.0, 10.0, 20.0]) }
}
