//! Pixels brought to the model's size.

use super::settings::Filter;
use crate::scan::{Error, PixelSize, Result};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::F32;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use ndarray::Array2;
use rayon::prelude::*;

/// Output rows of one unit of parallel work; fixed, so that the sums are the same on any number of threads.
const BAND: usize = 64;

/// The grid that `(rows, columns)` of `source` pixels get at `pixel_mm`, and its exact pixel size.
///
/// The grid covers the crop exactly, so its pixels differ from `pixel_mm` by up to half a pixel over the whole side.
///
/// # Errors
/// A limit error where the grid would have more than `max_pixels`.
pub(super) fn grid(
    (rows, columns): (usize, usize),
    source: PixelSize,
    pixel_mm: f32,
    max_pixels: u64,
) -> Result<((usize, usize), PixelSize)> {
    let side = |n: usize, mm: f32| (n as f64 * f64::from(mm) / f64::from(pixel_mm)).round().max(1.0);
    let (high, wide) = (side(rows, source.y), side(columns, source.x));
    if high * wide > max_pixels as f64 || high.max(wide) > f64::from(u32::MAX / 2) {
        return Err(Error::limit(format!("the prepared image would be {wide}x{high}, limit is {max_pixels} pixels"))
            .help("raise prepare.max_pixels, or state the scan's true pixel size"));
    }
    let exact = PixelSize {
        x: (f64::from(source.x) * columns as f64 / wide) as f32,
        y: (f64::from(source.y) * rows as f64 / high) as f32,
    };
    Ok(((high as usize, wide as usize), exact))
}

/// `plane` on a grid of `(rows, columns)`; the plane itself where it has that size already.
///
/// # Errors
/// A bug, should the resampler refuse sizes that were checked.
pub(super) fn resample(plane: Array2<f32>, (rows, columns): (usize, usize), filter: Filter) -> Result<Array2<f32>> {
    if plane.dim() == (rows, columns) {
        return Ok(plane);
    }
    let (source_rows, source_columns) = plane.dim();
    let bug = |e: &dyn std::fmt::Display| Error::bug(format!("the resampler refused {columns}x{rows}: {e}"));
    let plane = plane.as_standard_layout();
    let values = plane.as_slice().ok_or_else(|| Error::bug("a plane is not contiguous"))?;
    let source: TypedImageRef<'_, F32> =
        TypedImageRef::from_buffer(source_columns as u32, source_rows as u32, bytemuck::cast_slice(values))
            .map_err(|e| bug(&e))?;
    let filter = match filter {
        Filter::Bilinear => FilterType::Bilinear,
        Filter::Lanczos3 => FilterType::Lanczos3,
    };
    let mut out = Array2::<f32>::zeros((rows, columns));
    let lines = out.as_slice_mut().ok_or_else(|| Error::bug("a plane is not contiguous"))?;
    let scale = source_rows as f64 / rows as f64;
    lines.par_chunks_mut(BAND * columns).enumerate().try_for_each(|(band, lines)| {
        let height = (lines.len() / columns) as u32;
        let top = (band * BAND) as f64 * scale;
        // Rounding must not carry the last band over the edge.
        let mut tall = (f64::from(height) * scale).min(source_rows as f64 - top);
        while top + tall > source_rows as f64 {
            tall = tall.next_down();
        }
        let mut band: TypedImage<'_, F32> =
            TypedImage::from_buffer(columns as u32, height, bytemuck::cast_slice_mut(lines)).map_err(|e| bug(&e))?;
        let options =
            ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(0.0, top, source_columns as f64, tall);
        Resizer::new().resize_typed(&source, &mut band, &options).map_err(|e| bug(&e))
    })?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    const SQUARE: PixelSize = PixelSize { x: 4.0, y: 4.0 };

    #[test]
    fn grids_cover_the_crop_exactly() {
        let ((rows, columns), exact) = grid((648, 3048), SQUARE, 5.0, 1 << 26).unwrap();
        assert_eq!((rows, columns), (518, 2438));
        assert!((exact.x * columns as f32 - 3048.0 * 4.0).abs() < 1e-2);
        assert!((exact.y * rows as f32 - 648.0 * 4.0).abs() < 1e-2);
        assert_eq!(grid((16, 16), SQUARE, 4.0, 1 << 26).unwrap(), ((16, 16), SQUARE));
        let error = grid((4000, 4000), PixelSize { x: 50.0, y: 50.0 }, 0.2, 1 << 26).unwrap_err();
        assert_eq!(error.fault, Fault::Limit);
        assert!(error.to_string().contains("1000000x1000000, limit is 67108864 pixels"), "{error}");
    }

    #[test]
    fn even_areas_and_slopes_stay_as_they_are() {
        for filter in [Filter::Bilinear, Filter::Lanczos3] {
            let slope = Array2::from_shape_fn((300, 200), |(r, c)| 0.1 + 0.001 * r as f32 + 0.002 * c as f32);
            let out = resample(slope, (150, 80), filter).unwrap();
            assert_eq!(out.dim(), (150, 80));
            // Away from the edges, where the filter has only one side.
            for r in 10..140 {
                for c in 10..70 {
                    let expected = 0.1 + 0.001 * (r as f32 * 2.0 + 0.5) + 0.002 * ((c as f32 + 0.5) * 2.5 - 0.5);
                    assert!((out[[r, c]] - expected).abs() < 5e-5, "{r} {c}: {} {expected}", out[[r, c]]);
                }
            }
        }
    }

    #[test]
    fn shrinking_does_not_alias_and_bands_do_not_show() {
        let stripes = Array2::from_shape_fn((400, 64), |(r, _)| if r % 2 == 0 { 1.0 } else { 0.0 });
        let out = resample(stripes, (100, 64), Filter::Bilinear).unwrap();
        assert!(out.iter().all(|v| (v - 0.5).abs() < 0.05), "{:?}", out.column(0));
        let wave = Array2::from_shape_fn((300, 40), |(r, _)| (r as f32 * 0.05).sin());
        let out = resample(wave, (240, 40), Filter::Bilinear).unwrap();
        let steps: Vec<f32> = out.column(5).iter().zip(out.column(5).iter().skip(1)).map(|(a, b)| b - a).collect();
        assert!(steps.windows(2).all(|w| (w[1] - w[0]).abs() < 0.012), "{steps:?}");
    }

    #[test]
    fn one_size_is_handed_on_untouched() {
        let plane = Array2::from_shape_fn((16, 16), |(r, c)| (r * c) as f32);
        assert_eq!(resample(plane.clone(), (16, 16), Filter::Lanczos3).unwrap(), plane);
    }
}
