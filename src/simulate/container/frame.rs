//! Corner castings, posts, rails and the floor's steel: what every container stands and hangs on.

use super::super::draw::Draw;
use super::super::scene::Scene;
use super::super::solid::Solid;
use super::{Outside, cavity, less, tube_x, tube_y, tube_z};

/// A casting's length, height and width (ISO 1161).
const CASTING: [f64; 3] = [178.0, 118.0, 162.0];

/// Pitch of the floor's cross members in mm; builders' drawings give 280 to 305.
const MEMBERS: f64 = 297.0;

/// Length of the gooseneck tunnel in mm (ISO 1496-1: at least 3150).
pub(super) const TUNNEL: f64 = 3230.0;

/// Half the tunnel's width (ISO 1496-1: 1029 in all), mm.
const TUNNEL_HALF: f64 = 514.5;

/// The eight corner castings, with their apertures.
pub(super) fn castings(scene: &mut Scene, of: Outside) {
    for (x, front) in [(0.0, true), (of.length - CASTING[0], false)] {
        for (y, low) in [(0.0, true), (of.height - CASTING[1], false)] {
            for near in [true, false] {
                let z = if near { -of.half } else { of.half - CASTING[2] };
                let (x, y, z) = ([x, x + CASTING[0]], [y, y + CASTING[1]], [z, z + CASTING[2]]);
                let inner = [less(x, 14.0), less(y, 25.0), less(z, 13.0)];
                let cut = |x, y, z| Solid::cuboid(x, y, z, "steel").body;
                let middle = |side: [f64; 2], half: f64| {
                    let at = f64::midpoint(side[0], side[1]);
                    [at - half, at + half]
                };
                let outer = |side: [f64; 2], sheet: f64, low: bool| {
                    if low { [side[0], side[0] + sheet] } else { [side[1] - sheet, side[1]] }
                };
                // Openings in the faces that look outwards: to the side, to the end, and up or down.
                let side = cut(middle(x, 44.0), middle(y, 27.0), outer(z, 13.0, near));
                let end = cut(outer(x, 14.0, front), middle(y, 27.0), middle(z, 40.0));
                let top = cut(middle(x, 62.0), outer(y, 25.0, low), middle(z, 32.0));
                let body = Solid::cuboid(x, y, z, "steel").without(cut(inner[0], inner[1], inner[2]));
                scene.add(body.without(side).without(end).without(top));
            }
        }
    }
}

/// Four hollow corner posts between the castings; `deep` is their size along the container at the front and at the doors.
pub(super) fn posts(scene: &mut Scene, of: Outside, deep: [f64; 2], sheet: f64) {
    let y = [CASTING[1], of.height - CASTING[1]];
    for x in [[6.0, 6.0 + deep[0]], [of.length - 12.0 - deep[1], of.length - 12.0]] {
        for z in Outside::both([of.half - 78.0, of.half - 2.0]) {
            scene.add(tube_y(x, y, z, sheet));
            cavity(scene, "corner_post", less(x, sheet + 1.0), less(y, 20.0), less(z, sheet + 1.0));
        }
    }
}

/// The rails along both sides: hollow ones above (`top` mm high), channels below.
pub(super) fn rails(scene: &mut Scene, of: Outside, top: f64, sheet: f64) {
    let x = [CASTING[0], of.length - CASTING[0]];
    let y = [of.height - 8.0 - top, of.height - 8.0];
    for z in Outside::both([of.half - top, of.half]) {
        scene.add(tube_x(x, y, z, sheet));
        let mut from = x[0] + 20.0;
        while from + 1500.0 < x[1] {
            cavity(scene, "beam", [from, from + 1500.0], less(y, sheet + 1.0), less(z, sheet + 1.0));
            from += 1500.0;
        }
    }
    // Channel 162 x 48 x 30 x 4.5: web outside, flanges inwards.
    for z in Outside::both([of.half - 4.5, of.half]) {
        scene.block(x, [14.0, 176.0], z, "steel");
    }
    for z in Outside::both([of.half - 48.0, of.half - 4.5]) {
        scene.block(x, [14.0, 18.5], z, "steel");
    }
    for z in Outside::both([of.half - 30.0, of.half - 4.5]) {
        scene.block(x, [171.5, 176.0], z, "steel");
    }
}

/// Sill and header at one end, across: hollow sections. `x` is their place along the container.
pub(super) fn end_beams(scene: &mut Scene, of: Outside, x: [f64; 2], high: f64, sheet: f64) {
    let z = [-of.half + CASTING[2], of.half - CASTING[2]];
    for y in [[16.0, 16.0 + high], [of.height - 12.0 - high, of.height - 12.0]] {
        scene.add(tube_z(x, y, z, sheet));
        cavity(scene, "beam", less(x, sheet + 1.0), less(y, sheet + 1.0), less(z, 20.0));
    }
}

/// The floor's cross members (channels 45 mm wide, `y` from their underside to their top, `sheet` thick), the tunnel at
/// the front of 40-ft boxes and the forklift pockets of a 20-ft box. Returns where the members stand.
pub(super) fn members(scene: &mut Scene, of: Outside, y: [f64; 2], sheet: f64, draw: &mut Draw) -> Vec<f64> {
    let wide = of.half - 52.0;
    let from = 150.0 + MEMBERS;
    let count = ((of.length - 150.0 - from) / MEMBERS).floor();
    let pockets: Vec<f64> = if of.tunnel {
        Vec::new()
    } else {
        // ISO 1496-1: pockets 360 wide, 2050 between their middles.
        [-1025.0, 1025.0].map(|offset| of.length / 2.0 + offset).to_vec()
    };
    let mut places: Vec<f64> = (0..=count as usize)
        .map(|n| (from + n as f64 * MEMBERS) + draw.range(-3.0, 3.0))
        .filter(|x| pockets.iter().all(|pocket| (x - pocket).abs() > 235.0) && *x < of.length - 250.0)
        .collect();
    for pocket in &pockets {
        places.extend([pocket - 230.0, pocket + 185.0]);
        scene.block([pocket - 180.0, pocket + 180.0], [y[1] - 3.0, y[1]], [-wide, wide], "steel");
        for z in Outside::both([wide - 200.0, wide]) {
            scene.block([pocket - 180.0, pocket + 180.0], [y[0], y[0] + 6.0], z, "steel");
        }
    }
    places.sort_unstable_by(f64::total_cmp);
    for &x in &places {
        let spans = if of.tunnel && x < TUNNEL {
            Outside::both([TUNNEL_HALF + 5.0, wide]).to_vec()
        } else {
            vec![[-wide, wide]]
        };
        for z in spans {
            // One solid a channel: the block between the flanges is cut out.
            let hollow = Solid::cuboid([x + sheet, x + 50.0], less(y, sheet), [z[0] - 1.0, z[1] + 1.0], "steel");
            scene.add(Solid::cuboid([x, x + 45.0], y, z, "steel").without(hollow.body));
        }
    }
    if of.tunnel {
        tunnel(scene, of, y);
    }
    for pair in places.windows(2) {
        let bay = [pair[0] + 47.0, pair[1] - 2.0];
        if bay[1] - bay[0] < 150.0 || pockets.iter().any(|p| (bay[0]..bay[1]).contains(p)) {
            continue;
        }
        let sides = if of.tunnel && bay[0] < TUNNEL {
            Outside::both([TUNNEL_HALF + 8.0, wide]).to_vec()
        } else {
            vec![[-wide, wide]]
        };
        for z in sides {
            cavity(scene, "floor", bay, [y[0] + sheet, y[1] - 2.0], z);
        }
    }
    places
}

/// The gooseneck tunnel: a plate as its roof, walls at both sides, stiffeners under the floor.
fn tunnel(scene: &mut Scene, of: Outside, y: [f64; 2]) {
    let x = [70.0, TUNNEL];
    scene.block(x, [y[1] - 3.0, y[1]], [-TUNNEL_HALF, TUNNEL_HALF], "steel");
    for z in Outside::both([TUNNEL_HALF, TUNNEL_HALF + 4.0]) {
        scene.block(x, [y[0], y[1]], z, "steel");
    }
    // The bolster where the tunnel ends and the full members begin.
    scene.add(tube_z([TUNNEL, TUNNEL + 60.0], [y[0], y[1] - 3.0], [-of.half + 60.0, of.half - 60.0], 4.0));
}
