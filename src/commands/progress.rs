//! What people see while scans run and when they are done.

use super::terminal::printable;
use crate::judge::Verdict;
use crate::pipeline::Done;
use crate::report::{Row, Summary, class_words, mass_words, p_words};
use crate::scan::{CheckDigit, counted};
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write as _;
use std::time::Duration;

/// Before a name that stands below its row.
const INDENT: &str = "      ";

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

/// The width of the terminal.
pub(super) fn width() -> Option<usize> {
    Table::new().width().map(usize::from)
}

/// The closing table: what needs a look, the likeliest first, at most `top` rows and all for 0. `width` is that of a terminal:
/// elsewhere no row is too long.
pub(super) fn table(summary: &Summary, colours: bool, width: Option<usize>, top: usize) -> String {
    let shown = if top == 0 { summary.scans.len() } else { top.min(summary.scans.len()) };
    let (scans, rest) = summary.scans.split_at(shown);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let score = if summary.calibration_sha256.is_some() { "score, p-value" } else { "score" };
    let mut header = ["", score, "verdict", "where", "extra mass", "container", "scan"];
    let mut rows: Vec<[String; 7]> = scans.iter().enumerate().map(|(rank, row)| cells(rank + 1, row)).collect();
    let below = width.map(|width| fit(&header, &mut rows, width)).unwrap_or_default();
    if rows.iter().all(|row| row[6].is_empty()) {
        header[6] = "";
    }
    let plain = |text: &str| Cell::new(text);
    table.set_header(header.map(|text| if colours { plain(text).add_attribute(Attribute::Dim) } else { plain(text) }));
    for (row, texts) in scans.iter().zip(&rows) {
        let [rank, score, verdict, place, mass, container, scan] = texts.each_ref().map(|text| plain(text));
        table.add_row([
            rank.set_alignment(CellAlignment::Right),
            score,
            if colours { verdict.fg(colour(row.verdict)) } else { verdict },
            place,
            mass.set_alignment(CellAlignment::Right),
            container,
            scan,
        ]);
    }
    let mut text = String::new();
    for (index, line) in table.to_string().lines().enumerate() {
        let _ = writeln!(text, "{}", line.trim_end());
        if let Some(name) = index.checked_sub(1).and_then(|row| below.get(row)?.as_ref()) {
            let _ = writeln!(text, "{INDENT}{name}");
        }
    }
    // Nothing was found in these, and yet they need a look. Of flagged ones the table says it, of failed ones their errors.
    for (rank, row) in scans.iter().enumerate() {
        if let (Verdict::Inconclusive, Some(reason)) = (row.verdict, &row.reason) {
            let _ = writeln!(text, "{:>3}  why: {}", rank + 1, printable(reason));
        }
    }
    if !rest.is_empty() {
        let of = |verdict| rest.iter().filter(|row| row.verdict == verdict).count();
        let verdicts = [Verdict::Flagged, Verdict::Failed, Verdict::Inconclusive, Verdict::Clear];
        let kinds: Vec<String> = verdicts
            .into_iter()
            .filter(|&verdict| of(verdict) > 0)
            .map(|verdict| format!("{} {verdict}", of(verdict)))
            .collect();
        let _ = writeln!(text, "not shown: {} (--top 0 shows all, summary.json has them)", kinds.join(", "));
    }
    text
}

/// What the table says of one scan.
fn cells(rank: usize, row: &Row) -> [String; 7] {
    // Where a clear scan scored highest is no statement about a load.
    let found = row.verdict != Verdict::Clear;
    let container = row.container.as_ref().map_or_else(String::new, |container| {
        let wrong = if container.check_digit == CheckDigit::Invalid { " (wrong check digit)" } else { "" };
        format!("{}{wrong}", container.number)
    });
    [
        rank.to_string(),
        score(row),
        row.verdict.to_string(),
        if found { place(row) } else { String::new() },
        if found { mass(row) } else { String::new() },
        container,
        printable(&row.name),
    ]
}

/// Takes names that do not fit the width out of their rows and returns them, to stand below: whole where a line holds them, else
/// with both ends, since both tell scans apart. Nothing else is cut.
fn fit(header: &[&str; 7], rows: &mut [[String; 7]], width: usize) -> Vec<Option<String>> {
    let length = |text: &str| text.chars().count();
    let widest =
        |column: usize| rows.iter().map(|row| length(&row[column])).chain([length(header[column])]).max().unwrap_or(0);
    // A space stands on either side of a cell.
    let others: usize = (0..6).map(|column| widest(column) + 2).sum();
    let room = width.saturating_sub(others + 2);
    let line = width.saturating_sub(INDENT.len()).max(20);
    let below = |row: &mut [String; 7]| (length(&row[6]) > room).then(|| shortened(&std::mem::take(&mut row[6]), line));
    rows.iter_mut().map(below).collect()
}

/// A text of at most `most` letters, its middle left out where it is longer.
fn shortened(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let (front, back) = (kept / 2, kept - kept / 2);
    letters[..front].iter().chain(&['…']).chain(&letters[letters.len() - back..]).collect()
}

/// The score, with its p-value where there is one.
fn score(row: &Row) -> String {
    let score = row.score.map(|score| format!("{score:.3}")).unwrap_or_default();
    row.p_value.map_or_else(|| score.clone(), |p| format!("{score} {}", p_words(p)))
}

/// The zone, and how the load is hidden where the model tells.
fn place(row: &Row) -> String {
    let words = [row.zone.map(|zone| zone.to_string()), row.concealment.map(class_words)];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn mass(row: &Row) -> String {
    match row.mass_kg {
        // Of a region that the beam did not get through, no extra mass measured is not none.
        Some((kg, sigma)) => mass_words(kg, sigma, row.mass_at_least)
            .unwrap_or_else(|| if row.mass_at_least { "unknown" } else { "none" }.to_owned()),
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
        "{}: {} flagged, {} inconclusive, {} clear, {} failed",
        counted(counts.scans as usize, "scan"),
        counts.flagged,
        counts.inconclusive,
        counts.clear,
        counts.failed
    );
    if !summary.ignored.is_empty() {
        let _ = write!(text, "; {} passed over", counted(summary.ignored.len(), "other file"));
    }
    let warned = summary.scans.iter().filter(|row| row.warnings > 0 && row.verdict != Verdict::Failed).count();
    if warned > 0 {
        let whose = if warned == 1 { "its report" } else { "their reports" };
        let _ = write!(text, "; {} with warnings, see {whose}", counted(warned, "scan"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::ContainerNumber;

    fn row(verdict: Verdict, reason: Option<&str>) -> Row {
        Row {
            name: "day/a/a-very-long-folder/CSQU3054384_20261102T101500Z_gate_2.tif".into(),
            verdict,
            score: Some(0.5),
            p_value: None,
            container: ContainerNumber::parse("CSQU3054384"),
            regions: 1,
            zone: Some(crate::judge::Zone::Load),
            concealment: None,
            familiarity: None,
            mass_kg: Some((80.0, 9.0)),
            mass_at_least: false,
            reason: reason.map(str::to_owned),
            warnings: 1,
            report: "scans/x.json".into(),
            overlay: None,
        }
    }

    #[test]
    fn a_row_says_nothing_of_a_place_where_all_is_clear() {
        let texts = |verdict| cells(1, &row(verdict, None));
        assert_eq!(texts(Verdict::Flagged)[3..6], ["load", "80 ± 9 kg", "CSQU3054384 (wrong check digit)"]);
        assert_eq!(texts(Verdict::Clear)[3..5], ["", ""]);
        let told = Row { concealment: Some(crate::scan::LoadClass::InCargo), ..row(Verdict::Flagged, None) };
        assert_eq!(
            (cells(1, &told)[3].as_str(), cells(1, &Row { zone: None, ..told })[3].as_str()),
            ("load, in cargo", "in cargo")
        );
        let masses = |kg: f32| {
            [false, true].map(|mass_at_least| {
                let row = Row { mass_kg: Some((kg, 9.0)), mass_at_least, ..row(Verdict::Flagged, None) };
                cells(1, &row)[4].clone()
            })
        };
        assert_eq!(masses(80.0), ["80 ± 9 kg", "over 80 ± 9 kg"]);
        assert_eq!(masses(-3.0), ["none", "unknown"]);
    }

    fn summary(rows: Vec<Row>) -> Summary {
        use crate::report::{Counts, Generator, ModelReport, RunSettings};
        let mut counts = Counts::default();
        for row in &rows {
            counts.add(row.verdict);
        }
        Summary {
            schema_version: 1,
            generator: Generator::this(),
            exit_code: 1,
            counts,
            model: ModelReport::stand_in(),
            settings: RunSettings::default(),
            calibration_sha256: None,
            scans: rows,
            failed: vec![],
            stale: vec![],
            ignored: vec![],
            interrupted: false,
            timings: None,
        }
    }

    #[test]
    fn names_that_do_not_fit_stand_whole_below_their_rows_and_reasons_at_the_end() {
        let one = summary(vec![row(Verdict::Inconclusive, Some("no_air: there is none"))]);
        let text = table(&one, false, Some(80), 15);
        assert!(text.lines().all(|line| line.chars().count() <= 80 && line.trim_end() == line), "{text}");
        assert!(text.contains("\n      day/a/a-very-long-folder/CSQU3054384_20261102T101500Z_gate_2.tif\n"), "{text}");
        assert!(text.ends_with("  1  why: no_air: there is none\n"), "{text}");
        let narrow = table(&one, false, Some(40), 15);
        assert!(narrow.contains("\n      day/a/a-very-lon…01500Z_gate_2.tif\n"), "{narrow}");
        // No terminal: the name stands in its row, however long that is.
        let piped = table(&one, false, None, 15);
        assert!(piped.contains("check digit)  day/a/a-very-long-folder/CSQU3054384_20261102T101500Z_gate_2.tif\n"));
        assert_eq!(shortened("abcdefgh", 5), "ab…gh");
        assert_eq!(shortened("abc", 5), "abc");
    }

    #[test]
    fn rows_that_are_left_out_are_counted_by_verdict() {
        let many: Vec<Row> = (0..20)
            .map(|n| {
                row(
                    if n < 16 {
                        Verdict::Flagged
                    } else if n < 18 {
                        Verdict::Inconclusive
                    } else {
                        Verdict::Clear
                    },
                    None,
                )
            })
            .collect();
        let text = table(&summary(many.clone()), false, None, 15);
        let told = "not shown: 1 flagged, 2 inconclusive, 2 clear (--top 0 shows all, summary.json has them)\n";
        assert!(text.ends_with(told), "{text}");
        for (top, lines) in [(0, 21), (20, 21), (3, 5)] {
            assert_eq!(table(&summary(many.clone()), false, None, top).lines().count(), lines, "{top}");
        }
    }

    #[test]
    fn counts_speak_of_one_and_of_many() {
        let mut one = summary(vec![row(Verdict::Clear, None)]);
        one.ignored = vec![crate::report::IgnoredFile { name: "a".into(), reason: "document".into() }];
        let told = "1 scan: 0 flagged, 0 inconclusive, 1 clear, 0 failed; 1 other file passed over; 1 scan with warnings, see its report";
        assert_eq!(counts(&one), told);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            (counted(1, "report"), counted(0, "report"), counted(2, "report")),
            ("1 report".into(), "0 reports".into(), "2 reports".into())
        );
    }
}
