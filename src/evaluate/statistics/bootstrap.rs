//! The bootstrap by containers: cases of one container go together, so that ten scans of one box do not count as ten boxes.
//!
//! Containers with a positive case and containers without one are drawn apart, each as many as there are, so that no round
//! lacks a class; this is the resampling of pROC's stratified bootstrap (Carpenter and Bithell, Statistics in Medicine 19,
//! 2000) with clusters for cases (Davison and Hinkley 1997, section 3.8).
//!
//! A round is a weight per case. Strata and the other models are measured with the weights of the same round, which makes their
//! differences paired and costs one draw for all of them.

use super::error::{Error, Result, level as checked_level, same_length};
use super::interval::Interval;
use super::quantile::quantile;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::ops::Range;

/// Draws containers with replacement. A round depends on the seed and its number alone, never on other rounds or threads.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    seed: u64,
    /// Cluster of every case.
    of_case: Vec<u32>,
    /// Clusters with a positive case, and those without; numbered by their first case.
    strata: [Vec<u32>; 2],
}

impl Bootstrap {
    /// A bootstrap of cases that belong to `clusters`: equal keys, same container.
    ///
    /// # Errors
    ///
    /// [`Error::Lengths`] where the lists differ in length; [`Error::Few`] without cases.
    ///
    /// # Panics
    ///
    /// With more than 2^32 cases.
    pub fn new<K: Ord>(clusters: &[K], positive: &[bool], seed: u64) -> Result<Self> {
        same_length("labels", clusters.len(), positive.len())?;
        if clusters.is_empty() {
            return Err(Error::Few { what: "the bootstrap", needed: 1, found: 0 });
        }
        let mut numbers = BTreeMap::new();
        let mut has_positive = Vec::new();
        let mut of_case = Vec::with_capacity(clusters.len());
        for (key, &positive) in clusters.iter().zip(positive) {
            let next = u32::try_from(numbers.len()).expect("fewer than 2^32 clusters");
            let number = *numbers.entry(key).or_insert(next);
            if number == next {
                has_positive.push(false);
            }
            has_positive[number as usize] |= positive;
            of_case.push(number);
        }
        let stratum =
            |with: bool| (0..).zip(&has_positive).filter(|(_, has)| **has == with).map(|(at, _)| at).collect();
        Ok(Self { seed, of_case, strata: [stratum(true), stratum(false)] })
    }

    /// Containers with a positive case, and containers without one.
    pub fn clusters(&self) -> (usize, usize) {
        (self.strata[0].len(), self.strata[1].len())
    }

    /// How often round number `round` takes every case, into `counts`.
    pub fn draw(&self, round: u64, counts: &mut Vec<u32>) {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(round);
        let mut drawn = vec![0_u32; self.strata[0].len() + self.strata[1].len()];
        for stratum in &self.strata {
            let count = stratum.len() as u32;
            for _ in 0..count {
                drawn[stratum[random.random_range(0..count) as usize] as usize] += 1;
            }
        }
        counts.clear();
        counts.extend(self.of_case.iter().map(|&cluster| drawn[cluster as usize]));
    }

    /// Measures some rounds: `measure` gets the count of every case and writes `figures` numbers, NaN for what a round leaves undefined.
    ///
    /// A part of the rounds has the same numbers as in the whole: [`Self::run_on`] splits them over threads.
    pub fn run(&self, rounds: Range<u64>, figures: usize, mut measure: impl FnMut(&[u32], &mut [f64])) -> Rounds {
        let count = rounds.end.saturating_sub(rounds.start) as usize;
        let mut values = vec![f64::NAN; count * figures];
        let mut counts = Vec::with_capacity(self.of_case.len());
        for (round, row) in rounds.zip(values.chunks_exact_mut(figures.max(1))) {
            self.draw(round, &mut counts);
            measure(&counts, row);
        }
        Rounds { figures, values }
    }

    /// `count` rounds split over `threads`, each with a `measure` of its own; the same numbers as [`Self::run`] gives.
    pub fn run_on<M: FnMut(&[u32], &mut [f64])>(
        &self,
        threads: usize,
        count: u64,
        figures: usize,
        measure: impl Fn() -> M + Sync,
    ) -> Rounds {
        let threads = threads.clamp(1, 64) as u64;
        let edge = |thread: u64| count * thread / threads;
        let part = |thread: u64| self.run(edge(thread)..edge(thread + 1), figures, measure()).values;
        let values = std::thread::scope(|scope| {
            let part = &part;
            let handles: Vec<_> = (1..threads).map(|thread| scope.spawn(move || part(thread))).collect();
            let mut values = part(0);
            for handle in handles {
                values.extend(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            values
        });
        Rounds { figures, values }
    }
}

/// The figures of every round.
#[derive(Debug, Clone, PartialEq)]
pub struct Rounds {
    figures: usize,
    /// Round by round.
    values: Vec<f64>,
}

impl Rounds {
    /// The rounds, each its figures.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.figures.max(1))
    }

    /// The percentile interval of figure number `figure`.
    ///
    /// # Errors
    ///
    /// As [`Rounds::interval_of`].
    ///
    /// # Panics
    ///
    /// Without such a figure.
    pub fn interval(&self, figure: usize, level: f64) -> Result<Option<Interval>> {
        assert!(figure < self.figures, "figure {figure} of {}", self.figures);
        self.interval_of(level, |row| row[figure])
    }

    /// The percentile interval of `first` minus `second`, round by round: paired, since both saw the same containers.
    ///
    /// # Errors
    ///
    /// As [`Rounds::interval_of`].
    ///
    /// # Panics
    ///
    /// Without such figures.
    pub fn difference(&self, first: usize, second: usize, level: f64) -> Result<Option<Interval>> {
        self.interval_of(level, |row| row[first] - row[second])
    }

    /// The percentile interval of anything made of a round's figures: its quantiles at `(1 - level) / 2` and `(1 + level) / 2`.
    ///
    /// Rounds without a number are left out; where they are more than one in twenty there is no interval (`None`), because what the rest
    /// tells is no longer about the cases at hand.
    ///
    /// # Errors
    ///
    /// [`Error::Few`] with fewer than `2 / (1 - level)` rounds, whose extremes were the interval; [`Error::Range`] for a level outside
    /// (0, 1).
    pub fn interval_of(&self, level: f64, figure: impl Fn(&[f64]) -> f64) -> Result<Option<Interval>> {
        let tail = (1.0 - checked_level(level)?) / 2.0;
        let (rounds, needed) = (self.rows().len(), (1.0 / tail - 1e-9).ceil() as u64);
        if (rounds as u64) < needed {
            return Err(Error::Few { what: "a percentile interval (of rounds)", needed, found: rounds as u64 });
        }
        let mut values: Vec<f64> = self.rows().map(figure).filter(|value| !value.is_nan()).collect();
        if (rounds - values.len()) * 20 > rounds {
            return Ok(None);
        }
        values.sort_unstable_by(f64::total_cmp);
        let ends = quantile(&values, tail).zip(quantile(&values, 1.0 - tail));
        Ok(ends.map(|(low, high)| Interval { low, high, level }))
    }
}
