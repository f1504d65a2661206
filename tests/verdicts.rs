//! What the built-in baseline says of the samples: the loads it can see are flagged, and README names the rest.

mod sample_reports;

use portray::judge::{Verdict, Zone};
use portray::scan::{BoxPx, Truth};
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
        // Bars in place of fruit in a pallet: beyond the baseline. The beam does not get through all of the chassis' twist locks.
        ("bananas-in-cargo.tif", Inconclusive, None),
        // 29 kg within the refrigeration unit: beyond the baseline.
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
        let loads = hidden(&samples, name);
        if let (Some(region), Some(load)) = (report.regions.first(), loads.first()) {
            let common = region.box_px.intersection(load).map_or(0, |common| common.area());
            assert!(2 * common > region.box_px.area().min(load.area()), "{name}: {:?} {load:?}", region.box_px);
            hits += 1;
        }
    }
    assert_eq!(hits, 4, "the highest region lies on the hidden load in each scan where one is found");
}
