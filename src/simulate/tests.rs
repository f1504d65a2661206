//! Tests of whole simulated scans.
use super::*;
use crate::scan::LoadClass;
use crate::source::write::Format;

/// A preset scanner with large pixels, so that a scan takes milliseconds.
fn coarse(name: &str) -> ScannerModel {
    let mut file = presets::scanner(name).unwrap().unwrap().file().clone();
    file.pixel_mm = crate::scan::PixelSize { x: 18.0, y: 18.0 };
    file.check().unwrap()
}

fn preset(name: &str) -> Scenario {
    presets::scenario(name).unwrap().unwrap()
}

#[test]
fn every_preset_renders_and_its_truth_holds_together() {
    let mut loads = 0;
    for preset_file in presets::SCENARIOS {
        for index in 0..2 {
            let simulated = simulate(&preset(preset_file.name), &coarse("dual_6_4"), 11, index).unwrap();
            let truth = &simulated.truth;
            assert_eq!(truth.clean, truth.loads.is_empty());
            assert_eq!(truth.loads.len(), simulated.masks.len());
            let (width, height) = (simulated.scan.width(), simulated.scan.height());
            let image = BoxPx { x: 0, y: 0, width, height };
            assert_eq!(truth.container.box_px.intersection(&image), Some(truth.container.box_px));
            for (load, mask) in truth.loads.iter().zip(&simulated.masks) {
                loads += 1;
                let name = format!("{} {index} {}", preset_file.name, load.place);
                assert_eq!(load.box_px.intersection(&image), Some(load.box_px), "{name}");
                let outer = truth.container.box_px;
                assert_eq!(load.box_px.intersection(&outer), Some(load.box_px), "{name} lies in the container");
                let count = |of: &dyn Fn(u8) -> bool| mask.iter().filter(|m| of(**m)).count() as f32;
                let area = count(&|m| m == 255) * truth.pixel_mm.area();
                assert!((area / load.area_mm2 - 1.0).abs() < 1e-3, "{name}");
                assert!(load.extra_attenuation.len() == 2 && load.path_mm > 0.0, "{name}");
                let changed = count(&|m| m > 0) * truth.pixel_mm.area();
                assert!((changed / load.changed_mm2 - 1.0).abs() < 1e-3 && changed >= area, "{name}");
                let shared = outline::shared_with(mask, &load.polygons);
                assert!(shared >= 0.9, "{name}: the outlines share {shared} with the mask");
                assert!(load.visible || !load.distinct, "{name}");
            }
        }
    }
    assert!(loads >= 14, "{loads}");
}

#[test]
fn every_place_of_every_class_can_hold_a_load() {
    let mut ran = 0;
    for class in LoadClass::ALL {
        for place in scenario::places(class) {
            let base = match class {
                LoadClass::InEmpty => "in_empty",
                LoadClass::Person => "persons",
                _ => "reefer_machinery",
            };
            let mut file = preset(base).file().clone();
            let person = class == LoadClass::Person;
            // Foam and machinery are a reefer's; its side walls and beams hold nothing else.
            let reefer = class == LoadClass::ReeferMachinery || *place == "foam";
            file.containers = vec![if reefer { ContainerKind::Reefer40 } else { ContainerKind::Box40 }];
            if base == "reefer_machinery" && !reefer {
                file.cargo.families = vec![Family::Cartons, Family::Electronics];
            }
            file.loads[0].class = class;
            file.loads[0].places = vec![(*place).to_owned()];
            file.loads[0].mass_kg = (!person).then_some([10.0, 10.0]);
            let scenario = file.check().unwrap();
            // Not every cargo has room for people on it or in it.
            let tries = if person { 0..24 } else { 0..1 };
            let truth = tries
                .map(|index| simulate(&scenario, &coarse("single_6"), 8, index).map(|made| made.truth))
                .reduce(Result::or)
                .unwrap()
                .unwrap_or_else(|error| panic!("{} {place}: {error}", class.as_str()));
            let load = &truth.loads[0];
            assert_eq!((load.class, load.place.as_str()), (class, *place));
            // Narrow hollows may be full before; the truth says what was built.
            let narrow = ["beam", "door", "corner_post"].contains(place);
            let built = if narrow { 4.0..=11.1 } else { 8.9..=11.1 };
            assert!(person || built.contains(&load.mass_kg), "{place}: {} kg", load.mass_kg);
            let goods = if person { "people" } else { "narcotics" };
            assert!(load.goods == goods && !load.packing.is_empty(), "{place}: {} {}", load.goods, load.packing);
            assert_eq!(load.box_px.intersection(&truth.container.box_px), Some(load.box_px), "{place}");
            ran += 1;
        }
    }
    assert_eq!(ran, 23);
}

#[test]
fn the_mixed_scenario_never_fails() {
    let mut hidden = 0;
    for index in 0..48 {
        hidden += simulate(&preset("mixed"), &coarse("gamma_co60"), 21, index).unwrap().truth.loads.len();
    }
    assert!((12..48).contains(&hidden), "{hidden}");
}

#[test]
fn loads_that_cannot_be_placed_are_errors() {
    let mut file = preset("in_cargo_cartons").file().clone();
    file.cargo = CargoFile { families: vec![Family::Timber], fill: [0.1, 0.1], declared: None };
    file.cargo.families = vec![Family::Empty];
    file.loads[0].places = vec!["on_top".to_owned()];
    file.loads[0].class = LoadClass::RipOff;
    let error = simulate(&file.check().unwrap(), &coarse("single_6"), 0, 0).unwrap_err().to_string();
    assert!(error.contains("there is no level cargo with room over it"), "{error}");
}

#[test]
fn masses_are_those_asked_for_and_those_in_the_picture() {
    let mut ran = 0;
    for name in ["rip_off_coffee", "structure_roof", "in_empty", "in_cargo_cartons", "reefer_machinery"] {
        let mut file = preset(name).file().clone();
        file.loads[0].mass_kg = Some([40.0, 40.0]);
        // Where a vehicle slows down its load is stretched, and seems heavier.
        let mut scanner = coarse("dual_6_4").file().clone();
        (scanner.artefacts.uneven_speed, scanner.artefacts.wobble_mm) = (0.0, 0.0);
        let simulated = simulate(&file.check().unwrap(), &scanner.check().unwrap(), 5, 0).unwrap();
        let load = &simulated.truth.loads[0];
        assert!((load.mass_kg / 40.0 - 1.0).abs() < 0.03, "{name}: {} kg", load.mass_kg);
        // The path integrated over the mask is the volume; the fan beam shows what stands near the source up to a fifth
        // higher and what stands far lower, and rim pixels make a difference too.
        let volume = load.path_mm * load.area_mm2;
        let kg = volume * 1.1e-6;
        assert!((kg / load.mass_kg - 1.0).abs() < 0.25, "{name}: {kg} kg in the picture, {} built", load.mass_kg);
        ran += 1;
    }
    assert_eq!(ran, 5);
}

#[test]
fn a_load_changes_nothing_but_its_own_pixels() {
    let hiding = preset("in_empty");
    let mut clean = hiding.file().clone();
    clean.loads.clear();
    // Scattered radiation would reach everywhere, and afterglow trail along the row.
    let mut file = coarse("single_6").file().clone();
    file.detector.scatter = 0.0;
    file.detector.afterglow = 0.0;
    let scanner = file.check().unwrap();
    let with = simulate(&hiding, &scanner, 3, 4).unwrap();
    let without = simulate(&clean.check().unwrap(), &scanner, 3, 4).unwrap();
    assert_eq!(with.scan.metadata, without.scan.metadata);
    let (a, b) = (with.scan.planes[0].samples.to_f32(), without.scan.planes[0].samples.to_f32());
    let bounds = with.truth.loads[0].box_px;
    // The bags around the goods, and three pixels of blur: a quarter of a metre.
    let reach = 14;
    let near = |row: usize, column: usize| {
        (bounds.y as usize).saturating_sub(reach) <= row
            && row < bounds.bottom() as usize + reach
            && (bounds.x as usize).saturating_sub(reach) <= column
            && column < bounds.right() as usize + reach
    };
    let mut changed = 0;
    for ((row, column), value) in a.indexed_iter() {
        if *value != b[[row, column]] {
            changed += 1;
        }
        assert!(near(row, column) || *value == b[[row, column]], "row {row} column {column}");
    }
    assert!(changed > 50, "{changed}");
}

#[test]
fn scenarios_and_scanners_of_one_seed_share_no_noise_unless_they_share_a_name() {
    let mut file = coarse("dual_6_4").file().clone();
    let none = Artefacts::default();
    // Only what the noise of air is made of: picture against picture, pixel by pixel.
    file.artefacts = Artefacts { dropouts: 20.0, ..none };
    let air = |scenario: &str, scanner: &str, loads: bool| {
        let (mut scenario_file, mut file) = (preset("in_empty").file().clone(), file.clone());
        (scenario_file.name, file.name) = (scenario.to_owned(), scanner.to_owned());
        if !loads {
            scenario_file.loads.clear();
        }
        let scanner = file.check().unwrap();
        let made = simulate(&scenario_file.check().unwrap(), &scanner, 5, 0).unwrap();
        (made.truth.container, made.scan.planes[0].samples.to_f32())
    };
    let correlation = |a: &Array2<f32>, b: &Array2<f32>| {
        // The rows of air above the container, without the dropouts.
        let pairs = (0..5).flat_map(|row| (0..a.ncols()).map(move |column| [row, column]));
        let pairs: Vec<(f64, f64)> = pairs
            .map(|at| (f64::from(a[at]) - 58_150.0, f64::from(b[at]) - 58_150.0))
            .filter(|(a, b)| a.abs().max(b.abs()) < 3000.0)
            .collect();
        assert!(pairs.len() > 1000);
        let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        sum(&|p| p.0 * p.1) / (sum(&|p| p.0 * p.0) * sum(&|p| p.1 * p.1)).sqrt()
    };
    let (container, first) = air("a", "a", true);
    for (scenario, scanner, pair) in [("a", "a", true), ("b", "a", false), ("a", "b", false)] {
        let (other, second) = air(scenario, scanner, false);
        // The scene is the same, so that pairs can be made.
        assert_eq!(other, container);
        let found = correlation(&first, &second);
        assert!(if pair { found > 0.999 } else { found.abs() < 0.1 }, "{scenario} {scanner}: {found}");
        let dropouts = |image: &Array2<f32>| -> Vec<usize> {
            (0..image.ncols()).filter(|column| [0.0, 65535.0].contains(&image[[image.nrows() / 2, *column]])).collect()
        };
        assert_eq!(dropouts(&first) == dropouts(&second), pair, "{scenario} {scanner}");
    }
}

#[test]
fn the_same_bytes_whatever_the_number_of_threads() {
    let bytes = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let simulated = simulate(&preset("mixed"), &coarse("dual_9_6_dark"), 1, 2).unwrap();
            encode_all(&simulated, "scan", Format::Tiff, false).unwrap()
        })
    };
    let one = bytes(1);
    assert_eq!(one, bytes(3));
    assert!(one.files.len() >= 3);
    let other = simulate(&preset("mixed"), &coarse("dual_9_6_dark"), 1, 3).unwrap();
    assert_ne!(other.scan.digest, simulate(&preset("mixed"), &coarse("dual_9_6_dark"), 1, 2).unwrap().scan.digest);
}

#[test]
fn the_truth_renders_the_scan_again() {
    let first = simulate(&preset("rip_off_coffee"), &coarse("dual_6_4"), 9, 1).unwrap();
    let text = serde_json::to_string(&first.truth).unwrap();
    let truth: Truth = serde_json::from_str(&text).unwrap();
    let scenario: ScenarioFile = serde_json::from_value(truth.scenario).unwrap();
    let scanner: ScannerFile = serde_json::from_value(truth.scanner).unwrap();
    let again = simulate(&scenario.check().unwrap(), &scanner.check().unwrap(), truth.seed, truth.index).unwrap();
    assert_eq!(again.scan.digest, first.scan.digest);
}

#[test]
fn doors_on_the_left_mirror_the_load() {
    let mut file = preset("rip_off_coffee").file().clone();
    let scanner = coarse("single_6");
    let right = simulate(&file.clone().check().unwrap(), &scanner, 2, 0).unwrap().truth;
    file.doors = vec![End::Left];
    let left = simulate(&file.check().unwrap(), &scanner, 2, 0).unwrap().truth;
    let middle = |t: &Truth| t.container.box_px.x + t.container.box_px.width / 2;
    assert!(right.loads[0].box_px.x > middle(&right) && left.loads[0].box_px.right() < middle(&left));
}

#[test]
fn numbers_are_valid_and_times_readable() {
    let mut draw = ScanKey::new(0, 0).stream("test", 0);
    for _ in 0..50 {
        let number = container_number(&mut draw);
        assert_eq!(ContainerNumber::parse(&number).unwrap().check_digit, CheckDigit::Valid);
    }
    assert_eq!(time(0, 1).unwrap(), "2026-03-02T08:01:30Z");
    time(u64::MAX, u64::MAX).unwrap();
}

#[test]
fn pictures_beyond_the_limit_are_refused() {
    let mut file = presets::scanner("dual_6_4").unwrap().unwrap().file().clone();
    file.pixel_mm = crate::scan::PixelSize { x: 1.0, y: 1.0 };
    file.margin_mm = [5000.0, 5000.0];
    let error = simulate(&preset("clean_empty"), &file.check().unwrap(), 0, 0).unwrap_err().to_string();
    assert!(error.contains("limit is 64 Mpx; raise"), "{error}");
}

#[test]
fn a_second_view_shows_the_same_container_from_elsewhere() {
    let mut file = coarse("single_6").file().clone();
    file.second_view = Some(Geometry { tilt_deg: 2.8, ..file.geometry });
    let scanner = file.check().unwrap();
    assert_eq!(scanner.views(), 2);
    let scenario = preset("rip_off_coffee");
    let [one, two] = [0, 1].map(|view| simulate_view(&scenario, &scanner, 4, 1, view).unwrap());
    assert_eq!(one, simulate(&scenario, &scanner, 4, 1).unwrap());
    assert_eq!(one.truth.loads[0].mass_kg, two.truth.loads[0].mass_kg);
    assert_eq!(one.truth.container.number, two.truth.container.number);
    assert_ne!(one.scan.digest, two.scan.digest);
    // Each tells which it is: it can be rendered again.
    assert_eq!((one.truth.view, two.truth.view), (1, 2));
    let name = |made: &Simulated| made.scan.metadata.view.clone().unwrap();
    assert_eq!((name(&one).as_str(), name(&two).as_str()), ("side", "side_2"));
}

#[test]
fn weights_of_hidden_goods_are_their_masses() {
    // Weapons are hollow and rods in cases; narcotics are pressed or loose: their densities differ from their materials'.
    let scanner = presets::scanner("single_6").unwrap().unwrap();
    for (preset, goods) in [("weapons", "weapons"), ("in_empty", "narcotics"), ("cigarettes", "cigarettes")] {
        let scenario = presets::scenario(preset).unwrap().unwrap();
        let made = simulate(&scenario, &scanner, 5, 1).unwrap();
        let told: f32 = made.truth.loads.iter().map(|load| load.mass_kg).sum();
        assert!(made.truth.loads.iter().all(|load| load.goods == goods), "{preset}");
        let kg = made.density.sum() * scanner.pixel_mm.area() / 1e6;
        // The fan shows what is near its source larger, by up to a sixth either way.
        assert!((kg / told - 1.0).abs() < 0.35, "{preset}: {kg} kg of {told}");
    }
}
