//! PNG.

use crate::scan::{Error, Result, Samples, Scan};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use ndarray::Array2;

fn write(bytes: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    PngEncoder::new_with_quality(&mut out, CompressionType::Best, FilterType::Adaptive)
        .write_image(bytes, width, height, colour)
        .map_err(|e| Error::bug(format!("png was not written: {e}")))?;
    Ok(out)
}

/// An 8-bit grey PNG of an array `[row, column]`.
///
/// # Errors
/// A bug where the encoder fails, as with an empty array.
pub fn gray8(values: &Array2<u8>) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = values.iter().copied().collect();
    write(&bytes, values.ncols() as u32, values.nrows() as u32, ExtendedColorType::L8)
}

/// A 16-bit grey PNG of an array `[row, column]`.
///
/// # Errors
/// A bug where the encoder fails, as with an empty array.
pub fn gray16(values: &Array2<u16>) -> Result<Vec<u8>> {
    // The encoder takes samples in the machine's byte order.
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
    write(&bytes, values.ncols() as u32, values.nrows() as u32, ExtendedColorType::L16)
}

pub(super) fn encode(scan: &Scan) -> Result<Vec<u8>> {
    let [plane] = scan.planes.as_slice() else {
        let message = format!("a png holds one plane, the scan has {}", scan.planes.len());
        return Err(Error::parameter(message).help("choose tiff or npy, or a single-energy scanner"));
    };
    match &plane.samples {
        Samples::U8(values) => gray8(values),
        Samples::U16(values) => gray16(values),
        other => Err(super::refused("png", other.type_name())),
    }
}
