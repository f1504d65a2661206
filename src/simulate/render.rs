//! Parallel projection: solids to attenuation on the pixel grid (Beer-Lambert: -ln T is the sum of µ times path).

use super::matter;
use super::solid::{Shape, Solid, Texture};
use crate::scan::{PixelSize, Result};
use ndarray::Array2;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// How the pixel grid lies in the scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    /// Columns.
    pub(super) columns: usize,
    /// Rows.
    pub(super) rows: usize,
    /// Pixel size in mm.
    pub(super) pixel: PixelSize,
    /// x of the left edge of column 0 in mm; with `mirrored`, of the right edge of the last column.
    pub(super) left: f64,
    /// y of the upper edge of row 0 in mm.
    pub(super) top: f64,
    /// True where the scene's x runs from right to left in the image.
    pub(super) mirrored: bool,
}

impl Grid {
    /// The corner-based column at which a scene's x lies.
    pub(super) fn column(&self, x: f64) -> f64 {
        let from_edge = (x - self.left) / f64::from(self.pixel.x);
        if self.mirrored { self.columns as f64 - from_edge } else { from_edge }
    }

    /// The corner-based row at which a scene's y lies.
    pub(super) fn row(&self, y: f64) -> f64 {
        (self.top - y) / f64::from(self.pixel.y)
    }

    fn x_of(&self, column: f64) -> f64 {
        let from_edge = if self.mirrored { self.columns as f64 - column } else { column };
        self.left + from_edge * f64::from(self.pixel.x)
    }

    fn y_of(&self, row: f64) -> f64 {
        self.top - row * f64::from(self.pixel.y)
    }
}

/// A solid ready to draw: its pixel range and its linear attenuation per energy.
struct Placed<'a> {
    solid: &'a Solid,
    columns: [usize; 2],
    rows: [usize; 2],
    /// 1/mm for each energy, then the share of the path that counts as the load's own.
    weights: [f32; 3],
}

/// Attenuation per energy, and the path length in mm through solids of positive density, both `[row, column]`.
pub(super) struct Projection {
    /// -ln T per energy.
    pub(super) attenuation: Vec<Array2<f32>>,
    /// Path length in mm.
    pub(super) path: Array2<f32>,
}

/// Projects solids for up to two effective energies in `MeV`. Every pixel adds its solids up in the given order,
/// so the result does not depend on the number of threads.
pub(super) fn project(solids: &[Solid], grid: &Grid, energies_mev: &[f64]) -> Result<Projection> {
    let mut coefficients: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    let mut placed = Vec::with_capacity(solids.len());
    for solid in solids {
        let per_mm = if let Some(known) = coefficients.get(solid.material) {
            *known
        } else {
            let mut per_mm = [0.0; 2];
            for (value, &mev) in per_mm.iter_mut().zip(energies_mev) {
                *value = matter::linear_attenuation(solid.material, mev)?;
            }
            coefficients.insert(solid.material, per_mm);
            per_mm
        };
        let (x, y) = solid.shape.bounds();
        let (a, b) = (grid.column(x[0]), grid.column(x[1]));
        let clip = |low: f64, high: f64, end: usize| {
            [(low.floor().max(0.0) as usize).min(end), (high.ceil().max(0.0) as usize).min(end)]
        };
        let columns = clip(a.min(b), a.max(b), grid.columns);
        let rows = clip(grid.row(y[1]), grid.row(y[0]), grid.rows);
        if columns[0] < columns[1] && rows[0] < rows[1] {
            let own = if solid.density > 0.0 { 1.0 } else { 0.0 };
            let weights = [(per_mm[0] * solid.density) as f32, (per_mm[1] * solid.density) as f32, own];
            placed.push(Placed { solid, columns, rows, weights });
        }
    }

    let planes = energies_mev.len();
    let rows: Vec<Vec<f32>> = (0..grid.rows)
        .into_par_iter()
        .map(|row| {
            let mut line = vec![0.0f32; grid.columns * (planes + 1)];
            for item in placed.iter().filter(|p| p.rows[0] <= row && row < p.rows[1]) {
                draw(item, row, grid, planes, &mut line);
            }
            line
        })
        .collect();

    let mut attenuation = vec![Array2::zeros((grid.rows, grid.columns)); planes];
    let mut path = Array2::zeros((grid.rows, grid.columns));
    for (row, line) in rows.iter().enumerate() {
        for (plane, values) in line.chunks(grid.columns).enumerate() {
            let target = if plane < planes { &mut attenuation[plane] } else { &mut path };
            target.row_mut(row).iter_mut().zip(values).for_each(|(t, v)| *t = *v);
        }
    }
    Ok(Projection { attenuation, path })
}

/// Adds one solid to one row: `line` holds the planes' attenuation, then the path.
fn draw(item: &Placed<'_>, row: usize, grid: &Grid, planes: usize, line: &mut [f32]) {
    let columns = grid.columns;
    let shape = &item.solid.shape;
    let (upper, lower) = (grid.y_of(row as f64), grid.y_of(row as f64 + 1.0));
    let middle = f64::midpoint(upper, lower);
    for column in item.columns[0]..item.columns[1] {
        let (p, q) = (grid.x_of(column as f64), grid.x_of(column as f64 + 1.0));
        let (left, right) = (p.min(q), p.max(q));
        let length = if let Shape::Box { x, y, depth } = *shape {
            // The exact mean over the pixel's face.
            let wide = (right.min(x[1]) - left.max(x[0])).max(0.0) / (right - left);
            let high = (upper.min(y[1]) - lower.max(y[0])).max(0.0) / (upper - lower);
            depth * wide * high
        } else {
            // The mean of four points.
            let (w, h) = ((right - left) / 4.0, (upper - lower) / 4.0);
            let centre = f64::midpoint(left, right);
            let points = [(-w, -h), (w, -h), (-w, h), (w, h)];
            points.iter().map(|(dx, dy)| shape.path(centre + dx, middle + dy)).sum::<f64>() / 4.0
        };
        if length <= 0.0 {
            continue;
        }
        let length = match item.solid.texture {
            Texture::Even => length,
            texture => length * texture.factor(f64::midpoint(left, right), middle),
        } as f32;
        for plane in 0..planes {
            line[plane * columns + column] += item.weights[plane] * length;
        }
        line[planes * columns + column] += item.weights[2] * length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(mirrored: bool) -> Grid {
        let pixel = PixelSize { x: 5.0, y: 4.0 };
        Grid { columns: 40, rows: 30, pixel, left: -20.0, top: 100.0, mirrored }
    }

    #[test]
    fn steel_and_water_slabs_follow_beer_lambert() {
        for (material, mm) in [("steel", 100.0), ("water", 500.0)] {
            let solid = Solid::new(Shape::Box { x: [0.0, 100.0], y: [20.0, 80.0], depth: mm }, material);
            let projection = project(&[solid], &grid(false), &[2.0, 1.25]).unwrap();
            for (plane, mev) in [(0, 2.0), (1, 1.25)] {
                let expected = matter::linear_attenuation(material, mev).unwrap() * mm;
                let found = f64::from(projection.attenuation[plane][[15, 10]]);
                assert!((found / expected - 1.0).abs() < 1e-5, "{material} {mev}: {found} {expected}");
            }
            assert_eq!(projection.path[[15, 10]], mm as f32);
            assert_eq!(projection.attenuation[0][[0, 0]], 0.0);
        }
    }

    #[test]
    fn box_edges_count_by_the_share_of_the_pixel() {
        let solid = Solid::new(Shape::Box { x: [0.0, 101.25], y: [20.0, 82.0], depth: 10.0 }, "water");
        let path = project(&[solid], &grid(false), &[2.0]).unwrap().path;
        assert_eq!(path[[10, 24]], 2.5);
        assert_eq!(path[[4, 10]], 5.0);
    }

    #[test]
    fn mirroring_turns_the_picture_about() {
        let solids = [
            Solid::new(Shape::Box { x: [0.0, 33.0], y: [20.0, 82.0], depth: 10.0 }, "water"),
            Solid::new(Shape::Disc { centre: [90.0, 40.0], outer: 21.0, inner: 4.0, depth: 9.0 }, "steel"),
        ];
        let plain = project(&solids, &grid(false), &[2.0]).unwrap().path;
        let mirrored = project(&solids, &grid(true), &[2.0]).unwrap().path;
        for ((row, column), value) in plain.indexed_iter() {
            assert!((mirrored[[row, 39 - column]] - value).abs() < 1e-4);
        }
        assert!(plain.sum() > 0.0);
    }

    #[test]
    fn what_is_taken_away_leaves_nothing() {
        let shape = Shape::Box { x: [0.0, 33.0], y: [20.0, 82.0], depth: 10.0 };
        let solids = [Solid::new(shape, "water"), Solid::new(shape, "water").dense(-1.0)];
        let projection = project(&solids, &grid(false), &[2.0]).unwrap();
        assert!(projection.attenuation[0].iter().all(|v| v.abs() < 1e-6));
    }
}
