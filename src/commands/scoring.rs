//! What decides about a scan's score, shared by the commands that score: flags, and the files that they name.
//! Where one of these is wrong, another one has to be named.

use crate::infer::{Contract, OnnxScorer, Provider, RuntimeOptions, SessionOptions, cores, default_model, thread_plan};
use crate::pipeline::Workers;
use crate::report::RunSettings;
use crate::scan::{Digest, Error, Fault};
use crate::{judge, prepare, source};
use anyhow::Context as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The model, what runs it, and what it is given.
#[derive(Debug, clap::Args)]
pub(super) struct Scoring {
    #[command(flatten)]
    pub(super) model: ModelFlags,
    #[command(flatten)]
    pub(super) line: LineFlags,
}

/// Which model, and what runs it.
#[derive(Debug, clap::Args)]
pub(super) struct ModelFlags {
    /// ONNX model; without it the built-in baseline
    #[arg(short, long, value_name = "FILE")]
    pub(super) model: Option<PathBuf>,
    /// Contract for a model that carries none (JSON; see portray schema contract)
    #[arg(long, value_name = "FILE", requires = "model")]
    pub(super) contract: Option<PathBuf>,
    /// What runs the model; a provider that cannot is an error, never a silent fall-back
    ///
    /// One of cpu, cuda, tensorrt, openvino, directml, coreml; all but cpu are cargo features.
    #[arg(long, default_value_t, value_name = "PROVIDER", value_parser = str::parse::<Provider>)]
    pub(super) provider: Provider,
}

/// What every model is given: runtime, threads, settings, frames, limits.
#[derive(Debug, clap::Args)]
#[expect(clippy::doc_markdown, reason = "shown as help text, where backticks are noise")]
pub(super) struct LineFlags {
    /// ONNX Runtime library; else ORT_DYLIB_PATH, beside the program, the build's, the system's
    #[arg(long, value_name = "FILE")]
    pub(super) onnxruntime: Option<PathBuf>,
    /// Threads in all
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) threads: Option<u32>,
    /// Scans worked on at once; each takes about 100 MB for 3 Mpx [default: one per thread, at most 4 (600 MB)]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) sessions: Option<u32>,
    /// Settings of preparation and judging (TOML; see portray schema settings)
    #[arg(long, value_name = "FILE")]
    pub(super) settings: Option<PathBuf>,
    /// Dark frame: a scan taken with the beam off
    #[arg(long, value_name = "FILE")]
    pub(super) dark: Option<PathBuf>,
    /// Air frame: a scan of nothing
    #[arg(long, value_name = "FILE")]
    pub(super) air: Option<PathBuf>,
    /// Most pixels of a plane
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_pixels,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) max_pixels: u64,
    /// Most bytes of a file
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_bytes,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) max_bytes: u64,
    /// Most pages or planes of a file
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_pages,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_pages: u32,
}

/// What a line needs beside the model.
pub(super) struct Ready {
    pub(super) prepare: prepare::Checked,
    pub(super) judge: judge::Checked,
    pub(super) frames: prepare::Calibration,
    pub(super) settings: RunSettings,
}

impl LineFlags {
    /// Reads and checks settings and frames; `threshold` takes the place of the settings' own.
    pub(super) fn ready(&self, threshold: Option<f32>) -> anyhow::Result<Ready> {
        let mut settings = read_settings(self.settings.as_deref())?;
        settings.judge.threshold = threshold.or(settings.judge.threshold);
        let limits =
            source::Limits { max_pixels: self.max_pixels, max_bytes: self.max_bytes, max_pages: self.max_pages };
        let dark = frame("--dark", self.dark.as_deref(), &limits)?;
        let air = frame("--air", self.air.as_deref(), &limits)?;
        let shown = RunSettings {
            limits,
            prepare: settings.prepare.clone(),
            judge: settings.judge.clone(),
            dark_frame_sha256: dark.digest,
            dark_sidecar_sha256: dark.sidecar_digest,
            air_frame_sha256: air.digest,
            air_sidecar_sha256: air.sidecar_digest,
        };
        Ok(Ready {
            prepare: settings.prepare.check()?,
            judge: settings.judge.check()?,
            frames: prepare::Calibration { dark: dark.planes, air: air.planes },
            settings: shown,
        })
    }

    /// Threads in all.
    pub(super) fn threads(&self) -> usize {
        self.threads.map_or_else(cores, |threads| threads as usize)
    }

    /// One thread budget: many scans side by side with one thread each, a single scan with all of them.
    pub(super) fn workers(&self, scans: usize) -> Workers {
        let plan = thread_plan(self.threads(), scans, self.sessions.map(|sessions| sessions as usize));
        Workers { scans_at_once: plan.sessions, threads_per_scan: plan.threads }
    }
}

impl Scoring {
    /// The model that answers, with its runtime.
    pub(super) fn load(&self, workers: Workers) -> anyhow::Result<OnnxScorer> {
        let choice = ModelChoice {
            model: self.model.model.as_deref(),
            contract: self.model.contract.as_deref(),
            provider: self.model.provider,
            onnxruntime: self.line.onnxruntime.as_deref(),
        };
        load(choice, workers)
    }
}

/// Which model is to answer, and in what; the built-in one without a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct ModelChoice<'a> {
    pub(super) model: Option<&'a Path>,
    pub(super) contract: Option<&'a Path>,
    pub(super) provider: Provider,
    pub(super) onnxruntime: Option<&'a Path>,
}

/// The model that answers, with its runtime.
pub(super) fn load(choice: ModelChoice<'_>, workers: Workers) -> anyhow::Result<OnnxScorer> {
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

/// The settings file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileSettings {
    /// Counts to what the model sees.
    pub(super) prepare: prepare::Settings,
    /// Scores to a verdict.
    pub(super) judge: judge::Settings,
}

fn read_settings(path: Option<&Path>) -> anyhow::Result<FileSettings> {
    let Some(path) = path else { return Ok(FileSettings::default()) };
    let name = || format!("--settings {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Error::parameter(error.to_string())).with_context(name)?;
    toml::from_str(&text).map_err(|error| Error::parameter(error.to_string())).with_context(name)
}

/// A calibration frame as it was read, once: its planes and what says that it is the same as before.
#[derive(Default)]
struct CalibrationFrame {
    planes: Option<Vec<ndarray::Array2<f32>>>,
    digest: Option<Digest>,
    sidecar_digest: Option<Digest>,
}

fn frame(flag: &'static str, path: Option<&Path>, limits: &source::Limits) -> anyhow::Result<CalibrationFrame> {
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
pub(super) fn given(error: Error) -> Error {
    Error { fault: Fault::Parameter, ..error }
}
