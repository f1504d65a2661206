//! The LZW variant of TIFF (TIFF 6.0, section 13): codes of 9 to 12 bits, most significant bit first, widened one code early.
//!
//! Every string in the code table is a piece of what was already written: the string of the code before, and the byte
//! after it. So the table holds places and lengths, and a code is one copy within the output.

use crate::scan::{Error, Result};

const CLEAR: usize = 256;
const END: usize = 257;
const CODES: usize = 4096;

/// A string that was written before: where it starts, and how long it is.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    start: u32,
    length: u32,
}

/// Codes out of bytes.
struct Bits<'a> {
    bytes: &'a [u8],
    /// The next bits, from the top down.
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// The next `width` bits, at most 12; nothing at the end.
    fn take(&mut self, width: u32) -> Option<usize> {
        if self.count < width {
            if let Some((first, rest)) = self.bytes.split_first_chunk::<4>() {
                self.held |= u64::from(u32::from_be_bytes(*first)) << (32 - self.count);
                self.count += 32;
                self.bytes = rest;
            } else {
                while let Some((&byte, rest)) = self.bytes.split_first() {
                    self.held |= u64::from(byte) << (56 - self.count);
                    self.count += 8;
                    self.bytes = rest;
                }
                if self.count < width {
                    return None;
                }
            }
        }
        let code = (self.held >> (64 - width)) as usize;
        self.held <<= width;
        self.count -= width;
        Some(code)
    }
}

/// Fills `to` from LZW data. What the data hold beyond that is not looked at, and neither is a missing end code, which
/// some writers leave out.
///
/// # Errors
/// A format error where the data end too early or hold a code that was not defined.
pub(super) fn unpack(packed: &[u8], to: &mut [u8]) -> Result<()> {
    if u32::try_from(to.len()).is_err() {
        return Err(Error::limit(format!("an LZW strip of {} bytes", to.len())));
    }
    let mut bits = Bits { bytes: packed, held: 0, count: 0 };
    let mut table = vec![Written::default(); CODES];
    let (mut width, mut next, mut at) = (9, END + 1, 0usize);
    let mut before: Option<Written> = None;
    while at < to.len() {
        let code = match bits.take(width) {
            Some(CLEAR) => {
                (width, next, before) = (9, END + 1, None);
                continue;
            }
            Some(END) | None => {
                return Err(Error::format(format!("LZW data hold {at} bytes, expected {}", to.len()))
                    .help("the file is truncated"));
            }
            Some(code) => code,
        };
        if let Some(before) = before
            && next < CODES
        {
            table[next] = Written { start: before.start, length: before.length + 1 };
            next += 1;
            if next + 1 >= 1 << width && width < 12 {
                width += 1;
            }
        }
        let length = if code < CLEAR {
            to[at] = code as u8;
            1
        } else if code < next {
            let Written { start, length } = table[code];
            copy(to, start as usize, at, length as usize);
            length
        } else {
            return Err(Error::format(format!("LZW code {code} after {at} bytes, expected less than {next}")));
        };
        before = Some(Written { start: at as u32, length });
        at += length as usize;
    }
    Ok(())
}

/// Copies `length` bytes from `start` to `at`, as many as fit; the last of them may be the first that is written.
#[inline]
fn copy(to: &mut [u8], start: usize, at: usize, length: usize) {
    /// Most strings are short: one copy of fixed size is far cheaper than one of any size, and what it writes
    /// beyond the string is overwritten by the next.
    const SHORT: usize = 16;
    if length <= SHORT
        && start + SHORT <= at
        && let (done, rest) = to.split_at_mut(at)
        && let (Some(from), Some(into)) = (done[start..].first_chunk::<SHORT>(), rest.first_chunk_mut::<SHORT>())
    {
        *into = *from;
    } else if start + length <= at {
        let length = length.min(to.len() - at);
        to.copy_within(start..start + length, at);
    } else {
        for offset in 0..length.min(to.len() - at) {
            to[at + offset] = to[start + offset];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use weezl::{BitOrder, encode::Encoder};

    fn packed(bytes: &[u8]) -> Vec<u8> {
        Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(bytes).unwrap()
    }

    fn unpacked(packed: &[u8], length: usize) -> Result<Vec<u8>> {
        let mut to = vec![0xaa; length];
        unpack(packed, &mut to).map(|()| to)
    }

    #[test]
    fn the_standards_example_is_read() {
        // TIFF 6.0, page 60: clear, 7, 258, 8, 8, 258, 6, 6, end.
        let codes = [256u32, 7, 258, 8, 8, 258, 6, 6, 257];
        let mut bits: Vec<u8> =
            codes.iter().flat_map(|code| (0..9).rev().map(move |bit| (code >> bit & 1) as u8)).collect();
        bits.resize(bits.len().next_multiple_of(8), 0);
        let bytes: Vec<u8> = bits.chunks(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect();
        assert_eq!(unpacked(&bytes, 9).unwrap(), [7, 7, 7, 8, 8, 7, 7, 6, 6]);
        assert!(unpacked(&bytes, 10).unwrap_err().to_string().contains("hold 9 bytes, expected 10"));
    }

    #[test]
    fn what_another_encoder_packs_is_unpacked() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut cases = 0;
        // From one value over and over (long strings, strings that overlap themselves) to noise (full tables).
        for range in [1u8, 2, 3, 17, 255] {
            for length in [0usize, 1, 2, 15, 16, 17, 255, 511, 512, 3839, 20_000, 200_000] {
                let bytes: Vec<u8> = (0..length).map(|_| random.random_range(0..range)).collect();
                assert_eq!(unpacked(&packed(&bytes), length).unwrap(), bytes, "{length} bytes below {range}");
                let some = length / 3;
                assert_eq!(unpacked(&packed(&bytes), some).unwrap(), bytes[..some]);
                cases += 1;
            }
        }
        assert_eq!(cases, 60);
    }

    #[test]
    fn an_end_code_is_not_needed_but_all_bytes_are() {
        let bytes: Vec<u8> = (0..=255).collect();
        let all = packed(&bytes);
        assert_eq!(unpacked(&all[..all.len() - 1], 256).unwrap(), bytes);
        assert!(unpacked(&all[..all.len() / 2], 256).is_err());
        assert!(unpacked(&[], 1).is_err());
    }

    #[test]
    fn codes_that_were_not_defined_are_errors() {
        // Clear, then 300.
        let error = unpacked(&[0x80, 0x4b, 0, 0], 4).unwrap_err();
        assert_eq!(error.to_string(), "LZW code 300 after 0 bytes, expected less than 258");
    }
}
