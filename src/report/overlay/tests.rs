use super::super::colour::{FLAGGED, SHIELDED};
use super::super::wire::{ModelReport, RunSettings, ScanInfo};
use super::picture::Kind;
use super::*;
use crate::judge::{
    BoxMm, Concealment, Mass, MassMethod, Reason, ReasonCode, Region, UnseenArea, UnseenCause, Verdict, Zone,
};
use crate::prepare::{Frame, Located, PixelState};
use crate::scan::{End, LoadClass, PixelSize};
use ndarray::{Array2, s};

/// 5 m of air at 10 mm a pixel, on 2 m.
fn prepared() -> Prepared {
    Prepared {
        transmission: vec![],
        attenuation: vec![Array2::from_elem((200, 500), 0.05)],
        ratio: None,
        state: Array2::from_elem((200, 500), PixelState::Valid),
        energies_mv: vec![6.0],
        noise_floor: 0.001,
        frame: Frame {
            crop: BoxPx { x: 100, y: 50, width: 500, height: 200 },
            located: Located::Container,
            source_pixel: PixelSize { x: 10.0, y: 10.0 },
            pixel_sigma: 0.0,
            pixel: PixelSize { x: 10.0, y: 10.0 },
            doors: End::Right,
            doors_known: true,
        },
        steps: vec![],
        warnings: vec![],
    }
}

fn report(verdict: Verdict, reasons: &[(ReasonCode, &str)]) -> Report {
    let model = ModelReport::stand_in();
    let failed = Report::failed(ScanInfo::unread("a.tif"), Error::bug("none"), model, RunSettings::default());
    let reasons = reasons.iter().map(|&(code, message)| Reason { code, message: message.to_owned() }).collect();
    Report { verdict, reasons, error: None, score: Some(0.2), threshold: Some(0.5), ..failed }
}

const NOWHERE: BoxMm = BoxMm { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };

/// A place in source pixels: the crop begins at column 100, row 50.
fn unseen(x: u32, y: u32, width: u32, height: u32) -> UnseenArea {
    let box_px = BoxPx { x, y, width, height };
    UnseenArea { cause: UnseenCause::Shielded, box_px, box_mm: NOWHERE, area_mm2: 10_000.0, zone: Some(Zone::Load) }
}

fn region(x: u32, y: u32, shielded_share: f32) -> Region {
    let box_px = BoxPx { x, y, width: 30, height: 20 };
    let corner = |x, y| Point { x: x as f32, y: y as f32 };
    Region {
        box_px,
        box_mm: NOWHERE,
        polygons: vec![vec![corner(x, y), corner(x + 30, y), corner(x + 30, y + 20), corner(x, y + 20)]],
        area_mm2: 60_000.0,
        score: 0.9,
        mean_score: 0.8,
        p_value: None,
        zone: Some(Zone::DoorEnd),
        concealment: None,
        mass: Some(Mass {
            method: MassMethod::Surroundings,
            kg: 173.8,
            at_least: shielded_share > 0.01,
            sigma_kg: 72.6,
            extra_attenuation: 3.0,
            coefficient_cm2_g: 0.05,
            effective_mev: 2.0,
        }),
        material: None,
        shielded_share,
        label: None,
    }
}

fn decoded(report: &Report, prepared: &Prepared) -> RgbImage {
    let bytes = overlay_png(report, prepared, None).unwrap();
    image::load_from_memory(&bytes).unwrap().into_rgb8()
}

/// How many pixels of the rows are of a colour.
fn count(image: &RgbImage, rows: std::ops::Range<u32>, colour: image::Rgb<u8>) -> usize {
    image.enumerate_pixels().filter(|(_, y, pixel)| rows.contains(y) && **pixel == colour).count()
}

#[test]
fn the_picture_of_an_inconclusive_scan_says_why_and_marks_the_largest_place() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![100..120, 200..230]).fill(PixelState::Shielded);
    let reasons = [(ReasonCode::Shielded, "the beam did not get through 1 area"), (ReasonCode::Poor, "no_air: none")];
    let clear = decoded(&report(Verdict::Clear, &[]), &prepared);
    let mut inconclusive = report(Verdict::Inconclusive, &reasons);
    inconclusive.unseen = vec![unseen(300, 150, 30, 20)];
    let strip = captions::strip_height(2);
    let image = decoded(&inconclusive, &prepared);
    assert_eq!(image.height(), clear.height() + strip);
    let bright = |y| image.rows().nth(y as usize).unwrap().filter(|pixel| pixel.0[1] > 160).count();
    let words: usize = (captions::HEADER..captions::HEADER + strip).map(bright).sum();
    assert!(words > 200, "{words}");
    // The outline around the place, and the badge of its label.
    let scan = captions::HEADER + strip..captions::HEADER + strip + 200;
    assert!(count(&image, scan.clone(), SHIELDED) > 200, "{}", count(&image, scan, SHIELDED));
    // A score is in the header already, and many reasons do not push the scan out of the picture.
    assert_eq!(reason_lines(&report(Verdict::Flagged, &[(ReasonCode::Score, "score 0.9")]), 500), [""; 0]);
    let many = [(ReasonCode::Poor, "a warning of some length that goes on and on, beyond the width of the picture"); 9];
    let lines = reason_lines(&report(Verdict::Inconclusive, &many), 500);
    assert_eq!((lines.len(), lines[3].as_str()), (4, "... and more in the report"));
}

#[test]
fn a_label_says_how_the_load_is_hidden_where_the_model_tells() {
    let prepared = prepared();
    let mut flagged = report(Verdict::Flagged, &[]);
    flagged.regions = vec![region(200, 100, 0.0)];
    let text = |report: &Report| marks(&Canvas::of(200, 500), &prepared, report)[0].text.clone();
    assert_eq!(text(&flagged), "0.90 · 174 ± 73 kg · door end");
    flagged.regions[0].concealment = Some(Concealment { class: LoadClass::RipOff, probability: 0.8 });
    assert_eq!(text(&flagged), "0.90 · 174 ± 73 kg · door end · rip off");
}

#[test]
fn only_what_counts_is_hatched() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![100..120, 200..230]).fill(PixelState::Shielded);
    prepared.state.slice_mut(s![.., 300..301]).fill(PixelState::Shielded);
    prepared.state.slice_mut(s![150..156, 400..406]).fill(PixelState::Shielded);
    prepared.state.slice_mut(s![.., 40..41]).fill(PixelState::Repaired);
    let canvas = Canvas::of(200, 500);
    let at = |report: &Report, y: usize, x: usize| Kinds::of(&canvas, &prepared, report).at(y, x);
    let mut listed = report(Verdict::Inconclusive, &[(ReasonCode::Shielded, "1 area")]);
    listed.unseen = vec![unseen(300, 50, 101, 200)];
    assert_eq!(at(&listed, 110, 210), Kind::Counts);
    assert_eq!(at(&listed, 110, 300), Kind::Small, "a line of steel in the box of a place");
    assert_eq!(at(&listed, 153, 403), Kind::Small, "a place that is not listed");
    assert_eq!((at(&listed, 10, 40), at(&listed, 10, 10)), (Kind::Repaired, Kind::Plain));
    // What hides in a region, and where all of it together is too much, all of it.
    let hides = Report { regions: vec![region(490, 190, 0.1)], ..report(Verdict::Flagged, &[]) };
    assert_eq!((at(&hides, 153, 403), at(&hides, 110, 210)), (Kind::Counts, Kind::Small));
    let much = report(Verdict::Inconclusive, &[(ReasonCode::Shielded, "32 areas"), (ReasonCode::Shielded, "9 %")]);
    assert_eq!((at(&much, 153, 403), at(&much, 110, 300)), (Kind::Counts, Kind::Small));
}

#[test]
fn every_tint_is_in_the_legend_and_metres_stand_below_the_scan() {
    let map = |score| ScoreMap { cell: 1, scores: Array2::from_elem((200, 500), score) };
    let clear = report(Verdict::Clear, &[]);
    let picture = |map: Option<&ScoreMap>, prepared: &Prepared| {
        image::load_from_memory(&overlay_png(&clear, prepared, map).unwrap()).unwrap().into_rgb8()
    };
    let orange = |image: &RgbImage| {
        let legend = image.rows().skip((captions::HEADER + 200 + ruler::HEIGHT) as usize);
        legend.flatten().filter(|pixel| pixel.0[0].saturating_sub(pixel.0[2]) > 60).count()
    };
    let (plain, tinted) = (picture(None, &prepared()), picture(Some(&map(0.4)), &prepared()));
    assert_eq!(picture(Some(&map(0.2)), &prepared()), plain, "no tint, no legend of it");
    assert_eq!(orange(&plain), 0);
    assert!(orange(&tinted) > 100, "{}", orange(&tinted));
    // A tick every metre, of 100 columns; they count from the front.
    let row = captions::HEADER + 201;
    let ticks = |image: &RgbImage| {
        (0..500).filter(|&x| *image.get_pixel(x, row) == super::super::colour::MUTED).collect::<Vec<u32>>()
    };
    assert_eq!(ticks(&plain), [0, 100, 200, 300, 400]);
    let mut turned = prepared();
    turned.frame.doors = End::Left;
    assert_eq!(ticks(&picture(None, &turned)), [99, 199, 299, 399, 499]);
    // A name in another script is not lost.
    let named = |name: &str| {
        let report = Report { scan: ScanInfo::unread(name), ..report(Verdict::Clear, &[]) };
        overlay_png(&report, &prepared(), None).unwrap()
    };
    assert_eq!(named("コンテナ.dcs"), named("kontena.dcs"));
}

#[test]
fn labels_say_the_uncertainty_and_the_zone() {
    let mut found = report(Verdict::Flagged, &[]);
    found.regions = vec![region(300, 100, 0.3), region(350, 100, 0.0)];
    found.regions[1].mass = None;
    found.regions[1].label = Some("car".to_owned());
    let texts: Vec<String> =
        marks(&Canvas::of(200, 500), &prepared(), &found).into_iter().map(|mark| mark.text).collect();
    assert_eq!(texts, ["0.90 · over 174 ± 73 kg · door end", "0.90 · door end · car"]);
    let image = decoded(&found, &prepared());
    assert!(count(&image, captions::HEADER..captions::HEADER + 200, FLAGGED) > 200);
    let unsure = Report { unseen: vec![unseen(300, 150, 30, 20)], ..report(Verdict::Inconclusive, &[]) };
    assert_eq!(marks(&Canvas::of(200, 500), &prepared(), &unsure)[0].text, "not penetrated · 0.01 m2 · load");
}

#[test]
fn no_scan_makes_a_picture_beyond_both_limits() {
    for (rows, columns) in [(3_900_000, 16), (16, 3_900_000), (620, 2801), (1, 1), (64_000_000, 1), (8000, 8000)] {
        let canvas = Canvas::of(rows, columns);
        let image = canvas.blank(30).unwrap();
        assert!(image.width() <= WIDEST && image.height() <= TALLEST + canvas.top + 30, "{rows} x {columns}");
        assert!(image.width() >= NARROWEST && canvas.size.0 >= 1 && canvas.size.1 >= 1);
    }
    let usual = Canvas::of(620, 2801);
    assert_eq!((usual.size, usual.width), ((1600, 354), 1600));
}

#[test]
fn pictures_carry_the_mark_that_keeps_them_from_being_scanned() {
    let bytes = encoded(&RgbImage::from_pixel(3, 2, INK)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.overlay.png"), &bytes).unwrap();
    let found = crate::source::discover(&[folder.path().display().to_string()], None, None);
    assert_eq!(found.ignored[0].reason, "overlay that portray drew");
}
