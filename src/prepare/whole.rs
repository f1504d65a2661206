//! Whether the picture holds the whole of an object, or stops inside it.

use super::trim::Margins;
use crate::scan::BoxPx;

/// A few lines of anything lie between an object and the edge of what was measured.
const NEAR: u32 = 3;
/// A trimmed strip narrower than this share of the picture is an ordinary artefact: a few dead detectors, the first pulses.
const STRIP: f32 = 0.01;

/// Why the picture may lack a part of the object `part` of the measured `area`; nothing where it holds all of it.
/// `found` says whether an object was told apart, and whether it has the length of a container.
///
/// An object may stand on the lower edge, for detectors often begin at the belt or the ground; and what has the length of
/// a container and fills the picture was cut out of a larger one.
pub(super) fn cut(margins: Margins, area: BoxPx, part: BoxPx, found: Option<bool>) -> Option<String> {
    let left = part.x <= NEAR;
    let right = part.right() + NEAR >= area.width;
    let top = part.y <= NEAR;
    let bottom = part.bottom() + NEAR >= area.height;
    let wide = |strip: usize, of: u32| strip as f32 > STRIP * of as f32;
    let strips = [
        ("left", left && wide(margins.left, area.width)),
        ("right", right && wide(margins.right, area.width)),
        ("top", top && wide(margins.top, area.height)),
        ("bottom", bottom && wide(margins.bottom, area.height)),
    ];
    let nominal = found.unwrap_or(false);
    // With air at one end only, the scan began or ended too soon.
    let edges = [
        ("left", left && (!right || !nominal)),
        ("right", right && (!left || !nominal)),
        ("top", top && (!bottom || !nominal)),
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
    found?;
    named(&edges).map(|names| format!("the object reaches the picture's edge at the {names}: is a part of it missing?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: BoxPx = BoxPx { x: 0, y: 0, width: 2000, height: 600 };

    fn said(margins: Margins, (x, y, right, bottom): (u32, u32, u32, u32), nominal: bool) -> String {
        cut(margins, AREA, BoxPx { x, y, width: right - x, height: bottom - y }, Some(nominal)).unwrap_or_default()
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
        let top = Margins { top: 7, ..Margins::default() };
        assert!(said(top, (100, 0, 1900, 550), true).contains("strip at the top"));
    }
}
