//! Sample planes: the numbers a detector line recorded, kept in the type they were stored in.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

/// Which beam energy a plane was taken with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Energy {
    /// The only plane of a single-energy scan.
    Single,
    /// The high-energy plane of a dual-energy scan.
    High,
    /// The low-energy plane of a dual-energy scan.
    Low,
    /// A further plane that the preparation does not use.
    Other,
}

/// Sample values, `[row, column]`, in the type they were stored in: nothing is rounded or rescaled on reading.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// Unsigned 8-bit.
    U8(Array2<u8>),
    /// Unsigned 16-bit.
    U16(Array2<u16>),
    /// Unsigned 32-bit.
    U32(Array2<u32>),
    /// Signed 32-bit; signed 8 and 16-bit files are widened, which loses nothing.
    I32(Array2<i32>),
    /// 32-bit float.
    F32(Array2<f32>),
}

impl Samples {
    /// `(rows, columns)`.
    pub fn dim(&self) -> (usize, usize) {
        match self {
            Self::U8(a) => a.dim(),
            Self::U16(a) => a.dim(),
            Self::U32(a) => a.dim(),
            Self::I32(a) => a.dim(),
            Self::F32(a) => a.dim(),
        }
    }

    /// The stored type's name: `u8`, `u16`, `u32`, `i32`, `f32`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::U8(_) => "u8",
            Self::U16(_) => "u16",
            Self::U32(_) => "u32",
            Self::I32(_) => "i32",
            Self::F32(_) => "f32",
        }
    }

    /// The 16-bit values, where that is the stored type.
    pub fn as_u16(&self) -> Option<ArrayView2<'_, u16>> {
        match self {
            Self::U16(a) => Some(a.view()),
            _ => None,
        }
    }

    /// The values as `f32`: exact for 8 and 16-bit samples, rounded to 24 bits for wider integers.
    pub fn to_f32(&self) -> Array2<f32> {
        match self {
            Self::U8(a) => a.mapv(f32::from),
            Self::U16(a) => a.mapv(f32::from),
            Self::U32(a) => a.mapv(|v| v as f32),
            Self::I32(a) => a.mapv(|v| v as f32),
            Self::F32(a) => a.clone(),
        }
    }
}

/// One plane of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// The beam energy it was taken with.
    pub energy: Energy,
    /// The values as stored.
    pub samples: Samples,
    /// The largest value the detector could record, in sample units: 255, 4095, 65535, or for float data the largest seen.
    pub full_scale: f32,
    /// The height of one of the detector's counts, in sample units: 1 for integers as recorded, the slope for values that were
    /// rescaled, 0 for floats of which nothing is known.
    pub step: f32,
}

impl Plane {
    /// Columns.
    pub fn width(&self) -> u32 {
        self.samples.dim().1 as u32
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.samples.dim().0 as u32
    }
}
