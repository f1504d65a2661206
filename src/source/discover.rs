//! Inputs to entries: files, folders, globs, and lists on standard input.

use super::open::io;
use super::search::Search;
use crate::scan::{Error, Result};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest list on standard input, in bytes.
const MAX_LIST: u64 = 64 << 20;

/// One file to read and how reports name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the file is.
    pub path: PathBuf,
    /// The path below the folder that was searched, or as it was given where it was given itself; with forward slashes, and
    /// unlike those of all others.
    pub name: String,
}

/// A file that was found but is no scan: named so that nothing is lost in silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The file, named as an [`Entry`] is.
    pub name: String,
    /// Why it is not read: `sidecar`, `document`, ...
    pub reason: String,
}

/// What the inputs hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The files to read: in the inputs' order, and within a folder sorted by the bytes of their paths.
    pub entries: Vec<Entry>,
    /// What is no scan.
    pub ignored: Vec<Ignored>,
    /// Inputs that cannot be used, with their names: each becomes a failed entry of the result.
    pub problems: Vec<(String, Error)>,
    /// Folders that hold no scan, as problems are: beside others that do, they are failed entries too.
    pub empty: Vec<(String, Error)>,
}

/// Finds the files to read.
///
/// An input is a file, a folder (walked with all below it), a glob (`*`, `**`, `?`, `[a-z]`, `{a,b}`), or `-` for a list on
/// `stdin`, one path a line or separated by NUL bytes. A file named outright is an entry whatever it is; in folders,
/// globs and lists companions (sidecars, truth, documents, reports) are [`Ignored`], and so is what is hidden in folders.
/// A file that is reached twice is one entry, and a folder without any scan is named as [`Discovery::empty`]. `skip` is the folder that reports go
/// to: what portray keeps in folders of its own there is passed over.
pub fn discover(inputs: &[String], stdin: Option<&mut dyn Read>, skip: Option<&Path>) -> Discovery {
    let mut search = Search::new(skip);
    let mut stdin = stdin;
    for input in inputs {
        if input.is_empty() {
            let error = Error::parameter("an argument is empty").help("give a file, a folder, a pattern or -");
            search.problem("(empty argument)", error);
            continue;
        }
        if input != "-" {
            search.input(Path::new(input));
            continue;
        }
        let Some(stdin) = stdin.take() else {
            search.problem("-", Error::parameter("standard input holds one list, and it was already read"));
            continue;
        };
        match list(stdin) {
            Ok(paths) if paths.is_empty() => {
                search.problem("-", Error::parameter("the list on standard input is empty"));
            }
            Ok(paths) => search.listed(&paths),
            Err(error) => search.problem("-", error),
        }
    }
    search.finish()
}

/// The paths on standard input, separated by NUL bytes if there are any, else by line ends.
fn list(stdin: &mut dyn Read) -> Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    stdin.take(MAX_LIST + 1).read_to_end(&mut bytes).map_err(|error| io(&error))?;
    if bytes.len() as u64 > MAX_LIST {
        return Err(Error::limit(format!("the list on standard input is longer than {MAX_LIST} bytes")));
    }
    let nul = bytes.contains(&0);
    let parts = bytes.split(|&byte| byte == if nul { 0 } else { b'\n' });
    parts
        .map(|part| if nul { part } else { part.strip_suffix(b"\r").unwrap_or(part) })
        .filter(|part| !part.is_empty())
        .map(path)
        .collect()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "on other systems a path must be UTF-8")]
fn path(bytes: &[u8]) -> Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> Result<PathBuf> {
    std::str::from_utf8(bytes)
        .map(PathBuf::from)
        .map_err(|_| Error::parameter("the list on standard input is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;
    use std::fs;

    /// A folder with these files; names that end in `/` are folders.
    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    fn at(folder: &tempfile::TempDir, below: &str) -> String {
        folder.path().join(below).to_str().unwrap().to_owned()
    }

    /// The name of a file that is given by its path.
    fn given(folder: &tempfile::TempDir, below: &str) -> String {
        at(folder, below).trim_start_matches('/').to_owned()
    }

    fn names(found: &Discovery) -> Vec<&str> {
        found.entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    fn find(inputs: &[String]) -> Discovery {
        discover(inputs, None, None)
    }

    #[test]
    fn folders_are_walked_in_the_order_of_bytes() {
        let folder = folder(&["b/a.tif", "b.tif", "B.tif", "a/z", "a/é.png", ".hidden.tif", ".git/x.tif"]);
        let found = find(&[at(&folder, "")]);
        assert_eq!(names(&found), ["B.tif", "a/z", "a/é.png", "b.tif", "b/a.tif"]);
        let hidden: Vec<(&str, &str)> =
            found.ignored.iter().map(|ignored| (ignored.name.as_str(), ignored.reason.as_str())).collect();
        assert_eq!(hidden, [(".git", "hidden folder, not entered"), (".hidden.tif", "hidden file")]);
        assert!(found.problems.is_empty());
    }

    #[test]
    fn companions_are_named_with_a_reason() {
        let folder = folder(&[
            "a.tif",
            "a.json",
            "a.tif.toml",
            "a.truth.json",
            "a.mask.png",
            "a.mask2.png",
            "README.md",
            "other.json",
            "reports.jsonl",
            "reports.csv",
            "NOTES.TXT",
        ]);
        fs::write(
            folder.path().join("a.truth.json"),
            r#"{"loads": [{"mask": "a.mask.png"}, {"mask": "a.mask2.png"}]}"#,
        )
        .unwrap();
        fs::write(folder.path().join("really.txt"), b"\x89PNG\r\n\x1a\n").unwrap();
        let found = find(&[at(&folder, "")]);
        assert_eq!(names(&found), ["a.tif", "really.txt"]);
        let reasons: Vec<(&str, &str)> =
            found.ignored.iter().map(|ignored| (ignored.name.as_str(), ignored.reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                ("NOTES.TXT", "document"),
                ("README.md", "document"),
                ("a.json", "sidecar"),
                ("a.mask.png", "truth mask of a simulated scan"),
                ("a.mask2.png", "truth mask of a simulated scan"),
                ("a.tif.toml", "sidecar"),
                ("a.truth.json", "truth of a simulated scan"),
                ("other.json", "report or sidecar without a scan"),
                ("reports.csv", "table or report"),
                ("reports.jsonl", "table or report"),
            ]
        );
        let outright = find(&[at(&folder, "README.md")]);
        assert_eq!(names(&outright), [given(&folder, "README.md")], "a file named outright is always an entry");
    }

    #[test]
    fn globs_match_files_and_folders() {
        let folder = folder(&["x/1.tif", "x/2.png", "y/1.tif", "y/deep/3.tif", "[z].tif"]);
        assert_eq!(names(&find(&[at(&folder, "*/1.tif")])), ["x/1.tif", "y/1.tif"]);
        assert_eq!(names(&find(&[at(&folder, "**/*.tif")])), ["[z].tif", "x/1.tif", "y/1.tif", "y/deep/3.tif"]);
        assert_eq!(names(&find(&[at(&folder, "y*")])), ["y/1.tif", "y/deep/3.tif"]);
        assert_eq!(names(&find(&[at(&folder, "x/{1,2}.*")])), ["1.tif", "2.png"]);
        let outright = find(&[at(&folder, "[z].tif")]);
        assert_eq!(names(&outright), [given(&folder, "[z].tif")], "a file that is there is no pattern");
        for (pattern, message) in
            [("*.gif", "no file matches"), ("none/*.tif", "no such folder"), ("{", "not a pattern")]
        {
            let found = find(&[at(&folder, pattern)]);
            assert!(found.entries.is_empty());
            assert!(found.problems[0].1.to_string().contains(message), "{:?}", found.problems);
        }
    }

    #[test]
    fn what_is_missing_is_a_problem_and_the_rest_is_found() {
        let folder = folder(&["a.tif"]);
        let found = find(&[at(&folder, "none.tif"), at(&folder, "a.tif")]);
        assert_eq!(names(&found), [given(&folder, "a.tif")]);
        assert_eq!(found.problems[0].0, given(&folder, "none.tif"), "named as if it were there");
        let looked_for = format!("no such file or folder: {}", at(&folder, "none.tif"));
        assert_eq!(found.problems[0].1, Error::io(looked_for));
        let plain = find(&["no-such-folder/none.tif".to_owned()]);
        assert_eq!(plain.problems, [("no-such-folder/none.tif".to_owned(), Error::io("no such file or folder"))]);
    }

    #[test]
    fn a_file_found_twice_is_one_entry() {
        let folder = folder(&["x/a.tif", "x/b.tif"]);
        let found = find(&[at(&folder, "x/b.tif"), at(&folder, "x"), at(&folder, "x/../x/a.tif")]);
        assert_eq!(names(&found), [given(&folder, "x/b.tif"), "a.tif".to_owned()]);
        let twice: Vec<&str> = found.ignored.iter().map(|ignored| ignored.name.as_str()).collect();
        assert_eq!(twice, ["b.tif".to_owned(), given(&folder, "x/x/a.tif")]);
    }

    #[test]
    fn equal_names_under_several_inputs_are_told_apart() {
        let folder = folder(&["x/a.tif", "y/a.tif", "y/b.tif"]);
        let found = find(&[at(&folder, "x"), at(&folder, "y")]);
        let names = names(&found);
        assert!(names[0].ends_with("x/a.tif") && names[1].ends_with("y/a.tif") && names[2] == "b.tif", "{names:?}");
        assert!(!names[0].starts_with('/'));
    }

    #[test]
    fn a_path_has_one_name_as_an_argument_and_in_a_list_there_or_not() {
        let folder = folder(&["x/a.tif", "x/deep/b.tif"]);
        let paths = ["x/a.tif", "x/none.tif", "x/deep"].map(|below| at(&folder, below));
        let list = paths.join("\n");
        let arguments = find(&paths);
        let listed = discover(&["-".to_owned()], Some(&mut list.as_bytes()), None);
        assert_eq!(arguments, listed);
        assert_eq!(names(&arguments), [given(&folder, "x/a.tif"), "b.tif".to_owned()]);
        assert_eq!(arguments.problems[0].0, given(&folder, "x/none.tif"));
    }

    #[test]
    fn no_two_scans_share_a_name_and_none_climbs() {
        let folder = folder(&["x/a.tif", "y/a.tif"]);
        let missing = format!("{}/../a.tif", at(&folder, "x"));
        let found = find(&[at(&folder, "x"), at(&folder, "y"), missing.clone(), missing, "\u{202e}\n".to_owned()]);
        let names: Vec<&str> =
            names(&found).into_iter().chain(found.problems.iter().map(|(name, _)| name.as_str())).collect();
        let different: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!((names.len(), different.len()), (5, 5), "{names:?}");
        assert!(names.iter().all(|name| !name.contains("..") && !name.starts_with('/')), "{names:?}");
        assert_eq!(names[4], "%E2%80%AE%0A");
    }

    #[test]
    fn lists_hold_lines_or_nul_separated_paths() {
        let folder = folder(&["a.tif", "b c.tif", "*.tif"]);
        let list = |text: String| discover(&["-".to_owned()], Some(&mut text.as_bytes()), None);
        let listed = |names: &[&str]| -> Vec<String> { names.iter().map(|name| given(&folder, name)).collect() };
        let lines = list(format!("{}\r\n\n{}\n", at(&folder, "b c.tif"), at(&folder, "a.tif")));
        assert_eq!(names(&lines), listed(&["b c.tif", "a.tif"]), "names are the paths as they are listed");
        let nul = list(format!("{}\0{}\0", at(&folder, "a.tif"), at(&folder, "*.tif")));
        assert_eq!(names(&nul), listed(&["a.tif", "*.tif"]), "a list holds paths, not patterns");
        assert!(list(String::new()).problems[0].1.to_string().contains("is empty"));
        assert_eq!(list(at(&folder, "none")).problems[0].1.fault, Fault::Io);
        let empty = &find(&[String::new()]).problems[0];
        assert_eq!((empty.0.as_str(), empty.1.message.as_str()), ("(empty argument)", "an argument is empty"));
        let missing = discover(&["-".to_owned()], None, None);
        assert_eq!(missing.problems[0].1.fault, Fault::Parameter);
    }

    #[test]
    fn companions_in_a_list_are_passed_over_as_in_a_folder() {
        let folder = folder(&["day/a/x.tif", "day/a/x.json", "day/a/x.mask.png", "day/y.tif"]);
        fs::write(folder.path().join("day/a/x.truth.json"), r#"{"loads": [{"mask": "x.mask.png"}]}"#).unwrap();
        let paths = ["day/a/x.json", "day/a/x.mask.png", "day/a/x.tif", "day/a/x.truth.json", "day/y.tif"];
        let text: String = paths.iter().map(|path| at(&folder, path) + "\0").collect();
        let found = discover(&["-".to_owned()], Some(&mut text.as_bytes()), None);
        let ends: Vec<bool> =
            names(&found).iter().zip(["day/a/x.tif", "day/y.tif"]).map(|(a, b)| a.ends_with(b)).collect();
        assert_eq!(ends, [true, true], "{found:?}");
        let reasons: Vec<&str> = found.ignored.iter().map(|ignored| ignored.reason.as_str()).collect();
        assert_eq!(reasons, ["sidecar", "truth mask of a simulated scan", "truth of a simulated scan"]);
    }

    #[test]
    fn the_reports_own_folder_is_not_entered() {
        let folder = folder(&["a.tif", "reports/overlays/a.png", "reports/scans/a.json", "reports/gate/b.png"]);
        let skip = folder.path().join("reports");
        // Scans that lie there all the same are scans.
        assert_eq!(names(&discover(&[at(&folder, "")], None, Some(&skip))), ["a.tif", "reports/gate/b.png"]);
        assert_eq!(names(&discover(&[at(&folder, "reports")], None, Some(&skip))), ["gate/b.png"]);
        fs::remove_dir_all(skip.join("gate")).unwrap();
        let own = discover(&[at(&folder, "reports")], None, Some(&skip));
        assert!(own.entries.is_empty() && own.empty.is_empty(), "{own:?}");
    }

    #[test]
    fn a_folder_without_scans_is_named() {
        let folder = folder(&["full/a.tif", "notes/README.md", "notes/a.json"]);
        fs::create_dir(folder.path().join("empty")).unwrap();
        let found = find(&["empty", "full", "notes"].map(|below| at(&folder, below)));
        assert_eq!(names(&found), ["a.tif"]);
        assert!(found.problems.is_empty());
        let empty: Vec<(String, bool, bool)> = found
            .empty
            .iter()
            .map(|(name, error)| (name.clone(), error.message.contains("no file"), error.message.contains("no scan")))
            .collect();
        let expected = [(given(&folder, "empty"), true, false), (given(&folder, "notes"), false, true)];
        assert_eq!(empty, expected);
    }

    #[test]
    fn counts_under_a_text_s_name_are_read_where_a_sidecar_describes_them() {
        let folder = folder(&["a.txt", "b.txt", "c.csv"]);
        let raw = r#"{"raw": {"width": 2, "height": 2, "type": "u8"}}"#;
        fs::write(folder.path().join("a.txt.json"), raw).unwrap();
        fs::write(folder.path().join("b.json"), raw).unwrap();
        fs::write(folder.path().join("c.csv.TOML"), "[raw]\nwidth = 2\nheight = 2\ntype = 'u8'").unwrap();
        let found = find(&[at(&folder, "")]);
        assert_eq!(names(&found), ["a.txt", "c.csv"]);
        let reasons: Vec<(&str, &str)> =
            found.ignored.iter().map(|ignored| (ignored.name.as_str(), ignored.reason.as_str())).collect();
        let expected = [
            ("a.txt.json", "sidecar"),
            ("b.json", "report or sidecar without a scan"),
            ("b.txt", "document"),
            ("c.csv.TOML", "sidecar"),
        ];
        assert_eq!(reasons, expected);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_loops_end() {
        use std::os::unix::fs::symlink;
        let folder = folder(&["x/a.tif"]);
        symlink(folder.path(), folder.path().join("x/up")).unwrap();
        symlink("a.tif", folder.path().join("x/b.tif")).unwrap();
        symlink("nowhere", folder.path().join("x/c.tif")).unwrap();
        assert_eq!(find(&[at(&folder, "x/c*")]).problems[0].0, "c.tif");
        assert!(find(&[at(&folder, "x/a*")]).problems.is_empty(), "a pattern is not answered with what it leaves out");
        let found = find(&[at(&folder, "")]);
        assert_eq!(names(&found), ["x/a.tif"]);
        let ignored: Vec<(&str, &str)> =
            found.ignored.iter().map(|ignored| (ignored.name.as_str(), ignored.reason.as_str())).collect();
        assert_eq!(
            ignored,
            [("x/up", "a link back to a folder above it"), ("x/b.tif", "the same file was already found"),]
        );
        assert_eq!(found.problems.len(), 1, "{:?}", found.problems);
        assert_eq!(found.problems[0].0, "x/c.tif", "a broken link is named as a file there would be");
    }
}
