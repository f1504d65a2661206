//! The two-sample Kolmogorov-Smirnov test: do a station's recent scores come from where the calibration's came from?

use super::error::{Error, Result, finite};
use super::quantile::sorted;
use std::f64::consts::PI;

/// Up to this many lattice points the p-value is exact.
const EXACT_MOST: u64 = 20_000_000;

/// How a p-value was had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KsMethod {
    /// Over all ways to deal the pooled values to the two samples, ties as they are.
    Exact,
    /// From the limit distribution, too large by a little; with ties by more.
    Asymptotic,
}

/// The outcome of a two-sample Kolmogorov-Smirnov test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KsTest {
    /// The largest distance of the two empirical distribution functions, 0..=1.
    pub statistic: f64,
    /// Probability of a distance at least as large if both samples come from one distribution.
    pub p: f64,
    /// How the p-value was had.
    pub method: KsMethod,
    /// Whether any two of the values are equal.
    pub ties: bool,
}

/// Tests two samples against each other, two-sided.
///
/// The p-value is exact, given the ties, for samples whose sizes have a product of at most 20 million (Schröer and Trenkler,
/// Computational Statistics and Data Analysis 20, 1995; the recursion over lattice paths runs on the complement, so that small p-values keep
/// their digits); otherwise Kolmogorov's limit at `D sqrt(m n / (m + n))`.
///
/// # Errors
///
/// [`Error::Few`] for an empty sample, [`Error::NotANumber`] for a value that is not finite.
pub fn kolmogorov_smirnov(first: &[f64], second: &[f64]) -> Result<KsTest> {
    finite("first sample", first)?;
    finite("second sample", second)?;
    if first.is_empty() || second.is_empty() {
        return Err(Error::Few { what: "each sample of the Kolmogorov-Smirnov test", needed: 1, found: 0 });
    }
    let (a, b) = (sorted(first), sorted(second));
    let (m, n) = (a.len() as u64, b.len() as u64);
    // Whether the pooled values end a tie group after the k-th, from k = 0.
    let mut ends = vec![false; (m + n + 1) as usize];
    let (mut i, mut j, mut distance) = (0, 0, 0);
    while i < a.len() || j < b.len() {
        let next = a.get(i).copied().unwrap_or(f64::INFINITY).min(b.get(j).copied().unwrap_or(f64::INFINITY));
        i += a[i..].iter().take_while(|value| **value == next).count();
        j += b[j..].iter().take_while(|value| **value == next).count();
        ends[i + j] = true;
        distance = distance.max((i as u64 * n).abs_diff(j as u64 * m));
    }
    let ties = ends[1..].iter().any(|end| !end);
    let statistic = distance as f64 / (m * n) as f64;
    let (p, method) = if m.saturating_mul(n) <= EXACT_MOST {
        (exact(m, n, distance, &ends), KsMethod::Exact)
    } else {
        let scale = (m as f64 * n as f64 / (m + n) as f64).sqrt();
        (kolmogorov_tail(statistic * scale), KsMethod::Asymptotic)
    };
    Ok(KsTest { statistic, p, method, ties })
}

/// The share of the lattice paths from (0, 0) to (m, n) that come to a distance of at least `distance`, in units of `1 / (m n)`, at
/// the end of a tie group.
fn exact(m: u64, n: u64, distance: u64, ends: &[bool]) -> f64 {
    if distance == 0 {
        return 1.0;
    }
    let inverse: Vec<f64> = (0..=m + n).map(|sum| 1.0 / sum as f64).collect();
    // reached[j]: the share of the paths to (i, j) that have been so far away; all dealings of i + j values are equally likely, so
    // the last value came from the first sample with probability i / (i + j).
    let mut reached = vec![0.0; n as usize + 1];
    for i in 0..=m {
        let mut left = 0.0;
        for j in 0..=n {
            let sum = (i + j) as usize;
            let far = ends[sum] && (i * n).abs_diff(j * m) >= distance;
            let share = if far {
                1.0
            } else if sum == 0 {
                0.0
            } else {
                (i as f64 * reached[j as usize] + j as f64 * left) * inverse[sum]
            };
            reached[j as usize] = share;
            left = share;
        }
    }
    reached[n as usize].min(1.0)
}

/// `P(K > x)` of Kolmogorov's distribution: `2 sum (-1)^(k-1) exp(-2 k^2 x^2)`, for small `x` by its theta function.
pub fn kolmogorov_tail(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        let below: f64 = (0..4).map(|k| (-((2 * k + 1) as f64 * PI / x).powi(2) / 8.0).exp()).sum();
        return 1.0 - (2.0 * PI).sqrt() / x * below;
    }
    2.0 * (1..10).map(|k| if k % 2 == 1 { 1.0 } else { -1.0 } * (-2.0 * f64::from(k * k) * x * x).exp()).sum::<f64>()
}
