//! Odd, poor and hostile input.

use super::*;
use crate::scan::Metadata;
use proptest::prelude::*;

#[test]
fn eight_bit_scans_are_prepared_with_a_warning() {
    let scene = Scene::empty_box();
    let mut scan = scene.scan(Polarity::AirBright);
    let Samples::U16(counts) = &scan.planes[0].samples else { panic!() };
    // Air at full scale, as exports have it.
    scan.planes[0].samples = Samples::U8(counts.mapv(|v| (f32::from(v) / 44_000.0 * 255.0).min(255.0) as u8));
    scan.planes[0].full_scale = 255.0;
    let prepared = run(&scan, 8.0);
    assert_eq!(codes(&prepared), ["eight_bit_export", "air_saturated"]);
    assert_eq!(prepared.frame.located, Located::Container);
    near(prepared.frame.crop, scene.container.unwrap(), 2);
    // One of 255 steps is far more than 0.002: two of them are the least that can be told from nothing.
    let below = step(&prepared, "shielded").found["below"].as_f64().unwrap();
    assert!((0.007..0.009).contains(&below), "{below}");
}

#[test]
fn given_frames_replace_the_image_s_own_levels() {
    let mut scene = Scene::empty_box();
    (scene.dark, scene.noise) = (700.0, 0.004);
    let slab = box_px(500, 150, 200, 150);
    scene.slabs.push(Slab { area: slab, attenuation: 3.5, ratio: 1.1 });
    let height = scene.height as usize;
    // The frames were taken when the source was 3 % stronger.
    let air = Array2::from_shape_fn((height, 40), |(r, _)| 700.0 + 1.03 * scene.air_level(r, 0));
    let dark = Array2::from_shape_fn((height, 40), |(r, c)| 700.0 + ((r * 7 + c * 3) % 5) as f32 - 2.0);
    let mut found = Vec::new();
    for polarity in [Polarity::AirBright, Polarity::AirDark] {
        let counts = |frame: &Array2<f32>| match polarity {
            Polarity::AirBright => frame.clone(),
            Polarity::AirDark => frame.mapv(|v| 65535.0 - v),
        };
        let calibration = Calibration { dark: Some(vec![counts(&dark)]), air: Some(vec![counts(&air)]) };
        let prepared = prepare(&scene.scan(polarity), Target::all(8.0), &Checked::default(), &calibration).unwrap();
        assert_eq!(step(&prepared, "dark").found["from"], json!("frames"));
        assert_eq!(step(&prepared, "air").found["from"], json!("frames"));
        near(prepared.frame.crop, scene.container.unwrap(), 2);
        found.push(mean(&prepared, &prepared.attenuation[0], slab));
    }
    for value in found {
        assert!((value / 3.58 - 1.0).abs() < 0.01, "{value}");
    }
    let short = Calibration { dark: Some(vec![Array2::zeros((3, 3))]), air: None };
    let error = prepare(&scene.scan(Polarity::AirBright), Target::all(8.0), &Checked::default(), &short).unwrap_err();
    assert_eq!(error.fault, Fault::Parameter);
}

#[test]
fn values_that_are_no_number_are_filled_and_marked() {
    let scene = Scene::empty_box();
    let mut scan = scene.scan(Polarity::AirBright);
    let mut values = scan.planes[0].samples.to_f32();
    values[[200, 600]] = f32::NAN;
    values[[200, 601]] = f32::INFINITY;
    scan.planes[0].samples = Samples::F32(values);
    let prepared = run(&scan, 8.0);
    assert_eq!(codes(&prepared), ["not_finite"]);
    let (x, y) = (prepared.frame.crop.x as usize, prepared.frame.crop.y as usize);
    for (column, expected) in [(599, PixelState::Valid), (600, PixelState::Repaired), (601, PixelState::Repaired)] {
        assert_eq!(prepared.state[[200 - y, column - x]], expected);
    }
    assert!(prepared.attenuation[0].iter().all(|v| v.is_finite()));
}

#[test]
fn a_picture_without_beam_is_refused() {
    let mut dim = Scene { air: 2.0, dark: 900.0, black_strip: 12, ..Scene::empty_box() }.scan(Polarity::AirBright);
    dim.metadata.polarity = Some(Polarity::AirBright);
    let settings = Settings { trim: false, ..Settings::default() }.check().unwrap();
    let frames = Calibration { dark: Some(vec![Array2::from_elem((444, 3), 900.0)]), air: None };
    let error = prepare(&dim, Target::all(8.0), &settings, &frames).unwrap_err();
    assert!(error.to_string().starts_with("plane 1: its brightest is"), "{error}");
    assert_eq!(error.fault, Fault::Format);
}

#[test]
fn a_count_is_a_slope_high_in_rescaled_values() {
    let scene = Scene { air: 200.0, dark: 0.0, ..Scene::empty_box() };
    let mut scan = scene.scan(Polarity::AirBright);
    let below = |scan: &Scan| step(&run(scan, 8.0), "shielded").found["below"].as_f64().unwrap();
    let expected = below(&scan);
    assert!((0.009..0.012).contains(&expected), "{expected}");
    let plane = &mut scan.planes[0];
    (plane.samples, plane.step) = (Samples::F32(plane.samples.to_f32() * 257.0), 257.0);
    assert!((below(&scan) / expected - 1.0).abs() < 0.01);
}

#[test]
fn too_large_a_grid_is_refused() {
    let mut scan = Scene::empty_box().scan(Polarity::AirBright);
    scan.metadata.pixel_mm = PixelSize::new(50.0, 50.0);
    let error = prepare(&scan, Target::all(0.2), &Checked::default(), &Calibration::default()).unwrap_err();
    assert_eq!(error.fault, Fault::Limit);
}

#[test]
fn a_scan_that_is_all_margin_is_refused_or_kept_but_never_panics() {
    let mut values = Array2::<u16>::zeros((60, 60));
    values.slice_mut(ndarray::s![22..38, 22..38]).fill(40_000);
    values[[25, 25]] = 39_000;
    let plane = Plane { energy: Energy::Single, samples: Samples::U16(values), full_scale: 65535.0, step: 1.0 };
    let mut scan = scan(vec![plane], Metadata::default());
    scan.metadata.polarity = Some(Polarity::AirBright);
    let prepared = run(&scan, 5.0);
    assert_eq!((prepared.frame.crop.width, prepared.frame.crop.height), (16, 16));
    scan.planes[0].samples = Samples::U16({
        let mut values = Array2::<u16>::zeros((40, 60));
        values.slice_mut(ndarray::s![14..26, 22..38]).fill(40_000);
        values
    });
    let error = prepare(&scan, Target::all(5.0), &Checked::default(), &Calibration::default()).unwrap_err();
    assert_eq!(error.fault, Fault::Format);
    assert!(error.to_string().starts_with("16x12 pixels stay after trimming"), "{error}");
}

/// Values of a hostile image: patterns with jumps, constant lines and noise.
fn value(pattern: u32, seed: u32, r: usize, c: usize) -> f32 {
    let noise = ((r as u32).wrapping_mul(2_654_435_761) ^ (c as u32).wrapping_mul(40_503) ^ seed) % 1000;
    match pattern {
        0 => noise as f32 * 65.0,
        1 => (r / 5 % 2 * 60_000) as f32,
        2 => (c * 997 % 65_536) as f32,
        3 => 50_000.0 - noise as f32 / 100.0 - if (r / 3 + c / 7).is_multiple_of(5) { 30_000.0 } else { 0.0 },
        4 => {
            if r == c {
                65_535.0
            } else {
                0.0
            }
        }
        _ => {
            if noise < 4 {
                f32::NAN
            } else {
                -(noise as f32) * 1e30
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_image_gives_a_frame_inside_it_or_an_error(
        (rows, columns) in (16usize..90, 16usize..120),
        (pattern, seed) in (0u32..6, any::<u32>()),
        (kind, planes) in (0u8..4, 1usize..3),
        pixel_mm in 2f32..12.0,
        known in any::<bool>(),
        dark in prop::option::of(any::<bool>()),
    ) {
        let energies = [Energy::High, Energy::Low];
        let planes: Vec<Plane> = (0..planes).map(|n| {
            let values = Array2::from_shape_fn((rows, columns), |(r, c)| value(pattern, seed ^ n as u32, r, c));
            let (samples, full_scale) = match kind {
                0 => (Samples::U8(values.mapv(|v| (v / 257.0) as u8)), 255.0),
                1 => (Samples::U16(values.mapv(|v| v as u16)), 65_535.0),
                2 => (Samples::I32(values.mapv(|v| v as i32)), 65_535.0),
                _ => (Samples::F32(values), 65_535.0),
            };
            Plane { energy: energies[n], samples, full_scale, step: 1.0 }
        }).collect();
        let mut scan = scan(planes, Metadata::default());
        scan.metadata.pixel_mm = known.then_some(PixelSize { x: 5.0, y: 6.0 });
        scan.metadata.polarity = dark.map(|d| if d { Polarity::AirDark } else { Polarity::AirBright });
        if let Ok(prepared) = prepare(&scan, Target::all(pixel_mm), &Checked::default(), &Calibration::default()) {
            let crop = prepared.frame.crop;
            prop_assert!(crop.width >= 16 && crop.height >= 16);
            prop_assert!(crop.right() as usize <= columns && crop.bottom() as usize <= rows);
            let (high, wide) = prepared.dim();
            let frame = &prepared.frame;
            prop_assert!((wide as f32 * frame.pixel.x - crop.width as f32 * frame.source_pixel.x).abs() < 0.01 * frame.pixel.x);
            prop_assert!((high as f32 * frame.pixel.y - crop.height as f32 * frame.source_pixel.y).abs() < 0.01 * frame.pixel.y);
            let most = -prepared.noise_floor.ln() + 1e-4;
            for plane in &prepared.attenuation {
                prop_assert_eq!(plane.dim(), prepared.dim());
                prop_assert!(plane.iter().all(|v| (0.0..=most).contains(v)));
            }
            for plane in &prepared.transmission {
                prop_assert!(plane.iter().all(|v| (prepared.noise_floor..=1.25).contains(v)));
            }
            prop_assert!(prepared.ratio.iter().flatten().all(|v| v.is_finite()));
        }
    }
}
