//! What is written above and below the scan: verdict and name, why nothing could be decided, scale and legend.

use super::super::colour::{CLEAR, FLAGGED, INK, MUTED, PAPER, REPAIRED, SHIELDED, mix};
use super::super::text::{Face, draw};
use super::super::wire::Report;
use super::picture::{Kind, Kinds, scored, tinted as tinted_pixel};
use super::{Canvas, ruler};
use crate::judge::{ReasonCode, Verdict};
use crate::prepare::{Located, Prepared};
use crate::scan::End;
use image::{Rgb, RgbImage};
use imageproc::drawing::{draw_filled_rect_mut, draw_hollow_rect_mut};
use imageproc::rect::Rect;

/// Rows for two lines of caption.
pub(super) const HEADER: u32 = 56;
/// Most lines of reasons.
const MOST_REASONS: usize = 4;
/// Rows of a line of reasons.
const LINE: u32 = 20;
/// Rows of a line of the legend.
const LEGEND_LINE: u32 = 22;
/// Columns of a swatch.
const SWATCH: u32 = 22;

/// What the report gives as reasons beside the score, in lines that fit the picture. Of an inconclusive scan nothing else in
/// the picture says what has to be looked at.
pub(super) fn reason_lines(report: &Report, width: u32) -> Vec<String> {
    let room = width.saturating_sub(32);
    let reasons = report.reasons.iter().filter(|reason| reason.code != ReasonCode::Score);
    let mut lines: Vec<String> = reasons.flat_map(|reason| Face::PLAIN.wrapped(&reason.message, room)).collect();
    if lines.len() > MOST_REASONS {
        lines.truncate(MOST_REASONS - 1);
        lines.push("... and more in the report".to_owned());
    }
    lines
}

/// Rows that so many lines of reasons take.
pub(super) fn strip_height(lines: usize) -> u32 {
    if lines == 0 { 0 } else { lines as u32 * LINE + 10 }
}

/// The strip of reasons below the header.
pub(super) fn draw_reasons(canvas: &Canvas, image: &mut RgbImage, lines: &[String]) {
    let height = strip_height(lines.len());
    if height == 0 {
        return;
    }
    draw_filled_rect_mut(image, Rect::at(0, HEADER as i32).of_size(canvas.width, height), mix(INK, SHIELDED, 0.16));
    draw_filled_rect_mut(image, Rect::at(0, HEADER as i32).of_size(5, height), SHIELDED);
    for (index, line) in lines.iter().enumerate() {
        draw(image, (16, i64::from(HEADER + 5 + 2 + index as u32 * LINE)), Face::PLAIN, PAPER, line);
    }
}

/// Verdict and name, then container, score and model.
pub(super) fn draw_header(canvas: &Canvas, image: &mut RgbImage, report: &Report) {
    let colour = match report.verdict {
        Verdict::Flagged | Verdict::Failed => FLAGGED,
        Verdict::Inconclusive => SHIELDED,
        Verdict::Clear => CLEAR,
    };
    let badge = report.verdict.to_string().to_uppercase();
    let badge_width = Face::TITLE.width(&badge) + 16;
    draw_filled_rect_mut(image, Rect::at(8, 6).of_size(badge_width, 22), colour);
    draw(image, (16, 7), Face::TITLE, INK, &badge);
    let room = canvas.width.saturating_sub(badge_width + 32);
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
    let facts = Face::PLAIN.fit(&facts.join("  |  "), canvas.width.saturating_sub(16));
    draw(image, (8, 34), Face::PLAIN, MUTED, &facts);
}

/// What stands before a word of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A bar as long as a metre in the scan.
    Metre(u32),
    Nothing,
    Outline,
    Pixels(Kind),
    /// The tint of the score map, from faint to strong.
    Scores,
}

impl Sign {
    fn width(self) -> u32 {
        match self {
            Self::Metre(length) => length + 12,
            Self::Nothing => 0,
            Self::Outline | Self::Pixels(_) | Self::Scores => SWATCH + 8,
        }
    }
}

struct Item {
    sign: Sign,
    colour: Rgb<u8>,
    text: String,
    /// Column, and line of the legend.
    place: (u32, u32),
}

/// The lines below the scan.
pub(super) struct Legend {
    items: Vec<Item>,
    lines: u32,
}

impl Legend {
    /// The legend of what is in the picture, laid out in lines that fit it.
    pub(super) fn of(canvas: &Canvas, prepared: &Prepared, report: &Report, kinds: &Kinds, tinted: bool) -> Self {
        let frame = &prepared.frame;
        // A metre of a scan with tiny pixels may be longer than the picture.
        let metre = ((1000.0 / frame.pixel.x * canvas.scale).round() as u32).clamp(1, canvas.width / 2);
        let mut parts = vec![(Sign::Metre(metre), PAPER, "1 m".to_owned())];
        parts.push((Sign::Nothing, MUTED, format!("scale: m from the {}, m up", frame.counted_from())));
        if frame.located == Located::Container {
            let doors = match (frame.doors_known, frame.doors) {
                (true, End::Right) => "doors right",
                (true, End::Left) => "doors left",
                (false, _) => "doors: end not known",
            };
            parts.push((Sign::Nothing, MUTED, doors.to_owned()));
        }
        if !report.regions.is_empty() {
            parts.push((Sign::Outline, FLAGGED, "region: score, extra mass, zone".to_owned()));
        }
        if tinted {
            parts.push((Sign::Scores, FLAGGED, "the model's scores, from half the threshold".to_owned()));
        }
        for (kind, colour, text) in [
            (Kind::Counts, SHIELDED, "not penetrated"),
            (Kind::Small, MUTED, "not penetrated, too small to count"),
            (Kind::Repaired, REPAIRED, "repaired"),
        ] {
            if kinds.any(kind) {
                parts.push((Sign::Pixels(kind), colour, text.to_owned()));
            }
        }
        Self::laid_out(parts, canvas.width)
    }

    fn laid_out(parts: Vec<(Sign, Rgb<u8>, String)>, width: u32) -> Self {
        let (mut x, mut line) = (8, 0);
        let mut items = Vec::new();
        for (sign, colour, text) in parts {
            let wide = sign.width() + Face::PLAIN.width(&text);
            if x > 8 && x + wide > width {
                (x, line) = (8, line + 1);
            }
            items.push(Item { sign, colour, text, place: (x, line) });
            x += wide + 26;
        }
        Self { items, lines: line + 1 }
    }

    /// Rows that it takes.
    pub(super) fn height(&self) -> u32 {
        self.lines * LEGEND_LINE + 10
    }

    pub(super) fn draw(&self, canvas: &Canvas, image: &mut RgbImage) {
        for Item { sign, colour, text, place: (x, line) } in &self.items {
            let y = (canvas.bottom() + ruler::HEIGHT + 8 + line * LEGEND_LINE) as i32;
            let left = *x as i32;
            match *sign {
                Sign::Metre(length) => {
                    draw_filled_rect_mut(image, Rect::at(left, y + 6).of_size(length, 3), *colour);
                    for end in [left, left + length.saturating_sub(1) as i32] {
                        draw_filled_rect_mut(image, Rect::at(end, y + 2).of_size(2, 11), *colour);
                    }
                }
                Sign::Nothing => {}
                Sign::Outline => {
                    for inset in 0..2 {
                        let rect = Rect::at(left + inset, y + 1 + inset)
                            .of_size(SWATCH - 2 * inset as u32, 14 - 2 * inset as u32);
                        draw_hollow_rect_mut(image, rect, *colour);
                    }
                }
                Sign::Scores => {
                    for (dy, dx) in (0..14).flat_map(|dy| (0..SWATCH).map(move |dx| (dy, dx))) {
                        if let Some(pixel) = image.get_pixel_mut_checked(x + dx, y as u32 + 1 + dy) {
                            *pixel = scored(Rgb([200; 3]), (dx + 1) as f32 / SWATCH as f32);
                        }
                    }
                }
                Sign::Pixels(kind) => {
                    // As it looks in dense cargo and, repaired, in air.
                    let ground = if kind == Kind::Repaired { Rgb([200; 3]) } else { Rgb([40; 3]) };
                    for (dy, dx) in (0..14).flat_map(|dy| (0..SWATCH).map(move |dx| (dy, dx))) {
                        if let Some(pixel) = image.get_pixel_mut_checked(x + dx, y as u32 + 1 + dy) {
                            *pixel = tinted_pixel(ground, kind, (dx as usize, dy as usize));
                        }
                    }
                }
            }
            draw(image, (i64::from(x + sign.width()), i64::from(y)), Face::PLAIN, *colour, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_that_is_too_long_goes_on_below() {
        let parts = || {
            let texts = ["1 m", "doors right (assumed)", "region: score, extra mass, zone", "repaired"];
            texts.map(|text| (Sign::Outline, MUTED, text.to_owned())).to_vec()
        };
        let wide = Legend::laid_out(parts(), 1600);
        assert_eq!((wide.lines, wide.height()), (1, LEGEND_LINE + 10));
        let narrow = Legend::laid_out(parts(), 480);
        assert!(narrow.lines > 1);
        for Item { sign, text, place, .. } in &narrow.items {
            assert!(place.0 + sign.width() + Face::PLAIN.width(text) <= 480, "{text}");
        }
    }
}
