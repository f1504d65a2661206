//! The output folder: `scans/STEM.json` and `overlays/STEM.png` as they come, the lists at the end.

use super::line::{Job, Line};
use super::run::Totals;
use crate::judge::Verdict;
use crate::report::{
    ErrorInfo, FailedScan, Generator, IgnoredFile, Report, Row, ScanInfo, Summary, SummaryTimings, TEMPORARY, lock,
    to_csv, to_json, write_atomically,
};
use crate::scan::{Error, Result};
use crate::source;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where reports go.
#[derive(Debug, Clone)]
pub struct OutputFolder {
    root: PathBuf,
    keep: bool,
    /// Held as long as any copy of this lives.
    _lock: Option<Arc<File>>,
}

/// What the closing files say beside the scans.
#[derive(Debug, Clone)]
pub struct Finish {
    /// Files found that are no scans.
    pub ignored: Vec<IgnoredFile>,
    /// Wall times, unless left out.
    pub timings: Option<SummaryTimings>,
}

impl OutputFolder {
    /// Makes the folder where it is missing, and locks it against other runs. With `keep`, reports of an earlier run that
    /// still hold are not made again.
    ///
    /// # Errors
    /// An i/o error where it cannot be made or written to: better now than after an hour's work. A parameter error where
    /// another run is at work in it.
    pub fn create(root: &Path, keep: bool) -> Result<Self> {
        for folder in ["scans", "overlays"] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(|error| {
                Error::io(format!("the output folder {} cannot be made: {error}", path.display()))
                    .help("choose another --out")
            })?;
            tempfile::tempfile_in(&path).map_err(|error| {
                Error::io(format!("the output folder {} cannot be written to: {error}", path.display()))
                    .help("choose another --out")
            })?;
        }
        Ok(Self { root: root.to_owned(), keep, _lock: lock(root)?.map(Arc::new) })
    }

    /// The folder's path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn report_path(stem: &str) -> String {
        format!("scans/{stem}.json")
    }

    fn overlay_path(stem: &str) -> String {
        format!("overlays/{stem}.overlay.png")
    }

    /// The row of an earlier run's report, if it was made from the same bytes by the same program, model
    /// and settings, and its overlay is still there. Failed scans are always tried again.
    pub(super) fn still_holds(&self, line: &Line<'_>, job: &Job) -> Option<Row> {
        if !self.keep {
            return None;
        }
        let path = Self::report_path(&job.stem);
        let report = Report::from_json(&fs::read(self.root.join(&path)).ok()?).ok()?;
        let same_way = report.generator == Generator::this()
            && report.model == line.model()
            && report.settings == line.settings
            && report.calibration.as_ref().map(|calibration| calibration.sha256) == line.calibration_sha256()
            && report.timings.is_some() == line.timings
            && report.scan.name == job.name
            && report.verdict != Verdict::Failed
            && report.overlay.is_some() == line.wants_overlay(report.verdict);
        if !same_way || report.overlay.as_ref().is_some_and(|overlay| !self.root.join(overlay).is_file()) {
            return None;
        }
        let file = source::load(job.entry.as_ref().ok()?, &line.settings.limits).ok()?;
        (report.scan.sha256 == Some(file.digest) && report.scan.sidecar_sha256 == file.sidecar_digest)
            .then(|| Row::of(&report, path))
    }

    /// Keeps what an earlier run said of another scan that had this name: the next day's folder may hold the same
    /// names, and what was flagged yesterday must not vanish. Failed scans left nothing to keep.
    fn put_aside(&self, stem: &str, new: &Report) -> Result<()> {
        let path = self.root.join(Self::report_path(stem));
        let Some(mut old) = fs::read(&path).ok().and_then(|bytes| Report::from_json(&bytes).ok()) else {
            return Ok(());
        };
        let Some(digest) = old.scan.sha256.filter(|_| old.verdict != Verdict::Failed) else { return Ok(()) };
        if new.scan.sha256 == Some(digest) {
            return Ok(());
        }
        let aside = format!("{stem}~{}", &digest.to_string()[..8]);
        // Copied and then overwritten: whenever the program is killed, either copy is there.
        if let Some(picture) = old.overlay.take().and_then(|overlay| fs::read(self.root.join(overlay)).ok()) {
            let overlay = Self::overlay_path(&aside);
            write_atomically(&self.root.join(&overlay), &picture)?;
            old.overlay = Some(overlay);
        }
        write_atomically(&self.root.join(Self::report_path(&aside)), &to_json(&old)?)
    }

    /// Writes a report and its overlay in place of what an earlier run left on the same scan. A report with a number that
    /// JSON cannot hold is that scan's failure, and not the end of the run.
    pub(super) fn deliver(
        &self,
        stem: &str,
        report: Report,
        overlay: Option<Vec<u8>>,
    ) -> Result<(Row, Option<ErrorInfo>)> {
        let overlay_path = Self::overlay_path(stem);
        let report = Report { overlay: overlay.is_some().then(|| overlay_path.clone()), ..report };
        let (report, bytes, overlay) = match to_json(&report) {
            Ok(bytes) => (report, bytes, overlay),
            Err(error) => {
                let report = unwritten(report, &error);
                let bytes = to_json(&report)?;
                (report, bytes, None)
            }
        };
        self.put_aside(stem, &report)?;
        match overlay {
            Some(picture) => write_atomically(&self.root.join(&overlay_path), &picture)?,
            None => match fs::remove_file(self.root.join(&overlay_path)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io(format!("the old {overlay_path} cannot be removed: {error}")));
                }
                _ => {}
            },
        }
        let path = Self::report_path(stem);
        write_atomically(&self.root.join(&path), &bytes)?;
        let row = Row::of(&report, path);
        Ok((row, report.error))
    }

    /// Writes `reports.jsonl` (in the order of the scans), `reports.csv` and `summary.json` (ranked) and
    /// returns the summary. `summary.json` comes last: where it stands, the other files do too, and its `interrupted` says
    /// whether every scan was done. A report that cannot be read back any more makes its scan a failed one, in `totals`
    /// too; `exit_code` is asked after that.
    ///
    /// # Errors
    /// An i/o error where a file cannot be written.
    pub fn finish(
        &self,
        line: &Line<'_>,
        totals: &mut Totals,
        finish: Finish,
        exit_code: impl FnOnce(&Totals) -> u8,
    ) -> Result<Summary> {
        let mut failed = Vec::new();
        let file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&self.root).map_err(unwritable)?;
        let mut lines = BufWriter::new(file);
        for row in &mut totals.rows {
            match self.read_back(row) {
                Ok(report) => {
                    serde_json::to_writer(&mut lines, &report).map_err(unwritable)?;
                    lines.write_all(b"\n").map_err(unwritable)?;
                    if let Some(error) = report.error {
                        failed.push(FailedScan { name: report.scan.name, error });
                    }
                }
                Err(error) => {
                    totals.counts.fail(row.verdict);
                    row.verdict = Verdict::Failed;
                    row.reason = Some(error.to_string());
                    failed.push(FailedScan { name: row.name.clone(), error: error.into() });
                }
            }
        }
        let file = lines.into_inner().map_err(|error| unwritable(error.into_error()))?;
        crate::report::persist(file, &self.root.join("reports.jsonl"))?;
        let mut scans = totals.rows.clone();
        scans.sort_by(Row::rank);
        write_atomically(&self.root.join("reports.csv"), &to_csv(&scans)?)?;
        let summary = Summary {
            schema_version: Summary::VERSION,
            generator: Generator::this(),
            exit_code: exit_code(totals),
            counts: totals.counts,
            model: line.model(),
            settings: line.settings.clone(),
            calibration_sha256: line.calibration_sha256(),
            scans,
            failed,
            stale: self.stale(&totals.rows)?,
            ignored: finish.ignored,
            interrupted: totals.interrupted,
            timings: finish.timings,
        };
        write_atomically(&self.root.join("summary.json"), &to_json(&summary)?)?;
        Ok(summary)
    }

    /// Reports of earlier runs on other scans: they stay, for they may be all there is of those, and are named.
    fn stale(&self, rows: &[Row]) -> Result<Vec<String>> {
        let ours: HashSet<&str> = rows.iter().map(|row| row.report.as_str()).collect();
        let unreadable = |error| Error::io(format!("the folder of reports cannot be listed: {error}"));
        let mut stale = Vec::new();
        for entry in fs::read_dir(self.root.join("scans")).map_err(unreadable)? {
            let path = format!("scans/{}", entry.map_err(unreadable)?.file_name().to_string_lossy());
            if !ours.contains(path.as_str()) {
                stale.push(path);
            }
        }
        stale.sort();
        Ok(stale)
    }

    fn read_back(&self, row: &Row) -> Result<Report> {
        let bytes = fs::read(self.root.join(&row.report))
            .map_err(|error| Error::io(format!("{} cannot be read back: {error}", row.report)))?;
        Report::from_json(&bytes)
    }

    /// Removes the closing files of an earlier run, so that none of them is taken for this one's, and what a killed run
    /// left half written. No other run is at work here: this one holds the folder's lock.
    ///
    /// # Errors
    /// An i/o error where one cannot be removed.
    pub fn open_run(&self) -> Result<()> {
        for folder in [self.root.clone(), self.root.join("scans"), self.root.join("overlays")] {
            let unreadable = |error| Error::io(format!("{} cannot be listed: {error}", folder.display()));
            for entry in fs::read_dir(&folder).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                    let path = entry.path();
                    fs::remove_file(&path)
                        .map_err(|error| Error::io(format!("{} cannot be removed: {error}", path.display())))?;
                }
            }
        }
        for name in ["summary.json", "reports.jsonl", "reports.csv"] {
            match fs::remove_file(self.root.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io(format!("the old {name} cannot be removed: {error}")));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The failed report in place of one that cannot be written: what is known of the file stays, and what was judged goes.
fn unwritten(report: Report, error: &Error) -> Report {
    let Report { scan, model, settings, .. } = report;
    let known = ScanInfo {
        sha256: scan.sha256,
        sidecar_sha256: scan.sidecar_sha256,
        bytes: scan.bytes,
        ..ScanInfo::unread(&scan.name)
    };
    let error = Error::bug(format!("the report would not be readable: {}", error.message))
        .help("please report it together with the scan's header");
    Report::failed(known, error, model, settings)
}

fn unwritable(error: impl std::fmt::Display) -> Error {
    Error::io(format!("reports.jsonl cannot be written: {error}")).help("check that the disk is not full")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ModelReport, RunSettings};
    use crate::scan::{Digest, Fault};

    fn report(score: f32) -> Report {
        let model = ModelReport::stand_in();
        let scan =
            ScanInfo { sha256: Some(Digest::of(b"scan")), bytes: Some(4), width: Some(7), ..ScanInfo::unread("a.tif") };
        let failed = Report::failed(scan, Error::bug("none"), model, RunSettings::default());
        Report { verdict: Verdict::Flagged, score: Some(score), error: None, reasons: vec![], ..failed }
    }

    #[test]
    fn a_report_with_a_number_that_json_cannot_hold_is_a_failed_one() {
        let root = tempfile::tempdir().unwrap();
        let folder = OutputFolder::create(root.path(), true).unwrap();
        let delivered = |score| folder.deliver("a.tif", report(score), Some(b"picture".to_vec())).unwrap().0;
        let written = || Report::from_json(&fs::read(root.path().join("scans/a.tif.json")).unwrap()).unwrap();
        let overlay = root.path().join("overlays/a.tif.overlay.png");

        assert_eq!(delivered(0.5).verdict, Verdict::Flagged);
        assert_eq!((written().score, overlay.is_file()), (Some(0.5), true));

        let row = delivered(f32::NAN);
        assert_eq!((row.verdict, row.score, row.overlay), (Verdict::Failed, None, None));
        let failed = written();
        let error = failed.error.unwrap();
        assert_eq!(error.fault, Fault::Bug);
        assert!(error.message.ends_with("cannot be written: score is NaN"), "{}", error.message);
        // The file can be found again, and no picture stands for what was not judged.
        assert_eq!(
            (failed.scan.sha256, failed.scan.bytes, failed.scan.width),
            (Some(Digest::of(b"scan")), Some(4), None)
        );
        assert!(!overlay.exists());
    }
}
