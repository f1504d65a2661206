//! The dark level: what a detector counts without beam.

use super::counts::Counts;
use super::robust::{median, spread};
use super::trim::Margins;

/// The dark level, in counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dark {
    /// Per row of the area.
    pub(super) level: Vec<f32>,
    /// Its noise.
    pub(super) sigma: f32,
    /// Whether it was measured or stated to be 0; otherwise opaque and offset cannot be told apart.
    pub(super) known: bool,
}

/// Dark level and noise of a black strip at the top or bottom, where there is one that is dark enough
/// (below 5 % of `bright`) to be the detectors' own.
pub(super) fn dark_strip(counts: Counts<'_>, margins: Margins, bright: f32) -> Option<(f32, f32)> {
    let (rows, columns) = counts.dim();
    let mut line = vec![0.0; columns];
    let mut values = Vec::new();
    // The line next to the image may be half in the beam.
    for row in (0..margins.top.saturating_sub(1)).chain(rows - margins.bottom.saturating_sub(1)..rows).take(64) {
        counts.read(row, 0, &mut line);
        values.extend(line.iter().step_by((columns / 256).max(1)));
    }
    if values.is_empty() {
        return None;
    }
    let level = median(&mut values);
    let sigma = spread(&mut values);
    (level.abs() < 0.05 * bright).then_some((level, sigma))
}
