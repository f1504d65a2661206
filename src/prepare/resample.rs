//! Pixels brought to the model's size.

use super::settings::Filter;
use crate::scan::{BoxPx, Error, PixelSize, Result};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::F32;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use ndarray::Array2;
use std::ops::Range;

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

/// How rows of a source become rows of a grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping {
    /// `(rows, columns)` of the source.
    pub(super) source: (usize, usize),
    /// `(rows, columns)` of the grid.
    pub(super) grid: (usize, usize),
    pub(super) filter: Filter,
}

impl Mapping {
    /// Whether nothing is to be done.
    pub(super) fn is_identity(&self) -> bool {
        self.source == self.grid
    }

    fn scale(&self) -> f64 {
        self.source.0 as f64 / self.grid.0 as f64
    }

    /// The source rows that the grid rows `rows` depend on.
    pub(super) fn needed(&self, rows: &Range<usize>) -> Range<usize> {
        let lobes = match self.filter {
            Filter::Bilinear => 1.0,
            Filter::Lanczos3 => 3.0,
        };
        let reach = lobes * self.scale().max(1.0) + 1.0;
        let begin = (rows.start as f64 * self.scale() - reach).floor().max(0.0) as usize;
        let end = (rows.end as f64 * self.scale() + reach).ceil() as usize;
        begin..end.min(self.source.0)
    }

    /// Computes the grid rows `rows` into `out` from `lines`, which holds the source rows [`Self::needed`].
    ///
    /// # Errors
    /// A bug, should the resampler refuse sizes that were checked.
    pub(super) fn resample(
        &self,
        resizer: &mut Resizer,
        lines: &[f32],
        rows: &Range<usize>,
        out: &mut [f32],
    ) -> Result<()> {
        let ((_, wide), (_, columns)) = (self.source, self.grid);
        let bug = |e: &dyn std::fmt::Display| Error::bug(format!("the resampler refused rows {rows:?}: {e}"));
        let needed = self.needed(rows);
        let source: TypedImageRef<'_, F32> =
            TypedImageRef::from_buffer(wide as u32, needed.len() as u32, bytemuck::cast_slice(lines))
                .map_err(|e| bug(&e))?;
        let mut out: TypedImage<'_, F32> =
            TypedImage::from_buffer(columns as u32, rows.len() as u32, bytemuck::cast_slice_mut(out))
                .map_err(|e| bug(&e))?;
        let top = rows.start as f64 * self.scale() - needed.start as f64;
        let mut tall = rows.len() as f64 * self.scale();
        // Rounding must not carry the last rows over the edge.
        while top + tall > needed.len() as f64 {
            tall = (needed.len() as f64 - top).min(tall.next_down());
        }
        let filter = match self.filter {
            Filter::Bilinear => FilterType::Bilinear,
            Filter::Lanczos3 => FilterType::Lanczos3,
        };
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(0.0, top, wide as f64, tall);
        resizer.resize_typed(&source, &mut out, &options).map_err(|e| bug(&e))
    }
}

/// The part `crop` of a plane of source pixels on a grid of `(rows, columns)` that covers it: each value is the mean over the
/// area of its pixel. For what was told of a scan pixel by pixel, such as masks, on the grid of the prepared scan.
///
/// # Errors
/// A parameter error where the crop does not lie in the plane, or the grid has no pixel.
pub fn area_means(plane: &Array2<f32>, crop: BoxPx, grid: (usize, usize)) -> Result<Array2<f32>> {
    let (rows, columns) = plane.dim();
    let image = BoxPx { x: 0, y: 0, width: columns as u32, height: rows as u32 };
    if crop.intersection(&image) != Some(crop) || grid.0 == 0 || grid.1 == 0 {
        let message =
            format!("a plane of {columns}x{rows} has no part {crop:?} to put on {}x{} pixels", grid.1, grid.0);
        return Err(Error::parameter(message));
    }
    let bug = |e: &dyn std::fmt::Display| Error::bug(format!("the resampler refused {crop:?}: {e}"));
    let numbers = plane.as_standard_layout();
    let numbers = numbers.as_slice().ok_or_else(|| bug(&"no plain array"))?;
    let source: TypedImageRef<'_, F32> =
        TypedImageRef::from_buffer(columns as u32, rows as u32, bytemuck::cast_slice(numbers)).map_err(|e| bug(&e))?;
    let mut out = Array2::<f32>::zeros(grid);
    let places = out.as_slice_mut().ok_or_else(|| bug(&"no plain array"))?;
    let mut target: TypedImage<'_, F32> =
        TypedImage::from_buffer(grid.1 as u32, grid.0 as u32, bytemuck::cast_slice_mut(places)).map_err(|e| bug(&e))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box)).crop(
        f64::from(crop.x),
        f64::from(crop.y),
        f64::from(crop.width),
        f64::from(crop.height),
    );
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|e| bug(&e))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    /// A whole plane, in bands of 32 rows.
    fn resample(plane: &Array2<f32>, grid: (usize, usize), filter: Filter) -> Result<Array2<f32>> {
        let mapping = Mapping { source: plane.dim(), grid, filter };
        let mut out = Array2::zeros(grid);
        for begin in (0..grid.0).step_by(32) {
            let rows = begin..(begin + 32).min(grid.0);
            let needed = mapping.needed(&rows);
            let lines = plane.slice(ndarray::s![needed, ..]).to_owned();
            let mut band = vec![0.0; rows.len() * grid.1];
            mapping.resample(&mut Resizer::new(), lines.as_slice().unwrap(), &rows, &mut band)?;
            out.slice_mut(ndarray::s![rows, ..]).as_slice_mut().unwrap().copy_from_slice(&band);
        }
        Ok(out)
    }

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
            let out = resample(&slope, (150, 80), filter).unwrap();
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
        let out = resample(&stripes, (100, 64), Filter::Bilinear).unwrap();
        assert!(out.iter().all(|v| (v - 0.5).abs() < 0.05), "{:?}", out.column(0));
        let wave = Array2::from_shape_fn((300, 40), |(r, _)| (r as f32 * 0.05).sin());
        let out = resample(&wave, (240, 40), Filter::Bilinear).unwrap();
        let steps: Vec<f32> = out.column(5).iter().zip(out.column(5).iter().skip(1)).map(|(a, b)| b - a).collect();
        assert!(steps.windows(2).all(|w| (w[1] - w[0]).abs() < 0.012), "{steps:?}");
    }

    #[test]
    fn means_over_areas_keep_the_sum() {
        let plane = Array2::from_shape_fn((40, 60), |(r, c)| ((r * 7 + c * 13) % 11) as f32);
        let crop = BoxPx { x: 10, y: 5, width: 40, height: 30 };
        let halves = area_means(&plane, crop, (15, 20)).unwrap();
        for ((row, column), mean) in halves.indexed_iter() {
            let four = plane.slice(ndarray::s![5 + 2 * row..7 + 2 * row, 10 + 2 * column..12 + 2 * column]);
            assert!((mean - four.mean().unwrap()).abs() < 1e-5, "{row} {column}");
        }
        let inside = plane.slice(ndarray::s![5..35, 10..50]).sum();
        let uneven = area_means(&plane, crop, (13, 17)).unwrap();
        assert!((uneven.sum() * (40.0 * 30.0) / (13.0 * 17.0) / inside - 1.0).abs() < 0.01);
        let beyond = BoxPx { x: 30, ..crop };
        let error = area_means(&plane, beyond, (15, 20)).unwrap_err();
        assert!(error.to_string().contains("a plane of 60x40 has no part"), "{error}");
    }

    #[test]
    fn bands_agree_with_the_whole() {
        let plane = Array2::from_shape_fn((333, 50), |(r, c)| ((r * 31 + c * 17) % 97) as f32 / 97.0);
        for (filter, grid) in
            [(Filter::Bilinear, (266, 40)), (Filter::Lanczos3, (400, 61)), (Filter::Lanczos3, (41, 9))]
        {
            let mapping = Mapping { source: plane.dim(), grid, filter };
            let mut whole = vec![0.0; grid.0 * grid.1];
            let lines = plane.as_slice().unwrap();
            assert_eq!(mapping.needed(&(0..grid.0)), 0..333);
            mapping.resample(&mut Resizer::new(), lines, &(0..grid.0), &mut whole).unwrap();
            let bands = resample(&plane, grid, filter).unwrap();
            assert!(bands.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }
}
