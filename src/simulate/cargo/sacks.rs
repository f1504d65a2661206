//! Goods in sacks and bags.

use super::unit::{Unit, blocks, disturb, fill, lanes, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Shape, Solid};

/// A filled sack lying flat: length, height and width in mm, net kg, content, size of its texture.
#[derive(Clone, Copy)]
struct Sack {
    size: [f64; 3],
    kg: f64,
    material: &'static str,
    amplitude: f64,
    grain: [f64; 2],
}

/// Jute sacks of 60, 69 or 70 kg of green coffee: 19 to 21 t in a 20-ft, up to the payload in a 40-ft box.
pub(super) fn coffee(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let kg = draw.pick(&[60.0, 69.0, 70.0]).unwrap_or(69.0);
    let size = [draw.range(890.0, 940.0), if kg < 65.0 { 186.0 } else { 208.0 }, 587.0];
    let sack = Sack { size, kg, material: "coffee", amplitude: 0.07, grain: [70.0, 40.0] };
    let most = if space.length() < 7000.0 { payload.min(21_000.0) } else { payload };
    by_hand(scene, space, most * draw.range(0.88, 0.99), sack, draw);
}

/// Jute sacks of 62.5 to 65 kg of cocoa beans, larger and lighter than coffee's, on a floor of pallets or board, with a
/// lane of air along the walls for the drying bags.
pub(super) fn cocoa(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let sack = Sack {
        size: [draw.range(960.0, 1010.0), draw.range(222.0, 236.0), 575.0],
        kg: draw.range(62.0, 65.0),
        material: "cocoa",
        amplitude: 0.12,
        grain: [110.0, 60.0],
    };
    let mut place = *space;
    place.z = [space.z[0] + 15.0, space.z[1] - 15.0];
    let most = if space.length() < 7000.0 { payload.min(18_500.0) } else { payload };
    let mut left = most * draw.range(0.9, 0.98);
    if draw.chance(0.4) {
        let first = scene.solids.len();
        let mut x = space.x[0];
        while x + 1200.0 < space.x[1] {
            for z in [[place.z[0], place.z[0] + 1000.0], [place.z[1] - 1000.0, place.z[1]]] {
                scene.pallet([x, x + 1200.0], space.y[0], z);
            }
            x += 1210.0;
        }
        if x > space.x[0] {
            place.y[0] += 144.0;
        }
        left -= scene.mass_kg(first);
    } else {
        scene.block(space.x, [space.y[0], space.y[0] + 4.0], space.z, "cardboard");
        place.y[0] += 4.0;
        left -= space.length() * space.width() * 4.0 * 0.6e-6;
    }
    by_hand(scene, &place, left, sack, draw);
}

/// Sacks laid in tiers over the whole floor, four abreast or some of them across, until `target` kg.
fn by_hand(scene: &mut Scene, space: &Hold, target: f64, sack: Sack, draw: &mut Draw) {
    let [length, height, width] = sack.size;
    let wide = space.width();
    let scale = (wide - 6.0) / (4.0 * width);
    let narrow = width * scale.min(1.02);
    let across = length.min((wide - 6.0 - narrow) / 2.0);
    // Lanes of a tier: width across, and whether its sacks lie across the container.
    let straight: &[(f64, bool)] = &[(narrow, false); 4];
    let mixed = [(across, true), (narrow, false), (across, true)];
    let flipped = [(across, true), (across, true), (narrow, false)];
    let mut left_kg = target;
    let mut y = space.y[0];
    let ramp = if draw.chance(0.5) { draw.range(20.0, 110.0) } else { 0.0 };
    let burst = if draw.chance(0.3) { draw.range(0.0, 250.0) as usize } else { usize::MAX };
    let (mut number, mut tier, mut full) = (0usize, 0usize, [space.x[1], space.y[0]]);
    while y + height < space.y[1] - 60.0 && left_kg > sack.kg {
        let lanes = match draw.below(10) {
            0..6 => straight,
            6..8 => &mixed[..],
            _ => &flipped[..],
        };
        let end = space.x[1] - ramp * tier as f64 * draw.range(0.6, 1.4);
        let mut near = space.z[0] + 3.0;
        let mut stops = Vec::new();
        for &(lane, crossed) in lanes {
            let long = if crossed { width * 1.01 } else { length };
            let mut x = space.x[0] + draw.range(0.0, 0.25 * long);
            // What is left of the lane is shared out among its sacks, which can be pressed a little.
            let count = ((end - x) / long + 0.12).floor().max(0.0);
            let pitch = if count > 0.0 { ((end - x) / count).min(long * 1.06) } else { long };
            for _ in 0..count as usize {
                if left_kg < sack.kg * 1.1 {
                    break;
                }
                number += 1;
                let flat = if number == burst { 0.6 } else { 1.0 };
                let high = (height * flat - draw.range(0.0, 16.0)).max(60.0);
                let half = [pitch / 2.0 - draw.range(2.0, 12.0), high / 2.0, lane / 2.0 - draw.range(1.0, 8.0)];
                let shape = Shape::Pillow { half };
                let kg = (sack.kg * flat * draw.around_one(0.015)).min(left_kg);
                let litres = shape.volume() * 1e-6;
                // Upper sacks settle into what the lower ones leave.
                let sink = draw.range(0.0, 8.0);
                let middle = (y + high / 2.0 - sink).max(space.y[0] + high / 2.0 + 2.0);
                let bag = Solid::new(shape, [x + pitch / 2.0, middle, near + lane / 2.0], sack.material);
                let bag = packed(bag, kg / litres).grain(sack.amplitude, sack.grain, draw.seed());
                let tilt = draw.normal().clamp(-2.0, 2.0) * 0.012;
                let tilted = bag.clone().turned(Axis::Z, tilt);
                let (low, far) = tilted.body.bounds();
                let inside = low[0] >= space.x[0] && far[0] <= space.x[1] && low[1] >= space.y[0];
                scene.add(if inside { tilted } else { bag });
                left_kg -= kg;
                x += pitch;
            }
            stops.push(x);
            near += lane;
        }
        let reach = stops.iter().copied().fold(f64::INFINITY, f64::min);
        if reach > space.x[0] + 0.75 * space.length() || tier == 0 {
            full = [full[0].min(reach), y + height];
        }
        y += height - 3.0;
        tier += 1;
    }
    blocks(scene, [space.x[0], full[0]], [space.y[0], full[1]], space.z, sack.material);
}

/// Fertiliser in 25-kg or 50-kg bags on pallets, or in big bags of a tonne.
pub(super) fn fertiliser(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let target = payload * draw.range(0.9, 0.99);
    if draw.chance(0.5) { big_bags(scene, space, target, draw) } else { bags_on_pallets(scene, space, target, draw) }
}

/// Big bags two abreast, in one tier or, where the floor is short, two; some on pallets.
fn big_bags(scene: &mut Scene, space: &Hold, target: f64, draw: &mut Draw) {
    let side = draw.range(900.0, 1010.0);
    let kg = draw.pick(&[500.0, 1000.0, 1000.0, 1000.0, 1250.0]).unwrap_or(1000.0);
    let density = draw.range(0.92, 1.02);
    let height = kg / (0.896 * side * side * density * 1e-6);
    let palletised = draw.chance(0.35);
    let places = 2.0 * (space.length() / (side + 30.0)).floor();
    let foot = if palletised { 144.0 } else { 0.0 };
    let mut double = (target / (kg + 22.0) - places).max(0.0) as usize;
    let mut left_kg = target;
    let rows = lanes(space, &[side + 70.0; 2], draw);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let (x, z) = (place.x[0] + side / 2.0, f64::midpoint(place.z[0], place.z[1]));
        let mut y = place.y[0];
        for tier in 0..2 {
            let bag = height * draw.around_one(0.03);
            if tier == 1 && (double == 0 || y + bag + foot + 120.0 > place.y[1]) {
                break;
            }
            double -= tier;
            if palletised {
                y = scene.pallet([x - 0.48 * side, x + 0.48 * side], y, [z - 0.48 * side, z + 0.48 * side]);
            }
            let first = Unit::begin(scene);
            big_bag(scene, [x, y, z], [side, bag], kg * draw.around_one(0.01), draw);
            first.lean(scene, Axis::Z, draw.normal().clamp(-2.0, 2.0) * 0.012);
            first.lean(scene, Axis::X, draw.normal().clamp(-2.0, 2.0) * 0.010);
            scene.bulk([x - side / 2.0, x + side / 2.0], [y, y + bag], [z - side / 2.0, z + side / 2.0], "fertiliser");
            y += bag + 25.0;
        }
    });
}

/// A big bag: the body, the cone of its filling below the closed skirt, and four lifting loops.
fn big_bag(scene: &mut Scene, [x, y, z]: [f64; 3], [side, height]: [f64; 2], kg: f64, draw: &mut Draw) {
    let squat = draw.range(0.98, 1.03);
    let half = [side / 2.0 * squat, height / 2.0 - 1.0, side / 2.0 / squat];
    let body = Shape::Pillow { half };
    let litres = body.volume() * 1e-6;
    let cone = Shape::Pillow { half: [side * 0.2, 12.0, side * 0.2] };
    let spare = cone.volume() * 1e-6;
    let density = kg / (litres + spare);
    for (shape, at) in [(body, y + height / 2.0), (cone, y + height + 12.0)] {
        let solid = Solid::new(shape, [x, at, z], "fertiliser");
        scene.add(packed(solid, density).grain(0.035, [220.0, 90.0], draw.seed()));
    }
    for (dx, dz) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
        let (left, near) = (x + dx * side * 0.36 - 25.0, z + dz * side * 0.36 - 4.0);
        scene.block([left, left + 50.0], [y + height - 4.0, y + height + 20.0], [near, near + 8.0], "plastic");
    }
}

/// Bags under a stretch hood: five a tier, three lengthwise and two across, turned about in every other tier.
fn bags_on_pallets(scene: &mut Scene, space: &Hold, target: f64, draw: &mut Draw) {
    let heavy = draw.chance(0.4);
    // 1200 by 1000 mm hold five bags of 600 by 400 mm; 50-kg bags are as long and thicker.
    let (kg, high) = if heavy { (50.0, 225.0) } else { (25.0, 118.0) };
    let tiers = draw.range(if heavy { 4.0 } else { 8.0 }, if heavy { 6.9 } else { 12.9 }) as usize;
    let rows = lanes(space, &[1010.0; 2], draw);
    let mut left_kg = target;
    let places = 2.0 * (space.length() / 1240.0).floor();
    let mut double = (target / (5.0 * kg * tiers as f64 + 25.0) - places).max(0.0) as usize;
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let (x, z) = (place.x[0], place.z[0]);
        let mut base = place.y[0];
        for storey in 0..2 {
            let tall = tiers as f64 * high + 200.0;
            if storey == 1 && (double == 0 || base + tall > place.y[1]) {
                break;
            }
            double -= storey;
            let foot = scene.pallet([x, x + 1200.0], base, [z, z + 1000.0]);
            for tier in 0..tiers {
                let y = foot + tier as f64 * high;
                for spot in 0..5 {
                    if tier + 1 == tiers && draw.chance(0.04) {
                        continue;
                    }
                    let (l, w) = (600.0, 400.0);
                    // Three lie across the pallet's length in one part, two along it in the other.
                    let (mut cx, cz, crossed) = if spot < 3 {
                        (w / 2.0 + w * f64::from(spot), l / 2.0, true)
                    } else {
                        (l / 2.0 + l * f64::from(spot - 3), l + w / 2.0, false)
                    };
                    let cz = if tier % 2 == 0 { cz } else { 1000.0 - cz };
                    cx += draw.range(-3.0, 3.0);
                    let [a, b] = if crossed { [w, l] } else { [l, w] };
                    let thick = high - draw.range(1.0, 9.0);
                    let half = [a / 2.0 - draw.range(3.0, 9.0), thick / 2.0, b / 2.0 - draw.range(1.0, 9.0)];
                    let shape = Shape::Pillow { half };
                    let density = kg * draw.around_one(0.01) / (shape.volume() * 1e-6);
                    let bag = Solid::new(shape, [x + cx, y + thick / 2.0 + 1.0, z + cz], "fertiliser");
                    scene.add(packed(bag, density).grain(0.03, [120.0, 40.0], draw.seed()));
                }
            }
            base = foot + tiers as f64 * high + 4.0;
            scene.bulk([x, x + 1200.0], [foot, base], [z, z + 1000.0], "fertiliser");
        }
        disturb(scene, &unit, base, 8.0, draw);
    });
}
