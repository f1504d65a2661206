//! ONNX Runtime's library: finding it, loading it once, telling its version.

use crate::scan::{Error, Result};
use ort::logging::LogLevel;
use serde::Serialize;
use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where to look for ONNX Runtime. [`RuntimeOptions::from_process`] fills it with what the running program knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuntimeOptions {
    /// The library named by `--onnxruntime`; looked at first.
    pub library: Option<PathBuf>,
    /// The value of `ORT_DYLIB_PATH`.
    pub environment: Option<PathBuf>,
    /// The directory of the running program.
    pub executable_directory: Option<PathBuf>,
    /// The path known when portray was built.
    pub build: Option<PathBuf>,
}

impl RuntimeOptions {
    /// The look-up of the running program, with the library named by `--onnxruntime` if there is one.
    pub fn from_process(library: Option<PathBuf>) -> Self {
        let filled = |path: PathBuf| (!path.as_os_str().is_empty()).then_some(path);
        Self {
            library,
            environment: std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from).and_then(filled),
            executable_directory: std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf)),
            build: option_env!("PORTRAY_ONNXRUNTIME").map(PathBuf::from).and_then(filled),
        }
    }
}

/// How the library was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Named by `--onnxruntime`.
    Flag,
    /// Named by the environment variable `ORT_DYLIB_PATH`.
    Environment,
    /// Beside the program.
    BesideExecutable,
    /// Put there when portray was built.
    Build,
    /// Known to the system's loader.
    System,
}

impl How {
    /// A few words for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Flag => "named by --onnxruntime",
            Self::Environment => "named by ORT_DYLIB_PATH",
            Self::BesideExecutable => "beside the program",
            Self::Build => "fetched when portray was built",
            Self::System => "known to the system's loader",
        }
    }
}

/// A library that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its path; a bare file name where the system's loader knows it.
    pub path: PathBuf,
    /// How it was found.
    pub how: How,
}

/// Looks for ONNX Runtime: `--onnxruntime`, `ORT_DYLIB_PATH`, beside the program, the path known at build, the system's
/// loader. A library that was named explicitly has to be there; nothing else is tried then.
pub fn find_runtime(options: &RuntimeOptions) -> Result<Found> {
    let named = [(&options.library, How::Flag), (&options.environment, How::Environment)];
    for (path, how) in named {
        let Some(path) = path else { continue };
        if path.is_file() {
            // Absolute, since loaders look for relative paths in places of their own.
            let path = std::path::absolute(path).map_err(|e| Error::io(format!("{}: {e}", path.display())))?;
            return Ok(Found { path, how });
        }
        return Err(Error::model(format!("no ONNX Runtime library at {} ({})", path.display(), how.text()))
            .help(format!("name the file itself, such as {}", library_name())));
    }
    if let Some(path) = options.executable_directory.as_deref().and_then(beside) {
        return Ok(Found { path, how: How::BesideExecutable });
    }
    if let Some(path) = options.build.as_ref().filter(|path| path.is_file()) {
        return Ok(Found { path: path.clone(), how: How::Build });
    }
    for name in SYSTEM_NAMES {
        let path = PathBuf::from(name);
        if version_of(&path).is_ok() {
            return Ok(Found { path, how: How::System });
        }
    }
    let built = options.build.as_ref().map_or_else(
        || "none was fetched when portray was built".to_owned(),
        |path| format!("{} is gone", path.display()),
    );
    Err(Error::model(format!(
        "ONNX Runtime was not found: {} is not beside the program, {built}, and the system's loader \
         knows none",
        library_name()
    ))
    .help(format!(
        "run `python3 -m pip download --no-deps --only-binary=:all: onnxruntime==1.32.0`, unzip the wheel, and put \
         onnxruntime/capi/{}* beside the program or name it with --onnxruntime FILE or ORT_DYLIB_PATH",
        library_name()
    )))
}

/// What the system's loader may know the library by; on Linux only development packages have the plain name.
const SYSTEM_NAMES: &[&str] = if cfg!(windows) {
    &["onnxruntime.dll"]
} else if cfg!(target_os = "macos") {
    &["libonnxruntime.dylib"]
} else {
    &["libonnxruntime.so", "libonnxruntime.so.1"]
};

/// The library's plain name on this system.
fn library_name() -> &'static str {
    SYSTEM_NAMES[0]
}

/// A library in `directory`: the plain name first, else the last of the versioned ones by name.
fn beside(directory: &Path) -> Option<PathBuf> {
    let plain = directory.join(library_name());
    if plain.is_file() {
        return Some(plain);
    }
    // `libonnxruntime.so.1.32.0` on Linux, `libonnxruntime.1.32.0.dylib` on macOS.
    let (start, end) =
        if cfg!(target_os = "macos") { ("libonnxruntime.", "dylib") } else { ("libonnxruntime.so.", "") };
    let versioned = |path: &Path| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        !cfg!(windows) && name.starts_with(start) && name.ends_with(end)
    };
    let entries = std::fs::read_dir(directory).ok()?;
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| versioned(path) && path.is_file()).max()
}

/// The version that a library states, such as `1.32.0`.
///
/// ort reads it too, but keeps it to itself; a report has to name it.
#[expect(unsafe_code, reason = "loading a library and calling its version function cannot be done without")]
fn version_of(path: &Path) -> Result<String> {
    let wrong = |what: String| {
        Error::model(format!("{} {what}", path.display())).help("name another library with --onnxruntime FILE")
    };
    // SAFETY: running the library's initialisers is what the user asked for by naming or installing it; the symbol
    // has had this signature in every release of ONNX Runtime, and both pointers are checked before use.
    unsafe {
        let library =
            libloading::Library::new(path).map_err(|e| wrong(format!("does not load: {}", with_cause(&e))))?;
        let base = library
            .get::<unsafe extern "C" fn() -> *const ort::sys::OrtApiBase>(b"OrtGetApiBase")
            .map_err(|_| wrong("is not ONNX Runtime: it has no OrtGetApiBase".to_owned()))?();
        let base = base.as_ref().ok_or_else(|| wrong("returned no interface".to_owned()))?;
        let version = (base.GetVersionString)();
        if version.is_null() {
            return Err(wrong("returned no version".to_owned()));
        }
        Ok(CStr::from_ptr(version).to_string_lossy().into_owned())
    }
}

/// An error's words with those of its cause: the loader's own reason stands there.
fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// ONNX Runtime as this process uses it.
#[derive(Debug, Clone)]
pub(super) struct Runtime {
    pub(super) environment: ort::environment::Environment,
    pub(super) found: Found,
    pub(super) version: String,
}

/// The runtime is loaded once: ort allows one environment in a process, and its library is never unloaded.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

/// Loads the library on first use; later calls return the same one and refuse another path.
pub(super) fn load(options: &RuntimeOptions) -> Result<Runtime> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    let found = find_runtime(options)?;
    if let Some(runtime) = loaded.as_ref() {
        if runtime.found.path == found.path {
            return Ok(runtime.clone());
        }
        return Err(Error::parameter(format!(
            "this process already uses ONNX Runtime from {}, not {}",
            runtime.found.path.display(),
            found.path.display()
        ))
        .help("one process can hold one runtime"));
    }
    // Read before ort sees the file: ort panics on some of what is only an error here.
    let version = version_of(&found.path)?;
    let environment = ort::init_from(&found.path)
        .map_err(|e| {
            Error::model(format!("{} is not usable: {e}", found.path.display())).help("use ONNX Runtime 1.22 or newer")
        })?
        .with_name("portray")
        .with_telemetry(false)
        .with_logger(Arc::new(log))
        .build()
        .map_err(|e| Error::model(format!("ONNX Runtime {version} did not start: {e}")))?;
    let runtime = Runtime { environment, found, version };
    *loaded = Some(runtime.clone());
    Ok(runtime)
}

/// Hands the runtime's messages on. Its warnings speak to people who build graphs, so they rank below portray's own.
fn log(level: LogLevel, _category: &str, _id: &str, place: &str, message: &str) {
    match level {
        LogLevel::Fatal | LogLevel::Error => tracing::warn!(place, "onnxruntime: {message}"),
        LogLevel::Warning => tracing::debug!(place, "onnxruntime: {message}"),
        LogLevel::Info | LogLevel::Verbose => tracing::trace!(place, "onnxruntime: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    #[test]
    fn the_look_up_goes_flag_environment_executable_build() {
        let root = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = root.path().join(name).join(library_name());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, b"not loaded by this test").unwrap();
            path
        };
        let (flag, environment, beside, build) = (file("flag"), file("env"), file("bin"), file("build"));
        let mut options = RuntimeOptions {
            library: Some(flag.clone()),
            environment: Some(environment.clone()),
            executable_directory: Some(beside.parent().unwrap().to_path_buf()),
            build: Some(build.clone()),
        };
        assert_eq!(find_runtime(&options).unwrap(), Found { path: flag, how: How::Flag });
        options.library = None;
        assert_eq!(find_runtime(&options).unwrap(), Found { path: environment, how: How::Environment });
        options.environment = None;
        assert_eq!(find_runtime(&options).unwrap(), Found { path: beside, how: How::BesideExecutable });
        options.executable_directory = Some(root.path().to_path_buf());
        assert_eq!(find_runtime(&options).unwrap(), Found { path: build, how: How::Build });
    }

    #[test]
    fn a_named_library_that_is_missing_ends_the_search() {
        let missing = PathBuf::from("no/such/library");
        for options in [
            RuntimeOptions { library: Some(missing.clone()), ..RuntimeOptions::default() },
            RuntimeOptions { environment: Some(missing.clone()), ..RuntimeOptions::default() },
        ] {
            let error = find_runtime(&options).unwrap_err();
            assert_eq!(error.fault, Fault::Model);
            assert!(error.to_string().contains("no/such/library (named by"), "{error}");
        }
    }

    #[test]
    fn a_search_that_finds_nothing_says_what_to_do() {
        let gone = RuntimeOptions { build: Some(PathBuf::from("gone/library")), ..RuntimeOptions::default() };
        match find_runtime(&gone) {
            // Only where the system has a runtime of its own.
            Ok(found) => assert_eq!(found.how, How::System),
            Err(error) => {
                assert_eq!(error.fault, Fault::Model);
                let text = error.to_string();
                for part in ["gone/library is gone", "pip download", "--onnxruntime FILE", "ORT_DYLIB_PATH"] {
                    assert!(text.contains(part), "{text}");
                }
            }
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn versioned_names_beside_the_program_count() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(beside(root.path()), None);
        for name in ["libonnxruntime.so.1.31.0", "libonnxruntime.so.1.32.0", "libonnxruntime_providers_shared.so"] {
            std::fs::write(root.path().join(name), b"").unwrap();
        }
        assert_eq!(beside(root.path()), Some(root.path().join("libonnxruntime.so.1.32.0")));
    }

    #[test]
    fn a_file_that_is_no_library_is_told() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(library_name());
        std::fs::write(&path, b"text").unwrap();
        let error = version_of(&path).unwrap_err();
        assert_eq!(error.fault, Fault::Model);
        assert!(error.to_string().contains("does not load"), "{error}");
    }
}
