//! Formats told by content.

/// A file format that its first bytes give away. Raw counts have none: their sidecar declares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// TIFF and `BigTIFF`, either byte order.
    Tiff,
    /// JPEG.
    Jpeg,
    /// A `NumPy` array.
    Npy,
    /// DICOM and DICOS, with or without the 128-byte preamble.
    Dicom,
}

impl Format {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Tiff => "tiff",
            Self::Jpeg => "jpeg",
            Self::Npy => "npy",
            Self::Dicom => "dicom",
        }
    }
}

/// The format that the first bytes give away; the file's name plays no part.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if starts(b"II\x2a\0") || starts(b"MM\0\x2a") || starts(b"II\x2b\0\x08\0") || starts(b"MM\0\x2b\0\x08") {
        Some(Format::Tiff)
    } else if starts(b"\xff\xd8\xff") {
        Some(Format::Jpeg)
    } else if starts(b"\x93NUMPY") {
        Some(Format::Npy)
    } else if bytes.get(128..132) == Some(b"DICM") || without_preamble(bytes) {
        Some(Format::Dicom)
    } else {
        None
    }
}

/// A file meta group in explicit little endian right at the start: (0002,0000) UL or (0002,0001) OB.
fn without_preamble(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x02\0\0\0UL\x04\0") || bytes.starts_with(b"\x02\0\x01\0OB\0\0")
}

/// What a file that portray does not read is, for a better error than 'unknown'.
pub(super) fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 14] = [
        (b"PK\x03\x04", "a ZIP archive (or .npz)"),
        (b"\x1f\x8b", "gzip data"),
        (b"%PDF", "a PDF document"),
        (b"GIF8", "a GIF image"),
        (b"BM", "a BMP image"),
        (b"RIFF", "a RIFF file (WebP, AVI)"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"CDF\x01", "a NetCDF file"),
        (b"SIMPLE  =", "a FITS image"),
        (b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
        (b"\xff\x4f\xff\x51", "a JPEG 2000 codestream"),
        (b"\xff\x0a", "a JPEG XL image"),
        (b"P5", "a PGM image"),
        (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    ];
    KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|&(_, kind)| kind)
}

/// Whether a file of no known kind is text: its first half kilobyte is UTF-8 without control characters.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(512)];
    let whole = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The cut may go through a letter.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !whole.is_empty() && !whole.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_magic_is_told() {
        let mut preamble = vec![0; 128];
        preamble.extend_from_slice(b"DICM");
        let cases: [(&[u8], Option<Format>); 13] = [
            (b"\x89PNG\r\n\x1a\nrest", Some(Format::Png)),
            (b"II\x2a\0", Some(Format::Tiff)),
            (b"MM\0\x2a", Some(Format::Tiff)),
            (b"II\x2b\0\x08\0\0\0", Some(Format::Tiff)),
            (b"MM\0\x2b\0\x08\0\0", Some(Format::Tiff)),
            (b"\xff\xd8\xff\xe0", Some(Format::Jpeg)),
            (b"\x93NUMPY\x01\0", Some(Format::Npy)),
            (&preamble, Some(Format::Dicom)),
            (b"\x02\0\0\0UL\x04\0", Some(Format::Dicom)),
            (b"", None),
            (b"\x89PNG", None),
            (b"{\"a\": 1}", None),
            (&preamble[..131], None),
        ];
        for (bytes, format) in cases {
            assert_eq!(sniff(bytes), format, "{bytes:?}");
        }
        assert_eq!(other_kind(b"PK\x03\x04"), Some("a ZIP archive (or .npz)"));
        assert_eq!(other_kind(b""), None);
    }
}
