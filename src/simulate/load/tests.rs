//! Loads in scenes made by hand: a box with cargo and every kind of hollow.

use super::*;
use crate::simulate::draw::ScanKey;
use crate::simulate::scene::{Cavity, mass_kg};
use crate::simulate::solid::Shape;

const HOLD: Hold = Hold { x: [59.0, 12_120.0], y: [150.0, 2550.0], z: [-1175.0, 1175.0] };

/// Cargo in stacks of cartons from the front on, the hollows of a container, and foam in one of them.
fn scene(loaded: bool) -> (Scene, f64) {
    let mut scene = Scene::default();
    let mut end = HOLD.x[0] + 30.0;
    scene.block([380.0, 12_000.0], [650.0, 2000.0], [1177.0, 1263.0], "foam");
    scene.cargo = 1..1;
    for pallet in 0..if loaded { 8 } else { 0 } {
        let x = 260.0 + f64::from(pallet) * 1225.0;
        for number in 0..24 {
            let (column, layer, row) = (f64::from(number % 2), f64::from(number / 8), f64::from(number / 2 % 4));
            let (x, y) =
                ([x + column * 600.0, x + column * 600.0 + 596.0], [152.0 + layer * 580.0, 730.0 + layer * 580.0]);
            let z = [-1096.0 + row * 548.0, -552.0 + row * 548.0];
            scene.add(Solid::cuboid(x, y, z, "cardboard").hollow(5.0));
            let less = |side: [f64; 2]| [side[0] + 6.0, side[1] - 6.0];
            scene.add(Solid::cuboid(less(x), less(y), less(z), "textile").dense(0.5));
            scene.pieces.push(scene.solids.len() - 2..scene.solids.len());
        }
        scene.bulk([x, x + 1200.0], [152.0, 1892.0], [-1100.0, 1100.0], "textile");
        end = x + 1200.0;
    }
    scene.cargo.end = scene.solids.len();
    let mut hollow = |place, x, y, z| scene.cavities.push(Cavity { place, x, y, z });
    for bow in 0..20 {
        let x = 400.0 + f64::from(bow) * 550.0;
        hollow("roof", [x, x + 500.0], [2552.0, 2650.0], [-1100.0, 1100.0]);
        hollow("floor", [x, x + 280.0], [20.0, 120.0], [-1150.0, 1150.0]);
        hollow("foam", [x, x + 500.0], [700.0, 1900.0], [1180.0, 1260.0]);
        hollow("side_wall", [x, x + 200.0], [160.0, 2500.0], [1178.0, 1216.0]);
    }
    hollow("front_wall", [2.0, 57.0], [160.0, 2500.0], [-1100.0, 1100.0]);
    hollow("door", [12_130.0, 12_175.0], [200.0, 2400.0], [-1100.0, -50.0]);
    for z in [[-1200.0, -1060.0], [1060.0, 1200.0]] {
        hollow("corner_post", [10.0, 150.0], [200.0, 2400.0], z);
        hollow("beam", [200.0, 11_900.0], [30.0, 140.0], [z[0], z[0] + 60.0]);
    }
    hollow("evaporator", [80.0, 420.0], [1500.0, 2300.0], [-800.0, 800.0]);
    hollow("motor", [80.0, 420.0], [300.0, 900.0], [-500.0, 300.0]);
    (scene, end)
}

fn ordered(class: LoadClass, place: &str, goods: Goods, amount: Amount, seed: u64) -> Result<(Hidden, f64)> {
    let loaded = class != LoadClass::InEmpty && place != "open_floor";
    let (scene, end) = scene(loaded);
    let places = [place.to_owned()];
    let order = Order { class, places: &places, goods, material: goods.material(), amount };
    let mut draw = ScanKey::new(seed, 0).stream("load", 0);
    let before = scene.solids.len();
    let hidden = hide(&order, ContainerKind::Reefer40, &scene, &HOLD, end, &mut draw)?;
    assert!(hidden.scene.solids.len() - before <= 400, "{} solids", hidden.scene.solids.len() - before);
    Ok((hidden, end))
}

#[test]
fn every_goods_fits_every_place_and_weighs_what_was_asked() {
    let mut ran = 0;
    let mut packings = std::collections::BTreeSet::new();
    for class in LoadClass::ALL {
        for place in places_of(class) {
            for goods in Goods::ALL {
                if (goods == Goods::People) != (class == LoadClass::Person) {
                    continue;
                }
                for seed in 0..20 {
                    let mass = 15.0 + 4.0 * seed as f64;
                    let amount = if goods == Goods::People { Amount::People(3) } else { Amount::Mass(mass) };
                    let name = format!("{goods:?} at {place}, seed {seed}");
                    let (hidden, _) = match ordered(class, place, goods, amount, seed) {
                        Ok(hidden) => hidden,
                        // A rifle or pistol needs more than the 38 to 47 mm of a wall or door.
                        Err(_) if goods == Goods::Weapons && class == LoadClass::Structure => continue,
                        Err(error) => panic!("{name}: {error}"),
                    };
                    ran += 1;
                    packings.insert(hidden.packing);
                    let own: f64 = hidden.own.iter().map(mass_kg).sum();
                    assert!((own / hidden.mass_kg - 1.0).abs() < 1e-9, "{name}");
                    if goods == Goods::People {
                        assert!((140.0..330.0).contains(&hidden.mass_kg), "{name}: {} kg", hidden.mass_kg);
                    } else {
                        // One unit is at most a rifle.
                        let off = (hidden.mass_kg - mass).abs();
                        let full = matches!(
                            *place,
                            "door" | "side_wall" | "front_wall" | "corner_post" | "motor" | "evaporator" | "beam"
                        ) || goods == Goods::Weapons
                            || (goods == Goods::Cigarettes && class == LoadClass::Structure);
                        let fits = off <= (0.07 * mass).max(2.3) || (full && hidden.mass_kg < mass);
                        assert!(fits, "{name}: {} kg of {mass}, {}", hidden.mass_kg, hidden.packing);
                    }
                    assert!(hidden.displaced_kg >= 0.0, "{name}");
                    if matches!(*place, "inside" | "void" | "hollow") {
                        assert!(hidden.displaced_kg > 0.5, "{name}: displaced {}", hidden.displaced_kg);
                    }
                    for solid in &hidden.own {
                        let (low, high) = solid.body.bounds();
                        assert!(low[0] >= hidden.span[0] - 1e-6 && high[0] <= hidden.span[1] + 1e-6, "{name}");
                        assert!(low[0] >= 0.0 && high[0] <= 12_192.0, "{name}: {low:?} {high:?}");
                        assert!(low[1] >= 0.0 && high[1] <= 2700.0, "{name}: {low:?} {high:?}");
                        assert!(low[2] >= -1265.0 && high[2] <= 1265.0, "{name}: {low:?} {high:?}");
                    }
                }
            }
        }
    }
    assert!(ran > 1500, "{ran}");
    for packing in [
        "bricks",
        "slabs",
        "sports_bags",
        "holdalls",
        "tins",
        "tubes",
        "crates",
        "suitcases",
        "master_cases",
        "cartons",
        "sacks",
    ] {
        assert!(packings.contains(packing), "{packing} is never used");
    }
    for packing in ["rifle_cases", "weapon_crates", "pistol_cases", "wrapped_rifles", "wrapped_pistols"] {
        assert!(packings.contains(packing), "{packing} is never used");
    }
}

#[test]
fn large_loads_stay_within_their_number_of_solids() {
    let mut ran = 0;
    for goods in [Goods::Narcotics, Goods::Cigarettes, Goods::Cash, Goods::Weapons, Goods::Explosives] {
        for (class, place) in [
            (LoadClass::InEmpty, "floor"),
            (LoadClass::RipOff, "door_gap"),
            (LoadClass::InCargo, "inside"),
            (LoadClass::InCargo, "void"),
            (LoadClass::Structure, "roof"),
            (LoadClass::Structure, "floor"),
        ] {
            for (seed, kg) in [(0, 300.0), (1, 1200.0), (2, 2500.0), (3, 5000.0)] {
                let Ok((hidden, _)) = ordered(class, place, goods, Amount::Mass(kg), seed) else { continue };
                assert!(hidden.mass_kg <= 1.05 * kg + 5.0, "{goods:?} {place}: {} of {kg}", hidden.mass_kg);
                ran += 1;
            }
        }
    }
    assert!(ran > 100, "{ran}");
}

/// The length of rays across through the goods, which nothing else shares.
#[test]
fn nothing_else_stands_where_the_goods_are() {
    let mut ran = 0;
    for (class, place) in
        [(LoadClass::InCargo, "inside"), (LoadClass::InCargo, "among"), (LoadClass::Structure, "foam")]
    {
        for seed in 0..10 {
            let (hidden, _) = ordered(class, place, Goods::Narcotics, Amount::Mass(60.0), seed).unwrap();
            for own in &hidden.own {
                let from = [own.body.centre[0], own.body.centre[1], -5000.0];
                let along = [0.0, 0.0, 1.0];
                let cut = |solid: &Solid| {
                    let whole = solid.path(from, along).map_or(0.0, |p| p.0);
                    whole - solid.clone().without(own.body.clone()).path(from, along).map_or(0.0, |p| p.0)
                };
                let shared: f64 = hidden.scene.solids.iter().map(cut).sum();
                let length = own.path(from, along).map_or(0.0, |p| p.0);
                assert!(shared <= length * 1.02 + 1.0, "{place} {seed}: {shared} of {length} mm");
                ran += 1;
            }
        }
    }
    assert!(ran > 200, "{ran}");
}

#[test]
fn the_same_seed_gives_the_same_load_and_another_another() {
    let of = |seed| {
        let (hidden, _) = ordered(LoadClass::RipOff, "door_gap", Goods::Narcotics, Amount::Mass(200.0), seed).unwrap();
        hidden.scene.solids
    };
    assert_eq!(of(3), of(3));
    assert_ne!(of(3), of(4));
}

#[test]
fn people_come_in_the_number_asked_for_where_there_is_room() {
    let mut ran = 0;
    for place in ["open_floor", "hollow"] {
        for count in [2, 5, 10] {
            for seed in 0..5 {
                let (hidden, _) =
                    ordered(LoadClass::Person, place, Goods::People, Amount::People(count), seed).unwrap();
                let heads = hidden
                    .own
                    .iter()
                    .filter(|s| matches!(s.body.shape, Shape::Ellipsoid { .. }) && s.material == "bone");
                assert_eq!(heads.count(), count, "{place}, seed {seed}");
                let each = hidden.mass_kg / count as f64;
                assert!((50.0..100.0).contains(&each), "{place}: {each} kg");
                ran += 1;
            }
        }
    }
    assert_eq!(ran, 30);
}

#[test]
fn places_that_are_not_there_are_errors() {
    let mut draw = ScanKey::new(1, 0).stream("load", 0);
    let empty = Scene::default();
    let mut message = |class, goods: Goods, kg: f64| {
        let order = Order { class, places: &[], goods, material: goods.material(), amount: Amount::Mass(kg) };
        hide(&order, ContainerKind::Box40, &empty, &HOLD, 100.0, &mut draw).err().map(|e| e.to_string()).unwrap()
    };
    let none = "this container has none of the load's places";
    assert!(message(LoadClass::Structure, Goods::Narcotics, 50.0).contains(none));
    assert!(message(LoadClass::InCargo, Goods::Cash, 50.0).contains("no block of this cargo is large enough"));
    let small = message(LoadClass::InEmpty, Goods::Explosives, 0.1);
    assert!(small.contains("a load of 0.1 kg is less than half a sheet of explosives"), "{small}");
}

#[test]
fn truths_from_before_goods_were_told_still_read() {
    let load = r#"{"class": "in_cargo", "place": "pallet", "material": "cocaine_hcl", "mass_kg": 9.5,
        "box_px": {"x": 1, "y": 2, "width": 3, "height": 4}, "polygons": [], "area_mm2": 1.0, "extra_attenuation": [],
        "path_mm": 1.0, "contrast_to_noise": 1.0, "contrast_to_clutter": 1.0, "visible": true}"#;
    let load: crate::scan::LoadTruth = serde_json::from_str(load).unwrap();
    assert_eq!((load.goods.as_str(), load.packing.as_str(), load.displaced_kg), ("", "", 0.0));
}
