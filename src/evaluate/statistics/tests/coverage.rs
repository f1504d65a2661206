//! Simulations of 10,000 draws: intervals cover what they claim, guarantees hold, alarms are as rare as promised.
//!
//! A share of 10,000 has a standard error of 0.22 points at 95 %; the bounds leave it about four.

use super::super::{
    Bootstrap, Calibration, DeLong, DriftMartingale, Paired, Ranking, Wanted, Weights, beta_cdf, clopper_pearson,
    interleaved_ratio, kolmogorov_smirnov, newcombe_paired, normal_cdf, quantile_interval, upper_bound, wilson,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, StandardNormal};

const DRAWS: u32 = 10_000;

/// The share of the draws, each with random numbers of its own, in which `holds`.
fn share(seed: u64, mut holds: impl FnMut(&mut ChaCha8Rng) -> bool) -> f64 {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    f64::from((0..DRAWS).map(|_| u32::from(holds(&mut random))).sum::<u32>()) / f64::from(DRAWS)
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(random)
}

#[test]
fn intervals_of_rates_cover() {
    // Over many rates: Wilson covers its level on average, the exact ones always.
    let covered = share(1, |random| {
        let rate = random.random_range(0.02..0.98);
        wilson(Binomial::new(80, rate).unwrap().sample(random), 80, 0.95).unwrap().contains(rate)
    });
    assert!((0.941..0.962).contains(&covered), "Wilson {covered}");
    for (seed, trials, rate) in [(2, 40, 0.05), (3, 300, 0.004), (4, 25, 0.5)] {
        let binomial = Binomial::new(trials, rate).unwrap();
        let exact =
            share(seed, |random| clopper_pearson(binomial.sample(random), trials, 0.95).unwrap().contains(rate));
        assert!((0.941..=1.0).contains(&exact), "exact {exact} at {rate}");
        let bound = share(seed, |random| upper_bound(binomial.sample(random), trials, 0.95).unwrap() >= rate);
        assert!((0.941..=1.0).contains(&bound), "bound {bound} at {rate}");
    }
}

#[test]
fn intervals_of_paired_differences_cover() {
    // Correlated answers at 90 % and 80 %.
    let covered = share(5, |random| {
        let paired = Paired::count((0..120).map(|_| {
            let hard: f64 = random.random();
            (hard < 0.9, if random.random::<f64>() < 0.7 { hard < 0.8 } else { random.random::<f64>() < 0.8 })
        }));
        newcombe_paired(&paired, 0.95).unwrap().contains(0.1)
    });
    assert!((0.940..0.975).contains(&covered), "Newcombe {covered}");
}

#[test]
fn delong_covers() {
    let truth = normal_cdf(1.2 / 2_f64.sqrt());
    let positive: Vec<bool> = (0..160).map(|case| case % 4 == 0).collect();
    let mut both = [0_u32; 2];
    let mut scores = vec![0.0; positive.len()];
    share(6, |random| {
        for (score, &positive) in scores.iter_mut().zip(&positive) {
            *score = normal(random) + 1.2 * f64::from(positive);
        }
        let model = DeLong::new(&scores, &positive).unwrap();
        both[0] += u32::from(model.interval(0.95).unwrap().contains(truth));
        both[1] += u32::from(model.logit_interval(0.95).unwrap().unwrap().contains(truth));
        true
    });
    let [plain, logit] = both.map(|count| f64::from(count) / f64::from(DRAWS));
    // The plain one is known to fall a little short with 40 positive cases (Kottas and others 2014).
    assert!((0.930..0.960).contains(&plain), "plain {plain}");
    assert!((0.941..0.970).contains(&logit), "logit {logit}");
}

#[test]
fn delongs_test_of_equal_models_is_right_one_time_in_twenty() {
    let positive: Vec<bool> = (0..160).map(|case| case % 4 == 0).collect();
    let mut scores = [vec![0.0; 160], vec![0.0; 160]];
    let rejected = share(7, |random| {
        for (case, &positive) in positive.iter().enumerate() {
            let common = normal(random) + 1.2 * f64::from(positive);
            for scores in &mut scores {
                scores[case] = common + 0.5 * normal(random);
            }
        }
        let [first, second] = [0, 1].map(|model| DeLong::new(&scores[model], &positive).unwrap());
        first.compare(&second, 0.95).unwrap().p < 0.05
    });
    assert!((0.038..0.062).contains(&rejected), "{rejected}");
}

#[test]
fn the_bootstrap_covers_by_containers_and_not_by_scans() {
    const NAIVE: u64 = 1000;
    // 60 containers of 3 scans each that look much alike; every third container has a load.
    let clusters: Vec<u32> = (0..180).map(|case| case / 3).collect();
    let positive: Vec<bool> = clusters.iter().map(|cluster| cluster % 3 == 0).collect();
    let alone: Vec<u32> = (0..180).collect();
    let truth = normal_cdf(1.0 / 2_f64.sqrt());
    let (mut naive, mut seed) = (0_u32, 0);
    let (mut scores, wanted) = (vec![0.0; 180], Wanted::default());
    let mut of_container = 0.0;
    let clustered = share(8, |random| {
        for (case, score) in scores.iter_mut().enumerate() {
            if case % 3 == 0 {
                of_container = 0.9_f64.sqrt() * normal(random);
            }
            *score = of_container + 0.1_f64.sqrt() * normal(random) + f64::from(positive[case]);
        }
        let ranking = Ranking::new(&scores, &positive).unwrap();
        seed += 1;
        let covers = |clusters: &[u32]| {
            let bootstrap = Bootstrap::new(clusters, &positive, seed).unwrap();
            let rounds = bootstrap.run(0..200, 2, |counts, row| ranking.fill(Weights::Counts(counts), &wanted, row));
            rounds.interval(0, 0.95).unwrap().unwrap().contains(truth)
        };
        // The naive one is far enough off to show in fewer draws.
        if seed <= NAIVE {
            naive += u32::from(covers(&alone));
        }
        covers(&clusters)
    });
    let naive = f64::from(naive) / NAIVE as f64;
    // Percentile intervals of 20 containers with a load and of 200 rounds fall a little short.
    assert!((0.915..0.965).contains(&clustered), "by containers {clustered}");
    assert!(naive < 0.8, "by scans {naive}");
}

#[test]
fn delongs_interval_of_a_difference_covers() {
    let positive: Vec<bool> = (0..160).map(|case| case % 4 == 0).collect();
    let mut scores = [vec![0.0; 160], vec![0.0; 160]];
    // What both share has a variance of 1, what each has alone one of 1/4.
    let auc = |apart: f64| normal_cdf(apart / 2.5_f64.sqrt());
    let truth = auc(1.2) - auc(0.9);
    let covered = share(31, |random| {
        for (case, &positive) in positive.iter().enumerate() {
            let common = normal(random);
            for (scores, apart) in scores.iter_mut().zip([1.2, 0.9]) {
                scores[case] = common + apart * f64::from(positive) + 0.5 * normal(random);
            }
        }
        let [first, second] = [0, 1].map(|model| DeLong::new(&scores[model], &positive).unwrap());
        first.compare(&second, 0.95).unwrap().interval.contains(truth)
    });
    assert!((0.935..0.962).contains(&covered), "{covered}");
}

#[test]
fn intervals_of_times_cover() {
    // Rounds with a fifth more time for the second model, a tenth of noise each, and a load that both share.
    let ratio = share(32, |random| {
        let mut rounds = [Vec::new(), Vec::new()];
        for _ in 0..12 {
            let load = (0.3 * normal(random)).exp();
            for (times, ms) in rounds.iter_mut().zip([10.0, 12.0]) {
                times.push(ms * load * (0.1 * normal(random)).exp());
            }
        }
        interleaved_ratio(&rounds[0], &rounds[1], 0.95).unwrap().interval.contains(1.2)
    });
    assert!((0.941..0.959).contains(&ratio), "ratio {ratio}");
    // Exponential times: the median is ln 2. Between order statistics, an interval covers at least its level.
    let median = share(33, |random| {
        let mut times: Vec<f64> = (0..41).map(|_| -random.random::<f64>().ln()).collect();
        times.sort_by(f64::total_cmp);
        quantile_interval(&times, 0.5, 0.95).unwrap().unwrap().contains(2_f64.ln())
    });
    assert!((0.945..0.985).contains(&median), "median {median}");
}

#[test]
fn bootstrap_intervals_of_detection_and_average_precision_cover() {
    // 100 loaded scans a standard deviation and a half over 200 clean ones, each a container of its own.
    let positive: Vec<bool> = (0..300).map(|case| case % 3 == 0).collect();
    let alone: Vec<u32> = (0..300).collect();
    let (rate, apart) = (0.1, 1.5);
    let wanted = Wanted::new(&[rate], &[]).unwrap();
    // At the threshold that a tenth of clean scans reaches.
    let detected = normal_cdf(apart - 1.281_551_565_544_600_4);
    // The sum of precision over recall, at a share of a third.
    let steps: Vec<(f64, f64)> = (-600..=900)
        .map(|step| f64::from(step) / 100.0)
        .map(|t| (1.0 - normal_cdf(t - apart), 1.0 - normal_cdf(t)))
        .collect();
    let precision = |(hits, alarms): (f64, f64)| if hits + alarms == 0.0 { 1.0 } else { hits / (hits + 2.0 * alarms) };
    let area: f64 =
        steps.windows(2).map(|pair| (pair[0].0 - pair[1].0) * 0.5 * (precision(pair[0]) + precision(pair[1]))).sum();
    let mut scores = vec![0.0; 300];
    let (mut seed, mut areas) = (0, 0_u32);
    let covered = share(34, |random| {
        for (score, &positive) in scores.iter_mut().zip(&positive) {
            *score = normal(random) + apart * f64::from(positive);
        }
        let ranking = Ranking::new(&scores, &positive).unwrap();
        seed += 1;
        let bootstrap = Bootstrap::new(&alone, &positive, seed).unwrap();
        let rounds = bootstrap.run(0..200, 3, |counts, row| ranking.fill(Weights::Counts(counts), &wanted, row));
        areas += u32::from(rounds.interval(1, 0.95).unwrap().unwrap().contains(area));
        let found = ranking.measure(Weights::Ones, &wanted).unwrap().detection[0].detected;
        let known = wilson((found * 100.0).round() as u64, 100, 0.95).unwrap();
        let resampled = rounds.interval(2, 0.95).unwrap().unwrap();
        // As the bench gives it: the wider of the two at each end.
        resampled.low.min(known.low) <= detected && detected <= resampled.high.max(known.high)
    });
    let areas = f64::from(areas) / f64::from(DRAWS);
    assert!((0.93..0.985).contains(&covered), "detection {covered}");
    assert!((0.91..0.965).contains(&areas), "average precision {areas}");
}

#[test]
fn conformal_thresholds_keep_their_rate_and_its_beta_law() {
    // Exponential scores: the rate of a threshold t is exp(-t), known without more draws.
    let (rate, mut sum, mut attained) = (0.05, 0.0, Vec::new());
    let inside = share(9, |random| {
        let clean: Vec<f64> = (0..150).map(|_| -random.random::<f64>().ln()).collect();
        let threshold = Calibration::new(&clean).unwrap().threshold(rate).unwrap();
        let alarms = (-threshold.alarm_above).exp();
        sum += alarms;
        let (a, b) = threshold.beta();
        attained.push(beta_cdf(a, b, alarms));
        threshold.attained(0.95).unwrap().contains(alarms)
    });
    let mean = sum / f64::from(DRAWS);
    // 7 of 151, with a standard error of 0.00017; never above the rate.
    assert!((mean - 7.0 / 151.0).abs() < 0.000_7 && mean <= rate, "{mean}");
    assert!((0.941..0.959).contains(&inside), "{inside}");
    // The law: its own distribution function makes the rates uniform.
    let uniform: Vec<f64> = (0..1500).map(|at| (f64::from(at) + 0.5) / 1500.0).collect();
    let test = kolmogorov_smirnov(&attained, &uniform).unwrap();
    assert!(test.p > 0.001, "{test:?}");
}

#[test]
fn conformal_p_values_are_valid_with_ties() {
    let mut alarms = [0_u32; 3];
    share(10, |random| {
        let mut draw = || (normal(random) * 2.0).round();
        let clean: Vec<f64> = (0..59).map(|_| draw()).collect();
        let p = Calibration::new(&clean).unwrap().p_value(draw());
        for (count, rate) in alarms.iter_mut().zip([0.05, 0.1, 0.5]) {
            *count += u32::from(p <= rate);
        }
        true
    });
    for (count, rate) in alarms.into_iter().zip([0.05, 0.1, 0.5]) {
        let found = f64::from(count) / f64::from(DRAWS);
        assert!(found <= rate + 0.01 && found > rate / 4.0, "{found} at {rate}");
    }
}

/// The share of stations whose martingale raises a drift alarm at a promise of 10 %, when scores move by `shift` after 100.
fn drift_alarms(seed: u64, draws: u32, shift: f64, round: impl Fn(f64) -> f64) -> f64 {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut alarms = 0;
    for station in 0..draws {
        let clean: Vec<f64> = (0..100).map(|_| round(normal(&mut random))).collect();
        let mut martingale = DriftMartingale::new(&clean, u64::from(station)).unwrap();
        for at in 0..300 {
            martingale.push(round(normal(&mut random) + if at < 100 { 0.0 } else { shift })).unwrap();
        }
        alarms += u32::from(martingale.drifted(0.1).unwrap());
    }
    f64::from(alarms) / f64::from(draws)
}

#[test]
fn drift_alarms_are_as_rare_as_promised_and_find_drift() {
    let smooth = drift_alarms(11, DRAWS, 0.0, |score| score);
    assert!((0.005..=0.1).contains(&smooth), "false drift {smooth}");
    let tied = drift_alarms(12, DRAWS, 0.0, f64::round);
    assert!((0.005..=0.1).contains(&tied), "false drift with ties {tied}");
    for shift in [-1.0, 1.0] {
        let found = drift_alarms(13, 500, shift, |score| score);
        assert!(found > 0.95, "drift of {shift} found {found}");
    }
}

#[test]
fn kolmogorov_smirnov_rejects_as_seldom_as_it_says() {
    for (seed, step) in [(14, 0.0), (15, 1.0)] {
        let rejected = share(seed, |random| {
            let mut draw = |count: u32| {
                let round = |score: f64| if step > 0.0 { (score / step).round() } else { score };
                (0..count).map(|_| round(normal(random))).collect::<Vec<f64>>()
            };
            kolmogorov_smirnov(&draw(40), &draw(25)).unwrap().p <= 0.05
        });
        assert!((0.01..=0.056).contains(&rejected), "{rejected} with steps of {step}");
    }
}
