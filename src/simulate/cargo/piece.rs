//! Pieces of cargo: built in a frame of their own, then put into the hold as long as weight, room and picture allow.

use super::unit::packed;
use crate::simulate::draw::Draw;
use crate::simulate::scene::{self, Content, Hold, Scene};
use crate::simulate::solid::{Axis, Shape, Solid, Vector};
use crate::simulate::texture::Texture;
use std::f64::consts::FRAC_PI_2;

/// From and to on one axis, mm.
pub(super) type Span = [f64; 2];

/// Weight of a sheet of corrugated board over that of the solid board in the table: about 0.9 kg/m² at 5 mm.
pub(super) const BOARD: f64 = 0.3;

/// Something that is lifted as one: its solids lie between 0 and `size` on each axis, in mm.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) solids: Vec<Solid>,
    pub(super) size: Vector,
}

impl Piece {
    pub(super) fn new(size: Vector) -> Self {
        Self { solids: Vec::new(), size }
    }

    pub(super) fn add(&mut self, solid: Solid) {
        self.solids.push(solid);
    }

    pub(super) fn block(&mut self, x: Span, y: Span, z: Span, material: &'static str) {
        self.add(Solid::cuboid(x, y, z, material));
    }

    /// A closed box of sheets.
    pub(super) fn shell(&mut self, x: Span, y: Span, z: Span, sheet: f64, material: &'static str) {
        self.add(Solid::cuboid(x, y, z, material).hollow(sheet));
    }

    /// A cylinder about an axis of the frame.
    pub(super) fn rod(&mut self, centre: Vector, axis: Axis, half: f64, radius: f64, material: &'static str) {
        self.add(rod(centre, axis, half, radius, material));
    }

    /// A tube or ring about an axis of the frame.
    pub(super) fn ring(&mut self, centre: Vector, axis: Axis, half: f64, radii: Span, material: &'static str) {
        self.add(ring(centre, axis, half, radii, material));
    }

    /// A round bar between two points.
    pub(super) fn bar(&mut self, from: Vector, to: Vector, radius: f64, material: &'static str) {
        self.add(bar(from, to, radius, material));
    }

    /// A plate that is a convex polygon in x and y, counter-clockwise, between two values of z.
    pub(super) fn plate(&mut self, corners: &[[f64; 2]], z: Span, material: &'static str) {
        self.add(plate(corners, z, material));
    }

    pub(super) fn ball(&mut self, centre: Vector, radii: Vector, material: &'static str) {
        self.add(Solid::new(Shape::Ellipsoid { radii }, centre, material));
    }

    /// A filled bag or cushion.
    pub(super) fn cushion(&mut self, x: Span, y: Span, z: Span, material: &'static str, density: f64) {
        let box_of = Solid::cuboid(x, y, z, material);
        let half = [x, y, z].map(|side| (side[1] - side[0]) / 2.0);
        self.add(Solid::new(Shape::Pillow { half }, box_of.body.centre, material).dense(density));
    }

    /// Loose goods that fill a box.
    pub(super) fn goods(&mut self, x: Span, y: Span, z: Span, content: Content, draw: &mut Draw) {
        let solid = Solid::cuboid(x, y, z, content.material).dense(content.density);
        self.add(solid.grain(content.amplitude, content.grain, draw.seed()));
    }

    /// Goods that fill a box, arranged by a texture: a density in g/cm³.
    pub(super) fn arranged(&mut self, [x, y, z]: [Span; 3], (material, density): (&'static str, f64), how: Texture) {
        self.add(packed(Solid::cuboid(x, y, z, material), density).textured(how));
    }

    /// Another piece of the same make: the same solids, other textures.
    pub(super) fn again(&self, draw: &mut Draw) -> Self {
        let mut piece = self.clone();
        for solid in &mut piece.solids {
            solid.texture = solid.texture.reseeded(draw.seed());
        }
        piece
    }

    /// Takes the solids of another piece over, its origin at `at`.
    pub(super) fn join(&mut self, other: Self, at: Vector) {
        self.solids.extend(other.solids.into_iter().map(|solid| solid.moved(at)));
    }

    /// A wooden pallet over the piece's whole floor: bearers, blocks and a deck, coarser than the scene's own; returns its top.
    pub(super) fn pallet(&mut self) -> f64 {
        let [long, _, wide] = self.size;
        for near in [0.0, (wide - 90.0) / 2.0, wide - 90.0] {
            self.block([0.0, long], [0.0, 22.0], [near, near + 90.0], "wood");
            for left in [0.0, (long - 110.0) / 2.0, long - 110.0] {
                self.block([left, left + 110.0], [22.0, 100.0], [near, near + 90.0], "wood");
            }
        }
        self.add(Solid::cuboid([0.0, long], [100.0, 144.0], [0.0, wide], "wood").dense(0.75));
        144.0
    }

    /// Two squared timbers and a plank floor, `high` mm in all; returns its top.
    pub(super) fn skid(&mut self, high: f64) -> f64 {
        let [long, _, wide] = self.size;
        for near in [0.08 * wide, 0.92 * wide - 100.0] {
            self.block([0.0, long], [0.0, high - 25.0], [near, near + 100.0], "wood");
        }
        self.add(Solid::cuboid([0.0, long], [high - 25.0, high], [0.0, wide], "wood").dense(0.9));
        high
    }

    /// Boards around the whole piece, with battens on the sides that the beam meets edge on.
    pub(super) fn crate_of(&mut self, board: f64) {
        let [long, high, wide] = self.size;
        self.shell([0.0, long], [0.0, high], [0.0, wide], board, "wood");
        let inner = [board, wide - board];
        for near in [inner[0], inner[1] - 22.0] {
            for left in [board, (long - 80.0) / 2.0, long - board - 80.0] {
                self.block([left, left + 80.0], [board, high - board], [near, near + 22.0], "wood");
            }
        }
    }

    pub(super) fn mass_kg(&self) -> f64 {
        self.solids.iter().map(scene::mass_kg).sum()
    }

    /// The piece turned by 90° on the floor: what ran along it then runs across.
    pub(super) fn quarter(mut self) -> Self {
        let long = self.size[0];
        for solid in &mut self.solids {
            for placed in std::iter::once(&mut solid.body).chain(&mut solid.cuts) {
                if let (Shape::Box { half }, None) = (&mut placed.shape, &placed.rotation) {
                    // A box stays along the axes, which makes its rays cheap and exact.
                    half.swap(0, 2);
                    placed.centre = [placed.centre[2], placed.centre[1], -placed.centre[0]];
                } else {
                    *placed = placed.clone().turned_about([0.0; 3], Axis::Y, FRAC_PI_2);
                }
                placed.centre[2] += long;
            }
        }
        self.size.swap(0, 2);
        self
    }

    /// The piece tipped by `angle` radians in the picture about its middle.
    pub(super) fn tipped(mut self, angle: f64) -> Self {
        let pivot = self.size.map(|side| side / 2.0);
        self.solids = self.solids.into_iter().map(|s| s.turned_about(pivot, Axis::Z, angle)).collect();
        self
    }
}

/// A cylinder about an axis of the frame.
pub(super) fn rod(centre: Vector, axis: Axis, half: f64, radius: f64, material: &'static str) -> Solid {
    let solid = Solid::new(Shape::Cylinder { radius, half }, centre, material);
    match axis {
        Axis::X => solid.turned(Axis::Z, FRAC_PI_2),
        Axis::Y => solid,
        Axis::Z => solid.turned(Axis::X, FRAC_PI_2),
    }
}

/// A tube about an axis of the frame: inner and outer radius.
pub(super) fn ring(centre: Vector, axis: Axis, half: f64, radii: Span, material: &'static str) -> Solid {
    rod(centre, axis, half, radii[1], material).bored(radii[0])
}

/// A round bar between two points.
pub(super) fn bar(from: Vector, to: Vector, radius: f64, material: &'static str) -> Solid {
    let way = [0, 1, 2].map(|axis| to[axis] - from[axis]);
    let long = way.iter().map(|v| v * v).sum::<f64>().sqrt().max(1.0);
    let centre = [0, 1, 2].map(|axis| f64::midpoint(from[axis], to[axis]));
    let solid = Solid::new(Shape::Cylinder { radius, half: long / 2.0 }, centre, material);
    solid.turned(Axis::X, (way[2] / long).clamp(-1.0, 1.0).asin()).turned(Axis::Z, (-way[0]).atan2(way[1]))
}

/// A plate that is a convex polygon in x and y, counter-clockwise, between two values of z.
pub(super) fn plate(corners: &[[f64; 2]], z: Span, material: &'static str) -> Solid {
    // The shape's box is centred on its origin: take the middle of the corners' own box for it.
    let middle = [0, 1].map(|axis| {
        let of = corners.iter().map(|c| c[axis]);
        f64::midpoint(of.clone().fold(f64::INFINITY, f64::min), of.fold(f64::NEG_INFINITY, f64::max))
    });
    let corners = corners.iter().map(|c| [c[0] - middle[0], c[1] - middle[1]]).collect();
    let shape = Shape::Prism { corners, half: (z[1] - z[0]) / 2.0 };
    Solid::new(shape, [middle[0], middle[1], f64::midpoint(z[0], z[1])], material)
}

/// What may still go into the hold.
pub(super) struct Stowage {
    pub(super) space: Hold,
    /// Mass in kg.
    pub(super) kg: f64,
    /// Solids.
    pub(super) solids: usize,
}

impl Stowage {
    pub(super) fn new(space: &Hold, payload: f64) -> Self {
        // Container, vehicle, odd things and a load have to stay under 2,500 solids with the cargo.
        Self { space: *space, kg: payload, solids: 1900 }
    }

    /// Puts the piece with its lowest corner at `at`; false, and nothing done, where it is too heavy, reaches outside the
    /// hold or has too many solids.
    pub(super) fn put(&mut self, scene: &mut Scene, piece: Piece, at: Vector) -> bool {
        let kg = piece.mass_kg();
        if kg > self.kg || piece.solids.len() > self.solids {
            return false;
        }
        let moved: Vec<Solid> = piece.solids.into_iter().map(|solid| solid.moved(at)).collect();
        let inside = moved.iter().all(|solid| {
            let (low, high) = solid.body.bounds();
            let limits = [self.space.x, self.space.y, self.space.z];
            (0..3).all(|axis| low[axis] >= limits[axis][0] - 0.01 && high[axis] <= limits[axis][1] + 0.01)
        });
        if inside {
            self.kg -= kg;
            self.solids -= moved.len();
            let first = scene.solids.len();
            scene.solids.extend(moved);
            scene.pieces.push(first..scene.solids.len());
        }
        inside
    }

    /// What is left of the hold's length beyond `left`.
    pub(super) fn room(&self, left: f64) -> f64 {
        self.space.x[1] - left
    }
}

#[cfg(test)]
mod tests {
    use super::super::{cartons, furniture, goods, hangers, metal, rooms, vehicles};
    use super::*;
    use crate::simulate::draw::ScanKey;
    use crate::simulate::matter;

    type Stow = fn(&mut Scene, &Hold, f64, &mut Draw);

    /// Name, function, and the mean density in kg/m³ that a full hold of it has at least and at most.
    const FAMILIES: [(&str, Stow, [f64; 2]); 14] = [
        ("cartons", cartons::mixed, [60.0, 450.0]),
        ("electronics", cartons::electronics, [40.0, 350.0]),
        ("garments", cartons::garments, [90.0, 330.0]),
        ("shoes", cartons::shoes, [60.0, 220.0]),
        ("toys", cartons::toys, [15.0, 250.0]),
        ("garments_hanging", hangers::garments_hanging, [8.0, 90.0]),
        ("groupage", goods::groupage, [50.0, 450.0]),
        ("furniture", furniture::furniture, [20.0, 300.0]),
        ("household", rooms::household, [40.0, 220.0]),
        ("machinery", metal::machinery, [30.0, 500.0]),
        ("engines", metal::engines, [60.0, 600.0]),
        ("scrap", metal::scrap, [60.0, 700.0]),
        ("cars", vehicles::cars, [15.0, 110.0]),
        ("scooters", vehicles::scooters, [40.0, 220.0]),
    ];

    const HOLDS: [Hold; 2] = [
        Hold { x: [90.0, 5900.0], y: [150.0, 2550.0], z: [-1170.0, 1170.0] },
        Hold { x: [90.0, 11_900.0], y: [150.0, 2850.0], z: [-1170.0, 1170.0] },
    ];

    fn stowed(stow: Stow, hold: &Hold, payload: f64, seed: u64) -> Scene {
        let mut scene = Scene::default();
        stow(&mut scene, hold, payload, &mut ScanKey::new(seed, 1).stream("cargo", 0));
        scene
    }

    /// Whether a point lies in matter of a solid.
    fn holds(solid: &Solid, point: Vector) -> bool {
        let within = |part: &crate::simulate::solid::Placed| {
            part.crossing(point, [0.0, 0.0, 1.0]).is_some_and(|(low, high)| low < 0.0 && high > 0.0)
        };
        within(&solid.body) && !solid.cuts.iter().any(within)
    }

    #[test]
    fn every_family_stays_in_the_hold_and_below_the_payload() {
        let mut ran = 0;
        for (name, stow, [least, most]) in FAMILIES {
            let (mut sum, mut room) = (0.0, 0.0);
            for seed in 0..20 {
                let hold = HOLDS[seed as usize % 2];
                let payload = if seed % 5 == 4 { 2500.0 } else { 26_500.0 };
                let scene = stowed(stow, &hold, payload, seed);
                assert!(scene.solids.len() < 2000, "{name} {seed}: {} solids", scene.solids.len());
                let kg = scene.mass_kg(0);
                assert!(kg <= payload + 1.0, "{name} {seed}: {kg} kg");
                for solid in &scene.solids {
                    let (low, high) = solid.body.bounds();
                    let limits = [hold.x, hold.y, hold.z];
                    let inside = (0..3).all(|a| low[a] > limits[a][0] - 0.1 && high[a] < limits[a][1] + 0.1);
                    assert!(inside, "{name} {seed}: {low:?} to {high:?} in {hold:?}, {}", solid.material);
                    assert!(matter::density(solid.material).is_ok() && solid.density > 0.0, "{name} {seed}");
                }
                for bulk in &scene.bulks {
                    let sides = [(bulk.x, hold.x), (bulk.y, hold.y), (bulk.z, hold.z)];
                    let fits = sides.iter().all(|(b, h)| b[0] < b[1] && b[0] > h[0] - 1.0 && b[1] < h[1] + 1.0);
                    assert!(fits, "{name} {seed}: {bulk:?}");
                }
                if payload > 20_000.0 {
                    assert!(!scene.bulks.is_empty() && scene.solids.len() > 5, "{name} {seed}");
                    sum += kg;
                    room += hold.length() * hold.height() * hold.width() * 1e-9;
                }
                ran += 1;
            }
            let mean = sum / room;
            assert!((least..most).contains(&mean), "{name}: {mean:.0} kg/m3");
        }
        assert_eq!(ran, 280);
    }

    #[test]
    fn the_same_seed_stows_the_same_solids() {
        for (name, stow, _) in FAMILIES {
            let solids = |seed| stowed(stow, &HOLDS[1], 26_500.0, seed).solids;
            assert_eq!(solids(3), solids(3), "{name}");
            assert_ne!(solids(3), solids(4), "{name}");
        }
    }

    #[test]
    fn solids_share_next_to_no_space() {
        let mut found = Vec::new();
        for (name, stow, _) in FAMILIES {
            let (mut matter, mut shared) = (0, 0);
            for seed in 0..6 {
                let hold = HOLDS[0];
                let scene = stowed(stow, &hold, 26_500.0, seed);
                let mut draw = ScanKey::new(seed, 2).stream("points", 0);
                for _ in 0..4000 {
                    let point = [hold.x, hold.y, hold.z].map(|side| draw.between(side));
                    match scene.solids.iter().filter(|solid| holds(solid, point)).count() {
                        0 => {}
                        1 => matter += 1,
                        _ => (matter, shared) = (matter + 1, shared + 1),
                    }
                }
            }
            found.push((name, matter, shared, shared as f64 / f64::from(matter)));
        }
        assert!(found.iter().all(|(_, matter, _, share)| *matter > 150 && *share < 0.03), "{found:#?}");
    }

    #[test]
    fn some_containers_of_cars_have_one_nose_up() {
        let (mut raised, mut most) = (0, 0);
        for seed in 0..24 {
            let scene = stowed(vehicles::cars, &HOLDS[1], 26_500.0, seed);
            let batteries: Vec<_> = scene.solids.iter().filter(|s| s.material == "lead").collect();
            raised += usize::from(batteries.iter().any(|b| b.body.rotation.is_some()));
            most = most.max(batteries.len());
        }
        assert!(raised >= 4 && most >= 3, "{raised} with a raised car, at most {most} cars");
    }

    #[test]
    fn a_quarter_turn_keeps_the_mass_and_the_box() {
        let mut draw = ScanKey::new(5, 5).stream("piece", 0);
        for _ in 0..12 {
            let piece = metal::engine(&mut draw);
            let turned = piece.clone().quarter();
            assert!((turned.mass_kg() / piece.mass_kg() - 1.0).abs() < 1e-9);
            assert!((45.0..280.0).contains(&piece.mass_kg()), "an engine of {} kg", piece.mass_kg());
            for solid in &turned.solids {
                let (low, high) = solid.body.bounds();
                assert!((0..3).all(|a| low[a] > -0.1 && high[a] < turned.size[a] + 0.1), "{low:?} {high:?}");
            }
        }
    }
}
