//! Container scans with exact truth, rendered from scenes of analytic solids.
//!
//! A scene of solids is built from a scenario ([`ScenarioFile`]): container, cargo, what lies about and is nothing, vehicle,
//! and hidden loads (`container`, `cargo`, `ordinary`, `load`). Everything but the loads is drawn without regard to them, so that
//! nothing else tells whether there is one. The rays of a fan meet it (`rays`, `solid`); what they cross absorbs each of a
//! beam's energies (`beam`, `matter`, `render`: Beer-Lambert), and a scanner's ([`ScannerFile`]) line of detectors records what
//! is left with its scatter, noise and faults (`detector`). What a load changes in the noiseless picture is its [`Truth`]
//! (`measure`, `outline`). `project` puts loads into scans that somebody took.
//!
//! The same scenario, scanner, seed and index give the same scan on any number of threads: every row of every plane
//! and every part of the scene draws from a stream of random numbers of its own.

mod beam;
mod cargo;
mod coco;
mod contact;
mod container;
mod detector;
mod draw;
mod hollow;
mod load;
mod matter;
mod measure;
mod ordinary;
mod outline;
mod packages;
pub mod presets;
mod project;
mod properties;
mod rays;
mod render;
mod scanner;
mod scenario;
mod scene;
mod solid;
mod stage;
mod store;
mod texture;
mod tops;

pub use cargo::Family;
pub use coco::{COCO_FILE, Coco};
pub use contact::{CONTACT_FILE, CONTACT_MOST, Contact};
pub use container::{ContainerKind, Vehicle};
pub use load::Goods;
pub use matter::{density, mass_attenuation, materials};
pub use project::{CleanScan, project};
pub use properties::{Properties, properties};
pub use rays::{Array, Geometry};
pub use scanner::{Artefacts, Beam, Detector, ScannerFile, ScannerModel};
pub use scenario::{CargoFile, LoadFile, Scenario, ScenarioFile, places};
pub use store::{Encoded, encode_all};

use crate::scan::{
    BoxPx, CheckDigit, ContainerNumber, ContainerTruth, Digest, End, Error, Generator, Metadata, Result, Samples, Scan,
    ScanFile, Truth,
};
use draw::{Draw, ScanKey};
use ndarray::Array2;
use rays::{Extent, Rays};
use stage::stage;

/// A simulated scan and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// The scan, as a reader would give it; its digest and length are those of the sample values, little endian, plane after plane.
    pub scan: Scan,
    /// The truth; its file name is empty and its digest the scan's own until the scan is encoded ([`encode_all`]).
    pub truth: Truth,
    /// One mask a load, `[row, column]`, 255 where its goods are, 128 where else it changes the picture, 0 elsewhere; in the
    /// order of the truth's loads.
    pub masks: Vec<Array2<u8>>,
    /// Areal density of all hidden goods together in kg/m², `[row, column]`: what lies behind each pixel of them alone,
    /// without their packing.
    pub density: Array2<f32>,
}

/// The most pixels a simulated plane may have.
const MAX_PIXELS: u64 = 64 << 20;

/// Renders scan `index` of the set that `seed` stands for.
///
/// # Errors
/// A parameter error where neither a load nor another of the scenario's in its stead can be placed, or the picture would be larger than 64 Mpx.
pub fn simulate(scenario: &Scenario, scanner: &ScannerModel, seed: u64, index: u64) -> Result<Simulated> {
    simulate_view(scenario, scanner, seed, index, 0)
}

/// Renders one view of scan `index`: the same container, seen from another place with noise of its own. `view` counts
/// from 0 and is below [`ScannerModel::views`].
///
/// # Errors
/// As [`simulate`].
pub fn simulate_view(
    scenario: &Scenario,
    scanner: &ScannerModel,
    seed: u64,
    index: u64,
    view: usize,
) -> Result<Simulated> {
    let key = ScanKey::new(seed, index);
    // The second view has detectors and pulses of its own.
    let exposed = key.exposure(&scenario.name, &scanner.name);
    let exposed = if view == 0 { exposed } else { exposed.view(view) };
    let mut staged = stage(scenario, &key)?;
    let (kind, vehicle, doors, family) = (staged.kind, staged.vehicle, staged.doors, staged.family);

    let rays = frame(kind, vehicle, doors, (scanner, view), (&key, &exposed))?;
    let spectra = scanner.spectra();
    let mut picture = render::render(&staged.scene.solids, &rays, spectra, 0..rays.columns)?;
    let exposure = detector::Exposure::draw(scanner, rays.rows, rays.columns, &exposed);

    let mut loads = Vec::new();
    let mut masks = Vec::new();
    let mut density = Array2::zeros((rays.rows, rays.columns));
    for wanted in std::mem::take(&mut staged.ordered) {
        let hidden = staged.hide(scenario, wanted, &key)?;
        let columns = columns(&rays, hidden.span);
        let with = render::render(&hidden.scene.solids, &rays, spectra, columns.clone())?;
        let path = render::path_mm(&hidden.own, &rays, columns.clone())?;
        let areal = render::render(&hidden.own, &rays, &[], columns.clone())?.areal;
        let part = measure::Part { first: columns.start, path, areal, with, without: picture.columns(columns) };
        if let Some((truth, mask)) = measure::load(&hidden, &part, &picture.attenuation[0], scanner) {
            loads.push(truth);
            masks.push(mask);
            measure::add_density(&mut density, &part);
        }
        picture.replace(part.first, &part.with);
        staged.scene = hidden.scene;
    }

    let planes: Vec<_> =
        (0..spectra.len()).map(|plane| detector::record(&picture, plane, scanner, &exposure, &exposed)).collect();
    let number = container_number(&mut key.stream("number", 0));
    let declared = scenario.cargo.declared.clone().unwrap_or_else(|| family.as_str().to_owned());
    let metadata = Metadata {
        container: Some(ContainerNumber { number: number.clone(), check_digit: CheckDigit::Valid }),
        scanner: Some(scanner.name.clone()),
        time: Some(time(seed, index)?),
        pixel_mm: Some(scanner.pixel_mm),
        source: Some(scanner.source()),
        energies_mv: scanner.beams.iter().map(|b| b.stated() as f32).collect(),
        view: Some(if view == 0 { "side".to_owned() } else { format!("side_{}", view + 1) }),
        doors: Some(doors),
        polarity: Some(scanner.polarity),
        cargo: Some(declared),
        instance_uid: None,
    };
    let raw = raw_bytes(&planes);
    let digest = Digest::of(&raw);
    let value = |what: serde_json::Result<serde_json::Value>| what.map_err(|e| Error::bug(e.to_string()));
    let truth = Truth {
        schema_version: Truth::SCHEMA_VERSION,
        scan: ScanFile { file: String::new(), sha256: digest },
        generator: Generator { name: "portray simulate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        seed,
        index,
        view: view as u32 + 1,
        split: None,
        scenario: value(serde_json::to_value(scenario.file()))?,
        scanner: value(serde_json::to_value(scanner.file()))?,
        container: ContainerTruth {
            kind: kind.as_str().to_owned(),
            number,
            box_px: container_box(kind.size(), &rays),
            doors,
            vehicle: vehicle.as_str().to_owned(),
        },
        cargo: family.as_str().to_owned(),
        pixel_mm: scanner.pixel_mm,
        clean: loads.is_empty(),
        ordinary: staged.ordinary.into_iter().map(str::to_owned).collect(),
        loads,
        density: None,
    };
    let scan = Scan { format: "raw", digest, bytes: raw.len() as u64, planes, metadata, warnings: Vec::new() };
    Ok(Simulated { scan, truth, masks, density })
}

/// The rays: margins of air around container and vehicle, and the ground below.
fn frame(
    kind: ContainerKind,
    vehicle: Vehicle,
    doors: End,
    (scanner, view): (&ScannerModel, usize),
    (key, exposed): (&ScanKey, &ScanKey),
) -> Result<Rays> {
    let [length, height, width] = kind.size();
    let mut draw = key.stream("frame", 0);
    let mut margin = || draw.between(scanner.margin_mm);
    let (before, behind, above) = (margin(), margin(), margin());
    let [front, back] = vehicle.overhang();
    let ground = -vehicle.deck();
    let extent = Extent {
        x: [-front - before, length + back + behind],
        y: [ground, height + above],
        half_width: width / 2.0,
        ground,
    };
    let pixel = scanner.pixel_mm;
    let size = (extent.x[1] - extent.x[0]) / f64::from(pixel.x) * (extent.y[1] - extent.y[0]) / f64::from(pixel.y);
    if size > MAX_PIXELS as f64 {
        return Err(Error::limit(format!("picture would have {:.0} Mpx, limit is 64 Mpx", size / 1e6))
            .help("raise \"pixel_mm\""));
    }
    let motion = detector::motion(scanner, &mut exposed.stream("motion", 0));
    Ok(Rays::new(scanner.geometry_of(view), pixel, &extent, &motion, doors == End::Left))
}

/// The columns that show what lies between two values of x, and one more on each side.
fn columns(rays: &Rays, span: [f64; 2]) -> std::ops::Range<usize> {
    let half = 1300.0;
    let corners = [(span[0], -half), (span[0], half), (span[1], -half), (span[1], half)];
    let seen = corners.map(|(x, z)| rays.column_of(x, z));
    let first = seen.iter().copied().fold(f64::INFINITY, f64::min).floor() as usize;
    let end = seen.iter().copied().fold(0.0, f64::max).ceil() as usize;
    first.saturating_sub(1)..(end + 1).min(rays.columns)
}

/// The smallest box around the eight corners as they are seen.
fn container_box([length, height, width]: [f64; 3], rays: &Rays) -> BoxPx {
    let (mut low, mut high) = ([f64::INFINITY; 2], [0.0f64; 2]);
    for x in [0.0, length] {
        for y in [0.0, height] {
            for z in [-width / 2.0, width / 2.0] {
                for (axis, at) in [rays.column_of(x, z), rays.row_of(y, z)].into_iter().enumerate() {
                    low[axis] = low[axis].min(at);
                    high[axis] = high[axis].max(at);
                }
            }
        }
    }
    let (low, high) = (low.map(|v| v.floor() as u32), high.map(|v| v.ceil() as u32));
    BoxPx { x: low[0], y: low[1], width: high[0] - low[0], height: high[1] - low[1] }
}

/// A valid ISO 6346 number of an owner that does not exist.
fn container_number(draw: &mut Draw) -> String {
    let serial = draw.below(1_000_000);
    (0..10)
        .map(|digit| format!("PTYU{serial:06}{digit}"))
        .find(|text| ContainerNumber::parse(text).is_some_and(|n| n.check_digit == CheckDigit::Valid))
        .unwrap_or_default()
}

/// A time that follows from seed and index: a scan every 90 seconds from a day in 2026 on.
fn time(seed: u64, index: u64) -> Result<String> {
    let second = 1_772_438_400 + (seed % 300) as i64 * 86_400 + (index % 100_000) as i64 * 90;
    let stamp = jiff::Timestamp::from_second(second).map_err(|e| Error::bug(e.to_string()))?;
    Ok(stamp.to_string())
}

fn raw_bytes(planes: &[crate::scan::Plane]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for plane in planes {
        match &plane.samples {
            Samples::U8(values) => bytes.extend(values.iter()),
            Samples::U16(values) => bytes.extend(values.iter().flat_map(|v| v.to_le_bytes())),
            // The detector makes no other type.
            Samples::U32(_) | Samples::I32(_) | Samples::F32(_) => {}
        }
    }
    bytes
}

#[cfg(test)]
mod tests;
