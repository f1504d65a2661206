//! What may be set about preparation, in two steps: raw [`Settings`] are checked once and become [`Checked`].

use crate::scan::{Error, PixelSize, Polarity, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The antialiasing filter of the resampler. All are widened by the scale when the image shrinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Triangle filter: weights are never negative, so edges do not ring.
    #[default]
    Bilinear,
    /// Lanczos with three lobes: sharper; its rings are clipped at the noise floor.
    Lanczos3,
}

/// Raw preparation settings: every field may be left out and then has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each step has a switch of its own")]
pub struct Settings {
    /// Whether air is bright or dark, whatever the file says; null for what the file says, else what the image shows.
    pub polarity: Option<Polarity>,
    /// Trim constant and black strips at the sides. Default: true.
    pub trim: bool,
    /// Subtract the dark level: given frames, else a black strip of the image at any side, else nothing. Default: true.
    pub dark: bool,
    /// Divide by the air level of each row: given frames, else the air in the image. Default: true; else by full scale.
    pub air: bool,
    /// Correct the air level's drift along the scan from the air in the image. Default: true.
    pub drift: bool,
    /// Find the container or vehicle and crop to it. Default: true.
    pub locate: bool,
    /// Find and repair dropout columns and dead rows. Default: true.
    pub dropouts: bool,
    /// The shortest dropout that is repaired, as a share of the crop's height, 0.005 to 1. Default: 0.03.
    pub dropout_min_share: f32,
    /// Bring the pixels to the model's size. Default: true.
    pub resample: bool,
    /// The resampler's filter. Default: bilinear.
    pub filter: Filter,
    /// Pixel size in mm where neither file nor image tell it, 0.2 to 50. Default: 5.
    pub default_pixel_mm: f32,
    /// The lowest transmission that counts as measured, 0.00001 to 0.1; lower values are raised to it. Default: 0.001.
    pub noise_floor: f32,
    /// Mark pixels that the beam did not get through. Default: true.
    pub shielded: bool,
    /// Transmission below which a pixel is shielded, 0 to 0.5. Default: 0.002.
    pub shielded_below: f32,
    /// A pixel is shielded also below this many standard deviations of the dark level, 0 to 50. Default: 5.
    pub shielded_sigmas: f32,
    /// Form the dual-energy ratio where there are two planes. Default: true.
    pub ratio: bool,
    /// High-energy attenuation below which the ratio is 1, because noise outweighs it, 0.001 to 5. Default: 0.05.
    pub ratio_min_attenuation: f32,
    /// The most pixels a prepared plane may have, 256 to 1,073,741,824. Default: 67,108,864.
    pub max_pixels: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            polarity: None,
            trim: true,
            dark: true,
            air: true,
            drift: true,
            locate: true,
            dropouts: true,
            dropout_min_share: 0.03,
            resample: true,
            filter: Filter::default(),
            default_pixel_mm: 5.0,
            noise_floor: 1e-3,
            shielded: true,
            shielded_below: 2e-3,
            shielded_sigmas: 5.0,
            ratio: true,
            ratio_min_attenuation: 0.05,
            max_pixels: 1 << 26,
        }
    }
}

/// Settings whose every value is inside its range; made by [`Settings::check`] only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked(Settings);

impl std::ops::Deref for Checked {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.0
    }
}

impl Settings {
    /// The settings as a type that only valid values have.
    ///
    /// # Errors
    /// A parameter error that names the first field outside its range.
    pub fn check(self) -> Result<Checked> {
        let ranges = [
            ("dropout_min_share", self.dropout_min_share, 0.005, 1.0),
            ("default_pixel_mm", self.default_pixel_mm, *PixelSize::RANGE_MM.start(), *PixelSize::RANGE_MM.end()),
            ("noise_floor", self.noise_floor, 1e-5, 0.1),
            ("shielded_below", self.shielded_below, 0.0, 0.5),
            ("shielded_sigmas", self.shielded_sigmas, 0.0, 50.0),
            ("ratio_min_attenuation", self.ratio_min_attenuation, 1e-3, 5.0),
        ];
        for (name, value, low, high) in ranges {
            // Written so that NaN is refused too.
            if !(low..=high).contains(&value) {
                return Err(outside(name, value, low, high));
            }
        }
        if !(256..=1 << 30).contains(&self.max_pixels) {
            return Err(outside("max_pixels", self.max_pixels, 256, 1 << 30));
        }
        Ok(Checked(self))
    }
}

fn outside<T: std::fmt::Display>(name: &str, value: T, low: T, high: T) -> Error {
    Error::parameter(format!("prepare.{name} is {value}, expected {low} to {high}"))
        .help("leave it out for its default")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    #[test]
    fn defaults_are_valid() {
        assert_eq!(Settings::default().check().unwrap(), Checked::default());
    }

    #[test]
    fn every_range_is_held() {
        type Spoil = fn(&mut Settings);
        let spoilt: [(&str, Spoil); 8] = [
            ("dropout_min_share", |s| s.dropout_min_share = 0.0),
            ("default_pixel_mm", |s| s.default_pixel_mm = 51.0),
            ("noise_floor", |s| s.noise_floor = 0.0),
            ("noise_floor", |s| s.noise_floor = f32::NAN),
            ("shielded_below", |s| s.shielded_below = 0.6),
            ("shielded_sigmas", |s| s.shielded_sigmas = -1.0),
            ("ratio_min_attenuation", |s| s.ratio_min_attenuation = 0.0),
            ("max_pixels", |s| s.max_pixels = 1),
        ];
        for (name, spoil) in spoilt {
            let mut settings = Settings::default();
            spoil(&mut settings);
            let error = settings.check().unwrap_err();
            assert_eq!(error.fault, Fault::Parameter);
            assert!(error.message.starts_with(&format!("prepare.{name} is")), "{error}");
        }
    }

    #[test]
    fn unknown_fields_are_refused_and_missing_ones_have_defaults() {
        let settings: Settings = serde_json::from_str(r#"{"noise_floor": 0.01}"#).unwrap();
        assert_eq!(settings, Settings { noise_floor: 0.01, ..Settings::default() });
        assert!(serde_json::from_str::<Settings>(r#"{"noisefloor": 0.01}"#).is_err());
    }
}
