//! Every scan as a row.

use crate::evaluate::{BenchResult, Outcome};
use crate::report::inert;
use crate::scan::{Error, Result};
use std::collections::BTreeMap;

/// The scans of all models side by side (RFC 4180, UTF-8).
///
/// # Errors
/// A bug error where the table cannot be written to memory.
pub(super) fn csv(result: &BenchResult) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| Error::bug(format!("scans.csv cannot be written: {error}"));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let fixed = ["name", "loaded", "container", "scanner", "family", "classes", "mass_kg", "visible"];
    let mut header: Vec<String> = fixed.map(str::to_owned).to_vec();
    for model in &result.models {
        for column in ["score", "verdict", "loads_hit", "estimated_kg", "error"] {
            header.push(inert(&format!("{} {column}", model.label)));
        }
    }
    writer.write_record(&header).map_err(|error| failed(&error))?;
    let by_name: Vec<BTreeMap<&str, &Outcome>> =
        result.models.iter().map(|m| m.scans.iter().map(|scan| (scan.name.as_str(), scan)).collect()).collect();
    for scan in &result.models[0].scans {
        let text = |text: Option<&String>| text.map(|text| inert(text)).unwrap_or_default();
        let classes: Vec<&str> = scan.loads.iter().filter_map(|load| load.class.as_deref()).collect();
        let mut row = vec![
            inert(&scan.name),
            scan.loaded.to_string(),
            text(scan.container.as_ref()),
            text(scan.scanner.as_ref()),
            text(scan.family.as_ref()),
            inert(&classes.join(" ")),
            scan.mass_kg().map(|mass| mass.to_string()).unwrap_or_default(),
            scan.visible().map(|visible| visible.to_string()).unwrap_or_default(),
        ];
        for scans in &by_name {
            let Some(scan) = scans.get(scan.name.as_str()) else {
                row.extend(std::iter::repeat_n(String::new(), 5));
                continue;
            };
            let hits = scan.loads.iter().filter(|load| load.hit.is_some()).count();
            let estimated: Vec<f64> = scan.loads.iter().filter_map(|load| load.estimated_kg).collect();
            row.extend([
                scan.score.map(|score| score.to_string()).unwrap_or_default(),
                scan.verdict.to_string(),
                hits.to_string(),
                if estimated.is_empty() { String::new() } else { estimated.iter().sum::<f64>().to_string() },
                text(scan.error.as_ref()),
            ]);
        }
        writer.write_record(&row).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}
