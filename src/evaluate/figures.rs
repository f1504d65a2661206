//! The figures of a bench, as the result has them.

use super::statistics::Interval;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number with the interval that it is known to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// The interval's lower end; absent where there are too few cases for one.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
}

impl Estimate {
    pub(super) fn new(value: f64, interval: Option<Interval>) -> Self {
        Self { value, low: interval.map(|interval| interval.low), high: interval.map(|interval| interval.high) }
    }
}

/// A share of cases, with Wilson's interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// How many independent cases those are worth at least, as if all of a container answered alike: what the interval rests on.
    pub worth: f64,
    /// `count / of`.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// How many there were of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Scans.
    pub scans: u64,
    /// Scans with nothing hidden.
    pub clean: u64,
    /// Scans with something hidden.
    pub loaded: u64,
    /// Hidden loads.
    pub loads: u64,
    /// Containers: scans of one container go together.
    pub containers: u64,
    /// Scans that failed: they have no score, and count as a miss or as an alarm at the threshold.
    pub failed: u64,
    /// Scans that could not be judged in full.
    pub inconclusive: u64,
}

/// Detection at a false-alarm rate: the field's measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectionAt {
    /// The false-alarm rate per scan that was allowed.
    pub false_alarms: f64,
    /// The share of loaded scans that score at least the threshold.
    pub detected: Estimate,
    /// The threshold: the lowest that keeps the rate on these scans. Absent where only silence keeps it.
    pub threshold: Option<f64>,
    /// Whether there are enough clean scans to tell such a rate at all: at least one alarm must fit in it.
    pub enough_clean: bool,
}

/// How scores tell loaded scans from clean ones, whatever the threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RankingFigures {
    /// Area under the ROC curve, with `DeLong`'s interval on the logit scale (bootstrap by containers where scans share one); with under 30
    /// cases of a class at least as wide as its bound.
    pub roc_auc: Estimate,
    /// Average precision.
    pub average_precision: Estimate,
    /// The area up to a false-alarm rate of `partial_to`, standardised after `McClish`: 1 is perfect, 0.5 chance.
    pub partial_auc: Estimate,
    /// The limit of the partial area.
    pub partial_to: f64,
    /// Detection at given false-alarm rates.
    pub detection: Vec<DetectionAt>,
}

/// What happens at the threshold of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatingFigures {
    /// Loaded scans that were flagged; a failed scan is a miss.
    pub detection: Option<Share>,
    /// Clean scans that were flagged or failed.
    pub false_alarms: Option<Share>,
    /// Clean scans that someone has to look at: flagged, inconclusive or failed.
    pub clean_looked_at: Option<Share>,
    /// Loaded scans that were called clear: nobody looks at them.
    pub loaded_called_clear: Option<Share>,
    /// False alarms per 1,000 clean scans.
    pub false_alarms_per_1000: Option<f64>,
}

/// Sensitivity at a number of false regions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrocAt {
    /// False regions per scan that were allowed.
    pub false_per_scan: f64,
    /// The share of loads found.
    pub sensitivity: Estimate,
}

/// Whether regions lie where loads are. Loads whose place the truth does not tell are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionFigures {
    /// Loads that a region hits.
    pub hit_rate: Share,
    /// Of the loaded scans that were flagged, those where the highest region hits a load.
    pub first_hits: Option<Share>,
    /// Of the hits, those whose region has its middle in the load's box.
    pub centred: Option<Share>,
    /// Of the regions in all scans, those that hit a load.
    pub precision: Option<Share>,
    /// Sensitivity against false regions (FROC).
    pub froc: Vec<FrocAt>,
    /// Mass, where truth and report tell it.
    pub mass: Option<MassFigures>,
}

/// How reliable estimated masses are, over the loads that were hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MassFigures {
    /// Loads with both masses.
    pub loads: u64,
    /// Within 30 % of the truth.
    pub within_30_percent: Share,
    /// Median of estimate over truth.
    pub median_ratio: f64,
    /// First and third quartile of estimate over truth.
    pub quartiles: (f64, f64),
}

/// Whether the map marks the loads' pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PixelFigures {
    /// Area under the pixels' ROC curve.
    pub roc_auc: f64,
    /// Average precision of pixels.
    pub average_precision: f64,
    /// Area under the per-region overlap up to 30 % of false pixels, normalised.
    pub aupro_30: Option<f64>,
    /// The same up to 5 %.
    pub aupro_5: Option<f64>,
}

/// The figures of a set or of a part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// What was counted.
    pub counts: Counts,
    /// Scores, where there are clean and loaded scans.
    pub ranking: Option<RankingFigures>,
    /// At the threshold.
    pub operating: OperatingFigures,
    /// Regions, where the truth tells places.
    pub regions: Option<RegionFigures>,
}

/// The figures of a part of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StratumFigures {
    /// What the part is told by: `class`, `mass`, `family`, `scanner`, `visibility`.
    pub by: String,
    /// Which part.
    pub value: String,
    /// Its figures.
    pub figures: Figures,
}

/// All figures of one model on one set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accuracy {
    /// The level of all intervals.
    pub level: f64,
    /// Bootstrap rounds.
    pub rounds: u64,
    /// Over all scans.
    pub all: Figures,
    /// Pixels of all scans, for models with a map and truth with places.
    pub pixels: Option<PixelFigures>,
    /// By parts.
    pub strata: Vec<StratumFigures>,
}
