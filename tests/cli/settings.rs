//! docs/settings.md and docs/settings.example.toml say what the program does: every setting, its default and its range.

use super::{picture, portray};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn page() -> String {
    std::fs::read_to_string(docs().join("settings.md")).unwrap()
}

fn example() -> String {
    std::fs::read_to_string(docs().join("settings.example.toml")).unwrap()
}

/// The tables of the settings file and their fields, as the program's own schema has them.
fn fields() -> Vec<(String, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let output = portray(folder.path()).args(["schema", "settings"]).output().unwrap();
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let tables = schema["properties"].as_object().unwrap();
    let names = |table: &Value| {
        let target = table["$ref"].as_str().unwrap().trim_start_matches('#');
        schema.pointer(target).unwrap()["properties"].as_object().unwrap().keys().cloned().collect()
    };
    tables.iter().map(|(name, table)| (name.clone(), names(table))).collect()
}

/// The cells of the row of `key` in the page's section that `[table]` heads: key, unit, range, default, when.
fn row(page: &str, heading: &str, key: &str) -> Vec<String> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_default();
    let start = format!("| `{key}` |");
    let line = section.lines().find(|line| line.starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("docs/settings.md has no row for `{key}` under `## {heading}`"));
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// What a report says that a run of one picture was made with.
fn settings_of_a_run(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    picture(&folder.path().join("a.png"), false);
    let output = portray(folder.path()).args(["scan", "a.png", "--out", "r"]).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = std::fs::read(folder.path().join("r/scans/a.png.json")).unwrap();
    serde_json::from_slice::<Value>(&report).unwrap()["settings"].clone()
}

#[test]
fn the_example_is_read_and_holds_the_defaults() {
    let path = docs().join("settings.example.toml");
    let with = settings_of_a_run(&["--settings", path.to_str().unwrap()]);
    assert_eq!(with, settings_of_a_run(&[]), "docs/settings.example.toml has other values than the defaults");
}

#[test]
fn the_example_with_every_line_in_use_is_read() {
    let text = example();
    let all: Vec<&str> =
        text.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line)).collect();
    let values: toml::Table = all.join("\n").parse().unwrap();
    let mut seen = 0;
    for (table, names) in fields() {
        for name in names {
            assert!(values[&table].get(&name).is_some(), "docs/settings.example.toml lacks {table}.{name}");
            seen += 1;
        }
    }
    let given: usize = values.values().map(|table| table.as_table().unwrap().len()).sum();
    assert_eq!(given, seen);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.toml");
    std::fs::write(&path, all.join("\n")).unwrap();
    let with = settings_of_a_run(&["--settings", path.to_str().unwrap()]);
    assert_eq!(with["prepare"]["polarity"], "air_bright");
    assert_eq!(with["judge"]["threshold"], 0.5);
}

#[test]
fn the_page_names_every_setting_with_its_default() {
    let (page, values) = (page(), example().parse::<toml::Table>().unwrap());
    let mut rows = 0;
    for (table, names) in fields() {
        for name in names {
            let cells = row(&page, &format!("`[{table}]`"), &name);
            assert_eq!(cells.len(), 5, "{cells:?}");
            let default = cells[3].trim_matches('`');
            match values[&table].get(&name) {
                // `5` for `5.0`: numbers are compared, words are words.
                Some(toml::Value::Float(value)) => assert_eq!(default.parse(), Ok(*value), "{table}.{name}"),
                Some(toml::Value::Array(_)) => assert_eq!(default, "none", "{table}.{name}"),
                Some(toml::Value::String(value)) => assert_eq!(default, value, "{table}.{name}"),
                Some(value) => assert_eq!(default, value.to_string(), "{table}.{name}"),
                None => assert!(default.starts_with("the "), "{table}.{name} has no default of its own: {default}"),
            }
            rows += 1;
        }
    }
    assert_eq!(rows, 25, "a setting came or went: the page and this number go with it");
    let limits = settings_of_a_run(&[])["limits"].clone();
    for (name, value) in limits.as_object().unwrap() {
        let cells = row(&page, "Limits", &format!("--{}", name.replace('_', "-")));
        assert_eq!(cells[3], value.to_string(), "{name}");
    }
}

#[test]
fn the_page_states_the_ranges_that_are_held() {
    let (page, folder) = (page(), tempfile::tempdir().unwrap());
    let numbers = [
        ("prepare", "dropout_min_share"),
        ("prepare", "default_pixel_mm"),
        ("prepare", "noise_floor"),
        ("prepare", "shielded_below"),
        ("prepare", "shielded_sigmas"),
        ("prepare", "ratio_min_attenuation"),
        ("prepare", "max_pixels"),
        ("judge", "threshold"),
        ("judge", "min_area_mm2"),
        ("judge", "unseen_side_mm"),
        ("judge", "max_shielded_share"),
        ("judge", "max_repaired_share"),
        ("judge", "max_regions"),
    ];
    for (table, name) in numbers {
        std::fs::write(folder.path().join("s.toml"), format!("[{table}]\n{name} = 4000000000\n")).unwrap();
        let output = portray(folder.path()).args(["scan", ".", "--out", "r", "--settings", "s.toml"]).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{table}.{name}: {error}");
        let range = error.split("expected ").nth(1).unwrap().split([';', '\n']).next().unwrap().trim();
        assert_eq!(row(&page, &format!("`[{table}]`"), name)[2], range, "{table}.{name}");
    }
    std::fs::write(folder.path().join("s.toml"), "[judge]\naccept = [\"everything\"]\n").unwrap();
    let output = portray(folder.path()).args(["scan", ".", "--out", "r", "--settings", "s.toml"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let codes: Vec<&str> = error.trim().split("some of ").nth(1).unwrap().split(", ").collect();
    assert_eq!(codes.len(), 14);
    for code in codes {
        assert!(page.contains(&format!("`{code}`")), "docs/settings.md does not name the warning `{code}`");
    }
}
