//! Canned food and jars.

use super::unit::{Unit, disturb, fill, lanes, rounds};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::Solid;
use crate::simulate::texture::Rounds;

/// A can or jar.
struct Can {
    /// Radius and height, mm.
    size: [f64; 2],
    /// Most layers on a pallet.
    most: f64,
    /// See [`Rounds`].
    profile: &'static [[f64; 3]],
    wall: [f64; 2],
}

/// Lids of 0.2 mm of steel with their seams, and air under the upper one.
const TIN: &[[f64; 3]] = &[[0.0, 1.0, 1.6], [0.022, 1.0, 1.0], [0.915, 1.0, 0.02], [0.978, 1.0, 1.6]];
/// A flat can has no more air, but less height.
const FLAT: &[[f64; 3]] = &[[0.0, 0.96, 1.4], [0.06, 1.0, 1.0], [0.84, 1.0, 0.05], [0.94, 1.0, 1.6]];
/// A jar: base of thick glass, shoulders, lid.
const JAR: &[[f64; 3]] = &[
    [0.0, 0.95, 2.3],
    [0.05, 1.0, 1.0],
    [0.74, 1.0, 1.0],
    [0.82, 0.80, 0.05],
    [0.88, 0.80, 0.3],
    [0.985, 0.80, 0.0],
    [0.986, 0.0, 0.0],
];

/// Cans of 425 ml, 850 ml, catering size (A10), flat tuna cans; jars of 720 ml.
const CANS: [Can; 5] = [
    Can { size: [36.7, 111.0], most: 13.0, profile: TIN, wall: [0.25, 7.4] },
    Can { size: [49.8, 119.0], most: 11.0, profile: TIN, wall: [0.25, 7.4] },
    Can { size: [78.0, 152.0], most: 8.0, profile: TIN, wall: [0.3, 7.4] },
    Can { size: [42.5, 42.0], most: 30.0, profile: FLAT, wall: [0.25, 7.4] },
    Can { size: [43.0, 170.0], most: 7.0, profile: JAR, wall: [2.8, 2.4] },
];

/// Canned food on pallets of 1200 by 1000 mm: loose cans in each other's gaps with a sheet of board between layers, or trays
/// of them in line.
pub(super) fn canned_food(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let Some(can) = CANS.get(draw.below(CANS.len())) else { return };
    let height = can.size[1];
    let side = if draw.chance(0.5) { [1000.0, 1130.0] } else { [1200.0, 1000.0] };
    let trays = draw.chance(0.55);
    let rows = lanes(space, &[side[1], side[1]], draw);
    let layers = (can.most - draw.range(0.0, 0.3 * can.most)).floor().max(1.0);
    let tall = ((space.height() - 400.0) / (height + 3.0)).floor();
    let mut layers = layers.min(tall).max(1.0);
    let mut left_kg = payload * draw.range(0.9, 0.99);
    // Where the floor is too short for the payload, lower pallets are stacked in twos.
    let pallet_kg = |layers: f64| 25.0 + layers * height * side[0] * side[1] * 0.8e-6;
    let places = 2.0 * (space.length() / (side[0] + 25.0)).floor();
    if places * pallet_kg(layers) < 0.7 * left_kg && draw.chance(0.8) {
        layers = layers.min(((space.height() - 80.0) / 2.0 - 150.0) / (height + 3.0)).floor().max(1.0);
    }
    let mut double = (left_kg / pallet_kg(layers) - places).max(0.0) as usize;
    let layers = layers as usize;
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let mut y = place.y[0];
        for tier in 0..2 {
            let high = layers as f64 * (height + 3.0) + 150.0;
            if tier == 1 && (double == 0 || y + high > place.y[1] - 30.0) {
                break;
            }
            double -= tier;
            let layers = if draw.chance(0.08) { (layers * 2).div_ceil(3) } else { layers };
            y = pallet(scene, [place.x[0], y, place.z[0]], side, can, (layers, trays), draw);
        }
        disturb(scene, &unit, y - place.y[0], 12.0, draw);
    });
}

/// A pallet of cans; returns its top.
fn pallet(
    scene: &mut Scene,
    at: [f64; 3],
    side: [f64; 2],
    can: &Can,
    (layers, trays): (usize, bool),
    draw: &mut Draw,
) -> f64 {
    let ([x, floor, z], [long, wide], [radius, height]) = (at, side, can.size);
    let base = scene.pallet([x, x + long], floor, [z, z + wide]);
    let pitch = 2.0 * radius + if trays { draw.range(2.0, 4.5) } else { 1.2 };
    let count = ((long - 16.0) / pitch).floor();
    let deep = wide - 14.0;
    // Tall pallets of low cans: two or three layers are one solid, so that a container stays within its number of them.
    let together = layers.div_ceil(9);
    let step = height + 3.0;
    let kept = |draw: &mut Draw| if draw.chance(0.45) { draw.range(0.06, 0.7) } else { 1.0 };
    let mut done = 0;
    let mut y = base;
    while done < layers {
        let now = together.min(layers - done);
        let last = done + now == layers && layers > 2;
        let shift = draw.range(-4.0, 4.0);
        let left = x + (long - count * pitch) / 2.0 + shift;
        // The top layer may have only some rows left, so that its cans are seen one by one.
        let (share, columns) = if last { (kept(draw), (count * kept(draw)).ceil()) } else { (1.0, count) };
        let rows = (share * deep).max(2.2 * pitch).min(deep);
        let near = z + 7.0 + (deep - rows) * draw.unit();
        let own = Rounds {
            pitch,
            radius,
            layer: height + 1.0,
            profile: can.profile,
            wall: can.wall,
            staggered: !trays,
            group: if trays { 4 } else { 1 },
            jitter: if trays { pitch / 2.0 - radius } else { 0.6 },
            missing: 0.002,
            seed: draw.seed(),
        };
        let high = now as f64 * (height + 1.0);
        let across = [left, (left + columns * pitch).min(x + long)];
        scene.add(rounds(across, [y, y + high], [near, near + rows], own, ("food", 1.04)));
        y += high;
        let board =
            Solid::cuboid([x + 4.0, x + long - 4.0], [y + 0.3, y + 1.8], [z + 4.0, z + wide - 4.0], "cardboard");
        if !last {
            scene.add(board);
            y += 2.0;
        }
        done += now;
    }
    let top = base + layers as f64 * step;
    // Film around it all.
    scene.add(Solid::cuboid([x, x + long], [base, y], [z, z + wide], "plastic").hollow(0.3));
    scene.bulk([x, x + long], [base, y], [z, z + wide], "food");
    top.max(y) + 6.0
}
