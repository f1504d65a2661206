//! What a scanner model can do, measured on what it records: the figures that scanners are compared by.

use super::beam::Spectrum;
use super::detector::{Exposure, record};
use super::draw::ScanKey;
use super::matter;
use super::measure::{PATCH_MM, ROSE};
use super::render::Picture;
use super::scanner::{Artefacts, ScannerModel};
use crate::scan::{Error, Polarity, Result};
use ndarray::{Array2, s};

/// Figures of a scanner.
#[derive(Debug, Clone, PartialEq)]
pub struct Properties {
    /// For each beam the photon energy in `MeV` at which steel attenuates as it does this beam over its first 50 mm.
    pub effective_mev: Vec<f64>,
    /// The thickest steel in mm, to 10 mm, behind which a plate of steel a fifth as thick is seen (the test object of ANSI
    /// N42.46 has that thickness).
    pub penetration_mm: f64,
    /// The thinnest plate of steel seen behind 100 mm of steel, in per cent of the 100 mm.
    pub contrast_percent: f64,
    /// Standard deviation of one pixel in air, in per cent of the signal.
    pub air_noise_percent: f64,
    /// For two energies: by how many standard deviations the ratios of polyethylene and steel of the same matter in g/cm2
    /// lie apart, averaged over a patch; the least from 20 to 100 g/cm2.
    pub separation: Option<f64>,
}

/// Sides of the recorded picture: wide enough for the noise to be known to a few per cent.
const SIDE: usize = 96;

/// Measures a scanner without its artefacts, first plane. "Seen" is Rose's criterion over a square of 25 mm, the same
/// that decides whether a load is visible.
///
/// # Errors
/// A bug error where the built-in materials are missing.
pub fn properties(scanner: &ScannerModel) -> Result<Properties> {
    let mut file = scanner.file().clone();
    file.artefacts = Artefacts::default();
    // The recorded patch is flat: nothing but noise is to vary, and blur would correlate it.
    file.polarity = Polarity::AirBright;
    file.detector.afterglow = 0.0;
    let scanner = file.clone().check()?;
    // Shared light makes a pixel's noise smaller but not that of a patch.
    file.detector.crosstalk = 0.0;
    let sharp = file.check()?;
    let seen = |steel_mm: f64, plate_mm: f64| -> Result<bool> { Ok(contrast(&sharp, steel_mm, plate_mm)? >= ROSE) };
    let mut penetration_mm = 0.0;
    while penetration_mm < 600.0 && seen(penetration_mm + 10.0, 0.2 * (penetration_mm + 10.0))? {
        penetration_mm += 10.0;
    }
    let mut contrast_percent = 0.05;
    while contrast_percent < 20.0 && !seen(100.0, contrast_percent)? {
        contrast_percent *= 1.05;
    }
    let (mean, deviation) = recorded(&scanner, 0, &[], 0)?;
    let separation = (scanner.beams.len() == 2).then(|| separation(&scanner)).transpose()?;
    let effective_mev = scanner.spectra().iter().map(Spectrum::effective_mev).collect::<Result<_>>()?;
    Ok(Properties {
        effective_mev,
        penetration_mm,
        contrast_percent,
        air_noise_percent: 100.0 * deviation / mean,
        separation,
    })
}

/// The contrast to noise of a plate behind steel, averaged over a patch.
fn contrast(scanner: &ScannerModel, steel_mm: f64, plate_mm: f64) -> Result<f64> {
    let (behind, _) = recorded(scanner, 0, &[("steel", steel_mm)], 0)?;
    let (plate, noise) = recorded(scanner, 0, &[("steel", steel_mm + plate_mm)], 1)?;
    let pixels = (PATCH_MM * PATCH_MM / f64::from(scanner.pixel_mm.area())).max(1.0);
    // Where one step of the digitiser holds all the noise, the step is the noise.
    let rounding = scanner.step_at(plate + scanner.detector.dark) / 12f64.sqrt();
    Ok((behind - plate) / noise.max(rounding) * pixels.sqrt())
}

/// Mean and standard deviation of the counts over dark behind layers.
fn recorded(scanner: &ScannerModel, plane: usize, layers: &[(&str, f64)], stream: u64) -> Result<(f64, f64)> {
    let grams = layers.iter().map(|(material, mm)| Ok((*material, mm / 10.0 * matter::density(material)?)));
    let grams = grams.collect::<Result<Vec<_>>>()?;
    let areal: f64 = grams.iter().map(|(_, g_cm2)| g_cm2).sum();
    let left = scanner.spectra().iter().map(|beam| beam.behind_layers(&grams)).collect::<Result<Vec<_>>>()?;
    let flat = |value: f64| Array2::from_elem((SIDE, SIDE), value as f32);
    let picture = Picture {
        attenuation: left.iter().map(|left| flat(-left.transmission.ln())).collect(),
        coarseness: left.iter().map(|left| flat(left.coarseness)).collect(),
        areal: flat(areal),
    };
    let key = ScanKey::new(1, stream);
    let exposure = Exposure::draw(scanner, SIDE, SIDE, &key);
    let counts = record(&picture, plane, scanner, &exposure, &key).samples.to_f32();
    let counts = counts.slice(s![8..SIDE - 8, 8..SIDE - 8]);
    let (mean, deviation) = (counts.mean().unwrap_or(0.0), counts.std(1.0));
    // 8-bit files hold the upper bits.
    let scale = if scanner.bits == 8 { 256.0 } else { 1.0 };
    Ok((f64::from(mean) * scale - scanner.detector.dark, f64::from(deviation) * scale))
}

/// The least distance of the ratios of polyethylene and steel, in standard deviations over a patch.
fn separation(scanner: &ScannerModel) -> Result<f64> {
    let pixels = (PATCH_MM * PATCH_MM / f64::from(scanner.pixel_mm.area())).max(1.0);
    let mut least = f64::INFINITY;
    for g_cm2 in [20.0, 40.0, 60.0, 80.0, 100.0] {
        let mut ratio = [(0.0, 0.0); 2];
        for (place, material) in ["polyethylene", "steel"].into_iter().enumerate() {
            let mut attenuation = [(0.0, 0.0); 2];
            for (plane, value) in attenuation.iter_mut().enumerate() {
                let left = scanner.spectra()[plane].behind_layers(&[(material, g_cm2)])?;
                *value = (-left.transmission.ln(), scanner.attenuation_noise(plane, left));
            }
            let [high, low] = attenuation;
            let quotient: f64 = low.0 / high.0;
            let spread: f64 = quotient * (low.1 / low.0).hypot(high.1 / high.0) / pixels.sqrt();
            ratio[place] = (quotient, spread);
        }
        least = least.min((ratio[0].0 - ratio[1].0).abs() / ratio[0].1.hypot(ratio[1].1));
    }
    if least.is_finite() { Ok(least) } else { Err(Error::bug("ratios of polyethylene and steel are not numbers")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::presets;

    #[test]
    fn presets_measure_like_fielded_scanners() {
        // Effective energies, noise in air in per cent, penetration in mm, contrast in per cent, separation: what docs/simulate.md says.
        let stated = [
            ("dual_6_4", [1.78, 1.33], 0.81, 310.0, 1.76, Some(4.9)),
            ("dual_9_6_dark", [2.36, 1.76], 0.86, 350.0, 1.68, Some(7.8)),
            ("single_6", [1.81, 0.0], 0.85, 270.0, 2.14, None),
            ("export_8bit", [1.33, 0.0], 0.83, 170.0, 2.73, None),
            ("gamma_co60", [1.26, 0.0], 0.68, 160.0, 2.36, None),
        ];
        let mut ran = 0;
        for (preset, (name, mev, noise, penetration, contrast, separation)) in presets::SCANNERS.iter().zip(stated) {
            let scanner = presets::scanner(preset.name).unwrap().unwrap();
            let found = properties(&scanner).unwrap();
            println!("{:<14} {found:?}", preset.name);
            assert_eq!(preset.name, name);
            assert!(found.effective_mev.iter().zip(mev).all(|(found, mev)| (found - mev).abs() < 0.01), "{found:?}");
            assert!((found.air_noise_percent - noise).abs() < 0.02, "{name}: {found:?}");
            assert!((found.penetration_mm - penetration).abs() <= 10.0, "{name}: {found:?}");
            assert!((found.contrast_percent / contrast - 1.0).abs() < 0.08, "{name}: {found:?}");
            assert_eq!(found.separation.is_some(), separation.is_some(), "{name}");
            if let (Some(apart), Some(stated)) = (found.separation, separation) {
                assert!((apart - stated).abs() < 0.1 && apart > 3.0, "{name}: {apart}");
            }
            // OSTI 21289597: steel penetration 200 to 450 mm, contrast sensitivity 1 to 4 %.
            if scanner.beams[0].mv.is_some_and(|mv| mv >= 6.0) {
                assert!((200.0..=450.0).contains(&found.penetration_mm), "{name}: {found:?}");
                assert!((1.0..=4.0).contains(&found.contrast_percent), "{name}: {found:?}");
                ran += 1;
            }
        }
        assert!(ran >= 2, "{ran}");
    }
}
