//! Solids as a beam across the container sees them: where they are in the side view, and how long the path through them is.

/// A shape in the scene's frame: x in mm along the container from its front, y in mm upwards from its underside. The
/// beam runs across; `depth` and path lengths are in mm along it. Where along the beam a solid stands does not matter
/// in a parallel projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// A box with sides along the axes.
    Box { x: [f64; 2], y: [f64; 2], depth: f64 },
    /// A filled bag or sack: like a box, but the path thins out towards its rim.
    Pillow { x: [f64; 2], y: [f64; 2], depth: f64 },
    /// A box turned by `angle` radians in the picture plane.
    Tilted { centre: [f64; 2], size: [f64; 2], depth: f64, angle: f64 },
    /// A cylinder or tube along the beam: a disc or ring in the picture.
    Disc { centre: [f64; 2], outer: f64, inner: f64, depth: f64 },
    /// A standing cylinder or tube.
    Upright { x: f64, y: [f64; 2], outer: f64, inner: f64 },
    /// A lying cylinder or tube along the container.
    Lying { x: [f64; 2], y: f64, outer: f64, inner: f64 },
    /// An ellipsoid with semi-axes along x, y and the beam.
    Ellipsoid { centre: [f64; 2], radii: [f64; 3] },
}

impl Shape {
    /// The smallest box in the picture that holds the shape: `[x0, x1]`, `[y0, y1]`.
    pub(super) fn bounds(&self) -> ([f64; 2], [f64; 2]) {
        match *self {
            Self::Box { x, y, .. } | Self::Pillow { x, y, .. } => (x, y),
            Self::Tilted { centre, size, angle, .. } => {
                let (sin, cos) = (angle.sin().abs(), angle.cos().abs());
                let half = [f64::midpoint(size[0] * cos, size[1] * sin), f64::midpoint(size[0] * sin, size[1] * cos)];
                ([centre[0] - half[0], centre[0] + half[0]], [centre[1] - half[1], centre[1] + half[1]])
            }
            Self::Disc { centre, outer, .. } => {
                ([centre[0] - outer, centre[0] + outer], [centre[1] - outer, centre[1] + outer])
            }
            Self::Upright { x, y, outer, .. } => ([x - outer, x + outer], y),
            Self::Lying { x, y, outer, .. } => (x, [y - outer, y + outer]),
            Self::Ellipsoid { centre, radii } => {
                ([centre[0] - radii[0], centre[0] + radii[0]], [centre[1] - radii[1], centre[1] + radii[1]])
            }
        }
    }

    /// The path length at a point, in mm; 0 outside.
    pub(super) fn path(&self, px: f64, py: f64) -> f64 {
        let inside = |range: [f64; 2], at: f64| at >= range[0] && at < range[1];
        match *self {
            Self::Box { x, y, depth } => {
                if inside(x, px) && inside(y, py) {
                    depth
                } else {
                    0.0
                }
            }
            Self::Pillow { x, y, depth } => {
                let u = (2.0 * px - x[0] - x[1]) / (x[1] - x[0]);
                let v = (2.0 * py - y[0] - y[1]) / (y[1] - y[0]);
                let (u, v) = (u * u, v * v);
                if u >= 1.0 || v >= 1.0 { 0.0 } else { depth * ((1.0 - u * u * u) * (1.0 - v * v)).sqrt() }
            }
            Self::Tilted { centre, size, depth, angle } => {
                let (sin, cos) = angle.sin_cos();
                let (dx, dy) = (px - centre[0], py - centre[1]);
                let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
                if u.abs() < size[0] / 2.0 && v.abs() < size[1] / 2.0 { depth } else { 0.0 }
            }
            Self::Disc { centre, outer, inner, depth } => {
                let r2 = (px - centre[0]).powi(2) + (py - centre[1]).powi(2);
                if r2 < outer * outer && r2 >= inner * inner { depth } else { 0.0 }
            }
            Self::Upright { x, y, outer, inner } => {
                if inside(y, py) {
                    chord(px - x, outer, inner)
                } else {
                    0.0
                }
            }
            Self::Lying { x, y, outer, inner } => {
                if inside(x, px) {
                    chord(py - y, outer, inner)
                } else {
                    0.0
                }
            }
            Self::Ellipsoid { centre, radii } => {
                let u = (px - centre[0]) / radii[0];
                let v = (py - centre[1]) / radii[1];
                2.0 * radii[2] * (1.0 - u * u - v * v).max(0.0).sqrt()
            }
        }
    }
}

/// The chord of a tube's wall at a distance from its axis.
fn chord(distance: f64, outer: f64, inner: f64) -> f64 {
    let half = |radius: f64| (radius * radius - distance * distance).max(0.0).sqrt();
    2.0 * (half(outer) - half(inner))
}

/// How a solid's path length varies from place to place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Texture {
    /// None.
    Even,
    /// Smooth random variation by the factor 1 ± amplitude, with features of the given sizes in mm.
    Grain { amplitude: f64, size: [f64; 2], seed: u64 },
    /// A corrugated sheet seen face on: flats and 45° slopes (where the path is √2 times longer), one period per `pitch` mm.
    Corrugated { pitch: f64 },
}

impl Texture {
    /// The factor on the path length at a point.
    pub(super) fn factor(&self, x: f64, y: f64) -> f64 {
        match *self {
            Self::Even => 1.0,
            Self::Grain { amplitude, size, seed } => {
                let (u, v) = (x / size[0], y / size[1]);
                let sum = lattice_noise(u, v, seed) + 0.5 * lattice_noise(2.1 * u, 2.1 * v, seed ^ 0x9e37);
                (1.0 + amplitude * sum / 1.1).max(0.0)
            }
            Self::Corrugated { pitch } => {
                let phase = (x / pitch).rem_euclid(1.0);
                let slope = (0.25..0.5).contains(&phase) || (0.75..1.0).contains(&phase);
                if slope { std::f64::consts::SQRT_2 } else { 1.0 }
            }
        }
    }
}

/// Value noise in -1..1: random values on a unit lattice, blended smoothly between.
fn lattice_noise(u: f64, v: f64, seed: u64) -> f64 {
    let (iu, iv) = (u.floor(), v.floor());
    let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
    let (fu, fv) = (smooth(u - iu), smooth(v - iv));
    let at = |du: f64, dv: f64| hash_unit((iu + du) as i64, (iv + dv) as i64, seed);
    let low = at(0.0, 0.0) * (1.0 - fu) + at(1.0, 0.0) * fu;
    let high = at(0.0, 1.0) * (1.0 - fu) + at(1.0, 1.0) * fu;
    low * (1.0 - fv) + high * fv
}

/// A value in -1..1 from a lattice point (the finaliser of `SplitMix64`).
fn hash_unit(x: i64, y: i64, seed: u64) -> f64 {
    let mut z = seed
        ^ (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (y as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(31);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// A piece of matter in the scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Solid {
    /// Where it is.
    pub(super) shape: Shape,
    /// What it is made of: a name in the table of materials.
    pub(super) material: &'static str,
    /// Factor on the material's density; negative where the solid takes away what another one put there.
    pub(super) density: f64,
    /// How its path length varies.
    pub(super) texture: Texture,
}

impl Solid {
    /// A solid of the material's own density without texture.
    pub(super) fn new(shape: Shape, material: &'static str) -> Self {
        Self { shape, material, density: 1.0, texture: Texture::Even }
    }

    /// The same solid with another factor on its density.
    pub(super) fn dense(mut self, factor: f64) -> Self {
        self.density *= factor;
        self
    }

    /// The same solid with a grain.
    pub(super) fn grain(mut self, amplitude: f64, size: [f64; 2], seed: u64) -> Self {
        self.texture = Texture::Grain { amplitude, size, seed };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area_integral(shape: Shape) -> f64 {
        let (x, y) = shape.bounds();
        let n = 400;
        let (dx, dy) = ((x[1] - x[0]) / n as f64, (y[1] - y[0]) / n as f64);
        let mut sum = 0.0;
        for i in 0..n {
            for j in 0..n {
                sum += shape.path(x[0] + (i as f64 + 0.5) * dx, y[0] + (j as f64 + 0.5) * dy);
            }
        }
        sum * dx * dy
    }

    #[test]
    fn path_lengths_integrate_to_the_volumes_of_geometry() {
        use std::f64::consts::PI;
        let cases = [
            (Shape::Box { x: [10.0, 30.0], y: [5.0, 15.0], depth: 7.0 }, 20.0 * 10.0 * 7.0),
            (Shape::Tilted { centre: [0.0, 0.0], size: [20.0, 10.0], depth: 7.0, angle: 0.5 }, 1400.0),
            (Shape::Disc { centre: [1.0, 2.0], outer: 10.0, inner: 4.0, depth: 3.0 }, PI * 84.0 * 3.0),
            (Shape::Upright { x: 0.0, y: [0.0, 20.0], outer: 5.0, inner: 3.0 }, PI * 16.0 * 20.0),
            (Shape::Lying { x: [0.0, 20.0], y: 4.0, outer: 5.0, inner: 0.0 }, PI * 25.0 * 20.0),
            (Shape::Ellipsoid { centre: [0.0, 0.0], radii: [3.0, 4.0, 5.0] }, PI * 4.0 / 3.0 * 60.0),
        ];
        for (shape, volume) in cases {
            let found = area_integral(shape);
            assert!((found / volume - 1.0).abs() < 0.01, "{shape:?}: {found}, expected {volume}");
        }
    }

    #[test]
    fn grain_keeps_the_mean_and_its_amplitude() {
        let texture = Texture::Grain { amplitude: 0.1, size: [20.0, 20.0], seed: 7 };
        let values: Vec<f64> =
            (0..40_000).map(|i| texture.factor(f64::from(i % 200) * 7.3, f64::from(i / 200) * 6.1)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(values.iter().all(|v| (0.85..=1.15).contains(v)));
        assert!(values.iter().any(|v| *v > 1.05) && values.iter().any(|v| *v < 0.95));
    }
}
