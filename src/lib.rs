//! Finds what is hidden in X-ray scans of shipping containers.
//!
//! ```text
//! source -> scan -> prepare -> infer -> judge -> report
//! ```
//!
//! A scan file comes in on the left, a report leaves on the right, and nothing walks back. Each stage is a module that takes
//! values and gives values; [`pipeline`] alone calls the stages, and `commands` alone calls the pipeline.
//!
//! - [`scan`]: the types everyone shares: planes, geometry, identity, faults.
//! - [`source`]: files to scans.
//! - [`prepare`]: counts to attenuation on the model's grid.
//! - [`infer`]: models, their contract and ONNX Runtime.
//! - [`judge`]: scores to regions, mass and a verdict.
//! - [`report`]: wire types, tables, pictures.
//! - [`simulate`]: scans with exact truth.

#[cfg(feature = "cli")]
pub mod commands;
pub mod evaluate;
pub mod infer;
pub mod judge;
pub mod pipeline;
pub mod prepare;
pub mod report;
pub mod scan;
pub mod simulate;
pub mod source;

/// The code in README.md runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
