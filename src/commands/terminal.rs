//! Colours and logs.

use crate::scan::{misleads, panic_words};
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use tracing_subscriber::EnvFilter;

/// When to use colours.
#[expect(clippy::doc_markdown, reason = "shown as help text, where backticks are noise")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb
    #[default]
    Auto,
    /// Always, also where NO_COLOR is set
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to colour what goes to a stream that is a terminal or not (no-color.org).
    pub(super) fn on(self, terminal: bool) -> bool {
        let plain = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && !plain("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }

    /// Makes the table and the progress bar follow this choice alone: the crates that draw them look at `NO_COLOR` by
    /// themselves, so that `--color always` left a table half coloured, and `--color never` a coloured bar.
    pub(super) fn settle(self) {
        crossterm::style::force_color_output(self.on(std::io::stdout().is_terminal()));
        console::set_colors_enabled_stderr(self.on(std::io::stderr().is_terminal()));
    }
}

/// Where the last panic was. Those inside a scan are failed reports and say nothing by themselves.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Where the program crashed, for whoever has to report it: `src/judge/find.rs:17`.
pub fn crash_place() -> Option<String> {
    PANIC.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A source file without the folders of whoever built the program: those of other crates keep the crate's own.
fn source(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let from = parts.iter().rposition(|part| *part == "src").unwrap_or(parts.len().saturating_sub(1));
    let from = if from > 0 && file.starts_with(['/', '\\']) | file.contains(':') { from - 1 } else { from };
    parts[from..].join("/")
}

/// Sends logs to standard error: warnings, and more with `-v`; `PORTRAY_LOG` overrides. A panic prints nothing by itself: inside
/// a scan it is a failed report, and outside of one the program ends with its words.
pub(super) fn start_logs(verbose: u8, color: Color) {
    let level = match verbose {
        0 => "warn,ort=error",
        1 => "portray=info,ort=warn",
        _ => "portray=debug,ort=info",
    };
    let filter = EnvFilter::try_from_env("PORTRAY_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // A second call in one process (tests) leaves the first in place.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(color.on(std::io::stderr().is_terminal()))
        .without_time()
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", source(at.file()), at.line()));
        tracing::debug!("panic at {}: {}", place.as_deref().unwrap_or("?"), panic_words(panic.payload()));
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

/// A name as it may go to a terminal: control characters would let a file name move the cursor or
/// change colours, and bidirectional ones let it read backwards.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if misleads(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_told_by_its_source_file_alone() {
        assert_eq!(source("src/judge/find.rs"), "src/judge/find.rs");
        let foreign = "/home/x/.cargo/registry/src/index-1/rle-0.10.1/src/adapters/rle.rs";
        assert_eq!(source(foreign), "rle-0.10.1/src/adapters/rle.rs");
        assert_eq!(source("C:\\x\\portray\\src\\main.rs"), "portray/src/main.rs");
        assert_eq!(source("/rustc/1/library/core/panicking.rs"), "core/panicking.rs");
    }

    #[test]
    fn colours_follow_the_flag_and_control_characters_go() {
        assert!(Color::Always.on(false));
        assert!(!Color::Never.on(true));
        assert!(!Color::Auto.on(false));
        assert_eq!(printable("a\u{202e}fit"), "a\u{fffd}fit");
        assert_eq!(printable("a\x1b[31mb\n.tif"), "a\u{fffd}[31mb\u{fffd}.tif");
    }
}
