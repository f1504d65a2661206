//! The flags of `portray bench`.

use crate::commands::scoring::LineFlags;
use crate::infer::Provider;
use std::path::PathBuf;

const EXAMPLES: &str = "Examples:
  portray bench --model new.onnx --data test-set --out bench
  portray bench --model new.onnx --model old.onnx --data test-set --gate gate.toml --out bench
  portray bench --model new.onnx --data test-set --baseline baseline.json --gate gate.toml --no-speed
  portray bench --model m.onnx --model m.onnx --provider cpu --provider cuda --data test-set --gate parity.toml
  portray bench compare old/bench.json new/bench.json --gate gate.toml

The first model is the one in question; every other one, and the baseline, is what it is held against.
A baseline is the bench.json of an earlier run. --out gets bench.json, bench.md, bench.html, junit.xml and scans.csv.";

/// How it ends.
const EXITS: &str = "Exit codes:
  0    the gate passes, or there is none
  1    regression: a check of the gate is shown not to hold
  2    a scan failed (it counts as a miss or a false alarm), and no check is shown not to hold
  3    inconclusive: these scans cannot show what the gate asks
  64   wrong usage: an argument, the gate, the truth, the baseline
  70   portray, its runtime or a model cannot work, or a result cannot be written
  130  interrupted: there is no result";

/// Arguments of `portray bench`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true,
    after_help = format!("{EXAMPLES}\n\n{EXITS}"))]
#[expect(clippy::doc_markdown, reason = "shown as help text, where backticks are noise")]
pub(in crate::commands) struct Args {
    #[command(subcommand)]
    pub(super) what: Option<What>,
    /// ONNX model; again for each model to compare with. Without it the built-in model
    #[arg(short, long = "model", value_name = "FILE")]
    pub(super) models: Vec<PathBuf>,
    /// Scans with truth: a folder (portray simulate, COCO, MVTec, a table), a COCO .json or a .csv with path and label
    #[arg(short, long, value_name = "DIR|FILE", required = true)]
    pub(super) data: Option<PathBuf>,
    /// Result of an earlier run whose first model the new one is held against
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// What must hold (TOML; see portray schema gate)
    #[arg(long, value_name = "FILE")]
    pub(super) gate: Option<PathBuf>,
    /// Folder for the results; made where missing. Without it they are only printed
    #[arg(short, long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Contract for models that carry none: one for all, or one for each model (- for its own)
    #[arg(long = "contract", value_name = "FILE")]
    pub(super) contracts: Vec<PathBuf>,
    /// What runs the models: one for all, or one for each
    #[arg(long = "provider", value_name = "PROVIDER", value_parser = str::parse::<Provider>)]
    pub(super) providers: Vec<Provider>,
    /// Score from which a scan is flagged, 0 to 1: one for all, or one for each [default: the model's]
    #[arg(long = "threshold", value_name = "SCORE", value_parser = crate::commands::scoring::score)]
    pub(super) thresholds: Vec<f32>,
    /// What is measured: rates, mass bands, bootstrap rounds and seed (TOML; see portray schema measure)
    #[arg(long, value_name = "FILE")]
    pub(super) measure: Option<PathBuf>,
    #[command(flatten)]
    pub(super) line: LineFlags,
    /// Measure no times
    #[arg(long)]
    pub(super) no_speed: bool,
    /// Longest time for measuring times, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90.0, value_parser = seconds)]
    pub(super) speed_limit: f64,
    /// Times are measured until they are known to this many per cent
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0, value_parser = percent)]
    pub(super) speed_within: f64,
    /// Scans that times are measured on, taken evenly from the set
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) speed_scans: u32,
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    pub(super) quiet: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What else bench does.
#[derive(Debug, clap::Subcommand)]
pub(super) enum What {
    /// Hold one result against another: no scan and no model is needed
    Compare(CompareArgs),
}

/// Arguments of `portray bench compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("Example:
  portray bench compare old/bench.json new/bench.json --gate gate.toml --out compared\n\n{EXITS}"))]
pub(super) struct CompareArgs {
    /// The older result
    #[arg(value_name = "OLD.json")]
    pub(super) old: PathBuf,
    /// The newer result: what is in question
    #[arg(value_name = "NEW.json")]
    pub(super) new: PathBuf,
    /// What must hold (TOML; see portray schema gate)
    #[arg(long, value_name = "FILE")]
    pub(super) gate: Option<PathBuf>,
    /// Folder for the results; made where missing
    #[arg(short, long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Threads in all
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) threads: Option<u32>,
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    pub(super) quiet: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
}

fn number_within(text: &str, low: f64, high: f64) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("expected a number, found {text:?}"))?;
    if (low..=high).contains(&value) { Ok(value) } else { Err(format!("{value} is not in {low} to {high}")) }
}

fn seconds(text: &str) -> Result<f64, String> {
    number_within(text, 0.0, 86_400.0)
}

fn percent(text: &str) -> Result<f64, String> {
    number_within(text, 0.01, 50.0)
}
