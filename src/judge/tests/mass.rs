//! Mass and material band of regions.

use super::super::attenuation::MassAttenuation;
use super::super::settings::Settings;
use super::super::{MaterialBand, Verdict, Zone, judge};
use super::{contract, inference, judged, prepared};
use crate::prepare::{PixelState, Prepared};
use crate::scan::{BoxPx, Metadata};
use ndarray::s;

#[test]
fn a_load_is_flagged_with_its_mass_place_and_band() {
    let mut prepared = prepared();
    let mut inference = inference(&prepared);
    // 100 kg of organic goods over 0.6 x 0.5 m, by Beer-Lambert at the effective energies of 9 and 6 MV.
    let area_cm2 = 60.0 * 50.0;
    let per_cm2 = 100_000.0 / area_cm2;
    let place = s![100..150, 1120..1180];
    for (plane, mev) in [(0, 3.0), (1, 2.0)] {
        let extra = per_cm2 * MassAttenuation::at(mev).organic;
        prepared.attenuation[plane].slice_mut(place).mapv_inplace(|value| value + extra);
    }
    inference.map.as_mut().unwrap().scores.slice_mut(place).fill(0.9);
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.verdict, Verdict::Flagged);
    assert_eq!(judgement.score, 0.9);
    assert_eq!(judgement.regions.len(), 1);
    let region = &judgement.regions[0];
    assert_eq!(region.box_px, BoxPx { x: 100 + 2240, y: 50 + 200, width: 120, height: 100 });
    assert_eq!(region.zone, Some(Zone::DoorEnd));
    assert!((region.area_mm2 - 300_000.0).abs() < 1.0);
    let mass = region.mass.unwrap();
    assert!((mass.kg - 100.0).abs() < 0.5, "{mass:?}");
    assert!((mass.sigma_kg - 16.0).abs() < 1.0, "{mass:?}");
    assert_eq!(region.polygons.len(), 1);
}

#[test]
fn a_mass_is_as_uncertain_as_the_pixels_are_large() {
    let mass = |pixel_sigma: f32| {
        let mut prepared = prepared();
        let mut inference = inference(&prepared);
        let place = s![100..150, 600..660];
        prepared.attenuation[0].slice_mut(place).mapv_inplace(|value| value + 1.0);
        inference.map.as_mut().unwrap().scores.slice_mut(place).fill(0.9);
        prepared.frame.pixel_sigma = pixel_sigma;
        judged(&prepared, &inference).regions[0].mass
    };
    let stated = mass(0.0).unwrap();
    for (sigma, expected) in [(0.05, 0.16_f32.hypot(0.1)), (0.5, 0.16_f32.hypot(1.0))] {
        let found = mass(sigma).unwrap();
        assert_eq!(found.kg, stated.kg);
        assert!((found.sigma_kg / found.kg - expected).abs() < 0.01, "{sigma}: {found:?}");
    }
    assert_eq!(mass(1.0), None, "a default tells nothing");
}

#[test]
fn a_band_is_named_only_where_the_energies_can_tell_it() {
    let band = |stated: &[f32], low_mev: f32, coefficient: fn(MassAttenuation) -> f32| {
        let mut prepared = prepared();
        let mut inference = inference(&prepared);
        let place = s![100..150, 600..660];
        for (plane, mev) in [(0, 3.0), (1, low_mev)] {
            let extra = 20.0 * coefficient(MassAttenuation::at(mev));
            prepared.attenuation[plane].slice_mut(place).mapv_inplace(|value| value + extra);
        }
        inference.map.as_mut().unwrap().scores.slice_mut(place).fill(0.9);
        prepared.energies_mv = stated.to_vec();
        let judgement = judged(&prepared, &inference);
        judgement.regions[0].material.unwrap().band
    };
    assert_eq!(band(&[9.0, 3.0], 1.0, |at| at.organic), Some(MaterialBand::Organic));
    assert_eq!(band(&[9.0, 3.0], 1.0, |at| at.metal), Some(MaterialBand::Metal));
    assert_eq!(band(&[9.0, 6.0], 2.0, |at| at.metal), Some(MaterialBand::Metal));
    // Too close, or not stated: no band.
    assert_eq!(band(&[9.0, 6.0], 2.0, |at| at.mineral), None);
    assert_eq!(band(&[], 2.0, |at| at.metal), None);
}

#[test]
fn an_energy_that_may_be_a_sources_or_an_accelerators_is_said() {
    let mut prepared = prepared();
    let warned = |prepared: &Prepared, source| {
        let metadata = Metadata { source, ..Metadata::default() };
        let settings = Settings::default().check().unwrap();
        let judgement = judge(prepared, &inference(prepared), &contract(), &metadata, &[], &settings).unwrap();
        judgement.warnings.iter().any(|warning| warning.code == "beam_source_unknown")
    };
    prepared.energies_mv = vec![1.5];
    assert!(warned(&prepared, None) && !warned(&prepared, Some(crate::scan::BeamSource::Accelerator)));
    prepared.energies_mv = vec![1.25];
    assert!(!warned(&prepared, None));
}

#[test]
fn mass_counts_what_the_outline_leaves_out_and_says_where_it_is_a_least_one() {
    let mut prepared = prepared();
    let mut inference = inference(&prepared);
    let place = s![100..150, 600..660];
    prepared.attenuation[0].slice_mut(place).fill(1.8);
    inference.map.as_mut().unwrap().scores.slice_mut(s![102..148, 602..658]).fill(0.9);
    let whole = judged(&prepared, &inference).regions[0].mass.unwrap();
    // 0.6 x 0.5 m of extra attenuation 1.0 at 3 MeV.
    let expected = 60.0 * 50.0 / MassAttenuation::at(3.0).organic / 1000.0;
    assert!((whole.kg / expected - 1.0).abs() < 0.01 && !whole.at_least, "{whole:?} {expected}");
    // A speck that was not seen could be twice as heavy without leaving the uncertainty; a core could not.
    for (rows, at_least) in [(110..120, false), (105..145, true)] {
        let core = s![rows, 610..650];
        prepared.attenuation[0].slice_mut(core).fill(1.8);
        prepared.state.slice_mut(core).fill(PixelState::Shielded);
        let mass = judged(&prepared, &inference).regions[0].mass.unwrap();
        assert!(mass.at_least == at_least && mass.kg == whole.kg, "{mass:?}");
    }
}

#[test]
fn a_line_that_goes_on_beyond_a_region_hides_what_lies_behind_it_only() {
    let at_least = |line: std::ops::Range<usize>, core: std::ops::Range<usize>, askew: usize| {
        let mut prepared = prepared();
        let mut inference = inference(&prepared);
        let place = s![100..150, 600..660];
        prepared.attenuation[0].slice_mut(place).fill(1.8);
        inference.map.as_mut().unwrap().scores.slice_mut(place).fill(0.9);
        for column in 0..1219 {
            let rows = line.start + askew * column / 1219..line.end + askew * column / 1219;
            let mut line = prepared.attenuation[0].slice_mut(s![rows.clone(), column]);
            line.fill(6.9);
            prepared.state.slice_mut(s![rows, column]).fill(PixelState::Shielded);
        }
        prepared.attenuation[0].slice_mut(s![core.clone(), 610..650]).fill(6.9);
        prepared.state.slice_mut(s![core, 610..650]).fill(PixelState::Shielded);
        judged(&prepared, &inference).regions[0].mass.unwrap().at_least
    };
    // The floor line under it, a roof line along its upper rows.
    for line in [147..152, 98..104] {
        assert!(!at_least(line.clone(), 0..0, 0), "{line:?}");
        assert!(!at_least(line.clone(), 0..0, 12), "{line:?}, askew");
        // A core of its own counts as well where it touches the line.
        assert!(at_least(line.clone(), 104..147, 0), "{line:?}");
    }
    // Half of it is behind opaque cargo.
    assert!(at_least(125..190, 0..0, 0));
    // Nothing of it is behind anything.
    assert!(!at_least(200..210, 0..0, 0));
}
