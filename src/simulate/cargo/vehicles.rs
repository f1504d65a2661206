//! Cars and scooters.

use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};

/// To be built.
pub(super) fn cars(scene: &mut Scene, space: &Hold, _payload: f64, _draw: &mut Draw) {
    let x = [space.x[0], space.x[1]];
    scene.block(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
    scene.bulk(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
}

/// To be built.
pub(super) fn scooters(scene: &mut Scene, space: &Hold, _payload: f64, _draw: &mut Draw) {
    let x = [space.x[0], space.x[1]];
    scene.block(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
    scene.bulk(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
}
