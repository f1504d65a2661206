//! What there is to run models with, for `portray doctor`. Nothing here fails: what is wrong is part of the answer.

use super::runtime::{self, Found, RuntimeOptions};
use super::session::Graph;
use super::{Contract, OnnxScorer, Plan, Provider, Scorer, SessionOptions, cores, default_model, thread_plan};
use crate::scan::Digest;
use serde::{Serialize, Serializer};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Everything that decides how models run here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnosis {
    /// ONNX Runtime, or why there is none and what to do; in JSON an object with `error`.
    #[serde(serialize_with = "value_or_error")]
    pub runtime: Result<RuntimeStatus, String>,
    /// Every provider that portray knows.
    pub providers: Vec<ProviderStatus>,
    /// Cores that this process may use.
    pub cores: usize,
    /// How those are split for a single scan and for many.
    pub single_scan: Plan,
    /// See `single_scan`.
    pub many_scans: Plan,
    /// The processor's architecture, such as `x86_64`.
    pub architecture: &'static str,
    /// The processor's features that matter to inference, by their usual names.
    pub cpu_features: Vec<&'static str>,
    /// The built-in model, then those asked for.
    pub models: Vec<ModelStatus>,
}

/// The runtime that was found and loaded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuntimeStatus {
    /// Where it is and how it was found.
    #[serde(flatten)]
    pub found: Found,
    /// Its version, such as `1.32.0`.
    pub version: String,
    /// What it says of its own build.
    pub build: String,
}

/// Whether a provider can be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProviderStatus {
    /// Which one.
    pub provider: Provider,
    /// Whether portray was built with it.
    pub compiled: bool,
    /// Whether a session with it loads the built-in model, or why not; in JSON `error`, null where it loads.
    #[serde(rename = "error", serialize_with = "error_alone")]
    pub loads: Result<(), String>,
}

/// Whether a model can be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelStatus {
    /// Its file; nothing for the one built in.
    pub path: Option<PathBuf>,
    /// SHA-256 of the file, where it could be read.
    pub digest: Option<Digest>,
    /// The contract it carries, or why it cannot be used; in JSON an object with `error`.
    #[serde(serialize_with = "value_or_error")]
    pub contract: Result<Contract, String>,
}

fn value_or_error<T: Serialize, S: Serializer>(result: &Result<T, String>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Fault<'a> {
        error: &'a str,
    }
    match result {
        Ok(value) => value.serialize(to),
        Err(error) => Fault { error }.serialize(to),
    }
}

fn error_alone<S: Serializer>(result: &Result<(), String>, to: S) -> Result<S::Ok, S::Error> {
    result.as_ref().err().serialize(to)
}

/// Tries everything: loads the runtime, each provider, the built-in model and the ones at `models`; an entry that is a
/// folder stands for the `.onnx` files in it, sorted.
pub fn diagnose(options: &RuntimeOptions, models: &[PathBuf]) -> Diagnosis {
    let session = |provider| SessionOptions { provider, runtime: options.clone(), ..SessionOptions::default() };
    let loaded = runtime::load(options);
    let providers = Provider::ALL.map(|provider| {
        let loads = loaded.clone().and_then(|runtime| Graph::load(&runtime, default_model(), &session(provider)));
        ProviderStatus {
            provider,
            compiled: provider.compiled(),
            loads: loads.map(|_| ()).map_err(|error| error.to_string()),
        }
    });
    let status = |path: Option<PathBuf>, bytes: Result<Vec<u8>, String>| ModelStatus {
        path,
        digest: bytes.as_ref().ok().map(|bytes| Digest::of(bytes)),
        contract: bytes.and_then(|bytes| {
            let scorer = OnnxScorer::load(&bytes, None, &session(Provider::Cpu)).map_err(|e| e.to_string())?;
            Ok(scorer.contract().clone())
        }),
    };
    let built_in = status(None, Ok(default_model().to_vec()));
    let named = models.iter().flat_map(|path| model_files(path)).map(|path| {
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => "no such file or folder; check the path".to_owned(),
            ErrorKind::IsADirectory => "no .onnx file is in this folder".to_owned(),
            _ => error.to_string(),
        });
        status(Some(path), bytes)
    });
    let cores = cores();
    Diagnosis {
        runtime: loaded
            .clone()
            .map(|runtime| RuntimeStatus {
                found: runtime.found,
                version: runtime.version,
                build: ort::info().to_owned(),
            })
            .map_err(|error| error.to_string()),
        providers: providers.to_vec(),
        cores,
        single_scan: thread_plan(cores, 1, None),
        many_scans: thread_plan(cores, usize::MAX, None),
        architecture: std::env::consts::ARCH,
        cpu_features: cpu_features(),
        models: std::iter::once(built_in).chain(named).collect(),
    }
}

/// The file itself, or the `.onnx` files directly in a folder. What is missing is kept, so that it is reported, and so is a
/// folder without any.
fn model_files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else { return vec![path.to_path_buf()] };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("onnx")))
        .collect();
    files.sort();
    if files.is_empty() { vec![path.to_path_buf()] } else { files }
}

/// The features of this processor that ONNX Runtime's kernels choose between, by their usual names.
pub fn cpu_features() -> Vec<&'static str> {
    macro_rules! found {
        ($detected:ident: $($name:tt),*) => {
            [$(($name, std::arch::$detected!($name))),*].into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
        };
    }
    #[cfg(target_arch = "x86_64")]
    return found!(is_x86_feature_detected: "sse4.1", "avx", "avx2", "fma", "f16c", "avxvnni", "avx512f", "avx512bw", "avx512vnni");
    #[cfg(target_arch = "aarch64")]
    return found!(is_aarch64_feature_detected: "neon", "fp16", "dotprod", "i8mm", "bf16", "sve");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return Vec::new();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_diagnosis_names_what_works_and_what_does_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b.onnx"), b"no model").unwrap();
        std::fs::write(folder.path().join("a.ONNX"), default_model()).unwrap();
        std::fs::write(folder.path().join("notes.txt"), b"").unwrap();
        let missing = folder.path().join("missing.onnx");
        let found = diagnose(&RuntimeOptions::from_process(None), &[folder.path().to_path_buf(), missing]);
        let runtime = found.runtime.as_ref().unwrap();
        assert!(runtime.version.starts_with("1."), "{runtime:?}");
        assert_eq!(found.providers.len(), 6);
        for status in &found.providers {
            // The fetched runtime runs on the processor only.
            assert_eq!(status.loads.is_ok(), status.provider == Provider::Cpu, "{status:?}");
        }
        assert_eq!(found.single_scan.threads, found.cores);
        assert_eq!(found.many_scans, thread_plan(found.cores, 500, None), "what a run of many scans really does");
        let usable: Vec<bool> = found.models.iter().map(|model| model.contract.is_ok()).collect();
        assert_eq!(usable, [true, true, false, false]);
        assert_eq!(found.models[0].digest, found.models[1].digest);
        assert_eq!(found.models[3].digest, None);
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(json["models"][0]["contract"]["name"], "contrast");
        assert_eq!(json["models"][3]["contract"]["error"], "no such file or folder; check the path");
        assert_eq!(
            (&json["runtime"]["version"], &json["providers"][0]["error"]),
            (&json!(runtime.version), &json!(null))
        );
        assert!(json["providers"][1]["error"].as_str().unwrap().contains("cuda"), "{json}");
        assert!(!json.to_string().contains("\"Ok\"") && !json.to_string().contains("\"Err\""), "{json}");
        let empty = tempfile::tempdir().unwrap();
        let found = diagnose(&RuntimeOptions::from_process(None), &[empty.path().to_path_buf()]);
        assert!(found.models[1].contract.as_ref().unwrap_err().contains("no .onnx file"), "{:?}", found.models[1]);
    }

    #[test]
    fn without_a_runtime_everything_says_why() {
        let options = RuntimeOptions { library: Some(PathBuf::from("no/such/library")), ..RuntimeOptions::default() };
        let found = diagnose(&options, &[]);
        assert!(found.runtime.unwrap_err().contains("no/such/library"));
        assert!(found.providers.iter().all(|status| status.loads.is_err()));
        assert!(found.models.iter().all(|model| model.contract.is_err()));
    }
}
