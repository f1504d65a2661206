//! Bottles, cans of drink and kegs.

use super::unit::{Unit, disturb, fill, lanes, rounds};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Shape, Solid};
use crate::simulate::texture::Rounds;

/// Wine and spirits in cartons, beer in crates or cans, water in film, or beer in kegs, on pallets.
pub(super) fn beverages(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let target = payload * draw.range(0.88, 0.99);
    match draw.below(20) {
        0..3 => kegs(scene, space, target, draw),
        3..8 => bottles(scene, space, target, &CRATES, draw),
        8..11 => bottles(scene, space, target, &WATER, draw),
        11..14 => bottles(scene, space, target, &CANS, draw),
        _ => bottles(scene, space, target, &WINE, draw),
    }
}

/// How a drink is packed.
struct Packing {
    /// The pallet: along the container and across, mm.
    pallet: [f64; 2],
    /// Cases along the pallet, and bottles along a case.
    cases: [usize; 2],
    /// Rows of bottles across that stand in one case.
    deep: usize,
    /// Pitch, radius, height of a layer, mm.
    size: [f64; 3],
    /// See [`Rounds`].
    profile: &'static [[f64; 3]],
    wall: [f64; 2],
    staggered: bool,
    /// Sheet in mm and material of the case.
    case: (f64, &'static str),
    /// Most layers on a pallet.
    most: f64,
}

/// Cartons of bottles of 0.75 l: 75 mm wide, 302 mm high, 3.5 mm of glass, filled into the neck.
const WINE: Packing = Packing {
    pallet: [1000.0, 1140.0],
    cases: [4, 3],
    deep: 2,
    size: [80.0, 37.5, 316.0],
    profile: &[
        [0.0, 1.0, 2.4],
        [0.025, 1.0, 1.0],
        [0.60, 1.0, 1.0],
        [0.72, 0.42, 1.0],
        [0.87, 0.38, 0.02],
        [0.955, 0.38, 0.0],
        [0.956, 0.0, 0.0],
    ],
    wall: [3.5, 2.5],
    staggered: false,
    case: (4.0, "cardboard"),
    most: 4.0,
};

/// Plastic crates of twenty bottles of half a litre of beer.
const CRATES: Packing = Packing {
    pallet: [1200.0, 1000.0],
    cases: [3, 5],
    deep: 4,
    size: [75.0, 33.5, 288.0],
    profile: &[
        [0.0, 0.97, 2.4],
        [0.04, 1.0, 1.0],
        [0.56, 1.0, 1.0],
        [0.70, 0.45, 1.0],
        [0.83, 0.40, 0.02],
        [0.91, 0.40, 0.6],
        [0.925, 0.40, 0.0],
        [0.926, 0.0, 0.0],
    ],
    wall: [3.2, 2.5],
    staggered: false,
    case: (3.0, "plastic"),
    most: 6.0,
};

/// Packs of plastic bottles of 1.5 l of water, in film.
const WATER: Packing = Packing {
    pallet: [1200.0, 1000.0],
    cases: [4, 3],
    deep: 2,
    size: [93.0, 44.0, 322.0],
    profile: &[
        [0.0, 0.8, 1.0],
        [0.04, 1.0, 1.0],
        [0.30, 1.0, 1.0],
        [0.36, 0.88, 1.0],
        [0.46, 1.0, 1.0],
        [0.72, 1.0, 1.0],
        [0.88, 0.36, 0.02],
        [0.93, 0.33, 0.9],
        [0.975, 0.33, 0.0],
        [0.976, 0.0, 0.0],
    ],
    wall: [0.4, 1.4],
    staggered: false,
    case: (0.6, "plastic"),
    most: 5.0,
};

/// Trays of aluminium cans of half a litre.
const CANS: Packing = Packing {
    pallet: [1200.0, 1000.0],
    cases: [3, 6],
    deep: 4,
    size: [66.5, 33.0, 170.0],
    profile: &[
        [0.0, 0.72, 1.5],
        [0.06, 1.0, 1.0],
        [0.88, 1.0, 0.05],
        [0.93, 0.86, 0.05],
        [0.97, 0.80, 1.5],
        [0.985, 0.80, 0.0],
        [0.986, 0.0, 0.0],
    ],
    wall: [0.15, 2.7],
    staggered: false,
    case: (0.8, "cardboard"),
    most: 9.0,
};

/// Pallets of cases: bodies stand in a dark band, shoulders and necks in a light one. Cases are out of line by some
/// millimetres, and the top layer is often not complete.
fn bottles(scene: &mut Scene, space: &Hold, target: f64, packing: &Packing, draw: &mut Draw) {
    let ([long, wide], [pitch, radius, layer]) = (packing.pallet, packing.size);
    let most = ((space.height() - 350.0) / layer).floor().clamp(1.0, packing.most);
    let layers = if draw.chance(0.4) { (most - 1.0).max(1.0) } else { most } as usize;
    let [cases, along] = packing.cases;
    let length = long / cases as f64;
    // Rows across the pallet, whole cases of them.
    let deep = packing.deep as f64 * pitch + 2.0 * packing.case.0 + 2.0;
    let across = (wide / deep).floor().max(1.0);
    let missing = if draw.chance(0.3) { 0.004 } else { 0.0004 };
    let mut left_kg = target;
    let rows = lanes(space, &[wide; 2], draw);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let unit = Unit::begin(scene);
        let (x, z) = (place.x[0], place.z[0]);
        let base = scene.pallet([x, x + long], place.y[0], [z, z + wide]);
        let layers = if draw.chance(0.1) { layers.div_ceil(2) } else { layers };
        let broken = draw.chance(0.4);
        let mut top = base;
        for number in 0..layers {
            let y = base + number as f64 * layer;
            for case in 0..cases {
                // Of a broken layer somebody took cases: some columns stand only one or two cases deep.
                let kept = if broken && number + 1 == layers { draw.below(across as usize + 1) as f64 } else { across };
                if kept < 1.0 {
                    continue;
                }
                top = y + layer;
                let (sheet, material) = packing.case;
                let side = along as f64 * pitch + 2.0 * sheet;
                let slack = length - side - 1.0;
                let left = x + case as f64 * length + 0.5 + slack * draw.unit();
                let near = z + (wide - across * deep) * draw.unit();
                let outer = ([left, left + side], [y + 1.0, y + layer - 1.0], [near, near + kept * deep]);
                scene.add(Solid::cuboid(outer.0, outer.1, outer.2, material).hollow(sheet).dense(0.6));
                let own = Rounds {
                    pitch,
                    radius,
                    layer: layer - 2.0 - 2.0 * sheet,
                    profile: packing.profile,
                    wall: packing.wall,
                    staggered: packing.staggered,
                    group: packing.deep as i64,
                    jitter: pitch / 2.0 - radius,
                    missing,
                    seed: draw.seed(),
                };
                let inner = ([outer.0[0] + sheet, outer.0[1] - sheet], [outer.1[0] + sheet, outer.1[1] - sheet]);
                let filled = [outer.2[0] + sheet, outer.2[1] - sheet];
                scene.add(rounds(inner.0, inner.1, filled, own, ("beverage", 1.0)));
            }
        }
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
                let off = draw.range(-1.5, 1.5);
                let at = [x + 200.0 + 400.0 * f64::from(n % 3) + off, y, z + 250.0 + 500.0 * f64::from(n / 3)];
                // A keg bulges: two frustums, widest in the middle, inside the chimes' collars.
                for (radii, low) in [([0.86, 1.0], 60.0), ([1.0, 0.86], 266.5)] {
                    let shape = Shape::Frustum { radii: radii.map(|share| share * (radius - 4.0)), half: 103.0 };
                    let middle = [at[0], y + low + 103.0, at[2]];
                    scene.add(Solid::new(shape, middle, "steel").hollow(1.6));
                    if !empty && !draw.chance(0.01) {
                        let filling =
                            Shape::Frustum { radii: radii.map(|share| share * (radius - 4.0) - 2.0), half: 101.0 };
                        scene.add(Solid::new(filling, middle, "beverage"));
                    }
                }
                for end in [22.0, height - 22.0] {
                    let chime = Shape::Cylinder { radius: radius - 6.0, half: 21.5 };
                    scene.add(Solid::new(chime, [at[0], y + end, at[2]], "steel").bored(radius - 9.0));
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
