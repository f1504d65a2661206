//! The import rule of the house: a module uses only what stands to its left, and some crates have one home.

use std::fs;
use std::path::{Path, PathBuf};

/// Left to right.
const ORDER: [&str; 12] = [
    "scan", "source", "prepare", "infer", "judge", "report", "pipeline", "simulate", "fit", "evaluate", "station",
    "commands",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn modules() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    let modules: Vec<_> = found
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(&root).unwrap();
            let module = relative.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
            let text = fs::read_to_string(&path).unwrap();
            (module, path, text)
        })
        .filter(|(module, ..)| module != "lib" && module != "main")
        .collect();
    assert!(modules.len() > 20, "only {} sources were found", modules.len());
    modules
}

/// The crate's modules that a source names after `crate::`, single or in a brace group, with their lines.
fn uses(text: &str) -> Vec<(usize, String)> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let line = code[..at].matches('\n').count() + 1;
        for name in rest.strip_prefix('{').map_or_else(|| vec![rest], group) {
            let name: String = name.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if !name.is_empty() {
                found.push((line, name));
            }
        }
    }
    found
}

/// The parts of a brace group of a `use`, over several lines and with groups inside.
fn group(rest: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&rest[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&rest[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}

#[test]
fn groups_over_several_lines_are_seen() {
    let text = "use crate::{\n    judge::{self, Verdict},\n    scan,\n};\nuse crate::report::Row;";
    let names: Vec<String> = uses(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["judge", "scan", "report"]);
}

#[test]
fn modules_use_only_what_stands_to_their_left() {
    let mut checked = 0;
    for (module, path, text) in modules() {
        let place = ORDER.iter().position(|name| *name == module);
        let place = place.unwrap_or_else(|| panic!("{} is in no known module", path.display()));
        for (line, used) in uses(&text) {
            if let Some(used_place) = ORDER.iter().position(|name| *name == used) {
                checked += 1;
                assert!(used_place <= place, "{}:{line}: {module} uses {used}", path.display());
                // Nothing but the commands calls the pipeline.
                assert!(used != "pipeline" || place >= ORDER.len() - 6, "{}:{line}", path.display());
            }
        }
    }
    assert!(checked > 50, "only {checked} uses were found");
}

#[test]
fn crates_stay_in_their_homes() {
    let homes: [(&str, &[&str]); 6] = [
        ("ort::", &["infer"]),
        ("tiff::", &["source", "report"]),
        ("dicom_", &["source", "report"]),
        ("rayon::", &["pipeline", "prepare", "simulate"]),
        ("clap::", &["commands"]),
        ("anyhow::", &["commands"]),
    ];
    for (module, path, text) in modules() {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for (name, allowed) in &homes {
                let named = code
                    .match_indices(name)
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
                assert!(!named || allowed.contains(&module.as_str()), "{}:{}: {line}", path.display(), number + 1);
            }
        }
    }
}
