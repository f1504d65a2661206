//! The photons that electrons make in a tungsten target.

use crate::scan::Result;
use crate::simulate::matter;

pub(super) const ELECTRON_MEV: f64 = 0.510_998_95;

/// Tungsten's atomic number and its radiation length in mm (6.76 g/cm²).
const Z: f64 = 74.0;
const RADIATION_LENGTH_MM: f64 = 3.51;

/// The layers that the target is cut into, finer where the electrons enter.
const LAYERS: usize = 24;
const FIRST_LAYER_MM: f64 = 1e-3;

/// Photons per `MeV` in the forward direction behind the target, at the given energies in `MeV`, on a scale of no
/// meaning; 0 above the electrons' energy `mv`.
///
/// Layer by layer: Schiff's thin-target spectrum at the energy that the electrons still have there, over the square of
/// the angle that they have been scattered into (L. H. Lanzl and A. O. Hanson, Phys. Rev. 83, 959 (1951)), through the
/// tungsten that follows. The scattering (B. Rossi and K. Greisen, Rev. Mod. Phys. 13, 240 (1941): (21 `MeV` / pβc)² per
/// radiation length) soon exceeds the angle of emission, so that photons of all angles of emission go forward: hence
/// the spectrum integrated over angles. Electrons are followed along the beam, not through their detours.
pub(super) fn photons(mv: f64, target_mm: f64, mev: &[f64]) -> Result<Vec<f64>> {
    let attenuation =
        mev.iter().map(|&mev| matter::linear_attenuation("tungsten", mev)).collect::<Result<Vec<f64>>>()?;
    let per_mm = matter::density("tungsten")? / 10.0;
    let mut photons = vec![0.0; mev.len()];
    let (mut depth, mut electrons, mut scattered) = (0.0, mv, 0.0);
    for layer in 0..LAYERS {
        let share = layer as f64 / (LAYERS - 1) as f64;
        let end = target_mm.min(FIRST_LAYER_MM * (target_mm / FIRST_LAYER_MM).powf(share));
        let thickness = end - depth;
        let loss = stopping_power(electrons) * per_mm * thickness;
        let middle = electrons - loss / 2.0;
        // Slower electrons make next to nothing that leaves the target.
        if middle < 0.3 {
            break;
        }
        let total = middle + ELECTRON_MEV;
        let momentum_times_beta = (total * total - ELECTRON_MEV * ELECTRON_MEV) / total;
        let scattering = (21.0 / momentum_times_beta).powi(2) * thickness / RADIATION_LENGTH_MM;
        let angle2 = (ELECTRON_MEV / total).powi(2) + scattered + scattering / 2.0;
        let left = target_mm - f64::midpoint(depth, end);
        for ((photons, &mev), attenuation) in photons.iter_mut().zip(mev).zip(&attenuation) {
            *photons += schiff(middle, mev) * thickness / angle2 * (-attenuation * left).exp();
        }
        (depth, electrons, scattered) = (end, electrons - loss, scattered + scattering);
    }
    Ok(photons)
}

/// Tungsten's total stopping power in `MeV` cm²/g at an electron's kinetic energy in `MeV`: a straight line through the
/// collision and radiative losses of ICRU Report 37, good to some 10 % from 1 to 10 `MeV`.
fn stopping_power(electron_mev: f64) -> f64 {
    1.0 + 0.13 * electron_mev
}

/// Photons per `MeV` that an electron of the given kinetic energy makes in a thin layer, over all angles, on a scale of no
/// meaning; energies in `MeV`.
///
/// L. I. Schiff, Phys. Rev. 83, 252 (1951), with the screening constant 111, integrated over the angle: formula 3BS(e) of
/// H. W. Koch and J. W. Motz, Rev. Mod. Phys. 31, 920 (1959). With E0 and E the electron's total energies before and after
/// in units of its rest energy, k the photon's, and b = 2 E0 E Z^⅓ / (111 k):
/// (2/k) { [1 + (E/E0)² - ⅔ E/E0] [ln M + 1 - (2/b) atan b] + (E/E0) [(2/b²) ln(1 + b²) + 4 (2 - b²) / (3 b³) atan b -
/// 8 / (3 b²) + 2/9] } with 1/M = (k / (2 E0 E))² + (Z^⅓ / 111)².
pub(super) fn schiff(electron_mev: f64, photon_mev: f64) -> f64 {
    if photon_mev >= electron_mev {
        return 0.0;
    }
    let k = photon_mev / ELECTRON_MEV;
    let before = electron_mev / ELECTRON_MEV + 1.0;
    let after = before - k;
    let screening = Z.cbrt() / 111.0;
    let b = 2.0 * before * after * screening / k;
    let log_m = -((k / (2.0 * before * after)).powi(2) + screening * screening).ln();
    let ratio = after / before;
    let main = (1.0 + ratio * ratio - 2.0 / 3.0 * ratio) * (log_m + 1.0 - 2.0 / b * b.atan());
    // The exact bracket loses its digits where b is small; its limit there is 0.
    let rest = if b < 1e-3 {
        0.0
    } else {
        2.0 / (b * b) * (b * b).ln_1p() + 4.0 * (2.0 - b * b) / (3.0 * b.powi(3)) * b.atan() - 8.0 / (3.0 * b * b)
            + 2.0 / 9.0
    };
    // The Born approximation turns negative within some keV of the end-point.
    (2.0 / k * (main + ratio * rest)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thin_spectrum_is_that_of_schiff() {
        // Energy times spectrum is flat towards soft photons, falls with energy and ends at the end-point.
        let quantum = |share: f64| share * schiff(6.0, 6.0 * share);
        assert!((quantum(0.001) / quantum(0.01) - 1.0).abs() < 0.05);
        for pair in [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99].windows(2) {
            assert!(quantum(pair[0]) > quantum(pair[1]), "{pair:?}");
        }
        assert_eq!(schiff(6.0, 6.0), 0.0);
    }

    #[test]
    fn small_b_has_its_limit() {
        // Just above and below the place where the bracket is cut off, close to the end-point.
        let spectrum: Vec<f64> = (0..2000).map(|i| schiff(6.0, 5.9 + 0.1 * f64::from(i) / 2000.0)).collect();
        assert!(spectrum.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.02), "a jump");
    }

    #[test]
    fn a_thicker_target_hardens() {
        let mev: Vec<f64> = (1..120).map(|i| f64::from(i) / 20.0).collect();
        let mean = |mm| {
            let photons = photons(6.0, mm, &mev).unwrap();
            assert!(photons.iter().all(|p| p.is_finite() && *p >= 0.0));
            photons.iter().zip(&mev).map(|(p, e)| p * e).sum::<f64>() / photons.iter().sum::<f64>()
        };
        assert!(mean(3.0) > mean(1.0) && mean(1.0) > mean(0.3), "{} {} {}", mean(0.3), mean(1.0), mean(3.0));
    }
}
