//! DICOM and DICOS images: grey, one plane a frame, values as stored unless the file rescales them.

use super::decoded::{Decoded, DecodedPlane};
use super::dicom_layout::{self, Layout, Pixels};
use super::dicom_tags::Attributes;
use super::limits::{Limits, plausible};
use super::samples::{self, SampleType};
use super::{dicom_tags, fields, jpeg};
use crate::scan::{Error, Result, Samples};
use dicom_dictionary_std::tags;
use dicom_object::{DefaultDicomObject, OpenFileOptions, file::ReadPreamble};
use dicom_pixeldata::PixelDecoder;
use std::borrow::Cow;
use std::io::{Cursor, Read};

/// The SOP classes of DICOS (NEMA IIC 1): CT 501.1, Digital X-Ray 501.2.1 and 501.2.2, Threat Detection Report 501.3.
const DICOS: &str = "1.2.840.10008.5.1.4.1.1.501";

/// Run-length encoding spends two bytes on at most 128.
const RLE_RATIO: u64 = 64;

/// How a frame's samples are stored.
struct Stored {
    width: usize,
    height: usize,
    frames: usize,
    /// Bits per sample in the file: 8, 16 or 32.
    allocated: u32,
    /// Bits that the detector filled.
    stored: u32,
    /// The highest of them.
    high: u32,
    signed: bool,
}

/// Reads a DICOM file from memory; also says whether it is `dicom` or `dicos`.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<(&'static str, Decoded)> {
    let layout = dicom_layout::walk(bytes)?;
    let object = object(bytes, &layout, true)?;
    let attributes = Attributes::new(&object);
    let class = attributes.sop_class();
    let format = if class.starts_with(DICOS) { "dicos" } else { "dicom" };
    if class.starts_with(&format!("{DICOS}.3")) {
        return Err(Error::unsupported("this is a DICOS threat detection report, not an image")
            .help("give the DX file that it refers to"));
    }
    if class.starts_with(&format!("{DICOS}.1")) {
        return Err(Error::unsupported("this is a DICOS CT volume, expected a projection (DX)"));
    }
    let Some(pixels) = &layout.pixels else {
        let float = [tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA];
        return Err(if float.iter().any(|&tag| object.element_opt(tag).is_ok_and(|found| found.is_some())) {
            Error::unsupported("float pixel data, expected integers")
        } else if attributes.int(tags::ROWS).is_some() {
            Error::format("the DICOM file has no pixel data").help("the file is truncated")
        } else {
            Error::unsupported(format!("the DICOM file (SOP class {class}) has no pixel data: it is no image"))
        });
    };
    let stored = stored(&attributes, limits)?;
    let data = match pixels {
        Pixels::Native(range) => Cow::Borrowed(&bytes[range.clone()]),
        Pixels::Fragments(fragments) => Cow::Owned(decompress(bytes, &layout, fragments, &stored)?),
    };
    let frame = stored.width * stored.height * (stored.allocated / 8) as usize;
    if data.len() < frame * stored.frames {
        return Err(Error::format(format!(
            "{} frames of {}x{} need {} bytes of pixel data, found {}",
            stored.frames,
            stored.width,
            stored.height,
            frame * stored.frames,
            data.len()
        )));
    }
    let (slope, intercept) = attributes.rescale()?;
    let mut decoded = Decoded::default();
    for part in data.chunks_exact(frame).take(stored.frames) {
        decoded.planes.push(rescaled(stored.samples(part)?, stored.range(), slope, intercept));
    }
    dicom_tags::metadata(&attributes, &mut decoded);
    Ok((format, decoded))
}

/// The parsed data set, up to the pixel data or with it.
fn object(bytes: &[u8], layout: &Layout, without_pixels: bool) -> Result<DefaultDicomObject> {
    let options = OpenFileOptions::new().read_preamble(ReadPreamble::Never);
    let options = if without_pixels { options.read_until(tags::PIXEL_DATA) } else { options };
    // The parser wants the magic, which files without a preamble lack.
    let source = Cursor::new(b"DICM").chain(&bytes[layout.meta..]);
    options.from_reader(source).map_err(|error| Error::format(format!("damaged DICOM data: {}", chain(&error))))
}

/// An error with its causes, which hold the fault itself.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    fields::words(&causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}

/// The image attributes, checked and charged.
fn stored(attributes: &Attributes<'_>, limits: &Limits) -> Result<Stored> {
    let need = |tag, name: &str| {
        attributes.int(tag).ok_or_else(|| Error::format(format!("the DICOM file has no {name} {tag}")))
    };
    let (width, height) = (need(tags::COLUMNS, "Columns")?, need(tags::ROWS, "Rows")?);
    let (width, height) = limits.sides(u64::try_from(width).unwrap_or(0), u64::try_from(height).unwrap_or(0))?;
    let frames = u64::try_from(attributes.int(tags::NUMBER_OF_FRAMES).unwrap_or(1)).unwrap_or(0);
    limits.planes(frames, "frames")?;
    let photometric = attributes.text(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
    let samples = attributes.int(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
    if samples != 1 || !matches!(photometric.as_str(), "MONOCHROME1" | "MONOCHROME2" | "") {
        return Err(Error::unsupported(format!(
            "photometric interpretation {photometric:?} with {samples} samples per pixel, expected MONOCHROME1 or MONOCHROME2"
        )));
    }
    let allocated = need(tags::BITS_ALLOCATED, "BitsAllocated")?;
    if !matches!(allocated, 8 | 16 | 32) {
        return Err(Error::unsupported(format!("{allocated} bits per sample, expected 8, 16 or 32")));
    }
    let bits = attributes.int(tags::BITS_STORED).unwrap_or(allocated);
    let high = attributes.int(tags::HIGH_BIT).unwrap_or(bits - 1);
    if !(1..=allocated).contains(&bits) || !(bits - 1..allocated).contains(&high) {
        return Err(Error::format(format!("{bits} bits stored up to bit {high} do not fit into {allocated}")));
    }
    let signed = attributes.int(tags::PIXEL_REPRESENTATION) == Some(1);
    Ok(Stored {
        width,
        height,
        frames: frames as usize,
        allocated: allocated as u32,
        stored: bits as u32,
        high: high as u32,
        signed,
    })
}

impl Stored {
    /// The smallest and largest value that the stored bits can hold.
    fn range(&self) -> (f64, f64) {
        let most = 2f64.powi(self.stored as i32);
        if self.signed { (-most / 2.0, most / 2.0 - 1.0) } else { (0.0, most - 1.0) }
    }

    /// One frame's values: the stored bits alone, since others may hold overlays (PS3.5, 8.1.1).
    fn samples(&self, bytes: &[u8]) -> Result<Samples> {
        let sample_type = match (self.allocated, self.signed) {
            (8, false) => SampleType::U8,
            (16, false) => SampleType::U16,
            (_, false) => SampleType::U32,
            (8, true) => SampleType::I8,
            (16, true) => SampleType::I16,
            (_, true) => SampleType::I32,
        };
        let mut samples = samples::from_bytes(bytes, sample_type, false, self.width, self.height)?;
        if self.stored < self.allocated {
            let (down, mask) = (self.high + 1 - self.stored, u32::MAX >> (32 - self.stored));
            let (left, right) = (31 - self.high, 32 - self.stored);
            match &mut samples {
                Samples::U8(a) => a.mapv_inplace(|v| (v >> down) & mask as u8),
                Samples::U16(a) => a.mapv_inplace(|v| (v >> down) & mask as u16),
                Samples::U32(a) => a.mapv_inplace(|v| (v >> down) & mask),
                Samples::I32(a) => a.mapv_inplace(|v| (v << left) >> right),
                Samples::F32(_) => {}
            }
        }
        Ok(samples)
    }
}

/// Slope and intercept applied in 64-bit floats; the identity leaves the integers as they are.
fn rescaled(samples: Samples, range: (f64, f64), slope: f64, intercept: f64) -> DecodedPlane {
    if slope == 1.0 && intercept == 0.0 {
        return DecodedPlane::with_full_scale(samples, range.1 as f32);
    }
    let apply = |value: f64| value.mul_add(slope, intercept);
    let values = match samples {
        Samples::U8(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::U16(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::U32(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::I32(a) => a.mapv(|v| apply(v.into()) as f32),
        Samples::F32(a) => a.mapv(|v| apply(v.into()) as f32),
    };
    let full_scale = apply(range.0).max(apply(range.1)) as f32;
    DecodedPlane::with_full_scale(Samples::F32(values), full_scale)
}

/// Unpacks fragments after checking that they hold what the attributes say: the decoders fill what is missing with zeros.
fn decompress(bytes: &[u8], layout: &Layout, fragments: &[std::ops::Range<usize>], stored: &Stored) -> Result<Vec<u8>> {
    let frames = stored.frames;
    let count = |found: usize| Error::format(format!("{frames} frames in {found} fragments"));
    let pixels = (stored.width * stored.height * frames) as u64 * u64::from(stored.allocated / 8);
    if layout.transfer_syntax == "1.2.840.10008.1.2.5" {
        if fragments.len() != frames {
            return Err(count(fragments.len()));
        }
        plausible(pixels, bytes.len() as u64, RLE_RATIO)?;
    } else {
        // One frame may be cut into several fragments; several frames are read only if each has one of its own.
        let streams: Vec<(usize, usize)> = match (frames, fragments) {
            (1, [first, .., last]) => vec![(first.start, last.end)],
            (_, all) => all.iter().map(|fragment| (fragment.start, fragment.end)).collect(),
        };
        if streams.len() != frames {
            return Err(count(fragments.len()));
        }
        for (index, &(start, end)) in streams.iter().enumerate() {
            frame(&bytes[start..end], stored).map_err(|error| error.at(format!("frame {}", index + 1)))?;
        }
    }
    let whole = object(bytes, layout, false)?;
    let decoded = whole
        .decode_pixel_data()
        .map_err(|error| Error::format(format!("damaged DICOM pixel data: {}", chain(&error))))?;
    Ok(decoded.into_data())
}

/// Checks a frame's JPEG stream against the attributes.
fn frame(stream: &[u8], stored: &Stored) -> Result<()> {
    let truncated = || Error::format("the JPEG data end too early").help("the file is truncated");
    let header = jpeg::frame_header(stream).ok_or_else(truncated)?;
    let bits = if header.precision > 8 { 16 } else { 8 };
    let same = usize::from(header.width) == stored.width
        && usize::from(header.height) == stored.height
        && header.components == 1
        && bits == stored.allocated;
    if !same {
        return Err(Error::format(format!(
            "JPEG data of {}x{} with {} bits, expected {}x{} with {}",
            header.width, header.height, header.precision, stored.width, stored.height, stored.allocated
        )));
    }
    if jpeg::ends(stream) { Ok(()) } else { Err(truncated()) }
}
