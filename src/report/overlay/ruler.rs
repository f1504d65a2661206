//! Metres along the scan's sides, so that a place that the report tells can be found.

use super::super::colour::{INK, MUTED, PAPER};
use super::super::text::{Face, draw};
use super::Canvas;
use crate::prepare::Prepared;
use crate::scan::End;
use image::RgbImage;
use imageproc::drawing::draw_filled_rect_mut;
use imageproc::rect::Rect;

/// Rows below the scan that the scale takes.
pub(super) const HEIGHT: u32 = 26;
/// Rows of a tick, of one with a number, and the least columns between two numbers.
const TICK: u32 = 4;
const LONG_TICK: u32 = 8;
const APART: f32 = 44.0;

/// Draws the scale of lengths below the scan and that of heights at its left side: both count as the boxes in mm do.
pub(super) fn draw_scales(canvas: &Canvas, image: &mut RgbImage, prepared: &Prepared) {
    let frame = &prepared.frame;
    let (wide, high) = (1000.0 / frame.pixel.x * canvas.scale, 1000.0 / frame.pixel.y * canvas.scale);
    let every = step(wide);
    for (metre, from_origin) in ticks(wide, canvas.size.0) {
        let x = if frame.doors == End::Right { from_origin } else { canvas.size.0 - 1 - from_origin };
        let long = metre % every == 0;
        let tick = if long { LONG_TICK } else { TICK };
        draw_filled_rect_mut(image, Rect::at(x as i32, canvas.bottom() as i32).of_size(1, tick), MUTED);
        if long {
            let text = metre.to_string();
            let room = canvas.width.saturating_sub(Face::PLAIN.width(&text));
            let left = x.saturating_sub(Face::PLAIN.width(&text) / 2).min(room);
            draw(image, (i64::from(left), i64::from(canvas.bottom() + LONG_TICK)), Face::PLAIN, MUTED, &text);
        }
    }
    let every = step(high);
    for (metre, from_floor) in ticks(high, canvas.size.1).into_iter().filter(|tick| tick.0 > 0) {
        let y = canvas.bottom() - 1 - from_floor;
        if metre % every > 0 || y < canvas.top + Face::PLAIN.height() / 2 {
            continue;
        }
        // A dark rim, as the outlines have: it is seen on air and on steel.
        let text = metre.to_string();
        draw_filled_rect_mut(image, Rect::at(0, y as i32 - 1).of_size(LONG_TICK + 1, 3), INK);
        draw_filled_rect_mut(image, Rect::at(0, y as i32).of_size(LONG_TICK, 1), PAPER);
        let (left, top) = (LONG_TICK + 2, y - Face::PLAIN.height() / 2);
        let place = Rect::at(left as i32 - 1, top as i32).of_size(Face::PLAIN.width(&text) + 2, Face::PLAIN.height());
        draw_filled_rect_mut(image, place, INK);
        draw(image, (i64::from(left), i64::from(top)), Face::PLAIN, PAPER, &text);
    }
}

/// Whole metres and how many pixels they lie from the origin, as far as the scan reaches; none where they would lie side by side.
fn ticks(metre: f32, length: u32) -> Vec<(u32, u32)> {
    if metre < 2.0 {
        return Vec::new();
    }
    (0..=length).map(|m| (m, (m as f32 * metre).round() as u32)).take_while(|&(_, at)| at < length).collect()
}

/// How many metres lie between two numbers.
fn step(metre: f32) -> u32 {
    [1, 2, 5, 10, 20, 50].into_iter().find(|&every| every as f32 * metre >= APART).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_never_run_into_each_other_and_ticks_end_with_the_scan() {
        assert_eq!((step(131.0), step(30.0), step(10.0), step(0.1)), (1, 2, 5, 100));
        assert_eq!(ticks(100.0, 250), [(0, 0), (1, 100), (2, 200)]);
        assert_eq!(ticks(1.0, 250), []);
    }
}
