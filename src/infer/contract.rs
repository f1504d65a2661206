//! The model contract: what a model expects and returns, as one JSON document inside the ONNX file.

use crate::scan::LoadClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The document stored in the ONNX file's metadata under the key `portray`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Version of this document's layout: 1.
    pub schema_version: u32,
    /// The model's name.
    pub name: String,
    /// The model's version.
    pub version: String,
    /// Licence of the model file.
    pub licence: String,
    /// How it was made, in a sentence or two.
    pub summary: String,
    /// True for a graph that was never trained; the report says so.
    #[serde(default)]
    pub baseline: bool,
    /// What goes in.
    pub input: InputContract,
    /// What comes out.
    pub outputs: Outputs,
    /// How scores become regions and verdicts.
    pub score: ScoreContract,
    /// How the threshold was calibrated, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

/// A channel of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// High-energy (or only) transmission.
    Transmission,
    /// High-energy (or only) attenuation.
    Attenuation,
    /// Low-energy transmission; a single-energy scan repeats its only plane.
    TransmissionLow,
    /// Low-energy attenuation; a single-energy scan repeats its only plane.
    AttenuationLow,
    /// Dual-energy ratio of attenuations; 1 for single-energy scans.
    Ratio,
    /// 1 where the pixel was measured, 0 where it was repaired or shielded.
    Validity,
    /// Height over the crop's bottom edge in metres.
    Height,
    /// Distance from the doors in metres.
    DoorDistance,
}

/// What goes in: a float32 tensor of shape (batch, channels, rows, columns).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputContract {
    /// The input's name in the graph.
    pub name: String,
    /// What each channel holds, in order.
    pub channels: Vec<Channel>,
    /// Values are clamped to this range (low, high) before scaling, one for all channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(f32, f32)>,
    /// Subtracted per channel after the clamp; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mean: Vec<f32>,
    /// Divided by per channel; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub std: Vec<f32>,
    /// The pixel size the model was made for, in mm, both ways.
    pub pixel_mm: f32,
    /// How a scan is cut.
    pub area: Area,
}

/// How a scan is cut for the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "mode", deny_unknown_fields)]
pub enum Area {
    /// The whole scan at once, padded at the right and bottom to a multiple of `multiple`.
    Whole {
        /// Sides are padded to a multiple of this many pixels.
        multiple: u32,
    },
    /// Tiles that overlap and are blended.
    Tile {
        /// Columns of a tile.
        width: u32,
        /// Rows of a tile.
        height: u32,
        /// Pixels shared by neighbours.
        overlap: u32,
    },
    /// The whole scan squeezed to a fixed size, as image classifiers want it.
    Resize {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// What the numbers of an output mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Values {
    /// Logits: the sigmoid makes probabilities of them.
    Logits,
    /// Logits of classes that exclude each other: the softmax over the classes makes probabilities of them.
    Softmax,
    /// From 0 to 1 already.
    Probability,
    /// Any rising score: `(value - low) / (high - low)`, clamped to 0..1.
    Linear {
        /// The value that becomes 0.
        low: f32,
        /// The value that becomes 1.
        high: f32,
    },
}

/// The outputs that portray reads; at least one of `map`, `score` and `boxes`. The others say more of what those find.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    /// An anomaly map, `(batch, rows, columns)` or `(batch, classes, rows, columns)`, at the input's resolution or a whole fraction of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<NamedOutput>,
    /// A score per scan (batch) or (batch, classes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<NamedOutput>,
    /// Detector boxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boxes: Option<BoxOutput>,
    /// Classes of concealment by place. Needs `map`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<ClassOutput>,
    /// The attenuation of what does not belong, by place. Needs `map`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess: Option<ExcessOutput>,
    /// How like the training scans the scan is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub familiarity: Option<FamiliarityOutput>,
    /// The encoder's features of the scan; read only by those who ask for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<FeatureOutput>,
}

/// One output of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedOutput {
    /// Its name in the graph.
    pub name: String,
    /// What its numbers mean.
    pub values: Values,
    /// Which class of a (batch, classes, ...) output is the anomaly; 0 unless told.
    #[serde(default)]
    pub class: u32,
}

/// Classes of concealment, `(batch, classes, rows, columns)` on the grid of the anomaly map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassOutput {
    /// Its name in the graph.
    pub name: String,
    /// What its numbers mean: `logits` (each class by itself), `softmax` (over the classes) or `probability`.
    pub values: Values,
    /// The class of each channel, in order, each at most once.
    pub classes: Vec<LoadClass>,
}

/// Attenuation of what does not belong: -ln T of it alone in the high-energy (or only) beam, `(batch, rows, columns)` or
/// `(batch, 1, rows, columns)` on the grid of the anomaly map. Negative values count as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcessOutput {
    /// Its name in the graph.
    pub name: String,
    /// Relative standard uncertainty of a region's mass from this map, as its author measured it: over 0, at most 10. A
    /// mass from a map without it is taken to be as uncertain as it is large (1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sigma: Option<f32>,
}

/// How like the training scans a scan is, 0 to 1, (batch) or (batch, 1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FamiliarityOutput {
    /// Its name in the graph.
    pub name: String,
    /// A scan with less than this is `inconclusive`, 0 to 1.
    pub least: f32,
}

/// The encoder's features, (batch, features).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureOutput {
    /// Its name in the graph.
    pub name: String,
}

/// Boxes as (boxes, 4) or (batch, boxes, 4) with scores and optional labels of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoxOutput {
    /// The output with the coordinates, in input pixels.
    pub boxes: String,
    /// The output with the scores, 0 to 1.
    pub scores: String,
    /// The output with class numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// Class names by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// How a box is written.
    pub layout: BoxLayout,
}

/// How a detector writes a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoxLayout {
    /// Left, top, right, bottom.
    Xyxy,
    /// Left, top, width, height.
    Xywh,
    /// Centre x, centre y, width, height.
    Cxcywh,
}

/// How scores become regions and a verdict; all from 0 to 1 after the output's own scaling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreContract {
    /// A scan whose score reaches this is flagged.
    pub threshold: f32,
    /// A region must hold a pixel of at least this.
    pub region_seed: f32,
    /// A region grows over pixels of at least this.
    pub region_grow: f32,
    /// Smaller regions are dropped, in mm².
    pub min_area_mm2: f32,
    /// Regions nearer than this are one, in mm.
    #[serde(default)]
    pub merge_mm: f32,
}

/// How the threshold was set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// The false-alarm rate per scan it was set for.
    pub false_alarms: f32,
    /// How many clean scans it was set on.
    pub scans: u32,
    /// Which scans those were.
    pub source: String,
}
