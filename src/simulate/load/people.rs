//! People: bodies of soft tissue around bones, clothed, with what they live on.

use super::pieces::Parcel;
use crate::simulate::draw::Draw;
use crate::simulate::scene::bounds;
use crate::simulate::solid::{Axis, Shape, Solid, Vector};

/// How somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pose {
    /// On feet, against something.
    Standing,
    /// On the floor with the knees drawn up.
    Sitting,
    /// Flat, or on the side with bent legs.
    Lying,
}

/// The smallest space that a person of any size takes in a pose: along the container, upwards, across.
pub(super) fn room(pose: Pose) -> Vector {
    match pose {
        Pose::Standing => [480.0, 1960.0, 600.0],
        Pose::Sitting => [1090.0, 1130.0, 600.0],
        Pose::Lying => [2120.0, 380.0, 680.0],
    }
}

/// Between two joints in the plane of the picture (x forwards, y upwards), `z` beside the middle: flesh around a bone,
/// of the first radius in mm at the one and of the second at the other.
fn limb(parcel: &mut Parcel, [from, to]: [[f64; 2]; 2], z: f64, radii: [f64; 2], bone: f64) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let long = dx.hypot(dy);
    // A gap of 4 mm at each joint: nothing may share space.
    let half = (long / 2.0 - 2.0).max(10.0);
    let centre = [f64::midpoint(from[0], to[0]), f64::midpoint(from[1], to[1]), z];
    let lean = -(dx.atan2(dy));
    let core = Solid::new(Shape::Cylinder { radius: bone, half }, centre, "bone").turned(Axis::Z, lean);
    let flesh = Solid::new(Shape::Frustum { radii, half }, centre, "body").turned(Axis::Z, lean);
    parcel.own.push(flesh.without(core.body.clone()));
    parcel.own.push(core);
}

/// What joins two parts of a leg or an arm.
fn joint([x, y]: [f64; 2], z: f64, radius: f64) -> Solid {
    Solid::new(Shape::Ellipsoid { radii: [radius, radius, 0.9 * radius] }, [x, y, z], "body")
}

/// Skull and brain, a face with its jaw and the air in the mouth, and a neck behind the chin; `forward` of the trunk's middle.
fn head(parcel: &mut Parcel, forward: f64) {
    let at = |x: f64, y: f64| [forward + x, y, 0.0];
    let skull = Shape::Ellipsoid { radii: [92.0, 84.0, 74.0] };
    parcel.own.push(Solid::new(skull, at(10.0, 726.0), "bone").hollow(6.0));
    parcel.own.push(Solid::new(Shape::Ellipsoid { radii: [85.0, 77.0, 67.0] }, at(10.0, 726.0), "body"));
    // Brow, nose, chin and the underside of the jaw, about (55, 633).
    let corners = vec![[-39.0, -34.0], [-12.0, -46.0], [27.0, -34.0], [46.0, 14.0], [38.0, 50.0], [-39.0, 24.0]];
    let middle = at(55.0, 633.0);
    let jaw = Solid::new(Shape::Box { half: [26.0, 9.0, 40.0] }, [middle[0] - 2.0, 611.0, 0.0], "bone");
    let mouth = Solid::new(Shape::Ellipsoid { radii: [20.0, 9.0, 22.0] }, [middle[0] - 12.0, 631.0, 0.0], "body");
    let face = Solid::new(Shape::Prism { corners, half: 58.0 }, middle, "body");
    parcel.own.push(face.without(jaw.body.clone()).without(mouth.body));
    parcel.own.push(jaw);
    let [throat, nape] = [at(-26.0, 557.0), at(-28.0, 640.0)];
    limb(parcel, [[throat[0], throat[1]], [nape[0], nape[1]]], 0.0, [58.0, 50.0], 17.0);
}

/// A person: joints in mm for a stature of 1.72 m, scaled; facing x, or the other way. About 70 kg at a scale of 1.
fn figure(pose: Pose, scale: f64, draw: &mut Draw) -> Parcel {
    let mut parcel = Parcel::default();
    let bent = draw.range(-0.12, 0.12);
    // The trunk upright from the hips at the origin: its middle, half sides; then the limbs relative to hips and shoulders.
    let trunk = Solid::new(Shape::Pillow { half: [112.0, 285.0, 165.0] }, [0.0, 275.0, 0.0], "body");
    let spine = Solid::new(Shape::Cylinder { radius: 15.0, half: 240.0 }, [-78.0, 275.0, 0.0], "bone");
    let lung = |z: f64| Solid::new(Shape::Ellipsoid { radii: [68.0, 115.0, 58.0] }, [12.0, 400.0, z], "body");
    let lungs = [lung(-76.0), lung(76.0)];
    let mut trunk = trunk.without(spine.body.clone());
    for lung in &lungs {
        trunk = trunk.without(lung.body.clone());
    }
    parcel.own.extend([trunk, spine]);
    // Air and tissue: a quarter of the density.
    parcel.own.extend(lungs.map(|lung| lung.dense(0.26)));
    // Whoever sits for days hangs the head.
    head(&mut parcel, if pose == Pose::Sitting { draw.range(0.0, 45.0) } else { draw.range(0.0, 15.0) });
    if pose == Pose::Sitting {
        // What joins the trunk to the thighs: a wedge before the one and below the others.
        let corners = vec![[-62.0, -37.0], [59.0, -37.0], [62.0, -18.0], [-62.0, 37.0]];
        let seat = Shape::Prism { corners, half: 150.0 };
        parcel.own.push(Solid::new(seat, [176.0, 25.0, 0.0], "body"));
    }
    let (hip, shoulder) = ([0.0, -14.0], [0.0, 500.0]);
    let straight = |from: [f64; 2], angle: f64, long: f64| [from[0] + long * angle.sin(), from[1] - long * angle.cos()];
    for side in [-1.0, 1.0] {
        let jitter = draw.range(-0.1, 0.1);
        // Angles from straight down: thigh, shin, foot, upper arm, forearm. Seated, the arms lie on the knees.
        let (thigh, shin, foot, arm, fore) = match pose {
            Pose::Standing => (jitter, jitter * 0.4, 1.5 + jitter * 0.4, bent + jitter, bent + 0.35 + jitter),
            Pose::Sitting => (2.5 + jitter * 0.4, 0.6 + jitter * 0.4, 1.55, 0.8 + jitter, 1.7 + jitter),
            Pose::Lying => {
                let shin = -bent.abs() * 2.0;
                (bent.abs() * 2.0 + jitter, shin, shin + 1.5, jitter, 0.2 + jitter.abs())
            }
        };
        let z = side * 88.0;
        let from = if pose == Pose::Sitting { [172.0, 40.0] } else { hip };
        let knee = straight(from, thigh, 420.0);
        let ankle = straight(knee, shin, 400.0);
        // A drawn-up leg leaves no room between thigh and calf: both end further from the knee.
        let bare = if pose == Pose::Sitting { 52.0 } else { 38.0 };
        limb(&mut parcel, [from, straight(from, thigh, 420.0 - bare)], z, [84.0, 60.0], 14.0);
        parcel.own.push(joint(knee, z, 57.0));
        limb(&mut parcel, [straight(knee, shin, bare), ankle], z, [56.0, 36.0], 13.0);
        let heel = straight(ankle, shin, 34.0);
        limb(&mut parcel, [heel, straight(heel, foot, 150.0)], z, [34.0, 26.0], 12.0);
        let z = side * 212.0;
        let elbow = straight(shoulder, arm, 300.0);
        limb(&mut parcel, [shoulder, straight(elbow, arm, -24.0)], z, [48.0, 38.0], 11.0);
        parcel.own.push(joint(elbow, z, 39.0));
        // With the hand.
        limb(&mut parcel, [straight(elbow, fore, 24.0), straight(elbow, fore, 340.0)], z, [39.0, 24.0], 9.0);
    }
    for solid in &mut parcel.own {
        *solid = scaled(solid, scale);
    }
    let (low, high) = parcel.bounds();
    parcel.size = [0, 1, 2].map(|axis| high[axis] - low[axis]);
    let parcel = parcel.moved(low.map(|v| -v));
    // Lying: on the back, head towards the front or the doors.
    if pose == Pose::Lying { parcel.turned(Axis::Z, std::f64::consts::FRAC_PI_2) } else { parcel }
}

/// A solid and its cuts, larger by a factor about the origin.
fn scaled(solid: &Solid, by: f64) -> Solid {
    let mut solid = solid.clone();
    for placed in std::iter::once(&mut solid.body).chain(&mut solid.cuts) {
        placed.centre = placed.centre.map(|v| v * by);
        match &mut placed.shape {
            Shape::Box { half } | Shape::Pillow { half } => *half = half.map(|v| v * by),
            Shape::Cylinder { radius, half } => (*radius, *half) = (*radius * by, *half * by),
            Shape::Frustum { radii, half } => (*radii, *half) = (radii.map(|v| v * by), *half * by),
            Shape::Ellipsoid { radii } => *radii = radii.map(|v| v * by),
            Shape::Prism { corners, half } => {
                for corner in corners.iter_mut() {
                    *corner = corner.map(|v| v * by);
                }
                *half *= by;
            }
        }
    }
    solid
}

/// One person in a pose, facing either way.
pub(super) fn person(pose: Pose, draw: &mut Draw) -> Parcel {
    let scale = draw.around_one(0.035).clamp(0.92, 1.08);
    let person = figure(pose, scale, draw);
    if draw.chance(0.5) { person.turned(Axis::Y, std::f64::consts::PI) } else { person }
}

/// What lies beside people: bottles of water and a bag, in a space of this size on its floor.
pub(super) fn belongings(number: usize, draw: &mut Draw) -> Vec<Parcel> {
    let mut all = Vec::new();
    for _ in 0..number {
        if draw.chance(0.6) {
            // A six-pack of 1.5-litre bottles.
            let mut pack = Parcel { size: [270.0, 320.0, 180.0], ..Parcel::default() };
            for place in 0..6 {
                let (x, z) = (45.0 + f64::from(place % 3) * 90.0, 45.0 + f64::from(place / 3) * 90.0);
                let shape = Shape::Cylinder { radius: 42.0, half: 130.0 };
                let full = draw.range(0.2, 1.0);
                let level = Shape::Cylinder { radius: 42.0, half: 130.0 * full };
                pack.wrap.push(if draw.chance(0.8) {
                    Solid::new(level, [x, 1.0 + 130.0 * full, z], "water")
                } else {
                    Solid::new(shape, [x, 131.0, z], "plastic").hollow(0.5)
                });
            }
            all.push(pack);
        } else {
            let half = [draw.range(200.0, 280.0), draw.range(120.0, 170.0), draw.range(120.0, 160.0)];
            let bag = Solid::new(Shape::Pillow { half }, half, "textile").dense(draw.range(0.5, 1.1));
            all.push(Parcel { size: half.map(|v| 2.0 * v), wrap: vec![bag], ..Parcel::default() });
        }
    }
    all
}

/// The smallest box around some people.
pub(super) fn around(people: &[Parcel]) -> (Vector, Vector) {
    bounds(people.iter().flat_map(|p| p.own.iter().chain(&p.wrap)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::ScanKey;

    #[test]
    fn people_weigh_what_people_do_and_fit_their_room() {
        let mut draw = ScanKey::new(1, 1).stream("test", 0);
        let mut ran = 0;
        for pose in [Pose::Standing, Pose::Sitting, Pose::Lying] {
            for _ in 0..40 {
                let person = person(pose, &mut draw);
                assert!((48.0..105.0).contains(&person.kg()), "{pose:?}: {} kg", person.kg());
                for axis in 0..3 {
                    assert!(person.size[axis] <= room(pose)[axis], "{pose:?}: {:?}", person.size);
                }
                let materials: Vec<&str> = person.own.iter().map(|s| s.material).collect();
                assert!(materials.contains(&"bone") && materials.contains(&"body") && person.own.len() < 36);
                ran += 1;
            }
        }
        assert_eq!(ran, 120);
        assert!(belongings(4, &mut draw).iter().all(|b| b.own.is_empty()));
    }
}
