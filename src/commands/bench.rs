//! `portray bench`: how well, how fast and how alike models detect, on scans with truth.

mod args;
mod compare;
mod csv;
mod html;
mod junit;
mod machine;
mod markdown;
mod models;
mod outputs;
mod plots;
mod tables;
mod timing;
mod visit;
mod words;

pub(super) use args::Args;

use super::scan::{note, stop_on_signal};
use super::scoring::{Ready, load};
use super::terminal::Color;
use super::{Exit, progress};
use crate::evaluate::dataset::{Case, Dataset};
use crate::evaluate::statistics::PixelHistogram;
use crate::evaluate::{
    Against, BenchResult, Checked, Ending, Findings, Gate, GateResult, ModelResult, Outcome, Pace, SetInfo, Setting,
    Settings, SpeedComparison, accuracy, doubles, made_alike, notes,
};
use crate::infer::{OnnxScorer, Scorer as _};
use crate::judge::Verdict;
use crate::pipeline::{Line, Overlays};
use crate::prepare::Calibration;
use crate::report::{Generator, ModelReport, RunSettings};
use crate::scan::{Error, Fault};
use anyhow::Context as _;
use args::What;
use models::Wanted;
use outputs::Say;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use timing::Ways;

pub(super) fn run(args: &Args, color: Color) -> anyhow::Result<Exit> {
    if let Some(What::Compare(args)) = &args.what {
        return compare::run(args, color);
    }
    let gate = args.gate.as_deref().map(read_gate).transpose()?;
    let baseline = args.baseline.as_deref().map(|path| read_result("--baseline", path)).transpose()?;
    let wanted = models::wanted(args)?;
    if let Some(gate) = &gate {
        asked_for(gate, args, wanted.len())?;
    }
    let measure = read_measure(args.measure.as_deref(), gate.as_ref())?;
    let bench = Bench::new(args, wanted, measure)?;
    let data = args.data.as_deref().ok_or_else(|| Error::parameter("--data is missing"))?;
    let mine = |error: Error| Error { fault: Fault::Parameter, ..error };
    let named = || format!("--data {}", data.display());
    let set = Dataset::open(data).map_err(mine).with_context(named)?;
    if let Some(gate) = &gate {
        gate.fits(&set).with_context(|| named_gate(args.gate.as_deref()))?;
    }
    if let Some(baseline) = &baseline {
        bench.can_compare(&set, baseline).with_context(|| bench.named_baseline())?;
    }
    let _lock =
        outputs::open(args.out.as_deref(), &args.baseline.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>())?;
    let stop = stop_on_signal();
    let Some((mut result, broken)) = bench.run(&set, data, baseline.as_ref(), &stop)? else {
        note("interrupted: there is no result");
        return Ok(Exit::Interrupted);
    };
    if broken.is_none() {
        let held = result.comparisons.iter().find(|against| against.baseline).or_else(|| result.comparisons.first());
        let held = held.cloned();
        let times = result.comparisons.iter().find_map(|against| against.speed);
        finish(&mut result, (gate.as_ref(), args.gate.as_deref()), held.as_ref(), times.as_ref())?;
    }
    if let Some(out) = &args.out {
        outputs::write(out, &result)?;
    }
    outputs::say(&result, Say { quiet: args.quiet, json: args.json, color, out: args.out.as_deref() })?;
    // The figures of hours are kept; what they cannot be held against ends the run all the same.
    broken.map_or_else(|| Ok(exit(&result)), Err)
}

fn named_gate(path: Option<&Path>) -> String {
    format!("--gate {}", path.unwrap_or(Path::new("")).display())
}

/// What a gate needs and the arguments do not give, before hours of work.
fn asked_for(gate: &Gate, args: &Args, models: usize) -> Result<(), Error> {
    if gate.needs_baseline() && args.baseline.is_none() && models < 2 {
        return Err(Error::parameter("the gate compares with a baseline, and there is none")
            .help("give --baseline or a second --model"));
    }
    if gate.speed.is_some() && (models < 2 || args.no_speed) {
        return Err(Error::parameter("the gate compares times, which needs a second --model and no --no-speed")
            .help("times of other runs and machines are not compared"));
    }
    Ok(())
}

fn read_gate(path: &Path) -> anyhow::Result<Gate> {
    let name = || format!("--gate {}", path.display());
    let text = super::files::text("--gate", path)?;
    Gate::parse(&text).with_context(name)
}

fn read_result(what: &str, path: &Path) -> anyhow::Result<BenchResult> {
    let bytes = super::files::bytes(what, path)?;
    BenchResult::from_json(&bytes).map_err(super::files::given).with_context(|| format!("{what} {}", path.display()))
}

/// What is measured: the settings of a file, and the rates that the gate asks about.
fn read_measure(path: Option<&Path>, gate: Option<&Gate>) -> anyhow::Result<Checked> {
    let name = || format!("--measure {}", path.unwrap_or(Path::new("")).display());
    let settings = match path {
        None => Settings::default(),
        Some(path) => toml::from_str(&super::files::text("--measure", path)?)
            .map_err(|error| Error::parameter(error.to_string().trim_end()))
            .with_context(name)?,
    };
    let settings = with_gate(settings, gate)?;
    settings.check().with_context(|| if path.is_some() { name() } else { "--gate".to_owned() })
}

/// The settings of a bench that answers a gate: its rates are measured, and its level is the intervals'.
fn with_gate(mut settings: Settings, gate: Option<&Gate>) -> Result<Settings, Error> {
    let Some(gate) = gate else { return Ok(settings) };
    for rate in gate.rates() {
        if !settings.false_alarms.iter().any(|known| (known - rate).abs() < 1e-12) {
            settings.false_alarms.push(rate);
        }
    }
    let default = Settings::default().level;
    if settings.level != gate.level && settings.level != default {
        let message = format!("--measure has level {}, the gate {}", settings.level, gate.level);
        return Err(Error::parameter(message).help("give one of the two"));
    }
    settings.level = gate.level;
    Ok(settings)
}

/// Holds the result against the gate.
fn finish(
    result: &mut BenchResult,
    (gate, path): (Option<&Gate>, Option<&Path>),
    held: Option<&Against>,
    speed: Option<&SpeedComparison>,
) -> anyhow::Result<()> {
    let Some(gate) = gate else { return Ok(()) };
    let comparison = held.map(|against| &against.comparison);
    let findings = Findings { accuracy: &result.models[0].accuracy, comparison, speed };
    result.gate = Some(GateResult::new(gate.hold(&findings).with_context(|| named_gate(path))?));
    Ok(())
}

/// A regression first: what is shown to be worse is not excused by what could not be shown.
fn exit(result: &BenchResult) -> Exit {
    match result.gate.as_ref().map(|gate| gate.ending) {
        Some(Ending::Regression) => Exit::Look,
        _ if result.failed() > 0 => Exit::Failed,
        Some(Ending::Inconclusive) => Exit::Inconclusive,
        Some(Ending::Pass) | None => Exit::Clear,
    }
}

/// What else than the model differs from a baseline's making, in sentences.
fn otherwise_made(new: &ModelReport, generator: &Generator, old: &BenchResult) -> Vec<String> {
    let before = &old.models[0].model;
    let mut notes = Vec::new();
    let mut add = |what: &str, new: &str, old: &str| {
        if new != old {
            notes.push(format!("the baseline was made with {what} {old}, this result with {new}"));
        }
    };
    add("portray", &generator.version, &old.generator.version);
    add("runtime", &new.runtime, &before.runtime);
    add("provider", &new.provider, &before.provider);
    notes
}

/// Everything that was asked for, checked.
struct Bench<'a> {
    args: &'a Args,
    wanted: Vec<Wanted>,
    measure: Checked,
    shown: RunSettings,
    prepare: crate::prepare::Checked,
    frames: Calibration,
    /// One for each model: thresholds may differ.
    judge: Vec<crate::judge::Checked>,
    threads: usize,
}

impl<'a> Bench<'a> {
    fn new(args: &'a Args, wanted: Vec<Wanted>, measure: Checked) -> anyhow::Result<Self> {
        let Ready { prepare, frames, settings: shown, .. } = args.line.ready(None)?;
        let judge = wanted.iter().map(|model| {
            let mut judge = shown.judge.clone();
            judge.threshold = model.threshold.or(judge.threshold);
            judge.check()
        });
        let judge = judge.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { args, wanted, measure, shown, prepare, frames, judge, threads: args.line.threads() })
    }

    fn line<'s>(&self, number: usize, scorer: &'s OnnxScorer, maps: bool) -> Line<'s> {
        Line {
            scorer,
            prepare: self.prepare.clone(),
            calibration: self.frames.clone(),
            judge: self.judge[number].clone(),
            overlays: Overlays::None,
            keep_maps: maps,
            timings: true,
            settings: self.shown.clone(),
        }
    }

    fn run(
        &self,
        set: &Dataset,
        data: &Path,
        baseline: Option<&BenchResult>,
        stop: &AtomicBool,
    ) -> anyhow::Result<Option<(BenchResult, Option<anyhow::Error>)>> {
        let mut models = Vec::new();
        for number in 0..self.wanted.len() {
            let Some(model) = self.accuracy(number, set, stop)? else { return Ok(None) };
            models.push(model);
        }
        let first: &[Outcome] = &models[0].scans;
        let mut comparisons = Vec::new();
        for model in &models[1..] {
            let comparison = crate::evaluate::compare(first, &model.scans, self.threads, &self.measure)?;
            let (label, model) = (model.label.clone(), model.model.clone());
            comparisons.push(Against { label, baseline: false, model, comparison, speed: None });
        }
        let mut broken = None;
        if let Some(old) = baseline {
            let before = &old.models[0];
            match crate::evaluate::compare(first, &before.scans, self.threads, &self.measure) {
                Ok(comparison) => {
                    let (label, model) = (format!("baseline {}", before.label), before.model.clone());
                    comparisons.push(Against { label, baseline: true, model, comparison, speed: None });
                }
                Err(error) => broken = Some(anyhow::Error::from(error).context(self.named_baseline())),
            }
        }
        let mut notes = notes(first, self.measure.settings())?;
        for other in &models[1..] {
            let failed = other.scans.iter().filter(|scan| scan.score.is_none()).count();
            notes.extend((failed > 0).then(|| format!("{failed} scans failed with {}", other.label)));
        }
        match doubles(first) {
            Ok(note) => notes.extend(note),
            Err(error) => broken = Some(anyhow::Error::from(error).context(format!("--data {}", data.display()))),
        }
        if let Some(old) = baseline {
            notes.extend(otherwise_made(&models[0].model, &Generator::this(), old));
        }
        let machine = if self.args.no_speed {
            None
        } else {
            if !self.time(set, &mut models, &mut comparisons, &mut notes, stop)? {
                return Ok(None);
            }
            Some(machine::machine())
        };
        let name = data.file_name().or_else(|| data.components().next_back().map(std::path::Component::as_os_str));
        let untold = set.untold.iter().map(|path| path.strip_prefix(data).unwrap_or(path).display().to_string());
        let result = BenchResult {
            schema_version: BenchResult::VERSION,
            generator: Generator::this(),
            set: SetInfo {
                name: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                layout: set.layout.as_str().to_owned(),
                scans: set.cases.len() as u64,
                sha256: SetInfo::digest(&models[0].scans),
                untold: untold.collect(),
            },
            measure: self.measure.settings().clone(),
            settings: self.shown.clone(),
            machine,
            models,
            comparisons,
            gate: None,
            notes,
        };
        Ok(Some((result, broken)))
    }

    fn named_baseline(&self) -> String {
        format!("--baseline {}", self.args.baseline.as_deref().unwrap_or(Path::new("")).display())
    }

    /// Whether a baseline was made alike and of this set, as far as that can be told before the first scan.
    fn can_compare(&self, set: &Dataset, baseline: &BenchResult) -> Result<(), Error> {
        made_alike(&self.shown, &baseline.settings)?;
        let known: BTreeMap<&str, bool> =
            baseline.models[0].scans.iter().map(|scan| (scan.name.as_str(), scan.loaded)).collect();
        let both: Vec<&Case> = set.cases.iter().filter(|case| known.contains_key(case.name.as_str())).collect();
        if both.is_empty() {
            return Err(
                Error::parameter("it has no scan in common with the set").help("was it made of another folder?")
            );
        }
        match both.iter().find(|case| known[case.name.as_str()] != case.loaded) {
            Some(case) => {
                Err(Error::parameter(format!("scan {} is told to be loaded in one and clean in the other", case.name))
                    .help("correct the truth, or make the baseline again on this set"))
            }
            None => Ok(()),
        }
    }

    /// One model over the whole set; none where it was interrupted.
    fn accuracy(&self, number: usize, set: &Dataset, stop: &AtomicBool) -> anyhow::Result<Option<ModelResult>> {
        let wanted = &self.wanted[number];
        let workers = self.args.line.workers(set.cases.len());
        let scorer = load(wanted.choice(self.args.line.onnxruntime.as_deref()), workers)?;
        let line = self.line(number, &scorer, true);
        let bar = progress::bar(set.cases.len(), self.args.quiet || self.args.json);
        bar.set_message(super::terminal::printable(&wanted.label));
        let rule = self.measure.settings().hit;
        let visited = visit::visit(&line, set, workers, rule, stop, |outcome| {
            if outcome.verdict == Verdict::Failed {
                tracing::warn!("{}: {}", outcome.name, outcome.error.as_deref().unwrap_or("failed"));
            }
            bar.inc(1);
        })?;
        bar.finish_and_clear();
        let Some(visit::Visited { outcomes, pixels }) = visited else { return Ok(None) };
        let pixels = pixels.as_ref().filter(|_: &&PixelHistogram| outcomes.iter().any(|outcome| outcome.loaded));
        let accuracy = accuracy(&outcomes, pixels, self.threads, &self.measure)?;
        let threshold = wanted.threshold.or(self.shown.judge.threshold).unwrap_or(scorer.contract().score.threshold);
        Ok(Some(ModelResult {
            label: wanted.label.clone(),
            model: line.model(),
            threshold: f64::from(threshold),
            accuracy,
            speed: None,
            scans: outcomes,
        }))
    }

    /// Times all models; false where it was interrupted.
    fn time(
        &self,
        set: &Dataset,
        models: &mut [ModelResult],
        comparisons: &mut [Against],
        notes: &mut Vec<String>,
        stop: &AtomicBool,
    ) -> anyhow::Result<bool> {
        let went_well = |at: &usize| models.iter().all(|model| model.scans[*at].score.is_some());
        let cases: Vec<&Case> = (0..set.cases.len()).filter(went_well).map(|at| &set.cases[at]).collect();
        let cases = timing::spread(&cases, self.args.speed_scans as usize);
        if cases.is_empty() {
            notes.push("no time was taken: there is no scan that every model judged".to_owned());
            return Ok(true);
        }
        let ways = Ways { alone: self.args.line.workers(1), batch: self.args.line.workers(cases.len()) };
        let pace = Pace {
            warm_up: 1,
            noise: 5,
            least: 6,
            within: self.args.speed_within / 100.0,
            limit: Duration::from_secs_f64(self.args.speed_limit),
            level: self.measure.settings().level,
        };
        let runtime = self.args.line.onnxruntime.as_deref();
        let line: timing::LineOf<'_> = &|number, scorer| self.line(number, scorer, false);
        let series = match timing::time(&self.wanted, runtime, &cases, ways, &pace, line, stop) {
            Ok(Some(series)) => series,
            Ok(None) => return Ok(false),
            // Hours of figures are not lost for it; a gate that asks for times is inconclusive.
            Err(error) => {
                notes.push(format!("no times were taken: {error:#}"));
                return Ok(true);
            }
        };
        let setting = Setting { threads: self.threads as u32, scans_at_once: ways.batch.scans_at_once as u32 };
        for (number, model) in models.iter_mut().enumerate() {
            let mut speed = series.speed(number, setting, &pace)?;
            let apart = timing::apart(&self.wanted[number], &self.args.line, &cases, ways);
            (speed.cold_start_ms, speed.peak_bytes) = (apart.cold_start_ms, apart.peak_bytes);
            model.speed = Some(speed);
        }
        for (number, against) in comparisons.iter_mut().filter(|against| !against.baseline).enumerate() {
            against.speed = Some(series.against(number + 1, pace.level)?);
        }
        notes.push(format!(
            "noise floor: the first model and a copy of it differ by up to {} in the time of one scan",
            tables::percent(series.noise_floor(pace.level)?)
        ));
        if !series.narrow {
            let (within, limit) = (self.args.speed_within, self.args.speed_limit);
            notes.push(format!(
                "times are not known to {within} % after {limit} s: a quieter machine or --speed-limit helps"
            ));
        }
        Ok(!stop.load(Ordering::Relaxed))
    }
}
