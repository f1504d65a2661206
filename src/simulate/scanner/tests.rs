//! Tests of scanner files.
use super::*;
use crate::simulate::presets;
use crate::simulate::scenario::tests::each_is_told;

#[test]
fn every_wrong_value_is_named_with_its_range() {
    let good = presets::SCANNERS[0].text;
    let cases = [
        ["schema_version = 1", "schema_version = 0", "key \"schema_version\": is 0, expected 1"],
        ["bits = 16", "bits = 10", "key \"bits\": is 10, expected 8, 12, 14 or 16"],
        ["scatter = ", "scatter = 1", "key \"detector.scatter\": is 1"],
        ["\nphotons = 2.5e4", "\nphotons = -1", "key \"detector.photons\": is -1"],
        ["mv = 6.0", "mv = nan", "beam 1, key \"mv\": is NaN, expected 2.5 to 10"],
        ["mv = 6.0", "mv = 3.0", "expected the higher one first"],
        ["mv = 6.0", "gamma = \"co60\", mv = 6.0", "expected either \"mv\" or \"gamma\" in each beam"],
        ["mm = 3 }", "mm = -1 }", "key \"filter.mm\": is -1"],
        ["\"steel\"", "\"snow\"", "no material \"snow\""],
        ["photons = 9e3", "photons = 1", "key \"photons\": is 1, expected 1000 to 1000000000"],
        ["crosstalk = ", "crosstalk = 1", "key \"detector.crosstalk\""],
        ["[artefacts]", "[artefacts]\ndead_rows_top = 101", "key \"artefacts.dead_rows_top\": is 101"],
        ["[detector]", "[detector]\nscintillator = \"snow\"", "key \"detector.scintillator\""],
        [
            "[detector]",
            "[second_view]\nsource_mm = 1\ndetector_mm = 2000\nsource_height_mm = 0\narray = \"vertical\"\n[detector]",
            "key \"geometry.source_mm\": is 1, expected 2000 to 50000",
        ],
        ["beams = [", "beams = [] #", "scanner: "],
        [
            "margin_mm = [",
            "margin_mm = [9000, ",
            "key \"margin_mm\": is [9000, 120], expected [lowest, highest] from 20 to 5000",
        ],
        ["drift = ", "drift = 7", "key \"artefacts.drift\""],
        ["air = 58000\ndark = 150", "air = 64900\ndark = 700", "key \"detector.air\": is 64900, which with"],
        ["bits = 16", "bits = 12", ""],
        ["mv = 4.0", "target_mm = 3, gamma = \"cs137\"", "beam 2, key \"target_mm\": is told for a gamma source"],
        ["mv = 4.0", "scatter = 0.6, mv = 4.0", "beam 2, key \"scatter\": is 0.6, expected 0 to 0.5"],
    ];
    assert_eq!(cases.len(), 21);
    let checked = |text: &str| ScannerFile::parse(text).and_then(ScannerFile::check);
    each_is_told(good, &cases, checked);
    // What was read off a file of 12 bits is no count on a 16-bit scale.
    let low = good.replace("air = 58000", "air = 4095");
    each_is_told(&low, &[["bits = 16", "bits = 12", "key \"detector.air\": is 4095 with 12 bits"]], checked);
    each_is_told(&low, &[["bits = 16", "bits = 8", ""]], checked);
}

#[test]
fn a_filter_hardens_a_gamma_source_too() {
    let file = |filter: &str| {
        let text = presets::SCANNERS.iter().find(|preset| preset.name == "gamma_co60").map(|preset| preset.text);
        text.unwrap_or_default().replace("gamma = \"co60\"", &format!("gamma = \"co60\"{filter}"))
    };
    let lines = |filter: &str| {
        let scanner = ScannerFile::parse(&file(filter)).and_then(ScannerFile::check).unwrap();
        scanner.spectra()[0].weight[1]
    };
    // 50 mm of lead: both lines lose, the softer one more.
    let (bare, hard) = (lines(""), lines(", filter = [{ material = \"lead\", mm = 50 }]"));
    assert!(hard > bare + 0.05, "{bare} {hard}");
    let message = ScannerFile::parse(&file(", filter = [{ material = \"snow\", mm = 5 }]"));
    let message = message.and_then(ScannerFile::check).unwrap_err().to_string();
    assert!(message.contains("no material \"snow\""), "{message}");
}

#[test]
fn steps_are_those_of_bits_and_companding() {
    let mut file = presets::scanner("dual_6_4").unwrap().unwrap().file().clone();
    let mut steps = |bits: u32, step: u32, companding: bool| {
        (file.bits, file.detector.step, file.detector.companding) = (bits, step, companding);
        let scanner = file.clone().check().unwrap();
        [10.0, 1000.0, 58_000.0].map(|counts| scanner.step_at(counts))
    };
    assert_eq!(steps(16, 1, false), [1.0; 3]);
    assert_eq!(steps(14, 1, false), [4.0; 3]);
    assert_eq!(steps(12, 1, false), [16.0; 3]);
    assert_eq!(steps(8, 1, false), [256.0; 3]);
    assert_eq!(steps(16, 8, true), [8.0, 64.0, 512.0]);
}
