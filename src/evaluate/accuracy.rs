//! Outcomes to figures.

use super::figures::{
    Accuracy, Counts, DetectionAt, Estimate, Figures, FrocAt, MassFigures, OperatingFigures, PixelFigures,
    RankingFigures, RegionFigures, Share, StratumFigures,
};
use super::outcome::{LoadOutcome, Outcome};
use super::settings::Checked;
use super::statistics::{
    Bootstrap, DeLong, Froc, Interval, MarkedRegion, MarkedScan, PartialAuc, PixelHistogram, Ranking, Rounds, Weights,
    effective_cases, quantile, wilson_effective,
};
use super::strata::{LoadFilter, Stratum, strata};
use crate::judge::Verdict;
use crate::scan::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};

/// The score that a ranking takes: a scan that failed counts as the worst that it could be, a loaded one as never found and a
/// clean one as always alarming, so that no model gains by failing.
pub(super) fn ranked_score(outcome: &Outcome) -> f64 {
    outcome.score.unwrap_or(if outcome.loaded { f64::NEG_INFINITY } else { f64::INFINITY })
}

/// Statistics refuse what the callers here never give them.
#[expect(clippy::needless_pass_by_value, reason = "goes to map_err")]
pub(super) fn ours(error: super::statistics::Error) -> Error {
    Error::bug(format!("statistics: {error}"))
}

/// A part of the set with what its figures are made from.
struct Part {
    stratum: Option<Stratum>,
    kept: Vec<bool>,
    /// Scans that count for regions: kept, and their loads' places told.
    placed: Vec<bool>,
    ranking: Ranking,
    froc: Option<Froc>,
}

impl Part {
    fn new(all: &Ranking, outcomes: &[Outcome], stratum: Option<Stratum>) -> Result<Self> {
        let kept = stratum.as_ref().map_or_else(|| vec![true; outcomes.len()], |stratum| stratum.scans.clone());
        let filter = stratum.as_ref().map_or(&LoadFilter::All, |stratum| &stratum.loads);
        let placed: Vec<bool> =
            outcomes.iter().zip(&kept).map(|(outcome, kept)| *kept && tells_places(outcome)).collect();
        let ranking = all.restricted(&kept).map_err(ours)?;
        let any = outcomes.iter().zip(&placed).any(|(outcome, placed)| *placed && outcome.loaded);
        let marked: Vec<MarkedScan> = outcomes.iter().map(|outcome| marked(outcome, filter)).collect();
        let froc = any.then(|| Froc::new(&marked)).transpose().map_err(ours)?;
        Ok(Self { stratum, kept, placed, ranking, froc })
    }

    fn fill(&self, counts: &[u32], masked: &mut Vec<u32>, settings: &Checked, out: &mut [f64]) {
        let (scores, regions) = out.split_at_mut(settings.wanted.figures());
        self.ranking.fill(counts.into(), &settings.wanted, scores);
        let Some(froc) = &self.froc else { return };
        masked.clear();
        masked.extend(counts.iter().zip(&self.placed).map(|(&count, &placed)| if placed { count } else { 0 }));
        let weights = Weights::Counts(masked);
        regions.copy_from_slice(&froc.sensitivities(&settings.settings.false_regions, weights));
    }
}

/// How many numbers a bootstrap round gives for a part.
fn width(settings: &Checked) -> usize {
    settings.wanted.figures() + settings.settings.false_regions.len()
}

/// Whether the truth of a scan tells where everything in it is.
pub(super) fn tells_places(outcome: &Outcome) -> bool {
    !outcome.loaded || (outcome.loads.iter().all(|load| load.placed) && !outcome.loads.is_empty())
}

/// A scan's loads and regions with only the loads of `filter`; a region on another load is neither true nor false.
pub(super) fn marked(outcome: &Outcome, filter: &LoadFilter) -> MarkedScan {
    let numbers: Vec<usize> = (0..outcome.loads.len()).filter(|&at| filter.takes(&outcome.loads[at])).collect();
    let place = |hit: &usize| numbers.iter().position(|number| number == hit);
    // A clean scan that failed has someone look at it: it counts as a false region that no threshold keeps out.
    let failed =
        (outcome.score.is_none() && !outcome.loaded).then(|| MarkedRegion { score: f64::MAX, loads: Vec::new() });
    let regions = outcome.regions.iter().filter_map(|region| {
        let loads: Vec<usize> = region.hits.iter().filter_map(place).collect();
        let other = loads.is_empty() && !region.hits.is_empty();
        (!other).then_some(MarkedRegion { score: region.score, loads })
    });
    MarkedScan { loads: numbers.len(), regions: regions.chain(failed).collect() }
}

/// Every figure of one model's outcomes, with bootstrap rounds split over `threads`; the same numbers whatever their number.
///
/// # Errors
/// A parameter error without outcomes, and bug errors for what statistics refuse.
pub fn accuracy(
    outcomes: &[Outcome],
    pixels: Option<&PixelHistogram>,
    threads: usize,
    settings: &Checked,
) -> Result<Accuracy> {
    if outcomes.is_empty() {
        return Err(Error::parameter("there is no scan to evaluate"));
    }
    let labels: Vec<bool> = outcomes.iter().map(|outcome| outcome.loaded).collect();
    let scores: Vec<f64> = outcomes.iter().map(ranked_score).collect();
    let ranking = Ranking::new(&scores, &labels).map_err(ours)?;
    let parts = [None].into_iter().chain(strata(outcomes, &settings.settings.mass_bands_kg).into_iter().map(Some));
    let parts: Vec<Part> = parts.map(|stratum| Part::new(&ranking, outcomes, stratum)).collect::<Result<_>>()?;
    let clusters: Vec<&str> = outcomes.iter().map(Outcome::cluster).collect();
    let bootstrap = Bootstrap::new(&clusters, &labels, settings.settings.seed).map_err(ours)?;
    let own = width(settings);
    let rounds = bootstrap.run_on(threads, settings.settings.rounds, own * parts.len(), || {
        let mut masked = Vec::new();
        let parts = &parts;
        move |counts: &[u32], out: &mut [f64]| {
            for (part, figures) in parts.iter().zip(out.chunks_exact_mut(own)) {
                part.fill(counts, &mut masked, settings, figures);
            }
        }
    });
    let mut offset = 0;
    let mut all = Vec::new();
    for part in &parts {
        let columns = Own { rounds: &rounds, offset, level: settings.settings.level };
        all.push(figures(part, outcomes, &scores, &columns, settings)?);
        offset += own;
    }
    let mut figures = all.into_iter();
    let whole = figures.next().ok_or_else(|| Error::bug("no part of the set was measured"))?;
    let strata = parts
        .into_iter()
        .filter_map(|part| part.stratum)
        .zip(figures)
        .map(|(stratum, figures)| StratumFigures { by: stratum.by.to_owned(), value: stratum.value, figures });
    let pixels = pixels.and_then(|histogram| Some((histogram, histogram.figures()?)));
    let pixels = pixels.map(|(histogram, found)| {
        Ok::<_, super::statistics::Error>(PixelFigures {
            roc_auc: found.auc,
            average_precision: found.average_precision,
            aupro_30: histogram.aupro(0.3)?,
            aupro_5: histogram.aupro(0.05)?,
        })
    });
    Ok(Accuracy {
        level: settings.settings.level,
        rounds: settings.settings.rounds,
        all: whole,
        pixels: pixels.transpose().map_err(ours)?,
        strata: strata.collect(),
    })
}

/// An interval at least as wide as the other; the other where there is none.
pub(super) fn hull(interval: Option<Interval>, other: Interval) -> Interval {
    interval.map_or(other, |found| Interval {
        low: found.low.min(other.low),
        high: found.high.max(other.high),
        ..found
    })
}

/// Whether an interval has no width: resampling scans that are all told apart tells nothing of the next one.
pub(super) fn is_point(interval: Option<Interval>) -> bool {
    interval.is_some_and(|interval| interval.high <= interval.low)
}

/// The cases of a class from which on formulas for large samples hold: with 10 loaded scans `DeLong`'s interval covers 90 % instead of 95 %.
const ENOUGH_CASES: f64 = 30.0;

/// An interval of an ROC-AUC that always holds: Wilson's, with as many cases as the smaller class is worth, for no ROC-AUC varies more than
/// a share of that many, `Var(A) <= A (1 - A) / min(m, n)` (Birnbaum and Klose, Annals of Mathematical Statistics 28, 1957).
pub(super) fn auc_bound(auc: f64, smaller: f64, level: f64) -> Result<Interval> {
    wilson_effective(auc.clamp(0.0, 1.0), smaller.max(1.0), level).map_err(ours)
}

/// `found` of a figure whose smaller class is worth so many cases, at least as wide as `bound`, which always holds, where they are few; the
/// bound where nothing was found or it has no width.
pub(super) fn bounded(found: Option<Interval>, bound: Interval, smaller: f64) -> Interval {
    match found {
        Some(found) if found.high > found.low && smaller >= ENOUGH_CASES => found,
        Some(found) if found.high > found.low => hull(Some(found), bound),
        _ => bound,
    }
}

/// A part's own columns in the rounds.
struct Own<'a> {
    rounds: &'a Rounds,
    offset: usize,
    level: f64,
}

impl Own<'_> {
    fn estimate(&self, value: f64, column: usize) -> Result<Estimate> {
        self.scaled(value, column, |value| value)
    }

    fn scaled(&self, value: f64, column: usize, scale: impl Fn(f64) -> f64) -> Result<Estimate> {
        let interval = self.interval(column, scale)?;
        Ok(Estimate::new(value, interval.filter(|_| !is_point(interval))))
    }

    /// A share of cases that are worth so many, by rounds and at least as wide as for a threshold that is known.
    fn share(&self, value: f64, column: usize, worth: f64) -> Result<Estimate> {
        let known = wilson_effective(value.clamp(0.0, 1.0), worth.max(1.0), self.level).map_err(ours)?;
        Ok(Estimate::new(value, Some(hull(self.interval(column, |value| value)?, known))))
    }

    fn interval(&self, column: usize, scale: impl Fn(f64) -> f64) -> Result<Option<Interval>> {
        let at = self.offset + column;
        self.rounds.interval_of(self.level, |row| scale(row[at])).map_err(ours)
    }
}

fn figures(part: &Part, outcomes: &[Outcome], scores: &[f64], own: &Own<'_>, settings: &Checked) -> Result<Figures> {
    let kept: Vec<&Outcome> = outcomes.iter().zip(&part.kept).filter(|(_, kept)| **kept).map(|(o, _)| o).collect();
    let filter = part.stratum.as_ref().map_or(&LoadFilter::All, |stratum| &stratum.loads);
    let clusters: BTreeSet<&str> = kept.iter().map(|outcome| outcome.cluster()).collect();
    let number = |takes: &dyn Fn(&Outcome) -> bool| kept.iter().filter(|outcome| takes(outcome)).count() as u64;
    let counts = Counts {
        scans: kept.len() as u64,
        clean: number(&|outcome| !outcome.loaded),
        loaded: number(&|outcome| outcome.loaded),
        loads: kept.iter().flat_map(|o| &o.loads).filter(|load| filter.takes(load)).count() as u64,
        containers: clusters.len() as u64,
        failed: number(&|outcome| outcome.verdict == Verdict::Failed),
        inconclusive: number(&|outcome| outcome.verdict == Verdict::Inconclusive),
    };
    Ok(Figures {
        counts,
        ranking: ranking(part, &counts, scores, outcomes, own, settings)?,
        operating: operating(&kept, own.level)?,
        regions: regions(part, outcomes, filter, own, settings)?,
    })
}

fn ranking(
    part: &Part,
    counts: &Counts,
    scores: &[f64],
    outcomes: &[Outcome],
    own: &Own<'_>,
    settings: &Checked,
) -> Result<Option<RankingFigures>> {
    let Some(found) = part.ranking.measure(Weights::Ones, &settings.wanted) else { return Ok(None) };
    let rates = settings.wanted.detection().len();
    let chosen: Vec<usize> = (0..outcomes.len()).filter(|&at| part.kept[at]).collect();
    let of_class = |loaded: bool| chosen.iter().map(|&at| &outcomes[at]).filter(move |o| o.loaded == loaded);
    let (loaded, clean) = (worth(of_class(true).map(Outcome::cluster)), worth(of_class(false).map(Outcome::cluster)));
    let resampled = own.interval(0, |value| value)?;
    let interval = if counts.containers == counts.scans {
        let kept: Vec<f64> = chosen.iter().map(|&at| scores[at]).collect();
        let labels: Vec<bool> = chosen.iter().map(|&at| outcomes[at].loaded).collect();
        let delong = DeLong::new(&kept, &labels).ok();
        delong.map(|delong| delong.logit_interval(own.level)).transpose().map_err(ours)?.flatten().or(resampled)
    } else {
        resampled
    };
    let smaller = loaded.min(clean);
    let bound = auc_bound(found.auc, smaller, own.level)?;
    let roc_auc = Estimate::new(found.auc, Some(bounded(interval, bound, smaller)));
    let detection = found.detection.iter().enumerate().map(|(number, detection)| {
        Ok(DetectionAt {
            false_alarms: detection.rate,
            detected: own.share(detection.detected, 2 + number, loaded)?,
            threshold: detection.threshold.is_finite().then_some(detection.threshold),
            enough_clean: counts.clean as f64 * detection.rate >= 1.0,
        })
    });
    let limit = settings.settings.partial_to;
    // The rounds hold the raw area.
    let standardised = |raw: f64| PartialAuc::new(limit, raw).standardised;
    let partial = found.partial.first().map_or(f64::NAN, |partial| partial.standardised);
    Ok(Some(RankingFigures {
        roc_auc,
        average_precision: own.estimate(found.average_precision, 1)?,
        partial_auc: own.scaled(partial, 2 + rates, standardised)?,
        partial_to: limit,
        detection: detection.collect::<Result<_>>()?,
    }))
}

/// A share of cases, where there are any; each case comes with its container, for cases of one are not worth as many.
pub(super) fn share<'a>(cases: impl IntoIterator<Item = (&'a str, bool)>, level: f64) -> Result<Option<Share>> {
    let cases: Vec<(&str, bool)> = cases.into_iter().collect();
    if cases.is_empty() {
        return Ok(None);
    }
    let (count, of) = (cases.iter().filter(|(_, yes)| *yes).count() as u64, cases.len() as u64);
    let worth = worth(cases.into_iter().map(|(container, _)| container));
    let value = count as f64 / of as f64;
    let interval = wilson_effective(value, worth, level).map_err(ours)?;
    Ok(Some(Share { count, of, worth, value, low: interval.low, high: interval.high }))
}

/// How many independent cases those of these containers are worth; each case names its own.
pub(super) fn worth<'a>(containers: impl IntoIterator<Item = &'a str>) -> f64 {
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for container in containers {
        *sizes.entry(container).or_insert(0) += 1;
    }
    effective_cases(sizes.into_values())
}

fn operating(kept: &[&Outcome], level: f64) -> Result<OperatingFigures> {
    let of = |loaded: bool, takes: fn(&Outcome) -> bool| {
        let class = kept.iter().filter(|outcome| outcome.loaded == loaded);
        share(class.map(|outcome| (outcome.cluster(), takes(outcome))), level)
    };
    let false_alarms = of(false, |outcome| outcome.alarms() || outcome.verdict == Verdict::Failed)?;
    Ok(OperatingFigures {
        detection: of(true, Outcome::alarms)?,
        clean_looked_at: of(false, |outcome| outcome.verdict != Verdict::Clear)?,
        loaded_called_clear: of(true, |outcome| outcome.verdict == Verdict::Clear)?,
        false_alarms_per_1000: false_alarms.map(|share| 1000.0 * share.value),
        false_alarms,
    })
}

fn regions(
    part: &Part,
    outcomes: &[Outcome],
    filter: &LoadFilter,
    own: &Own<'_>,
    settings: &Checked,
) -> Result<Option<RegionFigures>> {
    let Some(froc) = &part.froc else { return Ok(None) };
    let level = own.level;
    let kept: Vec<&Outcome> = outcomes.iter().zip(&part.placed).filter(|(_, kept)| **kept).map(|(o, _)| o).collect();
    let of_scan = |o: &&'_ Outcome| -> Vec<(String, LoadOutcome)> {
        o.loads.iter().filter(|load| filter.takes(load)).map(|load| (o.cluster().to_owned(), load.clone())).collect()
    };
    let loads: Vec<(String, LoadOutcome)> = kept.iter().flat_map(of_scan).collect();
    let among = |takes: &dyn Fn(&LoadOutcome) -> bool, yes: &dyn Fn(&LoadOutcome) -> bool| {
        let taken = loads.iter().filter(|(_, load)| takes(load));
        share(taken.map(|(container, load)| (container.as_str(), yes(load))), level)
    };
    let Some(hit_rate) = among(&|_| true, &|load| load.hit.is_some())? else { return Ok(None) };
    let flagged = kept.iter().filter(|outcome| outcome.loaded && outcome.alarms());
    let first = |outcome: &Outcome| outcome.regions.first().is_some_and(|region| !region.hits.is_empty());
    let first_hits = share(flagged.map(|outcome| (outcome.cluster(), first(outcome))), level)?;
    let centred = among(&|load| load.hit.is_some(), &|load| load.hit.is_some_and(|hit| hit.centred))?;
    let marks = kept.iter().flat_map(|outcome| {
        let regions = marked(outcome, filter).regions;
        regions.into_iter().map(|region| (outcome.cluster(), !region.loads.is_empty()))
    });
    let precision = share(marks, level)?;
    let weights: Vec<u32> = part.placed.iter().map(|&placed| u32::from(placed)).collect();
    let rates = &settings.settings.false_regions;
    let column = settings.wanted.figures();
    let sensitivities = froc.sensitivities(rates, Weights::Counts(&weights));
    let curve = rates.iter().zip(sensitivities).enumerate().map(|(number, (&rate, sensitivity))| {
        Ok(FrocAt { false_per_scan: rate, sensitivity: own.share(sensitivity, column + number, hit_rate.worth)? })
    });
    let ratio = |load: &LoadOutcome| Some(load.estimated_kg? / load.mass_kg.filter(|mass| *mass > 0.0)?);
    let ratios: Vec<(&str, f64)> =
        loads.iter().filter_map(|(container, load)| Some((container.as_str(), ratio(load)?))).collect();
    Ok(Some(RegionFigures {
        hit_rate,
        first_hits,
        centred,
        precision,
        froc: curve.collect::<Result<_>>()?,
        mass: mass(ratios, level)?,
    }))
}

fn mass(ratios: Vec<(&str, f64)>, level: f64) -> Result<Option<MassFigures>> {
    let near = |ratio: f64| (ratio - 1.0).abs() <= 0.3;
    let within = share(ratios.iter().map(|&(container, ratio)| (container, near(ratio))), level)?;
    let Some(within) = within else { return Ok(None) };
    let mut ratios: Vec<f64> = ratios.into_iter().map(|(_, ratio)| ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let at = |part: f64| quantile(&ratios, part).unwrap_or(f64::NAN);
    Ok(Some(MassFigures {
        loads: ratios.len() as u64,
        within_30_percent: within,
        median_ratio: at(0.5),
        quartiles: (at(0.25), at(0.75)),
    }))
}
