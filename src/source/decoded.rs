//! What every reader hands back, before the file's other sources of metadata are merged in.

use crate::scan::{Metadata, Samples, Warning};
use ndarray::Array2;

/// One plane as a reader found it.
#[derive(Debug)]
pub(super) struct DecodedPlane {
    pub samples: Samples,
    pub full_scale: f32,
    /// The height of one of the detector's counts in sample units; 0 where it is not known.
    pub step: f32,
}

impl DecodedPlane {
    /// A plane whose full scale follows from its stored type and values: all bits set for 8-bit samples, and for 16-bit ones as
    /// many bits as the values need, since 10 to 14-bit detectors are stored that way. No detector fills 32 bits, so for
    /// wider integers and floats the largest finite value seen stands in. A few values far over all others do not count.
    pub(super) fn new(samples: Samples) -> Self {
        let full_scale = match &samples {
            Samples::U8(_) => f32::from(u8::MAX),
            Samples::U16(a) => all_bits(most_but_few(a)),
            Samples::U32(a) => largest(a.iter().map(|&v| v as f32)),
            Samples::I32(a) => largest(a.iter().map(|&v| v as f32)),
            Samples::F32(a) => largest(a.iter().copied()),
        };
        Self::with_full_scale(samples, full_scale.max(1.0))
    }

    /// A plane whose full scale the file states.
    pub(super) fn with_full_scale(samples: Samples, full_scale: f32) -> Self {
        let step = if matches!(samples, Samples::F32(_)) { 0.0 } else { 1.0 };
        Self { samples, full_scale, step }
    }
}

/// A few pixels: hot ones, burnt-in marks and white dropout columns are written with all bits of the file, and must not say
/// how many the detector has.
const FEW: usize = 200;

/// The largest value, unless it is a few pixels' alone (one in [`FEW`]) and needs two bits more than all others.
fn most_but_few(values: &Array2<u16>) -> u16 {
    let most = values.iter().copied().max().unwrap_or(0);
    let (bits, few) = (16 - most.leading_zeros(), values.len() / FEW);
    // More than a few need `bits` bits: whether so many do is one pass, and nearly always the answer for the first two.
    let need = |bits: u32| {
        let least = 1u16.checked_shl(bits - 1).unwrap_or(0);
        values.iter().map(|&value| usize::from(value >= least)).sum::<usize>() > few
    };
    if bits < 2 || need(bits - 1) {
        return most;
    }
    (1..bits - 1).rev().find(|&bits| need(bits)).map_or(most, |bits| u16::MAX >> (16 - bits))
}

/// The same for samples whose full scale no number of bits gives: the largest, unless a few pixels are four times as large as
/// all others.
fn largest(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.filter(|v| v.is_finite()).collect();
    let most = values.iter().copied().fold(0.0, f32::max);
    if values.is_empty() {
        return most;
    }
    let at = values.len() - 1 - values.len() / FEW;
    let usual = *values.select_nth_unstable_by(at, f32::total_cmp).1;
    if usual > 0.0 && most > 4.0 * usual { usual } else { most }
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
        // A hot pixel or two do not make a detector of more bits; one bit more is the brightest of the picture.
        let with = |few: usize, hot: u16| {
            let values = Array2::from_shape_fn((20, 50), |(r, c)| if r * 50 + c < few { hot } else { 3900 - c as u16 });
            DecodedPlane::new(Samples::U16(values)).full_scale
        };
        assert_eq!([with(1, 65_535), with(5, 65_535), with(6, 65_535)], [4095.0, 4095.0, 65_535.0]);
        assert_eq!([with(1, 5000), with(1, 16_384)], [8191.0, 4095.0]);
        let floats = |hot: f32| {
            let values =
                Array2::from_shape_fn((20, 50), |(r, c)| if r + c == 0 { hot } else { 0.5 + c as f32 / 100.0 });
            DecodedPlane::new(Samples::F32(values)).full_scale
        };
        assert_eq!([floats(1.5), floats(9.0)], [1.5, 1.0]);
        let mut planes = [3900, 1000].map(|most| DecodedPlane::new(Samples::U16(array![[most]])));
        share_full_scale(&mut planes);
        assert_eq!(planes.map(|plane| plane.full_scale), [4095.0, 4095.0]);
    }
}
