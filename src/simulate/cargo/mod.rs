//! Cargo: commodity families and how they are stowed.

mod appliances;
mod bottles;
mod cabinets;
mod cans;
mod car;
mod cartons;
mod frozen;
mod furnishings;
mod furniture;
mod goods;
mod hangers;
mod inside;
mod liquids;
mod logs;
mod long;
mod machines;
mod metal;
mod pallets;
mod piece;
mod rooms;
mod sacks;
mod scrap;
mod seats;
mod tyres;
mod unit;
mod vehicles;

use super::draw::Draw;
use super::scene::{Hold, Scene};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A commodity with its own packing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Nothing.
    Empty,
    /// Banana boxes on pallets.
    Bananas,
    /// Jute sacks of coffee beans.
    Coffee,
    /// Jute sacks of cocoa beans.
    Cocoa,
    /// Bagged fertiliser on pallets or in big bags.
    Fertiliser,
    /// Steel drums of oil.
    Drums,
    /// Intermediate bulk containers: a plastic tank in a cage on a pallet.
    Ibcs,
    /// Standing reels of paper.
    PaperReels,
    /// Bundles of sawn timber.
    Timber,
    /// Logs.
    Logs,
    /// Ceramic tiles on pallets.
    Tiles,
    /// Loose tyres, laced or stacked.
    Tyres,
    /// Furniture.
    Furniture,
    /// Electronics in cartons.
    Electronics,
    /// Garments on hangers.
    GarmentsHanging,
    /// Garments in cartons.
    Garments,
    /// Shoes in boxes in cartons.
    Shoes,
    /// Frozen meat in cartons.
    FrozenMeat,
    /// Frozen fish in cartons.
    FrozenFish,
    /// Bottles of wine and beer in cartons and crates.
    Beverages,
    /// Canned food on pallets.
    CannedFood,
    /// Machines on skids and in crates.
    Machinery,
    /// Engines and spare parts.
    Engines,
    /// Cars, strapped down.
    Cars,
    /// Scrap metal.
    Scrap,
    /// A household removal: furniture, white goods, cartons.
    Household,
    /// Scooters and motorcycles in crates.
    Scooters,
    /// Toys in cartons.
    Toys,
    /// Mixed groupage: pallets and pieces of several senders.
    Groupage,
    /// Cartons of mixed goods stacked by hand.
    Cartons,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 30] = [
        Self::Empty,
        Self::Bananas,
        Self::Coffee,
        Self::Cocoa,
        Self::Fertiliser,
        Self::Drums,
        Self::Ibcs,
        Self::PaperReels,
        Self::Timber,
        Self::Logs,
        Self::Tiles,
        Self::Tyres,
        Self::Furniture,
        Self::Electronics,
        Self::GarmentsHanging,
        Self::Garments,
        Self::Shoes,
        Self::FrozenMeat,
        Self::FrozenFish,
        Self::Beverages,
        Self::CannedFood,
        Self::Machinery,
        Self::Engines,
        Self::Cars,
        Self::Scrap,
        Self::Household,
        Self::Scooters,
        Self::Toys,
        Self::Groupage,
        Self::Cartons,
    ];

    /// The family as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Bananas => "bananas",
            Self::Coffee => "coffee",
            Self::Cocoa => "cocoa",
            Self::Fertiliser => "fertiliser",
            Self::Drums => "drums",
            Self::Ibcs => "ibcs",
            Self::PaperReels => "paper_reels",
            Self::Timber => "timber",
            Self::Logs => "logs",
            Self::Tiles => "tiles",
            Self::Tyres => "tyres",
            Self::Furniture => "furniture",
            Self::Electronics => "electronics",
            Self::GarmentsHanging => "garments_hanging",
            Self::Garments => "garments",
            Self::Shoes => "shoes",
            Self::FrozenMeat => "frozen_meat",
            Self::FrozenFish => "frozen_fish",
            Self::Beverages => "beverages",
            Self::CannedFood => "canned_food",
            Self::Machinery => "machinery",
            Self::Engines => "engines",
            Self::Cars => "cars",
            Self::Scrap => "scrap",
            Self::Household => "household",
            Self::Scooters => "scooters",
            Self::Toys => "toys",
            Self::Groupage => "groupage",
            Self::Cartons => "cartons",
        }
    }
}

impl Family {
    /// Whether it needs a reefer.
    pub(super) fn is_chilled(self) -> bool {
        matches!(self, Self::Bananas | Self::FrozenMeat | Self::FrozenFish)
    }
}

/// Stows a family in the hold up to `end` mm, no more than `payload` kg of it; returns where the cargo really ends.
pub(super) fn stow(scene: &mut Scene, hold: &Hold, family: Family, end: f64, payload: f64, draw: &mut Draw) -> f64 {
    // Now and then a hand's breadth or two are left at the front wall, as a false wall would take.
    let front = if draw.chance(0.2) { draw.range(60.0, 200.0) } else { draw.range(10.0, 60.0) };
    let space = Hold { x: [hold.x[0] + front, end], ..*hold };
    let first = scene.solids.len();
    let fill: fn(&mut Scene, &Hold, f64, &mut Draw) = match family {
        Family::Empty => return space.x[0],
        Family::Bananas => pallets::bananas,
        Family::Tiles => pallets::tiles,
        Family::CannedFood => cans::canned_food,
        Family::FrozenMeat => frozen::frozen_meat,
        Family::FrozenFish => frozen::frozen_fish,
        Family::Coffee => sacks::coffee,
        Family::Cocoa => sacks::cocoa,
        Family::Fertiliser => sacks::fertiliser,
        Family::Drums => liquids::drums,
        Family::Ibcs => liquids::ibcs,
        Family::Beverages => bottles::beverages,
        Family::PaperReels => long::paper_reels,
        Family::Timber => long::timber,
        Family::Logs => logs::logs,
        Family::Tyres => tyres::tyres,
        Family::Cartons => cartons::mixed,
        Family::Electronics => cartons::electronics,
        Family::Garments => cartons::garments,
        Family::Shoes => cartons::shoes,
        Family::Toys => cartons::toys,
        Family::GarmentsHanging => hangers::garments_hanging,
        Family::Furniture => furniture::furniture,
        Family::Household => rooms::household,
        Family::Groupage => goods::groupage,
        Family::Machinery => metal::machinery,
        Family::Engines => metal::engines,
        Family::Scrap => metal::scrap,
        Family::Cars => vehicles::cars,
        Family::Scooters => vehicles::scooters,
    };
    fill(scene, &space, payload, draw);
    scene.cargo = first..scene.solids.len();
    // Solids that stick out behind (a bent bumper, a shifted pallet) count too.
    let reach = scene.solids[first..].iter().map(|solid| solid.body.bounds().1[0]);
    reach.fold(space.x[0], f64::max)
}
