//! Finds what is hidden in X-ray scans of shipping containers.
//!
//! ```text
//! source -> scan -> prepare -> infer -> judge -> report
//! ```

#[cfg(feature = "cli")]
pub mod commands;
pub mod infer;
pub mod prepare;
pub mod scan;
pub mod simulate;
pub mod source;
