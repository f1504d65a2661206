//! Oddities in scenes made by hand.

use super::*;
use crate::simulate::draw::ScanKey;
use crate::simulate::scene::mass_kg;

const HOLD: Hold = Hold { x: [59.0, 12_120.0], y: [150.0, 2550.0], z: [-1175.0, 1175.0] };

/// Pallets of cartons with gaps between them, and free floor behind.
fn scene() -> (Scene, f64) {
    let mut scene = Scene::default();
    let mut end = 0.0;
    for pallet in 0..6 {
        let x = [100.0 + f64::from(pallet) * 1400.0, 1300.0 + f64::from(pallet) * 1400.0];
        let top = scene.pallet(x, 150.0, [-400.0, 400.0]);
        for layer in 0..4 {
            let y = [top + f64::from(layer) * 350.0, top + f64::from(layer) * 350.0 + 348.0];
            scene.block(x, y, [-400.0, 400.0], "cardboard");
        }
        scene.bulk(x, [top, top + 1398.0], [-400.0, 400.0], "cardboard");
        end = x[1];
    }
    (scene, end)
}

#[test]
fn every_oddity_finds_a_place_and_stays_in_or_on_the_container() {
    let mut ran = 0;
    for (name, put) in ODDITIES {
        let mut built = 0;
        for seed in 0..30 {
            let (mut scene, cargo_end) = scene();
            let before = scene.clone();
            let mut draw = ScanKey::new(seed, 0).stream("ordinary", 0);
            let site = Site {
                hold: &HOLD,
                kind: if *name == "ice" { ContainerKind::Reefer40 } else { ContainerKind::Box40 },
                cargo_end,
            };
            if !put(&mut scene, &site, &mut draw) {
                assert_eq!(scene.solids.len(), before.solids.len(), "{name} without room leaves the scene alone");
                continue;
            }
            built += 1;
            assert_ne!(scene.solids, before.solids, "{name}");
            assert!(scene.solids.len() - before.solids.len() < 160, "{name}");
            let added = &scene.solids[before.solids.len()..];
            let kg: f64 = added.iter().map(mass_kg).sum();
            assert!(kg < 700.0, "{name}: {kg} kg");
            for solid in &scene.solids {
                let (low, high) = solid.body.bounds();
                let inside = low[0] >= 59.0 - 1e-6 && high[0] <= 12_120.0 && low[1] >= 149.0 && high[1] <= 2550.0;
                let across = low[2] >= -1230.0 && high[2] <= 1230.0;
                assert!(inside && across, "{name}, seed {seed}: {low:?} {high:?}");
            }
        }
        assert!(built >= 5, "{name} found room in {built} of 30 scenes");
        ran += 1;
    }
    assert_eq!(ran, ODDITIES.len());
}

#[test]
fn as_many_as_the_scenario_says_and_the_same_from_the_same_seed() {
    let of = |seed, often| {
        let (mut scene, cargo_end) = scene();
        let mut draw = ScanKey::new(seed, 0).stream("ordinary", 0);
        let names = add(&mut scene, &HOLD, ContainerKind::Box40, cargo_end, often, &mut draw);
        (names, scene.solids)
    };
    assert_eq!(of(1, 2.0), of(1, 2.0));
    assert!((0..50).all(|seed| of(seed, 0.0).0.is_empty()));
    let mean = (0..200).map(|seed| of(seed, 0.7).0.len()).sum::<usize>() as f64 / 200.0;
    assert!((0.5..0.9).contains(&mean), "{mean}");
}

#[test]
fn things_weigh_what_they_do() {
    let mut draw = ScanKey::new(1, 0).stream("ordinary", 0);
    let mut kg = |of: fn(&mut Draw) -> Vec<Solid>| of(&mut draw).iter().map(mass_kg).sum::<f64>();
    for (name, of, from, to) in [
        ("hammer", things::hammer as fn(&mut Draw) -> Vec<Solid>, 2.0, 10.0),
        ("wheel", things::wheel, 8.0, 110.0),
        ("generator", things::generator, 30.0, 110.0),
        ("drinks", things::drinks, 8.0, 26.0),
        ("broom", things::broom, 0.5, 3.0),
        ("logger", things::logger, 0.05, 2.5),
        ("dunnage bag", things::dunnage_bag, 0.5, 9.0),
        ("chain", things::chain, 10.0, 250.0),
    ] {
        let found = kg(of);
        assert!((from..to).contains(&found), "{name}: {found} kg");
    }
}

#[test]
fn all_of_an_object_starts_at_the_origin() {
    let mut draw = ScanKey::new(2, 0).stream("ordinary", 0);
    for _ in 0..20 {
        for solid in
            [things::wheel(&mut draw), things::broom(&mut draw), things::drinks(&mut draw), things::beams(&mut draw)]
                .concat()
        {
            let (low, _) = solid.body.bounds();
            assert!(low.iter().all(|v| *v >= -1e-6), "{solid:?}");
        }
    }
}
