//! PNG: 8 and 16-bit grey, and colour that is really grey.

use super::decoded::{Decoded, DecodedPlane};
use super::fields::words;
use super::grey::{self, Channels};
use super::limits::{Limits, plausible, zeroed};
use super::samples::{self, SampleType};
use super::tags;
use crate::scan::{Error, Result, Samples};
use ::png::{BitDepth, ColorType, Decoder, DecodingError, Transformations, Unit};
use std::io::{Cursor, ErrorKind};

/// What the decoder may take for text, profiles and row buffers, beside the pixels.
const CHUNK_BYTES: usize = 32 << 20;

/// The longest text that is unpacked, in bytes: a sidecar may be as long.
const TEXT_BYTES: usize = 1 << 20;

/// How many compressed texts are unpacked at most; more of the keywords that portray reads are no scanner's doing.
const TEXTS: usize = 16;

/// The most that one byte of Deflate data can unpack to (258 bytes from 2 bits).
pub(super) const DEFLATE_RATIO: u64 = 1032;

/// Reads a PNG file from memory.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Decoded> {
    let fault = |error: &DecodingError| fault(error, bytes);
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), ::png::Limits { bytes: CHUNK_BYTES });
    let header = decoder.read_header_info().map_err(|error| fault(&error))?;
    let (color, depth) = (header.color_type, header.bit_depth);
    // Before the limit: to raise it does not help against a header that promises more than the file can hold.
    let bits = u64::from(depth as u8) * color.samples() as u64;
    let row = (u64::from(header.width) * bits).div_ceil(8) + 1;
    plausible(row.saturating_mul(header.height.into()), bytes.len() as u64, DEFLATE_RATIO)?;
    let (width, height) = limits.sides(header.width.into(), header.height.into())?;
    // A palette may be grey: it is looked up, and judged like any other colour.
    let palette = color == ColorType::Indexed;
    decoder.set_transformations(if palette { Transformations::EXPAND } else { Transformations::IDENTITY });
    if !palette && !matches!(depth, BitDepth::Eight | BitDepth::Sixteen) {
        return Err(Error::unsupported(format!("{}-bit samples, expected 8 or 16", depth as u8))
            .at("IHDR")
            .help("export the scan as 16-bit grey"));
    }
    let mut reader = decoder.read_info().map_err(|error| fault(&error))?;
    let length = reader.output_buffer_size().ok_or_else(|| Error::limit("image does not fit into memory"))?;
    let mut data = zeroed::<u8>(length)?;
    let frame = reader.next_frame(&mut data).map_err(|error| fault(&error))?;
    let animated = reader.info().is_animated();
    if !animated {
        reader.finish().map_err(|error| fault(&error))?;
    }
    let channels = match frame.color_type {
        ColorType::Grayscale => Channels::Grey,
        ColorType::GrayscaleAlpha => Channels::GreyAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        ColorType::Indexed => return Err(Error::bug("a palette was not looked up")),
    };
    let samples = if frame.bit_depth == BitDepth::Sixteen {
        let all = samples::from_bytes(&data, SampleType::U16, true, width * channels.count(), height)?;
        drop(data);
        match all {
            Samples::U16(all) => {
                let values = grey::grey(all.into_raw_vec_and_offset().0, channels, width, u16::MAX)?;
                Samples::U16(samples::array(values, width, height)?)
            }
            _ => return Err(Error::bug("16-bit samples were not read as such")),
        }
    } else {
        Samples::U8(samples::array(grey::grey(data, channels, width, u8::MAX)?, width, height)?)
    };
    let mut decoded = Decoded::default();
    decoded.planes.push(DecodedPlane::new(samples));
    if animated {
        decoded.warn("frames_ignored", "the file is an animation; its first frame was read");
    }
    if color == ColorType::Grayscale && reader.info().trns.is_some() {
        decoded.warn("transparency_ignored", "one grey value is declared transparent; it was read like any other");
    }
    metadata(reader.info(), &mut decoded);
    Ok(decoded)
}

fn metadata(info: &::png::Info<'_>, decoded: &mut Decoded) {
    for chunk in &info.uncompressed_latin1_text {
        text(&chunk.keyword, &chunk.text, decoded);
    }
    // A few bytes may unpack to gigabytes: only what is asked for is unpacked, one by one and up to a limit.
    let compressed = info.compressed_latin1_text.iter().filter(|chunk| known(&chunk.keyword)).map(|chunk| {
        let mut chunk = chunk.clone();
        let unpacked = chunk.decompress_text_with_limit(TEXT_BYTES).and_then(|()| chunk.get_text());
        (chunk.keyword, unpacked)
    });
    let international = info.utf8_text.iter().filter(|chunk| known(&chunk.keyword)).map(|chunk| {
        let mut chunk = chunk.clone();
        let unpacked = chunk.decompress_text_with_limit(TEXT_BYTES).and_then(|()| chunk.get_text());
        (chunk.keyword, unpacked)
    });
    for (count, (keyword, unpacked)) in compressed.chain(international).enumerate() {
        match unpacked {
            _ if count == TEXTS => {
                decoded.warn("tag_unreadable", format!("only the first {TEXTS} compressed PNG texts were read"));
                break;
            }
            Ok(unpacked) => text(&keyword, &unpacked, decoded),
            Err(error) => {
                let message = format!("PNG text {keyword}: {}; at most {TEXT_BYTES} bytes are unpacked", words(&error));
                decoded.warn("tag_unreadable", message);
            }
        }
    }
    if let Some(density) = info.pixel_dims.filter(|density| density.unit == Unit::Meter) {
        let mm = |per_metre: u32| if per_metre == 0 { 0.0 } else { 1000.0 / per_metre as f32 };
        tags::resolution(mm(density.xppu), mm(density.yppu), decoded);
    }
}

/// Whether portray reads the texts of this keyword.
fn known(keyword: &str) -> bool {
    matches!(keyword, "portray" | "Creation Time" | "Source" | "Title" | "Description" | "Comment")
}

fn text(keyword: &str, text: &str, decoded: &mut Decoded) {
    match keyword {
        "portray" => tags::portray_text(text, "PNG text portray", decoded),
        "Creation Time" => tags::time(text, decoded),
        "Source" => tags::scanner(text, decoded),
        "Title" | "Description" | "Comment" => tags::description(text, "PNG text", decoded),
        _ => {}
    }
}

fn fault(error: &DecodingError, bytes: &[u8]) -> Error {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Error::format("the PNG data end too early").help("the file is truncated")
        }
        DecodingError::LimitsExceeded => {
            Error::limit(format!("a PNG chunk needs more than {CHUNK_BYTES} bytes")).help("strip the file's profiles")
        }
        other => match damaged_chunk(bytes) {
            Some((name, at)) => {
                Error::format("the checksum does not match the bytes").at(format!("PNG chunk {name} at byte {at}"))
            }
            None => Error::format(format!("damaged PNG data: {}", words(other))),
        }
        .help(super::DAMAGED),
    }
}

/// The first chunk whose checksum does not match its bytes: its name, and where it begins. The decoder says neither.
fn damaged_chunk(bytes: &[u8]) -> Option<(String, usize)> {
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
    });
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let mut at = 8usize;
    loop {
        let end = at.checked_add(8)?.checked_add(word(at)? as usize)?;
        let named = bytes.get(at + 4..end)?;
        let sum =
            named.iter().fold(u32::MAX, |sum, &byte| table[((sum ^ u32::from(byte)) & 255) as usize] ^ (sum >> 8));
        if word(end)? != !sum {
            let name = named[..4].iter().map(|&byte| if byte.is_ascii_alphabetic() { char::from(byte) } else { '?' });
            return Some((name.collect(), at));
        }
        at = end + 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;
    use ndarray::array;

    fn encode(width: u32, height: u32, color: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        encoder.set_pixel_dims(Some(::png::PixelDimensions { xppu: 250, yppu: 200, unit: Unit::Meter }));
        encoder.add_text_chunk("portray".into(), r#"{"container": "CSQU3054383", "x": 1}"#.into()).unwrap();
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        bytes
    }

    #[test]
    fn sixteen_bit_values_and_texts_survive() {
        let bytes = encode(2, 1, ColorType::Grayscale, BitDepth::Sixteen, &[0x12, 0x34, 0xff, 0xfe]);
        let decoded = read(&bytes, &Limits::default()).unwrap();
        assert_eq!(decoded.planes[0].samples, Samples::U16(array![[0x1234, 0xfffe]]));
        assert_eq!(decoded.planes[0].full_scale, 65535.0);
        assert_eq!(decoded.metadata.container.unwrap().number, "CSQU3054383");
        assert_eq!(decoded.metadata.pixel_mm, crate::scan::PixelSize::new(4.0, 5.0));
        assert_eq!(decoded.warnings[0].code, "sidecar_unknown_key");
    }

    #[test]
    fn damage_is_told_with_its_place_and_what_to_do() {
        let good = encode(64, 1, ColorType::Grayscale, BitDepth::Eight, &[9; 64]);
        assert_eq!(damaged_chunk(&good), None);
        let at = good.windows(4).position(|name| name == b"IDAT").unwrap() - 4;
        let mut bad = good.clone();
        bad[at + 12] ^= 4;
        let error = read(&bad, &Limits::default()).unwrap_err();
        let text = format!("PNG chunk IDAT at byte {at}: the checksum does not match the bytes; the file is damaged");
        assert!(error.to_string().starts_with(&text), "{error}");
        // A few bytes that promise a picture of gigapixels: no limit is to be raised for it.
        let mut huge = encode(2, 1, ColorType::Grayscale, BitDepth::Sixteen, &[0; 4]);
        huge[16..24].copy_from_slice(&[0x77, 0x35, 0x94, 0, 0x77, 0x35, 0x94, 0]);
        let error = read(&huge, &Limits::default()).unwrap_err();
        assert_eq!(error.fault, Fault::Format, "{error}");
        assert!(!error.to_string().contains("--max-pixels"), "{error}");
    }

    #[test]
    fn colour_is_read_where_it_is_grey_and_refused_where_not() {
        let grey = encode(2, 1, ColorType::Rgb, BitDepth::Eight, &[5, 5, 5, 9, 9, 9]);
        let decoded = read(&grey, &Limits::default()).unwrap();
        assert_eq!(decoded.planes[0].samples, Samples::U8(array![[5, 9]]));
        let wide = encode(1, 1, ColorType::Rgba, BitDepth::Sixteen, &[1, 2, 1, 2, 1, 2, 255, 255]);
        assert_eq!(read(&wide, &Limits::default()).unwrap().planes[0].samples, Samples::U16(array![[258]]));
        let red = encode(2, 1, ColorType::Rgb, BitDepth::Eight, &[5, 5, 5, 9, 0, 0]);
        let error = read(&red, &Limits::default()).unwrap_err();
        assert_eq!((error.fault, error.place.as_deref()), (Fault::Unsupported, Some("row 0, column 1")));
        let bits = encode(8, 1, ColorType::Grayscale, BitDepth::One, &[0xaa]);
        assert!(read(&bits, &Limits::default()).unwrap_err().to_string().contains("1-bit samples"));
    }

    #[test]
    fn headers_are_charged_before_pixels() {
        let mut bytes = encode(2, 1, ColorType::Grayscale, BitDepth::Eight, &[1, 2]);
        let small = Limits { max_pixels: 1, ..Limits::default() };
        assert_eq!(read(&bytes, &small).unwrap_err().fault, Fault::Limit);
        // 8000 x 8000 in a file of 150 bytes, with the header's checksum made right.
        bytes[16..20].copy_from_slice(&8000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&8000u32.to_be_bytes());
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        let error = read(&bytes, &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("promises 64008000 bytes"), "{error}");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }
}
