//! Margins that hold no measurement: black or constant strips at the sides of the image.

use super::counts::Counts;
use super::robust::quantile;
use crate::scan::BoxPx;

/// A strip is black below this share of the image's bright level.
const BLACK: f32 = 0.03;
/// A constant strip this near to the bright level is saturated air, which is a measurement.
const BRIGHT: f32 = 0.97;
/// No more than this share of a side is taken for a margin: more is a dark image.
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

/// Finds the strips; `bright` is the image's bright level in counts.
pub(super) fn find(counts: Counts<'_>, bright: f32) -> Margins {
    let (rows, columns) = counts.dim();
    let most_rows = (rows as f32 * MOST) as usize;
    let most_columns = (columns as f32 * MOST) as usize;
    let mut line = vec![0.0; columns];
    let mut empty_row = |row: usize| {
        counts.read(row, 0, &mut line);
        let mut sampled: Vec<f32> = line.iter().copied().step_by((columns / 512).max(1)).collect();
        is_empty(&mut sampled, bright)
    };
    let top = (0..most_rows).take_while(|&row| empty_row(row)).count();
    let bottom = (0..most_rows).take_while(|&i| empty_row(rows - 1 - i)).count();
    let mut column = Vec::with_capacity(rows);
    let mut empty_column = |at: usize| {
        column.clear();
        let valid = (top..rows - bottom).step_by((rows / 256).max(1));
        column.extend(valid.map(|row| counts.at(row, at)).filter(|v| v.is_finite()));
        is_empty(&mut column, bright)
    };
    let left = (0..most_columns).take_while(|&at| empty_column(at)).count();
    let right = (0..most_columns).take_while(|&i| empty_column(columns - 1 - i)).count();
    // A limit that was reached means that the dark does not end there: it is no margin.
    let kept = |found: usize, most: usize| if found < most { found } else { 0 };
    Margins {
        top: kept(top, most_rows),
        bottom: kept(bottom, most_rows),
        left: kept(left, most_columns),
        right: kept(right, most_columns),
    }
}

/// Black (all but 2 %, which dropout columns may cross) or constant (exactly, and darker than air).
fn is_empty(values: &mut [f32], bright: f32) -> bool {
    let Some(&first) = values.first() else { return true };
    let constant = first < BRIGHT * bright && values.iter().all(|&v| v == first);
    constant || quantile(values, 0.98) < BLACK * bright
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
