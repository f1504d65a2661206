use super::*;
use clap::Parser as _;
use std::path::Path;

#[derive(clap::Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn run_with(line: &[&str]) -> (Result<Exit>, String) {
    let cli = Cli::try_parse_from([&["simulate"], line].concat()).unwrap();
    let mut out = Vec::new();
    let outcome = run(&cli.args, &mut out);
    (outcome, String::from_utf8(out).unwrap())
}

/// A scanner file with large pixels, so that a scan takes milliseconds.
fn coarse(folder: &Path, base: &str) -> String {
    let text = presets::SCANNERS.iter().find(|p| p.name == base).unwrap().text;
    let at = text.find("pixel_mm").unwrap();
    let line = &text[at..at + text[at..].find('\n').unwrap()];
    let path = folder.join("scanner.toml");
    std::fs::write(&path, text.replace(line, "pixel_mm = { x = 20.0, y = 20.0 }")).unwrap();
    path.display().to_string()
}

#[test]
fn scans_sidecars_truth_and_masks_are_written_and_repeat() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = coarse(folder.path(), "single_6");
    let out = folder.path().join("set");
    let out_text = out.display().to_string();
    let line = [
        "--scenario",
        "in_empty",
        "--scanner",
        &scanner,
        "--count",
        "2",
        "--seed",
        "4",
        "--split",
        "val",
        "--out",
        &out_text,
    ];
    let (outcome, text) = run_with(&line);
    outcome.unwrap();
    assert!(text.starts_with("in_empty_s4_val_00000.tif  empty, in_empty "), "{text}");
    let names = || {
        let mut names: Vec<String> =
            std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let stem = "in_empty_s4_val_0000";
    let scans =
        (0..2).flat_map(|n| ["json", "mask.png", "tif", "truth.json"].map(|suffix| format!("{stem}{n}.{suffix}")));
    let expected: Vec<String> = scans.collect();
    let expected = [vec!["coco.json".to_owned(), "contact.png".to_owned()], expected].concat();
    assert_eq!(names(), expected);
    let read = |name: &str| std::fs::read(out.join(name)).unwrap();
    let truth: crate::scan::Truth = serde_json::from_slice(&read(&expected[5])).unwrap();
    assert_eq!(truth.scan.sha256, crate::scan::Digest::of(&read(&truth.scan.file)));
    assert_eq!(truth.loads[0].mask.as_deref(), Some(expected[3].as_str()));
    let sidecar: serde_json::Value = serde_json::from_slice(&read(&expected[2])).unwrap();
    assert_eq!(sidecar["pixel_mm"]["x"], 20.0);
    assert!(sidecar["container"].as_str().unwrap().starts_with("PTYU"));
    let before: Vec<Vec<u8>> = expected.iter().map(|n| read(n)).collect();
    let (outcome, text) = run_with(&line);
    assert_eq!(outcome.unwrap(), Exit::Clear);
    assert!(text.starts_with("2 scans: 0 made, 2 kept from an earlier run; 2 with hidden loads; in "), "{text}");
    assert_eq!(names(), expected, "no temporary file is left");
    assert!(before.iter().zip(&expected).all(|(bytes, name)| *bytes == read(name)));
}

#[test]
fn parts_never_meet() {
    let parts = [Split::Train, Split::Val, Split::Test];
    let mut all: Vec<u64> = parts.iter().flat_map(|p| (0..100).map(|n| p.index(n))).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 300);
}

#[test]
fn errors_name_file_key_and_range() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.toml");
    let text = presets::SCENARIOS.iter().find(|p| p.name == "in_empty").unwrap().text;
    std::fs::write(&bad, text.replace("mass_kg = [5, ", "mass_kg = [0, ")).unwrap();
    let bad = bad.display().to_string();
    let big = folder.path().join("big.toml");
    std::fs::write(&big, vec![b'#'; 2 << 20]).unwrap();
    let big = big.display().to_string();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let blocked = blocked.display().to_string();
    let here = folder.path().join("set").display().to_string();
    let folder_text = folder.path().display().to_string();
    let cases: [(&[&str], &str); 7] = [
        (&["--scenario", &bad, "--out", &here], "bad.toml: load 1, key \"mass_kg\": is [0, 200], expected [lowest"),
        (&["--scenario", &big, "--out", &here], "file has 2097152 bytes, limit is 1048576"),
        (&["--scenario", "nothing", "--out", &here], "there is no scenario and no file \"nothing\"; --list-presets"),
        (&["--scanner", "nothing", "--out", &here], "there is no scanner and no file"),
        (&["--scanner", &folder_text, "--out", &here], ": "),
        (&["--out", &blocked], "cannot make folder"),
        (&["--out", &here, "--name", "../x"], "--name: name is \"../x\""),
    ];
    let mut ran = 0;
    for (line, expected) in cases {
        let message = format!("{:#}", run_with(line).0.unwrap_err());
        assert!(message.contains(expected), "{message}");
        ran += 1;
    }
    assert_eq!(ran, 7);
    let scanner = coarse(folder.path(), "dual_6_4");
    let message = format!("{:#}", run_with(&["--format", "png", "--scanner", &scanner, "--out", &here]).0.unwrap_err());
    assert!(message.contains("--format: a png holds one plane, scanner dual_6_4 has 2 beams"), "{message}");
}

#[test]
fn presets_are_listed() {
    let (outcome, text) = run_with(&["--list-presets"]);
    outcome.unwrap();
    assert_eq!(text.lines().count(), 2 + presets::SCENARIOS.len() + presets::SCANNERS.len());
    assert!(Cli::try_parse_from(["simulate"]).is_err(), "--out is needed otherwise");
}
