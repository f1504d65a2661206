//! One simulated scan of 3 Mpx and two energies, from nothing to counts: Mpx/s of the picture.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use portray::scan::PixelSize;
use portray::simulate::{presets, simulate};

fn scans(c: &mut Criterion) {
    let mut file = presets::scanner("dual_6_4").unwrap().unwrap().file().clone();
    file.pixel_mm = PixelSize { x: 4.2, y: 3.8 };
    let scanner = file.check().unwrap();
    let mut group = c.benchmark_group("simulate");
    for name in ["clean_bananas", "clean_tyres", "rip_off_coffee"] {
        let scenario = presets::scenario(name).unwrap().unwrap();
        let made = simulate(&scenario, &scanner, 5, 0).unwrap();
        let pixels = u64::from(made.scan.width()) * u64::from(made.scan.height());
        group.sample_size(10).throughput(Throughput::Elements(pixels));
        group.bench_function(name, |b| b.iter(|| simulate(&scenario, &scanner, 5, 0).unwrap()));
    }
}

criterion_group!(benches, scans);
criterion_main!(benches);
