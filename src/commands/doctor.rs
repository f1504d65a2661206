//! `portray doctor`: what this installation has.

use super::Exit;
use crate::infer::{Diagnosis, ModelStatus, ProviderStatus, RuntimeOptions, diagnose};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

/// Arguments of `portray doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  portray doctor
  portray doctor models/ my-detector.onnx
  portray doctor --onnxruntime /opt/onnxruntime/lib/libonnxruntime.so

Exit codes:
  0    all works
  64   a model that was named cannot be used
  70   the runtime or the built-in model cannot work")]
pub(super) struct Args {
    /// ONNX Runtime library to look at
    #[arg(long, value_name = "FILE")]
    onnxruntime: Option<PathBuf>,
    /// Models, or folders of models, to look at beside the built-in one
    #[arg(value_name = "MODEL")]
    models: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let diagnosis = diagnose(&RuntimeOptions::from_process(args.onnxruntime.clone()), &args.models);
    let mut out = std::io::stdout();
    let text = if args.json { crate::report::to_json(&diagnosis)? } else { shown(&diagnosis).into_bytes() };
    match out.write_all(&text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            return Err(anyhow::Error::from(error).context("standard output cannot be written"));
        }
        _ => {}
    }
    // The built-in model comes first. Where it works, what does not is the named model's own fault.
    let usable = |models: &[ModelStatus]| models.iter().all(|model| model.contract.is_ok());
    let (own, named) = diagnosis.models.split_at(diagnosis.models.len().min(1));
    Ok(match (diagnosis.runtime.is_ok() && usable(own), usable(named)) {
        (false, _) => Exit::Internal,
        (true, false) => Exit::Usage,
        (true, true) => Exit::Clear,
    })
}

fn shown(diagnosis: &Diagnosis) -> String {
    let mut text = format!("portray      {} ({})\n", env!("CARGO_PKG_VERSION"), diagnosis.architecture);
    let mut line = |name: &str, value: &str| {
        let mut rest = value.lines();
        let _ = writeln!(text, "{name:<12} {}", rest.next().unwrap_or_default());
        rest.for_each(|more| {
            let _ = writeln!(text, "{:<12} {more}", "");
        });
    };
    match &diagnosis.runtime {
        Ok(runtime) => {
            line("runtime", &format!("ONNX Runtime {}", runtime.version));
            line("", &format!("{}, {}", runtime.found.path.display(), runtime.found.how.text()));
        }
        Err(why) => line("runtime", &format!("none: {why}")),
    }
    for (index, provider) in diagnosis.providers.iter().enumerate() {
        line(if index == 0 { "providers" } else { "" }, &provider_line(provider));
    }
    line("cores", &diagnosis.cores.to_string());
    let plan = |plan: crate::infer::Plan| {
        format!("{} at once, {} each", plan.sessions, crate::scan::counted(plan.threads, "thread"))
    };
    line("many scans", &plan(diagnosis.many_scans));
    line("one scan", &plan(diagnosis.single_scan));
    line("cpu", &diagnosis.cpu_features.join(" "));
    for (index, model) in diagnosis.models.iter().enumerate() {
        line(if index == 0 { "models" } else { "" }, &model_line(model));
    }
    text
}

fn provider_line(status: &ProviderStatus) -> String {
    match (&status.loads, status.compiled) {
        (Ok(()), _) => format!("{}: works", status.provider),
        (Err(_), false) => format!("{0}: not built in (cargo feature {0})", status.provider),
        (Err(why), true) => format!("{}: does not load: {why}", status.provider),
    }
}

fn model_line(status: &ModelStatus) -> String {
    let place = status.path.as_ref().map_or("built in".to_owned(), |path| path.display().to_string());
    let digest = status.digest.map(|digest| digest.to_string()[..12].to_owned()).unwrap_or_default();
    match &status.contract {
        Ok(contract) => format!(
            "{} {} ({place}, sha256 {digest}), {} mm a pixel{}",
            contract.name,
            contract.version,
            contract.input.pixel_mm,
            if contract.baseline { ", an untrained baseline" } else { "" }
        ),
        Err(why) => format!("{place}: cannot be used: {why}"),
    }
}
