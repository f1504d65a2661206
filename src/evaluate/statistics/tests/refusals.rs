//! What has no figure is refused, and says why.

use super::super::{
    Bootstrap, Calibration, DeLong, DriftMartingale, Error, Froc, MarkedRegion, MarkedScan, PixelHistogram, Ranking,
    Timings, Wanted, Weights, cases_to_show, interleaved_ratio, kolmogorov_smirnov, newcombe_paired, scans_needed,
    ville_threshold, wilson,
};

const NAN: f64 = f64::NAN;

#[test]
fn values_that_are_no_numbers_are_refused_with_their_place() {
    let place = |error: Option<Error>| match error {
        Some(Error::NotANumber { at, .. }) => at,
        other => panic!("{other:?}"),
    };
    assert_eq!(place(Ranking::new(&[1.0, NAN], &[true, false]).err()), 1);
    assert_eq!(place(DeLong::new(&[1.0, 2.0, NAN, 3.0], &[true, false, true, false]).err()), 2);
    assert_eq!(place(Calibration::new(&[NAN]).err()), 0);
    assert_eq!(place(kolmogorov_smirnov(&[1.0], &[2.0, f64::INFINITY]).err()), 1);
    assert_eq!(place(DriftMartingale::new(&[], 0).unwrap().push(NAN).err()), 0);
    assert_eq!(place(Timings::new(&[1.0, NAN], 0.95).err()), 1);
    assert_eq!(place(PixelHistogram::new().add(&[0.0, 0.0, f32::NAN], &[0, 0, 0]).err()), 2);
    let scan = MarkedScan { loads: 1, regions: vec![MarkedRegion { score: NAN, loads: vec![] }] };
    assert_eq!(place(Froc::new(&[scan]).err()), 0);
}

#[test]
fn infinite_scores_rank_at_the_ends() {
    let ranking = Ranking::new(&[f64::INFINITY, 0.0, -0.0, f64::NEG_INFINITY], &[true, true, false, false]).unwrap();
    let figures = ranking.measure(Weights::Ones, &Wanted::default()).unwrap();
    assert_eq!(figures.auc, 0.875, "0.0 and -0.0 are a tie");
}

#[test]
fn a_class_without_cases_has_no_figures() {
    let wanted = Wanted::new(&[0.1], &[0.1]).unwrap();
    for positive in [true, false] {
        let ranking = Ranking::new(&[1.0, 2.0], &[positive; 2]).unwrap();
        assert_eq!(ranking.measure(Weights::Ones, &wanted), None);
        assert_eq!((ranking.roc(Weights::Ones), ranking.at_threshold(0.0, Weights::Ones)), (None, None));
    }
    let ranking = Ranking::new(&[1.0, 2.0], &[true, false]).unwrap();
    assert_eq!(ranking.measure(Weights::Counts(&[0, 3]), &wanted), None);
    let mut numbers = [0.0; 4];
    ranking.fill(Weights::Counts(&[3, 0]), &wanted, &mut numbers);
    assert!(numbers.iter().all(|number| number.is_nan()));
    let clean = Froc::new(&[MarkedScan::default()]).unwrap();
    assert!(clean.curve(Weights::Ones).is_none() && clean.sensitivities(&[1.0], Weights::Ones)[0].is_nan());
    let mut pixels = PixelHistogram::new();
    pixels.add(&[0.5], &[0]).unwrap();
    assert_eq!((pixels.figures(), pixels.aupro(0.3).unwrap()), (None, None));
}

#[test]
fn too_few_cases_and_wrong_ranges_are_refused() {
    assert!(matches!(wilson(0, 0, 0.95), Err(Error::Few { needed: 1, .. })));
    assert!(matches!(wilson(3, 2, 0.95), Err(Error::Range { .. })));
    assert!(matches!(newcombe_paired(&super::super::Paired::default(), 0.95), Err(Error::Few { .. })));
    assert!(matches!(
        DeLong::new(&[1.0, 2.0, 3.0], &[true, false, false]),
        Err(Error::Few { needed: 2, found: 1, .. })
    ));
    assert!(matches!(interleaved_ratio(&[1.0, 1.0], &[1.0, 1.0], 0.95), Err(Error::Few { needed: 3, .. })));
    assert!(matches!(interleaved_ratio(&[1.0, 0.0, 1.0], &[1.0; 3], 0.95), Err(Error::Range { .. })));
    assert!(matches!(Bootstrap::new::<u8>(&[], &[], 0), Err(Error::Few { .. })));
    assert!(matches!(Ranking::new(&[1.0], &[]), Err(Error::Lengths { expected: 1, found: 0, .. })));
    for level in [0.0, 1.0, -1.0, NAN] {
        assert!(matches!(wilson(1, 2, level), Err(Error::Range { .. })), "{level}");
        assert!(
            scans_needed(level).is_err() && ville_threshold(level).is_err() && cases_to_show(level, 0, 0.95).is_err()
        );
    }
    assert!(
        Wanted::new(&[1.1], &[]).is_err() && Wanted::new(&[], &[0.0]).is_err() && Wanted::new(&[NAN], &[]).is_err()
    );
    let stray = MarkedScan { loads: 1, regions: vec![MarkedRegion { score: 0.5, loads: vec![1] }] };
    assert!(matches!(Froc::new(&[stray]), Err(Error::Range { .. })));
    let message = Calibration::new(&[1.0]).unwrap().threshold(0.004).unwrap_err().to_string();
    assert_eq!(message, "a threshold for this false-alarm rate, of clean scans, needs at least 249 cases, there are 1");
}
