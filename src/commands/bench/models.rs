//! Which models a bench runs, and in what.

use super::args::Args;
use crate::commands::scoring::ModelChoice;
use crate::infer::Provider;
use crate::scan::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A model as it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// What it is called in results.
    pub(super) label: String,
    pub(super) model: Option<PathBuf>,
    pub(super) contract: Option<PathBuf>,
    pub(super) provider: Provider,
    pub(super) threshold: Option<f32>,
}

impl Wanted {
    pub(super) fn choice<'a>(&'a self, onnxruntime: Option<&'a Path>) -> ModelChoice<'a> {
        ModelChoice {
            model: self.model.as_deref(),
            contract: self.contract.as_deref(),
            provider: self.provider,
            onnxruntime,
        }
    }
}

/// The models of the command line, with labels of their own.
pub(super) fn wanted(args: &Args) -> Result<Vec<Wanted>, Error> {
    // The built-in model may be held against itself with other thresholds or providers.
    let alone = args.thresholds.len().max(args.providers.len()).max(1);
    let models: Vec<Option<PathBuf>> =
        if args.models.is_empty() { vec![None; alone] } else { args.models.iter().cloned().map(Some).collect() };
    let count = models.len();
    let contracts = each("--contract", &args.contracts, count)?;
    let providers = each("--provider", &args.providers, count)?;
    let thresholds = each("--threshold", &args.thresholds, count)?;
    let mut wanted: Vec<Wanted> = models
        .into_iter()
        .zip(contracts.into_iter().zip(providers).zip(thresholds))
        .map(|(model, ((contract, provider), threshold))| Wanted {
            label: model.as_deref().map_or_else(|| "built-in".to_owned(), name),
            model,
            contract: contract.filter(|path| path.as_os_str() != "-"),
            provider: provider.unwrap_or_default(),
            threshold,
        })
        .collect();
    if wanted.iter().any(|wanted| wanted.contract.is_some() && wanted.model.is_none()) {
        return Err(Error::parameter("--contract is for a --model").help("the built-in model carries its own"));
    }
    // Where names are the same, thresholds and providers tell models apart, and else their number does.
    let shared = |wanted: &[Wanted]| {
        let mut counts = BTreeMap::new();
        for model in wanted {
            *counts.entry(model.label.clone()).or_insert(0) += 1;
        }
        counts
    };
    let told: [fn(&Wanted) -> String; 2] = [
        |model| model.threshold.map_or_else(String::new, |threshold| format!(" at {threshold}")),
        |model| format!(" ({})", model.provider),
    ];
    for word in told {
        let counts = shared(&wanted);
        let words: BTreeSet<String> = wanted.iter().map(word).collect();
        if words.len() > 1 {
            for model in wanted.iter_mut().filter(|model| counts[&model.label] > 1) {
                model.label.push_str(&word(model));
            }
        }
    }
    let counts = shared(&wanted);
    for (number, model) in wanted.iter_mut().enumerate().filter(|(_, model)| counts[&model.label] > 1) {
        model.label = format!("{} #{}", model.label, number + 1);
    }
    Ok(wanted)
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// One value for each model: none given, one for all, or one each.
fn each<T: Clone>(flag: &str, values: &[T], count: usize) -> Result<Vec<Option<T>>, Error> {
    match values {
        [] => Ok(vec![None; count]),
        [one] => Ok(vec![Some(one.clone()); count]),
        several if several.len() == count => Ok(several.iter().cloned().map(Some).collect()),
        several => Err(Error::parameter(format!(
            "{flag} is given {} times and --model {count} times, expected one for all or one for each",
            several.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args as _, FromArgMatches as _};

    fn labels(line: &[&str]) -> Result<Vec<String>, String> {
        let command = Args::augment_args(clap::Command::new("bench"));
        let matches = command.try_get_matches_from([&["bench", "--data", "set"], line].concat()).unwrap();
        let args = Args::from_arg_matches(&matches).unwrap();
        wanted(&args).map(|all| all.into_iter().map(|model| model.label).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn labels_tell_models_apart() {
        assert_eq!(labels(&[]).unwrap(), ["built-in"]);
        assert_eq!(labels(&["--model", "a/new.onnx", "--model", "old.onnx"]).unwrap(), ["new.onnx", "old.onnx"]);
        let providers = ["--provider", "cpu", "--provider", "cuda"];
        let same = ["--model", "m.onnx", "--model", "m.onnx"];
        assert_eq!(labels(&[same, providers].concat()).unwrap(), ["m.onnx (cpu)", "m.onnx (cuda)"]);
        assert_eq!(labels(&same).unwrap(), ["m.onnx #1", "m.onnx #2"]);
        let thresholds = ["--threshold", "0.5", "--threshold", "0.4"];
        assert_eq!(labels(&thresholds).unwrap(), ["built-in at 0.5", "built-in at 0.4"]);
    }

    #[test]
    fn options_go_with_models_by_their_number() {
        let three = ["--model", "a", "--model", "b", "--model", "c", "--threshold", "0.5"];
        assert!(labels(&three).is_ok());
        let error = labels(&[three.as_slice(), &["--threshold", "0.6"]].concat()).unwrap_err();
        assert!(error.contains("--threshold is given 2 times and --model 3 times"), "{error}");
        assert!(labels(&["--contract", "c.json"]).unwrap_err().contains("--contract is for a --model"));
    }
}
