//! Order statistics: the estimates that outliers cannot move.

pub(super) use crate::scan::median;

/// The value at `share` (0 to 1) of the sorted `values`, which it reorders; 0 for none. Values must be finite.
pub(super) fn quantile(values: &mut [f32], share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let nth = ((values.len() - 1) as f32 * share).round() as usize;
    *values.select_nth_unstable_by(nth.min(values.len() - 1), f32::total_cmp).1
}

/// The standard deviation that normally spread values with this median absolute deviation would have.
pub(super) fn spread(values: &mut [f32]) -> f32 {
    let middle = median(values);
    for value in values.iter_mut() {
        *value = (*value - middle).abs();
    }
    1.4826 * median(values)
}

/// The median of the `2 * half + 1` neighbours of every value; fewer at the ends.
pub(super) fn running_median(values: &[f32], half: usize) -> Vec<f32> {
    let mut window = Vec::with_capacity(2 * half + 1);
    (0..values.len())
        .map(|i| {
            window.clear();
            window.extend_from_slice(&values[i.saturating_sub(half)..(i + half + 1).min(values.len())]);
            median(&mut window)
        })
        .collect()
}

/// The mean of the `2 * half + 1` neighbours of every value; fewer at the ends.
pub(super) fn running_mean(values: &[f32], half: usize) -> Vec<f32> {
    (0..values.len())
        .map(|i| {
            let window = &values[i.saturating_sub(half)..(i + half + 1).min(values.len())];
            window.iter().sum::<f32>() / window.len() as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outliers_move_nothing() {
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0, 0.0], 1.0), 4.0);
        assert_eq!(running_median(&[1.0, 1.0, 90.0, 1.0, 1.0], 1), [1.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(running_mean(&[1.0, 3.0, 5.0], 1), [2.0, 3.0, 4.0]);
        assert!((spread(&mut [1.0, 2.0, 3.0, 4.0, 5.0]) - 1.4826).abs() < 1e-6);
    }
}
