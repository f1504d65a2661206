//! Tyres without rims.

use super::unit::{blocks, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Shape, Solid};
use std::f64::consts::{FRAC_PI_2, PI};

/// Car or lorry tyres: flat in stacks, on edge in rows, or laced so that they lean on each other.
pub(super) fn tyres(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let lorry = draw.chance(0.3);
    let tyre = if lorry {
        Tyre { radius: draw.range(490.0, 530.0), width: draw.range(260.0, 300.0), rim: 286.0, wall: 17.0 }
    } else {
        Tyre {
            radius: draw.range(295.0, 345.0),
            width: draw.range(185.0, 235.0),
            rim: draw.range(190.0, 220.0),
            wall: 9.0,
        }
    };
    let mut left_kg = payload * 0.98;
    match draw.below(3) {
        0 => stacks(scene, space, tyre, &mut left_kg, draw),
        1 => on_edge(scene, space, tyre, &mut left_kg, draw),
        _ => laced(scene, space, tyre, &mut left_kg, draw),
    }
}

/// A tyre's outer radius, width, bead radius and wall thickness in mm.
#[derive(Clone, Copy)]
struct Tyre {
    radius: f64,
    width: f64,
    rim: f64,
    wall: f64,
}

impl Tyre {
    /// Its mass in kg: tread and two side walls of rubber with steel cord.
    fn kg(self) -> f64 {
        let tread = 2.0 * PI * self.radius * self.width * self.wall * 1.3;
        let walls = 2.0 * PI * (self.radius.powi(2) - self.rim.powi(2)) * self.wall;
        (tread + walls) * 1.2e-6
    }

    /// The tyre lying flat around a centre.
    fn at(self, centre: [f64; 3], draw: &mut Draw) -> Solid {
        let shape = Shape::Cylinder { radius: self.radius, half: self.width / 2.0 };
        let mut solid = Solid::new(shape, centre, "rubber").bored(self.rim);
        let mut room = solid.body.clone();
        room.shape = Shape::Cylinder { radius: self.radius - 1.3 * self.wall, half: self.width / 2.0 - self.wall };
        solid.cuts.push(room);
        packed(solid, 1.2 * draw.around_one(0.04))
    }
}

/// Flat, one on the other, the stacks standing in each other's gaps.
fn stacks(scene: &mut Scene, space: &Hold, tyre: Tyre, left_kg: &mut f64, draw: &mut Draw) {
    let pitch = 2.0 * tyre.radius + 5.0;
    let spare = space.width() - pitch;
    let rows = (spare / (pitch * 0.866)).floor().max(0.0);
    let dz = if rows > 0.0 { spare / rows } else { 0.0 };
    let columns = ((space.length() - if rows > 0.0 { pitch / 2.0 } else { 0.0 }) / pitch).floor().max(0.0);
    let most = ((space.height() - 60.0) / (tyre.width + 1.0)).floor();
    for column in 0..columns as usize {
        for row in 0..=rows as usize {
            let high = (most - draw.range(0.0, 2.2)).floor().max(0.0);
            let x = space.x[0] + pitch * (column as f64 + 0.5 + if row % 2 == 1 { 0.5 } else { 0.0 });
            let z = space.z[0] + pitch / 2.0 + row as f64 * dz;
            for layer in 0..high as usize {
                if *left_kg < tyre.kg() {
                    return;
                }
                *left_kg -= tyre.kg();
                let y = space.y[0] + (layer as f64 + 0.5) * (tyre.width + 1.0);
                let slip = [draw.range(-2.0, 2.0), draw.range(-2.0, 2.0)];
                scene.add(tyre.at(
                    [x + slip[0], y, (z + slip[1]).clamp(space.z[0] + tyre.radius, space.z[1] - tyre.radius)],
                    draw,
                ));
            }
        }
    }
    blocks(
        scene,
        [space.x[0], space.x[0] + columns * pitch],
        [space.y[0], space.y[0] + 0.8 * space.height()],
        space.z,
        "rubber",
    );
}

/// On edge, treads side by side across the container, so that the side view shows rings; tiers sit in the gaps below.
fn on_edge(scene: &mut Scene, space: &Hold, tyre: Tyre, left_kg: &mut f64, draw: &mut Draw) {
    let pitch = 2.0 * tyre.radius + 4.0;
    let deep = ((space.width() - 6.0) / (tyre.width + 3.0)).floor().max(1.0);
    let dz = space.width() / deep;
    let columns = (space.length() / pitch).floor().max(0.0);
    let spread = if columns > 1.0 { (space.length() - 2.0 * tyre.radius) / (columns - 1.0) } else { pitch };
    let rise = (pitch * pitch - (spread / 2.0).powi(2)).max(0.0).sqrt();
    let tiers = ((space.height() - 40.0 - pitch) / rise).floor().max(0.0) + 1.0;
    let shuffle = if draw.chance(0.5) { 25.0 } else { 4.0 };
    for tier in 0..tiers as usize {
        let nested = tier % 2 == 1;
        for column in 0..(columns as usize).saturating_sub(usize::from(nested)) {
            for row in 0..deep as usize {
                if *left_kg < tyre.kg() || (tier + 1 == tiers as usize && draw.chance(0.12)) {
                    continue;
                }
                *left_kg -= tyre.kg();
                let x = space.x[0] + tyre.radius + spread * (column as f64 + if nested { 0.5 } else { 0.0 });
                let x =
                    (x + draw.range(-shuffle, shuffle) * 0.5).clamp(space.x[0] + tyre.radius, space.x[1] - tyre.radius);
                let y = space.y[0] + tyre.radius + 1.0 + rise * tier as f64;
                let z = space.z[0] + (row as f64 + 0.5) * dz;
                scene.add(tyre.at([x, y, z], draw).turned(Axis::X, FRAC_PI_2));
            }
        }
    }
    let y = [space.y[0], space.y[0] + rise * (tiers - 1.0) + tyre.radius];
    blocks(scene, space.x, y, space.z, "rubber");
}

/// Laced: every tyre leans on the one before, tier by tier the other way.
fn laced(scene: &mut Scene, space: &Hold, tyre: Tyre, left_kg: &mut f64, draw: &mut Draw) {
    let lean = draw.range(0.75, 1.0);
    let (sin, cos) = f64::sin_cos(lean);
    let pitch = tyre.width / sin * 1.01;
    let reach = tyre.radius * cos + tyre.width / 2.0 * sin;
    let rise = 2.0 * tyre.radius * sin + tyre.width * cos;
    let deep = (space.width() / (2.0 * tyre.radius + 6.0)).floor().max(1.0);
    let dz = space.width() / deep;
    let count = ((space.length() - 2.0 * reach) / pitch).floor().max(-1.0) + 1.0;
    let tiers = ((space.height() - 30.0) / rise).floor().max(1.0);
    for tier in 0..tiers as usize {
        let way = if tier % 2 == 0 { lean } else { -lean };
        for row in 0..deep as usize {
            let start = space.x[0] + reach + draw.range(0.0, 0.4) * pitch;
            for place in 0..count as usize {
                let x = start + place as f64 * pitch;
                if *left_kg < tyre.kg() || x + reach > space.x[1] {
                    break;
                }
                *left_kg -= tyre.kg();
                let y = space.y[0] + 2.0 + rise * (tier as f64 + 0.5);
                let z = space.z[0] + (row as f64 + 0.5) * dz;
                scene.add(tyre.at([x, y, z], draw).turned(Axis::Z, way));
            }
        }
    }
    // What is left above is filled with tyres laid flat.
    let flat = space.y[0] + rise * tiers + 4.0;
    let most = ((space.y[1] - 30.0 - flat) / (tyre.width + 1.0)).floor().max(0.0);
    let columns = (space.length() / (2.0 * tyre.radius + 6.0)).floor();
    for place in 0..(columns * deep * most) as usize {
        let (column, row) = (place % columns as usize, place / columns as usize % deep as usize);
        let layer = place / (columns * deep) as usize;
        if *left_kg < tyre.kg() || draw.chance(0.1) {
            continue;
        }
        *left_kg -= tyre.kg();
        let x = space.x[0] + (column as f64 + 0.5) * space.length() / columns;
        let y = flat + (layer as f64 + 0.5) * (tyre.width + 1.0);
        scene.add(tyre.at([x, y, space.z[0] + (row as f64 + 0.5) * dz], draw));
    }
    blocks(scene, space.x, [space.y[0], flat], space.z, "rubber");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tyres_weigh_what_tyres_weigh() {
        // A 205/55 R16 car tyre weighs 8 to 10 kg, a 295/80 R22.5 lorry tyre 55 to 70 kg.
        let car = Tyre { radius: 316.0, width: 205.0, rim: 203.0, wall: 9.0 };
        let lorry = Tyre { radius: 522.0, width: 295.0, rim: 286.0, wall: 17.0 };
        assert!((7.0..11.0).contains(&car.kg()), "{}", car.kg());
        assert!((45.0..75.0).contains(&lorry.kg()), "{}", lorry.kg());
    }
}
