//! The Python peer of `benches/peer` and portray find the same regions on the samples.
//!
//! What the peer finds stands in `tests/data/peer-regions.json`, made by `benches/peer/golden.sh`, and is compared always.
//! Where `PORTRAY_PEER_PYTHON` names an interpreter that has the packages of `benches/peer/requirements.txt`
//! (`benches/peer/setup.sh` makes one, and `.ci/run` calls it), the peer itself runs too.

mod sample_reports;

use portray::judge::Verdict;
use portray::report::Report;
use portray::scan::BoxPx;
use sample_reports::reports;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Boxes of one region overlap at least this much (intersection over union).
const LEAST_OVERLAP: f64 = 0.7;
/// Peaks agree to this.
const SCORE: f64 = 0.05;
/// Masses agree to this share, or to twice portray's own standard uncertainty where that is larger.
const MASS: f64 = 0.15;
/// A region whose peak is nearer to the seed than this may be found by one side only.
const KNIFE_EDGE: f64 = 0.05;

/// What is compared of a region.
#[derive(Debug)]
struct Found {
    area: BoxPx,
    score: f64,
    mass: Option<f64>,
}

/// What the peer says of one scan.
#[derive(Debug)]
struct Theirs {
    verdict: String,
    score: f64,
    regions: Vec<Found>,
}

impl Theirs {
    /// From a peer's report or the golden file, which calls a region's mass `mass_kg`.
    fn of(value: &Value) -> Self {
        let region = |r: &Value| Found {
            area: serde_json::from_value(r["box_px"].clone()).unwrap(),
            score: r["score"].as_f64().unwrap(),
            mass: r["mass"]["kg"].as_f64().or_else(|| r["mass_kg"].as_f64()),
        };
        Self {
            verdict: value["verdict"].as_str().unwrap().to_owned(),
            score: value["score"].as_f64().unwrap_or_else(|| panic!("the peer failed: {}", value["error"])),
            regions: value["regions"].as_array().unwrap().iter().map(region).collect(),
        }
    }
}

#[test]
fn the_peers_committed_regions_are_portrays() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden: Value =
        serde_json::from_slice(&std::fs::read(root.join("tests/data/peer-regions.json")).unwrap()).unwrap();
    compare(&reports(&root.join("samples")), |ours| {
        let again = "run benches/peer/golden.sh";
        assert_eq!(golden["model_sha256"], ours.model.sha256.to_string(), "the built-in model changed: {again}");
        let theirs = &golden["scans"][&ours.scan.name];
        assert_eq!(theirs["sha256"], ours.scan.sha256.unwrap().to_string(), "{} changed: {again}", ours.scan.name);
        Theirs::of(theirs)
    });
}

#[test]
fn the_peer_finds_the_same_regions() {
    let Some(python) = std::env::var_os("PORTRAY_PEER_PYTHON") else {
        eprintln!("skipped: PORTRAY_PEER_PYTHON is not set; benches/peer/setup.sh prints the interpreter to use");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::tempdir().unwrap();
    let status = Command::new(&python)
        .arg(root.join("benches/peer/peer.py"))
        .arg(root.join("samples"))
        .arg("--out")
        .arg(out.path())
        .args(["--threads", "2"])
        .status()
        .unwrap_or_else(|error| panic!("PORTRAY_PEER_PYTHON {}: {error}", python.display()));
    assert!(status.success(), "the peer failed: {status}");
    compare(&reports(&root.join("samples")), |ours| {
        let report = std::fs::read(out.path().join(format!("scans/{}.json", ours.scan.name))).unwrap();
        Theirs::of(&serde_json::from_slice(&report).unwrap())
    });
}

fn compare(ours: &[Report], theirs: impl Fn(&Report) -> Theirs) {
    let (mut scans, mut compared, mut alone, mut near_mass) = (0, 0, 0, 0);
    for ours in ours {
        let name = &ours.scan.name;
        let Theirs { verdict: said, score: theirs, regions: peers } = theirs(ours);
        // One place of just the size that counts is a matter of how masks are resampled.
        let unseen: f32 = ours.unseen.iter().map(|area| area.area_mm2).sum();
        let at_the_limit = said == "clear" && ours.verdict == Verdict::Inconclusive && unseen < 12_000.0;
        assert!(
            said == verdict(ours.verdict) || at_the_limit,
            "{name}: the peer says {said}, portray {}",
            ours.verdict
        );
        let score = f64::from(ours.score.unwrap());
        // Without a region the score is the map's highest value, which depends on how a map is enlarged.
        let slack = if ours.regions.is_empty() { 2.0 * SCORE } else { SCORE };
        assert!((theirs - score).abs() <= slack, "{name}: {score} {theirs}");
        let mine: Vec<Found> = ours
            .regions
            .iter()
            .map(|r| Found { area: r.box_px, score: f64::from(r.score), mass: r.mass.map(|mass| f64::from(mass.kg)) })
            .collect();
        for (index, region) in mine.iter().enumerate() {
            let Some(same) = counterpart(region, &peers) else {
                assert!(on_edge(region), "{name}: only portray finds {region:?} among {peers:?}");
                alone += 1;
                continue;
            };
            assert!((same.score - region.score).abs() <= SCORE, "{name}: {region:?} {same:?}");
            let (Some(a), Some(b)) = (region.mass, same.mass) else {
                assert_eq!(region.mass.is_some(), same.mass.is_some(), "{name}: {region:?} {same:?}");
                continue;
            };
            let sigma = f64::from(ours.regions[index].mass.unwrap().sigma_kg);
            near_mass += usize::from((a - b).abs() <= MASS * a.abs());
            assert!((a - b).abs() <= (2.0 * sigma).max(MASS * a.abs()), "{name}: {region:?} {same:?} sigma {sigma}");
            compared += 1;
        }
        for region in peers.iter().filter(|region| counterpart(region, &mine).is_none()) {
            assert!(on_edge(region), "{name}: only the peer finds {region:?} among {mine:?}");
            alone += 1;
        }
        scans += 1;
    }
    eprintln!(
        "{scans} scans, {compared} regions compared, {near_mass} masses within 15 %, {alone} on the knife's edge"
    );
    assert_eq!(scans, 10);
    assert!(compared >= 5 && alone * 3 <= compared && near_mass * 2 >= compared);
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "clear",
        Verdict::Flagged => "flagged",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Failed => "failed",
    }
}

fn on_edge(region: &Found) -> bool {
    // The seed of models/contrast.onnx.
    (region.score - 0.5).abs() <= KNIFE_EDGE
}

/// The region of `others` that overlaps most, if it overlaps enough.
fn counterpart<'a>(region: &Found, others: &'a [Found]) -> Option<&'a Found> {
    let overlap = |other: &Found| {
        let both = region.area.intersection(&other.area).map_or(0, |shared| shared.area()) as f64;
        both / ((region.area.area() + other.area.area()) as f64 - both)
    };
    let best = others.iter().max_by(|a, b| overlap(a).total_cmp(&overlap(b)))?;
    (overlap(best) >= LEAST_OVERLAP).then_some(best)
}
