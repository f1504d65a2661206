//! Real models through the real runtime: every kind of contract, and contracts that are wrong.
//!
//! The models are made by tests/data/models/make.py.

use ndarray::Array2;
use portray::infer::{
    Area, Contract, ExcessOutput, Inference, OnnxScorer, Provider, RuntimeOptions, ScoreMap, Scorer, SessionOptions,
    default_model,
};
use portray::judge::{Concealment, MassMethod, ReasonCode, Verdict};
use portray::prepare::{Frame, Located, PixelState, Prepared};
use portray::scan::{BoxPx, End, Fault, LoadClass, Metadata, PixelSize};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::path::Path;

/// A single-energy scan at 5 mm with the given attenuation.
fn scan(attenuation: Array2<f32>) -> Prepared {
    let (rows, columns) = attenuation.dim();
    let pixel = PixelSize { x: 5.0, y: 5.0 };
    Prepared {
        transmission: vec![attenuation.mapv(|a| (-a).exp())],
        state: Array2::from_elem((rows, columns), PixelState::Valid),
        attenuation: vec![attenuation],
        ratio: None,
        energies_mv: Vec::new(),
        noise_floor: 1e-4,
        frame: Frame {
            crop: BoxPx { x: 0, y: 0, width: columns as u32, height: rows as u32 },
            located: Located::Container,
            source_pixel: pixel,
            pixel_sigma: 0.0,
            pixel,
            doors: End::Right,
            doors_known: true,
        },
        steps: Vec::new(),
        warnings: Vec::new(),
    }
}

fn model(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/models/{name}.onnx"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn load(name: &str) -> portray::scan::Result<OnnxScorer> {
    OnnxScorer::load(&model(name), None, &SessionOptions::default())
}

fn noise(rows: usize, columns: usize) -> Array2<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    Array2::from_shape_simple_fn((rows, columns), || random.random_range(0.0..0.5))
}

/// A wall and floor around an almost empty box, with a bag of 0.4 x 0.3 m on the floor if asked for.
fn container(bag: bool) -> Prepared {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    scan(Array2::from_shape_fn((560, 2440), |(row, column)| {
        let frame = !(12..530).contains(&row) || !(12..2428).contains(&column);
        let inside = bag && (470..530).contains(&row) && (2200..2280).contains(&column);
        let clean = if frame { 1.2 } else { 0.15 } + if inside { 0.8 } else { 0.0 };
        clean + random.random_range(-0.03..0.03)
    }))
}

#[test]
fn the_default_model_tells_a_bag_from_an_empty_box() {
    let scorer = OnnxScorer::load(default_model(), None, &SessionOptions::default()).unwrap();
    let contract = scorer.contract();
    assert!(contract.baseline);
    assert_eq!(contract.name, "contrast");
    assert_eq!(scorer.info().provider, "cpu");
    assert!(scorer.info().runtime.starts_with("onnxruntime 1."), "{}", scorer.info().runtime);
    let map = |bag| scorer.score(&container(bag)).unwrap().map.unwrap();
    let (clean, loaded) = (map(false), map(true));
    assert_eq!((clean.scores.dim(), clean.cell), ((140, 610), 4));
    let most = |map: &ScoreMap| map.scores.iter().copied().fold(0.0, f32::max);
    assert!(most(&clean) < contract.score.threshold, "clean scan scores {}", most(&clean));
    assert!(loaded.at(500, 2240) > contract.score.threshold, "bag scores {}", loaded.at(500, 2240));
    assert!(loaded.at(300, 1000) < contract.score.region_grow);
}

#[test]
fn the_default_model_takes_scans_of_any_size() {
    let scorer = OnnxScorer::load(default_model(), None, &SessionOptions::default()).unwrap();
    let sizes = [(1, 1), (5, 7), (1, 900), (700, 3), (16, 16), (33, 257)];
    for size in sizes {
        let map = scorer.score(&scan(Array2::from_elem(size, 0.3))).unwrap().map.unwrap();
        assert_eq!(map.scores.dim(), (size.0.div_ceil(map.cell), size.1.div_ceil(map.cell)));
        assert!(map.scores.iter().all(|v| (0.0..=1.0).contains(v)));
    }
    assert_eq!(sizes.len(), 6);
}

#[test]
fn threads_and_sessions_change_no_bit_of_the_answer() {
    let answer = |sessions, threads_per_session| {
        let options = SessionOptions { sessions, threads_per_session, ..SessionOptions::default() };
        OnnxScorer::load(default_model(), None, &options).unwrap().score(&container(true)).unwrap().map
    };
    let one = answer(1, 1);
    assert_eq!(one, answer(1, 4));
    assert_eq!(one, answer(3, 1));
}

#[test]
fn many_threads_share_few_sessions() {
    let scorer =
        OnnxScorer::load(&model("whole"), None, &SessionOptions { sessions: 2, ..SessionOptions::default() }).unwrap();
    let scans: Vec<Prepared> = (1..=16).map(|n| scan(Array2::from_elem((8 + n, 40 + n), n as f32 - 8.0))).collect();
    let answers: Vec<Inference> = std::thread::scope(|scope| {
        let running: Vec<_> = scans.iter().map(|scan| scope.spawn(|| scorer.score(scan).unwrap())).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (n, answer) in (1..=16).zip(&answers) {
        let map = answer.map.as_ref().unwrap();
        assert_eq!((map.scores.dim(), map.cell), ((8 + n, 40 + n), 1));
        let expected = 1.0 / (1.0 + (8.0 - n as f32).exp());
        assert!(map.scores.iter().all(|v| (v - expected).abs() < 1e-6));
        assert_eq!(answer.runs, 1);
    }
    assert_eq!(answers.len(), 16);
}

#[test]
fn a_classifier_scores_the_squeezed_scan() {
    let scorer = load("classifier").unwrap();
    let answer = scorer.score(&scan(Array2::from_elem((100, 333), 2.0))).unwrap();
    // softmax(0, mean) for class 1.
    let expected = 2.0f32.exp() / (1.0 + 2.0f32.exp());
    assert!((answer.score.unwrap() - expected).abs() < 1e-5);
    assert!(answer.map.is_none() && answer.boxes.is_empty());
}

#[test]
fn tiles_of_any_batch_join_to_the_same_map_as_the_whole_scan() {
    let attenuation = noise(101, 250);
    let prepared = scan(attenuation.clone());
    let [tiles, tiles3] = ["tiles", "tiles3"].map(|name| load(name).unwrap().score(&prepared).unwrap());
    assert_eq!(tiles.map.as_ref().unwrap(), tiles3.map.as_ref().unwrap());
    // Stride 24 x 16: 11 columns and 6 rows of tiles; at most 16 tiles a run, or 3.
    assert_eq!((tiles.runs, tiles3.runs), (5, 22));
    let map = tiles.map.unwrap();
    assert_eq!((map.scores.dim(), map.cell), ((26, 63), 4));
    // Each cell of the map is the mean of 4 x 4 pixels.
    for (row, column) in [(8usize, 16usize), (32, 100), (88, 236)] {
        let inside = attenuation.slice(ndarray::s![row..row + 4, column..column + 4]).mean().unwrap();
        assert!((inside - map.at(row + 3, column)).abs() < 1e-4, "{row} {column}: {inside}");
    }
    // A scan smaller than a tile is padded.
    let small = load("tiles").unwrap().score(&scan(Array2::from_elem((5, 9), 0.5))).unwrap();
    assert_eq!((small.map.unwrap().scores.dim(), small.runs), ((2, 3), 1));
}

#[test]
fn an_anomalib_export_gives_map_and_score() {
    let mut attenuation = Array2::zeros((64, 128));
    attenuation.slice_mut(ndarray::s![16..32, 32..64]).fill(0.75);
    let answer = load("anomalib").unwrap().score(&scan(attenuation)).unwrap();
    // (0.75 - 0.5) / 0.5 = 0.5, and -1..1 becomes 0..1.
    assert!((answer.score.unwrap() - 0.75).abs() < 1e-5, "{:?}", answer.score);
    let map = answer.map.unwrap();
    assert!((map.at(24, 48) - 0.75).abs() < 1e-5 && map.at(40, 100).abs() < 1e-5);
    assert!(map.scores.nrows() * map.cell >= 64 && map.scores.ncols() * map.cell >= 128);
}

#[test]
fn a_detectors_boxes_come_back_in_scan_pixels() {
    let mut attenuation = Array2::zeros((40, 70));
    attenuation[[5, 5]] = 0.9;
    attenuation[[5, 40]] = 0.6;
    let answer = load("detector").unwrap().score(&scan(attenuation)).unwrap();
    // Tiles start at columns 0, 32, 38 and rows 0, 8; the two tiles that see the same dot disagree by 6 pixels: too far apart
    // to be one. The weak boxes that every tile has stand last, for whoever asks for less than the model does.
    let weak = answer.boxes.iter().position(|b| b.score < 0.2).unwrap();
    assert!(answer.boxes[weak..].iter().all(|b| b.score == 0.1));
    let found: Vec<(f32, f32, f32)> = answer.boxes[..weak].iter().map(|b| (b.x, b.y, b.score)).collect();
    assert_eq!(found, [(8.0, 4.0, 0.9), (40.0, 4.0, 0.6), (46.0, 4.0, 0.6)]);
    assert!(
        answer.boxes[..weak].iter().all(|b| b.label.as_deref() == Some("bag") && (b.width, b.height) == (8.0, 8.0))
    );
    assert_eq!(answer.runs, 6);
}

#[test]
fn a_threshold_under_the_models_own_is_asked_of_all_boxes() {
    let mut attenuation = Array2::zeros((40, 70));
    attenuation[[5, 5]] = 0.2;
    let scorer = load("detector").unwrap();
    assert!(scorer.contract().score.region_grow > 0.2);
    let prepared = scan(attenuation);
    let answer = scorer.score(&prepared).unwrap();
    let verdict = |threshold| {
        let settings = portray::judge::Settings { threshold, min_area_mm2: Some(0.0), ..Default::default() };
        let settings = settings.check().unwrap();
        let about = portray::scan::Metadata::default();
        portray::judge::judge(&prepared, &answer, scorer.contract(), &about, &[], &settings).unwrap().verdict
    };
    assert_eq!(verdict(None), portray::judge::Verdict::Clear);
    assert_eq!(verdict(Some(0.1)), portray::judge::Verdict::Flagged);
}

/// The model that says everything, with a contract changed by `change`.
fn outspoken(features: bool, change: impl FnOnce(&mut Contract)) -> portray::scan::Result<OnnxScorer> {
    let mut contract = load("evidence").unwrap().contract().clone();
    change(&mut contract);
    let options = SessionOptions { features, ..SessionOptions::default() };
    OnnxScorer::load(&model("evidence"), Some(contract), &options)
}

/// Attenuation 0.25 with a load of 0.8 m x 0.4 m at 1.25.
fn loaded() -> Array2<f32> {
    let mut attenuation = Array2::from_elem((118, 250), 0.25);
    attenuation.slice_mut(ndarray::s![32..112, 40..200]).fill(1.25);
    attenuation
}

#[test]
fn a_model_that_says_more_than_scores_is_heard_in_every_mode() {
    let prepared = scan(loaded());
    let areas = [
        Area::Whole { multiple: 4 },
        Area::Tile { width: 32, height: 24, overlap: 8 },
        Area::Resize { width: 500, height: 236 },
    ];
    for area in areas {
        let answer = outspoken(true, |contract| contract.input.area = area).unwrap().score(&prepared).unwrap();
        let map = answer.map.as_ref().unwrap();
        let excess = answer.excess.as_ref().unwrap();
        assert_eq!(excess.dim(), map.scores.dim(), "{area:?}");
        let [(row, column), (above, left)] = [(64, 120), (4, 4)].map(|at| (at.0 / map.cell, at.1 / map.cell));
        assert!((excess[[row, column]] - 0.75).abs() < 1e-3 && excess[[above, left]] == 0.0, "{area:?}");
        let classes: Vec<LoadClass> = answer.classes.iter().map(|map| map.class).collect();
        assert_eq!(classes, [LoadClass::InCargo, LoadClass::RipOff]);
        for (at, attenuation) in [((row, column), 1.25_f32), ((above, left), 0.25)] {
            let expected = attenuation.exp() / (1.0 + attenuation.exp());
            let [inside, behind] = [0, 1].map(|index| answer.classes[index].probabilities[[at.0, at.1]]);
            assert!((inside - expected).abs() < 1e-3 && (inside + behind - 1.0).abs() < 1e-5, "{area:?}: {inside}");
        }
        let features = answer.features.unwrap();
        assert_eq!(features.len(), 2);
        let familiarity = answer.familiarity.unwrap();
        if let Area::Tile { .. } = area {
            // The least of the tiles is that in the corner, which reaches beyond the scan by half a cell; some hold the load.
            assert!((familiarity - 0.25 * 22.0 / 24.0 * 30.0 / 32.0).abs() < 1e-5, "{familiarity}");
            assert!((0.5..1.24).contains(&features[1]), "{features:?}");
        } else {
            assert!((familiarity - features[0]).abs() < 1e-6, "{familiarity} {features:?}");
            assert!((features[1] - 1.25).abs() < 1e-3, "{features:?}");
        }
    }
}

#[test]
fn features_are_read_only_where_they_are_asked_for() {
    let prepared = scan(loaded());
    assert_eq!(load("evidence").unwrap().score(&prepared).unwrap().features, None);
    let error = outspoken(true, |contract| contract.outputs.features = None).unwrap_err();
    assert_eq!(error.fault, Fault::Model);
    assert!(error.to_string().contains("names no output of them; name the encoder's output"), "{error}");
    outspoken(false, |contract| contract.outputs.features = None).unwrap();
}

#[test]
fn a_map_on_another_grid_is_refused() {
    let full = |contract: &mut Contract| {
        contract.outputs.excess = Some(ExcessOutput { name: "full".to_owned(), sigma: None });
    };
    let error = outspoken(false, full).unwrap().score(&scan(loaded())).unwrap_err();
    assert_eq!(error.fault, Fault::Model);
    assert!(error.to_string().contains("output `full` has 120 rows and 252 columns, the map has 30 and 63"), "{error}");
    // A tiled model tells when it is loaded.
    let tiled = |contract: &mut Contract| {
        full(contract);
        contract.input.area = Area::Tile { width: 32, height: 24, overlap: 8 };
    };
    assert!(outspoken(false, tiled).unwrap_err().to_string().contains("expected one grid for both"));
}

#[test]
fn a_region_gets_its_class_and_mass_from_the_model() {
    let prepared = scan(loaded());
    let judged = |scorer: &OnnxScorer| {
        let answer = scorer.score(&prepared).unwrap();
        let settings = portray::judge::Settings::default().check().unwrap();
        portray::judge::judge(&prepared, &answer, scorer.contract(), &Metadata::default(), &[], &settings).unwrap()
    };
    let judgement = judged(&outspoken(false, |contract| contract.score.region_grow = 0.3).unwrap());
    assert_eq!((judgement.verdict, judgement.regions.len()), (Verdict::Flagged, 1));
    let region = &judgement.regions[0];
    // softmax(1.25, 0).
    assert_eq!(region.concealment, Some(Concealment { class: LoadClass::InCargo, probability: 0.7773 }));
    let mass = region.mass.unwrap();
    assert_eq!(mass.method, MassMethod::Model);
    // An excess of 0.75 over 80 x 40 cm.
    let expected = 0.75 * 80.0 * 40.0 / mass.coefficient_cm2_g / 1000.0;
    assert!((mass.kg / expected - 1.0).abs() < 1e-3, "{mass:?} {expected}");
    // 6 MV is assumed, and the contract's sigma is 0.4.
    assert!((mass.sigma_kg / mass.kg - 0.4_f32.hypot(0.35)).abs() < 1e-3, "{mass:?}");
    assert_eq!(judgement.familiarity.map(|found| found.least), Some(0.1));
    let strange = judged(
        &outspoken(false, |contract| {
            contract.score.region_grow = 0.3;
            contract.outputs.familiarity.as_mut().unwrap().least = 0.9;
        })
        .unwrap(),
    );
    assert_eq!((strange.verdict, strange.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Unfamiliar));
    assert_eq!((strange.score, strange.regions.len()), (judgement.score, 1));
}

#[test]
fn models_and_contracts_that_are_wrong_say_so() {
    let cases = [
        ("no_contract", "the model carries no contract; give one with --contract FILE"),
        ("contract_is_no_json", "the contract cannot be read"),
        ("external", "it must be one ONNX file with its weights inside"),
        ("misnamed", "the contract names input `scan`, the model has inputs `image` (float32 [?,1,?,?])"),
    ];
    for (name, expected) in cases {
        let error = load(name).unwrap_err();
        assert_eq!(error.fault, Fault::Model);
        assert!(error.to_string().contains(expected), "{name}: {error}");
    }
    let runs = [
        ("not_a_number", "output `map` holds a value that is no finite number"),
        ("odd_map", "the map has 7 rows and 11 columns for an input of 8 and 12"),
    ];
    for (name, expected) in runs {
        let error = load(name).unwrap().score(&scan(Array2::zeros((8, 12)))).unwrap_err();
        assert_eq!(error.fault, Fault::Model);
        assert!(error.to_string().contains(expected), "{name}: {error}");
    }
    assert_eq!(cases.len() + runs.len(), 6);
}

#[test]
fn a_contract_from_outside_stands_in_for_the_one_inside() {
    let whole = load("whole").unwrap().contract().clone();
    let options = SessionOptions::default();
    for name in ["no_contract", "misnamed", "contract_is_no_json"] {
        let scorer = OnnxScorer::load(&model(name), Some(whole.clone()), &options).unwrap();
        assert!(scorer.score(&scan(Array2::zeros((8, 8)))).unwrap().map.is_some());
    }
    let wrong = Contract { name: String::new(), ..whole };
    assert!(OnnxScorer::load(&model("whole"), Some(wrong), &options).is_err());
}

#[test]
fn the_committed_schema_is_the_contracts_and_every_model_keeps_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/contract.schema.json");
    let schema = serde_json::to_value(portray::infer::contract_schema()).unwrap();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("PORTRAY_WRITE_SCHEMAS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "PORTRAY_WRITE_SCHEMAS=1 writes it anew");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut checked = 0;
    for name in ["classifier", "tiles", "tiles3", "anomalib", "detector", "whole", "evidence"] {
        let contract = serde_json::to_value(load(name).unwrap().contract()).unwrap();
        assert!(validator.is_valid(&contract), "{name}");
        checked += 1;
    }
    assert_eq!(checked, 7);
}

#[test]
fn damaged_models_are_errors() {
    let options = SessionOptions::default();
    let whole = default_model();
    for bytes in [&b""[..], b"not a model", &whole[..whole.len() / 2], &[0xff; 64]] {
        let error = OnnxScorer::load(bytes, None, &options).unwrap_err();
        assert_eq!(error.fault, Fault::Model, "{error}");
    }
}

#[test]
fn a_provider_that_is_not_there_is_an_error_and_no_fall_back() {
    let mut tried = 0;
    for provider in Provider::ALL.into_iter().filter(|&p| p != Provider::Cpu) {
        // The fetched runtime runs on the processor only, so even a compiled-in provider must fail to load.
        let options = SessionOptions { provider, ..SessionOptions::default() };
        let error = OnnxScorer::load(default_model(), None, &options).unwrap_err();
        assert_eq!(error.fault, Fault::Model);
        assert!(error.to_string().contains(provider.name()), "{error}");
        tried += 1;
    }
    assert_eq!(tried, 5);
}

#[test]
fn one_process_holds_one_runtime() {
    load("whole").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("libonnxruntime.so");
    std::fs::write(&other, b"never loaded").unwrap();
    let runtime = RuntimeOptions { library: Some(other), ..RuntimeOptions::default() };
    let options = SessionOptions { runtime, ..SessionOptions::default() };
    let error = OnnxScorer::load(&model("whole"), None, &options).unwrap_err();
    assert_eq!(error.fault, Fault::Parameter);
    assert!(error.to_string().contains("one process can hold one runtime"), "{error}");
}
