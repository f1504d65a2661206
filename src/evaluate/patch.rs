//! A set of source pixels: where a load is, or a region.

use crate::scan::{BoxPx, Error, Point, Result};
use ndarray::Array2;

/// Pixels of the source image inside a box: `inside[[row, column]]` from the box's top left corner on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    bounds: BoxPx,
    inside: Array2<bool>,
    count: u64,
}

/// Run lengths as COCO writes them: down the columns, beginning with what is outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    /// Rows and columns of the whole image.
    pub size: (u32, u32),
    /// Lengths, outside first.
    pub counts: Vec<u32>,
}

impl Patch {
    /// Every pixel of a box.
    pub fn from_box(bounds: BoxPx) -> Self {
        Self::new(bounds, Array2::from_elem((bounds.height as usize, bounds.width as usize), true))
    }

    /// The pixels that `inside` marks in the box; its size is the box's.
    fn new(bounds: BoxPx, inside: Array2<bool>) -> Self {
        let count = inside.iter().filter(|&&inside| inside).count() as u64;
        Self { bounds, inside, count }
    }

    /// The pixels of a whole image for which `inside` is true: the box is the smallest that holds them.
    pub fn from_image(inside: &Array2<bool>) -> Self {
        let mut bounds: Option<BoxPx> = None;
        for ((row, column), _) in inside.indexed_iter().filter(|(_, inside)| **inside) {
            let pixel = BoxPx { x: column as u32, y: row as u32, width: 1, height: 1 };
            bounds = Some(bounds.map_or(pixel, |bounds| bounds.union(&pixel)));
        }
        let bounds = bounds.unwrap_or(BoxPx { x: 0, y: 0, width: 0, height: 0 });
        let (x, y) = (bounds.x as usize, bounds.y as usize);
        let part = inside.slice(ndarray::s![y..y + bounds.height as usize, x..x + bounds.width as usize]);
        Self::new(bounds, part.to_owned())
    }

    /// The pixels whose centres lie inside the polygons by the even-odd rule, each polygon on its own: where two overlap, both
    /// hold. Points are corner-based source pixels and are cut at an image of `(rows, columns)`.
    pub fn from_polygons(polygons: &[Vec<Point>], (rows, columns): (u32, u32)) -> Self {
        let points = || polygons.iter().flatten().filter(|point| point.x.is_finite() && point.y.is_finite());
        let least = |value: f32, most: u32| value.floor().clamp(0.0, most as f32) as u32;
        let (mut left, mut top, mut right, mut bottom) = (columns, rows, 0, 0);
        for point in points() {
            left = left.min(least(point.x, columns));
            top = top.min(least(point.y, rows));
            right = right.max(least(point.x.ceil(), columns));
            bottom = bottom.max(least(point.y.ceil(), rows));
        }
        let bounds = BoxPx { x: left, y: top, width: right.saturating_sub(left), height: bottom.saturating_sub(top) };
        let mut inside = Array2::from_elem((bounds.height as usize, bounds.width as usize), false);
        for polygon in polygons {
            for (row, mut line) in inside.rows_mut().into_iter().enumerate() {
                let y = (bounds.y as usize + row) as f32 + 0.5;
                let mut crossings = crossings(polygon, y);
                crossings.sort_by(f32::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    // A pixel is inside where its centre is: from the first centre at or after the crossing.
                    let column = |x: f32| ((x - 0.5 - bounds.x as f32).ceil().max(0.0) as usize).min(line.len());
                    let (from, to) = (column(pair[0]), column(pair[1]));
                    line.slice_mut(ndarray::s![from..to.max(from)]).fill(true);
                }
            }
        }
        Self::new(bounds, inside)
    }

    /// The pixels of run lengths.
    ///
    /// # Errors
    /// A format error where the runs do not fill the image.
    pub fn from_runs(runs: &Runs) -> Result<Self> {
        let (rows, columns) = (runs.size.0 as usize, runs.size.1 as usize);
        let all: u64 = runs.counts.iter().map(|&count| u64::from(count)).sum();
        if all != rows as u64 * columns as u64 {
            return Err(Error::format(format!("run lengths hold {all} pixels, the image has {rows} x {columns}")));
        }
        let mut inside = Array2::from_elem((rows, columns), false);
        let mut at = 0usize;
        for (number, &count) in runs.counts.iter().enumerate() {
            if number % 2 == 1 {
                (at..at + count as usize).for_each(|place| inside[[place % rows, place / rows]] = true);
            }
            at += count as usize;
        }
        Ok(Self::from_image(&inside))
    }

    /// The smallest box around the pixels.
    pub fn bounds(&self) -> BoxPx {
        self.bounds
    }

    /// How many pixels there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether a pixel of the source image belongs to it.
    pub fn holds(&self, row: u32, column: u32) -> bool {
        let place = row.checked_sub(self.bounds.y).zip(column.checked_sub(self.bounds.x));
        place.and_then(|(row, column)| self.inside.get([row as usize, column as usize])).is_some_and(|&inside| inside)
    }

    /// How many pixels both hold.
    pub fn overlap(&self, other: &Self) -> u64 {
        let Some(common) = self.bounds.intersection(&other.bounds) else { return 0 };
        let rows = common.y..common.bottom();
        let pixels = rows.flat_map(|row| (common.x..common.right()).map(move |column| (row, column)));
        pixels.filter(|&(row, column)| self.holds(row, column) && other.holds(row, column)).count() as u64
    }

    /// The middle of the pixels, corner-based; none where there are no pixels.
    pub fn centre(&self) -> Option<Point> {
        let (mut x, mut y) = (0f64, 0f64);
        for ((row, column), _) in self.inside.indexed_iter().filter(|(_, inside)| **inside) {
            x += column as f64 + 0.5;
            y += row as f64 + 0.5;
        }
        let count = self.count as f64;
        (self.count > 0).then(|| Point {
            x: (f64::from(self.bounds.x) + x / count) as f32,
            y: (f64::from(self.bounds.y) + y / count) as f32,
        })
    }

    /// The pixels in rows from the top, columns from the left.
    pub fn pixels(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let inside = self.inside.indexed_iter().filter(|(_, inside)| **inside);
        inside.map(|((row, column), _)| (self.bounds.y + row as u32, self.bounds.x + column as u32))
    }
}

/// Where a polygon's edges cross the horizontal at `y`.
fn crossings(polygon: &[Point], y: f32) -> Vec<f32> {
    let next = polygon.iter().cycle().skip(1);
    let edges = polygon.iter().zip(next).filter(|(a, b)| (a.y <= y) != (b.y <= y));
    edges.map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)).filter(|x| x.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(x: f32, y: f32, side: f32) -> Vec<Point> {
        [(x, y), (x + side, y), (x + side, y + side), (x, y + side)].map(|(x, y)| Point { x, y }).to_vec()
    }

    #[test]
    fn a_polygon_holds_the_pixels_whose_centres_it_holds() {
        let patch = Patch::from_polygons(&[square(2.0, 3.0, 4.0)], (100, 100));
        assert_eq!((patch.bounds(), patch.len()), (BoxPx { x: 2, y: 3, width: 4, height: 4 }, 16));
        assert!(patch.holds(3, 2) && patch.holds(6, 5) && !patch.holds(7, 5) && !patch.holds(2, 2));
        // A triangle over half of the square; the diagonal's own centres count once.
        let triangle = vec![Point { x: 0.0, y: 0.0 }, Point { x: 10.0, y: 0.0 }, Point { x: 0.0, y: 10.0 }];
        let half = Patch::from_polygons(&[triangle], (100, 100)).len();
        assert!((45..=55).contains(&half), "{half}");
        // A ring given as an outer and an inner outline of one polygon list is filled: each polygon stands for itself.
        let both = Patch::from_polygons(&[square(0.0, 0.0, 10.0), square(4.0, 4.0, 2.0)], (100, 100));
        assert_eq!(both.len(), 100);
    }

    #[test]
    fn polygons_are_cut_at_the_image() {
        let patch = Patch::from_polygons(&[square(-5.0, -5.0, 10.0)], (3, 100));
        assert_eq!(patch.bounds(), BoxPx { x: 0, y: 0, width: 5, height: 3 });
        assert_eq!(patch.len(), 15);
        assert!(Patch::from_polygons(&[], (10, 10)).is_empty());
        assert!(Patch::from_polygons(&[vec![Point { x: f32::NAN, y: 1.0 }; 3]], (10, 10)).is_empty());
    }

    #[test]
    fn runs_go_down_the_columns() {
        let runs = Runs { size: (3, 2), counts: vec![1, 3, 2] };
        let patch = Patch::from_runs(&runs).unwrap();
        assert_eq!(patch.pixels().collect::<Vec<_>>(), [(0, 1), (1, 0), (2, 0)]);
        let error = Patch::from_runs(&Runs { size: (3, 3), counts: vec![1, 3, 2] }).unwrap_err();
        assert!(error.to_string().contains("hold 6 pixels"), "{error}");
    }

    #[test]
    fn the_centre_is_that_of_the_pixels() {
        assert_eq!(Patch::from_box(BoxPx { x: 2, y: 4, width: 4, height: 2 }).centre(), Some(Point { x: 4.0, y: 5.0 }));
        assert_eq!(Patch::from_image(&Array2::from_elem((3, 3), false)).centre(), None);
    }

    proptest! {
        #[test]
        fn overlap_is_what_a_count_over_the_image_gives(
            a in prop::collection::vec(any::<bool>(), 64),
            b in prop::collection::vec(any::<bool>(), 64),
        ) {
            let image = |bits: &[bool]| Array2::from_shape_vec((8, 8), bits.to_vec()).unwrap();
            let (first, second) = (Patch::from_image(&image(&a)), Patch::from_image(&image(&b)));
            let both = a.iter().zip(&b).filter(|(a, b)| **a && **b).count() as u64;
            prop_assert_eq!(first.overlap(&second), both);
            prop_assert_eq!(second.overlap(&first), both);
            prop_assert_eq!(first.len(), a.iter().filter(|a| **a).count() as u64);
            prop_assert_eq!(first.pixels().count() as u64, first.len());
        }
    }
}
