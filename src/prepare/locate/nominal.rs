//! The sizes of ISO 668 containers, and which of them something that was measured has.

use crate::scan::PixelSize;

/// Outer lengths of ISO 668 containers in mm: 20, 40 and 45 ft.
pub(super) const LENGTHS_MM: [f32; 3] = [6058.0, 12192.0, 13716.0];
/// Outer heights in mm: 9 ft 6 in, 8 ft 6 in, 8 ft.
pub(super) const HEIGHTS_MM: [f32; 3] = [2896.0, 2591.0, 2438.0];
/// How far a measured length may be from its nominal size. Along the container the belt or the truck's speed sets the
/// scale, so that nothing is enlarged.
pub(super) const TOLERANCE: f32 = 0.08;
/// The same for a ratio of sides, of which height is one: it does not follow the truck's speed alone.
const RATIO_TOLERANCE: f32 = 0.035;
/// Measured over true height: a fan beam enlarges the side that is nearer to its source, by as much as a third.
pub(super) const APPARENT_HEIGHT: std::ops::RangeInclusive<f32> = 0.97..=1.4;

/// The nominal size that a box of `length` x `height` pixels has: by its length, and a height that a fan beam can make of
/// a nominal one. Where the pixel size is unknown, by its sides' ratio: a parallel beam's first, for it tells more.
pub(super) fn nominal(length: f32, height: f32, pixel: Option<PixelSize>) -> Option<(f32, f32)> {
    let Some(pixel) = pixel else { return by_ratio(length / height).or_else(|| by_enlarged(length / height)) };
    let (length, height) = (length * pixel.x, height * pixel.y);
    let long = nearest_length(length)?;
    nearest_height(height).map(|high| (long, high))
}

/// The nominal length nearest to a measured one, in mm.
pub(super) fn nearest_length(length: f32) -> Option<f32> {
    let off = |long: &f32| (length / long - 1.0).abs();
    let long = LENGTHS_MM.into_iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
    (off(&long) < TOLERANCE).then_some(long)
}

/// Whether a measured length, in mm, may be of one nominal length only: some are as far over 40 ft as under 45 ft.
pub(in super::super) fn is_of_one_length(length: f32) -> bool {
    LENGTHS_MM.into_iter().filter(|long| (length / long - 1.0).abs() < TOLERANCE).count() == 1
}

/// The nominal height nearest to a measured one, in mm.
pub(super) fn nearest_height(height: f32) -> Option<f32> {
    let off = |high: &f32| (height / high - 1.0).abs();
    let possible = HEIGHTS_MM.into_iter().filter(|high| APPARENT_HEIGHT.contains(&(height / high)));
    possible.min_by(|a, b| off(a).total_cmp(&off(b)))
}

/// Whether sides stand to one another as those of a container of this length and height do.
pub(super) fn has_ratio(ratio: f32, (long, high): (f32, f32)) -> bool {
    (ratio / (long / high) - 1.0).abs() < RATIO_TOLERANCE
}

/// The nominal size whose sides stand to one another like this in a parallel beam.
pub(super) fn by_ratio(ratio: f32) -> Option<(f32, f32)> {
    let mut best = None;
    let mut least = RATIO_TOLERANCE;
    for long in LENGTHS_MM {
        for high in HEIGHTS_MM {
            let off = (ratio / (long / high) - 1.0).abs();
            // Where two fit alike (40 ft of 8 ft 6 in and 45 ft of 9 ft 6 in), the commoner 40 ft wins.
            if off < least - if long > 13_000.0 { 0.02 } else { 0.0 } {
                (least, best) = (off, Some((long, high)));
            }
        }
    }
    best
}

/// The same in a fan beam. Only 40 and 45 ft can be taken for one another; 45 ft stands last.
fn by_enlarged(ratio: f32) -> Option<(f32, f32)> {
    LENGTHS_MM.into_iter().find_map(|long| nearest_height(long / ratio).map(|high| (long, high)))
}
