//! Solids in space and what a ray meets of them.
//!
//! The scene's frame, in mm: x along the container from the outside of its front wall towards the doors, y upwards from
//! its underside, z across, along the beam, 0 on the container's middle plane; the source stands at negative z.

mod shape;

use super::texture::Texture;
pub(super) use shape::Shape;

/// A point or direction: x, y, z.
pub(super) type Vector = [f64; 3];

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

/// A rotation: rows are the shape's own axes in the scene's frame.
pub(super) type Rotation = [Vector; 3];

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

    /// The same solid with another texture.
    pub(super) fn textured(mut self, texture: Texture) -> Self {
        self.texture = texture;
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
            Shape::Frustum { radii, half } => Shape::Frustum { radii: radii.map(less), half: less(*half) },
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
mod tests;
