//! Exit codes: documented, typed, the worst wins.

use crate::report::Counts;
use crate::scan::{Error, Fault};
use std::process::ExitCode;

/// Shown under `--help`.
pub(super) const TABLE: &str = "Exit codes:
  0    all scans are clear
  1    a scan is flagged or inconclusive: someone has to look; or a check found a regression or drift
  2    a scan failed
  3    a check could not tell: too few scans
  64   wrong usage: an argument, a setting, a file named by one; or another run is at work in the folder
  70   portray, its runtime or its model cannot work, or a report cannot be written
  130  interrupted; the reports so far are complete";

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All scans are clear, or the command did what it was asked.
    Clear = 0,
    /// A scan is flagged or inconclusive, or a check found a regression or drift.
    Look = 1,
    /// A scan failed.
    Failed = 2,
    /// A check could not tell: too few scans.
    Inconclusive = 3,
    /// An argument or setting is wrong.
    Usage = 64,
    /// portray, its runtime or its model cannot work.
    Internal = 70,
    /// Interrupted by a signal.
    Interrupted = 130,
}

impl Exit {
    /// The exit code of a run with these verdicts.
    pub fn of_counts(counts: &Counts) -> Self {
        if counts.failed > 0 {
            Self::Failed
        } else if counts.flagged + counts.inconclusive > 0 {
            Self::Look
        } else {
            Self::Clear
        }
    }

    /// The exit code for an error that ended a command.
    pub fn of(error: &anyhow::Error) -> Self {
        let fault = error.chain().find_map(|cause| cause.downcast_ref::<Error>()).map(|error| error.fault);
        match fault {
            Some(Fault::Parameter) => Self::Usage,
            _ => Self::Internal,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Verdict;
    use anyhow::Context as _;

    #[test]
    fn the_worst_verdict_decides_and_inconclusive_is_not_clear() {
        let of = |verdicts: &[Verdict]| {
            let mut counts = Counts::default();
            for verdict in verdicts {
                counts.add(*verdict);
            }
            Exit::of_counts(&counts)
        };
        assert_eq!(of(&[Verdict::Clear]), Exit::Clear);
        assert_eq!(of(&[Verdict::Clear, Verdict::Inconclusive]), Exit::Look);
        assert_eq!(of(&[Verdict::Flagged, Verdict::Clear]), Exit::Look);
        assert_eq!(of(&[Verdict::Flagged, Verdict::Failed]), Exit::Failed);
    }

    #[test]
    fn settings_are_the_users_fault_and_the_rest_is_ours() {
        let usage: anyhow::Result<()> = Err(Error::parameter("threshold is 3")).context("--threshold");
        assert_eq!(Exit::of(&usage.unwrap_err()), Exit::Usage);
        assert_eq!(Exit::of(&anyhow::Error::from(Error::model("no runtime"))), Exit::Internal);
        assert_eq!(Exit::of(&anyhow::anyhow!("other")), Exit::Internal);
    }
}
