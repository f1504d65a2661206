//! Oddities in containers with stacks of cartons made by hand.

use super::*;
use crate::simulate::container;
use crate::simulate::draw::ScanKey;
use crate::simulate::scene::mass_kg;

/// Pallets of cartons with gaps between them, and free floor behind.
fn scene(kind: ContainerKind) -> (Scene, Hold, f64) {
    let (mut scene, hold) = container::build(kind, &mut ScanKey::new(1, 1).stream("container", 0));
    let first = scene.solids.len();
    let mut end = 0.0;
    for pallet in 0..6 {
        let left = hold.x[0] + 150.0 + f64::from(pallet) * 1400.0;
        let top = scene.pallet([left, left + 1200.0], hold.y[0], [-400.0, 400.0]);
        for number in 0..16 {
            let (column, layer, row) = (f64::from(number % 2), f64::from(number / 4), f64::from(number / 2 % 2));
            let (x, y) = (
                [left + column * 600.0, left + column * 600.0 + 598.0],
                [top + layer * 350.0, top + layer * 350.0 + 348.0],
            );
            let z = [-400.0 + row * 400.0, -2.0 + row * 400.0];
            scene.add(Solid::cuboid(x, y, z, "cardboard").hollow(5.0));
            let less = |side: [f64; 2]| [side[0] + 6.0, side[1] - 6.0];
            scene.add(Solid::cuboid(less(x), less(y), less(z), "paper"));
        }
        end = left + 1200.0;
        scene.bulk([left, end], [top, top + 1398.0], [-400.0, 400.0], "cardboard");
    }
    scene.cargo = first..scene.solids.len();
    (scene, hold, end)
}

/// The container in which something can be.
fn home(name: &str) -> ContainerKind {
    if ["ice", "insulation_repair", "things_in_unit"].contains(&name) {
        ContainerKind::Reefer40
    } else {
        ContainerKind::Box40
    }
}

#[test]
fn every_oddity_finds_a_place_and_stays_in_or_on_the_container() {
    let mut ran = 0;
    for (name, put) in ODDITIES.iter().chain(IN_HIDES) {
        let mut built = 0;
        let kind = home(name);
        let (before, hold, cargo_end) = scene(kind);
        let site = Site { hold: &hold, kind, cargo_end };
        for seed in 0..20 {
            let mut scene = before.clone();
            let mut draw = ScanKey::new(seed, 0).stream("ordinary", 0);
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
            let size = kind.size();
            for solid in added {
                let (low, high) = solid.body.bounds();
                let inside = low[0] >= 0.0 && high[0] <= size[0] && low[1] >= 0.0 && high[1] <= size[1];
                assert!(inside && low[2] >= -1230.0 && high[2] <= 1230.0, "{name}, seed {seed}: {low:?} {high:?}");
            }
        }
        assert!(built >= 4, "{name} found room in {built} of 20 scenes");
        ran += 1;
    }
    assert_eq!(ran, ODDITIES.len() + IN_HIDES.len());
}

#[test]
fn cargo_is_changed_by_whole_cartons() {
    let mut ran = 0;
    for (name, put) in IN_CARGO {
        let (before, hold, cargo_end) = scene(ContainerKind::Box40);
        let site = Site { hold: &hold, kind: ContainerKind::Box40, cargo_end };
        for seed in 0..20 {
            let mut scene = before.clone();
            if !put(&mut scene, &site, &mut ScanKey::new(seed, 0).stream("ordinary", 0)) {
                continue;
            }
            ran += 1;
            let cartons = |scene: &Scene| scene.stowed().iter().filter(|s| s.material == "cardboard").count();
            let papers = |scene: &Scene| scene.stowed().iter().filter(|s| s.material == "paper").count();
            assert!(papers(&scene) < papers(&before), "{name} {seed}");
            // Books and tins are where paper was; otherwise a carton goes with what it holds.
            assert!(*name == "heavy_carton" || cartons(&scene) == papers(&scene), "{name} {seed}");
            assert!(*name != "heavy_carton" || cartons(&scene) == cartons(&before), "{name} {seed}");
            for solid in scene.stowed().iter().filter(|s| s.material == "paper") {
                assert!(before.solids.contains(solid), "{name} {seed}: a carton was cut");
            }
        }
    }
    assert!(ran > 45, "{ran}");
}

#[test]
fn as_many_as_the_scenario_says_and_the_same_from_the_same_seed() {
    let of = |seed, often| {
        let (mut scene, hold, cargo_end) = scene(ContainerKind::Box40);
        let mut draw = ScanKey::new(seed, 0).stream("ordinary", 0);
        let names = add(&mut scene, &hold, ContainerKind::Box40, cargo_end, often, &mut draw);
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
