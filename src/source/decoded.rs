//! What every reader hands back, before the file's other sources of metadata are merged in.

use crate::scan::{Metadata, Samples, Warning};

/// One plane as a reader found it.
#[derive(Debug)]
pub(super) struct DecodedPlane {
    pub samples: Samples,
    pub full_scale: f32,
}

impl DecodedPlane {
    /// A plane whose full scale follows from its stored type and values: all bits set for 8-bit samples, and for 16-bit ones as
    /// many bits as the values need, since 10 to 14-bit detectors are stored that way. No detector fills 32 bits, so for
    /// wider integers and floats the largest finite value seen stands in.
    pub(super) fn new(samples: Samples) -> Self {
        let full_scale = match &samples {
            Samples::U8(_) => f32::from(u8::MAX),
            Samples::U16(a) => all_bits(a.iter().copied().max().unwrap_or(0)),
            Samples::U32(a) => a.iter().max().map_or(0.0, |&v| v as f32),
            Samples::I32(a) => a.iter().max().map_or(0.0, |&v| v as f32),
            Samples::F32(a) => a.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max),
        };
        Self { samples, full_scale: full_scale.max(1.0) }
    }

    /// A plane whose full scale the file states.
    pub(super) fn with_full_scale(samples: Samples, full_scale: f32) -> Self {
        Self { samples, full_scale }
    }
}

/// All bits set, as many as `most` needs and at least 8.
fn all_bits(most: u16) -> f32 {
    f32::from((u16::MAX >> most.leading_zeros().min(15)).max(u16::from(u8::MAX)))
}

/// Planes of one detector have one full scale: the largest.
pub(super) fn share_full_scale(planes: &mut [DecodedPlane]) {
    let sixteen = |plane: &DecodedPlane| matches!(plane.samples, Samples::U16(_));
    let most = planes.iter().filter(|plane| sixteen(plane)).map(|plane| plane.full_scale).fold(0.0, f32::max);
    planes.iter_mut().filter(|plane| sixteen(plane)).for_each(|plane| plane.full_scale = most);
}

/// A decoded file: planes in the file's order, what its tags say, and what was odd.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub planes: Vec<DecodedPlane>,
    pub metadata: Metadata,
    /// The full scale that the file's tags state, for all planes.
    pub full_scale: Option<f32>,
    pub warnings: Vec<Warning>,
}

impl Decoded {
    pub(super) fn warn(&mut self, code: &str, message: impl Into<String>) {
        self.warnings.push(Warning::new(code, message));
    }

    /// Said once of a file whose pixels went through lossy JPEG.
    pub(super) fn warn_lossy(&mut self) {
        self.warn("lossy", "lossy JPEG data: faint differences of absorption are gone");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn sixteen_bit_planes_have_the_bits_that_their_values_need() {
        let scale = |most: u16| DecodedPlane::new(Samples::U16(array![[0, most]])).full_scale;
        let cases = [(0, 255.0), (255, 255.0), (256, 511.0), (3900, 4095.0), (4095, 4095.0), (4096, 8191.0)];
        for (most, expected) in cases.into_iter().chain([(32_767, 32_767.0), (32_768, 65_535.0), (65_535, 65_535.0)]) {
            assert_eq!(scale(most), expected, "{most}");
        }
        let mut planes = [3900, 1000].map(|most| DecodedPlane::new(Samples::U16(array![[most]])));
        share_full_scale(&mut planes);
        assert_eq!(planes.map(|plane| plane.full_scale), [4095.0, 4095.0]);
    }
}
