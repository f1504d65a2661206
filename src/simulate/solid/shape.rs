//! Convex shapes, each in a frame of its own, and where a line is inside them.

use super::Vector;

/// A convex shape in a frame of its own, centred on the origin. Lengths in mm.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::simulate) enum Shape {
    /// A box with these half sides.
    Box { half: Vector },
    /// A cylinder along its own y: a drum, a reel, a bottle.
    Cylinder { radius: f64, half: f64 },
    /// A frustum along its own y, its radius at the bottom and at the top: a log, a shoulder, a bucket.
    Frustum { radii: [f64; 2], half: f64 },
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
    pub(in crate::simulate) fn half(&self) -> Vector {
        match self {
            Self::Box { half } | Self::Pillow { half } => *half,
            Self::Cylinder { radius, half } => [*radius, *half, *radius],
            Self::Frustum { radii, half } => {
                let radius = radii[0].max(radii[1]);
                [radius, *half, radius]
            }
            Self::Ellipsoid { radii } => *radii,
            Self::Prism { corners, half } => {
                let most = |axis: usize| corners.iter().map(|c| c[axis].abs()).fold(0.0, f64::max);
                [most(0), most(1), *half]
            }
        }
    }

    /// Volume in mm³.
    pub(in crate::simulate) fn volume(&self) -> f64 {
        use std::f64::consts::PI;
        match self {
            Self::Box { half } => 8.0 * half[0] * half[1] * half[2],
            Self::Cylinder { radius, half } => 2.0 * PI * radius * radius * half,
            Self::Frustum { radii: [a, b], half } => 2.0 * PI / 3.0 * (a * a + a * b + b * b) * half,
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
    pub(super) fn crossing(&self, from: Vector, along: Vector) -> Option<(f64, f64)> {
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
            Self::Frustum { radii, half } => {
                let within = slab(from[1], along[1], *half, (f64::NEG_INFINITY, f64::INFINITY))?;
                cone(from, along, *radii, *half, within)
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
pub(super) const PILLOW_SHARE: f64 = 0.8959;

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

/// Where the line is nearer to the y axis than the radius at its height, which goes evenly from `radii[0]` at `-half` to
/// `radii[1]` at `half`, within a slab of heights that holds no more than that.
fn cone(from: Vector, along: Vector, radii: [f64; 2], half: f64, within: (f64, f64)) -> Option<(f64, f64)> {
    let rise = (radii[1] - radii[0]) / (2.0 * half);
    let (radius, grows) = (f64::midpoint(radii[0], radii[1]) + rise * from[1], rise * along[1]);
    let a = along[0] * along[0] + along[2] * along[2] - grows * grows;
    let b = from[0] * along[0] + from[2] * along[2] - radius * grows;
    let c = from[0] * from[0] + from[2] * from[2] - radius * radius;
    if a > 1e-12 {
        return quadratic(a, b, c, within);
    }
    // Steeper than the mantle: inside beyond one root. The other nappe lies outside of the slab.
    let inside = |t: f64| a * t * t + 2.0 * b * t + c < 0.0;
    let (low, high) = within;
    let root = if a.abs() < 1e-12 {
        -c / (2.0 * b)
    } else {
        let root = (b * b - a * c).max(0.0).sqrt();
        let roots = [(-b - root) / a, (-b + root) / a];
        roots.into_iter().find(|t| low < *t && *t < high).unwrap_or(f64::NAN)
    };
    match (inside(low), inside(high)) {
        (true, true) => Some(within),
        (true, false) => (low < root).then_some((low, root)),
        (false, true) => (root < high).then_some((root, high)),
        (false, false) => None,
    }
}
