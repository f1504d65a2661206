//! Takes ONNX Runtime from its pinned Python wheel: download by pip, check the digest, unpack the library.
//!
//! A file of its own so that a test can run each piece with a faulty Python, a wrong digest and a damaged wheel.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is built for, as cargo names it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// `linux`, `macos`, `windows`.
    pub(crate) os: String,
    /// `x86_64`, `aarch64`.
    pub(crate) arch: String,
    /// `gnu`, `musl`, `msvc` or empty.
    pub(crate) env: String,
}

/// One wheel, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// The version of ONNX Runtime.
    pub(crate) version: &'static str,
    /// pip's name of the platform.
    pub(crate) platform: &'static str,
    /// SHA-256 of the wheel.
    pub(crate) sha256: &'static str,
    /// The library inside the wheel.
    pub(crate) member: &'static str,
}

impl Pin {
    /// The library's file name.
    pub(crate) fn file_name(&self) -> &'static str {
        self.member.rsplit('/').next().unwrap_or(self.member)
    }
}

const VERSION: &str = "1.32.0";

/// A wheel's library is never larger; more means that the file is not what it should be.
const LARGEST_LIBRARY: u64 = 512 << 20;

/// The wheel for a target, or why there is none.
pub(crate) fn pin_for(target: &Target) -> Result<Pin, String> {
    let (platform, sha256, member) = match (target.os.as_str(), target.arch.as_str()) {
        ("linux", _) if target.env == "musl" => {
            return Err("the published library needs glibc, the target is musl".to_owned());
        }
        ("linux", "x86_64") => (
            "manylinux_2_28_x86_64",
            "99e1074c4b2197accd5073052a465361be17b89c093b8ffb6e6bd8f986c52df8",
            "onnxruntime/capi/libonnxruntime.so.1.32.0",
        ),
        ("linux", "aarch64") => (
            "manylinux_2_28_aarch64",
            "e36c187006e7a7c8b8d6d57f1a209dd63f52430dca6c282b177718ad6b841054",
            "onnxruntime/capi/libonnxruntime.so.1.32.0",
        ),
        ("macos", "aarch64") => (
            "macosx_14_0_arm64",
            "d52510bbbcc880c13b826f7d75cdf33ac5cf0bb864d960000fc29ce73f0cb83e",
            "onnxruntime/capi/libonnxruntime.1.32.0.dylib",
        ),
        ("windows", "x86_64") => (
            "win_amd64",
            "efe7456952c243a05a53d5b8732953625144642c2f3989094277f6217f0c0c40",
            "onnxruntime/capi/onnxruntime.dll",
        ),
        (os, arch) => return Err(format!("no wheel of version {VERSION} is pinned for {os} on {arch}")),
    };
    Ok(Pin { version: VERSION, platform, sha256, member })
}

/// The directory that cargo marks as its own above `out`, shared by all profiles; `out` itself where none is marked.
pub(crate) fn target_directory(out: &Path) -> PathBuf {
    out.ancestors().find(|path| path.join("CACHEDIR.TAG").is_file()).unwrap_or(out).to_path_buf()
}

/// The library's path in `directory`, fetched unless it is there already. `scratch` is a directory for passing files.
///
/// Several builds may do this at once: the library appears by a rename, whole or not at all.
pub(crate) fn install(pin: &Pin, pythons: &[&str], scratch: &Path, directory: &Path) -> Result<PathBuf, String> {
    let library = directory.join(pin.file_name());
    let marker = directory.join("wheel.sha256");
    if is_installed(pin, &library, &marker) {
        return Ok(library);
    }
    let download = scratch.join(format!("onnxruntime-{}", std::process::id()));
    let result = download_wheel(pin, pythons, &download).and_then(|wheel| {
        let bytes = fs::read(&wheel).map_err(|e| format!("cannot read {}: {e}", wheel.display()))?;
        check_digest(pin, &bytes)?;
        let contents = unpack(pin, bytes)?;
        fs::create_dir_all(directory).map_err(|e| format!("cannot create {}: {e}", directory.display()))?;
        write_whole(&library, &contents)?;
        write_whole(&marker, marker_text(pin, contents.len() as u64).as_bytes())
    });
    // What pip left is of no use any more, whether it could be removed or not.
    let _ = fs::remove_dir_all(&download);
    result.map(|()| library)
}

/// Whether the library there came whole from the pinned wheel: the marker is written after it and states its length.
fn is_installed(pin: &Pin, library: &Path, marker: &Path) -> bool {
    let Ok(metadata) = fs::metadata(library) else { return false };
    fs::read_to_string(marker).is_ok_and(|text| text == marker_text(pin, metadata.len()))
}

fn marker_text(pin: &Pin, length: u64) -> String {
    format!("{} {length}\n", pin.sha256)
}

/// Asks the first Python that starts for the wheel; returns its path.
pub(crate) fn download_wheel(pin: &Pin, pythons: &[&str], directory: &Path) -> Result<PathBuf, String> {
    let requirement = format!("onnxruntime=={}", pin.version);
    fs::create_dir_all(directory).map_err(|e| format!("cannot create {}: {e}", directory.display()))?;
    let mut reasons = Vec::new();
    for python in pythons {
        // The version and platform are stated because the wheel, not the Python at hand, decides what is unpacked.
        let output = Command::new(python)
            .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--implementation", "cp"])
            .args(["--python-version", "3.12", "--abi", "cp312", "--platform", pin.platform])
            .args(["--disable-pip-version-check", "--no-input", "--quiet", "--retries", "2", "--timeout", "30"])
            .arg("--dest")
            .arg(directory)
            .arg(&requirement)
            .output();
        match output {
            Err(e) => reasons.push(format!("{python} did not start ({e})")),
            Ok(output) if !output.status.success() => {
                let errors = String::from_utf8_lossy(&output.stderr);
                // pip's last line names the cause; earlier ones repeat its attempts.
                let last = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message");
                reasons.push(format!("{python} -m pip download {requirement} failed ({}): {last}", output.status));
            }
            Ok(_) => return only_wheel(directory),
        }
    }
    Err(if reasons.is_empty() { "no Python was named".to_owned() } else { reasons.join("; ") })
}

fn only_wheel(directory: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(directory).map_err(|e| format!("cannot list {}: {e}", directory.display()))?;
    let mut wheels: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    match (wheels.pop(), wheels.len()) {
        (Some(wheel), 0) => Ok(wheel),
        (None, _) => Err("pip said that it succeeded, but left no wheel".to_owned()),
        (Some(_), more) => Err(format!("pip left {} wheels, expected one", more + 1)),
    }
}

/// Compares the wheel's SHA-256 with the pinned one.
pub(crate) fn check_digest(pin: &Pin, wheel: &[u8]) -> Result<(), String> {
    let mut found = String::with_capacity(64);
    for byte in Sha256::digest(wheel) {
        // Writing to a string cannot fail.
        let _ = write!(found, "{byte:02x}");
    }
    if found == pin.sha256 {
        return Ok(());
    }
    Err(format!(
        "the wheel for {} has SHA-256 {found}, expected {}: it is not the published file and was not used",
        pin.platform, pin.sha256
    ))
}

/// The library's bytes.
pub(crate) fn unpack(pin: &Pin, wheel: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(wheel)).map_err(|e| format!("damaged wheel: {e}"))?;
    let mut member = archive.by_name(pin.member).map_err(|e| format!("no {} in the wheel: {e}", pin.member))?;
    if member.size() > LARGEST_LIBRARY {
        return Err(format!("{} claims {} bytes, expected at most {LARGEST_LIBRARY}", pin.member, member.size()));
    }
    let mut contents = Vec::with_capacity(member.size() as usize);
    std::io::copy(&mut member, &mut contents).map_err(|e| format!("cannot unpack {}: {e}", pin.member))?;
    Ok(contents)
}

fn write_whole(path: &Path, contents: &[u8]) -> Result<(), String> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}", std::process::id()));
    let passing = path.with_file_name(name);
    fs::write(&passing, contents)
        .and_then(|()| fs::rename(&passing, path))
        .map_err(|e| format!("cannot write {}: {e}", path.display()))
}
