//! Goods on pallets.

use super::unit::{Unit, disturb, fill, lanes, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Shape, Solid};

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
    // A long container bears its weight on half its floor: pallets stand in one file down the middle, not quite in line.
    let single = space.length() > 8000.0 && draw.chance(0.6);
    let file = [wide + draw.range(100.0, 500.0)];
    let rows = if single { lanes(space, &file, draw) } else { lanes(space, &[wide, wide], draw) };
    let mut left_kg = payload * draw.range(0.9, 0.99);
    let cover = draw.chance(0.4);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let mut top = place.y[0];
        let z = place.z[0] + (place.z[1] - place.z[0] - wide) * draw.unit();
        for tier in 0..2 {
            let fits = place.y[1] - top > courses as f64 * course + 260.0;
            if tier == 1 && (double == 0 || !fits) {
                break;
            }
            double -= tier;
            let courses = if draw.chance(0.08) { courses.max(2) - 1 } else { courses };
            let (above, whole) =
                tile_pallet(scene, [place.x[0], top, z], [long, wide], (courses, course, standing), draw);
            top = above;
            // A board lies level on whole courses only.
            if cover && whole {
                scene.block([place.x[0], place.x[0] + long], [top, top + 18.0], [z, z + wide], "wood");
                top += 18.0;
            }
        }
        disturb(scene, &unit, top, 14.0, draw);
    });
}

/// A pallet of tiles; returns its top, and whether its top course is whole.
fn tile_pallet(
    scene: &mut Scene,
    at: [f64; 3],
    side: [f64; 2],
    goods: (usize, f64, bool),
    draw: &mut Draw,
) -> (f64, bool) {
    let ([x, floor, z], [long, wide], (courses, course, standing)) = (at, side, goods);
    let base = scene.pallet([x, x + long], floor, [z, z + wide]);
    let along = if standing { 8 } else { 3 };
    let length = (long - 8.0) / f64::from(along);
    let pitch = course + 3.0;
    // Cartons taken off the top course, from one end or here and there; some pallets carry trim in it, which is lower.
    let (taken, from_end) = (if draw.chance(0.45) { draw.below(2 * along as usize) } else { 0 }, draw.chance(0.6));
    let trim = if draw.chance(0.15) { draw.range(0.35, 0.8) } else { 1.0 };
    for number in 0..courses {
        let y = base + number as f64 * pitch;
        let top = number + 1 == courses && courses > 1;
        for column in 0..along {
            for row in 0..2 {
                let place = 2 * column as usize + row;
                let gone = if from_end { place < taken } else { draw.chance(taken as f64 / (4.0 * f64::from(along))) };
                if top && gone {
                    continue;
                }
                let left = x + 4.0 + f64::from(column) * length;
                let near = z + row as f64 * wide / 2.0;
                // Cartons stand off their places by some millimetres.
                let (dx, dz) = (draw.range(1.0, 3.0), draw.range(2.0, 9.0));
                let shift = draw.range(-0.9, 0.9) * dx + if row == 0 { 3.0 } else { -3.0 };
                let high = (course - draw.range(0.0, 6.0)) * if top { trim } else { 1.0 };
                let stack = Solid::cuboid(
                    [left + dx + shift, left + length - dx + shift],
                    [y, y + high],
                    [near + dz, near + wide / 2.0 - dz],
                    "tile",
                );
                // A carton of four tiles is about 40 mm thick: fine lines along the edges.
                let lines = if standing { [13.0, 400.0] } else { [300.0, 12.0] };
                scene.add(packed(stack, 1.82 * draw.around_one(0.015)).grain(0.05, lines, draw.seed()));
            }
        }
    }
    let top = base + courses as f64 * pitch;
    // Steel straps around it lengthwise, with edge boards, and film.
    for near in [z + 0.25 * wide, z + 0.75 * wide] {
        scene.block([x, x + long], [top + 1.0, top + 2.0], [near, near + 16.0], "steel");
        for left in [x, x + long - 3.0] {
            scene.block([left, left + 3.0], [base, top], [near - 20.0, near + 36.0], "cardboard");
        }
    }
    scene.bulk([x, x + long], [base, top - pitch.min(0.3 * (top - base))], [z, z + wide], "tile");
    (top + 3.0, taken == 0 || courses == 1)
}
