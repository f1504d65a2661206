//! The result as one page that needs nothing else: no script, no network.

use super::plots::plots;
use super::tables::{PartsOf, Section, sections};
use super::words::{about, ending, machine_words, model_words};
use crate::evaluate::BenchResult;
use crate::scan::{Result, misleads};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Text from outside, without letters that turn others around.
fn shown(text: &str) -> String {
    text.chars().map(|letter| if misleads(letter) { '\u{fffd}' } else { letter }).collect()
}

/// The page.
///
/// # Errors
/// A bug error where a plot cannot be drawn.
pub(super) fn page(result: &BenchResult) -> Result<String> {
    let plots = plots(result)?;
    let title = format!("portray bench: {}", result.models[0].label);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (shown(&title)) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                h1 { "portray bench: " (shown(&result.models[0].label)) }
                p.sub { (shown(&about(result))) }
                @if let Some(gate) = &result.gate {
                    p { "Gate: " span class={ "ending " (ending(gate.ending)) } { (ending(gate.ending)) } }
                    div.wide { table {
                        thead { tr { th { "check" } th { "ending" } th { "found and wanted" } } }
                        tbody { @for check in &gate.checks {
                            tr {
                                td { (shown(&check.name)) }
                                td class=(ending(check.ending)) { (ending(check.ending)) }
                                td { (shown(&check.message)) }
                            }
                        } }
                    } }
                }
                @if !result.notes.is_empty() {
                    ul.notes { @for note in &result.notes { li { (shown(note)) } } }
                }
                @if !plots.is_empty() {
                    h2 { "Pictures" }
                    div.plots { @for plot in &plots {
                        figure {
                            h3 { (shown(&plot.title)) }
                            ul.key { @for (colour, name) in &plot.key { li { i class={ "m" (colour) } {} (shown(name)) } } }
                            div role="img" aria-label=(shown(&plot.says)) { (PreEscaped(&plot.svg)) }
                            figcaption { (shown(&plot.says)) }
                        }
                    } }
                }
                @for part in sections(result, PartsOf::All) { (section(&part)) }
                h2 { "Models" }
                ul { @for model in &result.models { li { (shown(&model.label)) ": " (shown(&model_words(&model.model))) } } }
                @if let Some(machine) = &result.machine {
                    h2 { "Machine" }
                    p { (shown(&machine_words(machine))) }
                }
                p.sub { "set " code { (result.set.sha256.to_string()) } ", " (result.generator.name) " " (result.generator.version) }
            }
        }
    };
    Ok(page.into_string())
}

fn section(section: &Section) -> Markup {
    html! {
        h2 { (shown(&section.title)) }
        div.wide { table {
            thead { tr { @for cell in &section.header { th scope="col" { (shown(cell)) } } } }
            tbody { @for row in &section.rows { tr { @for cell in row { td { (shown(cell)) } } } } }
        } }
    }
}
