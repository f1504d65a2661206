//! Goods hidden in cargo: in its packages, in place of some of them, in a hollow where some were, or in what they leave free.

use super::goods::Packing;
use super::pieces::{Maker, Parcel};
use super::pile::{Region, choose, solids_left};
use super::places::fitted;
use super::{Laid, Site, around, bounds, cleared, is_clear, share_space};
use crate::scan::{Error, Result};
use crate::simulate::draw::Draw;
use crate::simulate::hollow::hollow;
use crate::simulate::packages::{Package, Sort, packages, yields};
use crate::simulate::scene::{Bulk, reaches};
use crate::simulate::solid::Solid;
use std::collections::BTreeSet;

/// Lays goods among, inside or in a void of the cargo.
pub(super) fn lay(site: &Site<'_>, place: &str, maker: &Maker, draw: &mut Draw) -> Result<Laid> {
    if site.scene.stowed().is_empty() {
        return in_a_picture(site, place, maker, draw);
    }
    let packages = packages(site.scene);
    let mut laid = match place {
        "inside" => inside(site, &packages, maker, draw),
        "among" => {
            let order = order(&packages, |_| true, draw);
            instead(site, &packages, &order, maker, draw)
        }
        _ => void(site, &packages, maker, draw),
    };
    if place != "void" && laid.kg() < 0.5 * maker.total_kg {
        // Machines, scrap, furniture: what stands there leaves gaps.
        let more = nooks(site, &laid, maker, draw);
        if laid.parcels.is_empty() {
            laid.packing = more.packing;
        }
        laid.parcels.extend(more.parcels);
    }
    if laid.parcels.is_empty() {
        return Err(Error::parameter(format!("this cargo has no package or gap to hide a load {place}")));
    }
    Ok(laid)
}

/// Goods in place of the last packages before the doors, where nothing else has room.
pub(super) fn by_the_doors(site: &Site<'_>, maker: &Maker, draw: &mut Draw) -> Laid {
    let packages = packages(site.scene);
    let mut order: Vec<usize> =
        (0..packages.len()).filter(|n| packages[*n].high[0] > site.cargo_end - 1400.0).collect();
    order.sort_by(|a, b| packages[*b].high[0].total_cmp(&packages[*a].high[0]));
    instead(site, &packages, &order, maker, draw)
}

/// The packages that will do, from a random one on to its neighbours.
fn order(packages: &[Package], will_do: impl Fn(&Package) -> bool, draw: &mut Draw) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..packages.len()).filter(|n| will_do(&packages[*n])).collect();
    if let Some(seed) = draw.pick(&numbers) {
        let seed = &packages[seed];
        numbers.sort_by(|a, b| seed.distance(&packages[*a]).total_cmp(&seed.distance(&packages[*b])));
    }
    numbers
}

/// A packing, or none for bare pieces in film: hidden goods are mostly unpacked to fit.
fn packing(maker: &Maker, draw: &mut Draw) -> Option<Packing> {
    let bagged = draw.chance(0.35) || maker.pieces.is_empty();
    choose(maker, draw).filter(|_| bagged)
}

/// Goods in a space in some packing, or bare where that does not fit.
fn some(
    maker: &Maker,
    packing: Option<Packing>,
    region: &Region,
    laid: &Laid,
    draw: &mut Draw,
) -> (Vec<Parcel>, &'static str) {
    // Planks or a filler may come with them.
    let solids = solids_left(&laid.parcels).saturating_sub(laid.built.len() + 24);
    let left = maker.total_kg - laid.kg();
    if solids < 40 {
        return (Vec::new(), "");
    }
    let packed = fitted(maker, packing, region, left, solids, draw);
    if packed.0.is_empty() { fitted(maker, None, region, left, solids, draw) } else { packed }
}

/// Goods in packages, which stay as they look from outside: what they held makes room.
fn inside(site: &Site<'_>, packages: &[Package], maker: &Maker, draw: &mut Draw) -> Laid {
    let mut laid = Laid::default();
    let packing = packing(maker, draw);
    for number in order(packages, |p| !p.rooms.is_empty(), draw) {
        let package = &packages[number];
        for room in &package.rooms {
            let region = Region::between(room.low, room.high).within([3.0, 2.0, 3.0]);
            let (mut parcels, name) = some(maker, packing, &region, &laid, draw);
            if parcels.is_empty() {
                continue;
            }
            let solids = || parcels.iter().flat_map(|p| p.own.iter().chain(&p.wrap));
            let (low, high) = bounds(solids());
            let litres = (0..3).map(|axis| high[axis] - low[axis]).product::<f64>() * 1e-6;
            let hollow = package.sort == Sort::Case || package.sort == Sort::Thing;
            let held = |span: ([f64; 3], [f64; 3])| {
                let touched = package.solids.iter().copied().filter(move |number| {
                    (!hollow || *number != room.of) && reaches(&site.scene.solids[*number], span.0, span.1)
                });
                touched.collect::<Vec<usize>>()
            };
            let column = ([low[0], region.y[0], low[2]], [high[0], region.y[1], high[2]]);
            let pressed = held(column);
            // Pressed into beans or clothes at any height; on the floor of what was emptied.
            let mut up = 0.0;
            if !pressed.is_empty() && pressed.iter().all(|n| yields(&site.scene.solids[*n], litres)) {
                up = (region.y[1] - high[1]).max(0.0) * draw.unit();
            }
            parcels = parcels.into_iter().map(|parcel| parcel.moved([0.0, up, 0.0])).collect();
            let (low, high) = bounds(parcels.iter().flat_map(|p| p.own.iter().chain(&p.wrap)));
            // What was left in a package, or lies about in it, stays there.
            if !is_clear(site.scene.things().iter(), low, high) {
                continue;
            }
            let touched = held((low, high));
            let gives_way = touched.iter().all(|n| yields(&site.scene.solids[*n], litres));
            if gives_way {
                laid.cuts.extend(touched.iter().flat_map(|n| parcels.iter().map(|parcel| (*n, outside(parcel)))));
            } else {
                // A motorcycle goes out of its crate whole, not its wheel alone.
                let all = if package.sort == Sort::Case { held((room.low, room.high)) } else { touched };
                let all: BTreeSet<usize> = all.into_iter().collect();
                let kg: f64 = parcels.iter().map(Parcel::kg).sum();
                if site.scene.taken_kg(&all) > 3.0 * kg + 12.0 {
                    continue;
                }
                laid.taken.extend(all);
            }
            laid.packing = name;
            laid.parcels.extend(parcels);
        }
        if laid.is_enough(maker) {
            break;
        }
    }
    laid.settled()
}

/// What a package takes up: the cloth's or film's own shape where it has one.
fn outside(parcel: &Parcel) -> crate::simulate::solid::Placed {
    let (low, high) = parcel.bounds();
    match parcel.wrap.as_slice() {
        [skin] => skin.body.clone(),
        _ => around(low, high),
    }
}

/// Goods where other packages stood: as many of these are left out as are needed, and what is then free under others is filled.
fn instead(site: &Site<'_>, packages: &[Package], order: &[usize], maker: &Maker, draw: &mut Draw) -> Laid {
    let mut laid = Laid::default();
    let packing = packing(maker, draw);
    let mut lifted = 0.0;
    for number in order {
        let package = &packages[*number];
        let sides = package.sides();
        let litres = sides.iter().product::<f64>() * 1e-6;
        if litres > 2500.0 || sides[0] > 2500.0 || package.solids.iter().any(|n| laid.taken.contains(n)) {
            continue;
        }
        let region = Region::between(package.low, package.high).within([8.0, 2.0, 8.0]);
        let (parcels, name) = some(maker, packing, &region, &laid, draw);
        let mut without = laid.taken.clone();
        without.extend(package.solids.iter().copied());
        let parcels = cleared(parcels, site.scene, &without);
        let kg: f64 = parcels.iter().map(Parcel::kg).sum();
        // Nobody lifts out a tonne to hide a few bricks.
        let out = site.scene.taken_kg(&package.solids.iter().copied().collect());
        if parcels.is_empty() || lifted + out > 2.5 * (laid.kg() + kg) + 12.0 {
            continue;
        }
        lifted += out;
        let (_, high) = bounds(parcels.iter().flat_map(|p| p.own.iter().chain(&p.wrap)));
        let loaded = packages.iter().any(|other| other != package && package.carries(other));
        if loaded && package.high[1] - high[1] > 50.0 {
            let y = [high[1] + 2.0, package.high[1] - 2.0];
            laid.built.extend(filler([region.x, y, region.z], draw));
        }
        laid.taken = without;
        laid.packing = name;
        laid.parcels.extend(parcels);
        if laid.is_enough(maker) {
            break;
        }
    }
    laid
}

/// A carton of something light in a space that would be empty otherwise.
fn filler([x, y, z]: [[f64; 2]; 3], draw: &mut Draw) -> [Solid; 2] {
    let less = |side: [f64; 2]| [side[0] + 6.0, side[1] - 6.0];
    let board = Solid::cuboid(x, y, z, "cardboard").hollow(5.0).dense(0.3);
    let (material, density) = if draw.chance(0.5) { ("textile", 0.5) } else { ("paper", 0.12) };
    let goods = Solid::cuboid(less(x), less(y), less(z), material).dense(density * draw.range(0.7, 1.3));
    [board, goods.grain(0.2, [120.0, 50.0], draw.seed())]
}

/// Goods in hollows where some packages were. Not in sacks' or loose goods' stead: they would slide into it.
fn void(site: &Site<'_>, packages: &[Package], maker: &Maker, draw: &mut Draw) -> Laid {
    let mut laid = Laid::default();
    let packing = packing(maker, draw);
    let mut made: Vec<([f64; 3], [f64; 3])> = Vec::new();
    let mut lifted = 0.0;
    for number in order(packages, |p| p.sort == Sort::Case, draw) {
        let package = &packages[number];
        // Often two packages high.
        let above = packages.iter().find(|p| package.carries(p) && p.sort == Sort::Case);
        let top = above.filter(|_| draw.chance(0.5)).map_or(package.high[1], |p| p.high[1]);
        let high = [package.high[0], top.max(package.high[1]), package.high[2]];
        if made.len() >= 6 || made.iter().any(|box_of| share_space(*box_of, (package.low, high))) {
            continue;
        }
        let Some(found) = hollow(site.scene, packages, package.low, high) else { continue };
        if found.taken.iter().any(|n| laid.taken.contains(n)) {
            continue;
        }
        let region = Region::between(found.low, found.high).within([4.0, 0.0, 4.0]);
        let (parcels, name) = some(maker, packing, &region, &laid, draw);
        let kg: f64 = parcels.iter().map(Parcel::kg).sum();
        let out = site.scene.taken_kg(&found.taken);
        if parcels.is_empty() || lifted + out > 4.0 * (laid.kg() + kg) + 20.0 {
            continue;
        }
        lifted += out;
        made.push((package.low, high));
        laid.taken.extend(found.taken);
        laid.cuts.extend(found.cuts);
        laid.built.extend(found.planks);
        laid.packing = name;
        laid.parcels.extend(parcels);
        if laid.is_enough(maker) {
            break;
        }
    }
    laid.settled()
}

/// Bare pieces, or single weapons, in what the cargo leaves free.
fn nooks(site: &Site<'_>, before: &Laid, maker: &Maker, draw: &mut Draw) -> Laid {
    let mut laid = Laid::default();
    let seed = draw.below(site.scene.bulks.len());
    let mut taken: Vec<([f64; 3], [f64; 3])> = before.parcels.iter().map(Parcel::bounds).collect();
    for attempt in 0..240 {
        let left = maker.total_kg - before.kg() - laid.kg();
        let solids = solids_left(&before.parcels).min(solids_left(&laid.parcels));
        if left < 0.03 * maker.total_kg || solids < 60 {
            break;
        }
        // From one block of the cargo on to the others.
        let count = site.scene.bulks.len().max(1);
        let Some(bulk) = site.scene.bulks.get((seed + attempt / 60) % count) else { break };
        let size = [draw.range(230.0, 520.0), draw.range(90.0, 300.0), draw.range(180.0, 480.0)];
        let Some(region) = nook(site, bulk, size, draw) else { continue };
        let (parcels, name) = fitted(maker, None, &region, left, solids, draw);
        let fits = parcels.iter().all(|p| taken.iter().all(|other| !share_space(p.bounds(), *other)));
        if fits && !parcels.is_empty() {
            taken.extend(parcels.iter().map(Parcel::bounds));
            laid.packing = name;
            laid.parcels.extend(parcels);
        }
    }
    laid
}

/// A free space of this size at a random place of a block, let down as far as it goes.
fn nook(site: &Site<'_>, bulk: &Bulk, size: [f64; 3], draw: &mut Draw) -> Option<Region> {
    let sides = [bulk.x, [site.hold.y[0] + 2.0, bulk.y[1]], bulk.z];
    let mut low = [0, 1, 2].map(|axis| {
        let free = (sides[axis][1] - sides[axis][0] - size[axis]).max(0.0);
        sides[axis][0] + free * draw.unit()
    });
    let high = |low: [f64; 3]| [0, 1, 2].map(|axis| low[axis] + size[axis]);
    let outside =
        [site.hold.x, site.hold.y, site.hold.z].iter().zip(0..3).any(|(side, axis)| high(low)[axis] > side[1] - 5.0);
    if outside || !is_clear(site.scene.solids.iter(), low, high(low)) {
        return None;
    }
    let span = ([low[0], site.hold.y[0] - 30.0, low[2]], high(low));
    let near: Vec<&Solid> = site.scene.solids.iter().filter(|s| share_space(s.body.bounds(), span)).collect();
    while low[1] > site.hold.y[0] + 2.0 {
        let mut next = low;
        next[1] = (low[1] - 12.0).max(site.hold.y[0] + 1.0);
        if !is_clear(near.iter().copied(), next, high(next)) {
            break;
        }
        low = next;
    }
    Some(Region::between(low, high(low)))
}

/// In a picture's cargo, whose packages are not known: within its blocks, or between two of them.
fn in_a_picture(site: &Site<'_>, place: &str, maker: &Maker, draw: &mut Draw) -> Result<Laid> {
    let large = |b: &&Bulk| b.x[1] - b.x[0] > 300.0 && b.y[1] - b.y[0] > 150.0 && b.z[1] - b.z[0] > 300.0;
    let mut blocks: Vec<Region> =
        site.scene.bulks.iter().filter(large).map(|b| Region { x: b.x, y: b.y, z: b.z }).collect();
    if blocks.is_empty() {
        return Err(Error::parameter("no block of this cargo is large enough to hide a load in"));
    }
    let first = draw.below(blocks.len());
    blocks.rotate_left(first);
    let share = draw.range(0.45, 0.8);
    let packing = packing(maker, draw);
    let mut laid = Laid::default();
    for block in &blocks {
        let room = if place == "among" {
            // The gap before the next block towards the doors, one to three bricks thick.
            let thick = draw.range(55.0, 230.0);
            Region { x: [block.x[1] - thick / 2.0, block.x[1] + thick / 2.0], ..block.within([0.0, 10.0, 20.0]) }
        } else {
            let margin = |axis: usize| (block.sides()[axis] * (1.0 - share) / 2.0).max(25.0);
            block.within([margin(0).min(400.0), margin(1).min(120.0), margin(2)])
        };
        let (parcels, name) = some(maker, packing, &room, &laid, draw);
        if !parcels.is_empty() {
            laid.packing = name;
        }
        laid.parcels.extend(parcels);
        if laid.is_enough(maker) {
            break;
        }
    }
    Ok(laid)
}
