//! Planes of numbers to another size: a scan squeezed for a classifier, a map enlarged to the scan.

use crate::scan::{Error, Result};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::F32;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use ndarray::Array2;

/// The part of `plane` from its top left corner that is `part` (rows, columns) large, in fractions of pixels, stretched
/// to `size` (rows, columns): bilinear when it grows, averaged over the pixels that fall together when it shrinks.
pub(super) fn stretch(plane: &Array2<f32>, part: (f64, f64), size: (usize, usize)) -> Result<Array2<f32>> {
    let fault = |e: &dyn std::fmt::Display| Error::bug(format!("cannot resize {:?} to {size:?}: {e}", plane.dim()));
    let (rows, columns) = plane.dim();
    if (rows as f64, columns as f64) == part && (rows, columns) == size {
        return Ok(plane.clone());
    }
    let pixels: Vec<F32> = plane.iter().map(|&v| F32::new(v)).collect();
    let source = TypedImageRef::new(columns as u32, rows as u32, &pixels).map_err(|e| fault(&e))?;
    let mut stretched = vec![F32::new(0.0); size.0 * size.1];
    let mut target =
        TypedImage::from_pixels_slice(size.1 as u32, size.0 as u32, &mut stretched).map_err(|e| fault(&e))?;
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).crop(0.0, 0.0, part.1, part.0);
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|e| fault(&e))?;
    // One float in another wrapper: the vector is reused, not copied.
    let values: Vec<f32> = stretched.into_iter().map(|pixel| pixel.0).collect();
    Array2::from_shape_vec(size, values).map_err(|e| fault(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_stays_a_ramp_when_it_grows() {
        let small = Array2::from_shape_fn((6, 8), |(r, c)| r as f32 * 10.0 + c as f32);
        let large = stretch(&small, (6.0, 8.0), (24, 32)).unwrap();
        // Pixel centres: large pixel c lies at (c + 0.5) / 4 - 0.5 of the small grid; borders repeat.
        for ((r, c), &v) in large.indexed_iter().filter(|((r, c), _)| (2..22).contains(r) && (2..30).contains(c)) {
            let expected = ((r as f32 + 0.5) / 4.0 - 0.5) * 10.0 + (c as f32 + 0.5) / 4.0 - 0.5;
            assert!((v - expected).abs() < 1e-4, "{r} {c} {v} {expected}");
        }
    }

    #[test]
    fn a_part_keeps_its_scale() {
        let small = Array2::from_shape_fn((4, 8), |(_, c)| c as f32);
        let whole = stretch(&small, (4.0, 8.0), (16, 32)).unwrap();
        let part = stretch(&small, (14.0 / 4.0, 29.0 / 4.0), (14, 29)).unwrap();
        for ((r, c), &v) in part.indexed_iter().filter(|((_, c), _)| *c < 26) {
            assert!((v - whole[[r, c]]).abs() < 1e-4, "{r} {c}");
        }
    }

    #[test]
    fn shrinking_averages() {
        let checked = Array2::from_shape_fn((64, 64), |(r, c)| ((r + c) % 2) as f32);
        let small = stretch(&checked, (64.0, 64.0), (8, 8)).unwrap();
        assert!(small.iter().all(|v| (v - 0.5).abs() < 0.02), "{small}");
        assert_eq!(stretch(&checked, (64.0, 64.0), (64, 64)).unwrap(), checked);
    }
}
