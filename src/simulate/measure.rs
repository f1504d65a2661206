//! What a load changes in the picture: its mask, outlines, extra attenuation and visibility.

use super::beam::Behind;
use super::load::Hidden;
use super::outline::polygons;
use super::render::Picture;
use super::scanner::ScannerModel;
use crate::scan::{BoxPx, ExtraAttenuation, LoadTruth, MASK_GOODS as GOODS};
use ndarray::Array2;

/// Pixels count as the load's where its path is at least this share of its longest path.
const MASK_SHARE: f32 = 0.1;
/// What they show with that changes the picture beside the goods: packing, and what was taken away.
const CHANGED: u8 = 128;
/// So many standard deviations of a pixel's noise are a change.
const CHANGE: f64 = 2.0;
/// The contrast to clutter from which on a load stands out from what is around it.
const DISTINCT: f64 = 1.0;
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
    /// Areal density in g/cm² of the load's own material along them.
    pub(super) areal: Array2<f32>,
    /// The noiseless picture with the load.
    pub(super) with: Picture,
    /// The noiseless picture without it.
    pub(super) without: Picture,
}

/// Measures a load in a picture; nothing where it lies outside. `clean` is the first plane of the whole picture without it.
pub(super) fn load(
    hidden: &Hidden,
    part: &Part,
    clean: &Array2<f32>,
    scanner: &ScannerModel,
) -> Option<(LoadTruth, Array2<u8>)> {
    let longest = part.path.iter().copied().fold(0.0f32, f32::max);
    if longest <= 0.0 {
        return None;
    }
    let mut mask = part.path.mapv(|path| if path >= MASK_SHARE * longest { GOODS } else { 0 });
    let places: Vec<(usize, usize)> = mask.indexed_iter().filter(|(_, m)| **m > 0).map(|(place, _)| place).collect();
    let box_px = bounds(&places)?;
    let box_px = BoxPx { x: box_px.x + part.first as u32, ..box_px };
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

    let first = extra.first()?;
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

    for (plane, extra) in extra.iter().enumerate() {
        for ((place, value), without) in mask.indexed_iter_mut().zip(&part.without.attenuation[plane]) {
            // Less is let through where goods are, and more where something was taken away: the noise of the brighter one counts.
            let brighter = if extra[place] < 0.0 { &part.with } else { &part.without };
            let left = Behind {
                transmission: f64::from(-(without + extra[place].min(0.0)).max(0.0)).exp(),
                coarseness: brighter.coarseness[plane][place].into(),
            };
            let change = f64::from(extra[place].abs());
            // Below a thousandth there is rounding only.
            if *value == 0 && change > 1e-3 && change > CHANGE * scanner.attenuation_noise(plane, left) {
                *value = CHANGED;
            }
        }
    }
    let changed = mask.iter().filter(|value| **value > 0).count() as f64;
    let mut whole = Array2::zeros(clean.dim());
    whole.slice_mut(ndarray::s![.., part.first..part.first + mask.ncols()]).assign(&mask);
    let contrast_to_clutter = contrast / clutter(clean, &whole, &box_px, scanner).max(1e-3);

    let truth = LoadTruth {
        class: hidden.class,
        place: hidden.place.clone(),
        goods: hidden.goods.as_str().to_owned(),
        packing: hidden.packing.to_owned(),
        material: hidden.material.to_owned(),
        mass_kg: hidden.mass_kg as f32,
        displaced_kg: hidden.displaced_kg as f32,
        box_px,
        polygons: polygons(&whole),
        area_mm2: (count * pixel_area) as f32,
        changed_mm2: (changed * pixel_area) as f32,
        extra_attenuation,
        path_mm: mean(&|p| f64::from(part.path[p])) as f32,
        contrast_to_noise: contrast_to_noise as f32,
        contrast_to_clutter: contrast_to_clutter as f32,
        visible,
        distinct: visible && contrast_to_clutter.abs() >= DISTINCT,
        mask: None,
        mask_sha256: None,
    };
    Some((truth, whole))
}

/// Adds the areal density of a load's own goods, in kg/m², to that of the whole picture.
pub(super) fn add_density(whole: &mut Array2<f32>, part: &Part) {
    let mut columns = whole.slice_mut(ndarray::s![.., part.first..part.first + part.areal.ncols()]);
    // 1 g/cm² is 10 kg/m².
    columns.scaled_add(10.0, &part.areal);
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
            if mask[[row, column]] != GOODS {
                let value = f64::from(clean[[row, column]]);
                n += 1.0;
                sum += value;
                squares += value * value;
            }
        }
    }
    if n < 1.0 { 0.0 } else { (squares / n - (sum / n).powi(2)).max(0.0).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clutter_is_seen_all_around_the_mask_and_not_beyond() {
        let scanner = crate::simulate::presets::scanner("single_6").unwrap().unwrap();
        let reach = (AROUND_MM / scanner.pixel_mm.x) as usize;
        let mut mask = Array2::zeros((120, 200));
        mask.slice_mut(ndarray::s![50..70, 90..110]).fill(GOODS);
        let box_px = BoxPx { x: 90, y: 50, width: 20, height: 20 };
        // An edge within reach to the left counts, and just beyond it does not.
        let edge = |at: usize| Array2::from_shape_fn((120, 200), |(_, column)| if column < at { 1.0 } else { 0.0 });
        assert!(clutter(&edge(90 - reach + 4), &mask, &box_px, &scanner) > 0.1);
        assert!(clutter(&edge(90 - reach), &mask, &box_px, &scanner) < 1e-6);
        assert_eq!(bounds(&[(2, 3), (6, 5)]), Some(BoxPx { x: 3, y: 2, width: 3, height: 5 }));
    }
}
