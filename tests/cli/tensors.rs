use super::simulate::{contents, set_up};
use super::{portray, shown, snapshot};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const CONTRACT: &str = r#"{"schema_version": 1, "name": "mine", "version": "0", "licence": "MIT", "summary": "to be trained",
"input": {"name": "scan", "channels": ["attenuation", "transmission", "validity", "height", "door_distance"], "pixel_mm": 30.0,
"mean": [1.0, 0.0, 0.0, 0.0, 0.0], "std": [2.0, 1.0, 1.0, 1.0, 1.0], "area": {"mode": "whole", "multiple": 32}},
"outputs": {"map": {"name": "map", "values": {"kind": "logits"}}},
"score": {"threshold": 0.5, "region_seed": 0.5, "region_grow": 0.2, "min_area_mm2": 15000.0}}"#;

/// Makes a loaded and a clean scan in `set`.
fn simulated() -> tempfile::TempDir {
    let folder = set_up();
    fs::write(folder.path().join("contract.json"), CONTRACT).unwrap();
    for scenario in ["threats", "clean"] {
        let file = format!("{scenario}.toml");
        let line =
            ["simulate", "--scenario", &file, "--scanner", "scanner.toml", "--quiet", "--no-contact", "--density"];
        let status = portray(folder.path()).args(line).args(["--out", "set", "--name", scenario]).status().unwrap();
        assert_eq!(status.code(), Some(0));
    }
    folder
}

/// A `NumPy` file's shape and numbers.
fn array<T: npyz::Deserialize>(path: &Path) -> (Vec<u64>, Vec<T>) {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = npyz::NpyFile::new(&bytes[..]).unwrap();
    (file.shape().to_vec(), file.into_vec().unwrap())
}

#[test]
fn arrays_hold_what_the_model_sees_and_what_is_hidden() {
    let folder = simulated();
    let out = folder.path().join("tensors");
    let line = ["tensors", "set", "--contract", "contract.json", "--out", "tensors"];
    let output = portray(folder.path()).args(line).output().unwrap();
    let mut text = shown(folder.path(), &output);
    let made = contents(&out);
    let _ = write!(text, "\n--- files\n{}\n", made.keys().map(String::as_str).collect::<Vec<_>>().join("\n"));
    snapshot("tensors", &text);

    let list = fs::read_to_string(out.join("tensors.jsonl")).unwrap();
    let facts: Vec<serde_json::Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(facts.len(), 2);
    let (shape, input) = array::<f32>(&out.join("threats.tif.input.npy"));
    let [5, rows, columns] = shape[..] else { panic!("{shape:?}") };
    let pixels = (rows * columns) as usize;
    // The second channel is transmission, the first its attenuation less the contract's mean, over its spread.
    for (scaled, transmission) in input[..pixels].iter().zip(&input[pixels..2 * pixels]) {
        assert!(
            *transmission > 1.0 || (2.0 * scaled + 1.0 + transmission.ln()).abs() < 2e-3,
            "{scaled} {transmission}"
        );
    }
    // Heights fall row by row.
    let height = |row: usize| input[3 * pixels + row * columns as usize];
    assert!(height(0) > height(1) && height(rows as usize - 1) > 0.0);

    let (of_loads, loads) = array::<u8>(&out.join("threats.tif.loads.npy"));
    let (of_density, density) = array::<f32>(&out.join("threats.tif.density.npy"));
    assert_eq!((&of_loads[..], &of_density[..]), (&[rows, columns][..], &[rows, columns][..]));
    assert!(loads.iter().all(|load| [0, 1, 255].contains(load)) && loads.contains(&1));
    let truth: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("set/threats.truth.json")).unwrap()).unwrap();
    let pixel = |axis: &str| facts[1]["pixel_mm"][axis].as_f64().unwrap();
    let kg = density.iter().map(|d| f64::from(*d)).sum::<f64>() * pixel("x") * pixel("y") / 1e6;
    let told = truth["loads"][0]["mass_kg"].as_f64().unwrap();
    // Pieces that lie in each other count once, and what is nearer than the middle plane is seen larger.
    assert!((kg / told - 1.0).abs() < 0.2, "{kg} kg of {told}");
    let (mut inside, mut outside) = (0.0, 0.0);
    for (density, load) in density.iter().zip(&loads) {
        *(if *load == 1 { &mut inside } else { &mut outside }) += f64::from(*density);
    }
    assert!(outside < 0.15 * inside, "{inside} {outside}");

    let (_, clean) = array::<u8>(&out.join("clean.tif.loads.npy"));
    assert!(clean.iter().all(|load| *load == 0) && !out.join("clean.tif.density.npy").exists());
    let coefficient = facts[0]["coefficient_cm2_g"].as_f64().unwrap();
    assert!((coefficient - 0.0472).abs() < 1e-3, "6 MV: {coefficient}");

    // Without truth there is only the input, and any number of threads writes the same.
    fs::create_dir(folder.path().join("bare")).unwrap();
    for file in ["threats.tif", "threats.json"] {
        fs::copy(folder.path().join("set").join(file), folder.path().join("bare").join(file)).unwrap();
    }
    let line = ["tensors", "bare", "--contract", "contract.json", "--out", "again", "--threads", "1", "--quiet"];
    let output = portray(folder.path()).args(line).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    let again = contents(&folder.path().join("again"));
    assert_eq!(again.keys().collect::<Vec<_>>(), ["tensors.jsonl", "threats.tif.input.npy"]);
    assert!(again["threats.tif.input.npy"] == made["threats.tif.input.npy"]);

    // The built-in model's own contract where none is named.
    let line = ["tensors", "bare", "--out", "own", "--quiet"];
    assert_eq!(portray(folder.path()).args(line).status().unwrap().code(), Some(0));
    assert_eq!(array::<f32>(&folder.path().join("own/threats.tif.input.npy")).0.len(), 3);
}

#[test]
fn scans_whose_truth_does_not_hold_are_named_and_the_others_are_written() {
    let folder = simulated();
    let set = folder.path().join("set");
    let mut text = String::new();
    let mut after = |what: &str, change: &dyn Fn()| {
        let before = contents(&set);
        change();
        // One thread, so that failures come in the order of names.
        let line = ["tensors", "set", "--contract", "contract.json", "--out", "tensors", "--threads", "1"];
        let output = portray(folder.path()).args(line).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{what}");
        assert!(folder.path().join("tensors/clean.tif.input.npy").exists());
        let shown = shown(folder.path(), &output);
        // Digests are those of pictures, which another version of the simulator draws otherwise.
        let words = shown
            .split(' ')
            .map(|word| if word.trim_end_matches([',', ';', '\n']).len() >= 64 { "[digest]" } else { word });
        let _ = write!(text, "$ {what}\n{}\n\n", words.collect::<Vec<_>>().join(" "));
        fs::remove_dir_all(&set).unwrap();
        fs::create_dir(&set).unwrap();
        for (name, bytes) in before {
            fs::write(set.join(name), bytes).unwrap();
        }
    };
    after("a broken scan", &|| fs::write(set.join("threats.tif"), b"II*\0broken").unwrap());
    after("another mask", &|| {
        fs::copy(set.join("threats.density.png"), set.join("threats.mask.png")).unwrap();
    });
    after("no weights", &|| fs::remove_file(set.join("threats.density.png")).unwrap());
    after("no truth but a text", &|| fs::write(set.join("threats.truth.json"), "{}").unwrap());
    after("another scan's truth", &|| {
        fs::copy(set.join("clean.truth.json"), set.join("threats.truth.json")).unwrap();
    });
    after("no mask told", &|| {
        let path = set.join("threats.truth.json");
        let mut truth: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        truth["loads"][0].as_object_mut().unwrap().remove("mask");
        fs::write(&path, truth.to_string()).unwrap();
    });
    snapshot("tensors_failed", &text);
}

#[test]
fn a_folder_without_scans_beside_others_has_failed() {
    let folder = simulated();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let line = ["tensors", "set", "empty", "--contract", "contract.json", "--out", "tensors"];
    let output = portray(folder.path()).args(line).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("failed: empty: "), "{text}");
}

#[test]
fn wrong_usage_says_what_is_right() {
    let folder = set_up();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::write(folder.path().join("contract.json"), CONTRACT).unwrap();
    fs::write(folder.path().join("wrong.json"), CONTRACT.replace("attenuation", "brightness")).unwrap();
    let cases: [&[&str]; 5] = [
        &["tensors", "empty", "--contract", "contract.json", "--out", "o"],
        &["tensors", "empty", "--contract", "missing.json", "--out", "o"],
        &["tensors", "empty", "--contract", "wrong.json", "--out", "o"],
        &["tensors", "empty", "--contract", "contract.json", "--model", "net.onnx", "--out", "o"],
        &["tensors", "empty"],
    ];
    let mut text = String::new();
    for arguments in cases {
        let output = portray(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        let _ = write!(text, "$ portray {}\n{}\n\n", arguments.join(" "), shown(folder.path(), &output));
    }
    snapshot("tensors_usage", &text);
}

#[test]
fn weights_are_made_where_they_are_asked_for_and_are_missing() {
    let folder = set_up();
    let line = ["simulate", "--scenario", "threats.toml", "--scanner", "scanner.toml", "--no-contact", "--out", "set"];
    let run = |more: &[&str]| {
        let output = portray(folder.path()).args(line).args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&[]);
    let weights = folder.path().join("set/threats_s0_train_00000.density.png");
    assert!(!weights.exists());
    assert!(run(&["--density"]).contains("1 made") && weights.exists());
    assert!(run(&["--density"]).contains("1 kept"));
    // They hold without being asked for, too.
    assert!(run(&[]).contains("1 kept"));
    fs::write(&weights, b"damaged").unwrap();
    assert!(run(&["--density"]).contains("1 made"));
    // Nothing in the folder is taken for a scan but the scan.
    let found = ["scan", "set", "--out", "reports", "--json", "--no-timings"];
    let output = portray(folder.path()).args(found).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        lines.matches("\"scan\":").count().max(1),
        lines.lines().filter(|line| line.contains(".tif")).count(),
        "{lines}"
    );
}
