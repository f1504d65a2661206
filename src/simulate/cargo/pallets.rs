//! Regular cargo: pallets, sacks, drums, reels, bundles.

use crate::simulate::draw::Draw;
use crate::simulate::matter;
use crate::simulate::scene::{Bulk, Hold, Scene};
use crate::simulate::solid::{Shape, Solid};

fn kg_per_mm3(material: &str) -> f64 {
    matter::density(material).unwrap_or(1.0) * 1e-6
}

/// Two rows of pallets side by side, eight or nine layers of boxes with air holes.
pub(super) fn bananas(scene: &mut Scene, space: &Hold, draw: &mut Draw) {
    let mut left = space.x[0];
    while left + 1200.0 < space.x[1] {
        let layers = if space.y[1] - space.y[0] > 2340.0 { 9 } else { 8 };
        let mut top = space.y[0];
        for _side in 0..2 {
            let x = left + draw.range(0.0, 40.0);
            let base = scene.pallet([x, x + 1200.0], space.y[0], 1000.0) + draw.range(0.0, 26.0);
            for layer in 0..layers {
                let sway = draw.range(-8.0, 8.0);
                for column in 0..3 {
                    for _row in 0..2 {
                        let x0 = x + f64::from(column) * 400.0 + sway + draw.range(-2.0, 2.0);
                        let y0 = base + f64::from(layer) * 240.0 + draw.range(-1.5, 1.5);
                        banana_box(scene, [x0, x0 + 396.0], [y0, y0 + 238.0], draw);
                    }
                }
            }
            top = base + f64::from(layers) * 240.0;
        }
        let y = [space.y[0] + 144.0, top];
        scene.bulks.push(Bulk { x: [left, left + 1200.0], y, depth: 2000.0, material: "fruit", density: 0.88 });
        left += 1200.0 + draw.range(30.0, 60.0);
    }
}

/// A telescope box of 18 kg: board, hands of fruit that fill it unevenly, head space.
fn banana_box(scene: &mut Scene, x: [f64; 2], y: [f64; 2], draw: &mut Draw) {
    scene.case(x, y, 490.0, 5.0, "cardboard");
    // Lid and base overlap at the sides.
    scene.block([x[0], x[0] + 9.0], y, 200.0, "cardboard");
    scene.block([x[1] - 9.0, x[1]], y, 200.0, "cardboard");
    let fill = y[1] - 4.0 - draw.range(0.0, 14.0);
    let shape = Shape::Box { x: [x[0] + 9.0, x[1] - 9.0], y: [y[0] + 6.0, fill], depth: 480.0 };
    let fruit = Solid::new(shape, "fruit").dense(draw.around_one(0.04));
    scene.solids.push(fruit.grain(0.22, [55.0, 42.0], draw.seed()));
}

/// Sacks of 69 kg laid in courses, stacked by hand as high as the payload allows.
pub(super) fn coffee(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let (length, height) = (930.0, 205.0);
    let columns = ((space.x[1] - space.x[0]) / length).floor().max(1.0);
    let layers = (payload * 0.84 / (columns * 4.0 * 58.0)).floor().clamp(2.0, 10.0);
    for column in 0..columns as usize {
        for layer in 0..layers as usize {
            // Upper courses have sunk into the lower ones; the last one is not full everywhere.
            let rows = if layer + 1 == layers as usize { 2 + draw.below(3) } else { 4 };
            for _row in 0..rows {
                let shift = if layer % 2 == 0 { 0.0 } else { 0.12 * length };
                let x0 = (space.x[0] + column as f64 * length + shift + draw.range(-35.0, 35.0)).max(space.x[0]);
                let y0 = space.y[0] + layer as f64 * (height - 25.0) + draw.range(-10.0, 10.0);
                let x = [x0, (x0 + length + draw.range(-20.0, 40.0)).min(space.x[0] + columns * length)];
                let y = [y0.max(space.y[0]), y0 + height + draw.range(-12.0, 14.0)];
                let shape = Shape::Pillow { x, y, depth: 585.0 * draw.around_one(0.03) };
                let sack = Solid::new(shape, "coffee").dense(0.86 * draw.around_one(0.03));
                scene.solids.push(sack.grain(0.05, [60.0, 40.0], draw.seed()));
            }
        }
    }
    let y = [space.y[0], space.y[0] + (layers - 1.0) * (height - 25.0)];
    for column in 0..columns as usize {
        let left = space.x[0] + column as f64 * length;
        let bulk = Bulk { x: [left, left + length], y, depth: 2250.0, material: "coffee", density: 0.84 };
        scene.bulks.push(bulk);
    }
}

/// 200-litre drums, four abreast and staggered, one or two layers with boards between.
pub(super) fn drums(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let (radius, height) = (292.0, 880.0);
    let columns = ((space.x[1] - space.x[0]) / (2.0 * radius + 8.0)).floor().max(1.0) as usize;
    let mut left_kg = payload * 0.97;
    for layer in 0..2 {
        let base = space.y[0] + f64::from(layer) * (height + 20.0);
        let mut last = space.x[0];
        for column in 0..columns {
            if left_kg < 4.0 * 200.0 {
                break;
            }
            for row in 0..4 {
                let stagger = if row % 2 == 0 { 0.0 } else { 90.0 };
                let x = space.x[0] + radius + column as f64 * (2.0 * radius + 8.0) + stagger + draw.range(-4.0, 4.0);
                drum(scene, x, base, radius, height, draw);
                left_kg -= 200.0;
                last = x + radius;
            }
        }
        let y = [base, base + height];
        let mut left = space.x[0];
        while left + 1200.0 < last {
            scene.bulks.push(Bulk { x: [left, left + 1200.0], y, depth: 1750.0, material: "oil", density: 0.9 });
            left += 1200.0;
        }
        if layer == 0 && last > space.x[0] + 1.0 {
            scene.block([space.x[0], last], [base + height, base + height + 18.0], 2300.0 * 0.7, "wood");
        }
    }
}

fn drum(scene: &mut Scene, x: f64, base: f64, radius: f64, height: f64, draw: &mut Draw) {
    scene.add(Shape::Upright { x, y: [base, base + height], outer: radius, inner: radius - 1.2 }, "steel");
    for y in [base + 8.0, base + height - 14.0] {
        scene.add(Shape::Upright { x, y: [y, y + 2.4], outer: radius, inner: 0.0 }, "steel");
    }
    for share in [0.0, 0.35, 0.65, 0.985] {
        let y = base + share * height;
        scene.add(Shape::Upright { x, y: [y, y + 12.0], outer: radius + 5.0, inner: radius - 2.0 }, "steel");
    }
    let level = base + height * draw.range(0.91, 0.94);
    scene.add(Shape::Upright { x, y: [base + 10.4, level], outer: radius - 1.2, inner: 0.0 }, "oil");
}

/// Reels of 1.1 m diameter standing in two rows that interlock, with dunnage bags between some.
pub(super) fn paper_reels(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let radius = draw.range(540.0, 590.0);
    let height = draw.range(1180.0, 1350.0);
    let mass = std::f64::consts::PI * radius * radius * height * kg_per_mm3("paper");
    let mut count = (payload * 0.96 / mass).floor();
    let columns = ((space.x[1] - space.x[0] - 0.4 * radius) / (2.0 * radius + 12.0)).floor().max(1.0) as usize;
    for column in 0..columns {
        for row in 0..2 {
            if count < 1.0 {
                break;
            }
            count -= 1.0;
            let stagger = if row == 0 { 0.0 } else { 0.35 * radius };
            let x = space.x[0] + radius + column as f64 * (2.0 * radius + 12.0) + stagger + draw.range(-3.0, 3.0);
            let high = height * draw.around_one(0.004);
            let y = [space.y[0] + 4.0, space.y[0] + 4.0 + high];
            let reel =
                Solid::new(Shape::Upright { x, y, outer: radius, inner: 38.0 }, "paper").dense(draw.around_one(0.015));
            scene.solids.push(reel.grain(0.012, [300.0, 16.0], draw.seed()));
            scene.add(Shape::Upright { x, y, outer: 46.0, inner: 38.0 }, "cardboard");
        }
        let left = space.x[0] + column as f64 * (2.0 * radius + 12.0);
        let y = [space.y[0], space.y[0] + height];
        let x = [left, left + 2.0 * radius];
        scene.bulks.push(Bulk { x, y, depth: 1600.0, material: "paper", density: 1.0 });
    }
}

/// Pallets of tiles, about a tonne each and under a metre high, in one row along the middle.
pub(super) fn tiles(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut left = space.x[0];
    let mut left_kg = payload * 0.95;
    while left + 1150.0 < space.x[1] && left_kg > 1200.0 {
        let height = draw.range(560.0, 740.0);
        let (x, y0) = ([left, left + 1150.0], space.y[0]);
        let base = scene.pallet(x, y0, 800.0);
        let cartons = (height / 92.0).floor() as usize;
        for layer in 0..cartons {
            let y = base + layer as f64 * 92.0;
            for column in 0..3 {
                let x0 = x[0] + f64::from(column) * 383.0 + draw.range(-2.0, 2.0);
                let shape = Shape::Box { x: [x0, x0 + 378.0], y: [y, y + 88.0], depth: 610.0 };
                let stack = Solid::new(shape, "tile").dense(draw.around_one(0.02));
                scene.solids.push(stack.grain(0.03, [11.0, 300.0], draw.seed()));
            }
        }
        let top = base + cartons as f64 * 92.0;
        let bulk = Bulk { x, y: [base, top], depth: 610.0, material: "tile", density: 0.95 };
        scene.bulks.push(bulk);
        left_kg -= 1150.0 * (top - base) * 610.0 * kg_per_mm3("tile");
        left += 1150.0 + draw.range(15.0, 60.0);
    }
}

/// Bundles of boards, two abreast, with stickers every few courses and battens under each bundle.
pub(super) fn timber(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut left = space.x[0];
    let mut left_kg = payload * 0.95;
    while left_kg > 0.0 {
        let fitting: Vec<f64> = [3900.0, 4800.0, 3000.0].into_iter().filter(|l| left + l <= space.x[1]).collect();
        let Some(length) = draw.pick(&fitting) else { break };
        let mut base = space.y[0];
        for _bundle in 0..2 {
            if left_kg < 0.0 {
                break;
            }
            for place in [0.12, 0.5, 0.88] {
                let x = left + place * length;
                scene.block([x, x + 90.0], [base, base + 75.0], 2150.0, "wood");
            }
            base += 75.0;
            let courses = 16 + draw.below(5);
            for course in 0..courses {
                let y = base + course as f64 * 52.0;
                let (a, b) = (draw.range(0.0, 25.0), draw.range(0.0, 40.0));
                let shape = Shape::Box { x: [left + a, left + length - b], y: [y, y + 50.0], depth: 2130.0 };
                let boards = Solid::new(shape, "wood").dense(0.72 * draw.around_one(0.02));
                scene.solids.push(boards.grain(0.04, [700.0, 26.0], draw.seed()));
            }
            let top = base + courses as f64 * 52.0;
            let bulk = Bulk { x: [left, left + length], y: [base, top], depth: 2130.0, material: "wood", density: 0.7 };
            scene.bulks.push(bulk);
            for place in [0.1, 0.9] {
                let x = left + place * length;
                scene.case([x, x + 19.0], [base, top], 2140.0, 0.6, "steel");
            }
            left_kg -= length * (top - base) * 2130.0 * 0.7 * kg_per_mm3("wood");
            base = top;
        }
        left += length + draw.range(40.0, 150.0);
    }
}
