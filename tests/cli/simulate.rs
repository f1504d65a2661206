use super::{portray, shown, snapshot};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A scanner with large pixels and nearly parallel rays: a scan takes a fraction of a second, and its box is seen in its own size.
const SCANNER: &str = r#"
schema_version = 1
name = "coarse"
beams = [{ mv = 6.0 }]
pixel_mm = { x = 20.0, y = 20.0 }
geometry = { source_mm = 50000, detector_mm = 2500, source_height_mm = 1300, array = "vertical" }
polarity = "air_bright"
bits = 16
margin_mm = [300, 400]
[detector]
air = 58000
dark = 0
photons = 3e6
electronic = 4
step = 1
"#;

const THREATS: &str = r#"
schema_version = 1
name = "threats"
containers = ["box20"]
[cargo]
families = ["empty"]
[[load]]
class = "in_empty"
mass_kg = [80, 120]
"#;

pub(crate) fn set_up() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scanner.toml"), SCANNER).unwrap();
    fs::write(folder.path().join("threats.toml"), THREATS).unwrap();
    let clean = THREATS.split("[[load]]").next().unwrap().replace("threats", "clean");
    fs::write(folder.path().join("clean.toml"), clean).unwrap();
    folder
}

pub(crate) fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    // The lock is no part of a set.
    let entries = entries.filter(|e| e.file_name() != ".portray.lock");
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect()
}

#[test]
fn a_set_is_made_kept_and_mended() {
    let folder = set_up();
    let line = ["simulate", "--scenario", "threats.toml", "--scanner", "scanner.toml", "--count", "3", "--seed", "2"];
    let run = |more: &[&str]| portray(folder.path()).args(line).args(["--out", "set"]).args(more).output().unwrap();
    let mut text = shown(folder.path(), &run(&[]));
    let made = contents(&folder.path().join("set"));
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    let _ = write!(text, "\n--- files\n{}\n", names.join("\n"));
    let _ = write!(text, "\n$ again\n{}\n", shown(folder.path(), &run(&[])));
    // A damaged scan, and one whose truth was never written.
    fs::write(folder.path().join("set/threats_s2_train_00000.tif"), b"damaged").unwrap();
    fs::remove_file(folder.path().join("set/threats_s2_train_00002.truth.json")).unwrap();
    let _ = write!(text, "\n$ after damage\n{}\n", shown(folder.path(), &run(&[])));
    assert!(made == contents(&folder.path().join("set")), "a mended set is the set");
    let _ = write!(text, "\n$ --fresh --quiet\n{}\n", shown(folder.path(), &run(&["--fresh", "--quiet"])));
    assert!(made == contents(&folder.path().join("set")));
    snapshot("simulate_set", &text);
    let coco: serde_json::Value = serde_json::from_slice(&made["coco.json"]).unwrap();
    assert_eq!(coco["images"].as_array().unwrap().len(), 3);
    assert_eq!(coco["annotations"].as_array().unwrap().len(), 3);
    assert_eq!(image::load_from_memory(&made["contact.png"]).unwrap().width(), 1600);
}

#[test]
fn a_scan_that_cannot_be_made_is_named_and_does_not_end_the_set() {
    let folder = set_up();
    // Pixels of a millimetre: more than a picture may have.
    let scanner = SCANNER.replace("x = 20.0, y = 20.0", "x = 1.0, y = 1.0").replace("[300, 400]", "[5000, 5000]");
    fs::write(folder.path().join("fine.toml"), scanner).unwrap();
    let arguments = ["simulate", "--scenario", "clean.toml", "--scanner", "fine.toml", "--count", "2", "--out", "set"];
    let output = portray(folder.path()).args(arguments).output().unwrap();
    snapshot("simulate_failed", &shown(folder.path(), &output));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn threats_are_projected_into_clean_scans() {
    let folder = set_up();
    let clean = ["simulate", "--scenario", "clean.toml", "--scanner", "scanner.toml", "--count", "2", "--out", "clean"];
    assert_eq!(portray(folder.path()).args(clean).arg("--quiet").status().unwrap().code(), Some(0));
    let line =
        ["simulate", "tip", "--threats", "threats.toml", "--into", "clean", "--count-per-scan", "2", "--out", "tip"];
    let run = || portray(folder.path()).args(line).output().unwrap();
    let mut text = shown(folder.path(), &run());
    let made = contents(&folder.path().join("tip"));
    let _ = write!(text, "\n--- files\n{}\n", made.keys().map(String::as_str).collect::<Vec<_>>().join("\n"));
    let _ = write!(text, "\n$ again\n{}\n", shown(folder.path(), &run()));
    assert!(made == contents(&folder.path().join("tip")));
    snapshot("simulate_tip", &text);
    // A folder without scans is a mistake beside others, too.
    fs::create_dir(folder.path().join("empty")).unwrap();
    let output = portray(folder.path()).args(line).args(["--into", "empty"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(64) && error.contains("--into: empty: "), "{error}");
}

#[test]
fn wrong_usage_says_what_is_right() {
    let folder = set_up();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let cases: [&[&str]; 7] = [
        &["simulate", "tip", "--threats", "threats.toml", "--into", "empty", "--out", "o"],
        &["simulate", "tip", "--threats", "clean.toml", "--into", "empty", "--out", "o"],
        &["simulate", "tip", "--threats", "threats.toml", "--into", "missing", "--out", "o"],
        &["simulate", "tip", "--threats", "nothing", "--into", "empty", "--out", "o"],
        &["simulate", "--scanner", "dual_6_4", "--format", "png", "--out", "o"],
        &["simulate", "--properties", "--out", "o"],
        &["simulate"],
    ];
    let mut text = String::new();
    for arguments in cases {
        let output = portray(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        let _ = write!(text, "$ portray {}\n{}\n\n", arguments.join(" "), shown(folder.path(), &output));
    }
    snapshot("simulate_usage", &text);
}
