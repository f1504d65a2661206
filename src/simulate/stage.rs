//! Scenes before anything is hidden in them. What is hidden has no part in them, so that a scan with a load differs from one
//! without in nothing but the load and what makes room for it.

use super::cargo::{self, Family};
use super::container::{self, ContainerKind, Vehicle};
use super::draw::{Draw, ScanKey};
use super::load::{self, Amount, Hidden, Order};
use super::ordinary;
use super::scenario::Scenario;
use super::scene::{Hold, Scene};
use crate::scan::{End, Error, Result};

/// A scene before anything is hidden in it, and what is to be hidden.
pub(super) struct Staged {
    pub(super) kind: ContainerKind,
    pub(super) vehicle: Vehicle,
    pub(super) doors: End,
    pub(super) family: Family,
    /// The loads that are there, by their numbers in the scenario.
    pub(super) ordered: Vec<(usize, Amount)>,
    /// Those that could have been there and are not.
    pub(super) spare: Vec<(usize, Amount)>,
    pub(super) scene: Scene,
    pub(super) hold: Hold,
    /// Where the cargo ends towards the doors.
    pub(super) cargo_end: f64,
    pub(super) ordinary: Vec<&'static str>,
}

/// Draws and builds container, cargo, what lies about, and vehicle.
pub(super) fn stage(scenario: &Scenario, key: &ScanKey) -> Result<Staged> {
    let mut draw = key.stream("scenario", 0);
    let none = || Error::bug("a checked scenario has an empty list");
    let kind = draw.pick(&scenario.containers).ok_or_else(none)?;
    let vehicle = draw.pick(&scenario.vehicles).ok_or_else(none)?;
    let family = draw.pick(&scenario.cargo.families).ok_or_else(none)?;
    let fill = draw.between(scenario.cargo.fill);
    // Every load takes its numbers whether it is there or not, so that one load does not move the others.
    let (mut ordered, mut spare) = (Vec::new(), Vec::new());
    for (number, load) in scenario.loads.iter().enumerate() {
        let (there, amount) = (draw.chance(load.probability), Amount::draw(load, &mut draw));
        if there {
            ordered.push((number, amount));
        } else if load.probability > 0.0 {
            spare.push((number, amount));
        }
    }
    let doors = key.stream("doors", 0).pick(&scenario.doors).ok_or_else(none)?;
    let (mut scene, hold) = container::build(kind, &mut key.stream("container", 0));
    let end = (hold.x[0] + fill * hold.length()).min(hold.x[1] - door_gap(&hold, &mut key.stream("gap", 0)));
    // A tank holds its liquid already.
    let cargo_end = if kind.is_tank() {
        hold.x[0]
    } else {
        cargo::stow(&mut scene, &hold, family, end, kind.payload(), &mut key.stream("cargo", 0))
    };
    let often = scenario.ordinary;
    let ordinary = ordinary::add(&mut scene, &hold, kind, cargo_end, often, &mut key.stream("ordinary", 0));
    container::vehicle(&mut scene, vehicle, kind, &mut key.stream("vehicle", 0));
    Ok(Staged { kind, vehicle, doors, family, ordered, spare, scene, hold, cargo_end, ordinary })
}

/// How often a load is drawn anew, with another amount and other places, before another load takes its stead.
const TRIES: u64 = 6;

impl Staged {
    /// Hides one of the ordered loads in the scene as it is now. Where this cargo has no place for it (bricks among full
    /// tanks of a tonne each), it is drawn anew; then a load takes its stead that the scenario has and this scan has not.
    ///
    /// # Errors
    /// Why the load itself has no place, where none of them has one.
    pub(super) fn hide(&mut self, scenario: &Scenario, wanted: (usize, Amount), key: &ScanKey) -> Result<Hidden> {
        let (number, amount) = wanted;
        let refused = match self.try_to_hide(scenario, wanted, &mut key.stream("load", number as u64)) {
            Err(refused) => refused,
            hidden => return hidden,
        };
        let again = |number: usize, time: u64| key.stream("load, again", number as u64 * TRIES + time);
        for time in 0..TRIES {
            let mut draw = again(number, time);
            let amount = if time == 0 { amount } else { Amount::draw(&scenario.loads[number], &mut draw) };
            if let Ok(hidden) = self.try_to_hide(scenario, (number, amount), &mut draw) {
                return Ok(hidden);
            }
        }
        for at in 0..self.spare.len() {
            let other = self.spare[at];
            if let Ok(hidden) = self.try_to_hide(scenario, other, &mut key.stream("load", other.0 as u64)) {
                self.spare.remove(at);
                return Ok(hidden);
            }
        }
        Err(refused)
    }

    fn try_to_hide(&self, scenario: &Scenario, (number, amount): (usize, Amount), draw: &mut Draw) -> Result<Hidden> {
        let order = Order::of(&scenario.loads[number], amount);
        load::hide(&order, self.kind, &self.scene, &self.hold, self.cargo_end, draw)
    }
}

/// The room in mm that is left behind the doors at least: a hand's breadth in most boxes, a pallet's and more in some. It must
/// not depend on what is hidden, or the gap alone would tell.
fn door_gap(hold: &Hold, draw: &mut Draw) -> f64 {
    let typical = 330.0 * (0.75 * draw.normal()).exp();
    typical.clamp(70.0, 2600.0_f64.min(0.3 * hold.length()))
}

#[cfg(test)]
mod tests;
