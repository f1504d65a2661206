use super::super::draw::ScanKey;
use super::super::matter;
use super::*;

const KINDS: [ContainerKind; 6] = [
    ContainerKind::Box20,
    ContainerKind::Box40,
    ContainerKind::Box40Hc,
    ContainerKind::Reefer40,
    ContainerKind::OpenTop40,
    ContainerKind::Tank20,
];

const VEHICLES: [Vehicle; 4] = [Vehicle::None, Vehicle::Chassis, Vehicle::Truck, Vehicle::Railcar];

fn draw(index: u64, name: &str) -> Draw {
    ScanKey::new(5, index).stream(name, 0)
}

/// Mass in kg by lines through the solid along the beam: cuts count where they are.
fn kg(solid: &Solid) -> f64 {
    const N: i32 = 60;
    let (low, high) = solid.body.bounds();
    let step = [0, 1].map(|axis| (high[axis] - low[axis]) / f64::from(N));
    let mut length = 0.0;
    for i in 0..N {
        for j in 0..N {
            let at = |n: i32, axis: usize| low[axis] + (f64::from(n) + 0.5) * step[axis];
            length += solid.path([at(i, 0), at(j, 1), low[2] - 1.0], [0.0, 0.0, 1.0]).map_or(0.0, |p| p.0);
        }
    }
    length * step[0] * step[1] * matter::density(solid.material).unwrap() * solid.density * 1e-6
}

fn total(solids: &[Solid]) -> f64 {
    solids.iter().map(kg).sum()
}

/// What is the liquid of a tank and not the tank.
fn is_filling(solid: &Solid) -> bool {
    ["water", "oil", "beverage"].contains(&solid.material)
}

#[test]
fn tare_masses_are_those_of_real_containers() {
    // Builders' tare masses in kg.
    let tares = [2200.0, 3700.0, 3900.0, 4600.0, 3900.0, 3800.0];
    for (kind, tare) in KINDS.into_iter().zip(tares) {
        for index in 0..3 {
            let (scene, _) = build(kind, &mut draw(index, "container"));
            let empty: Vec<Solid> = scene.solids.iter().filter(|s| !is_filling(s)).cloned().collect();
            let found = total(&empty);
            println!("{kind:?} {found:.0} kg, {} solids", scene.solids.len());
            assert!((found / tare - 1.0).abs() < 0.15, "{kind:?}: {found:.0} kg, real {tare}");
        }
    }
}

#[test]
fn vehicles_have_their_masses() {
    let mass = |vehicle_of: Vehicle, index: u64| {
        let mut scene = Scene::default();
        vehicle(&mut scene, vehicle_of, ContainerKind::Box40, &mut draw(index, "vehicle"));
        total(&scene.solids)
    };
    for index in 0..3 {
        let (chassis, truck, wagon) =
            (mass(Vehicle::Chassis, index), mass(Vehicle::Truck, index), mass(Vehicle::Railcar, index));
        println!("chassis {chassis:.0} tractor {:.0} railcar {wagon:.0}", truck - chassis);
        assert!((5000.0..6000.0).contains(&chassis), "chassis {chassis:.0}");
        assert!((6400.0..8200.0).contains(&(truck - chassis)), "tractor {:.0}", truck - chassis);
        assert!((13_500.0..20_000.0).contains(&wagon), "railcar {wagon:.0}");
    }
}

#[test]
fn every_kind_builds_within_its_outside_and_keeps_its_hold_free() {
    let mut ran = 0;
    for kind in KINDS {
        let [length, height, width] = kind.size();
        for index in 0..20 {
            let (scene, hold) = build(kind, &mut draw(index, "container"));
            let again = build(kind, &mut draw(index, "container"));
            assert!(again.0.solids == scene.solids && again.1 == hold, "{kind:?} repeats");
            assert!(scene.solids.len() < 700, "{kind:?}: {} solids", scene.solids.len());
            for solid in &scene.solids {
                let (low, high) = solid.body.bounds();
                assert!(low[0] > -20.0 && high[0] < length + 30.0, "{kind:?} {solid:?}");
                assert!(low[1] > -5.0 && high[1] < height + 30.0, "{kind:?} {solid:?}");
                assert!(low[2] > -width / 2.0 - 12.0 && high[2] < width / 2.0 + 12.0, "{kind:?} {solid:?}");
                let inside = [hold.x, hold.y, hold.z];
                let fitting =
                    (0..3).all(|axis| low[axis] < inside[axis][1] - 1.0 && inside[axis][0] + 1.0 < high[axis]);
                let small = low[2] > 1050.0 || high[2] < -1050.0;
                // Castings, rings and a reefer's cover strips hang on the walls.
                assert!(!fitting || kind.is_tank() || small, "{kind:?}: in the hold: {solid:?}");
                assert!(matter::density(solid.material).is_ok(), "{}", solid.material);
            }
            for cavity in &scene.cavities {
                for (side, end) in [(cavity.x, length), (cavity.y, height)] {
                    assert!(side[0] < side[1] && side[0] >= 0.0 && side[1] <= end, "{kind:?} {cavity:?}");
                }
                assert!(
                    cavity.z[0] < cavity.z[1] && cavity.z[1] <= width / 2.0 && -cavity.z[0] <= width / 2.0,
                    "{cavity:?}"
                );
            }
            ran += 1;
        }
    }
    assert_eq!(ran, 120);
}

#[test]
fn every_kind_names_the_places_it_has() {
    let places = |kind| {
        let mut names: Vec<&str> = build(kind, &mut draw(0, "container")).0.cavities.iter().map(|c| c.place).collect();
        names.sort_unstable();
        names.dedup();
        names.join(" ")
    };
    for kind in [ContainerKind::Box20, ContainerKind::Box40, ContainerKind::Box40Hc, ContainerKind::OpenTop40] {
        assert_eq!(places(kind), "beam corner_post door floor front_wall roof side_wall");
    }
    assert_eq!(places(ContainerKind::Reefer40), "beam corner_post door evaporator floor foam front_wall motor roof");
    assert_eq!(places(ContainerKind::Tank20), "beam corner_post foam");
}

#[test]
fn vehicles_stand_on_the_ground_and_under_the_container() {
    for kind in KINDS {
        let [length, ..] = kind.size();
        for of in VEHICLES {
            let [front, back] = of.overhang();
            for index in 0..20 {
                let mut scene = Scene::default();
                vehicle(&mut scene, of, kind, &mut draw(index, "vehicle"));
                assert!(scene.solids.len() < 400);
                for solid in &scene.solids {
                    let (low, high) = solid.body.bounds();
                    assert!(low[1] > -of.deck() - 30.0, "{of:?} {solid:?}");
                    assert!(low[0] >= -front, "{of:?} {solid:?}");
                    assert!(high[0] <= length + back || of == Vehicle::Railcar, "{of:?} {solid:?}");
                    let (all, beside) = (low[0] < 0.0, kind.has_tunnel() && low[2] > -620.0 && high[2] < 620.0);
                    let lock = high[0] - low[0] < 150.0;
                    assert!(all || beside || lock || high[1] <= 0.0, "{of:?} under {kind:?}: {solid:?}");
                }
            }
        }
    }
}

#[test]
fn most_tanks_are_nearly_full_and_none_more() {
    let shares: Vec<f64> = (0..60)
        .map(|index| {
            let (scene, _) = build(ContainerKind::Tank20, &mut draw(index, "container"));
            let filling = scene.solids.iter().filter(|s| is_filling(s));
            let litres: f64 = filling.map(|s| kg(s) / matter::density(s.material).unwrap() / s.density).sum();
            litres / 23_000.0
        })
        .collect();
    let laden = shares.iter().filter(|s| **s > 0.7).count();
    assert!((45..60).contains(&laden) && shares.iter().all(|s| *s < 1.0), "{shares:?}");
}
