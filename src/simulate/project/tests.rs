use super::*;
use crate::scan::{Energy, Fault, LoadClass, Metadata, PixelSize};
use crate::simulate::{ScenarioFile, matter, presets, simulate};

fn scan(planes: Vec<Plane>, energies_mv: Vec<f32>) -> Scan {
    let metadata = Metadata {
        pixel_mm: PixelSize::new(10.0, 10.0),
        energies_mv,
        polarity: Some(Polarity::AirBright),
        ..Metadata::default()
    };
    Scan { format: "tiff", digest: Digest::of(b"x"), bytes: 1, planes, metadata, warnings: Vec::new() }
}

/// A plane of air alone: `air` counts with the noise of `per_photon` counts a photon.
fn flat(air: f32, per_photon: f32, flip: bool) -> Plane {
    let mut draw = ScanKey::new(1, 1).stream("air", 0);
    let values = Array2::from_shape_fn((200, 300), |_| {
        let counts = (air + (per_photon * air).sqrt() * draw.normal() as f32).round() as u16;
        if flip { u16::MAX - counts } else { counts }
    });
    Plane { energy: Energy::Single, samples: Samples::U16(values), full_scale: 65535.0 }
}

fn mean_and_variance(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    (mean, values.map(|value| (value - mean).powi(2)).sum::<f64>() / count)
}

#[test]
fn a_load_over_air_transmits_as_it_should_with_the_noise_of_a_real_exposure() {
    let (air, per_photon, electronic) = (50_000.0f32, 8.0f32, 30.0f32);
    for flip in [false, true] {
        let mut clean = scan(vec![flat(air, per_photon, flip)], vec![6.0]);
        clean.metadata.polarity = Some(if flip { Polarity::AirDark } else { Polarity::AirBright });
        let prepared = estimate::prepared(&clean).unwrap();
        let found = estimate::level(&clean, 0, &prepared, None).unwrap();
        assert!((found.air / air - 1.0).abs() < 0.002, "{found:?}");
        assert!((found.per_photon / per_photon - 1.0).abs() < 0.15, "{found:?}");
        let level = Level { per_photon, electronic, air, dark: 0.0, grid: found.grid };
        // Behind a load as coarse as air, and behind one that hardens the beam.
        for (attenuation, coarse) in [(0.1f32, 1.0f32), (1.0, 1.0), (3.0, 1.0), (1.0, 1.5)] {
            let extra = Array2::from_shape_fn((200, 300), |(_, column)| if column < 150 { attenuation } else { 0.0 });
            let even = Array2::from_elem((200, 300), 1.0);
            let behind = Array2::from_elem((200, 300), coarse);
            let change = Change { extra, coarseness: [&even, &behind] };
            let plane = darken(&clean, 0, &change, &level, &prepared, &ScanKey::new(3, 3));
            let (before, after) = (clean.planes[0].samples.as_u16().unwrap(), plane.samples.as_u16().unwrap());
            let count = |value: u16| f64::from(if flip { u16::MAX - value } else { value });
            assert!(
                after.indexed_iter().all(|((r, c), v)| c < 150 || *v == before[[r, c]]),
                "air beside it has changed"
            );
            let t = f64::from(-attenuation).exp();
            let covered = after.slice(s![.., ..150]);
            let (mean, variance) = mean_and_variance(covered.iter().map(|v| count(*v)));
            assert!((mean / (f64::from(air) * t) - 1.0).abs() < 0.002, "{attenuation}: mean {mean}");
            // The clean picture has no electronic noise here: only what the load adds of it counts.
            let added = f64::from(electronic).powi(2) * (1.0 - t * t);
            let expected = f64::from(per_photon * air * coarse) * t + added;
            assert!(
                (variance / expected - 1.0).abs() < 0.04,
                "{attenuation}: variance {variance}, expected {expected}"
            );
        }
    }
}

/// A clean, empty 20-ft box as a scanner with nearly parallel rays sees it.
fn clean_box(scanner: &str) -> (Scan, ScannerModel) {
    let mut file = presets::scanner(scanner).unwrap().unwrap().file().clone();
    file.pixel_mm = PixelSize { x: 10.0, y: 10.0 };
    file.geometry.source_mm = 50_000.0;
    // Unlike channels put the air between the digitiser's steps at all places; unlike pulses are no noise of photons.
    let none = crate::simulate::Artefacts::default();
    file.artefacts = crate::simulate::Artefacts { channel_gain: 0.004, pulse_jitter: 0.002, ..none };
    let scanner = file.check().unwrap();
    let text = "schema_version = 1\nname = \"x\"\ncontainers = [\"box20\"]\n[cargo]\nfamilies = [\"empty\"]\n";
    let scenario = ScenarioFile::parse(text).unwrap().check().unwrap();
    (simulate(&scenario, &scanner, 5, 0).unwrap().scan, scanner)
}

fn threats() -> Scenario {
    presets::scenario("in_empty").unwrap().unwrap()
}

#[test]
fn a_load_in_a_box_shows_its_mass_in_both_energies_and_repeats() {
    for name in ["dual_6_4", "dual_9_6_dark", "single_6"] {
        let (clean, scanner) = clean_box(name);
        let into = CleanScan { scan: &clean, name: "clean.tif", scanner: None };
        let made = project(into, &threats(), 7, 1).unwrap();
        assert_eq!(made, project(into, &threats(), 7, 1).unwrap(), "the same seed gives the same scan");
        assert_ne!(made.scan.planes, project(into, &threats(), 8, 1).unwrap().scan.planes);
        let load = &made.truth.loads[0];
        assert_eq!(load.class, LoadClass::InEmpty);
        assert!(load.visible && load.contrast_to_noise > 1.0, "{load:?}");
        assert_eq!(load.extra_attenuation.len(), clean.planes.len());
        let photons = made.truth.scanner["detector"]["photons"].as_f64().unwrap();
        assert!((photons / scanner.detector.photons - 1.0).abs() < 0.4, "{name}: {photons} photons");
        assert_eq!(made.truth.generator.name, GENERATOR);
        assert_eq!(made.truth.scanner["projected_into"]["file"], "clean.tif");
        let mask = &made.masks[0];
        let air = scanner.detector.dark;
        let oriented = |plane: &Plane, at: [usize; 2]| {
            let value = f64::from(plane.samples.as_u16().unwrap()[at]);
            (if scanner.polarity == Polarity::AirDark { 65535.0 - value } else { value }) - air
        };
        let crop = made.truth.container.box_px;
        let mut area = 0.0;
        for (plane, stated) in load.extra_attenuation.iter().enumerate() {
            let ratios = mask.indexed_iter().filter(|(_, m)| **m > 0).map(|((row, column), _)| {
                let at = [row, column];
                (oriented(&clean.planes[plane], at) / oriented(&made.scan.planes[plane], at)).ln()
            });
            let (mean, _) = mean_and_variance(ratios.collect::<Vec<f64>>().into_iter());
            assert!((mean / f64::from(stated.mean) - 1.0).abs() < 0.03, "{name}: {mean}, stated {stated:?}");
            area = f64::from(load.area_mm2);
        }
        // Its whole extra attenuation, over what a gram does, is its mass.
        let mev = scanner.spectra()[0].effective_mev().unwrap();
        let per_gram = matter::mass_attenuation(&load.material, mev).unwrap();
        let kg = f64::from(load.extra_attenuation[0].mean) * area / 100.0 / per_gram / 1000.0;
        assert!((kg / f64::from(load.mass_kg) - 1.0).abs() < 0.25, "{name}: {kg} kg of {}", load.mass_kg);
        let inside =
            load.box_px.x >= crop.x && load.box_px.right() <= crop.right() && load.box_px.bottom() <= crop.bottom();
        assert!(inside, "{:?} is not in {crop:?}", load.box_px);
    }
}

#[test]
fn what_is_behind_goods_absorbs_less_of_a_hardened_beam_and_never_more() {
    let beam = Spectrum { mev: vec![0.6, 2.0, 4.0], weight: vec![0.4, 0.4, 0.2], quantum: vec![1.0; 3], swank: 1.0 };
    let hardening = Hardening::new(&beam).unwrap();
    assert_eq!(hardening.behind(0.5, 0.0), 0.5);
    let behind = hardening.behind(0.5, 2.0);
    assert!((0.3..0.5).contains(&behind), "{behind}");
    let one = Spectrum { mev: vec![2.0], weight: vec![1.0], quantum: vec![1.0], swank: 1.0 };
    assert!((Hardening::new(&one).unwrap().behind(0.5, 2.0) - 0.5).abs() < 1e-3);
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    let fault = |scan: &Scan, scanner: Option<&ScannerModel>| {
        let error = project(CleanScan { scan, name: "a.tif", scanner }, &threats(), 0, 0).unwrap_err();
        (error.fault, error.to_string())
    };
    let (clean, scanner) = clean_box("single_6");
    let mut unknown = clean.clone();
    unknown.metadata.energies_mv.clear();
    let (kind, text) = fault(&unknown, None);
    assert!(
        kind == Fault::Parameter && text.contains("0 energies are stated for 1 planes") && text.contains("--scanner"),
        "{text}"
    );
    project(CleanScan { scan: &unknown, name: "a.tif", scanner: Some(&scanner) }, &threats(), 0, 0).unwrap();
    unknown.metadata.energies_mv = vec![30.0];
    assert!(fault(&unknown, None).1.contains("no beam of 30 MV is known"));
    let dual = presets::scanner("dual_6_4").unwrap().unwrap();
    assert!(fault(&clean, Some(&dual)).1.contains("the scanner has 2 beams, the scan 1 planes"));
    let (kind, text) = fault(&scan(vec![flat(50_000.0, 8.0, false)], vec![6.0]), None);
    assert!(kind == Fault::Format && text.contains("no container was located"), "{text}");
    let mut wide = clean.clone();
    wide.planes[0].samples = Samples::I32(clean.planes[0].samples.as_u16().unwrap().mapv(i32::from));
    assert_eq!(fault(&wide, None).0, Fault::Unsupported);
    let mut many = clean.clone();
    many.planes = vec![clean.planes[0].clone(); 3];
    assert_eq!(fault(&many, None).0, Fault::Unsupported);
}
