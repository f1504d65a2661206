//! What was not seen must not look measured: unknown dark levels, scans that stop.

use super::super::scenes::{Scene, Slab, paint};
use super::super::{Calibration, PixelState, Prepared, Settings, Target, prepare};
use crate::scan::{BoxPx, Polarity, Scan};

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
    assert_eq!(shielded_there(&prepared(&Scene::empty_box().scan(Polarity::AirBright))), 0);
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
