//! Unit loads: what is lifted and stowed as one piece, such as a laden pallet, and rows of them.

use crate::simulate::draw::Draw;
use crate::simulate::matter;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Solid};
use crate::simulate::texture::{Rounds, Texture};

/// The solids of a scene that belong to one unit load: those from a number on.
pub(super) struct Unit {
    first: usize,
    bulks: usize,
}

impl Unit {
    /// Whatever is added to the scene from now on belongs to the unit.
    pub(super) fn begin(scene: &Scene) -> Self {
        Self { first: scene.solids.len(), bulks: scene.bulks.len() }
    }

    /// The smallest box around the unit; nothing where it has no solids.
    fn extent(&self, scene: &Scene) -> Option<Hold> {
        let mut boxes = scene.solids[self.first..].iter().map(|solid| solid.body.bounds());
        let (low, high) = boxes.next()?;
        let (low, high) = boxes.fold((low, high), |(low, high), (a, b)| {
            ([0, 1, 2].map(|axis| low[axis].min(a[axis])), [0, 1, 2].map(|axis| high[axis].max(b[axis])))
        });
        Some(Hold { x: [low[0], high[0]], y: [low[1], high[1]], z: [low[2], high[2]] })
    }

    /// Tilts the unit about its foot by some radians: in the picture (about [`Axis::Z`]), away from the source or on the floor.
    pub(super) fn lean(&self, scene: &mut Scene, axis: Axis, angle: f64) {
        let Some(extent) = self.extent(scene) else { return };
        let middle = |side: [f64; 2]| f64::midpoint(side[0], side[1]);
        scene.turn(self.first, [middle(extent.x), extent.y[0], middle(extent.z)], axis, angle);
    }

    /// Sets the unit down with its front end at the front end of `place`, moved as little as possible upwards and across to
    /// be within it, and takes its mass from `left_kg`. Where it does not fit or is too heavy it is taken away again.
    /// Returns where it ends.
    pub(super) fn set(self, scene: &mut Scene, place: &Hold, left_kg: &mut f64) -> Option<f64> {
        let extent = self.extent(scene);
        let mass = scene.mass_kg(self.first);
        let within = |side: [f64; 2], place: [f64; 2]| side[1] - side[0] <= place[1] - place[0] + 0.01;
        let fitting =
            extent.filter(|e| within(e.x, place.x) && within(e.y, place.y) && within(e.z, place.z) && mass <= *left_kg);
        let Some(extent) = fitting else {
            scene.solids.truncate(self.first);
            scene.bulks.truncate(self.bulks);
            return None;
        };
        *left_kg -= mass;
        let least = |side: [f64; 2], place: [f64; 2]| {
            (place[0] - side[0]).max(0.0).min(place[1] - side[0]) + (place[1] - side[1]).min(0.0)
        };
        let by = [place.x[0] - extent.x[0], least(extent.y, place.y), least(extent.z, place.z)];
        scene.shift(self.first, by);
        for bulk in &mut scene.bulks[self.bulks..] {
            for (side, by) in [&mut bulk.x, &mut bulk.y, &mut bulk.z].into_iter().zip(by) {
                *side = side.map(|v| v + by);
            }
        }
        Some(extent.x[1] + by[0])
    }
}

/// Lanes of the given widths side by side from the near wall to the far one; what is left of the width is shared out at random.
pub(super) fn lanes(space: &Hold, widths: &[f64], draw: &mut Draw) -> Vec<[f64; 2]> {
    let spare = (space.width() - widths.iter().sum::<f64>()).max(0.0);
    let shares: Vec<f64> = (0..=widths.len()).map(|_| draw.range(0.2, 1.0)).collect();
    let total: f64 = shares.iter().sum();
    let mut near = space.z[0];
    let mut lanes = Vec::with_capacity(widths.len());
    for (width, share) in widths.iter().zip(&shares) {
        near += spare * share / total;
        lanes.push([near, (near + width).min(space.z[1])]);
        near += width;
    }
    lanes
}

/// Fills lanes with unit loads from the front wall on, always the shortest lane, until none fits or the mass is used up.
/// `build` adds one unit at the front end of the place given and is told the lane's number.
pub(super) fn fill(
    scene: &mut Scene,
    space: &Hold,
    lanes: &[[f64; 2]],
    left_kg: &mut f64,
    draw: &mut Draw,
    mut build: impl FnMut(&mut Scene, &Hold, usize, &mut Draw),
) {
    let mut ends: Vec<Option<f64>> = lanes.iter().map(|_| Some(space.x[0] + draw.range(0.0, 25.0))).collect();
    loop {
        let open = ends.iter().enumerate().filter_map(|(lane, end)| end.map(|end| (lane, end)));
        let Some((lane, end)) = open.min_by(|a, b| a.1.total_cmp(&b.1)) else { break };
        // A lane's unit may be moved across a little, not into the next lane.
        let place = Hold { x: [end, space.x[1]], y: space.y, z: lanes[lane] };
        let unit = Unit::begin(scene);
        build(scene, &place, lane, draw);
        // Mostly close to each other; now and then a hand's breadth was left.
        let gap = if draw.chance(0.12) { draw.range(40.0, 140.0) } else { draw.range(6.0, 35.0) };
        ends[lane] = unit.set(scene, &place, left_kg).map(|end| end + gap);
    }
}

/// Tilts a unit that stands badly or has slid: about one in `odds`, by up to a degree or two, less where it is tall.
pub(super) fn disturb(scene: &mut Scene, unit: &Unit, height: f64, odds: f64, draw: &mut Draw) {
    let most = (45.0 / height.max(500.0)).min(0.05);
    if draw.chance(1.0 / odds) {
        unit.lean(scene, Axis::Z, draw.range(-most, most));
    }
}

/// Notes a stow of loose goods as blocks about 1.2 m long in which something can be hidden.
pub(super) fn blocks(scene: &mut Scene, x: [f64; 2], y: [f64; 2], z: [f64; 2], material: &'static str) {
    let length = x[1] - x[0];
    if length < 200.0 || y[1] - y[0] < 100.0 {
        return;
    }
    let count = (length / 1200.0).round().max(1.0);
    for number in 0..count as usize {
        let left = x[0] + number as f64 / count * length;
        scene.bulk([left, left + length / count], y, z, material);
    }
}

/// A solid with a density in g/cm³ instead of its material's own: goods as they are packed.
pub(super) fn packed(solid: Solid, density: f64) -> Solid {
    let own = matter::density(solid.material).unwrap_or(1.0);
    solid.dense(density / own)
}

/// A box of rounds with a filling of this material and density in g/cm³.
pub(super) fn rounds(
    x: [f64; 2],
    y: [f64; 2],
    z: [f64; 2],
    rounds: Rounds,
    (material, density): (&'static str, f64),
) -> Solid {
    let half = [x, y, z].map(|side| (side[1] - side[0]) / 2.0);
    packed(Solid::cuboid(x, y, z, material), density * rounds.share(half)).textured(Texture::Rounds(rounds))
}

#[cfg(test)]
mod tests {
    use super::super::{Family, stow};
    use super::*;
    use crate::simulate::container::{ContainerKind, build};
    use crate::simulate::draw::ScanKey;

    const FAMILIES: [Family; 15] = [
        Family::Bananas,
        Family::Tiles,
        Family::CannedFood,
        Family::FrozenMeat,
        Family::FrozenFish,
        Family::Coffee,
        Family::Cocoa,
        Family::Fertiliser,
        Family::Drums,
        Family::Ibcs,
        Family::Beverages,
        Family::PaperReels,
        Family::Timber,
        Family::Logs,
        Family::Tyres,
    ];

    fn stowed(family: Family, kind: ContainerKind, seed: u64, share: f64) -> (Scene, Hold) {
        let key = ScanKey::new(seed, 0);
        let (_, hold) = build(kind, &mut key.stream("container", 0));
        let mut scene = Scene::default();
        let end = hold.x[0] + share * (hold.length() - 250.0);
        stow(&mut scene, &hold, family, end, kind.payload(), &mut key.stream("cargo", 0));
        (scene, Hold { x: [hold.x[0], end], ..hold })
    }

    #[test]
    fn every_stow_is_within_the_hold_the_payload_and_the_number_of_solids() {
        let (mut ran, mut faults) = (0, Vec::new());
        for family in FAMILIES {
            for kind in [ContainerKind::Box20, ContainerKind::Box40, ContainerKind::Box40Hc, ContainerKind::Reefer40] {
                for seed in 0..20 {
                    let name = format!("{} {} {seed}", family.as_str(), kind.as_str());
                    let (scene, space) = stowed(family, kind, seed, 1.0);
                    ran += 1;
                    for solid in &scene.solids {
                        let (low, high) = solid.body.bounds();
                        let sides = [space.x, space.y, space.z];
                        let out = (0..3).find(|&a| low[a] < sides[a][0] - 0.5 || high[a] > sides[a][1] + 0.5);
                        if let Some(axis) = out {
                            faults.push(format!(
                                "{name}: {} {low:?} {high:?} leaves axis {axis} of {sides:?}",
                                solid.material
                            ));
                            break;
                        }
                    }
                    let kg = scene.mass_kg(0);
                    // Kegs may be empty; a tyre's cuts overlap, so that its mass is not known to the sum.
                    let least = match family {
                        Family::Tyres => -1.0,
                        Family::Beverages => 0.05,
                        // Empty containers go back to the filler.
                        Family::Ibcs => 0.025,
                        _ => 0.2,
                    };
                    if !(kind.payload() * least..kind.payload() * 1.001).contains(&kg) {
                        faults.push(format!("{name}: {kg:.0} kg of {}", kind.payload()));
                    }
                    if scene.solids.len() >= 2500 {
                        faults.push(format!("{name}: {} solids", scene.solids.len()));
                    }
                    let good = scene.bulks.iter().all(|b| {
                        [(b.x, space.x), (b.y, space.y), (b.z, space.z)]
                            .iter()
                            .all(|(b, s)| b[0] < b[1] && b[0] > s[0] - 40.0 && b[1] < s[1] + 40.0)
                    });
                    if !good || scene.bulks.is_empty() {
                        faults.push(format!("{name}: blocks {:?}", scene.bulks.iter().take(3).collect::<Vec<_>>()));
                    }
                }
            }
        }
        assert_eq!(ran, 15 * 4 * 20);
        assert!(faults.is_empty(), "{} faults: {:#?}", faults.len(), &faults[..faults.len().min(60)]);
    }

    #[test]
    fn solids_share_next_to_no_space() {
        // Points inside the hold lie in one solid at most, save for thin sheets between goods.
        let mut ran = 0;
        for family in FAMILIES {
            for seed in 0..4 {
                let (scene, space) = stowed(family, ContainerKind::Box40, seed, 1.0);
                let (mut filled, mut twice) = (0, 0);
                let mut draw = ScanKey::new(seed, 1).stream("points", 0);
                for _ in 0..4000 {
                    let point = [draw.between(space.x), draw.between(space.y), draw.between(space.z)];
                    let held = scene.solids.iter().filter(|solid| {
                        let inside = |placed: &crate::simulate::solid::Placed| {
                            placed.crossing(point, [0.0, 0.0, 1.0]).is_some_and(|(a, b)| a < 0.0 && b > 0.0)
                        };
                        inside(&solid.body) && !solid.cuts.iter().any(inside)
                    });
                    match held.count() {
                        0 => {}
                        1 => filled += 1,
                        _ => (filled, twice) = (filled + 1, twice + 1),
                    }
                }
                ran += 1;
                assert!(f64::from(twice) < 0.03 * f64::from(filled), "{family:?} {seed}: {twice} of {filled} points");
            }
        }
        assert_eq!(ran, 60);
    }

    #[test]
    fn the_same_seed_stows_the_same_and_short_places_stay_empty() {
        for family in FAMILIES {
            let (a, _) = stowed(family, ContainerKind::Box40, 3, 0.6);
            let (b, _) = stowed(family, ContainerKind::Box40, 3, 0.6);
            assert_eq!(a.solids, b.solids, "{family:?}");
            assert_ne!(a.solids, stowed(family, ContainerKind::Box40, 4, 0.6).0.solids, "{family:?}");
            for share in [0.02, 0.06, 0.12, 0.25] {
                let (scene, space) = stowed(family, ContainerKind::Box20, 5, share);
                let reach = scene.solids.iter().map(|s| s.body.bounds().1[0]).fold(0.0, f64::max);
                assert!(reach <= space.x[1] + 0.5, "{family:?} {share}: {reach} beyond {}", space.x[1]);
            }
        }
    }

    #[test]
    fn a_unit_is_set_down_inside_its_place_or_not_at_all() {
        let mut scene = Scene::default();
        let place = Hold { x: [100.0, 1300.0], y: [150.0, 2000.0], z: [-500.0, 500.0] };
        let mut left_kg = 700.0;
        let unit = Unit::begin(&scene);
        scene.block([0.0, 1000.0], [150.0, 650.0], [-520.0, 400.0], "water");
        unit.lean(&mut scene, Axis::Z, 0.03);
        let end = unit.set(&mut scene, &place, &mut left_kg).unwrap();
        let (low, high) = scene.solids[0].body.bounds();
        assert!((low[0] - 100.0).abs() < 1e-6 && (high[0] - end).abs() < 1e-6);
        assert!(low[1] >= 150.0 - 1e-6 && low[2] >= -500.0 - 1e-6);
        assert!((left_kg - 240.0).abs() < 1.0, "{left_kg}");
        let unit = Unit::begin(&scene);
        scene.block([0.0, 1000.0], [150.0, 650.0], [-400.0, 400.0], "water");
        assert_eq!(unit.set(&mut scene, &place, &mut left_kg), None);
        assert_eq!(scene.solids.len(), 1);
    }
}
