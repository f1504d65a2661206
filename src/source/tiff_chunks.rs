//! LZW and Deflate pages of TIFF files, decoded here a whole strip or tile at a time.
//!
//! `tiff` 0.11 reads tiles at the right edge row by row, and its LZW reader then fails on files that are sound
//! (image-tiff issue 395); it also wants an end code that some writers leave out. One call per chunk has neither fault.
//! Deflate is here for speed: strips are unpacked where their samples will stay, and differences are added up in a
//! register; together with the decoder that PNG files go through this takes about half of the time.

use super::DAMAGED;
use super::limits::zeroed;
use crate::scan::{Error, Result};
use ::tiff::decoder::DecodingResult;
use ::tiff::tags::SampleFormat;
use fdeflate::{DecompressionError, Decompressor};
use weezl::{BitOrder, LzwStatus, decode::Decoder};

/// How chunks are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Lzw,
    /// A zlib stream: both of TIFF's Deflate numbers.
    Deflate,
}

/// How a page is cut and stored.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub width: usize,
    pub height: usize,
    /// Samples per pixel.
    pub count: usize,
    /// Whether every sample has chunks of its own.
    pub planar: bool,
    /// Bytes per sample: 1, 2 or 4.
    pub size: usize,
    pub format: SampleFormat,
    pub big_endian: bool,
    pub packing: Packing,
    /// The `Predictor` tag: 1 none, 2 horizontal differences, 3 floating point.
    pub predictor: u16,
    /// The size of a chunk; the last strips are shorter, tiles never are.
    pub chunk: (usize, usize),
    pub tiled: bool,
    /// Offset and length of every chunk.
    pub chunks: Vec<(u64, u64)>,
}

/// Decodes a page to what `tiff` would have given: all planes one after the other, or samples side by side.
pub(super) fn read(bytes: &[u8], page: &Page) -> Result<DecodingResult> {
    let count = page.width * page.height * page.count;
    let swapped = (page.big_endian || page.predictor == 3) != cfg!(target_endian = "big");
    macro_rules! samples {
        ($value:ty, $bits:ty, $kind:ident) => {{
            let mut values = zeroed::<$value>(count)?;
            fill(bytes, page, bytemuck::cast_slice_mut(&mut values))?;
            if swapped {
                for bits in bytemuck::cast_slice_mut::<$value, $bits>(&mut values) {
                    *bits = bits.swap_bytes();
                }
            }
            DecodingResult::$kind(values)
        }};
    }
    Ok(match (page.format, page.size) {
        (SampleFormat::Uint, 1) => samples!(u8, u8, U8),
        (SampleFormat::Uint, 2) => samples!(u16, u16, U16),
        (SampleFormat::Uint, _) => samples!(u32, u32, U32),
        (SampleFormat::Int, 1) => samples!(i8, u8, I8),
        (SampleFormat::Int, 2) => samples!(i16, u16, I16),
        (SampleFormat::Int, _) => samples!(i32, u32, I32),
        (SampleFormat::IEEEFP, 4) => samples!(f32, u32, F32),
        (format, size) => {
            return Err(Error::unsupported(format!("samples of {} bits in format {format:?}", 8 * size)));
        }
    })
}

/// Fills `all`, the page's bytes, from its chunks; predictors are undone, the byte order stays the file's (but see
/// [`unshuffle`]).
fn fill(bytes: &[u8], page: &Page, all: &mut [u8]) -> Result<()> {
    let (chunk_width, chunk_height) = page.chunk;
    let (planes, samples) = if page.planar { (page.count, 1) } else { (1, page.count) };
    let pixel = samples * page.size;
    let (across, down) = (page.width.div_ceil(chunk_width), page.height.div_ceil(chunk_height));
    if page.chunks.len() != across * down * planes {
        return Err(Error::format(format!("{} chunks, expected {}", page.chunks.len(), across * down * planes)));
    }
    let (row, chunk_row) = (page.width * pixel, chunk_width * pixel);
    // A chunk as wide as the page needs no place of its own.
    let whole = chunk_width == page.width;
    let mut buffer = zeroed::<u8>(if whole { 0 } else { chunk_row * chunk_height.min(page.height) })?;
    for (index, &(offset, length)) in page.chunks.iter().enumerate() {
        let (plane, within) = (index / (across * down), index % (across * down));
        let (x, y) = (within % across * chunk_width, within / across * chunk_height);
        let (columns, rows) = (chunk_width.min(page.width - x), chunk_height.min(page.height - y));
        let place = || format!("{} {}", if page.tiled { "tile" } else { "strip" }, index + 1);
        let packed = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(offset, length)| bytes.get(offset..offset.checked_add(length)?))
            .ok_or_else(|| {
                Error::format("the data lie beyond the file's end").at(place()).help("the file is truncated")
            })?;
        let at = (plane * page.height + y) * row + x * pixel;
        // The rows below the image are padding and need not be unpacked.
        let unpacked = if whole { &mut all[at..at + row * rows] } else { &mut buffer[..chunk_row * rows] };
        match page.packing {
            Packing::Lzw => unlzw(packed, unpacked),
            Packing::Deflate => inflate(packed, unpacked),
        }
        .map_err(|error| error.at(place()))?;
        for line in unpacked.chunks_exact_mut(chunk_row) {
            match page.predictor {
                1 => {}
                2 => sum(line, samples, page.size, page.big_endian),
                _ => unshuffle(line, samples)?,
            }
        }
        if !whole {
            for (line, part) in buffer[..chunk_row * rows].chunks_exact(chunk_row).enumerate() {
                let at = at + line * row;
                all[at..at + columns * pixel].copy_from_slice(&part[..columns * pixel]);
            }
        }
    }
    Ok(())
}

/// Fills `to` from a zlib stream. What the stream holds beyond that is not looked at.
fn inflate(packed: &[u8], to: &mut [u8]) -> Result<()> {
    let mut decoder = Decompressor::new();
    let (mut read, mut written) = (0, 0);
    while written < to.len() && !decoder.is_done() {
        let (consumed, produced) = decoder.read(&packed[read..], to, written, true).map_err(|error| match error {
            DecompressionError::InsufficientInput => {
                Error::format(format!("the Deflate data end early, expected {} bytes of samples", to.len()))
                    .help("the file is truncated")
            }
            DecompressionError::WrongChecksum => {
                Error::format("the checksum of the Deflate data does not match their bytes").help(DAMAGED)
            }
            _ => Error::format("the Deflate data hold what no compressor writes").help(DAMAGED),
        })?;
        read += consumed;
        written += produced;
        if (consumed, produced) == (0, 0) && !decoder.is_done() {
            break;
        }
    }
    if written < to.len() {
        return Err(Error::format(format!("Deflate data hold {written} bytes, expected {}", to.len()))
            .help("the file is truncated"));
    }
    Ok(())
}

/// Fills `to` from LZW data.
fn unlzw(packed: &[u8], to: &mut [u8]) -> Result<()> {
    let mut decoder = Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let (mut read, mut written) = (0, 0);
    while written < to.len() {
        let step = decoder.decode_bytes(&packed[read..], &mut to[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        let ended = match step.status {
            Ok(LzwStatus::Done) => true,
            Ok(_) => step.consumed_in == 0 && step.consumed_out == 0,
            Err(error) => return Err(Error::format(format!("damaged LZW data: {error}")).help(DAMAGED)),
        };
        if ended && written < to.len() {
            return Err(Error::format(format!("LZW data hold {written} bytes, expected {}", to.len()))
                .help("the file is truncated"));
        }
    }
    Ok(())
}

/// Undoes horizontal differences (TIFF 6.0, section 14) in a row that stays in the file's byte order.
fn sum(row: &mut [u8], samples: usize, size: usize, big_endian: bool) {
    macro_rules! add {
        ($word:ty) => {{
            const SIZE: usize = size_of::<$word>();
            let (words, _) = row.as_chunks_mut::<SIZE>();
            let read = |word| if big_endian { <$word>::from_be_bytes(word) } else { <$word>::from_le_bytes(word) };
            let write = |value: $word| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
            if samples == 1 {
                // The running sum stays in a register: reading back what was just written takes five times as long.
                let mut value: $word = 0;
                for word in words {
                    value = value.wrapping_add(read(*word));
                    *word = write(value);
                }
                return;
            }
            for at in samples..words.len() {
                words[at] = write(read(words[at - samples]).wrapping_add(read(words[at])));
            }
        }};
    }
    match size {
        1 => add!(u8),
        2 => add!(u16),
        _ => add!(u32),
    }
}

/// Undoes the floating-point predictor (Adobe TIFF technical note 3): differences of bytes, the most significant
/// bytes of all samples first. The row is big-endian afterwards, whatever the file is.
fn unshuffle(row: &mut [u8], samples: usize) -> Result<()> {
    for at in samples..row.len() {
        row[at] = row[at].wrapping_add(row[at - samples]);
    }
    let count = row.len() / 4;
    let mut turned = zeroed::<u8>(row.len())?;
    for (at, word) in turned.chunks_exact_mut(4).enumerate() {
        for (byte, value) in word.iter_mut().enumerate() {
            *value = row[byte * count + at];
        }
    }
    row.copy_from_slice(&turned);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use weezl::encode::Encoder;

    /// A page of 3 x 2 pixels in tiles of 2 x 2, stored big-endian in horizontal differences.
    fn page(tiles: &[Vec<u8>]) -> (Vec<u8>, Page) {
        let mut bytes = vec![0; 8];
        let mut chunks = Vec::new();
        for tile in tiles {
            let packed = Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(tile).unwrap();
            chunks.push((bytes.len() as u64, packed.len() as u64));
            bytes.extend(packed);
        }
        let page = Page {
            width: 3,
            height: 2,
            count: 1,
            planar: false,
            size: 2,
            format: SampleFormat::Uint,
            big_endian: true,
            packing: Packing::Lzw,
            predictor: 2,
            chunk: (2, 2),
            tiled: true,
            chunks,
        };
        (bytes, page)
    }

    #[test]
    fn tiles_are_summed_and_cut() {
        let (bytes, page) = page(&[vec![1, 0, 0, 5, 255, 255, 0, 2], vec![0, 9, 7, 7, 0, 8, 7, 7]]);
        match read(&bytes, &page).unwrap() {
            DecodingResult::U16(values) => assert_eq!(values, [256, 261, 9, 65535, 1, 8]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn deflate_strips_are_unpacked_in_place_and_summed_in_both_byte_orders() {
        for big_endian in [false, true] {
            let word = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
            let strips = [[1u16, 2, 65535, 300, 0, 5], [7, 65530, 0, 9, 9, 9]];
            let packed = strips.map(|strip| fdeflate::compress_to_vec(&strip.map(word).concat()));
            let bytes = packed.concat();
            let page = Page {
                width: 3,
                height: 4,
                count: 1,
                planar: false,
                size: 2,
                format: SampleFormat::Uint,
                big_endian,
                packing: Packing::Deflate,
                predictor: 2,
                chunk: (3, 2),
                tiled: false,
                chunks: vec![(0, packed[0].len() as u64), (packed[0].len() as u64, packed[1].len() as u64)],
            };
            match read(&bytes, &page).unwrap() {
                DecodingResult::U16(values) => assert_eq!(values, [1, 3, 2, 300, 300, 305, 7, 1, 1, 9, 18, 27]),
                other => panic!("{other:?}"),
            }
            let text = |page: &Page, bytes: &[u8]| read(bytes, page).unwrap_err().to_string();
            let mut short = page.clone();
            short.chunks[1].1 -= 8;
            assert!(text(&short, &bytes).starts_with("strip 2: "), "{}", text(&short, &bytes));
            let mut few = page.clone();
            few.chunks[1] = few.chunks[0];
            few.chunk = (3, 4);
            few.chunks.truncate(1);
            assert!(text(&few, &bytes).contains("Deflate data hold 12 bytes, expected 24"), "{}", text(&few, &bytes));
            let mut damaged = bytes.clone();
            *damaged.last_mut().unwrap() ^= 1;
            assert!(
                text(&page, &damaged).contains(
                    "strip 2: the checksum of the Deflate data does not match their bytes; the file is damaged"
                )
            );
        }
    }

    #[test]
    fn short_missing_and_superfluous_chunks_are_errors() {
        let (bytes, good) = page(&[vec![0; 8], vec![0; 8]]);
        let text = |page: &Page, bytes: &[u8]| read(bytes, page).unwrap_err().to_string();
        assert!(text(&good, &bytes[..bytes.len() - 1]).contains("tile 2: the data lie beyond"));
        let mut short = good.clone();
        short.chunks[1].1 = 2;
        assert!(text(&short, &bytes).contains("tile 2: LZW data hold"), "{}", text(&short, &bytes));
        let mut missing = good;
        missing.chunks.pop();
        assert!(text(&missing, &bytes).contains("1 chunks, expected 2"));
    }
}
