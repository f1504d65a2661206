//! Hidden loads: what they are ([`Goods`]), how they are packed, and where they are put. Bricks of about 1 kg measure 200 by 130
//! by 40 mm (FIELD: seizure reports); bags hold 20 to 30 of them.

mod goods;
mod people;
mod pieces;
mod pile;
mod places;
mod refuge;
mod stowed;
mod weapons;

#[cfg(test)]
mod tests;

pub use goods::Goods;

use super::container::ContainerKind;
use super::draw::Draw;
use super::matter;
use super::scenario::{LoadFile, places as places_of};
use super::scene::{Hold, Scene, around, bounds, is_clear, share_space};
use super::solid::{Placed, Solid};
use crate::scan::{Error, LoadClass, Result};
use pieces::{Maker, Parcel};
use std::collections::BTreeSet;

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

/// Packages where they are to lie, and what makes room for them.
#[derive(Default)]
struct Laid {
    parcels: Vec<Parcel>,
    packing: &'static str,
    /// The numbers of the scene's solids that are taken away whole.
    taken: BTreeSet<usize>,
    /// What of a solid gives way: what is pressed into beans leaves the rest of them in the sack.
    cuts: Vec<(usize, Placed)>,
    /// What is built in with them: planks, a carton that fills a gap.
    built: Vec<Solid>,
    /// Whether the packages displace whatever is there: foam, a machine's parts.
    displace: bool,
}

impl Laid {
    fn kg(&self) -> f64 {
        self.parcels.iter().map(Parcel::kg).sum()
    }

    /// Whether all but a trifle of what was asked for is there.
    fn is_enough(&self, maker: &Maker) -> bool {
        maker.total_kg - self.kg() < 0.02 * maker.total_kg
    }

    /// Without cuts of what is taken away whole.
    fn settled(mut self) -> Self {
        self.cuts.retain(|(number, _)| !self.taken.contains(number));
        self
    }
}

/// Leaves out what something else stands in the place of, and what would have lain on it.
fn cleared(parcels: Vec<Parcel>, scene: &Scene, without: &BTreeSet<usize>) -> Vec<Parcel> {
    let mut gone: Vec<([f64; 3], [f64; 3])> = Vec::new();
    let mut left = Vec::new();
    for parcel in parcels {
        let (low, high) = parcel.bounds();
        let falls = gone.iter().any(|(from, to)| {
            low[1] >= to[1] - 30.0 && [0, 2].iter().all(|&axis| low[axis] < to[axis] && from[axis] < high[axis])
        });
        let others = scene.solids.iter().enumerate().filter(|(number, _)| !without.contains(number)).map(|(_, s)| s);
        if falls || !is_clear(others, low.map(|v| v + 3.0), high.map(|v| v - 3.0)) {
            gone.push((low, high));
        } else {
            left.push(parcel);
        }
    }
    left
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
        .filter(|place| {
            let hollow = matches!(order.class, LoadClass::Structure | LoadClass::ReeferMachinery);
            !hollow || scene.cavities.iter().any(|cavity| cavity.place == *place)
        })
        .collect();
    let first = possible.first().copied();
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
            Ok(_) => refused = Error::parameter(format!("there is no room for the load at {place}")),
            Err(error) => refused = error,
        }
    }
    // Where the cargo reaches to the doors, some of its last packages make room.
    if let (LoadClass::RipOff, Amount::Mass(kg), Some(place)) = (order.class, order.amount, first) {
        let laid = stowed::by_the_doors(&site, &Maker::new(order.goods, material, kg, draw)?, draw);
        if !laid.parcels.is_empty() {
            return Ok(put(&laid, order, material, place, scene));
        }
    }
    Err(refused)
}

/// Takes away what makes room for the packages, and puts them there.
fn put(laid: &Laid, order: &Order<'_>, material: &'static str, place: &str, scene: &Scene) -> Hidden {
    let changed = laid.taken.iter().chain(laid.cuts.iter().map(|(number, _)| number));
    let changed = changed.filter_map(|number| scene.solids.get(*number));
    let all = laid.parcels.iter().flat_map(|p| p.own.iter().chain(&p.wrap));
    let (low, high) = bounds(changed.chain(&laid.built).chain(all));
    let span = [low[0], high[0]];
    let mut scene = scene.clone();
    let mut displaced_kg: f64 = laid.cuts.iter().map(|(number, part)| scene.carve_one(*number, part)).sum();
    displaced_kg += scene.take_out(&laid.taken);
    if laid.displace {
        for parcel in &laid.parcels {
            let (low, high) = parcel.bounds();
            displaced_kg += scene.carve(&around(low, high));
        }
    }
    scene.solids.extend(laid.built.iter().cloned());
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
