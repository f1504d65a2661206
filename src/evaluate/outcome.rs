//! What a model made of one scan with truth.

use super::dataset::Case;
use super::matching::{HitRule, LoadHit, RegionHits, matches};
use super::patch::Patch;
use crate::judge::Verdict;
use crate::report::Report;
use crate::scan::{Digest, Error, LoadClass, Result};
use crate::source::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One scan: what is known of it and what the model said. Everything that figures, gates and comparisons need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The scan's path under the set's folder.
    pub name: String,
    /// SHA-256 of its file; absent where it could not be read.
    pub sha256: Option<Digest>,
    /// SHA-256 of its sidecar, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecar_sha256: Option<Digest>,
    /// Whether something is hidden in it.
    pub loaded: bool,
    /// What scans of one container share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The scanner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanner: Option<String>,
    /// The cargo family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// What was said of it.
    pub verdict: Verdict,
    /// Its score; absent where it failed.
    pub score: Option<f64>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The regions, highest score first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<RegionOutcome>,
    /// The loads, as the truth has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<LoadOutcome>,
}

/// A region and what it hits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionOutcome {
    /// Its score.
    pub score: f64,
    /// The loads it hits, counted from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hits: RegionHits,
}

/// A load and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadOutcome {
    /// The class of concealment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Its mass in kg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass_kg: Option<f64>,
    /// Whether it is physically visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
    /// Whether the truth tells where it is: only then can a region hit it.
    pub placed: bool,
    /// The region that hits it, highest score first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit: Option<LoadHit>,
    /// The mass in kg that the report estimates for that region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_kg: Option<f64>,
    /// The class of concealment that the report gives that region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_class: Option<LoadClass>,
}

/// The pixels of a case's loads, in the order of its loads; none where the truth does not tell the place.
pub type Patches = Vec<Option<Patch>>;

/// The patches of a case whose scan has `(rows, columns)`.
///
/// # Errors
/// What [`Load::patch`](super::dataset::Load::patch) gives, with the case's name before it.
pub fn patches(case: &Case, size: (u32, u32), limits: &Limits) -> Result<Patches> {
    let patch = |load: &super::dataset::Load| load.patch(size, limits);
    let named = |error: Error| {
        let place = error.place.clone().map_or_else(|| case.name.clone(), |at| format!("{}: {at}", case.name));
        error.at(place)
    };
    case.loads.iter().map(patch).collect::<Result<_>>().map_err(named)
}

/// A score as reports show it, without the noise that single precision adds in double.
fn as_shown(score: f32) -> f64 {
    (f64::from(score) * 1e5).round() / 1e5
}

impl Outcome {
    /// What `report` says of `case`, whose loads are at `patches`.
    pub fn new(case: &Case, report: &Report, patches: &Patches, rule: HitRule) -> Self {
        let size = (report.scan.height.unwrap_or(0), report.scan.width.unwrap_or(0));
        let regions: Vec<Patch> =
            report.regions.iter().map(|region| Patch::from_polygons(&region.polygons, size)).collect();
        let placed: Vec<usize> = (0..patches.len()).filter(|&number| patches[number].is_some()).collect();
        let known: Vec<Patch> = patches.iter().flatten().cloned().collect();
        let (hits, of_loads) = matches(&regions, &known, rule);
        let mut loads: Vec<LoadOutcome> = case
            .loads
            .iter()
            .map(|load| LoadOutcome {
                class: load.class.clone(),
                mass_kg: load.mass_kg,
                visible: load.visible,
                // Where it is told but the scan could not be read, it was missed.
                placed: !matches!(load.place, super::dataset::Place::Unknown),
                hit: None,
                estimated_kg: None,
                estimated_class: None,
            })
            .collect();
        for (&number, hit) in placed.iter().zip(of_loads) {
            let load = &mut loads[number];
            load.placed = true;
            load.hit = hit;
            let mass = hit.and_then(|hit| report.regions[hit.region].mass.as_ref());
            load.estimated_kg = mass.map(|mass| f64::from(mass.kg));
            let concealment = hit.and_then(|hit| report.regions[hit.region].concealment.as_ref());
            load.estimated_class = concealment.map(|found| found.class);
        }
        let regions = report.regions.iter().zip(hits).map(|(region, hits)| RegionOutcome {
            score: as_shown(region.score),
            hits: hits.into_iter().map(|hit| placed[hit]).collect(),
        });
        Self {
            name: case.name.clone(),
            sha256: report.scan.sha256,
            sidecar_sha256: report.scan.sidecar_sha256,
            loaded: case.loaded,
            container: case.container.clone(),
            scanner: case.scanner.clone(),
            family: case.family.clone(),
            verdict: report.verdict,
            score: report.score.map(as_shown),
            error: report.error.as_ref().map(|error| error.message.clone()),
            regions: regions.collect(),
            loads,
        }
    }

    /// Whether it alarms: flagged at the threshold of the run.
    pub fn alarms(&self) -> bool {
        self.verdict == Verdict::Flagged
    }

    /// What scans of one container share; a scan of which none is told stands for itself.
    pub fn cluster(&self) -> &str {
        self.container.as_deref().unwrap_or(&self.name)
    }

    /// The mass in kg of all its loads, where all are told.
    pub fn mass_kg(&self) -> Option<f64> {
        let masses: Option<Vec<f64>> = self.loads.iter().map(|load| load.mass_kg).collect();
        masses.filter(|masses| !masses.is_empty()).map(|masses| masses.iter().sum())
    }

    /// Whether one of its loads is physically visible; absent where it is not told.
    pub fn visible(&self) -> Option<bool> {
        let visible: Option<Vec<bool>> = self.loads.iter().map(|load| load.visible).collect();
        visible.filter(|visible| !visible.is_empty()).map(|visible| visible.contains(&true))
    }
}
