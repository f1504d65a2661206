//! Scenarios: which containers, cargoes and hidden loads a set of scans is drawn from.

use super::cargo::Family;
use super::container::{ContainerKind, Vehicle};
use super::matter;
use crate::scan::{End, Error, LoadClass, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scenario file (TOML) as it is written; [`ScenarioFile::check`] makes a [`Scenario`] of it.
///
/// Where a field takes several values, each scan draws one of them with equal probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The scenario's name: lower-case letters, digits, `_` and `-`; output files are named after it.
    pub name: String,
    /// What it is, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Container types; at least one.
    pub containers: Vec<ContainerKind>,
    /// What carries the container; `none` unless told.
    #[serde(default = "no_vehicle")]
    pub vehicles: Vec<Vehicle>,
    /// At which end of the image the doors are; right unless told.
    #[serde(default = "right")]
    pub doors: End,
    /// The cargo.
    pub cargo: CargoFile,
    /// What is hidden; nothing unless told.
    #[serde(default, rename = "load", skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<LoadFile>,
}

/// The cargo of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CargoFile {
    /// Commodity families; at least one.
    pub families: Vec<Family>,
    /// Lowest and highest share of the container's length that is loaded, 0.1 to 1; `[0.85, 1.0]` unless told.
    #[serde(default = "full")]
    pub fill: [f64; 2],
    /// What the papers say; the family's own name unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
}

/// One hidden load of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadFile {
    /// Where it is hidden.
    pub class: LoadClass,
    /// The place within the class; any that the class has unless told. `structure` has `roof`, `floor`, `front_wall`,
    /// `corner_post` and `foam` (reefers); `in_empty` has `floor` and `front_wall`; `rip_off` has `door_gap` and `on_top`;
    /// `in_cargo` has `pallet`; `reefer_machinery` has `evaporator` and `motor`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Its material: a name in the table of materials; `cocaine_hcl` unless told.
    #[serde(default = "cocaine")]
    pub material: String,
    /// Lowest and highest mass in kg, 1 to 5000. Where a place is full the rest is left out; the truth says what was built.
    pub mass_kg: [f64; 2],
    /// The probability that a scan has it, 0 to 1; 1 unless told.
    #[serde(default = "one")]
    pub probability: f64,
}

fn no_vehicle() -> Vec<Vehicle> {
    vec![Vehicle::None]
}
fn right() -> End {
    End::Right
}
fn full() -> [f64; 2] {
    [0.85, 1.0]
}
fn cocaine() -> String {
    "cocaine_hcl".into()
}
fn one() -> f64 {
    1.0
}

/// A scenario whose every value is possible: only [`ScenarioFile::check`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario(ScenarioFile);

impl std::ops::Deref for Scenario {
    type Target = ScenarioFile;
    fn deref(&self) -> &ScenarioFile {
        &self.0
    }
}

impl Scenario {
    /// The file's values.
    pub fn file(&self) -> &ScenarioFile {
        &self.0
    }
}

/// The places that a class of load has.
pub(super) fn places(class: LoadClass) -> &'static [&'static str] {
    match class {
        LoadClass::RipOff => &["door_gap", "on_top"],
        LoadClass::ReeferMachinery => &["evaporator", "motor"],
        LoadClass::Structure => &["roof", "floor", "front_wall", "corner_post", "foam"],
        LoadClass::InCargo => &["pallet"],
        LoadClass::InEmpty => &["floor", "front_wall"],
    }
}

impl ScenarioFile {
    /// Reads a scenario file's text.
    ///
    /// # Errors
    /// A parameter error that names line, key and what was expected.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|e| Error::parameter(e.to_string().trim_end().to_owned()).at("scenario"))
    }

    /// Checks every value.
    ///
    /// # Errors
    /// A parameter error that names the key, its range and what was found.
    pub fn check(self) -> Result<Scenario> {
        let wrong = |key: &str, message: String| Err(Error::parameter(message).at(format!("key \"{key}\"")));
        if self.schema_version != 1 {
            return wrong("schema_version", format!("is {}, expected 1", self.schema_version));
        }
        check_name(&self.name)?;
        for (key, empty) in [
            ("containers", self.containers.is_empty()),
            ("vehicles", self.vehicles.is_empty()),
            ("cargo.families", self.cargo.families.is_empty()),
        ] {
            if empty {
                return wrong(key, "is empty, expected at least one value".into());
            }
        }
        check_pair("cargo.fill", self.cargo.fill, 0.1, 1.0)?;
        if self.loads.len() > 16 {
            return wrong("load", format!("holds {} loads, expected at most 16", self.loads.len()));
        }
        for (number, load) in self.loads.iter().enumerate() {
            let key = |field: &str| format!("load[{number}].{field}");
            check_pair(&key("mass_kg"), load.mass_kg, 1.0, 5000.0)?;
            if !(0.0..=1.0).contains(&load.probability) {
                return wrong(&key("probability"), format!("is {}, expected 0 to 1", load.probability));
            }
            if matter::density(&load.material).is_err() {
                let known = matter::materials().join(", ");
                return wrong(&key("material"), format!("is {:?}, expected one of {known}", load.material));
            }
            let known = places(load.class);
            if let Some(place) = load.places.iter().find(|p| !known.contains(&p.as_str())) {
                return wrong(&key("places"), format!("holds {place:?}, expected some of {}", known.join(", ")));
            }
            let all_reefers = self.containers.iter().all(|c| c.is_reefer());
            let needs_reefer = load.class == LoadClass::ReeferMachinery || load.places.iter().any(|p| p == "foam");
            if needs_reefer && !all_reefers {
                return wrong(&key("class"), "needs reefers only in \"containers\"".into());
            }
            let empty = |f: &Family| *f == Family::Empty;
            if load.class == LoadClass::InEmpty && !self.cargo.families.iter().all(empty) {
                return wrong(&key("class"), "is in_empty, expected \"empty\" as the only cargo family".into());
            }
            if load.class == LoadClass::InCargo && self.cargo.families.iter().any(empty) {
                return wrong(&key("class"), "is in_cargo, expected no \"empty\" among the cargo families".into());
            }
        }
        Ok(Scenario(self))
    }
}

/// Names become file names: nothing may stand in them that could leave a folder.
pub(super) fn check_name(name: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(fine) {
        let message = format!("is {name:?}, expected 1 to 64 lower-case letters, digits, '_' or '-'");
        return Err(Error::parameter(message).at("key \"name\""));
    }
    Ok(())
}

/// `low <= pair[0] <= pair[1] <= high`; NaN is refused.
pub(super) fn check_pair(key: &str, pair: [f64; 2], low: f64, high: f64) -> Result<()> {
    if pair[0] >= low && pair[0] <= pair[1] && pair[1] <= high {
        return Ok(());
    }
    let message = format!("is [{}, {}], expected two rising values from {low} to {high}", pair[0], pair[1]);
    Err(Error::parameter(message).at(format!("key \"{key}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "schema_version = 1\nname = \"x\"\ncontainers = [\"box40\"]\n[cargo]\nfamilies = [\"coffee\"]\n\
                        [[load]]\nclass = \"rip_off\"\nmass_kg = [50, 60]\n";

    #[test]
    fn a_good_file_passes_and_comes_back_the_same() {
        let scenario = ScenarioFile::parse(GOOD).unwrap().check().unwrap();
        let again: ScenarioFile = serde_json::from_value(serde_json::to_value(&*scenario).unwrap()).unwrap();
        assert_eq!(again, *scenario);
        assert_eq!(scenario.loads[0].material, "cocaine_hcl");
    }

    #[test]
    fn every_wrong_value_is_named_with_its_range() {
        let cases = [
            ("schema_version = 1", "schema_version = 2", "key \"schema_version\": is 2, expected 1"),
            ("\"x\"", "\"../x\"", "key \"name\": is \"../x\""),
            ("[\"box40\"]", "[]", "key \"containers\": is empty"),
            ("[\"coffee\"]", "[]", "key \"cargo.families\": is empty"),
            (
                "[\"coffee\"]",
                "[\"coffee\"]\nfill = [0.9, 0.2]",
                "key \"cargo.fill\": is [0.9, 0.2], expected two rising",
            ),
            ("[\"coffee\"]", "[\"coffee\"]\nfill = [nan, 0.2]", "key \"cargo.fill\""),
            ("[50, 60]", "[0, 60]", "key \"load[0].mass_kg\": is [0, 60], expected two rising values from 1 to 5000"),
            ("[50, 60]", "[50, 60]\nprobability = 1.5", "key \"load[0].probability\": is 1.5, expected 0 to 1"),
            ("[50, 60]", "[50, 60]\nmaterial = \"snow\"", "key \"load[0].material\": is \"snow\", expected one of"),
            ("[50, 60]", "[50, 60]\nplaces = [\"roof\"]", "holds \"roof\", expected some of door_gap, on_top"),
            ("\"rip_off\"", "\"reefer_machinery\"", "needs reefers only"),
            ("\"rip_off\"", "\"in_empty\"", "as the only cargo family"),
            ("[\"coffee\"]", "[\"coffee\", \"empty\"]", ""),
            ("\"rip_off\"", "\"hidden\"", "unknown variant `hidden`"),
            ("[cargo]", "colour = 1\n[cargo]", "unknown field `colour`"),
            ("schema_version = 1", "schema_version = ", "scenario: "),
        ];
        let mut ran = 0;
        for (from, to, expected) in cases {
            ran += 1;
            let outcome = ScenarioFile::parse(&GOOD.replace(from, to)).and_then(ScenarioFile::check);
            if expected.is_empty() {
                outcome.unwrap();
                continue;
            }
            let message = outcome.unwrap_err().to_string();
            assert!(message.contains(expected), "{to}: {message}");
        }
        assert_eq!(ran, 16);
        let in_cargo = GOOD.replace("rip_off", "in_cargo").replace("\"coffee\"", "\"empty\"");
        let message = ScenarioFile::parse(&in_cargo).unwrap().check().unwrap_err().to_string();
        assert!(message.contains("expected no \"empty\""), "{message}");
    }
}
