//! The whole line, from file to report and picture, with the model that portray ships: Mpx/s of source pixels.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use portray::infer::{OnnxScorer, SessionOptions, default_model};
use portray::judge::{self, Verdict};
use portray::pipeline::{Job, Line, Overlays};
use portray::prepare::{self, Calibration};
use portray::report::RunSettings;
use portray::source::Entry;
use std::path::Path;

fn line(c: &mut Criterion) {
    let scorer = OnnxScorer::load(default_model(), None, &SessionOptions::default()).unwrap();
    let line = Line {
        scorer: &scorer,
        prepare: prepare::Checked::default(),
        calibration: Calibration::default(),
        judge: judge::Settings::default().check().unwrap(),
        overlays: Overlays::Flagged,
        keep_maps: false,
        timings: true,
        settings: RunSettings::default(),
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut group = c.benchmark_group("line");
    group.sample_size(15);
    for name in ["coffee-rip-off.tif", "empty-clean.tif", "reels-clean.png", "tiles-rip-off.dcs"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
        let job = Job { name: name.into(), stem: name.into(), entry: Ok(Entry { path, name: name.into() }) };
        let report = line.process(&job, 1).report;
        if report.verdict == Verdict::Failed {
            // A build without DICOM cannot read one of them.
            continue;
        }
        let pixels = u64::from(report.scan.width.unwrap()) * u64::from(report.scan.height.unwrap());
        group.throughput(Throughput::Elements(pixels));
        group.bench_function(name, |b| b.iter(|| one.install(|| line.process(&job, 1))));
    }
}

criterion_group!(benches, line);
criterion_main!(benches);
