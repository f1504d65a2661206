//! Irregular cargo: machines, households, cartons stacked by hand.

use crate::simulate::draw::Draw;
use crate::simulate::scene::{Bulk, Content, Hold, Scene};
use crate::simulate::solid::{Shape, Solid};

/// Machines on skids, some in crates.
pub(super) fn machinery(scene: &mut Scene, space: &Hold, draw: &mut Draw) {
    let mut left = space.x[0];
    while space.x[1] - left > 1200.0 {
        let length = draw.range(1100.0, 2900.0).min(space.x[1] - left);
        let height = draw.range(1000.0, 2050.0);
        let x = [left, left + length];
        machine(scene, x, space.y[0], height, draw);
        if draw.chance(0.4) {
            let y = [space.y[0], space.y[0] + height + 60.0];
            scene.case(x, y, 1700.0, 18.0, "wood");
            scene.block([x[0], x[1]], [y[0] + 0.5 * height, y[0] + 0.5 * height + 90.0], 2.0 * 22.0, "wood");
        }
        let y = [space.y[0] + 150.0, space.y[0] + 0.6 * height];
        scene.bulks.push(Bulk { x, y, depth: 1000.0, material: "steel", density: 0.05 });
        left += length + draw.range(60.0, 350.0);
    }
}

/// A skid with a housing, shafts, motors, a gearbox, pipes and a control cabinet.
fn machine(scene: &mut Scene, x: [f64; 2], floor: f64, height: f64, draw: &mut Draw) {
    let length = x[1] - x[0];
    scene.block(x, [floor, floor + 90.0], 2.0 * 90.0, "wood");
    scene.block(x, [floor + 90.0, floor + 98.0], 1000.0 * 0.12, "steel");
    scene.block(x, [floor + 90.0, floor + 210.0], 2.0 * 9.0, "steel");
    let base = floor + 210.0;
    let top = floor + height;
    // Housing of sheet steel with ribs.
    let shell = [x[0] + 0.06 * length, x[0] + draw.range(0.55, 0.94) * length];
    scene.case(shell, [base, top - 0.15 * height], 1000.0, draw.range(3.0, 7.0), "steel");
    for _ in 0..3 {
        let at = draw.between(shell);
        scene.block([at, at + 12.0], [base, top - 0.2 * height], draw.range(60.0, 300.0), "steel");
    }
    // Motors: a shaft, windings, a finned frame.
    for _ in 0..2 + draw.below(3) {
        let long = draw.range(260.0, 520.0);
        let radius = draw.range(80.0, 190.0);
        let x0 = draw.range(x[0] + 20.0, (x[1] - long - 20.0).max(x[0] + 21.0));
        let y = draw.range(base + radius, (base + 0.6 * height - radius).max(base + radius + 1.0));
        let range = [x0, x0 + long];
        scene.add(Shape::Lying { x: range, y, outer: radius, inner: radius - 11.0 }, "aluminium");
        let core = [x0 + 0.2 * long, x0 + 0.8 * long];
        scene
            .solids
            .push(Solid::new(Shape::Lying { x: core, y, outer: radius - 12.0, inner: 0.0 }, "steel").dense(0.72));
        scene.add(Shape::Lying { x: [x0 - 60.0, x0 + long + 90.0], y, outer: 22.0, inner: 0.0 }, "steel");
    }
    // Gears, flywheels and pulleys seen face on, with their bores.
    for _ in 0..3 + draw.below(4) {
        let outer = draw.range(70.0, 260.0);
        let centre = [draw.range(x[0] + outer, (x[1] - outer).max(x[0] + outer + 1.0)), draw.range(base, top - outer)];
        let depth = draw.range(25.0, 110.0);
        scene.add(Shape::Disc { centre, outer, inner: 0.72 * outer, depth }, "steel");
        scene.add(Shape::Disc { centre, outer: 0.72 * outer, inner: 0.2 * outer, depth: 0.35 * depth }, "steel");
    }
    // A tank, pipes, beams at angles, a cabinet with electronics.
    let tank = draw.range(150.0, 280.0);
    let at = draw.range(x[0] + tank, x[1] - tank);
    scene.add(
        Shape::Upright { x: at, y: [base, base + draw.range(0.3, 0.6) * height], outer: tank, inner: tank - 5.0 },
        "steel",
    );
    if draw.chance(0.6) {
        let level = base + 0.25 * height;
        scene.add(Shape::Upright { x: at, y: [base, level], outer: tank - 5.0, inner: 0.0 }, "oil");
    }
    for _ in 0..5 {
        let y = draw.range(base, top - 100.0);
        let (a, b) = (draw.between(x), draw.between(x));
        scene.add(Shape::Lying { x: [a.min(b), a.max(b)], y, outer: draw.range(14.0, 40.0), inner: 11.0 }, "steel");
    }
    for _ in 0..2 {
        let size = [draw.range(400.0, 1100.0).min(0.7 * length), draw.range(50.0, 100.0)];
        let centre = [draw.range(x[0] + 0.5 * size[0], x[1] - 0.5 * size[0]), draw.range(base + 200.0, top - 200.0)];
        let angle = draw.range(-0.6, 0.6);
        scene.add(Shape::Tilted { centre, size, depth: draw.range(12.0, 50.0), angle }, "steel");
    }
    let cabinet = [x[1] - draw.range(300.0, 480.0), x[1] - 20.0];
    scene.case(cabinet, [base + 150.0, top], 500.0, 2.0, "steel");
    let inside = Shape::Box { x: [cabinet[0] + 20.0, cabinet[1] - 20.0], y: [base + 250.0, top - 80.0], depth: 300.0 };
    scene.solids.push(Solid::new(inside, "electronics").grain(0.7, [60.0, 45.0], draw.seed()));
    // Castings: dense, rounded bodies.
    for _ in 0..2 {
        let radii = [draw.range(80.0, 220.0), draw.range(80.0, 180.0), draw.range(40.0, 100.0)];
        let centre = [draw.range(x[0] + radii[0], (x[1] - radii[0]).max(x[0] + radii[0] + 1.0)), base + radii[1]];
        scene.add(Shape::Ellipsoid { centre, radii }, "steel");
    }
}

/// What a carton of general goods may hold.
fn goods(draw: &mut Draw) -> Content {
    let (material, density, amplitude, grain) = [
        ("textile", 0.9, 0.15, [120.0, 40.0]),
        ("paper", 0.75, 0.08, [90.0, 30.0]),
        ("electronics", 0.7, 0.5, [70.0, 70.0]),
        ("plastic", 0.25, 0.3, [60.0, 60.0]),
        ("wood", 0.4, 0.4, [80.0, 60.0]),
        ("water", 0.45, 0.3, [70.0, 110.0]),
        ("textile", 0.5, 0.2, [150.0, 60.0]),
    ][draw.below(7)];
    Content { material, density: density * draw.range(0.75, 1.2), amplitude, grain, slack: draw.range(0.0, 0.2) }
}

/// Cartons in three rows along the beam, stacked by hand to about 2 m; consignments of one kind stand together.
pub(super) fn cartons(scene: &mut Scene, space: &Hold, draw: &mut Draw) {
    let mut left = space.x[0];
    while space.x[1] - left > 700.0 {
        // One consignment.
        let content = goods(draw);
        let size = [draw.range(380.0, 620.0), draw.range(280.0, 460.0)];
        let columns = (2 + draw.below(4)).min(((space.x[1] - left) / size[0]) as usize).max(1);
        let layers = (draw.range(0.72, 0.93) * (space.y[1] - space.y[0]) / size[1]).floor() as usize;
        for _row in 0..4 {
            let short = draw.below(2);
            let lean = draw.range(-0.006, 0.006);
            for column in 0..columns {
                for layer in 0..layers.saturating_sub(if column % 2 == 0 { short } else { 0 }) {
                    let y0 = space.y[0] + layer as f64 * size[1] + draw.range(0.0, 3.0);
                    let x0 = left + column as f64 * size[0] + lean * (y0 - space.y[0]) + draw.range(-6.0, 6.0);
                    let varied = Content { density: content.density * draw.around_one(0.05), ..content };
                    let (x, y) = ([x0, x0 + size[0] - 4.0], [y0, y0 + size[1] - 3.0]);
                    scene.carton(x, y, 550.0, varied, draw);
                }
            }
        }
        let x = [left, left + columns as f64 * size[0]];
        let y = [space.y[0], space.y[0] + layers.saturating_sub(1) as f64 * size[1]];
        let bulk = Bulk { x, y, depth: 2100.0, material: content.material, density: content.density * 0.9 };
        scene.bulks.push(bulk);
        left = x[1] + draw.range(5.0, 90.0);
    }
}

/// Furniture and white goods on the floor, cartons and mattresses on top; three rows along the beam.
pub(super) fn household(scene: &mut Scene, space: &Hold, draw: &mut Draw) {
    let mut end = space.x[0];
    let mut once = [false; 10];
    for row in 0..3 {
        let mut left = space.x[0] + draw.range(0.0, 120.0);
        while space.x[1] - left > 750.0 {
            let drawn = draw.below(10);
            // A household has one refrigerator, one washing machine, one bicycle or so.
            let single = matches!(drawn, 0 | 1 | 4);
            let kind = if single && once[drawn] { 6 } else { drawn };
            once[drawn] |= single;
            let long = piece(scene, left, space, kind, draw);
            left += long + draw.range(15.0, 110.0);
        }
        if row == 0 {
            end = left;
        }
    }
    let mut left = space.x[0];
    while left + 1200.0 < end.min(space.x[1]) {
        let y = [space.y[0] + 100.0, space.y[0] + 1300.0];
        scene.bulks.push(Bulk { x: [left, left + 1200.0], y, depth: 1400.0, material: "wood", density: 0.08 });
        left += 1200.0;
    }
}

/// One piece and what is stacked on it; returns its length.
fn piece(scene: &mut Scene, left: f64, space: &Hold, kind: usize, draw: &mut Draw) -> f64 {
    let floor = space.y[0];
    let room = space.x[1] - left;
    let (long, top) = match kind {
        0 => {
            // Refrigerator: sheet, foam, compressor at the bottom.
            let (long, high) = (600.0, draw.range(1400.0, 1850.0));
            let x = [left, left + long];
            scene.case(x, [floor, floor + high], 600.0, 0.8, "steel");
            scene.case(x, [floor, floor + high], 600.0, 45.0, "foam");
            scene.add(Shape::Ellipsoid { centre: [left + 470.0, floor + 130.0], radii: [100.0, 90.0, 80.0] }, "steel");
            scene.block([left + 60.0, left + 540.0], [floor + 0.7 * high, floor + 0.7 * high + 50.0], 500.0, "foam");
            (long, floor + high)
        }
        1 => {
            // Washing machine: sheet, drum, concrete weight, motor.
            let x = [left, left + 600.0];
            scene.case(x, [floor, floor + 850.0], 580.0, 1.0, "steel");
            let centre = [left + 300.0, floor + 430.0];
            scene.add(Shape::Disc { centre, outer: 255.0, inner: 250.0, depth: 350.0 }, "steel");
            scene.add(Shape::Disc { centre, outer: 250.0, inner: 0.0, depth: 3.0 }, "steel");
            scene.block([left + 120.0, left + 480.0], [floor + 700.0, floor + 800.0], 130.0, "concrete");
            scene.add(
                Shape::Lying { x: [left + 330.0, left + 480.0], y: floor + 110.0, outer: 65.0, inner: 10.0 },
                "steel",
            );
            (600.0, floor + 850.0)
        }
        2 => {
            // Sofa: frame, springs, cushions.
            let long = draw.range(1500.0, 2100.0).min(room);
            let x = [left, left + long];
            scene.block(x, [floor + 80.0, floor + 130.0], 300.0, "wood");
            scene.add(Shape::Pillow { x, y: [floor + 100.0, floor + 450.0], depth: 700.0 }, "textile");
            scene.add(Shape::Pillow { x, y: [floor + 420.0, floor + 850.0], depth: 220.0 }, "textile");
            for spring in 0..(long / 110.0) as usize {
                let centre = [left + 60.0 + spring as f64 * 110.0, floor + 250.0];
                scene.add(Shape::Disc { centre, outer: 38.0, inner: 33.0, depth: 14.0 }, "steel");
            }
            (long, floor + 850.0)
        }
        3 => {
            // Wardrobe or shelf: boards, some things in it.
            let (long, high) = (draw.range(800.0, 1400.0).min(room), draw.range(1500.0, 2000.0));
            let x = [left, left + long];
            scene.case(x, [floor, floor + high], 550.0, 18.0, "wood");
            for shelf in 1..5 {
                let y = floor + f64::from(shelf) * high / 5.0;
                scene.block(x, [y, y + 18.0], 520.0, "wood");
                if draw.chance(0.6) {
                    let inside = Shape::Box {
                        x: [left + 40.0, left + draw.range(0.4, 0.9) * long],
                        y: [y + 18.0, y + 200.0],
                        depth: 350.0,
                    };
                    scene.solids.push(Solid::new(inside, "textile").dense(0.8).grain(0.4, [90.0, 50.0], draw.seed()));
                }
            }
            (long, floor + high)
        }
        4 => {
            // Bicycle: wheels, tubes.
            for x in [left + 350.0, left + 1400.0] {
                scene
                    .add(Shape::Disc { centre: [x, floor + 345.0], outer: 345.0, inner: 325.0, depth: 24.0 }, "rubber");
                scene.add(
                    Shape::Disc { centre: [x, floor + 345.0], outer: 325.0, inner: 308.0, depth: 9.0 },
                    "aluminium",
                );
                scene.add(Shape::Disc { centre: [x, floor + 345.0], outer: 24.0, inner: 0.0, depth: 90.0 }, "steel");
            }
            for (centre, long, angle) in [
                ([left + 900.0, floor + 560.0], 620.0, 0.62),
                ([left + 880.0, floor + 790.0], 560.0, 0.02),
                ([left + 690.0, floor + 560.0], 560.0, 1.85),
                ([left + 530.0, floor + 320.0], 430.0, -0.1),
                ([left + 1270.0, floor + 640.0], 700.0, 1.95),
            ] {
                scene.add(Shape::Tilted { centre, size: [long, 34.0], depth: 7.0, angle }, "steel");
            }
            scene.add(
                Shape::Disc { centre: [left + 740.0, floor + 300.0], outer: 90.0, inner: 70.0, depth: 4.0 },
                "steel",
            );
            (1745.0, floor + 1000.0)
        }
        5 => {
            // Table and chairs: boards and legs.
            let long = draw.range(1200.0, 1700.0).min(room);
            scene.block([left, left + long], [floor + 720.0, floor + 755.0], 800.0, "wood");
            for x in [left + 30.0, left + long - 100.0] {
                scene.block([x, x + 70.0], [floor, floor + 720.0], 140.0, "wood");
            }
            for chair in 0..2 {
                let x = left + 180.0 + f64::from(chair) * 520.0;
                scene.block([x, x + 420.0], [floor + 430.0, floor + 460.0], 400.0, "wood");
                scene.block([x, x + 40.0], [floor, floor + 900.0], 80.0, "wood");
                scene.block([x + 380.0, x + 420.0], [floor, floor + 430.0], 80.0, "wood");
            }
            (long, floor + 910.0)
        }
        _ => {
            // A stack of removal cartons.
            let mut y = floor;
            for _ in 0..4 + draw.below(2) {
                let high = draw.range(300.0, 420.0);
                let x0 = left + draw.range(0.0, 40.0);
                let content = goods(draw);
                scene.carton([x0, x0 + draw.range(480.0, 600.0)], [y, y + high], 520.0, content, draw);
                y += high + 3.0;
            }
            (650.0, y)
        }
    };
    // Something light on top: cartons or a mattress with its springs.
    let spare = space.y[1] - top;
    if spare > 450.0 && draw.chance(0.8) {
        let mut x0 = left + 10.0;
        while x0 + 420.0 < left + long {
            let wide = draw.range(380.0, 600.0).min(left + long - x0);
            let content = goods(draw);
            let high = draw.range(260.0, 400.0).min(spare - 20.0);
            let light = Content { density: 0.6 * content.density, ..content };
            scene.carton([x0, x0 + wide], [top, top + high], 480.0, light, draw);
            x0 += wide + draw.range(10.0, 60.0);
        }
    }
    long
}
