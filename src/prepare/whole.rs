//! Whether the picture holds the whole of an object, or stops inside it.

use super::trim::Margins;
use crate::scan::BoxPx;

/// A few lines of anything lie between an object and the edge of what was measured.
pub(super) const NEAR: u32 = 3;
/// A trimmed strip narrower than this share of the picture is an ordinary artefact: a few dead detectors, the first pulses.
const STRIP: f32 = 0.01;

/// What was told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// It has the length of a container.
    pub(super) nominal: bool,
    /// It is no container, or its floor is seen.
    pub(super) floored: bool,
    /// It is no container, and the strip below the picture is of detectors outside the beam.
    pub(super) grounded: bool,
}

/// Why the picture may lack a part of the object `part` of the measured `area`; nothing where it holds all of it.
/// `seen` says what was told apart, if anything was.
///
/// An object may stand on the lower edge, for detectors often begin at the belt or the ground; and what has the length of
/// a container and fills the picture was cut out of a larger one.
pub(super) fn cut(margins: Margins, area: BoxPx, part: BoxPx, seen: Option<Seen>) -> Option<String> {
    let left = part.x <= NEAR;
    let right = part.right() + NEAR >= area.width;
    let top = part.y <= NEAR;
    let bottom = part.bottom() + NEAR >= area.height;
    let wide = |strip: usize, of: u32| strip as f32 > STRIP * of as f32;
    let strips = [
        ("left", left && wide(margins.left, area.width)),
        ("right", right && wide(margins.right, area.width)),
        ("top", top && wide(margins.top, area.height)),
        ("bottom", bottom && wide(margins.bottom, area.height) && !seen.is_some_and(|seen| seen.grounded)),
    ];
    let nominal = seen.is_some_and(|seen| seen.nominal);
    // With air at one end only, the scan began or ended too soon.
    let edges = [
        ("left", left && (!right || !nominal)),
        ("right", right && (!left || !nominal)),
        ("top", top && (!bottom || !nominal)),
        ("bottom", bottom && seen.is_some_and(|seen| !seen.floored)),
    ];
    let named = |sides: &[(&str, bool)]| {
        let names: Vec<&str> = sides.iter().filter(|side| side.1).map(|side| side.0).collect();
        (!names.is_empty()).then(|| names.join(" and the "))
    };
    if let Some(names) = named(&strips) {
        let text = "the object ends at a black or constant strip at the";
        return Some(format!("{text} {names}: was the scan stopped, or is it shielded there?"));
    }
    // Where nothing was looked for or found, the picture's own edges say nothing.
    seen?;
    named(&edges).map(|names| format!("the object reaches the picture's edge at the {names}: is a part of it missing?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: BoxPx = BoxPx { x: 0, y: 0, width: 2000, height: 600 };

    fn said(margins: Margins, (x, y, right, bottom): (u32, u32, u32, u32), nominal: bool) -> String {
        let seen = Seen { nominal, floored: true, grounded: false };
        cut(margins, AREA, BoxPx { x, y, width: right - x, height: bottom - y }, Some(seen)).unwrap_or_default()
    }

    #[test]
    fn edges_with_air_at_the_other_end_are_cuts() {
        let none = Margins::default();
        assert_eq!(said(none, (100, 50, 1900, 550), false), "");
        // On the lower edge, or filling the picture at a container's length.
        assert_eq!(said(none, (100, 50, 1900, 600), true), "");
        assert_eq!(said(none, (0, 50, 2000, 550), true), "");
        assert_eq!(said(none, (0, 0, 2000, 600), true), "");
        for (part, nominal, expected) in [
            ((0, 50, 1900, 550), true, "at the left:"),
            ((100, 50, 1998, 550), true, "at the right:"),
            ((0, 50, 2000, 550), false, "at the left and the right:"),
            ((100, 2, 1900, 550), true, "at the top:"),
            ((100, 0, 1900, 600), false, "at the top:"),
        ] {
            let text = said(none, part, nominal);
            assert!(text.contains(expected), "{part:?}: {text}");
        }
    }

    #[test]
    fn strips_beside_the_object_are_cuts_unless_they_are_thin() {
        let bottom = |rows| Margins { bottom: rows, ..Margins::default() };
        assert_eq!(said(bottom(6), (100, 50, 1900, 600), true), "");
        assert_eq!(said(bottom(300), (100, 50, 1900, 500), true), "", "air lies between");
        assert!(said(bottom(300), (100, 50, 1900, 600), true).contains("strip at the bottom"));
        // Wheels stand before detectors that see no beam.
        let wheels = BoxPx { x: 100, y: 50, width: 1800, height: 550 };
        let seen = Seen { nominal: false, floored: true, grounded: true };
        assert_eq!(cut(bottom(300), AREA, wheels, Some(seen)), None);
        let floorless = Seen { nominal: true, floored: false, grounded: false };
        assert!(cut(Margins::default(), AREA, wheels, Some(floorless)).unwrap().contains("edge at the bottom"));
        let top = Margins { top: 7, ..Margins::default() };
        assert!(said(top, (100, 0, 1900, 550), true).contains("strip at the top"));
    }
}
