//! DICOM and DICOS images: grey, one plane a frame, values as stored unless the file rescales them.

use super::decoded::Decoded;
use super::dicom_layout::{self, Layout, Pixels};
use super::dicom_stored::{Stored, rescaled};
use super::dicom_tags::Attributes;
use super::limits::{Limits, plausible};
use super::{DAMAGED, dicom_rle, dicom_tags, fields, jpeg, jpeg_data};
use crate::scan::{Error, Result};
use dicom_dictionary_std::tags;
use dicom_object::{DefaultDicomObject, OpenFileOptions, file::ReadPreamble};
use dicom_pixeldata::PixelDecoder;
use std::borrow::Cow;
use std::io::{Cursor, Read};

/// The SOP classes of DICOS (NEMA IIC 1): CT 501.1, Digital X-Ray 501.2.1 and 501.2.2, Threat Detection Report 501.3.
const DICOS: &str = "1.2.840.10008.5.1.4.1.1.501";

/// Run-length encoding spends two bytes on at most 128.
const RLE_RATIO: u64 = 64;

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
    let stored = Stored::of(&attributes, limits)?;
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
        decoded.planes.push(rescaled(stored.samples(part)?, stored.range(), slope, intercept)?);
    }
    // What Rows or NumberOfFrames do not count was measured all the same. One byte pads the data to an even length.
    let more = data.len() - frame * stored.frames;
    if more > 1 {
        decoded.warn("trailing_bytes", format!("{more} bytes after the last frame were not read"));
    }
    if let Pixels::Fragments(fragments) = pixels {
        let begun = fragments.iter().filter(|fragment| bytes[(*fragment).clone()].starts_with(&jpeg::BEGIN)).count();
        if begun > stored.frames {
            let text = format!("{begun} JPEG frames lie in the file, {} are stated and were read", stored.frames);
            decoded.warn("trailing_bytes", text);
        }
    }
    dicom_tags::metadata(&attributes, &mut decoded);
    if matches!(layout.transfer_syntax.as_str(), "1.2.840.10008.1.2.4.50" | "1.2.840.10008.1.2.4.51") {
        decoded.warn_lossy();
    }
    Ok((format, decoded))
}

/// The parsed data set, up to the pixel data or with it.
fn object(bytes: &[u8], layout: &Layout, without_pixels: bool) -> Result<DefaultDicomObject> {
    let options = OpenFileOptions::new().read_preamble(ReadPreamble::Never);
    let options = if without_pixels { options.read_until(tags::PIXEL_DATA) } else { options };
    // The parser wants the magic, which files without a preamble lack.
    let source = Cursor::new(b"DICM").chain(&bytes[layout.meta..]);
    options
        .from_reader(source)
        .map_err(|error| Error::format(format!("damaged DICOM data: {}", chain(&error))).help(DAMAGED))
}

/// An error with its causes, which hold the fault itself.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    fields::words(&causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
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
        let segments = stored.allocated as usize / 8;
        for (index, fragment) in fragments.iter().enumerate() {
            dicom_rle::check(bytes, fragment, stored.width * stored.height, segments).map_err(|error| {
                let place = format!("frame {}, {}", index + 1, error.place.as_deref().unwrap_or("run-length data"));
                error.at(place)
            })?;
        }
    } else {
        // One frame may be cut into several fragments; several frames are read only if each has one of its own.
        let parts = fragments.iter().map(|fragment| &bytes[fragment.clone()]);
        let streams: Vec<Cow<'_, [u8]>> = match frames {
            1 if fragments.len() > 1 => vec![Cow::Owned(parts.collect::<Vec<_>>().concat())],
            _ => parts.map(Cow::Borrowed).collect(),
        };
        if streams.len() != frames {
            return Err(count(fragments.len()));
        }
        for (index, stream) in streams.iter().enumerate() {
            frame(stream, stored).map_err(|error| error.at(format!("frame {}", index + 1)))?;
        }
    }
    let whole = object(bytes, layout, false)?;
    let decoded = whole
        .decode_pixel_data()
        .map_err(|error| Error::format(format!("damaged DICOM pixel data: {}", chain(&error))).help(DAMAGED))?;
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
    // Arithmetic codes and pictures in several layers are for the decoder to refuse.
    if header.process <= 3 { jpeg_data::check(stream, None).map(|_| ()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{BeamSource, Fault, PixelSize, Polarity, Samples};
    use dicom_core::value::{PixelFragmentSequence, Value};
    use dicom_core::{DataElement, PrimitiveValue, Tag, VR, dicom_value};
    use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
    use image::{ExtendedColorType, ImageEncoder as _, codecs::jpeg::JpegEncoder};
    use ndarray::array;

    const DX: &str = "1.2.840.10008.5.1.4.1.1.501.2.1";
    const EXPLICIT: &str = "1.2.840.10008.1.2.1";

    /// A DICOS image of 2 x 2 pixels, 16 bits, changed by `edit`.
    fn file(pixels: &[u16], edit: impl FnOnce(&mut InMemDicomObject)) -> Vec<u8> {
        let mut object = InMemDicomObject::new_empty();
        let mut short = |tag, value: u16| object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
        short(tags::ROWS, 2);
        short(tags::COLUMNS, 2);
        short(tags::SAMPLES_PER_PIXEL, 1);
        short(tags::BITS_ALLOCATED, 16);
        short(tags::BITS_STORED, 16);
        short(tags::HIGH_BIT, 15);
        short(tags::PIXEL_REPRESENTATION, 0);
        text(&mut object, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
        text(&mut object, tags::SOP_INSTANCE_UID, VR::UI, "1.2.3");
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(pixels.iter().copied().collect())));
        edit(&mut object);
        write(object, DX)
    }

    fn write(object: InMemDicomObject, class: &str) -> Vec<u8> {
        write_as(object, class, EXPLICIT)
    }

    fn write_as(object: InMemDicomObject, class: &str, syntax: &str) -> Vec<u8> {
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(syntax)
            .media_storage_sop_class_uid(class)
            .media_storage_sop_instance_uid("1.2.3");
        let mut bytes = Vec::new();
        object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
        bytes
    }

    fn text(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: &str) {
        object.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
    }

    fn short(object: &mut InMemDicomObject, tag: Tag, value: u16) {
        object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    }

    fn good(bytes: &[u8]) -> Decoded {
        read(bytes, &Limits::default()).unwrap().1
    }

    fn error(bytes: &[u8]) -> Error {
        read(bytes, &Limits::default()).unwrap_err()
    }

    #[test]
    fn stored_bits_alone_count() {
        let decoded = good(&file(&[0xf001, 0x0fff, 0x8000, 0x7123], |object| {
            short(object, tags::BITS_STORED, 12);
            short(object, tags::HIGH_BIT, 11);
        }));
        assert_eq!(decoded.planes[0].samples, Samples::U16(array![[1, 4095], [0, 0x123]]));
        assert_eq!(decoded.planes[0].full_scale, 4095.0);
        let decoded = good(&file(&[0x0fff, 0x0800, 0x07ff, 0xf001], |object| {
            short(object, tags::BITS_STORED, 12);
            short(object, tags::HIGH_BIT, 11);
            short(object, tags::PIXEL_REPRESENTATION, 1);
        }));
        assert_eq!(decoded.planes[0].samples, Samples::I32(array![[-1, -2048], [2047, 1]]));
        assert_eq!(decoded.planes[0].full_scale, 2047.0);
        let shifted = good(&file(&[0xfff0, 0x0010, 0x000f, 0], |object| short(object, tags::BITS_STORED, 12)));
        assert_eq!(shifted.planes[0].samples, Samples::U16(array![[4095, 1], [0, 0]]));
    }

    #[test]
    fn rescaling_gives_floats_and_the_identity_leaves_integers() {
        let scaled = good(&file(&[0, 1, 2, 65535], |object| {
            text(object, tags::RESCALE_SLOPE, VR::DS, "0.5");
            text(object, tags::RESCALE_INTERCEPT, VR::DS, "-10");
        }));
        assert_eq!(scaled.planes[0].samples, Samples::F32(array![[-10.0, -9.5], [-9.0, 32757.5]]));
        assert_eq!(scaled.planes[0].full_scale, 32757.5);
        assert_eq!(scaled.planes[0].step, 0.5, "one count of the detector");
        let same = good(&file(&[0, 1, 2, 65535], |object| text(object, tags::RESCALE_SLOPE, VR::DS, "1.0")));
        assert_eq!(same.planes[0].samples, Samples::U16(array![[0, 1], [2, 65535]]));
        for slope in ["0", "x", "1e300", "-1e36", "NaN", "1e-400"] {
            let bytes = file(&[0; 4], |object| text(object, tags::RESCALE_SLOPE, VR::DS, slope));
            assert_eq!(error(&bytes).fault, Fault::Format, "{slope}");
        }
        let far = error(&file(&[0; 4], |object| text(object, tags::RESCALE_INTERCEPT, VR::DS, "1e39")));
        assert!(far.to_string().contains("RescaleIntercept 1e39"), "{far}");
    }

    #[test]
    fn monochrome1_is_kept_as_stored_and_taken_for_dark_air() {
        let decoded = good(&file(&[1, 2, 3, 4], |object| {
            text(object, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME1");
        }));
        assert_eq!(decoded.planes[0].samples, Samples::U16(array![[1, 2], [3, 4]]));
        assert_eq!(decoded.metadata.polarity, Some(Polarity::AirDark));
        assert_eq!(good(&file(&[0; 4], |_| {})).metadata.polarity, None);
        let stated = good(&file(&[0; 4], |object| {
            text(object, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME1");
            let sign = PrimitiveValue::from(1i16);
            object.put(DataElement::new(tags::PIXEL_INTENSITY_RELATIONSHIP_SIGN, VR::SS, sign));
        }));
        assert_eq!(stated.metadata.polarity, Some(Polarity::AirBright), "the sign comes before the display");
        let turned = good(&file(&[0; 4], |object| {
            text(object, tags::RESCALE_SLOPE, VR::DS, "-1");
            text(object, tags::RESCALE_INTERCEPT, VR::DS, "65535");
            let sign = PrimitiveValue::from(-1i16);
            object.put(DataElement::new(tags::PIXEL_INTENSITY_RELATIONSHIP_SIGN, VR::SS, sign));
        }));
        assert_eq!(turned.metadata.polarity, Some(Polarity::AirBright), "the sign is that of stored values");
    }

    #[test]
    fn frames_are_planes() {
        let bytes = file(&[1, 2, 3, 4, 5, 6, 7, 8], |object| text(object, tags::NUMBER_OF_FRAMES, VR::IS, "2"));
        let decoded = good(&bytes);
        assert_eq!(decoded.planes[0].samples, Samples::U16(array![[1, 2], [3, 4]]));
        assert_eq!(decoded.planes[1].samples, Samples::U16(array![[5, 6], [7, 8]]));
        let limits = Limits { max_pages: 1, ..Limits::default() };
        assert_eq!(read(&bytes, &limits).unwrap_err().fault, Fault::Limit);
        // One that is not counted was not looked at; nor were rows that are not.
        let codes = |bytes: &[u8]| good(bytes).warnings.into_iter().map(|warning| warning.code).collect::<Vec<_>>();
        assert_eq!(codes(&file(&[1, 2, 3, 4, 5, 6, 7, 8], |_| {})), ["trailing_bytes"]);
        assert_eq!(codes(&file(&[1, 2, 3, 4, 5], |_| {})), ["trailing_bytes"]);
        let eight = file(&[0x0201, 0x0403, 0x0605, 0x0807, 0x0009], |object| {
            short(object, tags::ROWS, 3);
            short(object, tags::COLUMNS, 3);
            short(object, tags::BITS_ALLOCATED, 8);
            short(object, tags::BITS_STORED, 8);
            short(object, tags::HIGH_BIT, 7);
        });
        assert_eq!([codes(&eight), codes(&bytes)], [[""; 0]; 2], "a byte of padding");
        let few = file(&[1, 2, 3, 4], |object| text(object, tags::NUMBER_OF_FRAMES, VR::IS, "2"));
        assert!(error(&few).to_string().contains("2 frames of 2x2 need 16 bytes of pixel data, found 8"));
    }

    /// A DICOS image of 16 x 16 pixels of 8 bits, as fragments of JPEG data.
    fn fragments(parts: &[&[u8]]) -> Vec<u8> {
        let mut whole = InMemDicomObject::new_empty();
        file(&[], |object| {
            for (tag, value) in [(tags::ROWS, 16), (tags::COLUMNS, 16), (tags::HIGH_BIT, 7)] {
                short(object, tag, value);
            }
            short(object, tags::BITS_ALLOCATED, 8);
            short(object, tags::BITS_STORED, 8);
            let even = |part: &&[u8]| [*part, if part.len().is_multiple_of(2) { &[] } else { &[0u8][..] }].concat();
            let sequence = PixelFragmentSequence::new_fragments(parts.iter().map(even).collect::<Vec<_>>());
            object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, Value::PixelSequence(sequence)));
            std::mem::swap(object, &mut whole);
        });
        write_as(whole, DX, "1.2.840.10008.1.2.4.50")
    }

    #[test]
    fn jpeg_fragments_that_are_not_counted_are_said_and_damaged_ones_refused() {
        let mut jpeg = Vec::new();
        let grey: Vec<u8> = (0..=255).collect();
        JpegEncoder::new_with_quality(&mut jpeg, 90).write_image(&grey, 16, 16, ExtendedColorType::L8).unwrap();
        let codes = |parts: &[&[u8]]| good(&fragments(parts)).warnings.into_iter().map(|w| w.code).collect::<Vec<_>>();
        assert_eq!(codes(&[&jpeg]), ["lossy"]);
        assert_eq!(codes(&[&jpeg, &jpeg]), ["trailing_bytes", "lossy"]);
        let at = jpeg.len() / 4 * 2;
        assert_eq!(codes(&[&jpeg[..at], &jpeg[at..]]), ["lossy"], "one frame in two fragments");
        let cut = [&jpeg[..jpeg.len() - 40], &[0xff, 0xd9]].concat();
        assert_eq!(error(&fragments(&[&cut])).fault, Fault::Format);
    }

    #[test]
    fn attributes_become_metadata() {
        let (format, decoded) = read(
            &file(&[0; 4], |object| {
                text(object, tags::PATIENT_ID, VR::LO, "CSQU 305438 3");
                text(object, tags::MANUFACTURER, VR::LO, "Example Works");
                text(object, tags::MANUFACTURER_MODEL_NAME, VR::LO, "unknown");
                text(object, tags::DEVICE_SERIAL_NUMBER, VR::LO, "7");
                text(object, tags::KVP, VR::DS, "6000");
                text(object, tags::ACQUISITION_DATE_TIME, VR::DT, "20261102101500.5+0100");
                object.put(DataElement::new(tags::PIXEL_SPACING, VR::DS, dicom_value!(Strs, ["5", "4"])));
                text(object, tags::VIEW_POSITION, VR::CS, "SIDE");
            }),
            &Limits::default(),
        )
        .unwrap();
        let metadata = decoded.metadata;
        assert_eq!(format, "dicos");
        assert_eq!(metadata.container.unwrap().number, "CSQU3054383");
        assert_eq!(metadata.scanner.as_deref(), Some("Example Works 7"));
        assert_eq!((metadata.energies_mv, metadata.source), (vec![6.0], Some(BeamSource::Accelerator)));
        assert_eq!(metadata.time.as_deref(), Some("2026-11-02T10:15:00.5+01:00"));
        assert_eq!(metadata.pixel_mm, PixelSize::new(4.0, 5.0));
        assert_eq!(metadata.view.as_deref(), Some("side"));
        assert_eq!(metadata.instance_uid.as_deref(), Some("1.2.3"));
        let odd = good(&file(&[0; 4], |object| {
            object.put(DataElement::new(tags::IMAGER_PIXEL_SPACING, VR::DS, dicom_value!(Strs, ["0.1", "0.1"])));
        }));
        assert_eq!((odd.metadata.pixel_mm, odd.warnings[0].code.as_str()), (None, "pixel_size_implausible"));
    }

    #[test]
    fn values_that_are_not_proportional_to_dose_are_said() {
        let codes = |relation: &str| {
            let decoded = good(&file(&[0; 4], |object| {
                text(object, tags::PIXEL_INTENSITY_RELATIONSHIP, VR::CS, relation);
            }));
            decoded.warnings.into_iter().map(|warning| warning.code).collect::<Vec<_>>()
        };
        assert!(codes("LIN").is_empty());
        for relation in ["LOG", "DISP", "SQRT"] {
            assert_eq!(codes(relation), ["intensity_not_linear"], "{relation}");
        }
    }

    #[test]
    fn what_is_no_grey_image_is_said() {
        let edited = |edit: fn(&mut InMemDicomObject)| error(&file(&[0; 4], edit)).to_string();
        let cases: [(String, &str); 7] = [
            (edited(|object| text(object, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB")), "interpretation \"RGB\""),
            (edited(|object| short(object, tags::BITS_ALLOCATED, 12)), "12 bits per sample, expected 8, 16 or 32"),
            (edited(|object| short(object, tags::BITS_STORED, 17)), "17 bits stored up to bit 15 do not fit into 16"),
            (edited(|object| short(object, tags::ROWS, 0)), "image is 2x0"),
            (edited(|object| assert!(object.remove_element(tags::COLUMNS))), "no Columns (0028,0011)"),
            (edited(|object| assert!(object.remove_element(tags::PIXEL_DATA))), "has no pixel data"),
            (error(&write(InMemDicomObject::new_empty(), "1.2.840.10008.5.1.4.1.1.501.1")).to_string(), "CT volume"),
        ];
        for (text, message) in cases {
            assert!(text.contains(message), "{text}");
        }
        let report = error(&write(InMemDicomObject::new_empty(), "1.2.840.10008.5.1.4.1.1.88.11"));
        assert!(report.to_string().contains("it is no image"), "{report}");
        let small = Limits { max_pixels: 3, ..Limits::default() };
        assert_eq!(read(&file(&[0; 4], |_| {}), &small).unwrap_err().fault, Fault::Limit);
    }
}
