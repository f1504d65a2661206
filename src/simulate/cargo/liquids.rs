//! Liquids in drums, tanks and bottles.

use super::unit::{Unit, blocks, disturb, fill, lanes, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Shape, Solid};

/// Radius over the shell and height of a 208-l steel drum (ISO 15750-2) in mm.
const DRUM: [f64; 2] = [286.0, 878.0];

/// Steel drums of oil, four abreast and in one or two tiers with board between, or four to a pallet.
pub(super) fn drums(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let plastic = draw.chance(0.2);
    let content = Filling::draw(draw);
    let target = payload * draw.range(0.9, 0.98);
    if draw.chance(0.3) && space.width() > 2338.0 {
        return drums_on_pallets(scene, space, target, (plastic, content), draw);
    }
    // Drums are rolled into place by hand: they stand off their line by up to 8 mm.
    let ([radius, height], gap) = (DRUM, draw.range(5.0, 18.0));
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
    // What does not fill a second tier stands from the front on, in two rows all along, or here and there.
    let upper = draw.below(3);
    for tier in 0..2 {
        if base + height > space.y[1] - 30.0 || left_kg < 800.0 {
            break;
        }
        let (first, bare) = (space.x[0] + radius + 8.0, draw.chance(0.15));
        let mut last = space.x[0];
        'tier: for column in 0..columns {
            for row in 0..4 {
                let x =
                    first + column as f64 * pitch + if row % 2 == 0 { 0.0 } else { dx } + draw.range(-0.45, 0.45) * gap;
                let z = space.z[0] + radius + 7.0 + f64::from(row) * dz;
                if x + radius + 8.0 > space.x[1] || left_kg < 240.0 {
                    if left_kg < 240.0 {
                        break 'tier;
                    }
                    continue;
                }
                let left_out = tier == 1 && (upper == 1 && row % 3 == 0 || upper == 2 && draw.chance(0.45));
                if left_out || bare && column + 2 >= columns && draw.chance(0.5) {
                    continue;
                }
                let before = scene.solids.len();
                drum(scene, [x, base, z], plastic, content, draw);
                left_kg -= scene.mass_kg(before) + 2.0;
                last = x + radius + 7.0;
            }
        }
        blocks(scene, [space.x[0], last], [base, base + height], space.z, content.material);
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

fn drums_on_pallets(
    scene: &mut Scene,
    space: &Hold,
    target: f64,
    (plastic, content): (bool, Filling),
    draw: &mut Draw,
) {
    let side = 1168.0;
    let mut double = (target / 850.0 - 2.0 * (space.length() / (side + 25.0)).floor()).max(0.0) as usize;
    let mut left_kg = target;
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
                // Two drums of 584 mm leave no room to spare on 1168 mm along, some across.
                if tier == 1 && draw.chance(0.12) {
                    continue;
                }
                drum(scene, [x + dx * side, top, z + dz * side], plastic, content, draw);
            }
            y = top + DRUM[1] + 2.0;
            scene.bulk([x, x + side], [top, y], [z, z + side], content.material);
        }
        disturb(scene, &unit, y, 14.0, draw);
    });
}

/// What a consignment of drums holds.
#[derive(Clone, Copy)]
struct Filling {
    material: &'static str,
    /// g/cm³.
    density: f64,
    /// Share of the height that is filled.
    level: f64,
    /// Size of grains in mm, where it does not flow.
    grain: Option<f64>,
}

impl Filling {
    fn draw(draw: &mut Draw) -> Self {
        let level = draw.range(0.9, 0.965);
        match draw.below(10) {
            0..6 => Self { material: "oil", density: draw.range(0.84, 0.93), level, grain: None },
            6 | 7 => Self { material: "beverage", density: draw.range(1.0, 1.3), level, grain: None },
            // Resin and powder in drums: not level, not even.
            8 => Self { material: "plastic", density: draw.range(0.5, 0.7), level: level - 0.1, grain: Some(90.0) },
            _ => Self { material: "grain", density: draw.range(0.5, 0.75), level: level - 0.08, grain: Some(60.0) },
        }
    }
}

/// A drum: shell with lids, rolling hoops, chimes, and its filling. A few are part full or empty.
fn drum(scene: &mut Scene, [x, y, z]: [f64; 3], plastic: bool, content: Filling, draw: &mut Draw) {
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
    let level = match draw.below(40) {
        0 => 0.0,
        1 => draw.range(0.2, 0.8),
        _ => (content.level * draw.around_one(0.004)).min(0.97),
    };
    if level > 0.0 {
        let half = level * (height - 14.0 - 2.0 * wall) / 2.0;
        let shape = Shape::Cylinder { radius: radius - wall - 0.5, half };
        let fill = Solid::new(shape, [x, y + 6.5 + wall + half, z], content.material);
        let fill = packed(fill, content.density * draw.around_one(0.004));
        scene.add(match content.grain {
            Some(size) => fill.grain(0.12, [size, size], draw.seed()),
            None => fill,
        });
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
    // A long container may carry them in one file, a little to this side and to that.
    let single = space.length() > 8000.0 && draw.chance(0.45);
    let files = if single { 1.0 } else { 2.0 };
    let mut double = (target / kg - files * (space.length() / (long + 25.0)).floor()).max(0.0) as usize;
    if single && draw.chance(0.6) {
        double = 0;
    }
    let mut left_kg = target;
    let steel_pallet = draw.chance(0.4);
    // Full, going back empty, or drawn from at a plant.
    let levels =
        draw.pick(&[[0.90, 0.975], [0.90, 0.975], [0.90, 0.975], [0.0, 0.04], [0.1, 0.97]]).unwrap_or([0.9, 0.97]);
    let file = [wide + draw.range(80.0, 400.0)];
    let rows = if single { lanes(space, &file, draw) } else { lanes(space, &[wide; 2], draw) };
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let mut y = place.y[0];
        let near = place.z[0] + (place.z[1] - place.z[0] - wide) * draw.unit();
        for tier in 0..2 {
            if tier == 1 && (double == 0 || y + 1165.0 > place.y[1] - 20.0) {
                break;
            }
            double -= tier;
            let at = [place.x[0], y, near];
            ibc(scene, at, [long, wide], (material, density, steel_pallet), levels, draw);
            scene.bulk([at[0], at[0] + long], [y + 150.0, y + 1100.0], [at[2], at[2] + wide], material);
            y += 1165.0;
        }
        disturb(scene, &unit, y, 18.0, draw);
    });
}

/// One container: pallet, bottle with round edges, liquid to its level, lid, valve, cage.
fn ibc(
    scene: &mut Scene,
    [x, y, z]: [f64; 3],
    [long, wide]: [f64; 2],
    (material, density, steel_pallet): (&'static str, f64, bool),
    levels: [f64; 2],
    draw: &mut Draw,
) {
    let (sx, sz) = ([x, x + long], [z, z + wide]);
    if steel_pallet {
        for near in [z, z + wide / 2.0 - 40.0, z + wide - 80.0] {
            scene.case(sx, [y, y + 120.0], [near, near + 80.0], 1.5, "steel");
        }
        scene.block(sx, [y + 121.0, y + 122.5], sz, "steel");
    } else {
        scene.pallet(sx, y, sz);
    }
    let (foot, top) = (y + 150.0, y + 1155.0);
    let (middle, across) = (x + long / 2.0, z + wide / 2.0);
    // The bottle is blown: its upright edges are round, its top rises towards the lid.
    let body = [long / 2.0 - 30.0, wide / 2.0 - 30.0];
    let high = top - 70.0;
    let bottle = upright(middle, across, body, [foot, high], "plastic").hollow(2.2);
    scene.add(bottle);
    let cap = Shape::Frustum { radii: [0.46 * long.min(wide), 95.0], half: 16.0 };
    scene.add(Solid::new(cap, [middle, high + 16.2, across], "plastic").hollow(3.0));
    let share = match draw.below(24) {
        0 => draw.range(0.0, 0.8),
        _ => draw.between(levels),
    };
    let deep = (high - foot - 6.0) * share;
    if deep > 4.0 {
        let within = body.map(|half| half - 2.6);
        scene.add(packed(upright(middle, across, within, [foot + 3.0, foot + 3.0 + deep], material), density));
    }
    scene.column(middle, [high + 33.0, high + 62.0], across, 85.0, "plastic");
    // The outlet: a ball valve and its handle, low in front of the end.
    let front = if draw.chance(0.5) { x + 16.0 } else { x + long - 16.0 };
    let valve = Shape::Box { half: [14.0, 48.0, 55.0] };
    scene.add(Solid::new(valve, [front, foot + 60.0, across], "plastic"));
    scene.add(Solid::new(Shape::Box { half: [6.0, 12.0, 90.0] }, [front, foot + 122.0, across], "plastic"));
    cage(scene, [sx, [foot, top], sz]);
    // A plate with the label on the long side.
    let plate = [middle - 210.0, middle + 160.0];
    scene.block(plate, [top - 420.0, top - 140.0], [z + 18.5, z + 19.5], "steel");
}

/// An upright block with its edges cut off.
fn upright(x: f64, z: f64, [a, c]: [f64; 2], y: [f64; 2], material: &'static str) -> Solid {
    let edge = 105.0f64.min(0.8 * a).min(0.8 * c);
    let cut = 0.3 * edge;
    let quarter = [[a, c - edge], [a - cut, c - cut], [a - edge, c]];
    let mut corners = quarter.to_vec();
    corners.extend(quarter.iter().rev().map(|[x, z]| [-x, *z]));
    corners.extend(quarter.iter().map(|[x, z]| [-x, -z]));
    corners.extend(quarter.iter().rev().map(|[x, z]| [*x, -z]));
    let shape = Shape::Prism { corners, half: (y[1] - y[0]) / 2.0 };
    let centre = [x, f64::midpoint(y[0], y[1]), z];
    Solid::new(shape, centre, material).turned(Axis::X, std::f64::consts::FRAC_PI_2)
}

/// Tubes of 18 by 1 mm as strips of their mean thickness, upright and level, on all four sides.
fn cage(scene: &mut Scene, [x, y, z]: [[f64; 2]; 3]) {
    let ([long, high], tube) = ([x[1] - x[0], y[1] - y[0]], 0.4);
    for (near, inner) in [(z[0] + 1.0, z[0] + 9.2), (z[1] - 9.0, z[1] - 17.2)] {
        for n in 0..8 {
            let left = x[0] + 4.0 + f64::from(n) / 7.0 * (long - 26.0);
            scene.add(Solid::cuboid([left, left + 18.0], y, [near, near + 8.0], "steel").dense(tube));
        }
        for n in 0..6 {
            let low = y[0] + 4.0 + f64::from(n) / 5.0 * (high - 22.0);
            scene.add(Solid::cuboid(x, [low, low + 18.0], [inner, inner + 8.0], "steel").dense(tube));
        }
    }
    for left in [x[0] + 1.0, x[1] - 9.0] {
        for n in 0..6 {
            let low = y[0] + 4.0 + f64::from(n) / 5.0 * (high - 22.0);
            let across = [z[0] + 18.0, z[1] - 18.0];
            scene.add(Solid::cuboid([left, left + 8.0], [low, low + 18.0], across, "steel").dense(tube));
        }
    }
    // Two bars over the top hold the bottle down.
    for share in [0.3, 0.66] {
        let left = x[0] + share * long;
        scene.add(Solid::cuboid([left, left + 30.0], [y[1] - 34.0, y[1] - 26.0], z, "steel").dense(0.6));
    }
}
