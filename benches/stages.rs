//! The stages after reading, each for itself: Mpx/s of source pixels.

use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use portray::infer::{Area, Contract, FixedScorer, OnnxScorer, Scorer, SessionOptions, default_model};
use portray::judge;
use portray::prepare::{Calibration, Prepared, Settings, Target, prepare};
use portray::report::{ModelReport, Report, RunSettings, ScanInfo, overlay_png};
use portray::scan::Scan;
use portray::source::{Entry, Limits, open};
use std::path::Path;

fn sample(name: &str) -> Scan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    open(&Entry { path, name: name.into() }, &Limits::default()).unwrap()
}

/// A group whose figures are Mpx/s of the scan's pixels (not samples: a dual-energy scan has two a pixel).
fn group<'a>(c: &'a mut Criterion, name: &str, scan: &Scan) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.sample_size(15).throughput(Throughput::Elements(u64::from(scan.width()) * u64::from(scan.height())));
    group
}

fn prepared(scan: &Scan) -> Prepared {
    prepare(scan, Target::all(5.0), &Settings::default().check().unwrap(), &Calibration::default()).unwrap()
}

/// The whole preparation, and what it takes with one step left out.
fn preparing(c: &mut Criterion) {
    type Change = fn(&mut Settings);
    let changes: [(&str, Change); 10] = [
        ("all", |_| ()),
        ("without-trim", |s| s.trim = false),
        ("without-dark", |s| s.dark = false),
        ("without-air", |s| s.air = false),
        ("without-drift", |s| s.drift = false),
        ("without-locate", |s| s.locate = false),
        ("without-dropouts", |s| s.dropouts = false),
        ("without-shielded", |s| s.shielded = false),
        ("without-resample", |s| s.resample = false),
        ("without-ratio", |s| s.ratio = false),
    ];
    for name in ["coffee-rip-off.tif", "reels-clean.png"] {
        let scan = sample(name);
        let mut group = group(c, &format!("prepare/{}", name.split('.').next().unwrap()), &scan);
        for (what, change) in changes {
            let mut settings = Settings::default();
            change(&mut settings);
            let settings = settings.check().unwrap();
            group.bench_function(what, |b| {
                let run = |()| prepare(&scan, Target::all(5.0), &settings, &Calibration::default()).unwrap();
                b.iter_batched(|| (), run, BatchSize::PerIteration);
            });
        }
    }
}

/// Input tensor, runtime and map together: the whole scan at once, in tiles that are stitched, and a scorer without a runtime.
fn inferring(c: &mut Criterion) {
    let scan = sample("machinery-clean.tif");
    let prepared = prepared(&scan);
    let whole = OnnxScorer::load(default_model(), None, &SessionOptions::default()).unwrap();
    let contract = Contract {
        input: portray::infer::InputContract {
            area: Area::Tile { width: 512, height: 256, overlap: 64 },
            ..whole.contract().input.clone()
        },
        ..whole.contract().clone()
    };
    let tiles = OnnxScorer::load(default_model(), Some(contract), &SessionOptions::default()).unwrap();
    let fixed = FixedScorer::new(5.0, 0.5).unwrap();
    let mut group = group(c, "infer", &scan);
    let scorers: [(&str, &dyn Scorer); 3] = [("whole", &whole), ("tiles", &tiles), ("no-runtime", &fixed)];
    for (name, scorer) in scorers {
        group.bench_function(name, |b| {
            b.iter_batched(|| (), |()| scorer.score(&prepared).unwrap(), BatchSize::PerIteration);
        });
    }
}

/// Regions and verdict of a scan with eight regions, and its picture.
fn judging(c: &mut Criterion) {
    let scan = sample("machinery-clean.tif");
    let prepared = prepared(&scan);
    let scorer = OnnxScorer::load(default_model(), None, &SessionOptions::default()).unwrap();
    let inference = scorer.score(&prepared).unwrap();
    let settings = judge::Settings::default().check().unwrap();
    let run =
        || judge::judge(&prepared, &inference, scorer.contract(), &scan.metadata, &scan.warnings, &settings).unwrap();
    assert!(run().regions.len() > 4);
    let model = ModelReport::new(scorer.contract(), scorer.info());
    let info = ScanInfo::of("machinery-clean.tif", &scan);
    let report = Report::judged(info, &[], &prepared, run(), model, RunSettings::default());
    let mut group = group(c, "judge", &scan);
    group.bench_function("regions", |b| b.iter(run));
    group.bench_function("overlay", |b| b.iter(|| overlay_png(&report, &prepared, inference.map.as_ref()).unwrap()));
}

criterion_group!(benches, preparing, inferring, judging);
criterion_main!(benches);
