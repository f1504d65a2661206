//! What preparation hands on: attenuation on the model's grid, and the way back to source pixels.

use crate::scan::{BoxPx, End, PixelSize, Point, Warning};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What may be said of a prepared pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum PixelState {
    /// Measured.
    #[default]
    Valid,
    /// Not measured: a repaired dropout, a dead row, a place outside the image.
    Repaired,
    /// The beam did not get through: nothing can be said of what is there.
    Shielded,
}

/// What the crop holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Located {
    /// A container: its walls, roof and floor were found.
    Container,
    /// Something in front of air, such as a whole vehicle; the container inside it was not told apart.
    Object,
    /// Nothing was told apart from air: the whole image is used.
    WholeImage,
}

/// How prepared pixels lie in the source image and in the container.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The part of the source image that was prepared, in source pixels.
    pub crop: BoxPx,
    /// What the crop holds.
    pub located: Located,
    /// Source pixel size in mm; known or assumed.
    pub source_pixel: PixelSize,
    /// Standard uncertainty of `source_pixel` as a share: 0 where it was stated.
    pub pixel_sigma: f32,
    /// Prepared pixel size in mm.
    pub pixel: PixelSize,
    /// The end of the image where the doors are.
    pub doors: End,
    /// Whether `doors` was stated; otherwise it is portray's convention (right).
    pub doors_known: bool,
}

impl Frame {
    /// A position in prepared pixels (corner-based: 0.0 is the left or top edge) as one in source pixels.
    pub fn to_source(&self, at: Point) -> Point {
        Point {
            x: self.crop.x as f32 + at.x * self.pixel.x / self.source_pixel.x,
            y: self.crop.y as f32 + at.y * self.pixel.y / self.source_pixel.y,
        }
    }

    /// A position in source pixels as one in prepared pixels: the inverse of [`Self::to_source`].
    pub fn from_source(&self, source: Point) -> Point {
        Point {
            x: (source.x - self.crop.x as f32) * self.source_pixel.x / self.pixel.x,
            y: (source.y - self.crop.y as f32) * self.source_pixel.y / self.pixel.y,
        }
    }

    /// A position in source pixels as one in mm from the crop's front bottom corner: x towards the doors, y upwards.
    pub fn to_container_mm(&self, source: Point) -> Point {
        let from_left = (source.x - self.crop.x as f32) * self.source_pixel.x;
        let length = self.crop.width as f32 * self.source_pixel.x;
        Point {
            x: if self.doors == End::Right { from_left } else { length - from_left },
            y: (self.crop.bottom() as f32 - source.y) * self.source_pixel.y,
        }
    }

    /// What [`Self::to_container_mm`] counts lengths from, in a word: only a container with known doors has a front.
    pub fn counted_from(&self) -> &'static str {
        match (self.located == Located::Container && self.doors_known, self.doors) {
            (true, _) => "front",
            (false, End::Right) => "left",
            (false, End::Left) => "right",
        }
    }
}

/// What one preparation step did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The step's name, such as `air` or `dropouts`.
    pub name: String,
    /// Whether it changed anything.
    pub applied: bool,
    /// What it found and used, by name.
    pub found: BTreeMap<String, serde_json::Value>,
}

/// What a model wants of a prepared scan. Attenuation and states are always made: judging needs them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Size of the model's pixels in mm, 0.2 to 50.
    pub pixel_mm: f32,
    /// Whether to keep transmission; a plane of it is as large as one of attenuation.
    pub transmission: bool,
    /// Whether to make the dual-energy ratio where there are two planes.
    pub ratio: bool,
}

impl Target {
    /// Everything that can be made, on pixels of `pixel_mm`.
    pub fn all(pixel_mm: f32) -> Self {
        Self { pixel_mm, transmission: true, ratio: true }
    }
}

/// A scan ready for a model: planes of one size on a grid of `frame.pixel`, high energy first.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Transmission I/I0 per plane, from the noise floor to about 1; empty unless the target asked for it.
    pub transmission: Vec<Array2<f32>>,
    /// Attenuation -ln T per plane, from 0 to -ln(noise floor).
    pub attenuation: Vec<Array2<f32>>,
    /// Low-energy attenuation over high-energy attenuation where there are two planes and the target asked for it;
    /// 1 where too little absorbs to tell.
    pub ratio: Option<Array2<f32>>,
    /// The state of every prepared pixel.
    pub state: Array2<PixelState>,
    /// The planes' stated energies in MV (gamma sources: `MeV`); empty where they are not stated.
    pub energies_mv: Vec<f32>,
    /// The lowest transmission that counts as measured.
    pub noise_floor: f32,
    /// Where the pixels come from.
    pub frame: Frame,
    /// The steps, in the order they ran.
    pub steps: Vec<Step>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

impl Prepared {
    /// `(rows, columns)`.
    pub fn dim(&self) -> (usize, usize) {
        self.state.dim()
    }

    /// The share of pixels that the beam did not get through.
    pub fn shielded_share(&self) -> f32 {
        let shielded = self.state.iter().filter(|&&s| s == PixelState::Shielded).count();
        shielded as f32 / self.state.len().max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_go_there_and_back(
            (x, y, width, height) in (0u32..500, 0u32..500, 16u32..5000, 16u32..2000),
            (sx, sy, px, py) in (1f32..20.0, 1f32..20.0, 1f32..20.0, 1f32..20.0),
            (u, v) in (0f32..1.0, 0f32..1.0),
            left in any::<bool>(),
        ) {
            let frame = Frame {
                crop: BoxPx { x, y, width, height },
                located: Located::Container,
                source_pixel: PixelSize { x: sx, y: sy },
                pixel_sigma: 0.0,
                pixel: PixelSize { x: px, y: py },
                doors: if left { End::Left } else { End::Right },
                doors_known: true,
            };
            let source = Point { x: x as f32 + u * width as f32, y: y as f32 + v * height as f32 };
            let back = frame.to_source(frame.from_source(source));
            prop_assert!((back.x - source.x).abs() < 0.01 && (back.y - source.y).abs() < 0.01);
            // The crop is the container: x from the front wall to the doors, y from the floor to the roof.
            let mm = frame.to_container_mm(source);
            let (long, high) = (width as f32 * sx, height as f32 * sy);
            let from_front = if left { 1.0 - u } else { u };
            prop_assert!((mm.x - from_front * long).abs() < 1e-3 * long);
            prop_assert!((mm.y - (1.0 - v) * high).abs() < 1e-3 * high);
        }
    }
}
