//! The flags of `portray scan`.

use crate::commands::scoring::Scoring;
use clap::ValueEnum;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  portray scan samples --out reports
  portray scan 'day/**/*.tif' --out reports --threads 8
  find /scans -type f -newer stamp -print0 | portray scan - --out reports --json
  portray scan box.dcs --out reports --model detector.onnx --threshold 0.7
  portray scan day --out reports --calibration calibration.json

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
    #[command(flatten)]
    pub(super) scoring: Scoring,
    /// Score from which a scan is flagged, 0 to 1 [default: the model's]
    #[arg(long, value_name = "SCORE", value_parser = crate::commands::scoring::score)]
    pub(super) threshold: Option<f32>,
    /// Thresholds from clean scans (portray calibrate): they decide, and reports give p-values
    #[arg(long, value_name = "FILE", conflicts_with = "threshold")]
    pub(super) calibration: Option<PathBuf>,
    /// Which scans get a picture
    #[arg(long, value_enum, default_value_t = OverlayChoice::Flagged, value_name = "WHICH")]
    pub(super) overlays: OverlayChoice,
    /// Make every report anew, also those of an earlier run that still hold
    #[arg(long)]
    pub(super) fresh: bool,
    /// Leave wall times out: the same inputs then give the same bytes
    #[arg(long)]
    pub(super) no_timings: bool,
    /// Rows of the table that closes a run: the first N of the ranking, 0 for all of them
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub(super) top: usize,
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    pub(super) quiet: bool,
    /// Print one JSON line per scan as it is done, then the summary's counts (portray schema event)
    #[arg(long)]
    pub(super) json: bool,
}
