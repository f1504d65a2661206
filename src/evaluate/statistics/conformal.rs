//! Split conformal prediction: p-values and thresholds from clean scans, with a guarantee for any finite number of them.
//!
//! What is guaranteed holds for a new clean scan that is exchangeable with the calibration scans (same scanner, same kind of
//! cargo, and nothing has changed since), whatever the distribution of the scores and however bad the model: Vovk, Gammerman
//! and Shafer, Algorithmic Learning in a Random World, 2005; Bates and others, Annals of Statistics 51, 2023, 149-178.

use super::error::{Error, Result, finite, level as checked_level, within};
use super::interval::Interval;
use super::special::beta_quantile;

/// The scores of clean scans, upwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    sorted: Vec<f64>,
}

impl Calibration {
    /// Takes the scores of clean scans that nothing was fitted or chosen with.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`] for a score that is not finite, [`Error::Few`] without scores.
    pub fn new(clean: &[f64]) -> Result<Self> {
        finite("calibration scores", clean)?;
        if clean.is_empty() {
            return Err(Error::Few { what: "a calibration", needed: 1, found: 0 });
        }
        Ok(Self { sorted: super::quantile::sorted(clean) })
    }

    /// Number of clean scans.
    pub fn scans(&self) -> u64 {
        self.sorted.len() as u64
    }

    /// The scores, upwards.
    pub fn scores(&self) -> &[f64] {
        &self.sorted
    }

    /// `(k + 1) / (n + 1)` with `k` clean scans that score at least as high; ties count against the alarm. For a clean scan `P(p <= a) <=
    /// a`. NaN is taken as the most suspicious score.
    pub fn p_value(&self, score: f64) -> f64 {
        crate::judge::conformal_p_value(&self.sorted, score)
    }

    /// The threshold at which at most a share `rate` of clean scans alarms, on average over calibrations: an alarm is a score above the
    /// k-th highest clean score, `k = floor(rate (n + 1))`, which is a p-value of at most `rate`.
    ///
    /// # Errors
    ///
    /// [`Error::Few`] with fewer than [`scans_needed`] clean scans: no threshold within their scores could promise the rate.
    /// [`Error::Range`] for a rate outside (0, 1).
    pub fn threshold(&self, rate: f64) -> Result<ConformalThreshold> {
        let needed = scans_needed(rate)?;
        let scans = self.scans();
        if scans < needed {
            return Err(Error::Few {
                what: "a threshold for this false-alarm rate, of clean scans,",
                needed,
                found: scans,
            });
        }
        let whole = scans as f64 + 1.0;
        // rate (n + 1) may lie a rounding below a whole number; p-values are what counts.
        let mut rank = (rate * whole) as u64;
        if (rank + 1) as f64 / whole <= rate {
            rank += 1;
        } else if rank as f64 / whole > rate {
            rank -= 1;
        }
        let rank = rank.min(scans);
        Ok(ConformalThreshold {
            rate,
            alarm_above: self.sorted[(scans - rank) as usize],
            rank,
            scans,
            promised: rank as f64 / whole,
        })
    }
}

/// The least number of clean scans whose threshold can promise a false-alarm rate: `ceil(1 / rate) - 1`.
///
/// # Errors
///
/// [`Error::Range`] for a rate outside (0, 1).
pub fn scans_needed(rate: f64) -> Result<u64> {
    within("false-alarm rate", rate, "more than 0 and less than 1", rate > 0.0 && rate < 1.0)?;
    let guess = (1.0 / rate).ceil() as u64;
    // 1 / (n + 1) <= rate decides, not the rounding of 1 / rate.
    Ok((guess.saturating_sub(2)..=guess).find(|scans| 1.0 / (*scans as f64 + 1.0) <= rate).unwrap_or(guess).max(1))
}

/// A threshold and what it promises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConformalThreshold {
    /// The false-alarm rate that was asked for.
    pub rate: f64,
    /// A scan alarms when its score is above this, the `rank`-th highest clean score.
    pub alarm_above: f64,
    /// Rank of that score from the top.
    pub rank: u64,
    /// Clean scans that it rests on.
    pub scans: u64,
    /// The rate that is guaranteed on average over calibrations, `rank / (scans + 1)`, at most `rate`.
    pub promised: f64,
}

impl ConformalThreshold {
    /// The threshold for a rule that alarms at scores of at least it: the next double above [`ConformalThreshold::alarm_above`].
    pub fn alarm_from(&self) -> f64 {
        self.alarm_above.next_up()
    }

    /// The same for scores and thresholds kept in single precision: the least such number above.
    pub fn alarm_from_f32(&self) -> f32 {
        let near = self.alarm_above as f32;
        if f64::from(near) > self.alarm_above { near } else { near.next_up() }
    }

    /// Where the false-alarm rate of this very calibration lies with probability `level`, if scores have no ties: it follows
    /// Beta(rank, scans + 1 - rank) (Vovk, ACML 2012, proposition 2a; Angelopoulos and Bates 2023, section 3.2). Ties only lower it.
    ///
    /// # Errors
    ///
    /// [`Error::Range`] for a level outside (0, 1).
    pub fn attained(&self, level: f64) -> Result<Interval> {
        let tail = (1.0 - checked_level(level)?) / 2.0;
        let (a, b) = self.beta();
        Ok(Interval { low: beta_quantile(a, b, tail), high: beta_quantile(a, b, 1.0 - tail), level })
    }

    /// The two parameters of the attained rate's Beta distribution.
    pub fn beta(&self) -> (f64, f64) {
        (self.rank as f64, (self.scans + 1 - self.rank) as f64)
    }
}
