//! The files that arguments name: settings, calibration frames, the model. Where one is wrong, another one has to be named.

use crate::infer::{Contract, OnnxScorer, Provider, RuntimeOptions, SessionOptions, default_model};
use crate::pipeline::Workers;
use crate::scan::{Digest, Error, Fault};
use crate::{judge, prepare, source};
use anyhow::Context as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The settings file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::commands) struct FileSettings {
    /// Counts to what the model sees.
    pub(in crate::commands) prepare: prepare::Settings,
    /// Scores to a verdict.
    pub(in crate::commands) judge: judge::Settings,
}

pub(in crate::commands) fn read_settings(path: Option<&Path>) -> anyhow::Result<FileSettings> {
    let Some(path) = path else { return Ok(FileSettings::default()) };
    let name = || format!("--settings {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Error::parameter(error.to_string())).with_context(name)?;
    toml::from_str(&text).map_err(|error| Error::parameter(error.to_string())).with_context(name)
}

/// A calibration frame as it was read, once: its planes and what says that it is the same as before.
#[derive(Default)]
pub(super) struct CalibrationFrame {
    pub(super) planes: Option<Vec<ndarray::Array2<f32>>>,
    pub(super) digest: Option<Digest>,
    pub(super) sidecar_digest: Option<Digest>,
}

pub(super) fn frame(
    flag: &'static str,
    path: Option<&Path>,
    limits: &source::Limits,
) -> anyhow::Result<CalibrationFrame> {
    let Some(path) = path else { return Ok(CalibrationFrame::default()) };
    let entry = source::Entry { path: path.to_owned(), name: path.display().to_string() };
    let read = || {
        let file = source::load(&entry, limits)?;
        let (digest, sidecar_digest) = (Some(file.digest), file.sidecar_digest);
        let scan = file.decode(limits)?;
        let planes = Some(scan.planes.iter().map(|plane| plane.samples.to_f32()).collect());
        Ok(CalibrationFrame { planes, digest, sidecar_digest })
    };
    read().map_err(given).with_context(|| format!("{flag} {}", path.display()))
}

/// The fault of a file that the user named as an argument: another one has to be named.
fn given(error: Error) -> Error {
    Error { fault: Fault::Parameter, ..error }
}

/// Which model is to answer, and in what.
#[derive(Debug, Clone, Copy)]
pub(in crate::commands) struct ModelChoice<'a> {
    /// The ONNX file; the built-in model without it.
    pub(in crate::commands) model: Option<&'a Path>,
    pub(in crate::commands) contract: Option<&'a Path>,
    pub(in crate::commands) provider: Provider,
    pub(in crate::commands) onnxruntime: Option<&'a Path>,
}

/// The model that answers, with its runtime.
pub(in crate::commands) fn load(choice: ModelChoice<'_>, workers: Workers) -> anyhow::Result<OnnxScorer> {
    let options = SessionOptions {
        provider: choice.provider,
        sessions: workers.scans_at_once,
        threads_per_session: workers.threads_per_scan,
        runtime: RuntimeOptions::from_process(choice.onnxruntime.map(Path::to_owned)),
        ..SessionOptions::default()
    };
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| Error::parameter(format!("{} cannot be read: {error}", path.display())))
    };
    let model = choice.model.map(read).transpose().context("--model")?;
    let contract = choice.contract.map(|path| {
        let text = read(path)?;
        Contract::parse(&String::from_utf8_lossy(&text)).map_err(given)
    });
    let contract = contract
        .transpose()
        .with_context(|| format!("--contract {}", choice.contract.unwrap_or(Path::new("")).display()))?;
    let Some(bytes) = model else {
        return OnnxScorer::load(default_model(), None, &options).context("the built-in model");
    };
    OnnxScorer::load(&bytes, contract, &options)
        .map_err(|error| {
            // The runtime and the provider are ours to get going; where they run the built-in model, the named one is wrong.
            let ours = SessionOptions { sessions: 1, ..options.clone() };
            if OnnxScorer::load(default_model(), None, &ours).is_ok() { given(error) } else { error }
        })
        .with_context(|| format!("--model {}", choice.model.unwrap_or(Path::new("")).display()))
}
