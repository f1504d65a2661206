//! Garments on hangers.

use super::cartons::Inside;
use super::piece::{Piece, Stowage};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::Axis;
use crate::simulate::texture::{Plates, Texture};

/// A consignment: coats, suits, shirts or dresses.
struct Sort {
    /// Length of a garment from the shoulder, mm.
    long: f64,
    /// Breadth of the shoulders, mm.
    shoulder: f64,
    /// From hanger to hanger, mm.
    pitch: f64,
    /// Mass of a garment in kg.
    kg: f64,
    /// See [`Plates`].
    ragged: f64,
}

impl Sort {
    fn draw(draw: &mut Draw) -> Self {
        let mut of = |long: [f64; 2], pitch: [f64; 2], kg: [f64; 2], ragged: f64| Self {
            long: draw.between(long),
            shoulder: draw.range(420.0, 520.0),
            pitch: draw.between(pitch),
            kg: draw.between(kg),
            ragged,
        };
        let sorts = [
            of([1150.0, 1350.0], [30.0, 42.0], [0.9, 1.6], 0.16),
            of([900.0, 1050.0], [26.0, 34.0], [0.7, 1.2], 0.10),
            of([740.0, 840.0], [17.0, 24.0], [0.20, 0.35], 0.12),
            of([1050.0, 1350.0], [17.0, 25.0], [0.25, 0.5], 0.30),
        ];
        let number = draw.below(4);
        let [a, b, c, d] = sorts;
        [a, b, c, d].into_iter().nth(number).unwrap_or(Self {
            long: 900.0,
            shoulder: 450.0,
            pitch: 25.0,
            kg: 0.5,
            ragged: 0.1,
        })
    }
}

/// Garments on hangers: bars along the container, four abreast, in one to three tiers. Garments hang close, 25 to 60 a metre,
/// and are seen edge on.
pub(super) fn garments_hanging(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    let mut left = space.x[0];
    while stowage.room(left) > 700.0 {
        let sort = Sort::draw(draw);
        let tiers = (((space.height() - 120.0) / (sort.long + 160.0)) as usize).max(1);
        let start = left;
        let end = (left + draw.range(1500.0, 4200.0)).min(space.x[1] - 20.0);
        let lanes = (space.width() / (sort.shoulder + 40.0)).floor().max(1.0);
        let step = space.width() / lanes;
        while end - left > 450.0 {
            // A bar is as long as two uprights stand apart.
            let long = (end - left).min(draw.range(1150.0, 1450.0));
            for tier in 0..tiers {
                let top = space.y[1] - 60.0 - tier as f64 * (sort.long + 160.0);
                for lane in 0..lanes as usize {
                    if draw.chance(0.04) {
                        continue;
                    }
                    let high = sort.long.min(top - space.y[0] - 130.0);
                    let piece = bar([long, high, step - 6.0], &sort, draw);
                    let low = top - piece.size[1];
                    stowage.put(scene, piece, [left, low, space.z[0] + 3.0 + lane as f64 * step]);
                }
            }
            left += long + draw.range(30.0, 70.0);
        }
        let y = [space.y[0] + 300.0, space.y[1] - 300.0];
        scene.bulk([start, left.min(space.x[1])], y, [space.z[0] + 100.0, space.z[1] - 100.0], "textile");
        // Belts, shoes and folded things travel below, on the floor.
        let free = space.height() - 60.0 - tiers as f64 * (sort.long + 160.0);
        if free > 330.0 && draw.chance(0.6) {
            let mut x = start + draw.range(0.0, 200.0);
            let folded = Inside::folded(draw);
            while x + 600.0 < left.min(space.x[1]) {
                let size = [draw.range(480.0, 590.0), draw.range(230.0, 300.0), 740.0];
                for row in 0..3 {
                    let carton = folded.carton(size, draw);
                    stowage.put(scene, carton, [x, space.y[0], space.z[0] + 20.0 + 775.0 * f64::from(row)]);
                }
                x += 610.0;
            }
        }
        left += draw.range(30.0, 300.0);
    }
}

/// One bar and what hangs on it.
fn bar([long, high, wide]: [f64; 3], sort: &Sort, draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([long, high + 95.0, wide]);
    let (middle, top) = (wide / 2.0, high + 95.0);
    piece.ring([long / 2.0, top - 16.0, middle], Axis::X, long / 2.0, [11.0, 13.5], "steel");
    // Straps hold the bar at its ends.
    for x in [8.0, long - 12.0] {
        piece.block([x, x + 4.0], [0.55 * high, top - 32.0], [middle - 20.0, middle + 20.0], "textile");
    }
    // The last hangers of a bar are missing here and there.
    let end = long - 18.0 - if draw.chance(0.3) { draw.range(0.0, 0.35) * long } else { 0.0 };
    let start = draw.range(14.0, 60.0);
    let half = sort.shoulder / 2.0;
    let z = [middle - half, middle + half];
    let seed = draw.seed();
    let shape = Plates { pitch: sort.pitch, thick: [0.42, 0.86], ragged: sort.ragged, shoulder: 0.13, seed };
    let count = (end - start) / sort.pitch;
    let litres = (end - start) * high * sort.shoulder * 1e-6;
    let density = sort.kg * count * draw.around_one(0.05) / litres;
    piece.arranged([[start, end], [0.0, high], z], ("textile", density), Texture::Plates(shape));
    // Hangers: hooks of 3-mm wire, and shoulders of wire or plastic below them.
    let hooks = Plates { thick: [0.14, 0.18], ragged: 0.0, shoulder: 0.0, ..shape };
    let hook = [middle - 4.0, middle + 4.0];
    piece.arranged([[start, end], [high + 2.0, top - 34.0], hook], ("steel", 1.0), Texture::Plates(hooks));
    piece
}
