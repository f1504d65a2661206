//! How matter varies from place to place within a solid: grain, ribs, and things too many to be solids of their own.
//!
//! Every texture is fixed to its solid's own frame: it turns with what is tilted, and is magnified by depth as its solid is.

mod cells;
mod folds;
mod noise;
mod plates;
mod rounds;

use super::solid::{Placed, Vector};
pub(super) use cells::{COIL, Cells};
pub(super) use folds::Folds;
pub(super) use plates::Plates;
pub(super) use rounds::Rounds;

/// How a solid's density varies. Factors have a mean of 1 over the solid's box, so that a texture does not change a mass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Texture {
    /// Not at all.
    Even,
    /// Smooth random variation by the factor 1 ± amplitude, with features of the given sizes in mm along x and y.
    Grain { amplitude: f64, size: [f64; 2], seed: u64 },
    /// Ribs upright: a corrugated sheet seen face on, flats and 45° slopes (where the path is √2 times longer), one
    /// period a `pitch` mm.
    Corrugated { pitch: f64 },
    /// Upright rounds in rows and layers: cans, bottles, jars.
    Rounds(Rounds),
    /// Thin things side by side, seen edge on: garments on a bar.
    Plates(Plates),
    /// Like things in the compartments of a carton.
    Cells(Cells),
    /// Stacks of folded cloth.
    Folds(Folds),
}

/// A texture on a solid, ready to be asked for one ray after another of a column.
#[derive(Clone)]
pub(super) struct Sampler<'a> {
    body: &'a Placed,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Even,
    Grain { amplitude: f64, size: [f64; 2], octaves: [noise::Octave; 2] },
    Corrugated { pitch: f64 },
    Rounds(rounds::Line),
    Plates(plates::Line),
    Cells(cells::Line),
    Folds(folds::Line),
}

/// A ray in a texture's own frame: where it meets the solid's middle plane and how far it moves a mm of depth.
#[derive(Debug, Clone, Copy)]
struct Sight {
    u: f64,
    v: f64,
    du: f64,
    dv: f64,
}

impl Texture {
    /// The same texture with another seed: the same sort of goods, another piece of it.
    pub(super) fn reseeded(self, seed: u64) -> Self {
        match self {
            Self::Even | Self::Corrugated { .. } => self,
            Self::Grain { amplitude, size, .. } => Self::Grain { amplitude, size, seed },
            Self::Rounds(own) => Self::Rounds(Rounds { seed, ..own }),
            Self::Plates(own) => Self::Plates(Plates { seed, ..own }),
            Self::Cells(own) => Self::Cells(Cells { seed, ..own }),
            Self::Folds(own) => Self::Folds(Folds { seed, ..own }),
        }
    }

    /// The texture on this body.
    pub(super) fn sampler<'a>(&self, body: &'a Placed) -> Sampler<'a> {
        let half = body.shape.half();
        let kind = match *self {
            Self::Even => Kind::Even,
            Self::Grain { amplitude, size, seed } => {
                Kind::Grain { amplitude, size, octaves: [0, 0x9e37].map(|n| noise::Octave::new(seed ^ n)) }
            }
            Self::Corrugated { pitch } => Kind::Corrugated { pitch },
            Self::Rounds(rounds) => Kind::Rounds(rounds.line(half)),
            Self::Plates(plates) => Kind::Plates(plates.line(half)),
            Self::Cells(cells) => Kind::Cells(cells.line(half)),
            Self::Folds(folds) => Kind::Folds(folds.line(half)),
        };
        Sampler { body, kind }
    }
}

impl Sampler<'_> {
    /// The factor on the path of the ray `from + t * along` through the solid.
    #[inline]
    pub(super) fn factor(&mut self, from: Vector, along: Vector) -> f64 {
        match &mut self.kind {
            Kind::Even => 1.0,
            Kind::Corrugated { pitch } => {
                let phase = (from[0] / *pitch).rem_euclid(1.0);
                let slope = (0.25..0.5).contains(&phase) || (0.75..1.0).contains(&phase);
                if slope { std::f64::consts::SQRT_2 } else { 1.0 }
            }
            Kind::Grain { amplitude, size, octaves: [coarse, fine] } => {
                let sight = sight(self.body, from, along);
                // Neighbours share no lattice: the grain starts at the scene's origin, not at each solid's middle.
                let (u, v) = ((sight.u + self.body.centre[0]) / size[0], (sight.v + self.body.centre[1]) / size[1]);
                let sum = coarse.at(u, v) + 0.6 * fine.at(2.03 * u + 0.31, 1.97 * v + 0.47);
                (1.0 + *amplitude * sum).max(0.0)
            }
            Kind::Rounds(line) => line.factor(sight(self.body, from, along)),
            Kind::Plates(line) => line.factor(sight(self.body, from, along)),
            Kind::Cells(line) => line.factor(sight(self.body, from, along)),
            Kind::Folds(line) => line.factor(sight(self.body, from, along)),
        }
    }
}

/// The ray as the body's own axes have it, depth being the axis that it runs along most.
#[inline]
fn sight(body: &Placed, from: Vector, along: Vector) -> Sight {
    let mut at = [from[0] - body.centre[0], from[1] - body.centre[1], from[2] - body.centre[2]];
    let mut way = along;
    if let Some(rows) = &body.rotation {
        let dot = |a: &Vector, b: &Vector| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        (at, way) = (rows.map(|row| dot(&row, &at)), rows.map(|row| dot(&row, &way)));
    }
    let steep = way.map(f64::abs);
    let [u, v, depth] = if steep[2] >= steep[0] && steep[2] >= steep[1] {
        [0, 1, 2]
    } else if steep[0] >= steep[1] {
        [2, 1, 0]
    } else {
        [0, 2, 1]
    };
    let (du, dv) = (way[u] / way[depth], way[v] / way[depth]);
    Sight { u: at[u] - at[depth] * du, v: at[v] - at[depth] * dv, du, dv }
}

/// A value in 0..1 from numbers: the finaliser of `SplitMix64`.
#[inline]
fn hash(seed: u64, x: i64, y: i64, z: i64) -> f64 {
    (bits(seed, x, y, z) >> 11) as f64 / (1u64 << 53) as f64
}

#[inline]
fn bits(seed: u64, x: i64, y: i64, z: i64) -> u64 {
    let mut h = seed
        ^ (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (y as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(31)
        ^ (z as u64).wrapping_mul(0x1656_67b1_9e37_79f9).rotate_left(17);
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

#[cfg(test)]
mod tests;
