//! Containers and what carries them, as solids. Dimensions after ISO 668 and ISO 1496-1; sheet and section
//! thicknesses as in public specifications of dry freight and reefer containers.

use super::draw::Draw;
use super::scene::{Hold, Scene};
use super::solid::{Shape, Solid, Texture};
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
}

impl ContainerKind {
    /// The type as files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Box20 => "box20",
            Self::Box40 => "box40",
            Self::Box40Hc => "box40hc",
            Self::Reefer40 => "reefer40",
        }
    }

    /// Whether it has a refrigeration unit.
    pub fn is_reefer(self) -> bool {
        self == Self::Reefer40
    }

    /// Outer length, height and width in mm.
    pub fn size(self) -> [f64; 3] {
        let length = if self == Self::Box20 { 6058.0 } else { 12192.0 };
        let height = if matches!(self, Self::Box20 | Self::Box40) { 2591.0 } else { 2896.0 };
        [length, height, 2438.0]
    }

    /// The heaviest cargo in kg.
    pub fn payload(self) -> f64 {
        if self == Self::Box20 { 21_700.0 } else { 26_500.0 }
    }
}

/// What carries the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vehicle {
    /// Nothing in the picture.
    None,
    /// A trailer chassis: beams, axles and wheels.
    Chassis,
}

impl Vehicle {
    /// The vehicle as files spell it.
    pub fn as_str(self) -> &'static str {
        if self == Self::None { "none" } else { "chassis" }
    }

    /// How far the picture reaches below the container in mm.
    pub fn below(self) -> f64 {
        if self == Self::None { 40.0 } else { 1200.0 }
    }
}

/// Builds the empty container and returns the space inside it.
pub(super) fn build(kind: ContainerKind, draw: &mut Draw) -> (Scene, Hold) {
    let mut scene = Scene::default();
    let [length, height, width] = kind.size();
    let hold = if kind.is_reefer() {
        reefer(&mut scene, length, height, width, draw)
    } else {
        dry(&mut scene, length, height, width, draw)
    };
    frame(&mut scene, length, height, width);
    doors(&mut scene, length, height, width, draw);
    (scene, hold)
}

/// Corner posts, castings and rails: the same for every container.
fn frame(scene: &mut Scene, length: f64, height: f64, width: f64) {
    for x in [[0.0, 165.0], [length - 150.0, length]] {
        scene.block(x, [118.0, height - 118.0], 24.0, "steel");
    }
    for x in [0.0, length - 178.0] {
        for y in [0.0, height - 118.0] {
            // Hollow castings at both sides of the beam, with their apertures.
            scene.block([x, x + 178.0], [y, y + 118.0], 2.0 * 62.0, "steel");
            let hole = Shape::Ellipsoid { centre: [x + 89.0, y + 59.0], radii: [50.0, 36.0, 20.0] };
            scene.solids.push(Solid::new(hole, "steel").dense(-1.0));
        }
    }
    // Bottom and top side rails run along both sides; front and rear headers and sills run along the beam.
    scene.block([178.0, length - 178.0], [0.0, 158.0], 9.0, "steel");
    scene.block([178.0, length - 178.0], [152.0, 158.0], 90.0, "steel");
    scene.block([178.0, length - 178.0], [height - 68.0, height - 8.0], 6.0 * 2.0, "steel");
    for x in [[8.0, 68.0], [length - 110.0, length - 20.0]] {
        for y in [[20.0, 130.0], [height - 95.0, height - 10.0]] {
            scene.case(x, y, width - 350.0, 4.0, "steel");
        }
    }
}

/// Doors at the rear: panels and their ribs edge on, lock rods, handles, hinges, gaskets.
fn doors(scene: &mut Scene, length: f64, height: f64, width: f64, draw: &mut Draw) {
    scene.block([length - 62.0, length - 26.0], [130.0, height - 100.0], 2.0 * 2.0 * width / 36.0, "steel");
    scene.block([length - 70.0, length - 60.0], [120.0, height - 90.0], 120.0, "rubber");
    for bar in 0..4 {
        let x = length + 12.0 + f64::from(bar % 2) * draw.range(0.0, 6.0);
        scene.add(Shape::Upright { x, y: [60.0, height - 60.0], outer: 17.0, inner: 14.0 }, "steel");
        scene.block([x - 22.0, x + 22.0], [1150.0, 1190.0], 180.0, "steel");
    }
    for y in [350.0, 900.0, 1500.0, height - 400.0] {
        scene.block([length - 20.0, length + 20.0], [y, y + 60.0], 70.0, "steel");
    }
}

/// Walls, roof and floor of a dry box.
fn dry(scene: &mut Scene, length: f64, height: f64, width: f64, draw: &mut Draw) -> Hold {
    let wall = Solid::new(Shape::Box { x: [165.0, length - 150.0], y: [158.0, height - 40.0], depth: 4.0 }, "steel");
    scene.solids.push(Solid { texture: Texture::Corrugated { pitch: 278.0 }, ..wall });
    // The roof sheet and the front wall are seen edge on: 2 mm of steel spread over the depth of their corrugation.
    scene.block([60.0, length - 60.0], [height - 32.0, height - 8.0], 2.0 * width / 24.0, "steel");
    scene.block([14.0, 59.0], [130.0, height - 90.0], 2.0 * width / 45.0, "steel");
    // The floor: plywood on steel cross members, which the beam meets lengthwise.
    scene.block([20.0, length - 60.0], [122.0, 150.0], width - 100.0, "wood");
    let mut x = 190.0;
    while x < length - 200.0 {
        scene.block([x, x + 4.5], [12.0, 122.0], width - 120.0, "steel");
        scene.block([x, x + 45.0], [12.0, 16.5], width - 120.0, "steel");
        scene.block([x, x + 45.0], [117.5, 122.0], width - 120.0, "steel");
        x += 300.0 * draw.around_one(0.005);
    }
    // Lashing rings and the vents near the upper corners.
    for place in [0.1, 0.3, 0.5, 0.7, 0.9] {
        let ring = [place * length, 190.0];
        scene.add(Shape::Disc { centre: ring, outer: 28.0, inner: 18.0, depth: 20.0 }, "steel");
    }
    for x in [420.0, length - 760.0] {
        scene.case([x, x + 340.0], [height - 330.0, height - 210.0], 60.0, 2.0, "plastic");
    }
    Hold { x: [59.0, length - 70.0], y: [150.0, height - 40.0], width: 2350.0 }
}

/// Insulated walls, T-floor and refrigeration unit of a reefer.
fn reefer(scene: &mut Scene, length: f64, height: f64, width: f64, draw: &mut Draw) -> Hold {
    let inner_roof = height - 100.0;
    // Both walls: sheets of steel outside and inside, foam between, thin battens every 600 mm.
    scene.block([165.0, length - 150.0], [158.0, height - 40.0], 2.0 * 1.5, "steel");
    scene.block([165.0, length - 150.0], [158.0, height - 40.0], 2.0 * 65.0, "foam");
    let mut x = 400.0;
    while x < length - 300.0 {
        scene.block([x, x + 40.0], [160.0, height - 60.0], 2.0 * 3.0, "steel");
        x += 610.0;
    }
    // Roof and floor: sheets and foam edge on, then the aluminium T-floor, whose bars run along the container.
    scene.block([60.0, length - 60.0], [height - 12.0, height - 8.0], 0.5 * width, "steel");
    scene.block([60.0, length - 60.0], [inner_roof, height - 12.0], width, "foam");
    scene.block([60.0, length - 60.0], [inner_roof - 3.0, inner_roof], 0.4 * width, "aluminium");
    scene.block([60.0, length - 60.0], [155.0, 215.0], width, "foam");
    scene.block([450.0, length - 70.0], [215.0, 219.0], 0.9 * width, "aluminium");
    scene.block([450.0, length - 70.0], [219.0, 251.0], 0.08 * width, "aluminium");
    scene.block([450.0, length - 70.0], [251.0, 256.0], 0.5 * width, "aluminium");
    let mut x = 190.0;
    while x < length - 200.0 {
        scene.block([x, x + 4.0], [30.0, 150.0], width - 120.0, "steel");
        scene.block([x, x + 40.0], [146.0, 150.0], width - 120.0, "steel");
        x += 400.0;
    }
    unit(scene, height, draw);
    Hold { x: [455.0, length - 80.0], y: [256.0, inner_roof - 10.0], width: 2290.0 }
}

/// The refrigeration unit in the front 450 mm: frame, compressor, condenser, evaporator, fans, control box, pipes.
fn unit(scene: &mut Scene, height: f64, draw: &mut Draw) {
    scene.block([430.0, 450.0], [200.0, height - 150.0], 2100.0 * 0.05, "aluminium");
    scene.block([380.0, 430.0], [800.0, height - 150.0], 2000.0, "foam");
    scene.case([20.0, 380.0], [150.0, height - 120.0], 2100.0, 3.0, "steel");
    // Compressor and its motor.
    let x = draw.range(170.0, 220.0);
    scene.add(Shape::Ellipsoid { centre: [x, 380.0], radii: [120.0, 170.0, 130.0] }, "steel");
    scene
        .solids
        .push(Solid::new(Shape::Ellipsoid { centre: [x, 380.0], radii: [95.0, 145.0, 105.0] }, "steel").dense(-0.75));
    scene.block([60.0, 330.0], [170.0, 205.0], 500.0, "steel");
    // Condenser: rows of tubes along the beam, fan and motor before it.
    for row in 0..14 {
        for column in 0..3 {
            let centre = [290.0 + 26.0 * f64::from(column), 640.0 + 40.0 * f64::from(row)];
            scene.add(Shape::Disc { centre, outer: 8.0, inner: 6.0, depth: 1300.0 }, "aluminium");
        }
    }
    scene.block([280.0, 355.0], [620.0, 1190.0], 60.0, "aluminium");
    scene.add(Shape::Lying { x: [120.0, 260.0], y: 900.0, outer: 80.0, inner: 0.0 }, "aluminium");
    scene.add(Shape::Lying { x: [100.0, 250.0], y: 900.0, outer: 60.0, inner: 15.0 }, "steel");
    scene.add(Shape::Disc { centre: [110.0, 560.0], outer: 70.0, inner: 66.0, depth: 700.0 }, "steel");
    // Control box and its electronics.
    scene.case([40.0, 240.0], [1250.0, 1600.0], 500.0, 2.0, "steel");
    scene.solids.push(
        Solid::new(Shape::Box { x: [60.0, 220.0], y: [1270.0, 1580.0], depth: 350.0 }, "electronics").grain(
            0.5,
            [40.0, 50.0],
            draw.seed(),
        ),
    );
    scene.block([150.0, 215.0], [1300.0, 1400.0], 120.0, "steel");
    // Evaporator coil near the roof, two fan motors above it.
    for row in 0..8 {
        for column in 0..5 {
            let centre = [120.0 + 42.0 * f64::from(column), height - 1000.0 + 42.0 * f64::from(row)];
            scene.add(Shape::Disc { centre, outer: 9.0, inner: 7.5, depth: 1500.0 }, "aluminium");
        }
    }
    scene.block([105.0, 305.0], [height - 1020.0, height - 680.0], 75.0, "aluminium");
    scene.add(Shape::Upright { x: 190.0, y: [height - 560.0, height - 400.0], outer: 75.0, inner: 45.0 }, "steel");
    scene.add(Shape::Upright { x: 190.0, y: [height - 545.0, height - 415.0], outer: 60.0, inner: 30.0 }, "steel");
    // Pipes.
    for x in [70.0, 345.0] {
        let top = height - draw.range(300.0, 700.0);
        scene.add(Shape::Upright { x, y: [300.0, top], outer: 14.0, inner: 11.0 }, "steel");
    }
}

/// Adds the vehicle below a container of the given length.
pub(super) fn vehicle(scene: &mut Scene, vehicle: Vehicle, length: f64) {
    if vehicle == Vehicle::None {
        return;
    }
    // Two I-beams along the trailer.
    scene.block([120.0, length - 60.0], [-300.0, -20.0], 2.0 * 8.0, "steel");
    for y in [[-34.0, -20.0], [-300.0, -286.0]] {
        scene.block([120.0, length - 60.0], y, 2.0 * 140.0, "steel");
    }
    let mut x = 400.0;
    while x < length - 300.0 {
        scene.case([x, x + 90.0], [-200.0, -60.0], 1900.0, 4.0, "steel");
        x += 1500.0;
    }
    // Landing legs.
    let legs = 0.2 * length;
    scene.block([legs, legs + 110.0], [-1000.0, -250.0], 2.0 * 16.0, "steel");
    scene.block([legs - 40.0, legs + 150.0], [-1030.0, -1000.0], 2.0 * 120.0, "steel");
    // Axles with twin wheels: tyres, rims, drums, axle tubes, springs.
    let axles = if length > 8000.0 { 3 } else { 2 };
    for axle in 0..axles {
        let centre = [length - 1300.0 - 1310.0 * f64::from(axle), -670.0];
        scene.add(Shape::Disc { centre, outer: 510.0, inner: 470.0, depth: 4.0 * 230.0 }, "rubber");
        scene.add(Shape::Disc { centre, outer: 470.0, inner: 290.0, depth: 4.0 * 34.0 }, "rubber");
        scene.add(Shape::Disc { centre, outer: 290.0, inner: 270.0, depth: 4.0 * 200.0 }, "steel");
        scene.add(Shape::Disc { centre, outer: 270.0, inner: 0.0, depth: 4.0 * 11.0 }, "steel");
        scene.add(Shape::Disc { centre, outer: 210.0, inner: 180.0, depth: 2.0 * 200.0 }, "steel");
        scene.add(Shape::Disc { centre, outer: 75.0, inner: 50.0, depth: 1900.0 }, "steel");
        scene.block([centre[0] - 500.0, centre[0] + 500.0], [-480.0, -440.0], 2.0 * 90.0, "steel");
    }
}
