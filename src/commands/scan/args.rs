//! The flags of `portray scan`.

use crate::infer::Provider;
use crate::source;
use clap::ValueEnum;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  portray scan samples --out reports
  portray scan 'day/**/*.tif' --out reports --threads 8
  find /scans -type f -newer stamp -print0 | portray scan - --out reports --json
  portray scan box.dcs --out reports --model detector.onnx --threshold 0.7

Each scan gets reports/scans/NAME.json, those that need a look reports/overlays/NAME.overlay.png.
The whole run is in summary.json and reports.csv (both ranked) and reports.jsonl.
An interrupted run goes on where it stopped: reports that still hold are kept, unless --fresh.";

/// Which scans get a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OverlayChoice {
    /// Flagged and inconclusive scans
    Flagged,
    /// Every scan that could be prepared
    All,
    /// No scan
    None,
}

/// Arguments of `portray scan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[expect(clippy::doc_markdown, reason = "shown as help text, where backticks are noise")]
pub(in crate::commands) struct Args {
    /// Scans: files, folders (searched through), globs, or - for a list on standard input
    ///
    /// A list has one path a line, or paths with a NUL after each (find -print0); sidecars, truth files and
    /// masks in it are passed over. Files are told by their content, not by their name.
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Folder for the reports; made where missing
    #[arg(short, long, value_name = "DIR")]
    pub(super) out: PathBuf,
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
    /// ONNX Runtime library; else ORT_DYLIB_PATH, beside the program, the build's, the system's
    #[arg(long, value_name = "FILE")]
    pub(super) onnxruntime: Option<PathBuf>,
    /// Threads in all
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) threads: Option<u32>,
    /// Scans worked on at once; each takes about 100 MB for 3 Mpx [default: one per thread, at most 4 (600 MB)]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) sessions: Option<u32>,
    /// Score from which a scan is flagged, 0 to 1 [default: the model's]
    #[arg(long, value_name = "SCORE")]
    pub(super) threshold: Option<f32>,
    /// Settings of preparation and judging (TOML; see portray schema settings)
    #[arg(long, value_name = "FILE")]
    pub(super) settings: Option<PathBuf>,
    /// Dark frame: a scan taken with the beam off
    #[arg(long, value_name = "FILE")]
    pub(super) dark: Option<PathBuf>,
    /// Air frame: a scan of nothing
    #[arg(long, value_name = "FILE")]
    pub(super) air: Option<PathBuf>,
    /// Which scans get a picture
    #[arg(long, value_enum, default_value_t = OverlayChoice::Flagged, value_name = "WHICH")]
    pub(super) overlays: OverlayChoice,
    /// Make every report anew, also those of an earlier run that still hold
    #[arg(long)]
    pub(super) fresh: bool,
    /// Leave wall times out: the same inputs then give the same bytes
    #[arg(long)]
    pub(super) no_timings: bool,
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
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    pub(super) quiet: bool,
    /// Print one JSON line per scan as it is done, then the summary's counts
    #[arg(long)]
    pub(super) json: bool,
}
