//! Rows of detectors that do not measure: single ones, whole modules, dark ones and ones that stand still.

use super::counts::Counts;
use super::robust::{median, quantile, running_median};
use super::transmission::Source;
use crate::scan::BoxPx;

/// A row below or above this share of its neighbours' level, or of all rows', does not measure.
const DEAD: (f32, f32) = (0.3, 2.0);
/// Where more than this share of all rows is lost from end to end, it is the load that is like that.
const MOST_LOST: f32 = 0.2;
/// The values of a row that stands still differ by less than this share; air alone differs by more, and a load by far more.
const EVEN: f32 = 0.02;
/// Of the usual row's brightest level; rows of air have more.
const LEAST_AIR: f32 = 0.8;
/// So many rows one after the other that repeat the one before them were not measured.
const REPEATS: usize = 4;
/// Of the full scale: a row of which nearly all has this much is saturated...
const FULL: f32 = 0.999;
/// ...and where air has less than this much of that, it is not for the beam.
const SATURATED: f32 = 0.95;
/// A row inside a container absorbs at least this, in the middle...
const LEAST_WALL: f32 = 0.0125;
/// ...or in its darkest hundredths, where the corner posts are.
const LEAST_POST: f32 = 0.05;

/// Rows of `area` that do not measure from end to end: dark ones, also where all others see air; ones that show no more in the
/// middle than at the sides, at a level that is no air's; ones at full scale where air is not; ones of a single value or that
/// repeat the row before. `sides` are the rows' levels over dark in air columns, not finite where there are none; `constant` says
/// where all of a side's counts are equal.
pub(super) fn lost_rows(
    counts: Counts<'_>,
    area: BoxPx,
    dark: &[f32],
    sides: [&[f32]; 2],
    constant: &[bool],
) -> Vec<bool> {
    let step = (area.width as usize / 256).max(1);
    let mut line = vec![0.0; area.width as usize / step];
    let (mut before, mut repeats) = (Vec::new(), Vec::new());
    let mut rows: Vec<Row> = (0..area.height as usize)
        .map(|row| {
            counts.read_every(area.y as usize + row, area.x as usize, step, &mut line);
            let single = line.iter().all(|&count| count == line[0]);
            if line == before {
                repeats.push(row);
            }
            before.clone_from(&line);
            // White dropout columns cross every row.
            let brightest = quantile(&mut line, 0.98) - dark[row];
            let (low, high) = (quantile(&mut line, 0.05) - dark[row], quantile(&mut line, 0.95) - dark[row]);
            Row { brightest, low, high, single }
        })
        .collect();
    // Enlarged pictures have rows two or three times.
    for run in runs(&repeats).filter(|run| run.len() >= REPEATS) {
        rows[run].iter_mut().for_each(|row| row.single = true);
    }
    let level = median(&mut rows.iter().map(|row| row.brightest).collect::<Vec<f32>>());
    let full = FULL * counts.full_scale;
    // Drawn pictures have no noise: their rows of air have one value, and so have all others at the sides.
    let few = |n: usize| 2 * n < rows.len();
    let noisy = few(constant.iter().filter(|&&constant| constant).count()) && few(repeats.len());
    // None of these is a load, however many there are.
    let stands_still = |(at, row): (usize, &Row)| {
        let lit = row.brightest >= DEAD.0 * level;
        let saturated = row.low + dark[at] >= full && level + dark[at] < SATURATED * full;
        saturated || (noisy && lit && row.single && row.low + dark[at] < full)
    };
    let dark_or_flat = |(at, row): (usize, &Row)| {
        let mut beside = sides.iter().map(|side| side[at]).filter(|side| side.is_finite()).peekable();
        let same = beside.peek().is_some() && beside.all(|side| (side - row.high).abs() < EVEN * row.high);
        row.brightest < DEAD.0 * level || (same && row.high - row.low < EVEN * row.high && row.high < LEAST_AIR * level)
    };
    let still: Vec<bool> = rows.iter().enumerate().map(stands_still).collect();
    let mut lost: Vec<bool> = rows.iter().enumerate().map(dark_or_flat).collect();
    let n = lost.iter().zip(&still).filter(|(lost, still)| **lost && !**still).count();
    if n as f32 > MOST_LOST * lost.len() as f32 {
        return still;
    }
    lost.iter_mut().zip(still).for_each(|(lost, still)| *lost |= still);
    lost
}

/// What a row's counts over dark are.
struct Row {
    brightest: f32,
    low: f32,
    high: f32,
    /// Whether all of them are equal, or those of the row before.
    single: bool,
}

/// Replaces the level of rows that do not measure by that of the nearest rows that do; returns which.
///
/// A row is compared with its neighbours, which differ by little, and with all rows: within a dead module the neighbours
/// are as dead.
pub(super) fn repair(level: &mut [f32], constant: &[bool], lost: &[bool]) -> Vec<usize> {
    // Where many rows are constant the air has no noise, as in drawn images: that says nothing.
    let constants = constant.iter().filter(|&&c| c).count();
    let telling = constants * 10 < constant.len();
    let out_of_line = |v: f32, usual: f32| v < DEAD.0 * usual || v > DEAD.1 * usual || v <= 0.0;
    let usual = median(&mut level.to_vec());
    let measures = |at: &usize| !(lost[*at] || (constant[*at] && telling) || out_of_line(level[*at], usual));
    let mut live: Vec<usize> = (0..level.len()).filter(measures).collect();
    let levels: Vec<f32> = live.iter().map(|&at| level[at]).collect();
    let around = running_median(&levels, 7);
    let fits: Vec<bool> = levels.iter().zip(&around).map(|(&v, &usual)| !out_of_line(v, usual)).collect();
    let mut fits = fits.into_iter();
    live.retain(|_| fits.next() == Some(true));
    if live.is_empty() {
        return (0..level.len()).collect();
    }
    let levels: Vec<f32> = live.iter().map(|&at| level[at]).collect();
    let smooth = running_median(&levels, 7);
    let mut dead = Vec::new();
    for (at, value) in level.iter_mut().enumerate() {
        let next = live.partition_point(|&row| row < at);
        if live.get(next) != Some(&at) {
            let (before, after) = (next.saturating_sub(1), next.min(live.len() - 1));
            *value = f32::midpoint(smooth[before], smooth[after]);
            dead.push(at);
        }
    }
    dead
}

/// Rows of what was located, `source`, in which nothing is seen of it: detectors that stand still at some level look like air in
/// the whole row. A container's walls and posts cross every row; of an `object`, rows count where what absorbs above them and
/// what absorbs below are mostly the same columns, for air may be between things that hang over and stand under one another.
pub(super) fn blind_rows(source: &Source<'_>, object: bool) -> Vec<usize> {
    let (height, width) = source.dim();
    // The roof and the floor of a container that stands askew leave the first and last rows.
    let inset = height / 20 + 1;
    let mut line = vec![0.0; width];
    let mut sampled = Vec::with_capacity(512);
    let mut found: Vec<usize> = (inset..height.saturating_sub(inset))
        .filter(|&row| {
            source.read(row, 0, &mut line);
            sampled.clear();
            sampled.extend(line.iter().step_by((width / 512).max(1)).map(|t| 1.0 - t));
            median(&mut sampled) < LEAST_WALL && quantile(&mut sampled, 0.985) < LEAST_POST
        })
        .collect();
    if object {
        let mut absorbs = |row: usize| -> Vec<bool> {
            source.read(row, 0, &mut line);
            line.iter().map(|t| 1.0 - t > LEAST_POST).collect()
        };
        let crossed: Vec<std::ops::Range<usize>> = runs(&found)
            .filter(|run| {
                let (above, below) = (absorbs(run.start - 1), absorbs(run.end));
                let either = above.iter().zip(&below).filter(|(a, b)| **a || **b).count();
                let both = above.iter().zip(&below).filter(|(a, b)| **a && **b).count();
                2 * both > either
            })
            .collect();
        found.retain(|row| crossed.iter().any(|run| run.contains(row)));
    }
    found
}

/// Rising rows as runs of neighbours.
pub(super) fn runs(rows: &[usize]) -> impl Iterator<Item = std::ops::Range<usize>> {
    rows.chunk_by(|a, b| a + 1 == *b).map(|run| run[0]..run[run.len() - 1] + 1)
}

/// For each of `height` rows the nearest one that is not in `dead`, which must be rising.
pub(super) fn nearest_live(height: usize, dead: &[usize]) -> Vec<usize> {
    let live: Vec<usize> = (0..height).filter(|row| dead.binary_search(row).is_err()).collect();
    (0..height)
        .map(|row| {
            let next = live.partition_point(|&l| l < row);
            let near = [next.checked_sub(1), Some(next)].into_iter().flatten().filter_map(|i| live.get(i).copied());
            near.min_by_key(|l| l.abs_diff(row)).unwrap_or(row)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_unlike_their_neighbours_or_all_rows_are_dead() {
        let usual = |at: usize| 1000.0 + (at % 7) as f32;
        let mut level: Vec<f32> = (0..200).map(usual).collect();
        (level[20], level[30]) = (100.0, 3000.0);
        level[60..100].fill(5.0);
        let (mut constant, mut lost) = (vec![false; 200], vec![false; 200]);
        (constant[120], lost[140]) = (true, true);
        let dead = repair(&mut level, &constant, &lost);
        let expected: Vec<usize> = [20, 30].into_iter().chain(60..100).chain([120, 140]).collect();
        assert_eq!(dead, expected);
        assert!(level.iter().all(|v| (1000.0..1007.0).contains(v)), "{level:?}");
        // Drawn images have no noise.
        assert!(repair(&mut level, &[true; 200], &[false; 200]).is_empty());
    }

    #[test]
    fn the_nearest_live_row_stands_for_a_dead_one() {
        assert_eq!(nearest_live(8, &[0, 3, 4, 5, 7]), [1, 1, 2, 2, 2, 6, 6, 6]);
        assert_eq!(nearest_live(2, &[0, 1]), [0, 1]);
    }
}
