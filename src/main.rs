//! The `portray` program: parse, run, print the cause chain, exit.

use clap::Parser as _;
use portray::commands::{Cli, Exit};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Clear }.into();
        }
    };
    match std::panic::catch_unwind(|| portray::commands::run(cli)) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => {
            say(&format!("error: {error:#}"));
            Exit::of(&error).into()
        }
        // The panic's own words are in the log already.
        Err(_) => {
            say("error: portray crashed; please report it with the lines above");
            Exit::Internal.into()
        }
    }
}

/// A line on standard error, which may be closed.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
