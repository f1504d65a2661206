//! From clean scans to a calibration file.

use super::Args;
use crate::commands::progress;
use crate::commands::scan::{jobs, json_line, note, stop_on_signal};
use crate::commands::scoring::Ready;
use crate::commands::terminal::printable;
use crate::commands::{Exit, files};
use crate::evaluate::calibration::{Calibration, CalibrationGroup, Gathered, LeftOut, LeftOutCode, percent_up};
use crate::evaluate::percent;
use crate::evaluate::statistics::scans_needed;
use crate::judge::GroupKind;
use crate::pipeline::{Finish, Line, OutputFolder, Overlays, Totals};
use crate::report::{IgnoredFile, Report, TEMPORARY, to_json, write_atomically};
use crate::scan::Error;
use crate::scan::counted;
use crate::source;
use anyhow::Context as _;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How long a list of names on the terminal may be.
const NAMED: usize = 5;

pub(super) fn run(args: &Args, false_alarms: f64, out: &Path) -> anyhow::Result<Exit> {
    let Ready { prepare, judge, frames, settings } = args.scoring.line.ready(None)?;
    writable(out)?;
    let discovery = source::discover(&args.clean, Some(&mut std::io::stdin().lock()), args.reports.as_deref());
    loaded_by_truth(&discovery.entries)?;
    let (files, mut missing) = (discovery.entries.len(), String::new());
    for (name, error) in &discovery.problems {
        let _ = write!(missing, "; {}: {error}", printable(name));
    }
    let jobs = jobs(discovery.entries, discovery.problems, discovery.empty);
    // No more scans will be left than there are files: what cannot be promised is refused before an hour's work.
    let needed = scans_needed(false_alarms).map_err(|error| Error::parameter(error.to_string()))?;
    if (files as u64) < needed {
        let found = counted(files, "file");
        let most = if files == 0 {
            String::new()
        } else {
            format!("; with so many {} or more can be promised", percent_up(1.0 / (files as f64 + 1.0)))
        };
        let message = format!(
            "a false-alarm rate of {} takes at least {}, found {found} in {}{most}{missing}",
            percent(false_alarms),
            counted(needed as usize, "clean scan"),
            args.clean.join(", ")
        );
        return Err(Error::parameter(message).help("give more clean scans, or ask for a higher --false-alarms").into());
    }
    let (folder, _kept) = reports_folder(args)?;
    let workers = args.scoring.line.workers(jobs.len());
    let scorer = args.scoring.load(workers)?;
    let line = Line {
        scorer: &scorer,
        prepare,
        calibration: frames,
        judge,
        overlays: if args.reports.is_some() { Overlays::Flagged } else { Overlays::None },
        keep_maps: false,
        timings: false,
        settings,
    };
    folder.open_run()?;
    let stop = stop_on_signal();
    let bar = progress::bar(jobs.len(), args.quiet || args.json);
    let mut totals = crate::pipeline::run(&line, &jobs, workers, &folder, &stop, |done| progress::advance(&bar, done))?;
    bar.finish_and_clear();
    if args.reports.is_some() {
        let ignored = discovery.ignored.into_iter().map(|i| IgnoredFile { name: i.name, reason: i.reason }).collect();
        let exit =
            |totals: &Totals| if totals.interrupted { Exit::Interrupted } else { Exit::of_counts(&totals.counts) };
        folder.finish(&line, &mut totals, Finish { ignored, timings: None }, |totals| exit(totals) as u8)?;
    }
    if totals.interrupted {
        let again = if args.reports.is_some() { "; run the same command again to go on" } else { "" };
        note(&format!("interrupted: no calibration was written{again}"));
        return Ok(Exit::Interrupted);
    }
    let gathered = gather(&folder, &totals)?;
    let shared = gathered.shared_containers();
    say_left_out(&gathered);
    let calibration = Calibration::new(gathered, false_alarms, line.model(), line.settings.clone())?;
    write_atomically(out, &to_json(&calibration)?)?;
    say(args, &calibration, shared, out)?;
    let failed = calibration.left_out.iter().any(|scan| scan.code == LeftOutCode::Failed);
    Ok(if failed { Exit::Failed } else { Exit::Clear })
}

/// Scans that are not clean by the truth beside them, as `portray simulate` writes it: they would spoil what is promised of loads.
fn loaded_by_truth(entries: &[source::Entry]) -> anyhow::Result<()> {
    #[derive(serde::Deserialize)]
    struct Stated {
        clean: bool,
    }
    let loaded = |entry: &&source::Entry| {
        let truth = std::fs::read(entry.path.with_extension("truth.json")).ok();
        truth.and_then(|text| serde_json::from_slice::<Stated>(&text).ok()).is_some_and(|stated| !stated.clean)
    };
    let mut found = entries.iter().filter(loaded);
    let Some(first) = found.next() else { return Ok(()) };
    let count = counted(1 + found.count(), "scan");
    let message = format!(
        "--clean: {count} held something by the truth.json beside them, the first is {}",
        printable(&first.name)
    );
    Err(Error::parameter(message).help("name the clean scans only").into())
}

/// The file's folder takes files: better known now than at the end.
fn writable(out: &Path) -> anyhow::Result<()> {
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let tried = if out.is_dir() {
        Err("it is a folder".to_owned())
    } else {
        let there = std::fs::metadata(folder).map_err(|error| error.to_string());
        let file = |_| tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder);
        // The whole error would name the file that was tried, and not the one that was asked for.
        there.and_then(|found| file(found).map_err(|error| error.kind().to_string()))
    };
    tried.map(drop).map_err(|error| {
        Error::io(format!("--out {} cannot be written: {error}", out.display()))
            .help("name a file in a folder that is there and takes files")
            .into()
    })
}

/// Where the reports of the clean scans go: the folder that was named, or one that goes when the second value is dropped.
fn reports_folder(args: &Args) -> anyhow::Result<(OutputFolder, Option<tempfile::TempDir>)> {
    if let Some(reports) = &args.reports {
        return Ok((OutputFolder::create(reports, true).map_err(files::given)?, None));
    }
    let folder = tempfile::tempdir().map_err(|error| {
        Error::io(format!("no temporary folder can be made: {error}")).help("name a folder with --reports")
    })?;
    Ok((OutputFolder::create(folder.path(), false)?, Some(folder)))
}

/// The scores, in the order of the inputs.
fn gather(folder: &OutputFolder, totals: &Totals) -> anyhow::Result<Gathered> {
    let mut gathered = Gathered::default();
    for row in &totals.rows {
        let path: PathBuf = folder.root().join(&row.report);
        let bytes = std::fs::read(&path).map_err(|error| Error::io(error.to_string()));
        let report = bytes.and_then(|bytes| Report::from_json(&bytes));
        gathered.add(&report.with_context(|| format!("{} cannot be read back", path.display()))?)?;
    }
    Ok(gathered)
}

/// Names scans that do not count: of failed ones every one, since what fails is not like what does not.
fn say_left_out(gathered: &Gathered) {
    let of = |code| gathered.left_out().iter().filter(move |scan| scan.code == code);
    for scan in of(LeftOutCode::Failed) {
        note(&format!("failed: {}: {}", printable(&scan.name), printable(&scan.message)));
    }
    let failed = of(LeftOutCode::Failed).count();
    if failed > 0 {
        note(&format!(
            "warning: {} failed and {} not count: nothing is promised for scans like {}",
            counted(failed, "clean scan"),
            if failed == 1 { "does" } else { "do" },
            if failed == 1 { "it" } else { "them" }
        ));
    }
    let twice: Vec<String> = of(LeftOutCode::Duplicate)
        .map(|scan| format!("{} ({})", printable(&scan.name), printable(&scan.message)))
        .collect();
    if !twice.is_empty() {
        let more = if twice.len() > NAMED { ", ..." } else { "" };
        let named = twice[..twice.len().min(NAMED)].join(", ");
        note(&format!("note: {} left out: {named}{more}", counted(twice.len(), "double")));
    }
}

/// The outcome as a line of JSON.
#[derive(serde::Serialize)]
struct Made<'a> {
    event: &'static str,
    out: String,
    false_alarms: f64,
    scans: usize,
    containers: usize,
    left_out: &'a [LeftOut],
    groups: &'a [CalibrationGroup],
}

fn say(args: &Args, calibration: &Calibration, shared: (u64, u64), out: &Path) -> anyhow::Result<()> {
    let text = if args.json {
        let event = Made {
            event: "calibration",
            out: out.display().to_string(),
            false_alarms: calibration.false_alarms,
            scans: calibration.scans.len(),
            containers: containers(calibration),
            left_out: &calibration.left_out,
            groups: &calibration.groups,
        };
        return match json_line(&event) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(anyhow::Error::from(error).context("standard output cannot be written"))
            }
            _ => Ok(()),
        };
    } else if args.quiet {
        String::new()
    } else {
        summary(calibration, out)
    };
    notes(calibration, shared);
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(anyhow::Error::from(error).context("standard output cannot be written"))
        }
        _ => Ok(()),
    }
}

/// What keeps the promise from holding, as far as it can be told.
fn notes(calibration: &Calibration, (scans, containers): (u64, u64)) {
    if calibration.false_alarms >= 0.1 {
        let (rate, number) = (percent(calibration.false_alarms), calibration.false_alarms);
        note(&format!("note: --false-alarms {number} is {rate}; in per cent it is written with the sign, as in 0.4%"));
    }
    if scans > 0 {
        note(&format!(
            "note: {scans} scans share {}: each container counts once, with its highest score",
            if containers == 1 { "one container".to_owned() } else { format!("{containers} containers") }
        ));
    }
    for (scanner, (scans, containers)) in calibration.small_scanners() {
        let mut found = counted(scans as usize, "clean scan");
        if containers != scans {
            found = format!("{found} of {}", counted(containers as usize, "container"));
        }
        let scanner = scanner
            .map_or_else(|| "scans that name no scanner".to_owned(), |name| format!("scanner {}", printable(&name)));
        note(&format!(
            "warning: {scanner}: {} too few for a threshold of its own; that of all scanners is used, which need not keep the \
             rate for it",
            found + if scans == 1 { " is" } else { " are" }
        ));
    }
    for group in calibration.groups.iter().filter(|group| group.threshold > 1.0) {
        note(&format!(
            "warning: {}: clean scans have the highest score there is, so that no scan of it can be flagged; a higher \
             --false-alarms or another model would help",
            printable(&group.group.to_string())
        ));
    }
}

/// How many containers the clean scans are of; all scans are a group.
fn containers(calibration: &Calibration) -> usize {
    let all = calibration.groups.iter().find(|group| group.group.of == GroupKind::All);
    all.map_or(0, |group| group.containers as usize)
}

/// The table and what it promises.
fn summary(calibration: &Calibration, out: &Path) -> String {
    let scanners = calibration.scans.iter().map(|scan| &scan.scanner).collect::<std::collections::BTreeSet<_>>().len();
    let shared = calibration.groups.iter().any(|group| group.containers != group.scans);
    let boxes = if shared { format!("{} and ", counted(containers(calibration), "container")) } else { String::new() };
    let mut text = format!(
        "{} of {boxes}{}; at most {} of clean ones may be flagged\n",
        counted(calibration.scans.len(), "clean scan"),
        counted(scanners, "scanner"),
        percent(calibration.false_alarms)
    );
    let row = |group: &CalibrationGroup| {
        let attained = group.attained;
        [
            printable(&group.group.to_string()),
            group.scans.to_string(),
            if shared { format!("  {:>10}", group.containers) } else { String::new() },
            format!("{:.5}", group.threshold),
            percent_up(group.promised),
            format!("{} to {}", percent_up(attained.low), percent_up(attained.high)),
        ]
    };
    let column = if shared { "  containers" } else { "" };
    let header =
        ["", "clean scans", column, "threshold", "promised", "this calibration's own (95 %)"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(header).chain(calibration.groups.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    for row in &rows {
        let _ = writeln!(
            text,
            "{:<w0$}  {:>w1$}{}  {:>w3$}  {:>w4$}  {:>w5$}",
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            w0 = width(0),
            w1 = width(1),
            w3 = width(3),
            w4 = width(4),
            w5 = width(5)
        );
    }
    let _ = writeln!(
        text,
        "promised: the share of new clean containers of which a scan is flagged at most, on average over calibrations, if they\n\
         come about as these did. Where the share of this very calibration lies stands beside it.\n\
         calibration in {}",
        out.display()
    );
    if calibration.model.baseline {
        let (name, version) = (&calibration.model.name, &calibration.model.version);
        let _ = writeln!(text, "model: {name} {version}, an untrained baseline");
    }
    text
}
