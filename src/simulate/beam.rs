//! Beams: what energies a detector's signal comes from.

use crate::scan::Result;

/// A beam as an energy-integrating detector sees it in air.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spectrum {
    /// Representative photon energy of each bin in `MeV`.
    pub(super) mev: Vec<f64>,
    /// Share of the signal in air of each bin; they sum to 1.
    pub(super) weight: Vec<f64>,
    /// Squared mean over mean square of the energy that one detected photon leaves.
    pub(super) swank: f64,
}

impl Spectrum {
    /// One energy: a stand-in.
    pub(super) fn mono(mev: f64) -> Result<Self> {
        Ok(Self { mev: vec![mev], weight: vec![1.0], swank: 1.0 })
    }
}
