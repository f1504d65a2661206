//! What a user may set of the judging.

use super::clean::CleanScores;
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Warnings that say that a picture is too poor to call it clear.
pub(super) const POOR: [&str; 15] = [
    "no_air",
    "nothing_located",
    "polarity_guessed",
    "air_saturated",
    "incomplete",
    "planes_differ",
    "intensity_not_linear",
    "modality_lut_ignored",
    "planes_unused",
    "frames_ignored",
    "trailing_bytes",
    "pixel_size_unknown",
    "little_contrast",
    "length_off",
    "pixel_size_doubtful",
];

/// What the judging warns of instead, where a scan that is unlike the model's training scans is accepted.
pub(super) const UNFAMILIAR: &str = "unfamiliar";

/// Settings as given; every field may be left out. [`Settings::check`] makes them usable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Scan score from which a scan is flagged, 0 to 1; unset: the model's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// Regions smaller than this are dropped, in mm², 0 to 1e7; unset: the model's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_area_mm2: Option<f32>,
    /// A place that was not seen (unpenetrated or repaired) and holds a square of this side makes a scan that is not
    /// flagged `inconclusive`, in mm, 10 to 5000. Default: 100.
    pub unseen_side_mm: f32,
    /// A scan of which the beam did not get through more than this is `inconclusive`, however small the places are: share of
    /// the picture without the strips of `unseen_side_mm` along its sides, 0 to 1. Default: 0.05.
    pub max_shielded_share: f32,
    /// A scan with more repaired pixels than this is `inconclusive`, share from 0 to 1.
    pub max_repaired_share: f32,
    /// Warnings that do not make a scan `inconclusive` although they say that the picture is poor, or unlike those that the
    /// model was trained on (`unfamiliar`): some of `no_air`, `nothing_located`, `polarity_guessed`, `air_saturated`,
    /// `incomplete`, `planes_differ`,
    /// `intensity_not_linear`, `modality_lut_ignored`, `planes_unused`, `frames_ignored`, `trailing_bytes`,
    /// `pixel_size_unknown`, `little_contrast`, `length_off`, `pixel_size_doubtful`, `unfamiliar`. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
    /// At most this many regions are reported, those with the highest peaks, 1 to 1000.
    pub max_regions: u32,
}

impl Default for Settings {
    fn default() -> Self {
        // A brick of 1 kg is 20 x 13 cm; the steel edges of roof, floor and doors are thinner than 10 cm.
        Self {
            threshold: None,
            min_area_mm2: None,
            unseen_side_mm: 100.0,
            max_shielded_share: 0.05,
            max_repaired_share: 0.2,
            accept: Vec::new(),
            max_regions: 50,
        }
    }
}

/// Settings whose values are all inside their ranges, and the calibration to judge with, if there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    settings: Settings,
    clean: Option<Arc<CleanScores>>,
}

impl Checked {
    /// The same settings with thresholds from clean scans.
    pub fn calibrated(self, clean: Arc<CleanScores>) -> Self {
        Self { clean: Some(clean), ..self }
    }

    /// The thresholds from clean scans.
    pub fn clean(&self) -> Option<&CleanScores> {
        self.clean.as_deref()
    }
}

impl Settings {
    /// Checks every range.
    ///
    /// # Errors
    /// A parameter error that names the setting, its range and the value found.
    pub fn check(self) -> Result<Checked> {
        let within = |name: &str, value: f32, low: f32, high: f32| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(Error::parameter(format!("judge.{name} is {value}, expected {low} to {high}")))
            }
        };
        if let Some(threshold) = self.threshold {
            within("threshold", threshold, 0.0, 1.0)?;
        }
        if let Some(area) = self.min_area_mm2 {
            within("min_area_mm2", area, 0.0, 1e7)?;
        }
        within("unseen_side_mm", self.unseen_side_mm, 10.0, 5_000.0)?;
        within("max_shielded_share", self.max_shielded_share, 0.0, 1.0)?;
        within("max_repaired_share", self.max_repaired_share, 0.0, 1.0)?;
        within("max_regions", self.max_regions as f32, 1.0, 1000.0)?;
        let mut known = POOR.iter().copied().chain([UNFAMILIAR]);
        if let Some(unknown) = self.accept.iter().find(|code| !known.clone().any(|known| known == code.as_str())) {
            let known = known.by_ref().collect::<Vec<_>>().join(", ");
            return Err(Error::parameter(format!("judge.accept names `{unknown}`, expected some of {known}")));
        }
        Ok(Checked { settings: self, clean: None })
    }
}

impl std::ops::Deref for Checked {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_their_range_are_refused_by_name() {
        assert!(Settings::default().check().is_ok());
        let cases = [
            (Settings { threshold: Some(1.5), ..Settings::default() }, "judge.threshold is 1.5"),
            (Settings { threshold: Some(f32::NAN), ..Settings::default() }, "judge.threshold is NaN"),
            (Settings { min_area_mm2: Some(-1.0), ..Settings::default() }, "judge.min_area_mm2"),
            (Settings { unseen_side_mm: -1.0, ..Settings::default() }, "judge.unseen_side_mm"),
            (Settings { max_shielded_share: -0.1, ..Settings::default() }, "judge.max_shielded_share"),
            (Settings { max_repaired_share: 2.0, ..Settings::default() }, "judge.max_repaired_share"),
            (Settings { max_regions: 0, ..Settings::default() }, "judge.max_regions"),
            (Settings { accept: vec!["noair".into()], ..Settings::default() }, "judge.accept names `noair`"),
        ];
        for (settings, expected) in cases {
            let message = settings.check().unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
