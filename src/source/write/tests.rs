//! Every format holds the exact samples: read back with other crates' readers.
use super::*;
use crate::scan::{Digest, Energy, Metadata, PixelSize, Plane, Samples};
use ndarray::Array2;
use std::io::Cursor;

fn plane(samples: Samples, energy: Energy) -> Plane {
    let step = if matches!(samples, Samples::F32(_)) { 0.0 } else { 1.0 };
    Plane { energy, samples, full_scale: 65535.0, step }
}

fn scan(planes: Vec<Plane>) -> Scan {
    let metadata = Metadata { pixel_mm: PixelSize::new(4.5, 5.0), ..Metadata::default() };
    Scan { format: "raw", digest: Digest::of(b""), bytes: 0, planes, metadata, warnings: vec![] }
}

fn wide(salt: usize) -> Array2<u16> {
    // Every high byte, long runs, and noise; the width is odd.
    Array2::from_shape_fn((70, 301), |(r, c)| {
        if (c / 50) % 2 == 0 { (r * 911) as u16 } else { ((r * 301 + c) * 40503 + salt) as u16 }
    })
}

fn narrow() -> Array2<u8> {
    Array2::from_shape_fn((33, 47), |(r, c)| (r * 47 + c * 3) as u8)
}

fn dual() -> Scan {
    scan(vec![plane(Samples::U16(wide(0)), Energy::High), plane(Samples::U16(wide(5)), Energy::Low)])
}

#[test]
fn tiff_pages_hold_the_exact_samples_and_the_pixel_size() {
    let bytes = encode(&dual(), Format::Tiff).unwrap();
    let mut decoder = ::tiff::decoder::Decoder::new(Cursor::new(&bytes)).unwrap();
    for salt in [0, 5] {
        let ::tiff::decoder::DecodingResult::U16(values) = decoder.read_image().unwrap() else { panic!("not 16 bits") };
        assert_eq!(values, wide(salt).into_iter().collect::<Vec<_>>());
        let resolution = decoder.get_tag(::tiff::tags::Tag::YResolution).unwrap();
        assert_eq!(format!("{resolution:?}"), "Rational(10000, 5000)");
        if salt == 0 {
            decoder.next_image().unwrap();
        }
    }
    assert!(!decoder.more_images());
    let bytes = encode(&scan(vec![plane(Samples::U8(narrow()), Energy::Single)]), Format::Tiff).unwrap();
    let mut decoder = ::tiff::decoder::Decoder::new(Cursor::new(&bytes)).unwrap();
    let ::tiff::decoder::DecodingResult::U8(values) = decoder.read_image().unwrap() else { panic!("not 8 bits") };
    assert_eq!(values, narrow().into_iter().collect::<Vec<_>>());
}

#[test]
fn png_holds_the_exact_samples() {
    let bytes = encode(&scan(vec![plane(Samples::U16(wide(0)), Energy::Single)]), Format::Png).unwrap();
    let image::DynamicImage::ImageLuma16(found) = image::load_from_memory(&bytes).unwrap() else {
        panic!("not 16 bits")
    };
    assert_eq!(found.into_raw(), wide(0).into_iter().collect::<Vec<_>>());
    let bytes = png_gray8(&narrow()).unwrap();
    assert_eq!(
        image::load_from_memory(&bytes).unwrap().into_luma8().into_raw(),
        narrow().into_iter().collect::<Vec<_>>()
    );
}

#[test]
fn npy_holds_planes_first() {
    let bytes = encode(&dual(), Format::Npy).unwrap();
    let file = npyz::NpyFile::new(&bytes[..]).unwrap();
    assert_eq!(file.shape(), [2, 70, 301]);
    let values: Vec<u16> = file.into_vec().unwrap();
    assert_eq!(values, wide(0).into_iter().chain(wide(5)).collect::<Vec<_>>());
    let float = Array2::from_elem((2, 3), 0.5f32);
    let bytes = encode(&scan(vec![plane(Samples::F32(float), Energy::Single)]), Format::Npy).unwrap();
    assert_eq!(npyz::NpyFile::new(&bytes[..]).unwrap().shape(), [2, 3]);
}

#[cfg(feature = "dicom")]
#[test]
fn dicos_frames_hold_the_exact_samples() {
    use dicom_pixeldata::PixelDecoder as _;
    let mut source = dual();
    source.metadata.time = Some("2026-03-02T08:01:30Z".into());
    source.metadata.energies_mv = vec![6.0, 4.0];
    source.metadata.container = crate::scan::ContainerNumber::parse("CSQU3054383");
    let bytes = encode(&source, Format::Dicos).unwrap();
    assert_eq!(bytes, encode(&source, Format::Dicos).unwrap());
    let object = dicom_object::from_reader(Cursor::new(&bytes)).unwrap();
    assert_eq!(object.meta().media_storage_sop_class_uid(), "1.2.840.10008.5.1.4.1.1.501.2.1");
    let text = |tag| object.element(tag).unwrap().to_str().unwrap().into_owned();
    assert_eq!(text(dicom_dictionary_std::tags::PIXEL_SPACING), "5\\4.5");
    assert_eq!(text(dicom_dictionary_std::tags::PATIENT_ID), "CSQU3054383");
    assert_eq!(text(dicom_dictionary_std::tags::ACQUISITION_TIME), "080130");
    assert_eq!(text(dicom_dictionary_std::tags::KVP), "6000");
    assert_eq!(text(dicom_dictionary_std::tags::IMAGE_COMMENTS), "frame 1: 6000 kVp; frame 2: 4000 kVp");
    let decoded = object.decode_pixel_data().unwrap();
    assert_eq!((decoded.number_of_frames(), decoded.rows(), decoded.columns()), (2, 70, 301));
    let values: Vec<u16> = decoded.data().chunks(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    assert_eq!(values, wide(0).into_iter().chain(wide(5)).collect::<Vec<_>>());
}

#[test]
fn what_a_format_cannot_hold_is_refused() {
    let mut cases = 0;
    let mut refuse = |scan: &Scan, format, expected: &str| {
        let message = encode(scan, format).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
        cases += 1;
    };
    refuse(&scan(vec![]), Format::Tiff, "scan has no planes");
    refuse(&dual(), Format::Png, "a png holds one plane, the scan has 2; choose tiff");
    let mut unlike = dual();
    unlike.planes[1].samples = Samples::U8(narrow());
    refuse(&unlike, Format::Tiff, "planes differ in size or type");
    let signed = scan(vec![plane(Samples::I32(Array2::zeros((2, 2))), Energy::Single)]);
    let formats: &[Format] = &[
        Format::Tiff,
        Format::Png,
        Format::Npy,
        #[cfg(feature = "dicom")]
        Format::Dicos,
    ];
    for format in formats {
        refuse(&signed, *format, "files are not written with i32 samples, expected u8 or u16");
    }
    #[cfg(feature = "dicom")]
    refuse(&scan(vec![plane(Samples::U8(Array2::zeros((1, 70000))), Energy::Single)]), Format::Dicos, "up to 65535");
    assert!(cases >= 6);
}
