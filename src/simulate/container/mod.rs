//! Containers and what carries them, as solids. Outer dimensions and castings after ISO 668, ISO 1161 and ISO 1496-1; sheet
//! and section thicknesses as in builders' public specifications of dry freight, reefer and tank containers.

mod doors;
mod dry;
mod frame;
mod open_top;
mod railcar;
mod reefer;
mod tank;
mod tractor;
mod unit;
mod vehicle;
mod wheel;

pub use vehicle::Vehicle;
pub(super) use vehicle::vehicle;

use super::draw::Draw;
use super::scene::{Cavity, Hold, Scene};
use super::solid::{Axis, Shape, Solid, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_PI_2;

/// A type of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContainerKind {
    /// 20-ft dry box.
    Box20,
    /// 40-ft dry box.
    Box40,
    /// 40-ft high-cube dry box.
    #[serde(rename = "box40hc")]
    Box40Hc,
    /// 40-ft high-cube reefer.
    Reefer40,
    /// 40-ft open-top box under a tarpaulin.
    OpenTop40,
    /// 20-ft tank in a frame.
    Tank20,
}

impl ContainerKind {
    /// Every type.
    pub const ALL: [Self; 6] = [Self::Box20, Self::Box40, Self::Box40Hc, Self::Reefer40, Self::OpenTop40, Self::Tank20];

    /// The type as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Box20 => "box20",
            Self::Box40 => "box40",
            Self::Box40Hc => "box40hc",
            Self::Reefer40 => "reefer40",
            Self::OpenTop40 => "open_top40",
            Self::Tank20 => "tank20",
        }
    }

    /// Whether it has a refrigeration unit.
    pub fn is_reefer(self) -> bool {
        self == Self::Reefer40
    }

    /// Whether it is a tank, which carries a liquid of its own and no stowed cargo.
    pub fn is_tank(self) -> bool {
        self == Self::Tank20
    }

    /// Outer length, height and width in mm.
    pub fn size(self) -> [f64; 3] {
        let length = if matches!(self, Self::Box20 | Self::Tank20) { 6058.0 } else { 12192.0 };
        let height = if matches!(self, Self::Box40Hc | Self::Reefer40) { 2896.0 } else { 2591.0 };
        [length, height, 2438.0]
    }

    /// The heaviest cargo in kg.
    pub fn payload(self) -> f64 {
        if matches!(self, Self::Box20 | Self::Tank20) { 21_700.0 } else { 26_500.0 }
    }

    /// Whether its floor has a tunnel at the front for a trailer's gooseneck.
    fn has_tunnel(self) -> bool {
        !matches!(self, Self::Box20 | Self::Tank20)
    }
}

/// Builds the empty container, a tank with its liquid, and returns the space for cargo inside it.
///
/// The scene's cavities are places of the structure where something could be hidden. Those under the roof and at the front
/// wall are what a false ceiling or wall would close off: they reach into the hold.
pub(super) fn build(kind: ContainerKind, draw: &mut Draw) -> (Scene, Hold) {
    let mut scene = Scene::default();
    let box_of = Outside::of(kind);
    let hold = match kind {
        ContainerKind::Box20 | ContainerKind::Box40 | ContainerKind::Box40Hc => dry::build(&mut scene, box_of, draw),
        ContainerKind::OpenTop40 => open_top::build(&mut scene, box_of, draw),
        ContainerKind::Reefer40 => reefer::build(&mut scene, box_of, draw),
        ContainerKind::Tank20 => tank::build(&mut scene, box_of, draw),
    };
    scene.cargo = scene.solids.len()..scene.solids.len();
    (scene, hold)
}

/// Outer dimensions in mm.
#[derive(Debug, Clone, Copy)]
struct Outside {
    length: f64,
    height: f64,
    /// Half the width.
    half: f64,
    /// Whether there is a gooseneck tunnel.
    tunnel: bool,
}

impl Outside {
    fn of(kind: ContainerKind) -> Self {
        let [length, height, width] = kind.size();
        Self { length, height, half: width / 2.0, tunnel: kind.has_tunnel() }
    }

    /// A part at both sides of the container, given for the far side.
    fn both(z: [f64; 2]) -> [[f64; 2]; 2] {
        [[-z[1], -z[0]], z]
    }
}

/// Notes a place where something could be hidden.
fn cavity(scene: &mut Scene, place: &'static str, x: [f64; 2], y: [f64; 2], z: [f64; 2]) {
    scene.cavities.push(Cavity { place, x, y, z });
}

/// A cylinder along the container.
fn along_x(x: [f64; 2], y: f64, z: f64, radius: f64, material: &'static str) -> Solid {
    let shape = Shape::Cylinder { radius, half: (x[1] - x[0]) / 2.0 };
    Solid::new(shape, [f64::midpoint(x[0], x[1]), y, z], material).turned(Axis::Z, FRAC_PI_2)
}

/// A cylinder across the container, along the beam.
fn along_z(x: f64, y: f64, z: [f64; 2], radius: f64, material: &'static str) -> Solid {
    let shape = Shape::Cylinder { radius, half: (z[1] - z[0]) / 2.0 };
    Solid::new(shape, [x, y, f64::midpoint(z[0], z[1])], material).turned(Axis::X, FRAC_PI_2)
}

/// An upright cylinder.
fn upright(x: f64, y: [f64; 2], z: f64, radius: f64, material: &'static str) -> Solid {
    let shape = Shape::Cylinder { radius, half: (y[1] - y[0]) / 2.0 };
    Solid::new(shape, [x, f64::midpoint(y[0], y[1]), z], material)
}

/// A hollow section along x, open at both ends.
fn tube_x(x: [f64; 2], y: [f64; 2], z: [f64; 2], sheet: f64) -> Solid {
    let inner = Solid::cuboid([x[0] - 1.0, x[1] + 1.0], less(y, sheet), less(z, sheet), "steel").body;
    Solid::cuboid(x, y, z, "steel").without(inner)
}

/// An upright hollow section, open at both ends.
fn tube_y(x: [f64; 2], y: [f64; 2], z: [f64; 2], sheet: f64) -> Solid {
    let inner = Solid::cuboid(less(x, sheet), [y[0] - 1.0, y[1] + 1.0], less(z, sheet), "steel").body;
    Solid::cuboid(x, y, z, "steel").without(inner)
}

/// A hollow section along the beam, open at both ends.
fn tube_z(x: [f64; 2], y: [f64; 2], z: [f64; 2], sheet: f64) -> Solid {
    let inner = Solid::cuboid(less(x, sheet), less(y, sheet), [z[0] - 1.0, z[1] + 1.0], "steel").body;
    Solid::cuboid(x, y, z, "steel").without(inner)
}

/// The inside of a pair of walls `sheet` mm thick.
fn less(side: [f64; 2], sheet: f64) -> [f64; 2] {
    [side[0] + sheet, side[1] - sheet]
}

/// A box given by its middle and half sides.
fn about(centre: Vector, half: Vector, material: &'static str) -> Solid {
    Solid::new(Shape::Box { half }, centre, material)
}

#[cfg(test)]
mod tests;
