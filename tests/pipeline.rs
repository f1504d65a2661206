//! Many scans at once: isolation, order, restart. A stand-in scores, so no runtime is needed.

use portray::infer::{
    Area, Channel, Contract, Inference, InputContract, ModelInfo, NamedOutput, Outputs, ScoreContract, ScoreMap,
    Scorer, Values,
};
use portray::judge::Verdict;
use portray::pipeline::{Finish, Job, Line, OutputFolder, Overlays, Totals, Workers, run};
use portray::prepare::Prepared;
use portray::report::{Names, Report, RunSettings};
use portray::scan::{Digest, Fault, Result};
use portray::source::{Limits, discover};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Scores by attenuation: more than 1.2 is suspicious. Panics where a scan's prepared width is in `poison`.
struct Threshold {
    contract: Contract,
    info: ModelInfo,
    panics: bool,
}

impl Threshold {
    fn new(panics: bool) -> Self {
        let contract = Contract {
            schema_version: 1,
            name: "threshold".into(),
            version: "1".into(),
            licence: "MIT".into(),
            summary: "a stand-in".into(),
            baseline: true,
            input: InputContract {
                name: "scan".into(),
                channels: vec![Channel::Attenuation],
                range: None,
                mean: vec![],
                std: vec![],
                pixel_mm: 5.0,
                area: Area::Whole { multiple: 1 },
            },
            outputs: Outputs {
                map: Some(NamedOutput { name: "map".into(), values: Values::Probability, class: 0 }),
                ..Outputs::default()
            },
            score: ScoreContract {
                threshold: 0.5,
                region_seed: 0.5,
                region_grow: 0.5,
                min_area_mm2: 1_000.0,
                merge_mm: 0.0,
            },
            calibration: None,
        };
        let info = ModelInfo { digest: Digest::of(b"threshold"), runtime: "stand-in 1".into(), provider: "cpu".into() };
        Self { contract, info, panics }
    }
}

impl Scorer for Threshold {
    fn contract(&self) -> &Contract {
        &self.contract
    }

    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn score(&self, prepared: &Prepared) -> Result<Inference> {
        let map = prepared.attenuation[0].mapv(|value| if value > 1.2 { 0.9 } else { 0.1 });
        assert!(!(self.panics && map.iter().any(|&value| value > 0.5)), "the scorer fell over");
        let map = ScoreMap::new(map, 1, prepared.dim())?;
        Ok(Inference { map: Some(map), runs: 1, ..Inference::default() })
    }
}

/// A 16-bit PNG: air, a 6 m box with thin walls, and where `loaded` a dense block in it.
fn picture(path: &Path, seed: u32, loaded: bool) {
    let image = image::ImageBuffer::<image::Luma<u16>, Vec<u16>>::from_fn(700, 320, |x, y| {
        let inside = (60..640).contains(&x) && (40..280).contains(&y);
        let wall = inside && (!(64..636).contains(&x) || !(44..276).contains(&y));
        let load = loaded && (300..360).contains(&x) && (150..200).contains(&y);
        let level = if load {
            9_000
        } else if wall {
            35_000
        } else if inside {
            52_000
        } else {
            60_000
        };
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ seed.wrapping_mul(97)) >> 7;
        image::Luma([(level + noise % 64) as u16])
    });
    image.save(path).unwrap();
    let sidecar = path.with_extension("json");
    fs::write(sidecar, r#"{ "pixel_mm": 10.4, "polarity": "air_bright", "energies_mv": [6] }"#).unwrap();
}

fn scans(folder: &Path) {
    for index in 0..6 {
        picture(&folder.join(format!("box-{index}.png")), index, index % 2 == 1);
    }
}

fn line(scorer: &Threshold) -> Line<'_> {
    let settings =
        RunSettings { limits: Limits { max_pixels: 10_000_000, ..Limits::default() }, ..RunSettings::default() };
    Line {
        scorer,
        prepare: portray::prepare::Settings::default().check().unwrap(),
        calibration: portray::prepare::Calibration::default(),
        judge: portray::judge::Settings::default().check().unwrap(),
        overlays: Overlays::Flagged,
        keep_maps: false,
        timings: false,
        settings,
    }
}

fn jobs(input: &Path) -> Vec<Job> {
    let found = discover(&[input.to_str().unwrap().to_owned()], None, None);
    let mut names = Names::default();
    found
        .entries
        .into_iter()
        .map(|entry| Job { stem: names.stem(&entry.name), name: entry.name.clone(), entry: Ok(entry) })
        .collect()
}

fn process(input: &Path, out: &Path, scorer: &Threshold, workers: usize, keep: bool, stop_after: usize) -> Totals {
    let (line, jobs) = (line(scorer), jobs(input));
    let folder = OutputFolder::create(out, keep).unwrap();
    folder.open_run().unwrap();
    let stop = AtomicBool::new(false);
    let mut done = 0;
    let workers = Workers { scans_at_once: workers, threads_per_scan: 1 };
    let mut totals = run(&line, &jobs, workers, &folder, &stop, |_| {
        done += 1;
        if done == stop_after {
            stop.store(true, Ordering::Relaxed);
        }
    })
    .unwrap();
    folder.finish(&line, &mut totals, Finish { ignored: vec![], timings: None }, |_| 0).unwrap();
    totals
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for part in ["", "scans", "overlays"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() && entry.file_name() != ".portray.lock" {
                let name = format!("{part}/{}", entry.file_name().to_string_lossy());
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

#[test]
fn loads_are_flagged_and_the_same_bytes_come_out_of_any_number_of_workers() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    scans(&input);
    let totals = process(&input, &folder.path().join("one"), &Threshold::new(false), 1, false, usize::MAX);
    assert_eq!((totals.counts.scans, totals.counts.flagged, totals.counts.clear), (6, 3, 3));
    process(&input, &folder.path().join("four"), &Threshold::new(false), 4, false, usize::MAX);
    let (one, four) = (files(&folder.path().join("one")), files(&folder.path().join("four")));
    assert_eq!(one.len(), 6 + 3 + 3, "{:?}", one.keys());
    assert!(one == four);
}

#[test]
fn a_stopped_run_goes_on_where_it_was_and_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    scans(&input);
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    process(&input, &whole, &Threshold::new(false), 1, true, usize::MAX);
    let first = process(&input, &parts, &Threshold::new(false), 1, true, 2);
    assert!(first.interrupted && first.rows.len() < 6);
    let second = process(&input, &parts, &Threshold::new(false), 2, true, usize::MAX);
    assert_eq!(second.kept, first.rows.len() as u64);
    assert!(files(&whole) == files(&parts));
    // A changed scan, a changed sidecar and a lost overlay are noticed; nothing else is done again.
    picture(&input.join("box-1.png"), 99, true);
    fs::write(input.join("box-2.json"), r#"{ "pixel_mm": 10.4, "scanner": "another" }"#).unwrap();
    fs::remove_file(parts.join("overlays/box-3.png.overlay.png")).unwrap();
    let third = process(&input, &parts, &Threshold::new(false), 2, true, usize::MAX);
    assert_eq!(third.kept, 3);
}

#[test]
fn a_crash_in_one_scan_is_one_failed_report() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    scans(&input);
    let out = folder.path().join("out");
    let totals = process(&input, &out, &Threshold::new(true), 2, false, usize::MAX);
    assert_eq!((totals.counts.clear, totals.counts.failed), (3, 3));
    let report = Report::from_json(&fs::read(out.join("scans/box-1.png.json")).unwrap()).unwrap();
    let error = report.error.unwrap();
    assert_eq!((report.verdict, error.fault), (Verdict::Failed, Fault::Bug));
    assert_eq!(error.message, "portray crashed on this scan: the scorer fell over");
    // What was read before the crash is still said.
    let bytes = fs::read(input.join("box-1.png")).unwrap();
    assert_eq!(report.scan.sha256, Some(Digest::of(&bytes)));
    assert_eq!(report.scan.width, Some(700));
}

#[test]
fn every_good_file_gets_its_report_and_every_bad_one_an_error_that_names_the_fault() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir_all(input.join("deeper")).unwrap();
    picture(&input.join("good.png"), 1, false);
    picture(&input.join("deeper/loaded.png"), 2, true);
    let whole = fs::read(input.join("good.png")).unwrap();
    fs::write(input.join("truncated.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(input.join("empty.tif"), b"").unwrap();
    fs::write(input.join("wrong.tif"), b"this is a text that calls itself a picture").unwrap();
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    // The header's checksum, or the decoder would refuse it for that: 16 bits, grey.
    assert_eq!(huge[24..29], [16, 0, 0, 0, 0]);
    huge[29..33].copy_from_slice(&0x6132_88f9_u32.to_be_bytes());
    fs::write(input.join("huge.png"), huge).unwrap();
    let out = folder.path().join("out");
    let totals = process(&input, &out, &Threshold::new(false), 2, false, usize::MAX);
    assert_eq!((totals.counts.scans, totals.counts.failed), (6, 4));
    let report = |name: &str| Report::from_json(&fs::read(out.join("scans").join(name)).unwrap()).unwrap();
    assert_eq!(report("good.png.json").verdict, Verdict::Clear);
    assert_eq!(report("deeper__loaded.png.json").verdict, Verdict::Flagged);
    for (name, fault) in [
        ("truncated.png.json", Fault::Format),
        ("empty.tif.json", Fault::Format),
        ("wrong.tif.json", Fault::Unsupported),
    ] {
        let found = report(name);
        assert_eq!(found.verdict, Verdict::Failed, "{name}");
        assert_eq!(found.error.as_ref().unwrap().fault, fault, "{name}: {:?}", found.error);
        assert!(found.scan.sha256.is_some(), "{name}");
    }
    let huge = report("huge.png.json").error.unwrap();
    assert_eq!(huge.fault, Fault::Format, "{huge:?}");
    assert!(huge.message.starts_with("the header promises "), "{huge:?}");
    assert!(huge.help.is_some_and(|help| help.contains("damaged")));
}

#[test]
fn a_report_of_another_build_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    picture(&input.join("box.png"), 1, false);
    let again = || process(&input, &out, &Threshold::new(false), 1, true, usize::MAX).kept;
    assert_eq!((again(), again()), (0, 1));
    let path = out.join("scans/box.png.json");
    let mut report = Report::from_json(&fs::read(&path).unwrap()).unwrap();
    let build = report.generator.build.replace("0123456789abcdef".to_owned()).unwrap();
    assert_eq!(build.len(), 16);
    fs::write(&path, portray::report::to_json(&report).unwrap()).unwrap();
    assert_eq!((again(), again()), (0, 1));
}

#[test]
fn a_report_of_another_scan_of_the_same_name_is_kept_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two, out) = (folder.path().join("day1"), folder.path().join("day2"), folder.path().join("out"));
    for (day, loaded) in [(&one, true), (&two, false)] {
        fs::create_dir(day).unwrap();
        picture(&day.join("box.png"), 1, loaded);
    }
    process(&one, &out, &Threshold::new(false), 1, true, usize::MAX);
    let first = Report::from_json(&fs::read(out.join("scans/box.png.json")).unwrap()).unwrap();
    assert_eq!(first.verdict, Verdict::Flagged);
    for _ in 0..2 {
        process(&two, &out, &Threshold::new(false), 1, true, usize::MAX);
        let summary: serde_json::Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
        let aside = format!("box.png~{}", &first.scan.sha256.unwrap().to_string()[..8]);
        assert_eq!(summary["stale"], serde_json::json!([format!("scans/{aside}.json")]));
        let kept = Report::from_json(&fs::read(out.join(format!("scans/{aside}.json"))).unwrap()).unwrap();
        assert_eq!((kept.verdict, &kept.scan), (Verdict::Flagged, &first.scan));
        assert!(out.join(kept.overlay.unwrap()).is_file(), "its picture is kept with it");
        assert!(!out.join("overlays/box.png.overlay.png").exists());
    }
}

#[test]
fn a_report_that_cannot_be_read_back_is_one_failed_scan() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    scans(&input);
    let scorer = Threshold::new(false);
    let line = line(&scorer);
    let jobs = jobs(&input);
    let target = OutputFolder::create(&out, true).unwrap();
    target.open_run().unwrap();
    let workers = Workers { scans_at_once: 1, threads_per_scan: 1 };
    let mut totals = run(&line, &jobs, workers, &target, &AtomicBool::new(false), |_| ()).unwrap();
    fs::write(out.join("scans/box-1.png.json"), b"{}").unwrap();
    let finish = Finish { ignored: vec![], timings: None };
    let summary = target.finish(&line, &mut totals, finish, |totals| totals.counts.failed as u8).unwrap();
    assert_eq!((summary.counts.scans, summary.counts.failed, summary.counts.flagged, summary.exit_code), (6, 1, 2, 1));
    assert_eq!(summary.failed[0].name, "box-1.png");
    assert_eq!(fs::read_to_string(out.join("reports.jsonl")).unwrap().lines().count(), 5);
}

#[test]
fn two_runs_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = OutputFolder::create(folder.path(), true).unwrap();
    first.open_run().unwrap();
    fs::write(folder.path().join("scans/.portray-half"), b"the first run writes this").unwrap();
    let error = OutputFolder::create(folder.path(), true).unwrap_err();
    assert_eq!(error.fault, Fault::Parameter);
    assert!(error.to_string().contains("another run is at work"), "{error}");
    assert!(folder.path().join("scans/.portray-half").exists());
    drop(first);
    OutputFolder::create(folder.path(), true).unwrap().open_run().unwrap();
    assert!(!folder.path().join("scans/.portray-half").exists());
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    let error = OutputFolder::create(&file.join("out"), true).unwrap_err();
    assert_eq!(error.fault, Fault::Io);
    assert!(error.to_string().contains("file/out"), "{error}");
}
