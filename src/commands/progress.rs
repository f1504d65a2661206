//! What people see while scans run and when they are done.

use super::terminal::printable;
use crate::judge::Verdict;
use crate::pipeline::Done;
use crate::report::{Row, Summary};
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write as _;
use std::time::Duration;

/// How many rows the summary table shows.
const SHOWN: usize = 15;

/// A bar with scans/s and time left on standard error; nothing where that is no terminal.
pub(super) fn bar(scans: usize, hidden: bool) -> ProgressBar {
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(scans as u64), target);
    let style =
        ProgressStyle::with_template("{bar:32.cyan/dim} {pos}/{len}  {rate} scans/s  {eta} left  {wide_msg:.dim}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─").with_key(
        "rate",
        |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            let _ = write!(text, "{:.1}", state.per_sec());
        },
    ));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Tells the bar of one more scan.
pub(super) fn advance(bar: &ProgressBar, done: &Done) {
    if done.row.verdict != Verdict::Clear {
        bar.set_message(format!("{}: {}", done.row.verdict, printable(&done.row.name)));
    }
    bar.inc(1);
}

/// The closing table: what needs a look, the likeliest first, then a line of counts.
pub(super) fn table(summary: &Summary, colours: bool, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if let Some(width) = width {
        table.set_width(width);
    }
    let plain = |text: &str| Cell::new(text);
    let header = ["", "score", "verdict", "where", "extra mass", "container", "scan"];
    table.set_header(header.map(|text| if colours { plain(text).add_attribute(Attribute::Dim) } else { plain(text) }));
    for (rank, row) in summary.scans.iter().take(SHOWN).enumerate() {
        let verdict = plain(&row.verdict.to_string());
        table.add_row([
            plain(&(rank + 1).to_string()).set_alignment(CellAlignment::Right),
            plain(&row.score.map(|score| format!("{score:.3}")).unwrap_or_default()),
            if colours { verdict.fg(colour(row.verdict)) } else { verdict },
            plain(&row.zone.map(|zone| zone.to_string()).unwrap_or_default()),
            plain(&mass(row)).set_alignment(CellAlignment::Right),
            plain(row.container.as_ref().map_or("", |container| container.number.as_str())),
            plain(&printable(&row.name)),
        ]);
    }
    let mut text = table.to_string();
    text.push('\n');
    if summary.scans.len() > SHOWN {
        let _ = writeln!(text, "... and {} more in summary.json", summary.scans.len() - SHOWN);
    }
    text
}

fn mass(row: &Row) -> String {
    // A region whose extra mass does not stand out of its uncertainty is no statement about a load.
    match row.mass_kg {
        Some((kg, sigma)) if kg > 0.0 => format!("{kg:.0} ± {sigma:.0} kg"),
        Some(_) => "none".to_owned(),
        None => String::new(),
    }
}

fn colour(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Clear => Color::Green,
        Verdict::Inconclusive => Color::Magenta,
        Verdict::Flagged => Color::Yellow,
        Verdict::Failed => Color::Red,
    }
}

/// One line of counts.
pub(super) fn counts(summary: &Summary) -> String {
    let counts = summary.counts;
    let mut text = format!(
        "{} {}: {} flagged, {} inconclusive, {} clear, {} failed",
        counts.scans,
        if counts.scans == 1 { "scan" } else { "scans" },
        counts.flagged,
        counts.inconclusive,
        counts.clear,
        counts.failed
    );
    if !summary.ignored.is_empty() {
        let _ = write!(text, "; {} other files passed over", summary.ignored.len());
    }
    text
}
