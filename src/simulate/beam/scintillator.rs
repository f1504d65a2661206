//! What a photon leaves in an energy-integrating scintillator.

use super::target::ELECTRON_MEV;
use crate::scan::Result;
use crate::simulate::matter::{self, ENERGIES_MEV};
use std::f64::consts::PI;

/// What a photon of one energy does in the detector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Response {
    /// The chance that it interacts at all.
    pub detected: f64,
    /// The energy in `MeV` that it deposits where it interacts: the mean, and the mean of its square.
    pub mean: f64,
    pub square: f64,
}

/// A slab of scintillator.
///
/// A model of one collision and what its secondary photons do next:
/// * Compton: the electron's energy stays (O. Klein and Y. Nishina, Z. Phys. 52, 853 (1929)); the scattered photon
///   deposits its own mean on a path of half the depth.
/// * Whatever attenuation exceeds Klein and Nishina's is photoelectric below twice the electron's rest energy, and leaves
///   everything. Above, its photoelectric part goes on as 1/E^1.7 and the rest is pairs, which leave all but the rest
///   energy and what the two annihilation photons deposit on half the depth.
///
/// Coherent scattering counts as photoelectric (of cadmium tungstate's coefficient it is 7 % at 0.3 `MeV`, 3 % at 0.8
/// `MeV`); fluorescence and electrons that escape are neglected, so that below 100 keV and in slabs of under 2 mm the
/// response is an upper bound.
pub(super) struct Scintillator<'a> {
    material: &'a str,
    /// Depth in g/cm².
    depth: f64,
    /// Electrons per barn and gram: what turns a cross section per electron into cm²/g.
    electrons: f64,
    /// The photoelectric coefficient at twice the electron's rest energy, in cm²/g.
    photoelectric: f64,
    /// The share of its energy that a secondary photon deposits, at [`PLACES`] energies.
    absorbed: Vec<f64>,
}

/// Points of the table of secondary photons, alike in log energy.
const PLACES: usize = 256;

/// Angles of the integral over Klein and Nishina's cross section, alike in cosine.
const ANGLES: usize = 128;

/// Klein and Nishina's angles at one energy: the share of the photon's energy that the electron takes, and the share of
/// the cross section.
fn angles(mev: f64) -> impl Iterator<Item = (f64, f64)> {
    let k = mev / ELECTRON_MEV;
    (0..ANGLES).map(move |i| {
        let cosine = (i as f64 + 0.5) / (ANGLES as f64 / 2.0) - 1.0;
        let left = 1.0 / (1.0 + k * (1.0 - cosine));
        (1.0 - left, left * left * (left + 1.0 / left - 1.0 + cosine * cosine))
    })
}

/// Klein and Nishina's total cross section in barn per electron.
fn klein_nishina(mev: f64) -> f64 {
    const RADIUS2_BARN: f64 = 0.079_407_8;
    let k = mev / ELECTRON_MEV;
    let log = (2.0 * k).ln_1p();
    let end = 1.0 + 2.0 * k;
    let first = (1.0 + k) / (k * k) * (2.0 * (1.0 + k) / end - log / k);
    2.0 * PI * RADIUS2_BARN * (first + log / (2.0 * k) - (1.0 + 3.0 * k) / (end * end))
}

/// The attenuation coefficient of a photon's ways to interact, in cm²/g.
struct Ways {
    compton: f64,
    photoelectric: f64,
    pair: f64,
}

impl<'a> Scintillator<'a> {
    /// # Errors
    /// A parameter error where there is no such material.
    pub(super) fn new(material: &'a str, depth_mm: f64) -> Result<Self> {
        let depth = matter::density(material)? * depth_mm / 10.0;
        let electrons = 0.602_214 * matter::electrons(material)?;
        let threshold = 2.0 * ELECTRON_MEV;
        let excess = matter::mass_attenuation(material, threshold)? - electrons * klein_nishina(threshold);
        let mut made =
            Self { material, depth, electrons, photoelectric: excess.max(0.0), absorbed: Vec::with_capacity(PLACES) };
        for place in 0..PLACES {
            let (low, high) = (*ENERGIES_MEV.start(), *ENERGIES_MEV.end());
            let mev = low * (high / low).powf(place as f64 / (PLACES - 1) as f64);
            let share = made.deposited_at_once(mev.min(high))?;
            made.absorbed.push(share);
        }
        Ok(made)
    }

    fn ways(&self, mev: f64) -> Result<Ways> {
        let total = matter::mass_attenuation(self.material, mev)?;
        let compton = (self.electrons * klein_nishina(mev)).min(total);
        let excess = total - compton;
        let threshold = 2.0 * ELECTRON_MEV;
        let photoelectric =
            if mev <= threshold { excess } else { excess.min(self.photoelectric * (threshold / mev).powf(1.7)) };
        Ok(Ways { compton, photoelectric, pair: excess - photoelectric })
    }

    /// The share of its energy that a secondary photon deposits in one collision on half the depth.
    fn deposited_at_once(&self, mev: f64) -> Result<f64> {
        let ways = self.ways(mev)?;
        let (mut sum, mut weights) = (0.0, 0.0);
        for (taken, weight) in angles(mev) {
            sum += taken * weight;
            weights += weight;
        }
        let total = ways.compton + ways.photoelectric + ways.pair;
        let kept = ways.compton * sum / weights + ways.photoelectric + ways.pair * (1.0 - 2.0 * ELECTRON_MEV / mev);
        Ok(kept / total * -(-total * self.depth / 2.0).exp_m1())
    }

    /// What a secondary photon of this energy deposits, in `MeV`.
    fn secondary(&self, mev: f64) -> f64 {
        let (low, high) = (*ENERGIES_MEV.start(), *ENERGIES_MEV.end());
        let place = ((mev / low).ln() / (high / low).ln() * (PLACES - 1) as f64).clamp(0.0, (PLACES - 1) as f64);
        let below = (place as usize).min(PLACES - 2);
        let share = place - below as f64;
        mev * (self.absorbed[below] + share * (self.absorbed[below + 1] - self.absorbed[below]))
    }

    /// What a photon of this energy, 0.01 to 10 `MeV`, does.
    pub(super) fn response(&self, mev: f64) -> Result<Response> {
        let ways = self.ways(mev)?;
        let total = ways.compton + ways.photoelectric + ways.pair;
        let (mut mean, mut square, mut weights) = (0.0, 0.0, 0.0);
        for (taken, weight) in angles(mev) {
            let deposited = mev * taken + self.secondary(mev * (1.0 - taken));
            mean += weight * deposited;
            square += weight * deposited * deposited;
            weights += weight;
        }
        let pair = mev - 2.0 * ELECTRON_MEV + 2.0 * self.secondary(ELECTRON_MEV);
        let average = |compton: f64, photoelectric: f64, pair: f64| {
            (ways.compton * compton + ways.photoelectric * photoelectric + ways.pair * pair) / total
        };
        Ok(Response {
            detected: -(-total * self.depth).exp_m1(),
            mean: average(mean / weights, mev, pair),
            square: average(square / weights, mev * mev, pair * pair),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn klein_nishina_agrees_with_itself_and_thomson() {
        assert!((klein_nishina(0.01) / 0.6652 - 0.963).abs() < 0.002);
        // 0.2112 barn at 1 MeV, 0.1464 at 2 MeV.
        assert!((klein_nishina(1.0) / 0.2112 - 1.0).abs() < 1e-3);
        assert!((klein_nishina(2.0) / 0.1464 - 1.0).abs() < 1e-3);
        for mev in [0.1, 1.0, 10.0] {
            let step = 2.0 / ANGLES as f64;
            let sum: f64 = angles(mev).map(|(_, weight)| weight * step * PI * 0.079_407_8).sum();
            assert!((sum / klein_nishina(mev) - 1.0).abs() < 0.01, "{mev} MeV: {sum}");
        }
    }

    #[test]
    fn deposits_are_possible_ones() {
        for (material, mm) in [("cadmium_tungstate", 30.0), ("caesium_iodide", 5.0), ("gadolinium_oxysulfide", 2.0)] {
            let scintillator = Scintillator::new(material, mm).unwrap();
            for mev in [0.02, 0.1, 0.5, 1.0, 1.03, 2.0, 5.0, 10.0] {
                let response = scintillator.response(mev).unwrap();
                assert!((0.0..=1.0).contains(&response.detected), "{material} {mev} {response:?}");
                assert!(response.mean > 0.2 * mev && response.mean <= mev, "{material} {mev} {response:?}");
                let least = response.mean * response.mean;
                assert!(response.square >= least * (1.0 - 1e-9) && response.square <= mev * mev * (1.0 + 1e-9));
            }
        }
    }

    #[test]
    fn a_deep_crystal_keeps_more() {
        let keeps = |mm| Scintillator::new("cadmium_tungstate", mm).unwrap().response(3.0).unwrap();
        assert!(keeps(60.0).mean > keeps(20.0).mean && keeps(60.0).detected > keeps(20.0).detected);
    }
}
