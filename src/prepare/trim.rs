//! Margins that hold no measurement: black or constant strips and white borders at the sides of the image.

use super::counts::Counts;
use super::robust::{median, quantile};
use crate::scan::BoxPx;

/// A strip is black below this share of the image's bright level.
const BLACK: f32 = 0.03;
/// A constant strip this near to the bright level is saturated air, which is a measurement, or a [`border`].
const BRIGHT: f32 = 0.97;
/// No more than this share of a side is black for a margin: more is a dark image.
const MOST: f32 = 0.4;

/// How many rows and columns to leave out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Margins {
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) left: usize,
    pub(super) right: usize,
}

impl Margins {
    /// The pixels that stay.
    pub(super) fn area(&self, (rows, columns): (usize, usize)) -> BoxPx {
        BoxPx {
            x: self.left as u32,
            y: self.top as u32,
            width: (columns - self.left - self.right) as u32,
            height: (rows - self.top - self.bottom) as u32,
        }
    }
}

/// What a row or column at a side holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    /// All but 2 %, which dropout columns may cross.
    Black,
    /// One value exactly, darker than air: nobody measured that, however many lines of it there are.
    Constant,
    /// One value exactly, as bright as air.
    White(f32),
    /// Its median.
    Measured(f32),
}

/// Finds the strips; `bright` is the image's bright level in counts.
pub(super) fn find(counts: Counts<'_>, bright: f32) -> Margins {
    let (rows, columns) = counts.dim();
    let mut line = vec![0.0; columns];
    let mut row = |at: usize| {
        counts.read(at, 0, &mut line);
        let mut sampled: Vec<f32> = line.iter().copied().step_by((columns / 512).max(1)).collect();
        look(&mut sampled, bright)
    };
    let top = strip(rows, rows, counts, &mut row);
    let bottom = strip(rows, rows - top, counts, |i| row(rows - 1 - i));
    let mut values = Vec::with_capacity(rows);
    let mut column = |at: usize| {
        values.clear();
        let valid = (top..rows - bottom).step_by((rows / 256).max(1));
        values.extend(valid.map(|row| counts.at(row, at)).filter(|v| v.is_finite()));
        look(&mut values, bright)
    };
    let left = strip(columns, columns, counts, &mut column);
    let right = strip(columns, columns - left, counts, |i| column(columns - 1 - i));
    Margins { top, bottom, left, right }
}

fn look(values: &mut [f32], bright: f32) -> Line {
    let Some(&first) = values.first() else { return Line::Black };
    if quantile(values, 0.98) < BLACK * bright {
        Line::Black
    } else if !values.iter().all(|&v| v == first) {
        Line::Measured(median(values))
    } else if first < BRIGHT * bright {
        Line::Constant
    } else {
        Line::White(first)
    }
}

/// How many of the first `of` lines from a side of `size` lines are a margin.
fn strip(size: usize, of: usize, counts: Counts<'_>, mut line: impl FnMut(usize) -> Line) -> usize {
    let most = (size as f32 * MOST) as usize;
    let white = border(size, counts, &mut line);
    let mut black = 0;
    let empty = |at: &usize| match line(*at) {
        Line::Black => {
            black += 1;
            black < most
        }
        Line::Constant => true,
        Line::White(_) | Line::Measured(_) => false,
    };
    let found = (white..of.max(white)).take_while(empty).count();
    // A limit that was reached means that the dark does not end there: it is no margin.
    white + if black < most { found } else { 0 }
}

/// How many lines at a side are a white border, drawn around a picture: of one value, few, and next to something darker than
/// air. Saturated air beside a load looks like that, too, but then there is more of it in the picture.
fn border(size: usize, counts: Counts<'_>, mut line: impl FnMut(usize) -> Line) -> usize {
    /// The widest border, as a share of the side.
    const WIDEST: f32 = 0.02;
    /// Of the border, what lies next to it has no more.
    const DARKER: f32 = 0.9;
    /// The share of the picture within borders of such width that is as white where air is.
    const AIR: f32 = 0.005;
    let Line::White(white) = line(0) else { return 0 };
    let most = (size as f32 * WIDEST) as usize;
    let n = (0..=most).take_while(|&at| line(at) == Line::White(white)).count();
    let darker = match line(n) {
        Line::Measured(level) => level < DARKER * white,
        Line::Black | Line::Constant => true,
        Line::White(_) => false,
    };
    if n > most || !darker {
        return 0;
    }
    let (rows, columns) = counts.dim();
    let (high, wide) = ((rows as f32 * WIDEST) as usize + 1, (columns as f32 * WIDEST) as usize + 1);
    let step = (columns / 256).max(1);
    let mut across = vec![0.0; (columns - 2 * wide) / step];
    let (mut same, mut all) = (0, 0);
    for row in (high..rows - high).step_by((rows / 256).max(1)) {
        counts.read_every(row, wide, step, &mut across);
        same += across.iter().filter(|&&v| v == white).count();
        all += across.len();
    }
    if same as f32 > AIR * all as f32 { 0 } else { n }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Energy, Plane, Polarity, Samples};
    use ndarray::{Array2, s};

    /// Air of 50,000 with a little noise, and a load in the middle.
    fn image() -> Array2<u16> {
        Array2::from_shape_fn((100, 200), |(r, c)| {
            let load = (30..80).contains(&r) && (40..160).contains(&c);
            (if load { 9_000 } else { 50_000 }) + ((r * 7 + c * 13) % 50) as u16
        })
    }

    fn found(image: Array2<u16>) -> Margins {
        let plane = Plane { energy: Energy::Single, samples: Samples::U16(image), full_scale: 65535.0, step: 1.0 };
        find(Counts::new(&plane, Polarity::AirBright), 50_000.0)
    }

    #[test]
    fn an_image_without_strips_is_kept() {
        assert_eq!(found(image()), Margins::default());
    }

    #[test]
    fn black_and_constant_strips_are_found_on_every_side() {
        let mut strips = image();
        strips.slice_mut(s![..7, ..]).fill(0);
        strips.slice_mut(s![91.., ..]).mapv_inplace(|v| v % 400);
        strips.slice_mut(s![.., ..3]).fill(20_000);
        strips.slice_mut(s![.., 189..]).fill(1);
        // A white dropout crosses the black strip.
        strips.slice_mut(s![.., 100]).fill(65535);
        assert_eq!(found(strips.clone()), Margins { top: 7, bottom: 9, left: 3, right: 11 });
        let area = found(strips).area((100, 200));
        assert_eq!(area, BoxPx { x: 3, y: 7, width: 186, height: 84 });
    }

    #[test]
    fn saturated_air_and_a_dark_half_are_no_margins() {
        let mut saturated = image();
        saturated.slice_mut(s![..20, ..]).fill(65535);
        assert_eq!(found(saturated), Margins::default());
        let mut dark = image();
        dark.slice_mut(s![50.., ..]).fill(0);
        assert_eq!(found(dark), Margins::default());
    }
}
