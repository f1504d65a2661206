//! Files in a scan folder that are no scans: sidecars, truth, documents, portray's own reports and overlays.

use super::open::{contents, own_sidecars, sidecar_paths, spelled};
use super::sidecar;
use super::sniff::sniff;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What stands near the start of every overlay and contact sheet that portray draws: a PNG text chunk, uncompressed.
pub const OVERLAY_MARK: (&str, &str) = ("Software", "portray overlay");

/// How far into a picture the mark is looked for, in bytes.
const MARK_WITHIN: u64 = 4096;

/// The longest truth document that is read to learn what its masks are called, in bytes.
const MAX_TRUTH: u64 = 4 << 20;

/// Ends of names of texts, which are scans only if their content says so.
const TEXTS: [&str; 11] = ["json", "toml", "md", "txt", "csv", "html", "jsonl", "sha256", "sh", "py", "ps1"];

/// The names that some file in `files` may have its sidecar under.
pub(super) fn sidecar_names<'a>(files: impl Iterator<Item = &'a PathBuf>) -> BTreeSet<PathBuf> {
    let scans = files.filter(|file| !is_text(file) || is_described(file));
    scans.flat_map(|file| sidecar_paths(file)).flat_map(|path| spelled(&path)).collect()
}

/// Whether a sidecar of a file's own says that it holds raw counts, whatever the file is called.
fn is_described(path: &Path) -> bool {
    own_sidecars(path).iter().flat_map(|sidecar| spelled(sidecar)).any(|sidecar| {
        let name = sidecar.to_string_lossy();
        let object = contents(&sidecar, sidecar::MAX_BYTES, |_| Ok(())).and_then(|text| sidecar::object(&name, &text));
        object.is_ok_and(|object| object.get("raw").is_some_and(|raw| !raw.is_null()))
    })
}

fn is_text(path: &Path) -> bool {
    TEXTS.contains(&end_of(path).as_str())
}

/// The part of a name after its last dot, in lower case.
fn end_of(path: &Path) -> String {
    path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// Why a file found in a folder or a list is no scan, or nothing where it is to be read.
///
/// A name alone proves nothing: a picture is passed over only where it carries portray's mark or a truth document
/// names it, and a text only where its content is no image.
pub(super) fn reason(path: &Path, sidecars: &BTreeSet<PathBuf>) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    // A run's lock among them. In folders what is hidden is not come across.
    if name.starts_with('.') {
        return Some("hidden file");
    }
    if name.ends_with(".overlay.png") || name == "contact.png" {
        let mark = format!("tEXt{}\0{}", OVERLAY_MARK.0, OVERLAY_MARK.1);
        let start = start_of(path, MARK_WITHIN);
        let marked = start.windows(mark.len()).any(|window| window == mark.as_bytes());
        let what = if name == "contact.png" { "contact sheet of a simulated set" } else { "overlay that portray drew" };
        return marked.then_some(what);
    }
    if name.contains(".mask") && end_of(path) == "png" {
        return is_truth(path, ".mask").then_some("truth mask of a simulated scan");
    }
    if name.contains(".density") && end_of(path) == "png" {
        return is_truth(path, ".density").then_some("weights of a simulated scan's hidden goods");
    }
    if !is_text(path) {
        return None;
    }
    // What cannot be opened is judged by its name; reading it as a scan would fail as well.
    if sniff(&start_of(path, 132)).is_some() || is_described(path) {
        return None;
    }
    Some(match end_of(path).as_str() {
        _ if name.ends_with(".truth.json") => "truth of a simulated scan",
        _ if sidecars.contains(path) => "sidecar",
        "json" | "toml" => "report or sidecar without a scan",
        "jsonl" | "csv" | "html" => "table or report",
        "sh" | "py" | "ps1" => "script",
        _ => "document",
    })
}

/// The first bytes of a file, as many as there are of `most`.
fn start_of(path: &Path, most: u64) -> Vec<u8> {
    let mut start = Vec::new();
    // A pipe would wait for whoever writes into it.
    if std::fs::metadata(path).is_ok_and(|about| about.is_file())
        && let Ok(file) = std::fs::File::open(path)
    {
        let _ = file.take(most).read_to_end(&mut start);
    }
    start
}

/// Whether the truth document beside a picture names it; `mark` stands in the picture's name after the scan's.
fn is_truth(path: &Path, mark: &str) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let Some(stem) = name.to_ascii_lowercase().find(mark).and_then(|at| name.get(..at)) else { return false };
    let truth = start_of(&path.with_file_name(format!("{stem}.truth.json")), MAX_TRUTH);
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap_or_default();
    let loads = truth.get("loads").and_then(|loads| loads.as_array()).into_iter().flatten();
    let masks = loads.filter_map(|load| load.get("mask"));
    let densities = truth.get("density").and_then(|density| density.get("file"));
    masks.chain(densities).any(|file| file.as_str() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn pictures_are_passed_over_for_what_they_are_and_not_for_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let reason_of = |name: &str| reason(&path(name), &BTreeSet::new());
        for name in ["x.overlay.png", "x.mask.png", "x.truth.json"] {
            fs::write(path(name), b"\x89PNG\r\n\x1a\n").unwrap();
            assert_eq!(reason_of(name), None, "{name} is a picture like any other");
        }
        let truth = r#"{"loads": [{"class": "rip_off"}, {"mask": "x.mask.png"}]}"#;
        fs::write(path("x.truth.json"), truth).unwrap();
        assert_eq!(reason_of("x.truth.json"), Some("truth of a simulated scan"));
        assert_eq!(reason_of("x.mask.png"), Some("truth mask of a simulated scan"));
        fs::write(path("x.mask2.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        assert_eq!(reason_of("x.mask2.png"), None, "the truth does not name it");
        fs::write(path("x.overlay.png"), b"\x89PNG\r\n\x1a\n....tEXtSoftware\0portray overlay").unwrap();
        assert_eq!(reason_of("x.overlay.png"), Some("overlay that portray drew"));
        fs::write(path(".portray.lock"), b"").unwrap();
        fs::copy(path("x.overlay.png"), path(".x.png")).unwrap();
        assert_eq!([".portray.lock", ".x.png"].map(reason_of), [Some("hidden file"); 2], "on a list too");
        fs::copy(path("x.overlay.png"), path("contact.png")).unwrap();
        assert_eq!(reason_of("contact.png"), Some("contact sheet of a simulated set"));
    }
}
