//! Sentences about a result.

use crate::evaluate::{BenchResult, Ending, Machine};
use crate::report::ModelReport;
use std::fmt::Write as _;

pub(super) fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Pass => "pass",
        Ending::Inconclusive => "inconclusive",
        Ending::Regression => "regression",
    }
}

/// What was measured on, in a sentence.
pub(super) fn about(result: &BenchResult) -> String {
    let counts = &result.models[0].accuracy.all.counts;
    let mut text = format!(
        "{} scans ({} clean, {} loaded, {} containers) of {}, truth: {}; intervals at {} %, {} bootstrap rounds",
        counts.scans,
        counts.clean,
        counts.loaded,
        counts.containers,
        result.set.name,
        result.set.layout,
        100.0 * result.measure.level,
        result.measure.rounds
    );
    if !result.set.untold.is_empty() {
        let _ = write!(text, "; {} files without truth were left out", result.set.untold.len());
    }
    text
}

/// A model in a sentence.
pub(super) fn model_words(model: &ModelReport) -> String {
    let baseline = if model.baseline { ", an untrained baseline" } else { "" };
    let digest = model.sha256.to_string();
    format!(
        "{} {}{baseline}, sha256 {}, {} on {}",
        model.name,
        model.version,
        &digest[..16],
        model.runtime,
        model.provider
    )
}

/// A machine in a sentence.
pub(super) fn machine_words(machine: &Machine) -> String {
    let memory = machine.memory_bytes.map_or_else(String::new, |bytes| format!(", {:.0} GB", bytes as f64 / 1e9));
    let print = machine.fingerprint.to_string();
    format!(
        "{}, {} cores{memory}, {} {}, fingerprint {}",
        machine.processor,
        machine.cores,
        machine.system,
        machine.architecture,
        &print[..16]
    )
}
