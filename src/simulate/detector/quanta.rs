//! Detected photons: a Poisson number from a normal one.

/// From this mean on the normal distribution, with its skew, stands for Poisson's.
const MANY: f64 = 30.0;

/// How many photons are detected where `mean` are expected, as a function of one number `z` from the standard normal
/// distribution: what is in one pixel then changes no other pixel's noise.
///
/// Few photons are counted: the least count whose cumulated chance exceeds that of `z`. Many are normally distributed with the
/// skew of Poisson's distribution (E. A. Cornish, R. A. Fisher, Rev. Inst. Int. Stat. 5, 307 (1938), to the first order).
/// Neither needs to be cut off at zero, which would make dark pixels brighter than they are.
pub(super) fn detected(mean: f64, z: f64) -> f64 {
    if mean >= MANY {
        return mean + mean.sqrt() * z + (z * z - 1.0) / 6.0;
    }
    let chance = cumulated(z);
    let mut term = (-mean.max(0.0)).exp();
    let (mut sum, mut count) = (term, 0.0);
    // Six standard deviations over the mean and more: what is left is under the error of the chance.
    while sum < chance && count < 3.0 * MANY {
        count += 1.0;
        term *= mean / count;
        sum += term;
    }
    count
}

/// The chance that a standard normal number is below `z`, within 1.5e-7: formula 7.1.26 of M. Abramowitz and I. A. Stegun,
/// "Handbook of Mathematical Functions" (1964).
fn cumulated(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series =
        t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let beyond = 0.5 * series * (-x * x).exp();
    if z < 0.0 { beyond } else { 1.0 - beyond }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::ScanKey;

    #[test]
    fn chances_are_those_of_the_tables() {
        for (z, chance) in [(0.0, 0.5), (1.0, 0.841_344_7), (-1.96, 0.024_997_9), (3.0, 0.998_650_1)] {
            assert!((cumulated(z) - chance).abs() < 2e-7, "{z}: {}", cumulated(z));
        }
    }

    #[test]
    fn means_variances_and_skews_are_poissons_however_few_there_are() {
        let mut draw = ScanKey::new(2, 2).stream("test", 0);
        let normal: Vec<f64> = (0..200_000).map(|_| draw.normal()).collect();
        let count = normal.len() as f64;
        for mean in [0.02, 0.3, 2.0, 10.0, 29.0, 31.0, 200.0] {
            let values: Vec<f64> = normal.iter().map(|z| detected(mean, *z)).collect();
            assert!(values.iter().all(|v| *v >= 0.0), "{mean}");
            let found = values.iter().sum::<f64>() / count;
            let moment = |power: i32| values.iter().map(|v| (v - found).powi(power)).sum::<f64>() / count;
            let (variance, skew) = (moment(2), moment(3) / moment(2).powf(1.5));
            // Four standard errors of the mean.
            assert!((found - mean).abs() < 4.0 * (mean / count).sqrt(), "{mean}: mean {found}");
            assert!((variance / mean - 1.0).abs() < 0.06, "{mean}: variance {variance}");
            assert!((skew * mean.sqrt() - 1.0).abs() < 0.2, "{mean}: skew {skew}");
        }
        assert_eq!(detected(0.0, 3.0), 0.0);
    }
}
