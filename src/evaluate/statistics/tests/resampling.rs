//! The bootstrap's rounds.

use super::super::{Bootstrap, Error, Ranking, Wanted, Weights, quantile};
use super::close;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Instant;

/// Seconds that this thread has had a core for, where the system tells (Linux): a loaded machine is not a slow bench.
fn on_core() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

#[test]
fn rounds_are_the_same_whole_and_in_parts_and_differ_from_each_other() {
    let clusters: Vec<String> = (0..60).map(|case| format!("MSKU{}", case / 2)).collect();
    let positive: Vec<bool> = (0..60).map(|case| case % 10 == 0).collect();
    let bootstrap = Bootstrap::new(&clusters, &positive, 11).unwrap();
    assert_eq!(bootstrap.clusters(), (6, 24));
    let measure = |counts: &[u32], row: &mut [f64]| {
        let sum = |step: usize| counts.iter().step_by(step).map(|count| f64::from(*count)).sum();
        row.copy_from_slice(&[sum(1), sum(7)]);
        // Containers stay together, and as many with a positive case are drawn as there are.
        assert!(counts.chunks(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(counts.iter().step_by(10).sum::<u32>(), 6);
    };
    let whole = bootstrap.run(0..40, 2, measure);
    for threads in [1, 3, 64] {
        assert_eq!(bootstrap.run_on(threads, 40, 2, || measure), whole);
    }
    assert!(whole.rows().all(|row| row[0] == 60.0));
    let first = whole.rows().next().unwrap()[1];
    assert!(whole.rows().any(|row| row[1] != first));
    let other = Bootstrap::new(&clusters, &positive, 12).unwrap().run(0..40, 2, measure);
    assert_ne!(other, whole);
}

#[test]
fn intervals_are_quantiles_of_the_rounds_and_differences_are_paired() {
    let bootstrap = Bootstrap::new(&[0, 1], &[true, false], 0).unwrap();
    let mut round = 0.0;
    // The second figure is the first and 5 more: their difference does not vary.
    let rounds = bootstrap.run(0..101, 2, |_, row| {
        row.copy_from_slice(&[round, round + 5.0]);
        round += 1.0;
    });
    let interval = rounds.interval(0, 0.95).unwrap().unwrap();
    close(interval.low, 2.5, 1e-12);
    close(interval.high, 97.5, 1e-12);
    let difference = rounds.difference(1, 0, 0.95).unwrap().unwrap();
    assert_eq!((difference.low, difference.high), (5.0, 5.0));
    let most_undefined = rounds.interval_of(0.9, |row| if row[0] < 7.0 { f64::NAN } else { row[0] }).unwrap();
    assert_eq!(most_undefined, None);
    let few_undefined = rounds.interval_of(0.9, |row| if row[0] < 5.0 { f64::NAN } else { row[0] }).unwrap();
    assert!(few_undefined.unwrap().low > 5.0);
    let few = bootstrap.run(0..39, 1, |_, row| row[0] = 1.0);
    assert!(matches!(few.interval(0, 0.95), Err(Error::Few { needed: 40, found: 39, .. })));
    assert_eq!(quantile(&[], 0.5), None);
}

/// 10,000 scans, 2,000 rounds, ROC-AUC, average precision and four detection rates of the whole and of 30 strata, each of which keeps all
/// clean scans: the bench's promise is under 10 s.
#[test]
fn ten_thousand_scans_take_seconds() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let cases = 10_000;
    let positive: Vec<bool> = (0..cases).map(|case| case % 5 == 0).collect();
    let scores: Vec<f64> =
        positive.iter().map(|positive| f64::from(*positive) + random.random::<f64>() * 2.0).collect();
    let clusters: Vec<u32> = (0..cases).map(|case| case / 2).collect();
    let wanted = Wanted::new(&[0.001, 0.004, 0.01, 0.05], &[]).unwrap();
    let (started, before) = (Instant::now(), on_core());
    let whole = Ranking::new(&scores, &positive).unwrap();
    let mut rankings = vec![whole];
    for stratum in 0..30 {
        let keep: Vec<bool> = (0..cases).map(|case| case % 5 != 0 || case / 5 % 30 == stratum).collect();
        rankings.push(rankings[0].restricted(&keep).unwrap());
    }
    let bootstrap = Bootstrap::new(&clusters, &positive, 1).unwrap();
    let width = wanted.figures();
    // Unoptimised builds do a tenth of the rounds; the limit is the same.
    let count = if cfg!(debug_assertions) { 200 } else { 2000 };
    let rounds = bootstrap.run(0..count, width * rankings.len(), |counts, row| {
        for (ranking, part) in rankings.iter().zip(row.chunks_exact_mut(width)) {
            ranking.fill(Weights::Counts(counts), &wanted, part);
        }
    });
    for figure in 0..width * rankings.len() {
        let interval = rounds.interval(figure, 0.95).unwrap().unwrap();
        assert!(interval.low <= interval.high);
    }
    let took = on_core().zip(before).map_or(started.elapsed().as_secs_f64(), |(now, before)| now - before);
    println!("{count} rounds of 31 rankings: {took:.2} s");
    assert!(took < 10.0, "{took} s");
}
