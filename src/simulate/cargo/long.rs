//! Reels and timber.

use super::unit::{blocks, fill, lanes, packed};
use crate::simulate::draw::Draw;
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::solid::{Shape, Solid};

/// Reels of paper standing on end, one against the near wall and the next against the far one, each as far forward as its
/// neighbours let it; a second tier where the payload asks for it.
pub(super) fn paper_reels(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let width = space.width();
    let radius = draw.range(480.0, 620.0).min(0.46 * width);
    let density = draw.range(0.72, 0.95);
    let tall = draw.range(0.0, 1.0);
    let most = space.height() - 180.0;
    // Short reels go in two tiers, long ones in one.
    let height = if tall < 0.5 { draw.range(780.0, 0.5 * most) } else { draw.range(1150.0, (0.85 * most).min(2050.0)) };
    let reach = 2.0 * radius + 7.0;
    let dz = width - 2.0 * radius - 4.0;
    let step = ((reach * reach - dz * dz).max(0.0).sqrt()).max(reach / 2.0);
    let count = ((space.length() - 2.0 * radius - 4.0) / step).floor().max(-1.0) + 1.0;
    let mut left_kg = payload * draw.range(0.93, 0.99);
    let mut floor = space.y[0];
    let core = draw.pick(&[38.0, 50.0, 75.0]).unwrap_or(38.0);
    for tier in 0..2 {
        if floor + height + 20.0 > space.y[1] {
            break;
        }
        let mut end = space.x[0];
        for place in 0..count as usize {
            let x = space.x[0] + radius + 2.0 + place as f64 * step + draw.range(-1.0, 1.0);
            let z = if place % 2 == 0 { space.z[0] + radius + 2.0 } else { space.z[1] - radius - 2.0 };
            let before = scene.solids.len();
            // Now and then the rest of a reel, or one that has slipped on its core.
            let thin = if draw.chance(0.05) { draw.range(0.7, 0.92) } else { draw.around_one(0.003).min(1.0) };
            reel(scene, [x, floor, z], [radius * thin, height * draw.around_one(0.0015)], core, density, draw);
            let kg = scene.mass_kg(before);
            if kg > left_kg {
                scene.solids.truncate(before);
                break;
            }
            left_kg -= kg;
            end = x + radius;
        }
        if end > space.x[0] {
            blocks(scene, [space.x[0], end.min(space.x[1])], [floor, floor + height], space.z, "paper");
        }
        // A plank and wedges hold the last ones.
        if tier == 0 && end + 130.0 < space.x[1] && left_kg > 100.0 {
            scene.block([end + 20.0, end + 120.0], [floor, floor + 95.0], [space.z[0] + 5.0, space.z[1] - 5.0], "wood");
            left_kg -= 16.0;
        }
        floor += height * 1.006 + 4.0;
    }
}

fn reel(scene: &mut Scene, [x, y, z]: [f64; 3], [radius, height]: [f64; 2], core: f64, density: f64, draw: &mut Draw) {
    let half = height / 2.0 - 4.0;
    let shape = Shape::Cylinder { radius, half };
    let paper = Solid::new(shape, [x, y + 4.0 + half, z], "paper").bored(core + 12.0);
    // Wound hard or soft across the web: bands at its own heights.
    scene.add(packed(paper, density * draw.around_one(0.01)).grain(0.014, [2000.0, 26.0], draw.seed()));
    let tube = Shape::Cylinder { radius: core + 12.0, half };
    scene.add(packed(Solid::new(tube, [x, y + 4.0 + half, z], "cardboard").bored(core), 0.85));
    for end in [y + 1.5, y + 2.0 * half + 6.0] {
        scene.add(Solid::new(Shape::Cylinder { radius: radius - 2.0, half: 1.4 }, [x, end, z], "cardboard"));
    }
    if draw.chance(0.3) {
        for end in [y + 4.0 + 40.0, y + 2.0 * half - 36.0] {
            scene.add(Solid::new(Shape::Cylinder { radius: core - 1.0, half: 38.0 }, [x, end, z], "wood"));
        }
    }
}

/// Packets of sawn boards, two abreast and two or three high, on bearers, with or without stickers between the courses.
pub(super) fn timber(scene: &mut Scene, space: &Hold, payload: f64, draw: &mut Draw) {
    let density = draw.pick(&[0.45, 0.48, 0.52, 0.66, 0.74]).unwrap_or(0.5);
    let thick = draw.pick(&[22.0, 25.0, 32.0, 38.0, 50.0, 63.0, 75.0]).unwrap_or(50.0);
    let sticker = if draw.chance(0.4) { 20.0 } else { 1.0 };
    let wide = draw.range(1020.0, 1120.0);
    let tiers = if draw.chance(0.7) { 2 } else { 3 };
    let courses = (((space.height() - 200.0) / f64::from(tiers) - 90.0) / (thick + sticker)).floor().max(1.0);
    let courses = courses * draw.range(0.86, 1.0);
    let Some(lengths) = draw.pick(&fitting(space.length() - 60.0)) else { return };
    let rows = lanes(space, &[wide; 2], draw);
    let mut left_kg = payload * draw.range(0.9, 0.99);
    let wet = draw.chance(0.2);
    fill(scene, space, &rows, &mut left_kg, draw, |scene, place, _, draw| {
        let room = place.x[1] - place.x[0];
        let fitting: Vec<f64> = lengths.into_iter().filter(|l| *l + 30.0 <= room).collect();
        let Some(length) = (if draw.chance(0.7) { fitting.first().copied() } else { draw.pick(&fitting) }) else {
            return;
        };
        let mut base = place.y[0];
        let tiers = if draw.chance(0.08) { tiers - 1 } else { tiers };
        for _ in 0..tiers {
            // Each packet has its own boards; some are wetter.
            let density = density * draw.around_one(if wet { 0.09 } else { 0.03 });
            let at = [place.x[0] + 15.0, base, place.z[0]];
            base = packet(scene, at, [length, wide], (courses as usize, thick, sticker), density, draw);
        }
    });
}

/// Lengths in mm that boards are sold in, as mixed in one load: those mixes that fill most of a hold.
fn fitting(room: f64) -> Vec<[f64; 3]> {
    const MIXES: [[f64; 3]; 6] = [
        [5800.0, 3900.0, 2900.0],
        [3900.0, 2900.0, 2400.0],
        [4800.0, 3600.0, 2400.0],
        [2900.0, 2350.0, 1950.0],
        [5400.0, 2700.0, 2100.0],
        [3000.0, 2400.0, 1800.0],
    ];
    let filled = |mix: &[f64; 3]| {
        mix.iter().fold(0.0, |used, l| used + ((room - used) / (l + 50.0)).floor().max(0.0) * (l + 50.0))
    };
    let most = MIXES.iter().map(filled).fold(0.0, f64::max);
    MIXES.iter().filter(|mix| filled(mix) >= 0.88 * most).copied().collect()
}

/// One packet; returns its top.
fn packet(
    scene: &mut Scene,
    [x, y, z]: [f64; 3],
    [length, wide]: [f64; 2],
    kind: (usize, f64, f64),
    density: f64,
    draw: &mut Draw,
) -> f64 {
    let (courses, thick, sticker) = kind;
    let across = [z + 2.0, z + wide - 2.0];
    let spots: &[f64] = if length > 3500.0 { &[0.06, 0.35, 0.64, 0.93] } else { &[0.08, 0.5, 0.92] };
    for spot in spots {
        let left = x + spot * length - 45.0;
        scene.block([left, left + 90.0], [y, y + 74.0], across, "wood");
    }
    let base = y + 75.0;
    let ragged = if draw.chance(0.4) { 15.0 } else { 4.0 };
    for course in 0..courses {
        let low = base + course as f64 * (thick + sticker);
        let (a, b) = (draw.range(-ragged, ragged), draw.range(-ragged, ragged));
        let boards = Solid::cuboid([x + a, x + length + b], [low, low + thick], across, "wood");
        // Gaps between boards take a few per cent; knots and growth rings are long along the board.
        let texture = [350.0, thick.min(40.0)];
        scene.add(packed(boards, density * draw.around_one(0.012) * 0.96).grain(0.035, texture, draw.seed()));
        if sticker > 5.0 && course + 1 < courses {
            for spot in spots {
                let left = x + spot * length - 25.0;
                scene.block([left, left + 45.0], [low + thick, low + thick + sticker], across, "wood");
            }
        }
    }
    let top = base + courses as f64 * (thick + sticker) - sticker;
    for spot in [0.12, 0.88] {
        let left = x + spot * length;
        for side in [[z, z + 0.9], [z + wide - 0.9, z + wide]] {
            scene.block([left, left + 32.0], [base, top], side, "steel");
        }
        scene.block([left, left + 32.0], [top, top + 0.9], [z, z + wide], "steel");
    }
    scene.bulk([x, x + length], [base, top], [z, z + wide], "wood");
    top + 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_fill_most_of_any_hold() {
        for room in [5500.0, 5750.0, 11_000.0, 11_700.0] {
            assert!(!fitting(room).is_empty(), "{room}");
        }
        assert!(fitting(5550.0).iter().all(|mix| *mix != [5800.0, 3900.0, 2900.0]));
    }
}
