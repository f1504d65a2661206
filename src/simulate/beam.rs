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

/// A gamma source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gamma {
    Cs137,
    Co60,
}

pub(super) fn linac(
    mv: f64,
    _target_mm: f64,
    _filter: &[(&str, f64)],
    _scintillator: (&str, f64),
    _bins: usize,
) -> Result<Spectrum> {
    Ok(Spectrum { mev: vec![mv / 3.0], weight: vec![1.0], swank: 0.7 })
}

pub(super) fn gamma(source: Gamma, _scintillator: (&str, f64), _bins: usize) -> Result<Spectrum> {
    Ok(Spectrum { mev: vec![if source == Gamma::Co60 { 1.25 } else { 0.662 }], weight: vec![1.0], swank: 0.9 })
}
