//! Against statsmodels, scipy and Newcombe's paper.

use super::super::special::two_sided_t;
use super::super::{
    Paired, beta_cdf, beta_quantile, binomial_cdf, binomial_pmf, cases_to_show, clopper_pearson, erfc, kolmogorov_tail,
    lower_bound, mcnemar_exact, mcnemar_mid_p, newcombe_paired, normal_cdf, normal_quantile, upper_bound, wilson,
};
use super::{cases, close, count, near, number, numbers};
use serde_json::Value;

fn paired(cells: &Value) -> Paired {
    let [both, first_only, second_only, neither] = [0, 1, 2, 3].map(|at| count(&cells[at]));
    Paired { both, first_only, second_only, neither }
}

#[test]
fn intervals_and_tests_agree_with_statsmodels_and_scipy() {
    let file = &cases("rates", 1)[0];
    let random = file["random"].as_array().unwrap();
    assert!(random.len() >= 40);
    for case in random {
        let (events, trials, level) = (count(&case["events"]), count(&case["trials"]), number(&case["level"]));
        let (score, exact) = (wilson(events, trials, level).unwrap(), clopper_pearson(events, trials, level).unwrap());
        for (interval, name) in [(score, "wilson"), (exact, "clopper_pearson")] {
            let ends = numbers(&case[name]);
            close(interval.low, ends[0], 1e-11);
            close(interval.high, ends[1], 1e-11);
        }
        close(upper_bound(events, trials, level).unwrap(), number(&case["upper"]), 1e-11);
        close(lower_bound(events, trials, level).unwrap(), number(&case["lower"]), 1e-11);
        let paired = paired(&case["cells"]);
        let (interval, ends) = (newcombe_paired(&paired, level).unwrap(), numbers(&case["newcombe"]));
        close(interval.low, ends[0].max(-1.0), 1e-11);
        close(interval.high, ends[1].min(1.0), 1e-11);
        near(mcnemar_exact(&paired), number(&case["mcnemar"]), 1e-10);
        near(mcnemar_mid_p(&paired), number(&case["mid_p"]), 1e-10);
    }
}

#[test]
fn the_paired_interval_is_that_of_newcombes_table() {
    let file = &cases("rates", 1)[0];
    let rows = file["paper"].as_array().unwrap();
    assert_eq!(rows.len(), 18);
    for row in rows {
        let (interval, ends) = (newcombe_paired(&paired(&row["cells"]), 0.95).unwrap(), numbers(&row["newcombe"]));
        // Four decimals are printed, some of them cut and not rounded.
        close(interval.low, ends[0], 1e-4);
        close(interval.high, ends[1], 1e-4);
    }
}

#[test]
fn distributions_agree_with_scipy() {
    for case in cases("distributions", 60) {
        let at = |name: &str| number(&case[name]);
        near(beta_cdf(at("a"), at("b"), at("x")), at("beta_cdf"), 1e-9);
        near(beta_quantile(at("a"), at("b"), at("p")), at("beta_quantile"), 1e-9);
        let (events, trials) = (count(&case["events"]), count(&case["trials"]));
        close(binomial_cdf(events, trials, at("rate")), at("binomial_cdf"), 1e-11);
        close(binomial_pmf(events, trials, at("rate")), at("binomial_pmf"), 1e-11);
        near(normal_cdf(at("z")), at("normal_cdf"), 1e-12);
        near(erfc(at("z")), at("erfc"), 1e-12);
        close(normal_quantile(at("p")), at("normal_quantile"), 1e-14);
        close(two_sided_t(1.0 - at("p"), at("freedom")), at("t"), 1e-10);
        near(kolmogorov_tail(at("k")), at("kolmogorov"), 1e-10);
    }
}

#[test]
fn quantiles_go_back_to_their_probabilities() {
    for step in 1..1000 {
        let p = f64::from(step) / 1000.0;
        close(normal_cdf(normal_quantile(p)), p, 1e-14);
        for (a, b) in [(1.0, 1.0), (0.5, 30.0), (3.0, 997.0), (400.0, 2.0), (20_000.0, 30_000.0)] {
            close(beta_cdf(a, b, beta_quantile(a, b, p)), p, 1e-10);
        }
    }
    for exponent in 3..300 {
        let p = 10_f64.powi(-exponent);
        near(normal_cdf(normal_quantile(p)), p, 1e-11);
    }
}

#[test]
fn what_a_number_of_clean_scans_proves() {
    // The rule of three: none of 300 proves less than 1 %, none of 298 does not.
    assert!(upper_bound(0, 300, 0.95).unwrap() < 0.01);
    assert_eq!(cases_to_show(0.01, 0, 0.95).unwrap(), 299);
    assert_eq!(cases_to_show(0.001, 0, 0.95).unwrap(), 2995);
    assert_eq!(cases_to_show(0.01, 1, 0.95).unwrap(), 473);
    for (rate, events) in [(0.004, 0), (0.05, 2), (0.5, 7), (0.001, 3)] {
        let needed = cases_to_show(rate, events, 0.95).unwrap();
        assert!(upper_bound(events, needed, 0.95).unwrap() <= rate);
        assert!(upper_bound(events, needed - 1, 0.95).unwrap() > rate);
    }
    // One-sided at 0.975 is the end of the two-sided at 0.95.
    close(upper_bound(7, 90, 0.975).unwrap(), clopper_pearson(7, 90, 0.95).unwrap().high, 1e-13);
}

#[test]
fn answers_are_counted_into_the_right_cells() {
    let answers =
        [(true, true), (true, false), (true, false), (false, true), (false, false), (false, false), (false, false)];
    let paired = Paired::count(answers);
    assert_eq!(paired, Paired { both: 1, first_only: 2, second_only: 1, neither: 3 });
    assert_eq!((paired.cases(), paired.difference()), (7, 1.0 / 7.0));
}
