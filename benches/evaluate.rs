//! The figures of 10,000 scans with 2,000 bootstrap rounds: whole accuracy with all its parts, and a comparison of two models.

use criterion::{Criterion, criterion_group, criterion_main};
use portray::evaluate::{LoadHit, LoadOutcome, Outcome, RegionOutcome, Settings, accuracy, compare};
use portray::judge::Verdict;
use std::hint::black_box;

/// Scans as a large set has them: three scanners, 22 families, five classes, two scans a container. `lag` makes another model's scores.
fn outcomes(count: usize, lag: u64) -> Vec<Outcome> {
    let classes = ["rip_off", "reefer_machinery", "structure", "in_cargo", "in_empty"];
    (0..count)
        .map(|number| {
            // A cheap hash in place of a random number: the same everywhere.
            let draw = |salt: u64| {
                let mixed = (number as u64 * 4 + salt + lag).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / (1_u64 << 24) as f64
            };
            let loaded = number % 3 == 0;
            let score = if loaded { draw(0).sqrt() } else { draw(0) * draw(1) };
            let verdict = if score >= 0.5 { Verdict::Flagged } else { Verdict::Clear };
            let hit = (loaded && verdict == Verdict::Flagged).then_some(LoadHit { region: 0, iou: 0.5, centred: true });
            let load = LoadOutcome {
                class: Some(classes[number % 5].to_owned()),
                mass_kg: Some(5.0 + 300.0 * draw(2)),
                visible: Some(draw(3) > 0.1),
                placed: true,
                hit,
                estimated_kg: hit.map(|_| 100.0 * draw(3)),
                estimated_class: None,
            };
            Outcome {
                name: format!("{number:05}.tif"),
                sha256: None,
                sidecar_sha256: None,
                loaded,
                container: Some(format!("c{}", number / 2)),
                scanner: Some(format!("scanner{}", number % 3)),
                family: Some(format!("family{}", number % 22)),
                verdict,
                score: Some(score),
                error: None,
                regions: vec![RegionOutcome { score, hits: if hit.is_some() { vec![0] } else { Vec::new() } }],
                loads: if loaded { vec![load] } else { Vec::new() },
            }
        })
        .collect()
}

fn evaluate(criterion: &mut Criterion) {
    let settings = Settings::default().check().expect("the defaults can be used");
    let (new, old) = (outcomes(10_000, 0), outcomes(10_000, 0xabcd));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut group = criterion.benchmark_group("10,000 scans, 2,000 rounds");
    group.sample_size(10);
    group.bench_function("accuracy with 40 parts", |bencher| {
        bencher.iter(|| accuracy(black_box(&new), None, threads, &settings).expect("figures"));
    });
    group.bench_function("comparison", |bencher| {
        bencher.iter(|| compare(black_box(&new), black_box(&old), threads, &settings).expect("a comparison"));
    });
    group.finish();
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
