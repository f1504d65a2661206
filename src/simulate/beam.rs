//! Beams: which photon energies a linac or a gamma source lays into the detector's signal.

mod quadrature;
mod scintillator;
mod target;

use super::matter::{ENERGIES_MEV, mass_attenuation};
use crate::scan::{Error, Result};
use scintillator::Scintillator;

/// A beam as an energy-integrating detector sees it in air, in a few energies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spectrum {
    /// The energies in `MeV`, rising.
    pub mev: Vec<f64>,
    /// Every energy's share of the detector's signal in air; they sum to 1.
    pub weight: Vec<f64>,
    /// For every energy the mean square of the energy that a detected photon deposits over the mean, in units of the mean
    /// deposit in air. N photons detected in air have, behind matter that lets the shares `t` of the energies through, a
    /// signal of the variance sum(weight · quantum · t) / N, in units of the squared signal in air: a compound Poisson
    /// process. Harder photons are fewer for the same signal, so that what is left behind steel is noisier than its share
    /// of the signal says.
    pub quantum: Vec<f64>,
    /// One over the sum of weight · quantum: the square of the mean deposit in air over the mean of its square, 0 to 1.
    /// In air the variance is 1 / (N · swank): R. K. Swank, J. Appl. Phys. 44, 4199 (1973).
    pub swank: f64,
}

/// What is left of a beam behind matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Behind {
    /// The share of the signal in air.
    pub transmission: f64,
    /// The variance of the signal of detected photons over its mean, in multiples of that in air; 1 in air, above 1 behind
    /// what hardens the beam.
    pub coarseness: f64,
}

/// A radioactive source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gamma {
    /// Caesium-137: one line, 0.6617 `MeV`.
    Cs137,
    /// Cobalt-60: two lines alike, 1.1732 and 1.3325 `MeV`.
    Co60,
}

impl Gamma {
    fn lines(self) -> &'static [f64] {
        match self {
            Self::Cs137 => &[0.6617],
            Self::Co60 => &[1.1732, 1.3325],
        }
    }
}

/// How many energies stand for a beam where nobody asks for another number: with 8 the transmission of 0 to 300 g/cm² of
/// water, steel or lead is within 1 % of the whole spectrum's.
pub(super) const BINS: usize = 8;

/// The points of the whole spectrum, from 10 keV to the end-point.
const FINE: usize = 600;

/// A linac's beam.
///
/// * `mv`: the electrons' energy, 2.5 to 10 MV.
/// * `target_mm`: thickness of the tungsten target, above 0 to 20 mm.
/// * `filter`: materials and thicknesses in mm between target and cargo, in any order.
/// * `scintillator`: the detector's material and its depth along the beam in mm, above 0 to 500.
/// * `bins`: how many energies, 1 to 32; [`BINS`] is enough.
///
/// # Errors
/// A parameter error where a number is out of its range or there is no such material.
pub(super) fn linac(
    mv: f64,
    target_mm: f64,
    filter: &[(&str, f64)],
    scintillator: (&str, f64),
    bins: usize,
) -> Result<Spectrum> {
    Fine::linac(mv, target_mm, filter, scintillator)?.reduce(bins)
}

/// A gamma source's beam: its lines, unscattered. Arguments and errors are [`linac`]'s; there are at most as many
/// energies as lines.
pub(super) fn gamma(source: Gamma, filter: &[(&str, f64)], scintillator: (&str, f64), bins: usize) -> Result<Spectrum> {
    let lines = source.lines();
    let mut photons = vec![1.0; lines.len()];
    filtered(&mut photons, lines, filter)?;
    Fine::seen(lines.to_vec(), &photons, scintillator)?.reduce(bins)
}

impl Spectrum {
    /// The share of the signal in air that is left behind `g_cm2` of a material: Beer's law summed over the energies.
    ///
    /// # Errors
    /// A parameter error where there is no such material.
    pub(super) fn transmission(&self, material: &str, g_cm2: f64) -> Result<f64> {
        sum_transmission(&self.mev, &self.weight, material, g_cm2)
    }

    /// What is left behind matter with the attenuations `exponents`, one an energy.
    pub(super) fn behind(&self, exponents: &[f64]) -> Behind {
        let (mut signal, mut variance) = (0.0, 0.0);
        for ((exponent, weight), quantum) in exponents.iter().zip(&self.weight).zip(&self.quantum) {
            let left = weight * (-exponent).exp();
            signal += left;
            variance += quantum * left;
        }
        let signal = signal.max(f64::MIN_POSITIVE);
        Behind { transmission: signal, coarseness: variance.max(f64::MIN_POSITIVE) / signal * self.swank }
    }

    /// What is left behind layers of materials in g/cm².
    ///
    /// # Errors
    /// A parameter error where there is no such material.
    pub(super) fn behind_layers(&self, layers: &[(&str, f64)]) -> Result<Behind> {
        let mut exponents = vec![0.0; self.mev.len()];
        for (material, g_cm2) in layers {
            for (sum, mev) in exponents.iter_mut().zip(&self.mev) {
                *sum += g_cm2 * mass_attenuation(material, *mev)?;
            }
        }
        Ok(self.behind(&exponents))
    }

    /// The photon energy in `MeV` at which steel attenuates as it attenuates this beam on average over its first 50 mm.
    ///
    /// # Errors
    /// A bug where the tables lack steel.
    pub(super) fn effective_mev(&self) -> Result<f64> {
        let g_cm2 = 5.0 * super::matter::density("steel")?;
        let mean = -self.transmission("steel", g_cm2)?.ln() / g_cm2;
        // Steel's coefficient falls up to 8 MeV, where it has its flat minimum.
        falling(mean, *ENERGIES_MEV.start(), 8.0, |mev| mass_attenuation("steel", mev))
    }
}

fn sum_transmission(mev: &[f64], weight: &[f64], material: &str, g_cm2: f64) -> Result<f64> {
    let mut sum = 0.0;
    for (&mev, weight) in mev.iter().zip(weight) {
        sum += weight * (-mass_attenuation(material, mev)? * g_cm2).exp();
    }
    Ok(sum)
}

/// Where a falling function of energy has a value, by bisection in log energy.
fn falling(value: f64, low: f64, high: f64, function: impl Fn(f64) -> Result<f64>) -> Result<f64> {
    let (mut low, mut high) = (low, high);
    for _ in 0..50 {
        let middle = (low * high).sqrt();
        *(if function(middle)? > value { &mut low } else { &mut high }) = middle;
    }
    Ok((low * high).sqrt())
}

/// A whole spectrum: energies with their shares of the signal in air.
struct Fine {
    mev: Vec<f64>,
    weight: Vec<f64>,
    /// As in [`Spectrum`].
    quantum: Vec<f64>,
    swank: f64,
    /// Detected photons, on the scale of the photons given.
    #[cfg(test)]
    detected: f64,
}

impl Fine {
    fn linac(mv: f64, target_mm: f64, filter: &[(&str, f64)], scintillator: (&str, f64)) -> Result<Self> {
        check("end-point energy in MV", mv, 2.5, 10.0)?;
        check("target thickness in mm", target_mm, 1e-3, 20.0)?;
        let lowest = *ENERGIES_MEV.start();
        let step = (mv / lowest).ln() / FINE as f64;
        let mev: Vec<f64> = (0..FINE).map(|i| lowest * ((i as f64 + 0.5) * step).exp()).collect();
        let mut photons = target::photons(mv, target_mm, &mev)?;
        filtered(&mut photons, &mev, filter)?;
        // Photons per MeV become photons per point: the points are alike in log energy.
        for (photons, mev) in photons.iter_mut().zip(&mev) {
            *photons *= mev * step;
        }
        Self::seen(mev, &photons, scintillator)
    }

    /// The signal that photons at these energies make.
    fn seen(mev: Vec<f64>, photons: &[f64], (material, mm): (&str, f64)) -> Result<Self> {
        check("scintillator depth in mm", mm, 1e-3, 500.0)?;
        let scintillator = Scintillator::new(material, mm)?;
        let (mut detected, mut squared, mut weight) = (0.0, 0.0, Vec::with_capacity(mev.len()));
        let mut quantum = Vec::with_capacity(mev.len());
        for (&mev, photons) in mev.iter().zip(photons) {
            let response = scintillator.response(mev)?;
            detected += photons * response.detected;
            squared += photons * response.detected * response.square;
            weight.push(photons * response.detected * response.mean);
            quantum.push(response.square / response.mean);
        }
        let signal: f64 = weight.iter().sum();
        for (weight, quantum) in weight.iter_mut().zip(&mut quantum) {
            *weight /= signal;
            *quantum *= detected / signal;
        }
        Ok(Self {
            mev,
            weight,
            quantum,
            swank: signal * signal / (detected * squared),
            #[cfg(test)]
            detected,
        })
    }

    /// The few energies that stand for all: the Gauss quadrature of the spectrum over the logarithm of water's
    /// attenuation coefficient.
    ///
    /// Every material's transmission is a smooth function of that variable, most of all a light material's, so the sum
    /// over the nodes converges exponentially in their number; equal steps in energy would need dozens.
    fn reduce(&self, bins: usize) -> Result<Spectrum> {
        if !(1..=32).contains(&bins) {
            return Err(Error::parameter(format!("number of energy bins is {bins}, expected 1 to 32")));
        }
        let water = |mev: f64| mass_attenuation("water", mev).map(f64::ln);
        let places = self.mev.iter().map(|&mev| water(mev)).collect::<Result<Vec<_>>>()?;
        let (low, high) = (*ENERGIES_MEV.start(), *ENERGIES_MEV.end());
        let mut nodes = quadrature::gauss(&places, &self.weight, bins)
            .into_iter()
            .map(|(place, weight)| Ok((falling(place, low, high, water)?, weight)))
            .collect::<Result<Vec<_>>>()?;
        nodes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mev, weight): (Vec<f64>, Vec<f64>) = nodes.into_iter().unzip();
        let mut quantum: Vec<f64> = mev.iter().map(|&mev| self.quantum_at(mev)).collect();
        // The nodes sum the quanta to a few thousandths; in air they are to be exact.
        let sum: f64 = weight.iter().zip(&quantum).map(|(w, q)| w * q).sum();
        for quantum in &mut quantum {
            *quantum /= sum * self.swank;
        }
        Ok(Spectrum { mev, weight, quantum, swank: self.swank })
    }

    /// The quantum between two points.
    fn quantum_at(&self, mev: f64) -> f64 {
        let above = self.mev.partition_point(|at| *at < mev).clamp(0, self.mev.len() - 1);
        let below = above.saturating_sub(1);
        let (low, high) = (self.mev[below], self.mev[above]);
        let share = if high > low { ((mev - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
        self.quantum[below] + share * (self.quantum[above] - self.quantum[below])
    }
}

/// Takes out of photons at these energies what a filter absorbs.
fn filtered(photons: &mut [f64], mev: &[f64], filter: &[(&str, f64)]) -> Result<()> {
    for (material, mm) in filter {
        check("filter thickness in mm", *mm, 0.0, 1000.0)?;
        for (photons, &mev) in photons.iter_mut().zip(mev) {
            *photons *= (-super::matter::linear_attenuation(material, mev)? * mm).exp();
        }
    }
    Ok(())
}

fn check(what: &str, value: f64, low: f64, high: f64) -> Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Error::parameter(format!("{what} is {value}, expected {low} to {high}")))
}

/// What is left of a linac's beam behind a material, by the whole spectrum: what tests compare with.
#[cfg(test)]
pub(super) fn direct(mv: f64, scintillator: (&str, f64), material: &str, g_cm2: f64) -> Behind {
    let fine = Fine::linac(mv, 2.0, &[], scintillator).unwrap();
    let (mut signal, mut variance) = (0.0, 0.0);
    for ((&mev, weight), quantum) in fine.mev.iter().zip(&fine.weight).zip(&fine.quantum) {
        let left = weight * (-mass_attenuation(material, mev).unwrap() * g_cm2).exp();
        signal += left;
        variance += left * quantum;
    }
    Behind { transmission: signal, coarseness: variance / signal * fine.swank }
}

#[cfg(test)]
mod tests;
