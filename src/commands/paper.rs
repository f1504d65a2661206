//! What the program can say of itself: schemas, completions, the manual page.

use super::{Cli, Exit};
use crate::evaluate::calibration::{Calibration, DriftCheck};
use anyhow::Context as _;
use clap::{CommandFactory as _, ValueEnum};
use std::io::Write as _;

/// Which schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A scan's report
    Report,
    /// A run's summary
    Summary,
    /// A line of portray scan --json
    Event,
    /// A model's contract
    Contract,
    /// A simulated scan's truth
    Truth,
    /// A result of portray bench
    Bench,
    /// A gate file of portray bench
    Gate,
    /// What portray bench measures
    Measure,
    /// The settings file of portray scan
    Settings,
    /// What portray calibrate writes
    Calibration,
    /// What portray calibrate --check --json prints
    Drift,
    /// A scenario file of portray simulate
    Scenario,
    /// A scanner file of portray simulate
    Scanner,
}

/// Arguments of `portray schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  portray schema report > report.schema.json\n  portray schema contract")]
pub(super) struct SchemaArgs {
    /// Of what
    #[arg(value_enum)]
    kind: Kind,
}

/// Arguments of `portray completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  portray completions bash > ~/.local/share/bash-completion/completions/portray")]
pub(super) struct CompletionArgs {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

fn print(bytes: &[u8]) -> anyhow::Result<Exit> {
    match std::io::stdout().write_all(bytes) {
        // `portray man | head`: whoever reads has enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(Exit::Clear),
    }
}

pub(super) fn schema(args: &SchemaArgs) -> anyhow::Result<Exit> {
    let schema = match args.kind {
        Kind::Report => crate::report::report_schema(),
        Kind::Summary => crate::report::summary_schema(),
        Kind::Event => crate::report::event_schema(),
        Kind::Contract => crate::infer::contract_schema(),
        Kind::Truth => schemars::schema_for!(crate::scan::Truth),
        Kind::Scenario => schemars::schema_for!(crate::simulate::ScenarioFile),
        Kind::Scanner => schemars::schema_for!(crate::simulate::ScannerFile),
        Kind::Bench => crate::evaluate::bench_schema(),
        Kind::Gate => schemars::schema_for!(crate::evaluate::Gate),
        Kind::Measure => schemars::schema_for!(crate::evaluate::Settings),
        Kind::Calibration => crate::report::schema_of::<Calibration>(),
        Kind::Drift => crate::report::schema_of::<DriftCheck>(),
        Kind::Settings => schemars::schema_for!(super::scoring::FileSettings),
    };
    print(&crate::report::to_json(&schema)?)
}

pub(super) fn completions(args: &CompletionArgs) -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "portray", &mut bytes);
    print(&bytes)
}

pub(super) fn man() -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    pages(Cli::command(), &mut bytes).context("the manual page cannot be made")?;
    print(&bytes)
}

/// The pages of a command and of all below it: `portray`, `portray-simulate`, `portray-simulate-tip`.
fn pages(command: clap::Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    let below: Vec<clap::Command> = command
        .get_subcommands()
        .map(|part| {
            let name = format!("{}-{}", command.get_name(), part.get_name());
            part.clone().bin_name(name.replace('-', " ")).name(name)
        })
        .collect();
    page(command, out)?;
    below.into_iter().try_for_each(|part| pages(part, out))
}

/// The parts of a text that begin with a heading, such as `Exit codes:`; what stands between belongs to the one before.
fn sections(after: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for line in after.lines() {
        let heading = line.ends_with(':') && line.starts_with(|first: char| first.is_ascii_uppercase());
        match parts.last_mut().filter(|_| !heading) {
            Some(part) => part.push_str(line),
            None if heading => parts.push(line.to_owned()),
            None => continue,
        }
        if let Some(part) = parts.last_mut() {
            part.push('\n');
        }
    }
    parts.into_iter().map(|part| part.trim_end().to_owned()).collect()
}

/// One manual page. What follows the options in `--help` begins with its own heading, such as `Exit codes:`; it becomes a
/// section of that name, as man-pages(7) has it, and not one called EXTRA.
fn page(command: clap::Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    // Commands with a long help have their examples there.
    let after = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string).unwrap_or_default();
    let (options, below) = (command.get_opts().next().is_some(), command.has_subcommands());
    let version = command.get_version().is_some();
    let man = clap_mangen::Man::new(command);
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    if options {
        man.render_options_section(out)?;
    }
    if below {
        man.render_subcommands_section(out)?;
    }
    for part in sections(&after) {
        let (heading, text) = part.split_once(":\n").unwrap_or(("", part.as_str()));
        let heading = if heading == "Exit codes" { "EXIT STATUS".to_owned() } else { heading.to_uppercase() };
        writeln!(out, ".SH \"{heading}\"\n.nf")?;
        for line in text.lines() {
            // A line that begins with a point would be a request, and a backslash begins an escape.
            let line = line.replace('\\', "\\e").replace('-', "\\-");
            writeln!(out, "{}{line}", if line.starts_with(['.', '\'']) { "\\&" } else { "" })?;
        }
        writeln!(out, ".fi")?;
    }
    if version {
        man.render_version_section(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every help text with the name of its command, those of subcommands of subcommands too.
    fn helps(command: &mut clap::Command, found: &mut Vec<(String, String)>) {
        let name = command.get_name().to_owned();
        found.push((name, command.render_long_help().to_string()));
        for part in command.get_subcommands_mut() {
            helps(part, found);
        }
    }

    #[test]
    fn no_help_text_shows_the_markup_of_doc_comments() {
        let mut found = Vec::new();
        helps(&mut Cli::command(), &mut found);
        assert!(
            found.iter().any(|(name, _)| name == "tip"),
            "{:?}",
            found.iter().map(|help| &help.0).collect::<Vec<_>>()
        );
        for (name, text) in found {
            for markup in ["`", "](", "::"] {
                assert!(!text.contains(markup), "{name} shows {markup:?}: {text}");
            }
        }
    }

    #[test]
    fn commands_below_commands_have_pages_with_their_examples() {
        let mut bytes = Vec::new();
        pages(Cli::command(), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(".TH portray-simulate-tip 1"), "{text}");
        assert!(text.contains("portray simulate \\-\\-list\\-presets"), "{text}");
        assert!(!text.contains('`'), "{text}");
        assert_eq!(
            sections("Examples:\n  a\n\nMore.\nExit codes:\n  0  b"),
            ["Examples:\n  a\n\nMore.", "Exit codes:\n  0  b"]
        );
        // Of the program itself, bench (twice), simulate, tensors and doctor.
        assert_eq!(text.matches(".SH \"EXIT STATUS\"").count(), 6, "{text}");
    }
}
