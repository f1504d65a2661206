//! Where results go: the terminal and the folder.

use super::words::{about, ending, machine_words};
use super::{csv, html, junit, markdown, tables};
use crate::commands::terminal::{Color, printable};
use crate::evaluate::{BenchResult, Ending};
use crate::report::{to_json, write_atomically};
use crate::scan::{Error, Result};
use anyhow::Context as _;
use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

/// Makes the folder, locked against other runs and without an earlier result; before long work, for a result that cannot be kept is
/// worth little. `inputs` are results that are read.
pub(super) fn open(out: Option<&Path>, inputs: &[&Path]) -> Result<Option<std::fs::File>> {
    let Some(out) = out else { return Ok(None) };
    let real = |path: &Path| path.canonicalize().ok();
    if let Some(input) = inputs
        .iter()
        .find(|input| real(out).is_some_and(|out| real(input).and_then(|i| real(i.parent()?)) == Some(out)))
    {
        let message =
            format!("--out {} holds {}, which this run reads and would overwrite", out.display(), input.display());
        return Err(Error::parameter(message).help("choose another --out"));
    }
    let failed = |error: &dyn std::fmt::Display| {
        Error::io(format!("the output folder {} cannot be used: {error}", out.display())).help("choose another --out")
    };
    std::fs::create_dir_all(out).map_err(|error| failed(&error))?;
    tempfile::tempfile_in(out).map_err(|error| failed(&error))?;
    let lock = crate::report::lock(out)?;
    // What stands there after a run that broke off must not pass for its result.
    for name in FILES {
        match std::fs::remove_file(out.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(format!("the old {name} in {} cannot be removed: {error}", out.display())));
            }
            _ => {}
        }
    }
    Ok(lock)
}

/// Every file of a result.
const FILES: [&str; 5] = ["bench.json", "bench.md", "bench.html", "junit.xml", "scans.csv"];

/// Writes every form of the result; bench.json, which the others follow from, last.
pub(super) fn write(out: &Path, result: &BenchResult) -> Result<()> {
    write_atomically(&out.join("scans.csv"), &csv::csv(result)?)?;
    write_atomically(&out.join("junit.xml"), &junit::junit(result)?)?;
    write_atomically(&out.join("bench.md"), markdown::markdown(result).as_bytes())?;
    write_atomically(&out.join("bench.html"), html::page(result)?.as_bytes())?;
    write_atomically(&out.join("bench.json"), &to_json(result)?)
}

/// What the command prints.
#[derive(Debug, Clone, Copy)]
pub(super) struct Say<'a> {
    pub(super) quiet: bool,
    pub(super) json: bool,
    pub(super) color: Color,
    pub(super) out: Option<&'a Path>,
}

/// Prints the result on standard output.
pub(super) fn say(result: &BenchResult, how: Say<'_>) -> anyhow::Result<()> {
    if how.quiet {
        return Ok(());
    }
    let out = std::io::stdout();
    let text = if how.json { to_json(result)? } else { words(result, how, out.is_terminal()).into_bytes() };
    match out.lock().write_all(&text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(()),
    }
}

fn words(result: &BenchResult, how: Say<'_>, terminal: bool) -> String {
    let colours = how.color.on(terminal);
    let mut text = format!("{}\n", printable(&about(result)));
    if let Some(machine) = &result.machine {
        let _ = writeln!(text, "{}", printable(&machine_words(machine)));
    }
    for section in tables::sections(result, tables::PartsOf::First) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if terminal {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            table.set_content_arrangement(ContentArrangement::Disabled).force_no_tty();
        }
        if colours {
            table.enforce_styling();
        }
        let dim = |text: &String| {
            let cell = Cell::new(printable(text));
            if colours { cell.add_attribute(Attribute::Dim) } else { cell }
        };
        table.set_header(section.header.iter().map(dim));
        for row in &section.rows {
            table.add_row(row.iter().map(|cell| printable(cell)));
        }
        let title = printable(&section.title);
        let _ = writeln!(text, "\n{}", if colours { format!("\u{1b}[1m{title}\u{1b}[0m") } else { title });
        let lines = table.to_string();
        lines.lines().for_each(|line| _ = writeln!(text, "{}", line.trim_end()));
    }
    if !result.notes.is_empty() {
        text.push('\n');
        result.notes.iter().for_each(|note| _ = writeln!(text, "note: {}", printable(note)));
    }
    if let Some(gate) = &result.gate {
        text.push('\n');
        for check in &gate.checks {
            let word = format!("{:<12}", ending(check.ending));
            let word = if colours { format!("\u{1b}[{}m{word}\u{1b}[0m", code(check.ending)) } else { word };
            let _ = writeln!(text, "{word}  {}: {}", printable(&check.name), printable(&check.message));
        }
        let word = ending(gate.ending);
        let word = if colours { format!("\u{1b}[1;{}m{word}\u{1b}[0m", code(gate.ending)) } else { word.to_owned() };
        let _ = writeln!(text, "gate: {word}");
    }
    if let Some(out) = how.out {
        let _ = writeln!(text, "\nresults in {}", out.display());
    }
    text
}

fn code(ending: Ending) -> u8 {
    match ending {
        Ending::Pass => 32,
        Ending::Inconclusive => 33,
        Ending::Regression => 31,
    }
}
