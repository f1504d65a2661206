//! The normal, beta, binomial and t distributions, as far as the intervals need them.
//!
//! A few short functions instead of a crate of all distributions. The log of a beta function is taken as a difference of small
//! Stirling corrections, not of log gammas in the hundred thousands, which keeps its digits for the large counts of a bench.
//! The normal functions agree with scipy to 1e-12, the others to 1e-9, relative.

use std::f64::consts::{PI, SQRT_2};

/// Below this argument gamma's Stirling series is reached by steps of the recurrence.
const STIRLING_FROM: f64 = 12.0;

/// The part of `ln gamma(x)` that Stirling's formula `(x - 1/2) ln x - x + ln(2 pi) / 2` leaves over, for `x > 0`.
///
/// The asymptotic series `1/(12 x) - 1/(360 x^3) + ...` (Abramowitz and Stegun 6.1.41) from 12 on, its error there is below 1e-16.
fn stirling_rest(x: f64) -> f64 {
    if x < STIRLING_FROM {
        // ln gamma(x) = ln gamma(x + 1) - ln x.
        let step = (x + 0.5) * (1.0 / x).ln_1p() - 1.0;
        return stirling_rest(x + 1.0) + step;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0];
    inverse * terms.iter().rev().fold(0.0, |sum, term| sum * square + term)
}

/// `ln(x^a (1 - x)^b / B(a, b))` for positive `a`, `b` and `x` in (0, 1), without the cancellation of three log gammas.
fn ln_beta_kernel(a: f64, b: f64, x: f64, complement: f64) -> f64 {
    let total = a + b;
    // a ln(x (a + b) / a) + b ln((1 - x)(a + b) / b): both close to zero near the mode.
    let ratio = |part: f64, of: f64| {
        let excess = (part * total - of) / of;
        if excess.abs() < 0.5 { excess.ln_1p() } else { (part * total / of).ln() }
    };
    let mode = a * ratio(x, a) + b * ratio(complement, b);
    mode + 0.5 * (a * b / (2.0 * PI * total)).ln() + stirling_rest(total) - stirling_rest(a) - stirling_rest(b)
}

/// The regularised incomplete beta function `I_x(a, b)`: the probability that a Beta(a, b) variable is at most `x`.
///
/// `a` and `b` positive; `x` is clamped to 0..=1. Lentz's continued fraction (Numerical Recipes 6.4; DLMF 8.17.22).
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).0
}

/// `P(X <= x)` and `P(X > x)` of a Beta(a, b) variable, each accurate where it is small; `complement` is `1 - x`.
fn beta_tails(a: f64, b: f64, x: f64, complement: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if complement <= 0.0 {
        return (1.0, 0.0);
    }
    let front = ln_beta_kernel(a, b, x, complement).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        let low = front * continued_fraction(a, b, x) / a;
        (low, 1.0 - low)
    } else {
        let high = front * continued_fraction(b, a, complement) / b;
        (1.0 - high, high)
    }
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    // Converges in a few times sqrt(max(a, b)) terms.
    let most = 200 + 20 * (a.max(b).sqrt() as usize);
    for term in 1..most {
        let m = term as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The `x` with `I_x(a, b) = probability`, by bisection down to the last bits; `probability` is clamped to 0..=1.
pub fn beta_quantile(a: f64, b: f64, probability: f64) -> f64 {
    if probability <= 0.0 {
        return 0.0;
    }
    if probability >= 1.0 {
        return 1.0;
    }
    // A mirrored search where x lies near 1, so that 1 - x keeps its digits.
    if beta_cdf(a, b, 0.5) < probability {
        let target = 1.0 - probability;
        return 1.0 - bisect(|x| beta_tails(a, b, 1.0 - x, x).1 < target);
    }
    bisect(|x| beta_tails(a, b, x, 1.0 - x).0 < probability)
}

/// The point of 0..=0.5 up to which `below` holds. Halves on the log scale first, so that tiny answers keep their digits.
fn bisect(below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 0.5);
    let mut guess = 0.25;
    for _ in 0..1100 {
        if below(guess) {
            low = guess;
        } else {
            high = guess;
        }
        let next = if low > 0.0 { 0.5 * (low + high) } else { 0.5 * high };
        if next <= low || next >= high || high - low <= 1e-16 * high {
            break;
        }
        guess = next;
    }
    0.5 * (low + high)
}

/// `P(X <= successes)` of a binomial variable of `trials` trials at `rate` (0..=1): `I_{1 - rate}(n - k, k + 1)`.
pub fn binomial_cdf(successes: u64, trials: u64, rate: f64) -> f64 {
    if successes >= trials {
        return 1.0;
    }
    beta_tails((trials - successes) as f64, successes as f64 + 1.0, 1.0 - rate, rate).0
}

/// `P(X = successes)` of a binomial variable of `trials` trials at `rate` (0..=1).
pub fn binomial_pmf(successes: u64, trials: u64, rate: f64) -> f64 {
    let (hits, misses) = (successes as f64, trials.saturating_sub(successes) as f64);
    if successes > trials {
        return 0.0;
    }
    if successes == 0 {
        return (misses * (-rate).ln_1p()).exp();
    }
    if successes == trials {
        return rate.powf(hits);
    }
    // x^k (1 - x)^m / B(k, m) = pmf k m / (k + m).
    (ln_beta_kernel(hits, misses, rate, 1.0 - rate)).exp() * (hits + misses) / (hits * misses)
}

/// `P(Z <= z)` of a standard normal variable.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// The complementary error function, to 1e-14 relative: the Taylor series of erf below 1.5, the continued fraction (DLMF 7.9.3) above.
pub fn erfc(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    if x < 1.5 {
        // erf(x) = 2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!: all terms positive.
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term > 1e-18 * sum {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return 1.0 - 2.0 / PI.sqrt() * (-x * x).exp() * sum;
    }
    if x > 40.0 {
        return 0.0;
    }
    // erfc(x) = exp(-x^2) / sqrt(pi) / (x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), from the far end.
    let terms = (30.0 + 400.0 / (x * x)) as usize;
    let fraction = (1..=terms).rev().fold(x, |rest, n| x + n as f64 / 2.0 / rest);
    (-x * x).exp() / (PI.sqrt() * fraction)
}

/// The standard normal quantile of `probability` in (0, 1); 0 gives minus infinity, 1 infinity.
///
/// Wichura's AS 241 (Applied Statistics 37, 1988), routine PPND16: about 1e-16 relative.
pub fn normal_quantile(probability: f64) -> f64 {
    const CENTRE: ([f64; 8], [f64; 8]) = (
        [
            3.387_132_872_796_366_5,
            133.141_667_891_784_38,
            1_971.590_950_306_551_3,
            13_731.693_765_509_46,
            45_921.953_931_549_87,
            67_265.770_927_008_7,
            33_430.575_583_588_13,
            2_509.080_928_730_122_7,
        ],
        [
            1.0,
            42.313_330_701_600_91,
            687.187_007_492_057_9,
            5_394.196_021_424_751,
            21_213.794_301_586_597,
            39_307.895_800_092_71,
            28_729.085_735_721_943,
            5_226.495_278_852_545,
        ],
    );
    const MIDDLE: ([f64; 8], [f64; 8]) = (
        [
            1.423_437_110_749_683_5,
            4.630_337_846_156_546,
            5.769_497_221_460_691,
            3.647_848_324_763_204_5,
            1.270_458_252_452_368_4,
            0.241_780_725_177_450_6,
            0.022_723_844_989_269_184,
            7.745_450_142_783_414e-4,
        ],
        [
            1.0,
            2.053_191_626_637_759,
            1.676_384_830_183_803_8,
            0.689_767_334_985_1,
            0.148_103_976_427_480_08,
            0.015_198_666_563_616_457,
            5.475_938_084_995_345e-4,
            1.050_750_071_644_416_9e-9,
        ],
    );
    const TAIL: ([f64; 8], [f64; 8]) = (
        [
            6.657_904_643_501_103,
            5.463_784_911_164_114,
            1.784_826_539_917_291_3,
            0.296_560_571_828_504_87,
            0.026_532_189_526_576_124,
            0.001_242_660_947_388_078_4,
            2.711_555_568_743_487_6e-5,
            2.010_334_399_292_288_1e-7,
        ],
        [
            1.0,
            0.599_832_206_555_888,
            0.136_929_880_922_735_8,
            0.014_875_361_290_850_615,
            7.868_691_311_456_133e-4,
            1.846_318_317_510_054_7e-5,
            1.421_511_758_316_446e-7,
            2.044_263_103_389_939_8e-15,
        ],
    );
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    let ratio = |(above, below): &([f64; 8], [f64; 8]), x: f64| {
        let sum = |terms: &[f64; 8]| terms.iter().rev().fold(0.0, |sum, term| sum * x + term);
        sum(above) / sum(below)
    };
    let centred = probability - 0.5;
    if centred.abs() <= 0.425 {
        return centred * ratio(&CENTRE, 0.180_625 - centred * centred);
    }
    let tail = if centred < 0.0 { probability } else { 1.0 - probability };
    let r = (-tail.ln()).sqrt();
    let value = if r <= 5.0 { ratio(&MIDDLE, r - 1.6) } else { ratio(&TAIL, r - 5.0) };
    value.copysign(centred)
}

/// The normal quantile that leaves `(1 - level) / 2` on each side: 1.96 for 0.95.
pub(super) fn two_sided(level: f64) -> f64 {
    -normal_quantile((1.0 - level) / 2.0)
}

/// The t quantile of `freedom` degrees of freedom that leaves `(1 - level) / 2` on each side.
///
/// `t^2 / (freedom + t^2)` is Beta(1/2, freedom / 2).
pub(super) fn two_sided_t(level: f64, freedom: f64) -> f64 {
    // The complement, Beta(freedom / 2, 1/2), is the one that becomes small for a high level.
    let rest = beta_quantile(freedom / 2.0, 0.5, 1.0 - level);
    ((1.0 - rest) / rest * freedom).sqrt()
}

/// The two-sided p-value of a standard normal `z`.
pub(super) fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}
