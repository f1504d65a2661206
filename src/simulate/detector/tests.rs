//! Tests of what the detectors record.
use super::*;
use crate::simulate::presets;

fn quiet() -> ScannerModel {
    let mut file = presets::scanner("dual_6_4").unwrap().unwrap().file().clone();
    file.artefacts = crate::simulate::Artefacts::default();
    file.detector.blur_px = 0.0;
    file.detector.scatter = 0.0;
    file.detector.crosstalk = 0.0;
    file.detector.dark = 0.0;
    for beam in &mut file.beams {
        beam.filter.clear();
    }
    // Steps as wide as the noise make it depend on where between two of them the mean lies.
    file.detector.step = 1;
    file.detector.companding = false;
    file.check().unwrap()
}

/// A picture with the same matter everywhere.
fn flat(scanner: &ScannerModel, layers: &[(&str, f64)], size: (usize, usize)) -> Picture {
    let left: Vec<_> = scanner.spectra().iter().map(|beam| beam.behind_layers(layers).unwrap()).collect();
    let array = |value: f64| Array2::from_elem(size, value as f32);
    Picture {
        attenuation: left.iter().map(|left| array(-left.transmission.ln())).collect(),
        coarseness: left.iter().map(|left| array(left.coarseness)).collect(),
        areal: array(layers.iter().map(|(_, g_cm2)| g_cm2).sum()),
    }
}

/// A picture of two planes alike whose noise is as coarse as in air everywhere.
fn picture(attenuation: &Array2<f32>) -> Picture {
    let size = attenuation.dim();
    let coarseness = vec![Array2::from_elem(size, 1.0); 2];
    Picture { attenuation: vec![attenuation.clone(); 2], coarseness, areal: Array2::zeros(size) }
}

fn counts(scanner: &ScannerModel, picture: &Picture, plane: usize) -> Array2<f64> {
    let key = ScanKey::new(3, 3);
    let (rows, columns) = picture.areal.dim();
    let exposure = Exposure::draw(scanner, rows, columns, &key);
    record(picture, plane, scanner, &exposure, &key).samples.as_u16().unwrap().mapv(f64::from)
}

fn mean_and_deviation(values: &Array2<f64>) -> (f64, f64) {
    (values.mean().unwrap(), values.std(0.0))
}

#[test]
fn noise_behind_steel_is_that_of_the_whole_spectrum() {
    let mut file = quiet().file().clone();
    file.detector.electronic = 0.0;
    file.detector.dark = 200.0;
    let scanner = file.check().unwrap();
    let crystal = (scanner.detector.scintillator.as_str(), scanner.detector.scintillator_mm);
    let mut before = 0.0;
    for mm in [0.0, 50.0, 100.0, 200.0, 300.0] {
        let g_cm2 = 0.1 * mm * super::super::matter::density("steel").unwrap();
        let direct = super::super::beam::direct(6.0, crystal, "steel", g_cm2);
        let (mean, deviation) =
            mean_and_deviation(&counts(&scanner, &flat(&scanner, &[("steel", g_cm2)], (192, 192)), 0));
        let signal = 58000.0 * direct.transmission;
        assert!(((mean - 200.0) / signal - 1.0).abs() < 0.015, "{mm} mm: {mean}, expected {signal}");
        let quanta = scanner.photons(0) * scanner.spectra()[0].swank;
        let expected = (58000.0_f64.powi(2) * direct.transmission * direct.coarseness / quanta + 1.0 / 12.0).sqrt();
        println!("{mm} mm of steel: noise {deviation:.2} counts, by direct integration {expected:.2}");
        assert!((deviation / expected - 1.0).abs() < 0.03, "{mm} mm: {deviation}, expected {expected}");
        // By the Swank factor of air it would be lower and lower.
        assert!(direct.coarseness > before, "{mm} mm");
        before = direct.coarseness;
    }
    assert!(before > 1.7, "{before}");
}

#[test]
fn counts_and_noise_are_the_stated_ones_in_both_planes() {
    let scanner = quiet();
    let mut noise = [0.0; 2];
    for mm in [0.0, 30.0, 100.0, 160.0] {
        let picture = flat(&scanner, &[("steel", 0.785 * mm)], (96, 96));
        for (plane, in_air) in noise.iter_mut().enumerate() {
            let (mean, deviation) = mean_and_deviation(&counts(&scanner, &picture, plane));
            let left = scanner.spectra()[plane].behind_layers(&[("steel", 0.785 * mm)]).unwrap();
            let signal = 58000.0 * left.transmission;
            assert!((mean / signal - 1.0).abs() < 0.01, "mean behind {mm} mm: {mean}");
            let stated = scanner.attenuation_noise(plane, left) * signal;
            assert!((deviation / stated - 1.0).abs() < 0.05, "behind {mm} mm: {deviation}, stated {stated}");
            if mm == 0.0 {
                *in_air = deviation;
            }
        }
    }
    // The lower energy gives fewer photons.
    assert!(noise[1] > 1.3 * noise[0], "{noise:?}");
}

#[test]
fn few_photons_leave_the_mean_as_it_is() {
    let mut file = quiet().file().clone();
    (file.detector.dark, file.detector.electronic) = (150.0, 4.0);
    let scanner = file.check().unwrap();
    for attenuation in [6.0f32, 8.0, 9.5] {
        let flat = picture(&Array2::from_elem((192, 192), attenuation));
        let (mean, deviation) = mean_and_deviation(&counts(&scanner, &flat, 0));
        let expected = 150.0 + 58000.0 * f64::from(-attenuation).exp();
        assert!((mean - expected).abs() < 4.0 * deviation / 192.0, "{attenuation}: {mean}, expected {expected}");
    }
}

#[test]
fn crosstalk_correlates_neighbours_in_the_line_and_no_others() {
    for share in [0.0, 0.06, 0.2] {
        let mut file = quiet().file().clone();
        file.detector.crosstalk = share;
        file.detector.afterglow = 0.0;
        let scanner = file.check().unwrap();
        let values = counts(&scanner, &picture(&Array2::zeros((200, 200))), 0);
        let (mean, deviation) = mean_and_deviation(&values);
        let correlation = |down: usize, right: usize| {
            let pairs = (1..200 - down).flat_map(|r| (0..200 - right).map(move |c| (r, c)));
            let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), (r, c)| {
                (sum + (values[[r, c]] - mean) * (values[[r + down, c + right]] - mean), count + 1.0)
            });
            sum / count / deviation.powi(2)
        };
        // Folding white noise with (s/2, 1 - s, s/2).
        let variance = (1.0 - share).powi(2) + share * share / 2.0;
        let expected = share * (1.0 - share) / variance;
        println!("crosstalk {share}: correlation {:.3} down, {:.3} right", correlation(1, 0), correlation(0, 1));
        assert!((correlation(1, 0) - expected).abs() < 0.02, "{share}: {}, expected {expected}", correlation(1, 0));
        assert!(correlation(0, 1).abs() < 0.02 && correlation(3, 0).abs() < 0.02, "{share}");
        assert!((mean / 58000.0 - 1.0).abs() < 1e-3, "the light is all there: {mean}");
        let left = scanner.spectra()[0].behind_layers(&[]).unwrap();
        let stated = 58000.0 * scanner.attenuation_noise(0, left) * variance.sqrt();
        assert!((deviation / stated - 1.0).abs() < 0.03, "{share}: {deviation}, expected {stated}");
    }
}

#[test]
fn afterglow_trails_behind_an_edge_and_interlacing_shifts_the_second_plane() {
    let mut file = quiet().file().clone();
    file.detector.afterglow = 0.05;
    file.detector.photons = 1e9;
    file.detector.electronic = 0.0;
    file.artefacts.interlace = 0.5;
    let scanner = file.check().unwrap();
    let edge = Array2::from_shape_fn((16, 64), |(_, c)| if c < 32 { 0.0 } else { 5.0f32 });
    let picture = picture(&edge);
    let key = ScanKey::new(1, 1);
    let exposure = Exposure::draw(&scanner, 16, 64, &key);
    let planes = [0, 1].map(|plane| record(&picture, plane, &scanner, &exposure, &key));
    let [first, second] = [0, 1].map(|plane| planes[plane].samples.as_u16().unwrap());
    let dark = f64::from(-5.0f32).exp() * 58000.0;
    assert!(f64::from(first[[8, 32]]) > dark + 0.04 * 58000.0 && f64::from(first[[8, 60]]) < dark * 1.2);
    assert!(first[[8, 31]] > 55000 && (28000..31000).contains(&second[[8, 31]]), "{}", second[[8, 31]]);
}

#[test]
fn stuck_channels_and_motion_are_drawn() {
    let mut file = quiet().file().clone();
    file.artefacts.dead_channels = 8.0;
    file.artefacts.saturated_channels = 8.0;
    file.artefacts.uneven_speed = 0.1;
    file.artefacts.wobble_mm = 4.0;
    let scanner = file.check().unwrap();
    let key = ScanKey::new(6, 2);
    let exposure = Exposure::draw(&scanner, 200, 50, &key);
    let picture = picture(&Array2::zeros((200, 50)));
    let plane = record(&picture, 0, &scanner, &exposure, &key);
    let samples = plane.samples.as_u16().unwrap();
    assert!(exposure.stuck.len() > 1);
    for (row, full) in &exposure.stuck {
        assert!(samples.row(*row).iter().all(|v| if *full { *v == u16::MAX } else { *v < 100 }), "row {row}");
    }
    let motion = motion(&scanner, &mut key.stream("motion", 0));
    let mean = motion.speed.iter().sum::<f64>() / motion.speed.len() as f64;
    let spread = (motion.speed.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / motion.speed.len() as f64).sqrt();
    assert!((0.04..0.2).contains(&spread), "{spread}");
    assert!(motion.shift_mm.iter().all(|mm| mm.abs() <= 4.0) && motion.shift_mm.iter().any(|mm| mm.abs() > 2.0));
}

#[test]
fn dropouts_dead_rows_and_polarity_show() {
    let mut file = quiet().file().clone();
    file.artefacts.dropouts = 30.0;
    (file.artefacts.dead_rows, file.artefacts.dead_rows_top) = (5, 3);
    let bright = file.clone().check().unwrap();
    file.polarity = Polarity::AirDark;
    let dark = file.check().unwrap();
    let key = ScanKey::new(5, 5);
    let air = picture(&Array2::zeros((40, 200)));
    let exposure = Exposure::draw(&bright, 40, 200, &key);
    assert!(exposure.dropouts.len() > 10);
    let one = record(&air, 0, &bright, &exposure, &key);
    let two = record(&air, 0, &dark, &exposure, &key);
    let (one, two) = (one.samples.as_u16().unwrap(), two.samples.as_u16().unwrap());
    assert!(one.iter().zip(two.iter()).all(|(a, b)| *a == u16::MAX - *b));
    let live = exposure.dropouts.iter().map(|d| d.0).collect::<Vec<_>>();
    for ((row, column), value) in one.indexed_iter().filter(|((_, c), _)| !live.contains(c)) {
        assert_eq!(*value < 100, !(3..35).contains(&row), "row {row} column {column}: {value}");
    }
    assert!(exposure.dropouts.iter().all(|d| [0, u16::MAX].contains(&one[[d.1, d.0]])));
}
