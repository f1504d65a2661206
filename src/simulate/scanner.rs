//! Scanner models: beam energies, pixels, counts, noise and the artefacts of detector lines.

use super::beam::{self, Behind, Gamma, Spectrum};
use super::matter;
use super::rays::{Array, Geometry};
use super::scenario::{self, check_name, check_pair};
use crate::scan::{BeamSource, Error, PixelSize, Polarity, Result};
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
    /// Pixel size in mm on the container's middle plane, 1 to 20 each: a number, or `x` and `y`.
    #[serde(deserialize_with = "scenario::pixel")]
    #[schemars(with = "scenario::Pixel")]
    pub pixel_mm: PixelSize,
    /// Where source and detectors stand.
    #[serde(default = "side")]
    pub geometry: Geometry,
    /// A second view of the same container, written as a scan of its own; none unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_view: Option<Geometry>,
    /// Whether air is bright or dark in the file.
    pub polarity: Polarity,
    /// Bits that a sample carries: 8, 12, 14 or 16. All but 8 are stored in 16, the highest first.
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

/// One beam: a linac's `mv` or a `gamma` source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beam {
    /// A linac's end-point energy in MV, 2.5 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mv: Option<f64>,
    /// A gamma source instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gamma: Option<GammaSource>,
    /// Thickness of a linac's tungsten target in mm, 0.1 to 10; 2 unless told.
    #[serde(default = "target")]
    pub target_mm: f64,
    /// What the beam passes before the container: a flattening filter, a beam hardener; nothing unless told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Filter>,
    /// Detected photons a pixel in air of this beam, 1e3 to 1e9; the detector's `photons` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photons: Option<f64>,
    /// Scattered over direct radiation of this beam behind 100 g/cm2, 0 to 0.5; the detector's `scatter` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scatter: Option<f64>,
}

/// A layer of a beam's filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// A name in the table of materials.
    pub material: String,
    /// Its thickness in mm, 0 to 500.
    pub mm: f64,
}

/// A radioactive source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GammaSource {
    /// Caesium-137: 0.662 `MeV`.
    Cs137,
    /// Cobalt-60: 1.17 and 1.33 `MeV`.
    Co60,
}

impl Beam {
    /// The energy as scans state it: a linac's end point in MV, a gamma source's mean energy in `MeV`.
    pub fn stated(&self) -> f64 {
        match (self.mv, self.gamma) {
            (Some(mv), _) => mv,
            (None, Some(GammaSource::Cs137)) => 0.662,
            (None, _) => 1.25,
        }
    }
}

fn target() -> f64 {
    2.0
}
fn cadmium_tungstate() -> String {
    "cadmium_tungstate".into()
}
fn crystal() -> f64 {
    30.0
}

/// Counts and noise of the detector line. Counts are on a 16-bit scale; 8-bit files hold the upper 8 bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    /// The scintillator: a name in the table of materials; cadmium tungstate unless told.
    #[serde(default = "cadmium_tungstate")]
    pub scintillator: String,
    /// Its thickness along the beam in mm, 1 to 100; 30 unless told.
    #[serde(default = "crystal")]
    pub scintillator_mm: f64,
    /// Counts in air, 1000 to 65000, on a 16-bit scale whatever `bits` says; 16384 or more with 12 and 14 bits, whose steps
    /// are coarse. Together with `dark` at most 65535.
    pub air: f64,
    /// Counts without beam, 0 to 2000.
    pub dark: f64,
    /// Detected photons a pixel in air, 1e3 to 1e9, of every beam that states none of its own. The detector integrates
    /// energy, so the noise in air is 1/sqrt(photons x Swank factor) of the signal.
    pub photons: f64,
    /// Standard deviation of the electronic noise in counts, 0 to 1000.
    pub electronic: f64,
    /// The digitiser's step in counts, 1 to 1024.
    pub step: u32,
    /// True for a companding digitiser: its step doubles at 48, 192, 768, 3072, 12288 and 49152 counts, as photon noise does.
    #[serde(default)]
    pub companding: bool,
    /// Scattered over direct radiation behind 100 g/cm2 of matter, 0 to 0.5; it grows with the matter in the beam and
    /// spreads over its surroundings. For every beam that states none of its own.
    #[serde(default)]
    pub scatter: f64,
    /// Standard deviation in pixels of the blur by focal spot and pixel size, 0 to 3; noise stays sharp.
    #[serde(default)]
    pub blur_px: f64,
    /// Share of a crystal's light that its two neighbours in the line see, 0 to 0.3; it blurs noise too.
    #[serde(default)]
    pub crosstalk: f64,
    /// Share of a pulse's light that comes later, 0 to 0.1.
    #[serde(default)]
    pub afterglow: f64,
    /// Columns in which that light falls to 1/e, 0.5 to 100; 4 unless told.
    #[serde(default = "four")]
    pub afterglow_columns: f64,
}

fn four() -> f64 {
    4.0
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
    /// Standard deviation of the pulses' (columns') intensity, 0 to 0.2; each energy's pulses vary by themselves.
    pub pulse_jitter: f64,
    /// Change of the air level from the first to the last column, as a share, -0.5 to 0.5; drawn up to this in either direction.
    pub drift: f64,
    /// Mean number of dropout columns a scan, 0 to 100; half of them are partial.
    pub dropouts: f64,
    /// Rows without any signal at the image's bottom, 0 to 100.
    pub dead_rows: u32,
    /// Rows without any signal at the image's top, 0 to 100.
    pub dead_rows_top: u32,
    /// Mean number of dead channels (black rows) a scan, 0 to 20.
    pub dead_channels: f64,
    /// Mean number of channels a scan that are stuck at full scale, 0 to 20.
    pub saturated_channels: f64,
    /// Standard deviation of the container's speed as a share of the nominal, 0 to 0.3: columns are stretched and squeezed.
    pub uneven_speed: f64,
    /// How far the detectors swing up and down in mm on the container's middle plane, 0 to 30.
    pub wobble_mm: f64,
    /// By how many columns the second energy's pulses come later, 0 to 1: 0.5 where they alternate.
    pub interlace: f64,
}

/// A scanner whose every value is possible: only [`ScannerFile::check`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct ScannerModel {
    file: ScannerFile,
    spectra: Vec<Spectrum>,
}

impl std::ops::Deref for ScannerModel {
    type Target = ScannerFile;
    fn deref(&self) -> &ScannerFile {
        &self.file
    }
}

impl ScannerFile {
    /// Reads a scanner file's text.
    ///
    /// # Errors
    /// A parameter error that names line, key and what was expected.
    pub fn parse(text: &str) -> Result<Self> {
        scenario::parse(text, "scanner")
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
        if ![8, 12, 14, 16].contains(&self.bits) {
            return wrong("bits", format!("is {}, expected 8, 12, 14 or 16", self.bits));
        }
        check_pair("margin_mm", self.margin_mm, 20.0, 5000.0)?;
        let (d, a) = (&self.detector, &self.artefacts);
        let mut ranges = vec![
            ("pixel_mm.x", scenario::as_written(self.pixel_mm.x), 1.0, 20.0),
            ("pixel_mm.y", scenario::as_written(self.pixel_mm.y), 1.0, 20.0),
            ("detector.air", d.air, 1000.0, 65000.0),
            ("detector.dark", d.dark, 0.0, 2000.0),
            ("detector.photons", d.photons, 1e3, 1e9),
            ("detector.electronic", d.electronic, 0.0, 1000.0),
            ("detector.step", f64::from(d.step), 1.0, 1024.0),
            ("detector.scintillator_mm", d.scintillator_mm, 1.0, 100.0),
            ("detector.scatter", d.scatter, 0.0, 0.5),
            ("detector.afterglow", d.afterglow, 0.0, 0.1),
            ("detector.afterglow_columns", d.afterglow_columns, 0.5, 100.0),
            ("detector.blur_px", d.blur_px, 0.0, 3.0),
            ("detector.crosstalk", d.crosstalk, 0.0, 0.3),
            ("artefacts.module_rows", f64::from(a.module_rows), 0.0, 1024.0),
            ("artefacts.module_gain", a.module_gain, 0.0, 0.2),
            ("artefacts.channel_gain", a.channel_gain, 0.0, 0.2),
            ("artefacts.pulse_jitter", a.pulse_jitter, 0.0, 0.2),
            ("artefacts.drift", a.drift, -0.5, 0.5),
            ("artefacts.dropouts", a.dropouts, 0.0, 100.0),
            ("artefacts.dead_rows", f64::from(a.dead_rows), 0.0, 100.0),
            ("artefacts.dead_rows_top", f64::from(a.dead_rows_top), 0.0, 100.0),
            ("artefacts.dead_channels", a.dead_channels, 0.0, 20.0),
            ("artefacts.saturated_channels", a.saturated_channels, 0.0, 20.0),
            ("artefacts.uneven_speed", a.uneven_speed, 0.0, 0.3),
            ("artefacts.wobble_mm", a.wobble_mm, 0.0, 30.0),
            ("artefacts.interlace", a.interlace, 0.0, 1.0),
        ];
        for (number, beam) in (1..).zip(&self.beams) {
            let key = |field: &str| format!("beam {number}, key \"{field}\"");
            if beam.mv.is_some() == beam.gamma.is_some() {
                let message = "expected either \"mv\" or \"gamma\" in each beam";
                return Err(Error::parameter(message).at(key("mv")));
            }
            if beam.gamma.is_some() && beam.target_mm != target() {
                let message = "is told for a gamma source, expected it beside \"mv\" only";
                return Err(Error::parameter(message).at(key("target_mm")));
            }
            let mut own = vec![("mv", beam.mv.unwrap_or(2.5), 2.5, 10.0), ("target_mm", beam.target_mm, 0.1, 10.0)];
            own.extend(beam.photons.map(|photons| ("photons", photons, 1e3, 1e9)));
            own.extend(beam.scatter.map(|scatter| ("scatter", scatter, 0.0, 0.5)));
            own.extend(beam.filter.iter().map(|layer| ("filter.mm", layer.mm, 0.0, 500.0)));
            for (field, value, low, high) in own {
                if !(low..=high).contains(&value) {
                    return Err(Error::parameter(format!("is {value}, expected {low} to {high}")).at(key(field)));
                }
            }
        }
        for geometry in std::iter::once(&self.geometry).chain(&self.second_view) {
            ranges.extend([
                ("geometry.source_mm", geometry.source_mm, 2000.0, 50_000.0),
                ("geometry.detector_mm", geometry.detector_mm, 1400.0, 10_000.0),
                ("geometry.source_height_mm", geometry.source_height_mm, 0.0, 6000.0),
                ("geometry.tilt_deg", geometry.tilt_deg, -15.0, 15.0),
            ]);
        }
        for (key, value, low, high) in ranges {
            if !(low..=high).contains(&value) {
                return wrong(key, format!("is {value}, expected {low} to {high}"));
            }
        }
        if d.air + d.dark > 65535.0 {
            let message = format!("is {}, which with \"detector.dark\" of {} is over full scale", d.air, d.dark);
            return wrong("detector.air", format!("{message}, expected at most 65535 together"));
        }
        // A level that was read off a file of 12 bits would leave 256 steps between black and air.
        if [12, 14].contains(&self.bits) && d.air < 16384.0 {
            let message = format!("is {} with {} bits: counts are on a 16-bit scale", d.air, self.bits);
            return wrong("detector.air", format!("{message}, expected 16384 to 65000"));
        }
        if self.beams.len() == 2 && self.beams[0].stated() <= self.beams[1].stated() {
            return wrong("beams", "start with the lower energy, expected the higher one first".into());
        }
        let spectra = self.beams.iter().map(|beam| self.spectrum(beam)).collect::<Result<Vec<_>>>()?;
        Ok(ScannerModel { file: self, spectra })
    }

    /// What a beam's signal is made of in this scanner's detectors.
    fn spectrum(&self, beam: &Beam) -> Result<Spectrum> {
        let scintillator = (self.detector.scintillator.as_str(), self.detector.scintillator_mm);
        let at = |key: &'static str| move |e: Error| e.at(format!("key \"{key}\""));
        matter::density(scintillator.0).map_err(at("detector.scintillator"))?;
        let filter: Vec<(&str, f64)> = beam.filter.iter().map(|f| (f.material.as_str(), f.mm)).collect();
        for (material, _) in &filter {
            matter::density(material).map_err(at("beams.filter.material"))?;
        }
        let source = match beam.gamma {
            None => return beam::linac(beam.stated(), beam.target_mm, &filter, scintillator, beam::BINS),
            Some(GammaSource::Cs137) => Gamma::Cs137,
            Some(GammaSource::Co60) => Gamma::Co60,
        };
        beam::gamma(source, &filter, scintillator, beam::BINS)
    }
}

impl ScannerModel {
    /// The file's values.
    pub fn file(&self) -> &ScannerFile {
        &self.file
    }

    /// What each beam's signal is made of.
    pub(super) fn spectra(&self) -> &[Spectrum] {
        &self.spectra
    }

    /// What kind of source it has, as scans state it.
    pub(super) fn source(&self) -> BeamSource {
        let gamma = self.beams.iter().any(|beam| beam.gamma.is_some());
        if gamma { BeamSource::Gamma } else { BeamSource::Accelerator }
    }

    /// How many views a scan has.
    pub fn views(&self) -> usize {
        1 + usize::from(self.second_view.is_some())
    }

    /// Where source and detectors of a view stand.
    pub(super) fn geometry_of(&self, view: usize) -> &Geometry {
        self.second_view.as_ref().filter(|_| view > 0).unwrap_or(&self.geometry)
    }

    /// Detected photons a pixel in air of a plane's beam.
    pub(super) fn photons(&self, plane: usize) -> f64 {
        self.beams.get(plane).and_then(|beam| beam.photons).unwrap_or(self.detector.photons)
    }

    /// Scattered over direct radiation of a plane's beam behind 100 g/cm2 of matter.
    pub(super) fn scatter(&self, plane: usize) -> f64 {
        self.beams.get(plane).and_then(|beam| beam.scatter).unwrap_or(self.detector.scatter)
    }

    /// The digitiser's step at a count.
    pub(super) fn step_at(&self, counts: f64) -> f64 {
        // Fewer bits leave the lower ones empty.
        let step = f64::from(self.detector.step.max(1 << (16 - self.bits.min(16))));
        if !self.detector.companding {
            return step;
        }
        let doubled = [48.0, 192.0, 768.0, 3072.0, 12288.0, 49152.0].iter().filter(|&&limit| counts >= limit).count();
        step * f64::from(1u32 << doubled)
    }

    /// The standard deviation of one pixel's -ln T in a plane where the transmission is `left`. It is the noise of a crystal
    /// before its neighbours share its light, which is what the mean over many pixels has; a single pixel of a detector with
    /// crosstalk has less.
    pub(super) fn attenuation_noise(&self, plane: usize, left: Behind) -> f64 {
        let d = &self.detector;
        let signal = (d.air * left.transmission).max(1e-6);
        let swank = self.spectra.get(plane).map_or(1.0, |s| s.swank);
        let photon = d.air * d.air * left.transmission * left.coarseness / (self.photons(plane) * swank);
        let quantisation = self.step_at(signal + d.dark).powi(2) / 12.0;
        (photon + d.electronic * d.electronic + quantisation).sqrt() / signal
    }
}

#[cfg(test)]
mod tests;
