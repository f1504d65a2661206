//! Thin things side by side, seen edge on: garments on a bar, forty and more a metre.

use super::{Sight, hash};

/// Plates across the beam's plane, one after another along x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::simulate) struct Plates {
    /// From one to the next, mm.
    pub(in crate::simulate) pitch: f64,
    /// Least and greatest share of the pitch that one fills.
    pub(in crate::simulate) thick: [f64; 2],
    /// How much shorter than the box the shortest are, as a share of its height: hems at several heights.
    pub(in crate::simulate) ragged: f64,
    /// Share of the height over which shoulders slope; 0 for straight things.
    pub(in crate::simulate) shoulder: f64,
    /// Seed of widths, densities and hems.
    pub(in crate::simulate) seed: u64,
}

/// Plates of one sort, that hang together.
const SORT: i64 = 14;

impl Plates {
    pub(super) fn line(self, half: [f64; 3]) -> Line {
        let filled = f64::midpoint(self.thick[0], self.thick[1]);
        // Half of the shoulders' part, and half of what hems miss, are empty.
        let mean = filled * (1.0 - 0.4 * self.shoulder) * (1.0 - 0.5 * self.ragged);
        Line { plates: self, half, mean, number: i64::MIN, own: [0.0; 5] }
    }
}

#[derive(Clone)]
pub(super) struct Line {
    plates: Plates,
    half: [f64; 3],
    mean: f64,
    /// The plate that was met last: its width, density, hem, where it stands, and how it is bent.
    number: i64,
    own: [f64; 5],
}

impl Line {
    #[inline]
    pub(super) fn factor(&mut self, sight: Sight) -> f64 {
        let plates = &self.plates;
        let height = (sight.v + self.half[1]) / (2.0 * self.half[1]);
        let along = sight.u / plates.pitch;
        let number = along.floor();
        let (number, within) = (number as i64, along - number);
        if number != self.number {
            let value = |what| hash(plates.seed, number, what, 0);
            let sort = |what| hash(plates.seed, number.div_euclid(SORT), what, 1);
            let width = plates.thick[0] + (plates.thick[1] - plates.thick[0]) * f64::midpoint(value(0), sort(0));
            let hem = plates.ragged * (0.8 * sort(2) + 0.2 * value(2));
            self.own = [width, 0.7 + 0.3 * value(1) + 0.3 * sort(1), hem, value(3) - 0.5, value(4) - 0.5];
            self.number = number;
        }
        let [width, density, hem, shift, bend] = self.own;
        if height < hem || height > 1.0 {
            return 0.0;
        }
        // Cloth hangs in folds: the edge wanders down the garment.
        let middle = 0.5 + (1.0 - width) * (0.6 * shift + 0.8 * bend * (height * 9.0 + 6.0 * shift).sin());
        let from_top = 1.0 - height;
        let slope = if from_top < plates.shoulder && plates.shoulder > 0.0 {
            0.2 + 0.8 * from_top / plates.shoulder
        } else {
            1.0
        };
        let inside = (within - middle).abs() < width / 2.0;
        if inside { density * slope / self.mean } else { 0.0 }
    }
}
