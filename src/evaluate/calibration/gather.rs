//! Reports of clean scans to scores: which count, which do not, and why.

use crate::judge::Verdict;
use crate::report::Report;
use crate::scan::{Digest, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A clean scan that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CleanScan {
    /// The scan's name.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: Digest,
    /// The highest of the scan's score and its regions', 0 to 1.
    pub score: f32,
    /// The scanner, as the scan names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanner: Option<String>,
    /// The declared cargo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cargo: Option<String>,
    /// The number of the container; scans of one container count once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// Why a scan does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutCode {
    /// It failed, and has no score.
    Failed,
    /// Its file has the same bytes as an earlier one.
    Duplicate,
}

/// A scan that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The scan's name.
    pub name: String,
    /// Why, in a word.
    pub code: LeftOutCode,
    /// Why, in a sentence.
    pub message: String,
}

/// The score that a calibration compares: the one that alarms.
///
/// A model with a score of its own may contradict its map, and either is enough to flag a scan. `None` where the scan failed.
pub fn alarm_score(report: &Report) -> Option<f32> {
    // A calibrated report has it: its regions may have been looked for under the model's own limits.
    let calibrated = report.calibration.as_ref().and_then(|calibration| calibration.against.as_ref());
    let best = |score: f32| report.regions.first().map_or(score, |region| region.score.max(score));
    calibrated.map(|against| against.score).or_else(|| report.score.map(best))
}

/// The highest score of each container, in the order in which they come; a scan that names none stands alone.
///
/// Scans of a container are alike, and containers are what may change places: a new clean container's highest score has any place among
/// these with the same probability, however much its scans depend on each other, and no scan of it scores higher.
pub(super) fn highest<'a>(scans: impl IntoIterator<Item = &'a CleanScan>) -> Vec<f64> {
    let mut scores: Vec<f64> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for scan in scans {
        let score = f64::from(scan.score);
        let place = scan.container.as_deref().map(|container| *places.entry(container).or_insert(scores.len()));
        match place.and_then(|place| scores.get_mut(place)) {
            Some(highest) => *highest = highest.max(score),
            None => scores.push(score),
        }
    }
    scores
}

/// Clean scans, as they come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gathered {
    pub(super) scans: Vec<CleanScan>,
    pub(super) left_out: Vec<LeftOut>,
    seen: BTreeMap<Digest, String>,
    containers: BTreeMap<String, u64>,
}

impl Gathered {
    /// Takes a scan's report.
    ///
    /// Every scan with a score counts, also one that is inconclusive or flagged: a new clean scan like it may be flagged too, and
    /// to leave it out would promise less false alarms than there are. Failed ones have none. The same bytes twice are one scan.
    ///
    /// # Errors
    /// A parameter error for a score that is no number.
    pub fn add(&mut self, report: &Report) -> Result<()> {
        let name = report.scan.name.clone();
        let mut left_out = |code, message| self.left_out.push(LeftOut { name: name.clone(), code, message });
        let scored = alarm_score(report).zip(report.scan.sha256).filter(|_| report.verdict != Verdict::Failed);
        let Some((score, sha256)) = scored else {
            let message = report.reasons.first().map_or("it has no score", |reason| reason.message.as_str());
            left_out(LeftOutCode::Failed, message.to_owned());
            return Ok(());
        };
        if !score.is_finite() {
            return Err(Error::parameter(format!("{name}: the score is {score}, expected a number")));
        }
        if let Some(first) = self.seen.get(&sha256) {
            left_out(LeftOutCode::Duplicate, format!("the same file as {first}"));
            return Ok(());
        }
        self.seen.insert(sha256, name.clone());
        let metadata = &report.scan.metadata;
        let container = metadata.container.as_ref().map(|container| container.number.clone());
        if let Some(container) = &container {
            *self.containers.entry(container.clone()).or_default() += 1;
        }
        let (scanner, cargo) = (metadata.scanner.clone(), metadata.cargo.clone());
        self.scans.push(CleanScan { name, sha256, score, scanner, cargo, container });
        Ok(())
    }

    /// Scans that count.
    pub fn scans(&self) -> &[CleanScan] {
        &self.scans
    }

    /// Scans that do not.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// How many of the scans that count share their container's number with another, and how many containers these are.
    pub fn shared_containers(&self) -> (u64, u64) {
        let shared = || self.containers.values().filter(|scans| **scans > 1);
        (shared().sum(), shared().count() as u64)
    }
}
