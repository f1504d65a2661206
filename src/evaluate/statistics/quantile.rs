//! Sample quantiles.

/// The quantile of `sorted` values at `share` (0..=1): interpolated between the order statistics around `share (n - 1)`, definition
/// 7 of Hyndman and Fan (American Statistician 50, 1996), the default of numpy and R. `None` without values.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last);
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    // Equal neighbours first: infinity less infinity is no number.
    Some(if low == high { low } else { low + (place - below as f64) * (high - low) })
}

/// The values, upwards.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}
