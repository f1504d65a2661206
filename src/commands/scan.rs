//! `portray scan`: a folder of scans becomes reports.

use super::terminal::Color;
use super::{Exit, progress};
use crate::infer::{
    Contract, OnnxScorer, Provider, RuntimeOptions, Scorer as _, SessionOptions, cores, default_model, thread_plan,
};
use crate::pipeline::{Finish, Job, Line, OutputFolder, Overlays, Totals, Workers};
use crate::prepare::Calibration;
use crate::report::{IgnoredFile, Names, Row, RunSettings, Summary, SummaryTimings};
use crate::scan::{Digest, Error, Fault};
use crate::{judge, prepare, source};
use anyhow::Context as _;
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

const EXAMPLES: &str = "Examples:
  portray scan samples --out reports
  portray scan 'day/**/*.tif' --out reports --threads 8
  find /scans -type f -newer stamp -print0 | portray scan - --out reports --json
  portray scan box.dcs --out reports --model detector.onnx --threshold 0.7

Each scan gets reports/scans/NAME.json, those that need a look reports/overlays/NAME.overlay.png.
The whole run is in summary.json and reports.csv (both ranked) and reports.jsonl.
An interrupted run goes on where it stopped: reports that still hold are kept, unless --fresh.";

/// Which scans get a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OverlayChoice {
    /// Flagged and inconclusive scans
    Flagged,
    /// Every scan that could be prepared
    All,
    /// No scan
    None,
}

/// Arguments of `portray scan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[expect(clippy::doc_markdown, reason = "shown as help text, where backticks are noise")]
pub(super) struct Args {
    /// Scans: files, folders (searched through), globs, or - for a list on standard input
    ///
    /// A list has one path a line, or paths with a NUL after each (find -print0); sidecars, truth files and
    /// masks in it are passed over. Files are told by their content, not by their name.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// Folder for the reports; made where missing
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// ONNX model; without it the built-in baseline
    #[arg(short, long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Contract for a model that carries none (JSON; see portray schema contract)
    #[arg(long, value_name = "FILE", requires = "model")]
    contract: Option<PathBuf>,
    /// What runs the model; a provider that cannot is an error, never a silent fall-back
    ///
    /// One of cpu, cuda, tensorrt, openvino, directml, coreml; all but cpu are cargo features.
    #[arg(long, default_value_t, value_name = "PROVIDER", value_parser = str::parse::<Provider>)]
    provider: Provider,
    /// ONNX Runtime library; else ORT_DYLIB_PATH, beside the program, the build's, the system's
    #[arg(long, value_name = "FILE")]
    onnxruntime: Option<PathBuf>,
    /// Threads in all
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Scans worked on at once; each takes about 100 MB for 3 Mpx [default: one per thread, at most 4 (600 MB)]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    sessions: Option<u32>,
    /// Score from which a scan is flagged, 0 to 1 [default: the model's]
    #[arg(long, value_name = "SCORE")]
    threshold: Option<f32>,
    /// Settings of preparation and judging (TOML; see portray schema settings)
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Dark frame: a scan taken with the beam off
    #[arg(long, value_name = "FILE")]
    dark: Option<PathBuf>,
    /// Air frame: a scan of nothing
    #[arg(long, value_name = "FILE")]
    air: Option<PathBuf>,
    /// Which scans get a picture
    #[arg(long, value_enum, default_value_t = OverlayChoice::Flagged, value_name = "WHICH")]
    overlays: OverlayChoice,
    /// Make every report anew, also those of an earlier run that still hold
    #[arg(long)]
    fresh: bool,
    /// Leave wall times out: the same inputs then give the same bytes
    #[arg(long)]
    no_timings: bool,
    /// Most pixels of a plane
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_pixels,
        value_parser = clap::value_parser!(u64).range(1..))]
    max_pixels: u64,
    /// Most bytes of a file
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_bytes,
        value_parser = clap::value_parser!(u64).range(1..))]
    max_bytes: u64,
    /// Most pages or planes of a file
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().max_pages,
        value_parser = clap::value_parser!(u32).range(1..))]
    max_pages: u32,
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    quiet: bool,
    /// Print one JSON line per scan as it is done, then the summary's counts
    #[arg(long)]
    json: bool,
}

/// The settings file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileSettings {
    /// Counts to what the model sees.
    prepare: prepare::Settings,
    /// Scores to a verdict.
    judge: judge::Settings,
}

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
    let jobs = jobs(discovery.entries, discovery.problems);
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

fn read_settings(path: Option<&Path>) -> anyhow::Result<FileSettings> {
    let Some(path) = path else { return Ok(FileSettings::default()) };
    let name = || format!("--settings {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Error::parameter(error.to_string())).with_context(name)?;
    toml::from_str(&text).map_err(|error| Error::parameter(error.to_string())).with_context(name)
}

/// A calibration frame as it was read, once: its planes and what says that it is the same as before.
#[derive(Default)]
struct CalibrationFrame {
    planes: Option<Vec<ndarray::Array2<f32>>>,
    digest: Option<Digest>,
    sidecar_digest: Option<Digest>,
}

fn frame(flag: &'static str, path: Option<&Path>, limits: &source::Limits) -> anyhow::Result<CalibrationFrame> {
    let Some(path) = path else { return Ok(CalibrationFrame::default()) };
    let entry = source::Entry { path: path.to_owned(), name: path.display().to_string() };
    let read = || {
        let file = source::load(&entry, limits)?;
        let (digest, sidecar_digest) = (Some(file.digest), file.sidecar_digest);
        let scan = file.decode(limits)?;
        let planes = Some(scan.planes.iter().map(|plane| plane.samples.to_f32()).collect());
        Ok(CalibrationFrame { planes, digest, sidecar_digest })
    };
    read().map_err(given).with_context(|| format!("{flag} {}", path.display()))
}

/// The fault of a file that the user named as an argument: another one has to be named.
fn given(error: Error) -> Error {
    Error { fault: Fault::Parameter, ..error }
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

fn load(args: &Args, workers: Workers) -> anyhow::Result<OnnxScorer> {
    let options = SessionOptions {
        provider: args.provider,
        sessions: workers.scans_at_once,
        threads_per_session: workers.threads_per_scan,
        runtime: RuntimeOptions::from_process(args.onnxruntime.clone()),
        ..SessionOptions::default()
    };
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| Error::parameter(format!("{} cannot be read: {error}", path.display())))
    };
    let model = args.model.as_deref().map(read).transpose().context("--model")?;
    let contract = args.contract.as_deref().map(|path| {
        let text = read(path)?;
        Contract::parse(&String::from_utf8_lossy(&text)).map_err(given)
    });
    let contract = contract
        .transpose()
        .with_context(|| format!("--contract {}", args.contract.as_deref().unwrap_or(Path::new("")).display()))?;
    let Some(bytes) = model else {
        return OnnxScorer::load(default_model(), None, &options).context("the built-in model");
    };
    OnnxScorer::load(&bytes, contract, &options)
        .map_err(|error| {
            // The runtime and the provider are ours to get going; where they run the built-in model, the named one is wrong.
            let ours = SessionOptions { sessions: 1, ..options.clone() };
            if OnnxScorer::load(default_model(), None, &ours).is_ok() { given(error) } else { error }
        })
        .with_context(|| format!("--model {}", args.model.as_deref().unwrap_or(Path::new("")).display()))
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

/// One line of `--json`: numbers as they stand in the reports.
#[derive(Serialize)]
struct ScanEvent<'a> {
    event: &'static str,
    kept: bool,
    scan: &'a Row,
}

fn json_line(value: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    std::io::stdout().lock().write_all(&line)
}

/// A line on standard error; that it may be closed is no reason to fail.
fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
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

fn close(
    args: &Args,
    color: Color,
    summary: &Summary,
    totals: &Totals,
    scans: usize,
    wall_s: f64,
) -> anyhow::Result<()> {
    match say(args, color, summary, totals, wall_s) {
        // `portray scan ... | head`: the work is done and its reports are written.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            return Err(anyhow::Error::from(error).context("standard output cannot be written"));
        }
        _ => {}
    }
    for failed in &summary.failed {
        let error = Error {
            fault: failed.error.fault,
            place: failed.error.place.clone(),
            message: failed.error.message.clone(),
            help: failed.error.help.clone(),
        };
        note(&format!("failed: {}: {error}", super::terminal::printable(&failed.name)));
    }
    if !summary.stale.is_empty() {
        let reports = progress::counted(summary.stale.len(), "report");
        note(&format!(
            "note: the folder also holds {reports} of earlier runs on other scans; see stale in summary.json"
        ));
    }
    if summary.interrupted {
        let done = summary.counts.scans;
        note(&format!(
            "interrupted: {done} of {} done; run the same command again to go on",
            progress::counted(scans, "scan")
        ));
    }
    Ok(())
}

/// What goes to standard output when all is done.
fn say(args: &Args, color: Color, summary: &Summary, totals: &Totals, wall_s: f64) -> std::io::Result<()> {
    let out = std::io::stdout();
    if args.json {
        return json_line(&serde_json::json!({
            "event": "summary", "exit_code": summary.exit_code, "counts": summary.counts,
            "interrupted": summary.interrupted,
        }));
    }
    if args.quiet {
        return Ok(());
    }
    let terminal = out.is_terminal();
    // Piped output has no width: rows are not to be broken for it.
    let width = if terminal { None } else { Some(200) };
    let mut text = progress::table(summary, color.on(terminal), width);
    text.push_str(&progress::counts(summary));
    if totals.kept > 0 {
        let _ = write!(text, "; {} kept from an earlier run", totals.kept);
    }
    if !args.no_timings {
        let _ = write!(text, "; {wall_s:.1} s");
    }
    let _ = writeln!(text, "\nreports in {}", args.out.display());
    if summary.model.baseline {
        let _ = writeln!(text, "model: {} {}, an untrained baseline", summary.model.name, summary.model.version);
    }
    out.lock().write_all(text.as_bytes())
}
