//! The picture of a scan with what was found drawn in.

mod captions;
mod labels;
mod marks;
mod picture;
mod ruler;

use super::colour::INK;
use super::wire::Report;
use crate::infer::ScoreMap;
use crate::prepare::Prepared;
use crate::scan::{BoxPx, Error, Point, Result};
use crate::source::OVERLAY_MARK;
use captions::{Legend, reason_lines};
use image::RgbImage;
use marks::marks;
use picture::Kinds;

/// Widest picture, in pixels: it fits a screen without scrolling.
const WIDEST: u32 = 1600;
/// Tallest scan in a picture, in pixels: a strip of 16 columns and millions of rows is no container, and a picture as wide as
/// captions need would take gigabytes.
const TALLEST: u32 = 4800;
/// Narrowest picture: captions need their room.
const NARROWEST: u32 = 480;

/// Draws the prepared part of a scan: attenuation in grey (air bright), the score map as a tint, regions numbered as in the
/// report, unpenetrated and repaired places, why nothing could be decided, metres along two sides. Returns PNG bytes.
///
/// # Errors
/// A limit error where the machine has not got the memory, a bug error where the picture cannot be encoded.
pub fn overlay_png(report: &Report, prepared: &Prepared, map: Option<&ScoreMap>) -> Result<Vec<u8>> {
    let (rows, columns) = prepared.dim();
    let mut canvas = Canvas::of(rows, columns);
    let reasons = reason_lines(report, canvas.width);
    canvas.top = captions::HEADER + captions::strip_height(reasons.len());
    let kinds = Kinds::of(&canvas, prepared, report);
    let threshold = report.threshold.unwrap_or(0.5);
    let tinted = map.is_some_and(|map| picture::is_tinted(map, threshold));
    let legend = Legend::of(&canvas, prepared, report, &kinds, tinted);
    let mut image = canvas.blank(ruler::HEIGHT + legend.height())?;
    picture::draw(&canvas, &mut image, prepared, &kinds, map, threshold);
    ruler::draw_scales(&canvas, &mut image, prepared);
    let marks = marks(&canvas, prepared, report);
    labels::draw_all(&canvas, &mut image, &marks);
    captions::draw_header(&canvas, &mut image, report);
    captions::draw_reasons(&canvas, &mut image, &reasons);
    legend.draw(&canvas, &mut image);
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

/// How the scan lies in the picture.
struct Canvas {
    /// Columns and rows of the scan in the picture.
    size: (u32, u32),
    /// Picture pixels per prepared pixel, at most 1.
    scale: f32,
    /// Columns of the picture.
    width: u32,
    /// Rows above the scan.
    top: u32,
}

impl Canvas {
    /// The canvas for a scan of so many rows and columns: shrunk until both sides fit.
    fn of(rows: usize, columns: usize) -> Self {
        let scale = (WIDEST as f32 / columns.max(1) as f32).min(TALLEST as f32 / rows.max(1) as f32).min(1.0);
        let side = |pixels: usize, most: u32| ((pixels as f32 * scale).round() as u32).clamp(1, most);
        let size = (side(columns, WIDEST), side(rows, TALLEST));
        Self { size, scale, width: size.0.max(NARROWEST), top: captions::HEADER }
    }

    /// The row below the scan.
    fn bottom(&self) -> u32 {
        self.top + self.size.1
    }

    /// The empty picture, with so many rows below the scan.
    fn blank(&self, footer: u32) -> Result<RgbImage> {
        let (width, height) = (self.width, self.bottom() + footer);
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

    /// The place in the picture of a point in source pixels.
    fn place(&self, prepared: &Prepared, source: Point) -> (f32, f32) {
        let at = prepared.frame.from_source(source);
        (at.x * self.scale, at.y * self.scale + self.top as f32)
    }

    /// The place in the picture of a box in source pixels.
    fn bounds(&self, prepared: &Prepared, place: BoxPx) -> Bounds {
        let (left, top) = self.place(prepared, Point { x: place.x as f32, y: place.y as f32 });
        let (right, bottom) = self.place(prepared, Point { x: place.right() as f32, y: place.bottom() as f32 });
        Bounds { left, top, right, bottom }
    }
}

/// A box in the picture: left and top lie inside, right and bottom just beyond.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bounds {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Bounds {
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// The same with so many pixels more on each side.
    fn grown(&self, by: f32) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }
}

#[cfg(test)]
mod tests;
