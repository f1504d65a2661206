//! How reports name a file: relative to its input, with forward slashes, one name a file.

use crate::scan::misleads;
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// A relative path as a printable name: forward slashes, no `.` or `..`, and `%XX` for bytes that are not UTF-8, for
/// control and bidirectional characters and for `%` itself, so that two paths never share a name.
pub(super) fn of(path: &Path) -> String {
    let parts: Vec<String> = path
        .components()
        .filter_map(|component| match component {
            Component::Normal(part) => Some(escape(part.as_encoded_bytes())),
            _ => None,
        })
        .collect();
    parts.join("/")
}

/// A path as it was given, printable: what [`of`] leaves out, a leading slash or `..`, stands here.
pub(super) fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

fn escape(bytes: &[u8]) -> String {
    fn percent(name: &mut String, bytes: &[u8]) {
        for byte in bytes {
            name.push('%');
            name.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    let mut name = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if misleads(letter) || letter == '%' || letter == '\\' {
                let mut buffer = [0; 4];
                percent(&mut name, letter.encode_utf8(&mut buffer).as_bytes());
            } else {
                name.push(letter);
            }
        }
        percent(&mut name, chunk.invalid());
    }
    name
}

/// Makes names unique: where several files share one, each takes its longer name (the input's own path before it), and
/// where that is shared too, a number.
pub(super) fn unique(names: &mut [(String, String)]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in names.iter() {
        *counts.entry(name.clone()).or_default() += 1;
    }
    for (name, long) in names.iter_mut() {
        if counts.get(name.as_str()).is_some_and(|&count| count > 1) {
            name.clone_from(long);
        }
    }
    let mut taken = std::collections::BTreeSet::new();
    for (name, _) in names.iter_mut() {
        let base = name.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            *name = format!("{base}~{number}");
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_clean_and_lossless() {
        assert_eq!(of(Path::new("./a/../b c/ü.tif")), "a/b c/ü.tif");
        assert_eq!(of(Path::new("a\nb%.tif")), "a%0Ab%25.tif");
        assert_eq!(shown(Path::new("/a/../b\n.tif")), "/a/../b%0A.tif");
        assert_eq!(of(Path::new("a\u{202e}fit.x")), "a%E2%80%AEfit.x");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            assert_eq!(of(Path::new(std::ffi::OsStr::from_bytes(b"a\xff.tif"))), "a%FF.tif");
        }
    }

    #[test]
    fn shared_names_grow() {
        let pair = |name: &str, long: &str| (name.to_owned(), long.to_owned());
        let mut names = [pair("a", "x/a"), pair("a", "y/a"), pair("b", "x/b"), pair("c", "c"), pair("c", "c")];
        unique(&mut names);
        let names: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x/a", "y/a", "b", "c", "c~2"]);
    }
}
