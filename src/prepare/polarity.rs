//! Whether air is bright or dark.

use super::counts::Counts;
use super::robust::{median, quantile};
use crate::scan::Polarity;

/// How the polarity was settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decision {
    pub(super) polarity: Polarity,
    /// Where the margins' level lies between the darkest (0) and brightest (1) of the image.
    pub(super) margin_level: f32,
    /// False where the margins did not settle it and the commoner extreme had to.
    pub(super) certain: bool,
}

/// Decides from the image, given as stored (`counts` unflipped): air fills the left and right margins, so their
/// level is near one end of the image's range; that end is air. Where the load reaches the margins, the end
/// of the range that more pixels are near is taken: air is one level, loads are many.
pub(super) fn decide(counts: Counts<'_>) -> Decision {
    let (rows, columns) = counts.dim();
    let mut all = counts.sample(40_000);
    let low = quantile(&mut all, 0.005);
    let high = quantile(&mut all, 0.995);
    let range = (high - low).max(f32::MIN_POSITIVE);

    let margin = (columns / 64).clamp(2, 16);
    let mut line = vec![0.0; margin];
    let mut sides = Vec::new();
    // A tenth is left out above and below: black strips are there.
    for row in (rows / 10..rows - rows / 10).step_by((rows / 200).max(1)) {
        for from in [0, columns - margin] {
            counts.read(row, from, &mut line);
            sides.extend_from_slice(&line);
        }
    }
    let margin_level = (median(&mut sides) - low) / range;
    if !(0.3..=0.7).contains(&margin_level) {
        let polarity = if margin_level > 0.5 { Polarity::AirBright } else { Polarity::AirDark };
        return Decision { polarity, margin_level, certain: true };
    }
    let near = |level: f32| all.iter().filter(|&&v| (v - level).abs() < 0.1 * range).count();
    let polarity = if near(high) >= near(low) { Polarity::AirBright } else { Polarity::AirDark };
    Decision { polarity, margin_level, certain: false }
}
