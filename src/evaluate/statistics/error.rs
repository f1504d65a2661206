//! What the statistics refuse, and why.

use std::fmt;

/// Why a figure cannot be had from what was given. All of them are faults of the parameters or of the data, never of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// A value is not a number, or infinite where only finite values have a meaning.
    NotANumber {
        /// What the values are.
        what: &'static str,
        /// Position of the first such value.
        at: usize,
    },
    /// Two lists that go together have different lengths.
    Lengths {
        /// What has the wrong length.
        what: &'static str,
        /// Length it should have.
        expected: usize,
        /// Length it has.
        found: usize,
    },
    /// A number lies outside its range.
    Range {
        /// What the number is.
        what: &'static str,
        /// The range, in words.
        expected: &'static str,
        /// The number.
        found: f64,
    },
    /// There are too few cases for what was asked.
    Few {
        /// What was asked.
        what: &'static str,
        /// Cases that it takes.
        needed: u64,
        /// Cases that there are.
        found: u64,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber { what, at } => write!(out, "{what}: value {at} (from 0) is not a finite number"),
            Self::Lengths { what, expected, found } => write!(out, "{what}: {found} values, expected {expected}"),
            Self::Range { what, expected, found } => write!(out, "{what} is {found}, expected {expected}"),
            Self::Few { what, needed, found } => write!(out, "{what} needs at least {needed} cases, there are {found}"),
        }
    }
}

impl std::error::Error for Error {}

/// A figure, or why there is none.
pub type Result<T> = std::result::Result<T, Error>;

/// A confidence level has to lie strictly between 0 and 1.
pub(super) fn level(level: f64) -> Result<f64> {
    within("confidence level", level, "more than 0 and less than 1", level > 0.0 && level < 1.0)
}

/// `value` if `holds`, otherwise the error that tells its range; NaN never holds when `holds` is a comparison.
pub(super) fn within(what: &'static str, value: f64, expected: &'static str, holds: bool) -> Result<f64> {
    if holds { Ok(value) } else { Err(Error::Range { what, expected, found: value }) }
}

/// Both lists are equally long.
pub(super) fn same_length(what: &'static str, expected: usize, found: usize) -> Result<()> {
    if expected == found { Ok(()) } else { Err(Error::Lengths { what, expected, found }) }
}

/// No value is NaN or infinite.
pub(super) fn finite(what: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(Error::NotANumber { what, at }),
        None => Ok(()),
    }
}

/// No value is NaN; infinities sort and are let through.
pub(super) fn numbers(what: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().position(|value| value.is_nan()) {
        Some(at) => Err(Error::NotANumber { what, at }),
        None => Ok(()),
    }
}

/// As [`numbers`], for the scores of maps.
pub(super) fn numbers_f32(what: &'static str, values: &[f32]) -> Result<()> {
    match values.iter().position(|value| value.is_nan()) {
        Some(at) => Err(Error::NotANumber { what, at }),
        None => Ok(()),
    }
}
