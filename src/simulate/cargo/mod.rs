//! Cargo: commodity families and how they are stowed.

mod loose;
mod pallets;

use super::draw::Draw;
use super::scene::{Hold, Scene};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A commodity with its own packing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Nothing.
    Empty,
    /// Banana boxes on pallets.
    Bananas,
    /// Jute sacks of coffee beans.
    Coffee,
    /// Steel drums of oil.
    Drums,
    /// Standing reels of paper.
    PaperReels,
    /// Ceramic tiles on pallets.
    Tiles,
    /// Machines on skids and in crates.
    Machinery,
    /// A household removal: furniture, white goods, cartons.
    Household,
    /// Bundles of sawn timber.
    Timber,
    /// Cartons of mixed goods stacked by hand.
    Cartons,
}

impl Family {
    /// The family as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Bananas => "bananas",
            Self::Coffee => "coffee",
            Self::Drums => "drums",
            Self::PaperReels => "paper_reels",
            Self::Tiles => "tiles",
            Self::Machinery => "machinery",
            Self::Household => "household",
            Self::Timber => "timber",
            Self::Cartons => "cartons",
        }
    }
}

/// Stows a family in the hold up to `end` mm, no more than `payload` kg of it; returns where the cargo really ends.
pub(super) fn stow(scene: &mut Scene, hold: &Hold, family: Family, end: f64, payload: f64, draw: &mut Draw) -> f64 {
    let space = Hold { x: [hold.x[0] + draw.range(10.0, 60.0), end], ..*hold };
    match family {
        Family::Empty => {}
        Family::Bananas => pallets::bananas(scene, &space, draw),
        Family::Coffee => pallets::coffee(scene, &space, payload, draw),
        Family::Drums => pallets::drums(scene, &space, payload, draw),
        Family::PaperReels => pallets::paper_reels(scene, &space, payload, draw),
        Family::Tiles => pallets::tiles(scene, &space, payload, draw),
        Family::Timber => pallets::timber(scene, &space, payload, draw),
        Family::Machinery => loose::machinery(scene, &space, draw),
        Family::Household => loose::household(scene, &space, draw),
        Family::Cartons => loose::cartons(scene, &space, draw),
    }
    scene.bulks.iter().map(|b| b.x[1]).fold(space.x[0], f64::max)
}
