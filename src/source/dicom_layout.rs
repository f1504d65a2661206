//! The shape of a DICOM file, walked before its parser sees it.
//!
//! The parser recurses into nested sequences and takes an element's length at its word. This walk does neither: it
//! refuses what reaches beyond the file or nests too deeply, and says where the pixels stand. It must take every step as
//! `dicom-parser` 0.10 does, or that one meets lengths that were not checked.

use crate::scan::{Error, Result};
use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use std::ops::Range;

/// The deepest nesting of sequences and items; real files have about ten.
const MAX_DEPTH: usize = 64;

/// The most elements, pixel data counted as one.
const MAX_ELEMENTS: usize = 200_000;

const UNDEFINED: u32 = u32::MAX;
const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

/// Where the pixels stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pixels {
    /// Uncompressed, in one piece.
    Native(Range<usize>),
    /// Compressed fragments, without the offset table before them.
    Fragments(Vec<Range<usize>>),
}

/// What the walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Where the file meta group starts: after the preamble and its magic, or 0.
    pub meta: usize,
    /// The transfer syntax's UID.
    pub transfer_syntax: String,
    /// The pixels, if there are any.
    pub pixels: Option<Pixels>,
}

/// Transfer syntaxes that portray reads, and whether their data sets are in implicit VR.
const SYNTAXES: [(&str, bool); 7] = [
    ("1.2.840.10008.1.2", true),
    ("1.2.840.10008.1.2.1", false),
    ("1.2.840.10008.1.2.5", false),
    ("1.2.840.10008.1.2.4.50", false),
    ("1.2.840.10008.1.2.4.51", false),
    ("1.2.840.10008.1.2.4.57", false),
    ("1.2.840.10008.1.2.4.70", false),
];

/// An element's header.
struct Header {
    tag: Tag,
    vr: VR,
    length: u32,
    /// Where the value starts.
    value: usize,
}

/// A sequence or an item that the walk is in.
struct Level {
    /// Where it ends, if that was stated; otherwise a delimiter ends it.
    stated_end: Option<usize>,
    /// What it cannot reach beyond.
    limit: usize,
    sequence: bool,
}

/// Walks a file: its meta group, then its data set.
pub(super) fn walk(bytes: &[u8]) -> Result<Layout> {
    let meta = if bytes.get(128..132) == Some(b"DICM") { 132 } else { 0 };
    let (data, transfer_syntax) = meta_group(bytes, meta)?;
    let implicit = SYNTAXES.iter().find(|(uid, _)| *uid == transfer_syntax).map(|&(_, implicit)| implicit);
    let implicit = implicit.ok_or_else(|| {
        Error::unsupported(format!(
            "transfer syntax {transfer_syntax}, expected one of {}",
            SYNTAXES.map(|s| s.0).join(", ")
        ))
        .help("convert it to explicit little endian, e.g. with dcmconv or gdcmconv")
    })?;
    let pixels = data_set(bytes, data, implicit)?;
    Ok(Layout { meta, transfer_syntax, pixels })
}

/// The end of the meta group and the transfer syntax that it names.
fn meta_group(bytes: &[u8], start: usize) -> Result<(usize, String)> {
    let mut at = start;
    let mut stated_end = None;
    let mut syntax = None;
    while at < bytes.len() && bytes.get(at..at + 2) == Some(&[2, 0]) {
        let header = header(bytes, at, false)?;
        let end = value_end(&header, bytes.len())?;
        if header.tag == Tag(2, 0) {
            let length =
                bytes[header.value..end].iter().rev().fold(0usize, |sum, &byte| (sum << 8) | usize::from(byte));
            stated_end = Some(end.saturating_add(length));
        } else if header.tag == tags::TRANSFER_SYNTAX_UID {
            let uid = String::from_utf8_lossy(&bytes[header.value..end]);
            syntax = Some(uid.trim_matches(|c: char| c == '\0' || c.is_whitespace()).chars().take(64).collect());
        }
        at = end;
    }
    if stated_end.is_some_and(|end| end != at) {
        return Err(Error::format("the DICOM file meta group is not as long as it says").at(format!("byte {at}")));
    }
    let syntax = syntax
        .ok_or_else(|| Error::format("the DICOM file meta group names no transfer syntax").at(format!("byte {at}")))?;
    Ok((at, syntax))
}

fn data_set(bytes: &[u8], start: usize, implicit: bool) -> Result<Option<Pixels>> {
    let mut levels: Vec<Level> = Vec::new();
    let mut pixels = None;
    let mut at = start;
    let mut elements = 0usize;
    loop {
        while levels.last().is_some_and(|level| level.stated_end == Some(at)) {
            levels.pop();
        }
        let limit = levels.last().map_or(bytes.len(), |level| level.limit);
        if at >= limit {
            return if levels.is_empty() { Ok(pixels) } else { Err(truncated(at, "a DICOM sequence has no end")) };
        }
        elements += 1;
        if elements > MAX_ELEMENTS {
            return Err(Error::limit(format!("the DICOM file has more than {MAX_ELEMENTS} elements")));
        }
        if levels.len() > MAX_DEPTH {
            return Err(
                Error::limit(format!("DICOM sequences are nested more than {MAX_DEPTH} deep")).at(format!("byte {at}"))
            );
        }
        let header = header(&bytes[..limit], at, implicit)?;
        let (in_sequence, delimited) =
            levels.last().map_or((false, false), |level| (level.sequence, level.stated_end.is_none()));
        let push = |levels: &mut Vec<Level>, sequence| -> Result<()> {
            let stated_end = if header.length == UNDEFINED { None } else { Some(value_end(&header, limit)?) };
            levels.push(Level { stated_end, limit: stated_end.unwrap_or(limit), sequence });
            Ok(())
        };
        at = match header.tag {
            ITEM if in_sequence => {
                push(&mut levels, false)?;
                header.value
            }
            ITEM_END if delimited && !in_sequence => {
                levels.pop();
                header.value
            }
            SEQUENCE_END if delimited && in_sequence => {
                levels.pop();
                header.value
            }
            ITEM | ITEM_END | SEQUENCE_END => return Err(misplaced(at, header.tag)),
            _ if in_sequence => return Err(misplaced(at, header.tag)),
            tags::PIXEL_DATA if header.length == UNDEFINED && header.vr != VR::SQ => {
                let (fragments, end) = fragments(bytes, header.value, limit)?;
                if levels.is_empty() {
                    pixels = Some(Pixels::Fragments(fragments));
                }
                end
            }
            _ if header.length == UNDEFINED || header.vr == VR::SQ => {
                push(&mut levels, true)?;
                header.value
            }
            tag => {
                let end = value_end(&header, limit)?;
                if tag == tags::PIXEL_DATA && levels.is_empty() {
                    pixels = Some(Pixels::Native(header.value..end));
                }
                end
            }
        };
    }
}

/// Compressed fragments up to the sequence's end; the first item is the offset table.
fn fragments(bytes: &[u8], start: usize, limit: usize) -> Result<(Vec<Range<usize>>, usize)> {
    let mut found = Vec::new();
    let mut at = start;
    loop {
        let header = header(&bytes[..limit], at, true)?;
        match header.tag {
            SEQUENCE_END => {
                let skipped = found.into_iter().skip(1).collect();
                return Ok((skipped, header.value));
            }
            ITEM if header.length != UNDEFINED && found.len() < MAX_ELEMENTS => {
                let end = value_end(&header, limit)?;
                found.push(header.value..end);
                at = end;
            }
            tag => return Err(misplaced(at, tag)),
        }
    }
}

fn truncated(at: usize, what: &str) -> Error {
    Error::format(what).at(format!("byte {at}")).help("the file is truncated")
}

fn misplaced(at: usize, tag: Tag) -> Error {
    Error::format(format!("DICOM element {tag} cannot stand here")).at(format!("byte {at}"))
}

fn value_end(header: &Header, limit: usize) -> Result<usize> {
    let left = limit.saturating_sub(header.value);
    let length = usize::try_from(header.length).unwrap_or(usize::MAX);
    if header.length == UNDEFINED || length > left {
        let message = format!("DICOM element {} has {} bytes, {left} are left", header.tag, header.length);
        return Err(truncated(header.value, &message));
    }
    Ok(header.value + length)
}

/// Reads an element's header in little endian (PS3.5, 7.1).
fn header(bytes: &[u8], at: usize, implicit: bool) -> Result<Header> {
    let part = |from: usize, length: usize| {
        let place = at.saturating_add(from);
        bytes.get(place..place.saturating_add(length)).ok_or_else(|| truncated(at, "a DICOM element ends too early"))
    };
    let short = |from| part(from, 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let long = |from| part(from, 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let tag = Tag(short(0)?, short(2)?);
    if tag.group() == 0xfffe {
        return Ok(Header { tag, vr: VR::UN, length: long(4)?, value: at + 8 });
    }
    if implicit {
        let vr = if tag == tags::PIXEL_DATA {
            VR::OW
        } else {
            StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr().relaxed())
        };
        return Ok(Header { tag, vr, length: long(4)?, value: at + 8 });
    }
    let letters = part(4, 2)?;
    let vr = VR::from_binary([letters[0], letters[1]]).unwrap_or(VR::UN);
    let is_short = matches!(
        vr,
        VR::AE
            | VR::AS
            | VR::AT
            | VR::CS
            | VR::DA
            | VR::DS
            | VR::DT
            | VR::FL
            | VR::FD
            | VR::IS
            | VR::LO
            | VR::LT
            | VR::PN
            | VR::SH
            | VR::SL
            | VR::SS
            | VR::ST
            | VR::TM
            | VR::UI
            | VR::UL
            | VR::US
    );
    if is_short {
        return Ok(Header { tag, vr, length: short(6)?.into(), value: at + 8 });
    }
    Ok(Header { tag, vr, length: long(8)?, value: at + 12 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    fn file(syntax: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x02\0\x10\0UI".to_vec();
        bytes.extend((syntax.len() as u16).to_le_bytes());
        bytes.extend(syntax.as_bytes());
        let mut all = b"\x02\0\0\0UL\x04\0".to_vec();
        all.extend((bytes.len() as u32).to_le_bytes());
        all.extend(bytes);
        all.extend(data);
        all
    }

    const EXPLICIT: &str = "1.2.840.10008.1.2.1";

    #[test]
    fn pixels_are_found_behind_nested_sequences() {
        // A sequence of undefined length with an item of undefined length, then 4 bytes of pixels.
        let mut data = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff".to_vec();
        data.extend(b"\x08\0\x50\x11UI\x02\x001\0\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0");
        data.extend(b"\xe0\x7f\x10\0OW\0\0\x04\0\0\0abcd");
        let bytes = file(EXPLICIT, &data);
        let layout = walk(&bytes).unwrap();
        let length = bytes.len();
        assert_eq!(layout.pixels, Some(Pixels::Native(length - 4..length)));
        assert_eq!((layout.meta, layout.transfer_syntax.as_str()), (0, EXPLICIT));
        for cut in 12..length {
            // Every truncation is either an error or has lost the pixels.
            assert!(walk(&bytes[..cut]).is_ok_and(|layout| layout.pixels.is_none()) || walk(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn lengths_beyond_the_file_are_refused() {
        let error = walk(&file(EXPLICIT, b"\x08\0\x05\0OB\0\0\xf0\xff\xff\xff")).unwrap_err();
        assert!(error.to_string().contains("has 4294967280 bytes, 0 are left"), "{error}");
    }

    #[test]
    fn deep_nesting_is_refused_without_recursion() {
        let mut data = Vec::new();
        for _ in 0..100_000 {
            data.extend(b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff");
        }
        let error = walk(&file(EXPLICIT, &data)).unwrap_err();
        assert_eq!(error.fault, Fault::Limit, "{error}");
    }

    #[test]
    fn other_syntaxes_and_wrong_meta_groups_are_told() {
        let error = walk(&file("1.2.840.10008.1.2.4.90", b"")).unwrap_err();
        assert_eq!(error.fault, Fault::Unsupported);
        assert!(error.to_string().contains("transfer syntax 1.2.840.10008.1.2.4.90, expected"), "{error}");
        let mut bytes = file(EXPLICIT, b"");
        bytes[8] = 99;
        assert!(walk(&bytes).unwrap_err().to_string().contains("not as long as it says"));
        assert!(walk(b"\x02\0\0\0UL\x04\0\0\0\0\0").unwrap_err().to_string().contains("no transfer syntax"));
    }

    #[test]
    fn a_delimiter_in_the_wrong_place_is_an_error() {
        for wrong in [b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0", b"\xfe\xff\0\xe0\0\0\0\0"] {
            assert!(walk(&file(EXPLICIT, wrong)).unwrap_err().to_string().contains("cannot stand here"));
        }
    }
}
