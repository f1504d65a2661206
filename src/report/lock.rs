//! One run at a time in an output folder.

use crate::scan::{Error, Result};
use std::fs::{File, TryLockError};
use std::path::Path;

/// The file that a run keeps locked. It stays when the run is over: to remove it would let two runs hold one lock each.
const LOCK: &str = ".portray.lock";

/// Locks a folder against other runs, until the file returned is dropped or the program ends in whatever way; nothing where the
/// file system has no locks.
///
/// # Errors
/// An i/o error where the lock cannot be made; a parameter error where another run holds it.
pub fn lock(root: &Path) -> Result<Option<File>> {
    let path = root.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(|error| {
        Error::io(format!("the lock {} cannot be opened: {error}", path.display())).help("choose another --out")
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            Err(Error::parameter(format!("another run is at work in the output folder {}", root.display()))
                .help("wait until it is done, or choose another --out"))
        }
        Err(TryLockError::Error(error)) => {
            tracing::warn!("{} cannot be locked, see that no other run uses it: {error}", root.display());
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    #[test]
    fn a_folder_has_one_run_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock(folder.path()).unwrap();
        let second = lock(folder.path()).unwrap_err();
        assert_eq!(second.fault, Fault::Parameter);
        assert!(second.to_string().contains("another run is at work"), "{second}");
        drop(first);
        lock(folder.path()).unwrap();
        assert_eq!(lock(&folder.path().join("none")).unwrap_err().fault, Fault::Io);
    }
}
