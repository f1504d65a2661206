//! Gates: what must fail fails, and what has not changed passes.

use super::*;
use crate::evaluate::accuracy::accuracy;
use crate::evaluate::comparison::compare;
use crate::evaluate::gate::{Check, Ending, Findings, Gate, TimeRatio};
use crate::evaluate::speed::SpeedComparison;

const GATE: &str = r"
[baseline]
detection = [{ at_false_alarms = 0.01, margin = 0.01 }]
operating_detection = 0.01
operating_false_alarms = 0.005
roc_auc = 0.005
[parity]
largest = 1e-4
p999 = 1e-5
[speed]
slower = 0.1
";

fn hold(gate: &str, new: &[Outcome], old: &[Outcome], time: f64) -> Vec<Check> {
    let settings = checked(200);
    let comparison = compare(new, old, 1, &settings).unwrap();
    let accuracy = accuracy(new, None, 2, &settings).unwrap();
    let ratio = TimeRatio { ratio: time, low: time - 0.02, high: time + 0.02, noise: 0.03 };
    let speed = SpeedComparison { latency: ratio, batch: ratio };
    let findings = Findings { accuracy: &accuracy, comparison: Some(&comparison), speed: Some(&speed) };
    Gate::parse(gate).unwrap().hold(&findings).unwrap()
}

fn failed(checks: &[Check]) -> Vec<&str> {
    checks.iter().filter(|check| check.ending == Ending::Regression).map(|check| check.name.as_str()).collect()
}

#[test]
fn an_unchanged_model_passes_every_time() {
    for seed in 0..20 {
        // Few scans, too: the same scores leave nothing to be unsure of.
        let outcomes = scored(40 + 20 * seed as usize, 20 + 10 * seed as usize, 1.5, seed);
        let checks = hold(GATE, &outcomes, &outcomes, 1.0);
        assert_eq!(checks.len(), 9);
        assert!(checks.iter().all(|check| check.ending == Ending::Pass), "{checks:?}");
    }
}

#[test]
fn three_points_of_detection_less_fail() {
    for seed in 0..5 {
        let old = scored(2000, 1000, 3.5, seed);
        let mut new = old.clone();
        let found = new.iter_mut().filter(|outcome| outcome.loaded && outcome.alarms());
        // Every so many of those that were found is lost: 30 of 1,000.
        for outcome in found.step_by(25).take(30) {
            outcome.score = Some(0.05);
            outcome.verdict = Verdict::Clear;
        }
        let checks = hold(&GATE[..GATE.find("[parity]").unwrap()], &new, &old, 1.0);
        let failed = failed(&checks);
        assert!(failed.contains(&"baseline.operating_detection"), "{checks:?}");
        assert!(failed.contains(&"baseline.detection at 1 % false alarms"), "{checks:?}");
        assert!(!failed.contains(&"baseline.operating_false_alarms"), "{checks:?}");
    }
}

#[test]
fn a_fifth_slower_fails_and_noise_does_not() {
    let outcomes = scored(50, 50, 1.5, 1);
    let ending = |time: f64| hold("[speed]\nslower = 0.1\n", &outcomes, &outcomes, time)[0].ending;
    assert_eq!(ending(1.2), Ending::Regression);
    assert_eq!(ending(1.0), Ending::Pass);
    assert_eq!(ending(0.5), Ending::Pass);
    assert_eq!(ending(1.09), Ending::Inconclusive);
}

#[test]
fn one_flipped_label_fails() {
    let old = scored(200, 200, 1.5, 2);
    let mut new = old.clone();
    let outcome = new.iter_mut().find(|outcome| outcome.alarms()).unwrap();
    outcome.verdict = Verdict::Inconclusive;
    let name = outcome.name.clone();
    let checks = hold(GATE, &new, &old, 1.0);
    assert_eq!(failed(&checks), ["parity.flips"]);
    // What follows from the scores alone is the same, however few the scans; what follows from answers is not.
    for (name, ending) in [
        ("baseline.roc_auc", Ending::Pass),
        ("baseline.detection at 1 % false alarms", Ending::Pass),
        ("baseline.operating_detection", Ending::Inconclusive),
    ] {
        assert_eq!(checks.iter().find(|check| check.name == name).unwrap().ending, ending, "{name}");
    }
    let flips = checks.iter().find(|check| check.name == "parity.flips").unwrap();
    assert!(flips.message.contains(&format!("1 verdicts differ, at most 0 may: {name}")), "{}", flips.message);
    let wide = GATE.replace("p999 = 1e-5", "p999 = 1e-5\nflips = 1");
    assert!(failed(&hold(&wide, &new, &old, 1.0)).is_empty());
}

#[test]
fn scores_that_moved_fail_parity() {
    let old = scored(200, 200, 1.5, 2);
    let mut new = old.clone();
    new[0].score = new[0].score.map(|score| score + 2e-4);
    assert_eq!(failed(&hold(GATE, &new, &old, 1.0)), ["parity.largest", "parity.p999"]);
}

#[test]
fn small_sets_are_inconclusive_and_say_what_it_takes() {
    let mut outcomes = scored(300, 100, 12.0, 4);
    outcomes[..10].iter_mut().for_each(|outcome| outcome.verdict = Verdict::Flagged);
    let held = |gate: &str| {
        let accuracy = accuracy(&outcomes, None, 1, &checked(100)).unwrap();
        let findings = Findings { accuracy: &accuracy, comparison: None, speed: None };
        Gate::parse(gate).unwrap().hold(&findings).unwrap().remove(0)
    };
    // Every load is found, which with 100 shows no more than about 96 %.
    let found = held("[[require]]\nfigure = 'operating_detection'\nat_least = 0.99\n");
    assert_eq!(found.ending, Ending::Inconclusive);
    assert!(
        found.message.contains("the set is too small: it takes 381 scans of as many containers without an error"),
        "{}",
        found.message
    );
    assert_eq!(held("[[require]]\nfigure = 'operating_detection'\nat_least = 0.95\n").ending, Ending::Pass);
    let point = held("[[require]]\nfigure = 'operating_detection'\nat_least = 0.99\npoint = true\n");
    assert_eq!(point.ending, Ending::Pass);
    let wrong = held("[[require]]\nfigure = 'operating_false_alarms'\nat_most = 0.001\n");
    assert_eq!((wrong.ending, wrong.name.as_str()), (Ending::Regression, "require operating_false_alarms (all)"));
    // At 0.1 % not one alarm fits into 300 clean scans: the rate cannot be measured here.
    let at = held("[[require]]\nfigure = 'detection'\nat_false_alarms = 0.001\nat_least = 0.5\n");
    assert_eq!(at.ending, Ending::Inconclusive);
    assert!(at.message.contains("not measured on 300 clean"), "{}", at.message);
}

#[test]
fn requirements_hold_for_each_part() {
    let outcomes = scored(300, 400, 3.0, 4);
    let accuracy = accuracy(&outcomes, None, 1, &checked(100)).unwrap();
    let findings = Findings { accuracy: &accuracy, comparison: None, speed: None };
    let held = |gate: &str| Gate::parse(gate).unwrap().hold(&findings);
    let each = held("[[require]]\nfigure = 'hit_rate'\nby = 'class'\nat_least = 0.5\n").unwrap();
    let names: Vec<&str> = each.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["require hit_rate (class rip_off)", "require hit_rate (class structure)"]);
    let auc = held("[[require]]\nfigure = 'roc_auc'\nby = 'family'\nvalue = 'tyres'\nat_least = 0.9\n").unwrap();
    assert_eq!((auc.len(), auc[0].ending), (1, Ending::Pass));
    let none = held("[[require]]\nfigure = 'roc_auc'\nby = 'family'\nvalue = 'cars'\nat_least = 0.9\n").unwrap();
    assert_eq!(none[0].ending, Ending::Inconclusive);
    assert!(none[0].message.contains("no part by family cars"), "{none:?}");
    let rate = held("[[require]]\nfigure = 'detection'\nat_false_alarms = 0.02\nat_least = 0.9\n").unwrap_err();
    assert!(rate.to_string().contains("at 2 % false alarms was not measured"), "{rate}");
    assert!(held("[parity]\nlargest = 0.1\n").unwrap_err().help.is_some());
    // Times that could not be taken show nothing.
    assert_eq!(held("[speed]\nslower = 0.1\n").unwrap()[0].ending, Ending::Inconclusive);
}

#[test]
fn gates_that_say_nothing_or_nonsense_are_refused() {
    for (text, expected) in [
        ("", "the gate checks nothing"),
        ("[baseline]\n", "the gate checks nothing"),
        ("[speed]\nslower = -1.0\n", "speed.slower is -1"),
        ("[baseline]\nroc_auc = 2.0\n", "baseline.roc_auc is 2, expected 0 to 1"),
        ("[baseline]\nauc = 0.1\n", "unknown field `auc`"),
        ("[baseline]\ndetection = [{ at_false_alarms = 4, margin = 0.1 }]\n", "detection 1: at_false_alarms is 4"),
        ("[parity]\nlargest = nan\n", "parity.largest is NaN"),
        ("[[require]]\nfigure = 'roc_auc'\n", "require 1: expected at_least or at_most"),
        ("[[require]]\nfigure = 'roc_auc'\nat_least = 0.1\nat_most = 0.2\n", "one of the two"),
        ("[[require]]\nfigure = 'detection'\nat_least = 0.1\n", "at_false_alarms goes with figure"),
        ("[[require]]\nfigure = 'hit_rate'\nvalue = 'a'\nat_least = 0.1\n", "value needs by"),
        (
            "[[require]]\nfigure = 'hit_rate'\nby = 'clas'\nat_least = 0.5\n",
            "by is \"clas\", expected one of class, mass",
        ),
        ("level = 0.01\n[parity]\nlargest = 0.1\n", "level is 0.01, expected 0.8 to 0.999"),
        ("[[require]]\nfigure = 'hit_rate'\nat_least = 95\n", "require 1: the bound is 95"),
    ] {
        let error = Gate::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

/// The endings of checks by the start of their names.
fn ending(checks: &[Check], name: &str) -> Ending {
    let found = checks.iter().find(|check| check.name.starts_with(name));
    found.unwrap_or_else(|| panic!("no {name} in {checks:?}")).ending
}

#[test]
fn scans_that_one_result_lacks_leave_the_gate_open() {
    let old = scored(600, 400, 2.0, 1);
    let new = vec![old[0].clone(), old[999].clone()];
    let checks = hold(GATE, &new, &old, 1.0);
    assert_eq!(ending(&checks, "set.unpaired"), Ending::Inconclusive);
    assert_eq!(ending(&checks, "baseline.operating_detection"), Ending::Inconclusive, "{checks:?}");
    assert_eq!(ending(&hold(GATE, &old, &new, 1.0), "set.unpaired"), Ending::Inconclusive);
    let allowed = hold(&format!("unpaired = 1\n{GATE}"), &old[1..], &old, 1.0);
    assert_eq!(ending(&allowed, "set.unpaired"), Ending::Pass);
}

#[test]
fn a_baseline_that_failed_is_no_baseline() {
    let new = scored(60, 60, 2.0, 1);
    let mut old = new.clone();
    for outcome in &mut old {
        (outcome.score, outcome.verdict) = (None, Verdict::Failed);
    }
    let checks = hold(GATE, &new, &old, 1.0);
    assert_eq!(ending(&checks, "set.failed"), Ending::Inconclusive);
    assert_eq!(ending(&checks, "parity"), Ending::Inconclusive);
    // Failed on both sides, no score says anything.
    let both = hold(GATE, &old, &old, 1.0);
    assert_eq!(ending(&both, "parity"), Ending::Inconclusive);
    assert_ne!(ending(&both, "baseline.roc_auc"), Ending::Pass, "{both:?}");
}

#[test]
fn scans_of_few_containers_prove_no_more_than_their_containers() {
    let in_containers = |outcomes: &[Outcome], each: usize| -> Vec<Outcome> {
        let named = outcomes.iter().enumerate().map(|(at, outcome)| Outcome {
            container: Some(format!("{}{}", if outcome.loaded { "l" } else { "c" }, at / each)),
            ..outcome.clone()
        });
        named.collect()
    };
    // Two models that tell all scans of three clean and three loaded containers apart, with other scores.
    let apart: Vec<Outcome> =
        (0..1200).map(|at| outcome(&format!("s{at:04}"), at >= 600, if at >= 600 { 0.9 } else { 0.1 })).collect();
    let old = in_containers(&apart, 200);
    let mut new = old.clone();
    for outcome in &mut new {
        outcome.score = outcome.score.map(|score| score + 0.05);
    }
    let gate = "[baseline]\nroc_auc = 0.01\noperating_detection = 0.0\ndetection = [{ at_false_alarms = 0.01, margin = 0.01 }]\n";
    for check in hold(gate, &new, &old, 1.0) {
        assert_eq!(check.ending, Ending::Inconclusive, "{check:?}");
    }
    // 150 clean scans of one container without an alarm.
    let mut clean = in_containers(&scored(150, 0, 0.0, 1), 150);
    for outcome in &mut clean {
        outcome.verdict = Verdict::Clear;
    }
    let accuracy = accuracy(&clean, None, 1, &checked(100)).unwrap();
    let findings = Findings { accuracy: &accuracy, comparison: None, speed: None };
    let gate = Gate::parse("[[require]]\nfigure = 'operating_false_alarms'\nat_most = 0.03\n").unwrap();
    assert_eq!(gate.hold(&findings).unwrap()[0].ending, Ending::Inconclusive);
}

#[test]
fn intervals_without_width_and_rates_that_cannot_be_told_pass_nothing() {
    let scores = [(0.1, false), (0.6, false), (0.3, false), (0.5, true), (0.9, true), (0.95, true)];
    let old: Vec<Outcome> =
        scores.iter().enumerate().map(|(at, &(score, loaded))| outcome(&format!("s{at}"), loaded, score)).collect();
    let mut new = old.clone();
    for outcome in &mut new {
        outcome.score = outcome.score.map(|score| score + 0.01);
    }
    assert_eq!(ending(&hold("[baseline]\nroc_auc = 0.0\n", &new, &old, 1.0), "baseline.roc_auc"), Ending::Inconclusive);
    // Five clean scans do not tell a rate of 1 %, however many loaded ones there are.
    let old = scored(5, 2000, 3.0, 1);
    let mut new = old.clone();
    new[7].score = Some(0.5);
    let gate = "[baseline]\ndetection = [{ at_false_alarms = 0.01, margin = 0.01 }]\n";
    let checks = hold(gate, &new, &old, 1.0);
    assert_eq!(ending(&checks, "baseline.detection"), Ending::Inconclusive);
    assert!(checks[0].message.contains("it takes 100 at the very least"), "{checks:?}");
}

#[test]
fn a_machine_that_cannot_tell_passes_no_times() {
    let outcomes = scored(50, 50, 1.5, 1);
    let accuracy = accuracy(&outcomes, None, 1, &checked(100)).unwrap();
    let gate = Gate::parse("[speed]\nslower = 0.1\n").unwrap();
    let held = |latency: f64, batch: f64, noise: f64| {
        let ratio = |ratio: f64| TimeRatio { ratio, low: ratio - 0.02, high: ratio + 0.02, noise };
        let speed = SpeedComparison { latency: ratio(latency), batch: ratio(batch) };
        let checks = gate.hold(&Findings { accuracy: &accuracy, comparison: None, speed: Some(&speed) }).unwrap();
        (checks[0].ending, checks[1].ending)
    };
    assert_eq!(held(1.0, 1.0, 0.6), (Ending::Inconclusive, Ending::Inconclusive));
    assert_eq!(held(1.0, 1.5, 0.02), (Ending::Pass, Ending::Regression));
    assert_eq!(held(1.8, 1.0, 0.6).0, Ending::Regression);
}
