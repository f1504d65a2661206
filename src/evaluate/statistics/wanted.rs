//! What to measure of a ranking.

use super::error::{Result, within};

/// Which figures [`Ranking::measure`](super::Ranking::measure) gives beside ROC-AUC and average precision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    detection: Vec<f64>,
    partial: Vec<f64>,
}

impl Wanted {
    /// Detection rates at the false-alarm rates `detection` (0..=1 each) and partial AUCs up to the rates `partial` (more than 0,
    /// at most 1). Both are sorted upwards and doubles left out.
    ///
    /// # Errors
    ///
    /// [`Error::Range`](super::Error::Range) for a rate outside its range.
    pub fn new(detection: &[f64], partial: &[f64]) -> Result<Self> {
        for &rate in detection {
            within("false-alarm rate", rate, "0 to 1", (0.0..=1.0).contains(&rate))?;
        }
        for &rate in partial {
            within("limit of the partial AUC", rate, "more than 0 and at most 1", rate > 0.0 && rate <= 1.0)?;
        }
        let sorted = |rates: &[f64]| {
            let mut rates = rates.to_vec();
            rates.sort_by(f64::total_cmp);
            rates.dedup();
            rates
        };
        Ok(Self { detection: sorted(detection), partial: sorted(partial) })
    }

    /// The false-alarm rates of the detection rates, upwards.
    pub fn detection(&self) -> &[f64] {
        &self.detection
    }

    /// The limits of the partial AUCs, upwards.
    pub fn partial(&self) -> &[f64] {
        &self.partial
    }

    /// How many numbers [`Ranking::fill`](super::Ranking::fill) writes: ROC-AUC, average precision, the detection rates, the raw partial AUCs.
    pub fn figures(&self) -> usize {
        2 + self.detection.len() + self.partial.len()
    }
}
