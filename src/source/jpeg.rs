//! JPEG: 8-bit grey, and colour that is really grey.

use super::decoded::{Decoded, DecodedPlane};
use super::fields::words;
use super::grey::{self, Channels};
use super::limits::{Limits, plausible, zeroed};
use super::{jpeg_data, samples, tags};
use crate::scan::{Error, Result, Samples};
use image::codecs::jpeg::JpegDecoder;
use image::{ColorType, ImageDecoder, ImageError};
use std::io::Cursor;

/// What a stream begins with. In entropy-coded data it cannot stand.
pub(super) const BEGIN: [u8; 2] = [0xff, 0xd8];

/// What a JPEG frame header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// The number in the marker `SOFn`: 0 baseline, 1 extended, 2 progressive, 3 lossless, ...
    pub process: u8,
    /// Bits per sample.
    pub precision: u8,
    pub width: u16,
    pub height: u16,
    pub components: u8,
}

/// The first frame header of a JPEG stream, found by walking the marker segments; nothing where there is none.
pub(super) fn frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    let mut at = 2;
    loop {
        // Any number of fill bytes may stand before a marker.
        while bytes.get(at)? != &0xff {
            at += 1;
        }
        while bytes.get(at)? == &0xff {
            at += 1;
        }
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            // Stand-alone markers.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            // The end, or the start of entropy-coded data before any frame header.
            0xd9 | 0xda => return None,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let body = bytes.get(at + 2..at + 8)?;
                return Some(FrameHeader {
                    process: marker - 0xc0,
                    precision: body[0],
                    height: u16::from_be_bytes([body[1], body[2]]),
                    width: u16::from_be_bytes([body[3], body[4]]),
                    components: body[5],
                });
            }
            _ => at += usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])).max(2),
        }
    }
}

/// The most pixels that one byte of JPEG data can stand for: a block of 8 by 8 takes a bit at least.
const JPEG_RATIO: u64 = 512;

/// Reads a JPEG file from memory.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Decoded> {
    let header =
        frame_header(bytes).ok_or_else(|| Error::format("no JPEG frame header").help("the file is truncated"))?;
    // Before the limit: to raise it does not help against a header that promises more than the file can hold.
    let promised = u64::from(header.width) * u64::from(header.height);
    plausible(promised, bytes.len() as u64, JPEG_RATIO)?;
    let (width, height) = limits.sides(header.width.into(), header.height.into())?;
    if header.precision != 8 || !matches!(header.process, 0..=2) {
        return Err(Error::unsupported(format!(
            "JPEG process {} with {} bits per sample, expected baseline or progressive with 8",
            header.process, header.precision
        )));
    }
    let end = jpeg_data::check(bytes, None)?;
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|error| fault(&error))?;
    let channels = match decoder.color_type() {
        ColorType::L8 => Channels::Grey,
        ColorType::Rgb8 => Channels::Rgb,
        other => return Err(Error::unsupported(format!("JPEG with {other:?} pixels, expected grey"))),
    };
    if decoder.dimensions() != (u32::from(header.width), u32::from(header.height)) {
        return Err(Error::format("the JPEG frame headers contradict each other"));
    }
    let mut data = zeroed::<u8>(width * height * channels.count())?;
    decoder.read_image(&mut data).map_err(|error| fault(&error))?;
    let values = grey::grey(data, channels, width, u8::MAX)?;
    let mut decoded = Decoded::default();
    decoded.planes.push(DecodedPlane::new(Samples::U8(samples::array(values, width, height)?)));
    decoded.warn_lossy();
    if bytes[end..].windows(3).any(|three| three.starts_with(&BEGIN) && three[2] == 0xff) {
        decoded.warn("frames_ignored", "another JPEG picture follows in the file and was not read");
    }
    comment(bytes, &mut decoded);
    Ok(decoded)
}

/// Takes what a comment segment before the frame header says.
fn comment(bytes: &[u8], decoded: &mut Decoded) {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !matches!(marker, 0xe0..=0xef | 0xfe | 0xdb | 0xc4) {
            return;
        }
        if marker == 0xfe
            && let Some(text) = bytes.get(at + 4..at + 2 + length)
        {
            tags::description(&String::from_utf8_lossy(text), "JPEG comment", decoded);
        }
        at += 2 + length;
    }
}

fn fault(error: &ImageError) -> Error {
    match error {
        ImageError::Unsupported(error) => Error::unsupported(format!("JPEG: {}", words(error))),
        other => Error::format(format!("damaged JPEG data: {}", words(other))).help(super::DAMAGED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;
    use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

    fn encode(color: ExtendedColorType, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 100).write_image(data, 16, 8, color).unwrap();
        bytes
    }

    #[test]
    fn flat_grey_blocks_are_exact() {
        let values: Vec<u8> = (0..128).map(|at| if at % 16 < 8 { 40 } else { 200 }).collect();
        let decoded = read(&encode(ExtendedColorType::L8, &values), &Limits::default()).unwrap();
        assert_eq!(decoded.planes[0].samples, Samples::U8(samples::array(values, 16, 8).unwrap()));
        assert_eq!(decoded.warnings[0].code, "lossy");
    }

    #[test]
    fn the_frame_header_is_found() {
        let bytes = encode(ExtendedColorType::L8, &[7; 128]);
        let header = FrameHeader { process: 0, precision: 8, width: 16, height: 8, components: 1 };
        assert_eq!(frame_header(&bytes), Some(header));
        assert_eq!(frame_header(&bytes[..20]), None);
        assert_eq!(frame_header(b""), None);
    }

    #[test]
    fn colour_truncation_and_size_are_refused() {
        let red: Vec<u8> = [250, 0, 0].repeat(128);
        let error = read(&encode(ExtendedColorType::Rgb8, &red), &Limits::default()).unwrap_err();
        assert_eq!(error.fault, Fault::Unsupported, "{error}");
        let bytes = encode(ExtendedColorType::L8, &(0..128).collect::<Vec<u8>>());
        assert_eq!(read(&bytes[..bytes.len() - 2], &Limits::default()).unwrap_err().fault, Fault::Format);
        let appended = [bytes.clone(), vec![7; 5000]].concat();
        let read_on = read(&appended, &Limits::default()).unwrap();
        assert_eq!(read_on.warnings.len(), 1, "what follows the end marker does no harm");
        let second = read(&[bytes.clone(), bytes.clone()].concat(), &Limits::default()).unwrap();
        assert!(second.warnings.iter().any(|warning| warning.code == "frames_ignored"), "unless it is a picture");
        let mut huge = bytes.clone();
        let at = huge.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        huge[at + 5..at + 9].fill(0xff);
        let error = read(&huge, &Limits::default()).unwrap_err();
        assert_eq!(error.fault, Fault::Format, "no limit is to be raised for what the file cannot hold: {error}");
        let small = Limits { max_pixels: 127, ..Limits::default() };
        assert_eq!(read(&bytes, &small).unwrap_err().fault, Fault::Limit);
    }
}
