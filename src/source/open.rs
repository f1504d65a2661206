//! One entry from disk: the file, its limit, its sidecar.

use super::sidecar::{self, Sidecar};
use super::{Entry, Hints, Limits};
use crate::scan::{Digest, Error, Result, Scan, Warning};
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Reads an entry: [`load`] and then [`Loaded::decode`].
///
/// # Errors
/// Those of both.
pub fn open(entry: &Entry, limits: &Limits) -> Result<Scan> {
    load(entry, limits)?.decode(limits)
}

/// A file's bytes and its sidecar's, not decoded yet: what says whether a scan is the same as before.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub digest: Digest,
    /// SHA-256 of the sidecar's bytes, where there is one.
    pub sidecar_digest: Option<Digest>,
    file_name: Option<String>,
    sidecar: Result<Option<Sidecar>>,
    warnings: Vec<Warning>,
}

/// Reads an entry's bytes (their number is checked first) and its sidecar.
///
/// The sidecar is the first there is of `FILE.EXT.json`, `FILE.EXT.toml`, `FILE.json` and `FILE.toml`.
///
/// # Errors
/// `Io` where the system refuses the file, `Limit` where it is too long. A sidecar's fault shows on decoding.
pub fn load(entry: &Entry, limits: &Limits) -> Result<Loaded> {
    let bytes = contents(&entry.path, limits.max_bytes, |length| limits.file(length))?;
    let mut beside = Beside::default();
    let sidecar = sidecar_of(&entry.path, &mut beside).map(|()| beside.sidecar);
    Ok(Loaded {
        digest: Digest::of(&bytes),
        bytes,
        sidecar_digest: beside.digest,
        file_name: entry.path.file_name().map(|name| name.to_string_lossy().into_owned()),
        sidecar,
        warnings: beside.warnings,
    })
}

impl Loaded {
    /// Decodes the file with what its sidecar says; see [`read`](super::read).
    ///
    /// # Errors
    /// What [`read`](super::read) gives. A broken sidecar is an error that names it: a scan must not be judged with half of
    /// what was stated of it.
    pub fn decode(self, limits: &Limits) -> Result<Scan> {
        let hints = Hints { file_name: self.file_name, sidecar: self.sidecar? };
        let mut scan = super::read_digested(&self.bytes, self.digest, &hints, limits)?;
        scan.warnings.extend(self.warnings);
        Ok(scan)
    }
}

#[derive(Default)]
struct Beside {
    sidecar: Option<Sidecar>,
    digest: Option<Digest>,
    warnings: Vec<Warning>,
}

/// A file's bytes, at most `most` of them; `check` judges the length that the system states before anything is read.
pub(super) fn contents(path: &Path, most: u64, check: impl Fn(u64) -> Result<()>) -> Result<Vec<u8>> {
    // Asked before it is opened: to open a pipe waits for whoever writes into it.
    let about = std::fs::metadata(path).map_err(|error| io(&error))?;
    if !about.is_file() {
        return Err(Error::io("not a regular file"));
    }
    check(about.len())?;
    let file = File::open(path).map_err(|error| io(&error))?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(about.len() as usize)
        .map_err(|_| Error::limit(format!("{} bytes do not fit into memory", about.len())).help("lower --max-bytes"))?;
    // The file may grow while it is read.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| io(&error))?;
    check(bytes.len() as u64)?;
    Ok(bytes)
}

/// The system's own words, without its error number.
pub(super) fn io(error: &std::io::Error) -> Error {
    let text = match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    };
    Error::io(text)
}

/// The names of sidecars that are of this very file, whatever else its stem is shared with.
pub(super) fn own_sidecars(scan: &Path) -> [PathBuf; 2] {
    [".json", ".toml"].map(|end| {
        let mut name: OsString = scan.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    })
}

/// A name as it is, and with its end in capitals: to some systems these are one.
pub(super) fn spelled(path: &Path) -> [PathBuf; 2] {
    let end = path.extension().unwrap_or_default().to_ascii_uppercase();
    [path.to_owned(), path.with_extension(end)]
}

/// The names that a scan's sidecar may have, the closest first.
pub(super) fn sidecar_paths(scan: &Path) -> Vec<PathBuf> {
    let mut paths = own_sidecars(scan).to_vec();
    for path in [scan.with_extension("json"), scan.with_extension("toml")] {
        // A scan that is itself called .json has no stem of its own to lend.
        if path != scan && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Finds the scan's sidecar, and makes a warning for each further one that was passed over.
fn sidecar_of(scan: &Path, beside: &mut Beside) -> Result<()> {
    // A broken link fails below: it was to say something.
    let is_there = |path: &PathBuf| {
        path.symlink_metadata().is_ok_and(|about| about.is_file() || (about.is_symlink() && !path.is_dir()))
    };
    for path in sidecar_paths(scan).iter().filter_map(|path| spelled(path).into_iter().find(is_there)) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes =
            contents(&path, sidecar::MAX_BYTES, |_| Ok(())).map_err(|error| error.at(format!("sidecar {name}")))?;
        // Reports may stand beside their scans under the sidecar's name.
        if sidecar::object(&name, &bytes).is_ok_and(|object| sidecar::is_report(&object)) {
            continue;
        }
        if let Some(first) = &beside.sidecar {
            let message = format!("{name} was not read, since {} stands closer to the scan", first.name);
            beside.warnings.push(Warning::new("sidecar_ignored", message));
            continue;
        }
        beside.digest = Some(Digest::of(&bytes));
        beside.sidecar = Some(Sidecar::parse(&name, &bytes)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;
    use std::fs;

    fn entry(path: PathBuf) -> Entry {
        Entry { name: "x".into(), path }
    }

    #[test]
    fn the_closest_sidecar_is_read_and_the_others_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let scan = folder.path().join("a.raw");
        fs::write(&scan, [1, 2]).unwrap();
        fs::write(folder.path().join("a.toml"), "[raw]\nwidth = 2\nheight = 1\ntype = 'u8'").unwrap();
        let read = open(&entry(scan.clone()), &Limits::default()).unwrap();
        assert_eq!((read.width(), read.height()), (2, 1));
        fs::write(folder.path().join("a.raw.json"), r#"{"raw": {"width": 1, "height": 2, "type": "u8"}}"#).unwrap();
        let report = r#"{"schema_version": 1, "generator": {"name": "portray", "version": "1"}, "verdict": "clear"}"#;
        fs::write(folder.path().join("a.json"), report).unwrap();
        let read = open(&entry(scan), &Limits::default()).unwrap();
        assert_eq!((read.width(), read.height()), (1, 2));
        let codes: Vec<&str> = read.warnings.iter().map(|warning| warning.code.as_str()).collect();
        assert_eq!(codes, ["sidecar_ignored"]);
    }

    #[test]
    fn a_sidecar_in_capitals_is_read_and_one_that_leads_nowhere_fails() {
        let folder = tempfile::tempdir().unwrap();
        let scan = folder.path().join("A.RAW");
        fs::write(&scan, [1, 2]).unwrap();
        fs::write(folder.path().join("A.JSON"), r#"{"raw": {"width": 2, "height": 1, "type": "u8"}}"#).unwrap();
        assert_eq!(open(&entry(scan.clone()), &Limits::default()).unwrap().width(), 2);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("nowhere", folder.path().join("A.RAW.json")).unwrap();
            let error = open(&entry(scan), &Limits::default()).unwrap_err();
            assert_eq!(error.to_string(), "sidecar A.RAW.json: no such file or folder");
        }
    }

    #[test]
    fn a_sidecar_with_a_schema_version_is_read_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let scan = folder.path().join("a.raw");
        fs::write(&scan, [1, 2]).unwrap();
        let text = r#"{"schema_version": 1, "scanner": "gate 2", "raw": {"width": 2, "height": 1, "type": "u8"}}"#;
        fs::write(folder.path().join("a.json"), text).unwrap();
        let read = open(&entry(scan), &Limits::default()).unwrap();
        assert_eq!(read.metadata.scanner.as_deref(), Some("gate 2"));
        assert_eq!(read.warnings[0].code, "sidecar_unknown_key");
    }

    #[test]
    fn one_raw_sidecar_for_several_files_leaves_images_to_their_own_format() {
        let folder = tempfile::tempdir().unwrap();
        let (raw, preview) = (folder.path().join("box.dat"), folder.path().join("box.png"));
        fs::write(&raw, [1, 2]).unwrap();
        image::GrayImage::from_pixel(3, 5, image::Luma([9])).save(&preview).unwrap();
        let text = r#"{"scanner": "gate 2", "raw": {"width": 2, "height": 1, "type": "u8"}}"#;
        fs::write(folder.path().join("box.json"), text).unwrap();
        let read = open(&entry(raw), &Limits::default()).unwrap();
        assert_eq!((read.format, read.width()), ("raw", 2));
        let read = open(&entry(preview.clone()), &Limits::default()).unwrap();
        assert_eq!((read.format, read.width(), read.height()), ("png", 3, 5));
        assert_eq!(read.metadata.scanner.as_deref(), Some("gate 2"), "what else the sidecar says still holds");
        assert_eq!(read.warnings[0].code, "raw_ignored");
        // A sidecar for this very file is believed whatever the file begins with.
        let own = r#"{"raw": {"width": 4, "height": 2, "type": "u8"}}"#;
        fs::write(folder.path().join("box.png.json"), own).unwrap();
        assert_eq!(open(&entry(preview), &Limits::default()).unwrap().format, "raw");
    }

    #[test]
    fn broken_sidecars_missing_files_folders_and_long_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let scan = folder.path().join("a.raw");
        fs::write(&scan, [1, 2]).unwrap();
        fs::write(folder.path().join("a.json"), "{").unwrap();
        let error = open(&entry(scan.clone()), &Limits::default()).unwrap_err();
        assert!(error.to_string().starts_with("sidecar a.json: not JSON"), "{error}");
        let small = Limits { max_bytes: 1, ..Limits::default() };
        assert_eq!(
            open(&entry(scan), &small).unwrap_err().to_string(),
            "file has 2 bytes, limit is 1; raise --max-bytes"
        );
        let missing = open(&entry(folder.path().join("none")), &Limits::default()).unwrap_err();
        assert_eq!((missing.fault, missing.to_string().as_str()), (Fault::Io, "no such file or folder"));
        let error = open(&entry(folder.path().to_owned()), &Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), "not a regular file");
    }

    #[test]
    fn sidecar_names_are_in_order() {
        let names = |scan: &str| -> Vec<String> {
            sidecar_paths(Path::new(scan)).iter().map(|path| path.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names("d/a.b.tif"), ["d/a.b.tif.json", "d/a.b.tif.toml", "d/a.b.json", "d/a.b.toml"]);
        assert_eq!(names("d/a"), ["d/a.json", "d/a.toml"]);
    }
}
