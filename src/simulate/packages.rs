//! What cargo is made of: packages, which are lifted whole, and the room in them.
//!
//! Whoever hides something takes packages away, or opens one; nobody saws through a stack. A package is what was stowed as one
//! piece, or a solid with all that lies within it: a carton and its goods, a drum and its oil, a sack.

use super::matter;
use super::scene::{Scene, bounds};
use super::solid::{Placed, Shape, Solid, Vector};

/// How a package can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Walls around goods: a carton, a drum, a crate.
    Case,
    /// A filled sack that a man lifts.
    Sack,
    /// Matter all through: a reel, a log, a big bag, a pack of tiles.
    Block,
    /// Anything else: furniture, a machine.
    Thing,
}

/// A space within a package, between two corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Room {
    pub(super) low: Vector,
    pub(super) high: Vector,
    /// The solid whose walls are around it, or which fills it.
    pub(super) of: usize,
}

/// A package of the cargo.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Package {
    /// The numbers of its solids, rising.
    pub(super) solids: Vec<usize>,
    /// Its lowest and highest corner.
    pub(super) low: Vector,
    pub(super) high: Vector,
    pub(super) sort: Sort,
    /// Where something fits into it.
    pub(super) rooms: Vec<Room>,
}

impl Package {
    pub(super) fn sides(&self) -> Vector {
        [0, 1, 2].map(|axis| self.high[axis] - self.low[axis])
    }

    fn centre(&self) -> Vector {
        [0, 1, 2].map(|axis| f64::midpoint(self.low[axis], self.high[axis]))
    }

    /// How far another package's middle is away in mm; up and down counts double, since whoever hides something works along a tier.
    pub(super) fn distance(&self, other: &Self) -> f64 {
        let (a, b) = (self.centre(), other.centre());
        (a[0] - b[0]).abs() + 2.0 * (a[1] - b[1]).abs() + (a[2] - b[2]).abs()
    }

    /// Whether another package stands on it.
    pub(super) fn carries(&self, other: &Self) -> bool {
        let over = |axis: usize| self.high[axis].min(other.high[axis]) - self.low[axis].max(other.low[axis]);
        other.low[1] > self.high[1] - 60.0 && over(0) > 40.0 && over(2) > 40.0
    }

    fn new(scene: &Scene, solids: Vec<usize>) -> Self {
        let (low, high) = bounds(solids.iter().map(|number| &scene.solids[*number]));
        let mut package = Self { solids, low, high, sort: Sort::Thing, rooms: Vec::new() };
        let outer = package.solids.iter().copied().find(|number| {
            let (from, to) = scene.solids[*number].body.bounds();
            (0..3).all(|axis| from[axis] - low[axis] < 15.0 && high[axis] - to[axis] < 15.0)
        });
        let rooms = |number: usize| {
            let solid = &scene.solids[number];
            let hollows = solid.cuts.iter().filter_map(inscribed);
            hollows.map(move |(low, high)| Room { low, high, of: number }).filter(Room::is_large)
        };
        package.rooms = package.solids.iter().copied().flat_map(rooms).collect();
        let Some(outer) = outer else { return package };
        let solid = &scene.solids[outer];
        if !package.rooms.is_empty() {
            package.sort = Sort::Case;
            return package;
        }
        let soft = matches!(solid.body.shape, Shape::Pillow { .. });
        package.sort = if soft && solid.body.shape.volume() < 0.25e9 { Sort::Sack } else { Sort::Block };
        // Nobody bores into steel or stone.
        let density = matter::density(solid.material).unwrap_or(0.0) * solid.density;
        if density < 2.0 && package.solids.len() == 1 {
            let within = inscribed(&solid.body).map(|(low, high)| Room {
                low: low.map(|v| v + 12.0),
                high: high.map(|v| v - 12.0),
                of: outer,
            });
            package.rooms = within.into_iter().filter(Room::is_large).collect();
        }
        package
    }
}

impl Room {
    /// Room for a few bricks at least.
    fn is_large(&self) -> bool {
        let sides = [0, 1, 2].map(|axis| self.high[axis] - self.low[axis]);
        sides.iter().all(|side| *side > 60.0) && sides.iter().product::<f64>() > 4e6
    }
}

/// A box along the axes that lies within a shape; nothing for prisms.
fn inscribed(part: &Placed) -> Option<(Vector, Vector)> {
    let (low, high) = part.bounds();
    let upright = part.rotation.is_none_or(|rows| rows[1][1].abs() > 0.98);
    // Half the sides of the box, over those of the box around the shape.
    let shares = match &part.shape {
        Shape::Box { .. } if part.rotation.is_none() => [1.0; 3],
        Shape::Box { .. } => [0.93; 3],
        Shape::Pillow { .. } => [0.72; 3],
        Shape::Cylinder { .. } if upright => [0.69, 0.97, 0.69],
        Shape::Cylinder { .. } => {
            let longest = if high[0] - low[0] > high[2] - low[2] { 0 } else { 2 };
            [0, 1, 2].map(|axis| if axis == longest { 0.97 } else { 0.69 })
        }
        Shape::Ellipsoid { .. } => [0.56; 3],
        // Within its thinner end.
        Shape::Frustum { radii: [a, b], .. } if upright => {
            let thin = 0.69 * a.min(*b) / a.max(*b);
            [thin, 0.97, thin]
        }
        Shape::Frustum { .. } | Shape::Prism { .. } => return None,
    };
    let middle = [0, 1, 2].map(|axis| f64::midpoint(low[axis], high[axis]));
    let reach = [0, 1, 2].map(|axis| (high[axis] - low[axis]) / 2.0 * shares[axis]);
    Some(([0, 1, 2].map(|axis| middle[axis] - reach[axis]), [0, 1, 2].map(|axis| middle[axis] + reach[axis])))
}

/// Everything in the cargo that is lifted whole and not small, in the order of its first solids. What is thin (boards, film,
/// straps) belongs to none.
pub(super) fn packages(scene: &Scene) -> Vec<Package> {
    let mut free = vec![true; scene.solids.len()];
    let mut found = Vec::new();
    for piece in scene.pieces.iter().filter(|p| p.start >= scene.cargo.start && p.end <= scene.cargo.end) {
        free[piece.clone()].fill(false);
        found.push(piece.clone().collect::<Vec<usize>>());
    }
    let volume = |number: usize| {
        let (low, high) = scene.solids[number].body.bounds();
        (0..3).map(|axis| high[axis] - low[axis]).product::<f64>()
    };
    let mut order: Vec<usize> = scene.cargo.clone().filter(|number| free[*number]).collect();
    order.sort_by(|a, b| volume(*b).total_cmp(&volume(*a)).then(a.cmp(b)));
    // The largest first: what lies within one already found belongs to it.
    let mut outer: Vec<(Vector, Vector, usize)> = Vec::new();
    for number in order {
        let (low, high) = scene.solids[number].body.bounds();
        let home = outer
            .iter()
            .find(|(from, to, _)| (0..3).all(|axis| low[axis] >= from[axis] - 4.0 && high[axis] <= to[axis] + 4.0));
        if let Some((_, _, at)) = home {
            found[*at].push(number);
        } else {
            outer.push((low, high, found.len()));
            found.push(vec![number]);
        }
    }
    let mut packages: Vec<Package> = found
        .into_iter()
        .map(|mut solids| {
            solids.sort_unstable();
            Package::new(scene, solids)
        })
        .filter(|package| {
            let sides = package.sides();
            sides.iter().all(|side| *side > 55.0) && sides.iter().product::<f64>() > 3e6
        })
        .collect();
    packages.sort_by_key(|package| package.solids.first().copied());
    packages
}

/// Whether something can be pressed into a solid and the rest of it stays where it is: beans, clothes, a liquid.
pub(super) fn yields(solid: &Solid, litres: f64) -> bool {
    let large = solid.body.shape.volume() * 1e-6 > 1.6 * litres;
    large && matter::density(solid.material).unwrap_or(0.0) * solid.density < 2.0
}
