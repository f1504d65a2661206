//! Outlines: the polygons around a component.

use super::components::Component;
use crate::scan::Point;
use image::{GrayImage, Luma};
use imageproc::contours::{BorderType, find_contours};
use imageproc::geometry::approximate_polygon_dp;

/// Deviation allowed when an outline is simplified, in map pixels.
const TOLERANCE: f64 = 0.75;

/// The outer outlines of a component of cells, in prepared pixels (corner-based), each of at least three points; the
/// largest first.
///
/// Border following runs through pixel centres; the component is drawn at twice its size first, so
/// that the outline encloses the pixels' area to a quarter of a pixel and thin shapes keep a width.
pub(super) fn outlines(component: &Component, cell: usize) -> Vec<Vec<Point>> {
    let cell = cell as f32;
    let bounds = component.bounds;
    let mut mask = GrayImage::new(2 * bounds.width + 2, 2 * bounds.height + 2);
    for &(row, column) in &component.pixels {
        let (x, y) = (2 * (column - bounds.x) + 1, 2 * (row - bounds.y) + 1);
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            mask.put_pixel(x + dx, y + dy, Luma([255]));
        }
    }
    let mut polygons: Vec<Vec<Point>> = find_contours::<i32>(&mask)
        .into_iter()
        .filter(|contour| contour.border_type == BorderType::Outer)
        .map(|contour| {
            let simple = approximate_polygon_dp(&contour.points, 2.0 * TOLERANCE, true);
            let points = if simple.len() < 3 { contour.points } else { simple };
            points
                .into_iter()
                .map(|p| Point {
                    x: cell * (bounds.x as f32 + (p.x as f32 - 0.5) / 2.0),
                    y: cell * (bounds.y as f32 + (p.y as f32 - 0.5) / 2.0),
                })
                .collect()
        })
        .filter(|polygon: &Vec<Point>| polygon.len() >= 3)
        .collect();
    polygons.sort_by(|a, b| area(b).total_cmp(&area(a)));
    polygons
}

/// The area a polygon encloses (shoelace formula), in the square of its unit.
fn area(polygon: &[Point]) -> f32 {
    let next = polygon.iter().cycle().skip(1);
    polygon.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f32>().abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::super::components::components;
    use super::*;

    #[test]
    fn a_rectangle_keeps_its_area_and_corners() {
        let found = components(40, 60, |row, column| (5..25).contains(&row) && (10..50).contains(&column));
        let outline = outlines(&found[0], 1);
        assert_eq!(outline.len(), 1);
        assert_eq!(outline[0].len(), 4);
        assert!((area(&outline[0]) - 800.0).abs() < 40.0, "{}", area(&outline[0]));
        assert!(outline[0].iter().all(|p| (9.9..=50.1).contains(&p.x) && (4.9..=25.1).contains(&p.y)));
    }

    #[test]
    fn one_pixel_and_one_line_have_outlines_with_an_area() {
        for (rows, columns) in [(1, 1), (1, 7), (7, 1)] {
            let found = components(rows, columns, |_, _| true);
            let outline = outlines(&found[0], 1);
            assert_eq!(outline.len(), 1, "{rows}x{columns}");
            assert!(outline[0].len() >= 3 && area(&outline[0]) > 0.0);
        }
    }
}
