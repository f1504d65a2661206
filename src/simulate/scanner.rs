//! Scanner models: beam energies, pixels, counts, noise and the artefacts of detector lines.

use super::beam::Spectrum;
use super::rays::{Array, Geometry};
use super::scenario::{check_name, check_pair};
use crate::scan::{Error, PixelSize, Polarity, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scanner file (TOML) as it is written; [`ScannerFile::check`] makes a [`ScannerModel`] of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScannerFile {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The model's name: lower-case letters, digits, `_` and `-`; scans carry it as their scanner.
    pub name: String,
    /// What it is, in a sentence.
    #[serde(default)]
    pub description: String,
    /// One beam, or two with the higher energy first.
    pub beams: Vec<Beam>,
    /// Pixel size in mm on the container's middle plane, 1 to 20 each.
    pub pixel_mm: PixelSize,
    /// Where source and detectors stand.
    #[serde(default = "side")]
    pub geometry: Geometry,
    /// Whether air is bright or dark in the file.
    pub polarity: Polarity,
    /// Bits a sample is stored in: 8 or 16.
    pub bits: u32,
    /// Lowest and highest margin of air beside and above the container in mm, 20 to 5000.
    pub margin_mm: [f64; 2],
    /// Counts and noise.
    pub detector: Detector,
    /// Imperfections.
    #[serde(default)]
    pub artefacts: Artefacts,
}

/// A portal beside the road.
fn side() -> Geometry {
    Geometry { source_mm: 7500.0, detector_mm: 2500.0, source_height_mm: 1800.0, array: Array::Vertical, tilt_deg: 0.0 }
}

/// One beam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beam {
    /// End-point energy in MV (gamma sources: `MeV`), 0.3 to 15.
    pub mv: f64,
    /// The one photon energy in `MeV`, 0.6 to 4, whose attenuation stands for the whole beam's.
    pub effective_mev: f64,
}

/// Counts and noise of the detector line. Counts are on a 16-bit scale; 8-bit files hold the upper 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    /// Counts in air, 1000 to 65000.
    pub air: f64,
    /// Counts without beam, 0 to 2000.
    pub dark: f64,
    /// Detected photons a pixel in air, 1e3 to 1e9: the noise in air is 1/sqrt(photons) of the signal.
    pub photons: f64,
    /// Standard deviation of the electronic noise in counts, 0 to 1000.
    pub electronic: f64,
    /// The digitiser's step in counts, 1 to 1024.
    pub step: u32,
    /// True for a companding digitiser: its step doubles at 1024, 4096 and 16384 counts, near the growth of photon noise.
    #[serde(default)]
    pub companding: bool,
    /// Scattered radiation as a share of the air signal, 0 to 0.05.
    #[serde(default)]
    pub scatter: f64,
    /// Standard deviation of the detector's blur in pixels, 0 to 3.
    #[serde(default)]
    pub blur_px: f64,
}

/// Imperfections; all zero unless told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Artefacts {
    /// Detector channels (rows) a module, 0 (no modules) to 1024.
    pub module_rows: u32,
    /// Standard deviation of the modules' gain, 0 to 0.2.
    pub module_gain: f64,
    /// Standard deviation of the channels' gain, 0 to 0.2.
    pub channel_gain: f64,
    /// Standard deviation of the pulses' (columns') intensity, 0 to 0.2.
    pub pulse_jitter: f64,
    /// Change of the air level from the first to the last column, as a share, -0.5 to 0.5; drawn up to this in either direction.
    pub drift: f64,
    /// Mean number of dropout columns a scan, 0 to 100; half of them are partial.
    pub dropouts: f64,
    /// Rows without any signal at the image's bottom, 0 to 100.
    pub dead_rows: u32,
}

/// A scanner whose every value is possible: only [`ScannerFile::check`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct ScannerModel(ScannerFile);

impl std::ops::Deref for ScannerModel {
    type Target = ScannerFile;
    fn deref(&self) -> &ScannerFile {
        &self.0
    }
}

impl ScannerFile {
    /// Reads a scanner file's text.
    ///
    /// # Errors
    /// A parameter error that names line, key and what was expected.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|e| Error::parameter(e.to_string().trim_end().to_owned()).at("scanner"))
    }

    /// Checks every value.
    ///
    /// # Errors
    /// A parameter error that names the key, its range and what was found.
    pub fn check(self) -> Result<ScannerModel> {
        let wrong = |key: &str, message: String| Err(Error::parameter(message).at(format!("key \"{key}\"")));
        if self.schema_version != 1 {
            return wrong("schema_version", format!("is {}, expected 1", self.schema_version));
        }
        check_name(&self.name)?;
        if !(1..=2).contains(&self.beams.len()) {
            return wrong("beams", format!("holds {} beams, expected 1 or 2", self.beams.len()));
        }
        if ![8, 16].contains(&self.bits) {
            return wrong("bits", format!("is {}, expected 8 or 16", self.bits));
        }
        check_pair("margin_mm", self.margin_mm, 20.0, 5000.0)?;
        let (d, a) = (&self.detector, &self.artefacts);
        let mut ranges = vec![
            ("pixel_mm.x", f64::from(self.pixel_mm.x), 1.0, 20.0),
            ("pixel_mm.y", f64::from(self.pixel_mm.y), 1.0, 20.0),
            ("detector.air", d.air, 1000.0, 65000.0),
            ("detector.dark", d.dark, 0.0, 2000.0),
            ("detector.photons", d.photons, 1e3, 1e9),
            ("detector.electronic", d.electronic, 0.0, 1000.0),
            ("detector.step", f64::from(d.step), 1.0, 1024.0),
            ("detector.scatter", d.scatter, 0.0, 0.05),
            ("detector.blur_px", d.blur_px, 0.0, 3.0),
            ("artefacts.module_rows", f64::from(a.module_rows), 0.0, 1024.0),
            ("artefacts.module_gain", a.module_gain, 0.0, 0.2),
            ("artefacts.channel_gain", a.channel_gain, 0.0, 0.2),
            ("artefacts.pulse_jitter", a.pulse_jitter, 0.0, 0.2),
            ("artefacts.drift", a.drift, -0.5, 0.5),
            ("artefacts.dropouts", a.dropouts, 0.0, 100.0),
            ("artefacts.dead_rows", f64::from(a.dead_rows), 0.0, 100.0),
        ];
        for beam in &self.beams {
            ranges.push(("beams.mv", beam.mv, 0.3, 15.0));
            ranges.push(("beams.effective_mev", beam.effective_mev, 0.6, 4.0));
        }
        for (key, value, low, high) in ranges {
            if !(low..=high).contains(&value) {
                return wrong(key, format!("is {value}, expected {low} to {high}"));
            }
        }
        if self.beams.len() == 2 && self.beams[0].mv <= self.beams[1].mv {
            return wrong("beams", "start with the lower energy, expected the higher one first".into());
        }
        Ok(ScannerModel(self))
    }
}

impl ScannerModel {
    /// The file's values.
    pub fn file(&self) -> &ScannerFile {
        &self.0
    }

    /// The effective photon energies in `MeV`, one a beam.
    pub fn effective_mev(&self) -> Vec<f64> {
        self.beams.iter().map(|b| b.effective_mev).collect()
    }

    /// What each beam's signal is made of.
    pub(super) fn spectra(&self) -> Result<Vec<Spectrum>> {
        self.beams.iter().map(|b| Spectrum::mono(b.effective_mev)).collect()
    }

    /// The digitiser's step at a count.
    pub(super) fn step_at(&self, counts: f64) -> f64 {
        let step = f64::from(self.detector.step);
        let doubled = [1024.0, 4096.0, 16384.0].iter().filter(|&&limit| counts >= limit).count();
        if self.detector.companding { step * f64::from(1u32 << doubled) } else { step }
    }

    /// One pixel's standard deviation of attenuation where the transmission is `t`: photon, electronic and quantisation noise.
    pub(super) fn attenuation_noise(&self, t: f64) -> f64 {
        let d = &self.detector;
        let signal = (d.air * t).max(1e-6);
        let photon = d.air * d.air * t / d.photons;
        let quantisation = self.step_at(signal + d.dark).powi(2) / 12.0;
        (photon + d.electronic * d.electronic + quantisation).sqrt() / signal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::presets;

    #[test]
    fn every_wrong_value_is_named_with_its_range() {
        let good = presets::SCANNERS[0].text;
        let cases = [
            ("schema_version = 1", "schema_version = 0", "key \"schema_version\": is 0, expected 1"),
            ("bits = 16", "bits = 12", "key \"bits\": is 12, expected 8 or 16"),
            ("scatter = ", "scatter = 1", "key \"detector.scatter\": is 1"),
            ("photons = ", "photons = -", "key \"detector.photons\""),
            ("effective_mev = 2.0", "effective_mev = nan", "key \"beams.effective_mev\": is NaN, expected 0.6 to 4"),
            ("mv = 6.0", "mv = 3.0", "expected the higher one first"),
            ("beams = [", "beams = [] #", "scanner: "),
            (
                "margin_mm = [",
                "margin_mm = [9000, ",
                "key \"margin_mm\": is [9000, 120], expected two rising values from 20 to 5000",
            ),
            ("drift = ", "drift = 7", "key \"artefacts.drift\""),
        ];
        let mut ran = 0;
        for (from, to, expected) in cases {
            assert!(good.contains(from), "{from}");
            let message =
                ScannerFile::parse(&good.replace(from, to)).and_then(ScannerFile::check).unwrap_err().to_string();
            assert!(message.contains(expected), "{to}: {message}");
            ran += 1;
        }
        assert_eq!(ran, 9);
    }
}
