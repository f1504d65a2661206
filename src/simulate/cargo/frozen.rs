//! Frozen meat and fish: stowed by hand up to the load line, or on pallets, or loose.

use super::unit::{Unit, blocks, disturb, fill, lanes, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Shape, Solid};

/// Goods in cartons: outer length, height and width in mm, kg, material, texture.
#[derive(Clone, Copy)]
struct Carton {
    size: [f64; 3],
    kg: f64,
    material: &'static str,
    amplitude: f64,
    grain: [f64; 2],
}

/// Cartons of boneless meat of 27.2 kg (60 lb) or of cuts of about 20 kg.
pub(super) fn frozen_meat(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let (size, kg) = draw
        .pick(&[([560.0, 165.0, 376.0], 27.2), ([590.0, 150.0, 390.0], 22.0), ([570.0, 180.0, 380.0], 25.0)])
        .unwrap_or(([560.0, 165.0, 376.0], 27.2));
    let carton = Carton { size, kg, material: "meat", amplitude: 0.16, grain: [90.0, 60.0] };
    if draw.chance(0.6) {
        by_hand(scene, space, payload, carton, draw);
    } else {
        on_pallets(scene, space, payload, carton, draw);
    }
}

/// Cartons of fillets frozen in plates, stowed by hand or on pallets, or whole tuna in bulk.
pub(super) fn frozen_fish(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let carton =
        Carton { size: [395.0, 200.0, 296.0], kg: 20.0, material: "fish", amplitude: 0.2, grain: [500.0, 30.0] };
    match draw.below(10) {
        0..4 => by_hand(scene, space, payload, carton, draw),
        4..7 => on_pallets(scene, space, payload, carton, draw),
        _ => tuna(scene, space, payload, draw),
    }
}

/// Adds one carton with its foot's middle at a place: the frozen block within its board.
fn carton_at(scene: &mut Scene, at: [f64; 3], crossed: bool, carton: Carton, draw: &mut Draw) {
    let [l, h, w] = carton.size;
    let [l, w] = if crossed { [w, l] } else { [l, w] };
    let slack = draw.range(3.0, 0.06 * h + 6.0);
    let shape =
        Shape::Box { half: [l / 2.0 - draw.range(3.0, 7.0), (h - slack) / 2.0, w / 2.0 - draw.range(3.0, 7.0)] };
    let litres = shape.volume() * 1e-6;
    let block = Solid::new(shape, [at[0], at[1] + 2.0 + (h - slack) / 2.0, at[2]], carton.material);
    let kg = carton.kg * draw.around_one(0.03);
    scene.add(packed(block, kg / litres).grain(carton.amplitude, carton.grain, draw.seed()));
}

/// Tier upon tier over the whole floor, now and then one with the cartons turned across.
fn by_hand(scene: &mut Scene, space: &Hold, payload: f64, carton: Carton, draw: &mut Draw) {
    let [l, h, w] = carton.size;
    let mut left_kg = payload * draw.range(0.92, 0.985);
    // The cartons' bottoms and tops are one sheet a tier.
    let (gap, sheet) = (4.0, 3.0);
    let across_z = [space.z[0] + 5.0, space.z[1] - 5.0];
    let sheet_kg = space.length() * sheet * (across_z[1] - across_z[0]).max(0.0) * 0.6e-6;
    let crossing = draw.pick(&[0.0, 0.3, 0.5]).unwrap_or(0.0);
    let mut y = space.y[0];
    let (mut end, mut full, mut tiers) = (space.x[0], space.y[0], 0);
    while y + h + sheet < space.y[1] - 80.0 && left_kg > sheet_kg + 10.0 * carton.kg {
        let crossed = draw.chance(crossing);
        let [length, width] = if crossed { [w, l] } else { [l, w] };
        let across = ((space.width() - 4.0) / (width + 2.0)).floor().max(1.0);
        // Tiers step back towards the doors.
        let step = if draw.chance(0.5) { draw.range(0.0, 90.0) } else { 0.0 };
        let start = space.x[0] + draw.range(0.0, 40.0);
        let along = ((space.x[1] - step - start) / (length + gap)).floor().max(0.0);
        let pitch = space.width() / across;
        let mut reach = start;
        left_kg -= sheet_kg;
        'tier: for column in 0..along as usize {
            for row in 0..across as usize {
                if left_kg < 1.1 * carton.kg {
                    break 'tier;
                }
                let x = start + (column as f64 + 0.5) * (length + gap) + draw.range(-1.5, 1.5);
                let z = space.z[0] + (row as f64 + 0.5) * pitch + draw.range(-1.0, 1.0);
                let before = scene.solids.len();
                carton_at(scene, [x, y + sheet, z], crossed, carton, draw);
                left_kg -= scene.mass_kg(before);
                reach = x + length / 2.0;
            }
        }
        if reach < start + 100.0 {
            break;
        }
        scene.block([start, reach.min(space.x[1])], [y, y + sheet], across_z, "cardboard");
        if tiers == 0 || reach > 0.75 * end {
            (end, full) = (if tiers == 0 { reach } else { end.min(reach) }, y + h);
        }
        tiers += 1;
        y += h + sheet;
    }
    blocks(scene, [space.x[0], end], [space.y[0], full], space.z, carton.material);
}

/// Pallets of about a tonne: in one half of a layer the cartons lie lengthwise, in the other crosswise, turn and turn about.
fn on_pallets(scene: &mut Scene, space: &Hold, payload: f64, carton: Carton, draw: &mut Draw) {
    let [l, h, w] = carton.size;
    let deep = (600.0 / w).floor().max(1.0);
    let half = [w * deep, l];
    let wide = half[0] + half[1] + 4.0;
    let a_layer = (1200.0 / l).floor() * deep + (1200.0 / w).floor();
    let tall = ((space.height() - 144.0 - 250.0) / (h + 2.0)).floor();
    let layers = tall.min((draw.range(950.0, 1200.0) / (carton.kg * a_layer)).round()).max(1.0);
    let rows = lanes(space, &[wide; 2], draw);
    let mut left_kg = payload * draw.range(0.93, 0.99);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let (x, z) = (place.x[0], place.z[0]);
        let base = scene.pallet([x, x + 1200.0], place.y[0], [z, z + wide]);
        let layers = if draw.chance(0.1) { (layers - 2.0).max(1.0) } else { layers };
        for layer in 0..layers as usize {
            let y = base + layer as f64 * (h + 2.0);
            let flip = layer % 2 == 1;
            let sway = draw.range(-4.0, 4.0);
            let first = if flip { half[0] } else { half[1] };
            for (start, crossed) in [(z, !flip), (z + first + 4.0, flip)] {
                let ([length, width], deep) = if crossed { ([w, l], 1.0) } else { ([l, w], deep) };
                let count = (1200.0 / length).floor().max(1.0);
                let margin = (1200.0 - count * length) / 2.0;
                for column in 0..count as usize {
                    for row in 0..deep as usize {
                        let cx = x + margin + (column as f64 + 0.5) * length + sway;
                        carton_at(scene, [cx, y, start + (row as f64 + 0.5) * width], crossed, carton, draw);
                    }
                }
            }
        }
        let top = base + layers * (h + 2.0);
        scene.block([x, x + 1200.0], [top + 2.0, top + 6.0], [z, z + wide], "cardboard");
        scene.bulk([x, x + 1200.0], [base, top], [z, z + wide], carton.material);
        disturb(scene, &unit, top - base, 10.0, draw);
    });
}

/// Whole tuna for the cannery, frozen in brine and stowed loose: 30 to 60 kg each, head and tail along the container.
fn tuna(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let (length, height, width) = (draw.range(1050.0, 1250.0), draw.range(230.0, 270.0), draw.range(200.0, 230.0));
    let mut left_kg = payload * draw.range(0.85, 0.98);
    let across = (space.width() / width).floor().max(1.0);
    let pitch = space.width() / across;
    let most = ((space.height() - 500.0) / (height * 0.88)).floor().max(1.0);
    let mut top = space.y[0];
    'all: for tier in 0..most as usize {
        let y = space.y[0] + height * (0.53 + 0.88 * tier as f64);
        // Every other tier lies in the hollows of the one below.
        let nested = tier % 2 == 1;
        let shift = if nested { 0.5 } else { 0.0 };
        for row in 0..(across as usize).saturating_sub(usize::from(nested)) {
            // Every file starts where it likes, so that heads and tails do not line up.
            let mut x = space.x[0] + 8.0 + draw.range(0.0, 0.6) * length;
            loop {
                let scale = draw.range(0.84, 1.0);
                let radii = [length * scale / 2.0, height * scale * 0.49, width * scale * 0.49];
                let z = space.z[0] + (row as f64 + 0.5 + shift) * pitch;
                let middle = [x + radii[0], y + draw.range(-6.0, 6.0), z];
                let fish = Solid::new(Shape::Ellipsoid { radii }, middle, "fish");
                let fish = packed(fish, 1.0).grain(0.05, [80.0, 40.0], draw.seed());
                let fish = fish.turned(Axis::Z, draw.normal().clamp(-2.5, 2.5) * 0.02);
                let (low, high) = fish.body.bounds();
                let kg = crate::simulate::scene::mass_kg(&fish);
                if kg > left_kg {
                    break 'all;
                }
                if high[0] > space.x[1] {
                    break;
                }
                x += 2.0 * radii[0] + draw.range(2.0, 60.0);
                if low[0] >= space.x[0] && low[1] >= space.y[0] && high[1] <= space.y[1] {
                    left_kg -= kg;
                    top = y;
                    scene.add(fish);
                }
            }
        }
    }
    blocks(scene, space.x, [space.y[0], top], space.z, "fish");
}
