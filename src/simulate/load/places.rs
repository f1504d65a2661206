//! Where goods are put: behind the doors, in hollows of the container, among and inside cargo, in an empty box.

use super::goods::Packing;
use super::pieces::{Maker, Parcel};
use super::pile::{Region, askew, choose, pile, solids_left};
use super::{Laid, Site, cleared, is_clear, share_space, stowed};
use crate::scan::{Error, LoadClass, Result};
use crate::simulate::draw::Draw;
use crate::simulate::tops::surfaces;

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
    // The lashing bars at the walls stay clear.
    let whole = Region { x: hold.x, y: hold.y, z: hold.z }.within([15.0, 2.0, 40.0]);
    let end = site.cargo_end + 5.0;
    match (site.class, place) {
        (LoadClass::RipOff, "door_gap") => {
            // At most two bags stand one behind the other along the container: the rest goes up and across.
            let region = Region { x: [end.max(hold.x[1] - 1250.0), hold.x[1] - 15.0], ..whole };
            Ok(in_the_open(site, maker, &[region], draw))
        }
        (LoadClass::RipOff, "before_cargo") => {
            let region = Region { x: [end, (end + 640.0).min(hold.x[1] - 15.0)], ..whole };
            Ok(in_the_open(site, maker, &[region], draw))
        }
        (LoadClass::RipOff, _) => {
            // Within reach of whoever opens the doors.
            let reach = [(site.cargo_end - ARM_MM).max(hold.x[1] - DOORS_MM), hold.x[1]];
            over_cargo(site, reach, maker, draw)
        }
        (LoadClass::InCargo, "on_top") => over_cargo(site, hold.x, maker, draw),
        (LoadClass::InEmpty, _) => {
            let mut best = Laid::default();
            for _ in 0..4 {
                let laid = in_the_open(site, maker, &[empty_floor(&whole, place, maker, draw)], draw);
                if laid.kg() > best.kg() {
                    best = laid;
                }
                if best.kg() > 0.9 * maker.total_kg {
                    break;
                }
            }
            Ok(best)
        }
        (LoadClass::InCargo, _) => stowed::lay(site, place, maker, draw),
        _ => Ok(in_cavities(site, place, maker, draw)),
    }
}

/// How far behind the cargo's end somebody who stands before it lays things, in mm.
const ARM_MM: f64 = 1500.0;
/// How far from the doors a load counts as one behind the doors, in mm.
const DOORS_MM: f64 = 3000.0;

/// Goods on top of the cargo between two values of x, where it is level.
fn over_cargo(site: &Site<'_>, reach: [f64; 2], maker: &Maker, draw: &mut Draw) -> Result<Laid> {
    let mut regions: Vec<Region> = surfaces(site.scene, site.hold, reach, 90.0)
        .into_iter()
        .map(|surface| Region { x: surface.x, y: surface.y, z: surface.z }.within([2.0, 0.0, 2.0]))
        .collect();
    if regions.is_empty() {
        return Err(Error::parameter("there is no level cargo with room over it to lay a load on"));
    }
    let first = draw.below(regions.len().min(4));
    regions.swap(0, first);
    Ok(in_the_open(site, maker, &regions, draw))
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

/// Packages piled up, or bare pieces stacked in film where no packing fits (and sometimes where one would), as much as finds
/// a place where nothing else stands.
fn in_the_open(site: &Site<'_>, maker: &Maker, regions: &[Region], draw: &mut Draw) -> Laid {
    let mut best = Laid::default();
    for attempt in 0..6 {
        let bare = draw.chance(0.08) && !maker.pieces.is_empty();
        let packing = choose(maker, draw).filter(|_| !bare && attempt < 4);
        let mut laid = Laid::default();
        for region in regions {
            let left = maker.total_kg - laid.kg();
            let (parcels, name) = fitted(maker, packing, region, left, solids_left(&laid.parcels), draw);
            let parcels = cleared(parcels, site.scene, &laid.taken);
            if !parcels.is_empty() {
                laid.packing = name;
            }
            laid.parcels.extend(parcels);
        }
        if laid.kg() > best.kg() {
            best = laid;
        }
        if best.kg() > 0.9 * maker.total_kg {
            break;
        }
    }
    best
}

/// Goods on a region's floor: in packages, or bare in film where no packing is told; and the packing's name.
pub(super) fn fitted(
    maker: &Maker,
    packing: Option<Packing>,
    region: &Region,
    left: f64,
    solids: usize,
    draw: &mut Draw,
) -> (Vec<Parcel>, &'static str) {
    // Single weapons in cloth where no case fits.
    let wanted = packing.or_else(|| maker.pieces.is_empty().then_some(Packing::Rifles));
    if let Some(packing) = wanted {
        let parcels = pile(maker, packing, region, left, solids, draw);
        if !parcels.is_empty() || !maker.pieces.is_empty() {
            return (parcels, packing.as_str());
        }
        return (pile(maker, Packing::Pistols, region, left, solids, draw), Packing::Pistols.as_str());
    }
    let Some((parcel, name)) = maker.fill(region.sides(), left, draw) else { return (Vec::new(), "") };
    let parcel = askew(parcel, &region.sides(), draw);
    (vec![region.settle(parcel, draw)], name)
}

/// Goods as they fit into hollows: pieces in film, or single weapons.
fn in_cavities(site: &Site<'_>, place: &str, maker: &Maker, draw: &mut Draw) -> Laid {
    let mut rooms: Vec<Region> = site
        .scene
        .cavities
        .iter()
        .filter(|cavity| cavity.place == place)
        .map(|cavity| beside_cargo(site, place, Region { x: cavity.x, y: cavity.y, z: cavity.z }.within([1.0; 3])))
        // What was left in a hollow, or welded into it, stays there.
        .filter(|room| is_clear(site.scene.things().iter(), room.low(), room.high()))
        .collect();
    // From one hollow on to its neighbours, as whoever opened one would go on.
    rooms.sort_by(|a, b| a.x[0].total_cmp(&b.x[0]).then(a.z[0].total_cmp(&b.z[0])));
    let first = draw.below(rooms.len());
    rooms.rotate_left(first);
    let mut laid = Laid { displace: true, ..Laid::default() };
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

/// What the cargo leaves of a place behind a false wall or above a false ceiling.
fn beside_cargo(site: &Site<'_>, place: &str, mut room: Region) -> Region {
    for solid in site.scene.stowed() {
        let (low, high) = solid.body.bounds();
        if !share_space((low, high), (room.low(), room.high())) {
            continue;
        }
        match place {
            "front_wall" => room.x[1] = (low[0] - 2.0).max(room.x[0]),
            "roof" => room.y[0] = (high[1] + 2.0).min(room.y[1]),
            "side_wall" if room.z[0] > 0.0 => room.z[0] = (high[2] + 2.0).min(room.z[1]),
            "side_wall" => room.z[1] = (low[2] - 2.0).max(room.z[0]),
            _ => {}
        }
    }
    room
}
