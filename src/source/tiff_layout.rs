//! The chain of TIFF directories, walked before the decoder sees it.
//!
//! The decoder turns white-is-zero values round (65535 - v, and 1 - v for floats, which rounds). Scans must
//! keep the values that were stored, so the decoder is shown the same file with every page declared
//! black-is-zero; which pages said otherwise is remembered here.

use crate::scan::{Error, Result};
use std::io::{Cursor, Read, Result as IoResult, Seek, SeekFrom};

/// The longest chain that is followed: thumbnails count too.
const MAX_DIRECTORIES: usize = 4096;

/// What must be known of a page before it is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Directory {
    /// A thumbnail or a transparency mask (`NewSubfileType`, or the older `SubfileType` 2).
    pub reduced: bool,
    /// Where the byte that says 'white is zero' stands.
    pub white_is_zero: Option<usize>,
}

/// Little or big-endian numbers in classic or big files.
struct Words<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Words<'_> {
    fn number(&self, at: usize, length: usize) -> Option<u64> {
        let part = self.bytes.get(at..at.checked_add(length)?)?;
        let join = |sum: u64, &byte: &u8| (sum << 8) | u64::from(byte);
        Some(if self.big_endian { part.iter().fold(0, join) } else { part.iter().rev().fold(0, join) })
    }
}

/// The main chain's directories in order.
pub(super) fn directories(bytes: &[u8]) -> Result<Vec<Directory>> {
    let words = Words { bytes, big_endian: bytes.first() == Some(&b'M') };
    let big = words.number(2, 2) == Some(43);
    // (first offset at, its length, length of the count, of an entry, of an offset)
    let (first, count_length, entry_length, offset_length) = if big { (8, 8, 20, 8) } else { (4, 2, 12, 4) };
    let truncated = |at: u64| {
        Error::format("the TIFF directory lies beyond the file's end")
            .at(format!("byte {at}"))
            .help("the file is truncated")
    };
    let mut next = words.number(first, offset_length).ok_or_else(|| truncated(first as u64))?;
    let mut seen = std::collections::BTreeSet::new();
    let mut all = Vec::new();
    while next != 0 {
        if !seen.insert(next) {
            return Err(Error::format("the TIFF directories form a loop").at(format!("byte {next}")));
        }
        if all.len() == MAX_DIRECTORIES {
            return Err(Error::limit(format!("file has more than {MAX_DIRECTORIES} pages")));
        }
        let (directory, following) = usize::try_from(next)
            .ok()
            .and_then(|at| directory(&words, at, count_length, entry_length, offset_length))
            .ok_or_else(|| truncated(next))?;
        all.push(directory);
        next = following;
    }
    if all.is_empty() {
        return Err(Error::format("the TIFF file has no pages"));
    }
    Ok(all)
}

fn directory(words: &Words<'_>, at: usize, count: usize, entry: usize, offset: usize) -> Option<(Directory, u64)> {
    let entries = usize::try_from(words.number(at, count)?).ok()?;
    let start = at.checked_add(count)?;
    let end = start.checked_add(entries.checked_mul(entry)?)?;
    let following = words.number(end, offset)?;
    let mut found = Directory::default();
    for index in 0..entries {
        let tag_at = start + index * entry;
        let value_at = tag_at + entry - offset;
        let (tag, kind) = (words.number(tag_at, 2)?, words.number(tag_at + 2, 2)?);
        let length = match kind {
            1 => 1,
            3 => 2,
            4 => 4,
            _ => continue,
        };
        let value = words.number(value_at, length)?;
        match tag {
            // NewSubfileType: bit 0 a reduced image, bit 2 a mask.
            254 => found.reduced |= value & 0b101 != 0,
            255 => found.reduced |= value == 2,
            262 if value == 0 => {
                found.white_is_zero = Some(value_at + if words.big_endian { length - 1 } else { 0 });
            }
            _ => {}
        }
    }
    Some((found, following))
}

/// The file as the decoder is shown it: every white-is-zero page declared black-is-zero.
pub(super) struct AsStored<'a> {
    inner: Cursor<&'a [u8]>,
    patches: Vec<u64>,
}

impl<'a> AsStored<'a> {
    pub(super) fn new(bytes: &'a [u8], directories: &[Directory]) -> Self {
        let patches = directories.iter().filter_map(|directory| directory.white_is_zero).map(|at| at as u64).collect();
        Self { inner: Cursor::new(bytes), patches }
    }
}

impl Read for AsStored<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let start = self.inner.position();
        let length = self.inner.read(buffer)?;
        for &patch in &self.patches {
            if let Some(byte) = patch.checked_sub(start).and_then(|at| buffer[..length].get_mut(at as usize)) {
                *byte = 1;
            }
        }
        Ok(length)
    }
}

impl Seek for AsStored<'_> {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little-endian file with one directory of SHORT entries.
    fn file(entries: &[(u16, u16)], next: u32) -> Vec<u8> {
        let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend([3, 0, 1, 0, 0, 0]);
            bytes.extend(value.to_le_bytes());
            bytes.extend([0, 0]);
        }
        bytes.extend(next.to_le_bytes());
        bytes
    }

    #[test]
    fn white_is_zero_is_found_and_shown_as_black_is_zero() {
        let bytes = file(&[(254, 0), (262, 0)], 0);
        let found = directories(&bytes).unwrap();
        assert_eq!(found, [Directory { reduced: false, white_is_zero: Some(30) }]);
        let mut shown = Vec::new();
        AsStored::new(&bytes, &found).read_to_end(&mut shown).unwrap();
        assert_eq!(shown[30], 1);
        shown[30] = 0;
        assert_eq!(shown, bytes);
        let mut reader = AsStored::new(&bytes, &found);
        reader.seek(SeekFrom::Start(30)).unwrap();
        let mut one = [7];
        reader.read_exact(&mut one).unwrap();
        assert_eq!(one, [1]);
    }

    #[test]
    fn thumbnails_and_masks_are_told() {
        for (entry, reduced) in
            [((254, 1), true), ((254, 4), true), ((255, 2), true), ((254, 2), false), ((255, 1), false)]
        {
            assert_eq!(directories(&file(&[entry], 0)).unwrap()[0].reduced, reduced, "{entry:?}");
        }
    }

    #[test]
    fn loops_and_ends_are_errors() {
        let text = |bytes: &[u8]| directories(bytes).unwrap_err().to_string();
        assert!(text(&file(&[(254, 0)], 8)).contains("form a loop"));
        assert!(text(&file(&[(254, 0)], 9999)).contains("beyond the file's end"));
        assert!(text(b"II\x2a\0\0\0\0\0").contains("no pages"));
        assert!(text(b"II\x2a\0").contains("beyond"));
        assert!(text(b"II\x2b\0\x08\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff").contains("beyond"));
    }
}
