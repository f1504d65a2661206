//! Against MONAI, scikit-learn, the evaluation code of `MVTec` AD and anomalib.

use super::super::{Froc, MarkedRegion, MarkedScan, PixelHistogram, Weights};
use super::{cases, close, count, number, numbers};

#[test]
fn froc_agrees_with_monai() {
    for case in cases("froc", 24) {
        let scans: Vec<MarkedScan> = (case["scans"].as_array().unwrap().iter())
            .map(|scan| MarkedScan {
                loads: count(&scan["loads"]) as usize,
                regions: (scan["regions"].as_array().unwrap().iter())
                    .map(|region| MarkedRegion {
                        score: number(&region["score"]),
                        loads: numbers(&region["loads"]).into_iter().map(|load| load as usize).collect(),
                    })
                    .collect(),
            })
            .collect();
        let froc = Froc::new(&scans).unwrap();
        let (curve, expected) = (froc.curve(Weights::Ones).unwrap(), case["curve"].as_array().unwrap());
        // MONAI has no thresholds at regions that hit a load which a better one hits too.
        assert!(curve.len() > expected.len() && expected.len() > 1);
        for row in expected {
            let threshold = number(&row["threshold"]);
            let corner = curve.iter().find(|point| (point.threshold - threshold).abs() < 1e-12).unwrap();
            let again = froc.at_threshold(corner.threshold, Weights::Ones).unwrap();
            assert_eq!(again, *corner);
            close(corner.false_per_scan, number(&row["false_per_scan"]), 1e-12);
            close(corner.sensitivity, number(&row["sensitivity"]), 1e-12);
            close(corner.precision.unwrap(), number(&row["precision"]), 1e-12);
        }
        assert_eq!((curve[0].sensitivity, curve[0].precision), (0.0, None));
        let found = froc.sensitivities(&numbers(&case["rates"]), Weights::Ones);
        found.iter().zip(numbers(&case["sensitivities"])).for_each(|(found, expected)| close(*found, expected, 1e-12));
        // A scan that counts twice is a scan that was given twice.
        let mut counts = vec![1; scans.len()];
        counts[0] = 2;
        let mut doubled = scans.clone();
        doubled.push(scans[0].clone());
        let doubled = Froc::new(&doubled).unwrap().curve(Weights::Ones).unwrap();
        assert_eq!(froc.curve(Weights::Counts(&counts)).unwrap(), doubled);
    }
}

#[test]
fn pixel_figures_agree_with_scikit_learn_mvtec_and_anomalib() {
    for case in cases("pixels", 24) {
        let maps = case["maps"].as_array().unwrap();
        let mut histogram = PixelHistogram::new();
        let mut backwards = PixelHistogram::new();
        for map in maps {
            let scores: Vec<f32> = numbers(&map["scores"]).iter().map(|step| (step / 65536.0) as f32).collect();
            let regions: Vec<u32> = numbers(&map["regions"]).iter().map(|region| *region as u32).collect();
            histogram.add(&scores, &regions).unwrap();
            let mut one = PixelHistogram::new();
            one.add(&scores, &regions).unwrap();
            one.merge(&backwards);
            backwards = one;
        }
        assert_eq!(histogram, backwards);
        let figures = histogram.figures().unwrap();
        close(figures.auc, number(&case["auc"]), 1e-12);
        close(figures.average_precision, number(&case["average_precision"]), 1e-12);
        for row in case["aupro"].as_array().unwrap() {
            let area = histogram.aupro(number(&row["limit"])).unwrap().unwrap();
            close(area, number(&row["by_region"]), 1e-12);
            // Both add up in single precision.
            close(area, number(&row["mvtec"]), 1e-6);
            close(area, number(&row["anomalib"]), 1e-6);
        }
    }
}

#[test]
fn scores_off_the_grid_are_rounded_and_off_the_range_clamped() {
    let mut histogram = PixelHistogram::new();
    let step = 1.0 / 65536.0_f32;
    // A hair below and above the same multiple: a tie, which gives an AUC of half.
    histogram.add(&[0.5 - 0.4 * step, 0.5 + 0.4 * step], &[0, 1]).unwrap();
    close(histogram.figures().unwrap().auc, 0.5, 0.0);
    histogram.add(&[-3.0, 7.0, 1.0, 0.0], &[0, 2, 0, 0]).unwrap();
    assert_eq!((histogram.clamped(), histogram.pixels(), histogram.regions()), (2, (2, 4), 2));
    assert!(histogram.add(&[0.1, f32::NAN], &[0, 0]).is_err());
    assert_eq!(histogram.pixels(), (2, 4));
}
