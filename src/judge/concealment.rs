//! What else the model says of a region: how it is hidden, and how much of the attenuation does not belong.

use super::components::Component;
use super::region::rounded;
use crate::infer::{Inference, Outputs, ScoreMap};
use crate::scan::{BoxPx, LoadClass};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a region's load is hidden, as the model sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concealment {
    /// The likeliest class.
    pub class: LoadClass,
    /// Its mean probability over the region, each cell weighted by its anomaly score; 0 to 1. It says how something is hidden,
    /// not whether there is something.
    pub probability: f32,
}

/// How like the scans that the model was trained on this one is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Familiarity {
    /// The model's figure, 0 to 1.
    pub value: f32,
    /// The least that the model is to be believed with, 0 to 1.
    pub least: f32,
}

impl Familiarity {
    /// What the model says, where its contract has a bound for it.
    pub(super) fn of(inference: &Inference, outputs: &Outputs) -> Option<Self> {
        let least = outputs.familiarity.as_ref()?.least;
        Some(Self { value: inference.familiarity?, least })
    }

    /// Why the scan is not to be decided, where it is too strange.
    pub(super) fn too_little(self) -> Option<String> {
        // Cut and not rounded: 0.0999 is not "0.10, at least 0.10 needed".
        let value = (100.0 * self.value).floor() / 100.0;
        let least = self.least;
        (self.value < least).then(|| {
            format!(
                "the scan is unlike those that the model was trained on (familiarity {value:.2}, at least {least:.2} needed)"
            )
        })
    }
}

/// The model's maps beside the anomaly map, all on its cells.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    map: &'a ScoreMap,
    inference: &'a Inference,
    /// Relative standard uncertainty of a mass from the excess, as the model's author measured it.
    pub(super) sigma: Option<f32>,
}

impl<'a> Evidence<'a> {
    /// Nothing for models without a map.
    pub(super) fn of(inference: &'a Inference, outputs: &Outputs) -> Option<Self> {
        let sigma = outputs.excess.as_ref().and_then(|output| output.sigma);
        Some(Self { map: inference.map.as_ref()?, inference, sigma })
    }

    /// Prepared pixels along a side of a cell.
    pub(super) fn cell(&self) -> usize {
        self.map.cell
    }

    /// The excess attenuation per cell.
    pub(super) fn excess(&self) -> Option<&'a Array2<f32>> {
        self.inference.excess.as_ref()
    }

    /// The cells that a box of prepared pixels touches.
    pub(super) fn cells(&self, place: BoxPx) -> Component {
        let cell = self.map.cell as u32;
        let (left, top) = (place.x / cell, place.y / cell);
        let (right, bottom) = (place.right().div_ceil(cell), place.bottom().div_ceil(cell));
        let pixels = (top..bottom).flat_map(|row| (left..right).map(move |column| (row, column))).collect();
        Component { pixels, bounds: BoxPx { x: left, y: top, width: right - left, height: bottom - top } }
    }

    /// The likeliest class over some cells, of equal ones the contract's first; nothing for models without classes, and where
    /// the anomaly map is 0 everywhere.
    pub(super) fn concealment(&self, cells: &Component) -> Option<Concealment> {
        let places = || cells.pixels.iter().map(|&(row, column)| [row as usize, column as usize]);
        let weight: f64 = places().map(|at| f64::from(self.map.scores[at])).sum();
        if weight <= 0.0 {
            return None;
        }
        let mean = |probabilities: &Array2<f32>| {
            places().map(|at| f64::from(self.map.scores[at]) * f64::from(probabilities[at])).sum::<f64>() / weight
        };
        let mut best: Option<(LoadClass, f64)> = None;
        for map in &self.inference.classes {
            let mean = mean(&map.probabilities);
            if best.is_none_or(|(_, most)| mean > most) {
                best = Some((map.class, mean));
            }
        }
        best.map(|(class, mean)| Concealment { class, probability: rounded(mean as f32, 1e-4) })
    }
}
