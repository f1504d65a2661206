//! Regions against loads: the free-response curve.
//!
//! A load is found at a threshold when a region that hits it scores at least as high; a region that hits no load is false.
//! Sensitivity counts loads, not scans, and false regions are counted per scan, over all scans that were given: for the curve of
//! Bunch and others (SPIE 127, 1977) give scans with and without loads, for false regions on clean scans alone give those their
//! own curve.

use super::error::{Error, Result, within};
use super::weights::Weights;

/// A region that was marked in a scan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MarkedRegion {
    /// Its score; higher is more suspicious.
    pub score: f64,
    /// The loads of its scan that it hits, counted from 0; none makes it a false region.
    pub loads: Vec<usize>,
}

/// A scan's loads and regions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MarkedScan {
    /// Number of loads in it; 0 for a clean scan.
    pub loads: usize,
    /// The regions, in any order.
    pub regions: Vec<MarkedRegion>,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrocPoint {
    /// Regions of at least this score count.
    pub threshold: f64,
    /// False regions per scan.
    pub false_per_scan: f64,
    /// Share of the loads that are found.
    pub sensitivity: f64,
    /// Share of the regions that hit a load; `None` where no region counts.
    pub precision: Option<f64>,
}

/// What happens at a score.
#[derive(Debug, Clone, Copy)]
enum Event {
    LoadFound,
    TrueRegion,
    FalseRegion,
}

/// All regions and loads by falling score.
#[derive(Debug, Clone)]
pub struct Froc {
    events: Vec<(f64, u32, Event)>,
    /// Loads of every scan.
    loads: Vec<u32>,
}

impl Froc {
    /// Sorts the regions of all scans.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`] for a NaN score (its place counts the regions of all scans); [`Error::Range`] for a region that hits a load
    /// that its scan does not have.
    ///
    /// # Panics
    ///
    /// With more than 2^32 scans, or loads in a scan.
    pub fn new(scans: &[MarkedScan]) -> Result<Self> {
        let number = |count: usize| u32::try_from(count).expect("fewer than 2^32");
        let (mut events, mut seen) = (Vec::new(), 0);
        for (at, scan) in scans.iter().enumerate() {
            let at = number(at);
            let mut best: Vec<Option<f64>> = vec![None; scan.loads];
            for region in &scan.regions {
                if region.score.is_nan() {
                    return Err(Error::NotANumber { what: "scores of regions", at: seen });
                }
                seen += 1;
                let event = if region.loads.is_empty() { Event::FalseRegion } else { Event::TrueRegion };
                events.push((region.score, at, event));
                for &load in &region.loads {
                    within("load that a region hits", load as f64, "a load of its scan", load < scan.loads)?;
                    best[load] = Some(best[load].map_or(region.score, |score| score.max(region.score)));
                }
            }
            events.extend(best.into_iter().flatten().map(|score| (score, at, Event::LoadFound)));
        }
        events.sort_by(|a, b| (b.0 + 0.0).total_cmp(&(a.0 + 0.0)));
        Ok(Self { events, loads: scans.iter().map(|scan| number(scan.loads)).collect() })
    }

    /// Goes down the distinct scores; `visit` gets every point and says whether to go on. `false` where there are no loads or scans.
    fn walk(&self, weights: Weights<'_>, mut visit: impl FnMut(FrocPoint) -> bool) -> bool {
        weights.check(self.loads.len());
        let (mut scans, mut loads) = (0.0, 0.0);
        for (scan, &count) in (0..).zip(&self.loads) {
            let weight = weights.of(scan);
            scans += weight;
            loads += weight * f64::from(count);
        }
        if loads <= 0.0 {
            return false;
        }
        let (mut found, mut hits, mut wrong) = (0.0, 0.0, 0.0);
        let point = |threshold, found: f64, hits: f64, wrong: f64| FrocPoint {
            threshold,
            false_per_scan: wrong / scans,
            sensitivity: found / loads,
            precision: (hits + wrong > 0.0).then(|| hits / (hits + wrong)),
        };
        if !visit(point(f64::INFINITY, 0.0, 0.0, 0.0)) {
            return true;
        }
        for group in self.events.chunk_by(|a, b| a.0 == b.0) {
            for (_, scan, event) in group {
                *match event {
                    Event::LoadFound => &mut found,
                    Event::TrueRegion => &mut hits,
                    Event::FalseRegion => &mut wrong,
                } += weights.of(*scan);
            }
            if !visit(point(group[0].0, found, hits, wrong)) {
                break;
            }
        }
        true
    }

    /// The curve, from no regions at a threshold of infinity to all of them, a point for every distinct score; `weights` count scans.
    /// `None` without loads.
    ///
    /// # Panics
    ///
    /// Unless the weights have a place for every scan.
    pub fn curve(&self, weights: Weights<'_>) -> Option<Vec<FrocPoint>> {
        let mut points = Vec::new();
        let visit = |point| {
            points.push(point);
            true
        };
        self.walk(weights, visit).then_some(points)
    }

    /// The sensitivity at each rate of false regions per scan: the highest of any threshold whose rate is at most that, not
    /// interpolated. NaN without loads.
    ///
    /// # Panics
    ///
    /// Unless the weights have a place for every scan.
    pub fn sensitivities(&self, rates: &[f64], weights: Weights<'_>) -> Vec<f64> {
        let mut best = vec![0.0; rates.len()];
        let visit = |point: FrocPoint| {
            for (best, &rate) in best.iter_mut().zip(rates) {
                if point.false_per_scan <= rate {
                    *best = point.sensitivity;
                }
            }
            true
        };
        if !self.walk(weights, visit) {
            best.fill(f64::NAN);
        }
        best
    }

    /// Sensitivity, false regions and precision at a threshold; `None` without loads.
    ///
    /// # Panics
    ///
    /// Unless the weights have a place for every scan.
    pub fn at_threshold(&self, threshold: f64, weights: Weights<'_>) -> Option<FrocPoint> {
        let mut last = None;
        self.walk(weights, |point| {
            let counts = point.threshold >= threshold;
            if counts {
                last = Some(FrocPoint { threshold, ..point });
            }
            counts
        });
        last
    }
}
