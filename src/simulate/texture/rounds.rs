//! Upright rounds - cans, bottles, jars - in rows, layer on layer: thousands of them in one solid, each in its own place.

use super::{Sight, hash};
use std::f64::consts::PI;

/// Rounds that fill a box: rows one behind another across, layers upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::simulate) struct Rounds {
    /// From one to the next in a row, mm.
    pub(in crate::simulate) pitch: f64,
    /// Largest radius, mm.
    pub(in crate::simulate) radius: f64,
    /// Height of a layer, mm.
    pub(in crate::simulate) layer: f64,
    /// Going up a layer: share of its height, share of the radius there, and density over that of the filling from there on.
    pub(in crate::simulate) profile: &'static [[f64; 3]],
    /// Thickness of the wall in mm and its density over that of the filling.
    pub(in crate::simulate) wall: [f64; 2],
    /// Every other row stands in the gaps of the one before, as on a pallet of cans; in cartons they stand in line.
    pub(in crate::simulate) staggered: bool,
    /// Rows that share a carton: they are out of line together.
    pub(in crate::simulate) group: i64,
    /// How far in mm a group is out of line at most; each round by a fifth of that.
    pub(in crate::simulate) jitter: f64,
    /// Share of rounds that are not there.
    pub(in crate::simulate) missing: f64,
    /// Seed of places.
    pub(in crate::simulate) seed: u64,
}

impl Rounds {
    /// Rows across a depth, and from one to the next.
    fn rows(&self, deep: f64) -> (usize, f64) {
        let least = if self.staggered { 0.8661 * self.pitch } else { self.pitch };
        let rows = ((deep - self.pitch) / least + 1.0).floor().max(1.0);
        (rows as usize, if rows > 1.0 { (deep - self.pitch) / (rows - 1.0) } else { 0.0 })
    }

    /// Radius over the largest one, and density over the filling's, at a share of a layer's height.
    #[inline]
    fn at(&self, share: f64) -> (f64, f64) {
        let mut last = [0.0, 0.0, 0.0];
        for knot in self.profile {
            if share < knot[0] {
                let part = (share - last[0]) / (knot[0] - last[0]).max(1e-9);
                return (last[1] + (knot[1] - last[1]) * part, last[2]);
            }
            last = *knot;
        }
        (last[1], last[2])
    }

    /// Density of a box with these half sides over that of the filling.
    pub(in crate::simulate) fn share(self, half: [f64; 3]) -> f64 {
        self.line(half).mean / (2.0 * half[2])
    }

    pub(super) fn line(self, half: [f64; 3]) -> Line {
        let [a, b, c] = half;
        let (rows, step) = self.rows(2.0 * c);
        let count = (2.0 * a / self.pitch + 1e-6).floor().max(1.0) as i64;
        let layers = (2.0 * b / self.layer + 1e-6).floor().max(1.0) as i64;
        // Mean section of a round, wall included, over that of its cylinder.
        let section: f64 = (0..64)
            .map(|n| {
                let (r, weight) = self.at((f64::from(n) + 0.5) / 64.0);
                let (outer, inner) = (r * self.radius, (r * self.radius - self.wall[0]).max(0.0));
                PI * (weight * inner * inner + self.wall[1] * (outer * outer - inner * inner))
            })
            .sum::<f64>()
            / 64.0;
        let short = if self.staggered { (rows / 2) as i64 } else { 0 };
        let rounds = (rows as i64 * count - short) as f64 * (1.0 - self.missing);
        let mean = rounds * section * layers as f64 * self.layer / (4.0 * a * b);
        let edge = a - count as f64 * self.pitch / 2.0;
        Line { rounds: self, half, step, count, layers, edge, mean, places: vec![(i64::MIN, i64::MIN, 0.0); rows] }
    }
}

/// Rounds in a box of known size.
#[derive(Clone)]
pub(super) struct Line {
    rounds: Rounds,
    half: [f64; 3],
    step: f64,
    count: i64,
    layers: i64,
    /// From the box's left side to the first round's cell.
    edge: f64,
    /// Mean over the box of the chords of a ray.
    mean: f64,
    /// Of each row the cell and layer that were met last, and where in the cell the round stands; NaN where none does.
    places: Vec<(i64, i64, f64)>,
}

impl Line {
    #[inline]
    pub(super) fn factor(&mut self, sight: Sight) -> f64 {
        let rounds = &self.rounds;
        let mut sum = 0.0;
        let first = -0.5 * self.step * (self.places.len() - 1) as f64;
        for (row, place) in self.places.iter_mut().enumerate() {
            let depth = first + self.step * row as f64;
            let odd = rounds.staggered && row % 2 == 1;
            let height = (sight.v + sight.dv * depth + self.half[1]) / rounds.layer;
            let layer = height.floor();
            let along = (sight.u + sight.du * depth + self.half[0] - self.edge) / rounds.pitch;
            let along = if odd { along - 0.5 } else { along };
            let cell = along.floor();
            let (layer, cell, within, share) = (layer as i64, cell as i64, along - cell, height - layer);
            if layer < 0 || layer >= self.layers || cell < 0 || cell >= self.count - i64::from(odd) {
                continue;
            }
            if (place.0, place.1) != (layer, cell) {
                *place = (layer, cell, Self::place(rounds, row as i64, layer, cell));
            }
            let away = ((within - 0.5) * rounds.pitch - place.2).abs();
            let (r, weight) = rounds.at(share);
            let outer = r * rounds.radius;
            if away < outer {
                let inner = outer - rounds.wall[0];
                let chord = 2.0 * (outer * outer - away * away).sqrt();
                let filling = if away < inner { 2.0 * (inner * inner - away * away).sqrt() } else { 0.0 };
                sum += weight * filling + rounds.wall[1] * (chord - filling);
            }
        }
        sum / self.mean
    }

    fn place(rounds: &Rounds, row: i64, layer: i64, cell: i64) -> f64 {
        if hash(rounds.seed, row, layer, cell ^ 0x5555) < rounds.missing {
            return f64::NAN;
        }
        let group = hash(rounds.seed, row / rounds.group.max(1), layer, -7) - 0.5;
        let own = hash(rounds.seed, row, layer, cell) - 0.5;
        let free = (rounds.pitch / 2.0 - rounds.radius).max(0.2);
        (2.0 * rounds.jitter * group + 0.4 * rounds.jitter * own).clamp(-free, free)
    }
}
