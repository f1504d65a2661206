//! Planes of numbers to another size: a scan squeezed for a classifier, a map enlarged to the scan.

use crate::scan::{Error, Result};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::F32;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use ndarray::Array2;

/// `plane` stretched to `size` (rows, columns): linear when it grows, averaged over what falls together when it shrinks.
pub(super) fn stretch(plane: &Array2<f32>, size: (usize, usize)) -> Result<Array2<f32>> {
    let fault = |e: &dyn std::fmt::Display| Error::bug(format!("cannot resize {:?} to {size:?}: {e}", plane.dim()));
    let (rows, columns) = plane.dim();
    if (rows, columns) == size {
        return Ok(plane.clone());
    }
    let pixels: Vec<F32> = plane.iter().map(|&v| F32::new(v)).collect();
    let source = TypedImageRef::new(columns as u32, rows as u32, &pixels).map_err(|e| fault(&e))?;
    let mut stretched = vec![F32::new(0.0); size.0 * size.1];
    let mut target =
        TypedImage::from_pixels_slice(size.1 as u32, size.0 as u32, &mut stretched).map_err(|e| fault(&e))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|e| fault(&e))?;
    // One float in another wrapper: the vector is reused, not copied.
    let values: Vec<f32> = stretched.into_iter().map(|pixel| pixel.0).collect();
    Array2::from_shape_vec(size, values).map_err(|e| fault(&e))
}

/// A map of which each pixel covers `unit` x `unit` pixels of the scan, on the scan's grid of `size` (rows, columns),
/// linearly between the centres of its pixels; what lies beyond `size` falls away.
pub(super) fn enlarge(map: Array2<f32>, unit: usize, size: (usize, usize)) -> Result<Array2<f32>> {
    let (rows, columns) = map.dim();
    if rows * unit < size.0 || columns * unit < size.1 {
        return Err(Error::bug(format!("a map of {rows} x {columns} by {unit} does not cover {size:?}")));
    }
    if unit == 1 {
        return Ok(if map.dim() == size { map } else { map.slice(ndarray::s![..size.0, ..size.1]).to_owned() });
    }
    // The first of the two neighbours of a place on the fine grid, the second, and the second's weight.
    let between = |place: usize, length: usize| {
        let at = ((place as f32 + 0.5) / unit as f32 - 0.5).max(0.0);
        let first = (at as usize).min(length - 1);
        (first, (first + 1).min(length - 1), at - first as f32)
    };
    let across: Vec<(usize, usize, f32)> = (0..size.1).map(|column| between(column, columns)).collect();
    let mut large = Vec::with_capacity(size.0 * size.1);
    let mut line = vec![0.0; columns];
    for row in 0..size.0 {
        let (above, below, weight) = between(row, rows);
        for ((v, &a), &b) in line.iter_mut().zip(map.row(above)).zip(map.row(below)) {
            *v = a + (b - a) * weight;
        }
        large.extend(across.iter().map(|&(left, right, weight)| line[left] + (line[right] - line[left]) * weight));
    }
    Array2::from_shape_vec(size, large).map_err(|e| Error::bug(format!("map of {size:?}: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_stays_a_ramp_when_it_grows() {
        let small = Array2::from_shape_fn((6, 8), |(r, c)| r as f32 * 10.0 + c as f32);
        for large in [enlarge(small.clone(), 4, (24, 32)).unwrap(), stretch(&small, (24, 32)).unwrap()] {
            // Pixel centres: large pixel c lies at (c + 0.5) / 4 - 0.5 of the small grid; borders repeat.
            for ((r, c), &v) in large.indexed_iter().filter(|((r, c), _)| (2..22).contains(r) && (2..30).contains(c)) {
                let expected = ((r as f32 + 0.5) / 4.0 - 0.5) * 10.0 + (c as f32 + 0.5) / 4.0 - 0.5;
                assert!((v - expected).abs() < 1e-4, "{r} {c} {v} {expected}");
            }
            assert!((large[[0, 0]] - 0.0).abs() < 1e-4 && (large[[23, 31]] - 57.0).abs() < 1e-4);
        }
    }

    #[test]
    fn padding_falls_away_and_changes_nothing_else() {
        for unit in [1, 3, 4] {
            let small = Array2::from_shape_fn((4, 8), |(r, c)| (r * c) as f32);
            let whole = enlarge(small.clone(), unit, (4 * unit, 8 * unit)).unwrap();
            let part = enlarge(small.clone(), unit, (3 * unit + 1, 7 * unit)).unwrap();
            assert_eq!(part, whole.slice(ndarray::s![..3 * unit + 1, ..7 * unit]));
            assert!(enlarge(small, unit, (4 * unit + 1, 8)).is_err());
        }
    }

    #[test]
    fn shrinking_averages() {
        let checked = Array2::from_shape_fn((64, 64), |(r, c)| ((r + c) % 2) as f32);
        let small = stretch(&checked, (8, 8)).unwrap();
        assert!(small.iter().all(|v| (v - 0.5).abs() < 0.02), "{small}");
        assert_eq!(stretch(&checked, (64, 64)).unwrap(), checked);
    }
}
