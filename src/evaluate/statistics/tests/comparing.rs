//! Against R's pROC and `ks.test`, `MLstatkit` and scipy.

use super::super::{DeLong, KsMethod, Ranking, Wanted, Weights, kolmogorov_smirnov, kolmogorov_tail};
use super::{cases, close, flags, near, number, numbers};

#[test]
fn delong_agrees_with_proc_and_mlstatkit() {
    let mut logits = 0;
    for case in cases("delong", 28) {
        let at = |name: &str| number(&case[name]);
        let positive = flags(&case["positive"]);
        let first = DeLong::new(&numbers(&case["first"]), &positive).unwrap();
        let second = DeLong::new(&numbers(&case["second"]), &positive).unwrap();
        close(first.auc(), at("auc_first"), 1e-12);
        close(second.auc(), at("auc_second"), 1e-12);
        near(first.variance(), at("variance_first"), 1e-10);
        near(second.variance(), at("variance_second"), 1e-10);
        close(first.covariance(&second).unwrap(), at("covariance"), 1e-12);
        let interval = first.interval(0.95).unwrap();
        for (low, high) in [("low", "high"), ("low_mlstatkit", "high_mlstatkit")] {
            close(interval.low, at(low), 1e-12);
            close(interval.high, at(high), 1e-12);
        }
        let difference = first.compare(&second, 0.95).unwrap();
        close(difference.difference, at("auc_first") - at("auc_second"), 1e-12);
        close(difference.z, at("z"), 1e-9);
        close(difference.p, at("p"), 1e-10);
        close(difference.p, at("p_mlstatkit"), 1e-10);
        close(
            difference.interval.low,
            difference.difference - 1.959_963_984_540_054 * difference.standard_error,
            1e-14,
        );
        close(
            difference.interval.high,
            difference.difference + 1.959_963_984_540_054 * difference.standard_error,
            1e-14,
        );
        if let Some(interval) = first.logit_interval(0.95).unwrap() {
            let ends = numbers(&case["logit"]);
            close(interval.low, ends[0], 1e-12);
            close(interval.high, ends[1], 1e-12);
            logits += 1;
        }
        // The ranking's AUC is the same by another way.
        let figures = Ranking::new(&numbers(&case["first"]), &positive).unwrap();
        let figures = figures.measure(Weights::Ones, &Wanted::default()).unwrap();
        close(figures.auc, first.auc(), 1e-13);
    }
    assert!(logits > 20, "only {logits} logit intervals");
}

#[test]
fn models_that_rank_alike_do_not_differ() {
    let case = &cases("delong", 28)[1];
    let (positive, scores) = (flags(&case["positive"]), numbers(&case["first"]));
    let stretched: Vec<f64> = scores.iter().map(|score| score.exp() * 3.0 - 1.0).collect();
    let (first, second) = (DeLong::new(&scores, &positive).unwrap(), DeLong::new(&stretched, &positive).unwrap());
    let difference = first.compare(&second, 0.95).unwrap();
    assert_eq!((difference.difference, difference.standard_error, difference.z, difference.p), (0.0, 0.0, 0.0, 1.0));
    // Perfect against hopeless: no variance at all, and no doubt.
    let labels = [true, true, false, false];
    let (best, worst) = (DeLong::new(&[3.0, 4.0, 1.0, 2.0], &labels), DeLong::new(&[1.0, 2.0, 3.0, 4.0], &labels));
    let difference = best.unwrap().compare(&worst.unwrap(), 0.95).unwrap();
    assert_eq!((difference.difference, difference.z, difference.p), (1.0, f64::INFINITY, 0.0));
}

#[test]
fn kolmogorov_smirnov_agrees_with_r_and_scipy() {
    let (mut tied, mut dealt, mut untied) = (0, 0, 0);
    for case in cases("kolmogorov", 32) {
        let (first, second) = (numbers(&case["first"]), numbers(&case["second"]));
        let test = kolmogorov_smirnov(&first, &second).unwrap();
        close(test.statistic, number(&case["statistic"]), 1e-12);
        near(test.p, number(&case["p"]), 1e-9);
        assert_eq!(test.method, KsMethod::Exact);
        if let Some(expected) = case["scipy"].as_f64() {
            near(test.p, expected, 1e-9);
            assert!(!test.ties);
            untied += 1;
        } else {
            assert!(test.ties);
            tied += 1;
        }
        if let Some(expected) = case["dealt"].as_f64() {
            near(test.p, expected, 1e-9);
            dealt += 1;
        }
        let swapped = kolmogorov_smirnov(&second, &first).unwrap();
        near(swapped.p, test.p, 1e-12);
    }
    assert!(tied > 15 && dealt > 10 && untied > 4, "{tied} {dealt} {untied}");
}

#[test]
fn the_limit_is_taken_for_large_samples_and_is_near_the_exact() {
    let spread =
        |count: u32, shift: f64| (0..count).map(|at| f64::from(at) / f64::from(count) + shift).collect::<Vec<_>>();
    let large = kolmogorov_smirnov(&spread(6000, 0.0), &spread(4000, 0.021)).unwrap();
    assert_eq!(large.method, KsMethod::Asymptotic);
    close(large.p, kolmogorov_tail(large.statistic * 2400_f64.sqrt()), 1e-15);
    let smaller = kolmogorov_smirnov(&spread(3000, 0.0), &spread(2000, 0.031)).unwrap();
    assert_eq!(smaller.method, KsMethod::Exact);
    let limit = kolmogorov_tail(smaller.statistic * 1200_f64.sqrt());
    assert!((0.0..0.01).contains(&(limit - smaller.p)), "exact {}, limit {limit}", smaller.p);
}
