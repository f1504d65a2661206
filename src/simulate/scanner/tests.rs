//! Tests of scanner files.
use super::*;
use crate::simulate::presets;

#[test]
fn every_wrong_value_is_named_with_its_range() {
    let good = presets::SCANNERS[0].text;
    let cases = [
        ("schema_version = 1", "schema_version = 0", "key \"schema_version\": is 0, expected 1"),
        ("bits = 16", "bits = 10", "key \"bits\": is 10, expected 8, 12, 14 or 16"),
        ("scatter = ", "scatter = 1", "key \"detector.scatter\": is 1"),
        ("\nphotons = 2.5e4", "\nphotons = -1", "key \"detector.photons\": is -1"),
        ("mv = 6.0", "mv = nan", "beam 1, key \"mv\": is NaN, expected 2.5 to 10"),
        ("mv = 6.0", "mv = 3.0", "expected the higher one first"),
        ("mv = 6.0", "gamma = \"co60\", mv = 6.0", "expected either \"mv\" or \"gamma\" in each beam"),
        ("mm = 3 }", "mm = -1 }", "key \"filter.mm\": is -1"),
        ("\"steel\"", "\"snow\"", "no material \"snow\""),
        ("photons = 9e3", "photons = 1", "key \"photons\": is 1, expected 1000 to 1000000000"),
        ("crosstalk = ", "crosstalk = 1", "key \"detector.crosstalk\""),
        ("[artefacts]", "[artefacts]\ndead_rows_top = 101", "key \"artefacts.dead_rows_top\": is 101"),
        ("[detector]", "[detector]\nscintillator = \"snow\"", "key \"detector.scintillator\""),
        (
            "[detector]",
            "[second_view]\nsource_mm = 1\ndetector_mm = 2000\nsource_height_mm = 0\narray = \"vertical\"\n[detector]",
            "key \"geometry.source_mm\": is 1, expected 2000 to 50000",
        ),
        ("beams = [", "beams = [] #", "scanner: "),
        (
            "margin_mm = [",
            "margin_mm = [9000, ",
            "key \"margin_mm\": is [9000, 120], expected [lowest, highest] from 20 to 5000",
        ),
        ("drift = ", "drift = 7", "key \"artefacts.drift\""),
    ];
    let mut ran = 0;
    for (from, to, expected) in cases {
        assert!(good.contains(from), "{from}");
        let message = ScannerFile::parse(&good.replace(from, to)).and_then(ScannerFile::check).unwrap_err().to_string();
        assert!(message.contains(expected), "{to}: {message}");
        ran += 1;
    }
    assert_eq!(ran, 17);
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
