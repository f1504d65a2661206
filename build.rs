//! Finds or installs ONNX Runtime, and does nothing else.
//!
//! With the feature `fetch-onnxruntime` the pinned Python wheel is taken once per target directory and the path of its
//! library is compiled in as `PORTRAY_ONNXRUNTIME`. Whatever goes wrong, the build succeeds with an empty path: the
//! program then looks elsewhere and says what to do.

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
