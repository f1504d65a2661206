//! Transmission to attenuation, and the dual-energy ratio.

use super::transmission::Source;

/// Transmission is cut here: a little over 1, so that the noise of air stays even on both sides.
const MOST: f32 = 1.25;

/// The natural logarithm of a positive, normal, finite number.
///
/// The mantissa is brought to sqrt(1/2)..sqrt(2) and its logarithm taken from the polynomial of Cephes' `logf`
/// (Moshier); the error is below 2 units in the last place. Made of additions and multiplications only, the loop over
/// a row becomes vector code, and every platform gives the same bits, which the C library's does not.
#[inline]
fn ln(x: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let shifted = x.to_bits().wrapping_sub(SQRT_HALF);
    let exponent = ((shifted as i32) >> 23) as f32;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(SQRT_HALF)) - 1.0;
    let mut p = 7.037_683_6e-2;
    for c in [
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_7e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ] {
        p = p * m + c;
    }
    let square = m * m;
    // ln 2 in two parts, so that nothing is lost where the exponent is large.
    let tail = p * m * square - 2.121_944_4e-4 * exponent - 0.5 * square;
    m + tail + 0.693_359_4 * exponent
}

/// Brings transmission to `floor`..1.25 in place and writes the attenuation -ln T, from 0 to -ln `floor`.
pub(super) fn attenuation(transmission: &mut [f32], out: &mut [f32], floor: f32) {
    for (t, a) in transmission.iter_mut().zip(out) {
        *t = t.max(floor).min(MOST);
        *a = (-ln(*t)).max(0.0);
    }
}

/// Low-energy attenuation over high-energy attenuation; 1 where the latter is below `least`.
pub(super) fn ratio(high: &[f32], low: &[f32], out: &mut [f32], least: f32) {
    for ((r, &high), &low) in out.iter_mut().zip(high).zip(low) {
        let quotient = low / high.max(least);
        *r = if high >= least { quotient } else { 1.0 };
    }
}

/// The median of first over second attenuation where both planes absorb well and are penetrated; nothing where too
/// few pixels do. Above 1 the first plane is the one with the lower energy.
pub(super) fn first_over_second(first: &Source<'_>, second: &Source<'_>) -> Option<f32> {
    let dense = 0.05..0.6;
    let (height, width) = first.dim();
    let (mut a, mut b) = (vec![0.0; width], vec![0.0; width]);
    let mut quotients = Vec::new();
    for row in (0..height).step_by((height / 128).max(1)) {
        first.read(row, 0, &mut a);
        second.read(row, 0, &mut b);
        for (&a, &b) in a.iter().zip(&b).step_by(7) {
            if dense.contains(&a) && dense.contains(&b) {
                quotients.push(ln(a) / ln(b));
            }
        }
    }
    (quotients.len() >= 50).then(|| super::robust::median(&mut quotients))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_agrees_with_the_exact_logarithm() {
        let mut x = 1e-5f32;
        let mut compared = 0;
        while x < 1.3 {
            let exact = f64::from(x).ln();
            assert!((f64::from(ln(x)) - exact).abs() <= 2e-7 * exact.abs().max(1e-1), "{x}: {} {exact}", ln(x));
            x *= 1.000_37;
            compared += 1;
        }
        assert!(compared > 30_000);
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn attenuation_lies_between_zero_and_the_floor() {
        let mut t = [-0.5, 0.0, 0.01, 1.0, 1.3];
        let mut a = [9.0; 5];
        attenuation(&mut t, &mut a, 0.001);
        assert_eq!(t, [0.001, 0.001, 0.01, 1.0, 1.25]);
        let expected = [6.907_755, 6.907_755, 4.605_17, 0.0, 0.0];
        assert!(a.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-5), "{a:?}");
    }

    #[test]
    fn the_ratio_is_one_where_too_little_absorbs() {
        let mut r = [0.0; 3];
        ratio(&[0.01, 0.5, 2.0], &[0.04, 0.6, 3.0], &mut r, 0.05);
        assert_eq!(r, [1.0, 0.6 / 0.5, 1.5]);
    }
}
