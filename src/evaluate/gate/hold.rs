//! Findings against a gate.

use super::{Check, Ending, Figure, Findings, Gate, ParityGate, Requirement, SpeedGate, TimeRatio};
use crate::evaluate::accuracy::ours;
use crate::evaluate::comparison::{Comparison, Difference};
use crate::evaluate::figures::{Accuracy, Estimate, Figures, Share, StratumFigures};
use crate::evaluate::statistics::wilson_effective;
use crate::scan::{Error, Result};
use std::fmt::Write as _;

/// One step of rounded scores and what single precision adds to it: less is no difference that a report shows.
const STEP: f64 = 1.02e-5;

impl Gate {
    /// Holds the findings against the gate. What could not be measured is inconclusive.
    ///
    /// # Errors
    /// A parameter error where the gate asks for what was not asked of the bench: a baseline, a false-alarm rate, a part of the set.
    pub fn hold(&self, findings: &Findings<'_>) -> Result<Vec<Check>> {
        let mut checks = Vec::new();
        if self.needs_baseline() {
            let comparison = findings.comparison.ok_or_else(|| {
                Error::parameter("the gate compares with a baseline, and there is none")
                    .help("give --baseline or a second --model")
            })?;
            checks.extend(self.against(comparison)?);
        }
        for requirement in &self.require {
            checks.extend(requirement.hold(findings.accuracy, self.level)?);
        }
        if let Some(gate) = &self.speed {
            checks.extend(match findings.speed {
                Some(speed) => vec![
                    slower("speed.slower (one scan)", gate, speed.latency),
                    slower("speed.slower (many at once)", gate, speed.batch),
                ],
                None => vec![unsure("speed.slower", "no times of two models were taken in this run".to_owned())],
            });
        }
        Ok(checks)
    }

    fn against(&self, comparison: &Comparison) -> Result<Vec<Check>> {
        let mut checks = whole(comparison, self.unpaired);
        let baseline = self.baseline.clone().unwrap_or_default();
        // The same scores but for a step of their rounding: however few the scans, there is no difference to be unsure of. At their own
        // thresholds models may still answer otherwise.
        let all = comparison.parity.scans == comparison.scans && comparison.only_new + comparison.only_old == 0;
        let same_scores = all && comparison.parity.scans > 0 && comparison.parity.largest <= STEP;
        let same_answers = same_scores && comparison.parity.flips.is_empty();
        let held = |name: &str, difference: Option<&Difference>, margin: f64, sign: f64, same: bool| match difference {
            Some(difference) => non_inferior(name.to_owned(), difference, margin, sign, same),
            None => unsure(name, "the set lacks clean or loaded scans".to_owned()),
        };
        if let Some(margin) = baseline.roc_auc {
            checks.push(held("baseline.roc_auc", comparison.roc_auc.as_ref(), margin, 1.0, same_scores));
        }
        for gate in &baseline.detection {
            let rate = gate.at_false_alarms;
            let name = format!("baseline.detection at {} false alarms", percent(rate));
            let found = comparison.detection.iter().find(|found| (found.false_alarms - rate).abs() < 1e-12);
            checks.push(match found {
                None if comparison.detection.is_empty() => held(&name, None, gate.margin, 1.0, same_scores),
                None => return Err(not_measured(rate)),
                // Without a clean scan that may alarm, the rate is not kept but only not exceeded.
                Some(found) if !(found.enough_clean || same_scores) => {
                    let least = (1.0 / rate).ceil();
                    unsure(
                        &name,
                        format!("too few clean scans to tell such a rate: it takes {least} at the very least"),
                    )
                }
                Some(found) => held(&name, Some(&found.detection), gate.margin, 1.0, same_scores),
            });
        }
        for (name, found, margin, sign) in [
            ("baseline.operating_detection", &comparison.operating_detection, baseline.operating_detection, 1.0),
            (
                "baseline.operating_false_alarms",
                &comparison.operating_false_alarms,
                baseline.operating_false_alarms,
                -1.0,
            ),
        ] {
            checks.extend(margin.map(|margin| held(name, found.as_ref(), margin, sign, same_answers)));
        }
        if let Some(gate) = &self.parity {
            checks.extend(parity(gate, comparison));
        }
        Ok(checks)
    }
}

fn unsure(name: &str, message: String) -> Check {
    Check { name: name.to_owned(), ending: Ending::Inconclusive, message }
}

/// Whether both results are about the same scans: those that one lacks, or that failed with the baseline, may be the very ones that count.
fn whole(comparison: &Comparison, unpaired: u64) -> Vec<Check> {
    let mut checks = Vec::new();
    let lacking = comparison.only_new + comparison.only_old;
    if lacking > 0 {
        let Comparison { only_new, only_old, scans, .. } = comparison;
        let ending = if lacking <= unpaired { Ending::Pass } else { Ending::Inconclusive };
        let message = format!(
            "{scans} scans in both, {only_new} only in the new result, {only_old} only in the baseline, at most {unpaired} may"
        );
        checks.push(Check { name: "set.unpaired".to_owned(), ending, message });
    }
    if comparison.failed_old > comparison.failed_new {
        let (old, new) = (comparison.failed_old, comparison.failed_new);
        let message =
            format!("{old} scans failed with the baseline, {new} with the new model: it is easily beaten there");
        checks.push(unsure("set.failed", message));
    }
    checks
}

fn not_measured(rate: f64) -> Error {
    Error::parameter(format!("detection at {} false alarms was not measured", percent(rate)))
        .help("name the rate in the bench's settings (false_alarms)")
}

/// A share as people read it.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

/// A share that was found, to a hundredth of a per cent.
fn found_percent(share: f64) -> String {
    format!("{} %", (share * 1e4).round() / 1e2)
}

/// A difference in points of a per cent.
fn points(difference: f64) -> String {
    format!("{:+.2}", 100.0 * difference)
}

/// `sign` is 1 where more is better and -1 where less is.
fn non_inferior(name: String, found: &Difference, margin: f64, sign: f64, same: bool) -> Check {
    let area = |value: f64| format!("{value:.4}");
    let word = if name == "baseline.roc_auc" { area } else { found_percent };
    let values = format!("{} against {}", word(found.new), word(found.old));
    if same {
        return Check {
            name,
            ending: Ending::Pass,
            message: format!("{values}: every score is the same, to a step of 1e-5"),
        };
    }
    let ends = found.difference.low.zip(found.difference.high);
    let Some((low, high)) = ends else {
        let message = format!("{values}: too few scans for an interval");
        return Check { name, ending: Ending::Inconclusive, message };
    };
    let (worst, best) = if sign > 0.0 { (low, high) } else { (-high, -low) };
    let (ending, words) = if worst >= -margin {
        (Ending::Pass, "within the margin of")
    } else if best < 0.0 {
        (Ending::Regression, "worse, and by more than may be ruled out at the margin of")
    } else {
        (Ending::Inconclusive, "these scans cannot tell within the margin of")
    };
    let mut message = format!(
        "{values}, {} points ({} to {}): {words} {:.2} points",
        points(found.difference.value),
        points(low),
        points(high),
        100.0 * margin
    );
    if ending == Ending::Inconclusive {
        // The reach shrinks with the root of the number of scans.
        let difference = sign * found.difference.value;
        let (reach, room) = (difference - worst, difference + margin);
        let times = ((reach / room).powi(2) * 10.0).ceil() / 10.0;
        if room > 0.0 {
            let _ = write!(message, "; about {times} times as many would do if the difference stayed");
        } else {
            message.push_str("; with this difference no number of scans would");
        }
    }
    Check { name, ending, message }
}

fn parity(gate: &ParityGate, comparison: &Comparison) -> Vec<Check> {
    let parity = &comparison.parity;
    if parity.scans == 0 {
        return vec![unsure("parity", "no scan has a score in both results".to_owned())];
    }
    let unscored = comparison.scans - parity.scans;
    let lacking = if unscored == 0 { String::new() } else { format!("; {unscored} have none in one of the two") };
    let bound = |name: &str, found: f64, most: f64| Check {
        name: format!("parity.{name}"),
        // A bound of one step of rounded scores is met by one step in single precision.
        ending: if found <= most + (STEP - 1e-5) { Ending::Pass } else { Ending::Regression },
        message: format!("{found:.3e}, at most {most:.3e}, over {} scans{lacking}", parity.scans),
    };
    let mut checks = vec![bound("largest", parity.largest, gate.largest)];
    checks.extend(gate.p999.map(|most| bound("p999", parity.p999, most)));
    let flips = parity.flips.len() as u64;
    let named: Vec<&str> = parity.flips.iter().take(5).map(|flip| flip.name.as_str()).collect();
    let more = if parity.flips.len() > named.len() { ", ..." } else { "" };
    let names = if named.is_empty() { String::new() } else { format!(": {}{more}", named.join(", ")) };
    checks.push(Check {
        name: "parity.flips".into(),
        ending: if flips <= gate.flips { Ending::Pass } else { Ending::Regression },
        message: format!("{flips} verdicts differ, at most {} may{names}", gate.flips),
    });
    checks
}

fn slower(name: &str, gate: &SpeedGate, found: TimeRatio) -> Check {
    let most = 1.0 + gate.slower;
    // Two copies of one model that differ by more than the margin show that this machine cannot tell.
    let ending = if found.noise > gate.slower && found.ratio <= 1.0 + found.noise {
        Ending::Inconclusive
    } else if found.high <= most {
        Ending::Pass
    } else if found.low > 1.0 && found.ratio > most && found.ratio > 1.0 + found.noise {
        Ending::Regression
    } else {
        Ending::Inconclusive
    };
    let mut message = format!(
        "{:.3} times the time ({:.3} to {:.3}), at most {most:.3}; the model against its own copy: up to {:.1} %",
        found.ratio,
        found.low,
        found.high,
        100.0 * found.noise
    );
    if ending == Ending::Inconclusive {
        message.push_str("; a quieter machine or a longer --speed-limit would tell");
    }
    Check { name: name.to_owned(), ending, message }
}

impl Requirement {
    fn hold(&self, accuracy: &Accuracy, level: f64) -> Result<Vec<Check>> {
        let parts: Vec<(String, &Figures)> = match &self.by {
            None => vec![("all".to_owned(), &accuracy.all)],
            Some(by) => {
                let fits = |stratum: &&StratumFigures| {
                    stratum.by == *by && self.value.as_ref().is_none_or(|value| *value == stratum.value)
                };
                let found = accuracy.strata.iter().filter(fits);
                found.map(|stratum| (format!("{by} {}", stratum.value), &stratum.figures)).collect()
            }
        };
        if parts.is_empty() {
            let by = self.by.as_deref().unwrap_or_default();
            let message = format!("the set has no part by {by} {}", self.value.as_deref().unwrap_or("at all"));
            return Ok(vec![unsure(&format!("require ({by})"), message)]);
        }
        parts.into_iter().map(|(part, figures)| self.one(&part, figures, level)).collect()
    }

    /// The figure and of how many cases it is.
    fn found(&self, figures: &Figures) -> Result<Option<(Estimate, u64)>> {
        let share = |share: Option<Share>| {
            share.map(|s| (Estimate { value: s.value, low: Some(s.low), high: Some(s.high) }, s.of))
        };
        let estimate = |found: Estimate| (found, figures.counts.loaded);
        Ok(match self.figure {
            Figure::OperatingDetection => share(figures.operating.detection),
            Figure::OperatingFalseAlarms => share(figures.operating.false_alarms),
            Figure::HitRate => share(figures.regions.as_ref().map(|regions| regions.hit_rate)),
            Figure::RocAuc => figures.ranking.as_ref().map(|ranking| estimate(ranking.roc_auc)),
            Figure::Detection => {
                let rate = self.at_false_alarms.unwrap_or(f64::NAN);
                let Some(ranking) = &figures.ranking else { return Ok(None) };
                let found = ranking.detection.iter().find(|found| (found.false_alarms - rate).abs() < 1e-12);
                let found = found.ok_or_else(|| not_measured(rate))?;
                // Without a clean scan that may alarm, the rate is not measured but only not exceeded.
                found.enough_clean.then(|| estimate(found.detected))
            }
        })
    }

    fn one(&self, part: &str, figures: &Figures, level: f64) -> Result<Check> {
        let figure = serde_json::to_value(self.figure).map_err(|error| Error::bug(error.to_string()))?;
        let at = self.at_false_alarms.map_or_else(String::new, |rate| format!(" at {} false alarms", percent(rate)));
        let name = format!("require {}{at} ({part})", figure.as_str().unwrap_or_default());
        let bound = self.at_least.or(self.at_most).unwrap_or(f64::NAN);
        let words = if self.at_least.is_some() { "at least" } else { "at most" };
        let Some((Estimate { value, low, high }, of)) = self.found(figures)? else {
            let clean = figures.counts.clean;
            let message = format!("not measured on {clean} clean and {} loaded scans", figures.counts.loaded);
            return Ok(Check { name, ending: Ending::Inconclusive, message });
        };
        // Turned so that more is better.
        let (sure, maybe) = match (self.point, self.at_least.is_some()) {
            (true, true) => (value >= bound, value >= bound),
            (true, false) => (value <= bound, value <= bound),
            (false, true) => (low.is_some_and(|low| low >= bound), high.is_none_or(|high| high >= bound)),
            (false, false) => (high.is_some_and(|high| high <= bound), low.is_none_or(|low| low <= bound)),
        };
        let ending = match (sure, maybe) {
            (true, _) => Ending::Pass,
            (false, true) => Ending::Inconclusive,
            (false, false) => Ending::Regression,
        };
        let interval = low
            .zip(high)
            .map_or_else(String::new, |(low, high)| format!(" ({} to {})", found_percent(low), found_percent(high)));
        let mut message = format!("{}{interval} of {of}, {words} {}", found_percent(value), percent(bound));
        if ending == Ending::Inconclusive && !self.point {
            message.push_str(&too_small(bound, value, self.at_least.is_some(), (of, level))?);
        }
        Ok(Check { name, ending, message })
    }
}

/// How many cases would show the bound if nothing at all went wrong in them, by the interval that decides.
fn too_small(bound: f64, value: f64, at_least: bool, (of, level): (u64, f64)) -> Result<String> {
    if bound <= 0.0 || bound >= 1.0 {
        return Ok("; no number of scans shows such a bound: use point = true, or another one".to_owned());
    }
    let met = if at_least { value >= bound } else { value <= bound };
    if !met {
        return Ok("; more scans would tell".to_owned());
    }
    // Wilson's interval without an error: its end is reached at z^2 (1 - rate) / rate cases.
    let shows = |cases: u64| {
        let found = wilson_effective(if at_least { 1.0 } else { 0.0 }, cases as f64, level).map_err(ours)?;
        Ok::<bool, Error>(if at_least { found.low >= bound } else { found.high <= bound })
    };
    let (mut low, mut high) = (1_u64, 1 << 40);
    while low < high {
        let middle = u64::midpoint(low, high);
        if shows(middle)? { high = middle } else { low = middle + 1 }
    }
    Ok(if of < low {
        format!("; the set is too small: it takes {low} scans of as many containers without an error to show this")
    } else {
        format!(
            "; it takes {low} scans of as many containers without an error to show this, more with the errors there were"
        )
    })
}
