//! The scenarios and scanners that come with the program.

use super::{ScannerFile, ScannerModel, Scenario, ScenarioFile};
use crate::scan::Result;

/// A built-in scenario or scanner file.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// The file's text, TOML.
    pub text: &'static str,
}

macro_rules! presets {
    ($prefix:literal; $($name:literal),* $(,)?) => {
        &[$(Preset { name: $name, text: include_str!(concat!("presets/", $prefix, $name, ".toml")) }),*]
    };
}

/// The built-in scanners.
pub const SCANNERS: &[Preset] =
    presets!["scanner/"; "dual_6_4", "dual_9_6_dark", "single_6", "export_8bit", "gamma_co60"];

/// The built-in scenarios.
pub const SCENARIOS: &[Preset] = presets!["scenario/";
    "clean_any", "clean_bananas", "clean_beverages", "clean_canned_food", "clean_cars", "clean_cartons",
    "clean_cocoa", "clean_coffee", "clean_drums", "clean_electronics", "clean_empty", "clean_engines",
    "clean_fertiliser", "clean_frozen_fish", "clean_frozen_meat", "clean_furniture", "clean_garments",
    "clean_garments_hanging", "clean_groupage", "clean_household", "clean_ibcs", "clean_logs",
    "clean_machinery", "clean_paper_reels", "clean_scooters", "clean_scrap", "clean_shoes", "clean_tank",
    "clean_tiles", "clean_timber", "clean_toys", "clean_tyres", "cash", "cigarettes", "in_cargo_any",
    "in_cargo_cartons", "in_empty", "mixed", "persons", "reefer_machinery", "rip_off_any", "rip_off_bananas",
    "rip_off_coffee", "structure_any", "structure_reefer", "structure_roof", "weapons",
];

/// A built-in scenario by name, or nothing.
///
/// # Errors
/// Only where the built-in file is wrong, which a test excludes.
pub fn scenario(name: &str) -> Result<Option<Scenario>> {
    let found = SCENARIOS.iter().find(|p| p.name == name);
    found.map(|preset| ScenarioFile::parse(preset.text)?.check()).transpose()
}

/// A built-in scanner by name, or nothing.
///
/// # Errors
/// Only where the built-in file is wrong, which a test excludes.
pub fn scanner(name: &str) -> Result<Option<ScannerModel>> {
    let found = SCANNERS.iter().find(|p| p.name == name);
    found.map(|preset| ScannerFile::parse(preset.text)?.check()).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_valid_and_named_like_its_file() {
        for preset in SCENARIOS {
            assert_eq!(scenario(preset.name).unwrap().unwrap().name, preset.name);
        }
        for preset in SCANNERS {
            assert_eq!(scanner(preset.name).unwrap().unwrap().name, preset.name);
        }
        // Words of 16 bits that hold 14 or more: the noise of air is a hundred steps wide.
        for scanner in SCANNERS.iter().map(|preset| scanner(preset.name).unwrap().unwrap()) {
            let fine = scanner.step_at(scanner.detector.air) <= 4.0;
            assert!(fine || scanner.bits == 8, "{}", scanner.name);
        }
        assert_eq!((SCENARIOS.len(), SCANNERS.len()), (47, 5));
        assert!(scenario("none").unwrap().is_none() && scanner("none").unwrap().is_none());
    }
}
