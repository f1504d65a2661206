//! Container scans with exact truth, rendered from scenes of analytic solids.
//!
//! The physics is deliberately small: a parallel beam across the container, one effective photon energy a beam
//! (Beer-Lambert), Poisson-like noise and the artefacts of detector lines. Scenario and scanner files ([`ScenarioFile`],
//! [`ScannerFile`]) and the truth ([`Truth`]) are made to outlast it.
//!
//! The same scenario, scanner, seed and index give the same scan on any number of threads: every row of every plane
//! and every part of the scene draws from a stream of random numbers of its own.

mod cargo;
mod container;
mod detector;
mod draw;
mod load;
mod matter;
mod measure;
pub mod presets;
mod render;
mod scanner;
mod scenario;
mod scene;
mod solid;
mod store;

pub use cargo::Family;
pub use container::{ContainerKind, Vehicle};
pub use matter::{density, mass_attenuation, materials};
pub use scanner::{Artefacts, Beam, Detector, ScannerFile, ScannerModel};
pub use scenario::{CargoFile, LoadFile, Scenario, ScenarioFile};
pub use store::{Encoded, encode_all};

use crate::scan::{
    BoxPx, CheckDigit, ContainerNumber, ContainerTruth, Digest, End, Error, Generator, LoadClass, Metadata, Result,
    Samples, Scan, ScanFile, Truth,
};
use draw::{Draw, ScanKey};
use ndarray::Array2;
use render::Grid;

/// A simulated scan and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// The scan, as a reader would give it; its digest and length are those of the sample values, little endian, plane after plane.
    pub scan: Scan,
    /// The truth; its file name is empty and its digest the scan's own until the scan is encoded ([`encode_all`]).
    pub truth: Truth,
    /// One mask a load, `[row, column]`, 255 inside, 0 outside; in the order of the truth's loads.
    pub masks: Vec<Array2<u8>>,
}

/// The most pixels a simulated plane may have.
const MAX_PIXELS: u64 = 64 << 20;

/// Renders scan `index` of the set that `seed` stands for.
///
/// # Errors
/// A parameter error where a load cannot be placed or the picture would be larger than 64 Mpx.
pub fn simulate(scenario: &Scenario, scanner: &ScannerModel, seed: u64, index: u64) -> Result<Simulated> {
    let key = ScanKey::new(seed, index);
    let mut draw = key.stream("scenario", 0);
    let none = || Error::bug("a checked scenario has an empty list");
    let kind = draw.pick(&scenario.containers).ok_or_else(none)?;
    let vehicle = draw.pick(&scenario.vehicles).ok_or_else(none)?;
    let family = draw.pick(&scenario.cargo.families).ok_or_else(none)?;
    let fill = draw.between(scenario.cargo.fill);
    // Every load takes its numbers whether it is there or not, so that one load does not move the others.
    let ordered: Vec<(usize, f64)> = scenario
        .loads
        .iter()
        .enumerate()
        .filter_map(|(number, load)| {
            let (there, mass) = (draw.chance(load.probability), draw.between(load.mass_kg));
            there.then_some((number, mass))
        })
        .collect();

    let (mut scene, hold) = container::build(kind, &mut key.stream("container", 0));
    let behind_doors = ordered.iter().any(|(number, _)| {
        let load = &scenario.loads[*number];
        load.class == LoadClass::RipOff
    });
    let gap = if behind_doors { draw.range(610.0, 760.0) } else { draw.range(80.0, 420.0) };
    let end = (hold.x[0] + fill * (hold.x[1] - hold.x[0])).min(hold.x[1] - gap);
    let cargo_end = cargo::stow(&mut scene, &hold, family, end, kind.payload(), &mut key.stream("cargo", 0));
    container::vehicle(&mut scene, vehicle, kind.size()[0]);

    let grid = frame(kind, vehicle, scenario.doors, scanner, &mut key.stream("frame", 0))?;
    let energies = scanner.effective_mev();
    let clean = render::project(&scene.solids, &grid, &energies)?;
    let exposure = detector::Exposure::draw(scanner, grid.rows, grid.columns, &key);

    let mut loads = Vec::new();
    let mut masks = Vec::new();
    let mut total = clean.attenuation.clone();
    for (number, mass_kg) in ordered {
        let file = &scenario.loads[number];
        let order = load::Order { class: file.class, places: &file.places, material: &file.material, mass_kg };
        let mut draw = key.stream("load", number as u64);
        let hidden = load::hide(&order, kind, &scene, &hold, cargo_end, &mut draw)?;
        let own = render::project(&hidden.solids, &grid, &energies)?;
        if let Some((truth, mask)) = measure::load(&hidden, &own, &clean.attenuation, scanner) {
            loads.push(truth);
            masks.push(mask);
        }
        for (sum, extra) in total.iter_mut().zip(&own.attenuation) {
            *sum += extra;
        }
    }

    let planes: Vec<_> = total
        .iter()
        .enumerate()
        .map(|(plane, attenuation)| detector::record(attenuation, plane, scanner, &exposure, &key))
        .collect();
    let number = container_number(&mut key.stream("number", 0));
    let declared = scenario.cargo.declared.clone().unwrap_or_else(|| family.as_str().to_owned());
    let metadata = Metadata {
        container: Some(ContainerNumber { number: number.clone(), check_digit: CheckDigit::Valid }),
        scanner: Some(scanner.name.clone()),
        time: Some(time(seed, index)?),
        pixel_mm: Some(scanner.pixel_mm),
        source: None,
        energies_mv: scanner.beams.iter().map(|b| b.mv as f32).collect(),
        view: Some("side".to_owned()),
        doors: Some(scenario.doors),
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
        scenario: value(serde_json::to_value(scenario.file()))?,
        scanner: value(serde_json::to_value(scanner.file()))?,
        container: ContainerTruth {
            kind: kind.as_str().to_owned(),
            number,
            box_px: container_box(kind, &grid),
            doors: scenario.doors,
            vehicle: vehicle.as_str().to_owned(),
        },
        cargo: family.as_str().to_owned(),
        pixel_mm: scanner.pixel_mm,
        clean: loads.is_empty(),
        loads,
    };
    let scan = Scan { format: "raw", digest, bytes: raw.len() as u64, planes, metadata, warnings: Vec::new() };
    Ok(Simulated { scan, truth, masks })
}

/// Where the pixel grid lies: margins of air around the container, the vehicle below.
fn frame(kind: ContainerKind, vehicle: Vehicle, doors: End, scanner: &ScannerModel, draw: &mut Draw) -> Result<Grid> {
    let [length, height, _] = kind.size();
    let mut margin = || draw.between(scanner.margin_mm);
    let (left, right, above) = (margin(), margin(), margin());
    let pixel = scanner.pixel_mm;
    let columns = ((left + length + right) / f64::from(pixel.x)).ceil() as usize;
    let rows = ((above + height + vehicle.below()) / f64::from(pixel.y)).ceil() as usize;
    if columns as u64 * rows as u64 > MAX_PIXELS {
        return Err(
            Error::limit(format!("picture would be {columns}x{rows}, limit is 64 Mpx")).help("raise \"pixel_mm\"")
        );
    }
    Ok(Grid { columns, rows, pixel, left: -left, top: height + above, mirrored: doors == End::Left })
}

fn container_box(kind: ContainerKind, grid: &Grid) -> BoxPx {
    let [length, height, _] = kind.size();
    let (a, b) = (grid.column(0.0), grid.column(length));
    let (left, right) = (a.min(b).floor().max(0.0), a.max(b).ceil().min(grid.columns as f64));
    let (top, bottom) = (grid.row(height).floor().max(0.0), grid.row(0.0).ceil().min(grid.rows as f64));
    BoxPx { x: left as u32, y: top as u32, width: (right - left) as u32, height: (bottom - top) as u32 }
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
