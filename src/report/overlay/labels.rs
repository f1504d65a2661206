//! Where labels go: beside what they name, and where they cover least.

use super::super::colour::{INK, PAPER};
use super::super::text::{Face, draw};
use super::marks::{Mark, stroke};
use super::{Bounds, Canvas};
use image::RgbImage;
use imageproc::drawing::draw_filled_rect_mut;
use imageproc::rect::Rect;

/// Between an outline and its label, in pixels.
const GAP: f32 = 5.0;
/// Labels further away than this get a line to what they name.
const NEAR: f32 = 12.0;
/// How many steps labels move away from what they name before they go anywhere in the picture.
const STEPS: u32 = 16;
/// What a pixel of distance weighs against a grey level covered.
const DISTANCE_WEIGHT: f32 = 0.3;

/// A line from a label to what it names.
type Leader = ((f32, f32), (f32, f32));

/// What a label costs that lies beside a region it does not name: it would be read as that region's.
const WRONG_NEIGHBOUR: f32 = 40.0;

/// Draws outlines and labels.
pub(super) fn draw_all(canvas: &Canvas, image: &mut RgbImage, marks: &[Mark]) {
    for mark in marks {
        stroke(image, &mark.outlines, true, mark.colour);
    }
    let regions: Vec<Bounds> = marks.iter().map(|mark| mark.bounds).collect();
    // Places are chosen before any label is drawn: a label that is there is no reason to cover what lies beside it.
    let (mut labels, mut leaders): (Vec<Bounds>, Vec<Leader>) = Default::default();
    let mut whole = Vec::new();
    for mark in marks {
        let room = Room { canvas, image, regions: &regions, labels: &labels, leaders: &leaders };
        let (badge, all) = (size(&mark.badge, ""), size(&mark.badge, &mark.text));
        // Rather only a number, and rather a line that crosses something, than a label on a region or on another label.
        let choices = [(all, true), (badge, true), (all, false), (badge, false)];
        let found = choices.into_iter().find_map(|(size, apart)| Some((room.find(&mark.bounds, size, apart)?, size)));
        // There is no free place at all: a number inside the region covers least.
        let inside = || (room.clamped(mark.bounds.left, mark.bounds.top, badge), badge);
        let (place, size) = found.unwrap_or_else(inside);
        leaders.extend(leader(&place, &mark.bounds));
        labels.push(place);
        whole.push(size == all);
    }
    for (mark, place) in marks.iter().zip(&labels) {
        if let Some((from, to)) = leader(place, &mark.bounds) {
            stroke(image, &[vec![from, to]], false, mark.colour);
        }
    }
    for ((mark, place), whole) in marks.iter().zip(&labels).zip(whole) {
        draw_label(image, mark, place, if whole { &mark.text } else { "" });
    }
}

/// The line from a label to what it names, where they lie so far apart that there is one.
fn leader(label: &Bounds, named: &Bounds) -> Option<Leader> {
    let (from, to) = nearest(label, named);
    ((from.0 - to.0).hypot(from.1 - to.1) > NEAR).then_some((from, to))
}

/// Whether a line touches a box.
fn touches((from, to): Leader, place: &Bounds) -> bool {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    // The part of the line, from 0 to 1, that lies between each pair of sides (Liang and Barsky).
    let (mut low, mut high) = (0.0f32, 1.0f32);
    for (start, along, least, most) in [(from.0, dx, place.left, place.right), (from.1, dy, place.top, place.bottom)] {
        if along == 0.0 {
            if start < least || start > most {
                return false;
            }
            continue;
        }
        let (a, b) = ((least - start) / along, (most - start) / along);
        (low, high) = (low.max(a.min(b)), high.min(a.max(b)));
    }
    low <= high
}

/// Whether two lines cross.
fn cross((a, b): Leader, (c, d): Leader) -> bool {
    let side =
        |p: (f32, f32), q: (f32, f32), r: (f32, f32)| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0) > 0.0;
    side(a, b, c) != side(a, b, d) && side(c, d, a) != side(c, d, b)
}

/// Columns and rows of a label.
fn size(badge: &str, text: &str) -> (u32, u32) {
    let text = if text.is_empty() { 0 } else { Face::PLAIN.width(text) + 10 };
    (Face::PLAIN.width(badge) + 10 + text, Face::PLAIN.height() + 4)
}

fn draw_label(image: &mut RgbImage, mark: &Mark, place: &Bounds, text: &str) {
    let (x, y) = (place.left as i32, place.top as i32);
    let (badge, height) = size(&mark.badge, "");
    let (width, _) = size(&mark.badge, text);
    draw_filled_rect_mut(image, Rect::at(x, y).of_size(width, height), INK);
    draw_filled_rect_mut(image, Rect::at(x, y).of_size(badge, height), mark.colour);
    draw(image, (i64::from(x) + 5, i64::from(y) + 2), Face::PLAIN, INK, &mark.badge);
    draw(image, (i64::from(x) + i64::from(badge) + 5, i64::from(y) + 2), Face::PLAIN, PAPER, text);
}

/// The picture as far as it is drawn, and what no label may lie on.
struct Room<'a> {
    canvas: &'a Canvas,
    image: &'a RgbImage,
    regions: &'a [Bounds],
    labels: &'a [Bounds],
    leaders: &'a [Leader],
}

impl Room<'_> {
    /// The free place for a label of some size where it covers least: above, below, right or left of what it names, or, where
    /// none of those is free, anywhere in the picture. Nothing where no place is free. Where it is to stand `apart`, it lies on no
    /// line of another label, and its own line crosses no label, no other line and no other region.
    fn find(&self, named: &Bounds, size: (u32, u32), apart: bool) -> Option<Bounds> {
        if size.0 > self.canvas.width || size.1 > self.canvas.size.1 {
            return None;
        }
        let beside = self.best(named, self.beside(named, size), apart);
        beside.or_else(|| self.best(named, self.anywhere(size), apart))
    }

    /// The cheapest of some places; of equal ones the first.
    fn best(&self, named: &Bounds, places: Vec<Bounds>, apart: bool) -> Option<Bounds> {
        let taken = || self.regions.iter().chain(self.labels);
        let free = places.into_iter().filter(|place| taken().all(|taken| !place.overlaps(taken)));
        let clear = free.filter(|place| !apart || self.is_apart(place, named));
        let others = || self.regions.iter().filter(|region| *region != named);
        let costs = clear.map(|place| {
            let (from, to) = nearest(&place, named);
            let distance = (from.0 - to.0).hypot(from.1 - to.1);
            let wrong = distance > NEAR && others().any(|region| place.grown(NEAR).overlaps(region));
            let neighbour = if wrong { WRONG_NEIGHBOUR } else { 0.0 };
            (self.covered(&place) + DISTANCE_WEIGHT * distance + neighbour, place)
        });
        costs.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, place)| place)
    }

    fn is_apart(&self, place: &Bounds, named: &Bounds) -> bool {
        if self.leaders.iter().any(|&leader| touches(leader, &place.grown(3.0))) {
            return false;
        }
        leader(place, named).is_none_or(|own| {
            self.labels.iter().all(|label| !touches(own, &label.grown(3.0)))
                && self.leaders.iter().all(|&other| !cross(own, other))
                && self.regions.iter().filter(|region| *region != named).all(|region| !touches(own, region))
        })
    }

    fn beside(&self, named: &Bounds, size: (u32, u32)) -> Vec<Bounds> {
        let (width, height) = (size.0 as f32, size.1 as f32);
        let columns = [named.left, (named.left + named.right - width) / 2.0, named.right - width];
        let rows = [named.top, (named.top + named.bottom - height) / 2.0, named.bottom - height];
        let mut places = Vec::new();
        for step in 0..STEPS {
            let away = GAP + step as f32 * height / 2.0;
            for x in columns {
                places.push(self.clamped(x, named.top - away - height, size));
                places.push(self.clamped(x, named.bottom + away, size));
            }
            for y in rows {
                places.push(self.clamped(named.right + away, y, size));
                places.push(self.clamped(named.left - away - width, y, size));
            }
        }
        places
    }

    fn anywhere(&self, size: (u32, u32)) -> Vec<Bounds> {
        let rows = (0..self.canvas.size.1).step_by(size.1 as usize / 2 + 1);
        rows.flat_map(|y| (0..self.canvas.width).step_by(size.1 as usize).map(move |x| (x, y)))
            .map(|(x, y)| self.clamped(x as f32, (y + self.canvas.top) as f32, size))
            .collect()
    }

    /// A label with its corner there, moved into the picture.
    fn clamped(&self, x: f32, y: f32, (width, height): (u32, u32)) -> Bounds {
        let most = |end: u32, size: u32| end.saturating_sub(size) as f32;
        let left = x.round().clamp(0.0, most(self.canvas.width, width));
        let top = y.round().min(most(self.canvas.bottom(), height)).max(self.canvas.top as f32);
        Bounds { left, top, right: left + width as f32, bottom: top + height as f32 }
    }

    /// How much there is to see in a place: what absorbs, and what differs from pixel to pixel. Air and bare walls are little.
    fn covered(&self, place: &Bounds) -> f32 {
        let grey = |x: u32, y: u32| self.image.get_pixel_checked(x, y).map_or(0, |pixel| i32::from(pixel.0[1]));
        let (mut sum, mut count) = (0, 0);
        // Every second pixel of every second row tells as much as all of them.
        for y in (place.top as u32..place.bottom as u32).step_by(2) {
            for x in (place.left as u32..place.right as u32).step_by(2) {
                count += 1;
                // Beside a narrow scan the picture is empty.
                if x < self.canvas.size.0 {
                    let here = grey(x, y);
                    // Squared: a label on cargo is far worse than one on a wall, wherever it is.
                    sum += (247 - here).max(0).pow(2) / 64 + 2 * (here - grey(x + 1, y)).abs();
                }
            }
        }
        sum as f32 / count.max(1) as f32
    }
}

/// The points of two boxes that lie nearest to each other.
fn nearest(from: &Bounds, to: &Bounds) -> ((f32, f32), (f32, f32)) {
    let along = |a: (f32, f32), b: (f32, f32)| {
        let (low, high) = (a.0.max(b.0), a.1.min(b.1));
        if low <= high {
            (f32::midpoint(low, high), f32::midpoint(low, high))
        } else if a.1 < b.0 {
            (a.1, b.0)
        } else {
            (a.0, b.1)
        }
    };
    let x = along((from.left, from.right), (to.left, to.right));
    let y = along((from.top, from.bottom), (to.top, to.bottom));
    ((x.0, y.0), (x.1, y.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const SIZE: (u32, u32) = (100, 20);

    fn canvas(columns: usize, rows: usize) -> Canvas {
        Canvas::of(rows, columns)
    }

    fn bounds(left: f32, top: f32, right: f32, bottom: f32) -> Bounds {
        Bounds { left, top, right, bottom }
    }

    fn ground(canvas: &Canvas) -> RgbImage {
        let mut image = canvas.blank(0).unwrap();
        let (width, height) = canvas.size;
        draw_filled_rect_mut(&mut image, Rect::at(0, canvas.top as i32).of_size(width, height), Rgb([240; 3]));
        image
    }

    #[test]
    fn a_label_goes_to_the_side_where_it_covers_least() {
        let canvas = canvas(600, 300);
        let top = canvas.top as f32;
        let named = bounds(250.0, top + 120.0, 350.0, top + 160.0);
        let sides = [
            (bounds(0.0, top, 600.0, top + 115.0), "above"),
            (bounds(0.0, top + 165.0, 600.0, top + 300.0), "below"),
            (bounds(355.0, top + 60.0, 600.0, top + 220.0), "right"),
            (bounds(0.0, top + 60.0, 245.0, top + 220.0), "left"),
        ];
        for (free, side) in &sides {
            // Cargo everywhere but on one side.
            let mut image = RgbImage::from_pixel(600, canvas.bottom(), Rgb([60; 3]));
            let part = Rect::at(free.left as i32, free.top as i32)
                .of_size((free.right - free.left) as u32, (free.bottom - free.top) as u32);
            draw_filled_rect_mut(&mut image, part, Rgb([240; 3]));
            let room = Room { canvas: &canvas, image: &image, regions: &[named], labels: &[], leaders: &[] };
            let place = room.find(&named, SIZE, true).unwrap();
            assert!(free.grown(1.0).overlaps(&place) && free.left <= place.left && place.right <= free.right, "{side}");
            assert!(free.top <= place.top && place.bottom <= free.bottom, "{side}: {place:?}");
        }
    }

    #[test]
    fn labels_lie_on_no_region_and_no_label_and_stay_in_the_picture() {
        let canvas = canvas(400, 200);
        let image = ground(&canvas);
        let top = canvas.top as f32;
        let mut taken: Vec<Bounds> =
            (0..6).map(|n| bounds(300.0 + n as f32, top + 60.0, 399.0, top + 70.0 + n as f32)).collect();
        for region in taken.clone() {
            let room = Room { canvas: &canvas, image: &image, regions: &taken, labels: &[], leaders: &[] };
            let place = room.find(&region, SIZE, false).unwrap();
            assert!(taken.iter().all(|other| !other.overlaps(&place)), "{taken:?} {place:?}");
            assert!(place.left >= 0.0 && place.right <= canvas.width as f32, "{place:?}");
            assert!(place.top >= top && place.bottom <= canvas.bottom() as f32, "{place:?}");
            taken.push(place);
        }
    }

    #[test]
    fn where_no_place_is_free_the_number_stands_in_the_region() {
        let canvas = canvas(400, 200);
        let mut image = ground(&canvas);
        let top = canvas.top as f32;
        let everything = bounds(0.0, top, canvas.width as f32, canvas.bottom() as f32);
        let room = Room { canvas: &canvas, image: &image, regions: &[everything], labels: &[], leaders: &[] };
        assert_eq!(room.find(&everything, SIZE, false), None);
        let mark = |text: &str| Mark {
            outlines: vec![],
            bounds: everything,
            colour: Rgb([255, 0, 0]),
            badge: "1".into(),
            text: text.into(),
        };
        draw_all(&canvas, &mut image, &[mark("a text")]);
        assert_eq!(*image.get_pixel(1, canvas.top + 1), Rgb([255, 0, 0]));
        assert_eq!(*image.get_pixel(60, canvas.top + 10), Rgb([240; 3]), "only the number");
        // A scan lower than a line of text gets its label all the same, cut off.
        let low = Canvas::of(2, 900);
        let mut image = low.blank(0).unwrap();
        draw_all(&low, &mut image, &[mark("a text")]);
    }

    #[test]
    fn no_label_stands_on_the_line_of_another_and_no_line_crosses_a_label() {
        assert!(touches(((0.0, 0.0), (10.0, 10.0)), &bounds(4.0, 4.0, 6.0, 6.0)));
        assert!(!touches(((0.0, 0.0), (10.0, 10.0)), &bounds(6.0, 0.0, 9.0, 4.0)));
        assert!(
            !touches(((0.0, 0.0), (3.0, 3.0)), &bounds(4.0, 4.0, 6.0, 6.0))
                && !touches(((0.0, 9.0), (9.0, 9.0)), &bounds(4.0, 4.0, 6.0, 6.0))
        );
        assert!(cross(((0.0, 0.0), (4.0, 4.0)), ((0.0, 4.0), (4.0, 0.0))));
        assert!(!cross(((0.0, 0.0), (1.0, 1.0)), ((0.0, 4.0), (4.0, 0.0))));
        // Small regions close together in dense cargo: their labels have to go to the bright strip above.
        let canvas = canvas(900, 300);
        let top = canvas.top as f32;
        let mut image = RgbImage::from_pixel(900, canvas.bottom(), Rgb([60; 3]));
        draw_filled_rect_mut(&mut image, Rect::at(0, canvas.top as i32).of_size(900, 90), Rgb([240; 3]));
        let regions: Vec<Bounds> = (0..4)
            .map(|n| bounds(400.0 + 30.0 * n as f32, top + 150.0, 420.0 + 30.0 * n as f32, top + 170.0))
            .collect();
        let (mut labels, mut leaders): (Vec<Bounds>, Vec<Leader>) = Default::default();
        for named in &regions {
            let room = Room { canvas: &canvas, image: &image, regions: &regions, labels: &labels, leaders: &leaders };
            let place = room.find(named, (200, 20), true).unwrap();
            assert!(leaders.iter().all(|&leader| !touches(leader, &place)), "{labels:?} {place:?}");
            if let Some(own) = leader(&place, named) {
                assert!(labels.iter().all(|label| !touches(own, label)), "{labels:?} {place:?}");
                leaders.push(own);
            }
            labels.push(place);
        }
        assert!(!leaders.is_empty());
    }

    #[test]
    fn boxes_are_joined_where_they_are_nearest() {
        let a = bounds(0.0, 0.0, 10.0, 10.0);
        assert_eq!(nearest(&a, &bounds(20.0, 2.0, 30.0, 4.0)), ((10.0, 3.0), (20.0, 3.0)));
        assert_eq!(nearest(&a, &bounds(-9.0, 30.0, -5.0, 40.0)), ((0.0, 10.0), (-5.0, 30.0)));
    }
}
