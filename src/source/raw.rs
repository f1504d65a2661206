//! Raw counts: no magic, no header of their own; the sidecar says how they lie.

use super::decoded::{Decoded, DecodedPlane};
use super::fields::expected;
use super::limits::Limits;
use super::samples::{self, SampleType};
use crate::scan::{Error, Result};
use serde_json::{Map, Value};

/// How the planes of raw counts lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interleave {
    /// One whole plane after the other.
    #[default]
    Planes,
    /// A row of every plane, then the next row: interlaced energies as a detector line sends them.
    Rows,
    /// A pixel of every plane, then the next pixel.
    Pixels,
}

/// How raw counts lie in their file: the sidecar's `raw` object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawLayout {
    /// Columns.
    pub width: u64,
    /// Rows.
    pub height: u64,
    /// The stored type: `u8`, `u16`, `u32`, `i8`, `i16`, `i32` or `f32`.
    pub sample_type: SampleType,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
    /// Planes; 1 unless told.
    pub planes: u64,
    /// Bytes before the first sample; 0 unless told.
    pub header_bytes: u64,
    /// How planes are interleaved; whole planes unless told.
    pub interleave: Interleave,
}

impl RawLayout {
    pub(super) fn parse(object: &Map<String, Value>) -> Result<Self> {
        let at = |key: &str, error: Error| error.at(format!("key {key:?}"));
        for key in object.keys() {
            const KNOWN: [&str; 7] = ["width", "height", "type", "byte_order", "planes", "header_bytes", "interleave"];
            // Here an unknown key is an error: a layout that is read wrongly gives noise for an image.
            if !KNOWN.contains(&key.as_str()) {
                return Err(at(key, Error::format(format!("unknown key, expected one of {}", KNOWN.join(", ")))));
            }
        }
        let count = |key: &str, default: Option<u64>| match (object.get(key), default) {
            (Some(value), _) => value
                .as_u64()
                .filter(|&count| count > 0 || key == "header_bytes")
                .ok_or_else(|| at(key, expected("a whole number above 0", value))),
            (None, Some(default)) => Ok(default),
            (None, None) => Err(at(key, Error::format("missing; raw counts need width, height and type"))),
        };
        let word = |key: &str| match object.get(key) {
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(other) => Err(at(key, expected("a string", other))),
            None => Ok(None),
        };
        let (width, height) = (count("width", None)?, count("height", None)?);
        let stored = word("type")?.ok_or_else(|| at("type", Error::format("missing; expected u8, u16, f32, ...")))?;
        let sample_type = SampleType::parse(stored).ok_or_else(|| {
            at("type", expected("u8, u16, u32, i8, i16, i32 or f32", &Value::String(stored.to_owned())))
        })?;
        let big_endian = match word("byte_order")? {
            None | Some("little") => false,
            Some("big") => true,
            Some(_) => return Err(at("byte_order", expected("\"little\" or \"big\"", &object["byte_order"]))),
        };
        let interleave = match word("interleave")? {
            None | Some("planes") => Interleave::Planes,
            Some("rows") => Interleave::Rows,
            Some("pixels") => Interleave::Pixels,
            Some(_) => {
                return Err(at("interleave", expected("\"planes\", \"rows\" or \"pixels\"", &object["interleave"])));
            }
        };
        let (planes, header_bytes) = (count("planes", Some(1))?, count("header_bytes", Some(0))?);
        Ok(Self { width, height, sample_type, big_endian, planes, header_bytes, interleave })
    }
}

/// Reads raw counts as `layout` says.
pub(super) fn read(bytes: &[u8], layout: &RawLayout, limits: &Limits) -> Result<Decoded> {
    limits.planes(layout.planes, "planes")?;
    let (width, height, planes) = (layout.width, layout.height, layout.planes);
    let size = layout.sample_type.bytes();
    // Before the limit: to raise it does not help against a sidecar that promises more than the file holds.
    let needed = width.saturating_mul(height).saturating_mul(planes).saturating_mul(size as u64);
    let found = (bytes.len() as u64).saturating_sub(layout.header_bytes);
    if found < needed {
        return Err(Error::format(format!(
            "{width}x{height} {} samples in {planes} planes need {needed} bytes after {} header bytes, found {found}",
            layout.sample_type.name(),
            layout.header_bytes
        ))
        .help("the file is truncated or its sidecar is wrong"));
    }
    let (width, height) = limits.sides(width, height)?;
    let planes = planes as usize;
    let start = layout.header_bytes as usize;
    let data = &bytes[start..start + needed as usize];
    let mut decoded = Decoded::default();
    if found > needed {
        decoded.warn("trailing_bytes", format!("{} bytes after the last sample were not read", found - needed));
    }
    let (row, plane) = (width * size, width * height * size);
    for index in 0..planes {
        let samples = match layout.interleave {
            Interleave::Planes => {
                let part = &data[index * plane..(index + 1) * plane];
                samples::from_bytes(part, layout.sample_type, layout.big_endian, width, height)?
            }
            Interleave::Rows => {
                let rows = data.chunks_exact(row).skip(index).step_by(planes);
                samples::from_bytes(
                    &rows.flatten().copied().collect::<Vec<u8>>(),
                    layout.sample_type,
                    layout.big_endian,
                    width,
                    height,
                )?
            }
            Interleave::Pixels => {
                let pixels = data.chunks_exact(size).skip(index).step_by(planes);
                samples::from_bytes(
                    &pixels.flatten().copied().collect::<Vec<u8>>(),
                    layout.sample_type,
                    layout.big_endian,
                    width,
                    height,
                )?
            }
        };
        decoded.planes.push(DecodedPlane::new(samples));
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Fault, Samples};
    use ndarray::array;
    use serde_json::json;

    fn layout(value: &Value) -> Result<RawLayout> {
        RawLayout::parse(value.as_object().unwrap())
    }

    #[test]
    fn planes_rows_and_pixels_give_the_same_image() {
        let high = array![[1u16, 2], [3, 4]];
        let low = array![[5u16, 6], [7, 8]];
        let cases = [
            ("planes", [1u16, 2, 3, 4, 5, 6, 7, 8]),
            ("rows", [1, 2, 5, 6, 3, 4, 7, 8]),
            ("pixels", [1, 5, 2, 6, 3, 7, 4, 8]),
        ];
        for (interleave, order) in cases {
            for byte_order in ["little", "big"] {
                let mut bytes = b"HEAD".to_vec();
                for value in order {
                    bytes.extend(if byte_order == "big" { value.to_be_bytes() } else { value.to_le_bytes() });
                }
                let layout = layout(&json!({"width": 2, "height": 2, "type": "u16", "byte_order": byte_order,
                    "planes": 2, "header_bytes": 4, "interleave": interleave}))
                .unwrap();
                let decoded = read(&bytes, &layout, &Limits::default()).unwrap();
                assert_eq!(decoded.planes[0].samples, Samples::U16(high.clone()), "{interleave} {byte_order}");
                assert_eq!(decoded.planes[1].samples, Samples::U16(low.clone()), "{interleave} {byte_order}");
                assert!(decoded.warnings.is_empty());
            }
        }
    }

    #[test]
    fn length_is_checked_against_the_layout() {
        let layout = layout(&json!({"width": 2, "height": 2, "type": "f32"})).unwrap();
        let error = read(&[0; 15], &layout, &Limits::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "2x2 f32 samples in 1 planes need 16 bytes after 0 header bytes, found 15; \
             the file is truncated or its sidecar is wrong"
        );
        let decoded = read(&[0; 17], &layout, &Limits::default()).unwrap();
        assert_eq!(decoded.warnings[0].code, "trailing_bytes");
    }

    #[test]
    fn limits_come_before_the_data() {
        let huge = layout(&json!({"width": 1u64 << 40, "height": 1u64 << 40, "type": "u8"})).unwrap();
        // No limit is to be raised for a picture that the file cannot hold.
        assert_eq!(read(&[], &huge, &Limits::default()).unwrap_err().fault, Fault::Format);
        let few = layout(&json!({"width": 2, "height": 2, "type": "u8"})).unwrap();
        let small = Limits { max_pixels: 3, ..Limits::default() };
        assert_eq!(read(&[0; 4], &few, &small).unwrap_err().fault, Fault::Limit);
        let many = layout(&json!({"width": 1, "height": 1, "type": "u8", "planes": 17})).unwrap();
        assert_eq!(read(&[0; 17], &many, &Limits::default()).unwrap_err().fault, Fault::Limit);
        let far = layout(&json!({"width": 1, "height": 1, "type": "u8", "header_bytes": u64::MAX})).unwrap();
        assert_eq!(read(&[0; 17], &far, &Limits::default()).unwrap_err().fault, Fault::Format);
    }

    #[test]
    fn wrong_layouts_name_the_key() {
        let cases = [
            (json!({"height": 1, "type": "u8"}), "key \"width\": missing"),
            (json!({"width": 1, "height": 1}), "key \"type\": missing"),
            (
                json!({"width": 1.5, "height": 1, "type": "u8"}),
                "key \"width\": expected a whole number above 0, found 1.5",
            ),
            (json!({"width": 1, "height": 1, "type": "f64"}), "key \"type\": expected u8, u16"),
            (json!({"width": 1, "height": 1, "type": 8}), "key \"type\": expected a string"),
            (json!({"width": 1, "height": 1, "type": "u8", "byte_order": "middle"}), "key \"byte_order\": expected"),
            (json!({"width": 1, "height": 1, "type": "u8", "interleave": "x"}), "key \"interleave\": expected"),
            (json!({"width": 1, "height": 1, "type": "u8", "planes": 0}), "key \"planes\": expected"),
            (json!({"width": 1, "height": 1, "type": "u8", "header": 0}), "key \"header\": unknown key"),
        ];
        for (value, message) in cases {
            let error = layout(&value).unwrap_err().to_string();
            assert!(error.contains(message), "{value}: {error}");
        }
    }
}
