//! Where people wait: on the open floor, on top of the cargo, in a chamber within it.

use super::people::{Pose, around as around_people, belongings, person, room};
use super::pieces::Parcel;
use super::pile::Region;
use super::{Laid, Site, cleared};
use crate::scan::{Error, Result};
use crate::simulate::draw::Draw;
use crate::simulate::hollow::{Hollow, hollow};
use crate::simulate::packages::packages;
use crate::simulate::tops::surfaces;

/// Lays, seats and stands `count` people at a place.
pub(super) fn lay(site: &Site<'_>, place: &str, count: usize, draw: &mut Draw) -> Result<Laid> {
    let hold = site.hold;
    let floor = Region { x: hold.x, y: hold.y, z: hold.z }.within([30.0, 2.0, 60.0]);
    let mut laid = Laid { packing: "none", ..Laid::default() };
    let regions = match place {
        "open_floor" => vec![Region { x: [(site.cargo_end + 40.0).min(floor.x[1]), floor.x[1]], ..floor }],
        "on_top" => {
            surfaces(site.scene, hold, hold.x, 420.0).into_iter().map(|s| Region { x: s.x, y: s.y, z: s.z }).collect()
        }
        _ => {
            let chamber = chamber(site, count, draw)?;
            let region = Region::between(chamber.low, chamber.high).within([6.0, 0.0, 6.0]);
            laid.taken = chamber.taken;
            laid.cuts = chamber.cuts;
            laid.built = chamber.planks;
            vec![region]
        }
    };
    for region in &regions {
        // Not where something else lies: another try finds another place.
        let left = count - laid.parcels.len();
        let tries = (0..6).map(|_| cleared(seat(region, left, draw), site.scene, &laid.taken));
        let people = tries.max_by_key(Vec::len).unwrap_or_default();
        laid.parcels.extend(people);
        if laid.parcels.len() >= count {
            break;
        }
    }
    if laid.parcels.len() < 2 {
        return Err(Error::parameter(format!("there is no room for people at {place}")));
    }
    let people = laid.parcels.len();
    beside(&mut laid.parcels, &regions, draw);
    let things = laid.parcels.split_off(people);
    laid.parcels.extend(cleared(things, site.scene, &laid.taken));
    Ok(laid)
}

/// A chamber in the cargo for some people, with cargo left around it, made of whole packages. What stands over it is carried by
/// planks.
fn chamber(site: &Site<'_>, count: usize, draw: &mut Draw) -> Result<Hollow> {
    let packages = packages(site.scene);
    let z = [site.hold.z[0] + 5.0, site.hold.z[1] - 5.0];
    let mut best: Option<(f64, Hollow)> = None;
    for _ in 0..16 {
        let Some(seed) = packages.get(draw.below(packages.len())) else { break };
        // From the floor, or what the lowest packages stand on.
        let under = packages.iter().filter(|p| p.low[0] < seed.high[0] && seed.low[0] < p.high[0]);
        let floor = under.map(|p| p.low[1]).fold(seed.low[1], f64::min);
        // Three or four sit across, knee to back.
        let long = (430.0 * count as f64).max(1150.0) + draw.range(0.0, 300.0);
        let high = draw.range(1330.0, 2050.0).min(site.hold.y[1] - floor - 20.0);
        let left = seed.low[0];
        if left + long > site.cargo_end + 400.0 {
            continue;
        }
        let Some(found) = hollow(site.scene, &packages, [left, floor, z[0]], [left + long, floor + high, z[1]]) else {
            continue;
        };
        let kg = site.scene.taken_kg(&found.taken);
        if best.as_ref().is_none_or(|(least, _)| kg < *least) {
            best = Some((kg, found));
        }
    }
    let none = || Error::parameter("no part of this cargo can be hollowed for people");
    best.map(|(_, hollow)| hollow).ok_or_else(none)
}

/// How many people have room beside each other across.
fn lanes(region: &Region) -> usize {
    ((region.sides()[2] / 690.0).floor() as usize).max(1)
}

/// Up to `count` people on a region's floor in places of their own.
fn seat(region: &Region, count: usize, draw: &mut Draw) -> Vec<Parcel> {
    let sides = region.sides();
    let poses: Vec<Pose> = [(Pose::Sitting, 5), (Pose::Standing, 2), (Pose::Lying, 2)]
        .into_iter()
        .filter(|(pose, _)| (0..3).all(|axis| room(*pose)[axis] <= sides[axis]))
        .flat_map(|(pose, often)| std::iter::repeat_n(pose, often))
        .collect();
    let mut people = Vec::new();
    // Rows across, each as long as its longest pose needs; people spread over the length that there is.
    let lanes = lanes(region);
    let rows = count.div_ceil(lanes) as f64;
    let mut ends = vec![region.x[0]; lanes];
    let apart = ((sides[0] - rows * 1100.0) / rows).clamp(0.0, 900.0);
    while people.len() < count {
        let before = people.len();
        for (lane, end) in ends.iter_mut().enumerate() {
            let gap = draw.unit() * apart;
            let free = region.x[1] - *end;
            let fitting: Vec<Pose> = poses.iter().copied().filter(|p| room(*p)[0] <= free).collect();
            let Some(pose) = draw.pick(&fitting) else { continue };
            if people.len() == count {
                break;
            }
            let body = person(pose, draw);
            let wide = sides[2] / lanes as f64;
            let spare = (wide - body.size[2]).max(0.0);
            let gap = gap.min((free - body.size[0]).max(0.0));
            let corner = [*end + gap, region.y[0] + 1.0, region.z[0] + lane as f64 * wide + spare * draw.unit()];
            *end = corner[0] + body.size[0] + 25.0;
            people.push(body.moved(corner));
        }
        if people.len() == before {
            break;
        }
    }
    people
}

/// Puts bottles and bags on free floor beside people.
fn beside(people: &mut Vec<Parcel>, regions: &[Region], draw: &mut Draw) {
    let (low, high) = around_people(people);
    let taken: Vec<_> = people.iter().map(Parcel::bounds).collect();
    let mut placed: Vec<([f64; 3], [f64; 3])> = Vec::new();
    for thing in belongings(1 + draw.below(people.len()), draw) {
        for _ in 0..12 {
            let Some(region) = draw.pick(regions) else { return };
            let near = Region { x: [region.x[0].max(low[0] - 700.0), region.x[1].min(high[0] + 700.0)], ..region };
            let fits = (0..3).all(|axis| thing.size[axis] <= near.sides()[axis]);
            if !fits {
                continue;
            }
            let put = near.settle(thing.clone(), draw);
            let (from, to) = put.bounds();
            let clear = |other: &([f64; 3], [f64; 3])| {
                (0..3).any(|axis| other.1[axis] <= from[axis] || to[axis] <= other.0[axis])
            };
            if taken.iter().chain(&placed).all(clear) {
                placed.push((from, to));
                people.push(put);
                break;
            }
        }
    }
}
