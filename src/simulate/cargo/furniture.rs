//! New furniture from a factory: consignments of like pieces.

use super::piece::{Piece, Stowage};
use super::{cabinets, furnishings, seats};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};

/// A kind of furniture.
#[derive(Clone, Copy)]
enum Sort {
    Chairs,
    Tables,
    FlatPacks,
    Sofas,
    SofasAcross,
    Mattresses,
    Wardrobes,
    Chests,
}

const SORTS: [Sort; 8] = [
    Sort::Chairs,
    Sort::Tables,
    Sort::FlatPacks,
    Sort::Sofas,
    Sort::SofasAcross,
    Sort::Mattresses,
    Sort::Wardrobes,
    Sort::Chests,
];

impl Sort {
    fn piece(self, high: f64, draw: &mut Draw) -> Piece {
        match self {
            Self::Chairs => seats::chairs(if high > 1700.0 { 4 } else { 2 }, draw),
            Self::Tables => furnishings::table(high > 1560.0, draw),
            Self::FlatPacks => furnishings::flat_packs(draw),
            Self::Sofas => seats::sofa(draw),
            Self::SofasAcross => seats::sofa_across(draw),
            Self::Mattresses => furnishings::mattress(draw),
            Self::Wardrobes => cabinets::wardrobe(false, draw),
            Self::Chests => cabinets::chest(draw),
        }
    }
}

/// Consignments one behind the other, like pieces side by side and on each other, each pushed in by hand.
pub(super) fn furniture(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    let sorts = [draw.below(SORTS.len()), draw.below(SORTS.len()), draw.below(SORTS.len())];
    let fill = draw.range(0.8, 0.98);
    let mut left = space.x[0] + draw.range(0.0, 60.0);
    let mut tries = 0;
    while stowage.room(left) > 600.0 && tries < 12 {
        let Some(&sort) = SORTS.get(sorts[draw.below(3)]) else { break };
        let make = sort.piece(space.height() * fill, draw);
        let [long, high, wide] = make.size;
        let columns = ((stowage.room(left) - 40.0) / (long + 30.0)) as usize;
        let layers = ((space.height() * fill) / (high + 4.0)) as usize;
        let rows = ((space.width() - 12.0) / (wide + 6.0)) as usize;
        let columns = columns.min(1 + (draw.range(1200.0, 3800.0) / long) as usize);
        // As many solids as the consignment's length is of what is left.
        let fair = stowage.solids as f64 * (columns as f64 * (long + 30.0) / stowage.room(left)).min(1.0);
        if columns * layers * rows == 0 || (columns * layers * rows * make.solids.len()) as f64 > 1.4 * fair {
            tries += 1;
            continue;
        }
        let mut end = left;
        for column in 0..columns {
            for row in 0..rows {
                let free = space.width() - 12.0 - rows as f64 * wide;
                let near = space.z[0]
                    + 4.0
                    + row as f64 * (wide + free / rows as f64)
                    + draw.range(0.0, 0.6) * free / rows as f64;
                let push = draw.range(0.0, 26.0);
                let mut floor = space.y[0] + 2.0;
                for layer in 0..layers {
                    if layer > 0 && layer + 1 == layers && draw.chance(0.06) {
                        break;
                    }
                    let x = left + column as f64 * (long + 30.0) + push + draw.range(0.0, 4.0);
                    if stowage.put(scene, make.again(draw), [x, floor, near]) {
                        end = end.max(x + long);
                    }
                    floor += high + 3.0;
                }
            }
        }
        if end > left {
            let y = [space.y[0], space.y[0] + (layers as f64 * high * 0.9).max(210.0)];
            scene.bulk([left, end.min(space.x[1])], y, [space.z[0] + 4.0, space.z[1] - 4.0], "wood");
            left = end + draw.range(25.0, 160.0);
        } else {
            tries += 1;
        }
    }
}
