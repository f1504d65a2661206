//! The types every stage shares: sample planes, geometry, energies, identity, faults.
//!
//! Coordinates: an image has rows from top (0) to bottom and columns from left (0) to right. Arrays
//! are indexed `[row, column]`. The container frame has its origin at the front bottom corner: `x`
//! runs in millimetres from the front wall to the doors, `y` from the floor upwards.

mod container;
mod digest;
mod fault;
mod geometry;
mod median;
mod metadata;
mod plane;
mod text;
mod truth;

pub use container::{CheckDigit, ContainerNumber};
pub use digest::Digest;
pub use fault::{Error, Fault, Result, Warning, panic_words};
pub use geometry::{BoxPx, PixelSize, Point};
pub(crate) use median::median;
pub use metadata::{BeamSource, End, Metadata, Polarity};
pub use plane::{Energy, Plane, Samples};
pub use text::{counted, misleads};
pub use truth::{
    ContainerTruth, DENSITY_STEP, DensityFile, ExtraAttenuation, Generator, LoadClass, LoadTruth, MASK_GOODS, ScanFile,
    Truth,
};

/// One scan as it was read: sample values exactly as stored, plus what is known about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The file format it was read from, in lower case: `png`, `tiff`, `jpeg`, `npy`, `raw`, `dicom`, `dicos`.
    pub format: &'static str,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
    /// The file's length in bytes.
    pub bytes: u64,
    /// One plane per energy, all of one size; never empty. High energy first where both are known.
    pub planes: Vec<Plane>,
    /// What the file, its sidecar and its name say about the scan.
    pub metadata: Metadata,
    /// What was odd but did not prevent reading.
    pub warnings: Vec<Warning>,
}

impl Scan {
    /// Columns of every plane.
    pub fn width(&self) -> u32 {
        self.planes.first().map_or(0, Plane::width)
    }

    /// Rows of every plane.
    pub fn height(&self) -> u32 {
        self.planes.first().map_or(0, Plane::height)
    }
}
