//! `portray simulate`: container scans with exact truth.

mod set;
mod tip;

use super::{Exit, progress, scan, terminal};
use crate::scan::{Error, Truth};
use crate::simulate::{
    ScannerFile, ScannerModel, Scenario, ScenarioFile, Simulated, presets, properties, simulate_view,
};
use crate::source::write::Format;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use std::path::PathBuf;

/// Makes container scans with exact truth
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Makes container scans with exact truth.\n\n\
    For each scan it writes NAME.tif (or another format), NAME.json (what a scanner would know: container number, scanner, \
    time, pixel size, energies, doors, cargo), NAME.truth.json (what is hidden and where) and one mask PNG a load; for the set \
    coco.json (its annotations) and contact.png (its first scans). The same scenario, scanner, seed, split and number give the \
    same scan on any number of threads. A set that was interrupted goes on where it stopped: scans that still hold are kept, \
    unless --fresh.",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_long_help = "Examples:\n  \
    portray simulate --list-presets\n  \
    portray simulate --scenario rip_off_coffee --count 10 --seed 1 --out set\n  \
    portray simulate --scenario my.toml --scanner single_6 --format png --split val --out set\n  \
    portray simulate tip --threats rip_off_coffee --into clean --seed 1 --out projected"
)]
pub(super) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// A built-in scenario's name, or a scenario file (TOML)
    #[arg(long, value_name = "NAME|FILE", default_value = "mixed")]
    pub scenario: String,
    /// A built-in scanner's name, or a scanner file (TOML)
    #[arg(long, value_name = "NAME|FILE", default_value = "dual_6_4")]
    pub scanner: String,
    /// How many scans to make
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub count: u64,
    /// The seed of the set
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// The folder to write to; made where it does not exist
    #[arg(long, value_name = "DIR", required_unless_present_any = ["list_presets", "properties"])]
    pub out: Option<PathBuf>,
    /// Which part of a data set to make: no scan of one part occurs in another
    #[arg(long, value_enum, default_value = "train")]
    pub split: Split,
    /// The scans' file format
    #[arg(long, value_enum, default_value = "tiff")]
    pub format: FileFormat,
    /// The scans' file name without suffix, for one scan; otherwise what names start with [default: from scenario, seed, split
    /// and number]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Lists the built-in scenarios and scanners, and ends
    #[arg(long)]
    pub list_presets: bool,
    /// Measures the scanner (steel penetration, contrast, noise, separation of materials), and ends
    #[arg(long)]
    pub properties: bool,
    #[command(flatten)]
    set: set::SetArgs,
}

/// Other ways to make scans.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Projects simulated loads into your own clean scans (threat image projection)
    Tip(tip::TipArgs),
}

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Split {
    /// For training.
    Train,
    /// For choosing thresholds and settings.
    Val,
    /// For reporting results.
    Test,
}

impl Split {
    /// The index of scan `number` of this part: the parts' indices never meet.
    fn index(self, number: u64) -> u64 {
        let part = match self {
            Self::Train => 0,
            Self::Val => 1,
            Self::Test => 2,
        };
        (part << 32) | (number & 0xffff_ffff)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }
}

/// A file format on the command line.
#[expect(clippy::doc_markdown, reason = "shown as help text, where backticks are noise")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FileFormat {
    /// TIFF, one page an energy
    Tiff,
    /// PNG; single-energy scanners only
    Png,
    /// NumPy
    Npy,
    /// DICOS Digital X-Ray
    Dicos,
}

impl FileFormat {
    #[cfg_attr(feature = "dicom", expect(clippy::unnecessary_wraps, reason = "fails in builds without dicom"))]
    fn checked(self) -> Result<Format> {
        Ok(match self {
            Self::Tiff => Format::Tiff,
            Self::Png => Format::Png,
            Self::Npy => Format::Npy,
            #[cfg(feature = "dicom")]
            Self::Dicos => Format::Dicos,
            #[cfg(not(feature = "dicom"))]
            Self::Dicos => bail!(Error::unsupported("this build has no dicos").help("build it with feature `dicom`")),
        })
    }
}

/// Runs the command; `out` gets one line a scan.
///
/// # Errors
/// An [`Error`] in the chain tells whose fault it was; files are named in the context.
pub(super) fn run(args: &Args, out: &mut dyn std::io::Write) -> Result<Exit> {
    if let Some(What::Tip(tip)) = &args.what {
        return tip::run(tip, out);
    }
    if args.list_presets {
        return list(out).map(|()| Exit::Clear);
    }
    if args.properties {
        return measure(&scanner(&args.scanner)?, out).map(|()| Exit::Clear);
    }
    let Some(folder) = &args.out else { bail!(Error::parameter("no folder to write to").help("give one with --out")) };
    let scenario = scenario(&args.scenario)?;
    let scanner = scanner(&args.scanner)?;
    let format = args.format.checked()?;
    if format == Format::Png && scanner.beams.len() > 1 {
        let message = format!("a png holds one plane, scanner {} has {} beams", scanner.name, scanner.beams.len());
        bail!(Error::parameter(message).at("--format").help("choose tiff or npy, or a single-energy scanner"));
    }
    if let Some(name) = &args.name {
        let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 100 || !name.chars().all(fine) {
            let message = format!("name is {name:?}, expected 1 to 100 letters, digits, '_' or '-'");
            bail!(Error::parameter(message).at("--name"));
        }
    }
    let title = format!("{} scans by {}", scenario.name, scanner.name);
    let recipe = Fresh { args, values: set::values(scenario.file(), scanner.file())?, scenario, scanner, format };
    set::make(&recipe, &title, folder, args.set, out)
}

/// A set of scans rendered from nothing.
struct Fresh<'a> {
    args: &'a Args,
    scenario: Scenario,
    scanner: ScannerModel,
    /// Both as truth files spell them.
    values: (serde_json::Value, serde_json::Value),
    format: Format,
}

impl Fresh<'_> {
    /// Scans of one container: a second view is a scan of its own.
    fn views(&self) -> u64 {
        self.scanner.views() as u64
    }
}

impl set::Recipe for Fresh<'_> {
    fn count(&self) -> u64 {
        self.args.count * self.views()
    }

    fn name(&self, number: u64) -> String {
        let (number, view) = (number / self.views(), number % self.views());
        let name = match &self.args.name {
            Some(name) if self.args.count == 1 => name.clone(),
            Some(name) => format!("{name}_{number:05}"),
            None => format!("{}_s{}_{}_{number:05}", self.scenario.name, self.args.seed, self.args.split.as_str()),
        };
        if view == 0 { name } else { format!("{name}_view{}", view + 1) }
    }

    fn made(&self, number: u64, truth: &Truth) -> bool {
        let suffix = Some(self.format.suffix());
        truth.index == self.args.split.index(number / self.views())
            && truth.seed == self.args.seed
            && truth.generator.name == "portray simulate"
            && (&truth.scenario, &truth.scanner) == (&self.values.0, &self.values.1)
            && truth.scan.file.rsplit_once('.').map(|(_, end)| end) == suffix
    }

    fn make(&self, number: u64) -> Result<(Simulated, Format)> {
        let (index, view) = (self.args.split.index(number / self.views()), (number % self.views()) as usize);
        let made = simulate_view(&self.scenario, &self.scanner, self.args.seed, index, view)
            .with_context(|| format!("scenario {} with scanner {}", self.scenario.name, self.scanner.name))?;
        Ok((made, self.format))
    }
}

fn list(out: &mut dyn std::io::Write) -> Result<()> {
    writeln!(out, "scenarios")?;
    for preset in presets::SCENARIOS {
        let description = presets::scenario(preset.name)?.map(|s| s.description.clone()).unwrap_or_default();
        writeln!(out, "  {:<20} {description}", preset.name)?;
    }
    writeln!(out, "scanners")?;
    for preset in presets::SCANNERS {
        let description = presets::scanner(preset.name)?.map(|s| s.description.clone()).unwrap_or_default();
        writeln!(out, "  {:<20} {description}", preset.name)?;
    }
    Ok(())
}

fn measure(scanner: &ScannerModel, out: &mut dyn std::io::Write) -> Result<()> {
    let found = properties(scanner)?;
    writeln!(out, "scanner                {}", scanner.name)?;
    let energies: Vec<String> = found.effective_mev.iter().map(|mev| format!("{mev:.2} MeV")).collect();
    writeln!(out, "effective energy       {}", energies.join(" and "))?;
    writeln!(out, "noise in air           {:.2} % a pixel", found.air_noise_percent)?;
    writeln!(out, "steel penetration      {:.0} mm", found.penetration_mm)?;
    writeln!(out, "contrast sensitivity   {:.1} % behind 100 mm of steel", found.contrast_percent)?;
    if let Some(apart) = found.separation {
        writeln!(out, "polyethylene and steel {apart:.1} standard deviations apart, 20 to 100 g/cm2")?;
    }
    Ok(())
}

/// The most bytes a scenario or scanner file may have.
const MAX_SETTINGS: u64 = 1 << 20;

/// The text of a settings file; `None` where there is no such file.
fn text(path: &str) -> Result<Option<String>> {
    let failed = |e: std::io::Error| Error::io(e.to_string());
    let meta = match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    if meta.len() > MAX_SETTINGS {
        bail!(Error::limit(format!("file has {} bytes, limit is {MAX_SETTINGS}", meta.len())));
    }
    Ok(Some(std::fs::read_to_string(path).map_err(failed)?))
}

fn unknown(what: &str, name: &str) -> Error {
    Error::parameter(format!("there is no {what} and no file {name:?}")).help("--list-presets shows what is built in")
}

fn scenario(name: &str) -> Result<Scenario> {
    if let Some(preset) = presets::scenario(name)? {
        return Ok(preset);
    }
    let text = text(name).with_context(|| name.to_owned())?.ok_or_else(|| unknown("scenario", name))?;
    ScenarioFile::parse(&text).and_then(ScenarioFile::check).with_context(|| name.to_owned())
}

fn scanner(name: &str) -> Result<ScannerModel> {
    if let Some(preset) = presets::scanner(name)? {
        return Ok(preset);
    }
    let text = text(name).with_context(|| name.to_owned())?.ok_or_else(|| unknown("scanner", name))?;
    ScannerFile::parse(&text).and_then(ScannerFile::check).with_context(|| name.to_owned())
}

#[cfg(test)]
mod tests;
