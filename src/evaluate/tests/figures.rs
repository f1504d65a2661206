//! Outcomes to figures.

use super::*;
use crate::evaluate::accuracy::accuracy;
use crate::evaluate::comparison::compare;
use crate::evaluate::figures::{Accuracy, Figures};
use crate::evaluate::statistics::wilson;

fn part<'a>(accuracy: &'a Accuracy, by: &str, value: &str) -> &'a Figures {
    let found = accuracy.strata.iter().find(|stratum| stratum.by == by && stratum.value == value);
    &found.unwrap_or_else(|| panic!("{by} {value} of {:?}", accuracy.strata)).figures
}

/// Five clean scans and five loaded ones, few enough to count by hand.
fn by_hand() -> Vec<Outcome> {
    let scores = [(0.1, false), (0.2, false), (0.3, false), (0.8, false), (0.5, false)];
    let loaded = [(0.9, true), (0.85, true), (0.8, true), (0.4, true), (0.15, true)];
    let mut outcomes: Vec<Outcome> = scores
        .iter()
        .chain(&loaded)
        .enumerate()
        .map(|(number, &(score, loaded))| outcome(&format!("s{number}"), loaded, score))
        .collect();
    for (number, outcome) in outcomes.iter_mut().enumerate() {
        outcome.family = Some(if number % 2 == 0 { "coffee" } else { "tyres" }.to_owned());
        let flagged = outcome.alarms();
        if outcome.loaded {
            let hit = LoadHit { region: 0, iou: 0.4, centred: number == 5 };
            // The third is flagged for another place.
            let hit = (flagged && number != 7).then_some(hit);
            outcome.loads.push(load(
                if number < 8 { "rip_off" } else { "structure" },
                20.0 * number as f64 - 80.0,
                hit,
            ));
            let hits = if hit.is_some() { vec![0] } else { Vec::new() };
            if flagged {
                outcome.regions.push(RegionOutcome { score: outcome.score.unwrap(), hits });
            }
        } else if flagged {
            outcome.regions.push(RegionOutcome { score: 0.8, hits: Vec::new() });
        }
    }
    outcomes
}

#[test]
fn figures_of_few_scans_are_what_a_count_gives() {
    let found = accuracy(&by_hand(), None, 1, &checked(200)).unwrap();
    let all = &found.all;
    assert_eq!((all.counts.scans, all.counts.clean, all.counts.loaded, all.counts.loads), (10, 5, 5, 5));
    let ranking = all.ranking.as_ref().unwrap();
    // Of 25 pairs: 0.9 and 0.85 beat all, 0.8 beats four and ties one, 0.4 beats three, 0.15 beats one.
    assert!((ranking.roc_auc.value - (5.0 + 5.0 + 4.5 + 3.0 + 1.0) / 25.0).abs() < 1e-12, "{:?}", ranking.roc_auc);
    assert!(ranking.roc_auc.low.unwrap() < ranking.roc_auc.value && ranking.roc_auc.high.unwrap() < 1.0);
    let at: Vec<(f64, f64, bool)> =
        ranking.detection.iter().map(|d| (d.false_alarms, d.detected.value, d.enough_clean)).collect();
    // No alarm fits into five per cent of five clean scans: what scores above all of them is found.
    assert_eq!(at, [(0.001, 0.4, false), (0.004, 0.4, false), (0.01, 0.4, false), (0.05, 0.4, false)]);
    let operating = &all.operating;
    let detection = operating.detection.unwrap();
    assert_eq!((detection.count, detection.of), (3, 5));
    let expected = wilson(3, 5, 0.95).unwrap();
    assert_eq!((detection.low, detection.high), (expected.low, expected.high));
    assert_eq!(operating.false_alarms.unwrap().count, 1);
    assert_eq!(operating.false_alarms_per_1000, Some(200.0));
    assert_eq!(operating.loaded_called_clear.unwrap().count, 2);
    let regions = all.regions.as_ref().unwrap();
    assert_eq!((regions.hit_rate.count, regions.hit_rate.of), (2, 5));
    assert_eq!((regions.first_hits.unwrap().count, regions.first_hits.unwrap().of), (2, 3));
    assert_eq!((regions.centred.unwrap().count, regions.centred.unwrap().of), (1, 2));
    assert_eq!((regions.precision.unwrap().count, regions.precision.unwrap().of), (2, 4));
    let froc: Vec<f64> = regions.froc.iter().map(|at| at.sensitivity.value).collect();
    assert_eq!(froc, [0.4, 0.4, 0.4, 0.4]);
    let mass = regions.mass.as_ref().unwrap();
    assert_eq!((mass.loads, mass.within_30_percent.count), (2, 2));
    assert!((mass.median_ratio - 0.8).abs() < 1e-12 && (mass.quartiles.0 - 0.8).abs() < 1e-12);
}

#[test]
fn strata_keep_the_clean_scans_that_they_are_held_against() {
    let found = accuracy(&by_hand(), None, 2, &checked(200)).unwrap();
    let names: Vec<(&str, &str)> = found.strata.iter().map(|s| (s.by.as_str(), s.value.as_str())).collect();
    let expected = [
        ("class", "rip_off"),
        ("class", "structure"),
        ("mass", "10 to 50 kg"),
        ("mass", "50 to 200 kg"),
        ("visibility", "visible"),
        ("family", "coffee"),
        ("family", "tyres"),
    ];
    assert_eq!(names, expected);
    // A class is held against all clean scans, a family against its own.
    let rip_off = part(&found, "class", "rip_off");
    assert_eq!((rip_off.counts.clean, rip_off.counts.loaded), (5, 3));
    assert_eq!(rip_off.operating.detection.unwrap().count, 3);
    assert_eq!(rip_off.regions.as_ref().unwrap().hit_rate.of, 3);
    let tyres = part(&found, "family", "tyres");
    assert_eq!((tyres.counts.clean, tyres.counts.loaded), (2, 3));
    // Masses are 20, 40, 60, 80 and 100 kg.
    assert_eq!(part(&found, "mass", "10 to 50 kg").counts.loaded, 2);
}

#[test]
fn a_failed_scan_is_a_miss_or_an_alarm() {
    let mut outcomes = by_hand();
    for at in [0, 5] {
        outcomes[at] = Outcome { verdict: Verdict::Failed, score: None, regions: Vec::new(), ..outcomes[at].clone() };
        outcomes[at].loads.iter_mut().for_each(|load| load.hit = None);
    }
    let found = accuracy(&outcomes, None, 1, &checked(200)).unwrap().all;
    assert_eq!(found.counts.failed, 2);
    assert_eq!(found.operating.detection.unwrap().count, 2);
    assert_eq!(found.operating.false_alarms.unwrap().count, 2);
    // The failed loaded scan ranks below everything, the failed clean one above: 0 + 4 + 3.5 + 2 + 0 pairs are right.
    let auc = found.ranking.unwrap().roc_auc.value;
    assert!((auc - 9.5 / 25.0).abs() < 1e-12, "{auc}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let outcomes = scored(300, 200, 1.5, 3);
    let one = accuracy(&outcomes, None, 1, &checked(300)).unwrap();
    assert_eq!(one, accuracy(&outcomes, None, 3, &checked(300)).unwrap());
    let other = Settings { rounds: 300, seed: 2, ..Settings::default() }.check().unwrap();
    assert_ne!(one, accuracy(&outcomes, None, 1, &other).unwrap());
}

#[test]
fn scans_of_one_container_widen_the_intervals() {
    // Every scan ten times over under one container's number: no more is known than from one of each.
    let few = scored(60, 60, 1.0, 5);
    let copies = |shared: bool| -> Vec<Outcome> {
        let copy = |outcome: &Outcome, number: usize| Outcome {
            name: format!("{}-{number}", outcome.name),
            container: shared.then(|| outcome.name.clone()),
            ..outcome.clone()
        };
        few.iter().flat_map(|outcome| (0..10).map(move |number| copy(outcome, number))).collect()
    };
    let width = |outcomes: &[Outcome]| {
        let auc = accuracy(outcomes, None, 2, &checked(400)).unwrap().all.ranking.unwrap().roc_auc;
        auc.high.unwrap() - auc.low.unwrap()
    };
    let (naive, clustered, once) = (width(&copies(false)), width(&copies(true)), width(&few));
    assert!(clustered > 2.5 * naive, "{clustered} {naive}");
    assert!((clustered / once - 1.0).abs() < 0.2, "{clustered} {once}");
}

#[test]
fn one_class_alone_has_no_ranking() {
    let found = accuracy(&scored(50, 0, 0.0, 1), None, 1, &checked(100)).unwrap().all;
    assert_eq!((found.ranking, found.regions, found.operating.detection), (None, None, None));
    assert!(found.operating.false_alarms.is_some());
    assert!(accuracy(&[], None, 1, &checked(100)).unwrap_err().to_string().contains("no scan to evaluate"));
}

#[test]
fn comparisons_pair_the_scans() {
    let old = scored(400, 300, 1.5, 7);
    let mut new = old.clone();
    for outcome in new.iter_mut().filter(|outcome| outcome.loaded).take(40) {
        outcome.score = Some(0.01);
        outcome.verdict = Verdict::Clear;
    }
    new.reverse();
    new.push(outcome("only_new", false, 0.2));
    let found = compare(&new, &old, 2, &checked(300)).unwrap();
    assert_eq!((found.scans, found.only_new, found.only_old), (700, 1, 0));
    let auc = found.roc_auc.unwrap();
    assert!(auc.difference.high.unwrap() < 0.0 && auc.p.unwrap() < 1e-4, "{auc:?}");
    let detection = found.operating_detection.unwrap();
    assert!(detection.new < detection.old && detection.difference.high.unwrap() < 0.0);
    let alarms = found.operating_false_alarms.unwrap();
    assert_eq!((alarms.new, alarms.p), (alarms.old, Some(1.0)));
    let flips = found.parity.flips.len();
    let expected = old.iter().filter(|o| o.loaded).take(40).filter(|outcome| outcome.alarms()).count();
    assert!(flips == expected && expected > 5, "{flips} {expected}");
    assert!(found.parity.largest > 0.5 && found.parity.p999 <= found.parity.largest);
}

#[test]
fn results_of_other_sets_are_refused() {
    let old = scored(10, 10, 1.0, 1);
    let fault = |new: &[Outcome]| compare(new, &old, 1, &checked(100)).unwrap_err().to_string();
    let mut other = old.clone();
    other[3].loaded = true;
    assert!(fault(&other).contains("scan scan00003 is told to be loaded in one"), "{}", fault(&other));
    let (mut new, mut with_digest) = (old.clone(), old.clone());
    new[2].sha256 = Some(crate::scan::Digest::of(b"a"));
    with_digest[2].sha256 = Some(crate::scan::Digest::of(b"b"));
    let error = compare(&new, &with_digest, 1, &checked(100)).unwrap_err().to_string();
    assert!(error.contains("scan scan00002 has other bytes"), "{error}");
    for outcome in &mut new {
        outcome.name.push('x');
    }
    assert!(fault(&new).contains("no scan in common"), "{}", fault(&new));
}

#[test]
fn scans_that_are_all_told_apart_are_no_proof() {
    // Three of each, wholly apart: every bootstrap round finds everything.
    let scores = [(0.1, false), (0.2, false), (0.3, false), (0.8, true), (0.9, true), (0.95, true)];
    let outcomes: Vec<Outcome> =
        scores.iter().enumerate().map(|(at, &(score, loaded))| outcome(&format!("s{at}"), loaded, score)).collect();
    let found = accuracy(&outcomes, None, 1, &checked(200)).unwrap().all.ranking.unwrap();
    let of_three = wilson(3, 3, 0.95).unwrap();
    assert_eq!((found.roc_auc.value, found.roc_auc.low, found.roc_auc.high), (1.0, Some(of_three.low), Some(1.0)));
    let detected = found.detection[0].detected;
    assert_eq!((detected.value, detected.low, detected.high), (1.0, Some(of_three.low), Some(1.0)));
    assert_eq!((found.average_precision.value, found.average_precision.low), (1.0, None));
    // Another model that is as perfect, with other scores: not the same, and not shown to be as good.
    let mut other = outcomes.clone();
    other[5].score = Some(0.99);
    let compared = compare(&other, &outcomes, 1, &checked(200)).unwrap();
    let auc = compared.roc_auc.unwrap().difference;
    assert_eq!((auc.value, auc.low), (0.0, Some(of_three.low - 1.0)));
    let detection = compared.detection[0].detection.difference;
    assert!(detection.value == 0.0 && detection.low.unwrap() < -0.3 && detection.high.unwrap() > 0.3, "{detection:?}");
}

#[test]
fn scans_that_share_containers_are_compared_by_the_bootstrap() {
    let old = scored(200, 200, 1.5, 3);
    let mut new = scored(200, 200, 1.6, 4);
    for (number, outcome) in new.iter_mut().enumerate() {
        outcome.loaded = old[number].loaded;
    }
    let apart = compare(&new, &old, 1, &checked(400)).unwrap();
    assert!(apart.roc_auc.unwrap().p.is_some() && apart.operating_detection.unwrap().p.is_some());
    // Ten copies of each scan know no more than one: the intervals stay about as wide, and no test claims otherwise.
    let tenfold = |outcomes: &[Outcome]| -> Vec<Outcome> {
        let copies = (0..10).flat_map(|copy| outcomes.iter().map(move |outcome| (copy, outcome)));
        let named = copies.map(|(copy, outcome)| Outcome {
            name: format!("{}-{copy}", outcome.name),
            container: Some(outcome.name.clone()),
            ..outcome.clone()
        });
        named.collect()
    };
    let shared = compare(&tenfold(&new), &tenfold(&old), 2, &checked(400)).unwrap();
    for (alone, shared) in [
        (apart.roc_auc.unwrap(), shared.roc_auc.unwrap()),
        (apart.operating_detection.unwrap(), shared.operating_detection.unwrap()),
    ] {
        assert_eq!(shared.p, None);
        let width =
            |found: &crate::evaluate::Difference| found.difference.high.unwrap() - found.difference.low.unwrap();
        let ratio = width(&shared) / width(&alone);
        assert!((0.75..1.3).contains(&ratio), "{ratio} {alone:?} {shared:?}");
    }
}

#[test]
fn intervals_of_roc_auc_cover_with_few_loaded_scans_too() {
    // Normal scores a standard deviation apart: P(loaded > clean) = Phi(1 / sqrt 2).
    let truth = crate::evaluate::statistics::normal_cdf(std::f64::consts::FRAC_1_SQRT_2);
    for loaded in [3, 5, 10, 40] {
        let (mut covered, mut over) = (0, 0);
        for draw in 0..400 {
            let outcomes = scored(100, loaded, 1.0, 1000 * loaded as u64 + draw);
            let found = accuracy(&outcomes, None, 1, &checked(100)).unwrap().all.ranking.unwrap().roc_auc;
            covered += usize::from(found.low.unwrap() <= truth && truth <= found.high.unwrap());
            over += usize::from(found.low.unwrap() > truth);
        }
        // 95 % less three standard errors, and the side that a requirement passes wrongly on.
        assert!(covered >= 366 && over <= 20, "{loaded}: {covered} covered, {over} over");
    }
}

#[test]
fn every_load_counts_in_one_mass_band_and_failed_scans_in_all_figures() {
    let mut outcomes = scored(50, 40, 2.0, 5);
    // A second load in each: the scan's mass is the sum.
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.loaded) {
        outcome.loads.push(load("structure", 30.0, None));
    }
    let before = accuracy(&outcomes, None, 1, &checked(100)).unwrap();
    let bands = before.strata.iter().filter(|stratum| stratum.by == "mass");
    assert_eq!(bands.map(|stratum| stratum.figures.counts.loads).sum::<u64>(), before.all.counts.loads);
    let regions = |found: &Accuracy| found.all.regions.clone().unwrap();
    let (hit, precision) = (regions(&before).hit_rate, regions(&before).precision.unwrap());
    // A loaded scan fails: its loads are missed; a clean one: someone looks at it.
    let at = outcomes.iter().position(|outcome| outcome.loaded && outcome.loads[0].hit.is_some()).unwrap();
    for at in [at, 0] {
        (outcomes[at].score, outcomes[at].verdict) = (None, Verdict::Failed);
        outcomes[at].regions.clear();
        outcomes[at].loads.iter_mut().for_each(|load| load.hit = None);
    }
    let after = accuracy(&outcomes, None, 1, &checked(100)).unwrap();
    assert_eq!((regions(&after).hit_rate.of, regions(&after).hit_rate.count), (hit.of, hit.count - 1));
    assert!(regions(&after).precision.unwrap().value < precision.value);
    let froc = |found: &Accuracy| regions(found).froc[0].sensitivity.value;
    assert!(froc(&after) <= froc(&before));
}
