//! Where something can lie on cargo: level surfaces that carry it under its whole footprint.

use super::scene::{Hold, Scene};
use super::solid::{Shape, Solid};

/// A level surface and the space over it: from and to along the container, upwards and across.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Surface {
    pub(super) x: [f64; 2],
    pub(super) y: [f64; 2],
    pub(super) z: [f64; 2],
}

/// Sides of a cell in mm.
const CELL: f64 = 60.0;
/// How much the height may differ under one thing that lies on it, in mm.
pub(super) const LEVEL: f64 = 45.0;

/// Level surfaces of the cargo between two values of x with `headroom` mm over them, at least 250 mm each way, the largest
/// first. Of a picture's cargo, which has no solids, the blocks count. What lies about on the cargo is left out.
pub(super) fn surfaces(scene: &Scene, hold: &Hold, reach: [f64; 2], headroom: f64) -> Vec<Surface> {
    let x = [reach[0].max(hold.x[0]), reach[1].min(hold.x[1])];
    let [nx, nz] = [x, hold.z].map(|side| ((side[1] - side[0]) / CELL).floor().max(0.0) as usize);
    if nx == 0 || nz == 0 {
        return Vec::new();
    }
    let floor = hold.y[0] + 150.0;
    // The height of whatever reaches into a cell, and of what carries its middle.
    let (mut highest, mut carried) = (vec![0.0f64; nx * nz], vec![0.0f64; nx * nz]);
    let mut blocked = vec![false; nx * nz];
    let cells = |from: f64, to: f64, start: f64, count: usize| {
        let first = ((from - start) / CELL).floor().max(0.0) as usize;
        let end = ((to - start) / CELL).ceil().clamp(0.0, count as f64) as usize;
        first..end.max(first).min(count)
    };
    let mut note = |low: [f64; 3], high: [f64; 3], solid: Option<&Solid>, thing: bool| {
        for i in cells(low[0], high[0], x[0], nx) {
            for j in cells(low[2], high[2], hold.z[0], nz) {
                let cell = i * nz + j;
                if thing {
                    blocked[cell] = true;
                    continue;
                }
                highest[cell] = highest[cell].max(high[1]);
                // A gap of a finger or two between two packages carries as well.
                for (along, across) in [(0.5, 0.5), (0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)] {
                    let point = [x[0] + (i as f64 + along) * CELL, hold.z[0] + (j as f64 + across) * CELL];
                    if (low[0]..=high[0]).contains(&point[0]) && (low[2]..=high[2]).contains(&point[1]) {
                        let surface = solid.map_or(Some(high[1]), |solid| height(solid, point));
                        carried[cell] = carried[cell].max(surface.unwrap_or(0.0));
                    }
                }
            }
        }
    };
    if scene.stowed().is_empty() {
        for bulk in &scene.bulks {
            note([bulk.x[0], bulk.y[0], bulk.z[0]], [bulk.x[1], bulk.y[1], bulk.z[1]], None, false);
        }
    }
    for solid in scene.stowed() {
        let (low, high) = solid.body.bounds();
        note(low, high, Some(solid), false);
    }
    let over = |solid: &&Solid| {
        let (low, high) = solid.body.bounds();
        high[1] > floor && low[1] < hold.y[1] && low[0] < x[1] && high[0] > x[0]
    };
    for solid in scene.things().iter().filter(over) {
        let (low, high) = solid.body.bounds();
        note(low, high, None, true);
    }
    let ceiling = hold.y[1] - 12.0;
    let mut fine: Vec<bool> = (0..nx * nz)
        .map(|cell| {
            let top = highest[cell];
            !blocked[cell] && top > floor && ceiling - top >= headroom && top - carried[cell] <= LEVEL
        })
        .collect();
    let mut found = Vec::new();
    // The highest cell left starts a surface, which grows as long as all of it is level.
    while found.len() < 12 {
        let start = (0..nx * nz).filter(|cell| fine[*cell]).max_by(|a, b| carried[*a].total_cmp(&carried[*b]));
        let Some(start) = start else { break };
        let top = highest[start];
        let level = |cell: usize| fine[cell] && highest[cell] <= top + 0.5 && carried[cell] >= top - LEVEL;
        let (mut i, mut j) = ([start / nz, start / nz + 1], [start % nz, start % nz + 1]);
        loop {
            let before = (i, j);
            if i[1] < nx && (j[0]..j[1]).all(|b| level(i[1] * nz + b)) {
                i[1] += 1;
            }
            if i[0] > 0 && (j[0]..j[1]).all(|b| level((i[0] - 1) * nz + b)) {
                i[0] -= 1;
            }
            if j[1] < nz && (i[0]..i[1]).all(|a| level(a * nz + j[1])) {
                j[1] += 1;
            }
            if j[0] > 0 && (i[0]..i[1]).all(|a| level(a * nz + j[0] - 1)) {
                j[0] -= 1;
            }
            if before == (i, j) {
                break;
            }
        }
        for a in i[0]..i[1] {
            fine[a * nz + j[0]..a * nz + j[1]].fill(false);
        }
        let side = |cells: [usize; 2], start: f64| cells.map(|cell| start + cell as f64 * CELL);
        let surface = Surface { x: side(i, x[0]), y: [top + 2.0, ceiling], z: side(j, hold.z[0]) };
        if surface.x[1] - surface.x[0] >= 250.0 && surface.z[1] - surface.z[0] >= 250.0 {
            found.push(surface);
        }
    }
    let area = |s: &Surface| (s.x[1] - s.x[0]) * (s.z[1] - s.z[0]);
    found.sort_by(|a, b| area(b).total_cmp(&area(a)));
    found
}

/// How high a solid's surface is at a point of the floor; nothing beside it. Filled bags give way at their edges.
fn height(solid: &Solid, [x, z]: [f64; 2]) -> Option<f64> {
    let (_, high) = solid.body.bounds();
    let flat = matches!(solid.body.shape, Shape::Pillow { .. })
        || (solid.body.rotation.is_none() && matches!(solid.body.shape, Shape::Box { .. } | Shape::Cylinder { .. }));
    if flat {
        return Some(high[1]);
    }
    let above = high[1] + 1.0;
    solid.body.crossing([x, above, z], [0.0, -1.0, 0.0]).map(|(entry, _)| above - entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD: Hold = Hold { x: [0.0, 6000.0], y: [100.0, 2500.0], z: [-1100.0, 1100.0] };

    #[test]
    fn surfaces_are_level_free_and_under_the_roof() {
        let mut scene = Scene::default();
        scene.block([100.0, 1300.0], [100.0, 1500.0], [-600.0, 600.0], "wood");
        scene.block([1300.0, 2500.0], [100.0, 1900.0], [-600.0, 600.0], "wood");
        // A ramp, and a block up to the roof.
        let corners = vec![[-600.0, -400.0], [600.0, -400.0], [600.0, 400.0]];
        scene.add(Solid::new(Shape::Prism { corners, half: 600.0 }, [3100.0, 500.0, 0.0], "wood"));
        scene.block([4000.0, 5000.0], [100.0, 2450.0], [-600.0, 600.0], "wood");
        scene.cargo = 0..scene.solids.len();
        let found = surfaces(&scene, &HOLD, HOLD.x, 300.0);
        let mut heights: Vec<f64> = found.iter().map(|s| s.y[0]).collect();
        heights.sort_by(f64::total_cmp);
        assert_eq!(heights, [1502.0, 1902.0], "{found:?}");
        for surface in &found {
            let lower = surface.y[0] < 1600.0;
            assert!(surface.x[1] <= if lower { 1300.0 } else { 2500.0 } + CELL, "{surface:?}");
            assert!(surface.z[0] >= -600.0 - CELL && surface.z[1] <= 600.0 + CELL, "{surface:?}");
        }
        // What lies on it takes the place.
        scene.block([100.0, 2500.0], [1900.0, 1950.0], [-600.0, 600.0], "wood");
        assert!(surfaces(&scene, &HOLD, HOLD.x, 300.0).is_empty());
        assert!(surfaces(&Scene::default(), &HOLD, HOLD.x, 300.0).is_empty());
    }
}
