use super::super::settings::Settings;
use super::*;
use crate::infer::{Area, Channel, InputContract, NamedOutput, Outputs, ScoreMap, Values};
use crate::scan::{End, PixelSize};
use ndarray::{Array2, s};
use std::time::Duration;

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
        noise_floor: 0.001,
        frame: Frame {
            crop: BoxPx { x: 100, y: 50, width: 2438, height: 518 },
            located: Located::Container,
            source_pixel: PixelSize { x: 5.0, y: 5.0 },
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
    Inference { map: Some(map(prepared)), score: None, boxes: vec![], runs: 1, runtime: Duration::ZERO }
}

fn judged(prepared: &Prepared, inference: &Inference) -> Judgement {
    let metadata = Metadata { energies_mv: vec![9.0, 6.0], ..Metadata::default() };
    judge(prepared, inference, &contract(), &metadata, &Settings::default().check().unwrap()).unwrap()
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
fn a_load_is_flagged_with_its_mass_place_and_band() {
    let mut prepared = prepared();
    let mut inference = inference(&prepared);
    // 100 kg of organic goods over 0.6 x 0.5 m, by Beer-Lambert at the effective energies of 9 and 6 MV.
    let area_cm2 = 60.0 * 50.0;
    let per_cm2 = 100_000.0 / area_cm2;
    let place = s![100..150, 1120..1180];
    for (plane, mev) in [(0, 3.0), (1, 2.0)] {
        let extra = per_cm2 * super::super::attenuation::MassAttenuation::at(mev).organic;
        prepared.attenuation[plane].slice_mut(place).mapv_inplace(|value| value + extra);
    }
    inference.map.as_mut().unwrap().scores.slice_mut(place).fill(0.9);
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.verdict, Verdict::Flagged);
    assert_eq!(judgement.score, 0.9);
    assert_eq!(judgement.regions.len(), 1);
    let region = &judgement.regions[0];
    assert_eq!(region.box_px, BoxPx { x: 100 + 2240, y: 50 + 200, width: 120, height: 100 });
    assert_eq!(region.zone, Some(Zone::DoorEnd));
    assert!((region.area_mm2 - 300_000.0).abs() < 1.0);
    let mass = region.mass.unwrap();
    assert!((mass.kg - 100.0).abs() < 0.5, "{mass:?}");
    assert!((mass.sigma_kg - 16.0).abs() < 1.0, "{mass:?}");
    assert_eq!(region.material.unwrap().band, Some(super::super::mass::MaterialBand::Organic));
    assert_eq!(region.polygons.len(), 1);
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
fn what_the_beam_did_not_get_through_is_never_clear() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![50..70, 300..330]).fill(PixelState::Shielded);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert_eq!(judgement.reasons[0].code, ReasonCode::Shielded);
    assert_eq!(judgement.shielded.len(), 1);
    let expected = BoxPx { x: 100 + 600, y: 50 + 100, width: 60, height: 40 };
    assert_eq!(judgement.shielded[0].box_px, expected, "whole cells of 20 mm");
    // A speck does not count, nor does the steel edge of a roof however long.
    prepared.state.fill(PixelState::Valid);
    prepared.state.slice_mut(s![50..55, 300..305]).fill(PixelState::Shielded);
    prepared.state.slice_mut(s![0..7, ..]).fill(PixelState::Shielded);
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
    // Anything that holds a square of 100 mm does, wherever it lies.
    for offset in 0..4 {
        prepared.state.fill(PixelState::Valid);
        let (row, column) = (101 + offset, 403 + offset);
        prepared.state.slice_mut(s![row..row + 10, column..column + 10]).fill(PixelState::Shielded);
        assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Inconclusive, "{offset}");
    }
}

#[test]
fn flagged_and_shielded_says_both() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![50..70, 300..330]).fill(PixelState::Shielded);
    let mut inference = inference(&prepared);
    inference.map.as_mut().unwrap().scores.slice_mut(s![40..80, 290..340]).fill(0.8);
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.verdict, Verdict::Flagged);
    let codes: Vec<_> = judgement.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [ReasonCode::Score, ReasonCode::Shielded]);
    assert!((judgement.regions[0].shielded_share - 0.3).abs() < 1e-6);
}

#[test]
fn a_picture_that_was_mostly_repaired_is_inconclusive() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![.., 0..400]).fill(PixelState::Repaired);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert_eq!(judgement.reasons[0].code, ReasonCode::Repaired);
}

#[test]
fn a_models_own_score_decides_and_nan_fails() {
    let prepared = prepared();
    let mut inference = Inference { map: None, score: Some(0.7), ..inference(&prepared) };
    assert_eq!(judged(&prepared, &inference).verdict, Verdict::Flagged);
    inference.score = Some(f32::NAN);
    let check = |inference: &Inference| {
        judge(&prepared, inference, &contract(), &Metadata::default(), &Settings::default().check().unwrap())
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
