//! What `portray scan` says: lines for programs, the closing table and notes for people.

use super::args::Args;
use crate::commands::progress;
use crate::commands::terminal::{Color, printable};
use crate::judge::Verdict;
use crate::pipeline::Totals;
use crate::report::{Event, Row, Summary};
use crate::scan::{Error, counted};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

/// One line of `--json`: numbers as they stand in the reports.
pub(in crate::commands) fn json_line(value: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    std::io::stdout().lock().write_all(&line)
}

/// A line on standard error; that it may be closed is no reason to fail.
pub(in crate::commands) fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says on both streams what came of the run.
pub(super) fn close(
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
        note(&format!("failed: {}: {error}", printable(&failed.name)));
    }
    let uncovered = |row: &&Row| row.p_value.is_none() && row.verdict != Verdict::Failed;
    let uncovered = summary.scans.iter().filter(uncovered).count();
    if summary.calibration_sha256.is_some() && uncovered > 0 {
        note(&format!(
            "note: {} of scanners that the calibration has no clean scan of: the model's own threshold decided",
            counted(uncovered, "scan") + if uncovered == 1 { " is" } else { " are" }
        ));
    }
    if !summary.stale.is_empty() {
        let reports = counted(summary.stale.len(), "report");
        note(&format!(
            "note: the folder also holds {reports} of earlier runs on other scans; see stale in summary.json"
        ));
    }
    if summary.interrupted {
        let done = summary.counts.scans;
        note(&format!("interrupted: {done} of {} done; run the same command again to go on", counted(scans, "scan")));
    }
    Ok(())
}

/// What goes to standard output when all is done.
fn say(args: &Args, color: Color, summary: &Summary, totals: &Totals, wall_s: f64) -> std::io::Result<()> {
    let out = std::io::stdout();
    if args.json {
        return json_line(&Event::Summary {
            exit_code: summary.exit_code,
            counts: summary.counts,
            interrupted: summary.interrupted,
        });
    }
    if args.quiet {
        return Ok(());
    }
    let terminal = out.is_terminal();
    let mut text = progress::table(summary, color.on(terminal), terminal.then(progress::width).flatten(), args.top);
    text.push_str(&progress::counts(summary));
    if totals.kept > 0 {
        let _ = write!(text, "; {} kept from an earlier run", totals.kept);
    }
    if !args.no_timings {
        let _ = write!(text, "; {wall_s:.1} s");
    }
    let _ = writeln!(text, "\nreports in {}", args.out.display());
    let kind = if summary.model.baseline { ", an untrained baseline" } else { "" };
    let _ = writeln!(text, "model: {} {}{kind}", printable(&summary.model.name), printable(&summary.model.version));
    out.lock().write_all(text.as_bytes())
}
