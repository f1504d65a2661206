//! What every reader hands back, before the file's other sources of metadata are merged in.

use crate::scan::{Metadata, Samples, Warning};

/// One plane as a reader found it.
#[derive(Debug)]
pub(super) struct DecodedPlane {
    pub samples: Samples,
    pub full_scale: f32,
}

impl DecodedPlane {
    /// A plane whose full scale follows from its stored type: all bits set for 8 and 16-bit samples. No detector
    /// fills 32 bits, so for wider integers and floats the largest finite value seen stands in.
    pub(super) fn new(samples: Samples) -> Self {
        let full_scale = match &samples {
            Samples::U8(_) => f32::from(u8::MAX),
            Samples::U16(_) => f32::from(u16::MAX),
            Samples::U32(a) => a.iter().max().map_or(0.0, |&v| v as f32),
            Samples::I32(a) => a.iter().max().map_or(0.0, |&v| v as f32),
            Samples::F32(a) => a.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max),
        };
        Self { samples, full_scale: full_scale.max(1.0) }
    }

    /// A plane whose full scale the file states.
    pub(super) fn with_full_scale(samples: Samples, full_scale: f32) -> Self {
        Self { samples, full_scale }
    }
}

/// A decoded file: planes in the file's order, what its tags say, and what was odd.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub planes: Vec<DecodedPlane>,
    pub metadata: Metadata,
    /// The full scale that the file's tags state, for all planes.
    pub full_scale: Option<f32>,
    pub warnings: Vec<Warning>,
}

impl Decoded {
    pub(super) fn warn(&mut self, code: &str, message: impl Into<String>) {
        self.warnings.push(Warning::new(code, message));
    }

    /// Said once of a file whose pixels went through lossy JPEG.
    pub(super) fn warn_lossy(&mut self) {
        self.warn("lossy", "lossy JPEG data: faint differences of absorption are gone");
    }
}
