//! Rows of transmission with dropouts and dead rows filled from the nearest measured pixels.

use super::dead;
use super::dropouts::Dropout;
use super::patches::Patch;
use super::transmission::Source;
use std::ops::Range;

/// What is to be filled in one plane.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// Row and columns, by row.
    columns: Vec<(usize, Range<usize>)>,
    /// Rows that do not measure, neighbours together.
    rows: Vec<Range<usize>>,
}

impl Repairs {
    /// `dead` rows must be rising.
    pub(super) fn new(dropouts: &[Dropout], patches: &[Patch], dead: &[usize]) -> Self {
        let of_dropouts = dropouts.iter().flat_map(|d| d.rows.clone().map(|r| (r, d.columns.clone())));
        let mut all: Vec<(usize, Range<usize>)> =
            of_dropouts.chain(patches.iter().flat_map(|patch| patch.lines.iter().cloned())).collect();
        all.sort_by_key(|(row, columns)| (*row, columns.start));
        let mut columns: Vec<(usize, Range<usize>)> = Vec::with_capacity(all.len());
        for (row, part) in all {
            match columns.last_mut() {
                Some((last, columns)) if *last == row && part.start < columns.end => {
                    columns.end = columns.end.max(part.end);
                }
                _ => columns.push((row, part)),
            }
        }
        Self { columns, rows: dead::runs(dead).collect() }
    }

    fn dead(&self, row: usize) -> Option<&Range<usize>> {
        self.rows.iter().find(|r| r.contains(&row))
    }

    /// The columns of `row`, out of `width`, that are filled.
    pub(super) fn of_row(&self, row: usize, width: usize) -> impl Iterator<Item = Range<usize>> {
        let begin = self.columns.partition_point(|(r, _)| *r < row);
        let single = self.columns[begin..].iter().take_while(move |(r, _)| *r == row).map(|(_, c)| c.clone());
        self.dead(row).map(|_| 0..width).into_iter().chain(single)
    }

    /// How many pixels of an image of `width` columns are filled.
    pub(super) fn pixels(&self, width: usize) -> usize {
        let single: usize =
            self.columns.iter().filter(|(r, _)| self.dead(*r).is_none()).map(|(_, columns)| columns.len()).sum();
        single + width * self.rows.iter().map(Range::len).sum::<usize>()
    }

    /// Reads a row of `source` into `out`, filled; `spare` is scratch.
    pub(super) fn read(&self, source: &Source<'_>, row: usize, out: &mut [f32], spare: &mut Vec<f32>) {
        let Some(dead) = self.dead(row) else { return self.read_measured(source, row, out) };
        let (before, after) = (dead.start.checked_sub(1), (dead.end < source.dim().0).then_some(dead.end));
        self.read_measured(source, before.or(after).unwrap_or(row), out);
        if let (Some(_), Some(after)) = (before, after) {
            spare.resize(out.len(), 0.0);
            self.read_measured(source, after, spare);
            let share = (row - dead.start + 1) as f32 / (dead.len() + 1) as f32;
            for (value, below) in out.iter_mut().zip(spare) {
                *value += share * (*below - *value);
            }
        }
    }

    fn read_measured(&self, source: &Source<'_>, row: usize, out: &mut [f32]) {
        source.read(row, 0, out);
        let begin = self.columns.partition_point(|(r, _)| *r < row);
        for (_, columns) in self.columns[begin..].iter().take_while(|(r, _)| *r == row) {
            let before = columns.start.checked_sub(1).map(|c| out[c]);
            let after = out.get(columns.end).copied();
            let n = (columns.len() + 1) as f32;
            for (i, value) in out[columns.clone()].iter_mut().enumerate() {
                *value = match (before, after) {
                    (Some(a), Some(b)) => a + (i + 1) as f32 / n * (b - a),
                    (Some(only), None) | (None, Some(only)) => only,
                    (None, None) => *value,
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::dropouts::Kind;
    use super::super::transmission::Levels;
    use super::*;
    use crate::scan::{BoxPx, Energy, Plane, Polarity, Samples};
    use ndarray::Array2;

    #[test]
    fn gaps_are_filled_along_straight_lines() {
        // The count is 10 r + c, so that a straight line fills it exactly; what is to be filled holds 0.
        let dropouts = [Dropout { columns: 2..4, rows: 0..6, kind: Kind::Black }];
        let dead = [3, 4, 7];
        let hole = |r: usize, c: usize| dead.contains(&r) || ((2..4).contains(&c) && r < 6);
        let samples = Array2::from_shape_fn((8, 6), |(r, c)| if hole(r, c) { 0.0 } else { (10 * r + c) as f32 });
        let plane = Plane { energy: Energy::Single, samples: Samples::F32(samples), full_scale: 75.0, step: 0.0 };
        let levels = Levels { dark: &[0.0; 8], row: &[1.0; 8], drift: &[1.0; 6] };
        let part = BoxPx { x: 0, y: 0, width: 6, height: 8 };
        let source = Source::new(Counts::new(&plane, Polarity::AirBright), part, levels);
        let repairs = Repairs::new(&dropouts, &[], &dead);
        let mut out = [0.0; 6];
        for r in 0..8 {
            repairs.read(&source, r, &mut out, &mut Vec::new());
            for (c, &value) in out.iter().enumerate() {
                // The last row has a neighbour on one side only.
                let expected = (10 * r.min(6) + c) as f32;
                assert!((value - expected).abs() < 1e-4, "{r} {c} {value}");
            }
        }
        assert!(repairs.of_row(1, 6).eq(std::iter::once(2..4)));
        assert!(repairs.of_row(7, 6).eq(std::iter::once(0..6)));
        assert_eq!(repairs.of_row(6, 6).count(), 0);
        assert_eq!(repairs.pixels(6), 3 * 6 + 4 * 2);
    }
}
