//! Packages that are not there or hold something else: what loads in cargo look like where nothing is hidden.

use super::Site;
use crate::simulate::draw::Draw;
use crate::simulate::hollow::hollow;
use crate::simulate::packages::{Package, Sort, packages};
use crate::simulate::scene::{Scene, share_space};
use crate::simulate::solid::Solid;

/// Some packages, nearest to one of them first.
fn cluster(packages: &[Package], sorts: &[Sort], draw: &mut Draw) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..packages.len()).filter(|n| sorts.contains(&packages[*n].sort)).collect();
    if let Some(seed) = draw.pick(&numbers) {
        let seed = &packages[seed];
        numbers.sort_by(|a, b| seed.distance(&packages[*a]).total_cmp(&seed.distance(&packages[*b])));
    }
    numbers
}

/// A carton or two of something heavier or lighter (books, tins, soap, spare parts) where the others hold what is declared.
pub(super) fn heavy_carton(scene: &mut Scene, _: &Site<'_>, draw: &mut Draw) -> bool {
    let packages = packages(scene);
    let kinds = [
        ("paper", [0.7, 1.0], 0.05),
        ("food", [0.8, 1.1], 0.2),
        ("steel", [0.08, 0.2], 0.4),
        ("polyethylene", [0.8, 1.1], 0.06),
        ("tile", [0.4, 0.7], 0.15),
        ("textile", [0.4, 1.0], 0.15),
    ];
    let (material, density, amplitude) = kinds[draw.below(kinds.len())];
    let density = draw.between(density);
    let (mut gone, mut put) = (std::collections::BTreeSet::new(), Vec::new());
    let wanted = 1 + draw.below(4);
    for number in cluster(&packages, &[Sort::Case], draw).into_iter().take(wanted) {
        let package = &packages[number];
        for room in &package.rooms {
            let held = package
                .solids
                .iter()
                .copied()
                .filter(|n| *n != room.of && share_space(scene.solids[*n].body.bounds(), (room.low, room.high)));
            gone.extend(held);
            put.extend(bricks(room.low, room.high, (material, density, amplitude), draw));
        }
    }
    if put.is_empty() {
        return false;
    }
    scene.take_out(&gone);
    scene.solids.extend(put);
    true
}

/// Goods that fill a space in layers, as books or bars of soap lie, with some room above.
fn bricks(low: [f64; 3], high: [f64; 3], of: (&'static str, f64, f64), draw: &mut Draw) -> Vec<Solid> {
    let (material, density, amplitude) = of;
    let top = high[1] - (high[1] - low[1]) * draw.range(0.0, 0.5);
    let layers = ((top - low[1]) / draw.range(45.0, 220.0)).clamp(1.0, 8.0) as usize;
    let rows = 1 + draw.below(4);
    let step = [(high[0] - low[0]) / rows as f64, (top - low[1]) / layers as f64];
    let mut all = Vec::new();
    for layer in 0..layers {
        for row in 0..rows {
            let x = low[0] + row as f64 * step[0];
            let y = low[1] + layer as f64 * step[1];
            let (x, y) = ([x + draw.range(1.0, 4.0), x + step[0] - 1.0], [y + 1.0, y + step[1] - draw.range(0.5, 2.0)]);
            let solid = Solid::cuboid(x, y, [low[2] + 3.0, high[2] - 3.0], material);
            let size = [draw.range(15.0, 70.0), draw.range(15.0, 50.0)];
            all.push(solid.dense(density * draw.around_one(0.02)).grain(amplitude, size, draw.seed()));
        }
    }
    all
}

/// Packages left out at the top of a stack or at its end, as where the order did not fill the box or customs took samples.
pub(super) fn missing_packages(scene: &mut Scene, _: &Site<'_>, draw: &mut Draw) -> bool {
    let packages = packages(scene);
    let mut gone = std::collections::BTreeSet::new();
    let mut left = 1 + draw.below(5);
    for number in cluster(&packages, &[Sort::Case, Sort::Sack], draw).into_iter().take(60) {
        let package = &packages[number];
        // Nothing may stand on it but what goes too.
        let loaded = packages.iter().any(|p| package.carries(p) && !p.solids.iter().all(|n| gone.contains(n)));
        if loaded || left == 0 {
            continue;
        }
        gone.extend(package.solids.iter().copied());
        left -= 1;
    }
    if gone.is_empty() {
        return false;
    }
    scene.take_out(&gone);
    true
}

/// A space in the cargo under planks: what was left free around something that went elsewhere.
pub(super) fn planked_hollow(scene: &mut Scene, site: &Site<'_>, draw: &mut Draw) -> bool {
    let packages = packages(scene);
    for number in cluster(&packages, &[Sort::Case], draw).into_iter().take(12) {
        let package = &packages[number];
        let (low, mut high) = (package.low, package.high);
        if draw.chance(0.5) {
            high[1] = packages.iter().find(|p| package.carries(p)).map_or(high[1], |p| p.high[1]).max(high[1]);
        }
        // Some are as long and high as a man needs.
        if draw.chance(0.3) {
            high[0] = (low[0] + draw.range(1150.0, 2600.0)).min(site.cargo_end);
            high[1] = high[1].max((low[1] + draw.range(900.0, 1900.0)).min(site.hold.y[1] - 20.0));
        }
        let Some(found) = hollow(scene, &packages, low, high) else { continue };
        if scene.taken_kg(&found.taken) > 1500.0 {
            continue;
        }
        found.make(scene);
        return true;
    }
    false
}
