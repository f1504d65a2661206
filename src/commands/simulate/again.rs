//! `portray simulate --from`: one scan again, from nothing but its truth.

use super::{Args, Exit, FileFormat, set, text};
use crate::scan::{Error, Truth};
use crate::simulate::{ScannerFile, ScannerModel, Scenario, ScenarioFile, Simulated, simulate_view};
use crate::source::write::Format;
use anyhow::{Context as _, Result, bail};
use std::path::Path;

/// The most bytes a truth file may have: outlines are long.
const MAX_TRUTH: u64 = 64 << 20;

/// Renders the scan that a truth file describes, under its own name.
///
/// # Errors
/// A parameter error where the file is no truth that renders a scan.
pub(super) fn run(path: &str, folder: &Path, args: &Args, out: &mut dyn std::io::Write) -> Result<Exit> {
    let read = text(path, MAX_TRUTH).with_context(|| path.to_owned())?;
    let read = read.ok_or_else(|| Error::parameter(format!("there is no file {path:?}")).at("--from"))?;
    let again = Again::new(&read, args).with_context(|| path.to_owned())?;
    let title = format!("{} again", again.name);
    let ended = set::make(&again, &title, folder, args.set, out)?;
    if ended != Exit::Clear || again.format.suffix() != again.suffix {
        return Ok(ended);
    }
    let made = set::truth_of(&folder.join(format!("{}.tif", again.name)));
    if made.is_none_or(|made| made.scan.sha256 != again.truth.scan.sha256) {
        let by = &again.truth.generator.version;
        eprintln!("note: this is not byte for byte the scan that {path} describes, which portray {by} made");
        return Ok(Exit::Failed);
    }
    Ok(ended)
}

/// A set of one scan.
struct Again {
    truth: Truth,
    scenario: Scenario,
    scanner: ScannerModel,
    name: String,
    /// The suffix that the scan had.
    suffix: String,
    format: Format,
}

impl Again {
    fn new(text: &str, args: &Args) -> Result<Self> {
        let wrong =
            |error: &dyn std::fmt::Display| Error::parameter(format!("is no truth of a simulated scan: {error}"));
        let truth: Truth = serde_json::from_str(text).map_err(|error| wrong(&error))?;
        if truth.generator.name != "portray simulate" {
            let message = format!("was made by {}, which needs more than the truth", truth.generator.name);
            bail!(Error::parameter(message).help("run the same command on the same clean scans again"));
        }
        let scenario: ScenarioFile = serde_json::from_value(truth.scenario.clone()).map_err(|error| wrong(&error))?;
        let scanner: ScannerFile = serde_json::from_value(truth.scanner.clone()).map_err(|error| wrong(&error))?;
        let (scenario, scanner) = (scenario.check()?, scanner.check()?);
        let views = scanner.views();
        if !(1..=views).contains(&(truth.view as usize)) {
            bail!(Error::parameter(format!("view is {}, its scanner has {views}", truth.view)));
        }
        let (name, suffix) = truth.scan.file.rsplit_once('.').unwrap_or((&truth.scan.file, ""));
        let (name, suffix) = (args.name.clone().unwrap_or_else(|| name.to_owned()), suffix.to_owned());
        super::check_name(&name)?;
        let format = args.format.or_else(|| FileFormat::of_suffix(&suffix)).unwrap_or(FileFormat::Tiff).checked()?;
        super::check_planes(format, &scanner)?;
        Ok(Self { truth, scenario, scanner, name, suffix, format })
    }
}

impl set::Recipe for Again {
    fn count(&self) -> u64 {
        1
    }

    fn name(&self, _: u64) -> String {
        self.name.clone()
    }

    fn made(&self, _: u64, truth: &Truth) -> bool {
        let same = |of: &Truth| (of.seed, of.index, of.view, of.split.clone());
        same(truth) == same(&self.truth)
            && (&truth.scenario, &truth.scanner) == (&self.truth.scenario, &self.truth.scanner)
            && truth.generator.name == self.truth.generator.name
            && truth.scan.file == format!("{}.{}", self.name, self.format.suffix())
    }

    fn about(&self) -> String {
        let split = self.truth.split.as_ref().map(|split| format!(", {split}")).unwrap_or_default();
        format!("seed {}{split}", self.truth.seed)
    }

    fn make(&self, _: u64) -> Result<(Simulated, Format)> {
        let truth = &self.truth;
        let mut made = simulate_view(&self.scenario, &self.scanner, truth.seed, truth.index, truth.view as usize - 1)?;
        made.truth.split.clone_from(&truth.split);
        Ok((made, self.format))
    }
}
