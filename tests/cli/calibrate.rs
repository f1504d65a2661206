use super::{portray, shown};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A 16-bit PNG: a 6 m box with a block in it that lets `level` of 60000 through.
fn picture(path: &Path, seed: u32, level: u32, sidecar: &str) {
    let image = image::ImageBuffer::<image::Luma<u16>, Vec<u16>>::from_fn(700, 320, |x, y| {
        let inside = (60..640).contains(&x) && (40..280).contains(&y);
        let wall = inside && (!(64..636).contains(&x) || !(44..276).contains(&y));
        let block = (300..360).contains(&x) && (150..200).contains(&y);
        let base = match (block, wall, inside) {
            (true, ..) => level,
            (_, true, _) => 35_000,
            (_, _, true) => 54_000,
            _ => 60_000,
        };
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ seed.wrapping_mul(97)) >> 7;
        image::Luma([(base + noise % 64) as u16])
    });
    image.save(path).unwrap();
    let fields = r#""pixel_mm": 10.4, "polarity": "air_bright", "energies_mv": [6], "doors": "right""#;
    fs::write(path.with_extension("json"), format!("{{ {fields}{sidecar} }}")).unwrap();
}

/// 19 clean scans of one gate and one of another, the day's scans, and one that holds something.
fn station(folder: &Path) {
    for name in ["clean", "day"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    for number in 0..19 {
        let sidecar = format!(r#", "scanner": "gate 1", "time": "2026-11-02T10:{number:02}:00Z""#);
        picture(&folder.join(format!("clean/{number:02}.png")), number, 54_000 - 150 * number, &sidecar);
    }
    picture(&folder.join("clean/other.png"), 99, 54_000, r#", "scanner": "gate 2""#);
    picture(&folder.join("day/loaded.png"), 30, 20_000, r#", "scanner": "gate 1", "time": "2026-11-03T10:00:00Z""#);
    picture(&folder.join("day/empty.png"), 31, 54_000, r#", "scanner": "gate 1", "time": "2026-11-03T11:00:00Z""#);
    picture(&folder.join("day/stranger.png"), 32, 54_000, r#", "scanner": "gate 3""#);
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter("[0-9a-f]{64}", "[digest]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Runs commands one after the other and keeps what each says.
fn told(folder: &Path, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for arguments in commands {
        let output = portray(folder).args(*arguments).output().unwrap();
        let _ = write!(text, "$ portray {}\n{}\n\n", arguments.join(" "), shown(folder, &output));
    }
    text
}

#[test]
fn a_station_is_calibrated_scanned_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    station(folder.path());
    let commands: [&[&str]; 5] = [
        &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "c.json"],
        &["scan", "day", "--out", "r", "--calibration", "c.json", "--no-timings"],
        &["calibrate", "--check", "c.json", "r"],
        // The calibration's own scans say nothing new.
        &["calibrate", "--clean", "clean", "--false-alarms", "0.05", "--out", "d.json", "--reports", "kept", "-q"],
        &["calibrate", "--check", "d.json", "kept", "r/reports.jsonl"],
    ];
    snapshot("calibrate_station", &told(folder.path(), &commands));
    // The same scans, the same file, whatever the threads and the way the rate is written.
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("c.json"), bytes("d.json"));
    let threads = ["--out", "e.json", "--threads", "4", "--sessions", "4", "--json"];
    let arguments = ["calibrate", "--clean", "clean", "--false-alarms", "5%"];
    let output = portray(folder.path()).args(arguments).args(threads).output().unwrap();
    assert_eq!((output.status.code(), bytes("e.json")), (Some(0), bytes("c.json")));
    let event: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&event["scans"], &event["groups"][1]["group"]["of"]), (&20.into(), &"all".into()));
    // Files and outcomes obey their schemas.
    let schema = |kind: &str| {
        let output = portray(folder.path()).args(["schema", kind]).output().unwrap();
        jsonschema::validator_for(&serde_json::from_slice(&output.stdout).unwrap()).unwrap()
    };
    schema("calibration").validate(&serde_json::from_slice(&bytes("c.json")).unwrap()).unwrap();
    schema("report").validate(&serde_json::from_slice(&bytes("r/scans/loaded.png.json")).unwrap()).unwrap();
    schema("summary").validate(&serde_json::from_slice(&bytes("r/summary.json")).unwrap()).unwrap();
    let output = portray(folder.path()).args(["calibrate", "--check", "c.json", "r", "--json"]).output().unwrap();
    schema("drift").validate(&serde_json::from_slice(&output.stdout).unwrap()).unwrap();
}

#[test]
fn failed_scans_doubles_and_shared_containers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    station(folder.path());
    let clean = folder.path().join("clean");
    fs::write(clean.join("cut.png"), &fs::read(clean.join("00.png")).unwrap()[..5000]).unwrap();
    fs::copy(clean.join("01.png"), clean.join("again.png")).unwrap();
    fs::copy(clean.join("01.json"), clean.join("again.json")).unwrap();
    for number in 0..2 {
        let sidecar = r#", "scanner": "gate 1", "container": "CSQU3054383""#;
        picture(&clean.join(format!("boxed-{number}.png")), 50 + number, 54_000, sidecar);
    }
    let command: &[&str] = &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "c.json"];
    snapshot("calibrate_left_out", &told(folder.path(), &[command]));
    assert!(folder.path().join("c.json").is_file());
}

#[test]
fn scans_of_one_container_promise_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("clean")).unwrap();
    for number in 0..20 {
        let sidecar = r#", "scanner": "gate 1", "container": "CSQU3054383""#;
        picture(&folder.path().join(format!("clean/{number:02}.png")), number, 54_000 - 150 * number, sidecar);
    }
    let command: &[&str] = &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "c.json"];
    snapshot("calibrate_one_container", &told(folder.path(), &[command]));
    assert!(!folder.path().join("c.json").exists());
}

#[test]
fn a_check_of_which_most_failed_is_inconclusive_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    station(folder.path());
    let whole = fs::read(folder.path().join("day/empty.png")).unwrap();
    for number in 0..9 {
        fs::write(folder.path().join(format!("day/cut-{number}.png")), &whole[..5000 + number]).unwrap();
    }
    let commands: [&[&str]; 4] = [
        &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "c.json", "-q"],
        &["scan", "day", "--out", "r", "--overlays", "none", "-q"],
        &["calibrate", "--check", "c.json", "r"],
        &["calibrate", "--check", "c.json", "--running", "--false-drift", "2%", "r"],
    ];
    snapshot("calibrate_check_failed", &told(folder.path(), &commands));
    let output = portray(folder.path()).args(["calibrate", "--check", "c.json", "r", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let event: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(event["ending"], "inconclusive");
    assert!(event["left_out_share"].as_f64().is_some_and(|share| share > 0.8), "{event}");
}

#[test]
fn scores_that_changed_are_drift() {
    let folder = tempfile::tempdir().unwrap();
    station(folder.path());
    for number in 0..30 {
        let sidecar = format!(r#", "scanner": "gate 1", "time": "2026-11-04T10:{number:02}:00Z""#);
        picture(&folder.path().join(format!("day/{number:02}.png")), 200 + number, 30_000 - 100 * number, &sidecar);
    }
    let commands: [&[&str]; 3] = [
        &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "c.json", "-q"],
        &["scan", "day", "--out", "r", "--overlays", "none", "-q"],
        &["calibrate", "--check", "c.json", "r"],
    ];
    snapshot("calibrate_drift", &told(folder.path(), &commands));
}

#[test]
fn what_cannot_be_promised_or_compared_is_refused_before_any_scan() {
    let folder = tempfile::tempdir().unwrap();
    station(folder.path());
    let make = ["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "c.json", "--quiet"];
    let output = portray(folder.path()).args(make).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("noise.toml", "[prepare]\nnoise_floor = 0.002\n");
    write("text.json", "no calibration");
    fs::create_dir(folder.path().join("nothing")).unwrap();
    let mut other: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("c.json")).unwrap()).unwrap();
    other["model"]["sha256"] = "0".repeat(64).into();
    write("other-model.json", &other.to_string());
    write("day/loaded.truth.json", "{ \"clean\": false }");
    let commands: [&[&str]; 21] = [
        &["calibrate", "--clean", "clean", "day", "--false-alarms", "5%", "--out", "d.json"],
        &["calibrate", "--clean", "gone", "--false-alarms", "50%", "--out", "d.json"],
        &["calibrate", "--check", "c.json", "c.json"],
        &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "d.json", "--running"],
        &["calibrate", "--clean", "clean", "--false-alarms", "0.4%", "--out", "d.json"],
        &["calibrate", "--clean", "nothing", "--false-alarms", "5%", "--out", "d.json"],
        &["calibrate", "--clean", "clean", "--false-alarms", "5", "--out", "d.json"],
        &["calibrate", "--clean", "clean", "--false-alarms", "5%"],
        &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "no/d.json"],
        &["calibrate", "--clean", "clean", "--false-alarms", "5%", "--out", "nothing"],
        &["calibrate", "--check", "c.json", "--clean", "clean"],
        &["calibrate", "--check", "c.json"],
        &["calibrate", "--check", "c.json", "nothing"],
        &["calibrate", "--check", "c.json", "none"],
        &["calibrate", "--check", "c.json", "text.json"],
        &["calibrate", "--check", "text.json", "nothing"],
        &["scan", "day", "--out", "r", "--calibration", "c.json", "--threshold", "0.4"],
        &["scan", "day", "--out", "r", "--calibration", "none.json"],
        &["scan", "day", "--out", "r", "--calibration", "text.json"],
        &["scan", "day", "--out", "r", "--calibration", "c.json", "--settings", "noise.toml"],
        &["scan", "day", "--out", "r", "--calibration", "other-model.json"],
    ];
    for arguments in commands {
        let output = portray(folder.path()).args(arguments).output().unwrap();
        let unwritable = ["no/d.json", "nothing"].iter().any(|out| arguments.ends_with(&["--out", out]));
        assert_eq!(output.status.code(), Some(if unwritable { 70 } else { 64 }), "{arguments:?}");
    }
    snapshot("calibrate_usage", &told(folder.path(), &commands));
    assert!(!folder.path().join("d.json").exists());
    assert!(!folder.path().join("r/summary.json").exists());
}
