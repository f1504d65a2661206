use super::shape::PILLOW_SHARE;
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
        (Shape::Frustum { radii: [150.0, 90.0], half: 220.0 }, PI / 3.0 * (22_500.0 + 13_500.0 + 8_100.0) * 440.0),
        (Shape::Frustum { radii: [60.0, 250.0], half: 70.0 }, PI / 3.0 * (3_600.0 + 15_000.0 + 62_500.0) * 140.0),
        (Shape::Ellipsoid { radii: [150.0, 180.0, 210.0] }, PI * 4.0 / 3.0 * 150.0 * 180.0 * 210.0),
        (Shape::Pillow { half: [300.0, 100.0, 200.0] }, PILLOW_SHARE * 600.0 * 200.0 * 400.0),
        (wedge, 600.0 * 250.0 / 2.0 * 160.0),
    ];
    for (shape, volume) in shapes {
        assert!((shape.volume() / volume - 1.0).abs() < 1e-9, "{shape:?}");
        let straight = Solid::new(shape, centre, "water");
        let turned = straight.clone().turned(Axis::Y, 0.7).turned(Axis::Z, 0.4).turned(Axis::X, -0.3);
        for (solid, along) in [(&straight, [0.0, 0.3, 1.0]), (&turned, [0.1, -0.2, 1.0]), (&turned, [0.0, 0.0, 1.0])] {
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

#[test]
fn a_line_steeper_than_a_frustums_mantle_is_inside_from_or_to_the_mantle() {
    // The radius goes from 60 at y = -70 to 250 at y = 70: 150 mm off the axis it is reached at y = -3.68.
    let frustum = Solid::new(Shape::Frustum { radii: [60.0, 250.0], half: 70.0 }, [0.0; 3], "wood");
    let up = |x: f64, sign: f64| frustum.path([x, -500.0 * sign, 0.0], [0.0, sign, 0.0]).map_or(0.0, |p| p.0);
    for sign in [1.0, -1.0] {
        assert!((up(30.0, sign) - 140.0).abs() < 1e-9, "{}", up(30.0, sign));
        assert!((up(150.0, sign) - 73.684).abs() < 1e-3, "{}", up(150.0, sign));
        assert_eq!(up(251.0, sign), 0.0);
    }
    assert!((up(61.0, 1.0) - up(-61.0, 1.0)).abs() < 1e-9);
}
