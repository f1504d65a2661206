//! The detector line: attenuation to counts, with noise and artefacts.

use super::draw::{Draw, ScanKey};
use super::rays::Motion;
use super::render::Picture;
use super::scanner::ScannerModel;
use crate::scan::{Energy, Plane, Polarity, Samples};
use ndarray::Array2;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What the detector and the beam did during one scan, drawn once for all planes.
pub(super) struct Exposure {
    /// Gain of each row.
    gain: Vec<f64>,
    /// Rows stuck at no signal (false) or at full scale (true).
    stuck: BTreeMap<usize, bool>,
    /// Beam intensity of each column, a plane each: pulses of two energies vary each by themselves.
    intensity: Vec<Vec<f64>>,
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
        let mut draw = key.stream("stuck channels", 0);
        let mut stuck = BTreeMap::new();
        for (mean, full) in [(artefacts.dead_channels, false), (artefacts.saturated_channels, true)] {
            for _ in 0..draw.poisson(mean) as usize {
                stuck.insert(draw.below(rows), full);
            }
        }
        let mut draw = key.stream("beam", 0);
        let (slope, bend) = (artefacts.drift * draw.range(-1.0, 1.0), artefacts.drift * draw.range(-0.5, 0.5));
        let intensity = (0..scanner.beams.len())
            .map(|plane| {
                let mut pulses = key.stream("pulses", plane as u64);
                (0..columns)
                    .map(|column| {
                        let t = column as f64 / columns.max(1) as f64;
                        let drift = 1.0 + slope * t + bend * 4.0 * t * (1.0 - t);
                        drift * pulses.around_one(artefacts.pulse_jitter)
                    })
                    .collect()
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
        Self { gain, stuck, intensity, dropouts }
    }
}

/// How the container moves and the detectors swing during a scan: a speed that wanders about the nominal one over some
/// metres, and a slow swing with its overtone (Rogers et al., arXiv 1608.03847, show such wavy verticals).
pub(super) fn motion(scanner: &ScannerModel, draw: &mut Draw) -> Motion {
    /// Columns over which the speed is nearly one.
    const MEMORY: f64 = 350.0;
    const COLUMNS: usize = 8192;
    let artefacts = &scanner.artefacts;
    let mut motion = Motion::default();
    if artefacts.uneven_speed > 0.0 {
        let keep = (-1.0 / MEMORY).exp();
        let mut state = draw.normal();
        motion.speed = (0..COLUMNS)
            .map(|_| {
                state = keep * state + (1.0 - keep * keep).sqrt() * draw.normal();
                (1.0 + artefacts.uneven_speed * state).clamp(0.4, 2.0)
            })
            .collect();
    }
    if artefacts.wobble_mm > 0.0 {
        let (period, phase, over) = (draw.range(60.0, 240.0), draw.range(0.0, 6.3), draw.range(0.0, 6.3));
        let swing = |column: usize| {
            let t = column as f64 / period * std::f64::consts::TAU;
            0.75 * (t + phase).sin() + 0.25 * (2.7 * t + over).sin()
        };
        motion.shift_mm = (0..COLUMNS).map(|column| artefacts.wobble_mm * swing(column)).collect();
    }
    motion
}

/// How far scattered radiation spreads, in mm on the middle plane: broad beside any edge of cargo.
const SCATTER_MM: f64 = 150.0;

/// Scatter is made on a grid so many times coarser: what is that broad holds nothing finer.
const COARSE: usize = 8;

/// The signal per air signal: what comes straight through, and what the matter in the beam scatters into the line. The
/// ratio of the two grows with the matter in g/cm2 (for broad fans it does so nearly linearly up to some 200 g/cm2), and
/// scattered radiation spreads.
fn signal(attenuation: &Array2<f32>, areal: &Array2<f32>, scanner: &ScannerModel) -> Array2<f32> {
    let direct = attenuation.mapv(|a| (-a.max(0.0)).exp());
    let per = (scanner.detector.scatter / 100.0) as f32;
    if per <= 0.0 {
        return blur(&direct, scanner.detector.blur_px);
    }
    let (rows, columns) = direct.dim();
    let size = (rows.div_ceil(COARSE), columns.div_ceil(COARSE));
    let coarse = Array2::from_shape_fn(size, |(row, column)| {
        let (mut sum, mut count) = (0.0f32, 0.0f32);
        for r in row * COARSE..((row + 1) * COARSE).min(rows) {
            for c in column * COARSE..((column + 1) * COARSE).min(columns) {
                sum += direct[[r, c]] * per * areal[[r, c]];
                count += 1.0;
            }
        }
        sum / count
    });
    let spread = blur(&coarse, SCATTER_MM / f64::from(scanner.pixel_mm.y) / COARSE as f64);
    let mut sum = blur(&direct, scanner.detector.blur_px);
    ndarray::Zip::indexed(&mut sum).par_for_each(|(row, column), value| {
        let at = |index: usize, end: usize| {
            let place = ((index as f32 + 0.5) / COARSE as f32 - 0.5).clamp(0.0, (end - 1) as f32);
            let low = (place as usize).min(end.saturating_sub(2));
            (low, (low + 1).min(end - 1), place - low as f32)
        };
        let ((r0, r1, v), (c0, c1, u)) = (at(row, size.0), at(column, size.1));
        let upper = spread[[r0, c0]] * (1.0 - u) + spread[[r0, c1]] * u;
        let lower = spread[[r1, c0]] * (1.0 - u) + spread[[r1, c1]] * u;
        *value += upper * (1.0 - v) + lower * v;
    });
    sum
}

/// Records one plane: transmission with scatter and blur, photon noise, gain, drift, afterglow, electronic noise, the
/// digitiser's steps, stuck channels, dropouts, polarity. Every row has its own stream of random numbers.
pub(super) fn record(
    picture: &Picture,
    plane: usize,
    scanner: &ScannerModel,
    exposure: &Exposure,
    key: &ScanKey,
) -> Plane {
    let detector = &scanner.detector;
    let mut transmission = signal(&picture.attenuation[plane], &picture.areal, scanner);
    if plane == 1 && scanner.artefacts.interlace > 0.0 {
        later(&mut transmission, scanner.artefacts.interlace as f32);
    }
    let (rows, columns) = transmission.dim();
    let quanta = detector.photons * scanner.spectra()[plane].swank;
    let dead_from = rows - (scanner.artefacts.dead_rows as usize).min(rows);
    let dark_polarity = scanner.polarity == Polarity::AirDark;
    let intensity = &exposure.intensity[plane];
    let keep = (-1.0 / detector.afterglow_columns).exp();
    let lines: Vec<Vec<u16>> = (0..rows)
        .into_par_iter()
        .map(|row| {
            let mut draw = key.stream(if plane == 0 { "row, first plane" } else { "row, second plane" }, row as u64);
            let mut glow = f64::from(transmission[[row, 0]]);
            let mut line: Vec<u16> = (0..columns)
                .map(|column| {
                    let mean = f64::from(transmission[[row, column]]) * intensity[column];
                    // Two normal numbers a pixel whatever is in the scene: a load changes no other pixel's noise. The normal
                    // distribution stands for Poisson's; below 50 photons a pixel the electronic noise hides the difference.
                    let light = (mean + (mean / quanta).sqrt() * draw.normal()).max(0.0);
                    let seen = (1.0 - detector.afterglow) * light + detector.afterglow * glow;
                    glow = keep * glow + (1.0 - keep) * light;
                    let signal = match exposure.stuck.get(&row) {
                        Some(true) => 2.0,
                        Some(false) => 0.0,
                        None if row >= dead_from => 0.0,
                        None => seen * exposure.gain[row],
                    };
                    let counts = signal * detector.air + detector.dark + detector.electronic * draw.normal();
                    let counts = counts.clamp(0.0, 65535.0);
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

/// What pulses that come `by` columns later show, interpolated between columns.
fn later(image: &mut Array2<f32>, by: f32) {
    for mut row in image.rows_mut() {
        for column in 0..row.len().saturating_sub(1) {
            row[column] = (1.0 - by) * row[column] + by * row[column + 1];
        }
    }
}

/// A separable Gaussian blur, cut off at three standard deviations; edges repeat the outermost pixel.
pub(super) fn blur(image: &Array2<f32>, deviation: f64) -> Array2<f32> {
    if deviation <= 0.0 {
        return image.clone();
    }
    let reach = (3.0 * deviation).ceil() as usize;
    let mut kernel: Vec<f32> =
        (0..=2 * reach).map(|d| (-0.5 * ((d as f64 - reach as f64) / deviation).powi(2)).exp() as f32).collect();
    let sum: f32 = kernel.iter().sum();
    for k in &mut kernel {
        *k /= sum;
    }
    let (rows, columns) = image.dim();
    let mut across = Array2::zeros((rows, columns));
    ndarray::Zip::from(across.rows_mut()).and(image.rows()).par_for_each(|mut out, line| {
        let at = |place: usize| line[place.saturating_sub(reach).min(columns - 1)];
        let padded: Vec<f32> = (0..columns + 2 * reach).map(at).collect();
        for (value, window) in out.iter_mut().zip(padded.windows(kernel.len())) {
            *value = window.iter().zip(&kernel).map(|(v, k)| v * k).sum();
        }
    });
    let mut both = Array2::zeros((rows, columns));
    ndarray::Zip::indexed(both.rows_mut()).par_for_each(|row, mut out| {
        for (tap, k) in kernel.iter().enumerate() {
            let from = (row + tap).saturating_sub(reach).min(rows - 1);
            out.scaled_add(*k, &across.row(from));
        }
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
        let flat = Picture { attenuation: vec![flat.clone(), flat.clone()], areal: flat.mapv(|_| 0.0) };
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
    fn scatter_grows_with_matter_and_spreads() {
        let mut file = quiet().file().clone();
        file.detector.scatter = 0.1;
        let scanner = file.check().unwrap();
        let picture = |grams: f32| Picture {
            attenuation: vec![Array2::from_elem((64, 64), 0.04 * grams); 2],
            areal: Array2::from_elem((64, 64), grams),
        };
        for grams in [10.0f32, 50.0, 150.0] {
            let seen = signal(&picture(grams).attenuation[0], &picture(grams).areal, &scanner)[[32, 32]];
            let direct = (-0.04 * grams).exp();
            assert!((seen / direct - 1.0 - 0.001 * grams).abs() < 1e-3, "{grams}: {}", seen / direct);
        }
        // Beside an edge, air gets some of it.
        let mut half = picture(50.0);
        for array in [&mut half.attenuation[0], &mut half.areal] {
            array.slice_mut(ndarray::s![.., 32..]).fill(0.0);
        }
        let seen = signal(&half.attenuation[0], &half.areal, &scanner);
        assert!(seen[[32, 36]] > 1.001 && seen[[32, 36]] > seen[[32, 60]]);
    }

    #[test]
    fn afterglow_trails_behind_an_edge_and_interlacing_shifts_the_second_plane() {
        let mut file = quiet().file().clone();
        file.detector.afterglow = 0.05;
        file.detector.photons = 1e9;
        file.detector.electronic = 0.0;
        file.artefacts.interlace = 0.5;
        let scanner = file.check().unwrap();
        let edge = Array2::from_shape_fn((16, 64), |(_, c)| if c < 32 { 0.0 } else { 5.0f32 });
        let picture = Picture { attenuation: vec![edge.clone(), edge.clone()], areal: Array2::zeros((16, 64)) };
        let key = ScanKey::new(1, 1);
        let exposure = Exposure::draw(&scanner, 16, 64, &key);
        let planes = [0, 1].map(|plane| record(&picture, plane, &scanner, &exposure, &key));
        let [first, second] = [0, 1].map(|plane| planes[plane].samples.as_u16().unwrap());
        let dark = f64::from(-5.0f32).exp() * 58000.0;
        assert!(f64::from(first[[8, 32]]) > dark + 0.04 * 58000.0 && f64::from(first[[8, 60]]) < dark * 1.2);
        assert!(first[[8, 31]] > 55000 && (28000..31000).contains(&second[[8, 31]]), "{}", second[[8, 31]]);
    }

    #[test]
    fn stuck_channels_and_motion_are_drawn() {
        let mut file = quiet().file().clone();
        file.artefacts.dead_channels = 8.0;
        file.artefacts.saturated_channels = 8.0;
        file.artefacts.uneven_speed = 0.1;
        file.artefacts.wobble_mm = 4.0;
        let scanner = file.check().unwrap();
        let key = ScanKey::new(6, 2);
        let exposure = Exposure::draw(&scanner, 200, 50, &key);
        let air = Array2::zeros((200, 50));
        let picture = Picture { attenuation: vec![air.clone(), air.clone()], areal: air };
        let plane = record(&picture, 0, &scanner, &exposure, &key);
        let samples = plane.samples.as_u16().unwrap();
        assert!(exposure.stuck.len() > 1);
        for (row, full) in &exposure.stuck {
            assert!(samples.row(*row).iter().all(|v| if *full { *v == u16::MAX } else { *v < 100 }), "row {row}");
        }
        let motion = motion(&scanner, &mut key.stream("motion", 0));
        let mean = motion.speed.iter().sum::<f64>() / motion.speed.len() as f64;
        let spread = (motion.speed.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / motion.speed.len() as f64).sqrt();
        assert!((0.04..0.2).contains(&spread), "{spread}");
        assert!(motion.shift_mm.iter().all(|mm| mm.abs() <= 4.0) && motion.shift_mm.iter().any(|mm| mm.abs() > 2.0));
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
        let air = Picture { attenuation: vec![air.clone(); 2], areal: air };
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
