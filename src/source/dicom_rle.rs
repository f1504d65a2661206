//! Run-length data of DICOM files (PS3.5, annex G), checked before they are unpacked: the decoder ends with a panic where they
//! hold too little, and shifts the picture in silence where they hold too much.

use super::DAMAGED;
use crate::scan::{Error, Result};
use std::ops::Range;

/// Bytes of a frame's header: the number of segments, and where fifteen of them begin.
const HEADER: usize = 64;
/// Bytes that may follow a segment's last run: it is padded to an even length, and an end code costs one more.
const PADDING: usize = 3;

/// Checks one frame: so many segments, each with one byte for every pixel.
///
/// # Errors
/// A format error at the byte of the file where the data stop making sense.
pub(super) fn check(bytes: &[u8], fragment: &Range<usize>, pixels: usize, segments: usize) -> Result<()> {
    let wrong = |at: usize, message: String| Err(Error::format(message).at(format!("byte {at}")).help(DAMAGED));
    let frame = bytes.get(fragment.clone()).unwrap_or_default();
    let word = |index: usize| {
        let four = frame.get(4 * index..4 * index + 4).and_then(|four| four.try_into().ok());
        four.map_or(0, |four| u32::from_le_bytes(four) as usize)
    };
    if frame.len() < HEADER {
        return wrong(fragment.start, format!("the run-length header has {} bytes, expected {HEADER}", frame.len()));
    }
    if word(0) != segments {
        return wrong(fragment.start, format!("{} run-length segments, expected {segments}", word(0)));
    }
    for segment in 1..=segments {
        let (start, end) = (word(segment), if segment < segments { word(segment + 1) } else { frame.len() });
        if start < HEADER || start > end || end > frame.len() {
            let text = format!("run-length segment {segment} goes from {start} to {end} in {} bytes", frame.len());
            return wrong(fragment.start + 4 * segment, text);
        }
        let (mut at, mut found) = (start, 0);
        while found < pixels {
            let run = match frame[..end].get(at) {
                Some(&code @ 0..=127) => Some((usize::from(code) + 1, usize::from(code) + 2)),
                Some(128) => Some((0, 1)),
                Some(&code) => Some((257 - usize::from(code), 2)),
                None => None,
            };
            let Some((count, length)) = run.filter(|(_, length)| at + length <= end) else {
                let text = format!("run-length segment {segment} ends after {found} of {pixels} bytes");
                return wrong(fragment.start + at.min(end), text);
            };
            (at, found) = (at + length, found + count);
        }
        // A plane of an odd number of bytes may have been padded before it was packed.
        if found > pixels + 1 || end - at > PADDING {
            let more = found - pixels + end - at;
            return wrong(
                fragment.start + at,
                format!("run-length segment {segment} goes on for {more} bytes too many"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    /// A frame of two segments of 6 bytes, behind 10 bytes of something else.
    fn file(first: &[u8], second: &[u8]) -> (Vec<u8>, Range<usize>) {
        let mut frame = vec![0; HEADER];
        frame[0] = 2;
        frame[4] = HEADER as u8;
        frame[8] = (HEADER + first.len()) as u8;
        frame.extend_from_slice(first);
        frame.extend_from_slice(second);
        let bytes = [vec![7; 10], frame].concat();
        let length = bytes.len();
        (bytes, 10..length)
    }

    #[test]
    fn sound_frames_pass_and_damage_is_told_with_its_byte() {
        // Five of a kind and one literal; six literals, a padding byte.
        let (good, whole) = file(&[252, 1, 0, 9], &[5, 1, 2, 3, 4, 5, 6, 0]);
        assert_eq!(check(&good, &whole, 6, 2), Ok(()));
        let text = |bytes: &[u8], range: &Range<usize>, segments| {
            let error = check(bytes, range, 6, segments).unwrap_err();
            assert_eq!(error.fault, Fault::Format);
            assert!(error.to_string().ends_with(DAMAGED), "{error}");
            error.to_string()
        };
        let (short, range) = file(&[252, 1], &[5, 1, 2, 3, 4, 5, 6, 0]);
        assert!(text(&short, &range, 2).starts_with("byte 76: run-length segment 1 ends after 5 of 6 bytes"));
        let (long, range) = file(&[252, 1, 0, 9], &[200, 1, 2, 3]);
        assert!(text(&long, &range, 2).starts_with("byte 80: run-length segment 2 goes on for"));
        let (left, range) = file(&[252, 1, 0, 9], &[251, 1, 2, 3, 4, 5, 6, 0]);
        assert!(text(&left, &range, 2).contains("6 bytes too many"), "{}", text(&left, &range, 2));
        assert!(text(&good, &whole, 1).starts_with("byte 10: 2 run-length segments, expected 1"));
        assert!(text(&good, &(10..30), 2).contains("header has 20 bytes"));
        let mut beyond = good.clone();
        beyond[10 + 8] = 255;
        assert!(text(&beyond, &whole, 2).starts_with("byte 14: run-length segment 1 goes from 64 to 255"));
    }
}
