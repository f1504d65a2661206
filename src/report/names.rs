//! Names of output files: readable, unlike each other, and never outside the output folder.

use crate::scan::Digest;
use std::collections::HashSet;

/// Longest stem; file systems allow 255 bytes with the ending.
const LONGEST: usize = 150;

/// Gives each scan a file stem of its own.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// The stem for a scan's reports and pictures.
    ///
    /// Letters and digits of any script, `.`, `_` and `-` stay; folders become `__`; anything else becomes `_`. A stem that
    /// lost something, that differs from an earlier one in nothing but case, or that has letters beyond ASCII, which some file
    /// systems spell in one way only, gets part of the name's digest. Scans of one name are told apart by a number in the order
    /// they come.
    pub fn stem(&mut self, scan: &str) -> String {
        let mut stem = String::new();
        let mut exact = true;
        for character in scan.chars() {
            match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => stem.push(character),
                '/' => stem.push_str("__"),
                _ if character.is_alphanumeric() => {
                    stem.push(character);
                    exact = false;
                }
                _ => {
                    stem.push('_');
                    exact = false;
                }
            }
            if stem.len() > LONGEST {
                stem.truncate(stem.floor_char_boundary(LONGEST));
                exact = false;
                break;
            }
        }
        // A leading dot hides a file, `..` climbs, and a trailing dot vanishes on Windows.
        if stem.is_empty() || stem.starts_with('.') || stem.ends_with('.') || reserved(&stem) {
            stem = format!("scan_{}", stem.trim_matches('.'));
            exact = false;
        }
        let digest = Digest::of(scan.as_bytes()).to_string();
        if !exact || self.taken.contains(&stem.to_lowercase()) || scan.contains("__") {
            stem = format!("{stem}~{}", &digest[..8]);
        }
        let mut unique = stem.clone();
        let mut count = 2;
        while !self.taken.insert(unique.to_lowercase()) {
            unique = format!("{stem}~{count}");
            count += 1;
        }
        unique
    }
}

/// Names that Windows keeps for devices, whatever their ending.
fn reserved(stem: &str) -> bool {
    let base = stem.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        base.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    matches!(base.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_names_stay_as_they_are() {
        let mut names = Names::default();
        assert_eq!(names.stem("box-01.tif"), "box-01.tif");
        assert_eq!(names.stem("2026/box-01.tif"), "2026__box-01.tif");
    }

    #[test]
    fn names_that_climb_hide_or_collide_are_changed() {
        let mut names = Names::default();
        let climbed = names.stem("../../etc/passwd");
        assert!(climbed.starts_with("scan_") && climbed.contains('~'), "{climbed}");
        assert!(!climbed.contains('/'));
        assert!(names.stem("A.tif") == "A.tif" && names.stem("a.tif").starts_with("a.tif~"));
        assert_eq!(names.stem("b.tif"), "b.tif");
        assert!(names.stem("b.tif").starts_with("b.tif~"));
        assert!(names.stem("nul.tif").starts_with("scan_nul.tif~"));
        assert!(names.stem("").starts_with("scan_~"));
        assert_ne!(names.stem("x__y.tif"), names.stem("x/y.tif"));
    }

    #[test]
    fn letters_of_any_script_stay() {
        let mut names = Names::default();
        let stem = names.stem("ünïcode/コンテナ.dcs");
        assert!(stem.starts_with("ünïcode__コンテナ.dcs~") && stem.len() < 60, "{stem}");
        // Two spellings of one letter: a file system may take them for one name.
        assert_ne!(names.stem("\u{c5}.tif"), names.stem("\u{212b}.tif"));
        assert!(names.stem(&"北".repeat(90)).len() < 200);
    }

    proptest! {
        #[test]
        fn any_names_give_distinct_stems_without_separators(scans in proptest::collection::vec(".{0,200}", 1..30)) {
            let mut names = Names::default();
            let mut seen = std::collections::HashSet::new();
            for scan in scans {
                let stem = names.stem(&scan);
                prop_assert!(stem.chars().all(|c| c.is_alphanumeric() || "._-~".contains(c)), "{}", stem);
                prop_assert!(stem.len() < 200 && !stem.starts_with('.') && !stem.is_empty());
                prop_assert!(seen.insert(stem.to_lowercase()));
            }
        }
    }
}
