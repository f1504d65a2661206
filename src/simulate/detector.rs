//! The detector line: attenuation to counts, with noise and artefacts.

use super::draw::ScanKey;
use super::scanner::ScannerModel;
use crate::scan::{Energy, Plane, Polarity, Samples};
use ndarray::Array2;
use rayon::prelude::*;

/// What the detector and the beam did during one scan, drawn once for all planes.
pub(super) struct Exposure {
    /// Gain of each row.
    gain: Vec<f64>,
    /// Beam intensity of each column.
    intensity: Vec<f64>,
    /// Columns without signal: column, first row, row after the last, and whether they are saturated.
    dropouts: Vec<(usize, usize, usize, bool)>,
}

impl Exposure {
    /// Draws the artefacts of one scan.
    pub(super) fn draw(scanner: &ScannerModel, rows: usize, columns: usize, key: &ScanKey) -> Self {
        let artefacts = &scanner.artefacts;
        let mut draw = key.stream("detector", 0);
        let module_rows = artefacts.module_rows as usize;
        let mut module = 1.0;
        let gain = (0..rows)
            .map(|row| {
                if module_rows > 0 && row % module_rows == 0 {
                    module = draw.around_one(artefacts.module_gain);
                }
                module * draw.around_one(artefacts.channel_gain)
            })
            .collect();
        let mut draw = key.stream("beam", 0);
        let (slope, bend) = (artefacts.drift * draw.range(-1.0, 1.0), artefacts.drift * draw.range(-0.5, 0.5));
        let intensity = (0..columns)
            .map(|column| {
                let t = column as f64 / columns.max(1) as f64;
                (1.0 + slope * t + bend * 4.0 * t * (1.0 - t)) * draw.around_one(artefacts.pulse_jitter)
            })
            .collect();
        let mut draw = key.stream("dropouts", 0);
        let count = draw.poisson(artefacts.dropouts) as usize;
        let dropouts = (0..count)
            .map(|_| {
                let column = draw.below(columns);
                let (first, end) = if draw.chance(0.5) {
                    (0, rows)
                } else {
                    let first = draw.below(rows);
                    (first, (first + 30 + draw.below(rows)).min(rows))
                };
                (column, first, end, draw.chance(0.3))
            })
            .collect();
        Self { gain, intensity, dropouts }
    }
}

/// How the container moves and the detectors shake during a scan.
pub(super) fn motion(_scanner: &ScannerModel, _draw: &mut super::draw::Draw) -> super::rays::Motion {
    super::rays::Motion::default()
}

/// Records one plane: transmission with scatter and blur, photon noise, gain, drift, electronic noise,
/// the digitiser's steps, dropouts, polarity. Every row has its own stream of random numbers.
pub(super) fn record(
    attenuation: &Array2<f32>,
    plane: usize,
    scanner: &ScannerModel,
    exposure: &Exposure,
    key: &ScanKey,
) -> Plane {
    let detector = &scanner.detector;
    let (rows, columns) = attenuation.dim();
    let scatter = detector.scatter;
    let transmission = attenuation.mapv(|a| {
        let direct = f64::from(-a.max(0.0)).exp();
        (direct + scatter * (1.0 - direct)) as f32
    });
    let transmission = blur(&transmission, detector.blur_px);
    let dead_from = rows - (scanner.artefacts.dead_rows as usize).min(rows);
    let dark_polarity = scanner.polarity == Polarity::AirDark;
    let lines: Vec<Vec<u16>> = (0..rows)
        .into_par_iter()
        .map(|row| {
            let mut draw = key.stream(if plane == 0 { "row, first plane" } else { "row, second plane" }, row as u64);
            let mut line: Vec<u16> = (0..columns)
                .map(|column| {
                    let mean = f64::from(transmission[[row, column]]) * exposure.intensity[column] * detector.photons;
                    // Two normal numbers a pixel whatever is in the scene: a load changes no other pixel's noise. The normal
                    // distribution stands for Poisson's; below 50 photons a pixel the electronic noise hides the difference.
                    let photons = (mean + mean.sqrt() * draw.normal()).max(0.0);
                    let signal = photons / detector.photons * detector.air * exposure.gain[row];
                    let signal = if row >= dead_from { 0.0 } else { signal };
                    let counts = (signal + detector.dark + detector.electronic * draw.normal()).clamp(0.0, 65535.0);
                    let step = scanner.step_at(counts);
                    ((counts / step).round() * step).min(65535.0) as u16
                })
                .collect();
            for &(column, first, end, saturated) in &exposure.dropouts {
                if (first..end).contains(&row) {
                    line[column] = if saturated { u16::MAX } else { 0 };
                }
            }
            if dark_polarity {
                for value in &mut line {
                    *value = u16::MAX - *value;
                }
            }
            line
        })
        .collect();
    let energy = match (scanner.beams.len(), plane) {
        (1, _) => Energy::Single,
        (_, 0) => Energy::High,
        _ => Energy::Low,
    };
    let at = |(row, column): (usize, usize)| lines[row][column];
    if scanner.bits == 8 {
        let samples = Array2::from_shape_fn((rows, columns), |place| (at(place) >> 8) as u8);
        return Plane { energy, samples: Samples::U8(samples), full_scale: 255.0 };
    }
    Plane { energy, samples: Samples::U16(Array2::from_shape_fn((rows, columns), at)), full_scale: 65535.0 }
}

/// A separable Gaussian blur, cut off at three standard deviations; edges repeat the outermost pixel.
fn blur(image: &Array2<f32>, deviation: f64) -> Array2<f32> {
    if deviation <= 0.0 {
        return image.clone();
    }
    let reach = (3.0 * deviation).ceil() as isize;
    let mut kernel: Vec<f64> = (-reach..=reach).map(|d| (-0.5 * (d as f64 / deviation).powi(2)).exp()).collect();
    let sum: f64 = kernel.iter().sum();
    for k in &mut kernel {
        *k /= sum;
    }
    let (rows, columns) = image.dim();
    let clamp = |at: usize, by: isize, end: usize| (at as isize + by).clamp(0, end as isize - 1) as usize;
    let mut across = image.clone();
    ndarray::Zip::indexed(&mut across).par_for_each(|(row, column), value| {
        let taps = kernel.iter().zip(-reach..=reach);
        *value = taps.map(|(k, d)| k * f64::from(image[[row, clamp(column, d, columns)]])).sum::<f64>() as f32;
    });
    let mut both = across.clone();
    ndarray::Zip::indexed(&mut both).par_for_each(|(row, column), value| {
        let taps = kernel.iter().zip(-reach..=reach);
        *value = taps.map(|(k, d)| k * f64::from(across[[clamp(row, d, rows), column]])).sum::<f64>() as f32;
    });
    both
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::presets;

    fn quiet() -> ScannerModel {
        let mut file = presets::scanner("dual_6_4").unwrap().unwrap().file().clone();
        file.artefacts = crate::simulate::Artefacts::default();
        file.detector.blur_px = 0.0;
        file.detector.scatter = 0.0;
        // Steps as wide as the noise make it depend on where between two of them the mean lies.
        file.detector.step = 1;
        file.detector.companding = false;
        file.check().unwrap()
    }

    fn mean_and_deviation(scanner: &ScannerModel, attenuation: f32) -> (f64, f64) {
        let key = ScanKey::new(3, 3);
        let flat = Array2::from_elem((64, 64), attenuation);
        let exposure = Exposure::draw(scanner, 64, 64, &key);
        let plane = record(&flat, 0, scanner, &exposure, &key);
        let values: Vec<f64> = plane.samples.as_u16().unwrap().iter().map(|v| f64::from(*v)).collect();
        let mean = values.iter().sum::<f64>() / 4096.0;
        (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 4096.0).sqrt())
    }

    #[test]
    fn counts_and_noise_are_the_stated_ones() {
        let scanner = quiet();
        for attenuation in [0.0f32, 1.0, 3.0, 5.0] {
            let t = f64::from(-attenuation).exp();
            let (mean, deviation) = mean_and_deviation(&scanner, attenuation);
            assert!((mean / (58000.0 * t) - 1.0).abs() < 0.01, "mean at {attenuation}: {mean}");
            let stated = scanner.attenuation_noise(t) * 58000.0 * t;
            assert!((deviation / stated - 1.0).abs() < 0.15, "noise at {attenuation}: {deviation}, stated {stated}");
        }
    }

    #[test]
    fn blur_keeps_the_sum_and_spreads_a_point() {
        let mut image = Array2::zeros((21, 21));
        image[[10, 10]] = 1.0f32;
        let blurred = blur(&image, 1.0);
        assert!((blurred.sum() - 1.0).abs() < 1e-4);
        assert!((blurred[[10, 10]] - 0.159).abs() < 0.003 && blurred[[10, 11]] < blurred[[10, 10]]);
    }

    #[test]
    fn dropouts_dead_rows_and_polarity_show() {
        let mut file = quiet().file().clone();
        file.artefacts.dropouts = 30.0;
        file.artefacts.dead_rows = 5;
        let bright = file.clone().check().unwrap();
        file.polarity = Polarity::AirDark;
        let dark = file.check().unwrap();
        let key = ScanKey::new(5, 5);
        let air = Array2::zeros((40, 200));
        let exposure = Exposure::draw(&bright, 40, 200, &key);
        assert!(exposure.dropouts.len() > 10);
        let one = record(&air, 0, &bright, &exposure, &key);
        let two = record(&air, 0, &dark, &exposure, &key);
        let (one, two) = (one.samples.as_u16().unwrap(), two.samples.as_u16().unwrap());
        assert!(one.iter().zip(two.iter()).all(|(a, b)| *a == u16::MAX - *b));
        let live = exposure.dropouts.iter().map(|d| d.0).collect::<Vec<_>>();
        for ((row, column), value) in one.indexed_iter().filter(|((_, c), _)| !live.contains(c)) {
            assert_eq!(*value < 100, row >= 35, "row {row} column {column}: {value}");
        }
        assert!(exposure.dropouts.iter().all(|d| [0, u16::MAX].contains(&one[[d.1, d.0]])));
    }
}
