//! Finds what is hidden in X-ray scans of shipping containers.
//!
//! ```text
//! source -> scan -> prepare -> infer -> judge -> report
//! ```

#[cfg(feature = "cli")]
pub mod commands;
pub mod infer;
pub mod judge;
pub mod pipeline;
pub mod prepare;
pub mod report;
pub mod scan;
pub mod simulate;
pub mod source;
