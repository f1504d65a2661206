//! `portray scan`: a folder of scans becomes reports.

mod args;
mod said;

pub(super) use args::Args;
pub(super) use said::{json_line, note};

use super::calibrate::Given;
use super::scoring::Ready;
use super::terminal::Color;
use super::{Exit, progress};
use crate::infer::Scorer as _;
use crate::pipeline::{Finish, Job, Line, OutputFolder, Overlays, Totals, Workers};
use crate::report::{Event, IgnoredFile, ModelReport, Names, SummaryTimings};
use crate::scan::Error;
use crate::source;
use args::OverlayChoice;
use said::close;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub(super) fn run(args: &Args, color: Color) -> anyhow::Result<Exit> {
    let Ready { prepare, judge, frames, settings } = args.scoring.line.ready(args.threshold)?;
    let calibration = args.calibration.as_deref().map(|path| Given::read("--calibration", path)).transpose()?;

    let discovery = source::discover(&args.inputs, Some(&mut std::io::stdin().lock()), Some(&args.out));
    let jobs = jobs(discovery.entries, discovery.problems, discovery.empty);
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
    let workers = args.scoring.line.workers(jobs.len());
    let scorer = args.scoring.load(workers)?;
    let judge = match &calibration {
        Some(calibration) => {
            calibration.judge(judge, &ModelReport::new(scorer.contract(), scorer.info()), &settings)?
        }
        None => judge,
    };
    let line = Line {
        scorer: &scorer,
        prepare,
        calibration: frames,
        judge,
        overlays: match args.overlays {
            OverlayChoice::Flagged => Overlays::Flagged,
            OverlayChoice::All => Overlays::All,
            OverlayChoice::None => Overlays::None,
        },
        keep_maps: false,
        timings: !args.no_timings,
        settings,
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

/// What is to be done with the scans found and with what is missing. A folder without any scan is missing beside others that
/// have some.
pub(super) fn jobs(
    entries: Vec<source::Entry>,
    mut problems: Vec<(String, Error)>,
    empty: Vec<(String, Error)>,
) -> Vec<Job> {
    if !(entries.is_empty() && problems.is_empty()) {
        problems.extend(empty);
    }
    let mut names = Names::default();
    let found = entries.into_iter().map(|entry| (entry.name.clone(), Ok(entry)));
    let missing = problems.into_iter().map(|(name, error)| (name, Err(error)));
    found.chain(missing).map(|(name, entry)| Job { stem: names.stem(&name), name, entry }).collect()
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
            let scan = Box::new(done.row.clone());
            let event = Event::Scan { kept: done.kept, scan, error: done.error.clone() };
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
