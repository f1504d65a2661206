//! The chain of TIFF directories, walked before the decoder sees it.
//!
//! The decoder turns white-is-zero values round (65535 - v, and 1 - v for floats, which rounds). Scans must
//! keep the values that were stored, so the decoder is shown the same file with every page declared
//! black-is-zero; which pages said otherwise is remembered here.
//!
//! The decoder also takes memory for as many values as a tag claims, so the tags that are read must lie in the file.

use crate::scan::{Error, Result};
use std::io::{Cursor, Read, Result as IoResult, Seek, SeekFrom};
use std::ops::Range;

/// The longest chain that is followed: thumbnails count too.
const MAX_DIRECTORIES: usize = 4096;

/// The most values of one tag: a strip for each row of a tall image, with room to spare.
const MAX_VALUES: u64 = 1 << 20;

/// The tags that the decoder or portray reads; what others hold is never looked at.
const READ: [u64; 30] = [
    254, 255, 256, 257, 258, 259, 262, 270, 271, 272, 273, 277, 278, 279, 281, 282, 283, 284, 296, 306, 317, 322, 323,
    324, 325, 330, 338, 339, 347, 530,
];

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
        let at = usize::try_from(next).map_err(|_| truncated(next))?;
        let (entries, following) =
            entries(&words, at, count_length, entry_length, offset_length).ok_or_else(|| truncated(next))?;
        let directory = directory(&words, entries, entry_length, offset_length)
            .map_err(|error| error.at(format!("page {}", all.len() + 1)))?;
        all.push(directory);
        next = following;
    }
    if all.is_empty() {
        return Err(Error::format("the TIFF file has no pages"));
    }
    Ok(all)
}

/// Where a directory's entries stand, and the offset of the next directory.
fn entries(words: &Words<'_>, at: usize, count: usize, entry: usize, offset: usize) -> Option<(Range<usize>, u64)> {
    let entries = usize::try_from(words.number(at, count)?).ok()?;
    let start = at.checked_add(count)?;
    let end = start.checked_add(entries.checked_mul(entry)?)?;
    Some((start..end, words.number(end, offset)?))
}

fn directory(words: &Words<'_>, entries: Range<usize>, entry: usize, offset: usize) -> Result<Directory> {
    let number = |at, length| words.number(at, length).unwrap_or_default();
    let mut found = Directory::default();
    for tag_at in entries.step_by(entry) {
        let value_at = tag_at + entry - offset;
        let tag = number(tag_at, 2);
        let kind = number(tag_at + 2, 2);
        let size = match kind {
            _ if !READ.contains(&tag) => continue,
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            // The decoder skips what has no known type.
            _ => continue,
        };
        let count = number(tag_at + 4, offset);
        let length = count.saturating_mul(size as u64);
        // Short values stand in the entry itself.
        let end = if length <= offset as u64 { 0 } else { number(value_at, offset).saturating_add(length) };
        if count > MAX_VALUES {
            return Err(Error::limit(format!("TIFF tag {tag} has {count} values, expected at most {MAX_VALUES}")));
        }
        if end > words.bytes.len() as u64 {
            return Err(Error::format(format!("the values of TIFF tag {tag} lie beyond the file's end"))
                .help("the file is truncated"));
        }
        if count != 1 || !matches!(kind, 1 | 3 | 4) {
            continue;
        }
        let value = number(value_at, size);
        match tag {
            // NewSubfileType: bit 0 a reduced image, bit 2 a mask.
            254 => found.reduced |= value & 0b101 != 0,
            255 => found.reduced |= value == 2,
            262 if value == 0 => {
                found.white_is_zero = Some(value_at + if words.big_endian { size - 1 } else { 0 });
            }
            _ => {}
        }
    }
    Ok(found)
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
    fn tags_that_claim_too_much_are_refused_and_unread_ones_ignored() {
        let claim = |tag: u16, kind: u8, count: u32| {
            let mut bytes = b"II\x2a\0\x08\0\0\0\x01\0".to_vec();
            bytes.extend(tag.to_le_bytes());
            bytes.extend([kind, 0]);
            bytes.extend(count.to_le_bytes());
            bytes.extend([0; 8]);
            directories(&bytes)
        };
        assert!(claim(270, 2, 27).unwrap_err().to_string().contains("tag 270 lie beyond the file's end"));
        assert!(claim(270, 2, 26).is_ok());
        assert!(claim(273, 4, u32::MAX).unwrap_err().to_string().contains("tag 273 has 4294967295 values"));
        assert!(claim(34675, 7, u32::MAX).is_ok());
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
