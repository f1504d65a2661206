//! Matter: what materials are made of and how much they attenuate.

use crate::scan::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// An element as its file has it: atomic number, atomic weight in g/mol, coefficients in cm²/g over `MeV`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElementEntry {
    z: u8,
    weight: f64,
    mev: Vec<f64>,
    cm2_g: Vec<f64>,
}

struct Element {
    z: f64,
    weight: f64,
    /// Logarithms of energy and coefficient, rising in energy; an absorption edge is two points at one energy.
    points: Vec<(f64, f64)>,
}

impl From<ElementEntry> for Element {
    fn from(entry: ElementEntry) -> Self {
        let points = entry.mev.iter().zip(&entry.cm2_g).map(|(mev, value)| (mev.ln(), value.ln())).collect();
        Self { z: f64::from(entry.z), weight: entry.weight, points }
    }
}

impl Element {
    /// The coefficient in cm²/g, linear between points in log energy and log coefficient; at an edge the upper side's.
    fn mass_attenuation(&self, log_mev: f64) -> Option<f64> {
        let last = self.points.len().checked_sub(1)?;
        let above = self.points.partition_point(|&(mev, _)| mev <= log_mev).clamp(1, last);
        let (&(x0, y0), &(x1, y1)) = (self.points.get(above - 1)?, self.points.get(above)?);
        Some((y0 + (log_mev - x0) / (x1 - x0) * (y1 - y0)).exp())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialEntry {
    density: f64,
    fractions: BTreeMap<String, f64>,
}

struct Tables {
    elements: BTreeMap<String, Element>,
    materials: BTreeMap<String, MaterialEntry>,
}

// The embedded files are part of the program; a test reads them, so that a mistake in them cannot be released.
static TABLES: LazyLock<Option<Tables>> = LazyLock::new(|| {
    let elements: BTreeMap<String, ElementEntry> = toml::from_str(include_str!("data/attenuation.toml")).ok()?;
    Some(Tables {
        elements: elements.into_iter().map(|(name, entry)| (name, entry.into())).collect(),
        materials: toml::from_str(include_str!("data/materials.toml")).ok()?,
    })
});

fn tables() -> Result<&'static Tables> {
    TABLES.as_ref().ok_or_else(|| Error::bug("the built-in tables of materials cannot be read"))
}

/// The range of photon energies that the tables cover, in `MeV`.
pub(super) const ENERGIES_MEV: std::ops::RangeInclusive<f64> = 0.01..=10.0;

/// The names of all materials, sorted.
pub fn materials() -> Vec<&'static str> {
    TABLES.as_ref().map(|t| t.materials.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// A material's density in g/cm³: of solids and liquids that of the matter itself, of bulk and packed goods that of
/// the heap or parcel, air included.
///
/// # Errors
/// A parameter error where there is no such material.
pub fn density(material: &str) -> Result<f64> {
    Ok(entry(material)?.1.density)
}

/// A material's name as the table has it, which lives as long as the program.
///
/// # Errors
/// A parameter error where there is no such material.
pub(super) fn canonical(material: &str) -> Result<&'static str> {
    Ok(entry(material)?.0)
}

fn entry(material: &str) -> Result<(&'static str, &'static MaterialEntry)> {
    let found = tables()?.materials.get_key_value(material);
    found.map(|(name, entry)| (name.as_str(), entry)).ok_or_else(|| {
        Error::parameter(format!("there is no material {material:?}"))
            .help(format!("known are {}", materials().join(", ")))
    })
}

/// A material's elements with their mass fractions.
fn composition(material: &str) -> Result<impl Iterator<Item = Result<(f64, &'static Element)>>> {
    let elements = &tables()?.elements;
    Ok(entry(material)?.1.fractions.iter().map(|(name, fraction)| {
        let element = elements.get(name);
        let element = element.ok_or_else(|| Error::bug(format!("element {name} has no coefficients")))?;
        Ok((*fraction, element))
    }))
}

/// A material's mass attenuation coefficient, coherent scattering included, in cm²/g at a photon energy in `MeV` (0.01
/// to 10): the sum over its elements by mass fraction, each interpolated linearly in log energy and log coefficient.
///
/// The elements' coefficients agree with NIST's tables (SRD 126) within 1 % (uranium 2 %), but for the rows in the middle
/// between tungsten's, gold's and uranium's L edges; the head of their file says how they were computed. At an absorption
/// edge the coefficient is that of the upper side.
///
/// # Errors
/// A parameter error where there is no such material or the energy is outside the range.
pub fn mass_attenuation(material: &str, mev: f64) -> Result<f64> {
    if !ENERGIES_MEV.contains(&mev) {
        return Err(Error::parameter(format!("photon energy is {mev} MeV, expected 0.01 to 10")));
    }
    let log_mev = mev.ln();
    let mut sum = 0.0;
    for part in composition(material)? {
        let (fraction, element) = part?;
        let value = element.mass_attenuation(log_mev);
        sum += fraction * value.ok_or_else(|| Error::bug("an element has fewer than two coefficients"))?;
    }
    Ok(sum)
}

/// A material's linear attenuation coefficient in 1/mm at its own density.
pub(super) fn linear_attenuation(material: &str, mev: f64) -> Result<f64> {
    Ok(mass_attenuation(material, mev)? * density(material)? / 10.0)
}

/// A material's electrons in mol/g: the sum of Z/A over its elements by mass fraction.
pub(super) fn electrons(material: &str) -> Result<f64> {
    composition(material)?.map(|part| part.map(|(fraction, element)| fraction * element.z / element.weight)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let tables = tables().unwrap();
        assert_eq!(tables.elements.len(), 39);
        for (name, element) in &tables.elements {
            let (first, last) = (element.points[0].0.exp(), element.points[element.points.len() - 1].0.exp());
            assert!((first - 0.01).abs() < 1e-9 && (last - 10.0).abs() < 1e-9, "{name}: {first} to {last} MeV");
            assert!(element.points.is_sorted_by(|a, b| a.0 <= b.0), "{name}");
            assert!(element.points.iter().all(|p| p.1.is_finite()), "{name}");
        }
        assert_eq!(tables.materials.len(), 57);
        for (name, material) in &tables.materials {
            let sum: f64 = material.fractions.values().sum();
            assert!((sum - 1.0).abs() < 1e-3, "{name}: fractions sum to {sum}");
            assert!(material.density > 0.0, "{name}");
            for mev in [0.01, 0.06, 0.5, 2.0, 10.0] {
                let value = mass_attenuation(name, mev).unwrap();
                assert!((0.01..300.0).contains(&value), "{name} at {mev} MeV: {value}");
            }
            assert_eq!(canonical(name).unwrap(), name);
        }
    }

    /// Energies in `MeV` of the values quoted below.
    const PUBLISHED_MEV: [f64; 6] = [0.1, 0.5, 1.0, 3.0, 6.0, 10.0];

    /// NIST Standard Reference Database 126 (J. H. Hubbell and S. M. Seltzer), tables 3 and 4: cm²/g.
    #[rustfmt::skip]
    const PUBLISHED: [(&str, f64, [f64; 6]); 12] = [
        ("iron", 0.01, [0.3717, 0.08414, 0.05995, 0.03621, 0.03057, 0.02994]),
        ("water", 0.01, [0.1707, 0.09687, 0.07072, 0.03969, 0.02770, 0.02219]),
        ("polyethylene", 0.01, [0.1719, 0.09947, 0.07262, 0.04045, 0.02760, 0.02145]),
        ("lead", 0.01, [5.549, 0.1614, 0.07102, 0.04234, 0.04391, 0.04972]),
        ("aluminium", 0.01, [0.1704, 0.08445, 0.06146, 0.03541, 0.02655, 0.02318]),
        ("copper", 0.01, [0.4584, 0.08362, 0.05901, 0.03599, 0.03108, 0.03103]),
        ("tungsten", 0.01, [4.438, 0.1378, 0.06618, 0.04075, 0.04210, 0.04747]),
        ("uranium", 0.02, [1.954, 0.1976, 0.07896, 0.04447, 0.04583, 0.05195]),
        ("body", 0.01, [0.1693, 0.09598, 0.07006, 0.03931, 0.02741, 0.02193]),
        ("bone", 0.01, [0.1855, 0.09022, 0.06566, 0.03745, 0.02734, 0.02314]),
        ("pvc", 0.01, [0.1887, 0.08981, 0.06532, 0.03738, 0.02754, 0.02356]),
        ("caesium_iodide", 0.01, [2.035, 0.09809, 0.05848, 0.03721, 0.03673, 0.04030]),
    ];

    #[test]
    fn coefficients_agree_with_the_published_tables() {
        let mut compared = 0;
        for (material, bound, values) in PUBLISHED {
            for (mev, published) in PUBLISHED_MEV.into_iter().zip(values) {
                let found = mass_attenuation(material, mev).unwrap();
                let error = found / published - 1.0;
                println!("{material:>15} {mev:>5} MeV: {found:.5}, published {published:.5}, {:+.2} %", 100.0 * error);
                assert!(error.abs() < bound, "{material} at {mev} MeV: {found}, published {published}");
                compared += 1;
            }
        }
        assert_eq!(compared, 72);
    }

    #[test]
    fn elements_agree_with_the_published_tables() {
        // Table 3 of the same database.
        let carbon = [0.1514, 0.08715, 0.06361, 0.03562, 0.02469, 0.01959];
        let hydrogen = [0.2944, 0.1729, 0.1263, 0.06921, 0.04498, 0.03254];
        let chlorine = [0.2050, 0.08453, 0.06128, 0.03585, 0.02798, 0.02549];
        for (name, values) in [("C", carbon), ("H", hydrogen), ("Cl", chlorine)] {
            for (mev, published) in PUBLISHED_MEV.into_iter().zip(values) {
                let found = tables().unwrap().elements[name].mass_attenuation(mev.ln()).unwrap();
                assert!((found / published - 1.0).abs() < 0.01, "{name} at {mev} MeV: {found}, published {published}");
            }
        }
    }

    #[test]
    fn edges_are_sharp() {
        // NIST SRD 126: lead's K edge at 88.0045 keV, 1.910 cm²/g below and 7.683 cm²/g above; tungsten's at 69.525 keV,
        // 2.552 and 11.23.
        for (material, edge, below, above) in
            [("lead", 0.088_004_5, 1.910, 7.683), ("tungsten", 0.069_525, 2.552, 11.23)]
        {
            let found = [edge - 1e-5, edge + 1e-5].map(|mev| mass_attenuation(material, mev).unwrap());
            assert!(
                (found[0] / below - 1.0).abs() < 0.01 && (found[1] / above - 1.0).abs() < 0.01,
                "{material} {found:?}"
            );
        }
    }

    #[test]
    fn mixtures_hold_between_the_published_energies() {
        // Caesium-137's line, between two energies of the tables.
        let found = mass_attenuation("water", 0.662).unwrap();
        assert!((found / 0.0857 - 1.0).abs() < 0.005, "{found}");
        assert!((electrons("water").unwrap() - 0.5551).abs() < 1e-3);
        assert!((electrons("lead").unwrap() - 0.3958).abs() < 1e-3);
    }

    #[test]
    fn unknown_materials_and_energies_are_refused() {
        assert!(density("unobtainium").unwrap_err().to_string().contains("known are air, aluminium, "));
        assert!(canonical("unobtainium").is_err());
        for mev in [0.009, 10.1, f64::NAN] {
            assert!(mass_attenuation("steel", mev).unwrap_err().to_string().contains("0.01 to 10"));
        }
    }
}
