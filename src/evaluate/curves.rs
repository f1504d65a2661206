//! Curves for plots.

use super::accuracy::{marked, ours, ranked_score, tells_places};
use super::outcome::Outcome;
use super::statistics::{Froc, FrocPoint, Ranking, RocPoint, Weights};
use super::strata::LoadFilter;
use crate::scan::Result;

/// The ROC curve; none without clean and loaded scans.
///
/// # Errors
/// Bug errors for what statistics refuse.
pub fn roc_curve(outcomes: &[Outcome]) -> Result<Option<Vec<RocPoint>>> {
    let labels: Vec<bool> = outcomes.iter().map(|outcome| outcome.loaded).collect();
    let scores: Vec<f64> = outcomes.iter().map(ranked_score).collect();
    Ok(Ranking::new(&scores, &labels).map_err(ours)?.roc(Weights::Ones))
}

/// The FROC curve over the scans whose truth tells places; none without a loaded one among them.
///
/// # Errors
/// Bug errors for what statistics refuse.
pub fn froc_curve(outcomes: &[Outcome]) -> Result<Option<Vec<FrocPoint>>> {
    let placed: Vec<&Outcome> = outcomes.iter().filter(|outcome| tells_places(outcome)).collect();
    if !placed.iter().any(|outcome| outcome.loaded) {
        return Ok(None);
    }
    let marked: Vec<_> = placed.iter().map(|outcome| marked(outcome, &LoadFilter::All)).collect();
    Ok(Froc::new(&marked).map_err(ours)?.curve(Weights::Ones))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::RegionOutcome;
    use crate::evaluate::tests::load;

    fn outcome(name: &str, loaded: bool, score: f64, hits: Vec<usize>) -> Outcome {
        Outcome {
            regions: vec![RegionOutcome { score, hits }],
            loads: if loaded { vec![load("rip_off", 10.0, None)] } else { Vec::new() },
            ..crate::evaluate::tests::outcome(name, loaded, score)
        }
    }

    #[test]
    fn curves_go_from_nothing_to_everything() {
        let outcomes =
            [outcome("a", true, 0.9, vec![0]), outcome("b", false, 0.5, vec![]), outcome("c", true, 0.3, vec![])];
        let roc = roc_curve(&outcomes).unwrap().unwrap();
        let last = roc.last().unwrap();
        assert_eq!((last.false_alarms, last.detected), (1.0, 1.0));
        let froc = froc_curve(&outcomes).unwrap().unwrap();
        let last = froc.last().unwrap();
        assert_eq!(last.sensitivity, 0.5);
        assert!((last.false_per_scan - 2.0 / 3.0).abs() < 1e-12);
        assert!(roc_curve(&outcomes[1..2]).unwrap().is_none());
        assert!(froc_curve(&outcomes[1..2]).unwrap().is_none());
    }
}
