//! A scorer without a runtime: the same answer for the same scan, everywhere. For tests of what comes after scoring.

use super::{
    Area, Channel, Contract, Inference, InputContract, ModelInfo, NamedOutput, Outputs, ScoreContract, ScoreMap,
    Scorer, Values,
};
use crate::prepare::Prepared;
use crate::scan::{Digest, Error, Result};

/// Scores each pixel by how much it absorbs: 1 minus the high-energy transmission, clamped to 0..1.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedScorer {
    contract: Contract,
    info: ModelInfo,
}

impl FixedScorer {
    /// The contract's name of this scorer.
    pub const NAME: &'static str = "fixed";

    /// A scorer for scans at `pixel_mm` that flags what absorbs at least the share `threshold` of the beam.
    pub fn new(pixel_mm: f32, threshold: f32) -> Result<Self> {
        let contract = Contract {
            schema_version: super::CONTRACT_VERSION,
            name: Self::NAME.to_owned(),
            version: "1".to_owned(),
            licence: "MIT OR Apache-2.0".to_owned(),
            summary: "Absorbed share of the beam per pixel; a stand-in for tests, no model.".to_owned(),
            baseline: true,
            input: InputContract {
                name: "scan".to_owned(),
                channels: vec![Channel::Transmission],
                range: None,
                mean: Vec::new(),
                std: Vec::new(),
                pixel_mm,
                area: Area::Whole { multiple: 1 },
            },
            outputs: Outputs {
                map: Some(NamedOutput { name: "map".to_owned(), values: Values::Probability, class: 0 }),
                ..Outputs::default()
            },
            score: ScoreContract {
                threshold,
                region_seed: threshold,
                region_grow: threshold * 0.8,
                min_area_mm2: 0.0,
                merge_mm: 0.0,
            },
            calibration: None,
        };
        contract.check()?;
        let info = ModelInfo {
            digest: Digest::of(Self::NAME.as_bytes()),
            runtime: "none".to_owned(),
            provider: "cpu".to_owned(),
        };
        Ok(Self { contract, info })
    }
}

impl Scorer for FixedScorer {
    fn contract(&self) -> &Contract {
        &self.contract
    }

    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn score(&self, prepared: &Prepared) -> Result<Inference> {
        let transmission =
            prepared.transmission.first().ok_or_else(|| Error::bug("the prepared scan has no planes"))?;
        let map = transmission.mapv(|t| (1.0 - t).clamp(0.0, 1.0));
        let map = ScoreMap::new(map, 1, prepared.dim())?;
        Ok(Inference { map: Some(map), runs: 1, ..Inference::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::input::tests::prepared;
    use crate::scan::Fault;

    #[test]
    fn what_absorbs_more_scores_higher() {
        let scan = prepared((4, 6), 1, |r, c| if (r, c) == (2, 3) { 3.0 } else { 0.1 });
        let scorer = FixedScorer::new(5.0, 0.5).unwrap();
        let answer = scorer.score(&scan).unwrap();
        let map = answer.map.clone().unwrap().scores;
        assert_eq!(map.iter().filter(|&&v| v >= scorer.contract().score.threshold).count(), 1);
        assert!(map[[2, 3]] > 0.9);
        assert_eq!(scorer.score(&scan).unwrap(), answer);
    }

    #[test]
    fn impossible_settings_are_refused() {
        assert_eq!(FixedScorer::new(0.0, 0.5).unwrap_err().fault, Fault::Model);
        assert_eq!(FixedScorer::new(5.0, 2.0).unwrap_err().fault, Fault::Model);
    }
}
