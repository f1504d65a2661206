//! What a scan tells of the scanner that took it: levels, noise, steps of the digitiser, energies.

use super::soften;
use crate::prepare::{Calibration, Prepared, Settings, Target, prepare};
use crate::scan::{Error, Polarity, Result, Samples, Scan, counted};
use crate::simulate::{Artefacts, ScannerModel, presets};

/// Energies within this share of a known beam's are taken for it: a label of 6 MV is no measurement.
const SAME_BEAM: f64 = 0.2;

/// Prepares a scan on its own pixels.
///
/// # Errors
/// Those of the preparation.
pub(super) fn prepared(scan: &Scan) -> Result<Prepared> {
    let settings = Settings { resample: false, ..Settings::default() }.check()?;
    let pixel_mm = scan.metadata.pixel_mm.map_or(5.0, |pixel| pixel.x);
    let target = Target { pixel_mm, transmission: false, ratio: false };
    prepare(scan, target, &settings, &Calibration::default())
}

/// What the steps of a preparation found.
pub(super) struct Steps<'a>(pub(super) &'a Prepared);

impl Steps<'_> {
    fn value(&self, step: &str, plane: Option<usize>, key: &str) -> Option<&serde_json::Value> {
        let of_plane = |found: &std::collections::BTreeMap<String, serde_json::Value>| {
            plane.is_none_or(|plane| found.get("plane").and_then(serde_json::Value::as_u64) == Some(plane as u64))
        };
        let step = self.0.steps.iter().find(|s| s.name == step && of_plane(&s.found))?;
        step.found.get(key)
    }

    pub(super) fn number(&self, step: &str, plane: Option<usize>, key: &str) -> Option<f64> {
        self.value(step, plane, key)?.as_f64()
    }

    pub(super) fn polarity(&self) -> Polarity {
        let dark = self.value("polarity", None, "polarity").is_some_and(|value| value == "air_dark");
        if dark { Polarity::AirDark } else { Polarity::AirBright }
    }

    /// The plane of the scan that stands first among the prepared ones.
    pub(super) fn high_plane(&self) -> usize {
        self.number("energies", None, "high").map_or(0, |number| number as usize)
    }
}

/// Counts and noise of one plane, with air bright.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// Counts without beam.
    pub(super) dark: f32,
    /// Counts of air over dark.
    pub(super) air: f32,
    /// Counts a photon.
    pub(super) per_photon: f32,
    /// Standard deviation without beam, in counts.
    pub(super) electronic: f32,
    pub(super) grid: Grid,
}

/// Counts of a 16-bit scale, as scanner files have them, a count of this scan.
fn scale(full: f32) -> f64 {
    65536.0 / (f64::from(full) + 1.0)
}

/// Levels and noise of a plane, as the preparation found them.
///
/// # Errors
/// A format error for saturated air, unless a scanner file gives the noise.
pub(super) fn level(scan: &Scan, plane: usize, prepared: &Prepared, given: Option<&ScannerModel>) -> Result<Level> {
    let steps = Steps(prepared);
    let full = scan.planes[plane].full_scale;
    let number = |step, key| steps.number(step, Some(plane), key);
    let air = number("air", "level").unwrap_or(f64::from(full));
    let known = number("dark", "sigma").filter(|sigma| *sigma > 0.0);
    let stated = given.map(|scanner| &scanner.detector);
    // A level of zero is none that was seen.
    let dark = number("dark", "level").filter(|level| *level > 0.0);
    let from_file = |counts: f64| counts / scale(full);
    let dark = dark.or(stated.map(|d| from_file(d.dark))).unwrap_or(0.0);
    let electronic = known.or(stated.map(|d| from_file(d.electronic))).unwrap_or(0.0);
    let saturated = number("air", "saturated_share").unwrap_or(0.0) > 0.1;
    let flip = steps.polarity() == Polarity::AirDark;
    let grid = Grid::of(&scan.planes[plane].samples, full, flip);
    let per_photon = if saturated {
        let Some(detector) = stated else {
            let message =
                format!("plane {}: its air is saturated, so that the noise behind a load is not known", plane + 1);
            return Err(Error::format(message).help("give the scanner with --scanner"));
        };
        let swank = given.and_then(|scanner| scanner.spectra().get(plane)).map_or(1.0, |beam| beam.swank);
        air / (given.map_or(detector.photons, |scanner| scanner.photons(plane)) * swank)
    } else {
        // What rounding to the digitiser's steps adds is none of the photons'.
        let rounding = f64::from(grid.step_at(air + dark)).powi(2) / 12.0;
        (air_variance(scan, plane, &steps) - rounding - electronic * electronic).max(0.0) / air.max(1e-9)
    };
    Ok(Level { dark: dark as f32, air: air as f32, per_photon: per_photon as f32, electronic: electronic as f32, grid })
}

/// The variance of an air pixel of a plane, from the differences of neighbours along the rows: they share a detector, and
/// the air level hardly changes from one column to the next. What all rows of a column share is the pulse's, not the
/// pixel's. 0 where no air is seen.
fn air_variance(scan: &Scan, plane: usize, steps: &Steps<'_>) -> f64 {
    /// Fewer rows do not tell what a column shares.
    const ROWS: usize = 8;
    let counts = scan.planes[plane].samples.to_f32();
    let (rows, columns) = counts.dim();
    let margin = |step, plane, key| steps.number(step, plane, key).map_or(0, |margin| margin as usize);
    let trimmed = |key| margin("trim", None, key);
    let air = |key| margin("air", Some(plane), key);
    let (top, bottom) = (trimmed("top"), rows - trimmed("bottom").min(rows));
    let (left, right) = (trimmed("left"), columns - trimmed("right").min(columns));
    let blocks = [
        (top..bottom, left..left + air("left")),
        (top..bottom, right - air("right").min(right)..right),
        (top..top + air("top"), left..right),
        (bottom - air("bottom").min(bottom)..bottom, left..right),
    ];
    let mut differences = Vec::new();
    for (rows, columns) in blocks.into_iter().filter(|(rows, _)| rows.len() >= ROWS) {
        for column in columns.clone().skip(1) {
            let difference = |row: usize| f64::from(counts[[row, column]] - counts[[row, column - 1]]);
            let mut line: Vec<f64> = rows.clone().map(difference).filter(|d| d.is_finite()).collect();
            line.sort_unstable_by(f64::total_cmp);
            // The middle half's mean: no dropout moves it, and steps do not round it.
            let middle = &line[line.len() / 4..(3 * line.len()).div_ceil(4)];
            let shared = middle.iter().sum::<f64>() / middle.len().max(1) as f64;
            differences.extend(line.iter().map(|d| (d - shared).abs()));
        }
    }
    differences.sort_unstable_by(f64::total_cmp);
    let Some(most) = differences.get(differences.len() * 98 / 100) else { return 0.0 };
    // Six standard deviations: dropouts are no noise.
    let (count, sum) = differences
        .iter()
        .take_while(|d| **d <= 2.6 * most)
        .fold((0.0, 0.0), |(count, sum), d| (count + 1.0, sum + d * d));
    sum / count / 2.0
}

/// The values that a digitiser writes: multiples of a step that may grow with the value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    /// The step from each power of two to the next; empty for floats.
    steps: Vec<u32>,
}

impl Grid {
    /// Fewer values than this in an octave do not tell its step.
    const ENOUGH: usize = 12;

    fn of(samples: &Samples, full: f32, flip: bool) -> Self {
        let mut seen = vec![false; 65536];
        match samples {
            Samples::U8(values) => values.iter().for_each(|value| seen[usize::from(*value)] = true),
            Samples::U16(values) => values.iter().for_each(|value| seen[usize::from(*value)] = true),
            _ => return Self { steps: Vec::new() },
        }
        if flip {
            seen[..=(full as usize).min(65535)].reverse();
        }
        let divisor = |octave: std::ops::Range<usize>| {
            // Full scale is where the digitiser ends, on a step or not.
            let values = octave.filter(|value| seen[*value] && *value > 0 && (*value as f32) < full);
            values.fold((0usize, 0u32), |(count, divisor), value| (count + 1, gcd(divisor, value as u32)))
        };
        let (_, smallest) = divisor(1..65536);
        let steps = (0..16).map(|octave| match divisor(1 << octave..1 << (octave + 1)) {
            (count, step) if count >= Self::ENOUGH => step,
            _ => smallest.max(1),
        });
        Self { steps: steps.collect() }
    }

    /// The value nearest to `value` that the digitiser writes.
    pub(super) fn nearest(&self, value: f32) -> f32 {
        let octave = value.max(1.0).log2() as usize;
        let Some(step) = self.steps.get(octave.min(15)) else { return value };
        let step = (*step).max(1) as f32;
        (value / step).round() * step
    }

    /// The step at a value; 0 for floats.
    fn step_at(&self, value: f64) -> u32 {
        self.steps.get((value.max(1.0).log2() as usize).min(15)).copied().unwrap_or(0)
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The scanner that a scan seems to come from: its energies, its pixels, its counts and noise.
///
/// # Errors
/// A parameter error where the scan's energies are not stated, or no known beam is like them, and no scanner is given.
pub(super) fn scanner(
    scan: &Scan,
    prepared: &Prepared,
    levels: &[Level],
    given: Option<&ScannerModel>,
) -> Result<ScannerModel> {
    let help = "give the scanner with --scanner";
    let mut file = if let Some(given) = given {
        if given.beams.len() != scan.planes.len() {
            let message = format!(
                "the scanner has {}, the scan {}",
                counted(given.beams.len(), "beam"),
                counted(scan.planes.len(), "plane")
            );
            return Err(Error::parameter(message).help("expected as many"));
        }
        given.file().clone()
    } else {
        let energies = &scan.metadata.energies_mv;
        if energies.len() != scan.planes.len() {
            let message = match (energies.len(), scan.planes.len()) {
                (0, 1) => "its energy is not stated".to_owned(),
                (0, _) => "its energies are not stated".to_owned(),
                (1, planes) => format!("one energy is stated for {planes} planes"),
                (energies, planes) => format!("{energies} energies are stated for {}", counted(planes, "plane")),
            };
            return Err(Error::parameter(message).help(format!("state \"energies_mv\" in its sidecar, or {help}")));
        }
        let known: Vec<ScannerModel> = presets::SCANNERS
            .iter()
            .filter_map(|preset| presets::scanner(preset.name).transpose())
            .collect::<Result<_>>()?;
        let mut beams = Vec::new();
        let mut like = None;
        for &energy in energies {
            let energy = f64::from(energy);
            let off = |mv: f64| (mv / energy - 1.0).abs();
            let all = known.iter().flat_map(|scanner| scanner.beams.iter().map(move |beam| (scanner, beam)));
            let nearest = all
                .min_by(|a, b| off(a.1.stated()).total_cmp(&off(b.1.stated())))
                .filter(|near| off(near.1.stated()) <= SAME_BEAM);
            let Some((scanner, beam)) = nearest else {
                return Err(Error::parameter(format!("no beam of {energy} MV is known")).help(help));
            };
            like.get_or_insert(scanner);
            beams.push(beam.clone());
        }
        let Some(like) = like else { return Err(Error::bug("a scan has no plane")) };
        let mut file = like.file().clone();
        file.beams = beams;
        file.description = scan.metadata.scanner.clone().unwrap_or_else(|| "unknown".to_owned());
        file.name = String::from("estimated");
        file
    };
    let plane = &scan.planes[0];
    let (level, scale) = (&levels[0], scale(plane.full_scale));
    let counts = |counts: f32| f64::from(counts) * scale;
    file.pixel_mm = prepared.frame.source_pixel;
    file.pixel_mm.x = file.pixel_mm.x.clamp(1.0, 20.0);
    file.pixel_mm.y = file.pixel_mm.y.clamp(1.0, 20.0);
    file.polarity = Steps(prepared).polarity();
    file.bits = if matches!(plane.samples, Samples::U8(_)) { 8 } else { 16 };
    file.detector.air = counts(level.air).clamp(1000.0, 65_000.0);
    file.detector.dark = counts(level.dark).clamp(0.0, 2000.0);
    file.detector.electronic = counts(level.electronic).clamp(0.0, 1000.0);
    file.detector.step = ((f64::from(level.grid.step_at(1.0)) * scale) as u32).clamp(1, 1024);
    file.artefacts = Artefacts::default();
    if given.is_none() {
        // Afterglow is nothing that a picture tells.
        file.detector.afterglow = 0.0;
        file.detector.blur_px = soften::blur_of(scan, levels, prepared).unwrap_or(file.detector.blur_px);
    }
    // The noise tells of photons that all leave the same; those of a spectrum that give it are more.
    let model = file.clone().check()?;
    for ((beam, level), spectrum) in file.beams.iter_mut().zip(levels).zip(model.spectra()) {
        let alike = f64::from(level.air / level.per_photon.max(f32::MIN_POSITIVE));
        beam.photons = Some((alike / spectrum.swank).clamp(1e3, 1e9));
    }
    file.detector.photons = file.beams.first().and_then(|beam| beam.photons).unwrap_or(file.detector.photons);
    file.check()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn the_digitisers_steps_are_found_in_either_polarity_and_kept() {
        // Steps of 16 that double at every fourfold of counts.
        let step = |v: f32| 16.0 * [1024.0, 4096.0, 16384.0].iter().filter(|&&l| v >= l).fold(1.0, |s, _| s * 2.0);
        let value = |i: usize| ((i as f32 / step(i as f32)).round() * step(i as f32)).min(65535.0) as u16;
        let bright = Array2::from_shape_fn((256, 256), |(r, c)| value(r * 256 + c));
        let grid = Grid::of(&Samples::U16(bright.clone()), 65535.0, false);
        assert_eq!([100.0, 1100.0, 5000.0, 20_000.0].map(|v| grid.step_at(v)), [16, 32, 64, 128]);
        assert_eq!((grid.nearest(20_001.0), grid.nearest(100.0)), (19_968.0, 96.0));
        let dark = Grid::of(&Samples::U16(bright.mapv(|v| u16::MAX - v)), 65535.0, true);
        assert_eq!(grid, dark);
        let float = Grid::of(&Samples::F32(Array2::zeros((2, 2))), 1.0, false);
        assert_eq!(float.nearest(0.123), 0.123);
    }
}
