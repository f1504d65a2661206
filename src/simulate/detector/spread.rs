//! What the radiation does between the cargo and the crystals: scatter and the blur of the focal spot.

use super::{Picture, ScannerModel};
use ndarray::{Array2, Axis};

/// How far scattered radiation spreads along the detector line, in mm on the middle plane: broad beside any edge of cargo.
const SCATTER_MM: f64 = 150.0;

/// Scatter is made on rows so many times coarser: what is that broad holds nothing finer.
const COARSE: usize = 8;

/// The signal per air signal: what comes straight through, and what the matter in the beam scatters into the line. The
/// ratio of the two grows with the matter in g/cm2 (for broad fans it does so nearly linearly up to some 200 g/cm2).
///
/// Scattered radiation spreads along the line only: a pulse lights the slice of the cargo that is in the fan, so that the
/// columns beside it, which are other times, see nothing of it.
pub(super) fn signal(picture: &Picture, plane: usize, scanner: &ScannerModel) -> Array2<f32> {
    let mut direct = picture.attenuation[plane].clone();
    direct.par_mapv_inplace(|a| (-a.max(0.0)).exp());
    let mut sum = blur(&direct, scanner.detector.blur_px);
    if let Some(scatter) = scattered(&direct, &picture.areal, scanner, plane) {
        sum += &scatter;
    }
    sum
}

/// What the matter in the beam scatters into the line where `direct` comes straight through it, per air signal; nothing where
/// the scanner has none.
pub(in crate::simulate) fn scattered(
    direct: &Array2<f32>,
    areal: &Array2<f32>,
    scanner: &ScannerModel,
    plane: usize,
) -> Option<Array2<f32>> {
    let per = (scanner.scatter(plane) / 100.0) as f32;
    if per <= 0.0 {
        return None;
    }
    let (rows, columns) = direct.dim();
    let coarse_rows = rows.div_ceil(COARSE);
    let mut coarse = Array2::zeros((coarse_rows, columns));
    ndarray::Zip::indexed(coarse.rows_mut()).par_for_each(|row, mut out| {
        let fine = row * COARSE..((row + 1) * COARSE).min(rows);
        let share = per / fine.len() as f32;
        for r in fine {
            let both = direct.row(r).into_iter().zip(areal.row(r));
            out.iter_mut().zip(both).for_each(|(sum, (direct, areal))| *sum += share * direct * areal);
        }
    });
    let spread = down(&coarse, &kernel(SCATTER_MM / f64::from(scanner.pixel_mm.y) / COARSE as f64));
    let mut sum = Array2::zeros((rows, columns));
    ndarray::Zip::indexed(sum.rows_mut()).par_for_each(|row, mut out| {
        let place = ((row as f32 + 0.5) / COARSE as f32 - 0.5).clamp(0.0, (coarse_rows - 1) as f32);
        let low = (place as usize).min(coarse_rows.saturating_sub(2));
        let share = place - low as f32;
        out.scaled_add(1.0 - share, &spread.row(low));
        out.scaled_add(share, &spread.row((low + 1).min(coarse_rows - 1)));
    });
    Some(sum)
}

/// A Gaussian cut off at three standard deviations, in pixels; its sum is 1.
fn kernel(deviation: f64) -> Vec<f32> {
    let reach = (3.0 * deviation).ceil() as usize;
    let mut kernel: Vec<f32> =
        (0..=2 * reach).map(|d| (-0.5 * ((d as f64 - reach as f64) / deviation).powi(2)).exp() as f32).collect();
    let sum: f32 = kernel.iter().sum();
    for k in &mut kernel {
        *k /= sum;
    }
    kernel
}

/// A separable Gaussian blur; edges repeat the outermost pixel.
pub(in crate::simulate) fn blur(image: &Array2<f32>, deviation: f64) -> Array2<f32> {
    if deviation <= 0.0 {
        return image.clone();
    }
    let kernel = kernel(deviation);
    let reach = kernel.len() / 2;
    let columns = image.len_of(Axis(1));
    let mut across = Array2::zeros(image.dim());
    ndarray::Zip::from(across.rows_mut()).and(image.rows()).par_for_each(|mut out, line| {
        let at = |place: usize| line[place.saturating_sub(reach).min(columns - 1)];
        let padded: Vec<f32> = (0..columns + 2 * reach).map(at).collect();
        for (value, window) in out.iter_mut().zip(padded.windows(kernel.len())) {
            *value = window.iter().zip(&kernel).map(|(v, k)| v * k).sum();
        }
    });
    down(&across, &kernel)
}

/// Every column folded with a kernel.
fn down(image: &Array2<f32>, kernel: &[f32]) -> Array2<f32> {
    let (rows, reach) = (image.len_of(Axis(0)), kernel.len() / 2);
    let mut both = Array2::zeros(image.dim());
    ndarray::Zip::indexed(both.rows_mut()).par_for_each(|row, mut out| {
        for (tap, k) in kernel.iter().enumerate() {
            out.scaled_add(*k, &image.row((row + tap).saturating_sub(reach).min(rows - 1)));
        }
    });
    both
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::presets;

    #[test]
    fn blur_keeps_the_sum_and_spreads_a_point() {
        let mut image = Array2::zeros((21, 21));
        image[[10, 10]] = 1.0f32;
        let blurred = blur(&image, 1.0);
        assert!((blurred.sum() - 1.0).abs() < 1e-4);
        assert!((blurred[[10, 10]] - 0.159).abs() < 0.003 && blurred[[10, 11]] < blurred[[10, 10]]);
    }

    #[test]
    fn scatter_grows_with_matter_and_spreads_along_the_line_only() {
        let mut file = presets::scanner("dual_6_4").unwrap().unwrap().file().clone();
        // The second beam states its own.
        (file.detector.scatter, file.beams[1].scatter) = (0.1, Some(0.2));
        file.detector.blur_px = 0.0;
        let scanner = file.check().unwrap();
        let picture = |grams: f32| {
            let even = |value: f32| Array2::from_elem((64, 64), value);
            Picture { attenuation: vec![even(0.04 * grams)], coarseness: vec![even(1.0)], areal: even(grams) }
        };
        for grams in [10.0f32, 50.0, 150.0] {
            let seen = signal(&picture(grams), 0, &scanner)[[32, 32]];
            let direct = (-0.04 * grams).exp();
            assert!((seen / direct - 1.0 - 0.001 * grams).abs() < 1e-3, "{grams}: {}", seen / direct);
        }
        let both = [0, 1].map(|plane| {
            let mut picture = picture(50.0);
            picture.attenuation.push(picture.attenuation[0].clone());
            signal(&picture, plane, &scanner)[[32, 32]] / (-2.0f32).exp() - 1.0
        });
        assert!((both[1] / both[0] - 2.0).abs() < 1e-2, "{both:?}");
        // Below an edge air gets some of it, less and less; beside an edge, at other times, none.
        let half = |axis| {
            let mut picture = picture(50.0);
            for array in [&mut picture.attenuation[0], &mut picture.areal] {
                array.slice_axis_mut(Axis(axis), ndarray::Slice::from(32..)).fill(0.0);
            }
            signal(&picture, 0, &scanner)
        };
        let below = half(0);
        assert!(below[[36, 32]] > 1.001 && below[[36, 32]] > below[[60, 32]], "{}", below[[36, 32]]);
        assert!(half(1).slice(ndarray::s![.., 32..]).iter().all(|value| *value == 1.0));
    }
}
