use super::{picture, portray, shown, snapshot};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

fn day(folder: &Path) {
    fs::create_dir(folder.join("day")).unwrap();
    picture(&folder.join("day/MSKU9070323.png"), true);
    picture(&folder.join("day/empty.png"), false);
}

#[test]
fn a_days_scans_are_ranked_and_the_exit_code_says_that_someone_has_to_look() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let output = portray(folder.path()).args(["scan", "day", "--out", "reports"]).output().unwrap();
    snapshot("scan_day", &shown(folder.path(), &output));
    for file in ["summary.json", "reports.csv", "reports.jsonl", "overlays/MSKU9070323.png.overlay.png"] {
        assert!(folder.path().join("reports").join(file).is_file(), "{file}");
    }
    // Again: everything is kept, and the result is the same but for the time.
    let again = portray(folder.path()).args(["scan", "day", "--out", "reports"]).output().unwrap();
    snapshot("scan_day_again", &shown(folder.path(), &again));
}

#[test]
fn clear_scans_end_with_zero() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let output = portray(folder.path()).args(["scan", "day/empty.png", "--out", "r", "--no-timings"]).output().unwrap();
    snapshot("scan_clear", &shown(folder.path(), &output));
}

#[test]
fn a_bad_file_is_named_with_its_fault_and_the_others_are_done() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    fs::write(folder.path().join("day/cut.png"), &fs::read(folder.path().join("day/empty.png")).unwrap()[..5000])
        .unwrap();
    fs::write(folder.path().join("day/evil\x1b[31m.png"), b"").unwrap();
    let arguments = ["scan", "day", "missing.tif", "--out", "r", "--no-timings"];
    let output = portray(folder.path()).args(arguments).output().unwrap();
    snapshot("scan_bad_files", &shown(folder.path(), &output));
}

#[test]
fn json_lines_quiet_and_a_list_on_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let mut child = portray(folder.path())
        .args(["scan", "-", "--out", "r", "--json", "--no-timings", "--threads", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"day/empty.png\0day/MSKU9070323.png\0").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let events: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 3);
    assert_eq!(events[0]["scan"]["name"], "day/empty.png");
    assert_eq!(events[2]["counts"]["scans"], 2);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((&events[0]["error"], &events[0]["kept"]), (&serde_json::Value::Null, &false.into()));
    let schema = portray(folder.path()).args(["schema", "event"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    fs::write(folder.path().join("day/MSKU9070323.png"), b"").unwrap();
    let failing = portray(folder.path()).args(["scan", "day", "--out", "r3", "--json"]).output().unwrap();
    let lines = String::from_utf8(failing.stdout).unwrap();
    let failed: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    events
        .iter()
        .chain(&failed)
        .for_each(|event| schema.validate(event).unwrap_or_else(|error| panic!("{event}: {error}")));
    let error = failed.iter().find(|event| event["scan"]["verdict"] == "failed").map(|event| &event["error"]).unwrap();
    assert_eq!((&error["fault"], &error["message"]), (&"format".into(), &"the file is empty".into()));
    fs::remove_file(folder.path().join("day/MSKU9070323.png")).unwrap();
    picture(&folder.path().join("day/MSKU9070323.png"), true);
    let quiet = portray(folder.path()).args(["scan", "day", "--out", "r2", "--quiet"]).output().unwrap();
    assert_eq!((quiet.status.code(), quiet.stdout.len(), quiet.stderr.len()), (output.status.code(), 0, 0));
}

#[test]
fn wrong_usage_ends_with_64_and_says_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    fs::write(folder.path().join("s.toml"), "[judge]\nmax_regions = 0\n").unwrap();
    fs::write(folder.path().join("t.toml"), "[judge]\nmax_region = 5\n").unwrap();
    fs::create_dir(folder.path().join("nothing")).unwrap();
    let cases: [&[&str]; 7] = [
        &["scan"],
        &["scan", "day", "--out", "r", "--threshold", "2"],
        &["scan", "day", "--out", "r", "--settings", "s.toml"],
        &["scan", "day", "--out", "r", "--settings", "t.toml"],
        &["scan", "day", "--out", "r", "--model", "no.onnx"],
        &["scan", "nothing", "--out", "r"],
        &["scan", "day", "--out", "r", "--threads", "0"],
    ];
    let mut text = String::new();
    for arguments in cases {
        let output = portray(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        let _ = write!(text, "$ portray {}\n{}\n\n", arguments.join(" "), shown(folder.path(), &output));
    }
    snapshot("scan_usage", &text);
}

#[test]
fn a_broken_file_named_as_an_argument_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    fs::write(folder.path().join("text.tif"), b"no frame").unwrap();
    fs::write(folder.path().join("broken.json"), b"{").unwrap();
    fs::write(folder.path().join("model.onnx"), b"no model").unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/contrast.onnx");
    let model = model.to_str().unwrap();
    let cases: [(&[&str], &str); 10] = [
        (&["--threshold", "abc"], "'--threshold <SCORE>': expected a number from 0 to 1"),
        (&["--settings", "none.toml"], "--settings none.toml: no such file or folder; check the path"),
        (&["--air", "text.tif"], "--air text.tif: this is a text file"),
        (&["--dark", "text.tif"], "--dark text.tif: this is a text file"),
        (&["--air", "none.tif"], "--air none.tif: no such file or folder; check the path"),
        (&["--dark", "text.tif", "--max-bytes", "4"], "file has 8 bytes, limit is 4"),
        (&["--model", "model.onnx"], "--model model.onnx"),
        (&["--model", model, "--contract", "broken.json"], "--contract broken.json"),
        (
            &["--model", model, "--contract", "none.json"],
            "--contract none.json: no such file or folder; check the path",
        ),
        (&["--max-pixels", "0"], "--max-pixels <N>': expected a whole number of at least 1"),
    ];
    for (arguments, words) in cases {
        let output = portray(folder.path()).args(["scan", "day", "--out", "r"]).args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
    }
}

#[test]
fn a_frames_sidecar_is_part_of_what_a_report_was_made_with() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    image::ImageBuffer::<image::Luma<u16>, Vec<u16>>::from_pixel(700, 320, image::Luma([60_000]))
        .save(folder.path().join("air.png"))
        .unwrap();
    let kept = || {
        let arguments = ["scan", "day", "--out", "r", "--air", "air.png", "--no-timings"];
        let output = portray(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.code() <= Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).contains("2 kept")
    };
    assert!(!kept());
    assert!(kept());
    fs::write(folder.path().join("air.json"), r#"{"scanner": "gate 2"}"#).unwrap();
    assert!(!kept(), "the frame's sidecar changed");
    assert!(kept());
}

#[test]
fn whoever_stops_reading_does_not_spoil_the_work() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    for extra in [None, Some("--json")] {
        let out = format!("r{}", extra.unwrap_or_default());
        let mut child = portray(folder.path())
            .args(["scan", "day", "--out", &out, "--no-timings"])
            .args(extra)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{extra:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(folder.path().join(&out).join("summary.json").is_file(), "{extra:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_named() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let arguments = ["scan", "day", "--out", "r"];
    let output = portray(folder.path()).args(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output cannot be written"));
}

#[test]
fn a_start_that_fails_leaves_no_folders() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    fs::create_dir(folder.path().join("nothing")).unwrap();
    let scan = |input: &str| portray(folder.path()).args(["scan", input, "--out", "r"]).output().unwrap();
    assert_eq!(scan("nothing").status.code(), Some(64));
    assert!(!folder.path().join("r").exists());
    scan("day");
    let again = scan("nothing");
    assert!(String::from_utf8_lossy(&again.stderr).contains("what is in r is of an earlier run"));
}

#[test]
fn a_folder_without_scans_beside_others_is_a_failed_entry() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    fs::create_dir(folder.path().join("nothing")).unwrap();
    let output = portray(folder.path()).args(["scan", "nothing", "day", "--out", "r"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing: the folder holds no file"), "{output:?}");
}

#[test]
fn a_list_as_find_prints_it_needs_no_filter_and_numbers_are_those_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let mut child = portray(folder.path())
        .args(["scan", "-", "--out", "r", "--json", "--no-timings"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let list = b"day/MSKU9070323.json\0day/MSKU9070323.png\0day/empty.json\0day/empty.png\0";
    child.stdin.take().unwrap().write_all(list).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 3, "two scans and the summary: {text}");
    let summary = fs::read_to_string(folder.path().join("r/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    for row in summary["scans"].as_array().unwrap() {
        let number = row["score"].to_string();
        assert!(text.contains(&format!("\"score\":{number},")), "{number} in {text}");
    }
}

#[test]
fn no_runtime_is_explained_and_ends_with_70() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    fs::write(folder.path().join("lib.so"), b"no library").unwrap();
    for library in ["missing.so", "lib.so"] {
        let output =
            portray(folder.path()).args(["scan", "day", "--out", "r", "--onnxruntime", library]).output().unwrap();
        assert_eq!(output.status.code(), Some(70), "{library}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(library) && text.contains("--onnxruntime"), "{text}");
        assert!(!text.contains("built-in"), "{text}");
    }
}

#[test]
fn damaged_run_length_data_are_failed_scans_with_a_place_and_no_word_of_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let good = fs::read(data.join("dx-rle.dcs")).unwrap();
    fs::create_dir(folder.path().join("day")).unwrap();
    // In the header of the run-length data and in its runs.
    let at =
        good.windows(8).rposition(|item| item[..4] == [0xfe, 0xff, 0x00, 0xe0] && item[4..] != [0; 4]).unwrap() + 8;
    let runs = (0..8).map(|n| at + 64 + n * (good.len() - at - 80) / 8);
    for (number, place) in [at, at + 4, at + 8].into_iter().chain(runs).enumerate() {
        let mut bad = good.clone();
        bad[place] ^= 0x55;
        fs::write(folder.path().join(format!("day/{number}.dcs")), bad).unwrap();
    }
    let output = portray(folder.path()).args(["scan", "day", "--out", "r", "--quiet"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(!text.contains("panic") && !text.contains("/src/") && !text.contains("index out of bounds"), "{text}");
    let summary = fs::read(folder.path().join("r/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    let failed = summary["failed"].as_array().unwrap();
    assert!(failed.len() >= 3, "{text}");
    for scan in failed {
        let error = &scan["error"];
        assert_eq!(error["fault"], "format", "{scan}");
        assert!(error["place"].as_str().unwrap().starts_with("frame 1, byte "), "{scan}");
        assert!(error["help"].as_str().unwrap().contains("copy it again"), "{scan}");
    }
}

#[test]
fn the_table_has_as_many_rows_as_asked_for_and_says_what_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let table = |top: &[&str]| {
        let arguments = [&["scan", "day", "--out", "r", "--no-timings"], top].concat();
        let output = portray(folder.path()).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let one = table(&["--top", "1"]);
    assert!(one.contains("not shown: 1 clear (--top 0 shows all, summary.json has them)\n"), "{one}");
    assert!(!one.contains(" 2  0.") && table(&["--top", "0"]).contains(" 2  0."), "{one}");
    assert!(table(&[]).lines().all(|line| line.trim_end() == line));
}

#[test]
fn what_is_hidden_or_described_is_told_for_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    fs::write(folder.path().join("day/.portray.lock"), b"").unwrap();
    let mut child = portray(folder.path())
        .args(["scan", "-", "--out", "r", "--quiet"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"day/.portray.lock\0day/empty.png\0").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.len()),
        (Some(0), 0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let arguments = ["scan", "day/empty.json", "", "--out", "r2", "--quiet"];
    let output = portray(folder.path()).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("failed: day/empty.json: this is a scan's sidecar, expected PNG"), "{text}");
    assert!(text.contains("failed: (empty argument): an argument is empty; give a file"), "{text}");
}

#[test]
fn a_provider_that_was_not_built_in_is_an_error_and_no_fall_back() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let output = portray(folder.path()).args(["scan", "day", "--out", "r", "--provider", "cuda"]).output().unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cuda"));
    assert!(!folder.path().join("r/summary.json").exists());
}

/// Every file of an output folder with its bytes.
fn outputs(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    for part in ["", "scans", "overlays"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() && entry.file_name() != ".portray.lock" {
                found
                    .insert(format!("{part}/{}", entry.file_name().to_string_lossy()), fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

#[test]
fn killed_at_any_moment_the_same_command_ends_with_the_same_reports() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    for copy in 0..12 {
        for name in ["MSKU9070323", "empty"] {
            for ending in ["png", "json"] {
                let from = folder.path().join(format!("day/{name}.{ending}"));
                fs::copy(from, folder.path().join(format!("day/{name}-{copy}.{ending}"))).unwrap();
            }
        }
    }
    let arguments = |out: &'static str| ["scan", "day", "--out", out, "--no-timings", "--quiet", "--threads", "1"];
    assert_eq!(portray(folder.path()).args(arguments("whole")).status().unwrap().code(), Some(1));
    let mut killed = 0;
    for reports in [1, 5, 9] {
        let mut child = portray(folder.path()).args(arguments("parts")).spawn().unwrap();
        let scans = folder.path().join("parts/scans");
        // Killed once so many reports are there, in whatever it does then.
        while fs::read_dir(&scans).map_or(0, Iterator::count) < reports {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        killed += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(killed > 0, "the runs were over before they could be killed");
    fs::write(folder.path().join("parts/scans/.portray-half"), b"half a report").unwrap();
    assert_eq!(portray(folder.path()).args(arguments("parts")).status().unwrap().code(), Some(1));
    let (whole, parts) = (outputs(&folder.path().join("whole")), outputs(&folder.path().join("parts")));
    assert_eq!(whole.keys().collect::<Vec<_>>(), parts.keys().collect::<Vec<_>>());
    assert_eq!(whole.len(), 26 + 13 + 3);
    assert!(whole == parts);
}

#[test]
fn two_inputs_of_one_name_and_folders_get_reports_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["a", "b"] {
        fs::create_dir_all(folder.path().join(part).join("deep")).unwrap();
        picture(&folder.path().join(part).join("deep/x.png"), false);
    }
    let output =
        portray(folder.path()).args(["scan", "a", "b", "a/deep/x.png", "--out", "r", "--quiet"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let reports = fs::read_dir(folder.path().join("r/scans")).unwrap().count();
    assert_eq!(reports, 2, "a file that is reached twice is one scan, files of one name are two");
}

#[test]
fn colours_are_as_the_flag_says_whatever_the_environment_says() {
    let folder = tempfile::tempdir().unwrap();
    day(folder.path());
    let streams = |when: &str, no_color: &str| {
        let output = portray(folder.path())
            .args(["scan", "day", "--out", "r", "--color", when, "--no-timings", "--fresh", "-v"])
            .env("NO_COLOR", no_color)
            .output()
            .unwrap();
        [output.stdout, output.stderr].map(|stream| String::from_utf8(stream).unwrap())
    };
    let [table, logs] = streams("always", "1");
    // Yellow for the verdict, not only a dim header.
    assert!(table.contains("\x1b[38;5;11m"), "{table:?}");
    assert!(logs.contains("\x1b["), "{logs:?}");
    assert_eq!(streams("always", "")[0], table);
    for (when, no_color) in [("never", ""), ("auto", "1"), ("auto", "")] {
        let [table, logs] = streams(when, no_color);
        assert!(!table.contains('\x1b') && !logs.contains('\x1b'), "{when} {table:?} {logs:?}");
    }
}
