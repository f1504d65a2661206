//! What is outlined: regions, and the largest place that kept a scan from being decided.

use super::super::colour::{FLAGGED, INK, SHIELDED, mix};
use super::super::text::drawable;
use super::super::wire::Report;
use super::super::words::{class_words, mass_words};
use super::{Bounds, Canvas};
use crate::judge::{Region, UnseenArea, UnseenCause, Verdict};
use crate::prepare::Prepared;
use image::{Rgb, RgbImage};

/// Half the width of a line in pixels.
const CORE: f32 = 1.1;
/// The same with the dark rim that lets it be seen on air and on steel.
const RIM: f32 = 2.4;

/// An outline and what its label says.
pub(super) struct Mark {
    pub(super) outlines: Vec<Vec<(f32, f32)>>,
    pub(super) bounds: Bounds,
    pub(super) colour: Rgb<u8>,
    /// The short form of the label: the region's number.
    pub(super) badge: String,
    /// The rest of it.
    pub(super) text: String,
}

/// The marks of a report; the first ones have the first choice of where their labels go.
pub(super) fn marks(canvas: &Canvas, prepared: &Prepared, report: &Report) -> Vec<Mark> {
    let regions = report.regions.iter().enumerate().map(|(index, region)| Mark {
        outlines: region
            .polygons
            .iter()
            .map(|polygon| polygon.iter().map(|&point| canvas.place(prepared, point)).collect())
            .collect(),
        bounds: canvas.bounds(prepared, region.box_px),
        colour: FLAGGED,
        badge: (index + 1).to_string(),
        text: region_words(region),
    });
    // The reason names its column and row; in the picture an officer looks for a mark.
    let largest = report.unseen.first().filter(|_| report.verdict == Verdict::Inconclusive).map(|area| {
        let bounds = canvas.bounds(prepared, area.box_px).grown(2.0);
        let Bounds { left, top, right, bottom } = bounds;
        Mark {
            outlines: vec![vec![(left, top), (right, top), (right, bottom), (left, bottom)]],
            bounds,
            colour: SHIELDED,
            badge: "?".to_owned(),
            text: unseen_words(area),
        }
    });
    regions.chain(largest).collect()
}

fn region_words(region: &Region) -> String {
    let mass = region.mass.and_then(|mass| mass_words(mass.kg, mass.sigma_kg, mass.at_least));
    let zone = region.zone.map(|zone| zone.to_string());
    let label = region.label.as_deref().map(drawable);
    let class = region.concealment.map(|found| class_words(found.class));
    let words = [Some(format!("{:.2}", region.score)), mass, zone, class, label];
    words.into_iter().flatten().collect::<Vec<_>>().join(" \u{b7} ")
}

fn unseen_words(area: &UnseenArea) -> String {
    let cause = match area.cause {
        UnseenCause::Shielded => "not penetrated",
        UnseenCause::Repaired => "not measured",
    };
    let zone = area.zone.map(|zone| format!(" \u{b7} {zone}")).unwrap_or_default();
    format!("{cause} \u{b7} {:.2} m2{zone}", area.area_mm2 / 1e6)
}

/// Draws lines from point to point, back to the first where `closed`: smooth, in a colour with a dark rim.
///
/// All lines of a mark are drawn at once, by the distance of each pixel to the nearest: one line's rim never cuts another.
pub(super) fn stroke(image: &mut RgbImage, lines: &[Vec<(f32, f32)>], closed: bool, colour: Rgb<u8>) {
    let points = || lines.iter().flatten();
    let reach = RIM + 1.0;
    let low = |pick: fn(&(f32, f32)) -> f32, most: u32| {
        let least = points().map(pick).fold(f32::INFINITY, f32::min);
        (least - reach).clamp(0.0, most as f32) as usize
    };
    let high = |pick: fn(&(f32, f32)) -> f32, most: u32| {
        let largest = points().map(pick).fold(f32::NEG_INFINITY, f32::max);
        ((largest + reach).ceil().clamp(0.0, most as f32)) as usize
    };
    let (left, right) = (low(|point| point.0, image.width()), high(|point| point.0, image.width()));
    let (top, bottom) = (low(|point| point.1, image.height()), high(|point| point.1, image.height()));
    if left >= right || top >= bottom {
        return;
    }
    let width = right - left;
    let mut nearest = vec![f32::INFINITY; width * (bottom - top)];
    for line in lines {
        let next = line.iter().cycle().skip(1);
        let count = if closed { line.len() } else { line.len().saturating_sub(1) };
        for (&from, &to) in line.iter().zip(next).take(count) {
            let rows = (from.1.min(to.1) - reach).max(top as f32) as usize
                ..bottom.min((from.1.max(to.1) + reach) as usize + 1);
            for row in rows {
                let first = (from.0.min(to.0) - reach).max(left as f32) as usize;
                for column in first..right.min((from.0.max(to.0) + reach) as usize + 1) {
                    let distance = distance((column as f32 + 0.5, row as f32 + 0.5), from, to);
                    let place = &mut nearest[(row - top) * width + column - left];
                    *place = place.min(distance);
                }
            }
        }
    }
    for (index, &distance) in nearest.iter().enumerate() {
        let rim = (RIM + 0.5 - distance).clamp(0.0, 1.0);
        if rim > 0.0 {
            let core = (CORE + 0.5 - distance).clamp(0.0, 1.0);
            let pixel = image.get_pixel_mut((left + index % width) as u32, (top + index / width) as u32);
            *pixel = mix(mix(*pixel, INK, 0.75 * rim), colour, core);
        }
    }
}

/// How far a point lies from a line between two others.
fn distance(point: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (along, across) = (to.0 - from.0, to.1 - from.1);
    let length = along * along + across * across;
    let share = if length > 0.0 {
        (((point.0 - from.0) * along + (point.1 - from.1) * across) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (point.0 - from.0 - share * along).hypot(point.1 - from.1 - share * across)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_seen_on_air_and_on_steel_and_stay_in_the_picture() {
        for ground in [Rgb([247; 3]), Rgb([12; 3])] {
            let mut image = RgbImage::from_pixel(60, 40, ground);
            let square = vec![(10.0, 10.0), (50.0, 10.0), (50.0, 60.0), (10.0, 60.0)];
            stroke(&mut image, &[square], true, FLAGGED);
            assert_eq!(*image.get_pixel(30, 10), FLAGGED);
            assert_ne!(*image.get_pixel(30, 12), ground, "a rim that differs from both");
            assert_eq!(*image.get_pixel(30, 20), ground, "nothing inside");
        }
        let mut image = RgbImage::new(8, 8);
        stroke(&mut image, &[vec![(-90.0, -90.0), (-80.0, -80.0)], vec![]], false, FLAGGED);
        stroke(&mut image, &[], true, FLAGGED);
        assert!(image.pixels().all(|pixel| pixel.0 == [0; 3]));
    }

    #[test]
    fn an_open_line_does_not_go_back() {
        let mut image = RgbImage::new(40, 40);
        stroke(&mut image, &[vec![(5.0, 5.0), (35.0, 5.0), (35.0, 35.0)]], false, FLAGGED);
        assert_eq!((*image.get_pixel(20, 5), *image.get_pixel(20, 20)), (FLAGGED, Rgb([0; 3])));
    }
}
