//! A place in words that can be found in the picture.

use super::region::BoxMm;
use crate::prepare::Frame;

/// The middle of a box in metres, as the scale along the picture's sides counts them: `9.2 m from the front and 1.0 m up`.
pub(super) fn whereabouts(frame: &Frame, place: &BoxMm) -> String {
    let (x, y) = ((place.x + place.width / 2.0) / 1000.0, (place.y + place.height / 2.0) / 1000.0);
    format!("{x:.1} m from the {} and {y:.1} m up", frame.counted_from())
}

/// What to do about a warning that keeps a scan from being called clear.
pub(super) fn remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "polarity_guessed" => "state polarity in the scan's sidecar or in the settings",
        "no_air" => "give an air frame (--air)",
        "planes_differ" => "give views as files of their own",
        "intensity_not_linear" | "modality_lut_ignored" => "export the detector's own counts",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::Located;
    use crate::scan::{BoxPx, End, PixelSize};

    #[test]
    fn a_place_is_told_from_the_front_where_there_is_one() {
        let place = BoxMm { x: 9_005.0, y: 580.0, width: 440.0, height: 820.0 };
        let mut frame = Frame {
            crop: BoxPx { x: 0, y: 0, width: 10, height: 10 },
            located: Located::Container,
            source_pixel: PixelSize { x: 5.0, y: 5.0 },
            pixel: PixelSize { x: 5.0, y: 5.0 },
            pixel_sigma: 0.0,
            doors: End::Left,
            doors_known: true,
        };
        assert_eq!(whereabouts(&frame, &place), "9.2 m from the front and 1.0 m up");
        (frame.doors, frame.doors_known) = (End::Right, false);
        assert_eq!(whereabouts(&frame, &place), "9.2 m from the left and 1.0 m up");
        assert!(remedy("polarity_guessed").unwrap().contains("sidecar"));
        assert_eq!(remedy("incomplete"), None);
    }
}
