//! A table of paths and labels.

use super::{Case, Dataset, Layout, Load, looks_like_scan};
use crate::scan::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// A row; columns in any order, only the first two are needed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The scan, from the table's folder on.
    path: String,
    /// 0, `clean`, `good`, `normal`, `false`; or 1, `loaded`, `bad`, `anomaly`, `threat`, `true`.
    label: String,
    container: Option<String>,
    scanner: Option<String>,
    family: Option<String>,
    class: Option<String>,
    mass_kg: Option<f64>,
    visible: Option<bool>,
}

/// Reads the table at `path`.
pub(super) fn open(path: &Path) -> Result<Dataset> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.display().to_string();
    let wrong = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        Error::format(error.to_string())
            .at(format!("{name}: line {line}"))
            .help("the columns are path, label and, where known, container, scanner, family, class, mass_kg, visible")
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(wrong)?;
    let headers = reader.headers().map_err(wrong)?.clone();
    let mut record = csv::StringRecord::new();
    let mut cases = Vec::new();
    while reader.read_record(&mut record).map_err(wrong)? {
        let row: Row = record.deserialize(Some(&headers)).map_err(wrong)?;
        let line = record.position().map_or(0, csv::Position::line);
        let at = |error: Error| error.at(format!("{name}: line {line}"));
        let loaded = label(&row.label).map_err(at)?;
        let described = row.class.is_some() || row.mass_kg.is_some() || row.visible.is_some();
        if !loaded && described {
            return Err(at(Error::format("a clean scan has no class, mass_kg or visible")));
        }
        if row.mass_kg.is_some_and(|mass| !mass.is_finite() || mass < 0.0) {
            return Err(at(Error::format("mass_kg is no mass")));
        }
        let load = Load { class: row.class, mass_kg: row.mass_kg, visible: row.visible, ..Load::default() };
        cases.push(Case {
            path: folder.join(&row.path),
            name: super::plain(&row.path),
            sha256: None,
            loaded,
            container: row.container,
            scanner: row.scanner,
            family: row.family,
            loads: if loaded { vec![load] } else { Vec::new() },
        });
    }
    let told: BTreeSet<_> = cases.iter().map(|case| case.path.clone()).collect();
    let beside = super::files(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?;
    let untold = beside.into_iter().filter(|file| looks_like_scan(file));
    let untold = untold.filter(|file| !told.contains(file) && !told.contains(file.strip_prefix(".").unwrap_or(file)));
    Ok(Dataset { layout: Layout::Table, cases, untold: untold.collect() })
}

fn label(text: &str) -> Result<bool> {
    match text.to_ascii_lowercase().as_str() {
        "0" | "clean" | "good" | "normal" | "false" => Ok(false),
        "1" | "loaded" | "bad" | "anomaly" | "threat" | "true" => Ok(true),
        _ => Err(Error::format(format!("label is `{text}`, expected clean or loaded (0 or 1)"))),
    }
}
