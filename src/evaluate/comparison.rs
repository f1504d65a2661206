//! One model against another on the same scans.

use super::accuracy::{auc_bound, bounded, hull, is_point, ours, ranked_score, worth};
use super::figures::Estimate;
use super::outcome::Outcome;
use super::settings::Checked;
use super::statistics::{
    Bootstrap, DeLong, Interval, Paired, Ranking, Rounds, Weights, mcnemar_exact, newcombe_effective, quantile,
};
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// The p-value of no difference (two-sided): `DeLong` for ROC-AUC, `McNemar` (exact) for shares at the threshold. Absent where scans
    /// share a container, for which neither holds.
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
    /// Whether there are enough clean scans to tell such a rate at all: at least one alarm must fit in it.
    pub enough_clean: bool,
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
    /// The largest difference of scores; scores are rounded to 1e-5.
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
    /// Scans that both were given, and that the figures below are about.
    pub scans: u64,
    /// Scans that only the new model was given: left out.
    pub only_new: u64,
    /// Scans that only the old model was given: left out.
    pub only_old: u64,
    /// Scans of both that failed with the new model.
    pub failed_new: u64,
    /// Scans of both that failed with the old model.
    pub failed_old: u64,
    /// ROC-AUC with `DeLong`'s test.
    pub roc_auc: Option<Difference>,
    /// Average precision.
    pub average_precision: Option<Difference>,
    /// Detection at given false-alarm rates.
    pub detection: Vec<DetectionDifference>,
    /// Detection, each model at its threshold, with Newcombe's interval (bootstrap by containers where scans share one).
    pub operating_detection: Option<Difference>,
    /// False alarms, each model at its threshold, likewise; a rise is worse.
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
        // Pixel size, polarity and energies may stand beside a scan.
        let other_sidecar = new.sha256.is_some() && old.sha256.is_some() && new.sidecar_sha256 != old.sidecar_sha256;
        if other_bytes || other_sidecar || new.loaded != old.loaded {
            let what = match (other_bytes, other_sidecar) {
                (true, _) => "has other bytes",
                (_, true) => "has another sidecar",
                _ => "is told to be loaded in one and clean in the other",
            };
            return Err(Error::parameter(format!("scan {} {what}: the two results are not of the same set", new.name))
                .help("make the baseline again on this set"));
        }
    }
    if pairs.is_empty() {
        return Err(Error::parameter("the two results have no scan in common").help("are they of the same set?"));
    }
    Ok(pairs)
}

/// Compares `new` with `old` on the scans that both were given, with bootstrap rounds split over `threads`; the same numbers
/// whatever their number.
///
/// # Errors
/// A parameter error where they have no scan in common or saw other scans under the same names.
pub fn compare(new: &[Outcome], old: &[Outcome], threads: usize, settings: &Checked) -> Result<Comparison> {
    let pairs = pairs(new, old)?;
    let labels: Vec<bool> = pairs.iter().map(|(outcome, _)| outcome.loaded).collect();
    let scores = |side: fn(&(&Outcome, &Outcome)) -> f64| -> Vec<f64> { pairs.iter().map(side).collect() };
    let (new_scores, old_scores) = (scores(|pair| ranked_score(pair.0)), scores(|pair| ranked_score(pair.1)));
    let rankings = [&new_scores, &old_scores].map(|scores| Ranking::new(scores, &labels).map_err(ours));
    let [new_ranking, old_ranking] = rankings;
    let (new_ranking, old_ranking) = (new_ranking?, old_ranking?);
    let clusters: Vec<&str> = pairs.iter().map(|(outcome, _)| outcome.cluster()).collect();
    let alone = clusters.iter().collect::<BTreeSet<_>>().len() == clusters.len();
    let of_class = |loaded: bool| {
        worth(clusters.iter().zip(&labels).filter(|(_, label)| **label == loaded).map(|(cluster, _)| *cluster))
    };
    let (loaded, clean) = (of_class(true), of_class(false));
    let bootstrap = Bootstrap::new(&clusters, &labels, settings.settings.seed).map_err(ours)?;
    let width = settings.wanted.figures();
    // The two differences at the models' own thresholds stand behind the figures of both rankings.
    let answers = [true, false].map(|loaded| answers(&pairs, loaded));
    let rounds = bootstrap.run_on(threads, settings.settings.rounds, 2 * width + 2, || {
        |counts: &[u32], out: &mut [f64]| {
            let (first, rest) = out.split_at_mut(width);
            let (second, own) = rest.split_at_mut(width);
            new_ranking.fill(counts.into(), &settings.wanted, first);
            old_ranking.fill(counts.into(), &settings.wanted, second);
            own.iter_mut().zip(&answers).for_each(|(own, answers)| *own = rate_difference(answers, counts));
        }
    });
    let from = Resampled { rounds: &rounds, level: settings.settings.level, width, alone, loaded, clean };
    let measured = new_ranking.measure(Weights::Ones, &settings.wanted);
    let measured = measured.zip(old_ranking.measure(Weights::Ones, &settings.wanted));
    let (mut roc_auc, mut average_precision, mut detection) = (None, None, Vec::new());
    if let Some((new, old)) = measured {
        roc_auc = Some(from.auc(&new_scores, &old_scores, &labels, (new.auc, old.auc))?);
        average_precision = Some(from.figure(new.average_precision, old.average_precision, 1)?);
        let clean_scans = labels.iter().filter(|loaded| !**loaded).count() as f64;
        for (number, (new, old)) in new.detection.iter().zip(&old.detection).enumerate() {
            let alarms = |scores: &[f64], at: usize, threshold: f64| scores[at] >= threshold;
            let loaded = (0..labels.len()).filter(|&at| labels[at]);
            let paired = Paired::count(
                loaded.map(|at| (alarms(&new_scores, at, new.threshold), alarms(&old_scores, at, old.threshold))),
            );
            let found = from.detection(new.detected, old.detected, 2 + number, &paired)?;
            let enough_clean = clean_scans * new.rate >= 1.0;
            detection.push(DetectionDifference { false_alarms: new.rate, detection: found, enough_clean });
        }
    }
    Ok(Comparison {
        scans: pairs.len() as u64,
        only_new: (new.len() - pairs.len()) as u64,
        only_old: (old.len() - pairs.len()) as u64,
        failed_new: pairs.iter().filter(|pair| pair.0.score.is_none()).count() as u64,
        failed_old: pairs.iter().filter(|pair| pair.1.score.is_none()).count() as u64,
        roc_auc,
        average_precision,
        detection,
        operating_detection: from.answers(&answers[0], 2 * width, loaded)?,
        operating_false_alarms: from.answers(&answers[1], 2 * width + 1, clean)?,
        parity: parity(&pairs),
    })
}

/// Whether each scan of a class alarms with the new and with the old model; none for scans of the other class. A clean scan that failed
/// alarms: someone has to look.
type Answers = Vec<Option<(bool, bool)>>;

fn answers(pairs: &[(&Outcome, &Outcome)], loaded: bool) -> Answers {
    let alarms = |outcome: &Outcome| outcome.alarms() || (!loaded && outcome.score.is_none());
    pairs.iter().map(|(new, old)| (new.loaded == loaded).then(|| (alarms(new), alarms(old)))).collect()
}

/// The rate of the new model's alarms less that of the old one's, in scans that count so often; NaN without any.
fn rate_difference(answers: &Answers, counts: &[u32]) -> f64 {
    let (mut all, mut difference) = (0_i64, 0_i64);
    for (answer, &count) in answers.iter().zip(counts) {
        let Some((new, old)) = answer else { continue };
        all += i64::from(count);
        difference += i64::from(count) * (i64::from(*new) - i64::from(*old));
    }
    difference as f64 / all as f64
}

/// Where the intervals of differences come from.
struct Resampled<'a> {
    rounds: &'a Rounds,
    level: f64,
    width: usize,
    /// Whether every scan is a container of its own: only then do the formulas for independent scans hold.
    alone: bool,
    /// How many independent scans those of a class are worth.
    loaded: f64,
    clean: f64,
}

impl Resampled<'_> {
    fn figure(&self, new: f64, old: f64, column: usize) -> Result<Difference> {
        let interval = self.rounds.difference(column, self.width + column, self.level).map_err(ours)?;
        let interval = interval.filter(|_| !is_point(interval));
        Ok(Difference { new, old, difference: Estimate::new(new - old, interval), p: None })
    }

    /// By rounds, and at least as wide as for thresholds that are known: where both find everything in every round, the next
    /// load may still be missed.
    fn detection(&self, new: f64, old: f64, column: usize, paired: &Paired) -> Result<Difference> {
        let known = newcombe_effective(paired, self.loaded, self.level).map_err(ours)?;
        let resampled = self.rounds.difference(column, self.width + column, self.level).map_err(ours)?;
        Ok(Difference { new, old, difference: Estimate::new(new - old, Some(hull(resampled, known))), p: None })
    }

    /// `DeLong` where scans are containers of their own and there are two of each class, else the bootstrap; with few cases or an interval
    /// of no width at least as wide as what always holds for each of the two, joined as for independent ones.
    fn auc(
        &self,
        new_scores: &[f64],
        old_scores: &[f64],
        labels: &[bool],
        (new, old): (f64, f64),
    ) -> Result<Difference> {
        let resampled = self.rounds.difference(0, self.width, self.level).map_err(ours)?;
        let delong = |scores: &[f64]| DeLong::new(scores, labels).ok().filter(|_| self.alone);
        let tested = delong(new_scores).zip(delong(old_scores));
        let tested = tested.map(|(new, old)| new.compare(&old, self.level)).transpose().map_err(ours)?;
        let found = tested.as_ref().map_or(resampled, |tested| Some(tested.interval));
        let smaller = self.loaded.min(self.clean);
        let (one, two) = (auc_bound(new, smaller, self.level)?, auc_bound(old, smaller, self.level)?);
        let bound = Interval {
            low: (new - old - (new - one.low).hypot(two.high - old)).max(-1.0),
            high: (new - old + (one.high - new).hypot(old - two.low)).min(1.0),
            level: self.level,
        };
        let interval = bounded(found, bound, smaller);
        let p = tested.map(|tested| tested.p);
        Ok(Difference { new, old, difference: Estimate::new(new - old, Some(interval)), p })
    }

    /// Newcombe and `McNemar` where scans are containers of their own, else the wider of the bootstrap and of Newcombe with as many cases as
    /// they are worth.
    fn answers(&self, answers: &Answers, column: usize, worth: f64) -> Result<Option<Difference>> {
        let paired = Paired::count(answers.iter().flatten().copied());
        if paired.cases() == 0 {
            return Ok(None);
        }
        let of = |count: u64| count as f64 / paired.cases() as f64;
        let known = newcombe_effective(&paired, worth, self.level).map_err(ours)?;
        let (interval, p) = if self.alone {
            (known, Some(mcnemar_exact(&paired)))
        } else {
            (hull(self.rounds.interval_of(self.level, |row| row[column]).map_err(ours)?, known), None)
        };
        Ok(Some(Difference {
            new: of(paired.both + paired.first_only),
            old: of(paired.both + paired.second_only),
            difference: Estimate::new(paired.difference(), Some(interval)),
            p,
        }))
    }
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
