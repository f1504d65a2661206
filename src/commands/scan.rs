//! `portray scan`: a folder of scans becomes reports.

mod args;
mod given;
mod said;

pub(super) use args::Args;
pub(super) use given::FileSettings;

use super::terminal::Color;
use super::{Exit, progress};
use crate::infer::{Scorer as _, cores, thread_plan};
use crate::pipeline::{Finish, Job, Line, OutputFolder, Overlays, Totals, Workers};
use crate::prepare::Calibration;
use crate::report::{IgnoredFile, Names, RunSettings, SummaryTimings};
use crate::scan::Error;
use crate::source;
use args::OverlayChoice;
use given::{frame, load, read_settings};
use said::{ScanEvent, close, json_line, note};
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub(super) fn run(args: &Args, color: Color) -> anyhow::Result<Exit> {
    let mut settings = read_settings(args.settings.as_deref())?;
    settings.judge.threshold = args.threshold.or(settings.judge.threshold);
    let limits = source::Limits { max_pixels: args.max_pixels, max_bytes: args.max_bytes, max_pages: args.max_pages };
    let dark = frame("--dark", args.dark.as_deref(), &limits)?;
    let air = frame("--air", args.air.as_deref(), &limits)?;
    let shown = RunSettings {
        limits: limits.clone(),
        prepare: settings.prepare.clone(),
        judge: settings.judge.clone(),
        dark_frame_sha256: dark.digest,
        dark_sidecar_sha256: dark.sidecar_digest,
        air_frame_sha256: air.digest,
        air_sidecar_sha256: air.sidecar_digest,
    };
    let prepare = settings.prepare.check()?;
    let judge = settings.judge.check()?;
    let calibration = Calibration { dark: dark.planes, air: air.planes };

    let discovery = source::discover(&args.inputs, Some(&mut std::io::stdin().lock()), Some(&args.out));
    let mut problems = discovery.problems;
    if !(discovery.entries.is_empty() && problems.is_empty()) {
        problems.extend(discovery.empty);
    }
    let jobs = jobs(discovery.entries, problems);
    if jobs.is_empty() {
        let earlier = if args.out.join("summary.json").exists() {
            format!("; what is in {} is of an earlier run", args.out.display())
        } else {
            String::new()
        };
        return Err(Error::parameter(format!("no scan was found in {}", args.inputs.join(", ")))
            .help(format!("give files, folders or globs that hold scans{earlier}"))
            .into());
    }
    let folder = OutputFolder::create(&args.out, !args.fresh)?;
    let workers = plan(args, jobs.len());
    let scorer = load(args, workers)?;
    let line = Line {
        scorer: &scorer,
        prepare,
        calibration,
        judge,
        overlays: match args.overlays {
            OverlayChoice::Flagged => Overlays::Flagged,
            OverlayChoice::All => Overlays::All,
            OverlayChoice::None => Overlays::None,
        },
        timings: !args.no_timings,
        settings: shown,
    };
    if scorer.contract().baseline && !args.quiet {
        tracing::info!("the model is an untrained baseline");
    }
    folder.open_run()?;
    let stop = stop_on_signal();
    let start = Instant::now();
    let mut totals = work(args, &line, &jobs, workers, &folder, &stop)?;
    let wall_s = start.elapsed().as_secs_f64();
    let finish = Finish {
        ignored: discovery
            .ignored
            .into_iter()
            .map(|ignored| IgnoredFile { name: ignored.name, reason: ignored.reason })
            .collect(),
        timings: (!args.no_timings).then(|| timings(&totals, workers, wall_s)),
    };
    let exit = |totals: &Totals| if totals.interrupted { Exit::Interrupted } else { Exit::of_counts(&totals.counts) };
    let summary = folder.finish(&line, &mut totals, finish, |totals| exit(totals) as u8)?;
    close(args, color, &summary, &totals, jobs.len(), wall_s)?;
    Ok(exit(&totals))
}

fn jobs(entries: Vec<source::Entry>, problems: Vec<(String, Error)>) -> Vec<Job> {
    let mut names = Names::default();
    let found = entries.into_iter().map(|entry| (entry.name.clone(), Ok(entry)));
    let missing = problems.into_iter().map(|(name, error)| (name, Err(error)));
    found.chain(missing).map(|(name, entry)| Job { stem: names.stem(&name), name, entry }).collect()
}

/// One thread budget: many scans side by side with one thread each, a single scan with all of them.
fn plan(args: &Args, scans: usize) -> Workers {
    let threads = args.threads.map_or_else(cores, |threads| threads as usize);
    let plan = thread_plan(threads, scans, args.sessions.map(|sessions| sessions as usize));
    Workers { scans_at_once: plan.sessions, threads_per_scan: plan.threads }
}

pub(super) fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let set = ctrlc::set_handler(move || {
        // The second signal does not wait for the scans in work.
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted as u8));
        }
        note("stopping after the scans in work; once more to stop at once");
    });
    if let Err(error) = set {
        tracing::debug!("signals stop the program at once: {error}");
    }
    stop
}

fn work(
    args: &Args,
    line: &Line<'_>,
    jobs: &[Job],
    workers: Workers,
    folder: &OutputFolder,
    stop: &AtomicBool,
) -> anyhow::Result<Totals> {
    let bar = progress::bar(jobs.len(), args.quiet || args.json);
    let mut closed = false;
    let mut unwritable = None;
    let totals = crate::pipeline::run(line, jobs, workers, folder, stop, |done| {
        progress::advance(&bar, done);
        if args.json && !closed {
            let event = ScanEvent { event: "scan", kept: done.kept, scan: &done.row };
            match json_line(&event) {
                // Whoever read has enough; the reports are made all the same.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => closed = true,
                Err(error) => {
                    unwritable.get_or_insert(error);
                    stop.store(true, Ordering::Relaxed);
                }
                Ok(()) => {}
            }
        }
    })?;
    bar.finish_and_clear();
    if let Some(error) = unwritable {
        return Err(anyhow::Error::from(error).context("standard output cannot be written"));
    }
    Ok(totals)
}

fn timings(totals: &Totals, workers: Workers, wall_s: f64) -> SummaryTimings {
    let done = totals.counts.scans - totals.kept;
    SummaryTimings {
        wall_s,
        scans_per_s: done as f64 / wall_s.max(1e-9),
        runtime_share: totals.runtime_ms / 1000.0 / (wall_s * workers.scans_at_once as f64).max(1e-9),
        workers: workers.scans_at_once as u32,
        threads_per_scan: workers.threads_per_scan as u32,
    }
}
