//! Compressed run lengths of the COCO API: numbers in groups of five bits, each a letter from `0` on, from the third
//! number on as the difference from the number two before it.
//!
//! Source: `rleFrString` of the COCO API (Lin and Dollár).

use crate::scan::{Error, Result};

/// The run lengths of a compressed text.
///
/// # Errors
/// A format error for letters outside the alphabet, numbers that break off or are too large, and negative lengths.
pub(super) fn unpack(text: &str) -> Result<Vec<u32>> {
    let mut letters = text.bytes();
    let mut counts: Vec<i64> = Vec::new();
    while let Some(first) = letters.next() {
        let (mut value, mut shift, mut letter) = (0i64, 0u32, first);
        loop {
            let bits = letter.checked_sub(48).filter(|bits| *bits < 64).ok_or_else(broken)?;
            value |= i64::from(bits & 0x1f) << shift;
            shift += 5;
            if bits & 0x20 == 0 {
                if bits & 0x10 != 0 {
                    value |= -1i64 << shift;
                }
                break;
            }
            if shift > 35 {
                return Err(broken());
            }
            letter = letters.next().ok_or_else(broken)?;
        }
        // The first three stand as they are: only runs of the same kind are alike.
        if counts.len() > 2 {
            value += counts[counts.len() - 2];
        }
        counts.push(value);
    }
    counts.into_iter().map(|count| u32::try_from(count).map_err(|_| broken())).collect()
}

fn broken() -> Error {
    Error::format("`counts` is no compressed run-length text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_coco_api_are_read() {
        // pycocotools 2.0.11, `mask.encode`: a mask of 7 x 9 with rows 2..5 and columns 3..8, and one of 300 x 200 with rows
        // 10..200 and columns 50..52.
        assert_eq!(unpack("g03400000005").unwrap(), [23, 3, 4, 3, 4, 3, 4, 3, 4, 3, 9]);
        assert_eq!(unpack("Re>n5^30V[[1").unwrap(), [15_010, 190, 110, 190, 44_500]);
        assert_eq!(unpack("021O").unwrap(), [0, 2, 1, 1]);
    }

    #[test]
    fn broken_texts_are_refused() {
        for text in ["P", "PPPPPPPPPPPP0", "\u{7f}", "!", "@0"] {
            assert!(unpack(text).is_err(), "{text}");
        }
        assert!(unpack("").unwrap().is_empty());
    }
}
