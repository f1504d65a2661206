//! A scene under construction: solids, and the places in the cargo where something can be hidden.

use super::draw::Draw;
use super::solid::{Shape, Solid};

/// The space inside the container, in the scene's frame in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hold {
    /// From the front wall's inside to the doors' inside.
    pub(super) x: [f64; 2],
    /// From the floor to the roof's inside.
    pub(super) y: [f64; 2],
    /// Inner width along the beam.
    pub(super) width: f64,
}

/// A block of cargo that is dense enough through its depth to hide something in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bulk {
    /// Its extent along the container.
    pub(super) x: [f64; 2],
    /// Its extent in height.
    pub(super) y: [f64; 2],
    /// Its length along the beam.
    pub(super) depth: f64,
    /// What it is made of.
    pub(super) material: &'static str,
    /// Factor on the material's density, gaps counted in.
    pub(super) density: f64,
}

/// Solids and hiding places.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// Everything that attenuates.
    pub(super) solids: Vec<Solid>,
    /// Blocks of cargo.
    pub(super) bulks: Vec<Bulk>,
}

impl Scene {
    /// Adds a box.
    pub(super) fn block(&mut self, x: [f64; 2], y: [f64; 2], depth: f64, material: &'static str) {
        self.solids.push(Solid::new(Shape::Box { x, y, depth }, material));
    }

    /// Adds any shape of the material's own density.
    pub(super) fn add(&mut self, shape: Shape, material: &'static str) {
        self.solids.push(Solid::new(shape, material));
    }

    /// Adds a hollow box of sheets: two face on (`sheet` mm each), four edge on.
    pub(super) fn case(&mut self, x: [f64; 2], y: [f64; 2], depth: f64, sheet: f64, material: &'static str) {
        self.block(x, y, 2.0 * sheet, material);
        let edge = (depth - 2.0 * sheet).max(0.0);
        self.block([x[0], x[0] + sheet], y, edge, material);
        self.block([x[1] - sheet, x[1]], y, edge, material);
        self.block([x[0], x[1]], [y[0], y[0] + sheet], edge, material);
        self.block([x[0], x[1]], [y[1] - sheet, y[1]], edge, material);
    }

    /// Adds a wooden pallet, 144 mm high: deck boards across the beam, blocks below; returns the height of its top.
    pub(super) fn pallet(&mut self, x: [f64; 2], floor: f64, depth: f64) -> f64 {
        let length = x[1] - x[0];
        self.block(x, [floor + 122.0, floor + 144.0], depth * 0.8, "wood");
        self.block(x, [floor, floor + 22.0], depth * 0.35, "wood");
        for place in [0.0, 0.5, 1.0] {
            let left = x[0] + place * (length - 110.0);
            self.block([left, left + 110.0], [floor + 22.0, floor + 122.0], 3.0 * 100.0, "wood");
        }
        floor + 144.0
    }

    /// Adds a carton of board and its content.
    pub(super) fn carton(&mut self, x: [f64; 2], y: [f64; 2], depth: f64, content: Content, draw: &mut Draw) {
        self.case(x, y, depth, 5.0, "cardboard");
        let shape = Shape::Box {
            x: [x[0] + 8.0, x[1] - 8.0],
            y: [y[0] + 6.0, y[1] - 6.0 - content.slack * (y[1] - y[0])],
            depth,
        };
        let solid = Solid::new(shape, content.material).dense(content.density);
        self.solids.push(solid.grain(content.amplitude, content.grain, draw.seed()));
    }
}

/// What a carton holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content {
    /// The material.
    pub(super) material: &'static str,
    /// Factor on its density.
    pub(super) density: f64,
    /// Strength of its texture.
    pub(super) amplitude: f64,
    /// Size of its texture in mm.
    pub(super) grain: [f64; 2],
    /// Share of the height that is empty.
    pub(super) slack: f64,
}
