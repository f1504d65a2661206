//! The median: what levels and surroundings are estimated with, for outliers cannot move it.

/// The median of `values`, which it reorders: the middle one, or halfway between the two in the middle; 0 for none. Values
/// must be finite.
pub(crate) fn median(values: &mut [f32]) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let even = values.len().is_multiple_of(2);
    let (below, middle, _) = values.select_nth_unstable_by(values.len() / 2, f32::total_cmp);
    if even { f32::midpoint(below.iter().copied().fold(f32::NEG_INFINITY, f32::max), *middle) } else { *middle }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_found_in_any_order_whatever_lies_outside() {
        assert_eq!(median(&mut [3.0, 1e9, 1.0, 2.0, -1e9]), 2.0);
        assert_eq!(median(&mut [4.0, 1e9, 3.0, -1e9]), 3.5);
        assert_eq!(median(&mut [7.0]), 7.0);
        assert_eq!(median(&mut []), 0.0);
    }
}
