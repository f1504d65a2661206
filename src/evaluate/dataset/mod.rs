//! Scans with what is known of them, from the layouts in which teams keep them.
//!
//! | layout | told by | what it gives |
//! |---|---|---|
//! | portray's simulator | `NAME.truth.json` beside the scans | everything |
//! | COCO | a `.json` file, or one such in the folder or in `annotations/` | boxes, polygons or run lengths, classes |
//! | `MVTec` | `test/good` beside other folders in `test/`, masks in `ground_truth/` | masks, classes |
//! | table | a `.csv` file, or one such in the folder, with `path` and `label` | labels; classes and masses where told |

mod coco;
mod mvtec;
mod runs;
mod simulated;
mod table;

use super::patch::{Patch, Runs};
use crate::scan::{BoxPx, Digest, Error, Point, Result};
use crate::source::{Entry, Limits};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// In which layout a set was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Truth files of portray's simulator.
    Simulated,
    /// COCO annotations.
    Coco,
    /// Folders as the `MVTec` sets have them.
    Mvtec,
    /// A table of paths and labels.
    Table,
}

impl Layout {
    /// The layout as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simulated => "simulated",
            Self::Coco => "coco",
            Self::Mvtec => "mvtec",
            Self::Table => "table",
        }
    }
}

/// A set of scans with truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// In which layout it was found.
    pub layout: Layout,
    /// The scans, sorted by name; names are unlike each other.
    pub cases: Vec<Case>,
    /// Files that look like scans of which nothing is told: they are not evaluated, and are named so that nothing is lost.
    pub untold: Vec<PathBuf>,
}

/// One scan and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The scan file.
    pub path: PathBuf,
    /// Its path under the set's folder, with forward slashes.
    pub name: String,
    /// SHA-256 of the file that the truth is of, where it says so.
    pub sha256: Option<Digest>,
    /// Whether something is hidden in it.
    pub loaded: bool,
    /// The container's number or another word that scans of one container share: they are resampled together.
    pub container: Option<String>,
    /// The scanner.
    pub scanner: Option<String>,
    /// The cargo family.
    pub family: Option<String>,
    /// What is hidden; may be empty where only the label is known.
    pub loads: Vec<Load>,
}

/// Something hidden.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Load {
    /// The class of concealment, or whatever the set calls its classes.
    pub class: Option<String>,
    /// Its mass in kg.
    pub mass_kg: Option<f64>,
    /// Whether it is physically visible.
    pub visible: Option<bool>,
    /// Where it is.
    pub place: Place,
}

/// Where a load is in its scan, as the set tells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Place {
    /// Not told.
    #[default]
    Unknown,
    /// A picture of the scan's size; what is at least `from` is the load.
    Mask {
        /// The picture.
        path: PathBuf,
        /// The lowest value of the load.
        from: f32,
    },
    /// Outlines in source pixels, corner-based.
    Polygons(Vec<Vec<Point>>),
    /// Run lengths.
    Runs(Runs),
    /// A box.
    Box(BoxPx),
}

impl Place {
    /// A mask in which whatever is not 0 is the load.
    fn mask(path: PathBuf) -> Self {
        Self::Mask { path, from: f32::MIN_POSITIVE }
    }
}

impl Load {
    /// The load's pixels in a scan of `(rows, columns)`; none where its place is not told.
    ///
    /// # Errors
    /// Where the mask cannot be read or has another size than the scan, the file named.
    pub fn patch(&self, size: (u32, u32), limits: &Limits) -> Result<Option<Patch>> {
        let other_size = |what: String, found: (u32, u32)| {
            let ((rows, columns), (found_rows, found_columns)) = (size, found);
            Error::format(format!("{what} is {found_columns}x{found_rows}, its scan {columns}x{rows}"))
                .help("truth must be in the scan's own pixels")
        };
        let patch = match &self.place {
            Place::Unknown => return Ok(None),
            Place::Mask { path, from } => {
                let name = path.display().to_string();
                let entry = Entry { path: path.clone(), name: name.clone() };
                let mask = crate::source::open(&entry, limits).map_err(|error| place(error, &name))?;
                let plane = &mask.planes[0];
                if (plane.height(), plane.width()) != size {
                    return Err(other_size(format!("mask {name}"), (plane.height(), plane.width())));
                }
                Patch::from_image(&plane.samples.to_f32().mapv(|value| value >= *from))
            }
            Place::Polygons(polygons) => Patch::from_polygons(polygons, size),
            Place::Runs(runs) if runs.size != size => return Err(other_size("the run-length mask".into(), runs.size)),
            Place::Runs(runs) => Patch::from_runs(runs)?,
            Place::Box(bounds) => {
                let image = BoxPx { x: 0, y: 0, width: size.1, height: size.0 };
                bounds.intersection(&image).map_or_else(|| Patch::from_polygons(&[], size), Patch::from_box)
            }
        };
        if patch.is_empty() {
            return Err(
                Error::format("a load's place holds no pixel of the scan").help("is the truth of another scan?")
            );
        }
        Ok(Some(patch))
    }
}

impl Dataset {
    /// Reads what is known of the scans at `path`: a folder, a COCO file or a table.
    ///
    /// # Errors
    /// A parameter error where no layout fits, several do, or the set holds no scan; format errors that name the file
    /// and the place; an i/o error where a scan that the truth names is missing.
    pub fn open(path: &Path) -> Result<Self> {
        let mut set = find(path)?;
        if set.cases.is_empty() {
            let message = format!("{} holds no scan with truth", path.display());
            return Err(Error::parameter(message));
        }
        set.cases.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(twice) = set.cases.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let message = format!("{}: scan {} is told of twice", path.display(), twice[0].name);
            return Err(Error::format(message).help("each scan counts once: merge its entries"));
        }
        let missing: Vec<&str> =
            set.cases.iter().filter(|case| !case.path.is_file()).map(|case| case.name.as_str()).collect();
        if let [first, rest @ ..] = missing.as_slice() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            return Err(Error::io(format!("{}: scan {first}{more} that the truth names is not there", path.display()))
                .help("an evaluation on what happens to be left would mislead"));
        }
        Ok(set)
    }

    /// Scans with nothing hidden.
    pub fn clean(&self) -> usize {
        self.cases.iter().filter(|case| !case.loaded).count()
    }
}

fn find(path: &Path) -> Result<Dataset> {
    let ending = |path: &Path, ending: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    if path.is_file() {
        return match (ending(path, "json"), ending(path, "csv")) {
            (true, _) => coco::open(path),
            (_, true) => table::open(path),
            _ => Err(Error::parameter(format!("{} is neither a COCO .json file nor a .csv table", path.display()))),
        };
    }
    let files = files(path)?;
    // A simulated set also holds a COCO file, which knows less.
    if files.iter().any(|file| simulated::is_truth(file)) {
        return simulated::open(path, &files);
    }
    if path.join("test").join("good").is_dir() {
        return mvtec::open(path, &files);
    }
    let near = |file: &&PathBuf| file.parent() == Some(path) || file.parent() == Some(&path.join("annotations"));
    let coco: Vec<&PathBuf> = files.iter().filter(near).filter(|file| coco::is_coco(file)).collect();
    let tables: Vec<&PathBuf> = files.iter().filter(near).filter(|file| ending(file, "csv")).collect();
    match (coco.as_slice(), tables.as_slice()) {
        ([one], []) => coco::open_in(path, one),
        ([], [one]) => table::open(one),
        ([], []) => Err(Error::parameter(format!("no truth was found in {}", path.display())).help(
            "portray reads NAME.truth.json of its simulator, COCO .json, MVTec folders (test/good, ground_truth) and \
             a .csv with the columns path and label",
        )),
        (first, second) => {
            let names: Vec<String> = first.iter().chain(second).map(|file| file.display().to_string()).collect();
            Err(Error::parameter(format!("{} holds several truths: {}", path.display(), names.join(", ")))
                .help("name the file that counts"))
        }
    }
}

/// The files below a folder, sorted, without hidden ones.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| !hidden(entry));
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|error| Error::io(error.to_string()))?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// A file's text.
fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Error::io(format!("{} cannot be read: {error}", path.display())))
}

/// The error with the file that it is about before its place.
fn place(mut error: Error, file: &str) -> Error {
    error.place = Some(error.place.map_or_else(|| file.to_owned(), |place| format!("{file}: {place}")));
    error
}

/// A file's name below `folder`, with forward slashes.
fn name_below(folder: &Path, file: &Path) -> String {
    let below = file.strip_prefix(folder).unwrap_or(file);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// A path as it is written in a truth, with forward slashes and without `.` parts: two spellings of one scan are one name.
fn plain(path: &str) -> String {
    path.replace('\\', "/").split('/').filter(|part| *part != ".").collect::<Vec<_>>().join("/")
}

/// Files that portray takes for scans by their ending; used only to name those of which nothing is told.
fn looks_like_scan(path: &Path) -> bool {
    const ENDINGS: [&str; 9] = ["tif", "tiff", "png", "jpg", "jpeg", "npy", "dcm", "dcs", "raw"];
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// How many cases there are of each word that `word` gives.
pub fn counts<'a>(cases: &'a [Case], word: impl Fn(&'a Case) -> Option<&'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    cases.iter().filter_map(word).for_each(|word| *counts.entry(word).or_insert(0) += 1);
    counts
}

#[cfg(test)]
mod tests;
