//! Whether a station's scores still look like those of its clean scans.

use super::file::Calibration;
use super::gather::{CleanScan, alarm_score, highest};
use super::refused;
use crate::evaluate::statistics::{DriftMartingale, KsMethod, kolmogorov_smirnov, scans_needed, ville_threshold};
use crate::judge::{CleanScores, GroupKey};
use crate::report::{Report, SCHEMA_VERSION};
use crate::scan::{Digest, Metadata, Result};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A check tells something where a distance as large as this between the scores and the clean ones would be drift; smaller ones may be
/// too, if there are scans enough, and [`GroupDrift::seen_from`] says from where on. For the running test: where a change that lifts
/// such a share of the scans, evenly spread, above every clean one would be.
pub const DRIFT_SEEN: f64 = 0.25;

/// A check of which more than this share of scans had to be left out tells nothing: they may be those that changed.
pub const LEFT_OUT_MOST: f64 = 0.1;

/// How many containers are tried to see a change in [`DRIFT_SEEN`] of them.
const TRIED: usize = 5000;

/// Breaks ties of the martingale; the same for everyone, so that a check can be repeated.
const SEED: u64 = 1;

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// No change was found, and one of [`DRIFT_SEEN`] would have been.
    Fits,
    /// Too few scans to tell, or too many left out.
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
    /// The container at which it first did, counted from 1.
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
    /// Their containers, of which each has one score, its highest; a scan that names none counts as one.
    pub containers: u64,
    /// The containers of the calibration's clean scans.
    pub clean: u64,
    /// The order of the station's scans.
    pub order: Order,
    /// The median score of the clean scans.
    pub clean_median: f64,
    /// The median score of the station's scans.
    pub median: f64,
    /// All scores at once; absent where the martingale alone decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kolmogorov_smirnov: Option<KolmogorovSmirnov>,
    /// One score after the other.
    pub martingale: Wealth,
    /// The distance from which on so many scores are drift, as far as its limit distribution tells; absent where the martingale alone
    /// decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_from: Option<f64>,
    /// How many containers of the station it takes for a distance of 0.25 to be drift, or, where the martingale alone decides, a change that
    /// lifts every fourth of them above all clean ones; absent where no number does, for the clean ones are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containers_wanted: Option<u64>,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftCheck {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The worst of the groups; inconclusive at best without any, and where more than 0.1 of the scans were left out.
    pub ending: Drift,
    /// SHA-256 of the calibration.
    pub calibration_sha256: Digest,
    /// The probability of saying drift where nothing changed, at most.
    pub false_drift: f64,
    /// Whether the martingales alone decided: then that probability holds for all looks together, else for this one.
    pub running: bool,
    /// The share of the scans that were left out since they failed or belong to no group; the calibration's own and doubles are in neither.
    pub left_out_share: f64,
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
    container: Option<String>,
    score: f64,
}

/// The station's scans, as they come.
#[derive(Debug)]
pub struct Station<'a> {
    calibration: &'a Calibration,
    clean: CleanScores,
    cells: BTreeMap<GroupKey, Vec<f64>>,
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
        let clean = calibration.clean_scores(sha256)?;
        Ok(Self {
            calibration,
            cells: cells(calibration, &clean)?,
            clean,
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
            if report.scan.sha256.is_some_and(|sha256| !self.seen.insert(sha256)) {
                self.duplicates += 1;
            } else {
                self.failed.push(name);
            }
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
        let of = belonging.group.filter(|(key, _)| belonging.covered && self.cells.contains_key(key));
        let Some((key, _)) = of else {
            self.not_calibrated.push(name);
            return Ok(());
        };
        let container = metadata.container.as_ref().map(|container| container.number.clone());
        let time = metadata.time.as_deref().and_then(time);
        let scan = Scan { time, name, sha256, container, score: f64::from(score) };
        self.groups.entry(key.clone()).or_default().push(scan);
        Ok(())
    }

    /// Compares the scores with the calibration's; `false_drift` is the probability, over 0 and under 1, of saying drift where none is.
    ///
    /// For one look both tests of all groups share it evenly. `running` is for looks that are repeated: the martingales alone decide, and
    /// the probability holds for any number of looks together (Ville's inequality), as long as every look begins with the same scans.
    /// They share it by the groups that the calibration has, for those of the station may become more.
    ///
    /// # Errors
    /// A parameter error for a probability out of range.
    pub fn check(mut self, false_drift: f64, running: bool) -> Result<DriftCheck> {
        ville_threshold(false_drift).map_err(|error| refused(&error))?;
        let tests = if running { self.cells.len() } else { 2 * self.groups.len() };
        let level = false_drift / tests.max(1) as f64;
        let mut groups = Vec::new();
        for (key, scans) in std::mem::take(&mut self.groups) {
            if let Some(clean) = self.cells.get(&key) {
                groups.push(group(key, scans, clean, level, running)?);
            }
        }
        let left_out = (self.failed.len() + self.not_calibrated.len()) as f64;
        let all = left_out + groups.iter().map(|group| group.scans as f64).sum::<f64>();
        let left_out_share = if all > 0.0 { left_out / all } else { 0.0 };
        // A change that was found was found, however little is known of the other groups.
        let mut ending = groups.iter().map(|group| group.ending).max().unwrap_or(Drift::Inconclusive);
        if left_out_share > LEFT_OUT_MOST {
            ending = ending.max(Drift::Inconclusive);
        }
        for names in [&mut self.not_calibrated, &mut self.failed] {
            names.sort();
        }
        Ok(DriftCheck {
            schema_version: SCHEMA_VERSION,
            ending,
            calibration_sha256: self.clean.sha256(),
            false_drift,
            running,
            left_out_share,
            groups,
            not_calibrated: self.not_calibrated,
            failed: self.failed,
            of_the_calibration: self.of_the_calibration,
            duplicates: self.duplicates,
        })
    }
}

/// The clean scores to compare with, of the scans that would be judged by each group, as the station's are: a group may hold others
/// besides. Where the others are what makes it large enough, and a few are left, there is nothing to compare with.
fn cells(calibration: &Calibration, clean: &CleanScores) -> Result<BTreeMap<GroupKey, Vec<f64>>> {
    let needed = scans_needed(calibration.false_alarms).map_err(|error| refused(&error))?;
    let mut cells: BTreeMap<&GroupKey, Vec<&CleanScan>> = BTreeMap::new();
    for scan in &calibration.scans {
        let metadata = Metadata { scanner: scan.scanner.clone(), cargo: scan.cargo.clone(), ..Metadata::default() };
        let belonging = clean.find(&metadata);
        if let Some((key, _)) = belonging.group.filter(|_| belonging.covered) {
            cells.entry(key).or_default().push(scan);
        }
    }
    let whole = |key: &GroupKey| clean.groups().get(key).map_or(0, |group| group.sorted.len());
    Ok(cells
        .into_iter()
        .map(|(key, scans)| (key.clone(), highest(scans)))
        .filter(|(key, scores)| scores.len() as u64 >= needed || scores.len() == whole(key))
        .collect())
}

/// One score for each container, its highest, where the last of its scans stands; a scan that names none stands alone.
fn by_container(sorted: Vec<Scan>) -> Vec<f64> {
    let mut seen: BTreeMap<String, f64> = BTreeMap::new();
    for scan in &sorted {
        if let Some(container) = &scan.container {
            let highest = seen.entry(container.clone()).or_insert(scan.score);
            *highest = highest.max(scan.score);
        }
    }
    let last_first = sorted.into_iter().rev().filter_map(|scan| match scan.container {
        Some(container) => seen.remove(&container),
        None => Some(scan.score),
    });
    let mut scores: Vec<f64> = last_first.collect();
    scores.reverse();
    scores
}

fn group(key: GroupKey, mut scans: Vec<Scan>, clean: &[f64], level: f64, running: bool) -> Result<GroupDrift> {
    let order = if scans.iter().all(|scan| scan.time.is_some()) { Order::Time } else { Order::Name };
    let time = |scan: &Scan| scan.time.filter(|_| order == Order::Time);
    scans.sort_by(|a, b| (time(a), &a.name, a.sha256).cmp(&(time(b), &b.name, b.sha256)));
    let count = scans.len() as u64;
    let scores = by_container(scans);
    let alarm_at = ville_threshold(level).map_err(|error| refused(&error))?.ln();
    let mut martingale = DriftMartingale::new(clean, SEED).map_err(|error| refused(&error))?;
    let mut alarm_after = None;
    for score in &scores {
        martingale.push(*score).map_err(|error| refused(&error))?;
        if alarm_after.is_none() && martingale.highest_log_wealth() >= alarm_at {
            alarm_after = Some(martingale.steps());
        }
    }
    let (test, seen_from, containers_wanted, enough) = if running {
        let wanted = change_seen_after(clean, &scores, alarm_at)?;
        (None, None, wanted, wanted.is_some_and(|wanted| wanted <= scores.len() as u64))
    } else {
        let test = kolmogorov_smirnov(clean, &scores).map_err(|error| refused(&error))?;
        let (from, wanted) = sight(clean.len() as f64, scores.len() as f64, level);
        (Some(test), Some(from), wanted, from <= DRIFT_SEEN)
    };
    let ending = if test.is_some_and(|test| test.p <= level) || alarm_after.is_some() {
        Drift::Drift
    } else if enough {
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
        scans: count,
        containers: scores.len() as u64,
        clean: clean.len() as u64,
        order,
        clean_median: median(clean),
        median: median(&scores),
        kolmogorov_smirnov: test.map(|test| KolmogorovSmirnov {
            distance: test.statistic,
            p_value: test.p,
            exact: test.method == KsMethod::Exact,
            alarm_at: level,
        }),
        martingale: Wealth {
            highest_log10: martingale.highest_log_wealth() / std::f64::consts::LN_10,
            alarm_at_log10: alarm_at / std::f64::consts::LN_10,
            alarm_after,
        },
        seen_from,
        containers_wanted,
    })
}

/// After how many containers the martingale would have said drift, had every fourth scored higher than any clean one. The station's
/// scores are taken once more where they are too few.
fn change_seen_after(clean: &[f64], scores: &[f64], alarm_at: f64) -> Result<Option<u64>> {
    let every = (1.0 / DRIFT_SEEN) as usize;
    let above = clean.iter().chain(scores).copied().fold(0.0, f64::max) + 1.0;
    let mut martingale = DriftMartingale::new(clean, SEED).map_err(|error| refused(&error))?;
    for (number, score) in scores.iter().cycle().take(TRIED.max(scores.len())).enumerate() {
        let changed = number % every == every - 1;
        martingale.push(if changed { above } else { *score }).map_err(|error| refused(&error))?;
        if martingale.highest_log_wealth() >= alarm_at {
            return Ok(Some(martingale.steps()));
        }
    }
    Ok(None)
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
