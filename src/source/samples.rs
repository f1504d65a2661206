//! Bytes to samples, and samples to planes.

use crate::scan::{Error, Result, Samples};
use ndarray::Array2;

/// The type that samples are stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleType {
    /// Unsigned 8-bit.
    U8,
    /// Unsigned 16-bit.
    U16,
    /// Unsigned 32-bit.
    U32,
    /// Signed 8-bit.
    I8,
    /// Signed 16-bit.
    I16,
    /// Signed 32-bit.
    I32,
    /// 32-bit float.
    F32,
}

impl SampleType {
    const ALL: [Self; 7] = [Self::U8, Self::U16, Self::U32, Self::I8, Self::I16, Self::I32, Self::F32];

    /// The type with a name such as `u16`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }

    /// The name: a letter and the number of bits.
    pub fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::F32 => "f32",
        }
    }

    /// Bytes per sample.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
        }
    }
}

/// An array of `height` rows of `width` values, if there are exactly so many.
pub(super) fn array<T>(values: Vec<T>, width: usize, height: usize) -> Result<Array2<T>> {
    let found = values.len();
    Array2::from_shape_vec((height, width), values)
        .map_err(|_| Error::format(format!("expected {width}x{height} samples, found {found}")))
}

/// Samples from their stored bytes, row after row; signed 8 and 16-bit values are widened.
pub(super) fn from_bytes(
    bytes: &[u8],
    sample_type: SampleType,
    big_endian: bool,
    width: usize,
    height: usize,
) -> Result<Samples> {
    /// One pass that the compiler can turn into a copy or a byte swap.
    macro_rules! values {
        ($stored:ty, $kept:ty) => {{
            const SIZE: usize = size_of::<$stored>();
            let (chunks, _) = bytes.as_chunks::<SIZE>();
            let values: Vec<$kept> = if big_endian {
                chunks.iter().map(|&chunk| <$kept>::from(<$stored>::from_be_bytes(chunk))).collect()
            } else {
                chunks.iter().map(|&chunk| <$kept>::from(<$stored>::from_le_bytes(chunk))).collect()
            };
            array(values, width, height)?
        }};
    }
    Ok(match sample_type {
        SampleType::U8 => Samples::U8(array(bytes.to_vec(), width, height)?),
        SampleType::U16 => Samples::U16(values!(u16, u16)),
        SampleType::U32 => Samples::U32(values!(u32, u32)),
        SampleType::I8 => Samples::I32(values!(i8, i32)),
        SampleType::I16 => Samples::I32(values!(i16, i32)),
        SampleType::I32 => Samples::I32(values!(i32, i32)),
        SampleType::F32 => Samples::F32(values!(f32, f32)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array as values;

    #[test]
    fn both_byte_orders_and_all_types_are_exact() {
        let be = |t, bytes: &[u8]| from_bytes(bytes, t, true, 2, 1).unwrap();
        let le = |t, bytes: &[u8]| from_bytes(bytes, t, false, 2, 1).unwrap();
        assert_eq!(be(SampleType::U16, &[1, 0, 0xff, 0xfe]), Samples::U16(values![[256, 65534]]));
        assert_eq!(le(SampleType::U16, &[1, 0, 0xff, 0xfe]), Samples::U16(values![[1, 65279]]));
        assert_eq!(be(SampleType::I16, &[0xff, 0xff, 0, 2]), Samples::I32(values![[-1, 2]]));
        assert_eq!(le(SampleType::I8, &[0x80, 0x7f]), Samples::I32(values![[-128, 127]]));
        assert_eq!(be(SampleType::U32, &[0, 0, 0, 1, 0xff, 0, 0, 0]), Samples::U32(values![[1, 0xff00_0000]]));
        assert_eq!(le(SampleType::I32, &[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]), Samples::I32(values![[1, -1]]));
        assert_eq!(be(SampleType::F32, &[0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]), Samples::F32(values![[1.0, -2.0]]));
        assert_eq!(le(SampleType::U8, &[3, 4]), Samples::U8(values![[3, 4]]));
    }

    #[test]
    fn a_wrong_count_is_an_error() {
        assert!(from_bytes(&[1, 2, 3], SampleType::U8, false, 2, 2).is_err());
    }

    #[test]
    fn names_read_back() {
        for sample_type in SampleType::ALL {
            assert_eq!(SampleType::parse(sample_type.name()), Some(sample_type));
        }
        assert_eq!(SampleType::parse("f64"), None);
    }
}
