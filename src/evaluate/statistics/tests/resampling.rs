//! The bootstrap's rounds.

use super::super::{Bootstrap, Error, quantile};
use super::close;

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
