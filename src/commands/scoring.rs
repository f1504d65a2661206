//! What decides about a scan's score, shared by the commands that score: flags, and the files that they name.
//! Where one of these is wrong, another one has to be named.

use super::files::{self, given};
use crate::infer::{Contract, OnnxScorer, Provider, RuntimeOptions, SessionOptions, cores, default_model, thread_plan};
use crate::pipeline::Workers;
use crate::report::RunSettings;
use crate::scan::{Digest, Error};
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
        value_parser = from_one::<u64>)]
    pub(super) max_pixels: u64,
    /// Most bytes of a file
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_bytes,
        value_parser = from_one::<u64>)]
    pub(super) max_bytes: u64,
    /// Most pages or planes of a file
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_pages,
        value_parser = from_one::<u32>)]
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
        // What the flags say was checked where they were read.
        let named = || self.settings.as_deref().map_or("settings".to_owned(), settings_flag);
        Ok(Ready {
            prepare: settings.prepare.check().with_context(named)?,
            judge: settings.judge.check().with_context(named)?,
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
    let model = choice.model.map(|path| files::bytes("--model", path)).transpose()?;
    let contract = choice.contract.map(|path| {
        let text = files::text("--contract", path)?;
        Contract::parse(&text).map_err(given).with_context(|| format!("--contract {}", path.display()))
    });
    let contract = contract.transpose()?;
    // What the built-in model fails of is the runtime or the provider.
    let (Some(bytes), Some(path)) = (model, choice.model) else {
        return Ok(OnnxScorer::load(default_model(), None, &options)?);
    };
    OnnxScorer::load(&bytes, contract, &options).map_err(|error| {
        let ours = SessionOptions { sessions: 1, ..options.clone() };
        match OnnxScorer::load(default_model(), None, &ours) {
            Ok(_) => anyhow::Error::from(given(error)).context(format!("--model {}", path.display())),
            Err(ours) => ours.into(),
        }
    })
}

/// A score that an argument states.
pub(super) fn score(text: &str) -> Result<f32, String> {
    let score = text.trim().parse().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

/// A whole number of at least 1 that an argument states.
fn from_one<T: std::str::FromStr + PartialOrd + From<u8>>(text: &str) -> Result<T, String> {
    let number = text.trim().parse().ok().filter(|number| *number >= T::from(1));
    number.ok_or_else(|| "expected a whole number of at least 1".to_owned())
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
    let text = files::text("--settings", path)?;
    let read = toml::from_str(&text).map_err(|error| Error::parameter(error.to_string().trim_end()));
    read.with_context(|| settings_flag(path))
}

fn settings_flag(path: &Path) -> String {
    format!("--settings {}", path.display())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_arguments_are_refused_by_what_is_right() {
        assert_eq!((score("0"), score("0.7"), score("1")), (Ok(0.0), Ok(0.7), Ok(1.0)));
        for text in ["2", "-0.1", "abc", "", "nan"] {
            assert_eq!(score(text), Err("expected a number from 0 to 1".to_owned()), "{text}");
        }
        assert_eq!((from_one("7"), from_one::<u32>("1")), (Ok(7u64), Ok(1)));
        for text in ["0", "-1", "1.5", "many"] {
            assert_eq!(from_one::<u64>(text), Err("expected a whole number of at least 1".to_owned()), "{text}");
        }
    }
}
