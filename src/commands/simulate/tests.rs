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
    let expected =
        [vec![".portray.lock".to_owned(), "coco.json".to_owned(), "contact.png".to_owned()], expected].concat();
    assert_eq!(names(), expected);
    let read = |name: &str| std::fs::read(out.join(name)).unwrap();
    let truth: crate::scan::Truth = serde_json::from_slice(&read(&expected[6])).unwrap();
    assert_eq!(truth.scan.sha256, crate::scan::Digest::of(&read(&truth.scan.file)));
    assert_eq!(truth.loads[0].mask.as_deref(), Some(expected[4].as_str()));
    let sidecar: serde_json::Value = serde_json::from_slice(&read(&expected[3])).unwrap();
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
    let latin = folder.path().join("latin.toml");
    std::fs::write(&latin, b"name = \"caf\xe9\"").unwrap();
    let latin = latin.display().to_string();
    let cases: [(&[&str], &str); 9] = [
        (&["--scenario", "/dev/zero", "--out", &here], "/dev/zero: file has more than 1048576 bytes"),
        (&["--scenario", &latin, "--out", &here], "latin.toml: is not UTF-8 from byte 11 on"),
        (&["--scenario", &bad, "--out", &here], "bad.toml: load 1, key \"mass_kg\": is [0, 200], expected [lowest"),
        (&["--scenario", &big, "--out", &here], "file has more than 1048576 bytes"),
        (&["--scenario", "nothing", "--out", &here], "there is no scenario and no file \"nothing\"; --list-presets"),
        (&["--scanner", "nothing", "--out", &here], "there is no scanner and no file"),
        (&["--scanner", &folder_text, "--out", &here], ": "),
        (&["--out", &blocked], "cannot make folder"),
        (&["--out", &here, "--name", "../x"], "--name: name is \"../x\""),
    ];
    let mut ran = 0;
    for (line, expected) in cases {
        let error = run_with(line).0.unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains(expected), "{message}");
        // What a folder holds in a file's place cannot be read; all else is the user's to mend.
        let blocked = message.contains("cannot make") || line.contains(&folder_text.as_str());
        assert_eq!(Exit::of(&error) == Exit::Usage, !blocked, "{message}");
        ran += 1;
    }
    assert_eq!(ran, 9);
    let scanner = coarse(folder.path(), "dual_6_4");
    let message = format!("{:#}", run_with(&["--format", "png", "--scanner", &scanner, "--out", &here]).0.unwrap_err());
    assert!(message.contains("--format: a png holds one plane, scanner dual_6_4 has 2 beams"), "{message}");
}

#[test]
fn a_scan_is_rendered_again_from_its_truth_or_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = coarse(folder.path(), "single_6");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (set, again, alone) = (at("set"), at("again"), at("alone"));
    let line = ["--scenario", "in_empty", "--scanner", &scanner, "--seed", "4", "--split", "test"];
    run_with(&[&line[..], &["--count", "2", "--out", &set]].concat()).0.unwrap();
    let name = "in_empty_s4_test_00001";
    let truth = at(&format!("set/{name}.truth.json"));
    for line in [
        vec!["--from", &truth, "--out", &again],
        // It is there already, and is the one.
        vec!["--from", &truth, "--out", &again],
        [&line[..], &["--first", "1", "--out", &alone]].concat(),
    ] {
        assert_eq!(run_with(&line).0.unwrap(), Exit::Clear, "{line:?}");
    }
    for file in ["tif", "json", "mask.png", "truth.json"] {
        let read = |folder: &str| std::fs::read(at(&format!("{folder}/{name}.{file}"))).unwrap();
        assert!(read("set") == read("again"), "{file}");
        assert!(read("set") == read("alone"), "{file}");
    }
    let stated: Truth = serde_json::from_slice(&std::fs::read(&truth).unwrap()).unwrap();
    assert_eq!((stated.split.as_deref(), stated.view, stated.index), (Some("test"), 1, (2 << 32) | 1));
    // Another scan than the truth tells of is made, and said to be another.
    let mut other = stated.clone();
    other.scan.sha256 = crate::scan::Digest::of(b"another");
    std::fs::write(at("other.truth.json"), serde_json::to_vec(&other).unwrap()).unwrap();
    assert_eq!(run_with(&["--from", &at("other.truth.json"), "--out", &at("o")]).0.unwrap(), Exit::Failed);
    let message = |truth: &Truth| {
        std::fs::write(at("wrong.truth.json"), serde_json::to_vec(truth).unwrap()).unwrap();
        format!("{:#}", run_with(&["--from", &at("wrong.truth.json"), "--out", &at("o")]).0.unwrap_err())
    };
    let (mut projected, mut view, mut named) = (stated.clone(), stated.clone(), stated.clone());
    projected.generator.name = "portray simulate tip".into();
    assert!(message(&projected).contains("which needs more than the truth; run the same command"));
    view.view = 2;
    assert!(message(&view).contains("view is 2, its scanner has 1"));
    named.scan.file = "../x.tif".into();
    assert!(message(&named).contains("name is \"../x\""));
    let error = run_with(&["--from", &scanner, "--out", &at("o")]).0.unwrap_err();
    assert!(format!("{error:#}").contains("scanner.toml: is no truth of a simulated scan"), "{error:#}");
    let error = run_with(&["--from", "none", "--out", &at("o")]).0.unwrap_err();
    assert!(Exit::of(&error) == Exit::Usage && format!("{error:#}").contains("there is no file"), "{error:#}");
}

#[test]
fn a_damaged_mask_is_made_again_and_a_folder_has_one_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = coarse(folder.path(), "single_6");
    let set = folder.path().join("set");
    let out = set.display().to_string();
    let line = ["--scenario", "in_empty", "--scanner", &scanner, "--out", &out];
    run_with(&line).0.unwrap();
    let mask = set.join("in_empty_s0_train_00000.mask.png");
    let whole = std::fs::read(&mask).unwrap();
    std::fs::write(&mask, b"").unwrap();
    let (_, text) = run_with(&line);
    assert!(text.contains("1 scan: 1 made;"), "{text}");
    assert!(std::fs::read(&mask).unwrap() == whole);
    let _held = crate::report::lock(&set).unwrap();
    let error = run_with(&line).0.unwrap_err();
    assert!(Exit::of(&error) == Exit::Usage && error.to_string().contains("another run is at work"), "{error:#}");
}

#[test]
fn words_and_presets_are_printed_for_files_of_ones_own() {
    let printed = |line: &[&str]| run_with(line).1;
    for preset in presets::SCENARIOS.iter().chain(presets::SCANNERS) {
        assert_eq!(printed(&["--print-preset", preset.name]), preset.text);
    }
    let error = run_with(&["--print-preset", "none"]).0.unwrap_err();
    assert!(Exit::of(&error) == Exit::Usage && error.to_string().contains("\"none\""), "{error:#}");
    for (what, word, least) in [
        ("families", "bananas", 30),
        ("places", "rip_off              door_gap, on_top, before_cargo", 6),
        ("goods", "cigarettes           tobacco", 6),
        ("materials", "water                1.00 g/cm3", 50),
        ("containers", "box40hc", 6),
        ("vehicles", "railcar", 4),
    ] {
        let text = printed(&["--list", what]);
        assert!(text.lines().any(|line| line == word) && text.lines().count() >= least, "{text}");
    }
    for line in [
        &["--properties", "--out", "x"][..],
        &["--properties", "--scenario", "mixed"],
        &["--list-presets", "--count", "2"],
        &["--from", "a.truth.json", "--seed", "1", "--out", "x"],
    ] {
        assert!(Cli::try_parse_from([&["simulate"], line].concat()).is_err(), "{line:?}");
    }
}

#[test]
fn loads_are_projected_beside_the_clean_scans_and_keep_to_their_part() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = coarse(folder.path(), "single_6");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let clean = at("clean");
    run_with(&["--scenario", "clean_empty", "--scanner", &scanner, "--split", "val", "--out", &clean]).0.unwrap();
    let tip = |more: &[&str]| {
        run_with(&[&["tip", "--threats", "in_empty", "--scanner", &scanner, "--into", &clean], more].concat())
    };
    for out in [clean.clone(), at("clean/below"), at("x/../clean"), at("")] {
        let error = tip(&["--out", &out]).0.unwrap_err();
        assert!(Exit::of(&error) == Exit::Usage && error.to_string().contains("lie in each other"), "{out}: {error:#}");
    }
    let glob = format!("{clean}/*.tif");
    let error = run_with(&["tip", "--threats", "in_empty", "--into", &glob, "--out", &clean]).0.unwrap_err();
    assert!(error.to_string().contains("lie in each other"), "{error:#}");
    let error = tip(&["--split", "train", "--out", &at("tip")]).0.unwrap_err();
    assert!(error.to_string().contains("belongs to val, not to train"), "{error:#}");
    assert!(!folder.path().join("tip").exists() && !folder.path().join("clean/below").exists());
    let error = Cli::try_parse_from(["simulate", "tip", "--container", "box41"]).err().map(|error| error.to_string());
    assert!(error.is_some_and(|text| text.contains("expected one of `box20`")));
}

#[test]
fn presets_are_listed() {
    let (outcome, text) = run_with(&["--list-presets"]);
    outcome.unwrap();
    assert_eq!(text.lines().count(), 2 + presets::SCENARIOS.len() + presets::SCANNERS.len());
    assert!(Cli::try_parse_from(["simulate"]).is_err(), "--out is needed otherwise");
}

#[test]
fn the_files_in_the_manual_are_valid() {
    let manual = include_str!("../../../docs/simulate.md");
    let blocks: Vec<&str> = manual.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let scenarios = blocks.iter().filter(|text| text.contains("[cargo]"));
    let scanners = blocks.iter().filter(|text| text.contains("[detector]"));
    let read = scenarios.map(|text| ScenarioFile::parse(text).and_then(ScenarioFile::check).unwrap().name.clone());
    assert_eq!(read.collect::<Vec<_>>(), ["coffee"]);
    let read = scanners.map(|text| ScannerFile::parse(text).and_then(ScannerFile::check).unwrap().name.clone());
    assert_eq!(read.collect::<Vec<_>>(), ["gate2"]);
}
