//! Thresholds from clean scans of one station's scanners, with a promise, and whether they still fit.
//!
//! ```text
//! reports of clean scans -> Gathered -> Calibration (a file) -> judge::CleanScores -> reports with p-values
//!                                       Calibration + reports of the station -> Station -> DriftCheck
//! ```
//!
//! - [`Gathered`]: which clean scans count, which do not and why.
//! - [`Calibration`]: the file: scores, groups, thresholds, what they promise.
//! - [`Station`]: whether a station's later scores still look like those of its clean scans.

mod drift;
mod file;
mod gather;
mod groups;
#[cfg(test)]
mod tests;

pub use drift::{DRIFT_SEEN, Drift, DriftCheck, GroupDrift, KolmogorovSmirnov, LEFT_OUT_MOST, Order, Station, Wealth};
pub use file::{Attained, Calibration, CalibrationGroup};
pub use gather::{CleanScan, Gathered, LeftOut, LeftOutCode, alarm_score};

use super::statistics;
use crate::scan::Error;

/// What the statistics refuse here is a fault of what was asked.
fn refused(error: &statistics::Error) -> Error {
    Error::parameter(error.to_string())
}

/// A share as people read it, to two digits that say something and rounded up, as a promise has to be.
pub fn percent_up(share: f64) -> String {
    let share = 100.0 * share;
    if share == 0.0 || !share.is_finite() {
        return format!("{share} %");
    }
    let step = 10_f64.powi(share.log10().floor() as i32 - 1);
    let places = (-step.log10().floor()).max(0.0) as usize;
    let text = format!("{:.places$}", (share / step - 1e-6).ceil() * step);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}
