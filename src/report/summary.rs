//! The summary of a run: counts, the scans ranked, what failed and what was passed over.

use super::wire::{ErrorInfo, Generator, ModelReport, Report, RunSettings, SCHEMA_VERSION};
use crate::judge::{Verdict, Zone};
use crate::scan::{ContainerNumber, Digest, LoadClass};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many scans got which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// All scans: the sum of the others.
    pub scans: u64,
    /// Nothing found and everything seen.
    pub clear: u64,
    /// Something could not be judged.
    pub inconclusive: u64,
    /// Score reached the threshold.
    pub flagged: u64,
    /// Could not be read or processed.
    pub failed: u64,
}

impl Counts {
    /// Counts one more scan.
    pub fn add(&mut self, verdict: Verdict) {
        self.scans += 1;
        match verdict {
            Verdict::Clear => self.clear += 1,
            Verdict::Inconclusive => self.inconclusive += 1,
            Verdict::Flagged => self.flagged += 1,
            Verdict::Failed => self.failed += 1,
        }
    }

    /// A scan that was counted with this verdict failed after all.
    pub fn fail(&mut self, counted: Verdict) {
        match counted {
            Verdict::Clear => self.clear -= 1,
            Verdict::Inconclusive => self.inconclusive -= 1,
            Verdict::Flagged => self.flagged -= 1,
            Verdict::Failed => self.failed -= 1,
        }
        self.failed += 1;
    }
}

/// One scan in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The scan's name.
    pub name: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The score; null where the scan failed.
    pub score: Option<f32>,
    /// The share of clean scans that look at least as unusual; only with a calibration that covers the scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// The container number; null where it is not known.
    pub container: Option<ContainerNumber>,
    /// How many regions there are.
    pub regions: u32,
    /// The zone of the highest region; null where there is no region or it has none.
    pub zone: Option<Zone>,
    /// How the highest region is hidden, for models that tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concealment: Option<LoadClass>,
    /// How like the model's training scans it is, 0 to 1, for models that tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub familiarity: Option<f32>,
    /// The extra mass of the highest region in kg, and its uncertainty; null where none was measured.
    pub mass_kg: Option<(f32, f32)>,
    /// Whether that mass is the least it can be: the beam did not get through parts of the region.
    pub mass_at_least: bool,
    /// The first reason why the scan is not clear; null for clear scans.
    pub reason: Option<String>,
    /// How many warnings its report has.
    pub warnings: u32,
    /// The report's file, relative to the output folder.
    pub report: String,
    /// The overlay, relative to the output folder; null where there is none.
    pub overlay: Option<String>,
}

impl Row {
    /// The row of a report that lies at `path`.
    pub fn of(report: &Report, path: String) -> Self {
        let top = report.regions.first();
        Self {
            name: report.scan.name.clone(),
            verdict: report.verdict,
            score: report.score,
            p_value: report.calibration.as_ref().and_then(|found| found.against.as_ref()).map(|found| found.p_value),
            container: report.scan.metadata.container.clone(),
            regions: report.regions.len() as u32,
            zone: top.and_then(|region| region.zone),
            concealment: top.and_then(|region| region.concealment).map(|found| found.class),
            familiarity: report.familiarity.map(|found| found.value),
            mass_kg: top.and_then(|region| region.mass).map(|mass| (mass.kg, mass.sigma_kg)),
            mass_at_least: top.and_then(|region| region.mass).is_some_and(|mass| mass.at_least),
            reason: report.reasons.first().map(|reason| reason.message.clone()),
            warnings: report.warnings.len() as u32,
            report: path,
            overlay: report.overlay.clone(),
        }
    }

    /// Flagged first, then failed, inconclusive and clear; by rising p-value, which scores of other scanners and cargo have in
    /// common (scans without one last), by falling score, then by name.
    pub fn rank(&self, other: &Self) -> std::cmp::Ordering {
        let order = |row: &Self| match row.verdict {
            Verdict::Flagged => 0,
            Verdict::Failed => 1,
            Verdict::Inconclusive => 2,
            Verdict::Clear => 3,
        };
        let score = |row: &Self| row.score.unwrap_or(0.0);
        let unusual = |row: &Self| row.p_value.unwrap_or(f64::INFINITY);
        order(self)
            .cmp(&order(other))
            .then(unusual(self).total_cmp(&unusual(other)))
            .then(score(other).total_cmp(&score(self)))
            .then_with(|| self.name.cmp(&other.name))
    }
}

/// A file that was found and is no scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IgnoredFile {
    /// Its name.
    pub name: String,
    /// Why it was passed over.
    pub reason: String,
}

/// Wall times of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummaryTimings {
    /// From the first scan to the last, in s.
    pub wall_s: f64,
    /// Scans per second over that time.
    pub scans_per_s: f64,
    /// The share of the threads' time that the runtime took, 0 to 1; while it runs it holds all threads of its scan.
    pub runtime_share: f64,
    /// Scans worked on at once.
    pub workers: u32,
    /// Threads per scan.
    pub threads_per_scan: u32,
}

/// A run over many scans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The program that wrote it.
    pub generator: Generator,
    /// The exit code that says the same: 0 all clear, 1 something needs a look, 2 something failed, 130 interrupted.
    pub exit_code: u8,
    /// Verdicts.
    pub counts: Counts,
    /// Which model answered.
    pub model: ModelReport,
    /// The settings of the run, by stage.
    pub settings: RunSettings,
    /// SHA-256 of the calibration that set the thresholds, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration_sha256: Option<Digest>,
    /// Every scan: flagged by rising p-value and falling score first, then failed, inconclusive and clear.
    pub scans: Vec<Row>,
    /// Failed scans with their errors, in the order of the scans.
    pub failed: Vec<FailedScan>,
    /// Reports that earlier runs left in the folder on scans that are not among this run's; sorted.
    pub stale: Vec<String>,
    /// Files found that are no scans, in their order.
    pub ignored: Vec<IgnoredFile>,
    /// True where the run was stopped before every scan was done.
    pub interrupted: bool,
    /// Wall times, unless left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timings: Option<SummaryTimings>,
}

/// A scan that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailedScan {
    /// Its name.
    pub name: String,
    /// Why.
    pub error: ErrorInfo,
}

impl Summary {
    /// The version that this library writes.
    pub const VERSION: u32 = SCHEMA_VERSION;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_are_ranked_by_p_value_where_there_is_one_and_by_score_among_equals() {
        let row = |name: &str, score: f32, p_value: Option<f64>| Row {
            name: name.into(),
            verdict: Verdict::Flagged,
            score: Some(score),
            p_value,
            container: None,
            regions: 0,
            zone: None,
            concealment: None,
            familiarity: None,
            mass_kg: None,
            mass_at_least: false,
            reason: None,
            warnings: 0,
            report: String::new(),
            overlay: None,
        };
        let mut rows = [
            row("uncovered", 0.99, None),
            row("usual", 0.9, Some(0.004)),
            row("unusual", 0.6, Some(0.001)),
            row("higher", 0.95, Some(0.004)),
            Row { verdict: Verdict::Clear, ..row("clear", 0.2, Some(0.0001)) },
            row("lower", 0.9, None),
        ];
        rows.sort_by(Row::rank);
        let names = rows.each_ref().map(|row| row.name.as_str());
        assert_eq!(names, ["unusual", "higher", "usual", "uncovered", "lower", "clear"]);
    }
}
