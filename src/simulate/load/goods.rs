//! What is hidden, in which pieces, and in which packing.

use super::pieces::{Fineness, Piece};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Goods {
    /// Drugs in bricks, slabs, tins or tubes.
    Narcotics,
    /// Cartons of cigarettes, mostly in master cases of 50.
    Cigarettes,
    /// Banknotes in bundles of a thousand.
    Cash,
    /// Rifles and pistols.
    Weapons,
    /// Blocks of explosives.
    Explosives,
    /// People.
    People,
}

impl Goods {
    /// Every kind of goods.
    pub const ALL: [Self; 6] =
        [Self::Narcotics, Self::Cigarettes, Self::Cash, Self::Weapons, Self::Explosives, Self::People];

    /// The goods as files spell them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Narcotics => "narcotics",
            Self::Cigarettes => "cigarettes",
            Self::Cash => "cash",
            Self::Weapons => "weapons",
            Self::Explosives => "explosives",
            Self::People => "people",
        }
    }

    /// The material that they are made of unless told.
    pub fn material(self) -> &'static str {
        match self {
            Self::Narcotics => "cocaine_hcl",
            Self::Cigarettes => "tobacco",
            Self::Cash => "cash",
            Self::Weapons => "steel",
            Self::Explosives => "explosives",
            Self::People => "body",
        }
    }

    /// The pieces that they come in, the usual one first. Sides in mm.
    pub(super) fn pieces(self) -> &'static [Piece] {
        match self {
            // A brick of about 1 kg (FIELD: 20 by 13 by 4 cm); slabs are pressed for flat hides, bars of a quarter of a
            // kilogram for narrow ones.
            Self::Narcotics => &[
                Piece { packing: "bricks", one: "brick", size: [200.0, 130.0, 40.0] },
                Piece { packing: "slabs", one: "slab", size: [300.0, 210.0, 18.0] },
                Piece { packing: "bars", one: "bar", size: [150.0, 70.0, 22.0] },
            ],
            // Ten packs of 88 by 55 by 22 mm, and a pack.
            Self::Cigarettes => &[
                Piece { packing: "cartons", one: "carton", size: [275.0, 88.0, 45.0] },
                Piece { packing: "packs", one: "pack", size: [88.0, 55.0, 22.0] },
            ],
            // A thousand notes of 160 by 80 by 0.11 mm, and the strap of a hundred.
            Self::Cash => &[
                Piece { packing: "bundles", one: "bundle", size: [160.0, 80.0, 110.0] },
                Piece { packing: "straps", one: "strap", size: [160.0, 80.0, 11.0] },
            ],
            // Demolition blocks of 11 by 2 by 1.5 inches, about 0.9 kg, and pressed sheet.
            Self::Explosives => &[
                Piece { packing: "blocks", one: "block", size: [280.0, 51.0, 38.0] },
                Piece { packing: "sheets", one: "sheet", size: [250.0, 76.0, 20.0] },
            ],
            Self::Weapons | Self::People => &[],
        }
    }

    /// The packings in which they are piled up in the open, with the share of loads that use each.
    pub(super) fn packings(self) -> &'static [(Packing, f64)] {
        match self {
            Self::Narcotics => &[
                (Packing::SportsBags, 0.42),
                (Packing::Holdalls, 0.18),
                (Packing::Cartons, 0.12),
                (Packing::Sacks, 0.12),
                (Packing::Tins, 0.08),
                (Packing::Tubes, 0.08),
            ],
            Self::Cigarettes => &[(Packing::MasterCases, 0.85), (Packing::Holdalls, 0.15)],
            Self::Cash => &[
                (Packing::SportsBags, 0.35),
                (Packing::Holdalls, 0.2),
                (Packing::Suitcases, 0.3),
                (Packing::Cartons, 0.15),
            ],
            Self::Weapons => &[
                (Packing::RifleCases, 0.35),
                (Packing::WeaponCrates, 0.35),
                (Packing::PistolCases, 0.2),
                (Packing::Rifles, 0.06),
                (Packing::Pistols, 0.04),
            ],
            Self::Explosives => &[(Packing::Crates, 0.5), (Packing::SportsBags, 0.3), (Packing::Tubes, 0.2)],
            Self::People => &[],
        }
    }
}

/// How goods are packed where they are piled up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Sports bags of 20 to 30 kg.
    SportsBags,
    /// Holdalls of 10 to 18 kg.
    Holdalls,
    /// Hard suitcases of 12 to 20 kg.
    Suitcases,
    /// Wooden crates of 40 to 80 kg.
    Crates,
    /// Cartons of 8 to 26 kg.
    Cartons,
    /// Woven sacks of 15 to 45 kg.
    Sacks,
    /// Cases of 50 cartons of cigarettes.
    MasterCases,
    /// Trays of six large food tins.
    Tins,
    /// Plastic tubes, closed at the ends.
    Tubes,
    /// Hard cases of two rifles.
    RifleCases,
    /// Wooden crates of rifles.
    WeaponCrates,
    /// Wooden cases of pistols.
    PistolCases,
    /// Rifles wrapped in cloth.
    Rifles,
    /// Pistols wrapped in cloth.
    Pistols,
}

impl Packing {
    /// The packing as the truth spells it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::SportsBags => "sports_bags",
            Self::Holdalls => "holdalls",
            Self::Suitcases => "suitcases",
            Self::Crates => "crates",
            Self::Cartons => "cartons",
            Self::Sacks => "sacks",
            Self::MasterCases => "master_cases",
            Self::Tins => "tins",
            Self::Tubes => "tubes",
            Self::RifleCases => "rifle_cases",
            Self::WeaponCrates => "weapon_crates",
            Self::PistolCases => "pistol_cases",
            Self::Rifles => "wrapped_rifles",
            Self::Pistols => "wrapped_pistols",
        }
    }

    /// Whether a pile of it sags and leans.
    pub(super) fn is_soft(self) -> bool {
        matches!(self, Self::SportsBags | Self::Holdalls | Self::Sacks)
    }

    /// The masses in kg for which it is used: one package more or less must not matter, and the number of solids must
    /// stay small.
    pub(super) fn suits(self, kg: f64) -> bool {
        match self {
            Self::Holdalls | Self::Cartons => kg <= 1500.0,
            Self::Tins => (20.0..=350.0).contains(&kg),
            Self::Tubes => (5.0..=800.0).contains(&kg),
            Self::RifleCases => (8.0..=200.0).contains(&kg),
            Self::Suitcases => kg <= 2000.0,
            Self::WeaponCrates => kg >= 15.0,
            Self::PistolCases => kg <= 400.0,
            Self::Rifles => (4.0..=80.0).contains(&kg),
            Self::Pistols => kg <= 20.0,
            _ => true,
        }
    }
}

/// How finely a stack is built, so that a load stays under 400 solids: at most about 250 of them are goods.
pub(super) fn fineness(total_kg: f64, column_kg: f64, layer_kg: f64) -> Fineness {
    const SOLIDS: f64 = 250.0;
    if total_kg <= SOLIDS * column_kg {
        Fineness::Columns
    } else if total_kg <= SOLIDS * layer_kg {
        Fineness::Layers
    } else {
        Fineness::Block
    }
}
