//! The picture of a scan with what was found drawn in.

use super::colour::{CLEAR, FLAGGED, INK, MUTED, PAPER, REPAIRED, SHIELDED, mix};
use super::text::{Face, draw};
use super::wire::Report;
use crate::infer::ScoreMap;
use crate::judge::{Region, Verdict};
use crate::prepare::{Located, PixelState, Prepared};
use crate::scan::{End, Error, Point, Result};
use crate::source::OVERLAY_MARK;
use image::{Rgb, RgbImage};
use imageproc::drawing::{draw_filled_rect_mut, draw_line_segment_mut};
use imageproc::rect::Rect;
use ndarray::Array2;

/// Widest picture, in pixels: it fits a screen without scrolling.
const WIDEST: u32 = 1600;
/// Tallest scan in a picture, in pixels: a strip of 16 columns and millions of rows is no container, and a picture as wide as
/// captions need would take gigabytes.
const TALLEST: u32 = 4800;
/// Narrowest picture: captions need their room.
const NARROWEST: u32 = 480;
/// Rows above the scan: two lines of caption.
const HEADER: u32 = 56;
/// Rows below it: scale bar and legend.
const FOOTER: u32 = 30;
/// The strongest tint of the score map.
const TINT: f32 = 0.45;

/// Draws the prepared part of a scan: attenuation in grey (air bright), the score map as a tint,
/// regions numbered as in the report, unpenetrated and repaired places, a scale bar. Returns PNG bytes.
///
/// # Errors
/// A limit error where the machine has not got the memory, a bug error where the picture cannot be encoded.
pub fn overlay_png(report: &Report, prepared: &Prepared, map: Option<&ScoreMap>) -> Result<Vec<u8>> {
    let (rows, columns) = prepared.dim();
    let canvas = Canvas::of(rows, columns);
    let mut image = canvas.blank()?;
    canvas.draw_scan(&mut image, prepared, map, report.threshold.unwrap_or(0.5));
    let mut captions = Vec::new();
    for (index, region) in report.regions.iter().enumerate() {
        canvas.draw_region(&mut image, prepared, region, index + 1, &mut captions);
    }
    canvas.draw_header(&mut image, report);
    canvas.draw_footer(&mut image, prepared, report);
    encoded(&image).map_err(|error| Error::bug(format!("the overlay cannot be encoded: {error}")))
}

/// The picture as PNG, marked so that no run takes it for a scan.
pub(crate) fn encoded(image: &RgbImage) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, image.width(), image.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    encoder.add_text_chunk(OVERLAY_MARK.0.to_owned(), OVERLAY_MARK.1.to_owned())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(image.as_raw())?;
    writer.finish()?;
    Ok(bytes)
}

/// A caption's place: left, top, width, height.
type Caption = (u32, u32, u32, u32);

struct Canvas {
    /// Columns and rows of the scan in the picture.
    size: (u32, u32),
    /// Picture pixels per prepared pixel, at most 1.
    scale: f32,
    /// Columns of the picture.
    width: u32,
}

impl Canvas {
    /// The canvas for a scan of so many rows and columns: shrunk until both sides fit.
    fn of(rows: usize, columns: usize) -> Self {
        let scale = (WIDEST as f32 / columns.max(1) as f32).min(TALLEST as f32 / rows.max(1) as f32).min(1.0);
        let side = |pixels: usize, most: u32| ((pixels as f32 * scale).round() as u32).clamp(1, most);
        let size = (side(columns, WIDEST), side(rows, TALLEST));
        Self { size, scale, width: size.0.max(NARROWEST) }
    }

    /// The empty picture.
    fn blank(&self) -> Result<RgbImage> {
        let (width, height) = (self.width, self.size.1 + HEADER + FOOTER);
        let length = width as usize * height as usize;
        let mut pixels = Vec::new();
        pixels
            .try_reserve_exact(3 * length)
            .map_err(|_| Error::limit("the overlay does not fit into memory").help("use --overlays none"))?;
        for _ in 0..length {
            pixels.extend_from_slice(&INK.0);
        }
        RgbImage::from_raw(width, height, pixels)
            .ok_or_else(|| Error::bug("the overlay has another size than its pixels"))
    }

    /// Each picture pixel shows the mean attenuation of its prepared pixels, and the strongest score and
    /// the worst state among them: nothing marked is lost in shrinking.
    fn draw_scan(&self, image: &mut RgbImage, prepared: &Prepared, map: Option<&ScoreMap>, threshold: f32) {
        let Some(attenuation) = prepared.attenuation.first() else { return };
        let (rows, columns) = prepared.dim();
        let span = |index: u32, end: usize| {
            let from = ((index as f32 / self.scale) as usize).min(end - 1);
            let to = (((index + 1) as f32 / self.scale) as usize).clamp(from + 1, end);
            from..to
        };
        let darkest = window(attenuation);
        for y in 0..self.size.1 {
            let row_span = span(y, rows);
            for x in 0..self.size.0 {
                let (mut sum, mut count, mut score) = (0.0, 0.0, 0.0_f32);
                let (mut shielded, mut repaired) = (false, false);
                for row in row_span.clone() {
                    for column in span(x, columns) {
                        sum += attenuation[[row, column]];
                        count += 1.0;
                        score = score.max(map.map_or(0.0, |map| map.at(row, column)));
                        match prepared.state[[row, column]] {
                            PixelState::Valid => {}
                            PixelState::Repaired => repaired = true,
                            PixelState::Shielded => shielded = true,
                        }
                    }
                }
                // The square root opens up thin goods without losing what is behind steel.
                let grey = 235.0 * (1.0 - (sum / count / darkest).clamp(0.0, 1.0).sqrt()) + 12.0;
                let mut pixel = Rgb([grey as u8; 3]);
                if repaired {
                    pixel = mix(pixel, REPAIRED, 0.35);
                }
                if score > 0.5 * threshold {
                    let strength = (score - 0.5 * threshold) / (1.0 - 0.5 * threshold).max(0.01);
                    pixel = mix(pixel, FLAGGED, TINT * strength);
                }
                // Hatched, so that it is seen without colour too.
                if shielded && (x + y) % 8 < 3 {
                    pixel = mix(pixel, SHIELDED, 0.8);
                }
                image.put_pixel(x, y + HEADER, pixel);
            }
        }
    }

    /// Where a caption goes: above its region, else below it, else further up or down; never over another caption
    /// while there is room.
    fn free_place(&self, taken: &[Caption], left: f32, (top, bottom): (f32, f32), size: (u32, u32)) -> (u32, u32) {
        let (width, height) = size;
        let x = (left.max(0.0) as u32).min(self.size.0.saturating_sub(width));
        let (highest, lowest) = (HEADER as f32, (HEADER + self.size.1).saturating_sub(height) as f32);
        let step = height as f32 + 1.0;
        let above = (0..6).map(|n| top - height as f32 - 3.0 - step * n as f32);
        let below = (0..6).map(|n| bottom + 3.0 + step * n as f32);
        let free = |y: u32| {
            taken.iter().all(|&(other_x, other_y, other_width, other_height)| {
                x >= other_x + other_width
                    || other_x >= x + width
                    || y >= other_y + other_height
                    || other_y >= y + height
            })
        };
        let places = above.zip(below).flat_map(|(above, below)| [above, below]);
        let inside = places.filter(|y| (highest..=lowest).contains(y)).map(|y| y as u32);
        let first = (top - height as f32 - 3.0).clamp(highest, lowest.max(highest)) as u32;
        (x, inside.into_iter().find(|&y| free(y)).unwrap_or(first))
    }

    fn draw_region(
        &self,
        image: &mut RgbImage,
        prepared: &Prepared,
        region: &Region,
        number: usize,
        taken: &mut Vec<Caption>,
    ) {
        let frame = &prepared.frame;
        let place = |source: Point| {
            let x = (source.x - frame.crop.x as f32) * frame.source_pixel.x / frame.pixel.x * self.scale;
            let y = (source.y - frame.crop.y as f32) * frame.source_pixel.y / frame.pixel.y * self.scale;
            (x, y + HEADER as f32)
        };
        for polygon in &region.polygons {
            let next = polygon.iter().cycle().skip(1);
            for (from, to) in polygon.iter().zip(next) {
                let (from, to) = (place(*from), place(*to));
                // Two pixels wide, on a dark line one wider: seen on air and on steel.
                for (colour, offsets) in [(INK, [(-1.0, 0.0), (2.0, 1.0)]), (FLAGGED, [(0.0, 0.0), (1.0, 1.0)])] {
                    for (dx, dy) in offsets {
                        draw_line_segment_mut(image, (from.0 + dx, from.1 + dy), (to.0 + dx, to.1 + dy), colour);
                    }
                }
            }
        }
        let mass = region.mass.map(|mass| format!(" {:.0} kg", mass.kg)).unwrap_or_default();
        let caption = format!("{number}: {:.2}{mass}", region.score);
        let face = Face::PLAIN;
        let (left, top) = place(Point { x: region.box_px.x as f32, y: region.box_px.y as f32 });
        let (_, bottom) = place(Point { x: 0.0, y: region.box_px.bottom() as f32 });
        let (width, height) = (face.width(&caption) + 8, face.height() + 2);
        let (x, y) = self.free_place(taken, left, (top, bottom), (width, height));
        taken.push((x, y, width, height));
        draw_filled_rect_mut(image, Rect::at(x as i32, y as i32).of_size(width, height), INK);
        draw(image, (i64::from(x) + 4, i64::from(y) + 1), face, FLAGGED, &caption);
    }

    fn draw_header(&self, image: &mut RgbImage, report: &Report) {
        let colour = match report.verdict {
            Verdict::Flagged | Verdict::Failed => FLAGGED,
            Verdict::Inconclusive => SHIELDED,
            Verdict::Clear => CLEAR,
        };
        let badge = report.verdict.to_string().to_uppercase();
        let badge_width = Face::TITLE.width(&badge) + 16;
        draw_filled_rect_mut(image, Rect::at(8, 6).of_size(badge_width, 22), colour);
        draw(image, (16, 7), Face::TITLE, INK, &badge);
        let room = self.width.saturating_sub(badge_width + 32);
        let name = Face::TITLE.fit(&report.scan.name, room);
        draw(image, (i64::from(badge_width) + 20, 7), Face::TITLE, PAPER, &name);
        let mut facts = Vec::new();
        if let Some(container) = &report.scan.metadata.container {
            facts.push(container.number.clone());
        }
        if let (Some(score), Some(threshold)) = (report.score, report.threshold) {
            facts.push(format!("score {score:.3} (threshold {threshold:.3})"));
        }
        let kind = if report.model.baseline { ", an untrained baseline" } else { "" };
        facts.push(format!("model {} {}{kind}", report.model.name, report.model.version));
        let facts = Face::PLAIN.fit(&facts.join("  |  "), self.width.saturating_sub(16));
        draw(image, (8, 34), Face::PLAIN, MUTED, &facts);
    }

    fn draw_footer(&self, image: &mut RgbImage, prepared: &Prepared, report: &Report) {
        let top = i64::from(HEADER + self.size.1) + 8;
        let metre = (1000.0 / prepared.frame.pixel.x * self.scale).round() as u32;
        draw_filled_rect_mut(image, Rect::at(8, top as i32 + 6).of_size(metre.max(1), 3), PAPER);
        for x in [8, 8 + metre.saturating_sub(1) as i32] {
            draw_filled_rect_mut(image, Rect::at(x, top as i32 + 2).of_size(2, 11), PAPER);
        }
        let mut x = i64::from(metre) + 20;
        let frame = &prepared.frame;
        let doors = if frame.doors == End::Right { "doors right" } else { "doors left" };
        let doors = if frame.doors_known { doors.to_owned() } else { format!("{doors} (assumed)") };
        let mut parts = vec![(PAPER, "1 m".to_owned())];
        if frame.located == Located::Container {
            parts.push((MUTED, doors));
        }
        if !report.regions.is_empty() {
            parts.push((FLAGGED, "region: score, extra mass".to_owned()));
        }
        if prepared.state.iter().any(|&state| state == PixelState::Shielded) {
            parts.push((SHIELDED, "not penetrated".to_owned()));
        }
        if prepared.state.iter().any(|&state| state == PixelState::Repaired) {
            parts.push((REPAIRED, "repaired".to_owned()));
        }
        for (colour, text) in parts {
            draw(image, (x, top), Face::PLAIN, colour, &text);
            x += i64::from(Face::PLAIN.width(&text)) + 24;
        }
    }
}

/// The attenuation shown darkest: what 99.5 % of the pixels stay under, and at least 0.5 so that an
/// empty container does not turn into a picture of noise.
fn window(attenuation: &Array2<f32>) -> f32 {
    let mut sample: Vec<f32> = attenuation.iter().step_by(37).copied().collect();
    let place = sample.len() * 995 / 1000;
    if sample.is_empty() {
        return 1.0;
    }
    let place = place.min(sample.len() - 1);
    sample.select_nth_unstable_by(place, f32::total_cmp).1.max(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_do_not_lie_on_each_other_and_stay_in_the_picture() {
        let canvas = Canvas { size: (400, 200), scale: 1.0, width: 480 };
        let mut taken: Vec<Caption> = Vec::new();
        for offset in 0..8 {
            let left = 380.0 - offset as f32;
            let (x, y) = canvas.free_place(&taken, left, (HEADER as f32 + 60.0, HEADER as f32 + 90.0), (100, 18));
            assert!(x + 100 <= 400 && y >= HEADER && y + 18 <= HEADER + 200);
            assert!(taken.iter().all(|other| other.1 >= y + 18 || y >= other.1 + 18), "{taken:?} {y}");
            taken.push((x, y, 100, 18));
        }
        // Where there is no room left at all, a caption still gets a place.
        let small = Canvas { size: (50, 10), scale: 1.0, width: 480 };
        assert_eq!(small.free_place(&taken, 0.0, (HEADER as f32, HEADER as f32 + 9.0), (100, 18)), (0, HEADER));
    }

    #[test]
    fn no_scan_makes_a_picture_beyond_both_limits() {
        for (rows, columns) in [(3_900_000, 16), (16, 3_900_000), (620, 2801), (1, 1), (64_000_000, 1), (8000, 8000)] {
            let canvas = Canvas::of(rows, columns);
            let image = canvas.blank().unwrap();
            assert!(image.width() <= WIDEST && image.height() <= TALLEST + HEADER + FOOTER, "{rows} x {columns}");
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

    #[test]
    fn the_window_follows_the_scan_and_never_shows_noise_alone() {
        assert_eq!(window(&Array2::from_elem((100, 100), 0.01)), 0.5);
        assert_eq!(window(&Array2::from_elem((100, 100), 4.0)), 4.0);
        assert_eq!(window(&Array2::zeros((0, 0))), 1.0);
    }
}
