//! Scenes before anything is hidden in them. What is hidden has no part in them, so that a scan with a load differs from one
//! without in nothing but the load and what makes room for it.

use super::cargo::{self, Family};
use super::container::{self, ContainerKind, Vehicle};
use super::draw::{Draw, ScanKey};
use super::load::Amount;
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
    let ordered: Vec<(usize, Amount)> = scenario
        .loads
        .iter()
        .enumerate()
        .filter_map(|(number, load)| {
            let (there, amount) = (draw.chance(load.probability), Amount::draw(load, &mut draw));
            there.then_some((number, amount))
        })
        .collect();
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
    Ok(Staged { kind, vehicle, doors, family, ordered, scene, hold, cargo_end, ordinary })
}

/// The room in mm that is left behind the doors at least: a hand's breadth in most boxes, a pallet's and more in some. It must
/// not depend on what is hidden, or the gap alone would tell.
fn door_gap(hold: &Hold, draw: &mut Draw) -> f64 {
    let typical = 330.0 * (0.75 * draw.normal()).exp();
    typical.clamp(70.0, 2600.0_f64.min(0.3 * hold.length()))
}

#[cfg(test)]
mod tests;
