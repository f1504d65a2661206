//! Parts of a set that figures are given for: by class, mass, family, scanner, visibility.

use super::outcome::{LoadOutcome, Outcome};
use std::collections::BTreeSet;

/// What parts are told by.
pub(super) const PARTS: [&str; 5] = ["class", "mass", "visibility", "family", "scanner"];

/// A part of a set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stratum {
    /// What it is a part by: `class`, `mass`, `family`, `scanner`, `visibility`.
    pub(super) by: &'static str,
    /// Which part.
    pub(super) value: String,
    /// Which scans belong to it.
    pub(super) scans: Vec<bool>,
    /// Which loads of a scan count.
    pub(super) loads: LoadFilter,
}

/// Which loads count.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum LoadFilter {
    All,
    Class(String),
}

impl LoadFilter {
    pub(super) fn takes(&self, load: &LoadOutcome) -> bool {
        match self {
            Self::All => true,
            Self::Class(class) => load.class.as_ref() == Some(class),
        }
    }
}

/// A word of an outcome.
type Word = fn(&Outcome) -> Option<&str>;

/// The strata of `outcomes`; what loads are told apart by keeps all clean scans, for the false-alarm rate is theirs.
///
/// Mass is that of all loads of a scan against `bands` (rising, in kg), and all of them count in its band; a scan is visible where one of its
/// loads is.
pub(super) fn strata(outcomes: &[Outcome], bands: &[f64]) -> Vec<Stratum> {
    let mut strata = Vec::new();
    let loaded_if = |takes: &dyn Fn(&Outcome) -> bool| -> Vec<bool> {
        outcomes.iter().map(|outcome| !outcome.loaded || takes(outcome)).collect()
    };
    let classes: BTreeSet<&str> =
        outcomes.iter().flat_map(|o| &o.loads).filter_map(|load| load.class.as_deref()).collect();
    for class in classes {
        let loads = LoadFilter::Class(class.to_owned());
        let scans = loaded_if(&|outcome| outcome.loads.iter().any(|load| loads.takes(load)));
        strata.push(Stratum { by: "class", value: class.to_owned(), scans, loads });
    }
    let edges: Vec<f64> = [0.0].iter().chain(bands).chain(&[f64::INFINITY]).copied().collect();
    for pair in edges.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let value = match (from, to) {
            (0.0, _) => format!("under {to} kg"),
            (from, to) if to.is_infinite() => format!("{from} kg and more"),
            _ => format!("{from} to {to} kg"),
        };
        let scans = loaded_if(&|outcome| outcome.mass_kg().is_some_and(|mass| mass >= from && mass < to));
        strata.push(Stratum { by: "mass", value, scans, loads: LoadFilter::All });
    }
    for (visible, value) in [(true, "visible"), (false, "not visible")] {
        let scans = loaded_if(&|outcome| outcome.visible() == Some(visible));
        strata.push(Stratum { by: "visibility", value: value.to_owned(), scans, loads: LoadFilter::All });
    }
    let words: [(&'static str, Word); 2] =
        [("family", |outcome| outcome.family.as_deref()), ("scanner", |outcome| outcome.scanner.as_deref())];
    for (by, word) in words {
        let values: BTreeSet<&str> = outcomes.iter().filter_map(word).collect();
        for value in values {
            let scans = outcomes.iter().map(|outcome| word(outcome) == Some(value)).collect();
            strata.push(Stratum { by, value: value.to_owned(), scans, loads: LoadFilter::All });
        }
    }
    // A part without scans, or without the loads that it is about, says nothing.
    strata.retain(|stratum| {
        let mut kept = outcomes.iter().zip(&stratum.scans).filter(|(_, kept)| **kept);
        kept.any(|(outcome, _)| outcome.loaded || matches!(stratum.by, "family" | "scanner"))
    });
    strata
}
