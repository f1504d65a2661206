//! Files that arguments name: read with one wording for what is wrong with them.

use crate::scan::{Error, Fault, Result};
use anyhow::Context as _;
use std::io::ErrorKind;
use std::path::Path;

/// The bytes of the file that `flag` names.
pub(super) fn bytes(flag: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    read(path).with_context(|| format!("{flag} {}", path.display()))
}

/// The text of the file that `flag` names.
pub(super) fn text(flag: &str, path: &Path) -> anyhow::Result<String> {
    let decoded = read(path).and_then(|bytes| {
        let wrong = |error: std::string::FromUtf8Error| {
            Error::parameter(format!("not UTF-8 text from byte {} on", error.utf8_error().valid_up_to()))
        };
        String::from_utf8(bytes).map_err(wrong)
    });
    decoded.with_context(|| format!("{flag} {}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| unreadable(&error))
}

/// Why a named file cannot be read, and what to do.
pub(super) fn unreadable(error: &std::io::Error) -> Error {
    let (what, help) = match error.kind() {
        ErrorKind::NotFound => ("no such file or folder".to_owned(), "check the path"),
        ErrorKind::PermissionDenied => ("permission denied".to_owned(), "check who may read it"),
        ErrorKind::IsADirectory => ("this is a folder".to_owned(), "name a file"),
        _ => (error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(), "check the path"),
    };
    Error::parameter(what).help(help)
}

/// The fault of a file that an argument names: another one has to be named.
pub(super) fn given(error: Error) -> Error {
    let help = if error.fault == Fault::Io { Some("check the path".to_owned()) } else { None };
    Error { fault: Fault::Parameter, help: error.help.or(help), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_in_one_way_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let missing = bytes("--model", Path::new("none.onnx")).unwrap_err();
        assert_eq!(format!("{missing:#}"), "--model none.onnx: no such file or folder; check the path");
        let path = folder.path().join("a");
        let words = |path: &Path| format!("{:#}", text("--gate", path).unwrap_err());
        assert!(words(folder.path()).ends_with(": this is a folder; name a file"), "{}", words(folder.path()));
        std::fs::write(&path, b"ab\xff").unwrap();
        assert!(words(&path).ends_with("a: not UTF-8 text from byte 2 on"), "{}", words(&path));
        assert_eq!(given(Error::io("permission denied")).to_string(), "permission denied; check the path");
    }
}
