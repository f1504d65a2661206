//! Walking folders, matching globs, and naming what is found there.

use super::discover::{Discovery, Entry, Ignored};
use super::open::io;
use super::{companions, names};
use crate::scan::Error;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// What makes a path that does not exist a glob.
const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

/// Finds files and names them. There is one style of names: what is found inside a folder or by a glob is called by its path
/// below that folder (a glob's: the folders before its first wildcard), and a path that was given itself, as an argument or
/// in a list, by that path. So a scan has one name whatever else is given, and what is missing is named as if it were there.
#[derive(Default)]
pub(super) struct Search {
    /// Files to read, and what keeps the rest from being read.
    found: Vec<(Name, PathBuf)>,
    problems: Vec<(Name, Error)>,
    empty: Vec<(Name, Error)>,
    ignored: Vec<Ignored>,
    seen: BTreeSet<PathBuf>,
    skip: Option<PathBuf>,
}

/// A name, and the longer one that is taken where several share the first.
type Name = (String, String);

impl Search {
    /// `skip` is a folder that is not entered.
    pub(super) fn new(skip: Option<&Path>) -> Self {
        Self { skip: skip.and_then(|folder| folder.canonicalize().ok()), ..Self::default() }
    }

    /// What was given cannot be used: a path, a pattern or the list on standard input.
    pub(super) fn problem(&mut self, input: &str, error: Error) {
        self.unusable(given(), Path::new(input), error);
    }

    /// A path below `base` cannot be used.
    fn unusable(&mut self, base: &Path, path: &Path, error: Error) {
        let below = Some(name(base, path)).filter(|below| !below.is_empty()).unwrap_or_else(|| names::shown(path));
        // A leading slash or .. is not in a name, and yet says where it was looked for.
        let error = if base == given() && path.as_os_str() != below.as_str() {
            Error { message: format!("{}: {}", error.message, names::shown(path)), ..error }
        } else {
            error
        };
        self.problems.push(((below, names::of(path)), error));
    }

    /// The paths of a list, which a program made: companions stand in it as they do in a folder.
    pub(super) fn listed(&mut self, paths: &[PathBuf]) {
        let sidecars = companions::sidecar_names(paths.iter());
        for path in paths {
            match std::fs::metadata(path) {
                Ok(about) if about.is_dir() => self.walk(path, None),
                Ok(_) => match companions::reason(path, &sidecars) {
                    Some(reason) => self.ignore(given(), path, reason),
                    None => self.add(given(), path.clone()),
                },
                Err(error) => self.unusable(given(), path, io(&error)),
            }
        }
    }

    /// An argument: a file, a folder or a glob.
    pub(super) fn input(&mut self, input: &Path) {
        match std::fs::metadata(input) {
            Ok(about) if about.is_dir() => self.walk(input, None),
            Ok(_) => self.add(given(), input.to_owned()),
            Err(error) => match input.to_str().filter(|text| text.contains(WILDCARDS)) {
                Some(pattern) => self.glob(pattern),
                None => self.unusable(given(), input, io(&error)),
            },
        }
    }

    /// A file to read, unless it was found before.
    fn add(&mut self, base: &Path, path: PathBuf) {
        // A link and its target are one scan; what cannot be resolved fails later, when it is read.
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.seen.insert(real) {
            self.found.push(((name(base, &path), names::of(&path)), path));
        } else {
            self.ignore(base, &path, "the same file was already found");
        }
    }

    /// Everything below `base`, or what matches there.
    fn walk(&mut self, base: &Path, matcher: Option<(&str, &GlobMatcher)>) {
        let before = self.problems.len();
        let mut files = Vec::new();
        let (mut unseen, mut broken) = (Vec::new(), Vec::new());
        // What portray writes there; scans that lie in the same folder are scans all the same.
        let skip: Vec<PathBuf> =
            self.skip.iter().flat_map(|out| ["scans", "overlays"].map(|own| out.join(own))).collect();
        let walk = WalkDir::new(base).follow_links(true).sort_by_file_name().into_iter().filter_entry(|entry| {
            let hidden = entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
            let skipped = entry.depth() > 0
                && entry.file_type().is_dir()
                && !skip.is_empty()
                && entry.path().canonicalize().is_ok_and(|real| skip.contains(&real));
            if hidden && !skipped {
                unseen.push(entry.path().to_owned());
            }
            !hidden && !skipped
        });
        let walked: Vec<_> = walk.collect();
        for entry in walked {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
                Ok(entry) => self.ignore(base, entry.path(), "not a regular file"),
                Err(error) if error.loop_ancestor().is_some() => {
                    self.ignore(base, error.path().unwrap_or(base), "a link back to a folder above it");
                }
                Err(error) => {
                    // Named as a file there would be: below the folder, or the folder itself where it cannot be entered.
                    let fault = error.io_error().map_or_else(|| Error::io(error.to_string()), io);
                    match error.path().filter(|path| *path != base) {
                        Some(path) => broken.push((path.to_owned(), fault)),
                        None => self.unusable(given(), base, fault),
                    }
                }
            }
        }
        if let Some((pattern, matcher)) = matcher {
            // A file matches itself or by a folder that holds it, as a shell would hand over that folder.
            let matches = |file: &PathBuf| {
                let below = file.strip_prefix(base).unwrap_or(file);
                below.ancestors().any(|part| !part.as_os_str().is_empty() && matcher.is_match(part))
            };
            files.retain(matches);
            unseen.retain(matches);
            broken.retain(|(path, _)| matches(path));
            if files.is_empty() && broken.is_empty() {
                self.problem(pattern, Error::io("no file matches"));
            }
        }
        for (path, error) in broken {
            self.unusable(base, &path, error);
        }
        for path in &unseen {
            self.ignore(base, path, if path.is_dir() { "hidden folder, not entered" } else { "hidden file" });
        }
        files.sort_by_cached_key(|file| names::of(file.strip_prefix(base).unwrap_or(file)).into_bytes());
        let sidecars = companions::sidecar_names(files.iter());
        let (empty, mut scans) = (files.is_empty(), 0);
        for file in files {
            if let Some(reason) = companions::reason(&file, &sidecars) {
                self.ignore(base, &file, reason);
            } else {
                scans += 1;
                self.add(base, file);
            }
        }
        // A folder that a program was to fill, or that is not mounted, must not pass for a day without scans.
        let own = self.skip.is_some() && self.skip == base.canonicalize().ok();
        if matcher.is_none() && scans == 0 && !own && self.problems.len() == before {
            let what = if empty { "the folder holds no file" } else { "the folder holds no scan" };
            self.unusable(given(), base, Error::io(what).help("leave it out if that is as it should be"));
            self.empty.extend(self.problems.pop());
        }
    }

    fn ignore(&mut self, base: &Path, path: &Path, reason: &str) {
        self.ignored.push(Ignored { name: name(base, path), reason: reason.to_owned() });
    }

    /// A pattern: the folders before its first wildcard are walked.
    fn glob(&mut self, pattern: &str) {
        let parts: Vec<&str> = pattern.split('/').collect();
        let first = parts.iter().position(|part| part.contains(WILDCARDS)).unwrap_or(parts.len());
        let base = match parts[..first].join("/") {
            base if base.is_empty() && pattern.starts_with('/') => PathBuf::from("/"),
            base if base.is_empty() => PathBuf::from("."),
            base => PathBuf::from(base),
        };
        match GlobBuilder::new(&parts[first..].join("/")).literal_separator(true).build() {
            Ok(glob) if base.is_dir() => self.walk(&base, Some((pattern, &glob.compile_matcher()))),
            Ok(_) => self.problem(pattern, Error::io(format!("no such folder: {}", base.display()))),
            Err(error) => {
                self.problem(pattern, Error::parameter(format!("not a file and not a pattern: {}", error.kind())));
            }
        }
    }

    /// Gives every scan a name of its own, those that cannot be used among them.
    pub(super) fn finish(self) -> Discovery {
        let (found, problems, empty) = (self.found, self.problems, self.empty);
        let told = problems.iter().chain(&empty).map(|(name, _)| name);
        let mut pairs: Vec<Name> = found.iter().map(|(name, _)| name).chain(told).cloned().collect();
        names::unique(&mut pairs);
        let mut names = pairs.into_iter().map(|(name, _)| name);
        Discovery {
            entries: found.into_iter().zip(names.by_ref()).map(|((_, path), name)| Entry { path, name }).collect(),
            problems: problems.into_iter().zip(names.by_ref()).map(|((_, error), name)| (name, error)).collect(),
            empty: empty.into_iter().zip(names).map(|((_, error), name)| (name, error)).collect(),
            ignored: self.ignored,
        }
    }
}

/// The base of a path that was given itself: it is called by the whole of it.
fn given() -> &'static Path {
    Path::new("")
}

/// The name of what lies below `base`.
fn name(base: &Path, path: &Path) -> String {
    names::of(path.strip_prefix(base).unwrap_or(path))
}
