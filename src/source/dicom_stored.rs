//! How a DICOM image's samples are stored, and what its rescaling makes of them.

use super::decoded::DecodedPlane;
use super::dicom_tags::Attributes;
use super::limits::Limits;
use super::samples::{self, SampleType};
use crate::scan::{Error, Result, Samples};
use dicom_dictionary_std::tags;

/// How a frame's samples are stored.
pub(super) struct Stored {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) frames: usize,
    /// Bits per sample in the file: 8, 16 or 32.
    pub(super) allocated: u32,
    /// Bits that the detector filled.
    bits: u32,
    /// The highest of them.
    high: u32,
    signed: bool,
}

impl Stored {
    /// The image attributes, checked and charged.
    pub(super) fn of(attributes: &Attributes<'_>, limits: &Limits) -> Result<Self> {
        let need = |tag, name: &str| {
            attributes.int(tag).ok_or_else(|| Error::format(format!("the DICOM file has no {name} {tag}")))
        };
        let (width, height) = (need(tags::COLUMNS, "Columns")?, need(tags::ROWS, "Rows")?);
        let (width, height) = limits.sides(u64::try_from(width).unwrap_or(0), u64::try_from(height).unwrap_or(0))?;
        let frames = u64::try_from(attributes.int(tags::NUMBER_OF_FRAMES).unwrap_or(1)).unwrap_or(0);
        limits.planes(frames, "frames")?;
        let photometric = attributes.text(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
        let samples = attributes.int(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        if samples != 1 || !matches!(photometric.as_str(), "MONOCHROME1" | "MONOCHROME2" | "") {
            return Err(Error::unsupported(format!(
                "photometric interpretation {photometric:?} with {samples} samples per pixel, expected MONOCHROME1 or MONOCHROME2"
            )));
        }
        let allocated = need(tags::BITS_ALLOCATED, "BitsAllocated")?;
        if !matches!(allocated, 8 | 16 | 32) {
            return Err(Error::unsupported(format!("{allocated} bits per sample, expected 8, 16 or 32")));
        }
        let bits = attributes.int(tags::BITS_STORED).unwrap_or(allocated);
        let high = attributes.int(tags::HIGH_BIT).unwrap_or(bits - 1);
        if !(1..=allocated).contains(&bits) || !(bits - 1..allocated).contains(&high) {
            return Err(Error::format(format!("{bits} bits stored up to bit {high} do not fit into {allocated}")));
        }
        let signed = attributes.int(tags::PIXEL_REPRESENTATION) == Some(1);
        Ok(Self {
            width,
            height,
            frames: frames as usize,
            allocated: allocated as u32,
            bits: bits as u32,
            high: high as u32,
            signed,
        })
    }

    /// The smallest and largest value that the stored bits can hold.
    pub(super) fn range(&self) -> (f64, f64) {
        let most = 2f64.powi(self.bits as i32);
        if self.signed { (-most / 2.0, most / 2.0 - 1.0) } else { (0.0, most - 1.0) }
    }

    /// One frame's values: the stored bits alone, since others may hold overlays (PS3.5, 8.1.1).
    pub(super) fn samples(&self, bytes: &[u8]) -> Result<Samples> {
        let sample_type = match (self.allocated, self.signed) {
            (8, false) => SampleType::U8,
            (16, false) => SampleType::U16,
            (_, false) => SampleType::U32,
            (8, true) => SampleType::I8,
            (16, true) => SampleType::I16,
            (_, true) => SampleType::I32,
        };
        let mut samples = samples::from_bytes(bytes, sample_type, false, self.width, self.height)?;
        if self.bits < self.allocated {
            let (down, mask) = (self.high + 1 - self.bits, u32::MAX >> (32 - self.bits));
            let (left, right) = (31 - self.high, 32 - self.bits);
            match &mut samples {
                Samples::U8(a) => a.mapv_inplace(|v| (v >> down) & mask as u8),
                Samples::U16(a) => a.mapv_inplace(|v| (v >> down) & mask as u16),
                Samples::U32(a) => a.mapv_inplace(|v| (v >> down) & mask),
                Samples::I32(a) => a.mapv_inplace(|v| (v << left) >> right),
                Samples::F32(_) => {}
            }
        }
        Ok(samples)
    }
}

/// Slope and intercept applied in 64-bit floats; the identity leaves the integers as they are.
///
/// # Errors
/// A format error where the values that the stored bits can hold would not be finite in 32-bit floats.
pub(super) fn rescaled(samples: Samples, range: (f64, f64), slope: f64, intercept: f64) -> Result<DecodedPlane> {
    if slope == 1.0 && intercept == 0.0 {
        // Sixteen bits stored is what every sixteen-bit file says, also of twelve-bit detectors.
        if range.1 == f64::from(u16::MAX) {
            return Ok(DecodedPlane::new(samples));
        }
        return Ok(DecodedPlane::with_full_scale(samples, range.1 as f32));
    }
    let apply = |value: f64| value.mul_add(slope, intercept);
    if [apply(range.0), apply(range.1)].iter().any(|&value| !(value as f32).is_finite()) {
        return Err(Error::format(format!(
            "RescaleSlope {slope:e} and RescaleIntercept {intercept:e} take the values from {} to {} out of range",
            range.0, range.1
        )));
    }
    let values = match samples {
        Samples::U8(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::U16(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::U32(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::I32(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::F32(a) => a.mapv(|v| apply(v.into()) as f32),
    };
    let full_scale = apply(range.0).max(apply(range.1)) as f32;
    // One count of the detector is a slope high: what two counts are, they are after rescaling.
    Ok(DecodedPlane { step: slope.abs() as f32, ..DecodedPlane::with_full_scale(Samples::F32(values), full_scale) })
}
