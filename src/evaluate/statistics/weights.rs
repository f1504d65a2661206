//! How often cases count.

/// How often each case counts.
#[derive(Debug, Clone, Copy)]
pub enum Weights<'a> {
    /// Every case once.
    Ones,
    /// A whole number of times each, as a bootstrap round draws them ([`Bootstrap::draw`](super::Bootstrap::draw)).
    Counts(&'a [u32]),
    /// By a weight, finite and at least 0 each.
    Reals(&'a [f64]),
}

impl Weights<'_> {
    /// The weight of a case.
    #[inline]
    pub(super) fn of(&self, case: u32) -> f64 {
        match self {
            Self::Ones => 1.0,
            Self::Counts(counts) => f64::from(counts[case as usize]),
            Self::Reals(reals) => reals[case as usize],
        }
    }

    /// # Panics
    ///
    /// Unless there is a weight for every one of `cases`.
    pub(super) fn check(&self, cases: usize) {
        let places = match self {
            Self::Ones => cases,
            Self::Counts(counts) => counts.len(),
            Self::Reals(reals) => reals.len(),
        };
        assert_eq!(places, cases, "a weight for every case");
    }
}

impl<'a> From<&'a [u32]> for Weights<'a> {
    fn from(counts: &'a [u32]) -> Self {
        Self::Counts(counts)
    }
}
