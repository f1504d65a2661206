//! DICOS Digital X-Ray (NEMA IIC 1), for presentation, RLE lossless.

use crate::scan::{Digest, Error, Polarity, Result, Samples, Scan};
use dicom_core::value::{DataSetSequence, PixelFragmentSequence};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR, dicom_value};
use dicom_dictionary_std::tags;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

/// Digital X-Ray image storage, for presentation (DICOS).
const SOP_CLASS: &str = "1.2.840.10008.5.1.4.1.1.501.2.1";
/// DICOS attributes that the DICOM dictionary knows under other names or not at all.
const IMAGE_ORIGIN: Tag = Tag(0x0008, 0x0118);
const COORDINATE_SYSTEM: Tag = Tag(0x0008, 0x2108);
/// In keV; a third of the end point is the usual rule for bremsstrahlung.
const EFFECTIVE_ENERGY: Tag = Tag(0x4300, 0x0902);
/// RLE lossless.
const TRANSFER_SYNTAX: &str = "1.2.840.10008.1.2.5";

pub(super) fn encode(scan: &Scan) -> Result<Vec<u8>> {
    let mut fragments = Vec::with_capacity(scan.planes.len());
    let mut seed = Vec::new();
    let mut bits = 16u16;
    for plane in &scan.planes {
        let segments: Vec<Vec<u8>> = match &plane.samples {
            Samples::U8(values) => {
                bits = 8;
                vec![values.iter().copied().collect()]
            }
            // The most significant byte plane comes first (DICOM PS3.5 annex G.2).
            Samples::U16(values) => {
                vec![values.iter().map(|v| (v >> 8) as u8).collect(), values.iter().map(|v| *v as u8).collect()]
            }
            other => return Err(super::refused("dicos", other.type_name())),
        };
        let frame = rle_frame(&segments, scan.width() as usize)?;
        seed.extend_from_slice(Digest::of(&frame).to_string().as_bytes());
        fragments.push(frame);
    }
    let instance = uid(&seed, "instance");
    let (rows, columns) = (size(scan.height())?, size(scan.width())?);

    let meta = &scan.metadata;
    let mut object = InMemDicomObject::new_empty();
    let mut text = |tag, vr, value: &str| {
        object.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
    };
    text(tags::SOP_CLASS_UID, VR::UI, SOP_CLASS);
    text(tags::SOP_INSTANCE_UID, VR::UI, &instance);
    text(tags::STUDY_INSTANCE_UID, VR::UI, &uid(&seed, "study"));
    text(tags::SERIES_INSTANCE_UID, VR::UI, &uid(&seed, "series"));
    text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\VOLUME\\NONE");
    text(tags::MODALITY, VR::CS, "DX");
    text(tags::PRESENTATION_INTENT_TYPE, VR::CS, "FOR PRESENTATION");
    text(tags::MANUFACTURER, VR::LO, "portray simulate");
    text(tags::SERIES_NUMBER, VR::IS, "1");
    text(tags::INSTANCE_NUMBER, VR::IS, "1");
    text(tags::DICOS_VERSION, VR::CS, "V03");
    text(IMAGE_ORIGIN, VR::CS, "MACHINE");
    text(COORDINATE_SYSTEM, VR::CS, "LHS");
    text(tags::ISSUER_OF_PATIENT_ID, VR::LO, "ISO 6346");
    text(tags::TYPE_OF_PATIENT_ID, VR::CS, "TEXT");
    text(tags::STUDY_ID, VR::SH, "1");
    text(tags::INSTITUTION_ADDRESS, VR::ST, "none");
    text(tags::DETECTOR_TYPE, VR::CS, "SCINTILLATOR");
    text(tags::X_RAY_TUBE_CURRENT_INU_A, VR::DS, "100");
    text(tags::WINDOW_CENTER, VR::DS, &(1u32 << (bits - 1)).to_string());
    text(tags::WINDOW_WIDTH, VR::DS, &(1u32 << bits).to_string());
    text(tags::OOI_TYPE, VR::CS, "CARGO");
    text(tags::ACQUISITION_STATUS, VR::CS, "SUCCESSFUL");
    text(tags::SCAN_TYPE, VR::CS, "OPERATIONAL");
    text(tags::INSTITUTION_NAME, VR::LO, "portray simulate");
    text(tags::DEVICE_SERIAL_NUMBER, VR::LO, "0");
    text(tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION"));
    text(tags::PRESENTATION_LUT_SHAPE, VR::CS, "IDENTITY");
    text(tags::RESCALE_INTERCEPT, VR::DS, "0");
    text(tags::RESCALE_SLOPE, VR::DS, "1");
    text(tags::RESCALE_TYPE, VR::LO, "US");
    text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00");
    text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
    text(tags::IMAGE_POSITION_PATIENT, VR::DS, "0\\0\\0");
    text(tags::BURNED_IN_ANNOTATION, VR::CS, "NO");
    if let Some(scanner) = &meta.scanner {
        text(tags::STATION_NAME, VR::SH, &scanner.chars().take(16).collect::<String>());
        text(tags::MANUFACTURER_MODEL_NAME, VR::LO, &scanner.chars().take(64).collect::<String>());
    }
    if let Some(container) = &meta.container {
        // DICOS keeps the object of inspection's identity where DICOM keeps the patient's.
        text(tags::PATIENT_ID, VR::LO, &container.number);
        text(tags::PATIENT_NAME, VR::PN, &container.number);
    }
    let stamp: String = meta.time.iter().flat_map(|t| t.chars()).filter(char::is_ascii_digit).collect();
    if stamp.len() == 14 {
        for (date, time) in [
            (tags::STUDY_DATE, tags::STUDY_TIME),
            (tags::SERIES_DATE, tags::SERIES_TIME),
            (tags::INSTANCE_CREATION_DATE, tags::INSTANCE_CREATION_TIME),
            (tags::DATE_OF_LAST_CALIBRATION, tags::TIME_OF_LAST_CALIBRATION),
            (tags::CONTENT_DATE, tags::CONTENT_TIME),
            (tags::ACQUISITION_DATE, tags::ACQUISITION_TIME),
        ] {
            text(date, VR::DA, &stamp[..8]);
            text(time, VR::TM, &stamp[8..]);
        }
    }
    let inverse = meta.polarity == Some(Polarity::AirDark);
    text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
    text(tags::PIXEL_INTENSITY_RELATIONSHIP, VR::CS, "LIN");
    if let Some(pixel) = meta.pixel_mm {
        // Row spacing first.
        text(tags::PIXEL_SPACING, VR::DS, &format!("{}\\{}", pixel.y, pixel.x));
        text(tags::PIXEL_SPACING_CALIBRATION_TYPE, VR::CS, "GEOMETRY");
        text(tags::PIXEL_SPACING_CALIBRATION_DESCRIPTION, VR::LO, "on the container's middle plane");
        text(tags::IMAGER_PIXEL_SPACING, VR::DS, &format!("{}\\{}", pixel.y, pixel.x));
    }
    // KVP holds one value, the first frame's: the others' end points stand where people and programs find them.
    if meta.energies_mv.len() > 1 {
        let frames = meta.energies_mv.iter().enumerate().map(|(n, mv)| format!("frame {}: {} kVp", n + 1, mv * 1000.0));
        text(tags::IMAGE_COMMENTS, VR::LT, &frames.collect::<Vec<_>>().join("; "));
    }
    if let Some(energy) = meta.energies_mv.first() {
        text(tags::KVP, VR::DS, &format!("{}", energy * 1000.0));
    }
    text(tags::NUMBER_OF_FRAMES, VR::IS, &scan.planes.len().to_string());
    let mut number = |tag, value: u16| {
        object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    };
    number(tags::SAMPLES_PER_PIXEL, 1);
    number(tags::ROWS, rows);
    number(tags::COLUMNS, columns);
    number(tags::BITS_ALLOCATED, bits);
    number(tags::BITS_STORED, bits);
    number(tags::HIGH_BIT, bits - 1);
    number(tags::PIXEL_REPRESENTATION, 0);
    let energy = meta.energies_mv.first().copied().unwrap_or_default();
    object.put(DataElement::new(EFFECTIVE_ENERGY, VR::FL, PrimitiveValue::from(energy * 1000.0 / 3.0)));
    let sign: i16 = if inverse { -1 } else { 1 };
    object.put(DataElement::new(tags::PIXEL_INTENSITY_RELATIONSHIP_SIGN, VR::SS, dicom_value!(I16, [sign])));
    object.put(DataElement::new(tags::ACQUISITION_CONTEXT_SEQUENCE, VR::SQ, DataSetSequence::empty()));

    let mut offsets = Vec::new();
    let mut offset = 0u32;
    for fragment in &fragments {
        offsets.push(offset);
        offset += fragment.len() as u32 + 8;
    }
    let pixels: PixelFragmentSequence<Vec<u8>> = PixelFragmentSequence::new(offsets, fragments);
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, pixels));

    let fault = |message: String| Error::bug(format!("dicos was not written: {message}"));
    let file = object
        .with_meta(
            FileMetaTableBuilder::new()
                .media_storage_sop_class_uid(SOP_CLASS)
                .media_storage_sop_instance_uid(&instance)
                .transfer_syntax(TRANSFER_SYNTAX),
        )
        .map_err(|e| fault(e.to_string()))?;
    let mut out = Vec::new();
    file.write_all(&mut out).map_err(|e| fault(e.to_string()))?;
    with_version(out).ok_or_else(|| fault("its file meta group has no transfer syntax".into()))
}

/// Adds DICOS's version to the file meta group, (0002,0004), which DICOM leaves unassigned and its libraries do not write;
/// DICOS toolkits refuse files without it.
fn with_version(mut file: Vec<u8>) -> Option<Vec<u8>> {
    const VERSION: &[u8; 12] = b"\x02\x00\x04\x00CS\x04\x00V03 ";
    // Preamble and magic: 132 bytes; then the group's length in bytes, an element of 12 bytes with its value last.
    let length = u32::from_le_bytes(file.get(140..144)?.try_into().ok()?) + VERSION.len() as u32;
    let place = 132 + file.get(132..)?.windows(6).position(|w| w == b"\x02\x00\x10\x00UI")?;
    file.splice(place..place, VERSION.iter().copied());
    file.splice(140..144, length.to_le_bytes());
    Some(file)
}

fn size(pixels: u32) -> Result<u16> {
    u16::try_from(pixels)
        .map_err(|_| Error::parameter(format!("image side is {pixels} pixels, a dicos file holds up to 65535")))
}

/// A UID derived from the content (the 2.25 arc takes any 128-bit number), so that the same scan gives the same file.
fn uid(seed: &[u8], purpose: &str) -> String {
    let mut bytes = seed.to_vec();
    bytes.extend_from_slice(purpose.as_bytes());
    let hex = Digest::of(&bytes).to_string();
    format!("2.25.{}", u128::from_str_radix(&hex[..32], 16).unwrap_or(1))
}

/// One frame: a header with the number of segments and their offsets, then the segments (DICOM PS3.5 annex G).
fn rle_frame(segments: &[Vec<u8>], width: usize) -> Result<Vec<u8>> {
    let packed: Vec<Vec<u8>> = segments.iter().map(|segment| pack_bits(segment, width)).collect();
    let total: usize = 64 + packed.iter().map(Vec::len).sum::<usize>();
    if u32::try_from(total).is_err() {
        return Err(Error::limit(format!("frame is {total} bytes, limit is 4 GiB")));
    }
    let mut header = [0u32; 16];
    header[0] = packed.len() as u32;
    let mut offset = 64;
    for (slot, segment) in header[1..].iter_mut().zip(&packed) {
        *slot = offset;
        offset += segment.len() as u32;
    }
    let mut frame: Vec<u8> = header.iter().flat_map(|v| v.to_le_bytes()).collect();
    for segment in &packed {
        frame.extend_from_slice(segment);
    }
    Ok(frame)
}

/// `PackBits` row by row (runs may not cross rows), padded to an even length.
fn pack_bits(bytes: &[u8], width: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for row in bytes.chunks(width.max(1)) {
        let mut at = 0;
        let run = |at: usize| row[at..].iter().take(128).take_while(|b| **b == row[at]).count();
        while at < row.len() {
            let same = run(at);
            if same >= 3 {
                out.push((257 - same) as u8);
                out.push(row[at]);
                at += same;
                continue;
            }
            let start = at;
            while at < row.len() && at - start < 128 && run(at) < 3 {
                at += 1;
            }
            out.push((at - start - 1) as u8);
            out.extend_from_slice(&row[start..at]);
        }
    }
    if out.len() % 2 == 1 {
        out.push(0);
    }
    out
}
