//! What makes normal scans look odd: things that raise false alarms and are nothing.

use super::container::ContainerKind;
use super::draw::Draw;
use super::scene::{Hold, Scene};

/// Adds some of them, each with the probability that the scenario gives; returns their names for the truth.
pub(super) fn add(
    _scene: &mut Scene,
    _hold: &Hold,
    _kind: ContainerKind,
    _cargo_end: f64,
    _often: f64,
    _draw: &mut Draw,
) -> Vec<&'static str> {
    Vec::new()
}
