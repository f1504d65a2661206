//! Counts to transmission: (count - dark) / air, a row at a time, so that no plane of the source's size is kept.

use super::counts::Counts;
use super::dead::nearest_live;
use crate::scan::BoxPx;

/// Dark and air levels of some part of an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Levels<'a> {
    /// Per row, in counts.
    pub(super) dark: &'a [f32],
    /// Per row, in counts over dark.
    pub(super) row: &'a [f32],
    /// Per column, about 1.
    pub(super) drift: &'a [f32],
}

/// A part of a plane, read as transmission.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) counts: Counts<'a>,
    part: BoxPx,
    levels: Levels<'a>,
    inverse_row: Vec<f32>,
    inverse_drift: Vec<f32>,
    /// Which row is read for which, where some do not measure.
    rows: Option<Vec<usize>>,
}

impl<'a> Source<'a> {
    /// `levels` are those of `part`.
    pub(super) fn new(counts: Counts<'a>, part: BoxPx, levels: Levels<'a>) -> Self {
        let inverse_drift = levels.drift.iter().map(|d| 1.0 / d).collect();
        let inverse_row = levels.row.iter().map(|level| 1.0 / level).collect();
        Self { counts, part, levels, inverse_row, inverse_drift, rows: None }
    }

    /// The same part with the nearest row that measures read for each `dead` one; they must be rising.
    pub(super) fn bridging(mut self, dead: &[usize]) -> Self {
        self.rows = (!dead.is_empty()).then(|| nearest_live(self.part.height as usize, dead));
        self
    }

    /// `(rows, columns)`.
    pub(super) fn dim(&self) -> (usize, usize) {
        (self.part.height as usize, self.part.width as usize)
    }

    fn live(&self, row: usize) -> usize {
        self.rows.as_ref().map_or(row, |rows| rows[row])
    }

    /// Reads the transmission of `row` from column `from` on, as much as `out` holds; not clipped.
    pub(super) fn read(&self, row: usize, from: usize, out: &mut [f32]) {
        let row = self.live(row);
        self.counts.read(self.part.y as usize + row, self.part.x as usize + from, out);
        let (dark, scale) = (self.levels.dark[row], self.inverse_row[row]);
        for (value, drift) in out.iter_mut().zip(&self.inverse_drift[from..]) {
            *value = (*value - dark) * (scale * drift);
        }
    }

    /// Reads the counts of `row`, all that `out` holds.
    pub(super) fn read_counts(&self, row: usize, out: &mut [f32]) {
        self.counts.read(self.part.y as usize + self.live(row), self.part.x as usize, out);
    }

    /// The count that a transmission makes in `row` where the source has not drifted.
    pub(super) fn count_of(&self, row: usize, transmission: f32) -> f32 {
        let row = self.live(row);
        self.levels.dark[row] + transmission * self.levels.row[row]
    }

    /// The transmission at a pixel.
    pub(super) fn at(&self, row: usize, column: usize) -> f32 {
        let row = self.live(row);
        (self.count(row, column) - self.levels.dark[row]) * (self.inverse_row[row] * self.inverse_drift[column])
    }

    /// The count at a pixel.
    pub(super) fn count(&self, row: usize, column: usize) -> f32 {
        self.counts.at(self.part.y as usize + self.live(row), self.part.x as usize + column)
    }
}
