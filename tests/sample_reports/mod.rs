//! What the built-in model makes of the samples, for the tests that look at it.

use portray::infer::{OnnxScorer, Scorer as _, SessionOptions, default_model};
use portray::pipeline::{Job, Line, Overlays};
use portray::report::{Report, RunSettings};
use portray::source;
use std::path::Path;

/// portray's reports of the samples, in the order of their names.
pub(crate) fn reports(samples: &Path) -> Vec<Report> {
    reports_with(samples, |_| {})
}

/// The same, of whatever folder, with settings that `edit` changes.
pub(crate) fn reports_with(samples: &Path, edit: impl FnOnce(&mut Line<'_>)) -> Vec<Report> {
    let scorer = OnnxScorer::load(default_model(), None, &SessionOptions::default()).unwrap();
    assert_eq!(scorer.contract().name, "contrast");
    let mut line = Line {
        scorer: &scorer,
        prepare: portray::prepare::Checked::default(),
        calibration: portray::prepare::Calibration::default(),
        judge: portray::judge::Settings::default().check().unwrap(),
        overlays: Overlays::None,
        keep_maps: false,
        timings: false,
        settings: RunSettings::default(),
    };
    edit(&mut line);
    let found = source::discover(&[samples.display().to_string()], None, None);
    assert!(found.problems.is_empty());
    let job = |entry: source::Entry| Job { name: entry.name.clone(), stem: entry.name.clone(), entry: Ok(entry) };
    found.entries.into_iter().map(|entry| line.process(&job(entry), 1).report).collect()
}
