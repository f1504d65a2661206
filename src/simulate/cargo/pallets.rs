//! Goods on pallets.

use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};

/// To be built.
pub(super) fn bananas(scene: &mut Scene, space: &Hold, _payload: f64, _draw: &mut Draw) {
    let x = [space.x[0], space.x[1]];
    scene.block(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
    scene.bulk(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
}

/// To be built.
pub(super) fn tiles(scene: &mut Scene, space: &Hold, _payload: f64, _draw: &mut Draw) {
    let x = [space.x[0], space.x[1]];
    scene.block(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
    scene.bulk(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
}

/// To be built.
pub(super) fn canned_food(scene: &mut Scene, space: &Hold, _payload: f64, _draw: &mut Draw) {
    let x = [space.x[0], space.x[1]];
    scene.block(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
    scene.bulk(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
}

/// To be built.
pub(super) fn frozen_meat(scene: &mut Scene, space: &Hold, _payload: f64, _draw: &mut Draw) {
    let x = [space.x[0], space.x[1]];
    scene.block(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
    scene.bulk(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
}

/// To be built.
pub(super) fn frozen_fish(scene: &mut Scene, space: &Hold, _payload: f64, _draw: &mut Draw) {
    let x = [space.x[0], space.x[1]];
    scene.block(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
    scene.bulk(x, [space.y[0], space.y[0] + 1000.0], [-500.0, 500.0], "wood");
}
