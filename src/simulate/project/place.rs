//! Where a load can go in a scan: the located container as a scene without cargo, and the rays that show it.

use super::estimate::Steps;
use crate::prepare::{Located, Prepared};
use crate::scan::{End, Error, Result, Scan};
use crate::simulate::container::{self, ContainerKind, Vehicle};
use crate::simulate::draw::ScanKey;
use crate::simulate::rays::{Array, Extent, Geometry, Motion, Rays};
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::{ScannerModel, Scenario, container_box};

/// A container of the located size.
pub(super) struct Site {
    pub(super) kind: ContainerKind,
    /// The empty container; the scan's own cargo only as places to hide something in.
    pub(super) scene: Scene,
    pub(super) hold: Hold,
    /// Where the cargo ends towards the doors, in mm.
    pub(super) cargo_end: f64,
    pub(super) rays: Rays,
    /// What to add to a column and a row of the rays for one of the scan.
    pub(super) shift: (i64, i64),
}

/// Length of the pieces that cargo is taken apart into, in mm: a pallet's.
const PIECE_MM: f64 = 1200.0;
/// More attenuation than the empty container by this is cargo: some 3 g/cm² of anything at 6 MV.
const CARGO: f32 = 0.12;

/// Without a scanner file all rays are as good as parallel: the pixel size holds at every depth.
const PARALLEL: Geometry = Geometry {
    source_mm: 50_000.0,
    detector_mm: 2500.0,
    source_height_mm: 1300.0,
    array: Array::Vertical,
    tilt_deg: 0.0,
};

/// Finds the place.
///
/// # Errors
/// A format error where no container was located.
pub(super) fn site(
    scan: &Scan,
    prepared: &Prepared,
    scanner: &ScannerModel,
    stated: bool,
    threats: &Scenario,
    key: &ScanKey,
) -> Result<Site> {
    let frame = &prepared.frame;
    if frame.located != Located::Container {
        return Err(Error::format("no container was located in it, so that a load has no place")
            .help("state \"pixel_mm\" in its sidecar; the picture has to show air around one container"));
    }
    let steps = Steps(prepared);
    let length = f64::from(frame.crop.width) * f64::from(frame.source_pixel.x);
    let seen = f64::from(frame.crop.height) * f64::from(frame.source_pixel.y);
    let nominal = (
        steps.number("locate", None, "nominal_length_mm").unwrap_or(length),
        steps.number("locate", None, "nominal_height_mm").unwrap_or(seen),
    );
    let kind = kind(nominal, threats);
    let pixel = scanner.pixel_mm;
    // Something stands below it: a vehicle.
    let below = f64::from(scan.height() - frame.crop.bottom()) * f64::from(pixel.y) > 600.0;
    let ground = -(if below { Vehicle::Chassis } else { Vehicle::None }).deck();
    let geometry = if stated { scanner.geometry } else { PARALLEL };
    let width = kind.size()[2];
    let rays = |height: f64| {
        let extent = Extent { x: [0.0, length], y: [0.0, height], half_width: width / 2.0, ground };
        Rays::new(&geometry, pixel, &extent, &Motion::default(), frame.doors == End::Left)
    };
    // Its sides are seen higher than they are; two steps bring the height that is seen to the located one.
    let mut height = seen;
    for _ in 0..2 {
        let shown = container_box([length, height, width], &rays(height)).height;
        height *= f64::from(frame.crop.height) / f64::from(shown.max(1));
    }
    let rays = rays(height);
    let shown = container_box([length, height, width], &rays);
    let shift =
        (i64::from(frame.crop.x) - i64::from(shown.x), i64::from(frame.crop.bottom()) - i64::from(shown.bottom()));
    let (mut scene, mut hold) = container::build(kind, &mut key.stream("container", 0));
    // The located size, not the norm's: a load against the doors must end at the doors that are seen.
    hold.x[1] += length - kind.size()[0];
    hold.y[1] += height - kind.size()[1];
    let cargo_end = cargo(&mut scene, &hold, prepared, height);
    Ok(Site { kind, scene, hold, cargo_end, rays, shift })
}

/// The type of container: one of the scenario's where one has this size.
fn kind((length, height): (f64, f64), threats: &Scenario) -> ContainerKind {
    let near = |kind: &&ContainerKind| {
        (kind.size()[0] / length - 1.0).abs() < 0.15 && (kind.size()[1] / height - 1.0).abs() < 0.04
    };
    threats.containers.iter().find(near).copied().unwrap_or(match (length < 9000.0, height > 2750.0) {
        (true, _) => ContainerKind::Box20,
        (false, false) => ContainerKind::Box40,
        (false, true) => ContainerKind::Box40Hc,
    })
}

/// Reads from the picture where cargo is: pieces of it go into the scene as places, and its end is returned.
fn cargo(scene: &mut Scene, hold: &Hold, prepared: &Prepared, height: f64) -> f64 {
    let Some(attenuation) = prepared.attenuation.first() else { return hold.x[0] };
    let (rows, columns) = attenuation.dim();
    let length = columns as f64 * f64::from(prepared.frame.source_pixel.x);
    let mirrored = prepared.frame.doors == End::Left;
    let column = |x: f64| {
        let share = (x / length).clamp(0.0, 1.0);
        (((if mirrored { 1.0 - share } else { share }) * columns as f64) as usize).min(columns - 1)
    };
    let row = |y: f64| (((1.0 - (y / height).clamp(0.0, 1.0)) * rows as f64) as usize).min(rows - 1);
    // The highest level at a place: the upper rows of a loaded box may be free.
    let mean = |x: [f64; 2], y: [f64; 2]| {
        let (a, b) = (column(x[0]), column(x[1]));
        let part = attenuation.slice(ndarray::s![row(y[1])..=row(y[0]), a.min(b)..=a.max(b)]);
        part.mean().unwrap_or(0.0)
    };
    let steps = |low: f64, high: f64, size: f64| {
        let count = ((high - low) / size).round().max(1.0) as usize;
        (0..count).map(move |n| [n, n + 1].map(|edge| low + (high - low) * edge as f64 / count as f64))
    };
    let inner = [hold.x[0] + 100.0, hold.x[1] - 100.0];
    let band = [hold.y[0] + 100.0, hold.y[1] - 150.0];
    let empty = steps(inner[0], inner[1], 150.0)
        .flat_map(|x| steps(band[0], band[1], 150.0).map(move |y| (x, y)))
        .map(|(x, y)| mean(x, y))
        .fold(f32::INFINITY, f32::min)
        .clamp(0.0, 0.3);
    let loaded = |x: [f64; 2], y: [f64; 2]| mean(x, y) > empty + CARGO;
    let mut end = hold.x[0];
    for x in steps(inner[0], inner[1], 100.0) {
        let tall = steps(band[0], band[1], 150.0).filter(|y| loaded(x, *y)).count();
        if tall >= 3 {
            end = x[1];
        }
    }
    if end > hold.x[0] {
        for x in steps(hold.x[0], end, PIECE_MM) {
            let top = steps(band[0], band[1], 150.0).filter(|y| loaded(x, *y)).map(|y| y[1]).fold(0.0, f64::max);
            if top > hold.y[0] + 300.0 {
                scene.bulk(x, [hold.y[0], top], [hold.z[0] + 20.0, hold.z[1] - 20.0], super::GOODS);
            }
        }
    }
    end
}
