//! A gate: what a new model must keep, and whether these scans show that it does.
//!
//! Every check ends in one of three ways. A difference that could be nought proves nothing: to pass, the whole interval must lie
//! within the margin (non-inferiority), and to fail, the model must surely be worse. What lies between is inconclusive, and says how many
//! scans would do.

mod hold;

pub(crate) use hold::percent;

use super::comparison::Comparison;
use super::dataset::Dataset;
use super::figures::Accuracy;
use super::speed::SpeedComparison;
use super::strata::PARTS;
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A gate file (TOML). Only the parts that are there are checked; an empty gate is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// The level of the intervals that decide, 0.8 to 0.999; the gate's own, so that whoever makes a result does not set it.
    pub level: f64,
    /// How many scans only one of two results may hold; with more the comparison is inconclusive, for nobody knows which were lost.
    pub unpaired: u64,
    /// Against the baseline.
    pub baseline: Option<BaselineGate>,
    /// What must hold by itself.
    pub require: Vec<Requirement>,
    /// Scores one by one against the baseline's.
    pub parity: Option<ParityGate>,
    /// Times against the baseline model's, in one run.
    pub speed: Option<SpeedGate>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { level: 0.95, unpaired: 0, baseline: None, require: Vec::new(), parity: None, speed: None }
    }
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
    /// The largest difference of scores, 0 to 1. Scores are rounded to 1e-5: a lower bound asks for equal ones.
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
    /// The most that the time of one scan, and of many at once, may grow, as a share: 0.1 is ten per cent.
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
    pub speed: Option<&'a SpeedComparison>,
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
        if !(0.8..=0.999).contains(&self.level) {
            return Err(Error::parameter(format!("level is {}, expected 0.8 to 0.999", self.level)));
        }
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
            if let Some(by) = requirement.by.as_ref().filter(|by| !PARTS.contains(&by.as_str())) {
                return Err(named(&format!("by is {by:?}, expected one of {}", PARTS.join(", "))));
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

    /// Whether a set has the parts that requirements name, before hours of work.
    ///
    /// # Errors
    /// A parameter error that names the part and those there are.
    pub fn fits(&self, set: &Dataset) -> Result<()> {
        for (number, requirement) in self.require.iter().enumerate() {
            let Some((by, value)) = requirement.by.as_deref().zip(requirement.value.as_deref()) else { continue };
            let known: std::collections::BTreeSet<&str> = match by {
                "class" => set.cases.iter().flat_map(|c| &c.loads).filter_map(|load| load.class.as_deref()).collect(),
                "family" => set.cases.iter().filter_map(|case| case.family.as_deref()).collect(),
                "scanner" => set.cases.iter().filter_map(|case| case.scanner.as_deref()).collect(),
                _ => continue,
            };
            if !known.contains(value) {
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                let known = if known.is_empty() { "none".to_owned() } else { known };
                return Err(Error::parameter(format!("require {}: the set has no {by} {value:?}", number + 1))
                    .help(format!("it has: {known}")));
            }
        }
        Ok(())
    }
}
