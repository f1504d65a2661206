//! Containers and what carries them, as solids. Dimensions after ISO 668 and ISO 1496-1.

use super::draw::Draw;
use super::scene::{Hold, Scene};
use super::solid::Solid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

/// What carries the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vehicle {
    /// Nothing in the picture.
    None,
    /// A semi-trailer chassis without its tractor.
    Chassis,
    /// A semi-trailer with its tractor in front.
    Truck,
    /// A flat railcar.
    Railcar,
}

impl Vehicle {
    /// The vehicle as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Chassis => "chassis",
            Self::Truck => "truck",
            Self::Railcar => "railcar",
        }
    }

    /// Height of the container's underside over the ground in mm.
    pub fn deck(self) -> f64 {
        match self {
            Self::None => 100.0,
            Self::Chassis | Self::Truck => 1250.0,
            Self::Railcar => 1150.0,
        }
    }

    /// How far the vehicle reaches before the container's front and behind its doors, in mm.
    pub fn overhang(self) -> [f64; 2] {
        match self {
            Self::None | Self::Chassis => [0.0, 0.0],
            Self::Truck => [4300.0, 300.0],
            Self::Railcar => [900.0, 900.0],
        }
    }
}

/// Builds the empty container and returns the space inside it.
pub(super) fn build(kind: ContainerKind, _draw: &mut Draw) -> (Scene, Hold) {
    let mut scene = Scene::default();
    let [length, height, width] = kind.size();
    let half = width / 2.0;
    for z in [[-half, -half + 2.0], [half - 2.0, half]] {
        scene.add(Solid::cuboid([60.0, length - 60.0], [150.0, height - 40.0], z, "steel").corrugated(278.0));
    }
    scene.block([60.0, length - 60.0], [height - 22.0, height - 20.0], [-half, half], "steel");
    scene.block([20.0, length - 60.0], [122.0, 150.0], [-half + 40.0, half - 40.0], "wood");
    scene.block([20.0, 22.0], [130.0, height - 90.0], [-half, half], "steel");
    scene.block([length - 30.0, length - 28.0], [130.0, height - 90.0], [-half, half], "steel");
    (scene, Hold { x: [59.0, length - 70.0], y: [150.0, height - 40.0], z: [-1175.0, 1175.0] })
}

/// Adds the vehicle below a container.
pub(super) fn vehicle(_scene: &mut Scene, _vehicle: Vehicle, _kind: ContainerKind, _draw: &mut Draw) {}
