//! `portray tensors`: what a model sees of scans, and what is hidden there, as arrays for training programs.

use super::scoring::{LineFlags, ModelChoice, Ready, load};
use super::{Exit, files, progress, scan, terminal};
use crate::infer::{Contract, Provider, Scorer as _};
use crate::pipeline::{Example, ExampleLine, Workers};
use crate::report::{lock, write_atomically};
use crate::scan::{Error, Result, counted, panic_words};
use crate::source::{self, write};
use anyhow::Context as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// What lists the examples of a folder, a JSON line each.
const LIST: &str = "tensors.jsonl";

const EXAMPLES: &str = "Examples:
  portray simulate --scenario mixed --count 100 --density --out set
  portray tensors set --contract contract.json --out tensors
  portray tensors 'day/*.dcs' --model net.onnx --out tensors

Exit codes:
  0    every scan is written
  2    some scans failed and are named; the others are written
  64   wrong usage: an argument, a contract or setting; or another run is at work in the folder
  70   an array cannot be written
  130  interrupted; the arrays that were written are whole and listed";

/// Arguments of `portray tensors`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Writes what a model sees of scans, and what is hidden there, as arrays for training programs.\n\n\
    For each scan: NAME.input.npy, float32 [channel, row, column], prepared, clamped and scaled as the contract asks, without \
    padding. Where a truth file stands beside the scan: NAME.loads.npy, uint8 [row, column], 0 for nothing, n where the goods of \
    its n-th load are, 255 where a load changes the picture otherwise (packing, room made); and after portray simulate --density: \
    NAME.density.npy, float32 [row, column], kg/m2 of the hidden goods. tensors.jsonl tells of each: pixel size, energies, part \
    of the scan, mass attenuation coefficient, warnings, truth file.",
    after_long_help = EXAMPLES
)]
pub(super) struct Args {
    /// Scans: files, folders (searched through), globs, or - for a list on standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// The folder to write to; made where it does not exist
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// ONNX model whose contract says what it sees; without it and --contract the built-in one
    #[arg(short, long, value_name = "FILE", conflicts_with = "contract")]
    model: Option<PathBuf>,
    /// Contract of a model that may still have to be trained (JSON; see portray schema contract)
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,
    #[command(flatten)]
    line: LineFlags,
    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let Ready { prepare, frames, settings, .. } = args.line.ready(None)?;
    let contract = contract(args)?;
    let found = source::discover(&args.inputs, Some(&mut std::io::stdin().lock()), Some(&args.out));
    let jobs = scan::jobs(found.entries, found.problems, found.empty);
    if jobs.is_empty() {
        let message = format!("no scan was found in {}", args.inputs.join(", "));
        return Err(Error::parameter(message).help("give files, folders or globs that hold scans").into());
    }
    std::fs::create_dir_all(&args.out)
        .map_err(|error| Error::io(error.to_string()))
        .with_context(|| format!("cannot make folder {}", args.out.display()))?;
    let _lock = lock(&args.out)?;
    let line = ExampleLine { input: &contract.input, prepare, calibration: frames, limits: settings.limits };
    let stop = scan::stop_on_signal();
    let bar = progress::bar(jobs.len(), args.quiet);
    let workers = args.line.workers(jobs.len());
    let work = |index: usize| {
        let job = &jobs[index];
        let made = match &job.entry {
            Ok(entry) => catch_unwind(AssertUnwindSafe(|| line.example(entry, &job.stem)))
                .unwrap_or_else(|panic| Err(Error::bug(format!("portray crashed: {}", panic_words(panic.as_ref()))))),
            Err(error) => Err(error.clone()),
        };
        match made {
            Ok(example) => written(&args.out, &example).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    };
    let done = workers.each(jobs.len(), &stop, work, |index, done| {
        if let Err(error) = done {
            let name = &jobs[index].name;
            bar.suspend(|| eprintln!("failed: {}", terminal::printable(&format!("{name}: {error}"))));
        }
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    let interrupted = done.iter().any(Option::is_none);
    let (mut lines, mut made, mut failed) = (String::new(), 0, 0);
    for outcome in done.into_iter().flatten() {
        match outcome {
            Ok(line) => {
                lines.push_str(&line);
                lines.push('\n');
                made += 1;
            }
            Err(_) => failed += 1,
        }
    }
    write_atomically(&args.out.join(LIST), lines.as_bytes())?;
    if !args.quiet {
        let failures = if failed > 0 { format!("; {failed} failed") } else { String::new() };
        println!("{} written to {}{failures}", counted(made, "scan"), args.out.display());
    }
    if interrupted {
        eprintln!("interrupted: run the same command again for all of them");
    }
    Ok(match (interrupted, failed) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Clear,
        (false, _) => Exit::Failed,
    })
}

/// The contract that says what the model sees.
fn contract(args: &Args) -> anyhow::Result<Contract> {
    if let Some(path) = &args.contract {
        let text = files::text("--contract", path)?;
        return Contract::parse(&text).map_err(files::given).with_context(|| format!("--contract {}", path.display()));
    }
    let choice = ModelChoice {
        model: args.model.as_deref(),
        contract: None,
        provider: Provider::default(),
        onnxruntime: args.line.onnxruntime.as_deref(),
    };
    let scorer = load(choice, Workers { scans_at_once: 1, threads_per_scan: 1 })?;
    Ok(scorer.contract().clone())
}

/// Writes an example's arrays and gives its line of the list.
fn written(folder: &Path, example: &Example) -> Result<String> {
    let name = &example.facts.name;
    let file = |what: &str| folder.join(format!("{name}.{what}.npy"));
    write_atomically(&file("input"), &write::npy(&example.input)?)?;
    if let Some(hidden) = &example.hidden {
        write_atomically(&file("loads"), &write::npy(&hidden.loads)?)?;
        if let Some(density) = &hidden.density {
            write_atomically(&file("density"), &write::npy(density)?)?;
        }
    }
    serde_json::to_string(&example.facts).map_err(|error| Error::bug(error.to_string()))
}
