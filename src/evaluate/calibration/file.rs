//! The calibration file: what was measured on clean scans, and what follows from it.

use super::gather::{CleanScan, Gathered, LeftOut, highest};
use super::groups::groups;
use super::{percent_up, refused};
use crate::evaluate::percent;
use crate::evaluate::statistics::{self, scans_needed};
use crate::judge::{CleanGroup, CleanScores, GroupKey, GroupKind, Places};
use crate::report::{Generator, ModelReport, RunSettings, SCHEMA_VERSION};
use crate::scan::{Digest, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The level of the interval in which a calibration's own rate lies.
const LEVEL: f64 = 0.95;

/// Where the false-alarm rate of this very calibration lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attained {
    /// Lower end, 0 to 1.
    pub low: f64,
    /// Upper end, 0 to 1.
    pub high: f64,
    /// The probability that it lies between them.
    pub level: f64,
}

/// A group of clean scans and its threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrationGroup {
    /// Which scans.
    pub group: GroupKey,
    /// How many.
    pub scans: u64,
    /// Of how many containers, which is what counts: each has one score, its highest. A scan that names none counts as one.
    pub containers: u64,
    /// A scan of this group is flagged when its score is at least this; over 1 where no score can be.
    pub threshold: f32,
    /// The share of new clean containers like these of which a scan is flagged at most, on average over calibrations, 0 to 1.
    pub promised: f64,
    /// Where that share lies for this calibration: scans that were not drawn alike make another one.
    pub attained: Attained,
}

/// A calibration: thresholds from clean scans, version 1 of the wire format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The program that wrote it.
    pub generator: Generator,
    /// The model that scored; only with it do the thresholds hold.
    pub model: ModelReport,
    /// The settings of the run; what changes scores must be the same where the calibration is used.
    pub settings: RunSettings,
    /// The false-alarm rate per clean container that was asked for, over 0 and under 1.
    pub false_alarms: f64,
    /// The groups, by kind and name: all scans, each scanner with enough of them, and within it cargo. A clean scan may count in more
    /// than one; a new one is judged by one.
    pub groups: Vec<CalibrationGroup>,
    /// The clean scans with their scores, in the order of the inputs.
    pub scans: Vec<CleanScan>,
    /// Scans that do not count, and why.
    pub left_out: Vec<LeftOut>,
}

/// Groups that can promise the rate with the sorted scores of each, and where scans belong.
type Thresholds = (Vec<(CalibrationGroup, Vec<f64>)>, BTreeMap<Option<String>, Places>);

fn thresholds(scans: &[CleanScan], false_alarms: f64) -> Result<Thresholds> {
    let needed = scans_needed(false_alarms).map_err(|error| refused(&error))?;
    let found = highest(scans).len() as u64;
    if found < needed {
        let most = percent_up(1.0 / (found as f64 + 1.0));
        let least = if found == 0 { String::new() } else { format!("; with these {most} or more can be promised") };
        let rate = percent(false_alarms);
        let message = if found == scans.len() as u64 {
            format!(
                "a false-alarm rate of {rate} takes at least {needed} clean scan{}, found {found}{least}",
                if needed == 1 { "" } else { "s" }
            )
        } else {
            format!(
                "a false-alarm rate of {rate} takes clean scans of at least {needed} containers, found {} of {found} (scans of one \
                 container are alike and count once){least}",
                scans.len()
            )
        };
        return Err(Error::parameter(message).help("give more clean scans, or ask for a higher --false-alarms"));
    }
    let groups = groups(scans, needed);
    let made = groups
        .members
        .into_iter()
        .map(|(group, scans)| {
            let calibration = statistics::Calibration::new(&highest(&scans)).map_err(|error| refused(&error))?;
            let found = calibration.threshold(false_alarms).map_err(|error| refused(&error))?;
            let interval = found.attained(LEVEL).map_err(|error| refused(&error))?;
            let group = CalibrationGroup {
                group,
                scans: scans.len() as u64,
                containers: found.scans,
                threshold: found.alarm_from_f32(),
                promised: found.promised,
                attained: Attained { low: interval.low, high: interval.high, level: LEVEL },
            };
            Ok((group, calibration.scores().to_vec()))
        })
        .collect::<Result<_>>()?;
    Ok((made, groups.scanners))
}

impl Calibration {
    /// The thresholds for a false-alarm rate over 0 and under 1.
    ///
    /// # Errors
    /// A parameter error for a rate out of range, and for fewer clean scans than the rate takes, with the number that it does.
    pub fn new(gathered: Gathered, false_alarms: f64, model: ModelReport, settings: RunSettings) -> Result<Self> {
        let groups = thresholds(&gathered.scans, false_alarms)?.0.into_iter().map(|(group, _)| group).collect();
        Ok(Self {
            schema_version: SCHEMA_VERSION,
            generator: Generator::this(),
            model,
            settings,
            false_alarms,
            groups,
            scans: gathered.scans,
            left_out: gathered.left_out,
        })
    }

    /// Reads a calibration file; thresholds that do not follow from its scores are refused.
    ///
    /// # Errors
    /// A parameter error for anything but a calibration of version 1.
    pub fn from_json(text: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            schema_version: u32,
        }
        let again = "make it with portray calibrate";
        let wrong = |error: serde_json::Error| Error::parameter(format!("not a calibration: {error}")).help(again);
        // The version first: another one has other fields.
        let Versioned { schema_version } = serde_json::from_slice(text).map_err(wrong)?;
        if schema_version != SCHEMA_VERSION {
            let message =
                format!("calibration has schema_version {schema_version}, this portray reads {SCHEMA_VERSION}");
            return Err(Error::parameter(message).help(again));
        }
        let file: Self = serde_json::from_slice(text).map_err(wrong)?;
        file.clean_scores(Digest::of(text))?;
        Ok(file)
    }

    /// What judging needs of it; `sha256` is the file's.
    ///
    /// # Errors
    /// A parameter error where the groups do not follow from the scores.
    pub fn clean_scores(&self, sha256: Digest) -> Result<CleanScores> {
        let (expected, scanners) = thresholds(&self.scans, self.false_alarms)?;
        let same = |(group, _): &(CalibrationGroup, Vec<f64>), found: &CalibrationGroup| {
            (&group.group, group.scans, group.containers, group.threshold)
                == (&found.group, found.scans, found.containers, found.threshold)
        };
        if expected.len() != self.groups.len()
            || !expected.iter().zip(&self.groups).all(|(one, other)| same(one, other))
        {
            return Err(Error::parameter(
                "the groups do not follow from the scores; was the calibration edited by hand?",
            )
            .help("make it anew with portray calibrate"));
        }
        let groups: BTreeMap<GroupKey, CleanGroup> = expected
            .into_iter()
            .map(|(group, sorted)| {
                let CalibrationGroup { group: key, threshold, promised, .. } = group;
                (key, CleanGroup { sorted, threshold, promised })
            })
            .collect();
        Ok(CleanScores::new(sha256, self.false_alarms, scanners, groups))
    }

    /// Scanners that have too few clean scans for thresholds of their own: how many they have, and of how many containers.
    pub fn small_scanners(&self) -> BTreeMap<Option<String>, (u64, u64)> {
        let large: BTreeSet<&Option<String>> = self
            .groups
            .iter()
            .filter(|group| group.group.of == GroupKind::Scanner)
            .map(|group| &group.group.scanner)
            .collect();
        let mut small: BTreeMap<Option<String>, Vec<&CleanScan>> = BTreeMap::new();
        for scan in self.scans.iter().filter(|scan| !large.contains(&scan.scanner)) {
            small.entry(scan.scanner.clone()).or_default().push(scan);
        }
        let count = |scans: Vec<&CleanScan>| (scans.len() as u64, highest(scans).len() as u64);
        small.into_iter().map(|(scanner, scans)| (scanner, count(scans))).collect()
    }

    /// Whether scores of this model and these settings may be compared with the calibration's.
    ///
    /// What cannot change a score may differ: limits on files, and settings of the judging that only decide about
    /// `inconclusive`. Dark and air frames may be others, since a station takes new ones every day, but must be given or not, as they were.
    ///
    /// # Errors
    /// A parameter error that names every difference.
    pub fn check_same(&self, model: &ModelReport, settings: &RunSettings) -> Result<()> {
        let mut different = Vec::new();
        let named = |model: &ModelReport, sha256| format!("{} {} (sha256 {sha256})", model.name, model.version);
        for (what, ours, theirs) in [
            ("model", self.model.sha256, model.sha256),
            ("contract", self.model.contract_sha256, model.contract_sha256),
        ] {
            if ours != theirs {
                let (theirs, ours) = (named(model, theirs), named(&self.model, ours));
                different.push(format!("{what} is that of {theirs}, the calibration's that of {ours}"));
            }
        }
        if !different.is_empty() {
            let help = "give the model that was calibrated, or calibrate this one";
            return Err(Error::parameter(different.join("; ")).help(help));
        }
        differences(&self.settings, settings, &mut different)?;
        if different.is_empty() {
            return Ok(());
        }
        Err(Error::parameter(format!("the calibration was made with other settings: {}", different.join("; ")))
            .help("use the settings it was made with, or calibrate with these"))
    }
}

/// A table of settings with its values as they are written: 0.01 in single precision is another double.
fn fields(table: &impl Serialize) -> Result<serde_json::Value> {
    let value = serde_json::to_string(table).and_then(|text| serde_json::from_str(&text));
    value.map_err(|error| Error::bug(format!("settings cannot be compared: {error}")))
}

/// Settings that change scores and are not the same: `prepare.noise_floor is 0.002, in the calibration 0.001`.
fn differences(ours: &RunSettings, theirs: &RunSettings, found: &mut Vec<String>) -> Result<()> {
    // All fields are compared but those named here: a setting that is new is not forgotten.
    let judged = |settings: &RunSettings| {
        let usual = crate::judge::Settings::default();
        crate::judge::Settings {
            unseen_side_mm: usual.unseen_side_mm,
            max_shielded_share: usual.max_shielded_share,
            max_repaired_share: usual.max_repaired_share,
            accept: usual.accept,
            max_regions: usual.max_regions,
            ..settings.judge.clone()
        }
    };
    for (table, ours, theirs) in [
        ("prepare", fields(&ours.prepare)?, fields(&theirs.prepare)?),
        ("judge", fields(&judged(ours))?, fields(&judged(theirs))?),
    ] {
        let keys = |value: &serde_json::Value| -> BTreeSet<String> {
            value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
        };
        for key in keys(&ours).union(&keys(&theirs)) {
            let shown =
                |value: &serde_json::Value| value.get(key).map_or_else(|| "unset".to_owned(), ToString::to_string);
            if ours.get(key) != theirs.get(key) {
                found.push(format!("{table}.{key} is {}, in the calibration {}", shown(&theirs), shown(&ours)));
            }
        }
    }
    for (frame, ours, theirs) in [
        ("--dark", ours.dark_frame_sha256, theirs.dark_frame_sha256),
        ("--air", ours.air_frame_sha256, theirs.air_frame_sha256),
    ] {
        let given = |digest: Option<Digest>| if digest.is_some() { "given" } else { "not given" };
        if ours.is_some() != theirs.is_some() {
            found.push(format!("{frame} is {}, for the calibration it was {}", given(theirs), given(ours)));
        }
    }
    Ok(())
}
