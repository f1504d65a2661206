//! `portray simulate tip`: simulated loads in the user's own clean scans.

use super::{Exit, Result, Split, set};
use crate::report::Names;
use crate::scan::counted;
use crate::scan::{Digest, Error, Samples, Scan, Truth};
use crate::simulate::{CleanScan, ContainerKind, ScannerModel, Scenario, Simulated, project};
use crate::source::write::Format;
use crate::source::{self, Discovery, Entry, Limits};
use anyhow::{Context as _, bail};
use std::path::{Component, Path, PathBuf};

/// Arguments of `portray simulate tip`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Projects simulated loads into your own clean scans (threat image projection).\n\n\
    Each load is rendered on the scan's own pixels and at its own energies, multiplies the picture by its transmission, and \
    brings the noise of a real exposure with it. Files are written as by portray simulate, in the clean scan's own format \
    where portray writes it, otherwise as TIFF. Pixel size, energies, doors and polarity are taken from the scan, its sidecar \
    and its picture; --scanner gives what they do not tell.",
    after_long_help = "Examples:\n  \
    portray simulate tip --threats rip_off_coffee --into clean --out projected\n  \
    portray simulate tip --threats my.toml --scanner gate2.toml --into 'day/*.tif' --count-per-scan 4 --seed 7 --out projected"
)]
pub(super) struct TipArgs {
    /// What to hide: a built-in scenario's name, or a scenario file (TOML); its loads are used, its cargo is not
    #[arg(long, value_name = "NAME|FILE")]
    threats: String,
    /// Clean scans: a folder, file or glob; may be given more than once
    #[arg(long, value_name = "DIR", required = true)]
    into: Vec<String>,
    /// What took the scans: a built-in scanner's name, or a scanner file (TOML) [default: estimated from each scan]
    #[arg(long, value_name = "NAME|FILE")]
    scanner: Option<String>,
    /// What kind of container the scans show, such as reefer40 [default: what is known of scans of portray's own, otherwise a dry
    /// box of the located size]
    #[arg(long, value_name = "TYPE", value_parser = kind)]
    container: Option<ContainerKind>,
    /// The part of a data set that the scans belong to, for their truth; scans of portray's own that belong to another part are
    /// refused [default: their own]
    #[arg(long, value_enum)]
    split: Option<Split>,
    /// How many scans to make of each clean one
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    count_per_scan: u64,
    /// The seed of the set
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// The folder to write to; made where it does not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    set: set::SetArgs,
}

/// A kind of container, as scenario files spell it.
fn kind(text: &str) -> std::result::Result<ContainerKind, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|error| error.to_string())
}

pub(super) fn run(args: &TipArgs, out: &mut dyn std::io::Write) -> Result<Exit> {
    let threats = super::scenario(&args.threats)?;
    if threats.loads.is_empty() {
        let message = format!("scenario {} hides nothing", threats.name);
        bail!(Error::parameter(message).at("--threats").help("give one with at least one [[load]]"));
    }
    let scanner = args.scanner.as_deref().map(super::scanner).transpose()?;
    let mut found = source::discover(&args.into, None, Some(&args.out));
    // A folder without scans beside others is a mistake, too; alone it is told below.
    let empty = if found.entries.is_empty() { &[][..] } else { &found.empty[..] };
    if let Some((name, error)) = found.problems.iter().chain(empty).next() {
        bail!(anyhow::Error::from(Error::parameter(error.message.clone()).at(name.clone())).context("--into"));
    }
    apart(args, &found)?;
    let before = found.entries.len();
    found.entries.retain(|entry| set::truth_of(&entry.path).is_none_or(|truth| truth.clean));
    let loaded = before - found.entries.len();
    if found.entries.is_empty() {
        let more = if loaded > 0 { format!(" ({loaded} with hidden loads are passed over)") } else { String::new() };
        let message = format!("no clean scans in {}{more}", args.into.join(", "));
        bail!(Error::parameter(message).at("--into").help("give a folder with scans in which nothing is hidden"));
    }
    if loaded > 0 && !args.set.is_quiet() {
        let (scans, are) = (counted(loaded, "scan"), if loaded == 1 { "is" } else { "are" });
        writeln!(out, "{scans} with hidden loads {are} passed over")?;
    }
    if let Some(wanted) = args.split {
        for entry in &found.entries {
            let own = set::truth_of(&entry.path).and_then(|truth| truth.split);
            if let Some(own) = own.filter(|own| own != wanted.as_str()) {
                let message = format!("{} belongs to {own}, not to {}", entry.name, wanted.as_str());
                bail!(
                    Error::parameter(message)
                        .at("--split")
                        .help("keep the parts of a data set in folders of their own")
                );
            }
        }
    }
    let values = set::values(threats.file(), &serde_json::Value::Null)?.0;
    let title = format!("{} projected into {}", threats.name, counted(found.entries.len(), "clean scan"));
    let recipe = Projected::new(args, found, threats, scanner, values);
    set::make(&recipe, &title, &args.out, args.set, out)
}

/// Clean scans and what is made of them have to lie apart: in one folder the next run could not tell them, and the clean set's
/// lists would be overwritten.
///
/// # Errors
/// A parameter error where they do not.
fn apart(args: &TipArgs, found: &Discovery) -> Result<()> {
    let out = real(&args.out);
    let folders = args.into.iter().map(PathBuf::from).filter(|into| into.is_dir()).map(|into| real(&into));
    let within = |clean: &PathBuf| out.starts_with(clean) || clean.starts_with(&out);
    let together = folders.into_iter().any(|folder| within(&folder))
        || found.entries.iter().any(|entry| real(&entry.path).starts_with(&out));
    if together {
        let message = format!("the clean scans and the output folder {} lie in each other", args.out.display());
        bail!(Error::parameter(message).at("--out").help("choose a folder beside them"));
    }
    Ok(())
}

/// A path without links and dots, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = path.ancestors().find_map(|part| Some((part.canonicalize().ok()?, path.strip_prefix(part).ok()?)));
    let Some((mut real, rest)) = known else { return path };
    for part in rest.components() {
        // A folder that is still to be made is no link.
        if part == Component::ParentDir {
            real.pop();
        } else {
            real.push(part);
        }
    }
    real
}

/// A set of scans projected into clean ones.
struct Projected<'a> {
    args: &'a TipArgs,
    /// The clean scans, and what their outputs' names start with.
    clean: Vec<(Entry, String)>,
    threats: Scenario,
    scanner: Option<ScannerModel>,
    threats_value: serde_json::Value,
}

impl<'a> Projected<'a> {
    fn new(
        args: &'a TipArgs,
        found: Discovery,
        threats: Scenario,
        scanner: Option<ScannerModel>,
        threats_value: serde_json::Value,
    ) -> Self {
        let mut names = Names::default();
        let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        let clean = found.entries.into_iter().map(|entry| {
            let name = names.stem(&stem(&entry.name));
            (entry, name)
        });
        Self { args, clean: clean.collect(), threats, scanner, threats_value }
    }

    /// What a clean scan is known to be: its kind of container, and its part of a data set.
    fn known(&self, entry: &Entry) -> (Option<ContainerKind>, Option<String>) {
        let truth = set::truth_of(&entry.path);
        let own = truth.as_ref().and_then(|truth| kind(&truth.container.kind).ok());
        let split = self.args.split.map(|split| split.as_str().to_owned());
        (own.or(self.args.container), split.or_else(|| truth.and_then(|truth| truth.split)))
    }

    fn clean(&self, number: u64) -> Result<(&Entry, &str, u64)> {
        let (scan, variant) = (number / self.args.count_per_scan, number % self.args.count_per_scan);
        let (entry, stem) = self.clean.get(scan as usize).ok_or_else(|| Error::bug("a scan past the set's end"))?;
        Ok((entry, stem, variant))
    }
}

/// A variant's index: of the clean scan's content, so that further scans in the folder change nothing.
fn index(clean: Digest, variant: u64) -> u64 {
    let start = u64::from_str_radix(&clean.to_string()[..8], 16).unwrap_or(0);
    (start << 16) | variant
}

impl set::Recipe for Projected<'_> {
    fn count(&self) -> u64 {
        self.clean.len() as u64 * self.args.count_per_scan
    }

    fn name(&self, number: u64) -> String {
        self.clean(number).map_or_else(|_| String::new(), |(_, stem, variant)| format!("{stem}_tip{variant:02}"))
    }

    fn about(&self) -> String {
        let split = self.args.split.map(|split| format!(", {}", split.as_str())).unwrap_or_default();
        format!("seed {}{split}", self.args.seed)
    }

    fn made(&self, number: u64, truth: &Truth) -> bool {
        let Ok((entry, _, variant)) = self.clean(number) else { return false };
        let Some(digest) = set::digest(entry) else { return false };
        let into = &truth.scanner["projected_into"];
        let (kind, split) = self.known(entry);
        kind.is_none_or(|kind| kind.as_str() == truth.container.kind)
            && truth.split == split
            && truth.index == index(digest, variant)
            && truth.seed == self.args.seed
            && truth.scenario == self.threats_value
            && into["sha256"] == digest.to_string()
            && into["scanner"] == serde_json::json!(self.scanner.as_ref().map(ScannerModel::file))
    }

    fn make(&self, number: u64) -> Result<(Simulated, Format)> {
        let (entry, _, variant) = self.clean(number)?;
        let scan = source::open(entry, &Limits::default()).with_context(|| entry.name.clone())?;
        let (kind, split) = self.known(entry);
        let clean = CleanScan { scan: &scan, name: &entry.name, scanner: self.scanner.as_ref(), kind };
        let mut made = project(clean, &self.threats, self.args.seed, index(scan.digest, variant))
            .with_context(|| entry.name.clone())?;
        made.truth.split = split;
        let format = format_of(&scan);
        Ok((made, format))
    }
}

/// The scan's own format where it can be written, and the samples allow; otherwise one that they do.
fn format_of(scan: &Scan) -> Format {
    let float = scan.planes.iter().any(|plane| matches!(plane.samples, Samples::F32(_)));
    match scan.format {
        "npy" => Format::Npy,
        _ if float => Format::Npy,
        "png" | "jpeg" if scan.planes.len() == 1 => Format::Png,
        #[cfg(feature = "dicom")]
        "dicos" => Format::Dicos,
        _ => Format::Tiff,
    }
}
