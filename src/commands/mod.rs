//! The program's subcommands: flags to checked settings, calls of the pipeline, words for people.

mod bench;
mod calibrate;
mod doctor;
mod exit;
mod files;
mod paper;
mod progress;
mod scan;
mod scoring;
mod simulate;
mod tensors;
mod terminal;

pub use exit::Exit;
pub use terminal::crash_place;

use clap::{Parser, Subcommand};

/// Finds what is hidden in X-ray scans of shipping containers.
#[derive(Debug, Parser)]
#[expect(clippy::doc_markdown, reason = "shown as help text, where backticks are noise")]
#[command(version, about, long_about = None, propagate_version = true, after_help = exit::TABLE)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: terminal::Color,
    /// More log lines on standard error (-v info, -vv debug); PORTRAY_LOG takes filters like portray=trace
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read scans, find what does not belong, write a JSON report for each
    Scan(Box<scan::Args>),
    /// Set thresholds from clean scans for a false-alarm rate, and check that they still fit
    Calibrate(Box<calibrate::Args>),
    /// Make container scans with known contents
    Simulate(Box<simulate::Args>),
    /// Say how well and how fast models detect, on scans with truth, and hold them to a gate
    Bench(Box<bench::Args>),
    /// Write what a model sees of scans, and what is hidden there, for training
    Tensors(tensors::Args),
    /// Say what this installation has: runtime, providers, threads, models
    Doctor(doctor::Args),
    /// Print the JSON Schema of something portray reads or writes
    Schema(paper::SchemaArgs),
    /// Print a completion script for a shell
    Completions(paper::CompletionArgs),
    /// Print the manual page (roff)
    #[command(after_help = "Example:\n  portray man | man -l -")]
    Man,
}

/// Runs what the command line asks for.
///
/// # Errors
/// Whatever kept the command from its work; [`Exit::of`] gives the exit code for it.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    cli.color.settle();
    terminal::start_logs(cli.verbose, cli.color);
    match cli.command {
        Command::Scan(args) => scan::run(&args, cli.color),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Simulate(args) => simulate::run(&args, &mut std::io::stdout()),
        Command::Bench(args) => bench::run(&args, cli.color),
        Command::Tensors(args) => tensors::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Schema(args) => paper::schema(&args),
        Command::Completions(args) => paper::completions(&args),
        Command::Man => paper::man(),
    }
}
