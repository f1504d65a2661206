//! Packages piled up in the open: bags sag and lean, cases stand in rows.

use super::goods::Packing;
use super::pieces::{Maker, Parcel};
use crate::simulate::draw::Draw;
use crate::simulate::solid::{Axis, Vector};
use std::f64::consts::{FRAC_PI_2, PI};

/// A space to fill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Region {
    /// Along the container.
    pub(super) x: [f64; 2],
    /// Upwards.
    pub(super) y: [f64; 2],
    /// Across.
    pub(super) z: [f64; 2],
}

impl Region {
    pub(super) fn sides(&self) -> Vector {
        [self.x[1] - self.x[0], self.y[1] - self.y[0], self.z[1] - self.z[0]]
    }

    /// The space between two corners.
    pub(super) fn between(low: Vector, high: Vector) -> Self {
        Self { x: [low[0], high[0]], y: [low[1], high[1]], z: [low[2], high[2]] }
    }

    pub(super) fn low(&self) -> Vector {
        [self.x[0], self.y[0], self.z[0]]
    }

    pub(super) fn high(&self) -> Vector {
        [self.x[1], self.y[1], self.z[1]]
    }

    /// The region less `by` on each side.
    pub(super) fn within(&self, by: Vector) -> Self {
        let less = |side: [f64; 2], by: f64| [side[0] + by, (side[1] - by).max(side[0] + by)];
        Self { x: less(self.x, by[0]), y: less(self.y, by[1]), z: less(self.z, by[2]) }
    }

    /// Moves a package of no more than the region's size to a random place on its floor.
    pub(super) fn settle(&self, parcel: Parcel, draw: &mut Draw) -> Parcel {
        let free = [0, 1, 2].map(|axis| (self.sides()[axis] - parcel.size[axis]).max(0.0));
        let low = self.low();
        parcel.moved([low[0] + free[0] * draw.unit(), low[1], low[2] + free[2] * draw.unit()])
    }
}

/// One of the goods' packings that suits the mass, by their shares; nothing where none does.
pub(super) fn choose(maker: &Maker, draw: &mut Draw) -> Option<Packing> {
    let suitable: Vec<(Packing, f64)> =
        maker.goods.packings().iter().copied().filter(|(packing, _)| packing.suits(maker.total_kg)).collect();
    let mut at = draw.unit() * suitable.iter().map(|(_, share)| share).sum::<f64>();
    for (packing, share) in &suitable {
        at -= share;
        if at <= 0.0 {
            return Some(*packing);
        }
    }
    suitable.last().map(|(packing, _)| *packing)
}

/// The most solids that a load may have, packing and all: a scan of many loads must stay quick to render.
const MOST_SOLIDS: usize = 400;

/// How many solids a load may still grow by.
pub(super) fn solids_left(parcels: &[Parcel]) -> usize {
    MOST_SOLIDS.saturating_sub(parcels.iter().map(|p| p.own.len() + p.wrap.len()).sum())
}

/// Piles up packages in a region until `left_kg` or `solids` are used up or it is full.
pub(super) fn pile(
    maker: &Maker,
    packing: Packing,
    region: &Region,
    left_kg: f64,
    solids: usize,
    draw: &mut Draw,
) -> Vec<Parcel> {
    let room = region.sides();
    let Some(typical) = maker.package(packing, left_kg.max(60.0), draw) else { return Vec::new() };
    // Lengthwise, or across where that fits better or by chance.
    let across = [typical.size[2], typical.size[1], typical.size[0]];
    let fits = |size: Vector| (0..3).all(|axis| size[axis] <= room[axis]);
    let turn = match (fits(typical.size), fits(across)) {
        (false, false) => return Vec::new(),
        (true, true) => draw.chance(0.4),
        (lengthwise, _) => !lengthwise,
    };
    let size = if turn { across } else { typical.size };
    // Tins and crates of this load are all alike; bags, cases of a random fill, and tubes are not.
    let slack = [draw.range(8.0, 35.0), 0.0, draw.range(5.0, 30.0)];
    let pitch = [0, 1, 2].map(|axis| (size[axis] * 1.04 + slack[axis]).min(room[axis]));
    let most = [0, 1, 2].map(|axis| ((room[axis] + 1e-6) / pitch[axis]).floor().max(1.0) as usize);
    let needed = ((left_kg / typical.kg().max(0.1)).ceil() as usize).max(1);
    let courses = (1 + draw.below(4)).min(most[1]);
    let cells = needed.div_ceil(courses);
    let mut deep = (1 + draw.below(most[2])).min(cells);
    let mut wide = cells.div_ceil(deep).min(most[0]);
    if wide * deep * most[1] < needed {
        (wide, deep) = (most[0], most[2]);
    }
    let free = |axis: usize, count: usize| (room[axis] - count as f64 * pitch[axis]).max(0.0);
    let start = [region.x[0] + free(0, wide) * draw.unit(), region.z[0] + free(2, deep) * draw.unit()];
    let mut tops = vec![region.y[0] + 1.0; wide * deep];
    let mut parcels = Vec::new();
    let mut left = left_kg;
    let mut full = 0;
    let mut solids = solids;
    while full < tops.len() {
        full = 0;
        for (cell, top) in tops.iter_mut().enumerate() {
            if maker.package(packing, left, draw).is_none() {
                return parcels;
            }
            // Packages differ in size: another may fit where one does not.
            let room = [pitch[0] + 1e-6, region.y[1] - *top, pitch[2] + 1e-6];
            let fitting = (0..5).find_map(|_| {
                let parcel = placed(maker.package(packing, left, draw)?, packing, turn, &pitch, draw);
                (0..3).all(|axis| parcel.size[axis] <= room[axis]).then_some(parcel)
            });
            let Some(parcel) = fitting else {
                full += 1;
                continue;
            };
            let (kg, count) = (parcel.kg(), parcel.own.len() + parcel.wrap.len());
            let (column, behind) = ((cell / deep) as f64, (cell % deep) as f64);
            let spare = [pitch[0] - parcel.size[0], 0.0, pitch[2] - parcel.size[2]];
            let corner = [
                start[0] + column * pitch[0] + spare[0] * draw.unit(),
                *top,
                start[1] + behind * pitch[2] + spare[2] * draw.unit(),
            ];
            let Some(rest) = solids.checked_sub(count) else { return parcels };
            solids = rest;
            *top += parcel.size[1] + 2.0;
            parcels.push(parcel.moved(corner));
            left -= kg;
        }
    }
    parcels
}

/// A package as it comes to lie: across or lengthwise, either way round (whoever stacks them does not look), bags leaning.
fn placed(parcel: Parcel, packing: Packing, turn: bool, pitch: &Vector, draw: &mut Draw) -> Parcel {
    let parcel = if turn { parcel.turned(Axis::Y, FRAC_PI_2) } else { parcel };
    let parcel = if draw.chance(0.5) { parcel.turned(Axis::Y, PI) } else { parcel };
    if packing.is_soft() { leaning(parcel, pitch, draw) } else { askew(parcel, pitch, draw) }
}

/// A case as it was put down, not quite in line, if its place is wide enough for it.
pub(super) fn askew(parcel: Parcel, pitch: &Vector, draw: &mut Draw) -> Parcel {
    let turned = parcel.clone().turned(Axis::Y, draw.range(-0.1, 0.1));
    if turned.size[0] <= pitch[0] && turned.size[2] <= pitch[2] { turned } else { parcel }
}

/// A bag as it falls, if its place is wide enough for it.
fn leaning(parcel: Parcel, pitch: &Vector, draw: &mut Draw) -> Parcel {
    let (tilt, yaw) = (draw.range(-0.09, 0.09), draw.range(-0.12, 0.12));
    let fallen = parcel.clone().turned(Axis::Z, tilt).turned(Axis::Y, yaw);
    let fits = |p: &Parcel| p.size[0] <= pitch[0] && p.size[2] <= pitch[2];
    if fits(&fallen) {
        return fallen;
    }
    let tilted = parcel.clone().turned(Axis::Z, tilt);
    if fits(&tilted) { tilted } else { parcel }
}
