//! `portray doctor`: what this installation has.

use super::Exit;
use std::io::Write as _;
use std::path::PathBuf;

/// Arguments of `portray doctor`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  portray doctor\n  portray doctor --onnxruntime /opt/onnxruntime/lib/libonnxruntime.so"
)]
pub(super) struct Args {
    /// ONNX Runtime library to look at
    #[arg(long, value_name = "FILE")]
    onnxruntime: Option<PathBuf>,
    /// Models to look at beside the built-in one
    #[arg(value_name = "MODEL")]
    models: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let diagnosis = crate::infer::diagnose(args.onnxruntime.as_deref(), &args.models);
    let mut out = std::io::stdout();
    if args.json {
        out.write_all(&crate::report::to_json(&diagnosis)?)?;
    } else {
        write!(out, "{diagnosis}")?;
    }
    Ok(if diagnosis.works() { Exit::Clear } else { Exit::Internal })
}
