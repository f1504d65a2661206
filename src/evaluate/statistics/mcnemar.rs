//! The test of `McNemar`: do two models answer the same cases differently often?

use super::interval::Paired;
use super::special::{binomial_cdf, binomial_pmf};

/// The exact two-sided p-value: twice the smaller binomial tail of the cases where only one says yes, at most 1.
///
/// `min(1, 2 P(X <= min(b, c)))` with `X` binomial of `b + c` trials at 1/2 (`McNemar`, Psychometrika 12, 1947). 1 where the models never
/// disagree.
pub fn mcnemar_exact(paired: &Paired) -> f64 {
    let (least, trials) = disagreements(paired);
    (2.0 * binomial_cdf(least, trials, 0.5)).min(1.0)
}

/// The mid-p value: the exact one less the probability of what was seen, nearer to its level than the exact one and seldom above.
///
/// `2 P(X <= min(b, c)) - P(X = min(b, c))` (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13, 2013, 91). 1 where
/// `b = c`.
pub fn mcnemar_mid_p(paired: &Paired) -> f64 {
    let (least, trials) = disagreements(paired);
    if 2 * least == trials {
        return 1.0;
    }
    2.0 * binomial_cdf(least, trials, 0.5) - binomial_pmf(least, trials, 0.5)
}

fn disagreements(paired: &Paired) -> (u64, u64) {
    (paired.first_only.min(paired.second_only), paired.first_only + paired.second_only)
}
