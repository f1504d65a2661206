//! LZW pages of TIFF files, decoded here a whole strip or tile at a time.
//!
//! `tiff` 0.11 reads tiles at the right edge row by row, and its LZW reader then fails on files that are sound
//! (image-tiff issue 395); it also wants an end code that some writers leave out. One call per chunk has neither fault.

use super::limits::zeroed;
use crate::scan::{Error, Result};
use ::tiff::decoder::DecodingResult;
use ::tiff::tags::SampleFormat;
use weezl::{BitOrder, LzwStatus, decode::Decoder};

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
    let (chunk_width, chunk_height) = page.chunk;
    let (planes, samples) = if page.planar { (page.count, 1) } else { (1, page.count) };
    let pixel = samples * page.size;
    let (across, down) = (page.width.div_ceil(chunk_width), page.height.div_ceil(chunk_height));
    if page.chunks.len() != across * down * planes {
        return Err(Error::format(format!("{} chunks, expected {}", page.chunks.len(), across * down * planes)));
    }
    let row = page.width * pixel;
    let mut all = zeroed::<u8>(row * page.height * planes)?;
    let mut buffer = zeroed::<u8>(chunk_width * chunk_height.min(page.height) * pixel)?;
    for (index, &(offset, length)) in page.chunks.iter().enumerate() {
        let (plane, within) = (index / (across * down), index % (across * down));
        let (x, y) = (within % across * chunk_width, within / across * chunk_height);
        let (columns, rows) = (chunk_width.min(page.width - x), chunk_height.min(page.height - y));
        let chunk_row = chunk_width * pixel;
        let place = || format!("{} {index}", if page.tiled { "tile" } else { "strip" });
        let packed = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(offset, length)| bytes.get(offset..offset.checked_add(length)?))
            .ok_or_else(|| {
                Error::format("the data lie beyond the file's end").at(place()).help("the file is truncated")
            })?;
        // The rows below the image are padding and need not be unpacked.
        let unpacked = &mut buffer[..chunk_row * rows];
        unpack(packed, unpacked).map_err(|error| error.at(place()))?;
        for (line, part) in unpacked.chunks_exact_mut(chunk_row).enumerate() {
            match page.predictor {
                1 => {}
                2 => sum(part, samples, page.size, page.big_endian),
                _ => unshuffle(part, samples)?,
            }
            let at = (plane * page.height + y + line) * row + x * pixel;
            all[at..at + columns * pixel].copy_from_slice(&part[..columns * pixel]);
        }
    }
    drop(buffer);
    typed(all, page)
}

/// Fills `to` from LZW data.
fn unpack(packed: &[u8], to: &mut [u8]) -> Result<()> {
    let mut decoder = Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let (mut read, mut written) = (0, 0);
    while written < to.len() {
        let step = decoder.decode_bytes(&packed[read..], &mut to[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        let ended = match step.status {
            Ok(LzwStatus::Done) => true,
            Ok(_) => step.consumed_in == 0 && step.consumed_out == 0,
            Err(error) => return Err(Error::format(format!("damaged LZW data: {error}"))),
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
            for at in samples..words.len() {
                let (before, now) = (words[at - samples], words[at]);
                words[at] = if big_endian {
                    <$word>::from_be_bytes(before).wrapping_add(<$word>::from_be_bytes(now)).to_be_bytes()
                } else {
                    <$word>::from_le_bytes(before).wrapping_add(<$word>::from_le_bytes(now)).to_le_bytes()
                };
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

fn typed(all: Vec<u8>, page: &Page) -> Result<DecodingResult> {
    let big_endian = page.big_endian || page.predictor == 3;
    macro_rules! words {
        ($word:ty) => {{
            const SIZE: usize = size_of::<$word>();
            let (words, _) = all.as_chunks::<SIZE>();
            if big_endian {
                words.iter().map(|&word| <$word>::from_be_bytes(word)).collect()
            } else {
                words.iter().map(|&word| <$word>::from_le_bytes(word)).collect()
            }
        }};
    }
    Ok(match (page.format, page.size) {
        (SampleFormat::Uint, 1) => DecodingResult::U8(all),
        (SampleFormat::Uint, 2) => DecodingResult::U16(words!(u16)),
        (SampleFormat::Uint, _) => DecodingResult::U32(words!(u32)),
        (SampleFormat::Int, 1) => DecodingResult::I8(words!(i8)),
        (SampleFormat::Int, 2) => DecodingResult::I16(words!(i16)),
        (SampleFormat::Int, _) => DecodingResult::I32(words!(i32)),
        (SampleFormat::IEEEFP, 4) => DecodingResult::F32(words!(f32)),
        (format, size) => {
            return Err(Error::unsupported(format!("samples of {} bits in format {format:?}", 8 * size)));
        }
    })
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
    fn short_missing_and_superfluous_chunks_are_errors() {
        let (bytes, good) = page(&[vec![0; 8], vec![0; 8]]);
        let text = |page: &Page, bytes: &[u8]| read(bytes, page).unwrap_err().to_string();
        assert!(text(&good, &bytes[..bytes.len() - 1]).contains("tile 1: the data lie beyond"));
        let mut short = good.clone();
        short.chunks[1].1 = 2;
        assert!(text(&short, &bytes).contains("tile 1: LZW data hold"), "{}", text(&short, &bytes));
        let mut missing = good;
        missing.chunks.pop();
        assert!(text(&missing, &bytes).contains("1 chunks, expected 2"));
    }
}
