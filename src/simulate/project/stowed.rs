//! Where cargo is in a scan, as the picture shows it: places to hide something in and on.

use crate::prepare::Prepared;
use crate::simulate::project::GOODS;
use crate::simulate::rays::Rays;
use crate::simulate::scene::{Hold, Scene};

/// The longest piece that cargo is taken apart into, in mm: a pallet's.
const PIECE_MM: f64 = 1200.0;
/// Length of the strips in which the cargo's height is read, in mm.
const STRIP_MM: f64 = 100.0;
/// Height of their cells, in mm.
const CELL_MM: f64 = 50.0;
/// Strips whose tops differ by less than this in mm are one piece: sacks are round, and upper layers have gaps.
const LEVEL_MM: f64 = 200.0;
/// More attenuation than the empty container by this is cargo: some 3 g/cm² of anything at 6 MV.
pub(super) const CARGO: f32 = 0.12;

/// The picture, asked in mm of the container.
pub(super) struct Shown<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) rays: &'a Rays,
    /// What to add to a column and a row of the rays for one of the scan.
    pub(super) shift: (i64, i64),
}

impl Shown<'_> {
    /// Mean attenuation of what is seen between two places along the container and two heights of its middle plane.
    fn mean(&self, x: [f64; 2], y: [f64; 2]) -> f32 {
        let Some(attenuation) = self.prepared.attenuation.first() else { return 0.0 };
        let (rows, columns) = attenuation.dim();
        let crop = self.prepared.frame.crop;
        let column = |x: f64| self.rays.column_of(x, 0.0) + self.shift.0 as f64 - f64::from(crop.x);
        let row = |y: f64| self.rays.row_of(y, 0.0) + self.shift.1 as f64 - f64::from(crop.y);
        let range = |a: f64, b: f64, end: usize| {
            let from = (a.min(b).round().max(0.0) as usize).min(end - 1);
            from..(a.max(b).round().max(0.0) as usize).clamp(from + 1, end)
        };
        let part = ndarray::s![range(row(y[0]), row(y[1]), rows), range(column(x[0]), column(x[1]), columns)];
        attenuation.slice(part).mean().unwrap_or(0.0)
    }

    /// The height up to which cargo is sure to reach where its top is seen at `y` of the middle plane: in a fan what stands near
    /// the source is seen higher than it is, and a load may lie anywhere across the container.
    fn height(&self, y: f64, hold: &Hold) -> f64 {
        let seen = self.rays.row_of(y, 0.0);
        let lowest = |z: f64| {
            let (mut low, mut high) = (hold.y[0], hold.y[1]);
            for _ in 0..24 {
                let middle = f64::midpoint(low, high);
                // Rows count from the top.
                if self.rays.row_of(middle, z) > seen { low = middle } else { high = middle }
            }
            low
        };
        lowest(hold.z[0]).min(lowest(hold.z[1])).min(y)
    }
}

fn steps(low: f64, high: f64, size: f64) -> impl Iterator<Item = [f64; 2]> + Clone {
    let count = ((high - low) / size).round().max(1.0) as usize;
    (0..count).map(move |n| [n, n + 1].map(|edge| low + (high - low) * edge as f64 / count as f64))
}

/// What the empty container absorbs: the least of any of its parts.
pub(super) fn empty(shown: &Shown<'_>, hold: &Hold) -> f32 {
    let [inner, band] = inside(hold);
    let cells = steps(inner[0], inner[1], 150.0).flat_map(|x| steps(band[0], band[1], 150.0).map(move |y| (x, y)));
    cells.map(|(x, y)| shown.mean(x, y)).fold(f32::INFINITY, f32::min).clamp(0.0, 0.3)
}

/// Along and up, without the frame's own steel.
fn inside(hold: &Hold) -> [[f64; 2]; 2] {
    [[hold.x[0] + 100.0, hold.x[1] - 100.0], [hold.y[0] + 100.0, hold.y[1] - 150.0]]
}

/// Reads from the picture where cargo is: pieces of it go into the scene as places, and its end is returned. No piece is higher
/// than the cargo in any strip of it.
pub(super) fn read(scene: &mut Scene, hold: &Hold, shown: &Shown<'_>) -> f64 {
    let [inner, band] = inside(hold);
    let least = empty(shown, hold) + CARGO;
    let mut end = hold.x[0];
    let mut strips: Vec<([f64; 2], f64)> = Vec::new();
    for x in steps(inner[0], inner[1], STRIP_MM) {
        let cells: Vec<([f64; 2], f32)> = steps(band[0], band[1], CELL_MM).map(|y| (y, shown.mean(x, y))).collect();
        let loaded = cells.iter().filter(|(_, mean)| *mean > least).count();
        if loaded as f64 * CELL_MM >= 450.0 {
            end = x[1];
        }
        // Both halves have to carry: a sloping side or a gap does not.
        let middle = f64::midpoint(x[0], x[1]);
        let carried = [[x[0], middle], [middle, x[1]]].map(|half| {
            let cells: Vec<_> = steps(band[0], band[1], CELL_MM).map(|y| (y, shown.mean(half, y))).collect();
            top(&cells, least).unwrap_or(hold.y[0])
        });
        strips.push((x, shown.height(carried[0].min(carried[1]), hold)));
    }
    strips.retain(|(x, _)| x[1] <= end);
    if let Some((x, _)) = strips.first_mut() {
        x[0] = hold.x[0];
    }
    let mut pieces: Vec<([f64; 2], [f64; 2])> = Vec::new();
    for (x, top) in strips {
        match pieces.last_mut() {
            Some((along, tops)) if x[1] - along[0] <= PIECE_MM && (tops[1].max(top) - tops[0].min(top)) < LEVEL_MM => {
                along[1] = x[1];
                *tops = [tops[0].min(top), tops[1].max(top)];
            }
            _ => pieces.push((x, [top, top])),
        }
    }
    for (x, [top, _]) in pieces {
        if top > hold.y[0] + 300.0 {
            scene.bulk(x, [hold.y[0], top], [hold.z[0] + 20.0, hold.z[1] - 20.0], GOODS);
        }
    }
    end
}

/// The height at which a strip's cargo ends: of its cells from the bottom up the highest that holds some and stands on some.
fn top(cells: &[([f64; 2], f32)], least: f32) -> Option<f64> {
    (1..cells.len()).rev().find_map(|number| {
        let ([low, high], mean) = cells[number];
        let below = &cells[number.saturating_sub(4)..number];
        // A bar or a rope across the box carries nothing.
        let stands = 2 * below.iter().filter(|(_, mean)| *mean > least).count() > below.len();
        let under = below.last().map_or(0.0, |(_, mean)| *mean);
        (mean > least && stands).then_some(if mean < 0.6 * under { low } else { high })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_where_matter_ends_that_stands_on_matter() {
        let cells = |means: &[f32]| -> Vec<([f64; 2], f32)> {
            means.iter().enumerate().map(|(n, m)| ([50.0 * n as f64, 50.0 * (n + 1) as f64], *m)).collect()
        };
        assert_eq!(top(&cells(&[1.0, 1.0, 1.0, 0.0, 0.0]), 0.2), Some(150.0));
        // The last cell is half empty.
        assert_eq!(top(&cells(&[1.0, 1.0, 1.0, 0.4, 0.0]), 0.2), Some(150.0));
        // A bar far above the cargo is none of it.
        assert_eq!(top(&cells(&[1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.9, 0.0]), 0.2), Some(100.0));
        assert_eq!(top(&cells(&[0.1, 0.1]), 0.2), None);
    }
}
