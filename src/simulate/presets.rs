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
    "clean_empty", "clean_bananas", "clean_coffee", "clean_drums", "clean_paper_reels", "clean_tiles",
    "clean_machinery", "clean_household", "clean_timber", "clean_cartons",
    "rip_off_coffee", "rip_off_bananas", "structure_roof", "structure_any", "in_empty", "in_cargo_cartons",
    "reefer_machinery", "mixed",
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
        assert_eq!((SCENARIOS.len(), SCANNERS.len()), (18, 5));
        assert!(scenario("none").unwrap().is_none() && scanner("none").unwrap().is_none());
    }
}
