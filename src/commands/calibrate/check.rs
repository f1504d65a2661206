//! From later reports to whether their scores still fit a calibration.

use super::{Args, Given};
use crate::commands::Exit;
use crate::commands::scan::{json_line, note};
use crate::commands::terminal::printable;
use crate::evaluate::calibration::{
    DRIFT_SEEN, Drift, DriftCheck, GroupDrift, LEFT_OUT_MOST, Order, Station, percent_up,
};
use crate::evaluate::percent;
use crate::report::{Report, p_words};
use crate::scan::counted;
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
    let check = station.check(args.false_drift, args.running)?;
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
    Report::from_json(bytes).map_err(|error| {
        let value = serde_json::from_slice::<serde_json::Value>(bytes).ok();
        if value.is_some_and(|value| value.get("verdict").is_none()) {
            return Error::parameter("not a report of a scan")
                .help("name folders that portray scan wrote, reports of theirs, or reports.jsonl");
        }
        Error { fault: Fault::Parameter, ..error }
    })
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
    let much_left_out = check.left_out_share > LEFT_OUT_MOST;
    if much_left_out {
        let _ = writeln!(
            text,
            "{} of the scans failed or are of scanners or cargo that the calibration has too few of: more than {}, and nothing is \
             known of them",
            percent_up(check.left_out_share),
            percent(LEFT_OUT_MOST)
        );
    }
    let said = match check.ending {
        Drift::Fits => "fits: the scores look like those of the clean scans",
        Drift::Drift => {
            "drift: the scores no longer look like those of the clean scans; calibrate again once the cause is known"
        }
        Drift::Inconclusive if much_left_out => "inconclusive: too many scans are left out",
        Drift::Inconclusive => "inconclusive: too few scans to tell",
    };
    let looks = if check.running { ", however often it is asked" } else { " by this look" };
    let _ = writeln!(
        text,
        "{said}\n{scans} in {groups}{left_out}; where nothing changed, drift is said with a probability of at most {}{looks}",
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
    let mut scans = counted(group.scans as usize, "scan");
    if group.containers != group.scans {
        let _ = write!(scans, " of {}", counted(group.containers as usize, "container"));
    }
    let _ = writeln!(
        text,
        "{}: {ending}\n  {scans} against {} clean ones, {order}; median score {:.3}, clean ones {:.3}",
        printable(&group.group.to_string()),
        group.clean,
        group.median,
        group.clean_median,
    );
    if let Some(test) = &group.kolmogorov_smirnov {
        let (p, at) = (p_words(test.p_value), p_words(test.alarm_at));
        let _ = writeln!(text, "  Kolmogorov-Smirnov: distance {:.3}, p {p}, drift at {at}", test.distance);
    }
    let wealth = &group.martingale;
    let after = wealth
        .alarm_after
        .map_or_else(String::new, |scans| format!(", reached after {}", counted(scans as usize, "score")));
    let _ = writeln!(
        text,
        "  running martingale: wealth at most {}, drift at {}{after}",
        wealth_words(wealth.highest_log10),
        wealth_words(wealth.alarm_at_log10)
    );
    let change = group.seen_from.map_or_else(
        || format!("a change in {} of them, evenly spread,", percent(DRIFT_SEEN)),
        |_| format!("a distance of {DRIFT_SEEN}"),
    );
    let _ = match (group.ending, &group.kolmogorov_smirnov, group.seen_from) {
        (Drift::Fits, _, Some(from)) => {
            let share = percent_up(from);
            writeln!(
                text,
                "  a distance of {from:.2} would have been drift; loaded scans under {share} cannot make one"
            )
        }
        (Drift::Fits, ..) => writeln!(
            text,
            "  had every fourth scan scored above all clean ones, it would have been drift after {}",
            counted(group.containers_wanted.unwrap_or_default() as usize, "score")
        ),
        // Loaded scans are in the station's and not among the clean ones: only a share as large as the distance explains it.
        (Drift::Drift, Some(test), _) => {
            writeln!(text, "  loaded scans would have to be some {} of these to explain it", percent_up(test.distance))
        }
        (Drift::Drift, ..) => Ok(()),
        (Drift::Inconclusive, ..) => match group.containers_wanted {
            Some(wanted) => writeln!(text, "  with scans of {wanted} containers, {change} would be drift"),
            None => writeln!(
                text,
                "  the calibration has too few clean scans of it, and with no number of later ones {change} would be drift: \
                 calibrate again with more (some 100 containers of each group will do)"
            ),
        },
    };
}

fn wealth_words(log10: f64) -> String {
    if log10 < 4.0 { format!("{:.1}", 10_f64.powf(log10)) } else { format!("1e{log10:.0}") }
}
