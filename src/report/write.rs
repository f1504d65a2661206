//! Writing files so that a reader never sees half of one.

use crate::scan::{Error, Result};
use std::io::Write as _;
use std::path::Path;

/// How the names of files that are being written start; one that a crash left behind is worth nothing.
pub const TEMPORARY: &str = ".portray-";

/// Writes `bytes` to `path`: into a temporary file in the same folder first, which then takes the name.
///
/// A crash or a power loss leaves either the old file or the new one. The folder must exist.
///
/// # Errors
/// An i/o error that names the file: no permission, no space, no such folder.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::io(format!("{} cannot be written: {error}", path.display()))
            .help("check that the folder is writable and the disk is not full")
    };
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder).map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    persist(file, path)
}

/// Gives a temporary file from the same folder its name.
///
/// # Errors
/// An i/o error that names the file.
pub fn persist(file: tempfile::NamedTempFile, path: &Path) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| Error::io(format!("{} cannot be written: {error}", path.display()));
    // Temporary files are private to their owner; reports follow the folder's habits.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let permissions = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(permissions).map_err(|error| failed(&error))?;
    }
    // The contents reach the disk before the name does: after a power loss too a report is whole or not there.
    file.as_file().sync_data().map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let message = write_atomically(&folder.path().join("no/report.json"), b"x").unwrap_err().to_string();
        assert!(message.contains("no/report.json cannot be written"), "{message}");
    }
}
