//! Solids in space and what a ray meets of them.
//!
//! The scene's frame, in mm: x along the container from the outside of its front wall towards the doors, y upwards from
//! its underside, z across, along the beam, 0 on the container's middle plane; the source stands at negative z.

use super::texture::Texture;

/// A point or direction: x, y, z.
pub(super) type Vector = [f64; 3];

/// A convex shape in a frame of its own, centred on the origin. Lengths in mm.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A box with these half sides.
    Box { half: Vector },
    /// A cylinder along its own y: a drum, a reel, a bottle.
    Cylinder { radius: f64, half: f64 },
    /// An ellipsoid with these semi-axes.
    Ellipsoid { radii: Vector },
    /// A filled bag: a box whose edges and corners an ellipsoid rounds off.
    Pillow { half: Vector },
    /// A convex polygon in x and y, counter-clockwise, from `-half` to `half` along z: a wedge, a roof, a hull.
    Prism { corners: Vec<[f64; 2]>, half: f64 },
}

/// How much larger than its box the ellipsoid is that rounds off a [`Shape::Pillow`]: 1 would leave the ellipsoid alone,
/// the square root of 3 the box.
const PILLOW: f64 = 1.3;

impl Shape {
    /// Half sides of the smallest box around the shape in its own frame.
    fn half(&self) -> Vector {
        match self {
            Self::Box { half } | Self::Pillow { half } => *half,
            Self::Cylinder { radius, half } => [*radius, *half, *radius],
            Self::Ellipsoid { radii } => *radii,
            Self::Prism { corners, half } => {
                let most = |axis: usize| corners.iter().map(|c| c[axis].abs()).fold(0.0, f64::max);
                [most(0), most(1), *half]
            }
        }
    }

    /// Volume in mm³.
    pub(super) fn volume(&self) -> f64 {
        use std::f64::consts::PI;
        match self {
            Self::Box { half } => 8.0 * half[0] * half[1] * half[2],
            Self::Cylinder { radius, half } => 2.0 * PI * radius * radius * half,
            Self::Ellipsoid { radii } => 4.0 / 3.0 * PI * radii[0] * radii[1] * radii[2],
            // The share of the unit cube within a ball of radius 1.3, integrated numerically; a test holds it.
            Self::Pillow { half } => PILLOW_SHARE * 8.0 * half[0] * half[1] * half[2],
            Self::Prism { corners, half } => {
                let next = corners.iter().cycle().skip(1);
                let twice: f64 = corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
                twice * half
            }
        }
    }

    /// Where the line `from + t * along` is inside: the first and the last t.
    #[inline]
    fn crossing(&self, from: Vector, along: Vector) -> Option<(f64, f64)> {
        match self {
            Self::Box { half } => slabs(from, along, half),
            Self::Cylinder { radius, half } => {
                let ends = slab(from[1], along[1], *half, (f64::NEG_INFINITY, f64::INFINITY))?;
                let a = along[0] * along[0] + along[2] * along[2];
                let b = from[0] * along[0] + from[2] * along[2];
                let c = from[0] * from[0] + from[2] * from[2] - radius * radius;
                if a < 1e-12 {
                    return (c < 0.0).then_some(ends);
                }
                quadratic(a, b, c, ends)
            }
            Self::Ellipsoid { radii } => ball(from, along, radii, (f64::NEG_INFINITY, f64::INFINITY)),
            Self::Pillow { half } => {
                let within = slabs(from, along, half)?;
                ball(from, along, &half.map(|h| h * PILLOW), within)
            }
            Self::Prism { corners, half } => {
                let mut within = slab(from[2], along[2], *half, (f64::NEG_INFINITY, f64::INFINITY))?;
                for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
                    // Inside is left of every side.
                    let normal = [b[1] - a[1], a[0] - b[0]];
                    let away = normal[0] * (from[0] - a[0]) + normal[1] * (from[1] - a[1]);
                    let speed = normal[0] * along[0] + normal[1] * along[1];
                    if speed.abs() < 1e-12 {
                        if away > 0.0 {
                            return None;
                        }
                    } else if speed > 0.0 {
                        within.1 = within.1.min(-away / speed);
                    } else {
                        within.0 = within.0.max(-away / speed);
                    }
                }
                (within.0 < within.1).then_some(within)
            }
        }
    }
}

/// The share of its box that a [`Shape::Pillow`] fills.
const PILLOW_SHARE: f64 = 0.8959;

#[inline]
fn slab(from: f64, along: f64, half: f64, within: (f64, f64)) -> Option<(f64, f64)> {
    if along.abs() < 1e-12 {
        return (from.abs() < half).then_some(within);
    }
    let (a, b) = ((-half - from) / along, (half - from) / along);
    let (low, high) = (within.0.max(a.min(b)), within.1.min(a.max(b)));
    (low < high).then_some((low, high))
}

#[inline]
fn slabs(from: Vector, along: Vector, half: &Vector) -> Option<(f64, f64)> {
    let mut within = (f64::NEG_INFINITY, f64::INFINITY);
    for axis in 0..3 {
        within = slab(from[axis], along[axis], half[axis], within)?;
    }
    Some(within)
}

/// Where a t² + 2 b t + c < 0, for a > 0.
#[inline]
fn quadratic(a: f64, b: f64, c: f64, within: (f64, f64)) -> Option<(f64, f64)> {
    let root = b * b - a * c;
    if root <= 0.0 {
        return None;
    }
    let root = root.sqrt();
    let (low, high) = (within.0.max((-b - root) / a), within.1.min((-b + root) / a));
    (low < high).then_some((low, high))
}

#[inline]
fn ball(from: Vector, along: Vector, radii: &Vector, within: (f64, f64)) -> Option<(f64, f64)> {
    let (mut a, mut b, mut c) = (0.0, 0.0, -1.0);
    for axis in 0..3 {
        let (p, d) = (from[axis] / radii[axis], along[axis] / radii[axis]);
        a += d * d;
        b += p * d;
        c += p * p;
    }
    quadratic(a, b, c, within)
}

/// A rotation: rows are the shape's own axes in the scene's frame.
pub(super) type Rotation = [Vector; 3];

/// The axes of the scene's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Along the container: turning about it tips things sideways, towards or away from the source.
    X,
    /// Upwards: turning about it turns things on the floor.
    Y,
    /// Along the beam: turning about it tilts things in the picture.
    Z,
}

/// A shape somewhere.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) shape: Shape,
    pub(super) centre: Vector,
    /// Nothing where the shape's axes are the scene's.
    pub(super) rotation: Option<Rotation>,
}

impl Placed {
    pub(super) fn new(shape: Shape, centre: Vector) -> Self {
        Self { shape, centre, rotation: None }
    }

    /// Turns the shape by `angle` radians about an axis of the scene through its centre.
    pub(super) fn turned(mut self, axis: Axis, angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        let turn: Rotation = match axis {
            Axis::X => [[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]],
            Axis::Y => [[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]],
            Axis::Z => [[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]],
        };
        let own = self.rotation.unwrap_or([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        self.rotation = Some(own.map(|row| turn.map(|to| to[0] * row[0] + to[1] * row[1] + to[2] * row[2])));
        self
    }

    /// Turns the shape by `angle` radians about an axis through any point: what stands on a tilted pallet.
    pub(super) fn turned_about(mut self, pivot: Vector, axis: Axis, angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (a, b) = match axis {
            Axis::X => (1, 2),
            Axis::Y => (2, 0),
            Axis::Z => (0, 1),
        };
        let (u, v) = (self.centre[a] - pivot[a], self.centre[b] - pivot[b]);
        self.centre[a] = pivot[a] + u * cos - v * sin;
        self.centre[b] = pivot[b] + u * sin + v * cos;
        self.turned(axis, angle)
    }

    /// The smallest box along the scene's axes that is sure to hold the shape: lowest and highest corner.
    pub(super) fn bounds(&self) -> (Vector, Vector) {
        let half = self.shape.half();
        let reach = match &self.rotation {
            None => half,
            Some(rows) => [0, 1, 2].map(|axis| (0..3).map(|own| rows[own][axis].abs() * half[own]).sum()),
        };
        let low = [0, 1, 2].map(|axis| self.centre[axis] - reach[axis]);
        let high = [0, 1, 2].map(|axis| self.centre[axis] + reach[axis]);
        (low, high)
    }

    /// Where the line `from + t * along` is inside.
    #[inline]
    pub(super) fn crossing(&self, from: Vector, along: Vector) -> Option<(f64, f64)> {
        let from = [from[0] - self.centre[0], from[1] - self.centre[1], from[2] - self.centre[2]];
        let Some(rows) = &self.rotation else { return self.shape.crossing(from, along) };
        let dot = |a: Vector, b: Vector| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        self.shape.crossing(rows.map(|row| dot(row, from)), rows.map(|row| dot(row, along)))
    }
}

/// A piece of matter: one shape less what is cut out of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solid {
    /// Its outside.
    pub(super) body: Placed,
    /// What is taken out of it. They may overlap each other and reach outside.
    pub(super) cuts: Vec<Placed>,
    /// What it is made of: a name in the table of materials.
    pub(super) material: &'static str,
    /// Factor on the material's density.
    pub(super) density: f64,
    /// How its density varies.
    pub(super) texture: Texture,
}

impl Solid {
    /// A solid of the material's own density without texture.
    pub(super) fn new(shape: Shape, centre: Vector, material: &'static str) -> Self {
        let body = Placed::new(shape, centre);
        Self { body, cuts: Vec::new(), material, density: 1.0, texture: Texture::Even }
    }

    /// A box between two values on each axis.
    pub(super) fn cuboid(x: [f64; 2], y: [f64; 2], z: [f64; 2], material: &'static str) -> Self {
        let centre = [x, y, z].map(|side| f64::midpoint(side[0], side[1]));
        let half = [x, y, z].map(|side| ((side[1] - side[0]) / 2.0).max(0.0));
        Self::new(Shape::Box { half }, centre, material)
    }

    /// The same solid with another factor on its density.
    pub(super) fn dense(mut self, factor: f64) -> Self {
        self.density *= factor;
        self
    }

    /// The same solid with a grain: amplitude, feature sizes in mm along x and y, seed.
    pub(super) fn grain(mut self, amplitude: f64, size: [f64; 2], seed: u64) -> Self {
        self.texture = Texture::Grain { amplitude, size, seed };
        self
    }

    /// The same solid as an upright corrugated sheet.
    pub(super) fn corrugated(mut self, pitch: f64) -> Self {
        self.texture = Texture::Corrugated { pitch };
        self
    }

    /// The same solid with a shell of `thickness` mm: everything further inside is cut out.
    pub(super) fn hollow(mut self, thickness: f64) -> Self {
        let less = |v: f64| (v - thickness).max(0.0);
        let shape = match &self.body.shape {
            Shape::Box { half } => Shape::Box { half: half.map(less) },
            Shape::Cylinder { radius, half } => Shape::Cylinder { radius: less(*radius), half: less(*half) },
            Shape::Ellipsoid { radii } => Shape::Ellipsoid { radii: radii.map(less) },
            Shape::Pillow { half } => Shape::Pillow { half: half.map(less) },
            Shape::Prism { corners, half } => {
                let reach = corners.iter().map(|c| c[0].hypot(c[1])).fold(1.0, f64::max);
                let share = (1.0 - thickness / reach).max(0.0);
                Shape::Prism { corners: corners.iter().map(|c| c.map(|v| v * share)).collect(), half: less(*half) }
            }
        };
        self.cuts.push(Placed { shape, ..self.body.clone() });
        self
    }

    /// The same solid as a tube along its own axis, open at both ends; for cylinders.
    pub(super) fn bored(mut self, radius: f64) -> Self {
        if let Shape::Cylinder { half, .. } = self.body.shape {
            self.cuts.push(Placed { shape: Shape::Cylinder { radius, half: half + 1.0 }, ..self.body.clone() });
        }
        self
    }

    /// The same solid without what lies in `part`.
    pub(super) fn without(mut self, part: Placed) -> Self {
        self.cuts.push(part);
        self
    }

    /// Turns the solid, cuts and all, by `angle` radians about an axis through its centre.
    pub(super) fn turned(self, axis: Axis, angle: f64) -> Self {
        let pivot = self.body.centre;
        self.turned_about(pivot, axis, angle)
    }

    /// Turns the solid, cuts and all, by `angle` radians about an axis through any point.
    pub(super) fn turned_about(mut self, pivot: Vector, axis: Axis, angle: f64) -> Self {
        self.body = self.body.turned_about(pivot, axis, angle);
        self.cuts = self.cuts.into_iter().map(|cut| cut.turned_about(pivot, axis, angle)).collect();
        self
    }

    /// Moves the solid, cuts and all.
    pub(super) fn moved(mut self, by: Vector) -> Self {
        for placed in std::iter::once(&mut self.body).chain(&mut self.cuts) {
            for (value, by) in placed.centre.iter_mut().zip(by) {
                *value += by;
            }
        }
        self
    }

    /// The length in units of `along` over which the line `from + t * along` runs through matter, and the middle t of it.
    #[inline]
    pub(super) fn path(&self, from: Vector, along: Vector) -> Option<(f64, f64)> {
        let (low, high) = self.body.crossing(from, along)?;
        let middle = f64::midpoint(low, high);
        let whole = high - low;
        match self.cuts.as_slice() {
            [] => Some((whole, middle)),
            [cut] => {
                let out = cut.crossing(from, along).map_or(0.0, |(a, b)| (b.min(high) - a.max(low)).max(0.0));
                (out < whole).then_some((whole - out, middle))
            }
            cuts => {
                let mut few = [(0.0, 0.0); 8];
                let mut many = Vec::new();
                let met = cuts
                    .iter()
                    .filter_map(|cut| cut.crossing(from, along))
                    .map(|(a, b)| (a.max(low), b.min(high)))
                    .filter(|(a, b)| a < b);
                // This runs for every ray: up to eight cuts need no memory of their own.
                let out = if cuts.len() <= few.len() {
                    let mut count = 0;
                    for (place, cut) in few.iter_mut().zip(met) {
                        *place = cut;
                        count += 1;
                    }
                    &mut few[..count]
                } else {
                    many.extend(met);
                    many.as_mut_slice()
                };
                out.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                let (mut covered, mut end) = (0.0, low);
                for &mut (a, b) in out {
                    covered += (b - a.max(end)).max(0.0);
                    end = end.max(b);
                }
                (covered < whole).then_some((whole - covered, middle))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The volume by lines along `along` (unnormalised, with a z of 1) on a fine grid.
    fn integrated(solid: &Solid, along: Vector) -> f64 {
        let (low, high) = solid.body.bounds();
        let slack = 400.0;
        let n = 700;
        let (w, h) = (high[0] - low[0] + 2.0 * slack, high[1] - low[1] + 2.0 * slack);
        let mut sum = 0.0;
        for i in 0..n {
            for j in 0..n {
                let x = low[0] - slack + (f64::from(i) + 0.5) * w / f64::from(n);
                let y = low[1] - slack + (f64::from(j) + 0.5) * h / f64::from(n);
                let z = solid.body.centre[2];
                sum += solid.path([x - z * along[0], y - z * along[1], 0.0], along).map_or(0.0, |p| p.0);
            }
        }
        // Lines cross planes of constant z, so the area element is that of such a plane.
        sum * w / f64::from(n) * h / f64::from(n)
    }

    #[test]
    fn path_lengths_integrate_to_the_volumes_of_geometry_from_any_side() {
        let centre = [30.0, -20.0, 50.0];
        let wedge = Shape::Prism { corners: vec![[-300.0, -100.0], [300.0, -100.0], [300.0, 150.0]], half: 80.0 };
        let shapes = [
            (Shape::Box { half: [200.0, 120.0, 90.0] }, 8.0 * 200.0 * 120.0 * 90.0),
            (Shape::Cylinder { radius: 150.0, half: 220.0 }, PI * 150.0 * 150.0 * 440.0),
            (Shape::Ellipsoid { radii: [150.0, 180.0, 210.0] }, PI * 4.0 / 3.0 * 150.0 * 180.0 * 210.0),
            (Shape::Pillow { half: [300.0, 100.0, 200.0] }, PILLOW_SHARE * 600.0 * 200.0 * 400.0),
            (wedge, 600.0 * 250.0 / 2.0 * 160.0),
        ];
        for (shape, volume) in shapes {
            assert!((shape.volume() / volume - 1.0).abs() < 1e-9, "{shape:?}");
            let straight = Solid::new(shape, centre, "water");
            let turned = straight.clone().turned(Axis::Y, 0.7).turned(Axis::Z, 0.4).turned(Axis::X, -0.3);
            for (solid, along) in
                [(&straight, [0.0, 0.3, 1.0]), (&turned, [0.1, -0.2, 1.0]), (&turned, [0.0, 0.0, 1.0])]
            {
                let found = integrated(solid, along);
                assert!((found / volume - 1.0).abs() < 0.01, "{solid:?} {along:?}: {found}, expected {volume}");
            }
        }
    }

    #[test]
    fn what_is_cut_out_is_not_met_and_overlapping_cuts_count_once() {
        let block = Solid::cuboid([0.0, 100.0], [0.0, 100.0], [0.0, 100.0], "steel");
        let ray = ([50.0, 50.0, -500.0], [0.0, 0.0, 1.0]);
        let length = |solid: &Solid| solid.path(ray.0, ray.1).map_or(0.0, |p| p.0);
        assert_eq!(length(&block), 100.0);
        assert_eq!(length(&block.clone().hollow(10.0)), 20.0);
        let part = |z: [f64; 2]| Solid::cuboid([0.0, 100.0], [0.0, 100.0], z, "steel").body;
        let two = block.clone().without(part([20.0, 50.0])).without(part([40.0, 60.0]));
        assert_eq!(length(&two), 60.0);
        assert_eq!(length(&two.without(part([-10.0, 110.0]))), 0.0);
        let tube = Solid::new(Shape::Cylinder { radius: 50.0, half: 80.0 }, [50.0, 50.0, 0.0], "steel").bored(40.0);
        assert!((length(&tube) - 20.0).abs() < 1e-9);
        let along = tube.turned(Axis::X, PI / 2.0);
        assert_eq!(length(&along), 0.0, "a tube along the beam is open");
        let moved = block.hollow(10.0).moved([0.0, 0.0, 1000.0]);
        assert_eq!(length(&moved), 20.0);
    }

    #[test]
    fn turning_about_a_point_carries_a_solid_around_it() {
        let solid = Solid::cuboid([90.0, 110.0], [-5.0, 5.0], [-1.0, 1.0], "wood");
        let (low, high) = solid.turned_about([0.0, 0.0, 0.0], Axis::Z, PI / 2.0).body.bounds();
        assert!((low[1] - 90.0).abs() < 1e-9 && (high[1] - 110.0).abs() < 1e-9 && (high[0] - 5.0).abs() < 1e-9);
        let (low, _) = Solid::cuboid([0.0, 2.0], [90.0, 110.0], [-1.0, 1.0], "wood")
            .turned_about([0.0; 3], Axis::X, PI / 2.0)
            .body
            .bounds();
        assert!((low[2] - 90.0).abs() < 1e-9, "up becomes away from the source: {low:?}");
    }
}
