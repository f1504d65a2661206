//! How dark a picture gets: what of it the beam did not get through.

use super::dark::Evidence;
use super::level::Channel;
use super::record::Record;
use super::robust;
use super::settings::Checked;
use super::shielded;
use super::transmission::Source;
use crate::scan::BoxPx;

/// Side in pixels of the squares whose medians say how dark a picture gets: dead pixels, rows and columns fill less than half
/// of one and cannot pass for what the beam did not get through.
const SQUARE: usize = 16;

/// The medians of squares of the part, every second pixel of every second row of each.
fn square_medians(source: &Source<'_>) -> Vec<f32> {
    let (rows, columns) = source.dim();
    let mut lines = vec![vec![0.0; columns]; SQUARE / 2];
    let mut medians = Vec::with_capacity(rows / SQUARE * (columns / SQUARE));
    let mut square = Vec::with_capacity(SQUARE * SQUARE / 4);
    for top in (0..rows.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
        for (number, line) in lines.iter_mut().enumerate() {
            source.read(top + 2 * number, 0, line);
        }
        for left in (0..columns.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
            square.clear();
            for line in &lines {
                square.extend(line[left..left + SQUARE].iter().step_by(2).filter(|t| t.is_finite()));
            }
            if !square.is_empty() {
                medians.push(robust::median(&mut square));
            }
        }
    }
    medians
}

/// Where the dark level is not known, the darkest thousandths of a picture may be an offset or scatter behind something
/// opaque. What is not brighter than that by a quarter is not seen, up to this transmission: beyond it, a picture that
/// shows nothing darker simply holds nothing dense.
const DARKEST_SHARE: f32 = 0.002;
const DARKEST_FACTOR: f32 = 1.25;
const DARKEST_MOST: f32 = 0.05;

/// The transmission below which the high-energy plane's pixels are shielded.
pub(super) fn shielded_level(
    channel: &Channel<'_>,
    (area, part): (BoxPx, BoxPx),
    settings: &Checked,
    record: &mut Record,
) -> Option<f32> {
    let air = robust::median(&mut channel.air.row[part.y as usize..part.bottom() as usize].to_vec());
    let (sigmas, quantum) = (settings.shielded_sigmas, channel.counts.quantum());
    let level = shielded::threshold(settings.shielded_below, sigmas, channel.dark.sigma, quantum, air);
    if channel.dark.evidence != Evidence::Nothing || !settings.shielded {
        return settings.shielded.then_some(level);
    }
    let mut medians = square_medians(&channel.source(area, part));
    if medians.is_empty() {
        return Some(level);
    }
    let darkest = robust::quantile(&mut medians, DARKEST_SHARE);
    let raised = DARKEST_FACTOR * darkest;
    if raised <= level || raised > DARKEST_MOST {
        return Some(level);
    }
    let text = format!(
        "the dark level is not known: what transmits less than {raised:.4}, near the darkest of the picture, counts as not \
         penetrated; give a dark frame"
    );
    record.warn("dark_unknown", text);
    Some(raised)
}
