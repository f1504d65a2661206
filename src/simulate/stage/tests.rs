//! Scenes with and without loads, without rendering them.

use super::*;
use crate::scan::LoadClass;
use crate::simulate::load::{Hidden, Order, hide};
use crate::simulate::packages::packages;
use crate::simulate::presets;
use crate::simulate::scenario::{ScenarioFile, places};
use crate::simulate::scene::{is_clear, share_space, sounded_kg};
use crate::simulate::solid::Solid;

/// The scenario `mixed` with one load of a class (and place) in every scan, or none.
fn scenario(class: Option<(LoadClass, &str)>, change: impl Fn(&mut ScenarioFile)) -> Scenario {
    let mut file = presets::scenario("mixed").unwrap().unwrap().file().clone();
    let mut load = file.loads[0].clone();
    file.loads.clear();
    if let Some((class, place)) = class {
        load.class = class;
        load.places = if place.is_empty() { Vec::new() } else { vec![place.to_owned()] };
        load.probability = 1.0;
        load.mass_kg = (class != LoadClass::Person).then_some([20.0, 600.0]);
        file.loads.push(load);
    }
    change(&mut file);
    file.check().unwrap()
}

fn staged(scenario: &Scenario, seed: u64) -> (Staged, Option<Hidden>) {
    let key = ScanKey::new(seed, 0);
    let staged = stage(scenario, &key).unwrap();
    let hidden = staged.ordered.first().and_then(|(number, amount)| {
        let order = Order::of(&scenario.loads[*number], *amount);
        hide(&order, staged.kind, &staged.scene, &staged.hold, staged.cargo_end, &mut key.stream("load", 0)).ok()
    });
    (staged, hidden)
}

/// The free length behind the doors as a picture shows it.
fn gap(scene: &Scene, hold: &Hold) -> f64 {
    let ends = scene.stowed().iter().map(|solid| solid.body.bounds().1[0]);
    hold.x[1] - ends.fold(hold.x[0], f64::max)
}

/// The area under the curve of a classifier that takes more for a load.
fn area(clean: &[f64], loaded: &[f64]) -> f64 {
    let above =
        |a: f64| clean.iter().map(|b| if a > *b { 1.0 } else { f64::from(u8::from(a == *b)) / 2.0 }).sum::<f64>();
    loaded.iter().map(|a| above(*a)).sum::<f64>() / (clean.len() * loaded.len()) as f64
}

#[test]
fn the_gap_behind_the_doors_tells_nothing() {
    const MANY: u64 = 240;
    let mut ran = 0;
    for fill in [[0.6, 1.0], [0.95, 1.0]] {
        let change = |file: &mut ScenarioFile| file.cargo.fill = fill;
        let plain = scenario(None, change);
        let clean: Vec<f64> = (0..MANY)
            .map(|seed| {
                let (staged, _) = staged(&plain, seed);
                gap(&staged.scene, &staged.hold)
            })
            .collect();
        for class in [LoadClass::RipOff, LoadClass::InCargo, LoadClass::Structure] {
            let hiding = scenario(Some((class, "")), change);
            let loaded: Vec<f64> = (0..MANY)
                .filter_map(|seed| {
                    let (staged, hidden) = staged(&hiding, 10_000 + seed);
                    hidden.map(|hidden| gap(&hidden.scene, &staged.hold))
                })
                .collect();
            assert!(loaded.len() as u64 >= MANY - 6, "{class:?}: {} of {MANY} could be hidden", loaded.len());
            let (n, m) = (clean.len() as f64, loaded.len() as f64);
            let deviation = ((n + m + 1.0) / (12.0 * n * m)).sqrt();
            let area = area(&clean, &loaded);
            println!("{class:?} {fill:?}: area {area:.3}, {:+.1} deviations", (area - 0.5) / deviation);
            assert!((area - 0.5).abs() < 3.0 * deviation, "{class:?} {fill:?}: {area}");
            ran += 1;
        }
        let far = clean.iter().filter(|gap| **gap > 600.0).count();
        assert!(far as u64 > MANY / 12, "only {far} clean boxes have 600 mm free");
    }
    assert_eq!(ran, 6);
}

#[test]
fn loads_on_top_lie_on_cargo_under_their_whole_footprint() {
    let (mut ran, mut bare, mut points) = (0, 0, 0);
    for (class, change) in [(LoadClass::RipOff, [0.8, 1.0]), (LoadClass::InCargo, [0.5, 1.0])] {
        let hiding = scenario(Some((class, "on_top")), |file| file.cargo.fill = change);
        for seed in 0..60 {
            let (staged, Some(hidden)) = staged(&hiding, seed) else { continue };
            if hidden.place != "on_top" || hidden.displaced_kg > 0.0 {
                continue;
            }
            ran += 1;
            assert_eq!(staged.scene.cargo, hidden.scene.cargo);
            // Sacks are lower at their corners than in the middle.
            // Sacks are lower at their corners than in the middle, and there are gaps between packages.
            let under = |point: [f64; 3]| {
                let near = [[0.0, 0.0], [-50.0, -50.0], [50.0, -50.0], [-50.0, 50.0], [50.0, 50.0]];
                let points = near.map(|[x, z]| [point[0] + x, point[1], point[2] + z]);
                hidden.scene.solids.iter().any(|solid| {
                    points.iter().any(|point| {
                        let met = solid.body.crossing(*point, [0.0, -1.0, 0.0]);
                        met.is_some_and(|(entry, exit)| exit > 0.0 && entry < 130.0)
                    })
                })
            };
            for own in &hidden.own {
                let (low, high) = own.body.bounds();
                for i in 0..4 {
                    for j in 0..4 {
                        let at =
                            |axis: usize, n: i32| low[axis] + (f64::from(n) + 0.5) / 4.0 * (high[axis] - low[axis]);
                        let point = [at(0, i), low[1] - 0.5, at(2, j)];
                        bare += usize::from(!under(point));
                        points += 1;
                        assert!(
                            bare * 50 <= points + 100,
                            "{class:?} {seed} {:?}: nothing under {point:?}",
                            staged.family
                        );
                    }
                }
            }
            if class == LoadClass::RipOff {
                assert!(hidden.span[0] > staged.hold.x[1] - 3100.0, "{seed}: {:?}", hidden.span);
            }
        }
    }
    println!("{bare} of {points} points without anything under them");
    assert!(ran > 40 && bare * 100 < points, "{ran} {bare} {points}");
}

#[test]
fn loads_leave_what_lies_about_alone() {
    let (mut ran, mut things) = (0, 0);
    for class in [LoadClass::RipOff, LoadClass::Structure, LoadClass::InCargo] {
        let hiding = scenario(Some((class, "")), |file| file.ordinary = 5.0);
        for seed in 0..40 {
            let (staged, Some(hidden)) = staged(&hiding, 500 + seed) else { continue };
            let after = hidden.scene.things();
            let count = staged.scene.things().len();
            assert_eq!(&after[..count], staged.scene.things(), "{class:?} {seed}");
            for own in &hidden.own {
                let (low, high) = own.body.bounds();
                let (low, high) = (low.map(|v| v + 4.0), high.map(|v| v - 4.0));
                if (0..3).all(|axis| high[axis] > low[axis]) {
                    assert!(is_clear(staged.scene.things().iter(), low, high), "{class:?} {seed} {}", hidden.place);
                }
            }
            things += count;
            ran += 1;
        }
    }
    assert!(ran > 100 && things > 2000, "{ran} {things}");
}

/// How many packages of the cargo have nothing under them.
fn floating(scene: &Scene) -> Vec<usize> {
    let boxes: Vec<_> = scene.solids.iter().map(|solid| solid.body.bounds()).collect();
    let carried = |low: [f64; 3], high: [f64; 3]| {
        let points = (0..25).filter(|n| {
            let at = |axis: usize, n: i32| low[axis] + (f64::from(n) + 0.5) / 5.0 * (high[axis] - low[axis]);
            let point = [at(0, n % 5), low[1], at(2, n / 5)];
            boxes.iter().any(|(from, to)| {
                let over = |axis: usize| (from[axis]..=to[axis]).contains(&point[axis]);
                over(0) && over(2) && from[1] < point[1] - 1.0 && to[1] > point[1] - 75.0
            })
        });
        points.count() >= 4
    };
    packages(scene).iter().filter(|p| !carried(p.low, p.high)).map(|p| p.solids[0]).collect()
}

#[test]
fn cargo_over_a_hidden_load_is_carried_and_masses_are_sensible() {
    let (mut all, mut built) = (Vec::new(), Vec::new());
    for place in places(LoadClass::InCargo).iter().filter(|place| **place != "on_top") {
        let mut ratios = Vec::new();
        let hiding = scenario(Some((LoadClass::InCargo, place)), |_| {});
        let (mut refused, mut more) = (0, 0);
        for seed in 0..48 {
            let (staged, hidden) = staged(&hiding, seed);
            let Some(hidden) = hidden else {
                refused += 1;
                continue;
            };
            ratios.push(hidden.displaced_kg / hidden.mass_kg);
            if let (_, Amount::Mass(kg)) = staged.ordered[0] {
                built.push(hidden.mass_kg / kg);
            }
            let (before, after) = (floating(&staged.scene).len(), floating(&hidden.scene).len());
            if after > before {
                println!("{place} {seed} {:?}: {after} packages float, {before} before", staged.family);
            }
            more += after.saturating_sub(before);
        }
        ratios.sort_by(f64::total_cmp);
        // What lies as it fell has no box that something is under.
        assert!(more < 8, "{place}: {more} packages float that did not");
        let most = ratios[ratios.len() - 1];
        println!(
            "{place}: displaced over load, median {:.2}, most {most:.2}, refused {refused}",
            ratios[ratios.len() / 2]
        );
        assert!(most < 5.0, "{place}: {ratios:?}");
        all.extend(ratios);
    }
    all.sort_by(f64::total_cmp);
    built.sort_by(f64::total_cmp);
    println!("built over asked for: median {:.2}, lower quarter {:.2}", built[built.len() / 2], built[built.len() / 4]);
    assert!(built[built.len() / 2] > 0.9, "{built:?}");
    assert!(all.len() > 90 && all[all.len() / 2] < 1.2, "{} {}", all.len(), all[all.len() / 2]);
}

#[test]
fn chambers_for_people_are_built_of_whole_packages_under_planks() {
    let (mut ran, mut roofed, mut more) = (0, 0, 0);
    let hiding = scenario(Some((LoadClass::Person, "hollow")), |file| {
        file.loads[0].goods = None;
        file.loads[0].count = Some([2, 5]);
    });
    for seed in 0..60 {
        let (staged, Some(hidden)) = staged(&hiding, seed) else { continue };
        ran += 1;
        let planks = |scene: &Scene| scene.things().iter().filter(|s| s.material == "wood").count();
        roofed += usize::from(planks(&hidden.scene) > planks(&staged.scene));
        let (before, after) = (floating(&staged.scene).len(), floating(&hidden.scene).len());
        if after > before {
            println!("hollow {seed} {:?}: {after} packages float, {before} before", staged.family);
        }
        more += after.saturating_sub(before);
        // People stand in nothing.
        for own in hidden.own.iter().filter(|own| own.cuts.is_empty()) {
            let (low, high) = own.body.bounds();
            let others = hidden.scene.stowed().iter().filter(|s| share_space(s.body.bounds(), (low, high)));
            // But for the boards of pallets, which are not quite level.
            assert!(is_clear(others, low.map(|v| v + 4.0), high.map(|v| v - 4.0)), "{seed} {:?}", staged.family);
        }
    }
    println!("{ran} chambers, {roofed} roofed, {more} packages float");
    assert!(ran > 15 && roofed > 2 && more == 0, "{ran} {roofed} {more}");
}

#[test]
fn clean_boxes_have_hollows_and_things_where_loads_are_hidden() {
    let plain = scenario(None, |file| file.ordinary = 1.0);
    let mut names = std::collections::BTreeMap::new();
    for seed in 0..300 {
        let (staged, _) = staged(&plain, seed);
        for name in staged.ordinary {
            *names.entry(name).or_insert(0) += 1;
        }
    }
    println!("{names:?}");
    for name in ["missing_packages", "planked_hollow", "heavy_carton", "crew_bag", "loose_cartons", "welded_plates"] {
        assert!(names.get(name).is_some_and(|count| *count >= 3), "{name}: {names:?}");
    }
}

#[test]
fn doors_are_drawn_and_no_load_changes_the_scene_before_it() {
    let (with, without) = (scenario(Some((LoadClass::RipOff, "")), |_| {}), scenario(None, |_| {}));
    let mut left = 0;
    for seed in 0..60 {
        let (a, _) = staged(&with, seed);
        let (b, _) = staged(&without, seed);
        assert_eq!((a.doors, a.cargo_end, a.ordinary), (b.doors, b.cargo_end, b.ordinary));
        left += usize::from(a.doors == End::Left);
    }
    assert!((18..42).contains(&left), "{left}");
    let kg = |solids: &[Solid]| solids.iter().map(sounded_kg).sum::<f64>();
    let (staged, _) = staged(&without, 1);
    assert!(kg(staged.scene.stowed()) > 300.0);
}

#[test]
fn where_a_load_has_no_place_it_is_drawn_anew_or_another_takes_its_stead() {
    // Two tiers of full tanks: nothing lifts out, nothing has room between them.
    let mixed = presets::scenario("mixed").unwrap().unwrap();
    let hidden = || {
        let key = ScanKey::new(1, 447);
        let mut staged = stage(&mixed, &key).unwrap();
        assert_eq!((staged.family, staged.ordered.len()), (Family::Ibcs, 1));
        let wanted = staged.ordered[0];
        let order = Order::of(&mixed.loads[wanted.0], wanted.1);
        let stream = || key.stream("load", wanted.0 as u64);
        assert!(hide(&order, staged.kind, &staged.scene, &staged.hold, staged.cargo_end, &mut stream()).is_err());
        staged.hide(&mixed, wanted, &key).unwrap()
    };
    let (made, again) = (hidden(), hidden());
    assert!(made.mass_kg > 5.0 && made.own == again.own, "{} {}", made.place, made.mass_kg);
    // A hollow that a tank or a reel of a tonne leaves is none for 20 kg.
    let both = |spare: f64| {
        scenario(Some((LoadClass::InCargo, "void")), |file| {
            file.cargo.families = vec![Family::Ibcs, Family::PaperReels, Family::Tiles];
            file.loads[0].mass_kg = Some([20.0, 20.0]);
            let mut other = presets::scenario("mixed").unwrap().unwrap().loads[0].clone();
            other.probability = spare;
            file.loads.push(other);
        })
    };
    let mut ran = 0;
    for seed in 0..8 {
        let hidden = |spare: f64| {
            let scenario = both(spare);
            let key = ScanKey::new(seed, 0);
            let mut staged = stage(&scenario, &key).unwrap();
            let wanted = staged.ordered[0];
            staged.hide(&scenario, wanted, &key)
        };
        let Err(refused) = hidden(0.0) else { continue };
        assert!(refused.to_string().contains("this cargo has no package or gap to hide a load void"), "{refused}");
        assert_eq!(hidden(1e-9).unwrap().class, LoadClass::RipOff);
        ran += 1;
    }
    assert!(ran >= 4, "{ran}");
}
