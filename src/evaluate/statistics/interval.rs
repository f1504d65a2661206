//! Intervals of rates, and what a number of scans can show at all.

use super::error::{Error, Result, level as checked_level, within};
use super::special::{beta_quantile, two_sided};

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Confidence level, in (0, 1).
    pub level: f64,
}

impl Interval {
    /// Whether the interval holds `value`, its ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Half of the interval's width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// Wilson's score interval of a rate of `events` among `trials` independent cases.
///
/// `(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)` (Wilson, JASA 22, 1927). No events give a lower end of exactly 0,
/// only events an upper end of exactly 1.
///
/// # Errors
///
/// [`Error::Few`] without trials; [`Error::Range`] for more events than trials or a level outside (0, 1).
pub fn wilson(events: u64, trials: u64, level: f64) -> Result<Interval> {
    counted(events, trials)?;
    wilson_effective(events as f64 / trials as f64, trials as f64, level)
}

/// Wilson's interval of a `rate` that rests on cases which are worth `cases` independent ones: where they come in clusters,
/// [`effective_cases`].
///
/// # Errors
///
/// [`Error::Few`] with less than one case; [`Error::Range`] for a rate outside 0..=1 or a level outside (0, 1).
pub fn wilson_effective(rate: f64, cases: f64, level: f64) -> Result<Interval> {
    let z = two_sided(checked_level(level)?);
    within("rate", rate, "0 to 1", (0.0..=1.0).contains(&rate))?;
    if cases.is_nan() || cases < 1.0 - 1e-9 {
        return Err(Error::Few { what: "an interval of a rate (of cases)", needed: 1, found: 0 });
    }
    let (n, square) = (cases, z * z);
    let centre = (rate + square / (2.0 * n)) / (1.0 + square / n);
    let reach = z * (rate * (1.0 - rate) / n + square / (4.0 * n * n)).sqrt() / (1.0 + square / n);
    let low = if rate <= 0.0 { 0.0 } else { centre - reach };
    let high = if rate >= 1.0 { 1.0 } else { centre + reach };
    Ok(Interval { low, high, level })
}

/// How many independent cases those of clusters of these sizes are worth at least: `(sum m)^2 / sum m^2`, as if all cases of a cluster
/// answered alike (Kish, Survey Sampling, 1965, section 8.2, with an intraclass correlation of 1). 0 without cases.
pub fn effective_cases(sizes: impl IntoIterator<Item = u64>) -> f64 {
    let (sum, squares) = sizes.into_iter().fold((0.0, 0.0), |(sum, squares), size| {
        let size = size as f64;
        (sum + size, squares + size * size)
    });
    if sum == 0.0 { 0.0 } else { sum * sum / squares }
}

/// Two yes-or-no answers to every case, counted: did the first find it, did the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paired {
    /// Cases where both say yes.
    pub both: u64,
    /// Cases where only the first says yes.
    pub first_only: u64,
    /// Cases where only the second says yes.
    pub second_only: u64,
    /// Cases where both say no.
    pub neither: u64,
}

impl Paired {
    /// Counts the answers of two models to the same cases.
    pub fn count(answers: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut paired = Self::default();
        for answer in answers {
            *match answer {
                (true, true) => &mut paired.both,
                (true, false) => &mut paired.first_only,
                (false, true) => &mut paired.second_only,
                (false, false) => &mut paired.neither,
            } += 1;
        }
        paired
    }

    /// All cases.
    pub fn cases(&self) -> u64 {
        self.both + self.first_only + self.second_only + self.neither
    }

    /// The first's rate minus the second's; NaN without cases.
    pub fn difference(&self) -> f64 {
        (self.first_only as f64 - self.second_only as f64) / self.cases() as f64
    }
}

/// Newcombe's interval of the difference of two paired rates, first minus second: method 10.
///
/// Wilson's intervals of the two rates, joined by square-and-add with the correlation of the answers, which is corrected for
/// continuity (Newcombe, Statistics in Medicine 17, 1998, 2635-2650).
///
/// # Errors
///
/// [`Error::Few`] without cases; [`Error::Range`] for a level outside (0, 1).
pub fn newcombe_paired(paired: &Paired, level: f64) -> Result<Interval> {
    newcombe_effective(paired, paired.cases() as f64, level)
}

/// The same for answers to cases that are worth `effective` independent ones, at most as many as there are.
///
/// # Errors
///
/// As [`newcombe_paired`].
pub fn newcombe_effective(paired: &Paired, effective: f64, level: f64) -> Result<Interval> {
    let cases = paired.cases() as f64;
    let share = |count: u64| count as f64 / cases;
    let (rate_one, rate_two) = (share(paired.both + paired.first_only), share(paired.both + paired.second_only));
    if paired.cases() == 0 {
        return Err(Error::Few { what: "an interval of a difference (of cases)", needed: 1, found: 0 });
    }
    let (one, two) = (wilson_effective(rate_one, effective, level)?, wilson_effective(rate_two, effective, level)?);
    let correlation = correlation(paired, effective / cases);
    let join = |a: f64, b: f64| (a * a - 2.0 * correlation * a * b + b * b).max(0.0).sqrt();
    let difference = paired.difference();
    let low = difference - join(rate_one - one.low, two.high - rate_two);
    let high = difference + join(one.high - rate_one, rate_two - two.low);
    Ok(Interval { low: low.max(-1.0), high: high.min(1.0), level })
}

/// The phi coefficient of the answers; a positive one is taken half a case per margin nearer to zero.
/// Each case counts `worth`.
fn correlation(paired: &Paired, worth: f64) -> f64 {
    let cells = [paired.both, paired.first_only, paired.second_only, paired.neither];
    let [a, b, c, d] = cells.map(|count| count as f64 * worth);
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    if margins == 0.0 {
        return 0.0;
    }
    let (determinant, half) = (a * d - b * c, (a + b + c + d) / 2.0);
    let corrected = if determinant > half { determinant - half } else { determinant.min(0.0) };
    corrected / margins.sqrt()
}

/// The exact (Clopper-Pearson) two-sided interval of a rate: never covers less than its level.
///
/// # Errors
///
/// [`Error::Few`] without trials; [`Error::Range`] for more events than trials or a level outside (0, 1).
pub fn clopper_pearson(events: u64, trials: u64, level: f64) -> Result<Interval> {
    counted(events, trials)?;
    let tail = (1.0 - checked_level(level)?) / 2.0;
    Ok(Interval { low: exact_low(events, trials, tail), high: exact_high(events, trials, tail), level })
}

/// The highest rate that `events` among `trials` leave possible at a one-sided `level` (Clopper-Pearson).
///
/// Without events this is `1 - (1 - level)^(1/n)`, about `3 / n` for 0.95, the rule of three: 300 clean scans without an
/// alarm prove a rate under 1 % and no less.
///
/// # Errors
///
/// [`Error::Few`] without trials; [`Error::Range`] for more events than trials or a level outside (0, 1).
pub fn upper_bound(events: u64, trials: u64, level: f64) -> Result<f64> {
    counted(events, trials)?;
    Ok(exact_high(events, trials, 1.0 - checked_level(level)?))
}

/// The lowest rate that `events` among `trials` leave possible at a one-sided `level` (Clopper-Pearson).
///
/// # Errors
///
/// As [`upper_bound`].
pub fn lower_bound(events: u64, trials: u64, level: f64) -> Result<f64> {
    counted(events, trials)?;
    Ok(exact_low(events, trials, 1.0 - checked_level(level)?))
}

/// The least number of cases whose [`upper_bound`] with `events` events is at most `rate`: how many clean scans it takes to show
/// a false-alarm rate.
///
/// # Errors
///
/// [`Error::Range`] for a rate or level outside (0, 1), or a rate so small that more than 2^53 cases were needed.
pub fn cases_to_show(rate: f64, events: u64, level: f64) -> Result<u64> {
    const MOST: u64 = 1 << 53;
    within("rate to show", rate, "more than 0 and less than 1", rate > 0.0 && rate < 1.0)?;
    let tail = 1.0 - checked_level(level)?;
    let shows = |trials: u64| exact_high(events, trials, tail) <= rate;
    // Doubled until enough, then halved in between.
    let mut high = events.max(1);
    while !shows(high) {
        if high >= MOST {
            return Err(Error::Range {
                what: "rate to show",
                expected: "a rate that 2^53 cases can show",
                found: rate,
            });
        }
        high *= 2;
    }
    let mut low = events;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if shows(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}

fn exact_high(events: u64, trials: u64, tail: f64) -> f64 {
    if events >= trials {
        return 1.0;
    }
    if events == 0 {
        // 1 - tail^(1/n) without cancellation.
        return -(tail.ln() / trials as f64).exp_m1();
    }
    1.0 - beta_quantile((trials - events) as f64, events as f64 + 1.0, tail)
}

fn exact_low(events: u64, trials: u64, tail: f64) -> f64 {
    if events == 0 {
        return 0.0;
    }
    beta_quantile(events as f64, (trials - events) as f64 + 1.0, tail)
}

fn counted(events: u64, trials: u64) -> Result<()> {
    if trials == 0 {
        return Err(Error::Few { what: "the interval of a rate", needed: 1, found: 0 });
    }
    within("number of events", events as f64, "at most the number of cases", events <= trials)?;
    Ok(())
}
