//! The result for a job's summary page.

use super::tables::{PartsOf, Section, sections};
use super::words::{about, ending, machine_words, model_words};
use crate::evaluate::{BenchResult, Ending};
use crate::scan::misleads;
use std::fmt::Write as _;

pub(super) fn markdown(result: &BenchResult) -> String {
    let mut text = format!("## portray bench: {}\n\n", cell(&result.models[0].label));
    if let Some(gate) = &result.gate {
        let _ = writeln!(text, "**Gate: {}**\n", ending(gate.ending));
        let row = |check: &crate::evaluate::Check| {
            let mark = match check.ending {
                Ending::Pass => "✅",
                Ending::Inconclusive => "❔",
                Ending::Regression => "❌",
            };
            vec![format!("{mark} {}", ending(check.ending)), check.name.clone(), check.message.clone()]
        };
        let header = ["ending", "check", "found and wanted"].map(str::to_owned).to_vec();
        table(&mut text, &header, &gate.checks.iter().map(row).collect::<Vec<_>>());
    }
    let _ = writeln!(text, "{}.\n", cell(&about(result)));
    for note in &result.notes {
        let _ = writeln!(text, "- {}", cell(note));
    }
    for Section { title, header, rows } in sections(result, PartsOf::All) {
        let _ = writeln!(text, "\n### {}\n", cell(&title));
        table(&mut text, &header, &rows);
    }
    text.push_str("\n### Models\n\n");
    for model in &result.models {
        let _ = writeln!(text, "- {}: {}", cell(&model.label), cell(&model_words(&model.model)));
    }
    if let Some(machine) = &result.machine {
        let _ = writeln!(text, "\nMachine: {}.", cell(&machine_words(machine)));
    }
    let digest = result.set.sha256.to_string();
    let _ = writeln!(text, "\nSet: sha256 {}. {} {}.", &digest[..16], result.generator.name, result.generator.version);
    text
}

fn table(text: &mut String, header: &[String], rows: &[Vec<String>]) {
    let line = |cells: &[String]| format!("| {} |\n", cells.iter().map(|c| cell(c)).collect::<Vec<_>>().join(" | "));
    text.push_str(&line(header));
    let _ = writeln!(text, "|{}", "---|".repeat(header.len()));
    text.extend(rows.iter().map(|row| line(row)));
    text.push('\n');
}

/// Text from outside as it may stand in Markdown: no markup, no row's end.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' => safe.extend(['\\', letter]),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            letter if misleads(letter) => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_no_markup() {
        let nasty = "[x](http://y)|<script>`a`\n# b";
        assert_eq!(cell(nasty), "\\[x\\](http://y)\\|&lt;script&gt;\\`a\\`\u{fffd}\\# b");
    }
}
