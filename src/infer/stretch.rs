//! Planes of numbers to another size: a scan squeezed for a classifier, and its map stretched back.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_stays_a_ramp_when_it_grows() {
        let small = Array2::from_shape_fn((6, 8), |(r, c)| r as f32 * 10.0 + c as f32);
        {
            let large = stretch(&small, (24, 32)).unwrap();
            // Pixel centres: large pixel c lies at (c + 0.5) / 4 - 0.5 of the small grid; borders repeat.
            for ((r, c), &v) in large.indexed_iter().filter(|((r, c), _)| (2..22).contains(r) && (2..30).contains(c)) {
                let expected = ((r as f32 + 0.5) / 4.0 - 0.5) * 10.0 + (c as f32 + 0.5) / 4.0 - 0.5;
                assert!((v - expected).abs() < 1e-4, "{r} {c} {v} {expected}");
            }
            assert!((large[[0, 0]] - 0.0).abs() < 1e-4 && (large[[23, 31]] - 57.0).abs() < 1e-4);
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
