//! One model against another on the same scans.

use super::accuracy::{ours, ranked_score};
use super::figures::Estimate;
use super::outcome::Outcome;
use super::settings::Checked;
use super::statistics::{
    Bootstrap, DeLong, Paired, Ranking, Rounds, Weights, mcnemar_exact, newcombe_paired, quantile,
};
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A difference, new less old, with its interval and, where there is a test, its p-value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The new model's figure.
    pub new: f64,
    /// The old model's figure.
    pub old: f64,
    /// New less old.
    pub difference: Estimate,
    /// The p-value of no difference (two-sided): `DeLong` for ROC-AUC, `McNemar` (exact) for shares at the threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}

/// The difference of detection at a false-alarm rate; each model at its own threshold for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectionDifference {
    /// The false-alarm rate per scan.
    pub false_alarms: f64,
    /// The difference, by a bootstrap of both models in the same rounds.
    pub detection: Difference,
}

/// Scans that answered otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flip {
    /// The scan.
    pub name: String,
    /// The verdict before.
    pub old: crate::judge::Verdict,
    /// The verdict now.
    pub new: crate::judge::Verdict,
    /// The scores before and now.
    pub scores: (Option<f64>, Option<f64>),
}

/// Whether two models, providers or precisions give the same scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parity {
    /// Scans that both scored.
    pub scans: u64,
    /// The largest difference of scores.
    pub largest: f64,
    /// The 99.9th percentile of differences.
    pub p999: f64,
    /// Scans whose verdict differs, a failed one among them, by name.
    pub flips: Vec<Flip>,
}

/// Two models on the same scans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Scans that both were given.
    pub scans: u64,
    /// Scans that only one was given: left out.
    pub unpaired: u64,
    /// ROC-AUC with `DeLong`'s test.
    pub roc_auc: Option<Difference>,
    /// Average precision.
    pub average_precision: Option<Difference>,
    /// Detection at given false-alarm rates.
    pub detection: Vec<DetectionDifference>,
    /// Detection, each model at its threshold, with Newcombe's interval.
    pub operating_detection: Option<Difference>,
    /// False alarms, each model at its threshold, with Newcombe's interval; a rise is worse.
    pub operating_false_alarms: Option<Difference>,
    /// Scores one by one.
    pub parity: Parity,
}

/// The scans that both were given, `(new, old)`, sorted by name.
///
/// # Errors
/// A parameter error where a scan has other bytes or another label in the two: the two did not see the same.
fn pairs<'a>(new: &'a [Outcome], old: &'a [Outcome]) -> Result<Vec<(&'a Outcome, &'a Outcome)>> {
    let by_name: BTreeMap<&str, &Outcome> = old.iter().map(|outcome| (outcome.name.as_str(), outcome)).collect();
    let mut pairs: Vec<_> =
        new.iter().filter_map(|outcome| Some((outcome, *by_name.get(outcome.name.as_str())?))).collect();
    pairs.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    for (new, old) in &pairs {
        let other_bytes = new.sha256.zip(old.sha256).is_some_and(|(new, old)| new != old);
        if other_bytes || new.loaded != old.loaded {
            let what =
                if other_bytes { "has other bytes" } else { "is told to be loaded in one and clean in the other" };
            return Err(Error::parameter(format!("scan {} {what}: the two results are not of the same set", new.name))
                .help("make the baseline again on this set"));
        }
    }
    if pairs.is_empty() {
        return Err(Error::parameter("the two results have no scan in common").help("are they of the same set?"));
    }
    Ok(pairs)
}

/// Compares `new` with `old` on the scans that both were given.
///
/// # Errors
/// A parameter error where they have no scan in common or saw other scans under the same names.
pub fn compare(new: &[Outcome], old: &[Outcome], settings: &Checked) -> Result<Comparison> {
    let pairs = pairs(new, old)?;
    let labels: Vec<bool> = pairs.iter().map(|(outcome, _)| outcome.loaded).collect();
    let scores = |side: fn(&(&Outcome, &Outcome)) -> f64| -> Vec<f64> { pairs.iter().map(side).collect() };
    let (new_scores, old_scores) = (scores(|pair| ranked_score(pair.0)), scores(|pair| ranked_score(pair.1)));
    let rankings = [&new_scores, &old_scores].map(|scores| Ranking::new(scores, &labels).map_err(ours));
    let [new_ranking, old_ranking] = rankings;
    let (new_ranking, old_ranking) = (new_ranking?, old_ranking?);
    let level = settings.settings.level;
    let width = settings.wanted.figures();
    let clusters: Vec<&str> = pairs.iter().map(|(outcome, _)| outcome.cluster()).collect();
    let bootstrap = Bootstrap::new(&clusters, &labels, settings.settings.seed).map_err(ours)?;
    let measured = new_ranking.measure(Weights::Ones, &settings.wanted);
    let measured = measured.zip(old_ranking.measure(Weights::Ones, &settings.wanted));
    let (mut roc_auc, mut average_precision, mut detection) = (None, None, Vec::new());
    if let Some((new, old)) = measured {
        let rounds = bootstrap.run(0..settings.settings.rounds, 2 * width, |counts, out| {
            let (first, second) = out.split_at_mut(width);
            new_ranking.fill(counts.into(), &settings.wanted, first);
            old_ranking.fill(counts.into(), &settings.wanted, second);
        });
        let resampled = |new: f64, old: f64, column: usize| -> Result<Difference> {
            let interval = rounds.difference(column, width + column, level).map_err(ours)?;
            Ok(Difference { new, old, difference: Estimate::new(new - old, interval), p: None })
        };
        roc_auc = Some(auc_difference(&new_scores, &old_scores, &labels, &rounds, settings, (new.auc, old.auc))?);
        average_precision = Some(resampled(new.average_precision, old.average_precision, 1)?);
        for (number, (new, old)) in new.detection.iter().zip(&old.detection).enumerate() {
            let detection_difference = resampled(new.detected, old.detected, 2 + number)?;
            detection.push(DetectionDifference { false_alarms: new.rate, detection: detection_difference });
        }
    }
    Ok(Comparison {
        scans: pairs.len() as u64,
        unpaired: (new.len() + old.len() - 2 * pairs.len()) as u64,
        roc_auc,
        average_precision,
        detection,
        operating_detection: paired(&pairs, true, level)?,
        operating_false_alarms: paired(&pairs, false, level)?,
        parity: parity(&pairs),
    })
}

/// `DeLong` where scans are containers of their own and there are two of each class, else the bootstrap.
fn auc_difference(
    new_scores: &[f64],
    old_scores: &[f64],
    labels: &[bool],
    rounds: &Rounds,
    settings: &Checked,
    (new, old): (f64, f64),
) -> Result<Difference> {
    let level = settings.settings.level;
    let tested = DeLong::new(new_scores, labels).ok().zip(DeLong::new(old_scores, labels).ok());
    let tested = tested.map(|(new, old)| new.compare(&old, level)).transpose().map_err(ours)?;
    let resampled = rounds.difference(0, settings.wanted.figures(), level).map_err(ours)?;
    let interval = tested.map_or(resampled, |tested| Some(tested.interval));
    Ok(Difference { new, old, difference: Estimate::new(new - old, interval), p: tested.map(|tested| tested.p) })
}

fn paired(pairs: &[(&Outcome, &Outcome)], loaded: bool, level: f64) -> Result<Option<Difference>> {
    let failed = |outcome: &Outcome| !loaded && outcome.score.is_none();
    let alarms = |outcome: &Outcome| outcome.alarms() || failed(outcome);
    let class = pairs.iter().filter(|(outcome, _)| outcome.loaded == loaded);
    let paired = Paired::count(class.map(|(new, old)| (alarms(new), alarms(old))));
    if paired.cases() == 0 {
        return Ok(None);
    }
    let of = |count: u64| count as f64 / paired.cases() as f64;
    let interval = newcombe_paired(&paired, level).map_err(ours)?;
    Ok(Some(Difference {
        new: of(paired.both + paired.first_only),
        old: of(paired.both + paired.second_only),
        difference: Estimate::new(paired.difference(), Some(interval)),
        p: Some(mcnemar_exact(&paired)),
    }))
}

fn parity(pairs: &[(&Outcome, &Outcome)]) -> Parity {
    let both = pairs.iter().filter_map(|(new, old)| Some((new.score? - old.score?).abs()));
    let mut differences: Vec<f64> = both.collect();
    differences.sort_by(f64::total_cmp);
    let flips = pairs.iter().filter(|(new, old)| new.verdict != old.verdict).map(|(new, old)| Flip {
        name: new.name.clone(),
        old: old.verdict,
        new: new.verdict,
        scores: (old.score, new.score),
    });
    Parity {
        scans: differences.len() as u64,
        largest: differences.last().copied().unwrap_or(0.0),
        p999: quantile(&differences, 0.999).unwrap_or(0.0),
        flips: flips.collect(),
    }
}
