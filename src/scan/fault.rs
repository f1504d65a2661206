//! Faults: what went wrong, whose fault it is, where, and what to do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A result with portray's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Whose fault an error is; decides who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The operating system refused: missing file, no permission, full disk.
    Io,
    /// The file breaks its own format: truncated, inconsistent, damaged.
    Format,
    /// A valid file that uses something portray does not read.
    Unsupported,
    /// A stated limit would be exceeded.
    Limit,
    /// The model, its contract or the runtime.
    Model,
    /// A setting or argument.
    Parameter,
    /// portray itself.
    Bug,
}

/// An error: a lower-case sentence, the place in the file where there is one, and what to do.
///
/// It never holds the file's path: whoever knows the path attaches it once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}{}", place.as_deref().map(|p| format!("{p}: ")).unwrap_or_default(),
    help.as_deref().map(|h| format!("; {h}")).unwrap_or_default())]
pub struct Error {
    /// Whose fault it is.
    pub fault: Fault,
    /// Where: `byte 132`, `row 17`, `tile 4`, `key "pixel_mm"`.
    pub place: Option<String>,
    /// What was expected and what was found.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $fault:ident),* $(,)?) => {
        impl Error {
            $($(#[$doc])* pub fn $name(message: impl Into<String>) -> Self {
                Self { fault: Fault::$fault, place: None, message: message.into(), help: None }
            })*
        }
    };
}

constructors! {
    /// The operating system refused.
    io => Io,
    /// The file breaks its own format.
    format => Format,
    /// Valid, but not read by portray.
    unsupported => Unsupported,
    /// A stated limit would be exceeded.
    limit => Limit,
    /// The model, its contract or the runtime.
    model => Model,
    /// A setting or argument.
    parameter => Parameter,
    /// portray itself.
    bug => Bug,
}

impl Error {
    /// The same error with the place where it was found.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// The same error with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The words of a panic's payload.
pub fn panic_words(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Something odd that did not prevent the work: it stands in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// A stable word to filter by, such as `pixel_size_assumed`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl Warning {
    /// A warning.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_place_then_fault_then_help() {
        let error = Error::limit("image is 40960x9000, limit is 256 Mpx").at("byte 16").help("raise --max-pixels");
        assert_eq!(error.to_string(), "byte 16: image is 40960x9000, limit is 256 Mpx; raise --max-pixels");
        assert_eq!(Error::io("disk full").to_string(), "disk full");
    }
}
