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
        energies_mv: vec![9.0, 6.0],
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
    Inference {
        map: Some(map(prepared)),
        score: None,
        boxes: vec![],
        warnings: vec![],
        runs: 1,
        runtime: Duration::ZERO,
    }
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
    assert_eq!(region.polygons.len(), 1);
}

#[test]
fn a_band_is_named_only_where_the_energies_can_tell_it() {
    use super::super::attenuation::MassAttenuation;
    use super::super::mass::MaterialBand;
    let band = |stated: &[f32], low_mev: f32, coefficient: fn(MassAttenuation) -> f32| {
        let mut prepared = prepared();
        let mut inference = inference(&prepared);
        let place = s![100..150, 600..660];
        for (plane, mev) in [(0, 3.0), (1, low_mev)] {
            let extra = 20.0 * coefficient(MassAttenuation::at(mev));
            prepared.attenuation[plane].slice_mut(place).mapv_inplace(|value| value + extra);
        }
        inference.map.as_mut().unwrap().scores.slice_mut(place).fill(0.9);
        prepared.energies_mv = stated.to_vec();
        let judgement = judged(&prepared, &inference);
        judgement.regions[0].material.unwrap().band
    };
    assert_eq!(band(&[9.0, 3.0], 1.0, |at| at.organic), Some(MaterialBand::Organic));
    assert_eq!(band(&[9.0, 3.0], 1.0, |at| at.metal), Some(MaterialBand::Metal));
    assert_eq!(band(&[9.0, 6.0], 2.0, |at| at.metal), Some(MaterialBand::Metal));
    // Too close, or not stated: no band.
    assert_eq!(band(&[9.0, 6.0], 2.0, |at| at.mineral), None);
    assert_eq!(band(&[], 2.0, |at| at.metal), None);
}

#[test]
fn an_energy_that_may_be_a_sources_or_an_accelerators_is_said() {
    let mut prepared = prepared();
    let warned = |prepared: &Prepared, source| {
        let metadata = Metadata { source, ..Metadata::default() };
        let settings = Settings::default().check().unwrap();
        let judgement = judge(prepared, &inference(prepared), &contract(), &metadata, &[], &settings).unwrap();
        judgement.warnings.iter().any(|warning| warning.code == "beam_source_unknown")
    };
    prepared.energies_mv = vec![1.5];
    assert!(warned(&prepared, None) && !warned(&prepared, Some(crate::scan::BeamSource::Accelerator)));
    prepared.energies_mv = vec![1.25];
    assert!(!warned(&prepared, None));
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
    assert_eq!(judgement.unseen.len(), 1);
    let expected = BoxPx { x: 100 + 600, y: 50 + 100, width: 60, height: 40 };
    assert_eq!(judgement.unseen[0].box_px, expected, "whole cells of 20 mm");
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
fn much_that_is_shielded_in_small_pieces_is_never_clear() {
    let mut prepared = prepared();
    // Bars of 80 mm at a pitch of 160 mm: none holds a square of 100 mm.
    // They lie across the cells in which squares are looked for.
    for column in (61..1160).step_by(16) {
        prepared.state.slice_mut(s![40..220, column..column + 8]).fill(PixelState::Shielded);
    }
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    let messages: Vec<&str> = judgement.reasons.iter().map(|reason| reason.message.as_str()).collect();
    assert!(messages.iter().any(|m| m.contains("% of the picture within its edges, the limit is 5 %")), "{messages:?}");
    assert_eq!(judgement.unseen.len(), 50, "as many as regions");
    assert!(judgement.unseen.iter().all(|area| area.cause == UnseenCause::Shielded));
    // Under the limit nothing of it is listed.
    let settings = Settings { max_shielded_share: 0.4, ..Settings::default() }.check().unwrap();
    let judge = |prepared: &Prepared| {
        judge(prepared, &inference(prepared), &contract(), &Metadata::default(), &[], &settings).unwrap()
    };
    assert!(judge(&prepared).unseen.is_empty());
    // The steel along the sides does not count.
    prepared.state.fill(PixelState::Valid);
    for edge in [s![0..6, ..], s![253..259, ..], s![.., 0..6], s![.., 1213..1219]] {
        prepared.state.slice_mut(edge).fill(PixelState::Shielded);
    }
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
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
fn a_repaired_block_is_not_seen_either_and_noise_opens_no_hole_in_a_shield() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![100..125, ..]).fill(PixelState::Repaired);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Repaired));
    assert_eq!(judgement.unseen[0].cause, UnseenCause::Repaired);
    prepared.state.fill(PixelState::Valid);
    for row in 50..100 {
        for column in 300..350 {
            // Every eighth pixel counts as measured by chance, and every 17th column was repaired.
            let hole = (row * 7 + column * 3) % 8 == 0;
            let state = if column % 17 == 0 { PixelState::Repaired } else { PixelState::Shielded };
            prepared.state[[row, column]] = if hole { PixelState::Valid } else { state };
        }
    }
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Shielded));
    assert!(judgement.unseen[0].area_mm2 > 150_000.0);
}

#[test]
fn a_poor_picture_is_inconclusive_unless_that_is_accepted() {
    let mut prepared = prepared();
    for code in super::super::settings::POOR.into_iter().filter(|code| *code != "planes_differ") {
        prepared.warnings = vec![Warning::new(code, "why")];
        let judgement = judged(&prepared, &inference(&prepared));
        assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Poor), "{code}");
        let settings = Settings { accept: vec![code.to_owned()], ..Settings::default() }.check().unwrap();
        let accepted =
            judge(&prepared, &inference(&prepared), &contract(), &Metadata::default(), &[], &settings).unwrap();
        assert_eq!(accepted.verdict, Verdict::Clear, "{code}");
    }
    // What the reading warned of counts as well.
    let read = [Warning::new("intensity_not_linear", "LOG")];
    let settings = Settings::default().check().unwrap();
    prepared.warnings.clear();
    let judgement =
        judge(&prepared, &inference(&prepared), &contract(), &Metadata::default(), &read, &settings).unwrap();
    assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Poor));
    prepared.warnings = vec![Warning::new("eight_bit_export", "not a reason by itself")];
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
}

#[test]
fn two_views_given_as_two_energies_are_noticed() {
    let mut prepared = prepared();
    prepared.attenuation[0].slice_mut(s![50..150, 100..400]).fill(2.0);
    prepared.attenuation[1].slice_mut(s![50..150, 100..400]).fill(2.4);
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
    prepared.attenuation[1].fill(0.99);
    prepared.attenuation[1].slice_mut(s![50..150, 700..1000]).fill(2.4);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert!(judgement.reasons[0].message.starts_with("planes_differ"), "{:?}", judgement.reasons);
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
fn mass_counts_what_the_outline_leaves_out_and_says_where_it_is_a_least_one() {
    let mut prepared = prepared();
    let mut inference = inference(&prepared);
    let place = s![100..150, 600..660];
    prepared.attenuation[0].slice_mut(place).fill(1.8);
    inference.map.as_mut().unwrap().scores.slice_mut(s![102..148, 602..658]).fill(0.9);
    let whole = judged(&prepared, &inference).regions[0].mass.unwrap();
    // 0.6 x 0.5 m of extra attenuation 1.0 at 3 MeV.
    let expected = 60.0 * 50.0 / super::super::attenuation::MassAttenuation::at(3.0).organic / 1000.0;
    assert!((whole.kg / expected - 1.0).abs() < 0.01 && !whole.at_least, "{whole:?} {expected}");
    prepared.state.slice_mut(s![110..120, 610..620]).fill(PixelState::Shielded);
    let mass = judged(&prepared, &inference).regions[0].mass.unwrap();
    assert!(mass.at_least && mass.kg == whole.kg);
}
