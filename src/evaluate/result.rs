//! The result of a bench, version 1 of the wire format. It holds every scan's outcome: any result is a baseline for the next.

use super::accuracy::{ours, tells_places};
use super::comparison::Comparison;
use super::figures::Accuracy;
use super::gate::{Check, Ending};
use super::outcome::Outcome;
use super::settings::Settings;
use super::speed::{Speed, SpeedComparison};
use super::statistics::upper_bound;
use crate::judge::Verdict;
use crate::report::{Generator, ModelReport, RunSettings};
use crate::scan::{Digest, Error, Result, counted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a bench found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BenchResult {
    /// Version of this layout: 1.
    pub schema_version: u32,
    /// The program that wrote it.
    pub generator: Generator,
    /// The scans.
    pub set: SetInfo,
    /// What was measured.
    pub measure: Settings,
    /// How scans were prepared and judged.
    pub settings: RunSettings,
    /// The machine, where times were taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// The models; the first is the one in question.
    pub models: Vec<ModelResult>,
    /// The first model against the others and against the baseline.
    pub comparisons: Vec<Against>,
    /// What the gate says, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateResult>,
    /// What the figures cannot show, in sentences.
    pub notes: Vec<String>,
}

/// The scans of a bench.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetInfo {
    /// The last part of its path.
    pub name: String,
    /// The layout that its truth was found in: `simulated`, `coco`, `mvtec`, `table`.
    pub layout: String,
    /// Scans.
    pub scans: u64,
    /// SHA-256 over every scan's name, digest and label, in order of the names.
    pub sha256: Digest,
    /// Files that look like scans of which the truth tells nothing: they were not evaluated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<String>,
}

impl SetInfo {
    /// The digest of a set, from the outcomes of any model on it.
    pub fn digest(outcomes: &[Outcome]) -> Digest {
        let mut lines: Vec<String> = outcomes
            .iter()
            .map(|outcome| {
                let digest = outcome.sha256.map_or_else(|| "unread".to_owned(), |digest| digest.to_string());
                format!("{}\0{digest}\0{}\n", outcome.name, outcome.loaded)
            })
            .collect();
        lines.sort();
        Digest::of(lines.concat().as_bytes())
    }
}

/// The machine that times were taken on. Times of machines with unlike fingerprints are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// SHA-256 over everything below.
    pub fingerprint: Digest,
    /// The processor, as it names itself.
    pub processor: String,
    /// Its architecture.
    pub architecture: String,
    /// Its features that matter to inference.
    pub cpu_features: Vec<String>,
    /// Cores that the process may use.
    pub cores: u32,
    /// Memory in bytes; absent where the operating system does not tell.
    pub memory_bytes: Option<u64>,
    /// The operating system.
    pub system: String,
}

/// One model on the set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelResult {
    /// What it is called here: its file's name, with a number or the provider where several share it.
    pub label: String,
    /// The model.
    pub model: ModelReport,
    /// The threshold from which a scan is flagged.
    pub threshold: f64,
    /// How well it detects.
    pub accuracy: Accuracy,
    /// How fast it is; absent where that was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<Speed>,
    /// Every scan, sorted by name.
    pub scans: Vec<Outcome>,
}

/// The first model against another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// The other model's label, or the baseline's file.
    pub label: String,
    /// Whether its scores come from a baseline file.
    pub baseline: bool,
    /// The other model.
    pub model: ModelReport,
    /// The differences.
    pub comparison: Comparison,
    /// Times, where both were timed in this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<SpeedComparison>,
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateResult {
    /// The worst of the checks.
    pub ending: Ending,
    /// Every check.
    pub checks: Vec<Check>,
}

impl GateResult {
    /// The gate's answer from its checks.
    pub fn new(checks: Vec<Check>) -> Self {
        Self { ending: checks.iter().map(|check| check.ending).max().unwrap_or(Ending::Pass), checks }
    }
}

impl BenchResult {
    /// The version that this library writes and reads.
    pub const VERSION: u32 = 1;

    /// Reads a result.
    ///
    /// # Errors
    /// A format error for anything but a result of version 1 with a model and its scans.
    pub fn from_json(text: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            schema_version: u32,
        }
        let refused = |error: serde_json::Error| {
            Error::format(format!("not a result of portray bench: {error}")).help("was it edited by hand?")
        };
        // A later version's fields are unknown: its number is what there is to say.
        let Version { schema_version } = serde_json::from_slice(text).map_err(refused)?;
        if schema_version != Self::VERSION {
            let message = format!("result has schema_version {schema_version}, this portray reads {}", Self::VERSION);
            return Err(Error::unsupported(message).help("make it again with this portray"));
        }
        let result: Self = serde_json::from_slice(text).map_err(refused)?;
        check(&result)?;
        Ok(result)
    }

    /// Scans that some model of the run could not judge for a failure.
    pub fn failed(&self) -> usize {
        let failed = self.models.iter().flat_map(|model| &model.scans).filter(|scan| scan.score.is_none());
        failed.map(|scan| scan.name.as_str()).collect::<BTreeSet<_>>().len()
    }
}

/// What is wrong inside a result that was read.
fn check(result: &BenchResult) -> Result<()> {
    let refused = |message: String| Err(Error::format(message).help("was it edited by hand?"));
    if result.models.is_empty() {
        return refused("the result holds no model".to_owned());
    }
    for ModelResult { label, scans, .. } in &result.models {
        if scans.is_empty() {
            return refused(format!("the result of {label} holds no scan"));
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = scans.iter().find(|scan| !names.insert(scan.name.as_str())) {
            return refused(format!("the result of {label} holds scan {} twice", twice.name));
        }
        let wrong = |scan: &&Outcome| {
            scan.score.is_some_and(|score| !(0.0..=1.0).contains(&score))
                || scan.score.is_none() != (scan.verdict == Verdict::Failed)
        };
        if let Some(wrong) = scans.iter().find(wrong) {
            return refused(format!("the result of {label}: scan {} has no verdict of its score", wrong.name));
        }
    }
    Ok(())
}

/// What tells that two results were not made alike: how scans were prepared and judged. Thresholds may differ.
///
/// # Errors
/// A parameter error that names the first setting that differs.
pub fn made_alike(new: &RunSettings, old: &RunSettings) -> Result<()> {
    let words = |settings: &RunSettings| -> Result<serde_json::Value> {
        let mut settings = settings.clone();
        settings.judge.threshold = None;
        // By way of text: numbers then have the digits that settings files give them.
        let text = serde_json::to_string(&settings).map_err(|error| Error::bug(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| Error::bug(error.to_string()))
    };
    let (new, old) = (words(new)?, words(old)?);
    if let Some((place, new, old)) = first_difference("settings", &new, &old) {
        return Err(Error::parameter(format!(
            "{place} is {new}, in the baseline {old}: its scores were made otherwise"
        ))
        .help("give the same --settings, frames and limits, or make the baseline again"));
    }
    Ok(())
}

fn first_difference<'a>(
    place: &str,
    new: &'a serde_json::Value,
    old: &'a serde_json::Value,
) -> Option<(String, &'a serde_json::Value, &'a serde_json::Value)> {
    let null = &serde_json::Value::Null;
    match (new, old) {
        (serde_json::Value::Object(fields), serde_json::Value::Object(others)) => {
            let names: BTreeSet<&String> = fields.keys().chain(others.keys()).collect();
            names.into_iter().find_map(|name| {
                let (new, old) = (fields.get(name).unwrap_or(null), others.get(name).unwrap_or(null));
                first_difference(&format!("{place}.{name}"), new, old)
            })
        }
        _ => (new != old).then(|| (place.to_owned(), new, old)),
    }
}

/// The same file under two names: told of otherwise it is an error of the truth, told of alike it counts twice, which a note says.
///
/// # Errors
/// A parameter error that names both scans.
pub fn doubles(outcomes: &[Outcome]) -> Result<Option<String>> {
    let mut seen: BTreeMap<String, &Outcome> = BTreeMap::new();
    let mut twice = Vec::new();
    for outcome in outcomes {
        let Some(digest) = outcome.sha256 else { continue };
        let Some(first) = seen.insert(digest.to_string(), outcome) else { continue };
        if first.loaded != outcome.loaded {
            let message =
                format!("{} and {} are the same file, one told to be clean and one loaded", first.name, outcome.name);
            return Err(Error::parameter(message).help("correct the truth"));
        }
        twice.push(format!("{} = {}", first.name, outcome.name));
    }
    Ok(twice
        .first()
        .map(|first| format!("{} scans are there twice under other names and count twice ({first})", twice.len())))
}

/// The schema (draft 2020-12) of a result.
pub fn bench_schema() -> schemars::Schema {
    crate::report::schema_of::<BenchResult>()
}

/// The fewest containers of a class with which a percentile bootstrap covers what it claims to within a point or so.
const FEW_CONTAINERS: usize = 50;

/// What figures of these outcomes cannot show, in sentences.
///
/// # Errors
/// Bug errors for what statistics refuse.
pub fn notes(outcomes: &[Outcome], settings: &Settings) -> Result<Vec<String>> {
    let of_class = |loaded: bool| outcomes.iter().filter(move |outcome| outcome.loaded == loaded);
    let (clean, loaded) = (of_class(false).count() as u64, of_class(true).count() as u64);
    let mut notes = Vec::new();
    if clean == 0 || loaded == 0 {
        let class = if clean == 0 { "clean" } else { "loaded" };
        notes.push(format!("there is no {class} scan: nothing ranks loaded scans against clean ones"));
    }
    let lowest = settings.false_alarms.iter().copied().fold(f64::INFINITY, f64::min);
    let containers = |loaded: bool| of_class(loaded).map(Outcome::cluster).collect::<BTreeSet<_>>().len();
    if clean > 0 {
        let bound = upper_bound(0, containers(false) as u64, 0.95).map_err(ours)?;
        if bound > lowest {
            notes.push(format!(
                "{} of {} without a single alarm would only prove a false-alarm rate under {} (95 % sure); at {} \
                 {} of them may alarm",
                counted(clean as usize, "clean scan"),
                counted(containers(false), "container"),
                percent(bound),
                percent(lowest),
                if clean as f64 * lowest < 1.0 { "none".to_owned() } else { format!("{:.0}", clean as f64 * lowest) },
            ));
        }
    }
    for (loaded, class) in [(false, "clean"), (true, "loaded")] {
        let containers = containers(loaded);
        if (1..FEW_CONTAINERS).contains(&containers) {
            notes.push(format!(
                "there are {class} scans of only {}: bootstrap intervals of so few are a little too narrow (93 % \
                 instead of 95 % with 20)",
                counted(containers, "container")
            ));
        }
    }
    let failed: Vec<&str> = outcomes.iter().filter(|o| o.score.is_none()).map(|o| o.name.as_str()).collect();
    if !failed.is_empty() {
        let more = if failed.len() > 5 { ", ..." } else { "" };
        notes.push(format!(
            "{} failed and count as missed or as false alarms: {}{more}",
            counted(failed.len(), "scan"),
            failed[..failed.len().min(5)].join(", ")
        ));
    }
    let unplaced = of_class(true).filter(|outcome| !tells_places(outcome)).count();
    if unplaced > 0 {
        let scans = counted(unplaced, "loaded scan");
        notes.push(format!("the truth does not tell the places in {scans}: figures of regions leave them out"));
    }
    Ok(notes)
}

/// A share in per cent with the digits that it has.
fn percent(share: f64) -> String {
    let digits = if share < 0.0095 { 2 } else { 1 };
    let text = format!("{:.digits$}", 100.0 * share);
    format!("{} %", if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(number: usize, loaded: bool) -> Outcome {
        Outcome {
            sha256: Some(Digest::of(&number.to_le_bytes())),
            container: Some(format!("c{}", number / 2)),
            ..crate::evaluate::tests::outcome(&format!("{number:04}.tif"), loaded, 0.1)
        }
    }

    #[test]
    fn notes_say_what_a_small_set_cannot_show() {
        let outcomes: Vec<Outcome> = (0..300).map(|number| outcome(number, false)).collect();
        let found = notes(&outcomes, &Settings::default()).unwrap();
        assert!(found[0].contains("there is no loaded scan"), "{found:?}");
        assert!(found[1].starts_with("300 clean scans of 150 containers without a single alarm"), "{found:?}");
        assert!(found[1].contains("under 2 % (95 % sure); at 0.1 % none of them may alarm"), "{found:?}");
        let mut few: Vec<Outcome> = (0..40).map(|number| outcome(number, number >= 20)).collect();
        few[30].score = None;
        let found = notes(&few, &Settings::default()).unwrap();
        let all = found.join("\n");
        assert!(all.contains("loaded scans of only 10 containers"), "{all}");
        assert!(all.contains("1 scan failed") && all.contains("alarms: 0030.tif"), "{all}");
        assert!(all.contains("places in 20 loaded scans"), "{all}");
    }

    #[test]
    fn a_set_is_known_by_names_bytes_and_labels() {
        let outcomes: Vec<Outcome> = (0..4).map(|number| outcome(number, number >= 2)).collect();
        let digest = SetInfo::digest(&outcomes);
        let mut turned = outcomes.clone();
        turned.reverse();
        turned[0].score = Some(0.9);
        assert_eq!(SetInfo::digest(&turned), digest);
        for change in [
            |outcome: &mut Outcome| outcome.loaded = !outcome.loaded,
            |outcome: &mut Outcome| outcome.sha256 = None,
            |outcome: &mut Outcome| outcome.name.push('x'),
        ] {
            let mut other = outcomes.clone();
            change(&mut other[1]);
            assert_ne!(SetInfo::digest(&other), digest);
        }
    }

    #[test]
    fn what_is_no_result_is_refused_by_its_reason() {
        let error = |text: &str| BenchResult::from_json(text.as_bytes()).unwrap_err().to_string();
        assert!(error("[]").starts_with("not a result of portray bench"), "{}", error("[]"));
        assert!(error(r#"{"schema_version": 7, "more": 1}"#).contains("schema_version 7, this portray reads 1"));
        assert!(error(r#"{"schema_version": 1}"#).contains("missing field"), "{}", error(r#"{"schema_version": 1}"#));
    }
}
