//! The detector line: attenuation to counts, with noise and artefacts.

mod quanta;
pub(super) mod spread;

use super::draw::{Draw, ScanKey};
use super::rays::Motion;
use super::render::Picture;
use super::scanner::ScannerModel;
use crate::scan::{Energy, Plane, Polarity, Samples};
use ndarray::Array2;
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

/// Records one plane: transmission with scatter and blur, photon noise, what neighbours see of a crystal's light, gain,
/// drift, afterglow, electronic noise, the digitiser's steps, stuck channels, dropouts, polarity. Every row has its own
/// streams of random numbers.
pub(super) fn record(
    picture: &Picture,
    plane: usize,
    scanner: &ScannerModel,
    exposure: &Exposure,
    key: &ScanKey,
) -> Plane {
    let light = light(picture, plane, scanner, exposure, key);
    let (rows, columns) = light.dim();
    let (detector, artefacts) = (&scanner.detector, &scanner.artefacts);
    let live = (artefacts.dead_rows_top as usize).min(rows)..rows - (artefacts.dead_rows as usize).min(rows);
    let dark_polarity = scanner.polarity == Polarity::AirDark;
    let keep = (-1.0 / detector.afterglow_columns).exp();
    let (own, other) = (1.0 - detector.crosstalk, detector.crosstalk / 2.0);
    let mut counts = Array2::zeros((rows, columns));
    ndarray::Zip::indexed(counts.rows_mut()).par_for_each(|row, mut out| {
        let mut draw = key.stream(["electronics, first plane", "electronics, second plane"][plane], row as u64);
        let line = light.row(row);
        let (above, below) = (light.row(row.saturating_sub(1)), light.row((row + 1).min(rows - 1)));
        let shared = |column: usize| own * f64::from(line[column]) + other * f64::from(above[column] + below[column]);
        let stuck = exposure.stuck.get(&row);
        let mut glow = shared(0);
        for (column, value) in out.iter_mut().enumerate() {
            let light = shared(column);
            let seen = (1.0 - detector.afterglow) * light + detector.afterglow * glow;
            glow = keep * glow + (1.0 - keep) * light;
            let signal = match stuck {
                Some(true) => 2.0,
                Some(false) => 0.0,
                None if !live.contains(&row) => 0.0,
                None => seen * exposure.gain[row],
            };
            let counts = signal * detector.air + detector.dark + detector.electronic * draw.normal();
            let step = scanner.step_at(counts.max(0.0));
            *value = ((counts.max(0.0) / step).round() * step).min(65535.0) as u16;
        }
        for &(column, first, end, saturated) in &exposure.dropouts {
            if (first..end).contains(&row) {
                out[column] = if saturated { u16::MAX } else { 0 };
            }
        }
        if dark_polarity {
            out.mapv_inplace(|value| u16::MAX - value);
        }
    });
    let energy = match (scanner.beams.len(), plane) {
        (1, _) => Energy::Single,
        (_, 0) => Energy::High,
        _ => Energy::Low,
    };
    if scanner.bits == 8 {
        return Plane { energy, samples: Samples::U8(counts.mapv(|v| (v >> 8) as u8)), full_scale: 255.0, step: 1.0 };
    }
    Plane { energy, samples: Samples::U16(counts), full_scale: 65535.0, step: 1.0 }
}

/// The crystals' light in units of air's: what reaches them, in whole photons.
///
/// The variance is that of the photons' energies behind this matter ([`Picture::coarseness`]); each of them stands for the same
/// light, so that the number of photons is a little lower than it is. Scattered photons are taken for as coarse as the others.
fn light(picture: &Picture, plane: usize, scanner: &ScannerModel, exposure: &Exposure, key: &ScanKey) -> Array2<f32> {
    let mut light = spread::signal(picture, plane, scanner);
    if plane == 1 && scanner.artefacts.interlace > 0.0 {
        later(&mut light, scanner.artefacts.interlace as f32);
    }
    let quanta = scanner.photons(plane) * scanner.spectra()[plane].swank;
    let intensity = &exposure.intensity[plane];
    let coarseness = picture.coarseness[plane].rows();
    ndarray::Zip::indexed(light.rows_mut()).and(coarseness).par_for_each(|row, mut line, coarseness| {
        let mut draw = key.stream(["row, first plane", "row, second plane"][plane], row as u64);
        for ((value, coarseness), intensity) in line.iter_mut().zip(coarseness).zip(intensity) {
            // One normal number a pixel whatever is in the scene: a load changes no other pixel's noise.
            let per = quanta / f64::from(*coarseness);
            *value = (quanta::detected(f64::from(*value) * intensity * per, draw.normal()) / per) as f32;
        }
    });
    light
}

/// What pulses that come `by` columns later show, interpolated between columns.
fn later(image: &mut Array2<f32>, by: f32) {
    for mut row in image.rows_mut() {
        for column in 0..row.len().saturating_sub(1) {
            row[column] = (1.0 - by) * row[column] + by * row[column + 1];
        }
    }
}

#[cfg(test)]
mod tests;
