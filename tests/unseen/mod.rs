//! Ways in which something was not seen and its scan must not be clear.

mod pieces;

use crate::drawn::{BOX, Drawn, MM, is_shielded, mirrored, reasons, report, report_of, stated};
use ndarray::{Array2, s};
use portray::judge::{ReasonCode, Verdict};
use portray::pipeline::Line;
use portray::prepare::{Calibration, Located, Settings};
use serde_json::json;

/// A line with these settings of preparation.
fn with(settings: Settings) -> impl FnOnce(&mut Line<'_>) {
    |line| line.prepare = settings.check().unwrap()
}

#[test]
fn goods_that_are_seen_are_clear() {
    let report = Drawn::box_of_goods().report();
    assert_eq!((report.verdict, reasons(&report)), (Verdict::Clear, vec![]));
    assert_eq!(report.preparation.unwrap().located, Located::Container);
}

#[test]
fn what_nothing_gets_through_is_not_seen_however_small_and_whatever_the_offset() {
    let mut ran = 0;
    for side in [100.0, 150.0, 250.0] {
        for dark in [0.0, 400.0, 1000.0, 1500.0, 6000.0] {
            let drawn = Drawn { dark, ..Drawn::with_block(side) };
            let report = drawn.report();
            assert!(is_shielded(&report), "{side} mm at an offset of {dark}: {:?}", reasons(&report));
            // A scanner that is said to subtract its dark level, and does not.
            let claimed =
                self::report(&[drawn.counts()], &stated(), with(Settings { dark: false, ..Settings::default() }));
            assert!(is_shielded(&claimed), "{side} mm at an offset of {dark}, claimed: {:?}", reasons(&claimed));
            ran += 1;
        }
    }
    assert_eq!(ran, 15);
}

#[test]
fn a_claim_of_no_offset_is_no_measurement() {
    // A quarter of a hundredth of air, which the noise cannot tell from a beam that hardly got through.
    let drawn = Drawn { dark: 130.0, ..Drawn::with_block(320.0) };
    let claim = Settings { dark: false, ..Settings::default() };
    let claimed = report(&[drawn.counts()], &stated(), with(claim));
    assert!(is_shielded(&claimed), "{:?}", reasons(&claimed));
    // Who truly subtracts it shows that.
    let mut thin = Drawn::box_of_goods();
    thin.put((403, 240, 40, 40), 0.02);
    let frame = Calibration { dark: Some(vec![Array2::zeros((444, 8))]), air: None };
    let measured = report(&[thin.counts()], &stated(), |line| line.calibration = frame);
    assert!(!is_shielded(&measured), "{:?}", reasons(&measured));
}

#[test]
fn noisy_detectors_do_not_make_a_beam() {
    for electronic in [4.0, 100.0, 400.0, 600.0] {
        let report = Drawn { electronic, ..Drawn::with_block(320.0) }.report();
        assert!(is_shielded(&report), "{electronic}: {:?}", reasons(&report));
        let clean = Drawn { electronic, ..Drawn::box_of_goods() }.report();
        assert!(!is_shielded(&clean), "{electronic}: {:?}", reasons(&clean));
    }
}

#[test]
fn a_claim_that_the_noise_bears_out_costs_nothing() {
    let mut drawn = Drawn::box_of_goods();
    // Dense, but the beam gets through.
    drawn.put((403, 240, 40, 40), 0.05);
    let report = report(&[drawn.counts()], &stated(), with(Settings { dark: false, ..Settings::default() }));
    assert!(!is_shielded(&report), "{:?}", reasons(&report));
    assert!(report.warnings.iter().all(|warning| warning.code != "dark_unknown"), "{:?}", report.warnings);
}

#[test]
fn a_hot_pixel_does_not_take_the_contrast_away() {
    let drawn = Drawn { air: 3800.0, noise: 0.01, ..Drawn::with_block(250.0) };
    let mut counts = drawn.counts().mapv(|count| 4095 - count.min(4095));
    let about = json!({"pixel_mm": MM, "doors": "right", "polarity": "air_dark"});
    let plain = report(std::slice::from_ref(&counts), &about, |_| {});
    assert!(is_shielded(&plain), "{:?}", reasons(&plain));
    counts[[5, 5]] = 65_535;
    let hot = report(std::slice::from_ref(&counts), &about, |_| {});
    assert_eq!((hot.verdict, hot.unseen), (plain.verdict, plain.unseen));
    // A full scale that is stated wrongly takes it away all the same; that is told.
    let mut wrong = about;
    wrong["full_scale"] = json!(65_535);
    let wrong = report(&[counts], &wrong, |_| {});
    assert!(reasons(&wrong).contains(&"little_contrast".to_owned()), "{:?}", reasons(&wrong));
}

#[test]
fn a_picture_cut_at_the_walls_is_not_turned_round_in_silence() {
    let mut ran = 0;
    for goods in [1.0, 0.5, 0.2, 0.05] {
        for inset in [0, 3] {
            let mut drawn = Drawn::with_block(400.0);
            let (x, y, width, height) = BOX;
            drawn.put((x + 30, y + 40, width - 60, 264), goods);
            drawn.put((x, y, width, 20), 0.3);
            drawn.cut((x + inset, y + inset, width - 2 * inset, height - 2 * inset));
            for flip in [false, true] {
                let counts = drawn.counts().mapv(|count| if flip { 65_535 - count } else { count });
                let report = report(&[counts], &json!({"pixel_mm": MM, "doors": "right"}), |_| {});
                let about = format!("goods {goods}, inset {inset}, flipped {flip}: {:?}", reasons(&report));
                assert_ne!(report.verdict, Verdict::Clear, "{about}");
                let steps = report.preparation.unwrap().steps;
                let found = &steps.iter().find(|step| step.name == "polarity").unwrap().found["polarity"];
                let right = *found == if flip { "air_dark" } else { "air_bright" };
                assert!(right || report.warnings.iter().any(|w| w.code == "polarity_guessed"), "{about}");
                ran += 1;
            }
        }
    }
    assert_eq!(ran, 16);
}

#[test]
fn planes_that_are_not_looked_at_are_not_clear_unless_they_are_further_energies() {
    let counts = Drawn::box_of_goods().counts();
    let mut second = Drawn::box_of_goods();
    second.put(BOX, 0.9);
    let four = vec![counts, second.counts(), Drawn::with_block(300.0).counts(), second.counts()];
    let views = report(&four, &stated(), |_| {});
    assert_eq!((views.verdict, reasons(&views)), (Verdict::Inconclusive, vec!["planes_unused".to_owned()]));
    let mut about = stated();
    about["energies_mv"] = json!([9, 4, 6]);
    let energies = report(&[four[0].clone(), four[1].clone(), four[1].clone()], &about, |_| {});
    assert!(energies.warnings.iter().any(|warning| warning.code == "energies_unused"), "{:?}", energies.warnings);
    assert_eq!((energies.verdict, reasons(&energies)), (Verdict::Clear, vec![]));
    // A plane that shows nothing at all is no second energy.
    let blank = Array2::from_shape_fn(four[0].dim(), |(r, c)| 50_000 + ((r + c) % 2) as u16);
    let blank = report(&[four[0].clone(), blank], &stated(), |_| {});
    assert!(reasons(&blank).contains(&"planes_differ".to_owned()), "{:?}", reasons(&blank));
}

#[test]
fn an_opaque_end_is_no_strip_whether_something_was_located_or_not() {
    let (_, y, _, height) = BOX;
    let mut left = Drawn::box_of_goods();
    left.put((0, 0, 300, 444), 0.0);
    let mut lower = Drawn::box_of_goods();
    lower.cut(BOX);
    lower.put((0, height - 100, lower.t.ncols(), 100), 0.0);
    let mut upper = Drawn::box_of_goods();
    upper.put((0, 0, 877, y + 60), 0.0);
    for (what, drawn) in [("left", left), ("lower", lower), ("upper", upper)] {
        for locate in [true, false] {
            let report = report(&[drawn.counts()], &stated(), |line| {
                line.prepare = Settings { locate, ..Settings::default() }.check().unwrap();
                let accept = ["no_air", "nothing_located"].map(str::to_owned).to_vec();
                line.judge = portray::judge::Settings { accept, ..Default::default() }.check().unwrap();
            });
            assert_ne!(report.verdict, Verdict::Clear, "{what}, locate {locate}");
            assert!(
                reasons(&report).contains(&"incomplete".to_owned()),
                "{what}, locate {locate}: {:?}",
                reasons(&report)
            );
        }
    }
}

#[test]
fn a_dead_module_is_not_measured_whatever_is_switched_off() {
    let counts = |level: u16| {
        let mut counts = Drawn::box_of_goods().counts();
        for ((r, c), count) in counts.slice_mut(s![220..258, ..]).indexed_iter_mut() {
            *count = level + ((r * 7919 + c * 104_729) % 9) as u16;
        }
        counts
    };
    for level in [20, 20_000, 40_000] {
        for dropouts in [true, false] {
            let report = report(&[counts(level)], &stated(), with(Settings { dropouts, ..Settings::default() }));
            let repaired = report.reasons.iter().any(|reason| reason.code == ReasonCode::Repaired);
            assert!(repaired, "{level}, dropouts {dropouts}: {:?}", reasons(&report));
        }
    }
}

#[test]
fn with_every_switch_off_nothing_that_was_not_seen_is_clear() {
    let off = Settings {
        trim: false,
        dark: false,
        air: false,
        drift: false,
        locate: false,
        dropouts: false,
        ratio: false,
        ..Settings::default()
    };
    for side in [150.0, 250.0] {
        for dark in [0.0, 1500.0] {
            let drawn = Drawn { air: 65_535.0 - dark, dark, ..Drawn::with_block(side) };
            let report = report(&[drawn.counts()], &stated(), with(off.clone()));
            assert!(is_shielded(&report), "{side} mm, offset {dark}: {:?}", reasons(&report));
        }
    }
}

#[test]
fn corrected_pictures_are_located_with_the_air_step_off() {
    // Air is at full scale, and that was measured.
    let drawn = Drawn { air: 65_000.0, noise: 0.003, ..Drawn::box_of_goods() };
    let settings = Settings { air: false, ..Settings::default() };
    let on = report(&[drawn.counts()], &stated(), |_| {});
    let off = report(&[drawn.counts()], &stated(), with(settings.clone()));
    assert_eq!((off.verdict, reasons(&off)), (Verdict::Clear, vec![]));
    assert_eq!(off.preparation.unwrap().crop_px, on.preparation.unwrap().crop_px);
    // Air at three quarters of it refutes the claim.
    let low = report(&[Drawn { air: 49_000.0, ..drawn }.counts()], &stated(), with(settings));
    assert!(reasons(&low).contains(&"no_air".to_owned()), "{:?}", reasons(&low));
}

#[test]
fn without_any_pixel_size_a_scan_is_not_clear_and_has_no_mass() {
    // No container's shape, and a load.
    let mut drawn = Drawn::box_of_goods();
    drawn.t.fill(1.0);
    drawn.put((200, 100, 300, 250), 0.6);
    drawn.put((330, 200, 40, 40), 0.3);
    let about = json!({"polarity": "air_bright", "doors": "right"});
    let unknown = report(&[drawn.counts()], &about, |_| {});
    assert!(reasons(&unknown).contains(&"pixel_size_unknown".to_owned()), "{:?}", reasons(&unknown));
    assert!(unknown.regions.iter().all(|region| region.mass.is_none()), "{:?}", unknown.regions);
    let known = report(&[drawn.counts()], &stated(), |_| {});
    assert!(!known.regions.is_empty() && known.regions.iter().all(|region| region.mass.is_some()));
    // A container's length is something to go by.
    let container = report(&[Drawn::box_of_goods().counts()], &about, |_| {});
    assert_eq!((container.verdict, reasons(&container)), (Verdict::Clear, vec![]));
}

#[test]
fn a_frame_of_another_level_counts_from_either_side() {
    let mut drawn = Drawn::box_of_goods();
    // Air at the left alone: the scan stopped, and no rows above or below are air.
    drawn.cut((0, 60, 700, 324));
    let counts = drawn.counts();
    let air = Array2::from_elem((324, 8), 62_500.0);
    let with_frame = |counts: Array2<u16>| {
        let calibration = Calibration { air: Some(vec![air.clone()]), dark: Some(vec![Array2::zeros((324, 8))]) };
        report(&[counts], &stated(), |line| line.calibration = calibration)
    };
    for report in [with_frame(counts.clone()), with_frame(mirrored(&counts))] {
        assert!(reasons(&report).contains(&"incomplete".to_owned()), "{:?}", reasons(&report));
        let steps = report.preparation.unwrap().steps;
        let drift = steps.iter().find(|step| step.name == "air").unwrap().found["drift_least"].as_f64().unwrap();
        assert!((drift - 0.8).abs() < 0.01, "{drift}");
    }
}

#[test]
fn mirror_images_have_mirrored_reports() {
    let mut drift = Drawn::with_block(200.0);
    let columns = drift.t.ncols();
    for (c, mut column) in drift.t.columns_mut().into_iter().enumerate() {
        column.mapv_inplace(|t| t * (1.0 - 0.1 * c as f32 / columns as f32));
    }
    let mut loaded = Drawn::box_of_goods();
    loaded.put((600, 200, 60, 60), 0.5);
    let mut stopped = Drawn::box_of_goods();
    stopped.cut((0, 0, 700, 444));
    let mut beside = Drawn::box_of_goods();
    beside.put((820, 200, 57, 180), 0.5);
    let mut ran = 0;
    for drawn in [Drawn::with_block(150.0), drift, loaded, stopped, beside] {
        let counts = drawn.counts();
        let (one, mut about) = (report(std::slice::from_ref(&counts), &stated(), |_| {}), stated());
        about["doors"] = json!("left");
        let other = report(&[mirrored(&counts)], &about, |_| {});
        assert_eq!((one.verdict, reasons(&one)), (other.verdict, reasons(&other)));
        let (a, b) = (one.preparation.unwrap(), other.preparation.unwrap());
        let columns = counts.ncols() as u32;
        // The model's map has cells of 20 mm, which begin at the crop's left.
        let near = |a: u32, b: u32| a.abs_diff(b) <= 5;
        assert!(near(a.crop_px.x, columns - b.crop_px.right()) && near(a.crop_px.width, b.crop_px.width));
        assert_eq!(one.regions.len(), other.regions.len());
        for (a, b) in one.regions.iter().zip(&other.regions) {
            assert_eq!(a.zone, b.zone);
            assert!(near(a.box_px.x, columns - b.box_px.right()) && near(a.box_px.y, b.box_px.y), "{a:?} {b:?}");
        }
        ran += 1;
    }
    assert_eq!(ran, 5);
}

#[test]
fn what_a_file_holds_beyond_what_was_told_is_not_clear() {
    let drawn = Drawn::with_block(300.0);
    let counts = drawn.counts();
    let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    // The sidecar's height is too small: what stands on the lower edge is whole, and the block lies below.
    let mut about = stated();
    about["raw"] = json!({"width": counts.ncols(), "height": 270, "type": "u16"});
    let frames = Calibration { dark: Some(vec![Array2::zeros((270, 8))]), air: None };
    let short = report_of("box.dat", &bytes, &about, |line| line.calibration = frames);
    assert_eq!((short.verdict, reasons(&short)), (Verdict::Inconclusive, vec!["trailing_bytes".to_owned()]));
}

#[test]
fn freight_beside_a_container_is_not_cropped_away() {
    let crated = |length: usize, height: usize| {
        let mut drawn = Drawn::box_of_goods();
        let t = std::mem::replace(&mut drawn.t, Array2::from_elem((500, 1800), 1.0));
        drawn.t.slice_mut(s![..444, ..877]).assign(&t);
        // One trailer, and wheels.
        drawn.put((60, 384, 1600, 30), 0.3);
        drawn.put((200, 414, 60, 60), 0.3);
        drawn.put((1400, 414, 60, 60), 0.3);
        drawn.put((840, 384 - height, length, height), 0.5);
        report(&[drawn.counts()], &stated(), |_| {})
    };
    // 6 m long and 0.95 m high; 3 m; a deck plate.
    for (length, height, several) in [(750, 119, true), (375, 119, false), (750, 30, false)] {
        let report = crated(length, height);
        let told = report.warnings.iter().any(|warning| warning.code == "several_containers");
        assert_eq!(told, several, "{length} {height}: {:?}", report.warnings);
        let prepared = report.preparation.unwrap();
        assert_eq!(prepared.located, if several { Located::Object } else { Located::Container });
        let outside = prepared.steps.iter().find(|step| step.name == "locate").unwrap().found["outside_share"].clone();
        assert_eq!(outside.as_f64().unwrap() > 0.02, !several, "{outside}");
    }
}
