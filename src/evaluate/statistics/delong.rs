//! The variance of ROC-AUCs by `DeLong` and the test of two on the same cases.
//!
//! `DeLong`, `DeLong` and Clarke-Pearson, Biometrics 44, 1988, 837-845; by midranks in O(n log n) as Sun and Xu, IEEE Signal Processing
//! Letters 21, 2014, 1389-1393.

use super::error::{Error, Result, level as checked_level, numbers, same_length};
use super::interval::Interval;
use super::special::{two_sided, two_sided_p};

/// An ROC-AUC with what each case adds to it.
#[derive(Debug, Clone)]
pub struct DeLong {
    auc: f64,
    /// For every positive case, in the order of the cases: share of the negative cases below it, ties half.
    positive: Vec<f64>,
    /// For every negative case: share of the positive cases above it, ties half.
    negative: Vec<f64>,
    labels: Vec<bool>,
}

impl DeLong {
    /// The AUC of `scores` and its structural components.
    ///
    /// # Errors
    ///
    /// [`Error::Few`] with fewer than two cases of a class, which leave no variance; [`Error::NotANumber`] for a NaN score;
    /// [`Error::Lengths`] where the lists differ in length.
    pub fn new(scores: &[f64], positive: &[bool]) -> Result<Self> {
        same_length("labels", scores.len(), positive.len())?;
        numbers("scores", scores)?;
        let of = |class: bool| -> Vec<f64> {
            scores.iter().zip(positive).filter(|(_, label)| **label == class).map(|(score, _)| *score).collect()
        };
        let (hits, rest) = (of(true), of(false));
        let (m, n) = (hits.len(), rest.len());
        let fewest = m.min(n) as u64;
        if fewest < 2 {
            return Err(Error::Few { what: "DeLong's variance, in each class,", needed: 2, found: fewest });
        }
        // A midrank among all less the midrank in the own class counts the other class below, ties half.
        let all: Vec<f64> = hits.iter().chain(&rest).copied().collect();
        let (of_all, of_hits, of_rest) = (midranks(&all), midranks(&hits), midranks(&rest));
        let above: Vec<f64> = of_all.iter().zip(&of_hits).map(|(all, own)| (all - own) / n as f64).collect();
        let below: Vec<f64> = of_all[m..].iter().zip(&of_rest).map(|(all, own)| 1.0 - (all - own) / m as f64).collect();
        let auc = above.iter().sum::<f64>() / m as f64;
        Ok(Self { auc, positive: above, negative: below, labels: positive.to_vec() })
    }

    /// The area under the ROC curve.
    pub fn auc(&self) -> f64 {
        self.auc
    }

    /// The variance of the AUC.
    pub fn variance(&self) -> f64 {
        self.sum(self)
    }

    /// The covariance of two AUCs of the same cases.
    ///
    /// # Errors
    ///
    /// [`Error::Lengths`] where the two were not made of the same labels.
    pub fn covariance(&self, other: &Self) -> Result<f64> {
        same_length("labels of the second", self.labels.len(), other.labels.len())?;
        let same = self.labels.iter().zip(&other.labels).filter(|(a, b)| a == b).count();
        same_length("cases with the same label in both", self.labels.len(), same)?;
        Ok(self.sum(other))
    }

    fn sum(&self, other: &Self) -> f64 {
        sample_covariance(&self.positive, &other.positive) / self.positive.len() as f64
            + sample_covariance(&self.negative, &other.negative) / self.negative.len() as f64
    }

    /// `auc +- z sqrt(variance)`, cut to 0..=1.
    ///
    /// # Errors
    ///
    /// [`Error::Range`] for a level outside (0, 1).
    pub fn interval(&self, level: f64) -> Result<Interval> {
        let reach = two_sided(checked_level(level)?) * self.variance().sqrt();
        Ok(Interval { low: (self.auc - reach).max(0.0), high: (self.auc + reach).min(1.0), level })
    }

    /// The interval taken on the logit scale, better near 0 and 1 (Pepe 2003, section 4.3.3):
    /// `logit(auc) +- z sqrt(variance) / (auc (1 - auc))`, back by the logistic function. `None` where the AUC is 0 or 1, which have no logit.
    ///
    /// # Errors
    ///
    /// [`Error::Range`] for a level outside (0, 1).
    pub fn logit_interval(&self, level: f64) -> Result<Option<Interval>> {
        let slope = self.auc * (1.0 - self.auc);
        let z = two_sided(checked_level(level)?);
        if slope <= 0.0 {
            return Ok(None);
        }
        let (centre, reach) = ((self.auc / (1.0 - self.auc)).ln(), z * self.variance().sqrt() / slope);
        let back = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        Ok(Some(Interval { low: back(centre - reach), high: back(centre + reach), level }))
    }

    /// Compares two models on the same cases: this one's AUC minus `other`'s.
    ///
    /// # Errors
    ///
    /// As [`DeLong::covariance`] and [`DeLong::interval`].
    pub fn compare(&self, other: &Self, level: f64) -> Result<AucDifference> {
        let covariance = self.covariance(other)?;
        let reach = two_sided(checked_level(level)?);
        let difference = self.auc - other.auc;
        // Equal scores leave rounding of the size of the variances' own.
        let scale = self.variance() + other.variance();
        let variance = scale - 2.0 * covariance;
        let standard_error = if variance <= 1e-14 * scale { 0.0 } else { variance.sqrt() };
        let z = if difference == 0.0 { 0.0 } else { difference / standard_error };
        let interval =
            Interval { low: difference - reach * standard_error, high: difference + reach * standard_error, level };
        Ok(AucDifference { difference, standard_error, z, p: two_sided_p(z), interval })
    }
}

/// The difference of two AUCs on the same cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AucDifference {
    /// First minus second.
    pub difference: f64,
    /// Its standard error; 0 for models that rank alike.
    pub standard_error: f64,
    /// `difference / standard_error`; 0 without a difference, infinite for a difference without an error.
    pub z: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// Wald interval of the difference.
    pub interval: Interval,
}

/// Ranks from 1 upwards; equal values share the mean of theirs.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + f64::midpoint(1.0, group.len() as f64);
        for &at in group {
            ranks[at] = rank;
        }
        start += group.len();
    }
    ranks
}

fn sample_covariance(first: &[f64], second: &[f64]) -> f64 {
    let count = first.len() as f64;
    let (mean_first, mean_second) = (first.iter().sum::<f64>() / count, second.iter().sum::<f64>() / count);
    first.iter().zip(second).map(|(a, b)| (a - mean_first) * (b - mean_second)).sum::<f64>() / (count - 1.0)
}
