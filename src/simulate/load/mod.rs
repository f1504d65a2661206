//! Hidden loads: what they are ([`Goods`]), how they are packed, and where they are put. Bricks of about 1 kg measure 200 by 130
//! by 40 mm (FIELD: seizure reports); bags hold 20 to 30 of them.

mod goods;
mod people;
mod pieces;
mod pile;
mod places;
mod refuge;
mod weapons;

#[cfg(test)]
mod tests;

pub use goods::Goods;

use super::container::ContainerKind;
use super::draw::Draw;
use super::matter;
use super::scenario::{LoadFile, places as places_of};
use super::scene::{Hold, Scene};
use super::solid::{Placed, Shape, Solid};
use crate::scan::{Error, LoadClass, Result};
use pieces::{Maker, Parcel};

/// A load put into a scene.
pub(super) struct Hidden {
    /// The scene with the load in it: what it displaces is cut out ([`Scene::carve`]).
    pub(super) scene: Scene,
    /// The load's own solids, which the scene holds too: packing not among them.
    pub(super) own: Vec<Solid>,
    /// Everything that it changes lies between these along the container.
    pub(super) span: [f64; 2],
    /// Its class.
    pub(super) class: LoadClass,
    /// The place within the class.
    pub(super) place: String,
    /// What it is.
    pub(super) goods: Goods,
    /// How it is packed.
    pub(super) packing: &'static str,
    /// Its material.
    pub(super) material: &'static str,
    /// Its mass in kg: the goods' own, as built; less than asked for where the place is full.
    pub(super) mass_kg: f64,
    /// The mass in kg of what was cut out of the scene.
    pub(super) displaced_kg: f64,
}

/// How much is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Amount {
    /// A mass in kg.
    Mass(f64),
    /// A number of people.
    People(usize),
}

impl Amount {
    /// Draws from a scenario's range: one number, whatever the range.
    pub(super) fn draw(file: &LoadFile, draw: &mut Draw) -> Self {
        let unit = draw.unit();
        match (file.goods(), file.mass_kg) {
            (Goods::People, _) | (_, None) => {
                let [low, high] = file.count.unwrap_or([2, 10]).map(|v| v as usize);
                Self::People(low + ((high + 1 - low) as f64 * unit) as usize)
            }
            (_, Some([low, high])) => Self::Mass(low + (high - low) * unit),
        }
    }
}

/// What is asked for.
pub(super) struct Order<'a> {
    /// Its class.
    pub(super) class: LoadClass,
    /// The places allowed; empty for all of the class.
    pub(super) places: &'a [String],
    /// What it is.
    pub(super) goods: Goods,
    /// A name in the table of materials.
    pub(super) material: &'a str,
    /// How much of it.
    pub(super) amount: Amount,
}

impl<'a> Order<'a> {
    /// What a scenario asks for.
    pub(super) fn of(file: &'a LoadFile, amount: Amount) -> Self {
        let material = file.material.as_deref().unwrap_or(file.goods().material());
        Self { class: file.class, places: &file.places, goods: file.goods(), material, amount }
    }
}

/// Packages where they are to lie, and what is hollowed out for them.
#[derive(Default)]
struct Laid {
    parcels: Vec<Parcel>,
    packing: &'static str,
    /// Chambers that are emptied whole; packages outside of them displace what they touch.
    chambers: Vec<Placed>,
}

/// What every place needs to know.
struct Site<'a> {
    class: LoadClass,
    scene: &'a Scene,
    hold: &'a Hold,
    /// Where the cargo ends towards the doors.
    cargo_end: f64,
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
    let material = matter::canonical(order.material)?;
    let site = Site { class: order.class, scene, hold, cargo_end };
    let mut possible: Vec<&'static str> = places_of(order.class)
        .iter()
        .copied()
        .filter(|place| order.places.is_empty() || order.places.iter().any(|p| p == place))
        .filter(|place| *place != "foam" || kind.is_reefer())
        .collect();
    let mut refused = Error::parameter("this container has none of the load's places");
    // The places in random order until one has room.
    while !possible.is_empty() {
        let place = possible.swap_remove(draw.below(possible.len()));
        let outcome = match order.amount {
            Amount::People(count) => refuge::lay(&site, place, count, draw),
            Amount::Mass(kg) => {
                let maker = Maker::new(order.goods, material, kg, draw)?;
                places::lay(&site, place, &maker, draw)
            }
        };
        match outcome {
            Ok(laid) if !laid.parcels.is_empty() => return Ok(put(&laid, order, material, place, scene)),
            Ok(_) => {}
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// Cuts out what the packages displace, and puts them there.
fn put(laid: &Laid, order: &Order<'_>, material: &'static str, place: &str, scene: &Scene) -> Hidden {
    let mut scene = scene.clone();
    let mut displaced_kg = 0.0;
    let mut span = [f64::INFINITY, f64::NEG_INFINITY];
    let mut reach = |low: f64, high: f64| span = [span[0].min(low), span[1].max(high)];
    for chamber in &laid.chambers {
        displaced_kg += scene.carve(chamber);
        let (low, high) = chamber.bounds();
        reach(low[0], high[0]);
    }
    for parcel in &laid.parcels {
        let (low, high) = parcel.bounds();
        reach(low[0], high[0]);
        if !laid.chambers.iter().any(|chamber| encloses(chamber, low, high)) {
            displaced_kg += scene.carve(&around(low, high));
        }
    }
    let mut own = Vec::new();
    for parcel in &laid.parcels {
        own.extend(parcel.own.iter().cloned());
        scene.solids.extend(parcel.own.iter().chain(&parcel.wrap).cloned());
    }
    let mass_kg = laid.parcels.iter().map(Parcel::kg).sum();
    Hidden {
        scene,
        own,
        span,
        class: order.class,
        place: place.to_owned(),
        goods: order.goods,
        packing: laid.packing,
        material,
        mass_kg,
        displaced_kg,
    }
}

/// A box between two corners, to be emptied.
fn around(low: [f64; 3], high: [f64; 3]) -> Placed {
    let centre = [0, 1, 2].map(|axis| f64::midpoint(low[axis], high[axis]));
    let half = [0, 1, 2].map(|axis| ((high[axis] - low[axis]) / 2.0).max(0.0));
    Placed::new(Shape::Box { half }, centre)
}

fn encloses(chamber: &Placed, low: [f64; 3], high: [f64; 3]) -> bool {
    let (from, to) = chamber.bounds();
    (0..3).all(|axis| from[axis] <= low[axis] + 1e-6 && high[axis] <= to[axis] + 1e-6)
}
