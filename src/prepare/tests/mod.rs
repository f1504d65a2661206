//! Whole preparations of synthetic scenes.

mod hostile;
mod location;
mod unseen;

use super::scenes::{Scene, Slab, paint, scan};
use super::*;
use crate::scan::{Energy, Fault, Metadata, Plane, Polarity};
use ndarray::Array2;

fn run(scan: &Scan, pixel_mm: f32) -> Prepared {
    prepare(scan, Target::all(pixel_mm), &Checked::default(), &Calibration::default()).unwrap()
}

fn step<'a>(prepared: &'a Prepared, name: &str) -> &'a Step {
    prepared.steps.iter().find(|s| s.name == name).unwrap()
}

fn codes(prepared: &Prepared) -> Vec<&str> {
    prepared.warnings.iter().map(|w| w.code.as_str()).collect()
}

fn box_px(x: u32, y: u32, width: u32, height: u32) -> BoxPx {
    BoxPx { x, y, width, height }
}

/// The mean over the middle of a box of source pixels, on a grid of the source's own size.
fn mean(prepared: &Prepared, plane: &Array2<f32>, area: BoxPx) -> f32 {
    let crop = prepared.frame.crop;
    let (x, y) = ((area.x - crop.x) as usize, (area.y - crop.y) as usize);
    let part = plane.slice(ndarray::s![y + 4..y + area.height as usize - 4, x + 4..x + area.width as usize - 4]);
    part.mean().unwrap()
}

fn near(found: BoxPx, expected: BoxPx, by: u32) {
    let sides = |b: BoxPx| [b.x, b.y, b.right(), b.bottom()];
    let off = sides(found).into_iter().zip(sides(expected)).map(|(a, b)| a.abs_diff(b)).max().unwrap();
    assert!(off <= by, "found {found:?}, expected {expected:?}");
}

#[test]
fn planes_that_no_model_asks_for_are_not_made_and_change_nothing_else() {
    let mut scene = Scene::empty_box();
    scene.dual = true;
    let scan = scene.scan(Polarity::AirBright);
    let all = run(&scan, 8.0);
    assert_eq!((all.transmission.len(), all.attenuation.len(), all.ratio.is_some()), (2, 2, true));
    let target = Target { transmission: false, ratio: false, ..Target::all(8.0) };
    let few = prepare(&scan, target, &Checked::default(), &Calibration::default()).unwrap();
    assert!(few.transmission.is_empty() && few.ratio.is_none());
    assert_eq!((few.attenuation, few.state), (all.attenuation, all.state));
}

#[test]
fn an_empty_box_is_located_and_its_walls_measured() {
    let scene = Scene::empty_box();
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(prepared.frame.located, Located::Container, "{:?}", prepared.steps);
    near(prepared.frame.crop, scene.container.unwrap(), 2);
    assert_eq!(codes(&prepared), [""; 0]);
    assert_eq!(step(&prepared, "dropouts").found["columns"], json!(0));
    assert_eq!(step(&prepared, "dropouts").found["dead_rows"], json!(0));
    assert_eq!(prepared.shielded_share(), 0.0);
    // The walls' mean attenuation where nothing else is, against the scene's own.
    let area = box_px(400, 150, 700, 120);
    let mut truth = 0.0;
    for c in 404..1096 {
        truth += scene.attenuation(200, c).0 / 692.0;
    }
    let found = mean(&prepared, &prepared.attenuation[0], area);
    assert!((found - truth).abs() < 0.004, "{found} {truth}");
}

#[test]
fn a_slab_is_measured_alike_in_both_polarities() {
    let mut scene = Scene::empty_box();
    let slab = box_px(500, 150, 200, 150);
    scene.slabs.push(Slab { area: slab, attenuation: 1.5, ratio: 1.1 });
    let truth = 1.5 + scene.attenuation(0, 0).0 + 0.0795;
    let mut found = Vec::new();
    for polarity in [Polarity::AirBright, Polarity::AirDark] {
        let prepared = run(&scene.scan(polarity), 8.0);
        assert_eq!(step(&prepared, "polarity").found["polarity"], json!(polarity));
        let value = mean(&prepared, &prepared.attenuation[0], slab);
        assert!((value / truth - 1.0).abs() < 0.015, "{value} {truth}");
        found.push(prepared);
    }
    assert_eq!(found[0].attenuation, found[1].attenuation);
    assert_eq!(found[0].state, found[1].state);
}

#[test]
fn dark_comes_from_a_black_strip() {
    let mut scene = Scene::empty_box();
    (scene.dark, scene.black_strip) = (900.0, 12);
    let slab = box_px(500, 150, 200, 150);
    scene.slabs.push(Slab { area: slab, attenuation: 3.0, ratio: 1.1 });
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(step(&prepared, "trim").found["bottom"], json!(12));
    let level = step(&prepared, "dark").found["level"].as_f64().unwrap();
    assert!((level - 900.0).abs() < 2.0, "{level}");
    let found = mean(&prepared, &prepared.attenuation[0], slab);
    assert!((found / 3.08 - 1.0).abs() < 0.01, "{found}");
}

#[test]
fn dropouts_are_found_exactly() {
    let scene = Scene::empty_box();
    let mut scan = scene.scan(Polarity::AirBright);
    let crop = scene.container.unwrap();
    let painted = [
        (box_px(300, 0, 1, 444), 0),
        (box_px(600, 150, 1, 90), 3),
        (box_px(700, 100, 2, 200), 65535),
        (box_px(1000, 0, 1, 444), 65535),
        (box_px(1200, 120, 1, 60), 20_000),
    ];
    for (area, value) in painted {
        paint(&mut scan, 0, area, value);
    }
    let prepared = run(&scan, 8.0);
    near(prepared.frame.crop, crop, 2);
    let crop = prepared.frame.crop;
    let expected: Vec<Value> = painted.iter().map(|(area, _)| json!(area.intersection(&crop).unwrap())).collect();
    assert_eq!(step(&prepared, "dropouts").found["boxes_px"], json!(expected));
    for (area, _) in painted {
        let (r, c) = ((area.y.max(crop.y) - crop.y + 20) as usize, (area.x - crop.x) as usize);
        assert_eq!(prepared.state[[r, c]], PixelState::Repaired);
        assert_eq!(prepared.state[[r, c - 2]], PixelState::Valid);
    }
    let clean = run(&scene.scan(Polarity::AirBright), 8.0);
    let off = (&prepared.attenuation[0] - &clean.attenuation[0]).iter().fold(0.0f32, |m, v| m.max(v.abs()));
    assert!(off < 0.12, "{off}");
}

#[test]
fn dead_rows_are_filled_and_marked() {
    let scene = Scene::empty_box();
    let mut scan = scene.scan(Polarity::AirBright);
    paint(&mut scan, 0, box_px(0, 200, 1724, 1), 0);
    paint(&mut scan, 0, box_px(0, 250, 1724, 2), 31_000);
    let prepared = run(&scan, 8.0);
    assert_eq!(step(&prepared, "dropouts").found["rows_px"], json!([200, 250, 251]));
    let y = prepared.frame.crop.y as usize;
    assert!(prepared.state.row(250 - y).iter().all(|&s| s == PixelState::Repaired));
    assert!(prepared.state.row(249 - y).iter().all(|&s| s == PixelState::Valid));
    let filled = mean(&prepared, &prepared.attenuation[0], box_px(400, 196, 600, 11));
    assert!((filled - 0.08).abs() < 0.005, "{filled}");
}

#[test]
fn unpenetrated_areas_are_shielded() {
    let mut scene = Scene::empty_box();
    scene.slabs.push(Slab { area: box_px(800, 200, 60, 60), attenuation: 9.0, ratio: 1.1 });
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    let crop = prepared.frame.crop;
    for ((r, c), &state) in prepared.state.indexed_iter() {
        let (x, y) = (c as u32 + crop.x, r as u32 + crop.y);
        let inside = (800..860).contains(&x) && (200..260).contains(&y);
        assert_eq!(state == PixelState::Shielded, inside, "{x} {y}");
    }
    assert!(step(&prepared, "shielded").applied);
}

#[test]
fn a_container_on_a_chassis_is_told_from_it() {
    for load in [0.0, 0.9] {
        let mut scene = Scene::empty_box();
        (scene.width, scene.height, scene.chassis) = (2100, 560, true);
        let container = box_px(440, 60, 1524, 324);
        scene.container = Some(container);
        if load > 0.0 {
            scene.slabs.push(Slab { area: box_px(470, 200, 1400, 164), attenuation: load, ratio: 1.1 });
        }
        let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
        assert_eq!(prepared.frame.located, Located::Container, "{:?}", step(&prepared, "locate"));
        near(prepared.frame.crop, container, 2);
    }
}

#[test]
fn an_unknown_pixel_size_comes_from_the_container() {
    let mut scan = Scene::empty_box().scan(Polarity::AirBright);
    scan.metadata.pixel_mm = None;
    let prepared = run(&scan, 8.0);
    assert_eq!(codes(&prepared), ["pixel_size_assumed"]);
    assert!((prepared.frame.source_pixel.x / 8.0 - 1.0).abs() < 0.004);
}

#[test]
fn two_energies_give_the_ratio_and_are_exchanged_if_mislabelled() {
    let mut scene = Scene::empty_box();
    scene.dual = true;
    let slab = box_px(500, 150, 200, 150);
    scene.slabs.push(Slab { area: slab, attenuation: 1.2, ratio: 1.25 });
    let mut scan = scene.scan(Polarity::AirBright);
    let right = run(&scan, 8.0);
    let ratio = mean(&right, right.ratio.as_ref().unwrap(), slab);
    assert!((ratio - 1.253).abs() < 0.01, "{ratio}");
    assert!(right.attenuation[1].sum() > right.attenuation[0].sum());
    scan.planes.swap(0, 1);
    scan.planes[0].energy = Energy::High;
    scan.planes[1].energy = Energy::Low;
    let swapped = run(&scan, 8.0);
    assert_eq!(codes(&swapped), ["energies_swapped"]);
    let off = (mean(&swapped, swapped.ratio.as_ref().unwrap(), slab) - ratio).abs();
    assert!(off < 1e-3, "{off}");
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let mut scene = Scene::empty_box();
    scene.dual = true;
    let mut scan = scene.scan(Polarity::AirDark);
    paint(&mut scan, 0, box_px(300, 0, 1, 444), 65535);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&scan, 10.0))
    };
    let (one, four) = (on(1), on(4));
    assert_eq!(one.attenuation, four.attenuation);
    assert_eq!(one.transmission, four.transmission);
    assert_eq!(one.ratio, four.ratio);
    assert_eq!(one.state, four.state);
    assert_eq!((one.steps, one.warnings, one.frame), (four.steps, four.warnings, four.frame));
}

#[test]
fn unusable_scans_and_arguments_are_refused() {
    let plane = |rows, columns| Plane {
        energy: Energy::Single,
        samples: Samples::U8(Array2::from_shape_fn((rows, columns), |(r, c)| (r * c) as u8)),
        full_scale: 255.0,
        step: 1.0,
    };
    let refused = |planes, pixel_mm| {
        let scan = scan(planes, Metadata::default());
        prepare(&scan, Target::all(pixel_mm), &Checked::default(), &Calibration::default()).unwrap_err()
    };
    assert_eq!(refused(vec![plane(20, 20)], f32::NAN).fault, Fault::Parameter);
    assert_eq!(refused(Vec::new(), 5.0).fault, Fault::Bug);
    assert_eq!(refused(vec![plane(20, 8)], 5.0).fault, Fault::Format);
    let sizes = refused(vec![plane(20, 20), plane(20, 21)], 5.0).to_string();
    assert_eq!(sizes, "plane 2: it has 21x20 pixels, plane 1 has 20x20; give planes of one size");
}

#[test]
fn planes_are_taken_by_energy_and_others_left() {
    let mut scene = Scene::empty_box();
    scene.dual = true;
    let mut scan = scene.scan(Polarity::AirBright);
    let right = run(&scan, 8.0);
    // Low first, and a plane that is something else between them.
    scan.planes.swap(0, 1);
    let mut other = scan.planes[0].clone();
    other.energy = Energy::Other;
    scan.planes.insert(1, other);
    let prepared = run(&scan, 8.0);
    assert_eq!(codes(&prepared), ["planes_unused"]);
    assert_eq!(prepared.attenuation, right.attenuation);
    assert_eq!(step(&prepared, "energies").found["high"], json!(2));
    assert!(prepared.energies_mv.is_empty());
    // Each plane keeps its own energy.
    scan.metadata.energies_mv = vec![3.0, 6.0, 9.0];
    assert_eq!(run(&scan, 8.0).energies_mv, [9.0, 3.0]);
    scan.metadata.energies_mv = vec![9.0];
    assert!(run(&scan, 8.0).energies_mv.is_empty());
    assert_eq!(prepared.state, right.state);
}

#[test]
fn the_steps_stand_in_the_order_they_ran() {
    let mut scene = Scene::empty_box();
    scene.dual = true;
    let prepared = run(&scene.scan(Polarity::AirBright), 10.0);
    let names: Vec<&str> = prepared.steps.iter().map(|s| s.name.as_str()).collect();
    let expected =
        "polarity trim dark air dark air locate energies dropouts dropouts shielded resample attenuation ratio";
    assert_eq!(names.join(" "), expected);
    assert!(step(&prepared, "resample").applied);
    // The grid covers the crop to a hundredth of a pixel.
    let (rows, columns) = prepared.dim();
    let (frame, crop) = (&prepared.frame, prepared.frame.crop);
    assert!((frame.pixel.x * columns as f32 - crop.width as f32 * 8.0).abs() < 0.1);
    assert!((frame.pixel.y * rows as f32 - crop.height as f32 * 8.0).abs() < 0.1);
    let corner = frame.to_source(crate::scan::Point { x: columns as f32, y: rows as f32 });
    assert!((corner.x - crop.right() as f32).abs() < 0.01 && (corner.y - crop.bottom() as f32).abs() < 0.01);
}
