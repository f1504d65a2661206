//! Against numpy and scipy.

use super::super::{Timings, block_medians, interleaved_ratio, quantile_interval};
use super::{cases, close, near, number, numbers};

#[test]
fn percentiles_intervals_and_ratios_agree_with_numpy_and_scipy() {
    let (mut some, mut none) = (0, 0);
    for case in cases("speed", 24) {
        let (times, level) = (numbers(&case["times"]), number(&case["level"]));
        let timings = Timings::new(&times, level).unwrap();
        let found = [timings.fastest, timings.p50, timings.p95, timings.p99, timings.slowest];
        found.iter().zip(numbers(&case["percentiles"])).for_each(|(found, expected)| close(*found, expected, 1e-12));
        let mut sorted = times.clone();
        sorted.sort_by(f64::total_cmp);
        for (share, ends) in case["intervals"].as_object().unwrap() {
            let (share, ends) = (share.parse().unwrap(), numbers(ends));
            let interval = quantile_interval(&sorted, share, level).unwrap();
            if share == 0.5 {
                assert_eq!(interval, timings.median);
            }
            if ends.iter().all(|end| end.is_finite()) {
                let interval = interval.unwrap();
                close(interval.low, ends[0], 1e-12);
                close(interval.high, ends[1], 1e-12);
                some += 1;
            } else {
                assert_eq!(interval, None);
                none += 1;
            }
        }
        let ratio = interleaved_ratio(&times, &numbers(&case["other"]), level).unwrap();
        near(ratio.ratio, number(&case["ratio"]), 1e-12);
        near(ratio.interval.low, number(&case["low"]), 1e-9);
        near(ratio.interval.high, number(&case["high"]), 1e-9);
    }
    assert!(some > 20 && none > 10, "{some} intervals, {none} without");
}

#[test]
fn a_run_is_long_enough_when_its_median_is_known() {
    let steady: Vec<f64> = (0..40).map(|at| 1.0 + f64::from(at % 5) * 0.001).collect();
    let timings = Timings::new(&steady, 0.95).unwrap();
    assert!(timings.enough(0.01) && !timings.enough(1e-5));
    assert!(!Timings::new(&steady[..5], 0.95).unwrap().enough(0.5), "five timings say nothing at 95 %");
}

#[test]
fn the_noise_floor_is_the_farther_end() {
    let ratio = interleaved_ratio(&[1.0, 1.0, 1.0], &[1.2, 1.2, 1.2], 0.95).unwrap();
    close(ratio.noise_floor(), 0.2, 1e-12);
    let ratio = interleaved_ratio(&[1.2, 1.2, 1.2], &[1.0, 1.0, 1.0], 0.95).unwrap();
    close(ratio.noise_floor(), 0.2, 1e-12);
    assert_eq!(block_medians(&[3.0, 1.0, 2.0, 9.0, 8.0, 7.0, 5.0], 3), [2.0, 8.0]);
}
