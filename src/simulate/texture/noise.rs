//! Gradient noise: unlike noise of random values on a lattice it shows no squares.

use super::bits;

/// One octave of gradient noise (Perlin, "An Image Synthesizer", SIGGRAPH 1985), asked for along a line: neighbours share
/// what they need of the lattice.
#[derive(Clone)]
pub(super) struct Octave {
    seed: u64,
    /// The u that was asked for last and the lattice row; NaN at first.
    u: f64,
    row: f64,
    /// At the row and above: the value where the line crosses it, and the slope along the line.
    edges: [[f64; 2]; 2],
}

/// Brings gradient noise, whose standard deviation is about 0.25, to that of blended random values.
const SCALE: f64 = 1.45;

impl Octave {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, u: f64::NAN, row: f64::NAN, edges: [[0.0; 2]; 2] }
    }

    /// The noise at a place in lattice units.
    #[inline]
    pub(super) fn at(&mut self, u: f64, v: f64) -> f64 {
        let row = v.floor();
        if row != self.row || u != self.u {
            self.edges = [self.edge(u, row), self.edge(u, row + 1.0)];
            (self.u, self.row) = (u, row);
        }
        let [low, high] = self.edges;
        let (below, above) = (v - row, v - row - 1.0);
        let share = smooth(below);
        SCALE * ((low[0] + low[1] * below) * (1.0 - share) + (high[0] + high[1] * above) * share)
    }

    fn edge(&self, u: f64, row: f64) -> [f64; 2] {
        let left = u.floor();
        let share = smooth(u - left);
        let corner = |column: f64| {
            let h = bits(self.seed, column as i64, row as i64, 0);
            let unit = |bits: u64| (bits & 0xffff) as f64 / 32_767.5 - 1.0;
            let (x, y) = (unit(h), unit(h >> 16));
            [x * (u - column), y]
        };
        let (a, b) = (corner(left), corner(left + 1.0));
        [0, 1].map(|n| a[n] * (1.0 - share) + b[n] * share)
    }
}

/// Smoothly from 0 to 1, slope and curvature 0 at both ends.
#[inline]
fn smooth(t: f64) -> f64 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}
