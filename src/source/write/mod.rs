//! Scans to files: what `portray simulate` writes and what round-trip tests need.

#[cfg(feature = "dicom")]
mod dicos;
mod npy;
mod png;
mod tiff;

pub use npy::npy;
pub use png::{gray8 as png_gray8, gray16 as png_gray16};

use crate::scan::{Error, Result, Scan};

/// A format that scans can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// TIFF: one page an energy, Deflate with horizontal prediction, resolution in pixels per centimetre.
    Tiff,
    /// PNG: one plane of 8 or 16 bits.
    Png,
    /// `NumPy`: one plane as 2-D, several as 3-D with planes first.
    Npy,
    /// DICOS Digital X-Ray image for presentation, RLE lossless. A second energy becomes a second frame, which DICOM readers
    /// take; DICOS toolkits take one frame only.
    #[cfg(feature = "dicom")]
    Dicos,
}

impl Format {
    /// The file name's suffix without the dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Tiff => "tif",
            Self::Png => "png",
            Self::Npy => "npy",
            #[cfg(feature = "dicom")]
            Self::Dicos => "dcs",
        }
    }
}

/// A scan's planes as a file's bytes. Sample values are stored exactly.
///
/// # Errors
/// A parameter error where the format cannot hold the scan: no planes, planes of unlike size or type, sample types other
/// than 8 and 16-bit unsigned (`NumPy`: also 32-bit float), or several planes in a PNG.
pub fn encode(scan: &Scan, format: Format) -> Result<Vec<u8>> {
    let Some(first) = scan.planes.first() else {
        return Err(Error::parameter("scan has no planes"));
    };
    let alike = |a: &crate::scan::Samples| a.dim() == first.samples.dim() && a.type_name() == first.samples.type_name();
    if !scan.planes.iter().all(|plane| alike(&plane.samples)) {
        return Err(Error::parameter("planes differ in size or type, expected one size and type for all"));
    }
    match format {
        Format::Tiff => tiff::encode(scan),
        Format::Png => png::encode(scan),
        Format::Npy => npy::encode(scan),
        #[cfg(feature = "dicom")]
        Format::Dicos => dicos::encode(scan),
    }
}

fn refused(format: &str, type_name: &str) -> Error {
    Error::parameter(format!("{format} files are not written with {type_name} samples, expected u8 or u16"))
}

#[cfg(test)]
mod tests;
