//! Like things in the compartments of a carton: telephones, chargers, toys, tins of paint.

use super::{Sight, hash};

/// A thing repeated in every compartment of a box, each a little out of its place, some the other way round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::simulate) struct Cells {
    /// A compartment: along x, upwards, across, mm.
    pub(in crate::simulate) size: [f64; 3],
    /// How far in mm a thing is out of its place at most.
    pub(in crate::simulate) jitter: f64,
    /// What the thing looks like: the same for a whole consignment. [`COIL`] is a ring, a spring seen end on.
    pub(in crate::simulate) design: u64,
    /// Density of the thing's heaviest part over that of its lightest, about.
    pub(in crate::simulate) contrast: f64,
    /// Seed of places.
    pub(in crate::simulate) seed: u64,
}

/// The design of springs.
pub(in crate::simulate) const COIL: u64 = 0;

/// Parts of a thing.
const PARTS: usize = 6;

/// A part: its middle and half sides as shares of the compartment, its density, and whether it is round.
#[derive(Clone, Copy)]
struct Part {
    middle: [f64; 2],
    half: [f64; 2],
    weight: f64,
    round: bool,
}

impl Cells {
    /// The thing: a body nearly as large as its compartment, and smaller and denser parts in it.
    fn parts(&self) -> [Part; PARTS] {
        if self.design == COIL {
            let ring = |half: f64, weight| Part { middle: [0.5; 2], half: [half; 2], weight, round: true };
            // What lies within the wire is taken off again; sums below 0 count as nothing.
            return [ring(0.46, 3.0), ring(0.35, -9.0), ring(0.3, 0.0), ring(0.3, 0.0), ring(0.3, 0.0), ring(0.3, 0.0)];
        }
        std::array::from_fn(|n| {
            let value = |what| hash(self.design, n as i64, what, 3);
            if n == 0 {
                let half = [0.36 + 0.1 * value(0), 0.34 + 0.12 * value(1)];
                return Part { middle: [0.5, 0.5], half, weight: 1.0, round: value(2) < 0.3 };
            }
            // From large and light to small and dense.
            let small = 1.0 / (1.0 + 0.8 * n as f64);
            let half = [0.34 * small * (0.4 + value(0)), 0.34 * small * (0.4 + value(1))];
            let middle = [0, 1].map(|a: usize| 0.5 + (2.0 * value(4 + a as i64) - 1.0) * (0.4 - half[a]).max(0.0));
            let sign = if n == 1 && value(7) < 0.6 { -0.6 } else { self.contrast * (0.3 + value(3)) / 2.0 };
            Part { middle, half, weight: sign, round: value(2) < 0.4 }
        })
    }

    pub(super) fn line(self, half: [f64; 3]) -> Line {
        let counts = [0, 1, 2].map(|axis: usize| (2.0 * half[axis] / self.size[axis]).round().max(1.0));
        let pitch = [0, 1, 2].map(|axis: usize| 2.0 * half[axis] / counts[axis]);
        let parts = self.parts();
        // The mean by points: parts lie over each other.
        let at = |n: i32| (f64::from(n) + 0.5) / 32.0;
        let mean = (0..32 * 32).map(|n| weight(&parts, at(n % 32), at(n / 32))).sum::<f64>() / 1024.0;
        let mean = mean.max(0.05);
        // Rows behind one another beyond eight make an even sum.
        let rows = counts[2].min(8.0);
        let step = 2.0 * half[2] / rows;
        let places = vec![(i64::MIN, i64::MIN, [0.0; 2], false); rows as usize];
        Line { cells: self, half, pitch, parts: Box::new(parts), mean, places, step }
    }
}

#[inline]
fn weight(parts: &[Part; PARTS], u: f64, v: f64) -> f64 {
    let mut sum = 0.0;
    for part in parts.iter().filter(|part| part.weight != 0.0) {
        let (a, b) = ((u - part.middle[0]) / part.half[0], (v - part.middle[1]) / part.half[1]);
        let inside = if part.round { a * a + b * b < 1.0 } else { a.abs() < 1.0 && b.abs() < 1.0 };
        if inside {
            // A round thing is a cylinder or a ball: thickest in the middle.
            sum += if part.round { part.weight * 1.3 * (1.0 - a * a - b * b).max(0.0).sqrt() } else { part.weight };
        }
    }
    f64::max(sum, 0.0)
}

#[derive(Clone)]
pub(super) struct Line {
    cells: Cells,
    half: [f64; 3],
    pitch: [f64; 3],
    parts: Box<[Part; PARTS]>,
    mean: f64,
    /// Of each row the compartment that was met last, and how the thing lies in it.
    places: Vec<(i64, i64, [f64; 2], bool)>,
    step: f64,
}

impl Line {
    #[inline]
    pub(super) fn factor(&mut self, sight: Sight) -> f64 {
        let cells = &self.cells;
        let rows = self.places.len() as f64;
        let mut sum = 0.0;
        for (row, place) in self.places.iter_mut().enumerate() {
            let depth = (row as f64 + 0.5) * self.step - self.half[2];
            let along = (sight.u + sight.du * depth + self.half[0]) / self.pitch[0];
            let height = (sight.v + sight.dv * depth + self.half[1]) / self.pitch[1];
            let (i, j) = (along.floor(), height.floor());
            let (cell, level) = (i as i64, j as i64);
            if (place.0, place.1) != (cell, level) {
                let value = |what: i64| hash(cells.seed, cell, level, 8 * row as i64 + what);
                let out = |what, axis: usize| (2.0 * value(what) - 1.0) * cells.jitter / self.pitch[axis];
                *place = (cell, level, [out(0, 0), 0.5 * out(1, 1)], value(2) < 0.3);
            }
            let (u, v) = (along - i + place.2[0], height - j + place.2[1]);
            sum += weight(&self.parts, if place.3 { 1.0 - u } else { u }, v);
        }
        sum / (self.mean * rows)
    }
}
