//! Where a load can go in a scan: the located container as a scene without cargo, and the rays that show it.

use super::CleanScan;
use super::estimate::{Steps, prepared};
use super::stowed::{self, Shown};
use crate::prepare::{Located, Prepared};
use crate::scan::{End, Error, LoadClass, Polarity, Result};
use crate::simulate::container::{self, ContainerKind, Vehicle};
use crate::simulate::draw::ScanKey;
use crate::simulate::rays::{Array, Extent, Geometry, Motion, Rays};
use crate::simulate::scene::{Hold, Scene};
use crate::simulate::{LoadFile, ScannerModel, Scenario, container_box};

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
    into: &CleanScan<'_>,
    prepared: &Prepared,
    scanner: &ScannerModel,
    threats: &Scenario,
    key: &ScanKey,
) -> Result<Site> {
    let (scan, frame) = (into.scan, &prepared.frame);
    if frame.located != Located::Container {
        return Err(not_located(into));
    }
    let steps = Steps(prepared);
    let length = f64::from(frame.crop.width) * f64::from(frame.source_pixel.x);
    let seen = f64::from(frame.crop.height) * f64::from(frame.source_pixel.y);
    let nominal = (
        steps.number("locate", None, "nominal_length_mm").unwrap_or(length),
        steps.number("locate", None, "nominal_height_mm").unwrap_or(seen),
    );
    let kind = kind(nominal, threats, into.kind)?;
    let pixel = scanner.pixel_mm;
    // Something stands below it: a vehicle.
    let below = f64::from(scan.height() - frame.crop.bottom()) * f64::from(pixel.y) > 600.0;
    let ground = -(if below { Vehicle::Chassis } else { Vehicle::None }).deck();
    let geometry = if into.scanner.is_some() { scanner.geometry } else { PARALLEL };
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
    let cargo_end = stowed::read(&mut scene, &hold, &Shown { prepared, rays: &rays, shift });
    Ok(Site { kind, scene, hold, cargo_end, rays, shift })
}

/// The type of container: the stated one, or a dry box of the scenario's that has this size, or one of this size. What it is beside
/// its size a picture does not tell for sure: nothing but a statement makes it a reefer.
fn kind((length, height): (f64, f64), threats: &Scenario, stated: Option<ContainerKind>) -> Result<ContainerKind> {
    let near = |kind: ContainerKind, high: f64| {
        (kind.size()[0] / length - 1.0).abs() < 0.15 && (kind.size()[1] / height - 1.0).abs() < high
    };
    if let Some(kind) = stated {
        // A fan shows boxes higher than they are, by as much as a high cube is higher.
        if near(kind, 0.12) {
            return Ok(kind);
        }
        let [long, high, _] = kind.size();
        let message = format!(
            "it is said to be a {} of {long:.0} by {high:.0} mm, and the one located measures {length:.0} by {height:.0} mm",
            kind.as_str()
        );
        return Err(Error::parameter(message).help("give another --container, or none"));
    }
    let dry =
        |kind: &ContainerKind| matches!(kind, ContainerKind::Box20 | ContainerKind::Box40 | ContainerKind::Box40Hc);
    let of_scenario = threats.containers.iter().copied().filter(dry).find(|kind| near(*kind, 0.04));
    Ok(of_scenario.unwrap_or(match (length < 9000.0, height > 2750.0) {
        (true, _) => ContainerKind::Box20,
        (false, false) => ContainerKind::Box40,
        (false, true) => ContainerKind::Box40Hc,
    }))
}

/// Refuses a load that only a reefer has a place for, where the scan is not known to show one.
///
/// # Errors
/// A parameter error that says how to state it.
pub(super) fn fits(load: &LoadFile, kind: ContainerKind) -> Result<()> {
    let foam = !load.places.is_empty() && load.places.iter().all(|place| place == "foam");
    if kind.is_reefer() || !(load.class == LoadClass::ReeferMachinery || foam) {
        return Ok(());
    }
    let place = if foam { "a reefer's foam" } else { "a reefer's machinery" };
    let message = format!("a load is to go into {place}, and the scan is not known to show a reefer");
    Err(Error::parameter(message).help("give --container reefer40 where it does"))
}

/// Why no container was located, as far as a second look tells.
fn not_located(into: &CleanScan<'_>) -> Error {
    let message = "no container was located in it, so that a load has no place";
    let metadata = &into.scan.metadata;
    if let Some(polarity) = metadata.polarity {
        let mut turned = into.scan.clone();
        let other = if polarity == Polarity::AirBright { Polarity::AirDark } else { Polarity::AirBright };
        turned.metadata.polarity = Some(other);
        if prepared(&turned).is_ok_and(|prepared| prepared.frame.located == Located::Container) {
            let name = |polarity| if polarity == Polarity::AirDark { "air_dark" } else { "air_bright" };
            let help = format!("with {} one is: correct \"polarity\" in its sidecar", name(other));
            return Error::format(format!(
                "no container was located in it with the polarity stated, {}",
                name(polarity)
            ))
            .help(help);
        }
    }
    let size = if metadata.pixel_mm.is_some() {
        "see that \"pixel_mm\" in its sidecar is right"
    } else {
        "state \"pixel_mm\" in its sidecar"
    };
    Error::format(message).help(format!("{size}; the picture has to show air around one container"))
}
