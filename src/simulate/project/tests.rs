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
    Plane { energy: Energy::Single, samples: Samples::U16(values), full_scale: 65535.0, step: 1.0 }
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
            let change = Change { extra, scatter: None, coarseness: [&even, &behind] };
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
        let into = CleanScan { scan: &clean, name: "clean.tif", scanner: None, kind: None };
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
        // What the scan's own blur takes from the load's edges is no part of its truth.
        let mut file = scanner.file().clone();
        (file.detector.blur_px, file.detector.afterglow) = (0.0, 0.0);
        let sharp = file.check().unwrap();
        let sharp = project(CleanScan { scanner: Some(&sharp), ..into }, &threats(), 7, 1).unwrap();
        let air = scanner.detector.dark;
        let oriented = |plane: &Plane, at: [usize; 2]| {
            let value = f64::from(plane.samples.as_u16().unwrap()[at]);
            (if scanner.polarity == Polarity::AirDark { 65535.0 - value } else { value }) - air
        };
        let crop = made.truth.container.box_px;
        for (made, least) in [(&sharp, 0.97), (&made, 0.85)] {
            for (plane, stated) in made.truth.loads[0].extra_attenuation.iter().enumerate() {
                let ratios = made.masks[0].indexed_iter().filter(|(_, m)| **m == 255).map(|((row, column), _)| {
                    let at = [row, column];
                    (oriented(&clean.planes[plane], at) / oriented(&made.scan.planes[plane], at)).ln()
                });
                let (mean, _) = mean_and_variance(ratios.collect::<Vec<f64>>().into_iter());
                let share = mean / f64::from(stated.mean);
                assert!((least..1.03).contains(&share), "{name}: {mean}, stated {stated:?}");
            }
        }
        let area = f64::from(load.area_mm2);
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
fn a_load_scatters_along_the_line_of_detectors() {
    let (clean, scanner) = clean_box("single_6");
    let project = |scatter: f64| {
        let mut file = scanner.file().clone();
        file.detector.scatter = scatter;
        let scanner = file.check().unwrap();
        let into = CleanScan { scan: &clean, name: "a.tif", scanner: Some(&scanner), kind: None };
        super::project(into, &threats(), 7, 1).unwrap()
    };
    let (without, with) = (project(0.0), project(0.3));
    let counts = |made: &Simulated, at: [usize; 2]| f64::from(made.scan.planes[0].samples.as_u16().unwrap()[at]);
    let mask = &with.masks[0];
    assert_eq!(mask, &without.masks[0]);
    let more = |rows: &dyn Fn(usize, usize) -> bool| {
        let chosen = mask.indexed_iter().filter(|((row, column), _)| rows(*row, *column));
        let ratios = chosen.map(|((r, c), _)| counts(&with, [r, c]) / counts(&without, [r, c]) - 1.0);
        mean_and_variance(ratios.filter(|r| r.is_finite()).collect::<Vec<f64>>().into_iter()).0
    };
    let area = &with.truth.loads[0].box_px;
    let (left, right) = (area.x as usize + 3, area.right() as usize - 3);
    let behind = more(&|row, column| mask[[row, column]] == 255);
    let above = more(&|row, column| (left..right).contains(&column) && (1..16).contains(&(area.y as i64 - row as i64)));
    let beside = more(&|row, column| {
        (area.y as usize..area.bottom() as usize).contains(&row) && (20..60).contains(&(area.x as i64 - column as i64))
    });
    // 0.3 % a gram of the load, of which a part spreads up and down; none to other times.
    assert!((0.03..0.3).contains(&behind), "{behind}");
    assert!((0.001..0.02).contains(&above), "{above}");
    assert!(beside.abs() < 1e-4, "{beside}");
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
        let error = project(CleanScan { scan, name: "a.tif", scanner, kind: None }, &threats(), 0, 0).unwrap_err();
        (error.fault, error.to_string())
    };
    let (clean, scanner) = clean_box("single_6");
    let mut unknown = clean.clone();
    unknown.metadata.energies_mv.clear();
    let (kind, text) = fault(&unknown, None);
    assert!(
        kind == Fault::Parameter && text.contains("its energy is not stated") && text.contains("--scanner"),
        "{text}"
    );
    project(CleanScan { scan: &unknown, name: "a.tif", scanner: Some(&scanner), kind: None }, &threats(), 0, 0)
        .unwrap();
    unknown.metadata.energies_mv = vec![30.0];
    assert!(fault(&unknown, None).1.contains("no beam of 30 MV is known"));
    let dual = presets::scanner("dual_6_4").unwrap().unwrap();
    assert!(fault(&clean, Some(&dual)).1.contains("the scanner has 2 beams, the scan 1 plane"));
    let (kind, text) = fault(&scan(vec![flat(50_000.0, 8.0, false)], vec![6.0]), None);
    assert!(kind == Fault::Format && text.contains("no container was located"), "{text}");
    let mut wide = clean.clone();
    wide.planes[0].samples = Samples::I32(clean.planes[0].samples.as_u16().unwrap().mapv(i32::from));
    assert_eq!(fault(&wide, None).0, Fault::Unsupported);
    let mut many = clean.clone();
    many.planes = vec![clean.planes[0].clone(); 3];
    assert_eq!(fault(&many, None).0, Fault::Unsupported);
}

/// A clean scan of a family of cargo that fills a part of a box, and the scanner that took it.
fn clean_cargo(family: &str, index: u64) -> (Scan, ScannerModel) {
    let mut file = presets::scanner("single_6").unwrap().unwrap().file().clone();
    file.pixel_mm = PixelSize { x: 10.0, y: 10.0 };
    file.margin_mm = [400.0, 500.0];
    let scanner = file.check().unwrap();
    let text = format!(
        "schema_version = 1\nname = \"x\"\ncontainers = [\"box40\"]\n[cargo]\nfamilies = [\"{family}\"]\nfill = [0.5, 0.8]\n"
    );
    let scenario = ScenarioFile::parse(&text).unwrap().check().unwrap();
    (simulate(&scenario, &scanner, 31, index).unwrap().scan, scanner)
}

#[test]
fn what_lies_on_cargo_has_cargo_right_below_it() {
    let text = "schema_version = 1\nname = \"top\"\ncontainers = [\"box40\"]\n[cargo]\nfamilies = [\"cartons\"]\n\
                [[load]]\nclass = \"in_cargo\"\nplaces = [\"on_top\"]\nmass_kg = [100, 100]\n";
    let threats = ScenarioFile::parse(text).unwrap().check().unwrap();
    let mut ran = 0;
    for (family, index) in
        ["cartons", "furniture", "coffee", "machinery"].into_iter().flat_map(|f| [(f, 0), (f, 1), (f, 2), (f, 3)])
    {
        let (clean, scanner) = clean_cargo(family, index);
        for given in [None, Some(&scanner)] {
            let into = CleanScan { scan: &clean, name: "clean.tif", scanner: given, kind: None };
            let prepared = estimate::prepared(&clean).unwrap();
            let site = place::site(&into, &prepared, &scanner, &threats, &ScanKey::new(0, 0)).unwrap();
            let shown = stowed::Shown { prepared: &prepared, rays: &site.rays, shift: site.shift };
            let least = stowed::empty(&shown, &site.hold) + stowed::CARGO;
            // Cargo may reach the roof: then there is no such place, and nothing is put anywhere else.
            let made = match project(into, &threats, 3, index) {
                Err(error) if error.message.contains("room") => continue,
                made => made.unwrap_or_else(|error| panic!("{family} {index}: {error}")),
            };
            let crop = prepared.frame.crop;
            let attenuation = &prepared.attenuation[0];
            let mask = &made.masks[0];
            let (mut columns, mut floating) = (0, Vec::new());
            for column in 0..mask.ncols() {
                let Some(lowest) = (0..mask.nrows()).rev().find(|&row| mask[[row, column]] == 255) else { continue };
                columns += 1;
                // The next 15 cm below: bags are round, and cartons have gaps between them.
                let first = lowest + 1 - crop.y as usize;
                let below = attenuation.slice(s![first..first + 15, column - crop.x as usize]);
                let most = below.iter().copied().fold(0.0f32, f32::max);
                if most < least {
                    floating.push((column, most));
                }
            }
            assert!(columns > 20, "{family}: {columns} columns");
            // The last columns of a load may reach past a sloping side.
            assert!(floating.len() * 10 <= columns, "{family}: {columns} columns, no cargo below {floating:?}");
            ran += 1;
        }
    }
    println!("{ran} projected");
    assert!(ran >= 8, "{ran}");
}

#[test]
fn only_a_known_reefer_has_places_in_its_machinery() {
    let (clean, _) = clean_box("single_6");
    let threats = presets::scenario("reefer_machinery").unwrap().unwrap();
    let into = |kind| CleanScan { scan: &clean, name: "a.tif", scanner: None, kind };
    let message = |kind| project(into(kind), &threats, 0, 0).unwrap_err().to_string();
    assert!(message(None).contains("not known to show a reefer; give --container reefer40"), "{}", message(None));
    let wrong = message(Some(ContainerKind::Reefer40));
    assert!(
        wrong.contains("it is said to be a reefer40 of 12192 by 2896 mm") && wrong.contains("--container"),
        "{wrong}"
    );
    // Seen, and stated to be one.
    let mut file = presets::scanner("single_6").unwrap().unwrap().file().clone();
    file.pixel_mm = PixelSize { x: 12.0, y: 12.0 };
    file.geometry.source_mm = 50_000.0;
    let scanner = file.check().unwrap();
    let text = "schema_version = 1\nname = \"x\"\ncontainers = [\"reefer40\"]\n[cargo]\nfamilies = [\"empty\"]\n";
    let scenario = ScenarioFile::parse(text).unwrap().check().unwrap();
    let clean = simulate(&scenario, &scanner, 5, 0).unwrap().scan;
    let into = |kind| CleanScan { scan: &clean, name: "a.tif", scanner: None, kind };
    let message = project(into(None), &threats, 0, 0).unwrap_err().to_string();
    assert!(message.contains("not known to show a reefer"), "{message}");
    let made = project(into(Some(ContainerKind::Reefer40)), &threats, 0, 0).unwrap();
    assert_eq!(
        (made.truth.container.kind.as_str(), made.truth.loads[0].class),
        ("reefer40", LoadClass::ReeferMachinery)
    );
}

#[test]
fn a_wrong_polarity_is_named_where_it_is_why_nothing_is_located() {
    let (clean, _) = clean_box("single_6");
    let message = |scan: &Scan| {
        let into = CleanScan { scan, name: "a.tif", scanner: None, kind: None };
        project(into, &threats(), 0, 0).unwrap_err().to_string()
    };
    let mut inverted = clean.clone();
    let values = clean.planes[0].samples.as_u16().unwrap().mapv(|value| u16::MAX - value);
    inverted.planes[0].samples = Samples::U16(values);
    let text = message(&inverted);
    assert!(
        text.contains("with the polarity stated, air_bright; with air_dark one is: correct \"polarity\""),
        "{text}"
    );
    let mut blank = scan(vec![flat(50_000.0, 8.0, false)], vec![6.0]);
    assert!(message(&blank).contains("see that \"pixel_mm\" in its sidecar is right"), "{}", message(&blank));
    blank.metadata.pixel_mm = None;
    assert!(message(&blank).contains("state \"pixel_mm\" in its sidecar"), "{}", message(&blank));
}
