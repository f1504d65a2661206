//! Matter: what materials are made of and how much they attenuate.

use crate::scan::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElementsFile {
    energies_mev: Vec<f64>,
    mass_attenuation: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialEntry {
    density: f64,
    fractions: BTreeMap<String, f64>,
}

struct Tables {
    elements: ElementsFile,
    materials: BTreeMap<String, MaterialEntry>,
}

// The embedded files are part of the program; a test reads them, so that a mistake in them cannot be released.
static TABLES: LazyLock<Option<Tables>> = LazyLock::new(|| {
    Some(Tables {
        elements: toml::from_str(include_str!("data/elements.toml")).ok()?,
        materials: toml::from_str(include_str!("data/materials.toml")).ok()?,
    })
});

fn tables() -> Result<&'static Tables> {
    TABLES.as_ref().ok_or_else(|| Error::bug("the built-in tables of materials cannot be read"))
}

/// The range of photon energies that the tables cover, in `MeV`.
pub(super) const ENERGIES_MEV: std::ops::RangeInclusive<f64> = 0.6..=4.0;

/// The names of all materials, sorted.
pub fn materials() -> Vec<&'static str> {
    TABLES.as_ref().map(|t| t.materials.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// A material's density in g/cm³.
pub fn density(material: &str) -> Result<f64> {
    Ok(entry(material)?.density)
}

/// A material's name as the table has it, which lives as long as the program.
pub(super) fn canonical(material: &str) -> Result<&'static str> {
    let known = materials().into_iter().find(|name| *name == material);
    known.map_or_else(|| entry(material).and(Err(Error::bug("the table has no such material"))), Ok)
}

fn entry(material: &str) -> Result<&'static MaterialEntry> {
    tables()?.materials.get(material).ok_or_else(|| {
        Error::parameter(format!("there is no material {material:?}"))
            .help(format!("known are {}", materials().join(", ")))
    })
}

/// A material's mass attenuation coefficient in cm²/g at a photon energy in `MeV` (0.6 to 4): the sum over its
/// elements by mass fraction, each interpolated linearly in log energy and log coefficient.
pub fn mass_attenuation(material: &str, mev: f64) -> Result<f64> {
    if !ENERGIES_MEV.contains(&mev) {
        return Err(Error::parameter(format!("effective energy is {mev} MeV, expected 0.6 to 4")));
    }
    let tables = tables()?;
    let energies = &tables.elements.energies_mev;
    let above = energies.partition_point(|&e| e < mev).clamp(1, energies.len() - 1);
    let share = (mev / energies[above - 1]).ln() / (energies[above] / energies[above - 1]).ln();
    let mut sum = 0.0;
    for (element, fraction) in &entry(material)?.fractions {
        let row = tables.elements.mass_attenuation.get(element);
        let pair = row.and_then(|row| Some((*row.get(above - 1)?, *row.get(above)?)));
        let (low, high) = pair.ok_or_else(|| Error::bug(format!("element {element} has no coefficients")))?;
        sum += fraction * (low.ln() + share * (high.ln() - low.ln())).exp();
    }
    Ok(sum)
}

/// A material's linear attenuation coefficient in 1/mm at its own density.
pub(super) fn linear_attenuation(material: &str, mev: f64) -> Result<f64> {
    Ok(mass_attenuation(material, mev)? * density(material)? / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let tables = tables().unwrap();
        assert!(tables.elements.mass_attenuation.values().all(|row| row.len() == tables.elements.energies_mev.len()));
        assert_eq!(tables.materials.len(), 23);
        for (name, material) in &tables.materials {
            let sum: f64 = material.fractions.values().sum();
            assert!((sum - 1.0).abs() < 1e-3, "{name}: fractions sum to {sum}");
            assert!(mass_attenuation(name, 2.0).unwrap() > 0.03, "{name}");
            assert!(density(name).unwrap() > 0.0);
        }
    }

    #[test]
    fn mixtures_agree_with_the_published_compounds() {
        // NIST SRD 126 table 4: water and polyethylene, at tabulated energies and between two of them.
        let cases = [
            ("water", 1.0, 0.07072),
            ("water", 2.0, 0.04942),
            ("water", 3.0, 0.03969),
            ("plastic", 1.0, 0.07262),
            ("plastic", 2.0, 0.05064),
            ("water", 0.662, 0.0857),
        ];
        for (material, mev, published) in cases {
            let found = mass_attenuation(material, mev).unwrap();
            assert!((found / published - 1.0).abs() < 0.005, "{material} at {mev} MeV: {found}, published {published}");
        }
    }

    #[test]
    fn unknown_materials_and_energies_are_refused() {
        assert!(density("unobtainium").unwrap_err().to_string().contains("known are aluminium, "));
        assert!(mass_attenuation("steel", 9.0).unwrap_err().to_string().contains("0.6 to 4"));
        assert!(mass_attenuation("steel", f64::NAN).is_err());
    }
}
