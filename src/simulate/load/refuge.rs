//! Where people wait: on the open floor, on top of the cargo, in a chamber within it.

use super::people::{Pose, around as around_people, belongings, person, room};
use super::pieces::Parcel;
use super::pile::Region;
use super::places::{bulks, on_top};
use super::{Laid, Site, around};
use crate::scan::{Error, Result};
use crate::simulate::draw::Draw;

/// Lays, seats and stands `count` people at a place.
pub(super) fn lay(site: &Site<'_>, place: &str, count: usize, draw: &mut Draw) -> Result<Laid> {
    let hold = site.hold;
    let floor = Region { x: hold.x, y: hold.y, z: hold.z }.within([30.0, 2.0, 60.0]);
    let regions = match place {
        "open_floor" => vec![Region { x: [(site.cargo_end + 40.0).min(floor.x[1]), floor.x[1]], ..floor }],
        "on_top" => level(&on_top(site, 1e5, 420.0, 0.0)),
        _ => chambers(site, count, draw)?,
    };
    let mut laid = Laid { packing: "none", ..Laid::default() };
    for region in &regions {
        let left = count - laid.parcels.len();
        if left == 0 {
            break;
        }
        let people = seat(region, left, draw);
        if people.is_empty() {
            continue;
        }
        if place == "hollow" {
            laid.chambers.push(around(region.low(), [region.x[1], region.y[1], region.z[1]]));
        }
        laid.parcels.extend(people);
    }
    if laid.parcels.len() < 2 {
        return Err(Error::parameter(format!("there is no room for people at {place}")));
    }
    beside(&mut laid.parcels, &regions, draw);
    Ok(laid)
}

/// Spaces over blocks of cargo that are high enough to lie in, joined where one block follows the other at about its height.
fn level(over: &[Region]) -> Vec<Region> {
    let mut joined: Vec<Region> = Vec::new();
    for next in over.iter().rev().filter(|r| r.sides()[1] >= 420.0) {
        let before = joined.iter_mut().find(|r| {
            next.x[0] - r.x[1] < 250.0 && next.x[0] > r.x[0] && (next.y[0] - r.y[0]).abs() < 60.0 && next.z == r.z
        });
        if let Some(before) = before {
            before.x[1] = next.x[1];
            before.y[0] = before.y[0].max(next.y[0]);
        } else {
            joined.push(*next);
        }
    }
    joined
}

/// Chambers in the cargo for some people, the lowest first: hollowed from the floor of a block, with a wall of cargo left.
fn chambers(site: &Site<'_>, count: usize, draw: &mut Draw) -> Result<Vec<Region>> {
    let blocks = bulks(site, [700.0, 900.0, 700.0], draw)?;
    let cut = blocks.iter().map(|block| {
        let inner = block.within([60.0, 20.0, 60.0]);
        // Three or four sit across, knee to back; where the cargo is too low for sitting they lie behind each other.
        let lies = inner.sides()[1] < room(Pose::Sitting)[1] + 20.0;
        let long = if lies { 2200.0 * count.div_ceil(lanes(&inner)) as f64 } else { 400.0 * count as f64 + 700.0 };
        let x = (inner.x[1] - inner.x[0] - long).max(0.0) * draw.unit() + inner.x[0];
        let top = inner.y[1].min(inner.y[0] + draw.range(1250.0, 2050.0));
        Region { x: [x, (x + long).min(inner.x[1])], y: [inner.y[0], top], z: inner.z }
    });
    Ok(cut.collect())
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
