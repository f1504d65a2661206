//! `portray calibrate`: clean scans become thresholds with a promise, and later reports are held against them.

mod check;
mod make;

use super::Exit;
use super::scoring::Scoring;
use crate::evaluate::calibration::Calibration;
use crate::judge;
use crate::report::{Generator, ModelReport, RunSettings};
use crate::scan::{Digest, Error};
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const EXAMPLES: &str = "Examples:
  portray calibrate --clean clean/ --false-alarms 0.4% --out calibration.json
  portray calibrate --model net.onnx --clean 'clean/**/*.dcs' --false-alarms 1% --out gate-2.json --reports clean-reports
  portray scan day --out reports --calibration calibration.json
  portray calibrate --check calibration.json reports
  portray calibrate --check calibration.json --running reports-of-monday reports-of-tuesday

The clean scans must be such as the station's: taken at random, known to hold nothing, none of them used to make the model.
With --check: 0 the scores fit, 1 they have drifted, 3 too few scans to tell, or too many left out. Without: 2 a clean scan failed, and the file
is written all the same.";

/// Arguments of `portray calibrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "portray calibrate [OPTIONS] --clean <INPUT>... --false-alarms <RATE> --out <FILE>
       portray calibrate --check <CALIBRATION> [OPTIONS] <REPORTS>...")]
pub(super) struct Args {
    /// Clean scans: files, folders (searched through), globs, or - for a list on standard input
    #[arg(long, value_name = "INPUT", num_args = 1.., required_unless_present = "check")]
    clean: Vec<String>,
    /// Share of clean containers that may be flagged: 0.4% or 0.004; takes clean scans of 1 / RATE - 1 containers at least
    #[arg(long, value_name = "RATE", value_parser = rate, required_unless_present = "check")]
    false_alarms: Option<f64>,
    /// The calibration to write (JSON; see portray schema calibration)
    #[arg(short, long, value_name = "FILE", required_unless_present = "check")]
    out: Option<PathBuf>,
    /// Folder to keep the reports of the clean scans in; an interrupted run then goes on where it stopped
    #[arg(long, value_name = "DIR")]
    reports: Option<PathBuf>,
    #[command(flatten)]
    scoring: Scoring,
    /// Check whether the scores of later reports still fit this calibration
    #[arg(long, value_name = "CALIBRATION", requires = "station",
        conflicts_with_all = ["clean", "false_alarms", "out", "reports", "Scoring"])]
    check: Option<PathBuf>,
    /// With --check: folders of reports, reports as JSON, or reports.jsonl
    #[arg(value_name = "REPORTS", requires = "check")]
    station: Vec<PathBuf>,
    /// With --check: probability of saying drift where nothing has changed
    #[arg(long, value_name = "RATE", value_parser = rate, default_value = "1%", requires = "check")]
    false_drift: f64,
    /// With --check: for a look every day, always at all scans since the calibration; the running test alone decides
    #[arg(long, requires = "check")]
    running: bool,
    /// Print nothing but errors and notes
    #[arg(short, long, conflicts_with = "json")]
    quiet: bool,
    /// Print the outcome as one JSON line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    match (&args.check, args.false_alarms, &args.out) {
        (Some(calibration), ..) => check::run(args, calibration),
        (None, Some(false_alarms), Some(out)) => make::run(args, false_alarms, out),
        // clap asks for them.
        _ => Err(Error::parameter("--clean, --false-alarms and --out go together").into()),
    }
}

/// A rate over 0 and under 1, as a number or in per cent. The decimal point is moved in the text, for 0.7 / 100 is not 0.007.
fn rate(text: &str) -> Result<f64, String> {
    let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || c == '.') && !text.contains(['e', 'E']);
    let number = match text.strip_suffix('%').map(str::trim_end) {
        Some(percent) if digits(percent) => format!("{percent}e-2").parse::<f64>(),
        None if digits(text) => text.parse(),
        _ => "".parse(),
    };
    match number {
        Ok(rate) if rate > 0.0 && rate < 1.0 => Ok(rate),
        _ => Err("expected a share of more than 0 and less than 1, such as 0.4% or 0.004".to_owned()),
    }
}

/// A calibration that an argument names.
pub(super) struct Given {
    path: PathBuf,
    sha256: Digest,
    calibration: Calibration,
}

impl Given {
    /// Reads the file.
    pub(super) fn read(flag: &str, path: &Path) -> anyhow::Result<Self> {
        let bytes = super::files::bytes(flag, path)?;
        let calibration = Calibration::from_json(&bytes).map_err(super::files::given);
        let calibration = calibration.with_context(|| format!("{flag} {}", path.display()))?;
        Ok(Self { path: path.to_owned(), sha256: Digest::of(&bytes), calibration })
    }

    /// The judging with its thresholds, if model and settings are those it was made with.
    pub(super) fn judge(
        &self,
        judge: judge::Checked,
        model: &ModelReport,
        settings: &RunSettings,
    ) -> anyhow::Result<judge::Checked> {
        let named = || format!("--calibration {}", self.path.display());
        self.calibration.check_same(model, settings).with_context(named)?;
        for (what, made, now) in [
            ("portray", program(&self.calibration.generator), program(&Generator::this())),
            ("the runtime", self.calibration.model.runtime.clone(), model.runtime.clone()),
            ("the provider", self.calibration.model.provider.clone(), model.provider.clone()),
        ] {
            if made != now {
                super::scan::note(&format!(
                    "note: the calibration was made with another version of {what} ({made}, now {now}): scores may differ a \
                     little; portray calibrate --check tells"
                ));
            }
        }
        Ok(judge.calibrated(Arc::new(self.calibration.clean_scores(self.sha256)?)))
    }
}

fn program(generator: &Generator) -> String {
    let build = generator.build.as_ref().map_or_else(String::new, |build| format!(" build {build}"));
    format!("{}{build}", generator.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shares_or_per_cent() {
        let cases = [("0.4%", 0.004), ("0.4 %", 0.004), ("0.004", 0.004), (".5", 0.5), ("0.7%", 0.007), ("5%", 0.05)];
        for (text, expected) in cases {
            assert_eq!(rate(text), Ok(expected), "{text}");
        }
        for text in ["0", "1", "100%", "-1%", "40", "%", "", "0,4%", "nan", "inf", "1e-3", "0.4%%", "0.4 percent"] {
            assert!(rate(text).unwrap_err().contains("such as 0.4% or 0.004"), "{text}");
        }
    }
}
