//! Scenarios: which containers, cargoes and hidden loads a set of scans is drawn from.

use super::cargo::Family;
use super::container::{ContainerKind, Vehicle};
use super::load::Goods;
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
    /// How many things that look odd and are nothing a scan holds on average, 0 to 5: a spare wheel, tools left behind, a patched
    /// wall, ice; 0.7 unless told.
    #[serde(default = "some_oddities")]
    pub ordinary: f64,
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
    /// Where it is hidden; `person` goes with the goods `people` and only with them.
    pub class: LoadClass,
    /// The place within the class; any that the container and its cargo have unless told. `rip_off` has `door_gap`, `on_top`
    /// and `before_cargo`; `reefer_machinery` has `evaporator` and `motor`; `structure` has `roof`, `floor`, `front_wall`,
    /// `side_wall`, `door`, `corner_post`, `beam` and `foam` (reefers); `in_cargo` has `among` (between two blocks of cargo),
    /// `inside` (within one, packed tight) and `void` (in a chamber within one); `in_empty` has `floor`, `front_wall` and
    /// `corner`; `person` has `open_floor`, `on_top` and `hollow` (a chamber within the cargo).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// What it is; `narcotics` unless told, `people` for the class `person`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods: Option<Goods>,
    /// Its material: a name in the table of materials. Narcotics are `cocaine_hcl` and explosives `explosives` unless told; the
    /// other goods have a material of their own, and nothing else may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
    /// Lowest and highest mass in kg, 1 to 5000; needed for everything but people. Where a place is full the rest is left
    /// out; the truth says what was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass_kg: Option<[f64; 2]>,
    /// Lowest and highest number of people, 2 to 10; `[2, 10]` unless told, and only for people, whose mass follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<[u32; 2]>,
    /// The probability that a scan has it, 0 to 1; 1 unless told.
    #[serde(default = "one")]
    pub probability: f64,
}

impl LoadFile {
    /// What it is, told or not.
    pub fn goods(&self) -> Goods {
        let of_class = if self.class == LoadClass::Person { Goods::People } else { Goods::Narcotics };
        self.goods.unwrap_or(of_class)
    }
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
fn some_oddities() -> f64 {
    0.7
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
pub fn places(class: LoadClass) -> &'static [&'static str] {
    match class {
        LoadClass::RipOff => &["door_gap", "on_top", "before_cargo"],
        LoadClass::ReeferMachinery => &["evaporator", "motor"],
        LoadClass::Structure => &["roof", "floor", "front_wall", "side_wall", "door", "corner_post", "beam", "foam"],
        LoadClass::InCargo => &["among", "inside", "void"],
        LoadClass::InEmpty => &["floor", "front_wall", "corner"],
        LoadClass::Person => &["open_floor", "on_top", "hollow"],
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
        if !(0.0..=5.0).contains(&self.ordinary) {
            return wrong("ordinary", format!("is {}, expected 0 to 5", self.ordinary));
        }
        if self.loads.len() > 16 {
            return wrong("load", format!("holds {} loads, expected at most 16", self.loads.len()));
        }
        for (number, load) in self.loads.iter().enumerate() {
            let key = |field: &str| format!("load[{number}].{field}");
            check_load(load, &key)?;
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

/// Checks what a load is, of what, and how much.
fn check_load(load: &LoadFile, key: &impl Fn(&str) -> String) -> Result<()> {
    let wrong = |field: &str, message: String| Err(Error::parameter(message).at(format!("key \"{}\"", key(field))));
    let goods = load.goods();
    if (goods == Goods::People) != (load.class == LoadClass::Person) {
        let message = format!("is {}, expected people for the class person and for no other", goods.as_str());
        return wrong("goods", message);
    }
    let told_for = |rule: &str| format!("is told for {}, {rule}", goods.as_str());
    match (goods == Goods::People, load.mass_kg, load.count) {
        (true, Some(_), _) => return wrong("mass_kg", told_for("whose mass follows from \"count\"")),
        (false, _, Some(_)) => return wrong("count", told_for("which are told by \"mass_kg\"")),
        (true, None, count) => {
            let count = count.unwrap_or([2, 10]).map(f64::from);
            check_pair(&key("count"), count, 2.0, 10.0)?;
        }
        (false, None, None) => {
            return wrong("mass_kg", "is missing, expected two rising values from 1 to 5000".into());
        }
        (false, Some(mass), None) => check_pair(&key("mass_kg"), mass, 1.0, 5000.0)?,
    }
    if !(0.0..=1.0).contains(&load.probability) {
        return wrong("probability", format!("is {}, expected 0 to 1", load.probability));
    }
    let Some(material) = &load.material else { return Ok(()) };
    if matches!(goods, Goods::Narcotics | Goods::Explosives) {
        if matter::density(material).is_err() {
            let known = matter::materials().join(", ");
            return wrong("material", format!("is {material:?}, expected one of {known}"));
        }
    } else if material != goods.material() {
        return wrong(
            "material",
            format!("is {material:?}, expected none: {} are {:?}", goods.as_str(), goods.material()),
        );
    }
    Ok(())
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
        assert_eq!((scenario.loads[0].goods(), scenario.ordinary), (Goods::Narcotics, 0.7));
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
            ("[50, 60]", "[50, 60]\ncount = [2, 4]", "key \"load[0].count\": is told for narcotics"),
            (
                "mass_kg = [50, 60]",
                "",
                "key \"load[0].mass_kg\": is missing, expected two rising values from 1 to 5000",
            ),
            ("[50, 60]", "[50, 60]\ngoods = \"gold\"", "unknown variant `gold`"),
            ("[50, 60]", "[50, 60]\ngoods = \"people\"", "key \"load[0].goods\": is people"),
            ("[50, 60]", "[50, 60]\ngoods = \"cash\"", ""),
            ("[50, 60]", "[50, 60]\ngoods = \"cash\"\nmaterial = \"steel\"", "\"load[0].material\": is \"steel\""),
            ("[cargo]", "ordinary = 6\n[cargo]", "key \"ordinary\": is 6, expected 0 to 5"),
            ("[cargo]", "ordinary = nan\n[cargo]", "key \"ordinary\": is NaN, expected 0 to 5"),
            ("\"rip_off\"", "\"person\"", "key \"load[0].mass_kg\": is told for people"),
            ("\"rip_off\"\nmass_kg = [50, 60]", "\"person\"", ""),
            (
                "\"rip_off\"\nmass_kg = [50, 60]",
                "\"person\"\ncount = [1, 3]",
                "is [1, 3], expected two rising values from 2 to 10",
            ),
            ("\"rip_off\"\nmass_kg = [50, 60]", "\"person\"\ngoods = \"cash\"", "key \"load[0].goods\": is cash"),
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
        assert_eq!(ran, 28);
        let in_cargo = GOOD.replace("rip_off", "in_cargo").replace("\"coffee\"", "\"empty\"");
        let message = ScenarioFile::parse(&in_cargo).unwrap().check().unwrap_err().to_string();
        assert!(message.contains("expected no \"empty\""), "{message}");
    }
}
