//! Whether a station's scores still look like those of its clean scans.

use super::file::Calibration;
use super::gather::alarm_score;
use super::refused;
use crate::evaluate::statistics::{DriftMartingale, KsMethod, kolmogorov_smirnov, ville_threshold};
use crate::judge::{CleanScores, GroupKey};
use crate::report::{Report, SCHEMA_VERSION};
use crate::scan::{Digest, Error, Result};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A check tells something where it can see that this share of scans scores otherwise; smaller changes may be seen too, if there are
/// scans enough, and [`GroupDrift::seen_from`] says from where on.
pub const DRIFT_SEEN: f64 = 0.25;

/// Breaks ties of the martingale; the same for everyone, so that a check can be repeated.
const SEED: u64 = 1;

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// No change was found, and one of [`DRIFT_SEEN`] would have been.
    Fits,
    /// Too few scans to tell.
    Inconclusive,
    /// The scores are others than those of the clean scans.
    Drift,
}

/// In which order scores were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By the time that the scans state.
    Time,
    /// By name: a scan states no time.
    Name,
}

/// The Kolmogorov-Smirnov test of one group, two-sided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KolmogorovSmirnov {
    /// The largest distance between the two distributions, 0 to 1.
    pub distance: f64,
    /// Probability of one as large where nothing changed.
    pub p_value: f64,
    /// Whether that is exact; else it is a little too large.
    pub exact: bool,
    /// Drift where the p-value is at most this.
    pub alarm_at: f64,
}

/// The running conformal test martingale of one group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wealth {
    /// The decimal logarithm of the highest wealth; it starts at 0.
    pub highest_log10: f64,
    /// Drift where that reaches this.
    pub alarm_at_log10: f64,
    /// The scan at which it first did, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_after: Option<u64>,
}

/// A group's scores, then and now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupDrift {
    /// Which group.
    pub group: GroupKey,
    /// What is said of it.
    pub ending: Drift,
    /// The station's scans.
    pub scans: u64,
    /// The calibration's clean scans.
    pub clean: u64,
    /// The order of the station's scans.
    pub order: Order,
    /// The median score of the clean scans.
    pub clean_median: f64,
    /// The median score of the station's scans.
    pub median: f64,
    /// All scores at once.
    pub kolmogorov_smirnov: KolmogorovSmirnov,
    /// One score after the other.
    pub martingale: Wealth,
    /// The distance from which on so many scans show a change.
    pub seen_from: f64,
    /// How many scans of the station it takes to see a distance of 0.25; absent where no number does, for the clean ones are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scans_wanted: Option<u64>,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftCheck {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The worst of the groups; inconclusive without any.
    pub ending: Drift,
    /// SHA-256 of the calibration.
    pub calibration_sha256: Digest,
    /// The probability of saying drift where nothing changed, at most.
    pub false_drift: f64,
    /// The groups that the station has scans of.
    pub groups: Vec<GroupDrift>,
    /// Scans whose scanner or cargo the calibration has no group for, by name: nothing is known of how clean ones score.
    pub not_calibrated: Vec<String>,
    /// Scans that failed, by name.
    pub failed: Vec<String>,
    /// Reports on scans of the calibration itself.
    pub of_the_calibration: u64,
    /// Reports on a scan that another report was on.
    pub duplicates: u64,
}

/// A scan of the station.
#[derive(Debug, Clone, PartialEq)]
struct Scan {
    time: Option<Timestamp>,
    name: String,
    sha256: Digest,
    score: f64,
}

/// The station's scans, as they come.
#[derive(Debug)]
pub struct Station<'a> {
    calibration: &'a Calibration,
    clean: CleanScores,
    ours: BTreeSet<Digest>,
    seen: BTreeSet<Digest>,
    groups: BTreeMap<GroupKey, Vec<Scan>>,
    not_calibrated: Vec<String>,
    failed: Vec<String>,
    of_the_calibration: u64,
    duplicates: u64,
}

impl<'a> Station<'a> {
    /// A station without scans; `sha256` is that of the calibration's file.
    ///
    /// # Errors
    /// As [`Calibration::clean_scores`].
    pub fn new(calibration: &'a Calibration, sha256: Digest) -> Result<Self> {
        Ok(Self {
            calibration,
            clean: calibration.clean_scores(sha256)?,
            ours: calibration.scans.iter().map(|scan| scan.sha256).collect(),
            seen: BTreeSet::new(),
            groups: BTreeMap::new(),
            not_calibrated: Vec::new(),
            failed: Vec::new(),
            of_the_calibration: 0,
            duplicates: 0,
        })
    }

    /// Takes a report. Scans of the calibration itself, and a second report on a scan, are counted and left out.
    ///
    /// # Errors
    /// A parameter error for a report of another model or other settings, whose scores cannot be compared.
    pub fn add(&mut self, report: &Report) -> Result<()> {
        self.calibration.check_same(&report.model, &report.settings)?;
        let name = report.scan.name.clone();
        let Some((score, sha256)) = alarm_score(report).zip(report.scan.sha256) else {
            self.failed.push(name);
            return Ok(());
        };
        if self.ours.contains(&sha256) {
            self.of_the_calibration += 1;
            return Ok(());
        }
        if !self.seen.insert(sha256) {
            self.duplicates += 1;
            return Ok(());
        }
        let metadata = &report.scan.metadata;
        let belonging = self.clean.find(metadata);
        let Some((key, _)) = belonging.group.filter(|_| belonging.warning.is_none()) else {
            self.not_calibrated.push(name);
            return Ok(());
        };
        let scan = Scan { time: metadata.time.as_deref().and_then(time), name, sha256, score: f64::from(score) };
        self.groups.entry(key.clone()).or_default().push(scan);
        Ok(())
    }

    /// Compares the scores with the calibration's; `false_drift` is the probability, over 0 and under 1, of saying drift where none is.
    ///
    /// Both tests of all groups share it evenly: the Kolmogorov-Smirnov tests for this one look at the scans, the martingales for
    /// any number of looks (Ville's inequality), as long as every look begins with the same scans.
    ///
    /// # Errors
    /// A parameter error for a probability out of range.
    pub fn check(mut self, false_drift: f64) -> Result<DriftCheck> {
        ville_threshold(false_drift).map_err(|error| refused(&error))?;
        let level = false_drift / (2 * self.groups.len().max(1)) as f64;
        let mut groups = Vec::new();
        for (key, scans) in std::mem::take(&mut self.groups) {
            let clean = self.clean.groups().get(&key).ok_or_else(|| Error::bug(format!("no group {key}")))?;
            groups.push(group(key, scans, &clean.sorted, level)?);
        }
        // A change that was found was found, however little is known of the other groups.
        let ending = groups.iter().map(|group| group.ending).max().unwrap_or(Drift::Inconclusive);
        for names in [&mut self.not_calibrated, &mut self.failed] {
            names.sort();
        }
        Ok(DriftCheck {
            schema_version: SCHEMA_VERSION,
            ending,
            calibration_sha256: self.clean.sha256(),
            false_drift,
            groups,
            not_calibrated: self.not_calibrated,
            failed: self.failed,
            of_the_calibration: self.of_the_calibration,
            duplicates: self.duplicates,
        })
    }
}

fn group(key: GroupKey, mut scans: Vec<Scan>, clean: &[f64], level: f64) -> Result<GroupDrift> {
    let order = if scans.iter().all(|scan| scan.time.is_some()) { Order::Time } else { Order::Name };
    let time = |scan: &Scan| scan.time.filter(|_| order == Order::Time);
    scans.sort_by(|a, b| (time(a), &a.name, a.sha256).cmp(&(time(b), &b.name, b.sha256)));
    let scores: Vec<f64> = scans.iter().map(|scan| scan.score).collect();
    let test = kolmogorov_smirnov(clean, &scores).map_err(|error| refused(&error))?;
    let alarm_at = ville_threshold(level).map_err(|error| refused(&error))?.ln();
    let mut martingale = DriftMartingale::new(clean, SEED).map_err(|error| refused(&error))?;
    let mut alarm_after = None;
    for score in &scores {
        martingale.push(*score).map_err(|error| refused(&error))?;
        if alarm_after.is_none() && martingale.highest_log_wealth() >= alarm_at {
            alarm_after = Some(martingale.steps());
        }
    }
    let (seen_from, scans_wanted) = sight(clean.len() as f64, scores.len() as f64, level);
    let ending = if test.p <= level || alarm_after.is_some() {
        Drift::Drift
    } else if seen_from <= DRIFT_SEEN {
        Drift::Fits
    } else {
        Drift::Inconclusive
    };
    let median = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        crate::evaluate::statistics::quantile(&sorted, 0.5).unwrap_or_default()
    };
    Ok(GroupDrift {
        group: key,
        ending,
        scans: scores.len() as u64,
        clean: clean.len() as u64,
        order,
        clean_median: median(clean),
        median: median(&scores),
        kolmogorov_smirnov: KolmogorovSmirnov {
            distance: test.statistic,
            p_value: test.p,
            exact: test.method == KsMethod::Exact,
            alarm_at: level,
        },
        martingale: Wealth {
            highest_log10: martingale.highest_log_wealth() / std::f64::consts::LN_10,
            alarm_at_log10: alarm_at / std::f64::consts::LN_10,
            alarm_after,
        },
        seen_from,
        scans_wanted,
    })
}

/// The Kolmogorov-Smirnov distance at which `clean` and `scans` scores reach the level, by the first term of its limit distribution,
/// `2 exp(-2 d^2 m n / (m + n))`; and the number of scans at which it is [`DRIFT_SEEN`], if there is one.
fn sight(clean: f64, scans: f64, level: f64) -> (f64, Option<u64>) {
    let squared = (2.0 / level).ln() / 2.0;
    let distance = (squared * (clean + scans) / (clean * scans)).sqrt().min(1.0);
    let needed = squared / (DRIFT_SEEN * DRIFT_SEEN);
    let wanted = (clean > needed).then(|| (needed * clean / (clean - needed)).ceil() as u64);
    (distance, wanted)
}

/// A time as reports spell it; one without a zone is taken as UTC, for a station's clock has one zone.
fn time(text: &str) -> Option<Timestamp> {
    let local = || text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from));
    let utc = |local: DateTime| Offset::UTC.to_timestamp(local);
    text.parse::<Timestamp>().or_else(|_| local().and_then(utc)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_a_zone_are_ordered() {
        let at = |text: &str| time(text).unwrap();
        assert!(at("2026-11-02T10:15:00+02:00") < at("2026-11-02T10:15:00"));
        assert_eq!(at("2026-11-02T10:15:00Z"), at("2026-11-02T10:15:00"));
        assert!(at("2026-11-02") < at("2026-11-02T00:00:01"));
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn how_many_scans_would_do_is_where_a_quarter_is_seen() {
        let (few, wanted) = sight(249.0, 10.0, 0.005);
        let wanted = wanted.unwrap();
        assert!(few > DRIFT_SEEN);
        assert!(sight(249.0, wanted as f64, 0.005).0 <= DRIFT_SEEN);
        assert!(sight(249.0, wanted as f64 - 1.0, 0.005).0 > DRIFT_SEEN);
        // Too few clean scans for any number of others.
        assert_eq!(sight(30.0, 1e9, 0.005).1, None);
    }
}
