//! Files to scans: MB/s of samples as stored in memory, for every format.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use portray::scan::{Samples, Scan};
use portray::source::{Hints, Limits, Sidecar, read, write};
use std::io::Cursor;
use std::path::Path;
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder, colortype};

/// A dual-energy scan of 1.8 Mpx.
fn dual() -> Scan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/coffee-rip-off.tif");
    read(&std::fs::read(path).unwrap(), &Hints::default(), &Limits::default()).unwrap()
}

fn tiff(scan: &Scan, compression: Compression, predictor: Predictor) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out).unwrap().with_compression(compression).with_predictor(predictor);
    for plane in &scan.planes {
        let values: Vec<u16> = plane.samples.as_u16().unwrap().iter().copied().collect();
        let mut page = encoder.new_image::<colortype::Gray16>(scan.width(), scan.height()).unwrap();
        page.rows_per_strip(64).unwrap();
        page.write_data(&values).unwrap();
    }
    out.into_inner()
}

fn raw(scan: &Scan) -> (Vec<u8>, Hints) {
    let bytes = scan.planes.iter().flat_map(|p| p.samples.as_u16().unwrap().to_owned()).flat_map(u16::to_le_bytes);
    let layout = format!(
        r#"{{"raw": {{"width": {}, "height": {}, "type": "u16", "planes": {}}}}}"#,
        scan.width(),
        scan.height(),
        scan.planes.len()
    );
    let sidecar = Sidecar::parse("bench.json", layout.as_bytes()).unwrap();
    (bytes.collect(), Hints { file_name: None, sidecar: Some(sidecar) })
}

fn reading(c: &mut Criterion) {
    let dual = dual();
    let single = Scan { planes: dual.planes[..1].to_vec(), ..dual.clone() };
    let eight = {
        let mut eight = single.clone();
        let values = single.planes[0].samples.as_u16().unwrap().mapv(|v| (v >> 8) as u8);
        eight.planes[0].samples = Samples::U8(values);
        eight
    };
    let plain = |bytes| (bytes, Hints::default());
    let deflate = Compression::Deflate(DeflateLevel::Balanced);
    let mut cases = vec![
        ("tiff-none", plain(tiff(&dual, Compression::Uncompressed, Predictor::None))),
        ("tiff-lzw", plain(tiff(&dual, Compression::Lzw, Predictor::Horizontal))),
        ("tiff-deflate", plain(tiff(&dual, deflate, Predictor::Horizontal))),
        ("tiff-packbits", plain(tiff(&dual, Compression::Packbits, Predictor::None))),
        ("png-16", plain(write::encode(&single, write::Format::Png).unwrap())),
        ("png-8", plain(write::encode(&eight, write::Format::Png).unwrap())),
        ("npy", plain(write::encode(&dual, write::Format::Npy).unwrap())),
        ("raw", raw(&dual)),
    ];
    #[cfg(feature = "dicom")]
    cases.push(("dicos-rle", plain(write::encode(&single, write::Format::Dicos).unwrap())));
    let mut group = c.benchmark_group("read");
    group.sample_size(20);
    for (name, (bytes, hints)) in &cases {
        let scan = read(bytes, hints, &Limits::default()).unwrap();
        let size = if *name == "png-8" { 1 } else { 2 };
        let samples = u64::from(scan.width()) * u64::from(scan.height()) * scan.planes.len() as u64;
        group.throughput(Throughput::Bytes(samples * size));
        group.bench_function(*name, |b| {
            // What is read is dropped outside the measured time.
            b.iter_batched(|| (), |()| read(bytes, hints, &Limits::default()).unwrap(), BatchSize::PerIteration);
        });
    }
}

criterion_group!(benches, reading);
criterion_main!(benches);
