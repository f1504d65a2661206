//! Goods on pallets.

use super::unit::{Unit, disturb, fill, lanes, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Placed, Shape, Solid};

/// Outer height of a banana box (type 22XU), mm; its length is half, its width a third of a pallet's side.
const BANANA_BOX: f64 = 240.0;

/// Banana boxes on 1200 by 1000 mm pallets: six a layer, eight or nine layers, about a tonne. One row stands lengthwise,
/// the other crosswise: 9 and 11 pallets in a 40-ft reefer.
pub(super) fn bananas(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let most = ((space.height() - 144.0 - 60.0) / BANANA_BOX).floor().clamp(1.0, 9.0);
    let layers = if draw.chance(0.65) { most } else { (most - 1.0).max(1.0) } as usize;
    let widths = if draw.chance(0.5) { [1000.0, 1200.0] } else { [1200.0, 1000.0] };
    let rows = lanes(space, &widths, draw);
    let mut left_kg = payload;
    let net = draw.range(17.9, 19.4);
    let short = draw.chance(0.25);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, lane, draw| {
        let unit = Unit::begin(scene);
        let long = 2200.0 - widths[lane];
        // The last pallets by the doors are not always full.
        let last = short && place.x[1] - place.x[0] < 2.0 * long;
        let layers = if last { (layers / 2 + draw.below(3)).clamp(1, layers) } else { layers };
        banana_pallet(scene, place, [long, widths[lane]], (layers, net), draw);
        let high = layers as f64 * BANANA_BOX;
        disturb(scene, &unit, high, 9.0, draw);
    });
}

fn banana_pallet(scene: &mut Scene, place: &Hold, [long, wide]: [f64; 2], load: (usize, f64), draw: &mut Draw) {
    let (layers, net) = load;
    let (x, z) = (place.x[0], place.z[0]);
    let mut y = scene.pallet([x, x + long], place.y[0], [z, z + wide]);
    let (along, across) = if long > wide { (3, 2) } else { (2, 3) };
    // Boards at the corners are 5 mm thick; the boxes stand within them.
    let size = [(long - 16.0) / f64::from(along), (wide - 4.0) / f64::from(across)];
    let base = y;
    let crushed = if draw.chance(0.12) { draw.below(layers) } else { layers };
    let sway = draw.normal() * 0.5;
    for layer in 0..layers {
        let height =
            if layer == crushed { draw.range(0.82, 0.93) } else { draw.around_one(0.006) } * (BANANA_BOX - 2.0);
        let height = height.min(BANANA_BOX);
        let shift = (sway * layer as f64 + draw.range(-2.5, 2.5)).clamp(-7.0, 7.0);
        for column in 0..along {
            let left = x + 8.0 + f64::from(column) * size[0] + shift * 0.4;
            let side = [left + 1.0, left + size[0] - 1.0];
            let mut board = Solid::cuboid(side, [y, y + height], [z + 2.0, z + wide - 2.0], "cardboard");
            for row in 0..across {
                let near = z + 2.0 + f64::from(row) * size[1];
                // Lid over base: two walls at the ends, one thinner on top.
                let (ix, iz) = ([side[0] + 7.0, side[1] - 7.0], [near + 6.0, near + size[1] - 6.0]);
                let room = Solid::cuboid(ix, [y + 4.0, y + height - 4.0], iz, "fruit");
                board = board.without(room.body);
                let top = y + height - 6.0 - draw.range(0.0, 22.0);
                // Hands of bananas fill the middle more than the edges.
                let half = [(ix[1] - ix[0]) / 2.0 - 2.0, (top - y - 5.0) / 2.0, (iz[1] - iz[0]) / 2.0 - 2.0];
                let middle = [f64::midpoint(ix[0], ix[1]), f64::midpoint(y + 5.0, top), f64::midpoint(iz[0], iz[1])];
                let fruit = Solid::new(Shape::Pillow { half }, middle, "fruit");
                let litres = fruit.body.shape.volume() * 1e-6;
                let density = net * draw.around_one(0.025) / litres;
                scene.add(packed(fruit, density).grain(0.34, [62.0, 38.0], draw.seed()));
            }
            scene.add(board);
        }
        y += height + 1.0;
    }
    for (cx, cz) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
        let (left, near) = (x + cx * (long - 5.0), z + cz * (wide - 50.0));
        scene.block([left, left + 5.0], [base, y], [near, near + 50.0], "cardboard");
    }
    scene.bulk([x + 8.0, x + long - 8.0], [base, y], [z, z + wide], "fruit");
}

/// Ceramic tiles in cartons on pallets: 0.9 to 1.4 t a pallet under a metre high, two rows, two tiers only where the floor is
/// too short for the payload.
pub(super) fn tiles(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let wide = if draw.chance(0.6) { 800.0 } else { 1000.0 };
    let long = if wide > 900.0 { 1000.0 } else { 1200.0 };
    let standing = draw.chance(0.65);
    // Tiles stand on edge in cartons of a tile's height, or lie in flat ones.
    let course = draw.pick(&if standing { [310.0, 410.0, 610.0] } else { [86.0, 96.0, 110.0] }).unwrap_or(310.0);
    let target = draw.range(900.0, 1350.0);
    let high = target / (long * wide * 1.75e-6);
    let courses = (high / course).round().max(1.0) as usize;
    let pallet_kg = courses as f64 * course * long * wide * 1.75e-6 * 0.9;
    let places = 2.0 * (space.length() / (long + 30.0)).floor();
    let mut double = (payload * 0.95 / pallet_kg - places).max(0.0) as usize;
    let rows = lanes(space, &[wide, wide], draw);
    let mut left_kg = payload * draw.range(0.9, 0.99);
    let cover = draw.chance(0.5);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let mut top = place.y[0];
        for tier in 0..2 {
            let fits = place.y[1] - top > courses as f64 * course + 260.0;
            if tier == 1 && (double == 0 || !fits) {
                break;
            }
            double -= tier;
            let courses = if draw.chance(0.08) { courses.max(2) - 1 } else { courses };
            top = tile_pallet(scene, [place.x[0], top, place.z[0]], [long, wide], (courses, course, standing), draw);
            if cover {
                scene.block(
                    [place.x[0], place.x[0] + long],
                    [top, top + 18.0],
                    [place.z[0], place.z[0] + wide],
                    "wood",
                );
                top += 18.0;
            }
        }
        disturb(scene, &unit, top, 14.0, draw);
    });
}

/// A pallet of tiles; returns its top.
fn tile_pallet(scene: &mut Scene, at: [f64; 3], side: [f64; 2], goods: (usize, f64, bool), draw: &mut Draw) -> f64 {
    let ([x, floor, z], [long, wide], (courses, course, standing)) = (at, side, goods);
    let base = scene.pallet([x, x + long], floor, [z, z + wide]);
    let along = if standing { 8 } else { 3 };
    let length = long / f64::from(along);
    let missing = draw.chance(0.15).then(|| draw.below(along as usize));
    for number in 0..courses {
        let y = base + number as f64 * (course + 3.0);
        for column in 0..along {
            for row in 0..2 {
                let top = number + 1 == courses;
                if top && missing == Some(column as usize) && row == 0 {
                    continue;
                }
                let left = x + f64::from(column) * length;
                let near = z + f64::from(row) * wide / 2.0;
                let (dx, dz) = (draw.range(1.5, 4.0), draw.range(3.0, 9.0));
                let stack = Solid::cuboid(
                    [left + dx, left + length - dx],
                    [y, y + course - draw.range(0.0, 4.0)],
                    [near + dz, near + wide / 2.0 - dz],
                    "tile",
                );
                // A carton of four tiles is about 40 mm thick: fine lines along the edges.
                let lines = if standing { [13.0, 400.0] } else { [300.0, 12.0] };
                scene.add(packed(stack, 1.82 * draw.around_one(0.015)).grain(0.05, lines, draw.seed()));
            }
        }
    }
    let top = base + courses as f64 * (course + 3.0);
    scene.bulk([x, x + long], [base, top], [z, z + wide], "tile");
    top
}

/// A can: radius and height in mm, and how many layers a pallet may have: 425 ml, 850 ml, A10 catering and flat tuna cans.
const CANS: [(f64, f64, f64); 4] = [(36.7, 111.0, 13.0), (49.8, 119.0, 11.0), (78.0, 152.0, 8.0), (42.5, 42.0, 30.0)];

/// Canned food on pallets of 1200 by 1000 mm, cans in line: seen from the side, every row of cans behind each other is one
/// upright band, and lids and trays are thin level lines.
pub(super) fn canned_food(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let (radius, height, most) = draw.pick(&CANS).unwrap_or(CANS[0]);
    let side = if draw.chance(0.5) { [1000.0, 1130.0] } else { [1200.0, 1000.0] };
    let rows = lanes(space, &[side[1], side[1]], draw);
    let layers = (most - draw.range(0.0, 0.3 * most)).floor().max(1.0);
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
            y = can_pallet(scene, [place.x[0], y, place.z[0]], side, (radius, height, layers), draw);
        }
        disturb(scene, &unit, y - place.y[0], 12.0, draw);
    });
}

/// A pallet of cans; returns its top.
fn can_pallet(scene: &mut Scene, at: [f64; 3], side: [f64; 2], cans: (f64, f64, usize), draw: &mut Draw) -> f64 {
    let ([x, floor, z], [long, wide], (radius, height, layers)) = (at, side, cans);
    let base = scene.pallet([x, x + long], floor, [z, z + wide]);
    let pitch = 2.0 * radius + 0.8;
    let count = ((long - 8.0) / pitch).floor();
    let deep = ((wide - 8.0) / pitch).floor() * pitch / 2.0;
    let margin = (long - count * pitch) / 2.0;
    let top = base + layers as f64 * (height + 3.0);
    for number in 0..count as usize {
        let at = x + margin + (number as f64 + 0.5) * pitch;
        let shift = draw.range(-0.7, 0.7);
        let band = file_of_rounds(at + shift, [base, top], z + wide / 2.0, [radius, deep], "food");
        // Content, and the walls' steel: a tenth of its mass.
        scene.add(packed(band, 1.06 * draw.around_one(0.008)).grain(0.02, [40.0, height], draw.seed()));
    }
    for layer in 0..=layers {
        // Two lids of 0.2 mm and their seams; the tray or sheet between.
        let y = base + layer as f64 * (height + 3.0);
        let thick = if layer == 0 || layer == layers { 0.35 } else { 0.7 };
        let sheet = Solid::cuboid(
            [x + margin, x + long - margin],
            [y, y + thick],
            [z + wide / 2.0 - deep, z + wide / 2.0 + deep],
            "steel",
        );
        scene.add(sheet.dense(0.8));
    }
    scene.block([x, x + long], [top + 1.0, top + 5.0], [z, z + wide], "cardboard");
    scene.bulk([x, x + long], [base, top], [z, z + wide], "food");
    top + 6.0
}

/// A file of upright rounds one behind the other along the beam - cans, bottles - as one solid: an ellipse on the floor as
/// wide as one of them and as deep as the file, which has their area and, seen from the side, their profile.
pub(super) fn file_of_rounds(x: f64, y: [f64; 2], z: f64, [radius, deep]: [f64; 2], material: &'static str) -> Solid {
    use std::f64::consts::TAU;
    let corners: Vec<[f64; 2]> = (0..14)
        .map(|n| {
            let (sin, cos) = ((f64::from(n) + 0.5) / 14.0 * TAU).sin_cos();
            // The polygon's area is 0.967 of the ellipse's around it.
            [radius * cos, deep * sin * 1.017]
        })
        .map(|[a, b]| [a, b.clamp(-deep, deep)])
        .collect();
    let shape = Shape::Prism { corners, half: (y[1] - y[0]) / 2.0 };
    let body = Placed::new(shape, [x, f64::midpoint(y[0], y[1]), z]).turned(Axis::X, std::f64::consts::FRAC_PI_2);
    let mut solid = Solid::new(Shape::Box { half: [1.0; 3] }, [0.0; 3], material);
    solid.body = body;
    solid
}
