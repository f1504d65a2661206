//! A running watch for drift: a conformal test martingale over a station's scores.
//!
//! Every score gets its smoothed p-value among the calibration and all scores before it. As long as all of them are
//! exchangeable these p-values are independent and uniform, and no bet against that can be expected to win: the wealth of any
//! betting scheme is a martingale, and by Ville's inequality it ever reaches `1 / a` with probability at most `a`. The scheme is the
//! simple jumper (Vovk and others, Retrain or not retrain: conformal test martingales for change-point detection, COPA 2021).
//!
//! It bets that p-values lean to one side for a while, so it finds scores that rise or fall; a change of spread alone is left to
//! [`kolmogorov_smirnov`](super::kolmogorov_smirnov).

use super::error::{Error, Result, finite, within};
use super::quantile::sorted;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The share of each bet's wealth that is dealt anew before each step, from the paper.
const JUMP: f64 = 0.01;
/// The bets: on small p-values (scores that rise), on none, on large ones.
const LEANINGS: [f64; 3] = [-1.0, 0.0, 1.0];

/// The wealth that a drift alarm takes if false alarms, ever, may have a probability of `rate`: `1 / rate`.
///
/// # Errors
///
/// [`Error::Range`] for a rate outside (0, 1).
pub fn ville_threshold(rate: f64) -> Result<f64> {
    Ok(1.0
        / within("probability of a false drift alarm", rate, "more than 0 and less than 1", rate > 0.0 && rate < 1.0)?)
}

/// The running watch. The same calibration, seed and scores give the same wealth.
#[derive(Debug, Clone)]
pub struct DriftMartingale {
    /// The calibration and all scores so far, upwards.
    bag: Vec<f64>,
    random: ChaCha8Rng,
    /// How the wealth is spread over the bets; sums to 1.
    shares: [f64; 3],
    log_wealth: f64,
    highest: f64,
    steps: u64,
}

impl DriftMartingale {
    /// Starts at a wealth of 1 from the calibration's scores; `seed` breaks ties.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`] for a score that is not finite.
    pub fn new(calibration: &[f64], seed: u64) -> Result<Self> {
        finite("calibration scores", calibration)?;
        Ok(Self {
            bag: sorted(calibration),
            random: ChaCha8Rng::seed_from_u64(seed),
            shares: [1.0 / 3.0; 3],
            log_wealth: 0.0,
            highest: 0.0,
            steps: 0,
        })
    }

    /// Takes the next score and gives its smoothed p-value, `(above + u (equal + 1)) / (n + 1)` among the `n` scores before it, with `u` uniform.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`] for a score that is not finite; it is not taken.
    pub fn push(&mut self, score: f64) -> Result<f64> {
        if !score.is_finite() {
            return Err(Error::NotANumber { what: "scores of the station", at: self.steps as usize });
        }
        let below = self.bag.partition_point(|other| *other < score);
        let up_to = below + self.bag[below..].partition_point(|other| *other <= score);
        let (equal, above) = (up_to - below, self.bag.len() - up_to);
        let smooth: f64 = self.random.random();
        let p = (above as f64 + smooth * (equal as f64 + 1.0)) / (self.bag.len() as f64 + 1.0);
        self.bag.insert(up_to, score);
        self.bet(p);
        Ok(p)
    }

    pub(super) fn bet(&mut self, p: f64) {
        for (share, leaning) in self.shares.iter_mut().zip(LEANINGS) {
            *share = ((1.0 - JUMP) * *share + JUMP / 3.0) * (1.0 + leaning * (p - 0.5));
        }
        let growth: f64 = self.shares.iter().sum();
        self.shares = self.shares.map(|share| share / growth);
        self.log_wealth += growth.ln();
        self.highest = self.highest.max(self.log_wealth);
        self.steps += 1;
    }

    /// Scores taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The natural logarithm of the wealth now.
    pub fn log_wealth(&self) -> f64 {
        self.log_wealth
    }

    /// The natural logarithm of the highest wealth so far, which a drift alarm looks at.
    pub fn highest_log_wealth(&self) -> f64 {
        self.highest
    }

    /// Whether the wealth has ever reached [`ville_threshold`]: drift, wrongly so with probability at most `rate` over all time.
    ///
    /// # Errors
    ///
    /// As [`ville_threshold`].
    pub fn drifted(&self, rate: f64) -> Result<bool> {
        Ok(self.highest >= ville_threshold(rate)?.ln())
    }
}
