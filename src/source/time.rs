//! Times as files spell them.

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;

/// A time in the spelling of RFC 3339, without an offset where the text has none; nothing where it is no time.
///
/// Reads ISO 8601, and the `2026:11:02 10:15:00` of TIFF and EXIF.
pub(super) fn normalise(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    let bytes = text.as_bytes();
    let exif = bytes.len() >= 19 && bytes[4] == b':' && bytes[7] == b':' && bytes[10] == b' ' && text.is_ascii();
    let pieces_text = if exif { format!("{}T{}", text[..10].replace(':', "-"), &text[11..]) } else { text.to_owned() };
    let pieces = Pieces::parse(&pieces_text).ok()?;
    // A zone name or a calendar has no place in RFC 3339; a date alone is no time of a scan but is worth keeping.
    let offset = match pieces.to_numeric_offset() {
        Some(offset) if offset.is_zero() => "Z".to_owned(),
        Some(offset) => {
            let seconds = offset.seconds();
            let sign = if seconds < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
        }
        None => String::new(),
    };
    Some(match pieces.time() {
        Some(time) => format!("{}{offset}", pieces.date().to_datetime(time)),
        None => pieces.date().to_string(),
    })
}

/// A DICOM date `YYYYMMDD` and time `HHMMSS.ffffff` (the time may be shorter or missing), with an offset `+HHMM`.
#[cfg_attr(not(feature = "dicom"), allow(dead_code))]
pub(super) fn dicom(date: &str, time: &str, offset: &str) -> Option<String> {
    let date = compact_date(date.trim())?;
    let time = time.trim();
    let text = if time.is_empty() { date.to_string() } else { date.to_datetime(compact_time(time)?).to_string() };
    let zone = match offset.trim().as_bytes() {
        [sign @ (b'+' | b'-'), h @ .., m1, m2] if h.len() == 2 && !time.is_empty() => {
            format!("{}{}:{}", *sign as char, std::str::from_utf8(h).ok()?, std::str::from_utf8(&[*m1, *m2]).ok()?)
        }
        _ => String::new(),
    };
    normalise(&format!("{text}{zone}"))
}

/// `20261102T101500` or `20261102_101500`, with or without a `Z`, anywhere in a file name.
pub(super) fn in_file_name(name: &str) -> Option<String> {
    let bytes = name.as_bytes();
    (0..bytes.len()).find_map(|start| {
        let inside = start > 0 && bytes[start - 1].is_ascii_digit();
        let part = bytes.get(start..start + 15).filter(|_| !inside)?;
        if !matches!(part[8], b'T' | b't' | b'_' | b'-') || bytes.get(start + 15).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let part = std::str::from_utf8(part).ok()?;
        let date = compact_date(&part[..8])?;
        if !(1980..=2100).contains(&date.year()) {
            return None;
        }
        let zone = if matches!(bytes.get(start + 15), Some(b'Z' | b'z')) { "Z" } else { "" };
        Some(format!("{}{zone}", date.to_datetime(compact_time(&part[9..])?)))
    })
}

fn digits(text: &str, from: usize, to: usize) -> Option<i16> {
    let part = text.get(from..to)?;
    if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
}

fn compact_date(text: &str) -> Option<Date> {
    if text.len() != 8 {
        return None;
    }
    Date::new(digits(text, 0, 4)?, digits(text, 4, 6)? as i8, digits(text, 6, 8)? as i8).ok()
}

fn compact_time(text: &str) -> Option<Time> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let part = |from| if whole.len() > from { digits(whole, from, from + 2) } else { Some(0) };
    if !matches!(whole.len(), 2 | 4 | 6) || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanoseconds = format!("{fraction:0<9}").parse().ok()?;
    Time::new(part(0)? as i8, part(2)? as i8, part(4)? as i8, nanoseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_rfc_3339() {
        let cases = [
            ("2026-11-02T10:15:00Z", Some("2026-11-02T10:15:00Z")),
            ("2026-11-02 10:15:00+01:00", Some("2026-11-02T10:15:00+01:00")),
            ("2026-11-02T10:15:00.25-05:30", Some("2026-11-02T10:15:00.25-05:30")),
            ("2026-11-02T10:15", Some("2026-11-02T10:15:00")),
            ("2026:11:02 10:15:00\0", Some("2026-11-02T10:15:00")),
            ("2026-11-02", Some("2026-11-02")),
            ("2026-13-02", None),
            ("0000:00:00 00:00:00", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(normalise(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn dicom_dates_and_times_are_joined() {
        assert_eq!(dicom("20261102", "101500.250000", "+0100").as_deref(), Some("2026-11-02T10:15:00.25+01:00"));
        assert_eq!(dicom("20261102", "1015", "").as_deref(), Some("2026-11-02T10:15:00"));
        assert_eq!(dicom("20261102", "", "+0100").as_deref(), Some("2026-11-02"));
        assert_eq!(dicom("20261302", "101500", ""), None);
        assert_eq!(dicom("20261102", "996000", ""), None);
        assert_eq!(dicom("2026é02", "10", ""), None);
    }

    #[test]
    fn file_names_give_their_time() {
        let found = |name| in_file_name(name);
        assert_eq!(found("scan_20261102T101500Z.tif").as_deref(), Some("2026-11-02T10:15:00Z"));
        assert_eq!(found("CSQU3054383_20261102_101500.png").as_deref(), Some("2026-11-02T10:15:00"));
        assert_eq!(found("120261102T101500.png"), None);
        assert_eq!(found("20261102T1015001.png"), None);
        assert_eq!(found("00001102T101500.png"), None);
        assert_eq!(found("über20261102"), None);
    }
}
