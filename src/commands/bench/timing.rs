//! Times of models, in turn and in processes of their own.

use super::machine::field;
use super::models::Wanted;
use super::visit::job;
use crate::commands::scoring::{LineFlags, load};
use crate::evaluate::dataset::Case;
use crate::evaluate::{Block, Pace, ScanTime, Series, Stages, measure};
use crate::infer::OnnxScorer;
use crate::pipeline::{Line, Workers};
use crate::scan::{Error, Result};
use anyhow::Context as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A model loaded both ways: for one scan with all threads, and for many at once.
pub(super) struct Loaded {
    alone: OnnxScorer,
    batch: OnnxScorer,
}

/// How the threads are split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ways {
    pub(super) alone: Workers,
    pub(super) batch: Workers,
}

/// A line for a scorer of a model's number.
pub(super) type LineOf<'a> = &'a dyn for<'s> Fn(usize, &'s OnnxScorer) -> Line<'s>;

/// Times all models on `cases`; none where `stop` was set. The number behind the last model is the first model's copy.
pub(super) fn time(
    wanted: &[Wanted],
    onnxruntime: Option<&Path>,
    cases: &[&Case],
    ways: Ways,
    pace: &Pace,
    line: LineOf<'_>,
    stop: &AtomicBool,
) -> anyhow::Result<Option<Series>> {
    let both = |model: &Wanted| -> anyhow::Result<Loaded> {
        let choice = model.choice(onnxruntime);
        Ok(Loaded { alone: load(choice, ways.alone)?, batch: load(choice, ways.batch)? })
    };
    let models = wanted.iter().chain(wanted.first()).map(both).collect::<anyhow::Result<Vec<_>>>()?;
    let start = Instant::now();
    let run = |number: usize| {
        let settings = if number == wanted.len() { 0 } else { number };
        let model = &models[number];
        let alone = pass(&line(settings, &model.alone), cases, ways.alone, stop)?;
        let batch = line(settings, &model.batch);
        let clock = Instant::now();
        pass(&batch, cases, ways.batch, stop)?;
        Ok(Block { scans: alone, batch_s: clock.elapsed().as_secs_f64() })
    };
    match measure(wanted.len(), pace, run, || start.elapsed()) {
        Ok(_) | Err(_) if stop.load(Ordering::Relaxed) => Ok(None),
        series => Ok(Some(series?)),
    }
}

/// Every case once.
fn pass(line: &Line<'_>, cases: &[&Case], workers: Workers, stop: &AtomicBool) -> Result<Vec<ScanTime>> {
    let threads = workers.threads_per_scan as u32;
    let work = |index: usize| {
        let job = job(cases[index]);
        let clock = Instant::now();
        let report = line.process(&job, threads).report;
        let wall_ms = clock.elapsed().as_secs_f64() * 1000.0;
        if let Some(error) = report.error {
            let message =
                format!("{}, which went well before, failed while times were taken: {}", job.name, error.message);
            return Err(Error::model(message));
        }
        let timings = report.timings.unwrap_or_default();
        let stages = Stages {
            read_ms: timings.read_ms,
            prepare_ms: timings.prepare_ms,
            infer_ms: timings.infer_ms,
            runtime_ms: timings.runtime_ms,
            judge_ms: timings.judge_ms,
        };
        let pixels = f64::from(report.scan.width.unwrap_or(0)) * f64::from(report.scan.height.unwrap_or(0));
        Ok(ScanTime { wall_ms, stages, pixels })
    };
    let times = workers.each(cases.len(), stop, work, |_, _| {})?;
    times.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| Error::io("interrupted"))
}

/// What a process of its own took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Apart {
    pub(super) cold_start_ms: Option<f64>,
    pub(super) peak_bytes: Option<u64>,
}

/// Runs `portray scan` with the model in a process of its own: how long until its first report, and how much memory it held. A process
/// that cannot be started leaves both unsaid; it is no reason to lose the rest.
pub(super) fn apart(wanted: &Wanted, line: &LineFlags, cases: &[&Case], ways: Ways) -> Apart {
    let threads = (ways.alone.threads_per_scan * ways.alone.scans_at_once).to_string();
    let sessions = ways.batch.scans_at_once.to_string();
    let (pixels, bytes, pages) = (line.max_pixels.to_string(), line.max_bytes.to_string(), line.max_pages.to_string());
    let named = [
        ("--threads", Some(Path::new(&threads))),
        ("--sessions", Some(Path::new(&sessions))),
        ("--max-pixels", Some(Path::new(&pixels))),
        ("--max-bytes", Some(Path::new(&bytes))),
        ("--max-pages", Some(Path::new(&pages))),
        ("--model", wanted.model.as_deref()),
        ("--contract", wanted.contract.as_deref()),
        ("--provider", Some(Path::new(wanted.provider.name()))),
        ("--onnxruntime", line.onnxruntime.as_deref()),
        ("--settings", line.settings.as_deref()),
        ("--dark", line.dark.as_deref()),
        ("--air", line.air.as_deref()),
    ];
    let given = named.into_iter().filter_map(|(flag, value)| Some([PathBuf::from(flag), value?.to_owned()]));
    let flags: Vec<PathBuf> = given.flatten().collect();
    let run = |cases: &[&Case]| {
        child(&flags, cases).inspect_err(|error| tracing::debug!("no process of its own: {error:#}")).ok()
    };
    // The middle one of three starts; the disk's cache holds everything by now.
    let mut starts: Vec<f64> = (0..3).filter_map(|_| run(&cases[..1])).map(|(start, _)| start).collect();
    starts.sort_by(f64::total_cmp);
    Apart { cold_start_ms: starts.get(starts.len() / 2).copied(), peak_bytes: run(cases).and_then(|(_, peak)| peak) }
}

fn child(flags: &[PathBuf], cases: &[&Case]) -> anyhow::Result<(f64, Option<u64>)> {
    let out = tempfile::tempdir()?;
    let start = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .arg("scan")
        .args(cases.iter().map(|case| &case.path))
        .args(["--json", "--overlays", "none", "--fresh", "--out"])
        .arg(out.path())
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let stdout = child.stdout.take().context("no pipe")?;
    let status = format!("/proc/{}/status", child.id());
    let (done, mut peak) = (AtomicBool::new(false), None);
    let first = std::thread::scope(|scope| -> anyhow::Result<f64> {
        let done = &done;
        let reader = scope.spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            let first = lines.next().map(|line| line.map(|_| start.elapsed().as_secs_f64() * 1000.0));
            // To the end: a full pipe would hold the process up.
            lines.map_while(std::io::Result::ok).for_each(drop);
            done.store(true, Ordering::Relaxed);
            first
        });
        // The high-water mark only rises: what is missed are the last milliseconds.
        while !done.load(Ordering::Relaxed) {
            peak = field(&status, "VmHWM:").or(peak);
            std::thread::sleep(Duration::from_millis(5));
        }
        reader.join().ok().flatten().context("the process said nothing")?.context("the process could not be heard")
    })?;
    let code = child.wait()?.code();
    anyhow::ensure!(matches!(code, Some(0..=1)), "the process ended with {code:?}");
    Ok((first, peak))
}

/// `count` of the cases, evenly from the first to the last.
pub(super) fn spread<'a>(cases: &[&'a Case], count: usize) -> Vec<&'a Case> {
    let count = count.min(cases.len());
    (0..count).map(|number| cases[number * cases.len() / count]).collect()
}
