//! The colours of pictures: light on dark, told apart by people who do not see red or green.

use image::Rgb;

/// Behind captions.
pub(crate) const INK: Rgb<u8> = Rgb([16, 20, 26]);
/// Captions.
pub(crate) const PAPER: Rgb<u8> = Rgb([236, 239, 243]);
/// Less important captions.
pub(crate) const MUTED: Rgb<u8> = Rgb([150, 160, 172]);
/// Regions and flagged scans (vermilion of the Okabe-Ito palette).
pub(crate) const FLAGGED: Rgb<u8> = Rgb([255, 110, 20]);
/// Unpenetrated areas and inconclusive scans (reddish purple).
pub(crate) const SHIELDED: Rgb<u8> = Rgb([222, 120, 190]);
/// Repaired pixels (sky blue).
pub(crate) const REPAIRED: Rgb<u8> = Rgb([86, 180, 233]);
/// Clear scans (bluish green).
pub(crate) const CLEAR: Rgb<u8> = Rgb([0, 158, 115]);

/// `base` with `share` (0 to 1) of `over` laid on it.
pub(crate) fn mix(base: Rgb<u8>, over: Rgb<u8>, share: f32) -> Rgb<u8> {
    let channel = |index: usize| {
        let (b, o) = (f32::from(base.0[index]), f32::from(over.0[index]));
        (b + (o - b) * share).round() as u8
    };
    Rgb([channel(0), channel(1), channel(2)])
}
