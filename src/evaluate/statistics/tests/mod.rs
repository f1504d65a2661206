//! Every figure against an independent package, every interval against a simulation.
//!
//! `tests/data/statistics/make.py` wrote the files and says which package each number is from.

mod comparing;
mod conformal;
mod coverage;
mod ranking;
mod rates;
mod refusals;
mod regions;
mod resampling;
mod speed;

use serde_json::Value;

/// The cases of a file; at least `least`, so that an empty file cannot pass.
fn cases(name: &str, least: usize) -> Vec<Value> {
    let path = format!("{}/tests/data/statistics/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() >= least, "{name}: only {} cases", cases.len());
    cases
}

/// A number of a case; null is infinity, which JSON cannot write.
fn number(value: &Value) -> f64 {
    if value.is_null() { f64::INFINITY } else { value.as_f64().unwrap() }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn flags(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|flag| flag.as_bool().unwrap()).collect()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Equal to within `margin` absolutely, or relatively where the expected number is larger than 1.
#[track_caller]
fn close(found: f64, expected: f64, margin: f64) {
    let equal = found == expected || (found - expected).abs() <= margin * expected.abs().max(1.0);
    assert!(equal, "found {found:e}, expected {expected:e}");
}

/// Equal to within `margin` relatively: for small probabilities.
#[track_caller]
fn near(found: f64, expected: f64, margin: f64) {
    assert!((found - expected).abs() <= margin * expected.abs() + 1e-300, "found {found:e}, expected {expected:e}");
}
