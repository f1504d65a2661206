//! Positions and sizes in images and containers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The size of a pixel on the container's middle plane, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PixelSize {
    /// Width in mm, along the container.
    pub x: f32,
    /// Height in mm.
    pub y: f32,
}

impl PixelSize {
    /// The range of pixel sizes that a cargo scanner can have, in mm; anything else is taken for a mistake.
    pub const RANGE_MM: std::ops::RangeInclusive<f32> = 0.2..=50.0;

    /// A pixel size, if both sides are inside [`Self::RANGE_MM`].
    pub fn new(x: f32, y: f32) -> Option<Self> {
        (Self::RANGE_MM.contains(&x) && Self::RANGE_MM.contains(&y)).then_some(Self { x, y })
    }

    /// Area in mm².
    pub fn area(self) -> f32 {
        self.x * self.y
    }
}

/// A point in some frame; the field that holds it says which and in what unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Horizontal.
    pub x: f32,
    /// Vertical.
    pub y: f32,
}

/// A box of whole pixels: `x..x + width`, `y..y + height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoxPx {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl BoxPx {
    /// First column after the box.
    pub fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// First row below the box.
    pub fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// The pixels both boxes hold.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        (right > x && bottom > y).then(|| Self { x, y, width: right - x, height: bottom - y })
    }

    /// The smallest box around both.
    pub fn union(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// Pixels inside.
    pub fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_box() -> impl Strategy<Value = BoxPx> {
        (0u32..5000, 0u32..2000, 1u32..5000, 1u32..2000).prop_map(|(x, y, width, height)| BoxPx { x, y, width, height })
    }

    proptest! {
        #[test]
        fn union_holds_both_and_intersection_lies_in_both(a in any_box(), b in any_box()) {
            let union = a.union(&b);
            prop_assert_eq!(union.intersection(&a), Some(a));
            prop_assert_eq!(union.intersection(&b), Some(b));
            if let Some(common) = a.intersection(&b) {
                prop_assert_eq!(common.intersection(&a), Some(common));
                prop_assert_eq!(common.intersection(&b), Some(common));
            }
        }
    }

    #[test]
    fn pixel_sizes_outside_the_range_are_refused() {
        assert!(PixelSize::new(4.5, 5.0).is_some());
        assert!(PixelSize::new(0.0, 5.0).is_none());
        assert!(PixelSize::new(4.0, f32::NAN).is_none());
        assert!(PixelSize::new(4.0, 400.0).is_none());
    }
}
