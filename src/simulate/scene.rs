//! A scene under construction: solids, and the places in the cargo where something can be hidden.

use super::solid::{Placed, Shape, Solid, Vector};
use std::collections::BTreeSet;
use std::ops::Range;

/// The space inside the container, in the scene's frame in mm (see [`super::solid`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hold {
    /// From the front wall's inside to the doors' inside.
    pub(super) x: [f64; 2],
    /// From the floor to the roof's inside.
    pub(super) y: [f64; 2],
    /// From the wall near the source to the far one.
    pub(super) z: [f64; 2],
}

impl Hold {
    /// Inner length in mm.
    pub(super) fn length(&self) -> f64 {
        self.x[1] - self.x[0]
    }

    /// Inner height in mm.
    pub(super) fn height(&self) -> f64 {
        self.y[1] - self.y[0]
    }

    /// Inner width in mm.
    pub(super) fn width(&self) -> f64 {
        self.z[1] - self.z[0]
    }
}

/// A block of cargo that is dense enough to hide something in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bulk {
    /// Its extent along the container.
    pub(super) x: [f64; 2],
    /// Its extent in height.
    pub(super) y: [f64; 2],
    /// Its extent across.
    pub(super) z: [f64; 2],
    /// What it is mostly made of.
    pub(super) material: &'static str,
}

/// A space in the container's own structure in which something could be hidden.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cavity {
    /// Where it is: `roof`, `floor`, `front_wall`, `side_wall`, `door`, `corner_post`, `beam`, `foam`, `evaporator` or `motor`.
    pub(super) place: &'static str,
    /// Its extent along the container.
    pub(super) x: [f64; 2],
    /// Its extent in height.
    pub(super) y: [f64; 2],
    /// Its extent across.
    pub(super) z: [f64; 2],
}

/// Solids and hiding places.
#[derive(Debug, Clone, Default)]
pub(super) struct Scene {
    /// Everything that attenuates. Solids must not share space: where they do, their masses add up.
    pub(super) solids: Vec<Solid>,
    /// Blocks of cargo.
    pub(super) bulks: Vec<Bulk>,
    /// Empty places of the container's structure.
    pub(super) cavities: Vec<Cavity>,
    /// The numbers of the solids that are cargo: those before are the container's, those behind what lies about and the vehicle.
    pub(super) cargo: Range<usize>,
    /// Numbers of solids that are lifted as one, where whoever stowed them said so.
    pub(super) pieces: Vec<Range<usize>>,
}

/// The smallest box along the axes around solids: lowest and highest corner.
pub(super) fn bounds<'a>(solids: impl Iterator<Item = &'a Solid>) -> (Vector, Vector) {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for solid in solids {
        let (from, to) = solid.body.bounds();
        for axis in 0..3 {
            low[axis] = low[axis].min(from[axis]);
            high[axis] = high[axis].max(to[axis]);
        }
    }
    (low, high)
}

/// Whether two boxes along the axes share space, given by their lowest and highest corners.
pub(super) fn share_space(a: (Vector, Vector), b: (Vector, Vector)) -> bool {
    (0..3).all(|axis| a.0[axis] < b.1[axis] && b.0[axis] < a.1[axis])
}

/// How many lines each way sound a box.
const LINES: i32 = 24;

/// The mass in kg that solids have in common with `part`: along lines across it, 1/24 of its sides apart.
fn shared_kg(solid: &Solid, part: &Placed) -> f64 {
    let (low, high) = part.bounds();
    let step = [0, 1].map(|axis| (high[axis] - low[axis]) / f64::from(LINES));
    let cut = solid.clone().without(part.clone());
    let mut length = 0.0;
    for i in 0..LINES {
        for j in 0..LINES {
            let from = [low[0] + (f64::from(i) + 0.5) * step[0], low[1] + (f64::from(j) + 0.5) * step[1], low[2] - 1.0];
            let along = [0.0, 0.0, 1.0];
            let before = solid.path(from, along).map_or(0.0, |p| p.0);
            if before > 0.0 {
                length += before - cut.path(from, along).map_or(0.0, |p| p.0);
            }
        }
    }
    let density = super::matter::density(solid.material).unwrap_or(0.0) * solid.density;
    length * step[0] * step[1] * density * 1e-6
}

/// A solid's mass in kg, whatever its cuts are like.
pub(super) fn sounded_kg(solid: &Solid) -> f64 {
    let (low, high) = solid.body.bounds();
    shared_kg(solid, &around(low, high))
}

/// A box between two corners.
pub(super) fn around(low: Vector, high: Vector) -> Placed {
    let centre = [0, 1, 2].map(|axis| f64::midpoint(low[axis], high[axis]));
    let half = [0, 1, 2].map(|axis| ((high[axis] - low[axis]) / 2.0).max(0.0));
    Placed::new(Shape::Box { half }, centre)
}

/// Whether none of the solids has matter between two corners, by lines across at points an eighth of the sides apart of what
/// a solid's box and that space have in common.
pub(super) fn is_clear<'a>(mut solids: impl Iterator<Item = &'a Solid>, low: Vector, high: Vector) -> bool {
    solids.all(|solid| !reaches(solid, low, high))
}

/// Whether a solid has matter between two corners.
pub(super) fn reaches(solid: &Solid, low: Vector, high: Vector) -> bool {
    const STEPS: i32 = 8;
    let (from, to) = solid.body.bounds();
    if !share_space((from, to), (low, high)) {
        return false;
    }
    let (low, high) = ([0, 1, 2].map(|axis| low[axis].max(from[axis])), [0, 1, 2].map(|axis| high[axis].min(to[axis])));
    let cut = solid.clone().without(around(low, high));
    (0..STEPS * STEPS).any(|place| {
        let at =
            |axis: usize, step: i32| low[axis] + (f64::from(step) + 0.5) / f64::from(STEPS) * (high[axis] - low[axis]);
        let (from, along) = ([at(0, place % STEPS), at(1, place / STEPS), low[2] - 1.0], [0.0, 0.0, 1.0]);
        let length = |solid: &Solid| solid.path(from, along).map_or(0.0, |p| p.0);
        length(solid) - length(&cut) > 1e-6
    })
}

impl Scene {
    /// Adds a solid.
    pub(super) fn add(&mut self, solid: Solid) {
        self.solids.push(solid);
    }

    /// Adds a box of the material's own density.
    pub(super) fn block(&mut self, x: [f64; 2], y: [f64; 2], z: [f64; 2], material: &'static str) {
        self.add(Solid::cuboid(x, y, z, material));
    }

    /// Adds a hollow box of sheets `sheet` mm thick, open at no side.
    pub(super) fn case(&mut self, x: [f64; 2], y: [f64; 2], z: [f64; 2], sheet: f64, material: &'static str) {
        self.add(Solid::cuboid(x, y, z, material).hollow(sheet));
    }

    /// Adds an upright cylinder.
    pub(super) fn column(&mut self, x: f64, y: [f64; 2], z: f64, radius: f64, material: &'static str) {
        let shape = Shape::Cylinder { radius, half: (y[1] - y[0]) / 2.0 };
        self.add(Solid::new(shape, [x, f64::midpoint(y[0], y[1]), z], material));
    }

    /// Adds a wooden pallet 144 mm high: nine blocks, three bottom boards and a deck of boards with gaps, all along x.
    /// Returns the height of its top.
    pub(super) fn pallet(&mut self, x: [f64; 2], floor: f64, z: [f64; 2]) -> f64 {
        let (long, wide) = (x[1] - x[0], z[1] - z[0]);
        for place in [0.0, 0.5, 1.0] {
            let near = z[0] + place * (wide - 100.0);
            self.block(x, [floor, floor + 22.0], [near, near + 100.0], "wood");
            for along in [0.0, 0.5, 1.0] {
                let left = x[0] + along * (long - 110.0);
                self.block([left, left + 110.0], [floor + 22.0, floor + 100.0], [near, near + 100.0], "wood");
            }
        }
        for place in 0..5 {
            let near = z[0] + f64::from(place) / 4.0 * (wide - 120.0);
            self.block(x, [floor + 100.0, floor + 144.0], [near, near + 120.0], "wood");
        }
        floor + 144.0
    }

    /// Adds a block of cargo in which something can be hidden.
    pub(super) fn bulk(&mut self, x: [f64; 2], y: [f64; 2], z: [f64; 2], material: &'static str) {
        self.bulks.push(Bulk { x, y, z, material });
    }

    /// Takes everything out of `part`, so that something else can have the place. Returns the mass taken out in kg,
    /// summed over points 1/24 of the part's sides apart.
    pub(super) fn carve(&mut self, part: &Placed) -> f64 {
        let box_of = part.bounds();
        let touching: Vec<usize> =
            (0..self.solids.len()).filter(|number| share_space(self.solids[*number].body.bounds(), box_of)).collect();
        touching.into_iter().map(|number| self.carve_one(number, part)).sum()
    }

    /// Takes what lies in `part` out of one solid; returns its mass in kg.
    pub(super) fn carve_one(&mut self, number: usize, part: &Placed) -> f64 {
        let Some(solid) = self.solids.get_mut(number) else { return 0.0 };
        let taken = shared_kg(solid, part);
        if taken > 0.0 {
            solid.cuts.push(part.clone());
        }
        taken
    }

    /// Takes solids out whole; returns their mass in kg. The numbers of those behind them change.
    pub(super) fn take_out(&mut self, numbers: &BTreeSet<usize>) -> f64 {
        let kg = self.taken_kg(numbers);
        let before = |limit: usize| limit - numbers.range(..limit).count();
        for range in std::iter::once(&mut self.cargo).chain(&mut self.pieces) {
            *range = before(range.start)..before(range.end);
        }
        self.pieces.retain(|piece| !piece.is_empty());
        let mut at = 0;
        self.solids.retain(|_| {
            at += 1;
            !numbers.contains(&(at - 1))
        });
        kg
    }

    /// The mass in kg of some solids.
    pub(super) fn taken_kg(&self, numbers: &BTreeSet<usize>) -> f64 {
        numbers.iter().filter_map(|number| self.solids.get(*number)).map(sounded_kg).sum()
    }

    /// The cargo's solids.
    pub(super) fn stowed(&self) -> &[Solid] {
        self.solids.get(self.cargo.clone()).unwrap_or_default()
    }

    /// What lies about in and around the container and is neither it nor its cargo.
    pub(super) fn things(&self) -> &[Solid] {
        self.solids.get(self.cargo.end..).unwrap_or_default()
    }

    /// Moves everything from number `first` on: a pallet that was pushed after it was stowed.
    pub(super) fn shift(&mut self, first: usize, by: Vector) {
        for solid in self.solids.iter_mut().skip(first) {
            *solid = solid.clone().moved(by);
        }
    }

    /// Turns everything from number `first` on by `angle` radians about an axis through a point.
    pub(super) fn turn(&mut self, first: usize, pivot: Vector, axis: super::solid::Axis, angle: f64) {
        for solid in self.solids.iter_mut().skip(first) {
            *solid = solid.clone().turned_about(pivot, axis, angle);
        }
    }

    /// The mass of everything from number `first` on in kg; cuts count only where [`mass_kg`] knows them.
    pub(super) fn mass_kg(&self, first: usize) -> f64 {
        self.solids.iter().skip(first).map(mass_kg).sum()
    }
}

/// A solid's mass in kg; each cut is taken to lie wholly inside and to overlap no other.
pub(super) fn mass_kg(solid: &Solid) -> f64 {
    let cut: f64 = solid.cuts.iter().map(|c| c.shape.volume()).sum();
    let volume = (solid.body.shape.volume() - cut).max(0.0);
    // mm³ times g/cm³ is mg.
    volume * super::matter::density(solid.material).unwrap_or(0.0) * solid.density * 1e-6
}

/// What a carton holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content {
    /// The material.
    pub(super) material: &'static str,
    /// Factor on its density.
    pub(super) density: f64,
    /// Strength of its texture.
    pub(super) amplitude: f64,
    /// Size of its texture in mm.
    pub(super) grain: [f64; 2],
    /// Share of the height that is empty.
    pub(super) slack: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carving_takes_out_what_is_there_and_says_how_much() {
        let mut scene = Scene::default();
        scene.block([0.0, 1000.0], [0.0, 1000.0], [-500.0, 500.0], "water");
        scene.block([2000.0, 3000.0], [0.0, 1000.0], [-500.0, 500.0], "water");
        let part = Solid::cuboid([900.0, 1100.0], [0.0, 200.0], [-100.0, 100.0], "water").body;
        let taken = scene.carve(&part);
        assert!((taken - 4.0).abs() < 0.05, "{taken}");
        assert_eq!(scene.solids.iter().map(|s| s.cuts.len()).collect::<Vec<_>>(), [1, 0]);
        assert!((mass_kg(&scene.solids[1]) - 1000.0).abs() < 1e-6);
        let pallet = scene.pallet([0.0, 1200.0], 1000.0, [-400.0, 400.0]);
        assert_eq!(pallet, 1144.0);
        let kg = scene.mass_kg(2);
        assert!((15.0..40.0).contains(&kg), "a pallet of {kg} kg");
    }
}
