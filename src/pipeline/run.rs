//! Many scans at once.

use super::folder::OutputFolder;
use super::line::{Job, Line, Outcome};
use crate::report::{Counts, ErrorInfo, Row};
use crate::scan::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// The thread budget, split once: `scans_at_once * threads_per_scan` threads in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workers {
    /// Scans worked on at once, at least 1; bounds the memory in flight.
    pub scans_at_once: usize,
    /// Threads each of them may use, at least 1.
    pub threads_per_scan: usize,
}

impl Workers {
    /// Does `work` for every number under `count`, `scans_at_once` of them side by side; `on_done` hears of each on the calling thread,
    /// in the order they finish. What was not done because `stop` was set is none in the answer.
    ///
    /// Workers are plain threads with a rayon pool each: on one shared pool a worker that waits for its own
    /// rows would start another scan meanwhile, and the number of scans in memory would have no bound.
    ///
    /// # Errors
    /// The first error of `work`, which ends the rest; a bug error where no thread can be started.
    pub fn each<T: Send>(
        self,
        count: usize,
        stop: &AtomicBool,
        work: impl Fn(usize) -> Result<T> + Sync,
        mut on_done: impl FnMut(usize, &T),
    ) -> Result<Vec<Option<T>>> {
        let next = AtomicUsize::new(0);
        // Not `stop`: that one tells callers that somebody wanted the end.
        let broken: Mutex<Option<Error>> = Mutex::new(None);
        let failed = AtomicBool::new(false);
        let (sender, receiver) = mpsc::channel::<(usize, T)>();
        let mut all: Vec<Option<T>> = (0..count).map(|_| None).collect();
        let pools = (0..self.scans_at_once.clamp(1, count.max(1)))
            .map(|_| rayon::ThreadPoolBuilder::new().num_threads(self.threads_per_scan.max(1)).build())
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|error| Error::bug(format!("no thread can be started: {error}")).help("lower --threads"))?;
        std::thread::scope(|scope| {
            for pool in &pools {
                let (sender, next, broken, failed, work) = (sender.clone(), &next, &broken, &failed, &work);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) && !failed.load(Ordering::Relaxed) {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            break;
                        }
                        match pool.install(|| work(index)) {
                            // The receiver outlives the scope.
                            Ok(done) => drop(sender.send((index, done))),
                            Err(error) => {
                                broken.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
                                failed.store(true, Ordering::Relaxed);
                            }
                        }
                    }
                });
            }
            drop(sender);
            for (index, done) in &receiver {
                on_done(index, &done);
                all[index] = Some(done);
            }
        });
        match broken.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(all),
        }
    }
}

/// One scan is done and its report is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The scan's place in the list of jobs.
    pub index: usize,
    /// Its row.
    pub row: Row,
    /// Why it failed, as in its report.
    pub error: Option<ErrorInfo>,
    /// Whether an earlier run's report still held and was kept.
    pub kept: bool,
    /// Time inside the runtime, in ms; 0 where the report was kept or holds no times.
    pub runtime_ms: f64,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// A row for every scan that was done, in the order of the jobs.
    pub rows: Vec<Row>,
    /// Verdicts.
    pub counts: Counts,
    /// How many reports of an earlier run were kept.
    pub kept: u64,
    /// Time inside the runtime over all scans, in ms.
    pub runtime_ms: f64,
    /// True where `stop` ended the run early.
    pub interrupted: bool,
}

/// Works through the jobs and writes each report as soon as it is there; `on_done` hears of each on the
/// calling thread, in the order they finish. Setting `stop` ends the run after the scans in work.
///
/// # Errors
/// An i/o error where a report cannot be written: a run that cannot say what it found must not go on.
/// A bug error where no thread can be started.
pub fn run(
    line: &Line<'_>,
    jobs: &[Job],
    workers: Workers,
    folder: &OutputFolder,
    stop: &AtomicBool,
    mut on_done: impl FnMut(&Done),
) -> Result<Totals> {
    let mut totals =
        Totals { rows: Vec::new(), counts: Counts::default(), kept: 0, runtime_ms: 0.0, interrupted: false };
    let work = |index: usize| one(line, index, &jobs[index], folder, workers.threads_per_scan as u32);
    let rows = workers.each(jobs.len(), stop, work, |_, done: &Done| {
        totals.counts.add(done.row.verdict);
        totals.kept += u64::from(done.kept);
        totals.runtime_ms += done.runtime_ms;
        on_done(done);
    })?;
    totals.interrupted = rows.iter().any(Option::is_none);
    totals.rows = rows.into_iter().flatten().map(|done| done.row).collect();
    Ok(totals)
}

fn one(line: &Line<'_>, index: usize, job: &Job, folder: &OutputFolder, threads: u32) -> Result<Done> {
    // An old report that cannot even be looked at is made anew.
    let kept = catch_unwind(AssertUnwindSafe(|| folder.still_holds(line, job))).ok().flatten();
    if let Some(row) = kept {
        return Ok(Done { index, row, error: None, kept: true, runtime_ms: 0.0 });
    }
    let Outcome { report, overlay, .. } = line.process(job, threads);
    let runtime_ms = report.timings.map_or(0.0, |timings| timings.runtime_ms);
    let (row, error) = folder.deliver(&job.stem, report, overlay)?;
    Ok(Done { index, row, error, kept: false, runtime_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_ends_the_work_and_is_no_wish_to_stop() {
        let stop = AtomicBool::new(false);
        let workers = Workers { scans_at_once: 2, threads_per_scan: 1 };
        let work = |number: usize| if number == 3 { Err(Error::io("gone")) } else { Ok(number) };
        let error = workers.each(1000, &stop, work, |_, _| {}).unwrap_err();
        assert_eq!(error.message, "gone");
        // Whoever looks at `stop` afterwards would take an error for an interruption, and say nothing of it.
        assert!(!stop.load(Ordering::Relaxed));
        let done = workers.each(10, &stop, |number| Ok(number * 2), |_, _| {}).unwrap();
        assert_eq!(done, (0..10).map(|number| Some(number * 2)).collect::<Vec<_>>());
        stop.store(true, Ordering::Relaxed);
        let none = workers.each(10, &stop, Ok, |_, _: &usize| {}).unwrap();
        assert!(none.iter().all(Option::is_none));
    }
}
