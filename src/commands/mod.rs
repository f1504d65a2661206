//! One file a subcommand.

pub mod simulate;
