//! Where a picture shows nothing but air: lines at its sides, from end to end.

use super::counts::Counts;
use super::robust::{median, quantile, running_median};
use crate::scan::BoxPx;

/// A fall of the mean level by this share, held over [`SUSTAIN`] lines, ends the air.
const FALL: f32 = 0.015;
pub(super) const SUSTAIN: usize = 5;
/// Lines left out between the load and what is called air.
pub(super) const GUARD: usize = 4;
/// Fewer lines than this are no air margin.
pub(super) const LEAST: usize = 4;

/// How many lines at each side of the area are air from end to end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AirMargins {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) top: usize,
    pub(super) bottom: usize,
}

/// The lines from the start of `profile` on that are air: those before its first sustained fall. Slow drift is
/// followed; a profile that starts well below `bright` starts inside the load.
fn air_run(profile: &[f32], bright: f32) -> usize {
    let head = SUSTAIN.min(profile.len());
    if head == 0 || median(&mut profile[..head].to_vec()) < 0.85 * bright {
        return 0;
    }
    let mut recent = Vec::with_capacity(64);
    for at in head..profile.len() {
        recent.clear();
        recent.extend_from_slice(&profile[at.saturating_sub(64)..at]);
        let level = median(&mut recent) * (1.0 - FALL);
        let ahead = &profile[at..(at + SUSTAIN).min(profile.len())];
        if ahead.iter().all(|&v| v < level) {
            return at.saturating_sub(GUARD);
        }
    }
    profile.len()
}

/// Air lines at both ends of a profile; without any fall all lines are counted at the start.
pub(super) fn air_runs(profile: &[f32]) -> (usize, usize) {
    let smooth = running_median(profile, 2);
    let bright = quantile(&mut smooth.clone(), 0.98);
    let backwards: Vec<f32> = smooth.iter().rev().copied().collect();
    let kept = |run: usize| if run < LEAST { 0 } else { run };
    let first = kept(air_run(&smooth, bright));
    if first == profile.len() { (first, 0) } else { (first, kept(air_run(&backwards, bright))) }
}

/// Finds columns left and right that see air in every row, from the mean of each column.
pub(super) fn air_columns(counts: Counts<'_>, area: BoxPx) -> (usize, usize) {
    let width = area.width as usize;
    let mut line = vec![0.0; width];
    let mut sum = vec![0.0f32; width];
    for row in (0..area.height).step_by((area.height as usize / 128).max(1)) {
        counts.read((area.y + row) as usize, area.x as usize, &mut line);
        sum.iter_mut().zip(&line).for_each(|(s, v)| *s += v);
    }
    air_runs(&sum)
}

/// Rows above and below the load that see air in every column, from each row's mean transmission.
pub(super) fn air_rows(counts: Counts<'_>, area: BoxPx, dark: &[f32], row: &[f32], drift: &[f32]) -> (usize, usize) {
    let step = (area.width as usize / 400).max(1);
    let n = area.width as usize / step;
    let inverse: Vec<f32> = drift.iter().step_by(step).map(|d| 1.0 / d).collect();
    let mut line = vec![0.0; n];
    let profile: Vec<f32> = (0..area.height as usize)
        .map(|r| {
            counts.read_every(area.y as usize + r, area.x as usize, step, &mut line);
            let sum: f32 = line.iter().zip(&inverse).map(|(v, d)| (v - dark[r]) * d).sum();
            sum / (n as f32 * row[r])
        })
        .collect();
    air_runs(&profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_at_a_sustained_fall_only() {
        let mut profile = vec![1.0; 100];
        for (i, v) in profile.iter_mut().enumerate() {
            *v -= 0.0002 * i as f32;
        }
        assert_eq!(air_runs(&profile), (100, 0));
        (profile[20], profile[21]) = (0.2, 0.2);
        assert_eq!(air_runs(&profile), (100, 0));
        profile[40..70].fill(0.9);
        assert_eq!(air_runs(&profile), (36, 26));
        assert_eq!(air_runs(&[]), (0, 0));
    }
}
