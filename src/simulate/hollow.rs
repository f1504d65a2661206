//! Hollows in cargo: whole packages taken away, and what stands over the place carried by planks.

use super::packages::Package;
use super::scene::{Scene, around, share_space};
use super::solid::{Placed, Solid, Vector};
use std::collections::BTreeSet;

/// A place made free in the cargo, and how.
pub(super) struct Hollow {
    /// The numbers of the solids that are taken away.
    pub(super) taken: BTreeSet<usize>,
    /// What is trimmed of thin things that reach in: film, boards, corner strips.
    pub(super) cuts: Vec<(usize, Placed)>,
    /// Planks, beams and posts.
    pub(super) planks: Vec<Solid>,
    /// What is free, between two corners.
    pub(super) low: Vector,
    pub(super) high: Vector,
}

impl Hollow {
    /// Changes the scene: takes out, trims, builds in. Returns the mass taken out in kg.
    pub(super) fn make(&self, scene: &mut Scene) -> f64 {
        let trimmed: f64 = self.cuts.iter().map(|(number, part)| scene.carve_one(*number, part)).sum();
        let taken = scene.take_out(&self.taken);
        scene.solids.extend(self.planks.iter().cloned());
        trimmed + taken
    }
}

/// How far a neighbour may reach into a hollow and stay, in mm.
const BULGE: f64 = 30.0;
/// How far a package that is taken away may reach beyond the hollow.
const BEYOND: f64 = 1300.0;

/// The share of its footprint that a package needs something under to stay where it is.
const ENOUGH: f64 = 0.3;

/// The share of a package's footprint that has some of these boxes right under it, those that overlap counted twice.
fn carried(package: &Package, under: impl Iterator<Item = (Vector, Vector)>) -> f64 {
    let [long, _, wide] = package.sides();
    let shared = |(low, high): (Vector, Vector)| {
        let over = |axis: usize| (package.high[axis].min(high[axis]) - package.low[axis].max(low[axis])).max(0.0);
        let near = high[1] > package.low[1] - 60.0 && low[1] < package.low[1] - 1.0;
        if near { over(0) * over(2) } else { 0.0 }
    };
    under.map(shared).sum::<f64>() / (long * wide)
}

/// Makes room between two corners; nothing where a large solid is in the way that nobody could lift.
pub(super) fn hollow(scene: &Scene, packages: &[Package], low: Vector, high: Vector) -> Option<Hollow> {
    let inner = (low.map(|v| v + BULGE), high.map(|v| v - BULGE));
    if (0..3).any(|axis| inner.1[axis] - inner.0[axis] < 80.0) {
        return None;
    }
    let (mut taken, mut owned) = (BTreeSet::new(), BTreeSet::new());
    let mut stays = vec![true; packages.len()];
    for (package, stays) in packages.iter().zip(&mut stays) {
        owned.extend(package.solids.iter().copied());
        if share_space((package.low, package.high), inner) {
            let lifted =
                (0..3).all(|axis| package.low[axis] > low[axis] - BEYOND && package.high[axis] < high[axis] + BEYOND);
            if !lifted {
                return None;
            }
            taken.extend(package.solids.iter().copied());
            *stays = false;
        }
    }
    // What stood on something taken away that reached beyond the hollow goes too, and what stood on that.
    let mut gone: Vec<usize> = (0..packages.len()).filter(|number| !stays[*number]).collect();
    while let Some(number) = gone.pop() {
        if packages[number].high[1] <= high[1] + 40.0 {
            continue;
        }
        for (other, stays) in stays.iter_mut().enumerate().filter(|(_, stays)| **stays) {
            if packages[number].carries(&packages[other]) {
                *stays = false;
                taken.extend(packages[other].solids.iter().copied());
                gone.push(other);
            }
        }
    }
    if taken.is_empty() {
        return None;
    }
    let place = Package { solids: Vec::new(), low, high, sort: super::packages::Sort::Thing, rooms: Vec::new() };
    // What stood on something taken away beside the hollow, and has neither planks nor enough else under it.
    let boards: Vec<(Vector, Vector)> = (scene.cargo.clone())
        .filter(|number| !owned.contains(number))
        .map(|number| scene.solids[number].body.bounds())
        .collect();
    while let Some(number) = (0..packages.len()).find(|&number| {
        let package = &packages[number];
        let robbed = || packages.iter().zip(&stays).any(|(other, stays)| !stays && other.carries(package));
        let left = || packages.iter().zip(&stays).filter(|(other, stays)| **stays && *other != package);
        let under = || left().map(|(other, _)| (other.low, other.high)).chain(boards.iter().copied());
        stays[number] && robbed() && carried(package, under().chain(std::iter::once((low, high)))) < ENOUGH
    }) {
        stays[number] = false;
        taken.extend(packages[number].solids.iter().copied());
    }
    // Down to what the packages stood on.
    let free = ([inner.0[0], low[1] + 1.0, inner.0[2]], inner.1);
    let trim = around(free.0, free.1);
    let cuts = scene
        .cargo
        .clone()
        .filter(|number| !owned.contains(number) && share_space(scene.solids[*number].body.bounds(), free))
        .map(|number| (number, trim.clone()))
        .collect();
    let loaded = packages.iter().zip(&stays).any(|(package, stays)| *stays && place.carries(package));
    let mut hollow = Hollow { taken, cuts, planks: Vec::new(), low: free.0, high: free.1 };
    if loaded {
        hollow.roof(low, high);
    }
    Some(hollow)
}

impl Hollow {
    /// Planks on two beams and posts at both ends: what a carpenter builds so that a stack stands over a hole.
    fn roof(&mut self, low: Vector, high: Vector) {
        let (x, z) = ([self.low[0], self.high[0]], [self.low[2], self.high[2]]);
        let (plank, beam, post) = (28.0, 70.0, 70.0);
        let top = high[1] - 4.0;
        // Planks as wide as a hand with fingers' breadths between them.
        self.planks.push(Solid::cuboid(x, [top - plank, top], z, "wood").dense(0.9));
        let under = top - plank;
        for side in [[z[0], z[0] + 60.0], [z[1] - 60.0, z[1]]] {
            self.planks.push(Solid::cuboid(x, [under - beam, under - 1.0], side, "wood"));
            for end in [[x[0], x[0] + post], [x[1] - post, x[1]]] {
                let foot = low[1] + 1.0;
                self.planks.push(Solid::cuboid(end, [foot, (under - beam - 1.0).max(foot + 1.0)], side, "wood"));
            }
        }
        self.high[1] = under - beam - 2.0;
        self.low[2] += 62.0;
        self.high[2] -= 62.0;
    }
}
