//! What the program can say of itself: schemas, completions, the manual page.

use super::{Cli, Exit};
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
    /// A model's contract
    Contract,
    /// A simulated scan's truth
    Truth,
    /// The settings file of `portray scan`
    Settings,
    /// A scenario file of `portray simulate`
    Scenario,
    /// A scanner file of `portray simulate`
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
        Kind::Contract => crate::infer::contract_schema(),
        Kind::Truth => schemars::schema_for!(crate::scan::Truth),
        Kind::Scenario => schemars::schema_for!(crate::simulate::ScenarioFile),
        Kind::Scanner => schemars::schema_for!(crate::simulate::ScannerFile),
        Kind::Settings => schemars::schema_for!(super::scan::FileSettings),
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
    clap_mangen::Man::new(Cli::command()).render(&mut bytes).context("the manual page cannot be made")?;
    for command in Cli::command().get_subcommands() {
        let name = format!("portray-{}", command.get_name());
        let command = command.clone().name(name.clone()).bin_name(name.replacen('-', " ", 1));
        clap_mangen::Man::new(command).render(&mut bytes).context("the manual page cannot be made")?;
    }
    print(&bytes)
}
