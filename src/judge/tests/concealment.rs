//! What the model says beside scores: class, mass by its own excess, and whether it knows such scans.

use super::super::attenuation::MassAttenuation;
use super::super::settings::Settings;
use super::super::{Concealment, Judgement, MassMethod, ReasonCode, Verdict, judge};
use super::{contract, inference, judged, prepared};
use crate::infer::{ClassMap, Contract, ExcessOutput, FamiliarityOutput, Inference, ScoreMap, ScoredBox};
use crate::prepare::{PixelState, Prepared};
use crate::scan::{Fault, LoadClass, Metadata};
use ndarray::{Array2, s};

/// A contract that names an excess of `sigma`, and familiarity of at least 0.1.
fn telling(sigma: Option<f32>) -> Contract {
    let mut contract = contract();
    contract.outputs.excess = Some(ExcessOutput { name: "excess".into(), sigma });
    contract.outputs.familiarity = Some(FamiliarityOutput { name: "familiarity".into(), least: 0.1 });
    contract
}

fn judged_by(contract: &Contract, prepared: &Prepared, inference: &Inference) -> Judgement {
    let settings = Settings::default().check().unwrap();
    judge(prepared, inference, contract, &Metadata::default(), &[], &settings).unwrap()
}

/// A map of cells of 4 x 4 pixels: 0.6 x 0.52 m at rows 25 to 37 and columns 150 to 164, scoring 0.9.
fn celled(prepared: &Prepared) -> Inference {
    let mut scores = Array2::zeros((65, 305));
    scores.slice_mut(s![25..38, 150..165]).fill(0.9);
    Inference { map: Some(ScoreMap { scores, cell: 4 }), ..inference(prepared) }
}

fn class_map(class: LoadClass, size: (usize, usize), probability: f32) -> ClassMap {
    ClassMap { class, probabilities: Array2::from_elem(size, probability) }
}

#[test]
fn an_unfamiliar_scan_is_neither_flagged_nor_clear_unless_that_is_accepted() {
    let prepared = prepared();
    let contract = telling(None);
    let quiet = Inference { familiarity: Some(0.031), ..inference(&prepared) };
    let mut loud = quiet.clone();
    loud.map.as_mut().unwrap().scores.slice_mut(s![100..150, 600..660]).fill(0.9);
    let said = "the scan is unlike those that the model was trained on (familiarity 0.03, at least 0.10 needed)";
    for (inference, codes, score) in
        [(&quiet, &[ReasonCode::Unfamiliar][..], 0.0), (&loud, &[ReasonCode::Unfamiliar, ReasonCode::Score][..], 0.9)]
    {
        let judgement = judged_by(&contract, &prepared, inference);
        assert_eq!((judgement.verdict, judgement.score), (Verdict::Inconclusive, score));
        assert_eq!(judgement.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), codes);
        assert_eq!(judgement.reasons[0].message, said);
        assert!(judgement.warnings.is_empty());
        assert_eq!(judgement.familiarity.map(|found| (found.value, found.least)), Some((0.031, 0.1)));
    }
    assert_eq!(judged_by(&contract, &prepared, &loud).regions.len(), 1, "what was found is listed all the same");
    // From the bound on, or where the contract has none, the score decides.
    for value in [0.1, 0.8] {
        let known = Inference { familiarity: Some(value), ..loud.clone() };
        assert_eq!(judged_by(&contract, &prepared, &known).verdict, Verdict::Flagged, "{value}");
        let known = Inference { familiarity: Some(value), ..quiet.clone() };
        assert_eq!(judged_by(&contract, &prepared, &known).verdict, Verdict::Clear, "{value}");
    }
    let unasked = judged(&prepared, &loud);
    assert_eq!((unasked.verdict, unasked.familiarity), (Verdict::Flagged, None));
    // Just under the bound the words do not say that it is reached.
    let near = judged_by(&contract, &prepared, &Inference { familiarity: Some(0.0999), ..quiet.clone() });
    assert!(near.reasons[0].message.contains("familiarity 0.09, at least 0.10"), "{:?}", near.reasons);

    let accept = vec!["unfamiliar".to_owned()];
    let settings = Settings { accept, ..Settings::default() }.check().unwrap();
    for (inference, verdict) in [(&quiet, Verdict::Clear), (&loud, Verdict::Flagged)] {
        let judgement = judge(&prepared, inference, &contract, &Metadata::default(), &[], &settings).unwrap();
        assert_eq!(judgement.verdict, verdict);
        assert_eq!((judgement.warnings[0].code.as_str(), judgement.warnings[0].message.as_str()), ("unfamiliar", said));
        assert!(judgement.reasons.iter().all(|reason| reason.code == ReasonCode::Score));
    }
}

#[test]
fn a_regions_class_is_the_likeliest_where_it_is_most_suspicious() {
    let prepared = prepared();
    let mut inference = celled(&prepared);
    let map = inference.map.as_mut().unwrap();
    let size = map.scores.dim();
    // A strong third and two weak thirds.
    map.scores.slice_mut(s![25..38, 155..165]).fill(0.3);
    let mut cargo = class_map(LoadClass::InCargo, size, 0.6);
    let mut doors = class_map(LoadClass::RipOff, size, 0.4);
    cargo.probabilities.slice_mut(s![.., ..155]).fill(0.1);
    doors.probabilities.slice_mut(s![.., ..155]).fill(0.9);
    inference.classes = vec![cargo, doors];
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.regions.len(), 1);
    // (0.9 x 0.9 + 2 x 0.3 x 0.4) / (0.9 + 2 x 0.3): by area alone it would be the other class.
    let expected = Concealment { class: LoadClass::RipOff, probability: 0.7 };
    assert_eq!(judgement.regions[0].concealment, Some(expected));
    // Of equal ones the contract's first.
    let equal = |class| class_map(class, size, 0.5);
    inference.classes = vec![equal(LoadClass::Structure), equal(LoadClass::Person)];
    assert_eq!(judged(&prepared, &inference).regions[0].concealment.unwrap().class, LoadClass::Structure);
    inference.classes = Vec::new();
    assert_eq!(judged(&prepared, &inference).regions[0].concealment, None);
}

#[test]
fn a_detectors_box_takes_class_and_mass_of_the_cells_under_it() {
    let prepared = prepared();
    let mut inference = celled(&prepared);
    let map = inference.map.as_mut().unwrap();
    let size = map.scores.dim();
    map.scores.fill(0.1);
    let mut excess = Array2::zeros(size);
    excess.slice_mut(s![25..38, 150..165]).fill(0.5);
    inference.excess = Some(excess);
    inference.classes = vec![class_map(LoadClass::InEmpty, size, 0.25)];
    let place = ScoredBox { x: 601.5, y: 102.0, width: 57.0, height: 49.0, score: 0.8, label: Some("bag".into()) };
    inference.boxes = vec![place];
    let region = judged_by(&telling(Some(0.3)), &prepared, &inference).regions[0].clone();
    assert_eq!(region.concealment, Some(Concealment { class: LoadClass::InEmpty, probability: 0.25 }));
    let expected = 0.5 * 60.0 * 52.0 / MassAttenuation::at(3.0).organic / 1000.0;
    assert!((region.mass.unwrap().kg / expected - 1.0).abs() < 1e-3, "{:?} {expected}", region.mass);
    // Without a map there is nothing to take them from.
    inference.map = None;
    let region = judged(&prepared, &inference).regions[0].clone();
    assert_eq!((region.concealment, region.mass.unwrap().method), (None, MassMethod::Surroundings));
}

#[test]
fn mass_is_the_models_excess_over_the_region_and_a_margin() {
    let mut prepared = prepared();
    let mut inference = celled(&prepared);
    let mut excess = Array2::zeros((65, 305));
    excess.slice_mut(s![25..38, 150..165]).fill(0.5);
    // What spills over the outline counts, what lies further away does not.
    excess.slice_mut(s![25..38, 149]).fill(0.2);
    excess.slice_mut(s![25..38, 148]).fill(3.0);
    inference.excess = Some(excess);
    let mass = |contract: &Contract, prepared: &Prepared, inference: &Inference| {
        judged_by(contract, prepared, inference).regions[0].mass
    };
    let found = mass(&telling(Some(0.3)), &prepared, &inference).unwrap();
    // 13 x 15 cells of 4 x 4 cm at 0.5 and 13 at 0.2, at 3 MeV: 1601.6 cm2 over 0.0379 cm2/g are 42.26 kg.
    let grams = (13.0 * 15.0 * 0.5 + 13.0 * 0.2) * 16.0 / MassAttenuation::at(3.0).organic;
    assert!((found.kg - grams / 1000.0).abs() < 0.01 && (found.kg - 42.26).abs() < 0.1, "{found:?}");
    assert_eq!((found.method, found.at_least), (MassMethod::Model, false));
    // 15 x 17 cells with the margin.
    assert!((found.extra_attenuation - 100.1 / 255.0).abs() < 1e-3, "{found:?}");
    assert!((found.sigma_kg / found.kg - 0.3_f32.hypot(0.16)).abs() < 1e-3, "{found:?}");
    let unmeasured = mass(&telling(None), &prepared, &inference).unwrap();
    assert!((unmeasured.sigma_kg / found.kg - 1.0_f32.hypot(0.16)).abs() < 1e-3, "{unmeasured:?}");
    // The picture holds no excess of its own, and the surroundings need not be there.
    prepared.state.fill(PixelState::Repaired);
    assert_eq!(mass(&telling(Some(0.3)), &prepared, &inference), Some(found));
    prepared.frame.pixel_sigma = 0.5;
    let rough = mass(&telling(Some(0.3)), &prepared, &inference).unwrap();
    assert!((rough.sigma_kg / rough.kg - 0.3_f32.hypot(0.16_f32.hypot(1.0))).abs() < 1e-3, "{rough:?}");
    prepared.frame.pixel_sigma = 1.0;
    assert_eq!(mass(&telling(Some(0.3)), &prepared, &inference), None);
}

#[test]
fn the_last_cells_count_only_as_far_as_the_scan_goes() {
    let prepared = prepared();
    let mut inference = celled(&prepared);
    let map = inference.map.as_mut().unwrap();
    map.scores.fill(0.0);
    map.scores.slice_mut(s![60..65, 295..305]).fill(0.9);
    inference.excess = Some(map.scores.mapv(|score| score / 0.9));
    let found = judged_by(&telling(Some(0.3)), &prepared, &inference).regions[0].mass.unwrap();
    // 259 rows and 1219 columns end 3 pixels into the last cells.
    let expected = f32::from(19_u8) * 39.0 / MassAttenuation::at(3.0).organic / 1000.0;
    assert!((found.kg - expected).abs() < 0.01, "{found:?} {expected}");
}

#[test]
fn a_core_that_the_model_cannot_see_into_makes_its_mass_a_least_one() {
    let mut prepared = prepared();
    let mut inference = celled(&prepared);
    let mut excess = Array2::zeros((65, 305));
    excess.slice_mut(s![25..38, 150..165]).fill(0.5);
    let at_least = |prepared: &Prepared, excess: &Array2<f32>, inference: &mut Inference| {
        inference.excess = Some(excess.clone());
        judged_by(&telling(Some(0.3)), prepared, inference).regions[0].mass.unwrap().at_least
    };
    // A speck of 4 x 4 cm could hide twice what it does.
    let speck = s![120..124, 620..624];
    prepared.attenuation[0].slice_mut(speck).fill(1.8);
    prepared.state.slice_mut(speck).fill(PixelState::Shielded);
    assert!(!at_least(&prepared, &excess, &mut inference));
    // A core could, whether the model sees something there or nothing.
    let core = s![112..140, 612..648];
    prepared.attenuation[0].slice_mut(core).fill(6.9);
    prepared.state.slice_mut(core).fill(PixelState::Shielded);
    assert!(at_least(&prepared, &excess, &mut inference));
    excess.slice_mut(s![28..35, 153..162]).fill(0.0);
    assert!(at_least(&prepared, &excess, &mut inference));
}

#[test]
fn numbers_and_sizes_that_do_not_fit_fail_the_scan() {
    let prepared = prepared();
    let size = (65, 305);
    let told = Inference {
        excess: Some(Array2::zeros(size)),
        classes: vec![class_map(LoadClass::InCargo, size, 0.5)],
        familiarity: Some(0.5),
        ..celled(&prepared)
    };
    let settings = Settings::default().check().unwrap();
    let fault = |inference: &Inference| {
        judge(&prepared, inference, &telling(None), &Metadata::default(), &[], &settings).unwrap_err()
    };
    let mut odd = told.clone();
    odd.excess.as_mut().unwrap()[[3, 4]] = f32::NAN;
    let error = fault(&odd);
    assert_eq!(error.fault, Fault::Model);
    assert!(error.to_string().starts_with("map row 3 column 4: a map of classes or excess holds NaN"), "{error}");
    let mut odd = told.clone();
    odd.classes[0].probabilities[[0, 7]] = f32::INFINITY;
    assert!(fault(&odd).to_string().starts_with("map row 0 column 7: "));
    let odd = Inference { excess: Some(Array2::zeros((65, 304))), ..told.clone() };
    assert_eq!(fault(&odd).fault, Fault::Bug);
    let odd = Inference { familiarity: Some(f32::NAN), ..told };
    assert!(fault(&odd).to_string().contains("familiarity NaN"));
}
