//! Mass attenuation coefficients at a beam's effective energy.
//!
//! Source of the values: J. H. Hubbell and S. M. Seltzer, X-Ray Mass Attenuation Coefficients, NIST Standard
//! Reference Database 126, total with coherent scattering. They are quoted facts; the database as a whole is
//! copyright of the U.S. Secretary of Commerce.

use crate::scan::BeamSource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `(photon energy in MeV, water, aluminium, iron)`, coefficients in cm²/g.
const TABLE: [(f32, f32, f32, f32); 18] = [
    (0.1, 0.1707, 0.1704, 0.3717),
    (0.15, 0.1505, 0.1378, 0.1964),
    (0.2, 0.1370, 0.1223, 0.1460),
    (0.3, 0.1186, 0.1042, 0.1099),
    (0.4, 0.1061, 0.09276, 0.09400),
    (0.5, 0.09687, 0.08445, 0.08414),
    (0.6, 0.08956, 0.07802, 0.07704),
    (0.8, 0.07865, 0.06841, 0.06699),
    (1.0, 0.07072, 0.06146, 0.05995),
    (1.25, 0.06323, 0.05496, 0.05350),
    (1.5, 0.05754, 0.05006, 0.04883),
    (2.0, 0.04942, 0.04324, 0.04265),
    (3.0, 0.03969, 0.03541, 0.03621),
    (4.0, 0.03403, 0.03106, 0.03312),
    (5.0, 0.03031, 0.02836, 0.03146),
    (6.0, 0.02770, 0.02655, 0.03057),
    (8.0, 0.02429, 0.02437, 0.02991),
    (10.0, 0.02219, 0.02318, 0.02994),
];

/// Electrons per unit mass of organic goods relative to water: Z/A of sugars, cellulose and cocaine
/// hydrochloride is 0.53, water's is 0.555. Where Compton scattering rules, attenuation follows Z/A.
const ORGANIC_TO_WATER: f32 = 0.955;

/// Mean photon energy of a filtered bremsstrahlung beam, as a share of its end point: the usual rule of a third.
const EFFECTIVE_SHARE: f32 = 1.0 / 3.0;

/// The photon energies by which Cs-137 and Co-60 are given, in `MeV`.
const GAMMA_MEV: [f32; 3] = [0.66, 0.662, 1.25];

/// From here on in MV an energy is that of an accelerator.
const LEAST_ACCELERATOR_MV: f32 = 2.0;

/// What is known of the beam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beam {
    /// Effective photon energy in `MeV`.
    pub effective_mev: f32,
    /// Whether the scan stated its energy; otherwise a 6 MV beam is assumed.
    pub known: bool,
}

impl Beam {
    /// The beam of a stated energy: of a gamma source that many `MeV`, of an accelerator or tube a third of that many MV.
    ///
    /// Where the kind of source is not stated, 2 MV and more are an accelerator, for no gamma source in use reaches that, and
    /// the energies of Cs-137 and Co-60 are theirs; anything else is taken for an accelerator, but not known.
    pub fn of(stated_mv: Option<f32>, source: Option<BeamSource>) -> Self {
        let Some(mv) = stated_mv.filter(|mv| mv.is_finite() && *mv > 0.0) else {
            return Self { effective_mev: 6.0 * EFFECTIVE_SHARE, known: false };
        };
        let gamma = match source {
            Some(source) => source == BeamSource::Gamma,
            None => GAMMA_MEV.contains(&mv),
        };
        let effective = if gamma { mv } else { mv * EFFECTIVE_SHARE };
        let range = TABLE[0].0..=TABLE[TABLE.len() - 1].0;
        let known = (gamma || source.is_some() || mv >= LEAST_ACCELERATOR_MV) && effective >= *range.start();
        Self { effective_mev: effective.clamp(*range.start(), *range.end()), known }
    }
}

/// Mass attenuation coefficients at one photon energy, in cm²/g.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MassAttenuation {
    /// Organic goods: sugars, cellulose, narcotics.
    pub organic: f32,
    /// Aluminium, standing for minerals and light metals.
    pub mineral: f32,
    /// Iron.
    pub metal: f32,
}

impl MassAttenuation {
    /// The coefficients at `mev`, clamped to 0.1-10 `MeV`; between table entries, log-log interpolation.
    pub fn at(mev: f32) -> Self {
        let mev = mev.clamp(TABLE[0].0, TABLE[TABLE.len() - 1].0);
        let upper = TABLE.partition_point(|row| row.0 < mev).clamp(1, TABLE.len() - 1);
        let (a, b) = (TABLE[upper - 1], TABLE[upper]);
        let share = (mev / a.0).ln() / (b.0 / a.0).ln();
        let between = |low: f32, high: f32| low * (high / low).powf(share);
        Self { organic: ORGANIC_TO_WATER * between(a.1, b.1), mineral: between(a.2, b.2), metal: between(a.3, b.3) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_entries_come_back_and_values_between_lie_between() {
        for row in TABLE {
            let at = MassAttenuation::at(row.0);
            assert!((at.metal / row.3 - 1.0).abs() < 1e-4, "{} MeV", row.0);
            assert!((at.organic / (ORGANIC_TO_WATER * row.1) - 1.0).abs() < 1e-4);
        }
        let at = MassAttenuation::at(2.5);
        assert!(at.metal < 0.04265 && at.metal > 0.03621);
        assert_eq!(MassAttenuation::at(50.0), MassAttenuation::at(10.0));
    }

    #[test]
    fn sources_keep_their_energy_and_accelerators_give_a_third() {
        use BeamSource::{Accelerator, Gamma};
        let cases = [
            (0.66, None, 0.66, true),
            (0.662, None, 0.662, true),
            (1.25, None, 1.25, true),
            (6.0, None, 2.0, true),
            // A small accelerator, or a source: not known.
            (1.5, None, 0.5, false),
            (0.45, None, 0.15, false),
            (1.5, Some(Accelerator), 0.5, true),
            (1.25, Some(Accelerator), 1.25 / 3.0, true),
            (0.45, Some(Accelerator), 0.15, true),
            // Beyond the table.
            (0.15, Some(Accelerator), 0.1, false),
            (1.33, Some(Gamma), 1.33, true),
            (2.75, Some(Gamma), 2.75, true),
        ];
        for (stated, source, effective, known) in cases {
            let beam = Beam::of(Some(stated), source);
            assert!(
                (beam.effective_mev - effective).abs() < 1e-6 && beam.known == known,
                "{stated} {source:?}: {beam:?}"
            );
        }
        for unknown in [None, Some(f32::NAN), Some(0.0), Some(-3.0)] {
            assert_eq!(Beam::of(unknown, Some(Gamma)), Beam { effective_mev: 2.0, known: false });
        }
    }
}
