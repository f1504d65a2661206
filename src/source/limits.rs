//! What a file may ask for, checked before anything is allocated.

use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a file may ask for. Everything is checked against a header's words before memory is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Pixels per plane; 64 000 000 unless told. A 40-ft box at 3 mm a pixel has about 4 000 000.
    pub max_pixels: u64,
    /// Bytes per file; 1 GiB unless told.
    pub max_bytes: u64,
    /// Planes (pages, samples, frames) per file; 8 unless told.
    pub max_pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 64_000_000, max_bytes: 1 << 30, max_pages: 8 }
    }
}

impl Limits {
    /// The sides of an image as array lengths, if there are pixels at all and not too many.
    pub(super) fn sides(&self, width: u64, height: u64) -> Result<(usize, usize)> {
        if width == 0 || height == 0 {
            return Err(Error::format(format!("image is {width}x{height}, expected at least 1x1")));
        }
        let fits = width.checked_mul(height).is_some_and(|pixels| pixels <= self.max_pixels);
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(width), Ok(height)) if fits => Ok((width as usize, height as usize)),
            _ => Err(Error::limit(format!("image is {width}x{height}, limit is {}", megapixels(self.max_pixels)))
                .help("raise --max-pixels")),
        }
    }

    /// Refuses a file with too many planes; `what` says what the format calls them.
    pub(super) fn planes(&self, count: u64, what: &str) -> Result<()> {
        if count == 0 {
            return Err(Error::format(format!("file has no {what}")));
        }
        if count > u64::from(self.max_pages) {
            return Err(
                Error::limit(format!("file has {count} {what}, limit is {}", self.max_pages)).help("raise --max-pages")
            );
        }
        Ok(())
    }

    /// Refuses a file that is too long.
    pub(super) fn file(&self, bytes: u64) -> Result<()> {
        if bytes > self.max_bytes {
            return Err(
                Error::limit(format!("file has {bytes} bytes, limit is {}", self.max_bytes)).help("raise --max-bytes")
            );
        }
        Ok(())
    }
}

/// Refuses a header that promises more than its data can hold: `promised` decoded bytes out of `stored` bytes
/// that unpack to at most `ratio` times as much. So a header of a hundred bytes takes no memory for gigabytes.
pub(super) fn plausible(promised: u64, stored: u64, ratio: u64) -> Result<()> {
    let most = stored.saturating_mul(ratio);
    if promised > most {
        return Err(Error::format(format!(
            "the header promises {promised} bytes of pixels, but {stored} stored bytes can hold at most {most}"
        ))
        .help("the file is truncated or its header is damaged"));
    }
    Ok(())
}

/// A vector of `length` default values, or a limit error where the machine has not got the memory.
pub(super) fn zeroed<T: Clone + Default>(length: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(length)
        .map_err(|_| Error::limit(format!("{length} samples do not fit into memory")).help("lower --max-pixels"))?;
    values.resize(length, T::default());
    Ok(values)
}

fn megapixels(pixels: u64) -> String {
    if pixels.is_multiple_of(1_000_000) { format!("{} Mpx", pixels / 1_000_000) } else { format!("{pixels} pixels") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_was_found_and_what_to_raise() {
        let limits = Limits::default();
        let text = |result: Result<()>| result.unwrap_err().to_string();
        assert_eq!(
            limits.sides(40960, 9000).unwrap_err().to_string(),
            "image is 40960x9000, limit is 64 Mpx; raise --max-pixels"
        );
        assert_eq!(text(limits.planes(17, "pages")), "file has 17 pages, limit is 8; raise --max-pages");
        assert_eq!(
            text(limits.file((1 << 30) + 1)),
            "file has 1073741825 bytes, limit is 1073741824; raise --max-bytes"
        );
        let small = Limits { max_pixels: 1500, ..limits };
        assert!(small.sides(40, 50).unwrap_err().to_string().contains("limit is 1500 pixels"));
    }

    #[test]
    fn limits_are_inclusive_and_do_not_overflow() {
        let limits = Limits { max_pixels: 6, max_bytes: 10, max_pages: 2 };
        assert_eq!(limits.sides(2, 3), Ok((2, 3)));
        assert!(limits.sides(7, 1).is_err());
        assert!(limits.sides(u64::MAX, u64::MAX).is_err());
        assert!(limits.sides(0, 3).is_err());
        assert!(limits.planes(2, "planes").is_ok());
        assert!(limits.planes(0, "planes").is_err());
        assert!(limits.file(10).is_ok());
    }

    #[test]
    fn a_header_cannot_promise_more_than_the_data_holds() {
        assert!(plausible(1000, 1, 1000).is_ok());
        assert!(plausible(1001, 1, 1000).is_err());
        assert!(plausible(u64::MAX, u64::MAX, 1032).is_ok());
    }
}
