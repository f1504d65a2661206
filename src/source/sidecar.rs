//! Sidecars: a small JSON or TOML file beside a scan that says what the scan's own file does not.

use super::fields::{self, Fields};
use super::raw::RawLayout;
use crate::scan::{Error, Metadata, Result, Warning};
use serde_json::{Map, Value};

/// The longest sidecar, in bytes.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// A sidecar's words, checked. Its keys are described in `docs/sidecar.md`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sidecar {
    /// The sidecar's file name, for messages.
    pub name: String,
    /// What it says of the scan.
    pub metadata: Metadata,
    /// The largest value that the detector can record, in sample units.
    pub full_scale: Option<f32>,
    /// The layout of raw counts; where it stands, the scan's file is read as raw counts whatever it begins with.
    pub raw: Option<RawLayout>,
    /// Unknown keys and unreadable values.
    pub warnings: Vec<Warning>,
}

impl Sidecar {
    /// Reads a sidecar's bytes: TOML where `name` ends in `.toml`, otherwise JSON.
    ///
    /// # Errors
    /// A format error that names the sidecar, and the key where there is one.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self> {
        let object = object(name, bytes).map_err(|error| in_sidecar(error, name))?;
        if is_report(&object) {
            let error = Error::format("this is a portray report, not a sidecar");
            return Err(in_sidecar(error, name));
        }
        let Fields { metadata, full_scale, raw, warnings } =
            fields::parse(&object, name).map_err(|error| in_sidecar(error, name))?;
        Ok(Self { name: name.to_owned(), metadata, full_scale, raw, warnings })
    }
}

/// Whether a JSON object is one of portray's own reports or summaries: they name their generator.
pub(super) fn is_report(object: &Map<String, Value>) -> bool {
    let name = object.get("generator").and_then(|generator| generator.get("name"));
    name.and_then(Value::as_str) == Some("portray")
}

/// What a JSON text that was given as a scan is, where its words tell.
pub(super) fn kind(bytes: &[u8]) -> Option<&'static str> {
    let object = object("", bytes).or_else(|_| object("x.toml", bytes)).ok()?;
    if object.contains_key("loads") {
        Some("the truth of a simulated scan")
    } else if is_report(&object) {
        Some("a report of portray")
    } else if object.keys().any(|key| fields::KEYS.contains(&key.as_str())) {
        Some("a scan's sidecar")
    } else {
        None
    }
}

/// Names the sidecar in an error's place.
fn in_sidecar(error: Error, name: &str) -> Error {
    let place = match &error.place {
        Some(inner) => format!("sidecar {name}, {inner}"),
        None => format!("sidecar {name}"),
    };
    error.at(place)
}

/// The sidecar's top-level object.
pub(super) fn object(name: &str, bytes: &[u8]) -> Result<Map<String, Value>> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::limit(format!("sidecar has {} bytes, limit is {MAX_BYTES}", bytes.len())));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::format("not UTF-8 text").at(format!("byte {}", error.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let toml = std::path::Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    if toml {
        let table: toml::Table = toml::from_str(text).map_err(|error| {
            let place = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
            Error::format(format!("not TOML: {}", error.message())).at(format!("line {place}"))
        })?;
        return Ok(table.into_iter().map(|(key, value)| (key, from_toml(value))).collect());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(fields::expected("a JSON object", &other)),
        Err(error) => Err(Error::format(format!("not JSON: {error}"))),
    }
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(all) => all.into_iter().map(from_toml).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, from_toml(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Fault, PixelSize};

    #[test]
    fn json_and_toml_say_the_same() {
        let json = br#"{"container": "CSQU3054383", "pixel_mm": [4, 5], "time": "2026-11-02T10:15:00Z",
            "raw": {"width": 4, "height": 3, "type": "u16", "byte_order": "big", "header_bytes": 16}}"#;
        let toml = b"container = 'CSQU3054383'\npixel_mm = [4, 5]\ntime = 2026-11-02T10:15:00Z\n\
            [raw]\nwidth = 4\nheight = 3\ntype = 'u16'\nbyte_order = 'big'\nheader_bytes = 16\n";
        let json = Sidecar::parse("a", json).unwrap();
        let toml = Sidecar::parse("a.toml", toml).unwrap();
        assert_eq!(json.metadata.pixel_mm, PixelSize::new(4.0, 5.0));
        assert_eq!((&json.metadata, &json.raw), (&toml.metadata, &toml.raw));
        assert!(json.raw.is_some());
    }

    #[test]
    fn broken_sidecars_are_named_with_the_place() {
        let cases: [(&str, &[u8], &str); 8] = [
            ("a.json", b"{\"pixel_mm\": ", "sidecar a.json: not JSON"),
            ("a.json", b"[1]", "sidecar a.json: expected a JSON object"),
            ("a.json", b"\xff{}", "sidecar a.json, byte 0: not UTF-8"),
            ("a.json", b"{\"doors\": 1}", "sidecar a.json, key \"doors\": expected"),
            ("a.toml", b"x = 1\npixel_mm = =", "sidecar a.toml, line 2: not TOML"),
            ("a.toml", b"doors = 'up'", "sidecar a.toml, key \"doors\": expected"),
            ("a.json", b"{\"generator\": {\"name\": \"portray\"}}", "sidecar a.json: this is a portray report"),
            ("a.json", b"", "sidecar a.json: not JSON"),
        ];
        for (name, bytes, message) in cases {
            let error = Sidecar::parse(name, bytes).unwrap_err();
            assert_eq!(error.fault, Fault::Format);
            assert!(error.to_string().contains(message), "{error}");
        }
        let long = vec![b' '; (1 << 20) + 1];
        assert_eq!(Sidecar::parse("a.json", &long).unwrap_err().fault, Fault::Limit);
    }

    #[test]
    fn a_schema_version_makes_no_report_of_a_sidecar() {
        let sidecar = Sidecar::parse("a.json", br#"{"schema_version": 1, "pixel_mm": 4}"#).unwrap();
        assert_eq!(sidecar.metadata.pixel_mm, PixelSize::new(4.0, 4.0));
        assert_eq!(sidecar.warnings[0].code, "sidecar_unknown_key");
        assert!(sidecar.warnings[0].message.contains("schema_version"));
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let deep = "[".repeat(200_000);
        assert!(Sidecar::parse("a.json", deep.as_bytes()).is_err());
        assert!(Sidecar::parse("a.toml", format!("a = {deep}").as_bytes()).is_err());
    }
}
