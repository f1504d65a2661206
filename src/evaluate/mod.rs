//! Truth and reports to figures with intervals, and gates that hold a model to them.
//!
//! ```text
//! dataset (scans, truth) -> pipeline (scores, regions) -> matching -> outcome -> figures -> gate -> result
//! ```
//!
//! - [`dataset`]: scans with what is known of them, from a simulated set, COCO, an MVTec-style folder or a table.
//! - [`statistics`]: the formulas, from numbers to numbers, each with its source.
//! - [`compare`]: two models on the same scans; [`Gate`]: what a new one must keep.
//! - [`calibration`]: thresholds from clean scans, with a promise, and whether they still fit.
//! - [`accuracy()`]: outcomes to figures, over all scans and by class, mass, family, scanner and visibility.

mod accuracy;
pub mod calibration;
mod comparison;
mod curves;
pub mod dataset;
mod figures;
mod gate;
mod matching;
mod outcome;
mod patch;
mod pixels;
mod result;
mod settings;
mod speed;
pub mod statistics;
mod strata;
#[cfg(test)]
mod tests;

pub use accuracy::accuracy;
pub use comparison::{Comparison, DetectionDifference, Difference, Flip, Parity, compare};
pub use curves::{froc_curve, roc_curve};
pub use figures::{
    Accuracy, Counts, DetectionAt, Estimate, Figures, FrocAt, MassFigures, OperatingFigures, PixelFigures,
    RankingFigures, RegionFigures, Share, StratumFigures,
};
pub(crate) use gate::percent;
pub use gate::{
    BaselineGate, Check, DetectionGate, Ending, Figure, Findings, Gate, ParityGate, Requirement, SpeedGate, TimeRatio,
};
pub use matching::{HitRule, LoadHit, RegionHits, matches};
pub use outcome::{LoadOutcome, Outcome, Patches, RegionOutcome, patches};
pub use patch::{Patch, Runs};
pub use pixels::mark;
pub use result::{
    Against, BenchResult, GateResult, Machine, ModelResult, SetInfo, bench_schema, doubles, made_alike, notes,
};
pub use settings::{Checked, Settings};
pub use speed::{Block, Latency, Pace, ScanTime, Series, Setting, Speed, SpeedComparison, Stages, measure};
