//! The line one scan goes through.

use crate::infer::{Channel, ScoreMap, Scorer};
use crate::judge::{self, Verdict};
use crate::prepare::{self, Frame};
use crate::report::{ModelReport, Report, RunSettings, ScanInfo, Timings, overlay_png};
use crate::scan::{Digest, Error, Result, Scan, panic_words};
use crate::source::{self, Entry};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// A scan to work on and the stem of its output files.
#[derive(Debug, Clone)]
pub struct Job {
    /// The scan's name in reports.
    pub name: String,
    /// The stem of its report and overlay, unlike all others.
    pub stem: String,
    /// The file, or why there is none.
    pub entry: Result<Entry>,
}

/// Which scans get a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlays {
    /// Those that someone has to look at: flagged and inconclusive.
    Flagged,
    /// All that could be prepared.
    All,
    /// None.
    None,
}

/// What became of one scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The report, without the overlay's path.
    pub report: Report,
    /// The picture as PNG bytes, where one was wanted.
    pub overlay: Option<Vec<u8>>,
    /// The model's map, where the line keeps maps and the model has one.
    pub map: Option<PlacedMap>,
}

/// A model's map and how its cells lie in the source picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedMap {
    /// The scores.
    pub map: ScoreMap,
    /// Where the prepared grid lies that they are on.
    pub frame: Frame,
}

/// Everything a scan meets on its way to a report.
pub struct Line<'a> {
    /// The model.
    pub scorer: &'a dyn Scorer,
    /// Settings of the preparation.
    pub prepare: prepare::Checked,
    /// Dark and air frames, if any.
    pub calibration: prepare::Calibration,
    /// Settings of the judging.
    pub judge: judge::Checked,
    /// Which scans get a picture.
    pub overlays: Overlays,
    /// Whether the model's maps are handed out beside the reports.
    pub keep_maps: bool,
    /// Whether reports hold wall times.
    pub timings: bool,
    /// The settings as the report shows them; the limits on files are taken from here.
    pub settings: RunSettings,
}

impl Line<'_> {
    /// Takes one scan from file to report; never fails and never panics: that is a failed report.
    pub fn process(&self, job: &Job, threads: u32) -> Outcome {
        let mut info = ScanInfo::unread(&job.name);
        let caught = catch_unwind(AssertUnwindSafe(|| self.stages(job, threads, &mut info)));
        // What was known before the crash stays in the report: the file can be found again by its digest.
        caught.unwrap_or_else(|panic| self.failed(info, crashed(panic.as_ref())))
    }

    /// Whether a scan of this verdict gets a picture.
    pub(super) fn wants_overlay(&self, verdict: Verdict) -> bool {
        match self.overlays {
            Overlays::Flagged => matches!(verdict, Verdict::Flagged | Verdict::Inconclusive),
            Overlays::All => verdict != Verdict::Failed,
            Overlays::None => false,
        }
    }

    /// What the report says of the model.
    pub fn model(&self) -> ModelReport {
        ModelReport::new(self.scorer.contract(), self.scorer.info())
    }

    /// The calibration that sets the thresholds, if there is one.
    pub(super) fn calibration_sha256(&self) -> Option<Digest> {
        self.judge.clean().map(judge::CleanScores::sha256)
    }

    fn stages(&self, job: &Job, threads: u32, info: &mut ScanInfo) -> Outcome {
        let mut timings = Timings { threads, ..Timings::default() };
        let entry = match &job.entry {
            Ok(entry) => entry,
            Err(error) => return self.failed(info.clone(), error.clone()),
        };
        let finished = timed(&mut timings.read_ms, || {
            let file = source::load(entry, &self.settings.limits)?;
            info.sha256 = Some(file.digest);
            info.sidecar_sha256 = file.sidecar_digest;
            info.bytes = Some(file.bytes.len() as u64);
            file.decode(&self.settings.limits)
        })
        .and_then(|scan| {
            *info = ScanInfo { sidecar_sha256: info.sidecar_sha256, ..ScanInfo::of(&job.name, &scan) };
            self.judged(info, scan, &mut timings)
        });
        match finished {
            Ok(mut outcome) => {
                outcome.report.timings = self.timings.then_some(timings);
                outcome
            }
            // What was read before it failed stays in the report: an officer can find the file again.
            Err(error) => self.failed(info.clone(), error),
        }
    }

    fn judged(&self, info: &ScanInfo, scan: Scan, timings: &mut Timings) -> Result<Outcome> {
        let contract = self.scorer.contract();
        let asks = |wanted: &[Channel]| contract.input.channels.iter().any(|channel| wanted.contains(channel));
        let target = prepare::Target {
            pixel_mm: contract.input.pixel_mm,
            transmission: asks(&[Channel::Transmission, Channel::TransmissionLow]),
            ratio: asks(&[Channel::Ratio]),
        };
        let prepared =
            timed(&mut timings.prepare_ms, || prepare::prepare(&scan, target, &self.prepare, &self.calibration))?;
        // The samples go before the model's own memory comes.
        let Scan { metadata, warnings, planes, .. } = scan;
        drop(planes);
        let inference = timed(&mut timings.infer_ms, || self.scorer.score(&prepared))?;
        timings.runtime_ms = inference.runtime.as_micros() as f64 / 1000.0;
        timings.runs = inference.runs;
        let judgement = timed(&mut timings.judge_ms, || {
            judge::judge(&prepared, &inference, contract, &metadata, &warnings, &self.judge)
        })?;
        let wanted = self.wants_overlay(judgement.verdict);
        let warnings = [warnings, inference.warnings].concat();
        let report = Report::judged(info.clone(), &warnings, &prepared, judgement, self.model(), self.settings.clone());
        let overlay = timed(&mut timings.overlay_ms, || {
            wanted.then(|| overlay_png(&report, &prepared, inference.map.as_ref())).transpose()
        })?;
        let map = inference.map.filter(|_| self.keep_maps).map(|map| PlacedMap { map, frame: prepared.frame.clone() });
        Ok(Outcome { report, overlay, map })
    }

    fn failed(&self, info: ScanInfo, error: Error) -> Outcome {
        Outcome { report: Report::failed(info, error, self.model(), self.settings.clone()), overlay: None, map: None }
    }
}

fn timed<T>(ms: &mut f64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    // To a microsecond.
    *ms = start.elapsed().as_micros() as f64 / 1000.0;
    result
}

fn crashed(panic: &(dyn std::any::Any + Send)) -> Error {
    Error::bug(format!("portray crashed on this scan: {}", panic_words(panic)))
        .help("please report it together with the scan's header")
}
