//! The lines of `portray scan --json`: one for each scan as it is done, then one for the run.

use super::summary::{Counts, Row};
use super::wire::ErrorInfo;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A scan is done and its report is written. Lines come in the order in which scans end.
    Scan {
        /// Whether the report of an earlier run still held and was kept.
        kept: bool,
        /// The scan as in the summary's `scans`.
        scan: Box<Row>,
        /// Why it failed, as in its report; null where it did not.
        error: Option<ErrorInfo>,
    },
    /// All is done. It is the last line; where it is missing, the program was ended before.
    Summary {
        /// The exit code of the program.
        exit_code: u8,
        /// Verdicts.
        counts: Counts,
        /// True where the run was stopped before every scan was done.
        interrupted: bool,
    },
}
