//! Finds or installs ONNX Runtime, and tells this build from others.
//!
//! With the feature `fetch-onnxruntime` the pinned Python wheel is taken once per target directory and the path of its
//! library is compiled in as `PORTRAY_ONNXRUNTIME`. Whatever goes wrong, the build succeeds with an empty path: the
//! program then looks elsewhere and says what to do.
//!
//! `PORTRAY_BUILD` is a digest of the sources, the built-in models and the locked dependencies: reports name it, so that a
//! report of other code under the same version is not taken for one that this program would write.

#[cfg(feature = "fetch-onnxruntime")]
#[path = "build/onnxruntime.rs"]
mod onnxruntime;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-env-changed=PORTRAY_NO_FETCH");
    println!("cargo:rerun-if-env-changed=PORTRAY_PYTHON");
    let library = library();
    println!("cargo:rustc-env=PORTRAY_ONNXRUNTIME={library}");
    println!("cargo:rustc-env=PORTRAY_BUILD={:016x}", sources());
}

/// FNV-1a over the names and bytes of what decides about reports, in the order of the names: the same on every machine.
fn sources() -> u64 {
    let mut files = Vec::new();
    for part in ["src", "models", "Cargo.toml", "Cargo.lock"] {
        println!("cargo:rerun-if-changed={part}");
        collect(std::path::Path::new(part), &mut files);
    }
    files.sort();
    let hash = |hash: u64, bytes: &[u8]| {
        bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    files.iter().fold(0xcbf2_9ce4_8422_2325, |all, path| {
        let name = path.to_string_lossy().replace('\\', "/");
        hash(hash(all, name.as_bytes()), &std::fs::read(path).unwrap_or_default())
    })
}

/// The sources and models at a path or below it; what is not there in a package is left out, and so is what npm put there.
fn collect(path: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    if path.ends_with("node_modules") {
        return;
    }
    if let Ok(entries) = std::fs::read_dir(path) {
        for entry in entries.flatten() {
            collect(&entry.path(), files);
        }
    } else if path.is_file()
        && path.extension().is_some_and(|end| ["rs", "onnx", "toml", "lock"].iter().any(|known| end == *known))
    {
        files.push(path.to_path_buf());
    }
}

#[cfg(not(feature = "fetch-onnxruntime"))]
fn library() -> String {
    String::new()
}

#[cfg(feature = "fetch-onnxruntime")]
fn library() -> String {
    use onnxruntime::{Target, install, pin_for, target_directory};
    use std::path::PathBuf;

    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    // docs.rs has no network and runs nothing.
    if !matches!(variable("PORTRAY_NO_FETCH").as_str(), "" | "0") || !variable("DOCS_RS").is_empty() {
        return String::new();
    }
    let target = Target {
        os: variable("CARGO_CFG_TARGET_OS"),
        arch: variable("CARGO_CFG_TARGET_ARCH"),
        env: variable("CARGO_CFG_TARGET_ENV"),
    };
    let fetched = pin_for(&target).and_then(|pin| {
        let out = PathBuf::from(variable("OUT_DIR"));
        let stated = variable("PORTRAY_PYTHON");
        let pythons: Vec<&str> = if stated.is_empty() { vec!["python3", "python"] } else { vec![&stated] };
        let directory = target_directory(&out).join("onnxruntime").join(format!("{}-{}", pin.version, pin.platform));
        // A library that was removed, or that could not be fetched, is tried again with the next build.
        println!("cargo:rerun-if-changed={}", directory.join(pin.file_name()).display());
        install(&pin, &pythons, &out, &directory)
    });
    match fetched {
        Ok(path) => path.display().to_string(),
        Err(reason) => {
            for line in reason.lines() {
                println!("cargo:warning=ONNX Runtime was not fetched: {line}");
            }
            println!(
                "cargo:warning=portray still builds, but needs a runtime to scan: build again with Python 3, pip and a \
                 network, or put the ONNX Runtime library (1.22 or newer) beside the program or name it with \
                 --onnxruntime or ORT_DYLIB_PATH; PORTRAY_NO_FETCH=1 stops these attempts"
            );
            String::new()
        }
    }
}
