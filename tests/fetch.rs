//! The build script's pieces: pins, a Python that is missing or fails, a wrong digest, a damaged wheel.

#![cfg(all(feature = "fetch-onnxruntime", unix))]

#[path = "../build/onnxruntime.rs"]
mod onnxruntime;

use onnxruntime::{Pin, Target, check_digest, download_wheel, install, pin_for, target_directory, unpack};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn target(os: &str, arch: &str, env: &str) -> Target {
    Target { os: os.to_owned(), arch: arch.to_owned(), env: env.to_owned() }
}

/// A wheel with one member, and its pin.
fn wheel(member: &'static str, contents: &[u8]) -> (Vec<u8>, Pin) {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(contents).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let digest = portray::scan::Digest::of(&bytes).to_string();
    let pin = Pin { version: "1.2.3", platform: "test", sha256: digest.leak(), member };
    (bytes, pin)
}

/// A stand-in for Python: a shell script, in which the destination is the argument after `--dest`.
fn python(folder: &Path, script: &str) -> String {
    let path = folder.join("python");
    let find = "while [ $# -gt 0 ]; do if [ \"$1\" = --dest ]; then dest=$2; fi; shift; done";
    fs::write(&path, format!("#!/bin/sh\n{find}\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn the_four_pinned_targets_and_no_others_have_a_wheel() {
    let pinned = [
        (target("linux", "x86_64", "gnu"), "manylinux_2_28_x86_64", "libonnxruntime.so.1.32.0"),
        (target("linux", "aarch64", "gnu"), "manylinux_2_28_aarch64", "libonnxruntime.so.1.32.0"),
        (target("macos", "aarch64", ""), "macosx_14_0_arm64", "libonnxruntime.1.32.0.dylib"),
        (target("windows", "x86_64", "msvc"), "win_amd64", "onnxruntime.dll"),
    ];
    let mut digests = Vec::new();
    for (target, platform, file) in &pinned {
        let pin = pin_for(target).unwrap();
        assert_eq!((pin.platform, pin.file_name(), pin.version), (*platform, *file, "1.32.0"));
        assert!(pin.sha256.len() == 64 && pin.sha256.bytes().all(|b| b.is_ascii_hexdigit()));
        digests.push(pin.sha256);
    }
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), pinned.len());
    assert!(pin_for(&target("linux", "x86_64", "musl")).unwrap_err().contains("needs glibc"));
    assert!(pin_for(&target("linux", "riscv64", "gnu")).unwrap_err().contains("is pinned for linux on riscv64"));
}

#[test]
fn a_missing_or_failing_python_is_told_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (_, pin) = wheel("onnxruntime/capi/lib.so", b"library");
    let download = |pythons: &[&str]| download_wheel(&pin, pythons, &folder.path().join("download")).unwrap_err();
    assert!(download(&["/no/such/python"]).contains("/no/such/python did not start"));
    let failing = python(folder.path(), "echo noise >&2; echo 'ERROR: no network' >&2; echo >&2; exit 1");
    let reason = download(&["/no/such/python", &failing]);
    assert!(reason.contains("did not start") && reason.ends_with("ERROR: no network"), "{reason}");
    let idle = python(folder.path(), "exit 0");
    assert!(download(&[&idle]).contains("left no wheel"));
    let generous = python(folder.path(), "touch \"$dest/a.whl\" \"$dest/b.whl\"");
    assert!(download(&[&generous]).contains("left 2 wheels"));
    assert_eq!(download(&[]), "no Python was named");
}

#[test]
fn a_wheel_with_another_digest_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, pin) = wheel("onnxruntime/capi/lib.so", b"library");
    check_digest(&pin, &bytes).unwrap();
    fs::write(folder.path().join("other"), b"not the published file").unwrap();
    let python = python(folder.path(), &format!("cp {}/other \"$dest/x.whl\"", folder.path().display()));
    let directory = folder.path().join("installed");
    let reason = install(&pin, &[&python], folder.path(), &directory).unwrap_err();
    assert!(reason.contains("it is not the published file and was not used"), "{reason}");
    assert!(!directory.exists());
}

#[test]
fn damaged_wheels_are_told() {
    let (bytes, pin) = wheel("onnxruntime/capi/lib.so", b"library");
    assert_eq!(unpack(&pin, bytes.clone()).unwrap(), b"library");
    assert!(unpack(&pin, bytes[..bytes.len() / 2].to_vec()).unwrap_err().contains("damaged wheel"));
    let renamed = Pin { member: "onnxruntime/capi/other.so", ..pin };
    assert!(unpack(&renamed, bytes).unwrap_err().contains("no onnxruntime/capi/other.so in the wheel"));
}

#[test]
fn a_library_is_fetched_once_and_again_when_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, pin) = wheel("onnxruntime/capi/lib.so", b"library");
    fs::write(folder.path().join("good"), bytes).unwrap();
    let root = folder.path().display();
    let python = python(folder.path(), &format!("echo x >>{root}/asked; cp {root}/good \"$dest/x.whl\""));
    let directory = folder.path().join("installed");
    let times = || fs::read_to_string(folder.path().join("asked")).unwrap().lines().count();
    let library = install(&pin, &[&python], folder.path(), &directory).unwrap();
    assert_eq!(library, directory.join("lib.so"));
    assert_eq!(install(&pin, &[&python], folder.path(), &directory).unwrap(), library);
    assert_eq!(times(), 1);
    for damage in [&b"libr"[..], b""] {
        fs::write(&library, damage).unwrap();
        install(&pin, &[&python], folder.path(), &directory).unwrap();
        assert_eq!(fs::read(&library).unwrap(), b"library");
    }
    assert_eq!(times(), 3);
    // Nothing but the library and its marker is left behind.
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
}

#[test]
fn the_target_directory_is_the_one_that_cargo_marked() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("built/debug/build/portray-0/out");
    fs::create_dir_all(&out).unwrap();
    assert_eq!(target_directory(&out), out);
    fs::write(folder.path().join("built/CACHEDIR.TAG"), b"").unwrap();
    assert_eq!(target_directory(&out), folder.path().join("built"));
}
