//! Scenario files, right and wrong.

use super::*;

const GOOD: &str = "schema_version = 1\nname = \"x\"\ncontainers = [\"box40\"]\n[cargo]\nfamilies = [\"coffee\"]\n\
                    [[load]]\nclass = \"rip_off\"\nmass_kg = [50, 60]\n";

/// Holds what is said of a file whose first text is changed to the second: it names the third, or, where that is empty, the
/// file is good.
pub(in crate::simulate) fn each_is_told<T>(good: &str, cases: &[[&str; 3]], check: impl Fn(&str) -> Result<T>) {
    for [from, to, expected] in cases {
        assert!(good.contains(from), "{from}");
        match check(&good.replace(from, to)) {
            Ok(_) => assert!(expected.is_empty(), "{to}: nothing is said, expected {expected}"),
            Err(error) => {
                let message = error.to_string();
                assert!(!expected.is_empty() && message.contains(expected), "{to}: {message}");
            }
        }
    }
}

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
        ["schema_version = 1", "schema_version = 2", "key \"schema_version\": is 2, expected 1"],
        ["\"x\"", "\"../x\"", "key \"name\": is \"../x\""],
        ["[\"box40\"]", "[]", "key \"containers\": is empty"],
        ["[\"coffee\"]", "[]", "key \"cargo.families\": is empty"],
        [
            "[\"coffee\"]",
            "[\"coffee\"]\nfill = [0.9, 0.2]",
            "key \"cargo.fill\": is [0.9, 0.2], expected [lowest, highest]",
        ],
        ["[\"coffee\"]", "[\"coffee\"]\nfill = [nan, 0.2]", "key \"cargo.fill\""],
        ["[50, 60]", "[0, 60]", "load 1, key \"mass_kg\": is [0, 60], expected [lowest, highest] from 1 to 5000"],
        ["[50, 60]", "[50, 60]\ncount = [2, 4]", "load 1, key \"count\": may not be given for narcotics"],
        ["mass_kg = [50, 60]", "", "load 1, key \"mass_kg\": is missing, expected [lowest, highest] from 1 to 5000"],
        ["[50, 60]", "[50, 60]\ngoods = \"gold\"", "unknown variant `gold`"],
        ["[50, 60]", "[50, 60]\ngoods = \"people\"", "load 1, key \"goods\": is people"],
        ["[50, 60]", "[50, 60]\ngoods = \"cash\"", ""],
        ["[50, 60]", "[50, 60]\ngoods = \"cash\"\nmaterial = \"steel\"", "load 1, key \"material\": is \"steel\""],
        ["[cargo]", "ordinary = 6\n[cargo]", "key \"ordinary\": is 6, expected 0 to 5"],
        ["[cargo]", "ordinary = nan\n[cargo]", "key \"ordinary\": is NaN, expected 0 to 5"],
        ["\"rip_off\"", "\"person\"", "load 1, key \"mass_kg\": may not be given for people"],
        ["\"rip_off\"\nmass_kg = [50, 60]", "\"person\"", ""],
        [
            "\"rip_off\"\nmass_kg = [50, 60]",
            "\"person\"\ncount = [1, 3]",
            "is [1, 3], expected [lowest, highest] from 2 to 10",
        ],
        ["\"rip_off\"\nmass_kg = [50, 60]", "\"person\"\ngoods = \"cash\"", "load 1, key \"goods\": is cash"],
        ["[50, 60]", "[50, 60]\nprobability = 1.5", "load 1, key \"probability\": is 1.5, expected 0 to 1"],
        ["[50, 60]", "[50, 60]\nmaterial = \"snow\"", "load 1, key \"material\": is \"snow\", expected one of"],
        ["[50, 60]", "[50, 60]\nplaces = [\"roof\"]", "holds \"roof\", expected some of door_gap, on_top"],
        ["\"rip_off\"", "\"reefer_machinery\"", "needs reefers only"],
        ["\"rip_off\"", "\"in_empty\"", "as the only cargo family"],
        ["[\"coffee\"]", "[\"coffee\", \"empty\"]", ""],
        ["\"rip_off\"", "\"hidden\"", "unknown variant `hidden`"],
        ["[cargo]", "colour = 1\n[cargo]", "unknown field `colour`"],
        ["schema_version = 1", "schema_version = ", "scenario: "],
        ["[50, 60]", "50", "expected two numbers, [lowest, highest]"],
        ["[50, 60]", "[50, 60, 70]", "expected two numbers, [lowest, highest]"],
        ["[\"coffee\"]", "[\"coffee\"]\nfill = 1", "expected two numbers, [lowest, highest]"],
        ["[\"coffee\"]", "[\"bananas\"]", "holds bananas, which goes into reefers, not into box40"],
        ["[\"box40\"]", "[\"tank20\"]", "holds coffee, which goes into no tank20"],
        ["[cargo]", "doors = \"left\"\n[cargo]", ""],
        ["[cargo]", "doors = [\"left\", \"right\"]\n[cargo]", ""],
        ["[cargo]", "doors = []\n[cargo]", "key \"doors\": is empty"],
        ["[cargo]", "doors = \"up\"\n[cargo]", "expected \"left\", \"right\" or a list of them"],
    ];
    assert_eq!(cases.len(), 37);
    each_is_told(GOOD, &cases, |text| ScenarioFile::parse(text).and_then(ScenarioFile::check));
    let in_cargo = GOOD.replace("rip_off", "in_cargo").replace("\"coffee\"", "\"empty\"");
    let message = ScenarioFile::parse(&in_cargo).unwrap().check().unwrap_err().to_string();
    assert!(message.contains("expected no \"empty\""), "{message}");
}

#[test]
fn another_version_is_told_before_anything_else() {
    let message = ScenarioFile::parse("schema_version = 2\n").unwrap_err().to_string();
    assert!(message.contains("key \"schema_version\": is 2, expected 1"), "{message}");
}

#[test]
fn a_tank_takes_loads_in_its_structure_only() {
    let tank = GOOD.replace("box40", "tank20").replace("coffee", "empty");
    for class in ["rip_off", "in_empty", "person"] {
        let mut text = tank.replace("rip_off", class);
        if class == "person" {
            text = text.replace("mass_kg = [50, 60]\n", "");
        }
        let message = ScenarioFile::parse(&text).unwrap().check().unwrap_err().to_string();
        assert!(
            message.contains(&format!("load 1, key \"class\": is {class}, which no tank20 has room for")),
            "{message}"
        );
    }
    ScenarioFile::parse(&tank.replace("rip_off", "structure")).unwrap().check().unwrap();
}
