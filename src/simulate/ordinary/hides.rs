//! Harmless things in the places where loads are hidden. Without them anything there would be a load.

use super::Site;
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Cavity, Scene, is_clear};
use crate::simulate::solid::{Axis, Shape, Solid};
use std::f64::consts::FRAC_PI_2;

/// A soft bag with its lowest corner at a point.
fn bag(at: [f64; 3], size: [f64; 3], material: &'static str, density: f64) -> Solid {
    let half = size.map(|side| side / 2.0);
    let centre = [0, 1, 2].map(|axis| at[axis] + half[axis]);
    Solid::new(Shape::Pillow { half }, centre, material).dense(density)
}

/// One to three bags of clothes, shoes and tools of whoever loads or drives.
pub(super) fn crew_bag(draw: &mut Draw) -> Vec<Solid> {
    let mut all = Vec::new();
    let mut x = 0.0;
    for _ in 0..=draw.below(3) {
        let size = [draw.range(380.0, 620.0), draw.range(220.0, 330.0), draw.range(220.0, 320.0)];
        let outer = bag([x, 0.0, 0.0], size, "textile", draw.range(0.3, 1.2));
        let mut inner = Vec::new();
        for _ in 0..draw.below(4) {
            let half = [draw.range(20.0, 70.0), draw.range(15.0, 45.0), draw.range(20.0, 60.0)];
            let free = [0, 1, 2].map(|axis| (size[axis] * 0.7 - 2.0 * half[axis]).max(0.0));
            let centre = [0, 1, 2].map(|axis| size[axis] * 0.15 + half[axis] + free[axis] * draw.unit());
            let (material, density) =
                [("rubber", 0.7), ("water", 1.0), ("steel", 0.35), ("electronics", 1.2)][draw.below(4)];
            let thing = Solid::new(Shape::Box { half }, [centre[0] + x, centre[1], centre[2]], material).dense(density);
            let clear = inner.iter().all(|other: &Solid| {
                let (a, b) = (other.body.bounds(), thing.body.bounds());
                !crate::simulate::scene::share_space(a, b)
            });
            if clear {
                inner.push(thing);
            }
        }
        let outer = inner.iter().fold(outer, |outer, thing| outer.without(thing.body.clone()));
        all.push(outer.grain(0.3, [90.0, 60.0], draw.seed()));
        all.extend(inner);
        x += size[0] + draw.range(5.0, 60.0);
    }
    all
}

/// A tarpaulin or a liner, folded and tied: 10 to 40 kg of coated cloth.
pub(super) fn tarpaulin(draw: &mut Draw) -> Vec<Solid> {
    let size = [draw.range(500.0, 900.0), draw.range(140.0, 320.0), draw.range(350.0, 600.0)];
    let folded = bag([0.0; 3], size, "pvc", draw.range(0.18, 0.4));
    vec![folded.grain(0.25, [300.0, 18.0], draw.seed())]
}

/// One to six cartons of whatever did not fit elsewhere, of very different weights: printed matter, tins, bottles, parts.
pub(super) fn cartons(draw: &mut Draw) -> Vec<Solid> {
    let mut all = Vec::new();
    let size = [draw.range(280.0, 560.0), draw.range(180.0, 400.0), draw.range(250.0, 450.0)];
    let columns = 1 + draw.below(2);
    let (material, density) = [
        ("paper", 0.95),
        ("food", 1.0),
        ("beverage", 0.7),
        ("textile", 0.8),
        ("electronics", 0.6),
        ("polyethylene", 0.9),
        ("tile", 0.5),
    ][draw.below(7)];
    for number in 0..=draw.below(3 * columns) {
        let (x, y) = ((number % columns) as f64 * (size[0] + 12.0), (number / columns) as f64 * (size[1] + 1.0));
        let side = |from: f64, long: f64| [from, from + long];
        let (x, y, z) = (side(x, size[0]), side(y, size[1]), side(0.0, size[2]));
        all.push(Solid::cuboid(x, y, z, "cardboard").hollow(5.0).dense(0.3));
        let less = |side: [f64; 2]| [side[0] + 7.0, side[1] - 7.0];
        let top = y[1] - 8.0 - draw.range(0.0, 0.3) * size[1];
        let goods = Solid::cuboid(less(x), [y[0] + 6.0, top], less(z), material);
        let grain = [draw.range(20.0, 90.0), draw.range(20.0, 60.0)];
        all.push(goods.dense(density * draw.around_one(0.1)).grain(draw.range(0.03, 0.3), grain, draw.seed()));
    }
    all
}

/// Rolls of stretch film, lying or standing.
pub(super) fn film_rolls(draw: &mut Draw) -> Vec<Solid> {
    let radius = draw.range(55.0, 125.0);
    let half = draw.range(200.0, 260.0);
    let standing = draw.chance(0.5);
    (0..=draw.below(6))
        .map(|number| {
            let (row, up) = ((number % 3) as f64, (number / 3) as f64);
            let x = radius + row * (2.0 * radius + 4.0);
            let roll = Shape::Cylinder { radius, half };
            if standing {
                let z = radius + up * (2.0 * radius + 4.0);
                Solid::new(roll, [x, half, z], "polyethylene").bored(39.0)
            } else {
                let y = radius + up * (2.0 * radius + 2.0);
                Solid::new(roll, [x, y, half], "polyethylene").bored(39.0).turned(Axis::X, FRAC_PI_2)
            }
        })
        .collect()
}

/// A bucket with rags, canisters of cleaner, a shovel's blade.
pub(super) fn cleaning(draw: &mut Draw) -> Vec<Solid> {
    let mut all = Vec::new();
    let bucket = Solid::new(Shape::Cylinder { radius: 150.0, half: 140.0 }, [150.0, 140.0, 150.0], "plastic");
    all.push(bucket.hollow(2.5));
    let rags = Solid::new(Shape::Cylinder { radius: 140.0, half: 70.0 }, [150.0, 76.0, 150.0], "textile");
    all.push(rags.dense(draw.range(0.4, 1.2)).grain(0.3, [50.0, 40.0], draw.seed()));
    let mut x = 320.0;
    for _ in 0..=draw.below(4) {
        let (long, high, wide) = (draw.range(160.0, 250.0), draw.range(250.0, 400.0), draw.range(140.0, 220.0));
        all.push(Solid::cuboid([x, x + long], [0.0, high], [0.0, wide], "polyethylene").hollow(3.0));
        let level = 4.0 + (high - 30.0) * draw.range(0.1, 1.0);
        all.push(Solid::cuboid([x + 4.0, x + long - 4.0], [4.0, level], [4.0, wide - 4.0], "water"));
        x += long + draw.range(4.0, 50.0);
    }
    all
}

/// Sacks of sweepings, absorbent or samples.
pub(super) fn sacks(draw: &mut Draw) -> Vec<Solid> {
    let (material, density) = [("sand", 0.9), ("grain", 0.95), ("coffee", 0.9), ("fertiliser", 0.95)][draw.below(4)];
    let size = [draw.range(480.0, 760.0), draw.range(110.0, 190.0), draw.range(320.0, 460.0)];
    (0..=draw.below(4))
        .map(|number| {
            let (row, up) = ((number % 2) as f64, (number / 2) as f64);
            let at = [row * (size[0] + 15.0), up * (size[1] + 1.0), 0.0];
            bag(at, size, material, density).grain(0.06, [60.0, 40.0], draw.seed())
        })
        .collect()
}

/// Hollows of the structure at some places, from a random one on.
fn cavities(scene: &Scene, places: &[&str], draw: &mut Draw) -> Vec<Cavity> {
    let mut found: Vec<Cavity> = scene.cavities.iter().filter(|c| places.contains(&c.place)).copied().collect();
    let first = draw.below(found.len());
    found.rotate_left(first);
    found
}

/// A part of a span of at most `long` mm.
fn within(side: [f64; 2], long: f64, draw: &mut Draw) -> [f64; 2] {
    let long = long.min(side[1] - side[0]);
    let from = side[0] + (side[1] - side[0] - long) * draw.unit();
    [from, from + long]
}

/// Adds a solid to the structure, which makes room for it; false, and nothing done, where cargo or another thing is.
fn build_in(scene: &mut Scene, solid: Solid) -> bool {
    let (low, high) = solid.body.bounds();
    if !is_clear(scene.solids[scene.cargo.start..].iter(), low, high) {
        return false;
    }
    scene.carve(&solid.body);
    scene.add(solid);
    true
}

/// Doublers that a repairer welded to roof, floor or posts: plates of 3 to 10 mm.
pub(super) fn welded_plates(scene: &mut Scene, _: &Site<'_>, draw: &mut Draw) -> bool {
    let mut done = 0;
    let wanted = 1 + draw.below(3);
    for cavity in cavities(scene, &["roof", "floor", "corner_post", "beam", "door"], draw) {
        if done == wanted {
            break;
        }
        let thick = draw.range(3.0, 10.0);
        // On the side that is shut: below the roof's sheet, above the bottom flange, against a post's outer face.
        let (x, y) = match cavity.place {
            "roof" => (within(cavity.x, draw.range(200.0, 700.0), draw), [cavity.y[1] - thick, cavity.y[1]]),
            "corner_post" | "door" => {
                ([cavity.x[0], cavity.x[0] + thick.min(8.0)], within(cavity.y, draw.range(200.0, 900.0), draw))
            }
            _ => (within(cavity.x, draw.range(120.0, 500.0), draw), [cavity.y[1] - thick, cavity.y[1]]),
        };
        let z = within(cavity.z, draw.range(200.0, 900.0), draw);
        done += usize::from(build_in(scene, Solid::cuboid(x, y, z, "steel")));
    }
    done > 0
}

/// Foam that was cut out of a reefer's wall, and what was injected instead: denser, with a patch over it.
pub(super) fn insulation_repair(scene: &mut Scene, _: &Site<'_>, draw: &mut Draw) -> bool {
    for cavity in cavities(scene, &["foam"], draw).into_iter().take(4) {
        let (x, y) =
            (within(cavity.x, draw.range(200.0, 640.0), draw), within(cavity.y, draw.range(150.0, 900.0), draw));
        let (material, density) = [("foam", 4.0), ("plastic", 0.25), ("wood", 0.9), ("plastic", 1.0)][draw.below(4)];
        let z = [cavity.z[0] + 2.0, cavity.z[1] - 2.0];
        let filling = Solid::cuboid(x, y, z, material).dense(density * draw.around_one(0.1));
        if build_in(scene, filling.grain(0.15, [70.0, 60.0], draw.seed())) {
            return true;
        }
    }
    false
}

/// What comes to lie in hollows over the years: timber, rags, dirt and water between cross members, packing under the roof.
pub(super) fn things_in_structure(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    let mut done = 0;
    let wanted = 1 + draw.below(3);
    for cavity in cavities(scene, &["floor", "roof", "beam", "corner_post"], draw) {
        if done == wanted {
            break;
        }
        let (material, density, high) = match (cavity.place, draw.below(3)) {
            ("floor", 0) => ("wood", 1.0, draw.range(30.0, 80.0)),
            ("floor", 1) => ("soil", 0.9, draw.range(8.0, 40.0)),
            ("corner_post" | "beam", 0) => ("soil", 0.8, draw.range(20.0, 200.0)),
            ("corner_post" | "beam", _) => ("wood", 0.9, draw.range(50.0, 400.0)),
            (_, 0) => ("cardboard", 0.3, draw.range(20.0, 70.0)),
            (_, 1) => ("textile", 0.8, draw.range(25.0, 80.0)),
            _ => ("plastic", 0.35, draw.range(20.0, 80.0)),
        };
        let x = within(cavity.x, draw.range(100.0, 520.0), draw);
        let z = within(cavity.z, draw.range(150.0, 700.0), draw);
        let high = high.min(cavity.y[1] - cavity.y[0] - 2.0);
        // In a hollow under the roof things hang from a net or lie on the cargo's cover: not on the floor of a hold.
        let y = if cavity.place == "roof" {
            [cavity.y[1] - high, cavity.y[1] - 0.5]
        } else {
            [cavity.y[0] + 0.5, cavity.y[0] + high]
        };
        if site.kind.is_tank() || y[1] - y[0] < 5.0 {
            continue;
        }
        let solid = Solid::cuboid(x, y, z, material).dense(density).grain(0.2, [70.0, 40.0], draw.seed());
        done += usize::from(build_in(scene, solid));
    }
    done > 0
}

/// Tools, spare parts, a can of oil, rags, a bag of nuts in a reefer's unit.
pub(super) fn things_in_unit(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    if !site.kind.is_reefer() {
        return false;
    }
    let mut done = 0;
    let wanted = 1 + draw.below(4);
    let spaces = cavities(scene, &["motor", "evaporator"], draw);
    for _ in 0..40 {
        let Some(cavity) = draw.pick(&spaces) else { break };
        let (size, material, density, soft) = match draw.below(5) {
            0 => ([draw.range(120.0, 210.0), draw.range(60.0, 200.0), draw.range(120.0, 400.0)], "steel", 0.3, false),
            1 => ([150.0, draw.range(180.0, 260.0), 150.0], "oil", 1.0, false),
            2 => ([draw.range(100.0, 200.0), draw.range(50.0, 120.0), draw.range(150.0, 350.0)], "textile", 0.9, true),
            3 => ([draw.range(60.0, 140.0), draw.range(60.0, 140.0), draw.range(60.0, 200.0)], "steel", 0.7, true),
            _ => (
                [draw.range(90.0, 200.0), draw.range(90.0, 260.0), draw.range(120.0, 420.0)],
                "electronics",
                0.7,
                false,
            ),
        };
        let [x, y, z] = [(0, cavity.x), (1, cavity.y), (2, cavity.z)].map(|(axis, side)| {
            let lower = if axis == 1 { [side[0], side[0] + size[1].max(0.4 * (side[1] - side[0]))] } else { side };
            within(lower, size[axis], draw)
        });
        let corner = ([x[0], y[0], z[0]], [x[1], y[1], z[1]]);
        if !is_clear(scene.solids.iter(), corner.0, corner.1) {
            continue;
        }
        let solid = if soft {
            bag(corner.0, [0, 1, 2].map(|axis| corner.1[axis] - corner.0[axis]), material, density)
        } else {
            Solid::cuboid(x, y, z, material).dense(density)
        };
        scene.add(solid.grain(0.3, [40.0, 40.0], draw.seed()));
        done += 1;
        if done == wanted {
            break;
        }
    }
    done > 0
}

/// Plywood, board or foam that somebody stood against the front wall so that the cargo does not rub.
pub(super) fn front_lining(scene: &mut Scene, _: &Site<'_>, draw: &mut Draw) -> bool {
    for cavity in cavities(scene, &["front_wall"], draw) {
        let (material, density, thick) = [
            ("wood", 0.95, draw.range(9.0, 24.0)),
            ("foam", 1.2, draw.range(20.0, 60.0)),
            ("cardboard", 0.4, draw.range(10.0, 40.0)),
            ("polyethylene", 0.95, draw.range(8.0, 20.0)),
        ][draw.below(4)];
        let y = [cavity.y[0] + 1.0, cavity.y[0] + draw.range(900.0, 2200.0).min(cavity.y[1] - cavity.y[0])];
        let z = within(cavity.z, draw.range(1100.0, 2300.0), draw);
        let solid = Solid::cuboid([cavity.x[0] + 1.0, cavity.x[0] + 1.0 + thick], y, z, material).dense(density);
        if build_in(scene, solid) {
            return true;
        }
    }
    false
}
