//! What a load changes in the picture: its mask, extent, extra attenuation and visibility.

use super::beam::Behind;
use super::load::Hidden;
use super::render::Picture;
use super::scanner::ScannerModel;
use crate::scan::{BoxPx, ExtraAttenuation, LoadTruth, Point};
use ndarray::Array2;

/// Pixels count as the load's where its path is at least this share of its longest path.
const MASK_SHARE: f32 = 0.1;
/// Rose's criterion: a feature is seen from five standard deviations of noise on.
pub(super) const ROSE: f64 = 5.0;
/// The side of the patch over which contrast is averaged for Rose's criterion, in mm.
pub(super) const PATCH_MM: f64 = 25.0;
/// How far around the mask's box the clutter is measured, in mm.
const AROUND_MM: f32 = 100.0;

/// The columns that a load changes, with it and without it.
pub(super) struct Part {
    /// Their first.
    pub(super) first: usize,
    /// Length in mm of the rays through the load's own material.
    pub(super) path: Array2<f32>,
    /// The noiseless picture with the load.
    pub(super) with: Picture,
    /// The noiseless picture without it.
    pub(super) without: Picture,
}

/// Measures a load in a picture of `size` (rows, columns); nothing where it lies outside.
pub(super) fn load(
    hidden: &Hidden,
    part: &Part,
    size: (usize, usize),
    scanner: &ScannerModel,
) -> Option<(LoadTruth, Array2<u8>)> {
    let longest = part.path.iter().copied().fold(0.0f32, f32::max);
    if longest <= 0.0 {
        return None;
    }
    let mask = part.path.mapv(|path| if path >= MASK_SHARE * longest { 255u8 } else { 0 });
    let places: Vec<(usize, usize)> = mask.indexed_iter().filter(|(_, m)| **m > 0).map(|(place, _)| place).collect();
    let box_px = bounds(&places)?;
    let count = places.len() as f64;
    let mean = |of: &dyn Fn((usize, usize)) -> f64| places.iter().map(|&p| of(p)).sum::<f64>() / count;

    let extra: Vec<Array2<f32>> =
        part.with.attenuation.iter().zip(&part.without.attenuation).map(|(with, without)| with - without).collect();
    let extra_attenuation: Vec<ExtraAttenuation> = extra
        .iter()
        .zip(&scanner.beams)
        .map(|(plane, beam)| ExtraAttenuation {
            energy_mv: beam.stated() as f32,
            mean: mean(&|p| f64::from(plane[p])) as f32,
            peak: places.iter().map(|&p| plane[p]).fold(f32::NEG_INFINITY, f32::max),
        })
        .collect();

    let (first, behind) = (extra.first()?, part.without.attenuation.first()?);
    let transmission = |p: (usize, usize)| f64::from(-part.with.attenuation[0][p]).exp();
    let contrast = mean(&|p| f64::from(first[p]));
    // The median: behind opaque parts the noise of the attenuation has no bound, and a few pixels would decide the mean.
    let left = |p| Behind { transmission: transmission(p), coarseness: part.with.coarseness[0][p].into() };
    let mut noises: Vec<f64> = places.iter().map(|&p| scanner.attenuation_noise(0, left(p))).collect();
    noises.sort_by(f64::total_cmp);
    let contrast_to_noise = contrast / noises.get(noises.len() / 2).copied()?;
    let floor = 2.0 * scanner.detector.electronic.max(1.0) / scanner.detector.air;
    let reached = places.iter().filter(|&&p| transmission(p) > floor).count() as f64;
    let pixel_area = f64::from(scanner.pixel_mm.area());
    let patch = (PATCH_MM * PATCH_MM / pixel_area).min(count).max(1.0);
    let visible = reached >= 0.5 * count && contrast_to_noise.abs() * patch.sqrt() >= ROSE;
    let clutter = clutter(behind, &mask, &box_px, scanner);

    let right = |mut polygon: Vec<Point>| {
        for point in &mut polygon {
            point.x += part.first as f32;
        }
        polygon
    };
    let truth = LoadTruth {
        class: hidden.class,
        place: hidden.place.clone(),
        goods: hidden.goods.as_str().to_owned(),
        packing: hidden.packing.to_owned(),
        material: hidden.material.to_owned(),
        mass_kg: hidden.mass_kg as f32,
        displaced_kg: hidden.displaced_kg as f32,
        box_px: BoxPx { x: box_px.x + part.first as u32, ..box_px },
        polygon: right(hull(&places)),
        area_mm2: (count * pixel_area) as f32,
        extra_attenuation,
        path_mm: mean(&|p| f64::from(part.path[p])) as f32,
        contrast_to_noise: contrast_to_noise as f32,
        contrast_to_clutter: (contrast / clutter.max(1e-3)) as f32,
        visible,
        mask: None,
    };
    let mut whole = Array2::zeros(size);
    whole.slice_mut(ndarray::s![.., part.first..part.first + mask.ncols()]).assign(&mask);
    Some((truth, whole))
}

fn bounds(places: &[(usize, usize)]) -> Option<BoxPx> {
    let rows = || places.iter().map(|p| p.0 as u32);
    let columns = || places.iter().map(|p| p.1 as u32);
    let (x, y) = (columns().min()?, rows().min()?);
    Some(BoxPx { x, y, width: columns().max()? + 1 - x, height: rows().max()? + 1 - y })
}

/// The standard deviation of the clean scene's attenuation around the mask.
fn clutter(clean: &Array2<f32>, mask: &Array2<u8>, box_px: &BoxPx, scanner: &ScannerModel) -> f64 {
    let (rows, columns) = clean.dim();
    let (dx, dy) = ((AROUND_MM / scanner.pixel_mm.x) as usize, (AROUND_MM / scanner.pixel_mm.y) as usize);
    let (top, bottom) = ((box_px.y as usize).saturating_sub(dy), (box_px.bottom() as usize + dy).min(rows));
    let (left, right) = ((box_px.x as usize).saturating_sub(dx), (box_px.right() as usize + dx).min(columns));
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for row in top..bottom {
        for column in left..right {
            if mask[[row, column]] == 0 {
                let value = f64::from(clean[[row, column]]);
                n += 1.0;
                sum += value;
                squares += value * value;
            }
        }
    }
    if n < 1.0 { 0.0 } else { (squares / n - (sum / n).powi(2)).max(0.0).sqrt() }
}

/// The convex hull of pixels' corners (Andrew's monotone chain), clockwise as seen on the screen. `places` are
/// `(row, column)` in row order.
fn hull(places: &[(usize, usize)]) -> Vec<Point> {
    // Only the first and the last pixel of a row can be on the hull.
    let mut corners: Vec<(i64, i64)> = Vec::new();
    for row in places.chunk_by(|a, b| a.0 == b.0) {
        let (Some(first), Some(last)) = (row.first(), row.last()) else { continue };
        for down in 0..2 {
            corners.push((first.1 as i64, first.0 as i64 + down));
            corners.push((last.1 as i64 + 1, last.0 as i64 + down));
        }
    }
    corners.sort_unstable();
    corners.dedup();
    let turn = |o: (i64, i64), a: (i64, i64), b: (i64, i64)| (a.0 - o.0) * (b.1 - o.1) - (a.1 - o.1) * (b.0 - o.0);
    let half = |points: &mut dyn Iterator<Item = (i64, i64)>| {
        let mut chain: Vec<(i64, i64)> = Vec::new();
        for point in points {
            while chain.len() >= 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut chain = half(&mut corners.iter().copied());
    chain.extend(half(&mut corners.iter().rev().copied()));
    chain.into_iter().map(|(x, y)| Point { x: x as f32, y: y as f32 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_of_an_l_is_its_five_corners() {
        let mut places: Vec<(usize, usize)> = (2..6).map(|row| (row, 3)).collect();
        places.extend([(6, 3), (6, 4), (6, 5)]);
        let hull: Vec<(f32, f32)> = hull(&places).iter().map(|p| (p.x, p.y)).collect();
        assert_eq!(hull, [(3.0, 2.0), (4.0, 2.0), (6.0, 6.0), (6.0, 7.0), (3.0, 7.0)]);
        assert_eq!(bounds(&places), Some(BoxPx { x: 3, y: 2, width: 3, height: 5 }));
    }
}
