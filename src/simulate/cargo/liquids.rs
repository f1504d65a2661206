//! Liquids in drums, tanks and bottles.

use super::pallets::file_of_rounds;
use super::unit::{Unit, blocks, disturb, fill, lanes, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Shape, Solid};

/// Radius over the shell and height of a 208-l steel drum (ISO 15750-2) in mm.
const DRUM: [f64; 2] = [286.0, 878.0];

/// Steel drums of oil, four abreast and in one or two tiers with board between, or four to a pallet.
pub(super) fn drums(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let plastic = draw.chance(0.2);
    let content = draw.range(0.84, 0.93);
    let target = payload * draw.range(0.9, 0.98);
    if draw.chance(0.3) && space.width() > 2338.0 {
        return drums_on_pallets(scene, space, target, plastic, draw);
    }
    let ([radius, height], gap) = (DRUM, draw.range(2.0, 9.0));
    let pitch = 2.0 * (radius + 7.0) + gap;
    // Four abreast stand in line; where the hold is narrower they stand in the gaps of their neighbours.
    let dz = (space.width() - 2.0 * (radius + 7.0)) / 3.0;
    let dx = if dz + 0.5 < pitch - gap {
        (pitch * pitch - dz * dz).max(0.0).sqrt()
    } else {
        draw.pick(&[0.0, 0.5 * pitch, 30.0]).unwrap_or(0.0)
    };
    let columns = ((space.length() - dx - 2.0) / pitch).floor().max(0.0) as usize;
    let mut left_kg = target;
    let mut base = space.y[0];
    for tier in 0..2 {
        if base + height > space.y[1] - 30.0 || left_kg < 800.0 {
            break;
        }
        let (first, bare) = (space.x[0] + radius + 8.0, draw.chance(0.15));
        let mut last = space.x[0];
        'tier: for column in 0..columns {
            for row in 0..4 {
                let x =
                    first + column as f64 * pitch + if row % 2 == 0 { 0.0 } else { dx } + draw.range(-0.4, 0.4) * gap;
                let z = space.z[0] + radius + 7.0 + f64::from(row) * dz;
                if x + radius + 8.0 > space.x[1] || left_kg < 240.0 {
                    if left_kg < 240.0 {
                        break 'tier;
                    }
                    continue;
                }
                if bare && column + 1 == columns && row == 3 {
                    continue;
                }
                let before = scene.solids.len();
                drum(scene, [x, base, z], plastic, content, draw);
                left_kg -= scene.mass_kg(before) + 2.0;
                last = x + radius + 7.0;
            }
        }
        blocks(scene, [space.x[0], last], [base, base + height], space.z, "oil");
        base += height + 2.0;
        if tier == 0 && left_kg > 1600.0 {
            scene.block(
                [space.x[0], last.min(space.x[1])],
                [base, base + 12.0],
                [space.z[0] + 30.0, space.z[1] - 30.0],
                "wood",
            );
            left_kg -= (last - space.x[0]) * 12.0 * space.width() * 0.65e-6;
            base += 14.0;
        }
    }
}

fn drums_on_pallets(scene: &mut Scene, space: &Hold, target: f64, plastic: bool, draw: &mut Draw) {
    let side = 1168.0;
    let mut double = (target / 850.0 - 2.0 * (space.length() / (side + 25.0)).floor()).max(0.0) as usize;
    let mut left_kg = target;
    let content = draw.range(0.84, 0.93);
    let rows = lanes(space, &[side; 2], draw);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let (x, z) = (place.x[0], place.z[0]);
        let mut y = place.y[0];
        for tier in 0..2 {
            if tier == 1 && (double == 0 || y + 144.0 + DRUM[1] > place.y[1] - 40.0) {
                break;
            }
            double -= tier;
            let top = scene.pallet([x, x + side], y, [z, z + side]);
            for (dx, dz) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                drum(scene, [x + dx * side, top, z + dz * side], plastic, content, draw);
            }
            y = top + DRUM[1] + 2.0;
            scene.bulk([x, x + side], [top, y], [z, z + side], "oil");
        }
        disturb(scene, &unit, y, 14.0, draw);
    });
}

/// A drum: shell with lids, rolling hoops, chimes, and its filling. A few are part full or empty.
fn drum(scene: &mut Scene, [x, y, z]: [f64; 3], plastic: bool, density: f64, draw: &mut Draw) {
    let [radius, height] = DRUM;
    let (wall, material) = if plastic { (3.6, "plastic") } else { (1.1, "steel") };
    let shell = Shape::Cylinder { radius, half: height / 2.0 - 6.0 };
    scene.add(Solid::new(shell, [x, y + height / 2.0, z], material).hollow(wall));
    let rings: &[f64] = if plastic { &[6.0, 0.9 * 878.0, 872.0] } else { &[6.0, 300.0, 578.0, 872.0] };
    for at in rings {
        let shape = Shape::Cylinder { radius: radius + 5.0, half: 5.9 };
        scene.add(Solid::new(shape, [x, y + at, z], material).bored(if (50.0..800.0).contains(at) {
            radius
        } else {
            radius - 4.0
        }));
    }
    let level = match draw.below(60) {
        0 => 0.0,
        1 => draw.range(0.3, 0.8),
        _ => draw.range(0.945, 0.965),
    };
    if level > 0.0 {
        let half = level * (height - 14.0 - 2.0 * wall) / 2.0;
        let shape = Shape::Cylinder { radius: radius - wall - 0.5, half };
        let fill = Solid::new(shape, [x, y + 6.5 + wall + half, z], "oil");
        scene.add(packed(fill, density * draw.around_one(0.002)));
    }
}

/// Intermediate bulk containers of 1000 l: a bottle of polyethylene in a cage of tubes on a pallet, stacked in twos where
/// the payload asks for it.
pub(super) fn ibcs(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let (material, density) = draw
        .pick(&[("water", 1.0), ("oil", 0.9), ("water", 1.18), ("beverage", 1.05), ("water", 1.32)])
        .unwrap_or(("water", 1.0));
    let target = payload * draw.range(0.9, 0.99);
    let crosswise = draw.chance(0.5) && space.width() > 2420.0;
    let [long, wide] = if crosswise { [1000.0, 1200.0] } else { [1200.0, 1000.0] };
    let kg = 60.0 + 990.0 * density;
    let mut double = (target / kg - 2.0 * (space.length() / (long + 25.0)).floor()).max(0.0) as usize;
    let mut left_kg = target;
    let steel_pallet = draw.chance(0.4);
    let rows = lanes(space, &[wide; 2], draw);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let mut y = place.y[0];
        for tier in 0..2 {
            if tier == 1 && (double == 0 || y + 1165.0 > place.y[1] - 20.0) {
                break;
            }
            double -= tier;
            let at = [place.x[0], y, place.z[0]];
            ibc(scene, at, [long, wide], (material, density, steel_pallet), draw);
            scene.bulk([at[0], at[0] + long], [y + 150.0, y + 1100.0], [at[2], at[2] + wide], material);
            y += 1165.0;
        }
        disturb(scene, &unit, y, 18.0, draw);
    });
}

fn ibc(
    scene: &mut Scene,
    [x, y, z]: [f64; 3],
    [long, wide]: [f64; 2],
    kind: (&'static str, f64, bool),
    draw: &mut Draw,
) {
    let (material, density, steel_pallet) = kind;
    let (sx, sz) = ([x, x + long], [z, z + wide]);
    if steel_pallet {
        for near in [z, z + wide / 2.0 - 40.0, z + wide - 80.0] {
            scene.case(sx, [y, y + 120.0], [near, near + 80.0], 1.5, "steel");
        }
        scene.block(sx, [y + 121.0, y + 122.5], sz, "steel");
    } else {
        scene.pallet(sx, y, sz);
    }
    let (foot, top) = (y + 145.0, y + 1155.0);
    // The bottle: 2 mm of polyethylene, a lid and the outlet valve low in front.
    let half = [long / 2.0 - 26.0, (top - foot) / 2.0 - 10.0, wide / 2.0 - 26.0];
    let centre = [x + long / 2.0, f64::midpoint(foot, top), z + wide / 2.0];
    scene.add(Solid::new(Shape::Box { half }, centre, "plastic").hollow(2.2));
    let share = match draw.below(24) {
        0 => 0.0,
        1 => draw.range(0.2, 0.8),
        _ => draw.range(0.93, 0.975),
    };
    if share > 0.0 {
        let [a, b, c] = half.map(|h| h - 2.4);
        let low = centre[1] - b;
        let (x, z) = ([centre[0] - a, centre[0] + a], [centre[2] - c, centre[2] + c]);
        // The upright edges are round: the liquid stops short of them.
        let body = Shape::Box { half: [a - 28.0, b * share, c] };
        scene.add(packed(Solid::new(body, [centre[0], low + b * share, centre[2]], material), density));
        for side in [[x[0], x[0] + 27.9], [x[1] - 27.9, x[1]]] {
            let edge = Solid::cuboid(side, [low, low + 2.0 * b * share], [z[0] + 28.0, z[1] - 28.0], material);
            scene.add(packed(edge, density));
        }
    }
    scene.column(centre[0], [top - 8.0, top + 4.0], centre[2], 85.0, "plastic");
    scene.block(
        [x + long / 2.0 - 60.0, x + long / 2.0 + 60.0],
        [foot + 10.0, foot + 110.0],
        [z + 2.0, z + 23.0],
        "plastic",
    );
    // The cage: tubes of 18 by 1 mm as strips of their mean thickness, upright and level, on all four sides.
    for (a, b) in [(z + 1.0, z + 9.0), (z + wide - 9.0, z + wide - 1.0)] {
        for n in 0..7 {
            let left = x + 4.0 + f64::from(n) / 6.0 * (long - 26.0);
            scene.add(Solid::cuboid([left, left + 18.0], [foot, top], [a, b], "steel").dense(0.4));
        }
        for n in 0..6 {
            let low = foot + 4.0 + f64::from(n) / 5.0 * (top - foot - 22.0);
            scene.add(
                Solid::cuboid(
                    sx,
                    [low, low + 18.0],
                    [
                        a + 8.2 * if a < centre[2] { 1.0 } else { -1.0 },
                        b + 8.2 * if a < centre[2] { 1.0 } else { -1.0 },
                    ],
                    "steel",
                )
                .dense(0.4),
            );
        }
    }
    for (a, b) in [(x + 1.0, x + 9.0), (x + long - 9.0, x + long - 1.0)] {
        for n in 0..6 {
            let low = foot + 4.0 + f64::from(n) / 5.0 * (top - foot - 22.0);
            scene.add(Solid::cuboid([a, b], [low, low + 18.0], [z + 18.0, z + wide - 18.0], "steel").dense(0.4));
        }
    }
}

/// Wine and spirits in cartons, beer in crates, or beer in kegs, on pallets.
pub(super) fn beverages(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let target = payload * draw.range(0.88, 0.99);
    match draw.below(10) {
        0..2 => kegs(scene, space, target, draw),
        2..5 => bottles(scene, space, target, true, draw),
        _ => bottles(scene, space, target, false, draw),
    }
}

/// Pallets of 1000 by 1130 mm, bottles standing in line: bodies in a dark band, necks in a light one, board or crate between.
fn bottles(scene: &mut Scene, space: &Hold, target: f64, beer: bool, draw: &mut Draw) {
    // Radius, height of the body, of the whole bottle, and of a layer, in mm; density of glass and wine or beer together.
    let (radius, body, whole, layer, density) =
        if beer { (32.0, 150.0, 236.0, 268.0, 1.24) } else { (37.5, 195.0, 302.0, 318.0, 1.30) };
    let most = ((space.height() - 350.0) / layer).floor().clamp(1.0, 5.0);
    let layers = if draw.chance(0.4) { (most - 1.0).max(1.0) } else { most } as usize;
    let (long, wide) = (1000.0, 1120.0);
    let per_case = if beer { 5.0 } else { 4.0 };
    let cases = if beer { 2.0 } else { 3.0 };
    let pitch = long / (cases * per_case);
    let mut left_kg = target;
    let rows = lanes(space, &[wide; 2], draw);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let (x, z) = (place.x[0], place.z[0]);
        let base = scene.pallet([x, x + long], place.y[0], [z, z + wide]);
        let layers = if draw.chance(0.1) { layers.div_ceil(2) } else { layers };
        for number in 0..layers {
            let y = base + number as f64 * layer;
            for file in 0..(cases * per_case) as usize {
                let at = x + (file as f64 + 0.5) * pitch + draw.range(-0.5, 0.5);
                let foot = y + 6.0;
                let row =
                    file_of_rounds(at, [foot, foot + body], z + wide / 2.0, [radius, wide / 2.0 - 12.0], "beverage");
                scene.add(packed(row, density * 0.97));
            }
            let (thick, material) = if beer { (3.5, "plastic") } else { (4.0, "cardboard") };
            for case in 0..cases as usize {
                let left = x + case as f64 * long / cases;
                // Necks and shoulders of a case: about a fifth of the bodies' mass a height.
                let necks = Solid::cuboid(
                    [left + 8.0, left + long / cases - 6.0],
                    [y + 7.0 + body, y + whole - 4.0],
                    [z + 12.0, z + wide - 12.0],
                    "glass",
                );
                let density = if beer { 0.26 } else { 0.23 };
                scene.add(packed(necks, density).grain(0.25, [pitch / 2.0, 60.0], draw.seed()));
                scene.block([left, left + thick / 2.0], [y + 5.0, y + whole], [z, z + wide], material);
            }
            scene.block([x, x + long], [y + 1.0, y + 4.5], [z, z + wide], material);
        }
        let top = base + layers as f64 * layer;
        scene.bulk([x, x + long], [base, top], [z, z + wide], "beverage");
        disturb(scene, &unit, top - base, 12.0, draw);
    });
}

/// Steel kegs of 50 l, six to a layer, two to four layers with a board between.
fn kegs(scene: &mut Scene, space: &Hold, target: f64, draw: &mut Draw) {
    let (radius, height) = (198.0, 532.0);
    let layers = ((space.height() - 330.0) / (height + 16.0)).floor().clamp(1.0, 3.0) as usize;
    let empty = draw.chance(0.15);
    let mut left_kg = target;
    let rows = lanes(space, &[1000.0; 2], draw);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let (x, z) = (place.x[0], place.z[0]);
        let mut y = scene.pallet([x, x + 1200.0], place.y[0], [z, z + 1000.0]);
        let base = y;
        let layers = if draw.chance(0.15) { layers.max(2) - 1 } else { layers };
        for _ in 0..layers {
            for n in 0..6 {
                let at = [x + 200.0 + 400.0 * f64::from(n % 3), y, z + 250.0 + 500.0 * f64::from(n / 3)];
                let shell = Solid::new(
                    Shape::Cylinder { radius: radius - 4.0, half: 220.0 },
                    [at[0], y + 266.0, at[2]],
                    "steel",
                );
                scene.add(shell.hollow(1.6));
                for end in [22.0, height - 22.0] {
                    let chime = Shape::Cylinder { radius, half: 21.5 };
                    scene.add(Solid::new(chime, [at[0], y + end, at[2]], "steel").bored(radius - 2.5));
                }
                if !empty && !draw.chance(0.01) {
                    let shape = Shape::Cylinder { radius: radius - 6.0, half: 205.0 };
                    scene.add(Solid::new(shape, [at[0], y + 254.0, at[2]], "beverage"));
                }
            }
            y += height + 1.0;
            scene.block([x, x + 1200.0], [y, y + 12.0], [z, z + 1000.0], "wood");
            y += 13.0;
        }
        scene.bulk([x, x + 1200.0], [base, y], [z, z + 1000.0], "beverage");
        disturb(scene, &unit, y, 14.0, draw);
    });
}
