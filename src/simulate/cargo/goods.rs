//! Mixed groupage: pallets and pieces of several senders.

use super::cartons::{Inside, general};
use super::piece::{BOARD, Piece, Stowage};
use super::{appliances, furnishings, machines, metal, vehicles};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Axis, Solid};

/// Cartons of one kind on a pallet, in film.
fn carton_pallet(high: f64, draw: &mut Draw) -> Piece {
    let inside = match draw.below(6) {
        0 => Inside::Gadgets,
        1 => Inside::Shoes,
        2 => Inside::Computers,
        _ => general(draw),
    };
    let mut piece = Piece::new([1180.0, high, 1000.0]);
    let deck = piece.pallet();
    let layers = ((high - deck) / draw.range(290.0, 400.0)).max(1.0) as usize;
    let each = (high - deck) / layers as f64;
    for layer in 0..layers {
        for half in 0..2 {
            for near in 0..2 {
                if layer + 1 == layers && draw.chance(0.15) {
                    continue;
                }
                let carton = inside.carton([582.0, each - 2.0, 492.0], draw);
                piece.join(
                    carton,
                    [4.0 + 588.0 * f64::from(half), deck + 1.0 + each * layer as f64, 4.0 + 498.0 * f64::from(near)],
                );
            }
        }
    }
    piece
}

/// Four steel drums on a pallet, filled to the same height.
fn drum_pallet(draw: &mut Draw) -> Piece {
    let mut piece = Piece::new([1180.0, 144.0 + 885.0, 1180.0]);
    let deck = piece.pallet();
    let full = draw.range(0.8, 0.95);
    for x in [298.0, 882.0] {
        for z in [298.0, 882.0] {
            let drum = Solid::new(
                crate::simulate::solid::Shape::Cylinder { radius: 287.0, half: 440.0 },
                [x, deck + 442.0, z],
                "steel",
            );
            piece.add(drum.hollow(1.2));
            let level = full * 876.0;
            piece.rod([x, deck + 4.0 + level / 2.0, z], Axis::Y, level / 2.0, 285.0, "oil");
        }
    }
    piece
}

/// Sacks on a pallet, crosswise.
fn sack_pallet(draw: &mut Draw) -> Piece {
    let (material, density) = [("coffee", 1.0), ("plastic", 0.6), ("concrete", 0.5), ("paper", 0.8)][draw.below(4)];
    let layers = 4 + draw.below(5);
    let mut piece = Piece::new([1180.0, 144.0 + 140.0 * layers as f64, 1000.0]);
    let deck = piece.pallet();
    for layer in 0..layers {
        let y = [deck + 140.0 * layer as f64, deck + 140.0 * layer as f64 + 138.0];
        let shares: &[[f64; 2]] =
            if layer % 2 == 0 { &[[0.0, 0.33], [0.335, 0.665], [0.67, 1.0]] } else { &[[0.0, 0.5], [0.505, 1.0]] };
        for share in shares {
            piece.cushion(
                [share[0] * 1180.0, share[1] * 1180.0],
                y,
                [10.0, 990.0],
                material,
                density * draw.around_one(0.04),
            );
        }
    }
    piece
}

/// A wooden drum of power cable, rolling along the container.
fn cable_drum(draw: &mut Draw) -> Piece {
    let (radius, wide) = (draw.range(450.0, 750.0), draw.range(600.0, 900.0));
    let mut piece = Piece::new([2.0 * radius, 2.0 * radius, wide]);
    let centre = |z: f64| [radius, radius, z];
    for z in [25.0, wide - 25.0] {
        piece.ring(centre(z), Axis::Z, 24.0, [45.0, radius], "wood");
    }
    let core = 0.45 * radius;
    piece.ring(centre(wide / 2.0), Axis::Z, wide / 2.0 - 51.0, [core - 30.0, core], "wood");
    let full = draw.range(0.7, 0.92) * radius;
    piece.ring(centre(wide / 2.0), Axis::Z, wide / 2.0 - 51.0, [core + 1.0, full], "copper");
    // Copper is a third of the winding's room, plastic and air the rest.
    piece
        .solids
        .last_mut()
        .into_iter()
        .for_each(|s| *s = s.clone().dense(draw.range(0.2, 0.32)).grain(0.15, [30.0, 30.0], draw.seed()));
    piece
}

/// A bundle of pipes or sections on bearers.
fn pipes(draw: &mut Draw) -> Piece {
    let long = draw.range(1800.0, 3000.0);
    let radius = draw.range(30.0, 62.0);
    let (across, up) = ((900.0 / (2.0 * radius + 2.0)) as usize, 3 + draw.below(4));
    let across = across.min(7);
    let mut piece = Piece::new([long, 80.0 + up as f64 * 2.0 * radius, across as f64 * (2.0 * radius + 2.0)]);
    for x in [0.2 * long, 0.75 * long] {
        let wide = piece.size[2];
        piece.block([x, x + 80.0], [0.0, 78.0], [0.0, wide], "wood");
    }
    for row in 0..up {
        for column in 0..across {
            let shift = draw.range(0.0, 30.0);
            let at =
                [long / 2.0, 80.0 + radius + 2.0 * radius * row as f64, radius + column as f64 * (2.0 * radius + 2.0)];
            piece.ring(at, Axis::X, long / 2.0 - shift, [radius - 4.0, radius - 0.5], "steel");
        }
    }
    piece
}

/// One sender's unit.
fn unit(draw: &mut Draw) -> Piece {
    let high = draw.range(700.0, 1900.0);
    match draw.below(16) {
        0..=4 => carton_pallet(high, draw),
        5 => drum_pallet(draw),
        6 => sack_pallet(draw),
        7 => cable_drum(draw),
        8 => pipes(draw),
        9 => metal::engine_pallet(draw),
        10 => metal::parts(draw),
        11 | 12 => machines::machine(draw),
        13 => vehicles::scooter_crate(draw.chance(0.5), draw),
        14 => {
            let (inner, floor) = (
                if draw.chance(0.5) { appliances::refrigerator(draw) } else { appliances::washing_machine(draw) },
                20.0,
            );
            let mut piece = Piece::new([inner.size[0] + 60.0, inner.size[1] + 60.0, inner.size[2] + 60.0]);
            let [long, high, wide] = piece.size;
            piece.add(Solid::cuboid([0.0, long], [0.0, high], [0.0, wide], "cardboard").hollow(6.0).dense(BOARD));
            piece.join(inner, [30.0, floor, 30.0]);
            piece
        }
        _ => furnishings::flat_packs(draw),
    }
}

/// Groupage: pallets and pieces of several senders in two lanes, small things on top.
pub(super) fn groupage(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let mut stowage = Stowage::new(space, payload);
    let wide = space.width() / 2.0;
    let share = stowage.solids / 2;
    for lane in 0..2 {
        stowage.solids = share;
        let near = space.z[0] + f64::from(lane) * wide;
        let mut left = space.x[0] + draw.range(0.0, 60.0);
        let mut tries = 0;
        while stowage.room(left) > 450.0 && tries < 25 {
            tries += 1;
            let piece = unit(draw);
            let [long, high, deep] = piece.size;
            if deep > wide - 4.0 || long > stowage.room(left) || high > space.height() - 10.0 {
                continue;
            }
            let material = piece.solids.last().map_or("wood", |s| s.material);
            let at = [left, space.y[0], near + (wide - deep) * draw.range(0.1, 0.9)];
            if !stowage.put(scene, piece, at) {
                continue;
            }
            let mut top = space.y[0] + high + 2.0;
            scene.bulk([left, left + long], [space.y[0] + 150.0, top], [at[2], at[2] + deep], material);
            // A second unit on a flat one, loose cartons on others.
            if high < 1150.0 && draw.chance(0.5) {
                let above = unit(draw);
                let [l, h, d] = above.size;
                if l <= long + 80.0 && h < space.y[1] - top - 20.0 && d <= deep + 60.0 && above.mass_kg() < 700.0 {
                    let at = [left, top, near + (wide - d) / 2.0];
                    if stowage.put(scene, above, at) {
                        scene.bulk([left, left + l], [top + 150.0, top + h], [at[2], at[2] + d], "wood");
                        top += h + 2.0;
                    }
                }
            }
            let mut x = left + draw.range(0.0, 60.0);
            while draw.chance(0.55) && x + 560.0 < left + long && space.y[1] - top > 420.0 {
                let inside = general(draw);
                let size = [draw.range(380.0, 540.0), draw.range(260.0, 390.0), 520.0];
                let carton = inside.carton(size, draw);
                stowage.put(scene, carton, [x, top, at[2] + draw.range(0.0, 0.8) * (deep - 520.0).max(0.0)]);
                x += size[0] + draw.range(5.0, 80.0);
            }
            left += long + draw.range(15.0, 180.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::ScanKey;

    #[test]
    fn no_two_cable_drums_have_the_same_texture() {
        let winding = |seed| {
            let drum = cable_drum(&mut ScanKey::new(seed, 0).stream("cargo", 0));
            drum.solids.into_iter().find(|s| s.material == "copper").map(|s| s.texture)
        };
        assert!(winding(1).is_some());
        assert_eq!(winding(1), winding(1));
        assert_ne!(winding(1), winding(2));
        // The seed itself differs, not only the density that is drawn before it.
        let bare = |seed| winding(seed).map(|texture| texture.reseeded(0));
        assert_eq!(bare(1), bare(2));
    }
}
