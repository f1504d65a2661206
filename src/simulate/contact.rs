//! The contact sheet of a set: its first scans as an analyst sees them, small, with what is hidden in them.

use crate::report::colour::{FLAGGED, INK, MUTED, PAPER};
use crate::report::marked_png;
use crate::report::text::{Face, draw};
use crate::scan::{Error, Point, Polarity, Result, Samples, Scan, Truth};
use image::imageops::FilterType;
use image::{Rgb, RgbImage};
use imageproc::drawing::{draw_filled_rect_mut, draw_line_segment_mut};
use imageproc::rect::Rect;
use ndarray::Array2;

/// The file that a contact sheet is written to.
pub const CONTACT_FILE: &str = "contact.png";
/// The most scans on a sheet.
pub const CONTACT_MOST: usize = 24;

/// Width of the sheet in pixels: it fits a screen.
const WIDTH: u32 = 1600;
/// Between pictures, and around them.
const GAP: u32 = 20;
/// Rows above the pictures.
const HEADER: u32 = 62;
/// Rows below a picture for its caption: two lines.
const CAPTION: u32 = 52;
/// The highest picture as a share of its width: a 20-ft box alone would tower over a lorry otherwise.
const HIGHEST: f32 = 0.45;
/// How much larger or smaller than the others a row's pictures may be, to fill the sheet's width.
const STRETCH: (f32, f32) = (0.85, 1.2);
/// The attenuation that is shown black: little of a 6 MV beam is left to see with.
const DARKEST: f32 = 6.0;

/// A sheet that grows scan by scan, so that no scan has to be kept.
#[derive(Debug, Clone)]
pub struct Contact {
    columns: u32,
    tiles: Vec<Tile>,
}

/// A scan's picture and caption.
#[derive(Debug, Clone)]
struct Tile {
    picture: RgbImage,
    /// Outlines of the loads, as shares of the picture's sides.
    outlines: Vec<Vec<Point>>,
    name: String,
    cargo: String,
    /// A load's words, and whether it can be seen at all.
    loads: Vec<(String, bool)>,
}

impl Contact {
    /// A sheet for so many scans.
    pub fn new(scans: u64) -> Self {
        let columns = match scans {
            0 | 1 => 1,
            2..=4 => 2,
            _ => 3,
        };
        Self { columns, tiles: Vec::new() }
    }

    /// Whether no further scan is shown.
    pub fn is_full(&self) -> bool {
        self.tiles.len() >= CONTACT_MOST
    }

    fn tile_width(&self) -> u32 {
        (WIDTH - GAP * (self.columns + 1)) / self.columns
    }

    /// Adds a scan, unless the sheet is full.
    pub fn add(&mut self, scan: &Scan, truth: &Truth) {
        if self.is_full() {
            return;
        }
        let words =
            |load: &crate::scan::LoadTruth| (format!("{} {:.0} kg", load.class.as_str(), load.mass_kg), load.visible);
        self.tiles.push(Tile {
            picture: picture(scan, truth, self.tile_width()),
            outlines: outlines(scan, truth),
            name: truth.scan.file.clone(),
            cargo: truth.cargo.replace('_', " "),
            loads: truth.loads.iter().map(words).collect(),
        });
    }

    /// The sheet as a PNG; `title` and `facts` stand above the pictures.
    ///
    /// # Errors
    /// A bug where the picture cannot be encoded.
    pub fn png(&self, title: &str, facts: &str) -> Result<Vec<u8>> {
        let rows = self.rows();
        let tallest = |row: &[(&Tile, RgbImage)]| row.iter().map(|(_, picture)| picture.height()).max().unwrap_or(0);
        let height = HEADER + rows.iter().map(|row| tallest(row) + CAPTION + GAP).sum::<u32>();
        let mut sheet = RgbImage::from_pixel(WIDTH, height, INK);
        let line = |face: Face, text: &str| face.fit(text, WIDTH - 2 * GAP);
        draw(&mut sheet, (GAP.into(), 10), Face::TITLE, PAPER, &line(Face::TITLE, title));
        draw(&mut sheet, (GAP.into(), 34), Face::PLAIN, MUTED, &line(Face::PLAIN, facts));
        let mut top = HEADER;
        for row in &rows {
            let tallest = tallest(row);
            let mut left = GAP;
            for (tile, picture) in row {
                // They stand on one line, as on a road.
                let at = (i64::from(left), i64::from(top + tallest - picture.height()));
                image::imageops::replace(&mut sheet, picture, at.0, at.1);
                caption(&mut sheet, tile, (left, top + tallest), picture.width());
                left += picture.width() + GAP;
            }
            top += tallest + CAPTION + GAP;
        }
        marked_png(&sheet).map_err(|error| Error::bug(format!("the contact sheet cannot be encoded: {error}")))
    }

    /// The pictures in rows that fill the sheet's width: narrow ones stand four in a row where wide ones stand three.
    fn rows(&self) -> Vec<Vec<(&Tile, RgbImage)>> {
        let mut rows: Vec<Vec<&Tile>> = Vec::new();
        let wide = |row: &[&Tile]| row.iter().map(|tile| tile.picture.width()).sum::<u32>() as f32;
        let room = |count: usize| (WIDTH - GAP * (count as u32 + 1)) as f32;
        for tile in &self.tiles {
            let fits = rows.last().is_some_and(|row| {
                let with = wide(row) + tile.picture.width() as f32;
                with * STRETCH.0 <= room(row.len() + 1)
            });
            match rows.last_mut().filter(|_| fits) {
                Some(row) => row.push(tile),
                None => rows.push(vec![tile]),
            }
        }
        let scale = |row: &[&Tile]| (room(row.len()) / wide(row)).min(STRETCH.1);
        let scaled = rows.into_iter().map(|row| (scale(&row), row));
        scaled.map(|(scale, row)| row.into_iter().map(|tile| (tile, tile.drawn(scale))).collect()).collect()
    }
}

impl Tile {
    /// The picture at another size, with its outlines.
    fn drawn(&self, scale: f32) -> RgbImage {
        let side = |side: u32| ((side as f32 * scale) as u32).max(1);
        let (width, height) = (side(self.picture.width()), side(self.picture.height()));
        let mut picture = image::imageops::resize(&self.picture, width, height, FilterType::Triangle);
        for polygon in &self.outlines {
            outline(&mut picture, polygon, (width as f32, height as f32));
        }
        picture
    }
}

fn caption(sheet: &mut RgbImage, tile: &Tile, (left, top): (u32, u32), room: u32) {
    let face = Face::PLAIN;
    draw(sheet, (left.into(), i64::from(top) + 6), face, PAPER, &face.fit(&tile.name, room));
    let mut parts = vec![(MUTED, tile.cargo.clone())];
    if tile.loads.is_empty() {
        parts.push((MUTED, "clean".to_owned()));
    }
    for (load, visible) in &tile.loads {
        parts.push((FLAGGED, load.clone()));
        if !visible {
            parts.push((MUTED, "(not visible)".to_owned()));
        }
    }
    let mut x = left;
    for (number, (colour, text)) in parts.iter().enumerate() {
        let rest = (left + room).saturating_sub(x);
        if number > 0 && face.width(text) > rest {
            draw(sheet, (x.into(), i64::from(top) + 27), face, MUTED, &face.fit("...", rest));
            break;
        }
        draw(sheet, (x.into(), i64::from(top) + 27), face, *colour, &face.fit(text, rest));
        x += face.width(text) + if text.starts_with("kg") { 0 } else { 18 };
    }
}

/// A scan's first plane at most `width` wide.
fn picture(scan: &Scan, truth: &Truth, width: u32) -> RgbImage {
    let (columns, rows) = (scan.width().max(1), scan.height().max(1));
    let pixel = scan.metadata.pixel_mm.unwrap_or(truth.pixel_mm);
    // Pixels may be wider than they are high; the picture's are square.
    let (wide, high) = (columns as f32 * pixel.x, rows as f32 * pixel.y);
    let scale = (width as f32 / wide).min(HIGHEST * width as f32 / high);
    let size = ((wide * scale).round().max(1.0) as u32, (high * scale).round().max(1.0) as u32);
    let grey = scan.planes.first().map(|plane| attenuation(&plane.samples, plane.full_scale, scan.metadata.polarity));
    let grey = grey.unwrap_or_else(|| Array2::zeros((rows as usize, columns as usize)));
    let span = |index: u32, of: u32, end: u32| {
        let from = (u64::from(index) * u64::from(end) / u64::from(of)) as usize;
        from..((u64::from(index + 1) * u64::from(end) / u64::from(of)) as usize).max(from + 1)
    };
    RgbImage::from_fn(size.0, size.1, |x, y| {
        let (mut sum, mut count) = (0.0, 0.0f32);
        for row in span(y, size.1, rows) {
            for column in span(x, size.0, columns) {
                if let Some(value) = grey.get((row, column)) {
                    sum += value;
                    count += 1.0;
                }
            }
        }
        // The square root opens up thin goods without losing what is behind steel.
        let dark = (sum / count.max(1.0) / DARKEST).clamp(0.0, 1.0).sqrt();
        Rgb([(250.0 * (1.0 - dark)) as u8 + 4; 3])
    })
}

/// The outlines of a scan's loads, as shares of its sides.
fn outlines(scan: &Scan, truth: &Truth) -> Vec<Vec<Point>> {
    let (width, height) = (scan.width().max(1) as f32, scan.height().max(1) as f32);
    let share = |p: &Point| Point { x: p.x / width, y: p.y / height };
    let polygons = truth.loads.iter().flat_map(|load| &load.polygons);
    polygons.map(|polygon| polygon.iter().map(share).collect()).collect()
}

/// Draws a polygon a pixel outside itself, so that what it surrounds stays free: two pixels wide on a dark line one
/// wider, seen on air and on steel.
fn outline(picture: &mut RgbImage, polygon: &[Point], step: (f32, f32)) {
    let count = polygon.len().max(1) as f32;
    let centre = polygon.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.x * step.0 / count, sum.1 + p.y * step.1 / count));
    let place = |p: &Point| {
        let (x, y) = (p.x * step.0, p.y * step.1);
        (x + 2.0 * (x - centre.0).signum(), y + 2.0 * (y - centre.1).signum())
    };
    for (colour, offsets) in [(INK, [(-1.0, -1.0), (2.0, 2.0)]), (FLAGGED, [(0.0, 0.0), (1.0, 1.0)])] {
        for (from, to) in polygon.iter().zip(polygon.iter().cycle().skip(1)) {
            let (from, to) = (place(from), place(to));
            for (dx, dy) in offsets {
                draw_line_segment_mut(picture, (from.0 + dx, from.1 + dy), (to.0 + dx, to.1 + dy), colour);
            }
        }
    }
    if polygon.len() == 1 {
        let at = place(&polygon[0]);
        draw_filled_rect_mut(picture, Rect::at(at.0 as i32 - 2, at.1 as i32 - 2).of_size(5, 5), FLAGGED);
    }
}

/// -ln of the transmission, roughly: the brightest hundredth is air, and a darkest level under a twentieth of it is no beam.
/// Enough to look at; measuring is the preparation's work.
fn attenuation(samples: &Samples, full_scale: f32, polarity: Option<Polarity>) -> Array2<f32> {
    let mut counts = samples.to_f32();
    if polarity == Some(Polarity::AirDark) {
        counts.mapv_inplace(|value| full_scale - value);
    }
    let mut sample: Vec<f32> = counts.iter().copied().step_by(13).filter(|value| value.is_finite()).collect();
    sample.sort_unstable_by(f32::total_cmp);
    let quantile = |share: f32| sample.get((share * (sample.len().max(1) - 1) as f32) as usize).copied().unwrap_or(1.0);
    let (dark, air) = (quantile(0.002), quantile(0.97));
    let dark = if dark < 0.05 * air { dark } else { 0.0 };
    let range = (air - dark).max(f32::MIN_POSITIVE);
    counts.mapv_into(|value| -((value - dark) / range).clamp((-DARKEST).exp(), 1.0).ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{presets, simulate};

    #[test]
    fn a_sheet_shows_air_white_and_its_loads_outlined_on_any_number_of_scans() {
        let scenario = presets::scenario("in_empty").unwrap().unwrap();
        for scanner in ["single_6", "dual_9_6_dark", "export_8bit"] {
            let mut file = presets::scanner(scanner).unwrap().unwrap().file().clone();
            file.pixel_mm = crate::scan::PixelSize { x: 20.0, y: 20.0 };
            let made = simulate(&scenario, &file.check().unwrap(), 1, 0).unwrap();
            for (scans, expected) in [(1u64, 1usize), (5, 5), (30, 24)] {
                let mut sheet = Contact::new(scans);
                (0..scans).for_each(|_| sheet.add(&made.scan, &made.truth));
                assert_eq!(sheet.tiles.len(), expected);
                let bytes = sheet.png("set", "facts").unwrap();
                let sheet = image::load_from_memory(&bytes).unwrap().to_rgb8();
                assert_eq!(sheet.width(), WIDTH);
                let count = |wanted: &dyn Fn(&Rgb<u8>) -> bool| sheet.pixels().filter(|p| wanted(p)).count();
                assert!(count(&|p| *p == FLAGGED) > 40, "{scanner}");
                assert!(count(&|p| p.0[0] > 235 && p.0[0] == p.0[2]) > 2000, "{scanner}: no air");
            }
        }
    }
}
