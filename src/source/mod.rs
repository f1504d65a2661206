//! Files to scans: found, told apart by content, charged against limits, and read without losing a bit.
//!
//! [`discover()`] turns inputs into entries, [`open()`] reads one entry with its sidecar, and [`read`] is the pure core
//! from memory to a [`Scan`]. Every file is taken for hostile: headers are checked before anything is allocated.

mod companions;
mod decoded;
#[cfg(feature = "dicom")]
mod dicom;
#[cfg(feature = "dicom")]
mod dicom_layout;
#[cfg(feature = "dicom")]
mod dicom_rle;
#[cfg(feature = "dicom")]
mod dicom_stored;
#[cfg(feature = "dicom")]
mod dicom_tags;
mod discover;
mod fields;
mod grey;
mod jpeg;
mod jpeg_data;
mod limits;
mod metadata;
mod names;
mod npy;
mod open;
mod png;
mod raw;
mod samples;
mod search;
mod sidecar;
mod sniff;
mod tags;
mod tiff;
mod tiff_chunks;
mod tiff_layout;
mod time;
pub mod write;

pub use companions::OVERLAY_MARK;
pub use discover::{Discovery, Entry, Ignored, discover};
pub use limits::Limits;
pub use open::{Loaded, load, open};
pub use raw::{Interleave, RawLayout};
pub use samples::SampleType;
pub use sidecar::Sidecar;
pub use sniff::{Format, sniff};

use crate::scan::{Digest, Error, Result, Scan, panic_words};
use decoded::Decoded;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What to do about a file whose bytes were changed.
const DAMAGED: &str = "the file is damaged: copy it again, or export it anew";

/// What is known of a file beside its bytes.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The file's name without folders: container number, time and view are looked for in it. It does not decide the format.
    pub file_name: Option<String>,
    /// The sidecar, if there is one.
    pub sidecar: Option<Sidecar>,
}

impl Hints {
    /// Whether the sidecar is for this file alone: it carries the file's whole name, or no file's name is known.
    fn own_sidecar(&self) -> bool {
        let (Some(file), Some(sidecar)) = (&self.file_name, &self.sidecar) else { return true };
        sidecar.name.strip_prefix(file.as_str()).is_some_and(|end| matches!(end, ".json" | ".toml"))
    }
}

/// Reads one scan from the bytes of its file: sample values exactly as stored, high energy first where energies are known.
///
/// # Errors
/// `Format` for damaged or truncated data, `Unsupported` for what portray does not read, `Limit` for what `limits`
/// forbids; the message says where and what to do. It never panics: a decoder's panic becomes a `Format` error.
pub fn read(bytes: &[u8], hints: &Hints, limits: &Limits) -> Result<Scan> {
    read_digested(bytes, Digest::of(bytes), hints, limits)
}

/// [`read`] for bytes whose digest is known: hashing takes as long as decoding some formats.
fn read_digested(bytes: &[u8], digest: Digest, hints: &Hints, limits: &Limits) -> Result<Scan> {
    limits.file(bytes.len() as u64)?;
    if bytes.is_empty() {
        return Err(Error::format("the file is empty"));
    }
    let found = sniff(bytes);
    let mut layout = hints.sidecar.as_ref().and_then(|sidecar| sidecar.raw.as_ref());
    // STEM.json stands beside STEM.dat and its preview STEM.png alike: it makes no raw counts of an image.
    let shared = found.filter(|_| layout.is_some() && !hints.own_sidecar());
    if shared.is_some() {
        layout = None;
    }
    let (format, mut decoded) = match (layout, found) {
        (Some(layout), _) => ("raw", guarded("raw", || raw::read(bytes, layout, limits))?),
        (None, Some(Format::Png)) => ("png", guarded("png", || png::read(bytes, limits))?),
        (None, Some(Format::Tiff)) => ("tiff", guarded("tiff", || tiff::read(bytes, limits))?),
        (None, Some(Format::Jpeg)) => ("jpeg", guarded("jpeg", || jpeg::read(bytes, limits))?),
        (None, Some(Format::Npy)) => ("npy", guarded("npy", || npy::read(bytes, limits))?),
        (None, Some(Format::Dicom)) => guarded("dicom", || read_dicom(bytes, limits))?,
        (None, None) => return Err(unknown(bytes)),
    };
    if let (Some(format), Some(sidecar)) = (shared, &hints.sidecar) {
        let message = format!(
            "{} describes raw counts, but this file is {}: it was read as that; call the sidecar {}.json if it is for this file",
            sidecar.name,
            format.name(),
            hints.file_name.as_deref().unwrap_or("FILE.EXT"),
        );
        decoded.warn("raw_ignored", message);
    }
    let (planes, metadata, warnings) = metadata::finish(decoded, hints.sidecar.as_ref(), hints.file_name.as_deref());
    Ok(Scan { format, digest, bytes: bytes.len() as u64, planes, metadata, warnings })
}

#[cfg(feature = "dicom")]
fn read_dicom(bytes: &[u8], limits: &Limits) -> Result<(&'static str, Decoded)> {
    dicom::read(bytes, limits)
}

#[cfg(not(feature = "dicom"))]
fn read_dicom(_: &[u8], _: &Limits) -> Result<(&'static str, Decoded)> {
    Err(Error::unsupported("this is a DICOM file, and portray was built without DICOM")
        .help("build portray with the feature dicom"))
}

/// Runs a decoder and turns its panic into an error: decoders of other makers meet hostile files here.
fn guarded<T>(format: &str, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|payload| {
        let words = fields::words(&panic_words(payload.as_ref()));
        Err(Error::format(format!("damaged in a way that the decoder does not expect ({words})"))
            .at(format!("{format} data"))
            .help(DAMAGED))
    })
}

fn unknown(bytes: &[u8]) -> Error {
    let known = "expected PNG, TIFF, JPEG, NumPy, DICOM or DICOS";
    let error = if let Some(kind) = sniff::other_kind(bytes) {
        Error::unsupported(format!("this is {kind}, {known}"))
    } else if sniff::is_text(bytes) {
        if let Some(what) = sidecar::kind(bytes) {
            return Error::unsupported(format!("this is {what}, {known}")).help("give the scan beside it");
        }
        Error::unsupported(format!("this is a text file, {known}"))
    } else {
        let start: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Error::unsupported(format!("unknown format starting with {}, {known}", start.join(" ")))
    };
    error.help("raw counts need a sidecar that describes them: \"raw\" with width, height and type")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Fault, Samples};

    #[test]
    fn a_decoders_panic_becomes_an_error() {
        let error = guarded::<()>("png", || panic!("row {}", 7)).unwrap_err();
        let text = "png data: damaged in a way that the decoder does not expect (row 7); the file is damaged: copy it again, or export it anew";
        assert_eq!((error.fault, error.to_string().as_str()), (Fault::Format, text));
        let error = guarded::<()>("png", || std::panic::panic_any(7)).unwrap_err();
        assert!(error.message.ends_with("(no message)"));
    }

    #[test]
    fn unknown_files_are_named_where_possible() {
        let text = |bytes: &[u8]| read(bytes, &Hints::default(), &Limits::default()).unwrap_err().to_string();
        assert_eq!(text(b""), "the file is empty");
        assert!(text(b"PK\x03\x04").contains("this is a ZIP archive"));
        assert!(text(b"hello\xff\0").contains("starting with 68 65 6c 6c 6f ff 00, expected PNG"));
        assert!(text(b"hello\xff\0").contains("raw counts need a sidecar"));
        assert!(text("id;größe\r\n1;2\n".as_bytes()).contains("this is a text file, expected PNG"));
        for (json, what) in [
            (r#"{"pixel_mm": 4, "doors": "left"}"#, "a scan's sidecar"),
            (r#"{"schema_version": 1, "loads": []}"#, "the truth of a simulated scan"),
            (r#"{"generator": {"name": "portray"}, "scan": {}}"#, "a report of portray"),
        ] {
            let found = text(json.as_bytes());
            assert!(found.starts_with(&format!("this is {what}, expected PNG")), "{found}");
            assert!(found.ends_with("; give the scan beside it"), "{found}");
        }
        assert!(text(br#"{"a": 1}"#).contains("this is a text file"));
    }

    #[test]
    fn the_sidecars_raw_layout_comes_before_the_magic() {
        let sidecar = br#"{"raw": {"width": 4, "height": 1, "type": "u8"}, "scanner": "gate 2"}"#;
        let hints = Hints { file_name: None, sidecar: Some(Sidecar::parse("a.json", sidecar).unwrap()) };
        let scan = read(b"II\x2a\0", &hints, &Limits::default()).unwrap();
        assert_eq!(scan.format, "raw");
        assert_eq!(scan.planes[0].samples, Samples::U8(ndarray::array![[0x49, 0x49, 0x2a, 0]]));
        assert_eq!(scan.metadata.scanner.as_deref(), Some("gate 2"));
        assert_eq!((scan.width(), scan.height(), scan.bytes), (4, 1, 4));
    }

    #[test]
    fn long_files_are_refused() {
        let limits = Limits { max_bytes: 3, ..Limits::default() };
        assert_eq!(read(b"abcd", &Hints::default(), &limits).unwrap_err().fault, Fault::Limit);
    }
}
