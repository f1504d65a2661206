//! Figures, comparisons and gates on outcomes that are made up, so that what must come out is known.

mod figures;
mod gate;

use super::matching::LoadHit;
use super::outcome::{LoadOutcome, Outcome, RegionOutcome};
use super::settings::{Checked, Settings};
use crate::judge::Verdict;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};

/// The threshold of the made-up model.
const THRESHOLD: f64 = 0.75;

pub(super) fn outcome(name: &str, loaded: bool, score: f64) -> Outcome {
    Outcome {
        name: name.to_owned(),
        sha256: None,
        sidecar_sha256: None,
        loaded,
        container: None,
        scanner: None,
        family: None,
        verdict: if score >= THRESHOLD { Verdict::Flagged } else { Verdict::Clear },
        score: Some(score),
        error: None,
        regions: Vec::new(),
        loads: Vec::new(),
    }
}

pub(super) fn load(class: &str, mass_kg: f64, hit: Option<LoadHit>) -> LoadOutcome {
    LoadOutcome {
        class: Some(class.to_owned()),
        mass_kg: Some(mass_kg),
        visible: Some(true),
        placed: true,
        hit,
        estimated_kg: hit.map(|_| 0.8 * mass_kg),
        estimated_class: None,
    }
}

/// `clean` and `loaded` scans whose scores are logistic of normal draws, `apart` standard deviations from each other.
fn scored(clean: usize, loaded: usize, apart: f64, seed: u64) -> Vec<Outcome> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..clean + loaded)
        .map(|number| {
            let is_loaded = number >= clean;
            let draw: f64 = StandardNormal.sample(&mut random);
            let score = 1.0 / (1.0 + (-(draw - 1.0 + if is_loaded { apart } else { 0.0 })).exp());
            let mut outcome = outcome(&format!("scan{number:05}"), is_loaded, score);
            outcome.family = Some(["coffee", "tyres"][number % 2].to_owned());
            outcome.scanner = Some("dual".to_owned());
            if is_loaded {
                let class = ["rip_off", "structure"][random.random_range(0..2)];
                let hit = (score >= THRESHOLD).then_some(LoadHit { region: 0, iou: 0.5, centred: true });
                outcome.loads.push(load(class, random.random_range(5.0..300.0), hit));
                if hit.is_some() {
                    outcome.regions.push(RegionOutcome { score, hits: vec![0] });
                }
            } else if score >= THRESHOLD {
                outcome.regions.push(RegionOutcome { score, hits: Vec::new() });
            }
            outcome
        })
        .collect()
}

fn checked(rounds: u64) -> Checked {
    Settings { rounds, ..Settings::default() }.check().unwrap()
}
