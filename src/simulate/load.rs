//! Hidden loads: bricks, bags and where they are put. Bricks of about 1 kg measure 200 by 130 by 40 mm (FIELD: seizure reports);
//! bags hold 20 to 30 of them.

use super::container::ContainerKind;
use super::draw::Draw;
use super::matter;
use super::scenario::places;
use super::scene::{Bulk, Hold, Scene};
use super::solid::{Shape, Solid};
use crate::scan::{Error, LoadClass, Result};

/// A load put into the scene.
pub(super) struct Hidden {
    /// What it adds: its material, and with negative density the cargo that it displaces.
    pub(super) solids: Vec<Solid>,
    /// Its class.
    pub(super) class: LoadClass,
    /// The place within the class.
    pub(super) place: String,
    /// Its material.
    pub(super) material: &'static str,
    /// Its mass in kg: the bricks' own, as built; less than asked for where the place is full.
    pub(super) mass_kg: f64,
}

/// What is asked for.
pub(super) struct Order<'a> {
    /// Its class.
    pub(super) class: LoadClass,
    /// The places allowed; empty for all of the class.
    pub(super) places: &'a [String],
    /// A name in the table of materials.
    pub(super) material: &'a str,
    /// The mass asked for in kg.
    pub(super) mass_kg: f64,
}

/// Faces of a brick: along the container, upwards, along the beam.
const FLAT: [f64; 3] = [130.0, 40.0, 200.0];
const LONG: [f64; 3] = [200.0, 40.0, 130.0];
const UPRIGHT: [f64; 3] = [40.0, 200.0, 130.0];

/// Bricks of one material that are counted as they are laid.
struct Stack {
    solids: Vec<Solid>,
    material: &'static str,
    per_mm3: f64,
    left_kg: f64,
    laid_kg: f64,
}

impl Stack {
    /// Lays a block of bricks from its lower front corner: `count` along x, y and the beam, in rows until the mass is used up.
    fn lay(&mut self, corner: [f64; 2], brick: [f64; 3], count: [usize; 3], draw: &mut Draw) {
        let gap = 3.0;
        let one = brick[0] * brick[1] * brick[2] * self.per_mm3;
        for layer in 0..count[1] {
            for column in 0..count[0] {
                let fits = (self.left_kg / one).round().min(count[2] as f64);
                if fits < 1.0 {
                    return;
                }
                let x = corner[0] + column as f64 * (brick[0] + gap) + draw.range(-1.5, 1.5);
                let y = corner[1] + layer as f64 * (brick[1] + gap * 0.5);
                let shape = Shape::Box { x: [x, x + brick[0]], y: [y, y + brick[1]], depth: fits * brick[2] };
                self.solids.push(Solid::new(shape, self.material).grain(0.02, [30.0, 30.0], draw.seed()));
                self.left_kg -= fits * one;
                self.laid_kg += fits * one;
            }
        }
    }

    /// The load that the bricks make.
    fn hidden(self, class: LoadClass, place: &str) -> Result<Hidden> {
        if self.laid_kg <= 0.0 {
            let message = format!("a load of {:.1} kg is less than half a brick of {}", self.left_kg, self.material);
            return Err(Error::parameter(message).help("raise \"mass_kg\""));
        }
        let (solids, material, mass_kg) = (self.solids, self.material, self.laid_kg);
        Ok(Hidden { solids, class, place: place.to_owned(), material, mass_kg })
    }

    fn more(&self, brick: [f64; 3]) -> bool {
        self.left_kg >= 0.5 * brick[0] * brick[1] * brick[2] * self.per_mm3
    }
}

/// Builds a load for a stowed container.
///
/// # Errors
/// A parameter error where the container or cargo has no such place.
pub(super) fn hide(
    order: &Order<'_>,
    kind: ContainerKind,
    scene: &Scene,
    hold: &Hold,
    cargo_end: f64,
    draw: &mut Draw,
) -> Result<Hidden> {
    let known = matter::materials();
    let Some(material) = known.into_iter().find(|m| *m == order.material) else {
        return Err(Error::parameter(format!("there is no material {:?}", order.material)));
    };
    let mut stack = Stack {
        solids: Vec::new(),
        material,
        per_mm3: matter::density(material)? * 1e-6,
        left_kg: order.mass_kg,
        laid_kg: 0.0,
    };
    let possible: Vec<&str> = places(order.class)
        .iter()
        .copied()
        .filter(|place| order.places.is_empty() || order.places.iter().any(|p| p == place))
        .filter(|place| *place != "foam" || kind.is_reefer())
        .collect();
    let place = draw.pick(&possible).ok_or_else(|| Error::parameter("this container has none of the load's places"))?;
    let [length, height, _] = kind.size();
    match place {
        "door_gap" => {
            // Bags on the floor just behind the doors, several deep.
            let x = (cargo_end + 25.0).max(hold.x[1] - draw.range(570.0, 800.0));
            let corner = [x.min(hold.x[1] - 560.0), hold.y[0]];
            bags(&mut stack, corner, 1, 4, hold.y[1], draw);
        }
        "on_top" => {
            let top = scene.bulks.iter().map(|b| b.y[1]).fold(hold.y[0], f64::max);
            let room = ((hold.y[1] - top - 30.0) / 265.0).floor().max(1.0);
            let corner = [(cargo_end - 1300.0).max(hold.x[0]), top.min(hold.y[1] - 300.0)];
            bags(&mut stack, corner, 2, 3, corner[1] + room * 265.0 + 1.0, draw);
        }
        "floor" if order.class == LoadClass::InEmpty => {
            let x = draw.range(hold.x[0] + 300.0, hold.x[1] - 2500.0);
            bags(&mut stack, [x, hold.y[0]], 3, 1, hold.y[0] + 800.0, draw);
        }
        "front_wall" if order.class == LoadClass::InEmpty => {
            bags(&mut stack, [hold.x[0] + 30.0, hold.y[0]], 1, 3, hold.y[1], draw);
        }
        "roof" => {
            // A layer of bricks between the roof sheet and a false ceiling, across the whole width.
            let x = draw.range(hold.x[0] + 500.0, (hold.x[1] - 3500.0).max(hold.x[0] + 501.0));
            let deep = 5 + draw.below(4);
            let y = height - 40.0 - 2.0 * 42.0;
            let long = (stack.left_kg / (2.0 * deep as f64 * 1.144)).ceil().max(1.0) as usize;
            stack.lay([x, y], FLAT, [long, 2, deep], draw);
        }
        "floor" => {
            // Between the cross members, under the plywood.
            let mut bay = draw.below(12) as f64;
            while stack.more(LONG) && 190.0 + bay * 300.0 < length - 900.0 {
                stack.lay([230.0 + bay * 300.0, 22.0], LONG, [1, 2, 10], draw);
                bay += 1.0;
            }
        }
        "front_wall" => {
            // Behind a false front wall: bricks on edge, one or two thick.
            let deep = 6 + draw.below(8);
            stack.lay([hold.x[0] + 12.0, hold.y[0] + 20.0], UPRIGHT, [2, 10, deep], draw);
        }
        "corner_post" => {
            let x = if draw.chance(0.5) { 20.0 } else { length - 140.0 };
            stack.lay([x, 200.0], [100.0, 200.0, 40.0], [1, 10, 2], draw);
        }
        "foam" => {
            let x = draw.range(hold.x[0] + 500.0, hold.x[1] - 3000.0);
            stack.lay([x, hold.y[0] + draw.range(200.0, 700.0)], [200.0, 130.0, 40.0], [8, 8, 1], draw);
        }
        "pallet" => return in_cargo(stack, scene, draw),
        "motor" => {
            let deep = 1 + draw.below(3);
            stack.lay([60.0, 420.0], FLAT, [2, 40, deep], draw);
        }
        "evaporator" => {
            let deep = 1 + draw.below(3);
            stack.lay([60.0, 1700.0 - draw.range(0.0, 60.0)], FLAT, [2, 40, deep], draw);
        }
        _ => return Err(Error::bug(format!("place {place} is not built"))),
    }
    stack.hidden(order.class, place)
}

/// Sports bags of 20 to 30 bricks: `deep` of them along the beam, `wide` along the container, courses up to `top`.
fn bags(stack: &mut Stack, corner: [f64; 2], wide: usize, deep: usize, top: f64, draw: &mut Draw) {
    let mut y = corner[1];
    while stack.more(FLAT) && y + 100.0 < top.max(corner[1] + 101.0) {
        for column in 0..wide {
            for _bag in 0..deep {
                if !stack.more(FLAT) {
                    return;
                }
                let layers = 5 + draw.below(2);
                let x = corner[0] + column as f64 * 600.0 + draw.range(-15.0, 15.0);
                let range = ([x - 12.0, x + 550.0], [y, y + layers as f64 * 41.5 + 14.0]);
                stack.lay([x, y + 6.0], FLAT, [4, layers, 1], draw);
                let cloth = Solid::new(Shape::Pillow { x: range.0, y: range.1, depth: 12.0 }, "textile");
                stack.solids.push(cloth);
            }
        }
        y += 6.0 * 41.5 + 16.0;
    }
}

/// Bricks instead of cargo inside one block of it; the displaced cargo is taken away.
fn in_cargo(mut stack: Stack, scene: &Scene, draw: &mut Draw) -> Result<Hidden> {
    let big: Vec<Bulk> =
        scene.bulks.iter().copied().filter(|b| b.x[1] - b.x[0] > 500.0 && b.y[1] - b.y[0] > 300.0).collect();
    let Some(bulk) = draw.pick(&big) else {
        return Err(Error::parameter("no block of this cargo is large enough to hide a load in"));
    };
    let deep = ((bulk.depth / 200.0) as usize).clamp(1, 3 + draw.below(3));
    let columns = ((((bulk.x[1] - bulk.x[0]) - 60.0) / 133.0) as usize).clamp(1, 4 + draw.below(4));
    let layers = (((bulk.y[1] - bulk.y[0]) - 60.0) / 41.5).max(1.0) as usize;
    let needed = (stack.left_kg / (columns as f64 * deep as f64 * FLAT.iter().product::<f64>() * stack.per_mm3)).ceil();
    let wide = columns as f64 * 133.0;
    let high = needed.min(layers as f64) * 41.5;
    let corner = [
        draw.range(bulk.x[0] + 30.0, (bulk.x[1] - wide - 30.0).max(bulk.x[0] + 31.0)),
        draw.range(bulk.y[0] + 20.0, (bulk.y[1] - high - 20.0).max(bulk.y[0] + 21.0)),
    ];
    stack.lay(corner, FLAT, [columns, layers, deep], draw);
    let displaced: Vec<Solid> = stack
        .solids
        .iter()
        .map(|brick| Solid { shape: brick.shape, ..Solid::new(brick.shape, bulk.material).dense(-bulk.density) })
        .collect();
    stack.solids.extend(displaced);
    stack.hidden(LoadClass::InCargo, "pallet")
}
