//! Container numbers after ISO 6346.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a container number's check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckDigit {
    /// It agrees with the other ten characters.
    Valid,
    /// It does not: the number was misread or mistyped. It is reported all the same.
    Invalid,
}

/// An ISO 6346 container number: three owner letters, a category letter (U, J or Z), six digits and a check digit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainerNumber {
    /// The eleven characters without separators, such as `CSQU3054383`.
    pub number: String,
    /// Whether the last digit agrees with the rest.
    pub check_digit: CheckDigit,
}

impl ContainerNumber {
    /// Reads a number that may hold spaces, hyphens and lower-case letters; nothing where the shape is not ISO 6346's.
    pub fn parse(text: &str) -> Option<Self> {
        let number: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '_' | '.' | '/'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let bytes = number.as_bytes();
        let shaped = bytes.len() == 11
            && bytes[..3].iter().all(u8::is_ascii_uppercase)
            && matches!(bytes[3], b'U' | b'J' | b'Z')
            && bytes[4..].iter().all(u8::is_ascii_digit);
        if !shaped {
            return None;
        }
        let check_digit =
            if check_digit(&bytes[..10]) == bytes[10] - b'0' { CheckDigit::Valid } else { CheckDigit::Invalid };
        Some(Self { number, check_digit })
    }

    /// The first container number inside a longer text such as a file name, preferring one whose check digit is valid.
    pub fn find(text: &str) -> Option<Self> {
        let ascii: Vec<char> = text.chars().collect();
        let mut invalid = None;
        for start in 0..ascii.len() {
            if start > 0 && ascii[start - 1].is_alphanumeric() {
                continue;
            }
            // Eleven characters, with up to three separators between the groups.
            for length in 11..=14.min(ascii.len() - start) {
                if ascii.get(start + length).is_some_and(char::is_ascii_digit) {
                    continue;
                }
                let candidate: String = ascii[start..start + length].iter().collect();
                match Self::parse(&candidate) {
                    Some(found) if found.check_digit == CheckDigit::Valid => return Some(found),
                    Some(found) => invalid = invalid.or(Some(found)),
                    None => {}
                }
            }
        }
        invalid
    }
}

/// The check digit of the first ten characters (ISO 6346 annex A): each character's value times 2 to
/// the power of its place, summed, modulo 11, and 10 counts as 0. Letters have the values 10 to 38
/// without the multiples of 11.
fn check_digit(first_ten: &[u8]) -> u8 {
    let sum: u32 = first_ten
        .iter()
        .enumerate()
        .map(|(place, &byte)| {
            let value = if byte.is_ascii_digit() { u32::from(byte - b'0') } else { letter_value(byte) };
            value << place
        })
        .sum();
    (sum % 11 % 10) as u8
}

fn letter_value(letter: u8) -> u32 {
    let plain = 10 + u32::from(letter - b'A');
    plain + (plain - 1) / 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_values_skip_the_multiples_of_eleven() {
        let values: Vec<u32> = (b'A'..=b'Z').map(letter_value).collect();
        let expected: Vec<u32> = (10..=38).filter(|v| v % 11 != 0).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn published_numbers_are_valid() {
        // The standard's own example and three numbers from public container photographs.
        for text in ["CSQU3054383", "csqu 305438 3", "MSKU-907032-3", "TEMU6079348", "HLXU2008419"] {
            assert_eq!(ContainerNumber::parse(text).unwrap().check_digit, CheckDigit::Valid, "{text}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_kept_and_said() {
        let number = ContainerNumber::parse("CSQU3054384").unwrap();
        assert_eq!(number.number, "CSQU3054384");
        assert_eq!(number.check_digit, CheckDigit::Invalid);
    }

    #[test]
    fn other_shapes_are_no_container_numbers() {
        for text in ["", "CSQU305438", "CSQA3054383", "CSQU30543833", "C5QU3054383", "ÄSQU3054383"] {
            assert_eq!(ContainerNumber::parse(text), None, "{text}");
        }
    }

    #[test]
    fn file_names_give_their_number() {
        let found = |text| ContainerNumber::find(text).map(|n| n.number);
        assert_eq!(found("2026-11-02_CSQU3054383_top.tif").as_deref(), Some("CSQU3054383"));
        assert_eq!(found("scan csqu 305438 3.png").as_deref(), Some("CSQU3054383"));
        assert_eq!(found("XCSQU3054383.tif"), None);
        assert_eq!(found("CSQU30543831.tif"), None);
        assert_eq!(found("überschrift.tif"), None);
    }
}
