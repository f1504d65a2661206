//! A gate: what a new model must keep, and whether these scans show that it does.
//!
//! Every check ends in one of three ways. A difference that could be nought proves nothing: to pass, the whole interval must lie
//! within the margin (non-inferiority), and to fail, the model must surely be worse. What lies between is inconclusive, and says how many
//! scans would do.

use super::accuracy::ours;
use super::comparison::{Comparison, Difference};
use super::figures::{Accuracy, Estimate, Figures, Share};
use super::statistics::cases_to_show;
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A gate file (TOML). Only the parts that are there are checked; an empty gate is refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// Against the baseline.
    pub baseline: Option<BaselineGate>,
    /// What must hold by itself.
    pub require: Vec<Requirement>,
    /// Scores one by one against the baseline's.
    pub parity: Option<ParityGate>,
    /// Times against the baseline model's, in one run.
    pub speed: Option<SpeedGate>,
}

/// How much worse than the baseline a model may be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BaselineGate {
    /// Detection at false-alarm rates.
    pub detection: Vec<DetectionGate>,
    /// The most that detection at each model's own threshold may fall, 0 to 1.
    pub operating_detection: Option<f64>,
    /// The most that the false-alarm rate at each model's own threshold may rise, 0 to 1.
    pub operating_false_alarms: Option<f64>,
    /// The most that ROC-AUC may fall, 0 to 1.
    pub roc_auc: Option<f64>,
}

/// How much detection may fall at a false-alarm rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectionGate {
    /// The false-alarm rate per scan; one of those that the bench gives.
    pub at_false_alarms: f64,
    /// The most that detection may fall, 0 to 1.
    pub margin: f64,
}

/// A figure that a requirement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Detection at `at_false_alarms`.
    Detection,
    /// Detection at the model's own threshold.
    OperatingDetection,
    /// The false-alarm rate at the model's own threshold.
    OperatingFalseAlarms,
    /// ROC-AUC.
    RocAuc,
    /// The share of loads that a region hits.
    HitRate,
}

/// A bound on a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The figure.
    pub figure: Figure,
    /// For `detection`: the false-alarm rate per scan.
    #[serde(default)]
    pub at_false_alarms: Option<f64>,
    /// What the part is told by, such as `class`; over all scans where it is left out.
    #[serde(default)]
    pub by: Option<String>,
    /// Which part, such as `rip_off`; each of them where it is left out.
    #[serde(default)]
    pub value: Option<String>,
    /// The least that the figure may be.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// The most that the figure may be.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// True where the figure itself decides and not its interval: then a set that is too small may pass by luck.
    #[serde(default)]
    pub point: bool,
}

/// How far scores may differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParityGate {
    /// The largest difference of scores.
    pub largest: f64,
    /// The 99.9th percentile of differences.
    #[serde(default)]
    pub p999: Option<f64>,
    /// How many verdicts may differ.
    #[serde(default)]
    pub flips: u64,
}

/// How much slower a model may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeedGate {
    /// The most that the time of a scan may grow, as a share: 0.1 is ten per cent.
    pub slower: f64,
}

/// How a check ended; the worst of all is the gate's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Shown to hold.
    Pass,
    /// These scans cannot tell.
    Inconclusive,
    /// Shown not to hold.
    Regression,
}

/// One check of a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What was checked, as the gate file spells it.
    pub name: String,
    /// How it ended.
    pub ending: Ending,
    /// Found and wanted, in a sentence.
    pub message: String,
}

/// The ratio of times, new over old, with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeRatio {
    /// New over old: over 1 is slower.
    pub ratio: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
    /// What a model and its copy seem to differ by on this machine, as a share: less is not believed.
    pub noise: f64,
}

/// What a gate is held against.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// The new model's figures.
    pub accuracy: &'a Accuracy,
    /// Against the baseline, where there is one.
    pub comparison: Option<&'a Comparison>,
    /// Times against the baseline model's, where they were measured in one run.
    pub speed: Option<TimeRatio>,
}

impl Gate {
    /// Reads a gate file.
    ///
    /// # Errors
    /// A parameter error with line and column for what is no gate, for shares out of range, and for a gate without a check.
    pub fn parse(text: &str) -> Result<Self> {
        let gate: Self = toml::from_str(text).map_err(|error| Error::parameter(error.to_string().trim_end()))?;
        gate.check()?;
        Ok(gate)
    }

    fn check(&self) -> Result<()> {
        let share = |name: String, value: f64| {
            if (0.0..=1.0).contains(&value) {
                return Ok(());
            }
            Err(Error::parameter(format!("{name} is {value}, expected 0 to 1")))
        };
        let baseline = self.baseline.clone().unwrap_or_default();
        for (number, gate) in baseline.detection.iter().enumerate() {
            share(format!("baseline.detection {}: at_false_alarms", number + 1), gate.at_false_alarms)?;
            share(format!("baseline.detection {}: margin", number + 1), gate.margin)?;
        }
        for (name, value) in [
            ("baseline.operating_detection", baseline.operating_detection),
            ("baseline.operating_false_alarms", baseline.operating_false_alarms),
            ("baseline.roc_auc", baseline.roc_auc),
            ("parity.largest", self.parity.as_ref().map(|parity| parity.largest)),
            ("parity.p999", self.parity.as_ref().and_then(|parity| parity.p999)),
        ] {
            value.map_or(Ok(()), |value| share(name.to_owned(), value))?;
        }
        if let Some(slower) = self.speed.as_ref().map(|speed| speed.slower).filter(|s| !(s.is_finite() && *s >= 0.0)) {
            return Err(Error::parameter(format!("speed.slower is {slower}, expected 0 or more")));
        }
        for (number, requirement) in self.require.iter().enumerate() {
            let named = |message: &str| Error::parameter(format!("require {}: {message}", number + 1));
            match (requirement.at_least, requirement.at_most) {
                (Some(bound), None) | (None, Some(bound)) => {
                    share(format!("require {}: the bound", number + 1), bound)?;
                }
                _ => return Err(named("expected at_least or at_most, one of the two")),
            }
            if (requirement.figure == Figure::Detection) != requirement.at_false_alarms.is_some() {
                return Err(named("at_false_alarms goes with figure = \"detection\", and only with it"));
            }
            if requirement.value.is_some() && requirement.by.is_none() {
                return Err(named("value needs by, such as by = \"class\""));
            }
        }
        if self.needs_baseline() || !self.require.is_empty() || self.speed.is_some() {
            return Ok(());
        }
        Err(Error::parameter("the gate checks nothing").help("give [baseline], [[require]], [parity] or [speed]"))
    }

    /// Whether it holds the model against a baseline's scores.
    pub fn needs_baseline(&self) -> bool {
        let empty = BaselineGate::default();
        self.parity.is_some() || self.baseline.as_ref().is_some_and(|baseline| *baseline != empty)
    }

    /// The false-alarm rates that its checks of detection are about.
    pub fn rates(&self) -> Vec<f64> {
        let baseline = self.baseline.iter().flat_map(|baseline| &baseline.detection).map(|gate| gate.at_false_alarms);
        baseline.chain(self.require.iter().filter_map(|requirement| requirement.at_false_alarms)).collect()
    }

    /// Holds the findings against the gate.
    ///
    /// # Errors
    /// A parameter error where the gate asks for what was not measured: a baseline, times, a false-alarm rate, a part of the set.
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
            checks.extend(requirement.hold(findings.accuracy)?);
        }
        if let Some(gate) = &self.speed {
            let ratio = findings.speed.ok_or_else(|| {
                Error::parameter("the gate compares times, and only one model was timed")
                    .help("give both models with --model: times of other runs and machines are not compared")
            })?;
            checks.push(slower(gate, ratio));
        }
        Ok(checks)
    }

    fn against(&self, comparison: &Comparison) -> Result<Vec<Check>> {
        let mut checks = Vec::new();
        let baseline = self.baseline.clone().unwrap_or_default();
        // The same scores bit for bit: however few the scans, there is no difference to be unsure of. At their own thresholds models may
        // still answer otherwise.
        let same_scores = comparison.parity.largest == 0.0 && comparison.parity.scans == comparison.scans;
        let same_answers = same_scores && comparison.parity.flips.is_empty();
        let mut add = |name: String, difference: &Difference, margin: f64, (sign, same): (f64, bool)| {
            checks.push(non_inferior(name, difference, margin, sign, same));
        };
        let unmeasured = || Error::parameter("the set lacks clean or loaded scans: nothing can be compared");
        if let Some(margin) = baseline.roc_auc {
            add(
                "baseline.roc_auc".into(),
                comparison.roc_auc.as_ref().ok_or_else(unmeasured)?,
                margin,
                (1.0, same_scores),
            );
        }
        for gate in &baseline.detection {
            let rate = gate.at_false_alarms;
            let found = comparison.detection.iter().find(|found| (found.false_alarms - rate).abs() < 1e-12);
            let found = found.ok_or_else(|| not_measured(rate))?;
            add(
                format!("baseline.detection at {} false alarms", percent(rate)),
                &found.detection,
                gate.margin,
                (1.0, same_scores),
            );
        }
        if let Some(margin) = baseline.operating_detection {
            let found = comparison.operating_detection.as_ref().ok_or_else(unmeasured)?;
            add("baseline.operating_detection".into(), found, margin, (1.0, same_answers));
        }
        if let Some(margin) = baseline.operating_false_alarms {
            let found = comparison.operating_false_alarms.as_ref().ok_or_else(unmeasured)?;
            add("baseline.operating_false_alarms".into(), found, margin, (-1.0, same_answers));
        }
        if let Some(gate) = &self.parity {
            checks.extend(parity(gate, comparison));
        }
        Ok(checks)
    }
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
    let values = format!("{} against {}", found_percent(found.new), found_percent(found.old));
    if same {
        return Check { name, ending: Ending::Pass, message: format!("{values}: every score is the same") };
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
    let message = format!(
        "{values}, {} points ({} to {}): {words} {:.2} points",
        points(found.difference.value),
        points(low),
        points(high),
        100.0 * margin
    );
    Check { name, ending, message }
}

fn parity(gate: &ParityGate, comparison: &Comparison) -> Vec<Check> {
    let parity = &comparison.parity;
    let bound = |name: &str, found: f64, most: f64| Check {
        name: format!("parity.{name}"),
        ending: if found <= most { Ending::Pass } else { Ending::Regression },
        message: format!("{found:.3e}, at most {most:.3e}, over {} scans", parity.scans),
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

fn slower(gate: &SpeedGate, found: TimeRatio) -> Check {
    let most = 1.0 + gate.slower;
    let ending = if found.high <= most {
        Ending::Pass
    } else if found.low > 1.0 && found.ratio > most && found.ratio > 1.0 + found.noise {
        Ending::Regression
    } else {
        Ending::Inconclusive
    };
    let message = format!(
        "{:.3} times the time ({:.3} to {:.3}), at most {most:.3}; the model against its own copy: up to {:.1} %",
        found.ratio,
        found.low,
        found.high,
        100.0 * found.noise
    );
    Check { name: "speed.slower".into(), ending, message }
}

impl Requirement {
    fn hold(&self, accuracy: &Accuracy) -> Result<Vec<Check>> {
        let parts: Vec<(String, &Figures)> = match &self.by {
            None => vec![("all".to_owned(), &accuracy.all)],
            Some(by) => {
                let fits = |stratum: &&super::figures::StratumFigures| {
                    stratum.by == *by && self.value.as_ref().is_none_or(|value| *value == stratum.value)
                };
                let found = accuracy.strata.iter().filter(fits);
                found.map(|stratum| (format!("{by} {}", stratum.value), &stratum.figures)).collect()
            }
        };
        if parts.is_empty() {
            let part =
                format!("{} {}", self.by.as_deref().unwrap_or_default(), self.value.as_deref().unwrap_or("(any)"));
            return Err(Error::parameter(format!("the set has no part {part}, which the gate is about")));
        }
        parts.into_iter().map(|(part, figures)| self.one(&part, figures)).collect()
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

    fn one(&self, part: &str, figures: &Figures) -> Result<Check> {
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
            message.push_str(&too_small(bound, value, self.at_least.is_some(), of)?);
        }
        Ok(Check { name, ending, message })
    }
}

/// How many cases would show the bound if nothing at all went wrong in them.
fn too_small(bound: f64, value: f64, at_least: bool, of: u64) -> Result<String> {
    let rate = if at_least { 1.0 - bound } else { bound };
    let met = if at_least { value >= bound } else { value <= bound };
    if !(met && rate > 0.0 && rate < 1.0) {
        return Ok("; more scans would tell".into());
    }
    let needed = cases_to_show(rate, 0, 0.975).map_err(ours)?;
    let enough = if of < needed { "" } else { ", more with the errors there were" };
    Ok(format!("; the set is too small: it takes {needed} scans without an error to show this{enough}"))
}
