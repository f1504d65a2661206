//! Containers and other objects found in front of air.

use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// ISO 668 boxes: length and height in mm.
const BOXES: [(f32, f32); 5] =
    [(6058.0, 2591.0), (6058.0, 2896.0), (12192.0, 2591.0), (12192.0, 2896.0), (13716.0, 2896.0)];

#[test]
fn every_iso_box_is_found_to_two_pixels() {
    let mut ran = 0;
    for (long, high) in BOXES {
        for pixel_mm in [6.5, 9.0] {
            for (load, chassis, bands) in [(0.0, false, 0.0), (0.0, true, 0.05), (1.6, false, 0.05), (2.5, true, 0.03)]
            {
                let mut scene = Scene::empty_box();
                let (width, height) = ((long / pixel_mm).round() as u32, (high / pixel_mm).round() as u32);
                let (left, below) = if chassis { (3200.0, 1300.0) } else { (500.0, 400.0) };
                let container = box_px((left / pixel_mm) as u32, 45, width, height);
                scene.pixel_mm = pixel_mm;
                (scene.width, scene.height) = (container.right() + 55, container.bottom() + (below / pixel_mm) as u32);
                (scene.container, scene.chassis, scene.bands) = (Some(container), chassis, bands);
                if load > 0.0 {
                    let cargo = box_px(container.x + 60, container.y + height / 3, width * 2 / 3, height * 2 / 3 - 25);
                    scene.slabs.push(Slab { area: cargo, attenuation: load, ratio: 1.1 });
                }
                let prepared = run(&scene.scan(Polarity::AirBright), 10.0);
                let about = format!("{long}x{high} at {pixel_mm}, load {load}, chassis {chassis}, bands {bands}");
                assert_eq!(prepared.frame.located, Located::Container, "{about}: {:?}", step(&prepared, "locate"));
                near(prepared.frame.crop, container, 2);
                assert_eq!(codes(&prepared), [""; 0], "{about}");
                assert_eq!(step(&prepared, "dropouts").found["pixels"], json!(0), "{about}");
                ran += 1;
            }
        }
    }
    assert_eq!(ran, 40);
}

#[test]
fn walls_of_two_millimetres_at_full_scale() {
    // An almost empty image: no bands, no drift, walls of 3 % each, a roof edge one pixel thick.
    for noise in [0.002, 0.02] {
        let mut scene = Scene::empty_box();
        (scene.width, scene.height, scene.pixel_mm, scene.noise) = (2810, 680, 4.5, noise);
        (scene.bands, scene.drift, scene.air) = (0.0, 0.0, 60_000.0);
        let container = box_px(50, 52, 2709, 576);
        scene.container = None;
        let mut slab = |area, attenuation| scene.slabs.push(Slab { area, attenuation, ratio: 1.2 });
        slab(container, 0.06);
        slab(box_px(50, 52, 2709, 1), 4.0);
        slab(box_px(50, 592, 2709, 36), 0.7);
        let prepared = run(&scene.scan(Polarity::AirDark), 5.0);
        assert_eq!(prepared.frame.located, Located::Container, "{:?}", prepared.steps);
        near(prepared.frame.crop, container, 2);
        assert_eq!(codes(&prepared), [""; 0]);
        assert_eq!(step(&prepared, "dropouts").found["pixels"], json!(0));
    }
}

#[test]
fn two_boxes_in_line_stay_together() {
    let mut scene = Scene::empty_box();
    let first = scene.container.unwrap();
    (scene.width, scene.container) = (1740, None);
    for (x, roof) in [(100, 0.5), (872, 0.6)] {
        scene.slabs.push(Slab { area: box_px(x, 60, 757, 324), attenuation: 0.12, ratio: 1.2 });
        scene.slabs.push(Slab { area: box_px(x, 60, 757, 8), attenuation: roof, ratio: 1.2 });
        scene.slabs.push(Slab { area: box_px(x, 364, 757, 20), attenuation: 0.8, ratio: 1.2 });
    }
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(prepared.frame.located, Located::Object);
    assert_eq!(codes(&prepared), ["several_containers"]);
    near(prepared.frame.crop, box_px(first.x, first.y, 1529, first.height), 2);
}

#[test]
fn something_else_is_an_object() {
    let mut scene = Scene::empty_box();
    scene.container = None;
    scene.slabs.push(Slab { area: box_px(300, 200, 500, 120), attenuation: 0.7, ratio: 1.2 });
    scene.slabs.push(Slab { area: box_px(400, 130, 250, 70), attenuation: 0.3, ratio: 1.2 });
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(prepared.frame.located, Located::Object);
    near(prepared.frame.crop, box_px(300, 130, 500, 190), 4);
}

#[test]
fn air_alone_leaves_the_whole_image() {
    let mut scene = Scene::empty_box();
    scene.container = None;
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(prepared.frame.located, Located::WholeImage);
    assert_eq!(codes(&prepared), ["polarity_guessed", "nothing_located"]);
    assert_eq!(prepared.frame.crop, box_px(0, 0, scene.width, scene.height));
    let mean = prepared.transmission[0].mean().unwrap();
    assert!((mean - 1.0).abs() < 1e-3, "{mean}");
}

#[test]
fn a_box_as_wide_as_the_image_has_air_above_and_below() {
    let mut scene = Scene::empty_box();
    (scene.width, scene.bands) = (1524, 0.0);
    let container = box_px(0, 60, 1524, 324);
    scene.container = Some(container);
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(codes(&prepared), ["polarity_guessed", "air_partial"]);
    assert_eq!(prepared.frame.located, Located::Container, "{:?}", prepared.steps);
    near(prepared.frame.crop, container, 2);
    // Without posts the columns are all alike, but still no air.
    scene.container = None;
    scene.slabs.push(Slab { area: container, attenuation: 0.1, ratio: 1.2 });
    scene.slabs.push(Slab { area: box_px(0, 360, 1524, 24), attenuation: 1.0, ratio: 1.2 });
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(codes(&prepared), ["air_partial"]);
    near(prepared.frame.crop, container, 2);
    let walls = mean(&prepared, &prepared.attenuation[0], box_px(300, 150, 900, 150));
    assert!((walls - 0.1).abs() < 0.02, "{walls}");
}

#[test]
fn an_image_without_air_says_so() {
    let mut scene = Scene::empty_box();
    (scene.width, scene.height) = (1524, 324);
    scene.container = Some(box_px(0, 0, 1524, 324));
    scene.slabs.push(Slab { area: box_px(200, 100, 900, 200), attenuation: 1.0, ratio: 1.2 });
    let mut scan = scene.scan(Polarity::AirBright);
    scan.metadata.polarity = Some(Polarity::AirBright);
    let prepared = run(&scan, 8.0);
    assert_eq!(prepared.frame.located, Located::WholeImage, "{:?}", prepared.steps);
    assert_eq!(codes(&prepared), ["no_air", "nothing_located"]);
}

#[test]
fn steps_can_be_switched_off() {
    let scene = Scene::empty_box();
    let mut scan = scene.scan(Polarity::AirBright);
    paint(&mut scan, 0, box_px(600, 0, 1, 444), 0);
    let off = Settings {
        trim: false,
        dark: false,
        air: false,
        drift: false,
        locate: false,
        dropouts: false,
        resample: false,
        shielded: false,
        ratio: false,
        ..Settings::default()
    };
    let prepared = prepare(&scan, Target::all(5.0), &off.check().unwrap(), &Calibration::default()).unwrap();
    assert_eq!(prepared.dim(), (444, 1724));
    // Air is at three quarters of full scale: what is claimed with `air` off does not hold here.
    assert_eq!(codes(&prepared), ["no_air", "grid_differs"]);
    assert!(prepared.state.iter().all(|&s| s == PixelState::Valid));
    assert!(prepared.steps.iter().all(|s| !s.applied || s.name == "attenuation"), "{:?}", prepared.steps);
    // Without an air level, transmission is the share of full scale.
    let Samples::U16(counts) = &scan.planes[0].samples else { panic!() };
    let expected = f32::from(counts[[30, 40]]) / 65535.0;
    assert!((prepared.transmission[0][[30, 40]] - expected).abs() < 1e-6);
}

/// A box of random size, load, surroundings, levels and dropouts; the polarity and the number of dropouts.
fn random_scene(random: &mut ChaCha8Rng) -> (Scene, Scan, Polarity, u64) {
    let mut scene = Scene::empty_box();
    let (long, high) = BOXES[random.random_range(0..BOXES.len())];
    let mm = random.random_range(6.0f32..11.0);
    let px = |length: f32| (length / mm).round() as u32;
    let (width, height) = (px(long), px(high));
    scene.chassis = random.random_bool(0.4);
    let (left, below) = if scene.chassis {
        (3200.0, random.random_range(900.0..1500.0))
    } else {
        (random.random_range(100.0..1500.0), random.random_range(60.0..600.0))
    };
    let container = box_px(px(left), random.random_range(8..80), width, height);
    (scene.pixel_mm, scene.container) = (mm, Some(container));
    (scene.bands, scene.drift) = (random.random_range(0.0..0.12), random.random_range(-0.06..0.06));
    (scene.noise, scene.dark) = (random.random_range(0.002..0.03), random.random_range(0.0..1500.0));
    scene.black_strip = if random.random_bool(0.3) { random.random_range(3..20) } else { 0 };
    scene.width = container.right() + random.random_range(10..150);
    scene.height = container.bottom() + px(below) + scene.black_strip;
    for _ in 0..random.random_range(0..12) {
        let (w, h) = (random.random_range(10..width / 2), random.random_range(10..height / 2));
        let x = container.x + random.random_range(10..width - w - 5);
        let on_floor = random.random_bool(0.6);
        let y = if on_floor { height - h - px(200.0) } else { random.random_range(3..height - h - 25) };
        let attenuation = random.random_range(0.05..2.5);
        scene.slabs.push(Slab { area: box_px(x, container.y + y, w, h), attenuation, ratio: 1.1 });
    }
    let polarity = if random.random_bool(0.5) { Polarity::AirBright } else { Polarity::AirDark };
    let mut scan = scene.scan(polarity);
    if random.random_bool(0.3) {
        scan.metadata.pixel_mm = None;
    }
    let dropouts = random.random_range(0..3);
    for _ in 0..dropouts {
        let x = random.random_range(5..scene.width - 5);
        let value = if random.random_bool(0.5) { 0 } else { 65535 };
        paint(&mut scan, 0, box_px(x, 0, 1, scene.height), value);
    }
    (scene, scan, polarity, dropouts)
}

#[test]
fn random_scenes_are_located_without_false_dropouts() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for n in 0..24 {
        let (scene, scan, polarity, dropouts) = random_scene(&mut random);
        let prepared = run(&scan, 10.0);
        assert_eq!(step(&prepared, "polarity").found["polarity"], json!(polarity), "{n}: {scene:?}");
        assert_eq!(prepared.frame.located, Located::Container, "{n}: {scene:?}");
        near(prepared.frame.crop, scene.container.unwrap(), 2);
        let found = step(&prepared, "dropouts").found["columns"].as_u64().unwrap();
        assert!(found <= dropouts, "{n}: {scene:?}");
        assert_eq!(step(&prepared, "trim").found["bottom"], json!(scene.black_strip), "{n}: {scene:?}");
    }
}

#[test]
fn pallets_at_an_iso_height_over_the_floor_are_no_floor() {
    let mut scene = Scene::empty_box();
    // A high cube on a chassis; dense goods on pallets whose upper edge lies 2591 mm below its roof.
    let container = box_px(440, 60, 1524, 362);
    (scene.width, scene.height, scene.chassis, scene.container) = (2100, 600, true, Some(container));
    let inside = |from: u32, to: u32| box_px(container.x + 22, container.y + from, 1480, to - from);
    scene.slabs.push(Slab { area: inside(100, 324), attenuation: 1.9, ratio: 1.1 });
    scene.slabs.push(Slab { area: inside(324, 342), attenuation: 0.2, ratio: 1.1 });
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert_eq!(prepared.frame.located, Located::Container, "{:?}", step(&prepared, "locate"));
    assert!(prepared.frame.crop.bottom() + 2 >= container.bottom(), "{:?} {container:?}", prepared.frame.crop);
}

/// A scan whose columns are wider or narrower, by `factor` and a little wave.
fn stretched(scan: &crate::scan::Scan, factor: f32) -> crate::scan::Scan {
    let mut scan = scan.clone();
    let Samples::U16(counts) = &mut scan.planes[0].samples else { panic!() };
    let wide = counts.ncols() as f32;
    let from = |c: usize| {
        let at = c as f32 / factor + 4.0 * (c as f32 / 150.0).sin();
        at.clamp(0.0, wide - 1.0) as usize
    };
    *counts = Array2::from_shape_fn((counts.nrows(), (wide * factor) as usize), |(r, c)| counts[[r, from(c)]]);
    scan
}

#[test]
fn a_container_at_an_uneven_speed_is_one_and_its_length_is_told() {
    let scene = Scene::empty_box();
    let scan = scene.scan(Polarity::AirBright);
    for (factor, told) in [(0.93, true), (0.95, true), (0.98, false), (1.02, false), (1.04, true), (1.06, true)] {
        let prepared = run(&stretched(&scan, factor), 8.0);
        assert_eq!(prepared.frame.located, Located::Container, "{factor}: {:?}", step(&prepared, "locate"));
        assert_eq!(codes(&prepared), if told { vec!["length_off"] } else { vec![] }, "{factor}");
        let (crop, container) = (prepared.frame.crop, scene.container.unwrap());
        assert!(crop.y.abs_diff(container.y) <= 2 && crop.bottom().abs_diff(container.bottom()) <= 2, "{crop:?}");
        // The columns follow the truck, the rows do not; but what is longer than 40 ft may be shorter than 45 ft.
        let pixel = prepared.frame.source_pixel;
        let long = crop.width as f32 * pixel.x;
        let scaled = told && factor < 1.0;
        assert!(if scaled { (long - 12_192.0).abs() < 1.0 } else { pixel.x == 8.0 }, "{factor}: {long}");
        assert_eq!(pixel.y, 8.0);
        let sigma = prepared.frame.pixel_sigma;
        assert!(if told { (0.015..0.04).contains(&sigma) } else { sigma == 0.0 }, "{factor}: {sigma}");
    }
}

/// Blackens every 20th column or so, whole or in part, one or two pixels wide.
fn dropped(scan: &mut crate::scan::Scan) {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let (height, width) = scan.planes[0].samples.dim();
    for x in (3..width - 2).filter(|_| random.random_range(0..20) == 0).collect::<Vec<_>>() {
        let (from, wide) = (random.random_range(0..2) * height / 3, random.random_range(1..3));
        paint(scan, 0, box_px(x as u32, from as u32, wide, (height - from) as u32), 0);
    }
}

#[test]
fn dropout_columns_hide_neither_a_container_nor_its_floor() {
    for chassis in [false, true] {
        let mut scene = Scene::empty_box();
        let container = box_px(440, 60, 1524, 324);
        (scene.width, scene.height, scene.chassis, scene.container) = (2100, 560, chassis, Some(container));
        let mut scan = scene.scan(Polarity::AirBright);
        dropped(&mut scan);
        let prepared = run(&scan, 8.0);
        assert_eq!(prepared.frame.located, Located::Container, "{chassis}: {:?}", step(&prepared, "locate"));
        near(prepared.frame.crop, container, 3);
    }
}

#[test]
fn a_pillar_above_the_load_is_no_drift() {
    let mut scene = Scene::empty_box();
    scene.slabs.push(Slab { area: box_px(900, 0, 120, 60), attenuation: 1.6, ratio: 1.2 });
    let clean = run(&Scene::empty_box().scan(Polarity::AirBright), 8.0);
    let prepared = run(&scene.scan(Polarity::AirBright), 8.0);
    assert!(codes(&prepared).contains(&"air_uneven"), "{:?}", codes(&prepared));
    let wall = |prepared: &Prepared| mean(prepared, &prepared.attenuation[0], box_px(920, 150, 80, 80));
    assert!((wall(&prepared) - wall(&clean)).abs() < 0.02, "{} {}", wall(&prepared), wall(&clean));
}
