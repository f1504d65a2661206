//! Whole judgements of drawn scans.

mod concealment;
mod mass;
mod unseen;

use super::settings::Settings;
use super::*;
use crate::infer::{Area, Channel, InputContract, NamedOutput, Outputs, ScoreMap, Values};
use crate::infer::{Contract, Inference, ScoreContract, ScoredBox};
use crate::prepare::{Frame, Located, Prepared};
use crate::scan::{BoxPx, Metadata};
use crate::scan::{End, PixelSize};
use ndarray::{Array2, s};

fn contract() -> Contract {
    Contract {
        schema_version: 1,
        name: "test".into(),
        version: "1".into(),
        licence: "MIT".into(),
        summary: String::new(),
        baseline: true,
        input: InputContract {
            name: "scan".into(),
            channels: vec![Channel::Attenuation],
            range: None,
            mean: vec![],
            std: vec![],
            pixel_mm: 5.0,
            area: Area::Whole { multiple: 1 },
        },
        outputs: Outputs {
            map: Some(NamedOutput { name: "map".into(), values: Values::Probability, class: 0 }),
            ..Outputs::default()
        },
        score: ScoreContract {
            threshold: 0.5,
            region_seed: 0.5,
            region_grow: 0.3,
            min_area_mm2: 2_000.0,
            merge_mm: 20.0,
        },
        calibration: None,
    }
}

/// A 40-ft box at 10 mm a pixel with a uniform load, seen at source pixels of 5 mm from (100, 50).
fn prepared() -> Prepared {
    let (rows, columns) = (259, 1219);
    Prepared {
        transmission: vec![Array2::from_elem((rows, columns), (-0.8_f32).exp()); 2],
        attenuation: vec![Array2::from_elem((rows, columns), 0.8), Array2::from_elem((rows, columns), 0.99)],
        ratio: None,
        state: Array2::default((rows, columns)),
        energies_mv: vec![9.0, 6.0],
        noise_floor: 0.001,
        frame: Frame {
            crop: BoxPx { x: 100, y: 50, width: 2438, height: 518 },
            located: Located::Container,
            source_pixel: PixelSize { x: 5.0, y: 5.0 },
            pixel_sigma: 0.0,
            pixel: PixelSize { x: 10.0, y: 10.0 },
            doors: End::Right,
            doors_known: true,
        },
        steps: vec![],
        warnings: vec![],
    }
}

fn map(prepared: &Prepared) -> ScoreMap {
    ScoreMap { scores: Array2::zeros(prepared.dim()), cell: 1 }
}

fn inference(prepared: &Prepared) -> Inference {
    Inference { map: Some(map(prepared)), runs: 1, ..Inference::default() }
}

fn judged(prepared: &Prepared, inference: &Inference) -> Judgement {
    judge(prepared, inference, &contract(), &Metadata::default(), &[], &Settings::default().check().unwrap()).unwrap()
}

#[test]
fn nothing_found_is_clear_and_still_ranked() {
    let prepared = prepared();
    let mut inference = inference(&prepared);
    inference.map.as_mut().unwrap().scores[[10, 10]] = 0.99;
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.verdict, Verdict::Clear);
    assert!(judgement.regions.is_empty() && judgement.reasons.is_empty());
    // One hot pixel is no region: it ranks the scan just under the threshold.
    assert_eq!(judgement.score, 0.499);
}

#[test]
fn doors_on_the_left_turn_the_container_frame() {
    let mut prepared = prepared();
    let mut inference = inference(&prepared);
    inference.map.as_mut().unwrap().scores.slice_mut(s![100..150, 20..60]).fill(0.9);
    let right = judged(&prepared, &inference).regions[0].clone();
    prepared.frame.doors = End::Left;
    let left = judged(&prepared, &inference).regions[0].clone();
    assert_eq!((right.zone, left.zone), (Some(Zone::FrontWall), Some(Zone::DoorEnd)));
    assert_eq!(right.box_mm.x, 200.0);
    assert_eq!(left.box_mm.x, 12_190.0 - 600.0);
}

#[test]
fn a_peak_is_compared_before_it_is_rounded() {
    let prepared = prepared();
    let mut inference = inference(&prepared);
    inference.map.as_mut().unwrap().scores.slice_mut(s![100..150, 600..660]).fill(0.728_403);
    let at = |threshold| {
        let settings = Settings { threshold: Some(threshold), ..Settings::default() }.check().unwrap();
        judge(&prepared, &inference, &contract(), &Metadata::default(), &[], &settings).unwrap()
    };
    let judgement = at(0.728_402);
    assert_eq!((judgement.verdict, judgement.score, judgement.regions[0].score), (Verdict::Flagged, 0.7284, 0.7284));
    assert_eq!(at(0.728_404).verdict, Verdict::Clear);
}

#[test]
fn a_models_own_score_decides_and_nan_fails() {
    let prepared = prepared();
    let mut inference = Inference { map: None, score: Some(0.7), ..inference(&prepared) };
    assert_eq!(judged(&prepared, &inference).verdict, Verdict::Flagged);
    inference.score = Some(f32::NAN);
    let check = |inference: &Inference| {
        judge(&prepared, inference, &contract(), &Metadata::default(), &[], &Settings::default().check().unwrap())
    };
    assert!(check(&inference).unwrap_err().to_string().contains("score NaN"));
    let mut map = map(&prepared);
    map.scores[[3, 4]] = f32::NAN;
    let message = check(&Inference { map: Some(map), score: None, ..inference.clone() }).unwrap_err().to_string();
    assert!(message.starts_with("map row 3 column 4: "), "{message}");
    let wrong = Inference { map: Some(ScoreMap { scores: Array2::zeros((2, 2)), cell: 1 }), score: None, ..inference };
    assert_eq!(check(&wrong).unwrap_err().fault, crate::scan::Fault::Bug);
}

#[test]
fn detector_boxes_become_regions_inside_the_picture() {
    let prepared = prepared();
    let boxed = |x, y, width, height, score| ScoredBox { x, y, width, height, score, label: Some("bag".into()) };
    let boxes = vec![
        boxed(-20.0, 10.0, 60.0, 40.0, 0.6),
        boxed(100.0, 100.0, 50.0, 50.0, 0.8),
        boxed(100.0, 100.0, 50.0, 50.0, 0.1),
        boxed(5000.0, 10.0, 10.0, 10.0, 0.9),
    ];
    let judgement = judged(&prepared, &Inference { map: None, boxes, ..inference(&prepared) });
    assert_eq!(judgement.score, 0.8);
    assert_eq!(judgement.regions.len(), 2);
    assert_eq!(judgement.regions[1].box_px, BoxPx { x: 100, y: 70, width: 80, height: 80 });
    assert_eq!(judgement.regions[0].label.as_deref(), Some("bag"));
    let none = judged(&prepared, &Inference { map: None, ..inference(&prepared) });
    assert_eq!((none.verdict, none.score), (Verdict::Clear, 0.0));
}

#[test]
fn more_regions_than_wanted_are_cut_and_counted() {
    let prepared = prepared();
    let mut inference = inference(&prepared);
    for column in (0..1200).step_by(20) {
        inference.map.as_mut().unwrap().scores.slice_mut(s![50..60, column..column + 8]).fill(0.6);
    }
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.regions.len(), 50);
    assert_eq!(judgement.warnings[0].code, "regions_cut");
}

#[test]
fn a_lower_threshold_finds_more_and_the_maps_peak_is_always_kept() {
    let prepared = prepared();
    let mut inference = inference(&prepared);
    inference.map.as_mut().unwrap().scores.slice_mut(s![100..150, 600..660]).fill(0.35);
    let at = |threshold| {
        let settings = Settings { threshold, ..Settings::default() }.check().unwrap();
        judge(&prepared, &inference, &contract(), &Metadata::default(), &[], &settings).unwrap()
    };
    let (own, lower) = (at(None), at(Some(0.3)));
    assert_eq!((own.verdict, own.map_peak, own.regions.len()), (Verdict::Clear, Some(0.35), 0));
    assert_eq!((lower.verdict, lower.score, lower.regions.len()), (Verdict::Flagged, 0.35, 1));
}

#[test]
fn a_map_that_contradicts_the_models_score_is_believed_too() {
    let prepared = prepared();
    let mut inference = Inference { score: Some(0.1), ..inference(&prepared) };
    inference.map.as_mut().unwrap().scores.slice_mut(s![100..150, 600..660]).fill(0.9);
    let judgement = judged(&prepared, &inference);
    assert_eq!((judgement.verdict, judgement.score), (Verdict::Flagged, 0.1));
}

#[test]
fn unknown_doors_and_views_leave_zones_open() {
    let mut prepared = prepared();
    let mut inference = inference(&prepared);
    inference.map.as_mut().unwrap().scores.slice_mut(s![100..150, 20..60]).fill(0.9);
    prepared.frame.doors_known = false;
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.regions[0].zone, Some(Zone::End));
    assert_eq!(judgement.warnings[0].code, "doors_assumed");
    let view = |view: &str| {
        let metadata = Metadata { view: Some(view.into()), ..Metadata::default() };
        let settings = Settings::default().check().unwrap();
        judge(&prepared, &inference, &contract(), &metadata, &[], &settings).unwrap().regions[0].zone
    };
    assert_eq!((view("Top"), view("oblique"), view("SIDE")), (Some(Zone::End), None, Some(Zone::End)));
}

#[test]
fn clean_scans_decide_by_the_score_that_alarms_and_change_none() {
    let prepared = prepared();
    let mut inference = Inference { score: Some(0.2), ..inference(&prepared) };
    inference.map.as_mut().unwrap().scores.slice_mut(s![100..150, 600..660]).fill(0.6);
    let own = judged(&prepared, &inference);
    assert_eq!((own.verdict, own.score, own.calibration), (Verdict::Flagged, 0.2, None));
    let with = |clean: [f64; 3], threshold: f32| {
        let group = CleanGroup { sorted: clean.to_vec(), threshold, promised: 0.25 };
        let groups = [(GroupKey::of_scanner(GroupKind::Scanner, None), group)].into_iter().collect();
        let whole = GroupKey::of_scanner(GroupKind::Scanner, None);
        let places = Places { cargo: [(None, whole.clone())].into_iter().collect(), unseen: whole, stand_in: false };
        let clean =
            CleanScores::new(crate::scan::Digest::of(b"file"), 0.25, [(None, places)].into_iter().collect(), groups);
        let settings = Settings::default().check().unwrap().calibrated(std::sync::Arc::new(clean));
        judge(&prepared, &inference, &contract(), &Metadata::default(), &[], &settings).unwrap()
    };
    // The region's score, not the model's lower own one, is what was compared with the clean scans'.
    let usual = with([0.5, 0.7, 0.8], 0.800_1);
    let against = usual.calibration.unwrap().against.unwrap();
    assert_eq!((against.score, against.p_value), (0.6, 0.75));
    assert_eq!((usual.verdict, usual.score, usual.threshold), (Verdict::Clear, 0.2, 0.800_1));
    assert_eq!((usual.regions.len(), usual.regions[0].p_value), (1, Some(0.75)));
    let unusual = with([0.1, 0.2, 0.3], 0.300_1);
    assert_eq!((unusual.verdict, unusual.regions[0].p_value), (Verdict::Flagged, Some(0.25)));
    let said = "score 0.600 reaches the threshold 0.300: up to 25 % of clean containers look this unusual";
    assert_eq!(unusual.reasons[0].message, said);
}
