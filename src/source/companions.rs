//! Files in a scan folder that are no scans: sidecars, truth, documents, portray's own reports and overlays.

use super::open::sidecar_paths;
use super::sniff::sniff;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Ends of names that portray itself gives to what it writes beside scans.
const OWN: [(&str, &str); 3] = [
    (".truth.json", "truth of a simulated scan"),
    (".mask.png", "truth mask of a simulated scan"),
    (".overlay.png", "overlay that portray drew"),
];

/// Ends of names of texts, which are scans only if their content says so.
const TEXTS: [&str; 11] = ["json", "toml", "md", "txt", "csv", "html", "jsonl", "sha256", "sh", "py", "ps1"];

/// The names that some file in `files` may have its sidecar under.
pub(super) fn sidecar_names<'a>(files: impl Iterator<Item = &'a PathBuf>) -> BTreeSet<PathBuf> {
    files.filter(|file| !is_text(file)).flat_map(|file| sidecar_paths(file)).collect()
}

fn is_text(path: &Path) -> bool {
    TEXTS.contains(&end_of(path).as_str())
}

/// The part of a name after its last dot, in lower case.
fn end_of(path: &Path) -> String {
    path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// Why a file found in a folder is no scan, or nothing where it is to be read.
pub(super) fn reason(path: &Path, sidecars: &BTreeSet<PathBuf>) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    if let Some((_, reason)) = OWN.iter().find(|(end, _)| name.ends_with(end)) {
        return Some(reason);
    }
    if name == "contact.png" {
        return Some("contact sheet of a simulated set");
    }
    // A scan's further masks: NAME.mask2.png.
    let mask = name.strip_suffix(".png").and_then(|stem| stem.rsplit_once(".mask"));
    if mask.is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some("truth mask of a simulated scan");
    }
    if !is_text(path) {
        return None;
    }
    let mut start = [0; 132];
    let mut length = 0;
    if let Ok(file) = std::fs::File::open(path) {
        // What cannot be opened is judged by its name; reading it as a scan would fail as well.
        length = file.take(132).read(&mut start).unwrap_or(0);
    }
    if sniff(&start[..length]).is_some() {
        return None;
    }
    Some(match end_of(path).as_str() {
        _ if sidecars.contains(path) => "sidecar",
        "json" | "toml" => "report or sidecar without a scan",
        "jsonl" | "csv" | "html" => "table or report",
        "sh" | "py" | "ps1" => "script",
        _ => "document",
    })
}
