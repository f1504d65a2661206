//! What the steps leave behind for the report.

use super::prepared::Step;
use crate::scan::Warning;
use serde_json::{Value, json};

/// Steps and warnings, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) steps: Vec<Step>,
    pub(super) warnings: Vec<Warning>,
}

impl Record {
    pub(super) fn step<const N: usize>(&mut self, name: &str, applied: bool, found: [(&str, Value); N]) {
        let found = found.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        self.steps.push(Step { name: name.to_owned(), applied, found });
    }

    pub(super) fn warn(&mut self, code: &str, message: impl Into<String>) {
        self.warnings.push(Warning::new(code, message));
    }

    pub(super) fn append(&mut self, other: Self) {
        self.steps.extend(other.steps);
        self.warnings.extend(other.warnings);
    }
}

/// A number for the report: four significant digits, so that reports stay readable and equal; null for none.
pub(super) fn number(value: f32) -> Value {
    let rounded = format!("{value:.3e}").parse::<f64>().unwrap_or(f64::NAN);
    if rounded.is_finite() { json!(rounded) } else { Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        assert_eq!(number(12345.678), json!(12350.0));
        assert_eq!(number(0.001_234_56), json!(0.001_235));
        assert_eq!(number(f32::NAN), Value::Null);
        assert_eq!(number(f32::INFINITY), Value::Null);
    }
}
