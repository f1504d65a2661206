//! Stacks of folded cloth: layers that lie level and sag, one stack beside another.

use super::{Sight, hash};

/// Stacks of folded garments that fill a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::simulate) struct Folds {
    /// Width of a stack, mm.
    pub(in crate::simulate) stack: f64,
    /// Thickness of one folded garment, mm.
    pub(in crate::simulate) thick: f64,
    /// Stacks behind one another.
    pub(in crate::simulate) rows: u32,
    /// Seed of thicknesses, densities and heights.
    pub(in crate::simulate) seed: u64,
}

impl Folds {
    pub(super) fn line(self, half: [f64; 3]) -> Line {
        let count = (2.0 * half[0] / self.stack).round().max(1.0);
        Line { folds: self, half, pitch: 2.0 * half[0] / count }
    }
}

#[derive(Clone)]
pub(super) struct Line {
    folds: Folds,
    half: [f64; 3],
    pitch: f64,
}

impl Line {
    #[inline]
    pub(super) fn factor(&mut self, sight: Sight) -> f64 {
        let rows = i64::from(self.folds.rows.max(1));
        let mut sum = 0.0;
        for row in 0..rows {
            let depth = ((row as f64 + 0.5) / rows as f64 * 2.0 - 1.0) * self.half[2];
            let along = (sight.u + sight.du * depth + self.half[0]) / self.pitch;
            let stack = along.floor();
            let within = 2.0 * (along - stack) - 1.0;
            let seed = self.folds.seed;
            let value = |what: i64| hash(seed, stack as i64, row, what);
            // Folded edges are thicker than open ones: the pile leans and sags.
            let sag = self.folds.thick * (0.9 * (value(0) - 0.5) * within + 0.35 * within * within);
            let thick = self.folds.thick * (0.8 + 0.4 * value(1));
            let place = (sight.v + sight.dv * depth + self.half[1] + sag) / thick + value(2);
            let layer = place.floor();
            let garment = hash(seed, stack as i64 * 64 + row, layer as i64, 5);
            // From one garment to the next there is air; the edges of a pile are uneven.
            let reach = 0.88 + 0.12 * hash(seed, layer as i64, stack as i64 * 64 + row, 6);
            let edge = if within.abs() > reach { 0.55 } else { 1.0 };
            let seam = if place - layer < 0.16 { 0.62 } else { 1.06 };
            sum += edge * seam * (0.8 + 0.4 * garment);
        }
        // Means of a pile's edge (0.06 of it, about half as dense), of seams and of garments.
        sum / (rows as f64 * 0.973 * 0.9896)
    }
}
