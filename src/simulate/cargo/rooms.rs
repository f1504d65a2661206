//! Household removals.

use super::piece::{Piece, Stowage};
use super::{appliances, cabinets, furnishings, seats};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};

/// Stows pieces in lanes along the container and on top of each other, as a removal firm does: large ones on the floor,
/// lighter ones on top, until nothing more fits.
fn stow(
    scene: &mut Scene,
    space: &Hold,
    payload: f64,
    lanes: usize,
    draw: &mut Draw,
    mut choose: impl FnMut(f64, &mut Draw) -> Piece,
) {
    let mut stowage = Stowage::new(space, payload);
    let wide = space.width() / lanes as f64;
    // The height reached matters more than the length: a removal fills to the roof here, a showroom order half way there.
    let full = draw.range(0.75, 0.98);
    let share = stowage.solids / lanes;
    for lane in 0..lanes {
        stowage.solids = share;
        let near = space.z[0] + lane as f64 * wide;
        let mut left = space.x[0] + draw.range(0.0, 80.0);
        let mut tries = 0;
        while stowage.room(left) > 420.0 && tries < 12 {
            let piece = choose(0.0, draw);
            let long = piece.size[0];
            if piece.size[2] > wide || long > stowage.room(left) {
                tries += 1;
                continue;
            }
            let (high, free) = (piece.size[1], wide - piece.size[2]);
            let at = [left, space.y[0], near + free * draw.range(0.1, 0.9)];
            if !stowage.put(scene, piece, at) {
                tries += 1;
                continue;
            }
            let mut top = space.y[0] + high + 2.0;
            while top < space.y[0] + full * space.height() - 150.0 {
                let Some(reach) =
                    layer(scene, &mut stowage, [left, left + long], top, [near, near + wide], draw, &mut choose)
                else {
                    break;
                };
                top = reach + 2.0;
            }
            let y = [space.y[0], (top - 60.0).max(space.y[0] + 200.0)];
            scene.bulk([left, left + long], y, [near, near + wide], "wood");
            left += long + draw.range(15.0, 110.0);
        }
    }
}

/// Puts things on what is below between two values of x; returns the lowest height above them.
fn layer(
    scene: &mut Scene,
    stowage: &mut Stowage,
    x: [f64; 2],
    floor: f64,
    z: [f64; 2],
    draw: &mut Draw,
    choose: &mut impl FnMut(f64, &mut Draw) -> Piece,
) -> Option<f64> {
    let mut left = x[0];
    let mut reach: Option<f64> = None;
    let mut tries = 0;
    while x[1] - left > 350.0 && tries < 6 {
        tries += 1;
        let room = stowage.space.y[1] - floor;
        let piece = choose(room, draw);
        let [long, high, wide] = piece.size;
        if long > x[1] - left + 60.0 || high > room - 10.0 || wide > z[1] - z[0] || high < 1.0 {
            continue;
        }
        let shift = (z[1] - z[0] - wide) * draw.range(0.1, 0.9);
        if stowage.put(scene, piece, [left.min(x[1] - long).max(x[0]), floor, z[0] + shift]) {
            reach = Some(reach.map_or(floor + high, |r| r.max(floor + high)));
            left += long + draw.range(8.0, 50.0);
        }
    }
    reach
}

/// What people take along when they move.
pub(super) fn household(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    // A household has one or two of the large machines, and cartons without end.
    let mut once = [0usize; 6];
    stow(scene, space, payload, 3, draw, |room, draw| {
        if room > 0.0 {
            return match draw.below(10) {
                0 if room > 800.0 => seats::chairs(1, draw),
                1 => furnishings::carpet(draw),
                2 if room > 1000.0 => furnishings::mattress(draw),
                3 if room > 800.0 => appliances::television(draw),
                4 if room > 750.0 => appliances::lamp(draw),
                5 if room > 1150.0 && once[4] < 2 => {
                    once[4] += 1;
                    appliances::bicycle(draw)
                }
                6 if room > 950.0 => cabinets::chest(draw),
                _ => furnishings::removal_cartons((room - 20.0).min(900.0), draw),
            };
        }
        let sort = draw.below(13);
        if sort < 6 {
            once[sort] += 1;
            if once[sort] > [2, 2, 1, 3, 2, 2][sort] {
                return furnishings::removal_cartons(2050.0, draw);
            }
        }
        match sort {
            0 => appliances::refrigerator(draw),
            1 => appliances::washing_machine(draw),
            2 => appliances::cooker(draw),
            3 => seats::sofa(draw),
            4 => appliances::bicycle(draw),
            5 => furnishings::mattress(draw),
            6 => cabinets::wardrobe(true, draw),
            7 => cabinets::chest(draw),
            8 => furnishings::table(false, draw),
            9 => seats::chairs(2, draw),
            _ => furnishings::removal_cartons(2050.0, draw),
        }
    });
}
