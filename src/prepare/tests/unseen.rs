//! What was not seen must not look measured: unknown dark levels, scans that stop.

use super::super::scenes::{Scene, Slab, paint};
use super::super::{Calibration, Located, PixelState, Prepared, Settings, Target, prepare};
use crate::scan::{BoxPx, Polarity, Samples, Scan};

/// A box with something that nothing gets through.
fn opaque(dark: f32) -> Scene {
    let area = BoxPx { x: 700, y: 150, width: 160, height: 160 };
    Scene { dark, slabs: vec![Slab { area, attenuation: 12.0, ratio: 1.2 }], ..Scene::empty_box() }
}

fn prepared(scan: &Scan) -> Prepared {
    prepare(scan, Target::all(8.0), &Settings::default().check().unwrap(), &Calibration::default()).unwrap()
}

fn shielded_there(prepared: &Prepared) -> usize {
    prepared.state.iter().filter(|&&state| state == PixelState::Shielded).count()
}

#[test]
fn an_opaque_block_on_an_unknown_offset_is_shielded_all_the_same() {
    for dark in [0.0, 300.0, 1500.0] {
        let prepared = prepared(&opaque(dark).scan(Polarity::AirBright));
        let found = shielded_there(&prepared);
        assert!((23_000..28_000).contains(&found), "offset {dark}: {found} of 25600 pixels");
        let warned = prepared.warnings.iter().any(|warning| warning.code == "dark_unknown");
        assert_eq!(warned, dark > 0.0, "offset {dark}");
    }
    // A known dark level needs no such caution, and a picture without anything dense is not made to hold some.
    let strip = prepared(&Scene { black_strip: 12, ..opaque(1500.0) }.scan(Polarity::AirBright));
    assert!(!strip.warnings.iter().any(|warning| warning.code == "dark_unknown"), "{:?}", strip.warnings);
    assert!((23_000..28_000).contains(&shielded_there(&strip)));
    // Nor does one at a side, before the source was on or after it went off.
    for off in [(12, 0), (0, 40), (7, 9)] {
        let sides = prepared(&Scene { off, ..opaque(1500.0) }.scan(Polarity::AirBright));
        assert_eq!(super::codes(&sides), [""; 0], "{off:?}");
        let level = super::step(&sides, "dark").found["level"].as_f64().unwrap();
        assert!((level - 1500.0).abs() < 2.0, "{off:?}: {level}");
        assert!((23_000..28_000).contains(&shielded_there(&sides)), "{off:?}");
    }
    assert_eq!(shielded_there(&prepared(&Scene::empty_box().scan(Polarity::AirBright))), 0);
}

#[test]
fn dead_pixels_rows_and_columns_do_not_pass_for_the_dark_level() {
    let whole = opaque(1500.0).scan(Polarity::AirBright);
    let expected = shielded_there(&prepared(&whole));
    let (height, width) = whole.planes[0].samples.dim();
    let (height, width) = (height as u32, width as u32);
    let faults: [(&str, Vec<BoxPx>); 6] = [
        ("rows", vec![BoxPx { x: 0, y: 200, width, height: 3 }]),
        ("columns", vec![BoxPx { x: 700, y: 0, width: 6, height }]),
        ("left edge", vec![BoxPx { x: 0, y: 0, width: 40, height }]),
        ("lower edge", vec![BoxPx { x: 0, y: height - 12, width, height: 12 }]),
        ("right edge", vec![BoxPx { x: width - 12, y: 0, width: 12, height }]),
        (
            "pixels",
            (0..4000u32).map(|n| BoxPx { x: n * 7919 % width, y: n * 104_729 % height, width: 1, height: 1 }).collect(),
        ),
    ];
    for (what, places) in faults {
        let mut scan = whole.clone();
        for place in places {
            paint(&mut scan, 0, place, 0);
        }
        let found = shielded_there(&prepared(&scan));
        assert!(found as f32 > 0.9 * expected as f32, "dead {what}: {found} of {expected} pixels");
    }
}

#[test]
fn a_small_opaque_place_is_shielded_beside_dead_columns_too() {
    for dead in [0, 6] {
        for (x, y) in [(700, 200), (705, 203), (709, 211)] {
            let area = BoxPx { x, y, width: 15, height: 15 };
            let scene = Scene { slabs: vec![Slab { area, attenuation: 12.0, ratio: 1.2 }], ..opaque(1500.0) };
            let mut scan = scene.scan(Polarity::AirBright);
            paint(&mut scan, 0, BoxPx { x: 900, y: 0, width: dead, height: 444 }, 0);
            let prepared = prepared(&scan);
            assert!(super::codes(&prepared).contains(&"dark_unknown"), "{x} {y} {dead}");
            let crop = prepared.frame.crop;
            let (r, c) = ((y - crop.y) as usize, (x - crop.x) as usize);
            let place = prepared.state.slice(ndarray::s![r..r + 15, c..c + 15]);
            assert!(place.iter().all(|&state| state == PixelState::Shielded), "{x} {y} {dead}");
        }
    }
}

#[test]
fn an_offset_of_more_than_a_twentieth_of_air_is_no_penetrated_cargo() {
    let clear = |scene: &Scene| {
        let prepared = prepared(&scene.scan(Polarity::AirBright));
        assert_eq!(prepared.frame.located, Located::Container, "{:?}", prepared.steps);
        (super::codes(&prepared) == [""; 0], shielded_there(&prepared))
    };
    // A twentieth to a quarter of air.
    for dark in [2_600.0, 4_000.0, 8_000.0, 12_000.0] {
        let (clear, found) = clear(&opaque(dark));
        assert!(!clear && (23_000..28_000).contains(&found), "offset {dark}: {found} of 25600 pixels");
    }
    // Goods that let as much through are seen, whatever they are: even, dense, large, at every level.
    for attenuation in [3.0, 2.5, 2.0, 1.5, 1.0] {
        for size in [40, 160, 260] {
            let area = BoxPx { x: 700, y: 80, width: 2 * size, height: size };
            let goods = Scene { slabs: vec![Slab { area, attenuation, ratio: 1.2 }], ..Scene::empty_box() };
            assert_eq!(clear(&goods), (true, 0), "attenuation {attenuation}, {size} pixels");
        }
    }
}

#[test]
fn a_strip_that_lies_under_the_offset_of_the_picture_is_not_believed() {
    // Dead columns at the edge with a little noise of their own, where the detectors' offset is 4000 counts.
    let whole = opaque(4_000.0).scan(Polarity::AirBright);
    let mut scan = whole.clone();
    let Samples::U16(counts) = &mut scan.planes[0].samples else { panic!() };
    for ((r, c), v) in counts.slice_mut(ndarray::s![.., ..20]).indexed_iter_mut() {
        *v = ((r * 7919 + c * 104_729) % 9) as u16;
    }
    let prepared = prepared(&scan);
    assert_eq!(super::step(&prepared, "dark").found["from"], "strip");
    assert_eq!(super::codes(&prepared), ["dark_unknown"]);
    assert!((23_000..28_000).contains(&shielded_there(&prepared)), "{}", shielded_there(&prepared));
}

#[test]
fn a_dead_module_does_not_pass_for_the_darkest() {
    let mut scan = opaque(1500.0).scan(Polarity::AirBright);
    let expected = shielded_there(&prepared(&scan));
    paint(&mut scan, 0, BoxPx { x: 0, y: 330, width: 1724, height: 40 }, 20);
    let found = shielded_there(&prepared(&scan));
    assert!(found as f32 > 0.9 * expected as f32, "{found} of {expected} pixels");
}

#[test]
fn a_scan_that_stops_inside_its_container_is_incomplete() {
    let incomplete = |scan: &Scan| prepared(scan).warnings.iter().any(|warning| warning.code == "incomplete");
    let whole = Scene::empty_box().scan(Polarity::AirBright);
    assert!(!incomplete(&whole));
    // The beam went off; the line buffer repeated itself; black columns beside the air are a margin and no fault.
    for (columns, value, expected) in [(1200..1724, 0, true), (1200..1724, 21_000, true), (1700..1724, 0, false)] {
        let mut scan = whole.clone();
        let area = BoxPx { x: columns.start, y: 0, width: columns.end - columns.start, height: 444 };
        paint(&mut scan, 0, area, value);
        assert_eq!(incomplete(&scan), expected, "{columns:?} {value}");
    }
}

/// Walls, posts, roof and floor of a box.
fn boxed(area: BoxPx) -> [Slab; 5] {
    let slab = |x, y, width, height, attenuation| Slab { area: BoxPx { x, y, width, height }, attenuation, ratio: 1.2 };
    [
        slab(area.x, area.y, area.width, area.height, 0.1),
        slab(area.x, area.y, area.width, 8, 0.4),
        slab(area.x, area.bottom() - 20, area.width, 20, 0.9),
        slab(area.x, area.y, 20, area.height, 0.5),
        slab(area.right() - 20, area.y, 20, area.height, 0.5),
    ]
}

#[test]
fn a_second_container_of_another_size_is_not_cropped_away() {
    let forty = Scene::empty_box().container.unwrap();
    // 40 and 20 ft of one height; two of 20 ft, 8 ft 6 in and 9 ft 6 in; one on top of another.
    let twenty = BoxPx { x: 1700, width: 757, ..forty };
    let high = BoxPx { x: 1000, y: 60, width: 757, height: 362 };
    let low = BoxPx { x: 100, y: 98, width: 757, height: 324 };
    let under = BoxPx { y: 387, ..forty };
    for (first, second) in [(forty, twenty), (high, low), (low, high), (forty, under)] {
        let whole = first.union(&second);
        let mut scene = Scene::empty_box();
        (scene.width, scene.height, scene.container) = (whole.right() + 100, whole.bottom() + 60, None);
        scene.slabs.extend(boxed(first).into_iter().chain(boxed(second)));
        // Something to stand on, under a part of it.
        let foot = BoxPx { x: second.x + 20, y: second.bottom() - 1, width: second.width / 4, height: 30 };
        scene.slabs.push(Slab { area: foot, attenuation: 1.0, ratio: 1.2 });
        let whole = whole.union(&foot);
        let prepared = prepared(&scene.scan(Polarity::AirBright));
        let about = format!("{first:?} {second:?}: {:?}", prepared.steps);
        assert_eq!(prepared.frame.located, Located::Object, "{about}");
        super::near(prepared.frame.crop, whole, 3);
        assert_eq!(super::codes(&prepared), ["several_containers"], "{about}");
    }
}

#[test]
fn a_scan_that_stops_at_its_edge_is_incomplete() {
    let scene = Scene::empty_box();
    let whole = scene.scan(Polarity::AirBright);
    let cut = |rows: std::ops::Range<i32>, columns: std::ops::Range<i32>| {
        let mut scan = whole.clone();
        let Samples::U16(counts) = &mut scan.planes[0].samples else { panic!() };
        *counts = counts.slice(ndarray::s![rows, columns]).to_owned();
        super::codes(&prepared(&scan)).contains(&"incomplete")
    };
    assert!(!cut(0..444, 0..1724));
    // The box is at columns 100 to 1624 and rows 60 to 384; at 857 it is as long as one of 20 ft.
    for columns in [0..1000, 0..857, 900..1724, 400..1200] {
        assert!(cut(0..444, columns.clone()), "{columns:?}");
    }
    assert!(cut(150..444, 0..1724), "the roof is missing");
    assert!(!cut(0..384, 0..1724), "it stands on the lower edge");
    assert!(!cut(0..444, 100..1624), "cut out of a larger picture");
}

#[test]
fn rows_that_are_lost_at_the_top_or_bottom_make_a_scan_incomplete() {
    let whole = Scene::empty_box().scan(Polarity::AirBright);
    for (rows, expected) in [(0..150, true), (300..444, true), (440..444, false), (420..444, false)] {
        let mut scan = whole.clone();
        paint(&mut scan, 0, BoxPx { x: 0, y: rows.start, width: 1724, height: rows.end - rows.start }, 0);
        let found = super::codes(&prepared(&scan)).contains(&"incomplete");
        assert_eq!(found, expected, "{rows:?}");
    }
}

#[test]
fn a_dead_detector_module_is_repaired_and_never_air() {
    let mut scene = Scene::empty_box();
    (scene.height, scene.container) = (844, Some(BoxPx { x: 100, y: 260, width: 1524, height: 324 }));
    scene.slabs.push(Slab { area: BoxPx { x: 700, y: 400, width: 100, height: 30 }, attenuation: 2.0, ratio: 1.1 });
    let whole = scene.scan(Polarity::AirBright);
    // Dark, at a third and at four fifths of the air level, with and without noise; 32 rows and 96.
    for (level, noise, rows) in
        [(25, 4, 32), (0, 0, 32), (16_000, 6, 32), (38_000, 30, 32), (25, 4, 96), (38_000, 0, 96)]
    {
        let mut scan = whole.clone();
        let Samples::U16(counts) = &mut scan.planes[0].samples else { panic!() };
        for ((r, c), v) in counts.slice_mut(ndarray::s![400..400 + rows, ..]).indexed_iter_mut() {
            *v = level + ((r * 7919 + c * 104_729) % (2 * noise + 1)) as u16;
        }
        let prepared = prepared(&scan);
        let about = format!("{level} {noise} {rows}: {:?}", prepared.steps);
        assert_eq!(prepared.frame.located, Located::Container, "{about}");
        super::near(prepared.frame.crop, scene.container.unwrap(), 2);
        let expected: Vec<usize> = (400..400 + rows).take(64).collect();
        assert_eq!(super::step(&prepared, "dropouts").found["rows_px"], serde_json::json!(expected), "{about}");
        let first = 400 - prepared.frame.crop.y as usize;
        let state = prepared.state.slice(ndarray::s![first..first + rows, ..]);
        assert!(state.iter().all(|&state| state == PixelState::Repaired), "{about}");
    }
}

#[test]
fn a_fan_beams_tall_containers_are_containers() {
    let located = |height: f32, chassis: bool| {
        let mut scene = Scene::empty_box();
        let container = BoxPx { x: 440, y: 60, width: 1524, height: (height / 8.0) as u32 };
        (scene.width, scene.height, scene.chassis) =
            (2100, container.bottom() + if chassis { 180 } else { 60 }, chassis);
        scene.container = Some(container);
        let prepared = prepared(&scene.scan(Polarity::AirBright));
        if prepared.frame.located == Located::Container {
            super::near(prepared.frame.crop, container, 2);
        }
        prepared.frame.located
    };
    // Heights of 8 ft, 8 ft 6 in and 9 ft 6 in, enlarged by up to 1.4.
    for height in [2438.0, 2591.0, 2760.0, 2896.0, 3200.0, 3498.0, 3900.0] {
        assert_eq!(located(height, false), Located::Container, "{height}");
    }
    for height in [2000.0, 4300.0] {
        assert_eq!(located(height, false), Located::Object, "{height}");
    }
    for height in [2591.0, 2896.0, 3100.0, 3498.0, 3900.0] {
        assert_eq!(located(height, true), Located::Container, "{height}");
    }
}

#[test]
fn values_that_are_no_number_are_no_air_in_either_polarity() {
    let scene = Scene::empty_box();
    let (roof, floor) =
        (BoxPx { x: 0, y: 50, width: 1724, height: 20 }, BoxPx { x: 0, y: 370, width: 1724, height: 20 });
    let wall = BoxPx { x: 1590, y: 0, width: 60, height: 444 };
    let mut ran = 0;
    for polarity in [Polarity::AirBright, Polarity::AirDark] {
        for lost in [roof, floor, wall] {
            let mut scan = scene.scan(polarity);
            scan.metadata.polarity = Some(polarity);
            let mut values = scan.planes[0].samples.to_f32();
            let (rows, columns) = (lost.y as usize..lost.bottom() as usize, lost.x as usize..lost.right() as usize);
            values.slice_mut(ndarray::s![rows.clone(), columns.clone()]).fill(f32::NAN);
            scan.planes[0].samples = Samples::F32(values);
            let prepared = prepared(&scan);
            let (crop, container) = (prepared.frame.crop, scene.container.unwrap());
            let about = format!("{polarity:?} {lost:?}: {crop:?}");
            assert!(crop.x <= container.x + 2 && crop.right() + 2 >= container.right(), "{about}");
            assert!(crop.y <= container.y + 2 && crop.bottom() + 2 >= container.bottom(), "{about}");
            let within = lost.intersection(&container).unwrap();
            let (y, x) = ((within.y - crop.y) as usize, (within.x - crop.x) as usize);
            let place = ndarray::s![y..y + within.height as usize, x..x + within.width as usize];
            assert!(prepared.state.slice(place).iter().all(|&state| state == PixelState::Repaired), "{about}");
            ran += 1;
        }
    }
    assert_eq!(ran, 6);
}
