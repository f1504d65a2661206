//! `NumPy` arrays: 2-D, or 3-D with the planes first.

use super::decoded::{Decoded, DecodedPlane};
use super::fields::words;
use super::limits::Limits;
use super::samples::{self, SampleType};
use crate::scan::{Error, Result, Samples};
use ndarray::Array2;
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};

/// The longest header text; `NumPy` itself refuses more than 10 000 bytes.
const MAX_HEADER: usize = 10_000;

/// The deepest nesting in a header: a dictionary with a list of tuples. The header's parser recurses.
const MAX_DEPTH: usize = 8;

/// Reads an `.npy` file from memory.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Decoded> {
    let start = check_header(bytes)?;
    let header = NpyHeader::from_reader(&bytes[..start])
        .map_err(|error| Error::format(format!("damaged NumPy header: {}", words(&error))))?;
    let (sample_type, big_endian) = stored_type(&header.dtype())?;
    let (planes, height, width) = match *header.shape() {
        [height, width] => (1, height, width),
        [planes, height, width] => {
            limits.planes(planes, "planes").map_err(|error| {
                Error { message: format!("array is {planes}x{height}x{width}: {}", error.message), ..error }
                    .help("planes come first (numpy.moveaxis), or raise --max-pages")
            })?;
            (planes, height, width)
        }
        ref shape => {
            return Err(Error::unsupported(format!("array has {} dimensions, expected 2 or 3", shape.len())));
        }
    };
    let size = sample_type.bytes();
    // Before the limit: to raise it does not help against a header that promises more than the file holds.
    let needed = width.saturating_mul(height).saturating_mul(planes).saturating_mul(size as u64);
    let data = &bytes[start..];
    if (data.len() as u64) < needed {
        let found = data.len();
        return Err(Error::format(format!(
            "{planes}x{height}x{width} {} values need {needed} bytes, found {found}",
            sample_type.name()
        ))
        .at(format!("byte {start}"))
        .help("the file is truncated"));
    }
    let (width, height) = limits.sides(width, height)?;
    let planes = planes as usize;
    let plane = width * height * size;
    let mut decoded = Decoded::default();
    if data.len() as u64 > needed {
        let more = data.len() as u64 - needed;
        decoded.warn("trailing_bytes", format!("{more} bytes after the last value were not read"));
    }
    for index in 0..planes {
        let samples = if header.order() == Order::C {
            samples::from_bytes(&data[index * plane..(index + 1) * plane], sample_type, big_endian, width, height)?
        } else {
            // Columns first: the plane's index runs fastest, then rows, then columns.
            let stored: Vec<u8> = if planes == 1 {
                data[..plane].to_vec()
            } else {
                data.chunks_exact(size)
                    .take(width * height * planes)
                    .skip(index)
                    .step_by(planes)
                    .flatten()
                    .copied()
                    .collect()
            };
            transposed(samples::from_bytes(&stored, sample_type, big_endian, height, width)?)
        };
        decoded.planes.push(DecodedPlane::new(samples));
    }
    Ok(decoded)
}

/// Checks a header's length and nesting before its parser sees it; gives the offset of the data.
fn check_header(bytes: &[u8]) -> Result<usize> {
    let truncated = || Error::format("the NumPy header ends too early").help("the file is truncated");
    let version = *bytes.get(6).ok_or_else(truncated)?;
    let field = if version == 1 { 2 } else { 4 };
    let length = bytes.get(8..8 + field).ok_or_else(truncated)?;
    let length = length.iter().rev().fold(0usize, |sum, &byte| (sum << 8) | usize::from(byte));
    if length > MAX_HEADER {
        return Err(Error::format(format!("the NumPy header has {length} bytes, expected at most {MAX_HEADER}")));
    }
    let start = 8 + field + length;
    let text = bytes.get(8 + field..start).ok_or_else(truncated)?;
    let mut depth = 0usize;
    for byte in text {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Error::format("the NumPy header is nested too deeply"));
        }
    }
    Ok(start)
}

fn stored_type(dtype: &DType) -> Result<(SampleType, bool)> {
    let unsupported = || {
        Error::unsupported(format!("values of type {}, expected u1, u2, u4, i1, i2, i4 or f4", words(&dtype.descr())))
            .help("save the counts as they were recorded, e.g. array.astype('uint16')")
    };
    let DType::Plain(plain) = dtype else { return Err(unsupported()) };
    let sample_type = match (plain.type_char(), plain.size_field()) {
        (TypeChar::Uint, 1) => SampleType::U8,
        (TypeChar::Uint, 2) => SampleType::U16,
        (TypeChar::Uint, 4) => SampleType::U32,
        (TypeChar::Int, 1) => SampleType::I8,
        (TypeChar::Int, 2) => SampleType::I16,
        (TypeChar::Int, 4) => SampleType::I32,
        (TypeChar::Float, 4) => SampleType::F32,
        _ => return Err(unsupported()),
    };
    Ok((sample_type, plain.endianness() == Endianness::Big))
}

/// The plane with rows and columns exchanged, in standard memory order.
fn transposed(samples: Samples) -> Samples {
    fn turn<T: Clone>(array: &Array2<T>) -> Array2<T> {
        array.t().as_standard_layout().into_owned()
    }
    match samples {
        Samples::U8(a) => Samples::U8(turn(&a)),
        Samples::U16(a) => Samples::U16(turn(&a)),
        Samples::U32(a) => Samples::U32(turn(&a)),
        Samples::I32(a) => Samples::I32(turn(&a)),
        Samples::F32(a) => Samples::F32(turn(&a)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;
    use ndarray::array;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn header(descr: &str, fortran: &str, shape: &str) -> String {
        format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n")
    }

    #[test]
    fn orders_and_planes_are_exact() {
        let data = [1u8, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        let read = |header: String| read(&file(&header, &data), &Limits::default()).unwrap();
        let plane = |decoded: &Decoded, index: usize| decoded.planes[index].samples.clone();
        let c = read(header("|u1", "False", "(2, 2, 3)"));
        assert_eq!(plane(&c, 0), Samples::U8(array![[1, 2, 3], [4, 5, 6]]));
        assert_eq!(plane(&c, 1), Samples::U8(array![[7, 8, 9], [10, 11, 12]]));
        let fortran = read(header("|u1", "True", "(2, 2, 3)"));
        assert_eq!(plane(&fortran, 0), Samples::U8(array![[1, 5, 9], [3, 7, 11]]));
        assert_eq!(plane(&fortran, 1), Samples::U8(array![[2, 6, 10], [4, 8, 12]]));
        let flat = read(header(">u2", "True", "(2, 3)"));
        assert_eq!(plane(&flat, 0), Samples::U16(array![[0x0102, 0x0506, 0x090a], [0x0304, 0x0708, 0x0b0c]]));
        match plane(&flat, 0) {
            Samples::U16(a) => assert!(a.is_standard_layout()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn faults_are_told_apart() {
        let cases = [
            (file(&header("|O", "False", "(2, 2)"), &[0; 64]), Fault::Unsupported, "type '|O'"),
            (file(&header("<f8", "False", "(2, 2)"), &[0; 64]), Fault::Unsupported, "type '<f8'"),
            (file(&header("<u2", "False", "(4,)"), &[0; 64]), Fault::Unsupported, "1 dimensions"),
            (file(&header("<u2", "False", "(2, 2)"), &[0; 7]), Fault::Format, "need 8 bytes, found 7"),
            (file(&header("|u1", "False", "(0, 2)"), &[]), Fault::Format, "at least 1x1"),
            (file(&header("|u1", "False", "(500, 4, 2)"), &[0; 4000]), Fault::Limit, "planes come first"),
            (file(&header("|u1", "False", "(70000, 70000)"), &[]), Fault::Format, "the file is truncated"),
            (file(&header("<u4", "False", "(9223372036854775807, 9)"), &[]), Fault::Format, "the file is truncated"),
            (file("{'descr'", &[]), Fault::Format, "damaged NumPy header"),
            (file(&"(".repeat(5000), &[]), Fault::Format, "nested too deeply"),
            (file(&" ".repeat(10_001), &[]), Fault::Format, "expected at most 10000"),
            (b"\x93NUMPY\x01\0\xff".to_vec(), Fault::Format, "ends too early"),
        ];
        let small = Limits { max_pixels: 3, ..Limits::default() };
        let error = read(&file(&header("|u1", "False", "(2, 2)"), &[0; 4]), &small).unwrap_err();
        assert_eq!((error.fault, error.help.as_deref()), (Fault::Limit, Some("raise --max-pixels")));
        for (bytes, fault, message) in cases {
            let error = read(&bytes, &Limits::default()).unwrap_err();
            assert_eq!(error.fault, fault, "{error}");
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
