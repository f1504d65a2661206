//! The scanner's geometry: from every pixel the rays that its detector sees.
//!
//! A fan of rays leaves the source in a plane across the container and ends on a line of detectors; the container moves
//! through it and every pulse gives a column. Heights in the picture are therefore magnified by depth, lengths are not.

use super::solid::Vector;
use crate::scan::PixelSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the detectors stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Array {
    /// One upright line behind the container.
    Vertical,
    /// An upright line and a boom above, reaching back over the container.
    LShaped,
}

/// Where source and detectors stand. Depths are measured from the container's middle plane.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Geometry {
    /// Distance from the source to the container's middle plane in mm, 2000 to 50000.
    pub source_mm: f64,
    /// Distance from the middle plane to the upright detectors in mm, 1400 to 10000.
    pub detector_mm: f64,
    /// Height of the source over the ground in mm, 0 to 6000.
    pub source_height_mm: f64,
    /// How the detectors stand.
    pub array: Array,
    /// Angle in degrees between the fan's plane and the perpendicular of the container's side, -15 to 15.
    #[serde(default)]
    pub tilt_deg: f64,
}

/// Rays a pixel row is divided into at most; a ray of a coarser division is one of these.
pub(super) const FINE: usize = 4;

/// Every ray of a scan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rays {
    /// Columns of the picture.
    pub(super) columns: usize,
    /// Rows of the picture.
    pub(super) rows: usize,
    /// Pixel size in mm: along the container, and upwards on its middle plane.
    pub(super) pixel: PixelSize,
    /// Height of the source in the scene, in mm.
    source_y: f64,
    /// Distance of the source from the middle plane, in mm.
    source_z: f64,
    /// Tangent of the fan's angle.
    tangent: f64,
    /// x of the columns' edges on the middle plane, one more than columns, rising or falling.
    edges: Vec<f64>,
    /// dy/dz of the rows' edges, one more than rows, falling.
    slopes: Vec<f64>,
    /// Change of slope in each column: the detectors' wobble.
    wobble: Vec<f64>,
}

/// What the picture has to show, in the scene's frame in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extent {
    /// Along the container, margins of air included.
    pub(super) x: [f64; 2],
    /// Upwards, margins of air included.
    pub(super) y: [f64; 2],
    /// Half the width of what is shown.
    pub(super) half_width: f64,
    /// Height of the ground.
    pub(super) ground: f64,
}

/// How the container moves and the detectors shake.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Motion {
    /// Width of a column over its nominal width; as many as needed, the last one goes on.
    pub(super) speed: Vec<f64>,
    /// Vertical shift of a column in mm on the middle plane.
    pub(super) shift_mm: Vec<f64>,
}

impl Rays {
    /// The rays that show `extent`; `mirrored` where the scene's x runs from right to left in the picture.
    pub(super) fn new(geometry: &Geometry, pixel: PixelSize, extent: &Extent, motion: &Motion, mirrored: bool) -> Self {
        let source_y = extent.ground + geometry.source_height_mm;
        let source_z = geometry.source_mm;
        let speed = |column: usize| motion.speed.get(column).or(motion.speed.last()).copied().unwrap_or(1.0);
        let mut edges = vec![extent.x[0]];
        while edges.last().is_some_and(|last| *last < extent.x[1]) && edges.len() < 1 << 17 {
            let last = edges.last().copied().unwrap_or(extent.x[1]);
            edges.push(last + f64::from(pixel.x) * speed(edges.len() - 1));
        }
        if mirrored {
            edges.reverse();
        }
        let columns = edges.len() - 1;

        let near = |y: f64| (y - source_y) / (source_z - extent.half_width);
        let far = |y: f64| (y - source_y) / (source_z + extent.half_width);
        let highest = near(extent.y[1]).max(far(extent.y[1]));
        let lowest = near(extent.y[0]).min(far(extent.y[0]));
        let slopes = slopes(geometry, pixel.y.into(), source_y, extent.ground, (lowest, highest));
        let wobble = motion.shift_mm.iter().map(|mm| mm / source_z).chain(std::iter::repeat(0.0)).take(columns);
        Self {
            columns,
            rows: slopes.len() - 1,
            pixel,
            source_y,
            source_z,
            tangent: geometry.tilt_deg.to_radians().tan(),
            edges,
            slopes,
            wobble: wobble.collect(),
        }
    }

    /// The edges of a column along x on the middle plane, the lower one first.
    pub(super) fn span(&self, column: usize) -> [f64; 2] {
        let (a, b) = (self.edges[column], self.edges[column + 1]);
        [a.min(b), a.max(b)]
    }

    /// True where the fan is perpendicular to the container's side, so that a column is a section at one x.
    pub(super) fn is_straight(&self) -> bool {
        self.tangent == 0.0
    }

    /// The slope of ray `part` of [`FINE`] in a row.
    pub(super) fn slope(&self, row: usize, part: usize, column: usize) -> f64 {
        let share = (part as f64 + 0.5) / FINE as f64;
        self.slopes[row] + share * (self.slopes[row + 1] - self.slopes[row]) + self.wobble[column]
    }

    /// The source for a ray that crosses the middle plane at `x`.
    pub(super) fn source(&self, x: f64) -> Vector {
        [x - self.source_z * self.tangent, self.source_y, -self.source_z]
    }

    /// The direction of a ray of this slope; its z is 1.
    pub(super) fn along(&self, slope: f64) -> Vector {
        [self.tangent, slope, 1.0]
    }

    /// Length in mm of a ray of this slope per mm of depth.
    pub(super) fn stretch(&self, slope: f64) -> f64 {
        (1.0 + slope * slope + self.tangent * self.tangent).sqrt()
    }

    /// Height on the middle plane at which row `row`'s middle ray crosses it.
    #[cfg(test)]
    pub(super) fn height(&self, row: usize) -> f64 {
        self.source_y + f64::midpoint(self.slopes[row], self.slopes[row + 1]) * self.source_z
    }

    /// The corner-based row at which a point is seen, without wobble; outside the picture the nearest edge.
    pub(super) fn row_of(&self, y: f64, z: f64) -> f64 {
        let slope = (y - self.source_y) / (z + self.source_z).max(1.0);
        let below = self.slopes.partition_point(|s| *s > slope);
        if below == 0 {
            return 0.0;
        }
        if below > self.rows {
            return self.rows as f64;
        }
        let (a, b) = (self.slopes[below - 1], self.slopes[below]);
        (below - 1) as f64 + (a - slope) / (a - b)
    }

    /// The corner-based column at which a point is seen; outside the picture the nearest edge.
    pub(super) fn column_of(&self, x: f64, z: f64) -> f64 {
        let x = x - z * self.tangent;
        let rising = self.edges.first() < self.edges.last();
        let below = self.edges.partition_point(|edge| if rising { *edge < x } else { *edge > x });
        if below == 0 {
            return 0.0;
        }
        if below > self.columns {
            return self.columns as f64;
        }
        let (a, b) = (self.edges[below - 1], self.edges[below]);
        (below - 1) as f64 + (x - a) / (b - a)
    }

    /// Rows in which something between two corners may be seen, for any column; `[first, end)`.
    pub(super) fn rows_of(&self, low: Vector, high: Vector) -> [usize; 2] {
        let shake = self.wobble.iter().fold(0.0_f64, |most, w| most.max(w.abs())) * self.source_z;
        let corners = [
            (low[1] - shake, low[2]),
            (low[1] - shake, high[2]),
            (high[1] + shake, low[2]),
            (high[1] + shake, high[2]),
        ];
        let rows = corners.map(|(y, z)| self.row_of(y, z));
        let first = rows.iter().copied().fold(f64::INFINITY, f64::min).floor().max(0.0) as usize;
        let end = rows.iter().copied().fold(0.0, f64::max).ceil() as usize;
        [first.min(self.rows), (end + 1).min(self.rows)]
    }

    /// Where something between two corners lies along the middle plane's x, as seen.
    pub(super) fn span_of(&self, low: Vector, high: Vector) -> [f64; 2] {
        let shifts = [low[2] * self.tangent, high[2] * self.tangent];
        [low[0] - shifts[0].max(shifts[1]), high[0] - shifts[0].min(shifts[1])]
    }
}

/// The slopes of the rows' edges from the top down: detectors of one pitch from the bottom up, then along the boom.
fn slopes(geometry: &Geometry, pixel_y: f64, source_y: f64, ground: f64, (lowest, highest): (f64, f64)) -> Vec<f64> {
    let reach = geometry.source_mm + geometry.detector_mm;
    let pitch = pixel_y * reach / geometry.source_mm;
    // Where the upright line ends and the boom begins: over anything that may be on the road.
    let corner = ground + BOOM_MM;
    let mut slopes = Vec::new();
    let (mut y, mut z) = (source_y + lowest * reach, geometry.detector_mm);
    loop {
        let slope = (y - source_y) / (z + geometry.source_mm);
        slopes.push(slope);
        if slope >= highest || slopes.len() > 1 << 15 {
            break;
        }
        let on_boom = geometry.array == Array::LShaped && y + pitch > corner && corner > source_y;
        if on_boom && z - pitch > -0.9 * geometry.source_mm {
            // Past the corner the next detector lies on the boom.
            (y, z) = (corner, z - pitch);
        } else {
            y += pitch;
        }
    }
    slopes.reverse();
    slopes
}

/// Height of an L-shaped array's boom over the ground, in mm.
const BOOM_MM: f64 = 4700.0;

#[cfg(test)]
mod tests {
    use super::*;

    const PIXEL: PixelSize = PixelSize { x: 5.0, y: 4.0 };
    const EXTENT: Extent = Extent { x: [-100.0, 12_300.0], y: [-1400.0, 2700.0], half_width: 1219.0, ground: -1500.0 };

    fn geometry(array: Array) -> Geometry {
        Geometry { source_mm: 6000.0, detector_mm: 2500.0, source_height_mm: 1500.0, array, tilt_deg: 0.0 }
    }

    #[test]
    fn an_upright_line_gives_equal_pixels_on_the_middle_plane() {
        let rays = Rays::new(&geometry(Array::Vertical), PIXEL, &EXTENT, &Motion::default(), false);
        assert_eq!(rays.columns, 2480);
        for row in [0, 100, rows(&rays) - 2] {
            assert!((rays.height(row) - rays.height(row + 1) - 4.0).abs() < 1e-9);
        }
        // What is nearer to the source is seen higher over its height and lower under it.
        let seen = |y, z| rays.row_of(y, z);
        assert!(seen(2591.0, -1219.0) < seen(2591.0, 0.0) && seen(2591.0, 0.0) < seen(2591.0, 1219.0));
        let magnified = (seen(0.0, -1219.0) - seen(1000.0, -1219.0)) / (seen(0.0, 0.0) - seen(1000.0, 0.0));
        assert!((magnified - 6000.0 / (6000.0 - 1219.0)).abs() < 1e-6, "{magnified}");
        assert!((rays.column_of(0.0, 500.0) - 20.0).abs() < 1e-9);
    }

    fn rows(rays: &Rays) -> usize {
        rays.rows
    }

    #[test]
    fn a_boom_sees_the_top_with_rows_of_its_own() {
        let upright = Rays::new(&geometry(Array::Vertical), PIXEL, &EXTENT, &Motion::default(), false);
        let bent = Rays::new(&geometry(Array::LShaped), PIXEL, &EXTENT, &Motion::default(), false);
        assert_ne!(upright.rows, bent.rows);
        assert!(bent.slopes.windows(2).all(|pair| pair[0] > pair[1]));
        // Below the corner they are the same.
        let from_below = |rays: &Rays, n: usize| rays.slopes[rays.rows - n];
        assert!((from_below(&upright, 500) - from_below(&bent, 500)).abs() < 1e-12);
    }

    #[test]
    fn speed_wobble_mirroring_and_tilt_move_what_is_seen() {
        let motion = Motion { speed: vec![2.0; 10_000], shift_mm: vec![8.0; 4] };
        let rays = Rays::new(&geometry(Array::Vertical), PIXEL, &EXTENT, &motion, true);
        assert_eq!(rays.columns, 1240);
        assert!((rays.column_of(-100.0, 0.0) - 1240.0).abs() < 1e-9);
        assert!((rays.slope(10, 0, 0) - rays.slope(10, 0, 5) - 8.0 / 6000.0).abs() < 1e-12);
        let tilted = Geometry { tilt_deg: 2.8, ..geometry(Array::Vertical) };
        let rays = Rays::new(&tilted, PIXEL, &EXTENT, &Motion::default(), false);
        let shift = (rays.column_of(500.0, 0.0) - rays.column_of(500.0, 1000.0)) * 5.0;
        assert!((shift - 1000.0 * 2.8_f64.to_radians().tan()).abs() < 1e-6);
        let (from, along) = (rays.source(500.0), rays.along(0.1));
        assert!((from[0] + 6000.0 * along[0] - 500.0).abs() < 1e-9);
    }
}
