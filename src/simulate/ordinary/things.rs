//! Things left in a box, as solids from the origin on. Sizes in mm are those of common makes.

use crate::simulate::draw::Draw;
use crate::simulate::scene::Scene;
use crate::simulate::solid::{Axis, Shape, Solid};
use std::f64::consts::{FRAC_PI_2, TAU};

/// A cylinder along x.
fn rod(from: [f64; 3], long: f64, radius: f64, material: &'static str) -> Solid {
    let shape = Shape::Cylinder { radius, half: long / 2.0 };
    Solid::new(shape, [from[0] + long / 2.0, from[1], from[2]], material).turned(Axis::Z, FRAC_PI_2)
}

/// A disc or ring that faces the source: a cylinder along z.
fn disc(centre: [f64; 3], radius: f64, half: f64) -> (Shape, [f64; 3]) {
    (Shape::Cylinder { radius, half }, centre)
}

/// A sledge hammer of 3 to 6 kg, lying.
pub(super) fn hammer(draw: &mut Draw) -> Vec<Solid> {
    let long = draw.range(500.0, 900.0);
    let head = draw.range(55.0, 75.0);
    vec![
        Solid::cuboid([0.0, head], [0.0, head], [0.0, 2.4 * head], "steel"),
        rod([head + 1.0, head / 2.0, 1.2 * head], long, 16.0, "wood"),
    ]
}

/// A coil of lashing chain, two or three turns high, with a loose end: links of 8 to 13 mm steel fill about a third of it.
pub(super) fn chain(draw: &mut Draw) -> Vec<Solid> {
    let (radius, turn) = (draw.range(130.0, 240.0), draw.range(38.0, 60.0));
    let mut all = Vec::new();
    for course in 0..2 + draw.below(3) {
        let around = radius * draw.range(0.85, 1.0);
        let centre = [radius, (course as f64 + 0.5) * (turn + 1.0), radius];
        let coil = Solid::new(Shape::Cylinder { radius: around, half: turn / 2.0 }, centre, "steel");
        let inner = around - draw.range(50.0, 90.0);
        all.push(coil.dense(draw.range(0.2, 0.34)).bored(inner).grain(0.5, [24.0, 14.0], draw.seed()));
    }
    for link in 0..4 + draw.below(10) {
        let x = 2.0 * radius + 6.0 + link as f64 * 46.0;
        let z = radius + draw.range(-25.0, 25.0);
        let flat = if link % 2 == 0 { [12.0, 30.0] } else { [30.0, 12.0] };
        all.push(Solid::cuboid([x, x + 44.0], [0.0, flat[0]], [z, z + flat[1]], "steel").dense(0.6));
    }
    all
}

/// Webbing on rolls with their ratchets.
pub(super) fn straps(draw: &mut Draw) -> Vec<Solid> {
    let mut all = Vec::new();
    for number in 0..2 + draw.below(4) {
        let x = number as f64 * 170.0;
        let (shape, centre) = disc([x + 70.0, 70.0, 80.0], 70.0, 26.0);
        all.push(Solid::new(shape, centre, "textile").dense(3.0).turned(Axis::X, FRAC_PI_2));
        all.push(Solid::cuboid([x + 10.0, x + 130.0], [5.0, 45.0], [115.0, 175.0], "steel").dense(0.35));
    }
    all
}

/// Rubber or wooden wedges.
pub(super) fn chocks(draw: &mut Draw) -> Vec<Solid> {
    let material = if draw.chance(0.5) { "rubber" } else { "wood" };
    let (long, high) = (draw.range(180.0, 300.0), draw.range(110.0, 180.0));
    let corners = vec![[-long / 2.0, -high / 2.0], [long / 2.0, -high / 2.0], [long / 2.0, high / 2.0]];
    (0..2 + draw.below(3))
        .map(|number| {
            let x = long / 2.0 + number as f64 * (long + 30.0);
            Solid::new(Shape::Prism { corners: corners.clone(), half: 75.0 }, [x, high / 2.0, 75.0], material)
        })
        .collect()
}

/// A car's or a lorry's wheel, standing or lying.
pub(super) fn wheel(draw: &mut Draw) -> Vec<Solid> {
    let (radius, half) = if draw.chance(0.6) { (315.0, 100.0) } else { (510.0, 145.0) };
    let rim = 0.6 * radius;
    let centre = [radius, half, radius];
    let at = |radius: f64, half: f64, material| Solid::new(Shape::Cylinder { radius, half }, centre, material);
    // The carcass is a ring of rubber around air, thickest under the tread; its steel belt is a tenth of its mass.
    let tread = 0.075 * radius;
    let air = at(radius - tread - 3.0, half - 15.0, "rubber").body;
    let tyre = at(radius, half, "rubber").bored(rim + 2.0).without(air);
    let belt = at(radius - tread, 0.8 * half, "steel").bored(radius - tread - 2.5);
    // The rim: flanges on both sides, a well between them; a dish with a hub hole, bolt holes and hand holes.
    let well = at(0.9 * rim, 0.4 * half, "steel").bored(0.9 * rim - 4.0);
    let mut solids = vec![tyre, belt, well];
    for side in [-0.66, 0.66] {
        let flange = Solid::new(
            Shape::Frustum { radii: [0.92, 1.0].map(|share| share * rim), half: 0.25 * half },
            [radius, half + side * half, radius],
            "steel",
        );
        let inner = Shape::Frustum { radii: [0.92, 1.0].map(|share| share * rim - 5.0), half: 0.25 * half };
        let flange = flange.without(Solid::new(inner, [radius, half + side * half, radius], "steel").body);
        solids.push(if side < 0.0 { flange.turned(Axis::X, std::f64::consts::PI) } else { flange });
    }
    let mut dish = Solid::new(Shape::Cylinder { radius: 0.9 * rim - 5.0, half: 5.0 }, centre, "steel").bored(0.3 * rim);
    for hole in 0..8 {
        let (sin, cos) = (f64::from(hole) * std::f64::consts::FRAC_PI_4).sin_cos();
        let place = [radius + 0.66 * rim * sin, half, radius + 0.66 * rim * cos];
        let hole = Solid::new(Shape::Cylinder { radius: 0.11 * rim, half: 6.0 }, place, "steel");
        dish = dish.without(hole.body);
    }
    solids.push(dish);
    if draw.chance(0.5) {
        return solids;
    }
    // Standing: its axle along the beam.
    let pivot = [radius, radius, radius];
    solids
        .into_iter()
        .map(|solid| {
            let shift = [0.0, radius - half, half - radius];
            solid.moved([0.0, radius - half, 0.0]).turned_about(pivot, Axis::X, FRAC_PI_2).moved([0.0, 0.0, shift[2]])
        })
        .collect()
}

/// A portable generator of 3 to 6 kW: frame, motor block, alternator, tank.
pub(super) fn generator(draw: &mut Draw) -> Vec<Solid> {
    let (long, high, deep) = (draw.range(600.0, 720.0), draw.range(440.0, 540.0), draw.range(430.0, 540.0));
    let mut all = Vec::new();
    for z in [14.0, deep - 14.0] {
        for y in [14.0, high - 14.0] {
            all.push(rod([0.0, y, z], long, 14.0, "steel").bored(11.5));
        }
        for x in [14.0, long - 14.0] {
            let shape = Shape::Cylinder { radius: 13.0, half: high / 2.0 - 29.0 };
            all.push(Solid::new(shape, [x, high / 2.0, z], "steel").bored(10.5));
        }
    }
    let middle = deep / 2.0;
    all.push(Solid::cuboid([70.0, 300.0], [60.0, 290.0], [middle - 110.0, middle + 110.0], "aluminium").dense(0.55));
    all.push(Solid::cuboid([120.0, 220.0], [150.0, 270.0], [middle + 111.0, middle + 150.0], "steel").dense(0.3));
    all.push(rod([305.0, 170.0, middle], long - 390.0, 105.0, "steel").dense(0.75));
    all.push(Solid::cuboid([50.0, long - 50.0], [high - 160.0, high - 32.0], [60.0, deep - 60.0], "steel").hollow(1.2));
    let fuel = draw.range(10.0, 115.0);
    all.push(Solid::cuboid([52.0, long - 52.0], [high - 158.0, high - 158.0 + fuel], [62.0, deep - 62.0], "oil"));
    all
}

/// A data logger in its box, or a tracker with its battery.
pub(super) fn logger(draw: &mut Draw) -> Vec<Solid> {
    let size = [draw.range(70.0, 160.0), draw.range(40.0, 110.0), draw.range(25.0, 60.0)];
    vec![
        Solid::cuboid([0.0, size[0]], [0.0, size[1]], [0.0, size[2]], "plastic").hollow(3.0),
        Solid::cuboid([6.0, size[0] - 6.0], [6.0, 0.6 * size[1]], [5.0, size[2] - 5.0], "electronics").dense(3.0),
    ]
}

/// An inflated dunnage bag: paper and film around air.
pub(super) fn dunnage_bag(draw: &mut Draw) -> Vec<Solid> {
    let half = [draw.range(80.0, 150.0), draw.range(350.0, 600.0), draw.range(350.0, 450.0)];
    vec![Solid::new(Shape::Pillow { half }, half, "paper").hollow(2.0)]
}

/// Squared timber across or along the box.
pub(super) fn beams(draw: &mut Draw) -> Vec<Solid> {
    let (long, side) = (draw.range(900.0, 2200.0), draw.range(75.0, 110.0));
    let along = draw.chance(0.4);
    (0..=draw.below(5))
        .map(|number| {
            let (row, up) = ((number % 3) as f64 * (side + 12.0), (number / 3) as f64 * (side + 1.0));
            let (y, across, length) = ([up, up + side], [row, row + side], [0.0, long]);
            if along { Solid::cuboid(length, y, across, "wood") } else { Solid::cuboid(across, y, length, "wood") }
        })
        .collect()
}

/// Empty pallets on each other.
pub(super) fn pallets(draw: &mut Draw) -> Vec<Solid> {
    let mut stack = Scene::default();
    let mut top = 0.0;
    for _ in 0..2 + draw.below(7) {
        let (x, z) = (draw.range(0.0, 25.0), draw.range(0.0, 25.0));
        top = stack.pallet([x, x + 1200.0], top, [z, z + 800.0]) + 1.0;
    }
    stack.solids
}

/// A broom that leans as if against a wall.
pub(super) fn broom(draw: &mut Draw) -> Vec<Solid> {
    let lean = draw.range(-0.3, 0.3);
    let long = draw.range(1200.0, 1500.0);
    let (reach, up) = (long * f64::sin(lean).abs(), long * f64::cos(lean));
    let stick = Shape::Cylinder { radius: 13.0, half: long / 2.0 };
    vec![
        Solid::new(stick, [reach / 2.0 + 160.0, up / 2.0 + 95.0, 32.0], "wood").turned(Axis::Z, lean),
        Solid::cuboid(
            [if lean > 0.0 { reach } else { 0.0 }, if lean > 0.0 { reach + 320.0 } else { 320.0 }],
            [55.0, 80.0],
            [0.0, 65.0],
            "wood",
        ),
        Solid::cuboid(
            [if lean > 0.0 { reach } else { 0.0 }, if lean > 0.0 { reach + 320.0 } else { 320.0 }],
            [0.0, 54.0],
            [0.0, 65.0],
            "plastic",
        )
        .dense(0.25),
    ]
}

/// A plastic crate of twenty half-litre bottles, most of them full.
pub(super) fn drinks(draw: &mut Draw) -> Vec<Solid> {
    let open = Solid::cuboid([4.0, 396.0], [5.0, 400.0], [4.0, 296.0], "plastic").body;
    let mut all = vec![Solid::cuboid([0.0, 400.0], [0.0, 290.0], [0.0, 300.0], "plastic").without(open)];
    for place in 0..20 {
        if draw.chance(0.15) {
            continue;
        }
        let (x, z) = (44.0 + f64::from(place % 5) * 78.0, 40.0 + f64::from(place / 5) * 73.0);
        // A bottle and its beer: glass of 350 g makes half a litre denser.
        let shape = Shape::Cylinder { radius: 33.0, half: 85.0 };
        all.push(Solid::new(shape, [x, 92.0, z], "water").dense(1.25));
        let neck = Shape::Cylinder { radius: 13.0, half: 30.0 };
        all.push(Solid::new(neck, [x, 208.0, z], "water").dense(1.4));
    }
    // Turned on the floor by a few degrees more or less.
    let turn = draw.range(-0.05, 0.05) * TAU / 6.0;
    let pivot = [200.0, 0.0, 150.0];
    all.into_iter().map(|solid| solid.turned_about(pivot, Axis::Y, turn).moved([15.0, 0.0, 20.0])).collect()
}
