//! TIFF and `BigTIFF`: pages or samples as energy planes, values exactly as stored.

use super::decoded::{Decoded, DecodedPlane};
use super::fields::words;
use super::grey::{self, Channels};
use super::limits::{Limits, plausible};
use super::tiff_chunks::{self, Packing};
use super::tiff_layout::{self, AsStored};
use super::{jpeg, jpeg_data, png, samples, tags};
use crate::scan::{Error, Polarity, Result, Samples};
use ::tiff::decoder::ifd::Value;
use ::tiff::decoder::{ChunkType, Decoder, DecodingResult};
use ::tiff::tags::{ByteOrder, CompressionMethod, SampleFormat, Tag};
use ::tiff::{ColorType, TiffError};

type Reader<'a> = Decoder<AsStored<'a>>;

/// Reads a TIFF file from memory.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Decoded> {
    let directories = tiff_layout::directories(bytes)?;
    let pages = directories.iter().filter(|directory| !directory.reduced).count() as u64;
    limits.planes(pages, "full-size pages")?;
    let mut decoder = Decoder::new(AsStored::new(bytes, &directories)).map_err(|error| fault(&error))?.with_limits({
        let mut own = ::tiff::decoder::Limits::default();
        // The sizes are charged below, before each page is read.
        own.decoding_buffer_size = usize::MAX;
        own.intermediate_buffer_size = bytes.len();
        own
    });
    let mut decoded = Decoded::default();
    let mut size = None;
    for (index, directory) in directories.iter().enumerate() {
        let place = format!("page {}", index + 1);
        let at_page = |error: Error| error_at(error, &place);
        if index > 0 {
            decoder.next_image().map_err(|error| at_page(fault(&error)))?;
        }
        if directory.reduced {
            decoded.warn("page_ignored", format!("{place} is a thumbnail or a mask"));
            continue;
        }
        let (width, height) = decoder.dimensions().map_err(|error| at_page(fault(&error)))?;
        let (first_width, first_height) = *size.get_or_insert((width, height));
        if (width, height) != (first_width, first_height) {
            // Two views in one file look like this: reading only one of them would pass the other unseen.
            return Err(at_page(
                Error::unsupported(format!("the page is {width}x{height}, the first is {first_width}x{first_height}"))
                    .help("energy planes have one size; save other views as files of their own"),
            ));
        }
        if decoded.planes.is_empty() {
            metadata(&mut decoder, directory.white_is_zero.is_some(), &mut decoded);
            if compression(&mut decoder) == CompressionMethod::ModernJPEG {
                decoded.warn_lossy();
            }
        }
        let planes = page(&mut decoder, bytes, limits, directory.white_is_zero.is_some()).map_err(at_page)?;
        decoded.planes.extend(planes);
        limits.planes(decoded.planes.len() as u64, "planes")?;
    }
    Ok(decoded)
}

/// Puts the page in front of whatever place an error already has.
fn error_at(error: Error, page: &str) -> Error {
    let place = match &error.place {
        Some(inner) => format!("{page}, {inner}"),
        None => page.to_owned(),
    };
    error.at(place)
}

/// Reads the decoder's current page: one plane, or one for every sample of a grey page with several.
fn page(decoder: &mut Reader<'_>, bytes: &[u8], limits: &Limits, white_is_zero: bool) -> Result<Vec<DecodedPlane>> {
    let (width, height) = decoder.dimensions().map_err(|error| fault(&error))?;
    let color = decoder.colortype().map_err(|error| fault(&error))?;
    let alpha = decoder
        .find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)
        .ok()
        .flatten()
        .is_some_and(|extra| matches!(extra.first(), Some(1 | 2)));
    let (bits, count, channels) = match color {
        ColorType::Gray(bits) => (bits, 1, Some(Channels::Grey)),
        ColorType::Multiband { bit_depth, num_samples: 2 } if alpha => (bit_depth, 2, Some(Channels::GreyAlpha)),
        ColorType::Multiband { bit_depth, num_samples } => (bit_depth, num_samples, None),
        ColorType::RGB(bits) => (bits, 3, Some(Channels::Rgb)),
        ColorType::RGBA(bits) => (bits, 4, Some(Channels::Rgba)),
        other => {
            return Err(
                Error::unsupported(format!("{other:?} pixels, expected grey")).help("export the scan as 16-bit grey")
            );
        }
    };
    if !matches!(bits, 8 | 16 | 32) {
        return Err(Error::unsupported(format!("{bits} bits per sample, expected 8, 16 or 32")));
    }
    limits.planes(count.into(), "samples per pixel")?;
    // Before the limit: to raise it does not help against a header that promises more than the file can hold.
    let promised = u64::from(width) * u64::from(height);
    charge(decoder, bytes, limits, promised.saturating_mul(u64::from(count) * u64::from(bits / 8)))?;
    let (width, height) = limits.sides(width.into(), height.into())?;
    let packing = match compression(decoder) {
        CompressionMethod::LZW => Some(Packing::Lzw),
        CompressionMethod::Deflate | CompressionMethod::OldDeflate => Some(Packing::Deflate),
        _ => None,
    };
    let (values, planar) = if let Some(packing) = packing {
        let page = packed_page(decoder, (width, height), count.into(), bits, packing)?;
        (tiff_chunks::read(bytes, &page)?, page.planar)
    } else {
        let mut values = DecodingResult::U8(Vec::new());
        let layout = decoder.read_image_to_buffer(&mut values).map_err(|error| fault(&error))?;
        (values, layout.planes > 1)
    };
    let most = full_scale(decoder, bits);
    let shape = Shape { width, height, count: count.into(), planar, channels, most };
    match values {
        DecodingResult::U8(values) => shape.reducible(values, u8::MAX, Samples::U8),
        DecodingResult::U16(values) => shape.reducible(values, u16::MAX, Samples::U16),
        DecodingResult::U32(values) => shape.reducible(values, u32::MAX, Samples::U32),
        DecodingResult::F32(values) => {
            // Colour is for integers; a float page is grey or has bands.
            let shape = Shape { channels: shape.channels.filter(|&channels| channels == Channels::Grey), ..shape };
            shape.split(values, Samples::F32)
        }
        DecodingResult::I8(values) => shape.split(values.into_iter().map(i32::from).collect(), Samples::I32),
        DecodingResult::I16(values) => shape.split(values.into_iter().map(i32::from).collect(), Samples::I32),
        DecodingResult::I32(values) => shape.split(values, Samples::I32),
        _ => Err(Error::unsupported(
            "samples of a type that portray does not read, expected 8, 16 or 32-bit integers or 32-bit floats",
        )),
    }
    .map_err(|error| {
        if white_is_zero { error.help("the page is white-is-zero; its values are read as stored") } else { error }
    })
}

/// How a page's samples lie in the decoder's buffer.
struct Shape {
    width: usize,
    height: usize,
    count: usize,
    planar: bool,
    channels: Option<Channels>,
    most: Option<f32>,
}

impl Shape {
    /// One plane of colour that is really grey, or a plane per sample.
    fn reducible<T>(
        &self,
        values: Vec<T>,
        opaque: T,
        wrap: fn(ndarray::Array2<T>) -> Samples,
    ) -> Result<Vec<DecodedPlane>>
    where
        T: Copy + PartialEq + Into<u32>,
    {
        match self.channels {
            Some(channels) if channels != Channels::Grey => {
                let pixels = self.width * self.height;
                let mixed = if self.planar {
                    (0..pixels * self.count).map(|at| values[at % self.count * pixels + at / self.count]).collect()
                } else {
                    values
                };
                let values = grey::grey(mixed, channels, self.width, opaque)?;
                Ok(vec![self.plane(values, wrap)?])
            }
            _ => self.split(values, wrap),
        }
    }

    fn split<T: Copy>(&self, values: Vec<T>, wrap: fn(ndarray::Array2<T>) -> Samples) -> Result<Vec<DecodedPlane>> {
        let (pixels, found) = (self.width * self.height, values.len());
        if found != pixels * self.count {
            return Err(Error::format(format!("expected {} samples, found {found}", pixels * self.count)));
        }
        if self.count == 1 {
            return Ok(vec![self.plane(values, wrap)?]);
        }
        (0..self.count)
            .map(|index| {
                let one: Vec<T> = if self.planar {
                    values[index * pixels..(index + 1) * pixels].to_vec()
                } else {
                    values.iter().skip(index).step_by(self.count).copied().collect()
                };
                self.plane(one, wrap)
            })
            .collect()
    }

    fn plane<T>(&self, values: Vec<T>, wrap: fn(ndarray::Array2<T>) -> Samples) -> Result<DecodedPlane> {
        let samples = wrap(samples::array(values, self.width, self.height)?);
        Ok(match self.most {
            Some(most) => DecodedPlane::with_full_scale(samples, most),
            None => DecodedPlane::new(samples),
        })
    }
}

/// Refuses what the page's header promises beyond its data, and chunks that would take more memory than the page.
fn charge(decoder: &mut Reader<'_>, bytes: &[u8], limits: &Limits, promised: u64) -> Result<()> {
    let compression = compression(decoder);
    let ratio = match compression {
        CompressionMethod::None => 1,
        CompressionMethod::PackBits => 64,
        CompressionMethod::Deflate | CompressionMethod::OldDeflate => png::DEFLATE_RATIO,
        // A code of 9 to 12 bits stands for at most 4096 bytes.
        CompressionMethod::LZW => 4096,
        _ => 1 << 14,
    };
    plausible(promised, bytes.len() as u64, ratio)?;
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let tiled = decoder.get_chunk_type() == ChunkType::Tile;
    if tiled {
        limits.sides(chunk_width.into(), chunk_height.into()).map_err(|error| error.at("tile"))?;
    }
    if compression != CompressionMethod::ModernJPEG {
        return Ok(());
    }
    // Each chunk is a JPEG stream with a size of its own.
    let chunks = chunks(decoder)?;
    let tables = decoder.find_tag(Tag::JPEGTables).ok().flatten().and_then(|tables| tables.into_u8_vec().ok());
    for (index, &(offset, length)) in chunks.iter().enumerate() {
        let truncated = || Error::format("the JPEG data end too early").help("the file is truncated");
        let chunk = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(offset, length)| bytes.get(offset..offset.checked_add(length)?));
        let check = || {
            let header = jpeg::frame_header(chunk.ok_or_else(truncated)?).ok_or_else(truncated)?;
            if header.precision != 8 || !matches!(header.process, 0..=2) {
                return Err(Error::unsupported(format!("JPEG with {} bits per sample, expected 8", header.precision)));
            }
            if u32::from(header.width) != chunk_width || u32::from(header.height) > chunk_height {
                return Err(Error::format(format!(
                    "JPEG data of {}x{}, expected {chunk_width}x{chunk_height}",
                    header.width, header.height
                )));
            }
            jpeg_data::check(chunk.ok_or_else(truncated)?, tables.as_deref()).map(|_| ())
        };
        check().map_err(|error| error.at(format!("{} {}", if tiled { "tile" } else { "strip" }, index + 1)))?;
    }
    Ok(())
}

fn compression(decoder: &mut Reader<'_>) -> CompressionMethod {
    let tag = decoder.find_tag_unsigned::<u16>(Tag::Compression).ok().flatten();
    tag.map_or(CompressionMethod::None, CompressionMethod::from_u16_exhaustive)
}

/// Offset and length of every strip or tile.
fn chunks(decoder: &mut Reader<'_>) -> Result<Vec<(u64, u64)>> {
    let (offsets, lengths) = match decoder.get_chunk_type() {
        ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
        ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
    };
    let offsets = decoder.get_tag_u64_vec(offsets).map_err(|error| fault(&error))?;
    let lengths = decoder.get_tag_u64_vec(lengths).map_err(|error| fault(&error))?;
    Ok(offsets.into_iter().zip(lengths).collect())
}

/// What must be known of the current page to unpack its chunks.
fn packed_page(
    decoder: &mut Reader<'_>,
    (width, height): (usize, usize),
    count: usize,
    bits: u8,
    packing: Packing,
) -> Result<tiff_chunks::Page> {
    let mut tag = |tag| decoder.find_tag_unsigned::<u16>(tag).map_err(|error| fault(&error));
    let predictor = tag(Tag::Predictor)?.unwrap_or(1);
    let planar = count > 1 && tag(Tag::PlanarConfiguration)? == Some(2);
    let formats = decoder.find_tag_unsigned_vec::<u16>(Tag::SampleFormat).map_err(|error| fault(&error))?;
    let format =
        formats.and_then(|all| all.first().copied()).map_or(SampleFormat::Uint, SampleFormat::from_u16_exhaustive);
    if !(1..=3).contains(&predictor) || (predictor == 3 && (format != SampleFormat::IEEEFP || bits != 32)) {
        return Err(Error::unsupported(format!("predictor {predictor} with {bits}-bit samples")));
    }
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let tiled = decoder.get_chunk_type() == ChunkType::Tile;
    // One strip may claim to be taller than the image.
    let chunk_height = if tiled { chunk_height as usize } else { (chunk_height as usize).min(height) };
    Ok(tiff_chunks::Page {
        width,
        height,
        count,
        planar,
        size: usize::from(bits / 8),
        format,
        big_endian: decoder.byte_order() == ByteOrder::BigEndian,
        packing,
        predictor,
        chunk: (chunk_width as usize, chunk_height),
        tiled,
        chunks: chunks(decoder)?,
    })
}

/// `MaxSampleValue`, where it is the full scale of a detector (all bits set) rather than the largest value seen.
fn full_scale(decoder: &mut Reader<'_>, bits: u8) -> Option<f32> {
    let most = decoder.find_tag_unsigned::<u32>(Tag::Unknown(281)).ok().flatten()?;
    (bits <= 16 && (255..=65535).contains(&most) && (most + 1).is_power_of_two()).then_some(most as f32)
}

fn metadata(decoder: &mut Reader<'_>, white_is_zero: bool, decoded: &mut Decoded) {
    let mut text = |tag| decoder.get_tag_ascii_string(tag).ok().filter(|text| !text.trim().is_empty());
    let names: Vec<String> = [Tag::Make, Tag::Model].into_iter().filter_map(&mut text).collect();
    let (time, description) = (text(Tag::DateTime), text(Tag::ImageDescription));
    if let Some(description) = description {
        tags::description(&description, "TIFF image description", decoded);
    }
    if !names.is_empty() {
        tags::scanner(&names.join(" "), decoded);
    }
    if let Some(time) = time {
        tags::time(&time, decoded);
    }
    let mut number = |tag| match decoder.find_tag(tag) {
        Ok(Some(Value::Rational(above, below))) if below > 0 => above as f32 / below as f32,
        Ok(Some(Value::Float(value))) => value,
        _ => 0.0,
    };
    let (x, y) = (number(Tag::XResolution), number(Tag::YResolution));
    // Without a stated unit, and at exactly 1, the resolution was never set.
    let unit_mm = match decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit) {
        Ok(Some(2)) => 25.4,
        Ok(Some(3)) => 10.0,
        _ => 0.0,
    };
    if x > 0.0 && y > 0.0 && (x, y) != (1.0, 1.0) {
        tags::resolution(unit_mm / x, unit_mm / y, decoded);
    }
    if white_is_zero {
        if decoded.metadata.polarity.is_none() {
            decoded.metadata.polarity = Some(Polarity::AirDark);
        }
        decoded.warn(
            "white_is_zero",
            "the TIFF declares 0 as white: values are kept as stored, and low values are taken for air unless a sidecar says otherwise",
        );
    }
}

fn fault(error: &TiffError) -> Error {
    match error {
        TiffError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::format("the TIFF data end too early").help("the file is truncated")
        }
        TiffError::UnsupportedError(error) => Error::unsupported(format!("TIFF: {}", words(error))),
        TiffError::LimitsExceeded => Error::limit("a TIFF tag or strip is larger than portray reads"),
        other => Error::format(format!("damaged TIFF data: {}", words(other))).help(super::DAMAGED),
    }
}
