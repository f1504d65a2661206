//! Scenarios: which containers, cargoes and hidden loads a set of scans is drawn from.

mod spelling;

use super::cargo::Family;
use super::container::{ContainerKind, Vehicle};
use super::load::Goods;
use super::matter;
use crate::scan::{End, Error, LoadClass, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub(super) use spelling::{Pixel, as_written, parse, pixel};

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
    /// At which end of the image the doors are: `left`, `right` or a list of them; either unless told. A vehicle drives the
    /// other way.
    #[serde(default = "either", deserialize_with = "spelling::one_or_several")]
    #[schemars(with = "spelling::Ends")]
    pub doors: Vec<End>,
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
    /// Lowest and highest share of the container's length that is loaded, 0.1 to 1; `[0.85, 1.0]` unless told. Behind the doors
    /// some room is left in any case: 0.3 m in most scans, up to 2.6 m in a few.
    #[serde(default = "full", deserialize_with = "spelling::pair")]
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
    /// (of the cargo within 3 m of the doors) and `before_cargo`; where the cargo leaves no room, its last packages give way.
    /// `reefer_machinery` has `evaporator` and `motor`; `structure` has `roof`, `floor`, `front_wall`, `side_wall`, `door`,
    /// `corner_post`, `beam` and `foam` (reefers); `in_cargo` has `among` (in place of some packages), `inside` (in packages),
    /// `void` (in a hollow where packages were) and `on_top` (of the cargo anywhere); `in_empty` has `floor`, `front_wall` and
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
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "spelling::some_pair")]
    pub mass_kg: Option<[f64; 2]>,
    /// Lowest and highest number of people, 2 to 10; `[2, 10]` unless told, and only for people, whose mass follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "spelling::some_pair")]
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
fn either() -> Vec<End> {
    vec![End::Left, End::Right]
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
        LoadClass::InCargo => &["among", "inside", "void", "on_top"],
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
        parse(text, "scenario")
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
            ("doors", self.doors.is_empty()),
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
        self.check_stows()?;
        for (number, load) in self.loads.iter().enumerate() {
            self.check_load(number, load)?;
        }
        Ok(Scenario(self))
    }

    /// Whether every family goes into every container: the scans draw any pair of them.
    fn check_stows(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::parameter(message).at("key \"cargo.families\""));
        for kind in &self.containers {
            for family in &self.cargo.families {
                if kind.is_tank() && *family != Family::Empty {
                    let message = format!("holds {}, which goes into no tank20", family.as_str());
                    return wrong(format!("{message}: a tank holds its own liquid, expected \"empty\" alone"));
                }
                if family.is_chilled() && !kind.is_reefer() {
                    return wrong(format!(
                        "holds {}, which goes into reefers, not into {}",
                        family.as_str(),
                        kind.as_str()
                    ));
                }
            }
        }
        Ok(())
    }

    /// Whether a load can be in every container and cargo of the scenario.
    fn check_load(&self, number: usize, load: &LoadFile) -> Result<()> {
        let named = |field: &str| key_of(number, field);
        let wrong = |field: &str, message: String| Err(Error::parameter(message).at(named(field)));
        check_goods(load, &named)?;
        let known = places(load.class);
        if let Some(place) = load.places.iter().find(|p| !known.contains(&p.as_str())) {
            return wrong("places", format!("holds {place:?}, expected some of {}", known.join(", ")));
        }
        let told = |place: &str| load.places.iter().any(|p| p == place);
        let all_reefers = self.containers.iter().all(|c| c.is_reefer());
        if (load.class == LoadClass::ReeferMachinery || told("foam")) && !all_reefers {
            return wrong("class", "needs reefers only in \"containers\"".into());
        }
        let class = load.class.as_str();
        if load.class != LoadClass::Structure && self.containers.iter().any(|c| c.is_tank()) {
            return wrong("class", format!("is {class}, which no tank20 has room for; take it out of \"containers\""));
        }
        let empty = |f: &Family| *f == Family::Empty;
        if load.class == LoadClass::InEmpty && !self.cargo.families.iter().all(empty) {
            return wrong("class", "is in_empty, expected \"empty\" as the only cargo family".into());
        }
        if load.class == LoadClass::InCargo && self.cargo.families.iter().any(empty) {
            return wrong("class", "is in_cargo, expected no \"empty\" among the cargo families".into());
        }
        Ok(())
    }
}

/// A load's key as messages name it: loads are counted from 1, in the order of the file.
fn key_of(number: usize, field: &str) -> String {
    format!("load {}, key \"{field}\"", number + 1)
}

/// Checks what a load is, of what, and how much.
fn check_goods(load: &LoadFile, key: &impl Fn(&str) -> String) -> Result<()> {
    let wrong = |field: &str, message: String| Err(Error::parameter(message).at(key(field)));
    let goods = load.goods();
    if (goods == Goods::People) != (load.class == LoadClass::Person) {
        let message = format!("is {}, expected people for the class person and for no other", goods.as_str());
        return wrong("goods", message);
    }
    let told_for = |rule: &str| format!("may not be given for {}, {rule}", goods.as_str());
    match (goods == Goods::People, load.mass_kg, load.count) {
        (true, Some(_), _) => return wrong("mass_kg", told_for("whose mass follows from \"count\"")),
        (false, _, Some(_)) => return wrong("count", told_for("which are told by \"mass_kg\"")),
        (true, None, count) => {
            let count = count.unwrap_or([2, 10]).map(f64::from);
            check_range(&key("count"), count, 2.0, 10.0)?;
        }
        (false, None, None) => {
            return wrong("mass_kg", "is missing, expected [lowest, highest] from 1 to 5000".into());
        }
        (false, Some(mass), None) => check_range(&key("mass_kg"), mass, 1.0, 5000.0)?,
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
    check_range(&format!("key \"{key}\""), pair, low, high)
}

fn check_range(key: &str, pair: [f64; 2], low: f64, high: f64) -> Result<()> {
    if pair[0] >= low && pair[0] <= pair[1] && pair[1] <= high {
        return Ok(());
    }
    let message = format!("is [{}, {}], expected [lowest, highest] from {low} to {high}", pair[0], pair[1]);
    Err(Error::parameter(message).at(key.to_owned()))
}

#[cfg(test)]
pub(super) mod tests;
