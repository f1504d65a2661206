//! Against scikit-learn.

use super::super::{Bootstrap, Ranking, Wanted, Weights};
use super::{cases, close, flags, number, numbers};

#[test]
fn figures_agree_with_scikit_learn() {
    for case in cases("ranking", 40) {
        let (scores, positive, weights) =
            (numbers(&case["scores"]), flags(&case["positive"]), numbers(&case["weights"]));
        let counts: Vec<u32> = weights.iter().map(|weight| *weight as u32).collect();
        let weights = match case["weighting"].as_str().unwrap() {
            "ones" => Weights::Ones,
            "counts" => Weights::Counts(&counts),
            _ => Weights::Reals(&weights),
        };
        let (detection, partial) = (case["detection"].as_array().unwrap(), case["partial"].as_array().unwrap());
        let rates: Vec<f64> = detection.iter().map(|row| number(&row["rate"])).collect();
        let limits: Vec<f64> = partial.iter().map(|row| number(&row["rate"])).collect();
        let wanted = Wanted::new(&rates, &limits).unwrap();
        let ranking = Ranking::new(&scores, &positive).unwrap();
        let figures = ranking.measure(weights, &wanted).unwrap();
        close(figures.auc, number(&case["auc"]), 1e-12);
        close(figures.average_precision, number(&case["average_precision"]), 1e-12);
        for (found, row) in figures.detection.iter().zip(detection) {
            close(found.detected, number(&row["detected"]), 1e-12);
            close(found.false_alarms, number(&row["false_alarms"]), 1e-12);
            // scikit-learn leaves cases without weight out, their thresholds too; what counts is what alarms.
            let point = ranking.at_threshold(found.threshold, weights).unwrap();
            close(point.detected, found.detected, 1e-12);
            close(point.false_alarms, found.false_alarms, 1e-12);
            close(found.threshold, number(&row["threshold"]), 1e-12);
        }
        for (found, row) in figures.partial.iter().zip(partial) {
            close(found.raw, number(&row["raw"]), 1e-12);
            close(found.standardised, number(&row["standardised"]), 1e-12);
        }
        let corners = case["roc"].as_array().unwrap();
        if !corners.is_empty() {
            let roc = ranking.roc(weights).unwrap();
            let [rates, detected, thresholds] = [0, 1, 2].map(|list| numbers(&corners[list]));
            assert_eq!(roc.len(), rates.len());
            for (at, point) in roc.iter().enumerate() {
                close(point.false_alarms, rates[at], 1e-12);
                close(point.detected, detected[at], 1e-12);
                close(point.threshold, thresholds[at], 1e-12);
            }
        }
        let mut numbers = vec![0.0; wanted.figures()];
        ranking.fill(weights, &wanted, &mut numbers);
        assert_eq!(numbers[..2], [figures.auc, figures.average_precision]);
        assert!(numbers[2..].iter().zip(&figures.detection).all(|(number, row)| *number == row.detected));
        assert!(numbers[2 + rates.len()..].iter().zip(&figures.partial).all(|(number, row)| *number == row.raw));
    }
}

#[test]
fn counts_are_the_same_as_repeated_cases_and_a_part_as_its_own_ranking() {
    let case = &cases("ranking", 40)[1];
    let (scores, positive) = (numbers(&case["scores"]), flags(&case["positive"]));
    let wanted = Wanted::new(&[0.01, 0.1, 0.3], &[0.2]).unwrap();
    let mut counts = Vec::new();
    let clusters: Vec<usize> = (0..scores.len()).map(|at| at / 3).collect();
    let keep: Vec<bool> = (0..scores.len()).map(|at| at % 3 != 1).collect();
    let whole = Ranking::new(&scores, &positive).unwrap();
    let part = whole.restricted(&keep).unwrap();
    assert!(part.len() < whole.len() && !part.is_empty());
    let mut compared = 0;
    for round in 0..50 {
        Bootstrap::new(&clusters, &positive, 3).unwrap().draw(round, &mut counts);
        for (ranking, keep) in [(&whole, None), (&part, Some(&keep))] {
            let (mut repeated, mut labels) = (Vec::new(), Vec::new());
            for (at, &times) in counts.iter().enumerate().filter(|(at, _)| keep.is_none_or(|keep| keep[*at])) {
                repeated.extend(std::iter::repeat_n(scores[at], times as usize));
                labels.extend(std::iter::repeat_n(positive[at], times as usize));
            }
            let expected = Ranking::new(&repeated, &labels).unwrap().measure(Weights::Ones, &wanted);
            assert_eq!(ranking.measure(Weights::Counts(&counts), &wanted), expected);
            compared += usize::from(expected.is_some());
        }
    }
    assert!(compared > 90, "only {compared} rounds had both classes");
}

#[test]
fn a_rate_that_a_decimal_names_is_kept_exactly() {
    // 29 of 100 is a rate of 0.29 although 0.29 * 100 is less than 29 in doubles.
    let scores: Vec<f64> = (0..200).map(f64::from).collect();
    let positive: Vec<bool> = (0..200).map(|at| at % 2 == 0).collect();
    let ranking = Ranking::new(&scores, &positive).unwrap();
    for percent in 1..100 {
        let wanted = Wanted::new(&[f64::from(percent) / 100.0], &[]).unwrap();
        let row = ranking.measure(Weights::Ones, &wanted).unwrap().detection[0];
        assert_eq!((row.false_alarms, row.detected), (f64::from(percent) / 100.0, f64::from(percent) / 100.0));
    }
}
