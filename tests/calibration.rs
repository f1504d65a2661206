//! From clean scans through the whole line to a calibration and back into reports. A stand-in scores, so no runtime is needed.

use portray::evaluate::calibration::{Calibration, Gathered, alarm_score};
use portray::infer::FixedScorer;
use portray::judge::{ReasonCode, Verdict, conformal_p_value};
use portray::pipeline::{Finish, Job, Line, OutputFolder, Overlays, Totals, Workers, run};
use portray::report::{ModelReport, Names, Report, RunSettings, Summary, to_json};
use portray::scan::Digest;
use portray::source::discover;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A 16-bit PNG of a 6 m box with a block in it that lets `level` of 60000 through.
fn picture(path: &Path, level: u16, scanner: &str) {
    let image = image::ImageBuffer::<image::Luma<u16>, Vec<u16>>::from_fn(700, 320, |x, y| {
        let inside = (60..640).contains(&x) && (40..280).contains(&y);
        let wall = inside && (!(64..636).contains(&x) || !(44..276).contains(&y));
        let block = (300..400).contains(&x) && (150..250).contains(&y);
        image::Luma([match (block, wall, inside) {
            (true, ..) => level,
            (_, true, _) => 45_000,
            (_, _, true) => 54_000,
            _ => 60_000,
        }])
    });
    image.save(path).unwrap();
    let sidecar = format!(
        r#"{{ "pixel_mm": 10, "polarity": "air_bright", "energies_mv": [6], "doors": "right", "scanner": "{scanner}" }}"#
    );
    fs::write(path.with_extension("json"), sidecar).unwrap();
}

/// The line over a folder, as the program runs it; the reports lie in `out`.
fn process(line: &Line<'_>, input: &Path, out: &Path, workers: usize) -> Totals {
    let found = discover(&[input.to_str().unwrap().to_owned()], None, None);
    let mut names = Names::default();
    let job = |entry: portray::source::Entry| Job {
        stem: names.stem(&entry.name),
        name: entry.name.clone(),
        entry: Ok(entry),
    };
    let jobs: Vec<Job> = found.entries.into_iter().map(job).collect();
    let folder = OutputFolder::create(out, true).unwrap();
    folder.open_run().unwrap();
    let workers = Workers { scans_at_once: workers, threads_per_scan: 1 };
    let mut totals = run(line, &jobs, workers, &folder, &AtomicBool::new(false), |_| ()).unwrap();
    folder.finish(line, &mut totals, Finish { ignored: vec![], timings: None }, |_| 0).unwrap();
    totals
}

fn line(scorer: &FixedScorer, judge: portray::judge::Checked) -> Line<'_> {
    Line {
        scorer,
        prepare: portray::prepare::Settings::default().check().unwrap(),
        calibration: portray::prepare::Calibration::default(),
        judge,
        overlays: Overlays::None,
        keep_maps: false,
        timings: false,
        settings: RunSettings::default(),
    }
}

fn report(out: &Path, name: &str) -> Report {
    Report::from_json(&fs::read(out.join(format!("scans/{name}.json"))).unwrap()).unwrap()
}

fn calibrate(line: &Line<'_>, out: &Path, totals: &Totals, rate: f64) -> Calibration {
    let mut gathered = Gathered::default();
    for row in &totals.rows {
        gathered.add(&Report::from_json(&fs::read(out.join(&row.report)).unwrap()).unwrap()).unwrap();
    }
    Calibration::new(gathered, rate, line.model(), line.settings.clone()).unwrap()
}

#[test]
fn clean_scans_set_the_threshold_and_reports_say_how_unusual_a_scan_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["clean", "new"] {
        fs::create_dir(at(name)).unwrap();
    }
    for number in 0..20 {
        picture(&at(&format!("clean/{number:02}.png")), 40_000 - 1000 * number, "gate 1");
    }
    // Block and threshold of the stand-in: 0.9 of the beam absorbed, which no clean scan reaches.
    let scorer = FixedScorer::new(10.0, 0.9).unwrap();
    let judge = || portray::judge::Settings::default().check().unwrap();
    let plain = line(&scorer, judge());
    let one = process(&plain, &at("clean"), &at("one"), 1);
    let four = process(&plain, &at("clean"), &at("four"), 4);
    let calibration = calibrate(&plain, &at("one"), &one, 0.1);
    let bytes = to_json(&calibration).unwrap();
    assert_eq!(bytes, to_json(&calibrate(&plain, &at("four"), &four, 0.1)).unwrap());
    assert_eq!(calibration.model, ModelReport::new(scorer_contract(&scorer), scorer_info(&scorer)));
    // 20 scans, 10 %: the second highest is the last that is not flagged.
    assert_eq!((calibration.groups[0].scans, calibration.groups[0].containers), (20, 20));
    let mut scores: Vec<f64> = calibration.scans.iter().map(|scan| f64::from(scan.score)).collect();
    scores.sort_by(f64::total_cmp);
    assert_eq!(f64::from(calibration.groups[0].threshold.next_down()), scores[18]);

    // Between the clean ones, above the threshold with a region, and from a scanner that was not calibrated.
    picture(&at("new/usual.png"), 30_500, "gate 1");
    picture(&at("new/unusual.png"), 10_000, "gate 1");
    picture(&at("new/certain.png"), 3_000, "gate 1");
    picture(&at("new/stranger.png"), 10_000, "gate 2");
    let file = Calibration::from_json(&bytes).unwrap();
    let clean = Arc::new(file.clean_scores(Digest::of(&bytes)).unwrap());
    let calibrated = line(&scorer, judge().calibrated(Arc::clone(&clean)));
    let totals = process(&calibrated, &at("new"), &at("reports"), 2);
    assert_eq!((totals.counts.flagged, totals.counts.scans), (2, 4));
    for name in ["usual.png", "unusual.png", "certain.png"] {
        let found = report(&at("reports"), name);
        let against = found.calibration.clone().unwrap().against.unwrap();
        assert_eq!(found.calibration.clone().unwrap().sha256, Digest::of(&bytes));
        assert_eq!((against.group.to_string(), against.containers), ("scanner gate 1".to_owned(), 20));
        assert_eq!(against.p_value, conformal_p_value(&scores, f64::from(against.score)), "{name}");
        assert_eq!(found.verdict == Verdict::Flagged, against.p_value <= 0.1, "{name}: {against:?}");
        assert!(found.regions.iter().all(|region| region.p_value.is_some_and(|p| p >= against.p_value)), "{name}");
        assert_eq!(alarm_score(&found), Some(against.score));
        // The score is the one that the scan has without a calibration.
        process(&plain, &at("new"), &at("plain"), 2);
        let without = report(&at("plain"), name);
        assert_eq!((without.score, without.calibration.clone()), (found.score, None), "{name}");
        assert!(without.regions.iter().all(|region| region.p_value.is_none()));
    }
    // Under the model's own threshold there is no region; the calibrated one shows where it is all the same.
    let unusual = report(&at("reports"), "unusual.png");
    assert_eq!(report(&at("plain"), "unusual.png").regions, []);
    assert_eq!((unusual.verdict, unusual.regions.len()), (Verdict::Flagged, 1));
    assert_eq!(unusual.threshold, Some(calibration.groups[0].threshold));
    let reason = &unusual.reasons[0];
    assert_eq!(reason.code, ReasonCode::Score);
    assert!(reason.message.ends_with(": at most 1 clean container in 21 looks this unusual"), "{}", reason.message);

    let stranger = report(&at("reports"), "stranger.png");
    assert_eq!((stranger.verdict, stranger.threshold), (Verdict::Clear, Some(0.9)));
    assert_eq!(stranger.calibration.as_ref().map(|found| found.against.is_none()), Some(true));
    let codes: Vec<&str> = stranger.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert!(codes.contains(&"not_calibrated"), "{codes:?}");

    let summary: Summary = serde_json::from_slice(&fs::read(at("reports/summary.json")).unwrap()).unwrap();
    assert_eq!(summary.calibration_sha256, Some(Digest::of(&bytes)));
    let order: Vec<&str> = summary.scans.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(order, ["certain.png", "unusual.png", "usual.png", "stranger.png"]);
    let csv = fs::read_to_string(at("reports/reports.csv")).unwrap();
    // Class and familiarity, which this model does not tell, stand behind it.
    assert!(csv.lines().nth(1).unwrap().ends_with(",0.047619047619047616,,"), "{csv}");
    assert!(csv.lines().nth(4).unwrap().ends_with(",,,"), "{csv}");

    // A run goes on with the same calibration only.
    assert_eq!(process(&calibrated, &at("new"), &at("reports"), 2).kept, 4);
    assert_eq!(process(&plain, &at("new"), &at("reports"), 2).kept, 0);
    assert_eq!(process(&calibrated, &at("new"), &at("reports"), 2).kept, 0);
    let again = Arc::new(file.clean_scores(Digest::of(b"another file")).unwrap());
    assert_eq!(process(&line(&scorer, judge().calibrated(again)), &at("new"), &at("reports"), 2).kept, 0);
}

fn scorer_contract(scorer: &FixedScorer) -> &portray::infer::Contract {
    portray::infer::Scorer::contract(scorer)
}

fn scorer_info(scorer: &FixedScorer) -> &portray::infer::ModelInfo {
    portray::infer::Scorer::info(scorer)
}
