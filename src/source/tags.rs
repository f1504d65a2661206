//! What image files' own tags say, whichever format they stand in.

use super::decoded::Decoded;
use super::{fields, time};
use crate::scan::{ContainerNumber, PixelSize};
use serde_json::Value;

/// The pixel sizes that a resolution tag is believed for, in mm. Image programs write 72, 96, 150 or 300 dots per
/// inch (0.35 mm and less) into any file, so a resolution that fine says nothing of the scanner.
const BELIEVED_MM: std::ops::RangeInclusive<f32> = 0.5..=50.0;

/// Takes a resolution tag where it is plausible for a cargo scanner.
pub(super) fn resolution(x: f32, y: f32, decoded: &mut Decoded) {
    if decoded.metadata.pixel_mm.is_none() && BELIEVED_MM.contains(&x) && BELIEVED_MM.contains(&y) {
        decoded.metadata.pixel_mm = PixelSize::new(x, y);
    }
}

/// A time tag; a time that cannot be read is no fault of the image.
pub(super) fn time(text: &str, decoded: &mut Decoded) {
    if decoded.metadata.time.is_none() {
        decoded.metadata.time = time::normalise(text);
    }
}

/// A tag that names the scanner.
pub(super) fn scanner(text: &str, decoded: &mut Decoded) {
    if decoded.metadata.scanner.is_none() {
        decoded.metadata.scanner = fields::clean(text);
    }
}

/// A free text: JSON with an object under `portray` is read like a sidecar, and any container number is taken.
pub(super) fn description(text: &str, origin: &str, decoded: &mut Decoded) {
    if text.trim_start().starts_with('{') {
        if let Ok(Value::Object(object)) = serde_json::from_str(text)
            && let Some(portray) = object.get("portray")
        {
            portray_value(portray, origin, decoded);
        }
        return;
    }
    if decoded.metadata.container.is_none() {
        decoded.metadata.container = ContainerNumber::find(&text.chars().take(1000).collect::<String>());
    }
}

/// The JSON text of a tag that is called `portray`.
pub(super) fn portray_text(text: &str, origin: &str, decoded: &mut Decoded) {
    match serde_json::from_str(text) {
        Ok(value) => portray_value(&value, origin, decoded),
        Err(error) => decoded.warn("tag_unreadable", format!("{origin}: not JSON: {error}")),
    }
}

/// Reads a `portray` object. Unlike a sidecar's, its faults are warnings: the pixels are good without it.
fn portray_value(value: &Value, origin: &str, decoded: &mut Decoded) {
    let Some(object) = value.as_object() else {
        return decoded.warn("tag_unreadable", format!("{origin}: expected a JSON object"));
    };
    match fields::parse(object, origin) {
        Ok(found) => {
            let tags = std::mem::take(&mut decoded.metadata);
            decoded.metadata = super::metadata::merge(found.metadata, tags);
            decoded.warnings.extend(found.warnings);
            // Tags may be read before the planes are: it is applied when both are there.
            decoded.full_scale = found.full_scale.or(decoded.full_scale);
        }
        Err(error) => decoded.warn("tag_unreadable", format!("{origin}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plausible_resolutions_are_believed() {
        for (mm, believed) in [(4.5, true), (0.5, true), (25.4 / 72.0, false), (0.0, false), (100.0, false)] {
            let mut decoded = Decoded::default();
            resolution(mm, mm, &mut decoded);
            assert_eq!(decoded.metadata.pixel_mm.is_some(), believed, "{mm}");
        }
    }

    #[test]
    fn descriptions_give_container_numbers_and_portray_objects() {
        let mut decoded = Decoded::default();
        description("Container CSQU3054383, gate 2", "text", &mut decoded);
        assert_eq!(decoded.metadata.container.take().unwrap().number, "CSQU3054383");
        description(r#"{"shape": [1, 2], "portray": {"scanner": "gate 2"}}"#, "text", &mut decoded);
        assert_eq!(decoded.metadata.scanner.as_deref(), Some("gate 2"));
        description(r#"{"shape": [1, 2]}"#, "text", &mut decoded);
        assert!(decoded.warnings.is_empty());
    }

    #[test]
    fn a_bad_portray_tag_is_a_warning() {
        for text in ["{", "[]", r#"{"pixel_mm": 0}"#] {
            let mut decoded = Decoded::default();
            portray_text(text, "PNG text portray", &mut decoded);
            assert_eq!(decoded.warnings[0].code, "tag_unreadable", "{text}");
        }
    }
}
