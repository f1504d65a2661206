//! The run as a table for spreadsheets.

use super::summary::Row;
use super::words::token;
use crate::scan::{Error, Result, misleads};

/// The columns, in order.
const HEADER: [&str; 18] = [
    "rank",
    "name",
    "verdict",
    "score",
    "container",
    "check_digit",
    "regions",
    "zone",
    "mass_kg",
    "mass_sigma_kg",
    "mass_at_least",
    "reason",
    "warnings",
    "report",
    "overlay",
    "p_value",
    "class",
    "familiarity",
];

/// The ranked rows as CSV (RFC 4180, UTF-8).
///
/// Text that a spreadsheet would take for a formula gets a leading apostrophe: file names and metadata
/// come from outside, and `=HYPERLINK(...)` in a file name must not run on an officer's machine.
///
/// # Errors
/// A bug error where the table cannot be written to memory.
pub fn to_csv(rows: &[Row]) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| Error::bug(format!("the table cannot be written: {error}"));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(HEADER).map_err(|error| failed(&error))?;
    for (rank, row) in rows.iter().enumerate() {
        let number = |value: Option<f32>| value.map(|v| v.to_string()).unwrap_or_default();
        let container = row.container.as_ref();
        let record = [
            (rank + 1).to_string(),
            inert(&row.name),
            token(row.verdict),
            number(row.score),
            container.map(|c| inert(&c.number)).unwrap_or_default(),
            token(container.map(|c| c.check_digit)),
            row.regions.to_string(),
            token(row.zone),
            number(row.mass_kg.map(|mass| mass.0)),
            number(row.mass_kg.map(|mass| mass.1)),
            // Beside an empty mass it would read as a measured nothing.
            row.mass_kg.map(|_| row.mass_at_least.to_string()).unwrap_or_default(),
            row.reason.as_deref().map(inert).unwrap_or_default(),
            row.warnings.to_string(),
            inert(&row.report),
            row.overlay.as_deref().map(inert).unwrap_or_default(),
            // Newer ones last: whoever reads columns by their place finds the others where they were.
            row.p_value.map(|p| p.to_string()).unwrap_or_default(),
            token(row.concealment),
            number(row.familiarity),
        ];
        writer.write_record(&record).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

/// Text that no spreadsheet takes for a formula (OWASP, CSV injection), without letters that turn others around.
pub(crate) fn inert(text: &str) -> String {
    let text: String = text.chars().map(|c| if misleads(c) { '\u{fffd}' } else { c }).collect();
    let dangerous = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if dangerous { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{Verdict, Zone};
    use crate::scan::LoadClass;

    #[test]
    fn formulas_lie_still_and_separators_are_quoted() {
        let row = |name: &str| Row {
            name: name.into(),
            verdict: Verdict::Flagged,
            score: Some(0.5),
            p_value: Some(0.004),
            container: None,
            regions: 1,
            zone: Some(Zone::DoorEnd),
            concealment: Some(LoadClass::RipOff),
            familiarity: Some(0.25),
            mass_kg: Some((-1.5, 2.0)),
            mass_at_least: true,
            reason: None,
            warnings: 2,
            report: "scans/x.json".into(),
            overlay: None,
        };
        let table = to_csv(&[row("=1+1"), row("a,b\"c"), row("@x"), row("plain.tif"), row("a\u{202e}fit.x")]).unwrap();
        let text = String::from_utf8(table).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[1], "1,'=1+1,flagged,0.5,,,1,door_end,-1.5,2,true,,2,scans/x.json,,0.004,rip_off,0.25");
        assert!(lines[2].starts_with("2,\"a,b\"\"c\","));
        assert!(lines[3].starts_with("3,'@x,"));
        assert!(lines[4].starts_with("4,plain.tif,"));
        assert!(lines[5].starts_with("5,a\u{fffd}fit.x,"));
    }
}
