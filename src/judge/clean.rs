//! What clean scans score: p-values and thresholds by scanner and cargo, as a calibration measured them. Scores are counted by
//! containers, each with its highest: scans of one container are alike, and a hundred of them say no more than a few.

use super::region::rounded;
use super::verdict::SCORE_STEP;
use crate::scan::{Digest, Metadata, Warning};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The conformal p-value of a score among clean ones, one a container, sorted upwards: `(k + 1) / (n + 1)`, where `k` of the `n` are at
/// least as high. Ties count against the alarm, and NaN is the most suspicious score. For the highest score of a clean container that is
/// exchangeable with these `P(p <= a) <= a` (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005), and no
/// other scan of it has a smaller `p`.
pub fn conformal_p_value(clean: &[f64], score: f64) -> f64 {
    let below = clean.partition_point(|clean| *clean < score);
    let at_least = if score.is_nan() { 0 } else { clean.len() - below };
    (at_least as f64 + 1.0) / (clean.len() as f64 + 1.0)
}

/// Which clean scans a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// One scanner, one cargo.
    Cargo,
    /// One scanner, every cargo that has no group of its own there; with `cargo`, that one among them.
    OtherCargo,
    /// One scanner, whatever the cargo.
    Scanner,
    /// All scanners.
    All,
}

/// The name of a group of clean scans.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupKey {
    /// What the group holds.
    pub of: GroupKind,
    /// The scanner, as the scans name it; absent for `all`, and for scans that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanner: Option<String>,
    /// The cargo, for `cargo`; for `other_cargo` the one that has enough for itself, and was taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cargo: Option<String>,
}

impl GroupKey {
    /// The group of all scans.
    pub fn all() -> Self {
        Self { of: GroupKind::All, scanner: None, cargo: None }
    }

    /// A group of a scanner's scans.
    pub fn of_scanner(of: GroupKind, scanner: Option<&str>) -> Self {
        Self { of, scanner: scanner.map(str::to_owned), cargo: None }
    }

    /// The group of one cargo.
    pub fn of_cargo(scanner: Option<&str>, cargo: &str) -> Self {
        Self { cargo: Some(cargo.to_owned()), ..Self::of_scanner(GroupKind::Cargo, scanner) }
    }
}

impl std::fmt::Display for GroupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scanner = scanner_words(self.scanner.as_deref());
        match self.of {
            GroupKind::Cargo => write!(f, "{scanner}, cargo {}", self.cargo.as_deref().unwrap_or_default()),
            GroupKind::OtherCargo => match &self.cargo {
                Some(taken) => write!(f, "{scanner}, cargo {taken} and other"),
                None => write!(f, "{scanner}, other cargo"),
            },
            GroupKind::Scanner => f.write_str(&scanner),
            GroupKind::All => f.write_str("all scanners"),
        }
    }
}

fn scanner_words(scanner: Option<&str>) -> String {
    scanner.map_or_else(|| "no scanner named".to_owned(), |name| format!("scanner {name}"))
}

/// A group of clean scans with its threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanGroup {
    /// The highest score of each container, upwards.
    pub sorted: Vec<f64>,
    /// A scan is flagged when its score is at least this.
    pub threshold: f32,
    /// The share of clean containers that this flags a scan of at most, on average over calibrations.
    pub promised: f64,
}

/// To which groups a scanner's scans belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The group of each cargo that its clean scans declare; `None` for those that declare none.
    pub cargo: BTreeMap<Option<String>, GroupKey>,
    /// The group of every other cargo.
    pub unseen: GroupKey,
    /// Whether that group stands in only, for want of one that holds such scans.
    pub stand_in: bool,
}

/// A calibration, ready to judge with.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanScores {
    sha256: Digest,
    false_alarms: f64,
    scanners: BTreeMap<Option<String>, Places>,
    groups: BTreeMap<GroupKey, CleanGroup>,
}

/// Where a scan belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Belonging<'a> {
    /// The group and its name; none for a scan that the calibration does not cover.
    pub group: Option<(&'a GroupKey, &'a CleanGroup)>,
    /// Whether the group's promise is about scans like this one too.
    pub covered: bool,
    /// Why the promise does not hold for this scan, or not for its cargo by itself.
    pub warning: Option<Warning>,
}

impl CleanScores {
    /// From the file of this digest: the rate asked for, the scanners it has scans of with the places of theirs, and the groups.
    pub fn new(
        sha256: Digest,
        false_alarms: f64,
        scanners: BTreeMap<Option<String>, Places>,
        groups: BTreeMap<GroupKey, CleanGroup>,
    ) -> Self {
        Self { sha256, false_alarms, scanners, groups }
    }

    /// The digest of the calibration's file.
    pub fn sha256(&self) -> Digest {
        self.sha256
    }

    /// The groups by their names.
    pub fn groups(&self) -> &BTreeMap<GroupKey, CleanGroup> {
        &self.groups
    }

    /// The group of a scan. A scanner without a single clean scan has none; one with too few, and cargo that no clean scan declares,
    /// get a warning.
    pub fn find(&self, metadata: &Metadata) -> Belonging<'_> {
        let scanner = || scanner_words(metadata.scanner.as_deref());
        let found = self.scanners.get(&metadata.scanner).and_then(|places| {
            let seen = places.cargo.get(&metadata.cargo);
            let group = self.groups.get_key_value(seen.unwrap_or(&places.unseen))?;
            Some((places, seen.is_some(), group))
        });
        let Some((places, seen, group)) = found else {
            let message = format!(
                "{}: the calibration has no clean scan of it; the model's own threshold decides, and there is no p-value",
                scanner()
            );
            let warning = Some(Warning::new("not_calibrated", message));
            return Belonging { group: None, covered: false, warning };
        };
        let small = group.0.of == GroupKind::All;
        let warning = if small {
            let message = format!(
                "{}: too few clean scans of it; the threshold is that of all scanners, and the promised false-alarm rate need not \
                 hold for this one",
                scanner()
            );
            Some(Warning::new("scanner_not_calibrated", message))
        } else if !seen && places.cargo.keys().any(Option::is_some) {
            let cargo = metadata.cargo.as_deref().map_or_else(|| "no cargo named".to_owned(), |c| format!("cargo {c}"));
            let message = format!(
                "{cargo}: the calibration has no clean scan of it; the threshold is that of {}, and the promised false-alarm rate \
                 need not hold for this cargo",
                group.0
            );
            Some(Warning::new("cargo_not_calibrated", message))
        } else {
            None
        };
        Belonging { group: Some(group), covered: !small && (seen || !places.stand_in), warning }
    }

    /// What a scan of this score is among the clean ones.
    pub(super) fn compare(&self, score: f32, metadata: &Metadata) -> (Calibrated, Belonging<'_>) {
        let belonging = self.find(metadata);
        let score = rounded(score, SCORE_STEP);
        let against = belonging.group.map(|(key, group)| Against {
            group: key.clone(),
            containers: group.sorted.len() as u64,
            promised: group.promised,
            score,
            p_value: conformal_p_value(&group.sorted, f64::from(score)),
        });
        (Calibrated { sha256: self.sha256, false_alarms: self.false_alarms, against }, belonging)
    }
}

/// What a report says of the calibration it was judged with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibrated {
    /// SHA-256 of the calibration's file.
    pub sha256: Digest,
    /// The false-alarm rate that it was made for, 0 to 1.
    pub false_alarms: f64,
    /// The clean scans that this one was compared with; absent where the calibration has none of its scanner, and the
    /// model's own threshold decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
}

/// A scan among clean ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// Which clean scans.
    pub group: GroupKey,
    /// Of how many containers; a scan that names none counts as one.
    pub containers: u64,
    /// The share of clean containers like them of which a scan is flagged at most, on average over calibrations, 0 to 1.
    pub promised: f64,
    /// The score that was compared: the highest of the scan's and its regions'.
    pub score: f32,
    /// `(k + 1) / (containers + 1)`, where clean scans of `k` containers score at least as high: at most this share of clean
    /// containers looks as unusual.
    pub p_value: f64,
}

/// A p-value for people: `at most 1 clean container in 250`.
pub(super) fn rarity(p: f64) -> String {
    // A little over a whole number is that number: 1 / (1 / 49) is not 49.
    let one_in = (1.0 / p + 1e-6).floor();
    if one_in >= 10.0 {
        format!("at most 1 clean container in {one_in} looks this unusual")
    } else {
        format!("up to {:.0} % of clean containers look this unusual", (100.0 * p).ceil())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(scores: &[f64]) -> CleanGroup {
        CleanGroup { sorted: scores.to_vec(), threshold: 0.5, promised: 0.2 }
    }

    fn clean() -> CleanScores {
        let whole = |scanner| GroupKey::of_scanner(GroupKind::Scanner, scanner);
        let other = |scanner| GroupKey::of_scanner(GroupKind::OtherCargo, scanner);
        let with_tea = GroupKey { cargo: Some("tea".into()), ..other(Some("e")) };
        let groups = [
            (GroupKey::all(), group(&[0.1, 0.2, 0.3, 0.4])),
            (whole(Some("a")), group(&[0.1, 0.2])),
            (GroupKey::of_cargo(Some("a"), "tea"), group(&[0.1])),
            (whole(Some("b")), group(&[0.3])),
            (GroupKey::of_cargo(Some("b"), "tea"), group(&[0.3])),
            (other(Some("b")), group(&[0.35])),
            (whole(None), group(&[0.4])),
            (with_tea.clone(), group(&[0.4])),
        ];
        let places = |cargo: &[(Option<&str>, &GroupKey)], unseen: &GroupKey, stand_in: bool| Places {
            cargo: cargo.iter().map(|(name, key)| (name.map(str::to_owned), (*key).clone())).collect(),
            unseen: unseen.clone(),
            stand_in,
        };
        let tea = |scanner| GroupKey::of_cargo(Some(scanner), "tea");
        let scanners = [
            (Some("a"), places(&[(Some("tea"), &tea("a"))], &whole(Some("a")), true)),
            (
                Some("b"),
                places(&[(Some("tea"), &tea("b")), (Some("coal"), &other(Some("b")))], &other(Some("b")), false),
            ),
            (Some("c"), places(&[(Some("tea"), &GroupKey::all())], &GroupKey::all(), true)),
            (Some("e"), places(&[(Some("tea"), &with_tea), (None, &with_tea)], &with_tea, false)),
            (None, places(&[(None, &whole(None))], &whole(None), false)),
        ];
        let scanners = scanners.into_iter().map(|(name, places)| (name.map(str::to_owned), places)).collect();
        CleanScores::new(Digest::of(b"file"), 0.2, scanners, groups.into_iter().collect())
    }

    #[test]
    fn a_scan_gets_its_group_and_a_warning_where_nothing_like_it_was_clean() {
        let clean = clean();
        let of = |scanner: Option<&str>, cargo: Option<&str>| {
            let metadata = Metadata {
                scanner: scanner.map(str::to_owned),
                cargo: cargo.map(str::to_owned),
                ..Metadata::default()
            };
            let found = clean.find(&metadata);
            (
                found.group.map(|group| group.0.to_string()).unwrap_or_default(),
                found.warning.map(|warning| warning.code).unwrap_or_default(),
                found.covered,
            )
        };
        let cases = [
            ((Some("a"), Some("tea")), ("scanner a, cargo tea", "", true)),
            ((Some("a"), Some("coal")), ("scanner a", "cargo_not_calibrated", false)),
            ((Some("a"), None), ("scanner a", "cargo_not_calibrated", false)),
            ((Some("b"), Some("tea")), ("scanner b, cargo tea", "", true)),
            ((Some("b"), Some("coal")), ("scanner b, other cargo", "", true)),
            // Cargo never seen is judged with the other cargo, and is told.
            ((Some("b"), Some("rice")), ("scanner b, other cargo", "cargo_not_calibrated", true)),
            ((Some("b"), None), ("scanner b, other cargo", "cargo_not_calibrated", true)),
            ((Some("e"), Some("tea")), ("scanner e, cargo tea and other", "", true)),
            ((Some("e"), None), ("scanner e, cargo tea and other", "", true)),
            // Where no clean scan declares a cargo, cargo says nothing.
            ((None, Some("tea")), ("no scanner named", "", true)),
            ((Some("c"), Some("tea")), ("all scanners", "scanner_not_calibrated", false)),
            ((Some("c"), Some("coal")), ("all scanners", "scanner_not_calibrated", false)),
            ((Some("d"), Some("tea")), ("", "not_calibrated", false)),
        ];
        for ((scanner, cargo), (group, warning, covered)) in cases {
            assert_eq!(of(scanner, cargo), (group.to_owned(), warning.to_owned(), covered), "{scanner:?} {cargo:?}");
        }
    }

    #[test]
    fn scores_are_compared_as_the_reports_show_them() {
        let clean = clean();
        let b = Metadata { scanner: Some("b".into()), cargo: Some("coal".into()), ..Metadata::default() };
        let p = |score| clean.compare(score, &b).0.against.unwrap().p_value;
        assert_eq!((p(0.36), p(0.350_003), p(0.349_998), p(0.349_98)), (0.5, 1.0, 1.0, 1.0));
        assert_eq!((p(0.350_006), clean.compare(0.350_006, &b).0.against.unwrap().score), (0.5, 0.350_01));
    }

    #[test]
    fn p_values_read_as_shares_of_clean_scans() {
        assert_eq!(rarity(0.004), "at most 1 clean container in 250 looks this unusual");
        assert_eq!(rarity(1.0 / 49.0), "at most 1 clean container in 49 looks this unusual");
        assert_eq!(rarity(0.3), "up to 30 % of clean containers look this unusual");
    }
}
