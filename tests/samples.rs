//! The committed samples are what the simulator makes, and what their truth says.

use portray::scan::{Digest, Samples, Truth};
use portray::simulate::{ScannerFile, ScenarioFile, Simulated, simulate};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn truth(name: &str) -> Truth {
    let bytes = std::fs::read(folder().join(format!("{name}.truth.json"))).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Renders a sample again from nothing but its truth.
fn again(truth: &Truth) -> Simulated {
    let scenario: ScenarioFile = serde_json::from_value(truth.scenario.clone()).unwrap();
    let scanner: ScannerFile = serde_json::from_value(truth.scanner.clone()).unwrap();
    simulate(&scenario.check().unwrap(), &scanner.check().unwrap(), truth.seed, truth.index).unwrap()
}

#[test]
fn every_sample_has_its_files_and_digest() {
    let mut ran = 0;
    let mut total = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        total += path.metadata().unwrap().len();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(name) = file.strip_suffix(".truth.json") else { continue };
        let truth = truth(name);
        let scan = std::fs::read(folder().join(&truth.scan.file)).unwrap();
        assert_eq!(Digest::of(&scan), truth.scan.sha256, "{name}");
        assert_eq!(truth.clean, truth.loads.is_empty(), "{name}");
        for load in &truth.loads {
            let mask = image::open(folder().join(load.mask.as_ref().unwrap())).unwrap().into_luma8();
            let inside = mask.pixels().filter(|p| p.0[0] == 255).count() as f32;
            assert!((inside * truth.pixel_mm.area() / load.area_mm2 - 1.0).abs() < 1e-3, "{name}");
        }
        assert!(folder().join(format!("{name}.json")).is_file(), "{name}");
        ran += 1;
    }
    assert_eq!(ran, 10);
    assert!(total < 4_500_000, "{total} bytes");
}

#[test]
fn a_png_sample_is_what_the_simulator_makes() {
    let truth = truth("empty-in-empty");
    let file = image::open(folder().join(&truth.scan.file)).unwrap().into_luma8();
    let simulated = again(&truth);
    let Samples::U8(values) = &simulated.scan.planes[0].samples else { panic!("not 8 bits") };
    assert!(values.iter().eq(file.as_raw().iter()));
    assert_eq!(simulated.truth.loads[0].mass_kg, truth.loads[0].mass_kg);
    assert_eq!(simulated.truth.loads[0].polygons, truth.loads[0].polygons);
}

#[test]
fn a_tiff_sample_is_what_the_simulator_makes() {
    let truth = truth("bananas-in-cargo");
    let file = std::fs::File::open(folder().join(&truth.scan.file)).unwrap();
    let mut decoder = tiff::decoder::Decoder::new(std::io::BufReader::new(file)).unwrap();
    let simulated = again(&truth);
    assert_eq!(simulated.scan.planes.len(), 2);
    for (number, plane) in simulated.scan.planes.iter().enumerate() {
        if number > 0 {
            decoder.next_image().unwrap();
        }
        let tiff::decoder::DecodingResult::U16(values) = decoder.read_image().unwrap() else { panic!("not 16 bits") };
        assert!(plane.samples.as_u16().unwrap().iter().eq(values.iter()), "plane {number}");
    }
}

#[cfg(feature = "dicom")]
#[test]
fn a_dicos_sample_is_what_the_simulator_makes() {
    let truth = truth("tiles-rip-off");
    let bytes = portray::source::write::encode(&again(&truth).scan, portray::source::write::Format::Dicos).unwrap();
    assert_eq!(Digest::of(&bytes), truth.scan.sha256);
}
