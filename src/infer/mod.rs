//! Models: the contract, sessions, ONNX Runtime. The only place that names `ort`.
//!
//! A [`Scorer`] answers for a prepared scan. [`OnnxScorer`] is the real one: it finds and loads ONNX Runtime, checks the
//! model's [`Contract`] against the graph, and runs whole scans, tiles or squeezed scans in a pool of sessions.
//! [`FixedScorer`] needs no runtime.

mod check;
mod contract;
mod doctor;
mod evidence;
mod fixed;
mod input;
mod onnx;
mod outputs;
mod part;
mod provider;
mod runtime;
mod scorer;
mod session;
mod signature;
mod stretch;
mod threads;
mod tiles;

pub use check::{CONTRACT_VERSION, contract_schema};
pub use contract::{
    Area, BoxLayout, BoxOutput, Calibration, Channel, ClassOutput, Contract, ExcessOutput, FamiliarityOutput,
    FeatureOutput, InputContract, NamedOutput, Outputs, ScoreContract, Values,
};
pub use doctor::{Diagnosis, ModelStatus, ProviderStatus, RuntimeStatus, cpu_features, diagnose};
pub use fixed::FixedScorer;
pub use input::input_tensor;
pub use onnx::{OnnxScorer, SessionOptions};
pub use provider::Provider;
pub use runtime::{Found, How, RuntimeOptions, find_runtime};
pub use scorer::{ClassMap, Inference, ModelInfo, ScoreMap, ScoredBox, Scorer};
pub use signature::{Signature, TensorSpec};
pub use threads::{MOST_AT_ONCE, Plan, cores, thread_plan};

/// The model that portray uses where none is named: the untrained baseline `models/contrast.onnx`, at 5 mm a pixel.
pub fn default_model() -> &'static [u8] {
    include_bytes!("../../models/contrast.onnx")
}
