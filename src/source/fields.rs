//! The words of sidecars and of `portray` tags inside image files, and how each is checked.

use super::raw::{self, RawLayout};
use super::time;
use crate::scan::{BeamSource, ContainerNumber, End, Error, Metadata, PixelSize, Polarity, Result, Warning, misleads};
use serde_json::{Map, Value};

/// Every key that is known.
pub(super) const KEYS: [&str; 13] = [
    "container",
    "scanner",
    "time",
    "pixel_mm",
    "energies_mv",
    "source",
    "view",
    "doors",
    "cargo",
    "polarity",
    "full_scale",
    "instance_uid",
    "raw",
];

/// What a sidecar or a tag says, checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fields {
    pub metadata: Metadata,
    pub full_scale: Option<f32>,
    pub raw: Option<RawLayout>,
    pub warnings: Vec<Warning>,
}

/// Reads the object of a sidecar or tag. `origin` names it in warnings. A value that cannot be meant is an error at its
/// key; an unknown key is a warning, since a misspelt `pixel_mm` must not pass unseen.
pub(super) fn parse(object: &Map<String, Value>, origin: &str) -> Result<Fields> {
    let mut fields = Fields::default();
    let mut unknown = Vec::new();
    for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
        if !field(&mut fields, key, value, origin).map_err(|error| at_key(error, key))? {
            unknown.push(format!("{key:?}"));
        }
    }
    if !unknown.is_empty() {
        let message = format!("{origin}: unknown keys {}; known are {}", unknown.join(", "), KEYS.join(", "));
        fields.warnings.push(Warning::new("sidecar_unknown_key", message));
    }
    Ok(fields)
}

/// Puts `key "name"` in front of whatever place the error already has.
fn at_key(error: Error, key: &str) -> Error {
    let place = match &error.place {
        Some(inner) => format!("key {key:?}, {inner}"),
        None => format!("key {key:?}"),
    };
    error.at(place)
}

/// Reads one key; false where it is unknown.
fn field(fields: &mut Fields, key: &str, value: &Value, origin: &str) -> Result<bool> {
    let metadata = &mut fields.metadata;
    match key {
        "container" => {
            // An object with `number` is how reports spell it.
            let text = string(value.get("number").unwrap_or(value))?;
            metadata.container = text.as_deref().and_then(ContainerNumber::parse);
            if let (Some(text), None) = (text, &metadata.container) {
                fields.warnings.push(Warning::new(
                    "container_number_unreadable",
                    format!("{origin}: {text:?} is no ISO 6346 container number"),
                ));
            }
        }
        "time" => {
            let text = string(value)?;
            metadata.time = text.as_deref().and_then(time::normalise);
            if let (Some(text), None) = (text, &metadata.time) {
                return Err(expected("a time such as 2026-11-02T10:15:00Z", &Value::String(text)));
            }
        }
        "scanner" => metadata.scanner = string(value)?,
        "view" => metadata.view = string(value)?,
        "cargo" => metadata.cargo = string(value)?,
        "instance_uid" => metadata.instance_uid = string(value)?,
        "pixel_mm" => metadata.pixel_mm = Some(pixel_size(value)?),
        "energies_mv" => metadata.energies_mv = energies(value)?,
        "source" => {
            metadata.source = Some(match value.as_str() {
                Some("accelerator") => BeamSource::Accelerator,
                Some("gamma") => BeamSource::Gamma,
                _ => return Err(expected("\"accelerator\" or \"gamma\"", value)),
            });
        }
        "doors" => {
            metadata.doors = Some(match value.as_str() {
                Some("left") => End::Left,
                Some("right") => End::Right,
                _ => return Err(expected("\"left\" or \"right\"", value)),
            });
        }
        "polarity" => {
            metadata.polarity = Some(match value.as_str() {
                Some("air_bright") => Polarity::AirBright,
                Some("air_dark") => Polarity::AirDark,
                _ => return Err(expected("\"air_bright\" or \"air_dark\"", value)),
            });
        }
        "full_scale" => fields.full_scale = Some(positive(value)?),
        "raw" => {
            let object = value.as_object().ok_or_else(|| expected("an object", value))?;
            fields.raw = Some(raw::RawLayout::parse(object)?);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// A format error that says what was expected and shows what was found, shortened.
pub(super) fn expected(what: &str, found: &Value) -> Error {
    let mut text = found.to_string();
    if text.chars().count() > 60 {
        text = text.chars().take(57).chain("...".chars()).collect();
    }
    Error::format(format!("expected {what}, found {text}"))
}

fn string(value: &Value) -> Result<Option<String>> {
    value.as_str().map(clean).ok_or_else(|| expected("a string", value))
}

/// A text from a file as one printable line of at most 200 characters; nothing where nothing is left.
pub(super) fn clean(text: &str) -> Option<String> {
    let line: String = text.chars().map(|c| if misleads(c) { ' ' } else { c }).collect();
    let line: String = line.trim().chars().take(200).collect();
    (!line.is_empty()).then_some(line)
}

/// The words of a foreign library's error, which may quote any amount of a damaged file.
pub(super) fn words(error: &impl std::fmt::Display) -> String {
    clean(&error.to_string()).unwrap_or_else(|| "no reason given".to_owned())
}

fn number(value: &Value) -> Result<f32> {
    value.as_f64().map(|v| v as f32).filter(|v| v.is_finite()).ok_or_else(|| expected("a number", value))
}

fn positive(value: &Value) -> Result<f32> {
    Some(number(value)?).filter(|&v| v > 0.0).ok_or_else(|| expected("a number above 0", value))
}

fn pixel_size(value: &Value) -> Result<PixelSize> {
    let (x, y) = match value {
        Value::Array(sides) if sides.len() == 2 => (number(&sides[0])?, number(&sides[1])?),
        Value::Object(sides) if sides.len() == 2 && sides.contains_key("x") && sides.contains_key("y") => {
            (number(&sides["x"])?, number(&sides["y"])?)
        }
        Value::Number(_) => (number(value)?, number(value)?),
        _ => return Err(expected("a number, [x, y] or {\"x\": .., \"y\": ..} in mm", value)),
    };
    PixelSize::new(x, y).ok_or_else(|| {
        let range = PixelSize::RANGE_MM;
        expected(&format!("{} to {} mm per pixel", range.start(), range.end()), value)
    })
}

fn energies(value: &Value) -> Result<Vec<f32>> {
    let one = |value: &Value| {
        Some(positive(value)?).filter(|&v| v <= 100.0).ok_or_else(|| expected("an energy of at most 100 MV", value))
    };
    match value {
        Value::Array(all) if !all.is_empty() && all.len() <= 64 => all.iter().map(one).collect(),
        Value::Number(_) => Ok(vec![one(value)?]),
        _ => Err(expected("a list of energies in MV, one per plane", value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::CheckDigit;
    use serde_json::json;

    fn read(value: &Value) -> Result<Fields> {
        parse(value.as_object().unwrap(), "a.json")
    }

    #[test]
    fn every_field_is_read() {
        let fields = read(&json!({
            "container": "csqu 305438 3", "scanner": "gate 2", "time": "2026-11-02T10:15:00+01:00",
            "pixel_mm": {"x": 4.0, "y": 5.0}, "energies_mv": [6, 4], "source": "accelerator", "view": "side", "doors": "left",
            "cargo": "bananas", "polarity": "air_dark", "full_scale": 4095, "instance_uid": "1.2.3", "raw": null,
        }))
        .unwrap();
        let metadata = fields.metadata;
        assert_eq!(metadata.container.unwrap().number, "CSQU3054383");
        assert_eq!(metadata.scanner.as_deref(), Some("gate 2"));
        assert_eq!(metadata.time.as_deref(), Some("2026-11-02T10:15:00+01:00"));
        assert_eq!(metadata.pixel_mm, PixelSize::new(4.0, 5.0));
        assert_eq!(metadata.energies_mv, [6.0, 4.0]);
        assert_eq!(metadata.source, Some(BeamSource::Accelerator));
        assert_eq!(metadata.view.as_deref(), Some("side"));
        assert_eq!(metadata.doors, Some(End::Left));
        assert_eq!(metadata.cargo.as_deref(), Some("bananas"));
        assert_eq!(metadata.polarity, Some(Polarity::AirDark));
        assert_eq!(metadata.instance_uid.as_deref(), Some("1.2.3"));
        assert_eq!(fields.full_scale, Some(4095.0));
        assert!(fields.warnings.is_empty());
    }

    #[test]
    fn spellings_that_mean_the_same_read_the_same() {
        for pixel in [json!(4.5), json!([4.5, 4.5]), json!({"x": 4.5, "y": 4.5})] {
            assert_eq!(read(&json!({ "pixel_mm": pixel })).unwrap().metadata.pixel_mm, PixelSize::new(4.5, 4.5));
        }
        let fields = read(&json!({"container": {"number": "CSQU3054384", "check_digit": "invalid"}, "energies_mv": 6}));
        let metadata = fields.unwrap().metadata;
        assert_eq!(metadata.container.unwrap().check_digit, CheckDigit::Invalid);
        assert_eq!(metadata.energies_mv, [6.0]);
    }

    #[test]
    fn values_that_cannot_be_meant_are_errors_at_their_key() {
        let cases = [
            (json!({"pixel_mm": -4}), "key \"pixel_mm\": expected 0.2 to 50 mm per pixel, found -4"),
            (json!({"pixel_mm": [1, 2, 3]}), "key \"pixel_mm\": expected a number, [x, y]"),
            (json!({"pixel_mm": ["4", 4]}), "expected a number, found \"4\""),
            (json!({"energies_mv": []}), "expected a list of energies"),
            (json!({"energies_mv": [6, 0]}), "expected a number above 0, found 0"),
            (json!({"energies_mv": 6000}), "expected an energy of at most 100 MV, found 6000"),
            (json!({"doors": "front"}), "expected \"left\" or \"right\", found \"front\""),
            (json!({"source": "Co-60"}), "expected \"accelerator\" or \"gamma\", found \"Co-60\""),
            (json!({"polarity": true}), "expected \"air_bright\" or \"air_dark\", found true"),
            (json!({"time": "yesterday"}), "expected a time such as"),
            (json!({"scanner": 7}), "key \"scanner\": expected a string, found 7"),
            (json!({"container": 7}), "key \"container\": expected a string"),
            (json!({"full_scale": 0}), "expected a number above 0"),
            (json!({"raw": []}), "key \"raw\": expected an object"),
            (json!({"raw": {"width": 0}}), "key \"raw\", key \"width\""),
        ];
        for (value, message) in cases {
            let error = read(&value).unwrap_err().to_string();
            assert!(error.contains(message), "{value}: {error}");
        }
    }

    #[test]
    fn what_is_unknown_or_unreadable_is_said() {
        let fields = read(&json!({"pixelmm": 4, "container": "lorry 7", "Doors": "left"})).unwrap();
        let codes: Vec<&str> = fields.warnings.iter().map(|w| w.code.as_str()).collect();
        assert_eq!(codes, ["container_number_unreadable", "sidecar_unknown_key"]);
        assert!(fields.warnings[1].message.contains("\"pixelmm\""), "{:?}", fields.warnings);
        assert_eq!(fields.metadata, Metadata::default());
    }

    #[test]
    fn texts_become_one_printable_line() {
        assert_eq!(clean(" a\nb\0 ").as_deref(), Some("a b"));
        assert_eq!(clean("a\u{202e}b").as_deref(), Some("a b"));
        assert_eq!(clean(" \0\0"), None);
        assert_eq!(clean(&"x".repeat(1000)).unwrap().len(), 200);
    }
}
