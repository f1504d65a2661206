//! Models: the contract, sessions, ONNX Runtime. The only place that names `ort`.

mod contract;
mod scorer;

pub use contract::{
    Area, BoxLayout, BoxOutput, Calibration, Channel, Contract, InputContract, NamedOutput, Outputs, ScoreContract,
    Values,
};
pub use scorer::{Inference, ModelInfo, ScoredBox, Scorer};
