//! `portray simulate`: container scans with exact truth.

mod again;
mod set;
mod show;
mod tip;

use super::{Exit, progress, scan, terminal};
use crate::scan::{Error, Truth};
use crate::simulate::{ScannerFile, ScannerModel, Scenario, ScenarioFile, Simulated, presets, simulate_view};
use crate::source::write::Format;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use std::io::Read as _;
use std::path::PathBuf;

/// Arguments that print something and end.
const ENDS: [&str; 4] = ["list_presets", "print_preset", "list", "properties"];
/// Arguments that say what set to make.
const OF_SETS: [&str; 10] = ["scenario", "scanner", "count", "first", "seed", "split", "from", "format", "name", "out"];

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
    portray simulate --print-preset rip_off_coffee > my.toml\n  \
    portray simulate --from set/rip_off_coffee_s1_train_00003.truth.json --out again\n  \
    portray simulate tip --threats rip_off_coffee --into clean --seed 1 --out projected\n\n\
    Exit codes:\n  \
    0    every scan is made\n  \
    2    some scans could not be made\n  \
    64   wrong usage: an argument, a scenario or scanner; or another run is at work in the folder\n  \
    70   a scan cannot be written\n  \
    130  interrupted; the same command goes on"
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
    /// The number of the first one within its split: with --count 1, scan N of a set alone
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=4_000_000_000))]
    pub first: u64,
    /// The seed of the set
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// The folder to write to; made where it does not exist
    #[arg(long, value_name = "DIR", required_unless_present_any = ENDS)]
    pub out: Option<PathBuf>,
    /// Which part of a data set to make: no scan of one part occurs in another
    #[arg(long, value_enum, default_value = "train")]
    pub split: Split,
    /// Renders the scan of a truth file again: the same bytes, under the same name
    #[arg(long, value_name = "TRUTH.truth.json", conflicts_with_all = ["scenario", "scanner", "count", "first", "seed", "split"])]
    pub from: Option<String>,
    /// The scans' file format [default: tiff; with --from, the scan's own]
    #[arg(long, value_enum)]
    pub format: Option<FileFormat>,
    /// The scans' file name without suffix, for one scan; otherwise what names start with [default: from scenario, seed, split
    /// and number]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Lists the built-in scenarios and scanners, and ends
    #[arg(long, conflicts_with_all = OF_SETS)]
    pub list_presets: bool,
    /// Prints a built-in scenario or scanner file (TOML), and ends
    #[arg(long, value_name = "NAME", conflicts_with_all = OF_SETS)]
    pub print_preset: Option<String>,
    /// Lists the words that scenario files may use, and ends
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = OF_SETS)]
    pub list: Option<show::Words>,
    /// Measures the scanner (steel penetration, contrast, noise, separation of materials), and ends
    #[arg(long, conflicts_with_all = ["scenario", "count", "first", "seed", "split", "from", "format", "name", "out"])]
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
    /// The format whose files end so.
    fn of_suffix(suffix: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|format| format.checked().is_ok_and(|f| f.suffix() == suffix))
    }

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
    if let Some(words) = args.list {
        return show::words(words, out).map(|()| Exit::Clear);
    }
    if let Some(name) = &args.print_preset {
        return show::preset(name, out).map(|()| Exit::Clear);
    }
    if args.list_presets {
        return show::presets_list(out).map(|()| Exit::Clear);
    }
    if args.properties {
        return show::measured(&scanner(&args.scanner)?, out).map(|()| Exit::Clear);
    }
    let Some(folder) = &args.out else { bail!(Error::parameter("no folder to write to").help("give one with --out")) };
    if let Some(truth) = &args.from {
        return again::run(truth, folder, args, out);
    }
    let scenario = scenario(&args.scenario)?;
    let scanner = scanner(&args.scanner)?;
    let format = args.format.unwrap_or(FileFormat::Tiff).checked()?;
    check_planes(format, &scanner)?;
    if let Some(name) = &args.name {
        check_name(name)?;
    }
    let title = format!("{} scans by {}", scenario.name, scanner.name);
    let recipe = Fresh { args, values: set::values(scenario.file(), scanner.file())?, scenario, scanner, format };
    set::make(&recipe, &title, folder, args.set, out)
}

/// # Errors
/// A parameter error where the format does not hold the scanner's planes.
fn check_planes(format: Format, scanner: &ScannerModel) -> Result<()> {
    if format == Format::Png && scanner.beams.len() > 1 {
        let message = format!("a png holds one plane, scanner {} has {} beams", scanner.name, scanner.beams.len());
        bail!(Error::parameter(message).at("--format").help("choose tiff or npy, or a single-energy scanner"));
    }
    Ok(())
}

/// # Errors
/// A parameter error where it is no plain file name.
fn check_name(name: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 100 || !name.chars().all(fine) {
        let message = format!("name is {name:?}, expected 1 to 100 letters, digits, '_' or '-'");
        bail!(Error::parameter(message).at("--name"));
    }
    Ok(())
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

    /// The number within the split of a scan's container.
    fn number(&self, number: u64) -> u64 {
        self.args.first + number / self.views()
    }
}

impl set::Recipe for Fresh<'_> {
    fn count(&self) -> u64 {
        self.args.count * self.views()
    }

    fn name(&self, number: u64) -> String {
        let (number, view) = (self.number(number), number % self.views());
        let name = match &self.args.name {
            Some(name) if self.args.count == 1 => name.clone(),
            Some(name) => format!("{name}_{number:05}"),
            None => format!("{}_s{}_{}_{number:05}", self.scenario.name, self.args.seed, self.args.split.as_str()),
        };
        if view == 0 { name } else { format!("{name}_view{}", view + 1) }
    }

    fn made(&self, number: u64, truth: &Truth) -> bool {
        let suffix = Some(self.format.suffix());
        truth.index == self.args.split.index(self.number(number))
            && u64::from(truth.view) == number % self.views() + 1
            && truth.split.as_deref() == Some(self.args.split.as_str())
            && truth.seed == self.args.seed
            && truth.generator.name == "portray simulate"
            && (&truth.scenario, &truth.scanner) == (&self.values.0, &self.values.1)
            && truth.scan.file.rsplit_once('.').map(|(_, end)| end) == suffix
    }

    fn make(&self, number: u64) -> Result<(Simulated, Format)> {
        let (index, view) = (self.args.split.index(self.number(number)), (number % self.views()) as usize);
        let mut made = simulate_view(&self.scenario, &self.scanner, self.args.seed, index, view)
            .with_context(|| format!("scenario {} with scanner {}", self.scenario.name, self.scanner.name))?;
        made.truth.split = Some(self.args.split.as_str().to_owned());
        Ok((made, self.format))
    }

    fn about(&self) -> String {
        format!("seed {}, {}", self.args.seed, self.args.split.as_str())
    }
}

/// The most bytes a scenario or scanner file may have.
const MAX_SETTINGS: u64 = 1 << 20;

/// The text of a file of at most so many bytes; `None` where there is no such file.
fn text(path: &str, most: u64) -> Result<Option<String>> {
    let failed = |e: std::io::Error| Error::io(e.to_string());
    let file = match std::fs::File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let mut bytes = Vec::new();
    // A device or a pipe has no length to ask for.
    file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        bail!(Error::parameter(format!("file has more than {most} bytes")).help("name a smaller one"));
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        Error::parameter(format!("is not UTF-8 from byte {} on", e.utf8_error().valid_up_to())).help("name a text file")
    })?;
    Ok(Some(text))
}

fn unknown(what: &str, name: &str) -> Error {
    Error::parameter(format!("there is no {what} and no file {name:?}")).help("--list-presets shows what is built in")
}

fn scenario(name: &str) -> Result<Scenario> {
    if let Some(preset) = presets::scenario(name)? {
        return Ok(preset);
    }
    let text = text(name, MAX_SETTINGS).with_context(|| name.to_owned())?.ok_or_else(|| unknown("scenario", name))?;
    ScenarioFile::parse(&text).and_then(ScenarioFile::check).with_context(|| name.to_owned())
}

fn scanner(name: &str) -> Result<ScannerModel> {
    if let Some(preset) = presets::scanner(name)? {
        return Ok(preset);
    }
    let text = text(name, MAX_SETTINGS).with_context(|| name.to_owned())?.ok_or_else(|| unknown("scanner", name))?;
    ScannerFile::parse(&text).and_then(ScannerFile::check).with_context(|| name.to_owned())
}

#[cfg(test)]
mod tests;
