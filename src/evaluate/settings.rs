//! What a bench measures.

use super::matching::HitRule;
use super::statistics::Wanted;
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is measured, and how surely.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The level of all intervals, over 0 and under 1.
    pub level: f64,
    /// Bootstrap rounds, 100 to 100,000.
    pub rounds: u64,
    /// The bootstrap's seed.
    pub seed: u64,
    /// The false-alarm rates per scan at which detection is given, 0 to 1.
    pub false_alarms: Vec<f64>,
    /// The limit of the partial ROC-AUC, over 0 to 1.
    pub partial_to: f64,
    /// The numbers of false regions per scan at which sensitivity is given, 0 or more.
    pub false_regions: Vec<f64>,
    /// Edges of the mass bands in kg, rising.
    pub mass_bands_kg: Vec<f64>,
    /// When a region hits a load.
    pub hit: HitRule,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: 0.95,
            rounds: 2000,
            seed: 1,
            false_alarms: vec![0.001, 0.004, 0.01, 0.05],
            partial_to: 0.05,
            false_regions: vec![0.01, 0.1, 0.5, 1.0],
            mass_bands_kg: vec![10.0, 50.0, 200.0],
            hit: HitRule::default(),
        }
    }
}

/// Settings that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub(super) settings: Settings,
    pub(super) wanted: Wanted,
}

impl Checked {
    /// The settings as they were given.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl Settings {
    /// The settings, if they can be used.
    ///
    /// # Errors
    /// A parameter error that names the field, its range and what was given.
    pub fn check(mut self) -> Result<Checked> {
        // A rate given twice is measured once; tables go by number.
        for rates in [&mut self.false_alarms, &mut self.false_regions] {
            rates.sort_by(f64::total_cmp);
            rates.dedup();
        }
        let wrong = |field: &str, found: String, expected: &str| {
            Err(Error::parameter(format!("{field} is {found}, expected {expected}")))
        };
        if !(self.level > 0.0 && self.level < 1.0) {
            return wrong("level", self.level.to_string(), "over 0 and under 1");
        }
        let least = (2.0 / (1.0 - self.level) - 1e-9).ceil().max(100.0);
        if !(least..=100_000.0).contains(&(self.rounds as f64)) {
            return wrong("rounds", self.rounds.to_string(), &format!("{least} to 100000 at this level"));
        }
        if self.false_alarms.is_empty() {
            return wrong("false_alarms", "empty".into(), "at least one rate");
        }
        if let Some(rate) = self.false_regions.iter().find(|rate| !(rate.is_finite() && **rate >= 0.0)) {
            return wrong("false_regions", rate.to_string(), "0 or more");
        }
        let rising = self.mass_bands_kg.windows(2).all(|pair| pair[0] < pair[1]);
        let masses = self.mass_bands_kg.iter().all(|mass| mass.is_finite() && *mass > 0.0);
        if !(rising && masses) {
            return wrong("mass_bands_kg", format!("{:?}", self.mass_bands_kg), "rising masses over 0");
        }
        self.hit.check()?;
        let wanted = Wanted::new(&self.false_alarms, &[self.partial_to])
            .map_err(|error| Error::parameter(format!("false_alarms, partial_to: {error}")))?;
        Ok(Checked { settings: self, wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_name_the_field() {
        assert!(Settings::default().check().is_ok());
        let with = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check().unwrap_err().to_string()
        };
        assert!(with(|s| s.level = 1.0).starts_with("level is 1, expected over 0"));
        assert!(with(|s| s.level = f64::NAN).starts_with("level is NaN"));
        assert!(with(|s| s.rounds = 10).starts_with("rounds is 10, expected 100 to 100000"));
        // The ends of a wider interval need more rounds.
        assert!(with(|s| (s.level, s.rounds) = (0.999, 1000)).contains("expected 2000 to 100000 at this level"));
        assert!(with(|s| s.false_alarms = vec![]).starts_with("false_alarms is empty"));
        assert!(with(|s| s.false_alarms = vec![1.5]).contains("1.5"));
        assert!(with(|s| s.partial_to = 0.0).contains("partial"));
        assert!(with(|s| s.false_regions = vec![-1.0]).starts_with("false_regions is -1"));
        assert!(with(|s| s.mass_bands_kg = vec![5.0, 5.0]).starts_with("mass_bands_kg is [5.0, 5.0]"));
        assert!(with(|s| s.hit.of_load = 0.0).starts_with("hit.of_load"));
    }
}
