//! Timings: percentiles, and ratios that do not believe the noise of the machine.

use super::error::{Error, Result, finite, level as checked_level, same_length, within};
use super::interval::Interval;
use super::quantile::{quantile, sorted};
use super::special::{binomial_cdf, two_sided_t};

/// A summary of repeated timings of one thing, in the unit of the timings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timings {
    /// Number of timings.
    pub count: usize,
    /// The fastest.
    pub fastest: f64,
    /// Median. All percentiles are interpolated by [`quantile`]'s definition.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// The slowest.
    pub slowest: f64,
    /// Interval of the median ([`quantile_interval`]); `None` with too few timings (5 or fewer for 95 %).
    pub median: Option<Interval>,
}

impl Timings {
    /// Sums timings up, the interval at `level`.
    ///
    /// # Errors
    ///
    /// [`Error::Few`] without timings, [`Error::NotANumber`] for one that is not finite, [`Error::Range`] for a level outside (0, 1).
    pub fn new(times: &[f64], level: f64) -> Result<Self> {
        finite("timings", times)?;
        let times = sorted(times);
        let at = |share| quantile(&times, share).ok_or(Error::Few { what: "timings", needed: 1, found: 0 });
        Ok(Self {
            count: times.len(),
            fastest: at(0.0)?,
            p50: at(0.5)?,
            p95: at(0.95)?,
            p99: at(0.99)?,
            slowest: at(1.0)?,
            median: quantile_interval(&times, 0.5, level)?,
        })
    }

    /// Half the interval of the median as a share of the median: what a run goes on for until it is small. `None` with too few timings.
    pub fn relative_half_width(&self) -> Option<f64> {
        self.median.map(|interval| interval.half_width() / self.p50)
    }

    /// Whether the median is known to within `relative` of itself (0.02 for 2 %). Looking again and again until this holds makes the
    /// interval a little too narrow, and that of a ratio that is looked at as often too (92 to 94 % for 95 %).
    pub fn enough(&self, relative: f64) -> bool {
        self.relative_half_width().is_some_and(|width| width <= relative)
    }
}

/// The interval of a quantile of any distribution, between two order statistics of `sorted` values: never covers less than `level` if the
/// values are independent.
///
/// The `l`-th and the `u`-th value with the largest `l` such that `P(X <= l - 1) <= (1 - level) / 2` and the smallest `u` such that `P(X >=
/// u) <= (1 - level) / 2`, where `X` is binomial of `n` trials at `share` (Conover, Practical Nonparametric Statistics, 1999,
/// section 3.2). `None` where no values of so few can be that sure, which for a 99th percentile takes hundreds.
///
/// # Errors
///
/// [`Error::Range`] for a share or level outside (0, 1).
pub fn quantile_interval(sorted: &[f64], share: f64, level: f64) -> Result<Option<Interval>> {
    within("share of a quantile", share, "more than 0 and less than 1", share > 0.0 && share < 1.0)?;
    let tail = (1.0 - checked_level(level)?) / 2.0;
    let trials = sorted.len() as u64;
    // The least k for which `holds`, which stays true once it is.
    let least = |holds: &dyn Fn(u64) -> bool| {
        let (mut low, mut high) = (0, trials + 1);
        while low < high {
            let middle = u64::midpoint(low, high);
            if holds(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    // P(X <= k) > tail first holds at k = l, and P(X <= k) >= 1 - tail at k = u - 1; the upper by misses keeps its digits.
    let lower = least(&|k| k >= trials || binomial_cdf(k, trials, share) > tail);
    let upper = 1 + least(&|k| k >= trials || binomial_cdf(trials - k - 1, trials, 1.0 - share) <= tail);
    let ends = if lower == 0 || upper > trials {
        None
    } else {
        Some(Interval { low: sorted[lower as usize - 1], high: sorted[upper as usize - 1], level })
    };
    Ok(ends)
}

/// How much longer the second of two interleaved series takes than the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeedRatio {
    /// Second over first: the geometric mean of the blocks' ratios. Above 1 the second is slower.
    pub ratio: f64,
    /// Interval of the ratio.
    pub interval: Interval,
    /// Pairs of blocks.
    pub blocks: usize,
}

/// The ratio of two series that were timed in turn, A B A B: `first[i]` and `second[i]` are one block of each, right after one another, by
/// their medians or totals.
///
/// The mean of `ln(second / first)` with its t interval over the pairs of blocks, back by the exponential: whatever slows the
/// machine for longer than two blocks falls out of the ratio.
///
/// # Errors
///
/// [`Error::Few`] with fewer than three pairs; [`Error::Lengths`] where the series differ in length; [`Error::Range`] for a timing
/// of 0 or less, or a level outside (0, 1); [`Error::NotANumber`] for one that is not finite.
pub fn interleaved_ratio(first: &[f64], second: &[f64], level: f64) -> Result<SpeedRatio> {
    const LEAST: u64 = 3;
    same_length("blocks of the second series", first.len(), second.len())?;
    finite("timings of the first series", first)?;
    finite("timings of the second series", second)?;
    checked_level(level)?;
    for &time in first.iter().chain(second) {
        within("timing", time, "more than 0", time > 0.0)?;
    }
    let blocks = first.len();
    if (blocks as u64) < LEAST {
        return Err(Error::Few {
            what: "the ratio of two series (of pairs of blocks)",
            needed: LEAST,
            found: blocks as u64,
        });
    }
    let logs: Vec<f64> = first.iter().zip(second).map(|(first, second)| (second / first).ln()).collect();
    let count = blocks as f64;
    let mean = logs.iter().sum::<f64>() / count;
    let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let reach = two_sided_t(level, count - 1.0) * (variance / count).sqrt();
    let interval = Interval { low: (mean - reach).exp(), high: (mean + reach).exp(), level };
    Ok(SpeedRatio { ratio: mean.exp(), interval, blocks })
}

impl SpeedRatio {
    /// What two series of the very same thing tell apart on this machine: the farther end of the interval of an A/A ratio from 1, as a
    /// share (0.03 for 3 %). Differences below it are noise, whatever their interval says.
    pub fn noise_floor(&self) -> f64 {
        self.interval.low.ln().abs().max(self.interval.high.ln().abs()).exp_m1()
    }
}

/// The medians of consecutive blocks of `per_block` timings; what is left over at the end is dropped.
pub fn block_medians(times: &[f64], per_block: usize) -> Vec<f64> {
    times.chunks_exact(per_block.max(1)).filter_map(|block| quantile(&sorted(block), 0.5)).collect()
}
