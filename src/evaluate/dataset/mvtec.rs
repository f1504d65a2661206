//! Folders as the `MVTec` sets have them: `test/good`, `test/<defect>`, `ground_truth/<defect>/NAME_mask.png`.

use super::{Case, Dataset, Layout, Load, Place, looks_like_scan, name_below};
use crate::scan::{Error, Result};
use std::path::{Path, PathBuf};

/// Reads the set of `folder`; `train` is left alone.
pub(super) fn open(folder: &Path, files: &[PathBuf]) -> Result<Dataset> {
    let test = folder.join("test");
    let masks = folder.join("ground_truth");
    let mut cases = Vec::new();
    for file in files.iter().filter(|file| file.starts_with(&test) && looks_like_scan(file)) {
        let below = name_below(&test, file);
        let Some((class, _)) = below.split_once('/') else {
            return Err(Error::format(format!("{} lies in no folder of test/", file.display()))
                .help("scans lie in test/good or test/<what is hidden>"));
        };
        let loaded = class != "good";
        let place = if loaded { mask(file, &masks.join(class), masks.is_dir())? } else { Place::Unknown };
        let load = Load { class: Some(class.to_owned()), place, ..Load::default() };
        cases.push(Case {
            path: file.clone(),
            name: name_below(folder, file),
            sha256: None,
            loaded,
            container: None,
            scanner: None,
            family: None,
            loads: if loaded { vec![load] } else { Vec::new() },
        });
    }
    // Scans by other endings would be lost in silence, and with them what they say of a model.
    let sidecar = |file: &Path| file.extension().is_some_and(|ending| ending == "json" || ending == "toml");
    let other = files.iter().filter(|file| file.starts_with(&test) && !looks_like_scan(file) && !sidecar(file));
    Ok(Dataset { layout: Layout::Mvtec, cases, untold: other.cloned().collect() })
}

/// The mask of a scan: `NAME_mask.png` or a file of the scan's own stem. A set without any masks has labels only.
fn mask(scan: &Path, folder: &Path, any: bool) -> Result<Place> {
    if !any {
        return Ok(Place::Unknown);
    }
    let stem = scan.file_stem().unwrap_or_default().to_string_lossy();
    let candidates = ["_mask.png", ".png", "_mask.tif", ".tif", "_mask.tiff", ".tiff"];
    let found = candidates.iter().map(|ending| folder.join(format!("{stem}{ending}"))).find(|path| path.is_file());
    found.map(Place::mask).ok_or_else(|| {
        let message = format!("{} has no mask {}/{stem}_mask.png", scan.display(), folder.display());
        Error::format(message).help("either all loaded scans have masks or ground_truth/ is left out")
    })
}
