//! Files to scans, and scans to files.

pub mod write;
