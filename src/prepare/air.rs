//! The air level: what every count is compared with.
//!
//! The air level is taken to be separable, I0(row, column) = row level x drift(column): detectors differ by
//! row, the source drifts along time. Both come from pixels that see nothing but air: columns before and after
//! the load, rows above and below it.

use super::air_margins::{AirMargins, GUARD, LEAST, SUSTAIN, air_columns, air_rows};
use super::counts::Counts;
use super::dead;
use super::robust::{median, quantile, running_mean, running_median, spread};
use crate::scan::BoxPx;

/// The air level over dark.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Air {
    /// Per row of the area, in counts.
    pub(super) row: Vec<f32>,
    /// Per column of the area, about 1.
    pub(super) drift: Vec<f32>,
    /// Where air was seen.
    pub(super) margins: AirMargins,
    /// Rows of the area that do not measure.
    pub(super) dead: Vec<usize>,
    /// Relative noise of one air pixel.
    pub(super) noise: f32,
    /// Share of the air pixels at full scale.
    pub(super) saturated: f32,
    /// Rows whose level was taken from other rows.
    pub(super) guessed_rows: usize,
    /// Whether the rows taken for air drift as no source does, and were left out.
    pub(super) odd_rows: bool,
}

/// Every row's median over the left and the right air columns, and whether all of them were equal.
struct Sides {
    left: Vec<f32>,
    right: Vec<f32>,
    constant: Vec<bool>,
}

fn sides(counts: Counts<'_>, area: BoxPx, dark: &[f32], (left, right): (usize, usize)) -> Sides {
    const MOST: usize = 256;
    let mut line = vec![0.0; MOST];
    let mut side = |row: usize, from: usize, n: usize| {
        if n == 0 {
            return (f32::NAN, false);
        }
        // The columns nearest to the load say most about it.
        let n = n.min(MOST);
        counts.read(area.y as usize + row, area.x as usize + from, &mut line[..n]);
        let constant = n > 8 && line[..n].iter().all(|&v| v == line[0]) && line[0] < counts.full_scale;
        (median(&mut line[..n]) - dark[row], constant)
    };
    let (height, width) = (area.height as usize, area.width as usize);
    let mut out = Sides { left: Vec::new(), right: Vec::new(), constant: Vec::new() };
    for row in 0..height {
        let (l, cl) = side(row, left.saturating_sub(MOST), left);
        let (r, cr) = side(row, width - right, right);
        out.left.push(l);
        out.right.push(r);
        out.constant.push((cl || left == 0) && (cr || right == 0) && (cl || cr));
    }
    out
}

/// Whether row levels are those of detectors in air: unlike floors and roofs, gains do not fall to a half. Rows that are
/// `lost` say nothing.
fn is_air(levels: &[f32], lost: &[bool]) -> bool {
    let live: Vec<f32> = levels.iter().zip(lost).filter(|(_, lost)| !**lost).map(|(level, _)| *level).collect();
    let mut smooth = running_median(&live, 3);
    smooth.retain(|v| v.is_finite());
    quantile(&mut smooth, 0.03) > 0.5 * quantile(&mut smooth, 0.97)
}

/// Estimates the air level from the image's own air; `given` replaces the row levels where frames were given,
/// and `with_drift` off leaves the drift at 1.
///
/// Without any air the level is the image's 99.5 % quantile for all rows.
pub(super) fn estimate(
    counts: Counts<'_>,
    area: BoxPx,
    dark: &[f32],
    given: Option<&[f32]>,
    with_drift: bool,
    bright: f32,
) -> Air {
    let (height, width) = (area.height as usize, area.width as usize);
    let (mut left, mut right) = air_columns(counts, area);
    let seen = sides(counts, area, dark, (left, right));
    let lost = dead::lost_rows(counts, area, dark, [&seen.left, &seen.right], &seen.constant);
    // The brightest columns of an image that is all load are no air.
    if !is_air(&seen.left, &lost) {
        left = 0;
    }
    if !is_air(&seen.right, &lost) {
        right = 0;
    }
    let mut margins = AirMargins { left, right, ..AirMargins::default() };

    // Right over left: the drift's first, linear estimate.
    let mut quotients: Vec<f32> =
        seen.left.iter().zip(&seen.right).map(|(l, r)| r / l).filter(|q| q.is_finite() && *q > 0.0).collect();
    let right_over_left = if quotients.is_empty() { 1.0 } else { median(&mut quotients) };
    let (wl, wr) = (left.min(256) as f32, right.min(256) as f32);
    let mut row: Vec<f32> = if left + right > 0 {
        (0..height)
            .map(|r| match (left, right) {
                (_, 0) => seen.left[r],
                (0, _) => seen.right[r],
                _ => (wl * seen.left[r] + wr * seen.right[r] / right_over_left) / (wl + wr),
            })
            .collect()
    } else {
        Vec::new()
    };
    let mut guessed_rows = 0;
    let mut dead = Vec::new();
    if row.is_empty() {
        (row, margins.top, margins.bottom) = rows_without_margins(counts, area, dark, bright);
        guessed_rows = height - margins.top - margins.bottom;
    } else {
        dead = dead::repair(&mut row, &seen.constant, &lost);
    }
    if let Some(given) = given {
        row = given.to_vec();
        guessed_rows = 0;
        dead.extend(dead::repair(&mut row, &vec![false; height], &vec![false; height]));
        dead.sort_unstable();
        dead.dedup();
    }
    // Nothing may be divided by zero or less.
    let least = (1e-3 * bright).max(f32::MIN_POSITIVE);
    for v in &mut row {
        *v = v.max(least);
    }

    let linear: Vec<f32> = (0..width)
        .map(|c| {
            let (a, b) = (left as f32 / 2.0, width as f32 - right as f32 / 2.0);
            let t = ((c as f32 - a) / (b - a).max(1.0)).clamp(0.0, 1.0);
            if left > 0 && right > 0 { 1.0 + t * (right_over_left - 1.0) } else { 1.0 }
        })
        .collect();
    if left + right > 0 {
        (margins.top, margins.bottom) = air_rows(counts, area, dark, &row, &linear);
    }
    let mut drift = linear;
    let mut odd_rows = false;
    if given.is_some() || with_drift {
        let found = drift_from_rows(counts, area, dark, &row, margins);
        odd_rows = found.as_ref().is_some_and(|found| !is_steady(found, &drift, given.is_some()));
        if odd_rows {
            (margins.top, margins.bottom) = (0, 0);
        }
        if let Some(found) = found.filter(|_| !odd_rows) {
            drift = found;
        } else if given.is_some() && left + right > 0 {
            // Given frames set the scale; the image's own air says how the source stands against it. The linear drift is 1
            // at the left margin, and everywhere where there is but one.
            let side = if left > 0 { &seen.left } else { &seen.right };
            let mut share: Vec<f32> = side.iter().zip(&row).map(|(l, g)| l / g).filter(|s| s.is_finite()).collect();
            let share = median(&mut share);
            for d in &mut drift {
                *d *= share;
            }
        }
    }
    if !with_drift {
        let mean = if given.is_some() { median(&mut drift.clone()) } else { 1.0 };
        drift.fill(mean);
    }
    for d in &mut drift {
        *d = d.clamp(0.2, 5.0);
    }
    let (noise, saturated) = air_noise(counts, area, dark, &row, &drift, margins);
    Air { row, drift, margins, dead, noise, saturated, guessed_rows, odd_rows }
}

/// Whether a drift is one that a source may have: none drifts by over a third from end to end of a scan. A pillar before the
/// rows above the load looks like that. Against frames that were `given` the whole scan may be brighter or darker.
fn is_steady(found: &[f32], linear: &[f32], given: bool) -> bool {
    const STEADY: std::ops::RangeInclusive<f32> = 0.7..=1.4;
    let mut shares: Vec<f32> = found.iter().zip(linear).map(|(found, linear)| found / linear).collect();
    let usual = if given { median(&mut shares.clone()) } else { 1.0 };
    shares.retain(|share| !STEADY.contains(&(share / usual)));
    shares.is_empty()
}

/// Row levels where no column is all air: rows that are even from end to end are air, the others take the level of
/// the air rows.
fn rows_without_margins(counts: Counts<'_>, area: BoxPx, dark: &[f32], bright: f32) -> (Vec<f32>, usize, usize) {
    let (height, width) = (area.height as usize, area.width as usize);
    let mut line = vec![0.0; width];
    let mut level = |r: usize| {
        counts.read(area.y as usize + r, area.x as usize, &mut line);
        let mut sampled: Vec<f32> = line.iter().copied().step_by((width / 256).max(1)).collect();
        let (low, high) = (quantile(&mut sampled, 0.1), quantile(&mut sampled, 0.9));
        let middle = median(&mut sampled) - dark[r];
        let even = high - low < 0.08 * bright && middle > 0.8 * (bright - dark[r]);
        even.then_some(middle)
    };
    let top: Vec<f32> = (0..height).map_while(&mut level).collect();
    let bottom: Vec<f32> = (top.len()..height).rev().map_while(&mut level).collect();
    // Even rows may be a wall from end to end: its first row is darker than all air rows before.
    let edge = |run: &[f32]| {
        let level = |at: usize| median(&mut run[..at].to_vec());
        let ends = |at: &usize| run[*at..].iter().take(SUSTAIN).all(|&v| v < 0.96 * level(*at));
        let n = (LEAST..run.len()).find(ends).unwrap_or(run.len());
        if n < LEAST { 0 } else { n.saturating_sub(GUARD).max(1) }
    };
    let (n_top, n_bottom) = (edge(&top), edge(&bottom));
    let mut air: Vec<f32> = top[..n_top].iter().chain(&bottom[..n_bottom]).copied().collect();
    let common = if air.is_empty() { bright - median(&mut dark.to_vec()) } else { median(&mut air) };
    let mut row = vec![common; height];
    row[..n_top].copy_from_slice(&top[..n_top]);
    for (i, &value) in bottom[..n_bottom].iter().enumerate() {
        row[height - 1 - i] = value;
    }
    (row, n_top, n_bottom)
}

/// The air level along time: every few columns the median over the air rows, smoothed, because sources drift slowly
/// and a dropout column must not be corrected away.
fn drift_from_rows(
    counts: Counts<'_>,
    area: BoxPx,
    dark: &[f32],
    row: &[f32],
    margins: AirMargins,
) -> Option<Vec<f32>> {
    const STEP: usize = 4;
    let (height, width) = (area.height as usize, area.width as usize);
    let rows: Vec<usize> = (0..margins.top).chain(height - margins.bottom.min(height - margins.top)..height).collect();
    if rows.len() < LEAST {
        return None;
    }
    let rows: Vec<usize> = rows.iter().copied().step_by((rows.len() / 32).max(1)).collect();
    let n = width.div_ceil(STEP);
    let mut values = vec![0.0; rows.len() * n];
    for (line, &r) in values.chunks_mut(n).zip(&rows) {
        counts.read_every(area.y as usize + r, area.x as usize, STEP, line);
        for v in line.iter_mut() {
            *v = (*v - dark[r]) / row[r];
        }
    }
    let mut column = vec![0.0; rows.len()];
    let raw: Vec<f32> = (0..n)
        .map(|c| {
            column.iter_mut().enumerate().for_each(|(i, v)| *v = values[i * n + c]);
            median(&mut column)
        })
        .collect();
    let half = 5.min(n / 8);
    let smooth = running_mean(&running_median(&raw, half), half);
    let between = |c: usize| {
        let (at, share) = (c / STEP, (c % STEP) as f32 / STEP as f32);
        let next = smooth[(at + 1).min(n - 1)];
        smooth[at] + share * (next - smooth[at])
    };
    Some((0..width).map(between).collect())
}

/// Relative noise of air pixels and the share of them at full scale.
fn air_noise(
    counts: Counts<'_>,
    area: BoxPx,
    dark: &[f32],
    row: &[f32],
    drift: &[f32],
    margins: AirMargins,
) -> (f32, f32) {
    let (height, width) = (area.height as usize, area.width as usize);
    let columns: Vec<usize> = (0..margins.left).chain(width - margins.right..width).collect();
    let step = (columns.len() / 64).max(1);
    let mut values = Vec::new();
    let mut full = 0usize;
    let mut take = |r: usize, c: usize| {
        let count = counts.at(area.y as usize + r, area.x as usize + c);
        if count.is_finite() {
            full += usize::from(count >= counts.full_scale);
            values.push((count - dark[r]) / (row[r] * drift[c]));
        }
    };
    for r in (0..height).step_by((height / 128).max(1)) {
        let air_row = r < margins.top || r >= height - margins.bottom;
        if air_row {
            (0..width).step_by((width / 64).max(1)).for_each(|c| take(r, c));
        } else {
            columns.iter().step_by(step).for_each(|&c| take(r, c));
        }
    }
    let n = values.len();
    if n < 16 { (0.0, 0.0) } else { (spread(&mut values), full as f32 / n as f32) }
}

/// A level that was not taken from the image. What of the image is air is looked for all the same, so that what stands in
/// front of it can be located: only lines that are as bright as the level are.
pub(super) fn flat(counts: Counts<'_>, area: BoxPx, dark: &[f32], row: Vec<f32>) -> Air {
    /// What share of the level air may have.
    const NEAR: std::ops::RangeInclusive<f32> = 0.9..=1.1;
    let (height, width) = (area.height as usize, area.width as usize);
    let drift = vec![1.0; width];
    let (mut left, mut right) = air_columns(counts, area);
    let seen = sides(counts, area, dark, (left, right));
    let lost = dead::lost_rows(counts, area, dark, [&seen.left, &seen.right], &seen.constant);
    let fits = |levels: &[f32]| {
        let mut shares: Vec<f32> =
            (0..height).filter(|&r| !lost[r]).map(|r| levels[r] / row[r]).filter(|s| s.is_finite()).collect();
        !shares.is_empty() && is_air(levels, &lost) && NEAR.contains(&median(&mut shares))
    };
    if !fits(&seen.left) {
        left = 0;
    }
    if !fits(&seen.right) {
        right = 0;
    }
    let (top, bottom) = air_rows(counts, area, dark, &row, &drift);
    let rows_fit = |rows: std::ops::Range<usize>| {
        let mut line = vec![0.0; width];
        let mut levels: Vec<f32> = rows
            .map(|r| {
                counts.read(area.y as usize + r, area.x as usize, &mut line);
                (median(&mut line) - dark[r]) / row[r]
            })
            .collect();
        !levels.is_empty() && NEAR.contains(&median(&mut levels))
    };
    let top = if rows_fit(0..top) { top } else { 0 };
    let bottom = if rows_fit(height - bottom..height) { bottom } else { 0 };
    let margins = AirMargins { left, right, top, bottom };
    let dead = (0..height).filter(|&r| lost[r]).collect();
    let (noise, _) = air_noise(counts, area, dark, &row, &drift, margins);
    // Full scale is air here: that air is at full scale says nothing.
    Air { row, drift, margins, dead, noise, saturated: 0.0, guessed_rows: 0, odd_rows: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::scenes::Scene;
    use crate::scan::Polarity;

    #[test]
    fn levels_follow_bands_and_drift() {
        let mut scene = Scene::empty_box();
        (scene.bands, scene.drift, scene.dark) = (0.10, 0.08, 500.0);
        let scan = scene.scan(Polarity::AirBright);
        let counts = Counts::new(&scan.planes[0], Polarity::AirBright);
        let area = BoxPx { x: 0, y: 0, width: scene.width, height: scene.height };
        let air = estimate(counts, area, &vec![500.0; scene.height as usize], None, true, 50_000.0);
        let mut worst = 0.0f32;
        for r in 0..scene.height as usize {
            for c in (0..scene.width as usize).step_by(11) {
                worst = worst.max((air.row[r] * air.drift[c] / scene.air_level(r, c) - 1.0).abs());
            }
        }
        assert!(worst < 0.006, "{worst}");
        assert!((air.noise - 0.008).abs() < 0.001, "{}", air.noise);
        assert_eq!((air.dead.len(), air.guessed_rows), (0, 0));
        let b = scene.container.unwrap();
        let expected = [b.x, scene.width - b.right(), b.y, scene.height - b.bottom()];
        let m = air.margins;
        for (found, expected) in [m.left, m.right, m.top, m.bottom].into_iter().zip(expected) {
            assert!(found <= expected as usize && found + 8 > expected as usize, "{m:?} {expected:?}");
        }
    }
}
