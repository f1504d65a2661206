//! Against crepes and scipy.

use super::super::{Calibration, DriftMartingale, Error, scans_needed};
use super::{cases, close, count, near, number, numbers};

#[test]
fn p_values_thresholds_and_wealth_agree_with_crepes() {
    let mut refused = 0;
    for case in cases("conformal", 24) {
        let calibration = Calibration::new(&numbers(&case["clean"])).unwrap();
        let (fresh, p_values) = (numbers(&case["fresh"]), numbers(&case["p"]));
        for (&score, &p) in fresh.iter().zip(&p_values) {
            close(calibration.p_value(score), p, 1e-14);
        }
        let (rate, rank) = (number(&case["rate"]), count(&case["rank"]));
        match calibration.threshold(rate) {
            Ok(threshold) => {
                assert_eq!(threshold.rank, rank);
                let (interval, ends) = (threshold.attained(0.95).unwrap(), numbers(&case["attained"]));
                near(interval.low, ends[0], 1e-9);
                near(interval.high, ends[1], 1e-9);
                // The threshold is where the p-value is at most the rate.
                for score in fresh.iter().chain(calibration.scores()) {
                    assert_eq!(*score > threshold.alarm_above, calibration.p_value(*score) <= rate);
                    assert_eq!(*score >= threshold.alarm_from(), calibration.p_value(*score) <= rate);
                }
            }
            Err(error) => {
                let needed = scans_needed(rate).unwrap();
                assert_eq!(rank, 0);
                assert!(matches!(error, Error::Few { needed: n, found, .. } if n == needed && found < needed));
                refused += 1;
            }
        }
        let mut martingale = DriftMartingale::new(&[], 1).unwrap();
        for (p, wealth) in numbers(&case["uniform"]).into_iter().zip(numbers(&case["wealth"])) {
            martingale.bet(p);
            near(martingale.log_wealth().exp(), wealth, 1e-11);
        }
    }
    assert!((1..20).contains(&refused), "{refused} of 24 refused");
}

#[test]
fn scans_needed_for_the_rates_of_the_field() {
    for (rate, needed) in
        [(0.05, 19), (0.01, 99), (0.004, 249), (0.001, 999), (0.5, 1), (0.3, 3), (0.9, 1), (1e-6, 999_999)]
    {
        assert_eq!(scans_needed(rate).unwrap(), needed, "{rate}");
    }
    let clean: Vec<f64> = (0..249).map(f64::from).collect();
    let threshold = Calibration::new(&clean).unwrap().threshold(0.004).unwrap();
    assert_eq!((threshold.rank, threshold.alarm_above, threshold.promised), (1, 248.0, 0.004));
    assert!(Calibration::new(&clean[1..]).unwrap().threshold(0.004).is_err());
    // Every rate k / (n + 1) has exactly rank k, whatever its rounding.
    let calibration = Calibration::new(&clean[..99]).unwrap();
    for rank in 1..100 {
        assert_eq!(calibration.threshold(rank as f64 / 100.0).unwrap().rank, rank);
    }
}

#[test]
fn thresholds_in_single_precision_lie_above_the_clean_score() {
    for clean in [0.1, 0.100_000_001_490_116_12, 0.7, 3.0] {
        let threshold = Calibration::new(&[clean]).unwrap().threshold(0.5).unwrap();
        let from = threshold.alarm_from_f32();
        assert!(f64::from(from) > clean && f64::from(from.next_down()) <= clean);
        assert!(threshold.alarm_from() > clean && threshold.alarm_from().next_down() <= clean);
    }
}
