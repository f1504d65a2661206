//! How matter varies from place to place, as the picture shows it.

/// How a solid's density varies as the beam sees it, by position in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Texture {
    /// Not at all.
    Even,
    /// Smooth random variation by the factor 1 ± amplitude, with features of the given sizes in mm along x and y.
    Grain { amplitude: f64, size: [f64; 2], seed: u64 },
    /// Ribs upright: a corrugated sheet seen face on, flats and 45° slopes (where the path is √2 times longer), one
    /// period a `pitch` mm.
    Corrugated { pitch: f64 },
}

impl Texture {
    /// The factor on the path length at a place of the picture.
    #[cfg(test)]
    pub(super) fn factor(&self, x: f64, y: f64) -> f64 {
        self.column(x).factor(y)
    }

    /// The texture along a line of constant x.
    pub(super) fn column(&self, x: f64) -> TextureColumn {
        match *self {
            Self::Even => TextureColumn::Constant(1.0),
            Self::Grain { amplitude, size, seed } => {
                let u = x / size[0];
                let octaves = [Octave::new(u, seed), Octave::new(2.1 * u, seed ^ 0x9e37)];
                TextureColumn::Grain { amplitude, size: size[1], octaves }
            }
            Self::Corrugated { pitch } => {
                let phase = (x / pitch).rem_euclid(1.0);
                let slope = (0.25..0.5).contains(&phase) || (0.75..1.0).contains(&phase);
                TextureColumn::Constant(if slope { std::f64::consts::SQRT_2 } else { 1.0 })
            }
        }
    }
}

/// A [`Texture`] at one x. Rows are asked for one after another, and neighbours share what they need.
pub(super) enum TextureColumn {
    Constant(f64),
    Grain { amplitude: f64, size: f64, octaves: [Octave; 2] },
}

impl TextureColumn {
    /// The factor on the path length at height y.
    #[inline]
    pub(super) fn factor(&mut self, y: f64) -> f64 {
        match self {
            Self::Constant(factor) => *factor,
            Self::Grain { amplitude, size, octaves: [coarse, fine] } => {
                let v = y / *size;
                let sum = coarse.at(v) + 0.5 * fine.at(2.1 * v);
                (1.0 + *amplitude * sum / 1.1).max(0.0)
            }
        }
    }
}

/// Value noise in -1..1 along a line: random values on a unit lattice, blended smoothly between.
pub(super) struct Octave {
    seed: u64,
    /// The lattice column left of the line, and how far the line is from it, smoothed.
    left: f64,
    share: f64,
    /// The lattice row that was asked for last, and the values at it and above.
    row: f64,
    low: f64,
    high: f64,
}

/// Smoothly from 0 to 1.
#[inline]
fn smooth(t: f64) -> f64 {
    t * t * (3.0 - 2.0 * t)
}

impl Octave {
    fn new(u: f64, seed: u64) -> Self {
        let left = u.floor();
        Self { seed, left, share: smooth(u - left), row: f64::NAN, low: 0.0, high: 0.0 }
    }

    #[inline]
    fn at(&mut self, v: f64) -> f64 {
        let row = v.floor();
        if row != self.row {
            let edge = |row: f64| {
                let value = |column: f64| hash_unit(column as i64, row as i64, self.seed);
                value(self.left) * (1.0 - self.share) + value(self.left + 1.0) * self.share
            };
            (self.low, self.high) = (edge(row), edge(row + 1.0));
            self.row = row;
        }
        let share = smooth(v - row);
        self.low * (1.0 - share) + self.high * share
    }
}

/// A value in -1..1 from a lattice point (the finaliser of `SplitMix64`).
fn hash_unit(x: i64, y: i64, seed: u64) -> f64 {
    let mut z = seed
        ^ (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (y as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(31);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grain_keeps_the_mean_and_its_amplitude() {
        let texture = Texture::Grain { amplitude: 0.1, size: [20.0, 20.0], seed: 7 };
        let values: Vec<f64> =
            (0..40_000).map(|i| texture.factor(f64::from(i % 200) * 7.3, f64::from(i / 200) * 6.1)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(values.iter().all(|v| (0.85..=1.15).contains(v)));
        assert!(values.iter().any(|v| *v > 1.05) && values.iter().any(|v| *v < 0.95));
    }
}
