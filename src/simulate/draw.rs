//! Random numbers: one named stream per purpose, so that a change in one part of a scene leaves the others as they were.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use rand_distr::{Distribution as _, StandardNormal};
use sha2::{Digest as _, Sha256};

/// A stream of random numbers.
pub(super) struct Draw(ChaCha8Rng);

/// The key of one scan: every stream of the scan grows from it.
#[derive(Clone, Copy)]
pub(super) struct ScanKey([u8; 32]);

impl ScanKey {
    /// The key of scan `index` in the set with `seed`.
    pub(super) fn new(seed: u64, index: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"portray simulate 1");
        hash.update(seed.to_le_bytes());
        hash.update(index.to_le_bytes());
        Self(hash.finalize().into())
    }

    /// The key of what detectors and beam do during the scan. It differs from scenario to scenario and from scanner to
    /// scanner, so that sets of one seed share no noise; what is in the scene grows from the scan's own key.
    pub(super) fn exposure(&self, scenario: &str, scanner: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        for part in ["exposure", scenario, scanner] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// The key of another view of the same scan.
    pub(super) fn view(&self, view: usize) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(b"view");
        hash.update((view as u64).to_le_bytes());
        Self(hash.finalize().into())
    }

    /// The stream for a purpose and a number within it, such as a row.
    pub(super) fn stream(&self, purpose: &str, number: u64) -> Draw {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(purpose.as_bytes());
        hash.update(number.to_le_bytes());
        Draw(ChaCha8Rng::from_seed(hash.finalize().into()))
    }
}

impl Draw {
    /// Evenly from 0 to under 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly between two values.
    pub(super) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Evenly between a pair's values.
    pub(super) fn between(&mut self, pair: [f64; 2]) -> f64 {
        self.range(pair[0], pair[1])
    }

    /// A whole number below `end` (0 where `end` is 0).
    pub(super) fn below(&mut self, end: usize) -> usize {
        ((self.unit() * end as f64) as usize).min(end.saturating_sub(1))
    }

    /// One of the values, if there is any.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }

    /// True with a probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From the standard normal distribution.
    pub(super) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// 1 plus a normal deviation, kept within three of them.
    pub(super) fn around_one(&mut self, deviation: f64) -> f64 {
        1.0 + deviation * self.normal().clamp(-3.0, 3.0)
    }

    /// A Poisson-distributed count with a mean of at most a few hundred (Knuth's product of uniform numbers).
    pub(super) fn poisson(&mut self, mean: f64) -> f64 {
        let limit = (-mean).exp();
        let (mut product, mut count) = (self.unit(), 0.0);
        while product > limit {
            product *= self.unit();
            count += 1.0;
        }
        count
    }

    /// A seed for a texture.
    pub(super) fn seed(&mut self) -> u64 {
        self.0.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_purpose_and_number_and_repeat() {
        let key = ScanKey::new(7, 0);
        let mut firsts: Vec<u64> = [("cargo", 0), ("cargo", 1), ("load", 0)]
            .iter()
            .map(|(purpose, number)| key.stream(purpose, *number).seed())
            .collect();
        firsts.push(ScanKey::new(7, 1).stream("cargo", 0).seed());
        assert_eq!(firsts[0], ScanKey::new(7, 0).stream("cargo", 0).seed());
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 4);
    }

    #[test]
    fn exposures_differ_by_scenario_and_scanner() {
        let key = ScanKey::new(7, 0);
        let first = |scenario, scanner| key.exposure(scenario, scanner).stream("row", 0).seed();
        assert_eq!(first("a", "b"), first("a", "b"));
        let mut firsts = vec![first("a", "b"), first("b", "a"), first("ab", ""), first("a", "c"), first("c", "b")];
        firsts.push(key.stream("row", 0).seed());
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 6);
    }

    #[test]
    fn poisson_counts_have_the_mean_as_their_variance() {
        let mut draw = ScanKey::new(1, 1).stream("test", 0);
        for mean in [0.5, 20.0, 80.0] {
            let counts: Vec<f64> = (0..20_000).map(|_| draw.poisson(mean)).collect();
            let found = counts.iter().sum::<f64>() / 20_000.0;
            let variance = counts.iter().map(|c| (c - found).powi(2)).sum::<f64>() / 20_000.0;
            assert!(
                (found / mean - 1.0).abs() < 0.03 && (variance / mean - 1.0).abs() < 0.05,
                "{mean} {found} {variance}"
            );
        }
    }
}
