//! Pieces of a picture that nobody measured: filled, frozen, saturated, damaged or cut off.

use crate::drawn::{BOX, Drawn, MM, Place, is_shielded, reasons, report, report_of, stated};
use image::{ExtendedColorType, ImageEncoder as _, codecs::jpeg::JpegEncoder};
use ndarray::{Array2, s};
use portray::judge::{ReasonCode, Verdict};
use portray::prepare::Located;
use portray::report::Report;
use serde_json::json;

/// What is said of these counts.
fn said(counts: Array2<u16>) -> Report {
    report(&[counts], &stated(), |_| {})
}

/// Whether a report says that a place was filled.
fn is_repaired(report: &Report) -> bool {
    report.reasons.iter().any(|reason| reason.code == ReasonCode::Repaired)
}

/// Sets rows and columns to one value.
fn filled(place: Place, value: u16) -> Array2<u16> {
    let mut counts = Drawn::with_block(320.0).counts();
    let (x, y, width, height) = place;
    counts.slice_mut(s![y..y + height, x..x + width]).fill(value);
    counts
}

/// A box in the given place at 5 mm a pixel, with goods and air around.
fn fine((rows, columns): (usize, usize), place: Place) -> Drawn {
    let mut drawn = Drawn { t: Array2::from_elem((rows, columns), 1.0), ..Drawn::box_of_goods() };
    drawn.put_box(place);
    drawn
}

/// A 20-ft box at rows 100 to 618.
const FINE: ((usize, usize), Place) = ((700, 1400), (90, 100, 1212, 518));

/// What is said of counts at 5 mm a pixel.
fn said_fine(counts: Array2<u16>) -> Report {
    let mut about = stated();
    about["pixel_mm"] = json!(5.0);
    report(&[counts], &about, |_| {})
}

#[test]
fn half_a_picture_of_one_value_is_no_air() {
    for value in [20_000, 32_768, 48_000] {
        for from in [160, 200, 260] {
            let report = said(filled((0, from, 877, 444 - from), value));
            assert_ne!(report.verdict, Verdict::Clear, "{value} from row {from}: {:?}", report.warnings);
            // With lines of its own below, or not.
            let inside = said(filled((0, from, 877, 400 - from), value));
            assert_ne!(inside.verdict, Verdict::Clear, "{value} from row {from} to 400: {:?}", inside.warnings);
        }
    }
    // Drawn pictures without noise are what they seem.
    let drawn = Drawn { noise: 0.0, electronic: 0.0, ..Drawn::box_of_goods() }.report();
    assert_eq!((drawn.verdict, reasons(&drawn)), (Verdict::Clear, vec![]), "{:?}", drawn.preparation);
}

#[test]
fn damaged_jpeg_data_are_never_clear() {
    let grey = Drawn::with_block(320.0).counts().mapv(|count| (count / 257) as u8);
    let mut bytes = Vec::new();
    let (rows, columns) = grey.dim();
    JpegEncoder::new_with_quality(&mut bytes, 92)
        .write_image(grey.as_slice().unwrap(), columns as u32, rows as u32, ExtendedColorType::L8)
        .unwrap();
    let verdict = |bytes: &[u8]| report_of("box.jpg", bytes, &stated(), |_| {}).verdict;
    assert_ne!(verdict(&bytes), Verdict::Failed);
    let mut ran = 0;
    for share in (10..90).step_by(4) {
        let at = bytes.len() * share / 100;
        assert_eq!(verdict(&[&bytes[..at], &[0xff, 0xd9]].concat()), Verdict::Failed, "cut at {share} %");
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        assert_ne!(verdict(&flipped), Verdict::Clear, "a bit at {share} %");
        let mut zeroed = bytes.clone();
        zeroed[at..at + 50].fill(0);
        assert_ne!(verdict(&zeroed), Verdict::Clear, "50 bytes at {share} %");
        ran += 1;
    }
    assert_eq!(ran, 20);
}

#[test]
fn what_lies_on_the_roof_at_one_end_does_not_crop_it_away() {
    let forty = (100, 100, 2438, 518);
    for (long, high) in [(900, 100), (900, 400), (300, 100)] {
        for mirrored in [false, true] {
            let mut drawn = fine((700, 2640), forty);
            let (wide, tall) = (long / 5, high / 5);
            drawn.put((100 + 2438 - wide, 100 - tall, wide, tall), 0.3);
            drawn.put((100 + 2438 - 90, 300, 60, 60), 0.0);
            let counts = drawn.counts();
            let report = said_fine(if mirrored { counts.slice(s![.., ..;-1]).to_owned() } else { counts });
            let crop = report.preparation.as_ref().unwrap().crop_px;
            assert!(crop.width >= 2430, "{long} x {high} mm: {crop:?}");
            assert!(is_shielded(&report), "{long} x {high} mm: {:?}", reasons(&report));
        }
    }
}

#[test]
fn a_length_that_is_off_is_not_clear() {
    let counts = Drawn::box_of_goods().counts();
    let kept: Vec<usize> = (0..400).chain(450..877).collect();
    let report = said(counts.select(ndarray::Axis(1), &kept));
    assert_eq!((report.verdict, reasons(&report)), (Verdict::Inconclusive, vec!["length_off".to_owned()]));
}

#[test]
fn modules_at_full_scale_or_without_counts_are_repaired_wherever_they_are() {
    let (size, place) = FINE;
    let whole = fine(size, place).counts();
    let mut ran = 0;
    for value in [25, 65_535] {
        for rows in [92..124, 104..126, 300..332, 586..618, 594..616] {
            let mut counts = whole.clone();
            for ((r, c), count) in counts.slice_mut(s![rows.clone(), ..]).indexed_iter_mut() {
                *count = if value < 100 { value + ((r * 7919 + c * 104_729) % 9) as u16 } else { value };
            }
            let report = said_fine(counts);
            assert!(is_repaired(&report), "{value} in {rows:?}: {:?}", report.preparation.unwrap().crop_px);
            ran += 1;
        }
    }
    assert_eq!(ran, 10);
    // In something that is no container, at full scale and standing still near the level of air.
    for level in [65_535, 44_000] {
        let mut drawn = Drawn::box_of_goods();
        drawn.t.fill(1.0);
        drawn.put((100, 100, 600, 250), 0.5);
        let mut counts = drawn.counts();
        for ((r, c), count) in counts.slice_mut(s![200..232, ..]).indexed_iter_mut() {
            *count = if level < 65_535 { level + ((r * 7919 + c * 104_729) % 121) as u16 } else { level };
        }
        assert!(is_repaired(&said(counts)), "{level}");
    }
    // Air between what hangs over and what stands under it was measured.
    let mut drawn = Drawn::box_of_goods();
    drawn.t.fill(1.0);
    drawn.put((100, 200, 600, 150), 0.5);
    drawn.put((120, 100, 150, 40), 0.5);
    assert!(!is_repaired(&said(drawn.counts())));
}

#[test]
fn patches_and_lines_that_repeat_are_repaired() {
    let whole = Drawn::with_block(50.0).counts();
    let places: [(&str, Place, u16); 4] = [
        ("a patch", (300, 200, 200, 180), 20_000),
        ("a patch like air", (300, 200, 200, 180), 50_000),
        ("a strip of goods", (300, 250, 300, 32), 20_000),
        ("a strip at full scale", (300, 250, 300, 32), 65_535),
    ];
    for (what, place, value) in places {
        assert!(is_repaired(&said(filled(place, value))), "{what}");
    }
    let mut columns = whole.clone();
    let mut rows = whole.clone();
    let (column, row) = (whole.column(499).to_owned(), whole.row(199).to_owned());
    (500..560).for_each(|c| columns.column_mut(c).assign(&column));
    (200..230).for_each(|r| rows.row_mut(r).assign(&row));
    assert!(is_repaired(&said(columns)), "columns");
    assert!(is_repaired(&said(rows)), "rows");
    // At the roof line.
    let mut roof = whole.clone();
    let row = whole.row(49).to_owned();
    (50..80).for_each(|r| roof.row_mut(r).assign(&row));
    assert!(is_repaired(&said(roof)), "roof");
    // A picture enlarged by its pixels has every line twice; it was measured.
    let goods = Drawn::box_of_goods().counts();
    let enlarged = Array2::from_shape_fn((888, 1754), |(r, c)| goods[[r / 2, c / 2]]);
    let mut about = stated();
    about["pixel_mm"] = json!(MM / 2.0);
    let enlarged = report(&[enlarged], &about, |_| {});
    assert_eq!((enlarged.verdict, reasons(&enlarged)), (Verdict::Clear, vec![]));
}

#[test]
fn a_pixel_size_that_is_far_too_small_is_doubted() {
    let counts = Drawn::with_block(320.0).counts();
    for (stated_mm, doubted) in [(0.8, true), (2.0, true), (4.0, true), (8.0, false)] {
        let mut about = stated();
        about["pixel_mm"] = json!(stated_mm);
        let report = report(std::slice::from_ref(&counts), &about, |_| {});
        assert_ne!(report.verdict, Verdict::Clear, "{stated_mm}");
        let told = report.warnings.iter().any(|warning| warning.code == "pixel_size_doubtful");
        assert_eq!(told, doubted, "{stated_mm}: {:?}", report.warnings);
    }
    // A vehicle may be of any length, and may have a container's sides.
    let mut drawn = Drawn::box_of_goods();
    drawn.t.fill(1.0);
    drawn.put((200, 280, 440, 140), 0.6);
    drawn.put((360, 236, 280, 180), 0.6);
    let report = drawn.report();
    assert!(reasons(&report).is_empty(), "{:?}", reasons(&report));
}

#[test]
fn a_white_border_does_not_hide_a_cut() {
    let whole = Drawn::box_of_goods().counts();
    for wide in [2, 4, 6, 10] {
        let mut cut = whole.slice(s![.., ..700]).to_owned();
        cut.slice_mut(s![.., 700 - wide..]).fill(65_535);
        assert!(reasons(&said(cut)).contains(&"incomplete".to_owned()), "{wide}");
        // Around a whole picture it is nothing.
        let mut framed = whole.clone();
        framed.slice_mut(s![..wide / 2, ..]).fill(65_535);
        framed.slice_mut(s![444 - wide / 2.., ..]).fill(65_535);
        framed.slice_mut(s![.., ..wide]).fill(65_535);
        framed.slice_mut(s![.., 877 - wide..]).fill(65_535);
        let framed = said(framed);
        assert_eq!((framed.verdict, reasons(&framed)), (Verdict::Clear, vec![]), "{wide}");
    }
    // Saturated air close beside the load is no border.
    let mut saturated = Drawn { air: 65_535.0, noise: 0.001, ..Drawn::box_of_goods() };
    saturated.cut((50, 0, 777, 444));
    let report = report(&[saturated.counts()], &stated(), |_| {});
    assert!(!reasons(&report).contains(&"incomplete".to_owned()), "{:?}", reasons(&report));
}

#[test]
fn without_noise_dense_goods_are_not_taken_for_dark_air_in_silence() {
    let mut drawn = Drawn { air: 250.0, electronic: 0.0, ..Drawn::box_of_goods() };
    drawn.t.fill(0.08);
    drawn.t.slice_mut(s![150..300, 300..600]).fill(0.6);
    drawn.t.slice_mut(s![200..230, 400..430]).fill(0.0);
    let bytes: Vec<u8> = drawn.counts().iter().map(|count| *count as u8).collect();
    let about = json!({"pixel_mm": MM, "raw": {"width": 877, "height": 444, "type": "u8"}});
    let report = report_of("box.dat", &bytes, &about, |_| {});
    assert!(reasons(&report).contains(&"polarity_guessed".to_owned()), "{:?}", reasons(&report));
}

#[test]
fn a_container_that_is_cut_at_the_lower_edge_is_incomplete() {
    let (rows, columns) = (60 + 579, 2640);
    let drawn = fine((rows, columns), (100, 60, 2438, 579));
    let whole = said_fine(drawn.counts());
    assert_eq!((whole.verdict, reasons(&whole)), (Verdict::Clear, vec![]));
    let cut = said_fine(drawn.counts().slice(s![..rows - 80, ..]).to_owned());
    assert_eq!((cut.verdict, reasons(&cut)), (Verdict::Inconclusive, vec!["incomplete".to_owned()]));
}

#[test]
fn a_vehicle_on_wheels_before_detectors_without_beam_is_whole() {
    let mut drawn = Drawn::box_of_goods();
    drawn.t.fill(1.0);
    let (x, y, _, _) = BOX;
    drawn.put((x, y + 100, 300, 200), 0.6);
    drawn.put((x + 320, y + 40, 400, 260), 0.5);
    drawn.put((x + 20, 340, 600, 30), 0.5);
    for wheel in [100, 500, 600] {
        drawn.put((wheel, 350, 90, 70), 0.3);
    }
    // The ground is the strip's upper edge.
    drawn.put((0, 420, 877, 24), 0.0);
    let report = Drawn { dark: 300.0, ..drawn }.report();
    assert!(!reasons(&report).contains(&"incomplete".to_owned()), "{:?}", reasons(&report));
    assert_eq!(report.preparation.unwrap().located, Located::Object);
}
