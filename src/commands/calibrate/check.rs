//! From later reports to whether their scores still fit a calibration.

use super::{Args, Given};
use crate::commands::Exit;
use crate::commands::progress::counted;
use crate::commands::scan::{json_line, note};
use crate::commands::terminal::printable;
use crate::evaluate::calibration::{DRIFT_SEEN, Drift, DriftCheck, GroupDrift, Order, Station, percent_up};
use crate::evaluate::percent;
use crate::report::{Report, p_words};
use crate::scan::{Error, Fault};
use anyhow::Context as _;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &Args, path: &Path) -> anyhow::Result<Exit> {
    let given = Given::read("--check", path)?;
    let mut station = Station::new(&given.calibration, given.sha256)?;
    for input in &args.station {
        add(&mut station, input)?;
    }
    let check = station.check(args.false_drift)?;
    say(args, &check)?;
    Ok(match check.ending {
        Drift::Fits => Exit::Clear,
        Drift::Drift => Exit::Look,
        Drift::Inconclusive => Exit::Inconclusive,
    })
}

/// Takes every report of an argument: a folder that `portray scan` wrote or another one with reports in it, a list, or a report.
fn add(station: &mut Station<'_>, input: &Path) -> anyhow::Result<()> {
    let named = || input.display().to_string();
    if !input.is_dir() {
        return file(station, input).with_context(named);
    }
    let scans = input.join("scans");
    let folder = if scans.is_dir() { scans } else { input.to_owned() };
    let entries = fs::read_dir(&folder).map_err(|error| unreadable(&error)).with_context(named)?;
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(&error))
        .with_context(named)?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json") && !path.ends_with("summary.json"));
    files.sort();
    if files.is_empty() {
        return Err(Error::parameter("the folder holds no report").help("name a folder that portray scan wrote"))
            .with_context(named);
    }
    files.iter().try_for_each(|path| file(station, path).with_context(|| path.display().to_string()))
}

fn file(station: &mut Station<'_>, path: &Path) -> anyhow::Result<()> {
    if path.extension().is_none_or(|ending| ending != "jsonl") {
        let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
        return Ok(station.add(&report(&bytes)?)?);
    }
    let lines = BufReader::new(File::open(path).map_err(|error| unreadable(&error))?);
    for (number, line) in lines.split(b'\n').enumerate() {
        let line = line.map_err(|error| unreadable(&error))?;
        if !line.trim_ascii().is_empty() {
            let added = report(&line).and_then(|report| station.add(&report));
            added.with_context(|| format!("line {}", number + 1))?;
        }
    }
    Ok(())
}

fn report(bytes: &[u8]) -> crate::scan::Result<Report> {
    Report::from_json(bytes).map_err(|error| Error { fault: Fault::Parameter, ..error })
}

fn unreadable(error: &std::io::Error) -> Error {
    let error = crate::commands::files::unreadable(error);
    error.help("name folders of reports, reports or a reports.jsonl")
}

fn say(args: &Args, check: &DriftCheck) -> anyhow::Result<()> {
    let written = if args.json {
        json_line(check)
    } else if args.quiet {
        Ok(())
    } else {
        std::io::stdout().lock().write_all(words(check).as_bytes())
    };
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            return Err(anyhow::Error::from(error).context("standard output cannot be written"));
        }
        _ => {}
    }
    for (names, what) in [
        (&check.not_calibrated, "of scanners or cargo that the calibration has too few clean scans of"),
        (&check.failed, "without a score, for they failed"),
    ] {
        if let Some(first) = names.first() {
            let more = if names.len() > 1 { ", ..." } else { "" };
            note(&format!("note: {} {what}, left out: {}{more}", counted(names.len(), "scan"), printable(first)));
        }
    }
    Ok(())
}

fn words(check: &DriftCheck) -> String {
    let mut text = String::new();
    for group in &check.groups {
        group_words(group, &mut text);
    }
    let mut left_out = String::new();
    for (count, what) in [(check.of_the_calibration, "of the calibration itself"), (check.duplicates, "seen before")] {
        if count > 0 {
            let _ = write!(left_out, "; {} {what}, left out", counted(count as usize, "scan"));
        }
    }
    let scans = counted(check.groups.iter().map(|group| group.scans as usize).sum(), "scan");
    let groups = counted(check.groups.len(), "group");
    let said = match check.ending {
        Drift::Fits => "fits: the scores look like those of the clean scans",
        Drift::Drift => {
            "drift: the scores no longer look like those of the clean scans; calibrate again once the cause is known"
        }
        Drift::Inconclusive => "inconclusive: too few scans to tell",
    };
    let _ = writeln!(
        text,
        "{said}\n{scans} in {groups}{left_out}; where nothing changed, drift is said with a probability of at most {}",
        percent(check.false_drift)
    );
    text
}

fn group_words(group: &GroupDrift, text: &mut String) {
    let ending = match group.ending {
        Drift::Fits => "fits",
        Drift::Drift => "drift",
        Drift::Inconclusive => "too few scans to tell",
    };
    let order = match group.order {
        Order::Time => "by time",
        Order::Name => "by name, for not every scan states its time",
    };
    let (ks, wealth) = (&group.kolmogorov_smirnov, &group.martingale);
    let after = wealth
        .alarm_after
        .map_or_else(String::new, |scans| format!(", reached after {}", counted(scans as usize, "scan")));
    let _ = writeln!(
        text,
        "{}: {ending}\n  {} against {} clean ones, {order}; median score {:.3}, clean ones {:.3}\n  \
         Kolmogorov-Smirnov: distance {:.3}, p {}, drift at {}\n  \
         running martingale: wealth at most {}, drift at {}{after}",
        printable(&group.group.to_string()),
        counted(group.scans as usize, "scan"),
        group.clean,
        group.median,
        group.clean_median,
        ks.distance,
        p_words(ks.p_value),
        p_words(ks.alarm_at),
        wealth_words(wealth.highest_log10),
        wealth_words(wealth.alarm_at_log10),
    );
    let _ = match group.ending {
        Drift::Fits => writeln!(
            text,
            "  a change in {} of the scans would have been seen; a smaller share of loaded scans does not matter",
            percent_up(group.seen_from)
        ),
        // Loaded scans are in the station's and not among the clean ones: only a share as large as the distance explains it.
        Drift::Drift => {
            writeln!(text, "  loaded scans would have to be some {} of these to explain it", percent_up(ks.distance))
        }
        Drift::Inconclusive => match group.scans_wanted {
            Some(wanted) => writeln!(text, "  {wanted} scans would show a change in {} of them", percent(DRIFT_SEEN)),
            None => writeln!(
                text,
                "  the calibration has too few clean scans of it for any number of scans to show a change in {} of them",
                percent(DRIFT_SEEN)
            ),
        },
    };
}

fn wealth_words(log10: f64) -> String {
    if log10 < 4.0 { format!("{:.1}", 10_f64.powf(log10)) } else { format!("1e{log10:.0}") }
}
