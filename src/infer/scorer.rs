//! The edge between portray and a model: what goes in, what comes out, and who may stand there.

use crate::prepare::Prepared;
use crate::scan::{Digest, Error, LoadClass, Result, Warning};
use ndarray::{Array2, s};
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

/// Anomaly scores from 0 to 1 at the resolution the model returns them.
///
/// Each cell covers `cell` x `cell` pixels of the prepared grid, the first one from its top left corner on; cells at
/// the right and bottom may reach beyond it. Nothing is interpolated: what follows works on far fewer numbers, and
/// a region's outline is no finer than what the model knows.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreMap {
    /// Scores per cell, `[row, column]`.
    pub scores: Array2<f32>,
    /// Prepared pixels along a side of a cell, at least 1.
    pub cell: usize,
}

impl ScoreMap {
    /// The map of a prepared scan of `size` (rows, columns): what lies wholly beyond it falls away.
    ///
    /// # Errors
    /// A bug error where the cells do not cover the scan.
    pub fn new(scores: Array2<f32>, cell: usize, size: (usize, usize)) -> Result<Self> {
        let cells = (size.0.div_ceil(cell.max(1)), size.1.div_ceil(cell.max(1)));
        let (rows, columns) = scores.dim();
        if cell == 0 || rows < cells.0 || columns < cells.1 {
            return Err(Error::bug(format!("a map of {rows} x {columns} cells of {cell} does not cover {size:?}")));
        }
        let whole = (rows, columns) == cells;
        Ok(Self { scores: if whole { scores } else { scores.slice(s![..cells.0, ..cells.1]).to_owned() }, cell })
    }

    /// The score at a prepared pixel, which must lie in the scan.
    pub fn at(&self, row: usize, column: usize) -> f32 {
        self.scores[[row / self.cell, column / self.cell]]
    }
}

/// Where a model sees one class of concealment.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassMap {
    /// The class.
    pub class: LoadClass,
    /// Its probability per cell of [`Inference::map`], 0 to 1. It says how something is hidden, not whether.
    pub probabilities: Array2<f32>,
}

/// What a model said about one scan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inference {
    /// Anomaly scores by place; absent for models that return none.
    pub map: Option<ScoreMap>,
    /// The model's own score for the scan, 0 to 1; absent where it follows from map or boxes.
    pub score: Option<f32>,
    /// Boxes, for detectors.
    pub boxes: Vec<ScoredBox>,
    /// Classes of concealment in the contract's order; none for models without them.
    pub classes: Vec<ClassMap>,
    /// Attenuation of what does not belong, -ln T of it alone in the high-energy (or only) beam per cell of `map`, 0 or more.
    pub excess: Option<Array2<f32>>,
    /// How like the training scans the scan is, 0 to 1; of tiles the least.
    pub familiarity: Option<f32>,
    /// The encoder's features, where [`super::SessionOptions::features`] asks for them; of tiles the mean.
    pub features: Option<Vec<f32>>,
    /// What was odd about the answer.
    pub warnings: Vec<Warning>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_covers_the_scan_and_no_more() {
        let scores = Array2::from_shape_fn((4, 8), |(row, column)| (10 * row + column) as f32);
        let map = ScoreMap::new(scores.clone(), 4, (13, 26)).unwrap();
        assert_eq!(map.scores.dim(), (4, 7));
        assert_eq!((map.at(0, 3), map.at(12, 25), map.at(4, 4)), (0.0, 36.0, 11.0));
        assert!(ScoreMap::new(scores.clone(), 4, (17, 20)).is_err());
        assert!(ScoreMap::new(scores.clone(), 4, (16, 33)).is_err());
        assert!(ScoreMap::new(scores, 0, (1, 1)).is_err());
    }
}
