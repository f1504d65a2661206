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
        Err(panic) => {
            let place = portray::commands::crash_place().map(|place| format!(" at {place}")).unwrap_or_default();
            let words = portray::scan::panic_words(panic.as_ref());
            say(&format!("error: portray crashed{place}: {words}; please report this line with the command"));
            Exit::Internal.into()
        }
    }
}

/// A line on standard error, which may be closed.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
