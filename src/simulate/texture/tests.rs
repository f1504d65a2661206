use super::super::solid::{Axis, Solid};
use super::*;

/// Mean, least and greatest factor over the face of a box of 1200 by 1000 by 800 mm, seen along z.
fn over_face(texture: Texture, slope: f64) -> [f64; 3] {
    let solid = Solid::cuboid([0.0, 1200.0], [0.0, 1000.0], [-400.0, 400.0], "water");
    let (mut sum, mut least, mut most) = (0.0, f64::INFINITY, 0.0f64);
    let mut count = 0.0;
    let mut x = 0.6;
    while x < 1200.0 {
        let mut sampler = texture.sampler(&solid.body);
        let mut y = 0.9;
        while y < 1000.0 {
            let value = sampler.factor([x, y - slope * 5000.0, -5000.0], [0.0, slope, 1.0]);
            (sum, least, most) = (sum + value, least.min(value), most.max(value));
            count += 1.0;
            y += 2.3;
        }
        x += 1.7;
    }
    [sum / count, least, most]
}

pub(super) const CAN: &[[f64; 3]] = &[[0.0, 1.0, 1.2], [0.03, 1.0, 1.0], [0.92, 1.0, 0.1], [0.97, 1.0, 1.2]];

fn cans() -> Rounds {
    Rounds {
        pitch: 76.0,
        radius: 37.0,
        layer: 111.0,
        profile: CAN,
        wall: [0.3, 7.0],
        staggered: true,
        group: 1,
        jitter: 0.8,
        missing: 0.01,
        seed: 3,
    }
}

#[test]
fn no_texture_changes_a_mass() {
    let textures = [
        Texture::Grain { amplitude: 0.3, size: [40.0, 30.0], seed: 7 },
        Texture::Rounds(cans()),
        Texture::Rounds(Rounds { staggered: false, group: 4, pitch: 80.0, jitter: 2.0, ..cans() }),
        Texture::Plates(Plates { pitch: 24.0, thick: [0.4, 0.8], ragged: 0.3, shoulder: 0.12, seed: 4 }),
        Texture::Cells(Cells { size: [150.0, 90.0, 100.0], jitter: 5.0, design: 11, contrast: 3.0, seed: 5 }),
        Texture::Folds(Folds { stack: 300.0, thick: 28.0, rows: 3, seed: 6 }),
    ];
    let mut ran = 0;
    for texture in textures {
        let [mean, least, most] = over_face(texture, 0.0);
        assert!((mean - 1.0).abs() < 0.05, "{texture:?}: mean {mean}");
        assert!((0.0..0.8).contains(&least) && most > 1.2, "{texture:?}: {least} to {most}");
        ran += 1;
    }
    assert_eq!(ran, 6);
}

#[test]
fn grain_keeps_to_its_amplitude_and_shows_no_lattice() {
    let [mean, least, most] = over_face(Texture::Grain { amplitude: 0.1, size: [20.0, 20.0], seed: 7 }, 0.0);
    assert!((mean - 1.0).abs() < 0.01 && least > 0.75 && most < 1.25, "{mean} {least} {most}");
    assert!(least < 0.95 && most > 1.05, "{least} {most}");
    // Gradient noise is 0 on its lattice; its two octaves share no lattice.
    let solid = Solid::cuboid([0.0, 1200.0], [0.0, 1000.0], [-400.0, 400.0], "water");
    let texture = Texture::Grain { amplitude: 1.0, size: [20.0, 20.0], seed: 9 };
    let at = |x: f64, y: f64| texture.sampler(&solid.body).factor([x, y, -5000.0], [0.0, 0.0, 1.0]);
    let spread = |dx: f64, dy: f64| {
        let values: Vec<f64> = (2..40)
            .flat_map(|i| (2..40).map(move |j| (i, j)))
            .map(|(i, j)| at(f64::from(i) * 20.0 + dx, f64::from(j) * 20.0 + dy))
            .collect();
        values.iter().map(|v| (v - 1.0).powi(2)).sum::<f64>() / values.len() as f64
    };
    assert!(spread(10.0, 10.0) > 0.02 && spread(0.0, 0.0) > 0.002, "{} {}", spread(10.0, 10.0), spread(0.0, 0.0));
}

#[test]
fn textures_turn_with_what_they_are_on() {
    let straight = Solid::cuboid([-600.0, 600.0], [-500.0, 500.0], [-400.0, 400.0], "water");
    let angle = 0.2f64;
    let turned = straight.clone().turned(Axis::Z, angle);
    let (sin, cos) = angle.sin_cos();
    let texture = Texture::Cells(Cells { size: [150.0, 90.0, 100.0], jitter: 5.0, design: 1, contrast: 3.0, seed: 5 });
    let mut differ = 0;
    for n in 0..200 {
        let (x, y) = (f64::from(n % 20) * 40.0 - 380.0, f64::from(n / 20) * 60.0 - 270.0);
        let mut a = texture.sampler(&straight.body);
        let mut b = texture.sampler(&turned.body);
        let along = [0.0, 0.0, 1.0];
        let one = a.factor([x, y, -900.0], along);
        let other = b.factor([x * cos - y * sin, x * sin + y * cos, -900.0], along);
        assert!((one - other).abs() < 1e-6, "{one} {other}");
        differ += usize::from((one - b.factor([x, y, -900.0], along)).abs() > 0.05);
    }
    assert!(differ > 60, "{differ}");
}

#[test]
fn rounds_have_depth() {
    // Seen level, the air under the lids of all rows lies in one line; seen from below, it is spread over the rows.
    let texture = Texture::Rounds(Rounds { missing: 0.0, ..cans() });
    let least = |slope: f64| {
        let solid = Solid::cuboid([0.0, 1200.0], [0.0, 999.0], [-400.0, 400.0], "water");
        let values = (300..700).map(|y| {
            let mut sampler = texture.sampler(&solid.body);
            let sum: f64 = (0..76)
                .map(|x| {
                    sampler.factor([500.0 + f64::from(x), f64::from(y) - slope * 5000.0, -5000.0], [0.0, slope, 1.0])
                })
                .sum();
            sum / 76.0
        });
        values.fold(f64::INFINITY, f64::min)
    };
    assert!(least(0.0) < 0.5, "{}", least(0.0));
    assert!(least(0.2) > 0.7, "{}", least(0.2));
}
