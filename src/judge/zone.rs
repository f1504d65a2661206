//! Zones: the parts of a container in which loads are hidden.

use super::region::BoxMm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where in a container a region lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Within 1.2 m of the doors: where a rip-off load is thrown in.
    DoorEnd,
    /// Within 0.6 m of the front wall: false walls, reefer machinery.
    FrontWall,
    /// Within 1.2 m of an end, and which end the doors are at is not known.
    End,
    /// The top 0.15 m, and what a fan beam adds: roof void, bows.
    Roof,
    /// The lowest 0.2 m, and what a fan beam adds: floor boards, beams below them.
    Floor,
    /// Within 0.15 m of a side wall; only a view from above can tell.
    Side,
    /// Anywhere else: among the cargo.
    Load,
}

/// Height of a high-cube container (ISO 668) in mm.
const TALLEST_MM: f32 = 2_896.0;

impl Zone {
    /// Every zone.
    pub const ALL: [Self; 7] =
        [Self::DoorEnd, Self::FrontWall, Self::End, Self::Roof, Self::Floor, Self::Side, Self::Load];

    /// The zone of a box in a container of the given length and height (or, seen from above, width) in mm.
    ///
    /// Roof and floor come first: a load in the roof void is one at whichever end it lies.
    pub fn of(region: &BoxMm, length: f32, height: f32, seen_from_above: bool, doors_known: bool) -> Self {
        let (x, y) = (region.x + region.width / 2.0, region.y + region.height / 2.0);
        if seen_from_above && (y < 150.0 || y > height - 150.0) {
            return Self::Side;
        }
        // A fan beam shows the near side larger: what exceeds the tallest box is the depth of roof and floor.
        let fan = (height - TALLEST_MM).max(0.0);
        if !seen_from_above && y > height - 150.0 - fan {
            Self::Roof
        } else if !seen_from_above && y < 200.0 + fan {
            Self::Floor
        } else if !doors_known && (x > length - 1_200.0 || x < 1_200.0) {
            Self::End
        } else if x > length - 1_200.0 {
            Self::DoorEnd
        } else if x < 600.0 {
            Self::FrontWall
        } else {
            Self::Load
        }
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::DoorEnd => "door end",
            Self::FrontWall => "front wall",
            Self::End => "end",
            Self::Roof => "roof",
            Self::Floor => "floor",
            Self::Side => "side",
            Self::Load => "load",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_a_place() {
        let at = |x: f32, y: f32, above, doors_known| {
            let region = BoxMm { x: x - 50.0, y: y - 50.0, width: 100.0, height: 100.0 };
            Zone::of(&region, 12_192.0, 2_591.0, above, doors_known)
        };
        let found = [
            at(11_800.0, 1_000.0, false, true),
            at(300.0, 1_000.0, false, true),
            at(300.0, 1_000.0, false, false),
            at(11_800.0, 2_500.0, false, true),
            at(6_000.0, 100.0, false, true),
            at(6_000.0, 100.0, true, true),
            at(6_000.0, 1_000.0, false, false),
        ];
        assert_eq!(found, Zone::ALL);
        assert_eq!(at(11_800.0, 1_000.0, false, false), Zone::End);
    }
}
