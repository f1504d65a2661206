//! A model over every scan of a set.

use crate::evaluate::dataset::{Case, Dataset};
use crate::evaluate::statistics::PixelHistogram;
use crate::evaluate::{HitRule, Outcome, mark, patches};
use crate::pipeline::{Job, Line, Workers};
use crate::scan::{Error, Fault, Result};
use crate::source::Entry;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// What a model made of a set.
pub(super) struct Visited {
    /// By scan, in the set's order.
    pub(super) outcomes: Vec<Outcome>,
    /// The pixels of all maps; none where the model has no map or the truth no places.
    pub(super) pixels: Option<PixelHistogram>,
}

/// The work of a case for the line.
pub(super) fn job(case: &Case) -> Job {
    let entry = Entry { path: case.path.clone(), name: case.name.clone() };
    Job { name: case.name.clone(), stem: case.name.clone(), entry: Ok(entry) }
}

/// Runs `line` over the set; none where `stop` was set before the end. `on_done` hears of each scan.
///
/// # Errors
/// What is wrong with the truth of a scan, as the user's fault: figures against half of a truth mislead.
pub(super) fn visit(
    line: &Line<'_>,
    set: &Dataset,
    workers: Workers,
    rule: HitRule,
    stop: &AtomicBool,
    mut on_done: impl FnMut(&Outcome),
) -> Result<Option<Visited>> {
    let pixels = Mutex::new((PixelHistogram::new(), false));
    let work = |index: usize| {
        let case = &set.cases[index];
        let done = line.process(&job(case), workers.threads_per_scan as u32);
        let size = done.report.scan.height.zip(done.report.scan.width);
        let Some(size) = size else {
            // It could not be read: no region is compared with anything.
            return Ok(Outcome::new(case, &done.report, &vec![None; case.loads.len()], rule));
        };
        let truth = |error: Error| Error { fault: Fault::Parameter, ..error };
        if case.sha256.is_some_and(|digest| done.report.scan.sha256 != Some(digest)) {
            return Err(Error::parameter("the file is not the one that its truth is of: their SHA-256 differ")
                .at(case.name.clone())
                .help("bring back the file, or make the truth again"));
        }
        let loads = patches(case, size, &line.settings.limits).map_err(truth)?;
        if let Some(map) = &done.map
            && (!case.loaded || !case.loads.is_empty())
        {
            let mut own = PixelHistogram::new();
            if mark(&mut own, map, &loads, size)? {
                // Counts are whole numbers: the order in which scans come does not matter.
                let mut all = pixels.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                all.0.merge(&own);
                all.1 = true;
            }
        }
        Ok(Outcome::new(case, &done.report, &loads, rule))
    };
    let outcomes = workers.each(set.cases.len(), stop, work, |_, outcome| on_done(outcome))?;
    let (pixels, any) = pixels.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let outcomes: Option<Vec<Outcome>> = outcomes.into_iter().collect();
    Ok(outcomes.map(|outcomes| Visited { outcomes, pixels: any.then_some(pixels) }))
}
