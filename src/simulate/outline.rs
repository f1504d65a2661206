//! Outlines of a mask: polygons that training programs fill to get the mask back.

use crate::scan::Point;
use ndarray::Array2;

/// What an outline may leave out or add: the polygon and its piece share at least this of their union.
const SHARED: f64 = 0.95;
/// Tolerances of simplifying in pixels, the coarsest that keeps [`SHARED`] is taken; 0 keeps every corner.
const TOLERANCES: [f64; 4] = [1.0, 0.7, 0.4, 0.0];
/// Holes of at most this share of a piece are filled.
const FILLED: f64 = 0.02;

/// Polygons around what is 255 in a mask, in pixels (corner-based: pixel (c, r) covers c..c+1 by r..r+1), clockwise as seen on
/// the screen; the piece that begins highest comes first.
///
/// One polygon a piece of pixels that touch by their sides. A polygon has no holes: a piece with one is cut upright through the
/// hole's middle. Corners are left out as far as the polygon and its piece share 95 % of their union (Douglas and Peucker,
/// "Algorithms for the reduction of the number of points required to represent a digitized line", 1973, by at most one pixel).
pub(super) fn polygons(mask: &Array2<u8>) -> Vec<Vec<Point>> {
    let mut left = mask.mapv(|value| value == 255);
    let mut found = Vec::new();
    for row in 0..left.nrows() {
        for column in 0..left.ncols() {
            if left[[row, column]] {
                let mut waiting = vec![Piece::flood(&mut left, (row, column))];
                while let Some(piece) = waiting.pop() {
                    let outline = piece.outline();
                    match piece.cut(&outline) {
                        Some(parts) => waiting.extend(parts),
                        None => found.push(piece.simplified(&outline)),
                    }
                }
            }
        }
    }
    found
}

/// Pixels that touch by their sides, in a box of their own.
struct Piece {
    /// Row and column of the box.
    from: (usize, usize),
    inside: Array2<bool>,
    count: usize,
}

impl Piece {
    /// Takes a pixel and all that hang together with it out of a picture.
    fn flood(left: &mut Array2<bool>, start: (usize, usize)) -> Self {
        let (rows, columns) = left.dim();
        let (mut low, mut high) = (start, start);
        let mut pixels = Vec::new();
        let mut waiting = vec![start];
        left[start] = false;
        while let Some((row, column)) = waiting.pop() {
            pixels.push((row, column));
            low = (low.0.min(row), low.1.min(column));
            high = (high.0.max(row), high.1.max(column));
            let beside =
                [(row.wrapping_sub(1), column), (row + 1, column), (row, column.wrapping_sub(1)), (row, column + 1)];
            for next in beside {
                if next.0 < rows && next.1 < columns && left[next] {
                    left[next] = false;
                    waiting.push(next);
                }
            }
        }
        let mut inside = Array2::from_elem((high.0 + 1 - low.0, high.1 + 1 - low.1), false);
        for (row, column) in &pixels {
            inside[[row - low.0, column - low.1]] = true;
        }
        Self { from: low, inside, count: pixels.len() }
    }

    fn has(&self, column: i64, row: i64) -> bool {
        column >= 0 && row >= 0 && self.inside.get((row as usize, column as usize)).copied().unwrap_or(false)
    }

    /// The corners of the outer border, x and y, from pixel edge to pixel edge with the piece to the right.
    fn outline(&self) -> Vec<(i64, i64)> {
        let first = self.inside.row(0).iter().position(|inside| *inside).unwrap_or(0) as i64;
        let (start, mut at, mut towards) = ((first, 0), (first, 0), (1, 0));
        let mut corners = Vec::new();
        loop {
            corners.push(at);
            // Straight on, until it turns.
            loop {
                at = (at.0 + towards.0, at.1 + towards.1);
                // The pixels ahead, right and left of the border.
                let ahead = |side: i64| {
                    let middle = (2 * at.0 + towards.0 - side * towards.1, 2 * at.1 + towards.1 + side * towards.0);
                    self.has((middle.0 - 1).div_euclid(2), (middle.1 - 1).div_euclid(2))
                };
                if !ahead(1) {
                    towards = (-towards.1, towards.0);
                    break;
                }
                if ahead(-1) {
                    towards = (towards.1, -towards.0);
                    break;
                }
            }
            if at == start && towards == (1, 0) {
                return corners;
            }
        }
    }

    /// The two sides of a cut through the piece's holes, as the pieces they fall into; nothing where they are small.
    fn cut(&self, outline: &[(i64, i64)]) -> Option<Vec<Self>> {
        if (enclosed(outline) - self.count as f64) <= FILLED * self.count as f64 {
            return None;
        }
        let border: Vec<(f64, f64)> = outline.iter().map(|&(x, y)| (x as f64, y as f64)).collect();
        let filled = fill(&border, self.inside.dim());
        let mut columns: Vec<usize> = filled
            .indexed_iter()
            .filter(|(place, inside)| **inside && !self.inside[*place])
            .map(|(p, _)| p.1)
            .collect();
        columns.sort_unstable();
        // A hole has some of the piece on its left and on its right: neither side is empty.
        let middle = columns.get(columns.len() / 2).copied()?;
        let mut parts = Vec::new();
        for side in [0..middle, middle..self.inside.ncols()] {
            let mut left = Array2::from_elem(self.inside.dim(), false);
            for column in side {
                left.column_mut(column).assign(&self.inside.column(column));
            }
            for row in 0..left.nrows() {
                for column in 0..left.ncols() {
                    if left[[row, column]] {
                        let mut part = Self::flood(&mut left, (row, column));
                        part.from = (part.from.0 + self.from.0, part.from.1 + self.from.1);
                        parts.push(part);
                    }
                }
            }
        }
        Some(parts)
    }

    fn simplified(&self, outline: &[(i64, i64)]) -> Vec<Point> {
        let mut polygon = Vec::new();
        for tolerance in TOLERANCES {
            polygon = simplify(outline, tolerance);
            let filled = fill(&polygon, self.inside.dim());
            let (mut both, mut any) = (0usize, 0usize);
            for (a, b) in filled.iter().zip(&self.inside) {
                both += usize::from(*a && *b);
                any += usize::from(*a || *b);
            }
            if both as f64 >= SHARED * any as f64 {
                break;
            }
        }
        let (row, column) = self.from;
        polygon.iter().map(|&(x, y)| Point { x: x as f32 + column as f32, y: y as f32 + row as f32 }).collect()
    }
}

/// The area that a polygon encloses (shoelace formula).
fn enclosed(polygon: &[(i64, i64)]) -> f64 {
    let next = polygon.iter().cycle().skip(1);
    polygon.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<i64>().abs() as f64 / 2.0
}

/// The pixels whose middle lies inside a polygon (odd number of crossings).
fn fill(polygon: &[(f64, f64)], (rows, columns): (usize, usize)) -> Array2<bool> {
    let mut inside = Array2::from_elem((rows, columns), false);
    let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); rows];
    for (from, to) in polygon.iter().zip(polygon.iter().cycle().skip(1)) {
        let (top, bottom) = if from.1 < to.1 { (from, to) } else { (to, from) };
        let first = (top.1 - 0.5).ceil().max(0.0) as usize;
        for (row, line) in crossings.iter_mut().enumerate().skip(first) {
            let middle = row as f64 + 0.5;
            if middle >= bottom.1 {
                break;
            }
            line.push(top.0 + (bottom.0 - top.0) * (middle - top.1) / (bottom.1 - top.1));
        }
    }
    for (row, line) in crossings.iter_mut().enumerate() {
        line.sort_unstable_by(f64::total_cmp);
        for pair in line.chunks_exact(2) {
            let (from, to) = ((pair[0] - 0.5).ceil().max(0.0) as usize, (pair[1] - 0.5).ceil().max(0.0) as usize);
            for column in from..to.min(columns) {
                inside[[row, column]] = true;
            }
        }
    }
    inside
}

/// Leaves corners out that lie within a tolerance of the line between those that stay.
fn simplify(outline: &[(i64, i64)], tolerance: f64) -> Vec<(f64, f64)> {
    let points: Vec<(f64, f64)> = outline.iter().map(|&(x, y)| (x as f64, y as f64)).collect();
    let Some(&start) = points.first() else { return Vec::new() };
    // A closed line has no ends: the first corner and the one farthest from it stay.
    let off = |p: &(f64, f64)| (p.0 - start.0).hypot(p.1 - start.1);
    let far = (0..points.len()).max_by(|&a, &b| off(&points[a]).total_cmp(&off(&points[b]))).unwrap_or(0);
    let closed: Vec<(f64, f64)> = points.iter().copied().chain([start]).collect();
    let mut stays = vec![false; closed.len()];
    (stays[0], stays[far]) = (true, true);
    let mut waiting = vec![(0, far), (far, closed.len() - 1)];
    while let Some((from, to)) = waiting.pop() {
        let (a, b) = (closed[from], closed[to]);
        let length = (b.0 - a.0).hypot(b.1 - a.1);
        let distance = |p: (f64, f64)| {
            if length > 0.0 {
                ((b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0)).abs() / length
            } else {
                (p.0 - a.0).hypot(p.1 - a.1)
            }
        };
        let worst = (from + 1..to).max_by(|&p, &q| distance(closed[p]).total_cmp(&distance(closed[q])));
        if let Some(worst) = worst.filter(|&p| distance(closed[p]) > tolerance) {
            stays[worst] = true;
            waiting.extend([(from, worst), (worst, to)]);
        }
    }
    points.into_iter().zip(stays).filter(|(_, stays)| *stays).map(|(point, _)| point).collect()
}

/// What the polygons of a mask cover, for tests that compare them with it.
#[cfg(test)]
pub(super) fn shared_with(mask: &Array2<u8>, polygons: &[Vec<Point>]) -> f64 {
    let mut filled = Array2::from_elem(mask.dim(), false);
    for polygon in polygons {
        let polygon: Vec<(f64, f64)> = polygon.iter().map(|p| (f64::from(p.x), f64::from(p.y))).collect();
        filled.zip_mut_with(&fill(&polygon, mask.dim()), |a, b| *a |= b);
    }
    let both = filled.iter().zip(mask).filter(|(a, b)| **a && **b == 255).count();
    let any = filled.iter().zip(mask).filter(|(a, b)| **a || **b == 255).count();
    both as f64 / any.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(rows: usize, columns: usize, inside: impl Fn(i64, i64) -> bool) -> Array2<u8> {
        Array2::from_shape_fn((rows, columns), |(row, column)| if inside(row as i64, column as i64) { 255 } else { 0 })
    }

    #[test]
    fn rectangles_are_their_four_corners_clockwise_one_polygon_each() {
        let two = mask(12, 20, |r, c| {
            (2..5).contains(&r) && (3..9).contains(&c) || (5..9).contains(&r) && (9..11).contains(&c)
        });
        let found = polygons(&two);
        let corners = |of: &[Point]| of.iter().map(|p| (p.x as i32, p.y as i32)).collect::<Vec<_>>();
        assert_eq!(found.len(), 2, "pixels that touch by a corner only are two pieces");
        assert_eq!(corners(&found[0]), [(3, 2), (9, 2), (9, 5), (3, 5)]);
        assert_eq!(corners(&found[1]), [(9, 5), (11, 5), (11, 9), (9, 9)]);
        assert!(polygons(&mask(5, 5, |_, _| false)).is_empty());
        // Packing and emptied space are none of the goods.
        assert!(polygons(&Array2::from_elem((4, 4), 128)).is_empty());
        assert_eq!(corners(&polygons(&mask(1, 1, |_, _| true))[0]), [(0, 0), (1, 0), (1, 1), (0, 1)]);
    }

    #[test]
    fn any_shape_is_followed_and_large_ones_have_few_corners() {
        let disc = |r: i64, c: i64, radius: i64| (r - 60).pow(2) + (c - 60).pow(2) <= radius * radius;
        let shapes = [
            mask(120, 120, |r, c| disc(r, c, 50)),
            // A ring, a net, a slope one pixel thin, a comb, and pixels at random.
            mask(120, 120, |r, c| disc(r, c, 50) && !disc(r, c, 30)),
            mask(90, 90, |r, c| r % 9 < 3 || c % 9 < 3),
            mask(60, 120, |r, c| c / 2 == r || c / 2 == r + 1),
            mask(40, 90, |r, c| r > 30 || c % 6 < 3),
            mask(70, 70, |r, c| (r * 7919 + c * 104_729 + r * c * 31) % 97 < 60),
        ];
        for (number, shape) in shapes.iter().enumerate() {
            let found = polygons(shape);
            let shared = shared_with(shape, &found);
            assert!(shared >= 0.93, "shape {number}: {shared}");
            assert!(found.iter().all(|polygon| polygon.len() >= 3), "shape {number}");
        }
        let round = polygons(&shapes[0]);
        assert!(round.len() == 1 && round[0].len() < 60, "{}", round[0].len());
        assert_eq!(polygons(&shapes[1]).len(), 2, "a ring is cut through its middle");
    }
}
