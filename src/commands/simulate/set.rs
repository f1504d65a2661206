//! A set of scans in a folder: made one by one, kept where they still hold, then listed for training programs and shown on
//! a contact sheet.

use super::{Exit, progress, scan, terminal};
use crate::report::{lock, write_atomically};
use crate::scan::counted;
use crate::scan::{Digest, Error, LoadTruth, Scan, Truth};
use crate::simulate::{COCO_FILE, CONTACT_FILE, CONTACT_MOST, Coco, Contact, Simulated, encode_all};
use crate::source::write::Format;
use crate::source::{self, Entry, Limits};
use anyhow::{Context as _, Result};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

/// How a set is made.
#[derive(Debug, Clone, Copy, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags that have nothing to do with each other")]
pub(super) struct SetArgs {
    /// Make every scan anew, also those of an earlier run that still hold
    #[arg(long)]
    fresh: bool,
    /// Leave the contact sheet out
    #[arg(long)]
    no_contact: bool,
    /// Write NAME.density.png too: what the hidden goods weigh at each pixel, for training
    #[arg(long)]
    density: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

impl SetArgs {
    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }
}

/// What a set consists of.
pub(super) trait Recipe: Sync {
    /// How many scans.
    fn count(&self) -> u64;
    /// A scan's file name without suffix.
    fn name(&self, number: u64) -> String;
    /// Whether a truth found under that name is the one that [`Recipe::make`] would write.
    fn made(&self, number: u64, truth: &Truth) -> bool;
    /// What the contact sheet says of the set beside its counts, such as its seed.
    fn about(&self) -> String;
    /// Makes a scan.
    fn make(&self, number: u64) -> Result<(Simulated, Format)>;
}

/// A scenario and a scanner as truth files spell them.
pub(super) fn values(
    scenario: &impl serde::Serialize,
    scanner: &impl serde::Serialize,
) -> Result<(serde_json::Value, serde_json::Value)> {
    let value = |what: serde_json::Result<serde_json::Value>| what.map_err(|error| Error::bug(error.to_string()));
    Ok((value(serde_json::to_value(scenario))?, value(serde_json::to_value(scanner))?))
}

/// What became of a scan before it is written.
enum Step {
    Kept(Box<(Truth, Scan)>),
    Made(Box<(Simulated, Format)>),
    Failed(anyhow::Error),
}

/// How far the set is.
#[derive(Default)]
struct Tally {
    made: u64,
    kept: u64,
    failed: u64,
    loaded: u64,
    sizes: BTreeMap<String, (u32, u32)>,
}

/// Makes a set. A scan that cannot be made is named and the others are made all the same; a file that cannot be written
/// ends the work.
///
/// # Errors
/// Where the folder or a file cannot be written.
pub(super) fn make(
    recipe: &impl Recipe,
    title: &str,
    folder: &Path,
    args: SetArgs,
    out: &mut dyn Write,
) -> Result<Exit> {
    std::fs::create_dir_all(folder)
        .map_err(|e| Error::io(e.to_string()))
        .with_context(|| format!("cannot make folder {}", folder.display()))?;
    let _lock = lock(folder)?;
    let stop = scan::stop_on_signal();
    let bar = progress::bar(recipe.count() as usize, args.quiet);
    let mut sheet = (!args.no_contact).then(|| Contact::new(recipe.count()));
    let mut tally = Tally::default();
    // One thread renders while the other one compresses and writes what was rendered before.
    let outcome = std::thread::scope(|threads| {
        let (sender, receiver) = sync_channel(1);
        let stop = &stop;
        threads.spawn(move || render(recipe, folder, args, stop, &sender));
        for (number, step) in receiver {
            let written = finish(recipe, number, step, folder, &mut tally, &mut sheet, &bar, args, out);
            if written.is_err() {
                stop.store(true, Ordering::Relaxed);
                return written;
            }
            bar.inc(1);
        }
        Ok(())
    });
    bar.finish_and_clear();
    outcome?;
    let interrupted = stop.load(Ordering::Relaxed);
    let (coco, skipped) = annotations(folder, &tally.sizes)?;
    write_atomically(&folder.join(COCO_FILE), &coco)?;
    let all = tally.made + tally.kept;
    if let Some(sheet) = sheet.filter(|_| all > 0) {
        let facts = format!("{}; {}; attenuation, air white", counts(&tally), recipe.about());
        write_atomically(&folder.join(CONTACT_FILE), &sheet.png(title, &facts)?)?;
    }
    if !args.quiet {
        writeln!(out, "{}", summary(&tally, folder))?;
    }
    for name in skipped {
        eprintln!(
            "note: {} is no truth file that this portray reads; it is left out of {COCO_FILE}",
            terminal::printable(&name)
        );
    }
    if interrupted {
        eprintln!("interrupted: run the same command again to go on");
    }
    Ok(match (interrupted, tally.failed) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Clear,
        (false, _) => Exit::Failed,
    })
}

/// What the sheet shows of the set.
fn counts(tally: &Tally) -> String {
    let all = tally.made + tally.kept;
    let shown = all.min(CONTACT_MOST as u64);
    let some = if shown < all { format!("the first {shown} of {all} scans") } else { counted(all as usize, "scan") };
    format!("{some}; {} of {all} with hidden loads, outlined", tally.loaded)
}

fn summary(tally: &Tally, folder: &Path) -> String {
    let all = tally.made + tally.kept + tally.failed;
    let mut text = format!("{}: {} made", counted(all as usize, "scan"), tally.made);
    if tally.kept > 0 {
        let _ = write!(text, ", {} kept from an earlier run", tally.kept);
    }
    if tally.failed > 0 {
        let _ = write!(text, ", {} failed", tally.failed);
    }
    let _ = write!(text, "; {} with hidden loads; in {}", tally.loaded, folder.display());
    text
}

/// Makes the scans in order, until the set is whole or someone wants to stop.
fn render(recipe: &impl Recipe, folder: &Path, args: SetArgs, stop: &AtomicBool, sender: &SyncSender<(u64, Step)>) {
    for number in 0..recipe.count() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let work = || {
            let kept = if args.fresh { None } else { kept(recipe, number, folder, args.density) };
            kept.map_or_else(
                || recipe.make(number).map(|made| Step::Made(Box::new(made))),
                |kept| Ok(Step::Kept(Box::new(kept))),
            )
        };
        let step = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(step)) => step,
            Ok(Err(error)) => Step::Failed(error),
            Err(_) => Step::Failed(Error::bug("portray crashed on this scan; see the log").into()),
        };
        // Nobody listens any more once something could not be written.
        if sender.send((number, step)).is_err() {
            return;
        }
    }
}

/// A scan of an earlier run: its truth, which is written last, is of this set, and its files are whole.
fn kept(recipe: &impl Recipe, number: u64, folder: &Path, density: bool) -> Option<(Truth, Scan)> {
    let name = recipe.name(number);
    let truth: Truth = serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.truth.json"))).ok()?).ok()?;
    let same = truth.generator.version == env!("CARGO_PKG_VERSION") && recipe.made(number, &truth);
    if !same || !folder.join(format!("{name}.json")).is_file() {
        return None;
    }
    // A picture is whole if it is what the truth was written with.
    let holds = |file: &str, digest: Option<Digest>| {
        std::fs::read(beside(folder, file)).is_ok_and(|bytes| digest == Some(Digest::of(&bytes)))
    };
    let whole = |load: &LoadTruth| load.mask.as_deref().is_some_and(|mask| holds(mask, load.mask_sha256));
    let weighed = || match &truth.density {
        Some(density) => holds(&density.file, Some(density.sha256)),
        None => !density || truth.loads.is_empty(),
    };
    if !truth.loads.iter().all(whole) || !weighed() {
        return None;
    }
    let scan = opened(folder, &truth).ok()?;
    (scan.digest == truth.scan.sha256).then_some((truth, scan))
}

/// A truth is a file that anyone may have written: what it names stands beside it and nowhere else.
fn beside(folder: &Path, name: &str) -> PathBuf {
    folder.join(Path::new(name).file_name().unwrap_or_default())
}

fn opened(folder: &Path, truth: &Truth) -> crate::scan::Result<Scan> {
    let entry = Entry { path: beside(folder, &truth.scan.file), name: truth.scan.file.clone() };
    source::open(&entry, &Limits::default())
}

/// Writes what was made and says so.
#[expect(clippy::too_many_arguments, reason = "called in one place, with what the set consists of")]
fn finish(
    recipe: &impl Recipe,
    number: u64,
    step: Step,
    folder: &Path,
    tally: &mut Tally,
    sheet: &mut Option<Contact>,
    bar: &ProgressBar,
    args: SetArgs,
    out: &mut dyn Write,
) -> Result<()> {
    let name = recipe.name(number);
    let mut failed = |error: &anyhow::Error| {
        tally.failed += 1;
        bar.suspend(|| eprintln!("failed: {name}: {}", terminal::printable(&format!("{error:#}"))));
    };
    let (truth, scan) = match step {
        Step::Failed(error) => {
            failed(&error);
            return Ok(());
        }
        Step::Kept(kept) => {
            tally.kept += 1;
            *kept
        }
        Step::Made(made) => {
            let (simulated, format) = *made;
            let encoded = match encode_all(&simulated, &name, format, args.density) {
                Ok(encoded) => encoded,
                Err(error) => {
                    failed(&error.into());
                    return Ok(());
                }
            };
            // A truth of before would stand for files that are being replaced.
            remove(&folder.join(format!("{name}.truth.json")))?;
            for (file, bytes) in &encoded.files {
                write_atomically(&folder.join(file), bytes)?;
            }
            tally.made += 1;
            if !args.quiet {
                let line = line(&encoded.truth);
                bar.suspend(|| writeln!(out, "{line}")).context("standard output cannot be written")?;
            }
            (encoded.truth, simulated.scan)
        }
    };
    tally.loaded += u64::from(!truth.clean);
    tally.sizes.insert(truth.scan.file.clone(), (scan.width(), scan.height()));
    if let Some(sheet) = sheet {
        sheet.add(&scan, &truth);
    }
    Ok(())
}

fn line(truth: &Truth) -> String {
    let hidden: Vec<String> =
        truth.loads.iter().map(|load| format!("{} {:.0} kg", load.class.as_str(), load.mass_kg)).collect();
    let hidden = if hidden.is_empty() { "clean".to_owned() } else { hidden.join(", ") };
    format!("{}  {}, {hidden}", truth.scan.file, truth.cargo)
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(error.to_string())).with_context(|| format!("{} cannot be replaced", path.display()))
        }
        _ => Ok(()),
    }
}

/// The annotations of all truths in the folder, those of other runs too, sorted by name; and the files that are no truth.
fn annotations(folder: &Path, sizes: &BTreeMap<String, (u32, u32)>) -> Result<(Vec<u8>, Vec<String>)> {
    let listed = std::fs::read_dir(folder).map_err(|error| Error::io(error.to_string()));
    let listed = listed.with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut names: Vec<String> = listed.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| name.ends_with(".truth.json"));
    names.sort_unstable();
    let (mut coco, mut skipped) = (Coco::default(), Vec::new());
    for name in names {
        let truth =
            std::fs::read(folder.join(&name)).ok().and_then(|bytes| serde_json::from_slice::<Truth>(&bytes).ok());
        let size = truth.as_ref().and_then(|truth| {
            let known = sizes.get(&truth.scan.file).copied();
            known.or_else(|| opened(folder, truth).ok().map(|scan| (scan.width(), scan.height())))
        });
        match (truth, size) {
            (Some(truth), Some(size)) => coco.add(&truth, size),
            _ => skipped.push(name),
        }
    }
    Ok((coco.to_json()?, skipped))
}

/// The truth beside a scan, where it is one of portray's own.
pub(super) fn truth_of(path: &Path) -> Option<Truth> {
    let truth = std::fs::read(path.with_extension("truth.json")).ok()?;
    serde_json::from_slice(&truth).ok()
}

/// The digest of a file; nothing where it cannot be read.
pub(super) fn digest(entry: &Entry) -> Option<Digest> {
    source::load(entry, &Limits::default()).ok().map(|loaded| loaded.digest)
}
