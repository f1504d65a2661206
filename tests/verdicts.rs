//! What the built-in baseline says of the samples: the loads it can see are flagged, and README names the rest.

mod drawn;
mod sample_reports;
mod unseen;

use portray::judge::{MaterialBand, Verdict, Zone};
use portray::scan::{BoxPx, Samples, Truth};
use portray::source;
use sample_reports::reports;
use std::path::Path;

/// The hidden loads' boxes in source pixels.
fn hidden(samples: &Path, scan: &str) -> Vec<BoxPx> {
    let truth = samples.join(scan).with_extension("truth.json");
    let truth: Truth = serde_json::from_slice(&std::fs::read(truth).unwrap()).unwrap();
    truth.loads.into_iter().map(|load| load.box_px).collect()
}

#[test]
fn the_samples_get_the_verdicts_that_readme_names() {
    use Verdict::{Clear, Flagged, Inconclusive};
    let expected = [
        ("bananas-clean.tif", Clear, None),
        ("bananas-in-cargo.tif", Flagged, Some(Zone::Load)),
        // 31 kg within the refrigeration unit: beyond the baseline.
        ("bananas-reefer-machinery.tif", Clear, None),
        ("cartons-structure.tif", Flagged, Some(Zone::Roof)),
        ("coffee-rip-off.tif", Flagged, Some(Zone::DoorEnd)),
        ("empty-clean.tif", Clear, None),
        ("empty-in-empty.png", Flagged, Some(Zone::Load)),
        // A false alarm: a press's drum.
        ("machinery-clean.tif", Flagged, Some(Zone::Load)),
        // Nothing gets through the reels.
        ("reels-clean.png", Inconclusive, None),
        ("tiles-rip-off.dcs", Flagged, Some(Zone::DoorEnd)),
    ];
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let reports = reports(&samples);
    assert_eq!(reports.len(), expected.len());
    let mut hits = 0;
    for (report, (name, verdict, zone)) in reports.iter().zip(expected) {
        assert_eq!((report.scan.name.as_str(), report.verdict), (name, verdict), "{:?}", report.reasons);
        assert_eq!(report.regions.first().and_then(|region| region.zone), zone, "{name}");
        // Every load is organic, and some are thick: a hardened beam must not make metal of them.
        let band = report.regions.first().and_then(|region| region.material).and_then(|material| material.band);
        assert!(name.contains("clean") || band.is_none_or(|band| band == MaterialBand::Organic), "{name}: {band:?}");
        let loads = hidden(&samples, name);
        if let (Some(region), Some(load)) = (report.regions.first(), loads.first()) {
            let common = region.box_px.intersection(load).map_or(0, |common| common.area());
            assert!(2 * common > region.box_px.area().min(load.area()), "{name}: {:?} {load:?}", region.box_px);
            hits += 1;
        }
    }
    assert_eq!(hits, 5, "the highest region lies on the hidden load in each scan where one is found");
}

#[test]
fn an_offset_that_nothing_subtracts_is_never_clear() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::read(samples.join("reels-clean.png")).unwrap();
    let mut scan = source::read(&file, &source::Hints::default(), &source::Limits::default()).unwrap();
    let Samples::U16(counts) = &mut scan.planes[0].samples else { panic!("not 16 bits") };
    counts.mapv_inplace(|count| count.saturating_add(3_000));
    let png = source::write::encode(&scan, source::write::Format::Png).unwrap();
    std::fs::write(folder.path().join("reels-clean.png"), png).unwrap();
    std::fs::copy(samples.join("reels-clean.json"), folder.path().join("reels-clean.json")).unwrap();
    let reports = reports(folder.path());
    let [report] = reports.as_slice() else { panic!("{} reports", reports.len()) };
    assert_eq!(report.verdict, Verdict::Inconclusive, "{:?}", report.warnings);
    assert!(report.warnings.iter().any(|warning| warning.code == "dark_unknown"), "{:?}", report.warnings);
    // The reels themselves are what was not seen: as much as with the dark level known.
    let unseen: f32 = report.unseen.iter().map(|area| area.area_mm2).sum();
    assert!((8e6..1.6e7).contains(&unseen), "{unseen}");
}
