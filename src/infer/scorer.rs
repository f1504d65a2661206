//! The edge between portray and a model: what goes in, what comes out, and who may stand there.

use crate::prepare::Prepared;
use crate::scan::{Digest, Result};
use ndarray::Array2;
use std::time::Duration;

/// A box that a detector returned, in prepared pixels (corner-based).
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredBox {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Score, 0 to 1.
    pub score: f32,
    /// The class the model named, if it names any.
    pub label: Option<String>,
}

/// What a model said about one scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    /// Anomaly scores from 0 to 1 on the prepared grid, `[row, column]`; absent for models that return none.
    pub map: Option<Array2<f32>>,
    /// The model's own score for the scan, 0 to 1; absent where it follows from map or boxes.
    pub score: Option<f32>,
    /// Boxes, for detectors.
    pub boxes: Vec<ScoredBox>,
    /// How often the runtime was asked: 1 for a whole scan, more for tiles.
    pub runs: u32,
    /// Time spent inside the runtime.
    pub runtime: Duration,
}

/// Which model answered, in which runtime; stands in every report.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInfo {
    /// SHA-256 of the ONNX file.
    pub digest: Digest,
    /// The runtime's name and version, such as `onnxruntime 1.32.0`.
    pub runtime: String,
    /// The execution provider that really runs it, such as `cpu`.
    pub provider: String,
}

/// Something that scores prepared scans: an ONNX model, or a deterministic stand-in for tests.
pub trait Scorer: Send + Sync {
    /// The contract the scorer fulfils.
    fn contract(&self) -> &super::Contract;

    /// What the report says about it.
    fn info(&self) -> &ModelInfo;

    /// Scores one scan; called from many threads at once.
    fn score(&self, prepared: &Prepared) -> Result<Inference>;
}
