//! Sets of portray's simulator: `NAME.truth.json` beside each scan.

use super::{Case, Dataset, Layout, Load, Place, looks_like_scan, name_below, place, text};
use crate::scan::{Error, LoadTruth, MASK_GOODS, Result, Truth};
use crate::simulate::CONTACT_FILE;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const ENDING: &str = ".truth.json";

pub(super) fn is_truth(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING))
}

/// Reads every truth file below `folder`.
pub(super) fn open(folder: &Path, files: &[PathBuf]) -> Result<Dataset> {
    let mut told = BTreeSet::new();
    let mut cases = Vec::new();
    for file in files.iter().filter(|file| is_truth(file)) {
        let truth = read(file)?;
        let beside = file.parent().unwrap_or(folder);
        let path = beside.join(&truth.scan.file);
        told.insert(path.clone());
        told.extend(truth.density.iter().map(|density| beside.join(&density.file)));
        let loads: Vec<Load> = truth.loads.iter().map(|load| self::load(load, beside, &mut told)).collect();
        cases.push(Case {
            name: name_below(folder, &path),
            path,
            sha256: Some(truth.scan.sha256),
            loaded: !truth.clean,
            container: Some(truth.container.number.clone()),
            scanner: truth.scanner.get("name").and_then(|name| name.as_str()).map(str::to_owned),
            family: Some(truth.cargo),
            loads,
        });
    }
    let untold = files.iter().filter(|file| looks_like_scan(file) && !told.contains(*file));
    // A contact sheet is a picture of the set, no scan of it.
    let untold = untold.filter(|file| file.file_name().is_none_or(|name| name != CONTACT_FILE));
    Ok(Dataset { layout: Layout::Simulated, cases, untold: untold.cloned().collect() })
}

fn read(file: &Path) -> Result<Truth> {
    let name = file.display().to_string();
    let truth: Truth = serde_json::from_str(&text(file)?)
        .map_err(|error| Error::format(format!("not a truth file: {error}")).at(name.clone()))?;
    if truth.schema_version != Truth::SCHEMA_VERSION {
        let message =
            format!("truth has schema_version {}, this portray reads {}", truth.schema_version, Truth::SCHEMA_VERSION);
        return Err(Error::unsupported(message).at(name));
    }
    // Truth may come from anywhere: what it names lies beside it.
    let masks = truth.loads.iter().filter_map(|load| load.mask.as_ref());
    let names = masks.chain([&truth.scan.file]).chain(truth.density.iter().map(|density| &density.file));
    let beside = |file: &String| Path::new(file).components().count() == 1 && !file.contains("..");
    if let Some(odd) = names.into_iter().find(|file| !beside(file)) {
        return Err(place(Error::format(format!("{odd} is not the name of a file beside it")), &name));
    }
    if truth.clean != truth.loads.is_empty() {
        return Err(place(Error::format("`clean` and `loads` contradict each other"), &name));
    }
    Ok(truth)
}

fn load(load: &LoadTruth, beside: &Path, told: &mut BTreeSet<PathBuf>) -> Load {
    let mask = load.mask.as_ref().map(|mask| beside.join(mask));
    told.extend(mask.clone());
    Load {
        class: Some(load.class.as_str().to_owned()),
        mass_kg: Some(f64::from(load.mass_kg)),
        visible: Some(load.visible),
        // What is darker in the mask is changed by the load and is not it: packing, and what made room.
        place: mask.map_or_else(
            || Place::Polygons(load.polygons.clone()),
            |path| Place::Mask { path, from: MASK_GOODS.into() },
        ),
    }
}
