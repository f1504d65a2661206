//! Anomaly maps against masks, pixel by pixel, in histograms that do not grow with the number of pixels.
//!
//! Scores are rounded to the nearest multiple of 2^-16 between 0 and 1, so that all figures are exact for scores on that grid and
//! treat nearer ones as ties elsewhere. The counts are integers: merged in any order they give the same figures.

use super::error::{Result, numbers_f32, same_length, within};

/// Steps between 0 and 1.
const STEPS: usize = 1 << 16;
/// The whole of a region in the histogram of overlaps, whose pixels share it.
const WHOLE: u128 = 1 << 64;

/// Counts of the pixels of any number of maps, by score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PixelHistogram {
    /// Pixels inside and outside of the truth.
    inside: Vec<u64>,
    outside: Vec<u64>,
    /// Shares of their regions that the pixels have, in units of `1 / WHOLE`.
    overlap: Vec<u128>,
    regions: u64,
    clamped: u64,
}

impl Default for PixelHistogram {
    fn default() -> Self {
        Self::new()
    }
}

impl PixelHistogram {
    /// Without pixels.
    pub fn new() -> Self {
        let zeros = vec![0; STEPS + 1];
        Self { inside: zeros.clone(), outside: zeros, overlap: vec![0; STEPS + 1], regions: 0, clamped: 0 }
    }

    /// Adds a map: the score of every pixel, and the truth region that it belongs to (0 for none). A region is what has one number;
    /// The definition of `MVTec` AD takes 8-connected components of the mask, which the caller numbers.
    ///
    /// Scores below 0 and above 1 are taken as 0 and 1, and counted ([`PixelHistogram::clamped`]).
    ///
    /// # Errors
    ///
    /// [`Error::Lengths`](super::Error::Lengths) where the lists differ in length, [`Error::NotANumber`](super::Error::NotANumber) for a
    /// NaN score; nothing is added then.
    pub fn add(&mut self, scores: &[f32], regions: &[u32]) -> Result<()> {
        same_length("region numbers", scores.len(), regions.len())?;
        numbers_f32("scores of pixels", scores)?;
        let mut sizes = std::collections::BTreeMap::<u32, u64>::new();
        for run in regions.chunk_by(|a, b| a == b).filter(|run| run[0] != 0) {
            *sizes.entry(run[0]).or_default() += run.len() as u64;
        }
        self.regions += sizes.len() as u64;
        let mut share = (0, 0);
        for (&score, &region) in scores.iter().zip(regions) {
            self.clamped += u64::from(!(0.0..=1.0).contains(&score));
            // Exact: a multiplication by a power of two.
            let bin = (score.clamp(0.0, 1.0) * STEPS as f32).round() as usize;
            if region == 0 {
                self.outside[bin] += 1;
            } else {
                if share.0 != region {
                    share = (region, WHOLE / u128::from(sizes[&region]));
                }
                self.inside[bin] += 1;
                self.overlap[bin] += share.1;
            }
        }
        Ok(())
    }

    /// Adds the counts of other maps.
    pub fn merge(&mut self, other: &Self) {
        let add = |to: &mut [u64], from: &[u64]| to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        add(&mut self.inside, &other.inside);
        add(&mut self.outside, &other.outside);
        self.overlap.iter_mut().zip(&other.overlap).for_each(|(to, from)| *to += from);
        self.regions += other.regions;
        self.clamped += other.clamped;
    }

    /// Pixels inside and outside of truth regions.
    pub fn pixels(&self) -> (u64, u64) {
        (self.inside.iter().sum(), self.outside.iter().sum())
    }

    /// Truth regions.
    pub fn regions(&self) -> u64 {
        self.regions
    }

    /// Pixels whose score lay outside of 0..=1.
    pub fn clamped(&self) -> u64 {
        self.clamped
    }

    /// ROC-AUC and average precision over all pixels, ties half and as scikit-learn; `None` where one of inside and outside is empty.
    pub fn figures(&self) -> Option<PixelFigures> {
        let (positives, negatives) = self.pixels();
        if positives == 0 || negatives == 0 {
            return None;
        }
        let (positives, negatives) = (positives as f64, negatives as f64);
        let (mut hits, mut alarms, mut area, mut precision) = (0.0, 0.0, 0.0, 0.0);
        for (&inside, &outside) in self.inside.iter().zip(&self.outside).rev() {
            let (inside, outside) = (inside as f64, outside as f64);
            area += outside / negatives * (hits + 0.5 * inside);
            hits += inside;
            alarms += outside;
            if inside > 0.0 {
                precision += inside / positives * hits / (hits + alarms);
            }
        }
        Some(PixelFigures { auc: area / positives, average_precision: precision })
    }

    /// The area under the per-region overlap curve up to a false-alarm rate of the outside pixels, divided by that rate: 1 is perfect.
    ///
    /// At every threshold the share of each truth region that is marked, averaged over the regions, stands against the share of
    /// all outside pixels that are marked; trapezoids, interpolated at `limit` (Bergmann and others, IJCV 129, 2021, and the
    /// evaluation code of `MVTec` AD; the usual limits are 0.3 and 0.05). `None` without regions or outside pixels.
    ///
    /// # Errors
    ///
    /// [`Error::Range`](super::Error::Range) for a limit outside of (0, 1].
    pub fn aupro(&self, limit: f64) -> Result<Option<f64>> {
        within("false-alarm limit of AUPRO", limit, "more than 0 and at most 1", limit > 0.0 && limit <= 1.0)?;
        let outside = self.outside.iter().sum::<u64>() as f64;
        if self.regions == 0 || outside == 0.0 {
            return Ok(None);
        }
        let whole = WHOLE as f64 * self.regions as f64;
        let (mut marked, mut wrong) = (0_u128, 0_u64);
        let (mut rate, mut overlap, mut area) = (0.0, 0.0, 0.0);
        for (&more, &alarms) in self.overlap.iter().zip(&self.outside).rev() {
            if more == 0 && alarms == 0 {
                continue;
            }
            marked += more;
            wrong += alarms;
            let (next_rate, next_overlap) = (wrong as f64 / outside, marked as f64 / whole);
            if next_rate > limit {
                let end = overlap + (next_overlap - overlap) * (limit - rate) / (next_rate - rate);
                area += (limit - rate) * 0.5 * (overlap + end);
                return Ok(Some(area / limit));
            }
            area += (next_rate - rate) * 0.5 * (overlap + next_overlap);
            (rate, overlap) = (next_rate, next_overlap);
        }
        Ok(Some(area / limit))
    }
}

/// Figures over all pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelFigures {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Average precision.
    pub average_precision: f64,
}
