//! Regions: where something does not belong.

use super::components::Component;
use super::concealment::Concealment;
use super::mass::{Mass, Material};
use super::zone::Zone;
use crate::prepare::Frame;
use crate::scan::{BoxPx, Point};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A box in the container's frame, in mm: `x` from the front wall towards the doors, `y` from the floor upwards.
///
/// Where no container was told apart (`preparation.located`), the origin is the crop's corner; where the doors' end is
/// not known (`preparation.doors_known`), it is taken to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoxMm {
    /// Distance from the front wall.
    pub x: f32,
    /// Height over the bottom edge.
    pub y: f32,
    /// Length along the container.
    pub width: f32,
    /// Height of the box.
    pub height: f32,
}

/// A place the model points at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The bounding box in source pixels.
    pub box_px: BoxPx,
    /// The bounding box in the container's frame, in mm.
    pub box_mm: BoxMm,
    /// Outlines in source pixels (corner-based), largest first; one unless the region was merged.
    pub polygons: Vec<Vec<Point>>,
    /// Area in mm² on the container's middle plane.
    pub area_mm2: f32,
    /// Highest score inside, 0 to 1.
    pub score: f32,
    /// Mean score inside, 0 to 1.
    pub mean_score: f32,
    /// The share of clean scans that score at least as high, `(k + 1) / (n + 1)`; only with a calibration that covers the scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// The zone; null where no container was told apart from its surroundings or the view does not allow it.
    pub zone: Option<Zone>,
    /// How it is hidden, for models that tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concealment: Option<Concealment>,
    /// Extra mass; null where the pixel size is not known, or nothing measured surrounds the region and the model does not tell.
    pub mass: Option<Mass>,
    /// The material band; null where the scan has not two energies that tell.
    pub material: Option<Material>,
    /// The share of the region that the beam did not get through, 0 to 1.
    pub shielded_share: f32,
    /// The class the model named, for detectors that name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Why a place was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnseenCause {
    /// The beam did not get through most of it.
    Shielded,
    /// Most of it was not measured, and repaired from what is around it.
    Repaired,
}

/// A place that was not seen: nothing can be said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnseenArea {
    /// Why it was not seen.
    pub cause: UnseenCause,
    /// The bounding box in source pixels.
    pub box_px: BoxPx,
    /// The bounding box in the container's frame, in mm.
    pub box_mm: BoxMm,
    /// Area in mm².
    pub area_mm2: f32,
    /// The zone; null where no container was told apart from its surroundings.
    pub zone: Option<Zone>,
}

/// A component's bounding box in source pixels and in the container's frame.
pub(super) fn boxes(frame: &Frame, bounds: BoxPx) -> (BoxPx, BoxMm) {
    let top_left = frame.to_source(Point { x: bounds.x as f32, y: bounds.y as f32 });
    let bottom_right = frame.to_source(Point { x: bounds.right() as f32, y: bounds.bottom() as f32 });
    // The grid's last cell may reach beyond the crop by a fraction of a pixel.
    let x = (top_left.x.floor() as u32).clamp(frame.crop.x, frame.crop.right().saturating_sub(1));
    let y = (top_left.y.floor() as u32).clamp(frame.crop.y, frame.crop.bottom().saturating_sub(1));
    let right = (bottom_right.x.ceil() as u32).clamp(x + 1, frame.crop.right().max(x + 1));
    let bottom = (bottom_right.y.ceil() as u32).clamp(y + 1, frame.crop.bottom().max(y + 1));
    let box_px = BoxPx { x, y, width: right - x, height: bottom - y };
    let a = frame.to_container_mm(Point { x: x as f32, y: y as f32 });
    let b = frame.to_container_mm(Point { x: right as f32, y: bottom as f32 });
    let mm = |value: f32| rounded(value, 0.1);
    let box_mm =
        BoxMm { x: mm(a.x.min(b.x)), y: mm(a.y.min(b.y)), width: mm((a.x - b.x).abs()), height: mm((a.y - b.y).abs()) };
    (box_px, box_mm)
}

/// A value to the nearest `step`: digits beyond what can be known only make reports long. `step` is a power of ten.
pub(super) fn rounded(value: f32, step: f64) -> f32 {
    // Multiplied by the inverse: 0.1 itself is no binary number, 10 is.
    ((f64::from(value) * (1.0 / step)).round() / (1.0 / step)) as f32
}

/// A component's area in mm².
pub(super) fn area_mm2(frame: &Frame, component: &Component) -> f32 {
    rounded(component.pixels.len() as f32 * frame.pixel.area(), 1.0)
}
