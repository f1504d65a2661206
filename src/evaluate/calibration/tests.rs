//! The promise, held on drawn scores; what is refused; drift found and not found.

use super::*;
use crate::judge::{CleanScores, GroupKey, GroupKind, Verdict, conformal_p_value};
use crate::report::{ModelReport, Report, RunSettings, ScanInfo, to_json};
use crate::scan::{ContainerNumber, Digest, Fault, Metadata};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// What is known of a drawn scan.
#[derive(Debug, Clone, Default)]
struct Drawn {
    name: String,
    score: f32,
    scanner: Option<&'static str>,
    cargo: Option<&'static str>,
    time: Option<String>,
    container: Option<String>,
}

fn report(drawn: &Drawn) -> Report {
    let metadata = Metadata {
        scanner: drawn.scanner.map(str::to_owned),
        cargo: drawn.cargo.map(str::to_owned),
        time: drawn.time.clone(),
        container: drawn.container.as_deref().and_then(ContainerNumber::parse),
        ..Metadata::default()
    };
    let info = ScanInfo { sha256: Some(Digest::of(drawn.name.as_bytes())), metadata, ..ScanInfo::unread(&drawn.name) };
    let failed = Report::failed(info, Error::bug("none"), ModelReport::stand_in(), RunSettings::default());
    Report { verdict: Verdict::Clear, score: Some(drawn.score), error: None, reasons: vec![], ..failed }
}

fn scan(number: usize, score: f32) -> Drawn {
    Drawn { name: format!("{number:05}.tif"), score, scanner: Some("gate 1"), ..Drawn::default() }
}

/// The number of a container.
fn container(number: usize) -> String {
    format!("TSTU{number:07}")
}

fn calibrated(scans: &[Drawn], rate: f64) -> crate::scan::Result<Calibration> {
    let mut gathered = Gathered::default();
    for scan in scans {
        gathered.add(&report(scan))?;
    }
    Calibration::new(gathered, rate, ModelReport::stand_in(), RunSettings::default())
}

/// Through the file, as the program does it.
fn read(calibration: &Calibration) -> CleanScores {
    let bytes = to_json(calibration).unwrap();
    let file = Calibration::from_json(&bytes).unwrap();
    assert_eq!(&file, calibration);
    file.clean_scores(Digest::of(&bytes)).unwrap()
}

fn flagged(clean: &CleanScores, scan: &Drawn) -> (bool, GroupKey, f64) {
    let metadata = report(scan).scan.metadata;
    let (key, group) = clean.find(&metadata).group.unwrap();
    let p = conformal_p_value(&group.sorted, f64::from(scan.score));
    (scan.score >= group.threshold, key.clone(), p)
}

proptest! {
    /// Exchangeability by hand: of n + 1 scans each in turn is the new one, and the others are the calibration. Whatever the
    /// scores and however many are equal, at most a share of the rate asked is flagged, and flagged is what has a p-value under it.
    #[test]
    fn of_scans_that_could_change_places_no_more_are_flagged_than_was_promised(
        scores in proptest::collection::vec(0u8..40, 12..40), rate in 0.1f64..0.6
    ) {
        let scans: Vec<Drawn> = scores.iter().enumerate().map(|(n, s)| scan(n, f32::from(*s) / 40.0)).collect();
        let mut flags = 0;
        for (number, new) in scans.iter().enumerate() {
            let others: Vec<Drawn> = scans.iter().enumerate().filter(|(n, _)| *n != number).map(|(_, s)| s.clone()).collect();
            let calibration = calibrated(&others, rate).unwrap();
            let clean = calibration.clean_scores(Digest::of(b"")).unwrap();
            let (flag, _, p) = flagged(&clean, new);
            prop_assert_eq!(flag, p <= rate, "p {} rate {}", p, rate);
            flags += usize::from(flag);
        }
        prop_assert!(flags as f64 <= rate * scans.len() as f64 + 1e-9, "{} of {} at {}", flags, scans.len(), rate);
    }

    /// The same for containers with any number of scans each, with scanners and cargo: each container in turn is the new one, and of
    /// those whose scans belong to a group at most a share of the rate has one flagged. This is exact, in each group, for any scores.
    #[test]
    fn in_every_group_no_more_containers_are_flagged_than_was_promised(
        boxes in proptest::collection::vec((0usize..8, 0usize..9, proptest::collection::vec(0u8..60, 1..4)), 30..70),
        needed in 3u32..9
    ) {
        let rate = 1.0 / f64::from(needed + 1);
        let kinds = [Some("tea"), Some("tea"), Some("tea"), Some("coal"), Some("coal"), Some("rice"), Some("wine"), None, None];
        let boxes: Vec<Vec<Drawn>> = boxes
            .iter()
            .enumerate()
            .map(|(number, (scanner, cargo, scores))| {
                let drawn = |(n, score): (usize, &u8)| Drawn {
                    scanner: [Some("a"), Some("b"), None][*scanner / 3],
                    cargo: kinds[*cargo],
                    // A container of one scan may have no number.
                    container: Some(container(number)).filter(|_| scores.len() > 1),
                    ..scan(10 * number + n, f32::from(*score) / 60.0)
                };
                scores.iter().enumerate().map(drawn).collect()
            })
            .collect();
        let mut seen: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for new in 0..boxes.len() {
            let others: Vec<Drawn> = boxes.iter().enumerate().filter(|(n, _)| *n != new).flat_map(|(_, s)| s.clone()).collect();
            let calibration = calibrated(&others, rate).unwrap();
            let clean = calibration.clean_scores(Digest::of(b"")).unwrap();
            let metadata = report(&boxes[new][0]).scan.metadata;
            let found = clean.find(&metadata);
            let key = found.group.unwrap().0;
            prop_assert_eq!(key.of == GroupKind::All, found.warning.as_ref().is_some_and(|w| w.code == "scanner_not_calibrated"));
            if !found.covered {
                continue;
            }
            // The others of a scanner are one group, whichever of them was taken in.
            let group = if key.of == GroupKind::Cargo { key.to_string() } else { format!("{:?}, others", key.scanner) };
            let any = boxes[new].iter().any(|scan| flagged(&clean, scan).0);
            let counts = seen.entry(group).or_default();
            *counts = (counts.0 + u64::from(any), counts.1 + 1);
        }
        for (group, (flags, of)) in &seen {
            prop_assert!(*flags as f64 <= rate * *of as f64 + 1e-9, "{}: {} of {} at {}", group, flags, of, rate);
        }
    }

    /// Whatever the scanners and cargo: each group is large enough, and every clean scan of a scanner with enough is in the group that judges its like.
    #[test]
    fn groups_are_large_enough_and_hold_every_scan(
        kinds in proptest::collection::vec((0usize..4, 0usize..5), 30..120), rate in 0.05f64..0.4
    ) {
        let scanners = [Some("a"), Some("b"), Some("rare"), None];
        let cargo = [Some("tea"), Some("coal"), Some("rice"), Some("wine"), None];
        let scans: Vec<Drawn> = kinds
            .iter()
            .enumerate()
            .map(|(n, (s, c))| Drawn { scanner: scanners[*s * *s / 3], cargo: cargo[*c], ..scan(n, n as f32 / 200.0) })
            .collect();
        let calibration = calibrated(&scans, rate).unwrap();
        let clean = read(&calibration);
        for scan in &scans {
            let found = clean.find(&report(scan).scan.metadata);
            let (key, group) = found.group.unwrap();
            prop_assert_eq!(found.warning.is_some(), key.of == GroupKind::All);
            prop_assert_eq!(found.covered, key.of != GroupKind::All);
            prop_assert!(group.sorted.contains(&f64::from(scan.score)));
        }
        for group in &calibration.groups {
            prop_assert!(1.0 / (group.containers as f64 + 1.0) <= rate);
            prop_assert!(group.promised <= rate);
            prop_assert!(group.attained.low < group.promised && group.promised < group.attained.high);
        }
    }
}

/// A scanner of which one cargo scores high and has about as many clean scans as a group takes: in the group of other cargo where they
/// are too few by chance. How often new scans of that group are flagged, by the groups and by ones made from the clean scans alone.
#[test]
fn cargo_that_came_seldom_by_chance_is_not_flagged_oftener_than_promised() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let (rate, rounds, needed) = (0.05, 6000, 19);
    let shares = [(Some("scrap"), 22.0 / 182.0), (None, 60.0 / 182.0), (Some("tea"), 100.0 / 182.0)];
    // Scores are even between 0 and 0.3, those of scrap between 0.6 and 0.9: how many are flagged needs no drawing.
    let lowest = |cargo: Option<&str>| if cargo == Some("scrap") { 0.6 } else { 0.0 };
    let above = |cargo: Option<&str>, threshold: f64| ((lowest(cargo) + 0.3 - threshold) / 0.3).clamp(0.0, 1.0);
    let share = |(flags, of): (f64, f64)| flags / of;
    let (mut ours, mut naive, mut all) = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0));
    for _ in 0..rounds {
        let mut gathered = Gathered::default();
        for number in 0..182_u32 {
            let which: f64 = random.random();
            let cargo = if which < shares[0].1 {
                shares[0].0
            } else if which < shares[0].1 + shares[1].1 {
                None
            } else {
                Some("tea")
            };
            let score = (lowest(cargo) + 0.3 * random.random::<f64>()) as f32;
            let (scanner, cargo) = (Some("gate 1".to_owned()), cargo.map(str::to_owned));
            let sha256 = Digest::of(&number.to_le_bytes());
            gathered.scans.push(CleanScan { name: String::new(), sha256, score, scanner, cargo, container: None });
        }
        let scans = gathered.scans.clone();
        let calibration = Calibration::new(gathered, rate, ModelReport::stand_in(), RunSettings::default()).unwrap();
        let clean = calibration.clean_scores(Digest::of(b"")).unwrap();
        let scrap = scans.iter().filter(|scan| scan.cargo.as_deref() == Some("scrap")).count();
        let others: Vec<f64> = scans
            .iter()
            .filter(|scan| scan.cargo.is_none() || (scan.cargo.as_deref() == Some("scrap") && scrap < needed))
            .map(|scan| f64::from(scan.score))
            .collect();
        let from_scans = crate::evaluate::statistics::Calibration::new(&others).unwrap().threshold(rate).unwrap();
        for (cargo, weight) in shares {
            let metadata =
                Metadata { scanner: Some("gate 1".to_owned()), cargo: cargo.map(str::to_owned), ..Metadata::default() };
            let (key, group) = clean.find(&metadata).group.unwrap();
            let flags = weight * above(cargo, f64::from(group.threshold));
            all = (all.0 + flags, all.1 + weight);
            // Only where scrap is among the others: its high scores are not what they are judged by elsewhere.
            if key.of == GroupKind::OtherCargo && scrap + usize::from(cargo.is_some()) <= needed {
                ours = (ours.0 + flags, ours.1 + weight);
            }
            if cargo != Some("tea") && scrap < needed {
                naive = (naive.0 + weight * above(cargo, from_scans.alarm_from()), naive.1 + weight);
            }
        }
    }
    // The spread of such a mean is under 0.002.
    assert!(share(ours) <= rate + 0.001 && share(all) <= rate + 0.002, "{} {}", share(ours), share(all));
    assert!(share(naive) > rate + 0.003, "what this test is to see: {}", share(naive));
}

#[test]
fn scans_of_one_container_count_once() {
    // 20 scans of one container prove nothing at 5 %, and one more container is one more.
    let boxed = |number: usize, box_number| Drawn {
        container: Some(container(box_number)),
        ..scan(number, number as f32 / 500.0)
    };
    let one: Vec<Drawn> = (0..20).map(|n| boxed(n, 0)).collect();
    let error = calibrated(&one, 0.05).unwrap_err();
    assert_eq!(error.fault, Fault::Parameter);
    assert_eq!(
        error.to_string(),
        "a false-alarm rate of 5 % takes clean scans of at least 19 containers, found 20 of 1 (scans of one container are \
         alike and count once); with these 50 % or more can be promised; give more clean scans, or ask for a higher --false-alarms"
    );
    // 249 scans of 10 containers, and 18 containers with 2 scans that name none: 28 at 3.5 %.
    let ten: Vec<Drawn> = (0..249).map(|n| boxed(n, n % 10)).collect();
    assert!(calibrated(&ten, 0.004).is_err());
    let mut scans: Vec<Drawn> = (0..36).map(|n| boxed(n, 100 + n / 2)).collect();
    scans.extend((36..46).map(|n| scan(n, n as f32 / 500.0)));
    let calibration = calibrated(&scans, 1.0 / 29.0).unwrap();
    let group = &calibration.groups[0];
    assert_eq!((group.scans, group.containers, group.promised), (46, 28, 1.0 / 29.0));
    // The p-value counts containers that reach the score: of the second scan of the eighteenth and the ten others.
    let clean = read(&calibration);
    assert_eq!(flagged(&clean, &scan(1000, 35.0 / 500.0)).2, 12.0 / 29.0);
    assert_eq!(flagged(&clean, &scan(1000, 34.0 / 500.0)).2, 12.0 / 29.0);
    // A cargo's scans of one container are one, too: no group of its own.
    let mut scans: Vec<Drawn> = (0..60).map(|n| Drawn { cargo: Some("tea"), ..scan(n, 0.1) }).collect();
    scans.extend((60..100).map(|n| Drawn { cargo: Some("coal"), ..boxed(n, 7) }));
    let calibration = calibrated(&scans, 0.05).unwrap();
    let named = |group: &CalibrationGroup| (group.group.to_string(), group.scans, group.containers);
    let groups: Vec<_> = calibration.groups.iter().map(named).collect();
    let expected = [("scanner gate 1, cargo tea", 60, 60), ("scanner gate 1", 100, 61), ("all scanners", 100, 61)];
    assert_eq!(groups, expected.map(|(name, scans, containers)| (name.to_owned(), scans, containers)));
}

#[test]
fn cargo_never_seen_is_told_and_judged_with_the_other_cargo() {
    let of = |count: usize, cargo| (0..count).map(move |n| Drawn { cargo, ..scan(n, n as f32 / 100.0) });
    let rename = |scans: Vec<Drawn>| -> Vec<Drawn> {
        scans.into_iter().enumerate().map(|(n, drawn)| Drawn { name: format!("{n}.tif"), ..drawn }).collect()
    };
    let place = |scans: &[Drawn], cargo| {
        let clean = calibrated(scans, 0.05).unwrap().clean_scores(Digest::of(b"")).unwrap();
        let found = clean.find(&report(&Drawn { cargo, ..scan(0, 0.1) }).scan.metadata);
        let (key, group) = found.group.unwrap();
        let warning = found.warning.map(|warning| warning.code).unwrap_or_default();
        (key.to_string(), group.sorted.len(), warning, found.covered)
    };
    let told = "cargo_not_calibrated".to_owned();
    // Other cargo is enough for itself.
    let scans = rename(
        of(40, Some("tea")).chain(of(25, Some("coal"))).chain(of(15, Some("rice"))).chain(of(10, None)).collect(),
    );
    assert_eq!(place(&scans, Some("rice")), ("scanner gate 1, other cargo".into(), 25, String::new(), true));
    assert_eq!(place(&scans, Some("wine")), ("scanner gate 1, other cargo".into(), 25, told.clone(), true));
    // It is not: the smallest that has enough is with it.
    let scans = rename(of(40, Some("tea")).chain(of(25, Some("coal"))).chain(of(5, Some("rice"))).collect());
    assert_eq!(place(&scans, Some("tea")), ("scanner gate 1, cargo tea".into(), 40, String::new(), true));
    for cargo in ["coal", "rice"] {
        assert_eq!(
            place(&scans, Some(cargo)),
            ("scanner gate 1, cargo coal and other".into(), 30, String::new(), true)
        );
    }
    assert_eq!(place(&scans, Some("wine")), ("scanner gate 1, cargo coal and other".into(), 30, told.clone(), true));
    // There is none: all scans of the scanner stand in.
    let scans = rename(of(40, Some("tea")).chain(of(25, Some("coal"))).collect());
    assert_eq!(place(&scans, Some("wine")), ("scanner gate 1".into(), 65, told, false));
    // Cargo with just enough has its own group, and is among the others for other scans.
    let scans = rename(of(40, Some("tea")).chain(of(19, Some("coal"))).chain(of(5, Some("rice"))).collect());
    assert_eq!(place(&scans, Some("rice")).1, 24);
    let scans = rename(of(40, Some("tea")).chain(of(19, Some("coal"))).collect());
    assert_eq!(place(&scans, Some("coal")), ("scanner gate 1, cargo coal".into(), 19, String::new(), true));
}

/// Scores of one kind of scans: high ones are more usual with some cargo, and many are equal.
fn draw(random: &mut ChaCha8Rng, number: usize) -> Drawn {
    let (scanner, cargo) = match random.random_range(0..10) {
        0..4 => ("gate 1", "tea"),
        4..6 => ("gate 1", "scrap"),
        6 => ("gate 1", "furniture"),
        _ => ("gate 2", "tea"),
    };
    let low: f32 = random.random();
    let score = match cargo {
        "tea" => (low * low * 20.0).round() / 20.0,
        "scrap" => 0.4 + 0.6 * low,
        _ => 0.2 + 0.5 * low,
    };
    Drawn { scanner: Some(scanner), cargo: Some(cargo), ..scan(number, score) }
}

#[test]
fn new_clean_scans_are_flagged_as_seldom_as_promised_in_every_group() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (rate, rounds) = (0.05, 300);
    let mut seen: BTreeMap<GroupKey, (u64, u64)> = BTreeMap::new();
    let mut all = (0_u64, 0_u64);
    for _ in 0..rounds {
        let scans: Vec<Drawn> = (0..150).map(|n| draw(&mut random, n)).collect();
        let calibration = calibrated(&scans, rate).unwrap();
        let clean = calibration.clean_scores(Digest::of(b"")).unwrap();
        for number in 0..100 {
            let (flag, key, _) = flagged(&clean, &draw(&mut random, 1000 + number));
            let counts = seen.entry(key).or_default();
            *counts = (counts.0 + u64::from(flag), counts.1 + 1);
            all = (all.0 + u64::from(flag), all.1 + 1);
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
    let share = |(flags, of): (u64, u64)| flags as f64 / of as f64;
    for (key, counts) in &seen {
        // 100 scans share a calibration, so the spread is that of the rounds: the attained rate's deviation is under 0.04.
        let spread = 0.05 / (rounds as f64).sqrt() + (rate / counts.1 as f64).sqrt();
        assert!(share(*counts) <= rate + 3.0 * spread, "{key}: {counts:?}");
    }
    assert!(share(all) > 0.015 && share(all) <= rate + 0.006, "{all:?}");
}

#[test]
fn a_rate_that_so_few_scans_cannot_promise_is_refused_with_what_it_takes() {
    let scans: Vec<Drawn> = (0..120).map(|n| scan(n, n as f32 / 200.0)).collect();
    let error = calibrated(&scans, 0.004).unwrap_err();
    assert_eq!(error.fault, Fault::Parameter);
    assert_eq!(
        error.to_string(),
        "a false-alarm rate of 0.4 % takes at least 249 clean scans, found 120; with these 0.83 % or more can be promised; \
         give more clean scans, or ask for a higher --false-alarms"
    );
    assert!(calibrated(&scans, 0.0083).is_ok());
    assert!(
        calibrated(&[], 0.5)
            .unwrap_err()
            .to_string()
            .starts_with("a false-alarm rate of 50 % takes at least 1 clean scan, found 0;")
    );
    assert!(calibrated(&scans, 1.0).unwrap_err().to_string().contains("false-alarm rate is 1"));
}

#[test]
fn failed_scans_and_doubles_do_not_count_and_shared_containers_are_counted() {
    let mut gathered = Gathered::default();
    let boxed = |n, container| Drawn { container: Some(str::to_owned(container)), ..scan(n, 0.1) };
    for drawn in [boxed(0, "CSQU3054383"), boxed(1, "CSQU3054383"), boxed(2, "MSKU9070323"), scan(3, 0.2), scan(3, 0.2)]
    {
        gathered.add(&report(&drawn)).unwrap();
    }
    let info = ScanInfo { sha256: Some(Digest::of(b"cut")), ..ScanInfo::unread("cut.tif") };
    let failed = Report::failed(info, Error::format("too short"), ModelReport::stand_in(), RunSettings::default());
    gathered.add(&failed).unwrap();
    // Inconclusive and flagged scans have scores, and count.
    for (number, verdict) in [(4, Verdict::Inconclusive), (5, Verdict::Flagged)] {
        gathered.add(&Report { verdict, ..report(&scan(number, 0.9)) }).unwrap();
    }
    assert_eq!((gathered.scans().len(), gathered.shared_containers()), (6, (2, 1)));
    let left_out: Vec<_> = gathered.left_out().iter().map(|scan| (scan.code, scan.message.as_str())).collect();
    assert_eq!(left_out, [(LeftOutCode::Duplicate, "the same file as 00003.tif"), (LeftOutCode::Failed, "too short")]);
    let error = gathered.add(&report(&scan(9, f32::NAN))).unwrap_err().to_string();
    assert_eq!(error, "00009.tif: the score is NaN, expected a number");
}

#[test]
fn the_score_that_alarms_is_the_highest_of_scan_and_regions() {
    let mut found = report(&scan(0, 0.3));
    assert_eq!(alarm_score(&found), Some(0.3));
    found.calibration = Some(crate::judge::Calibrated {
        sha256: Digest::of(b"c"),
        false_alarms: 0.1,
        against: Some(crate::judge::Against {
            group: GroupKey::all(),
            containers: 9,
            promised: 0.1,
            score: 0.7,
            p_value: 0.1,
        }),
    });
    assert_eq!(alarm_score(&found), Some(0.7));
}

#[test]
fn scanners_with_few_scans_are_named() {
    let mut scans: Vec<Drawn> = (0..30).map(|n| scan(n, n as f32 / 100.0)).collect();
    scans.extend((30..33).map(|n| Drawn { scanner: Some("gate 2"), ..scan(n, 0.9) }));
    let calibration = calibrated(&scans, 0.05).unwrap();
    assert_eq!(calibration.small_scanners(), BTreeMap::from([(Some("gate 2".to_owned()), (3, 3))]));
    let names: Vec<String> = calibration.groups.iter().map(|group| group.group.to_string()).collect();
    assert_eq!(names, ["scanner gate 1", "all scanners"]);
}

#[test]
fn files_of_another_version_or_changed_by_hand_are_refused() {
    let scans: Vec<Drawn> = (0..20).map(|n| scan(n, n as f32 / 100.0)).collect();
    let value = serde_json::to_value(calibrated(&scans, 0.1).unwrap()).unwrap();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = value.clone();
        change(&mut value);
        let error = Calibration::from_json(value.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.fault, Fault::Parameter);
        error.to_string()
    };
    assert!(Calibration::from_json(value.to_string().as_bytes()).is_ok());
    let version = "calibration has schema_version 2, this portray reads 1; make it with portray calibrate";
    assert_eq!(refused(&|v| (v["schema_version"], v["new"]) = (2.into(), 1.into())), version);
    assert!(refused(&|v| v["new"] = 1.into()).starts_with("not a calibration: unknown field `new`"));
    let edited = "the groups do not follow from the scores; was the calibration edited by hand?";
    assert!(refused(&|v| v["groups"][0]["threshold"] = 0.9.into()).starts_with(edited));
    assert!(refused(&|v| v["scans"][18]["score"] = 0.9.into()).starts_with(edited));
    assert!(refused(&|v| v["groups"] = serde_json::json!([])).starts_with(edited));
    assert!(refused(&|v| v["false_alarms"] = 2.into()).contains("false-alarm rate is 2"));
    assert!(refused(&|v| v["scans"] = serde_json::json!([])).contains("found 0"));
    assert!(Calibration::from_json(b"{}").unwrap_err().to_string().contains("missing field `schema_version`"));
}

#[test]
fn another_model_and_settings_that_change_scores_are_refused_by_name() {
    let scans: Vec<Drawn> = (0..20).map(|n| scan(n, n as f32 / 100.0)).collect();
    let calibration = calibrated(&scans, 0.1).unwrap();
    let (model, settings) = (ModelReport::stand_in(), RunSettings::default());
    calibration.check_same(&model, &settings).unwrap();
    let other = ModelReport { sha256: Digest::of(b"other"), ..model.clone() };
    let error = calibration.check_same(&other, &settings).unwrap_err().to_string();
    assert!(error.contains(&other.sha256.to_string()) && error.contains(&model.sha256.to_string()), "{error}");
    let other = ModelReport { contract_sha256: Digest::of(b"other"), ..model.clone() };
    assert!(calibration.check_same(&other, &settings).unwrap_err().to_string().starts_with("contract is "));
    let with = |change: &dyn Fn(&mut RunSettings)| {
        let mut settings = settings.clone();
        change(&mut settings);
        calibration.check_same(&model, &settings).err().map(|error| error.message).unwrap_or_default()
    };
    let named = "the calibration was made with other settings: ";
    let noise = with(&|s| s.prepare.noise_floor = 0.01);
    assert_eq!(noise, format!("{named}prepare.noise_floor is 0.01, in the calibration 0.001"));
    let threshold = with(&|s| s.judge.threshold = Some(0.25));
    assert_eq!(threshold, format!("{named}judge.threshold is 0.25, in the calibration unset"));
    let dark = with(&|s| s.dark_frame_sha256 = Some(Digest::of(b"dark")));
    assert_eq!(dark, format!("{named}--dark is given, for the calibration it was not given"));
    // These only decide what is inconclusive, or which files are read at all.
    assert_eq!(with(&|s| (s.judge.unseen_side_mm, s.judge.max_regions) = (200.0, 5)), "");
    assert_eq!(with(&|s| s.limits.max_pixels = 1), "");
}

/// A calibration of 200 clean scans, and what a check says of `count` later ones with this much added.
fn checked(
    seed: u64,
    count: usize,
    change: impl Fn(usize, f32) -> f32,
    time: impl Fn(usize) -> Option<String>,
) -> DriftCheck {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let scans: Vec<Drawn> = (0..200).map(|n| scan(n, random.random::<f32>() * 0.5)).collect();
    let calibration = calibrated(&scans, 0.05).unwrap();
    let mut station = Station::new(&calibration, Digest::of(b"file")).unwrap();
    for number in 0..count {
        let score = change(number, random.random::<f32>() * 0.5);
        station.add(&report(&Drawn { time: time(number), ..scan(1000 + number, score) })).unwrap();
    }
    station.check(0.01, false).unwrap()
}

#[test]
fn scores_that_rise_are_drift_those_that_stay_fit_and_few_cannot_tell() {
    let none = |_| None;
    let same = checked(1, 150, |_, score| score, none);
    assert_eq!((same.ending, same.groups[0].ending, same.groups[0].order), (Drift::Fits, Drift::Fits, Order::Name));
    // A few loaded scans among them change nothing.
    let loaded = checked(1, 150, |n, score| if n % 50 == 0 { 0.99 } else { score }, none);
    assert_eq!(loaded.ending, Drift::Fits);
    let risen = checked(1, 150, |_, score| score + 0.2, none);
    let group = &risen.groups[0];
    assert_eq!((risen.ending, group.kolmogorov_smirnov.map(|test| test.exact)), (Drift::Drift, Some(true)));
    assert!(
        group.kolmogorov_smirnov.unwrap().p_value < 1e-6
            && group.martingale.alarm_after.is_some_and(|scans| scans < 60),
        "{group:?}"
    );
    assert!(group.median > group.clean_median + 0.1);
    let few = checked(1, 12, |_, score| score, none);
    assert_eq!(few.ending, Drift::Inconclusive);
    let wanted = few.groups[0].containers_wanted.unwrap() as usize;
    assert_eq!(checked(1, wanted, |_, score| score, none).ending, Drift::Fits);
    assert_eq!(checked(1, 0, |_, score| score, none).ending, Drift::Inconclusive);
    to_json(&risen).unwrap();
}

#[test]
fn the_martingale_follows_the_times_of_the_scans() {
    // The last third is higher. By time it comes last, by name it is spread.
    let change = |n: usize, score: f32| if n.is_multiple_of(3) { score + 0.3 } else { score };
    let time = |n: usize| {
        let day = if n.is_multiple_of(3) { 20 } else { 10 };
        Some(format!("2026-11-{day}T{:02}:{:02}:00Z", n / 60, n % 60))
    };
    let by_time = checked(2, 150, change, time);
    let by_name = checked(2, 150, change, |_| None);
    let (timed, named) = (&by_time.groups[0], &by_name.groups[0]);
    assert_eq!((timed.order, named.order), (Order::Time, Order::Name));
    assert_eq!(timed.kolmogorov_smirnov, named.kolmogorov_smirnov);
    assert!(timed.martingale.alarm_after.is_some_and(|scans| scans > 100), "{timed:?}");
}

#[test]
fn drift_is_seldom_said_where_nothing_changed() {
    let said =
        (0..300).filter(|seed| checked(100 + seed, 60, |_, score| score, |_| None).ending == Drift::Drift).count();
    // At most 1 % of them: with 300, more than 9 have a probability under 0.001.
    assert!(said <= 9, "{said}");
}

/// A calibration of 300 clean scans, each a container's, and an unchanged station with `views` alike scans of each of its containers.
fn station_of(seed: u64, containers: usize, views: usize, look: impl FnOnce(Station<'_>) -> DriftCheck) -> DriftCheck {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let scans: Vec<Drawn> = (0..300).map(|n| scan(n, random.random())).collect();
    let calibration = calibrated(&scans, 0.05).unwrap();
    let mut station = Station::new(&calibration, Digest::of(b"file")).unwrap();
    for number in 0..containers {
        let score: f32 = random.random();
        for view in 0..views {
            let drawn = Drawn { container: Some(container(number)), ..scan(1000 + 10 * number + view, score) };
            station.add(&report(&drawn)).unwrap();
        }
    }
    look(station)
}

#[test]
fn alike_scans_of_a_container_are_no_drift() {
    // Five scans of each of 30 containers: taken for 150 scans, a quarter of unchanged stations would seem to have drifted.
    let check = |seed| station_of(seed, 30, 5, |station| station.check(0.01, false).unwrap());
    let said = (0..200).filter(|seed| check(1000 + seed).ending == Drift::Drift).count();
    assert!(said <= 7, "{said}");
    let group = check(1).groups.remove(0);
    assert_eq!((group.scans, group.containers, group.clean), (150, 30, 300));
}

#[test]
fn a_look_every_day_says_drift_as_seldom_as_one() {
    let mut said = 0;
    for seed in 0..200 {
        let looks =
            (1..=10).map(|day| station_of(2000 + seed, 20 * day, 1, |station| station.check(0.02, true).unwrap()));
        said += usize::from(looks.map(|check| check.ending).any(|ending| ending == Drift::Drift));
    }
    // At most 2 % of them: with 200, more than 11 have a probability under 0.001.
    assert!(said <= 11, "{said}");
    let day = station_of(1, 300, 1, |station| station.check(0.02, true).unwrap());
    let group = &day.groups[0];
    assert_eq!((day.running, group.kolmogorov_smirnov, group.seen_from), (true, None, None));
    // One group, one test: the whole probability is the martingale's.
    assert!((group.martingale.alarm_at_log10 - 50_f64.log10()).abs() < 1e-9);
    assert_eq!(day.ending, Drift::Fits);
    assert!(group.containers_wanted.is_some_and(|wanted| wanted <= 300), "{group:?}");
    let few = station_of(1, 8, 1, |station| station.check(0.02, true).unwrap());
    assert_eq!(few.ending, Drift::Inconclusive);
    to_json(&few).unwrap();
}

#[test]
fn a_running_check_finds_scores_that_rise() {
    let scans: Vec<Drawn> = (0..200).map(|n| scan(n, (n * 37 % 200) as f32 / 400.0)).collect();
    let calibration = calibrated(&scans, 0.05).unwrap();
    let mut station = Station::new(&calibration, Digest::of(b"file")).unwrap();
    for n in 0..60 {
        station.add(&report(&scan(1000 + n, 0.2 + (n * 7 % 60) as f32 / 120.0))).unwrap();
    }
    assert_eq!(station.check(0.01, true).unwrap().ending, Drift::Drift);
}

#[test]
fn a_check_of_which_much_was_left_out_tells_nothing() {
    let scans: Vec<Drawn> = (0..300).map(|n| scan(n, n as f32 / 400.0)).collect();
    let calibration = calibrated(&scans, 0.05).unwrap();
    let check = |failed: usize, renamed: usize, change: f32| {
        let mut station = Station::new(&calibration, Digest::of(b"file")).unwrap();
        for n in 0..180 {
            station.add(&report(&scan(1000 + n, (n * 53 % 180) as f32 / 240.0 + change))).unwrap();
        }
        for n in 0..failed {
            let info = ScanInfo { sha256: Some(Digest::of(&n.to_le_bytes())), ..ScanInfo::unread("cut.tif") };
            let (model, settings) = (ModelReport::stand_in(), RunSettings::default());
            let failed = Report::failed(info, Error::format("cut"), model, settings);
            station.add(&failed).unwrap();
            // The same file in another folder of reports is no other one.
            station.add(&failed).unwrap();
        }
        for n in 0..renamed {
            station.add(&report(&Drawn { scanner: Some("gate 1a"), ..scan(5000 + n, 0.1) })).unwrap();
        }
        let check = station.check(0.01, false).unwrap();
        (check.ending, check.left_out_share)
    };
    assert_eq!(check(20, 0, 0.0), (Drift::Fits, 0.1));
    assert_eq!(check(10, 10, 0.0), (Drift::Fits, 0.1));
    assert_eq!(check(1620, 0, 0.0), (Drift::Inconclusive, 0.9));
    assert_eq!(check(0, 60, 0.0), (Drift::Inconclusive, 0.25));
    // What was found was found.
    assert_eq!(check(1620, 0, 0.4).0, Drift::Drift);
}

#[test]
fn what_cannot_be_compared_is_left_out_or_refused() {
    let scans: Vec<Drawn> = (0..40).map(|n| scan(n, n as f32 / 100.0)).collect();
    let calibration = calibrated(&scans, 0.05).unwrap();
    let mut station = Station::new(&calibration, Digest::of(b"file")).unwrap();
    let new = report(&scan(100, 0.2));
    for found in [&report(&scans[3]), &new, &new, &report(&Drawn { scanner: Some("gate 9"), ..scan(101, 0.1) })] {
        station.add(found).unwrap();
    }
    let failed =
        Report::failed(ScanInfo::unread("cut.tif"), Error::io("gone"), new.model.clone(), new.settings.clone());
    station.add(&failed).unwrap();
    let other = Report { model: ModelReport { sha256: Digest::of(b"other"), ..new.model.clone() }, ..new.clone() };
    assert!(station.add(&other).unwrap_err().to_string().starts_with("model is "));
    let check = station.check(0.01, false).unwrap();
    assert_eq!((check.of_the_calibration, check.duplicates, check.groups[0].scans), (1, 1, 1));
    assert_eq!((check.failed, check.not_calibrated), (vec!["cut.tif".to_owned()], vec!["00101.tif".to_owned()]));
    // Two of three are left out: nothing is known of them, and the check says so.
    assert_eq!((check.ending, check.left_out_share), (Drift::Inconclusive, 2.0 / 3.0));
    let station = Station::new(&calibration, Digest::of(b"file")).unwrap();
    assert!(station.check(1.5, false).unwrap_err().to_string().contains("probability of a false drift alarm is 1.5"));
}

#[test]
fn shares_are_rounded_up() {
    let cases =
        [(0.008_264, "0.83 %"), (0.004, "0.4 %"), (0.123, "13 %"), (1.0, "100 %"), (0.0, "0 %"), (1e-5, "0.001 %")];
    for (share, text) in cases {
        assert_eq!(percent_up(share), text);
    }
}
