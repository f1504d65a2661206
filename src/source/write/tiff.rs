//! TIFF.

use crate::scan::{Error, Result, Samples, Scan};
use std::io::Cursor;
use tiff::encoder::{Compression, DeflateLevel, Predictor, Rational, TiffEncoder, colortype};
use tiff::tags::{ResolutionUnit, Tag};

fn fault(error: &tiff::TiffError) -> Error {
    Error::bug(format!("tiff was not written: {error}"))
}

pub(super) fn encode(scan: &Scan) -> Result<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out)
        .map_err(|e| fault(&e))?
        .with_compression(Compression::Deflate(DeflateLevel::Best))
        .with_predictor(Predictor::Horizontal);
    for plane in &scan.planes {
        match &plane.samples {
            Samples::U8(values) => {
                let values: Vec<u8> = values.iter().copied().collect();
                page::<_, colortype::Gray8>(&mut encoder, scan, &values)?;
            }
            Samples::U16(values) => {
                let values: Vec<u16> = values.iter().copied().collect();
                page::<_, colortype::Gray16>(&mut encoder, scan, &values)?;
            }
            other => return Err(super::refused("tiff", other.type_name())),
        }
    }
    Ok(out.into_inner())
}

fn page<W, C>(encoder: &mut TiffEncoder<W>, scan: &Scan, values: &[C::Inner]) -> Result<()>
where
    W: std::io::Write + std::io::Seek,
    C: colortype::ColorType,
    [C::Inner]: tiff::encoder::TiffValue,
{
    let mut image = encoder.new_image::<C>(scan.width(), scan.height()).map_err(|e| fault(&e))?;
    // One strip of 64 rows at a time compresses better than the encoder's small default.
    image.rows_per_strip(64.min(scan.height().max(1))).map_err(|e| fault(&e))?;
    if let Some(pixel) = scan.metadata.pixel_mm {
        // Pixels per centimetre with three decimals of the millimetre.
        let per_cm = |mm: f32| Rational { n: 10_000, d: (mm * 1000.0).round() as u32 };
        image.resolution_unit(ResolutionUnit::Centimeter);
        image.x_resolution(per_cm(pixel.x));
        image.y_resolution(per_cm(pixel.y));
    }
    let software = concat!("portray ", env!("CARGO_PKG_VERSION"));
    image.encoder().write_tag(Tag::Software, software).map_err(|e| fault(&e))?;
    image.write_data(values).map_err(|e| fault(&e))
}
