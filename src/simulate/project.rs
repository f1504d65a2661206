//! Threat image projection: simulated loads put into scans that a user took.
//!
//! What is hidden multiplies the clean picture by its own transmission (Rogers, Jaccard, Protonotarios, Ollier, Morton,
//! Griffin, "Threat Image Projection (TIP) into X-ray images of cargo containers for training humans and machines", IEEE
//! ICCST 2016, who found no significant difference between real and projected threats). Here the transmission is
//! rendered: the load's solids on the scan's own grid of pixels, at its own energies, behind as much matter as the clean
//! picture shows at that place, since matter filters soft photons out and what is behind it then absorbs less.
//!
//! A darker pixel counts fewer photons. With `S` the clean signal, `g` counts a photon and `e` the electronic noise, its
//! variance is `g S + e²`; a real exposure through transmission `t` has `g t S + e²`, a multiplied one only `t² (g S + e²)`.
//! What is missing, `g S t (1 - t) + e² (1 - t²)`, is added as noise of its own. `g` follows from the noise of the scan's
//! air, and grows behind matter, which leaves the harder photons: `g S t (c' - c t)` where it is `c` times air's without the
//! load and `c'` times with it. What the digitiser of the scan would not write is not written: values keep its steps. What
//! the scan's detectors blur and let trail behind they blur of the load too. It scatters as goods in the simulator do, and takes
//! from what the goods before and behind it scattered.

mod estimate;
mod place;
mod soften;
mod stowed;

use super::detector::spread::scattered;
use super::draw::{Draw, ScanKey};
use super::load;
use super::measure;
use super::render::{self, Picture};
use super::{ContainerKind, ScannerModel, raw_bytes};
use super::{Scenario, Simulated, beam::Spectrum};
use crate::prepare::{PixelState, Prepared};
use crate::scan::{ContainerTruth, Digest, Error, Generator, Plane, Polarity, Result, Samples, Scan, ScanFile, Truth};
use estimate::{Level, Steps};
use ndarray::{Array2, s};
use place::Site;

/// The clean scan that loads are put into.
#[derive(Debug, Clone, Copy)]
pub struct CleanScan<'a> {
    /// The scan as it was read.
    pub scan: &'a Scan,
    /// Its file name, for the truth.
    pub name: &'a str,
    /// What took it, where the user has a scanner file; it gives energies, geometry and noise that the scan does not tell.
    pub scanner: Option<&'a ScannerModel>,
    /// What kind of container it shows, where that is known; otherwise a dry box of the located size.
    pub kind: Option<ContainerKind>,
}

/// A channel under this share of the air level is dead.
const DEAD: f32 = 0.01;
/// Scattered radiation below this share of air's signal changes nothing that can be seen.
const LEAST: f32 = 1e-6;
/// What stands for goods of which nothing is known but how much they absorb.
const GOODS: &str = "cardboard";

/// Puts the loads of a scenario into a clean scan. The scenario's cargo is not used; where the kind of container is not stated,
/// the first of its dry boxes that has the located size is taken for what the scan shows.
///
/// The same scan, scenario, scanner, seed and variant give the same bytes.
///
/// # Errors
/// Parameter errors where energies are not known, no container is located, or it has no place for a load; those of the
/// preparation; unsupported for sample types that no scanner file is written in.
pub fn project(into: CleanScan<'_>, threats: &Scenario, seed: u64, variant: u64) -> Result<Simulated> {
    let scan = into.scan;
    if !(1..=2).contains(&scan.planes.len()) {
        return Err(Error::unsupported(format!("it has {} planes, expected one or two", scan.planes.len())));
    }
    if let Some(plane) = scan.planes.iter().find(|p| matches!(p.samples, Samples::U32(_) | Samples::I32(_))) {
        let message = format!("its samples are {}, expected u8, u16 or f32", plane.samples.type_name());
        return Err(Error::unsupported(message).help("convert it"));
    }
    let prepared = estimate::prepared(scan)?;
    let levels: Vec<Level> = (0..scan.planes.len())
        .map(|plane| estimate::level(scan, plane, &prepared, into.scanner))
        .collect::<Result<_>>()?;
    let scanner = estimate::scanner(scan, &prepared, &levels, into.scanner)?;
    let spectra = scanner.spectra();
    let key = ScanKey::new(seed, variant);
    let exposed = key.exposure(&threats.name, &scanner.name);
    let site = place::site(&into, &prepared, &scanner, threats, &key)?;

    let order = plane_order(&prepared, scan.planes.len());
    let hardening: Vec<Hardening> = spectra.iter().map(Hardening::new).collect::<Result<_>>()?;
    let mut shown = background(scan, &prepared, &order, &hardening);
    let clean = shown.clone();
    let (mut loads, mut masks) = (Vec::new(), Vec::new());
    let mut density = Array2::zeros((scan.height() as usize, scan.width() as usize));
    let mut draw = key.stream("scenario", 0);
    for (number, file) in threats.loads.iter().enumerate() {
        let (there, amount) = (draw.chance(file.probability), load::Amount::draw(file, &mut draw));
        if !there {
            continue;
        }
        place::fits(file, site.kind)?;
        let order = load::Order::of(file, amount);
        let hidden = hide(&order, &site, &mut key.stream("load", number as u64))?;
        let part = part(&hidden, &site, spectra, &hardening, &shown)?;
        if let Some((truth, mask)) = measure::load(&hidden, &part, &shown.attenuation[0], &scanner) {
            loads.push(truth);
            masks.push(mask);
            measure::add_density(&mut density, &part);
        }
        shown.replace(part.first, &part.with);
    }

    let planes: Vec<Plane> = (0..scan.planes.len())
        .map(|plane| {
            let sharp = &shown.attenuation[plane] - &clean.attenuation[plane];
            let change = Change {
                extra: soften::extra(&sharp, &scanner.detector),
                scatter: scatter(&clean, &shown, plane, &hardening[plane], &scanner),
                coarseness: [&clean.coarseness[plane], &shown.coarseness[plane]],
            };
            darken(scan, plane, &change, &levels[plane], &prepared, &exposed)
        })
        .collect();
    let mut metadata = scan.metadata.clone();
    metadata.pixel_mm = Some(prepared.frame.source_pixel);
    metadata.energies_mv = scanner.beams.iter().map(|beam| beam.stated() as f32).collect();
    metadata.polarity = Some(Steps(&prepared).polarity());
    metadata.doors = Some(prepared.frame.doors);
    // It is another picture than the instance's.
    metadata.instance_uid = None;
    let raw = raw_bytes(&planes);
    let digest = Digest::of(&raw);
    let value = |what: serde_json::Result<serde_json::Value>| what.map_err(|e| Error::bug(e.to_string()));
    let mut scanner_value = value(serde_json::to_value(scanner.file()))?;
    scanner_value["projected_into"] = serde_json::json!({
        "file": into.name, "sha256": scan.digest, "scanner": into.scanner.map(ScannerModel::file),
    });
    let truth = Truth {
        schema_version: Truth::SCHEMA_VERSION,
        scan: ScanFile { file: String::new(), sha256: digest },
        generator: Generator { name: GENERATOR.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        seed,
        index: variant,
        view: 1,
        split: None,
        scenario: value(serde_json::to_value(threats.file()))?,
        scanner: scanner_value,
        container: ContainerTruth {
            kind: site.kind.as_str().to_owned(),
            number: scan.metadata.container.as_ref().map(|c| c.number.clone()).unwrap_or_default(),
            box_px: prepared.frame.crop,
            doors: prepared.frame.doors,
            vehicle: "unknown".to_owned(),
        },
        cargo: scan.metadata.cargo.clone().unwrap_or_else(|| "unknown".to_owned()),
        pixel_mm: prepared.frame.source_pixel,
        clean: loads.is_empty(),
        ordinary: Vec::new(),
        loads,
        density: None,
    };
    let scan = Scan { format: scan.format, digest, bytes: raw.len() as u64, planes, metadata, warnings: Vec::new() };
    Ok(Simulated { scan, truth, masks, density })
}

/// The generator's name in the truth of projected scans.
pub(super) const GENERATOR: &str = "portray simulate tip";

/// Builds a load in the container's place: the one call of [`load::hide`].
fn hide(order: &load::Order<'_>, site: &Site, draw: &mut Draw) -> Result<load::Hidden> {
    load::hide(order, site.kind, &site.scene, &site.hold, site.cargo_end, draw)
}

/// For each plane of the scan its number among the prepared ones.
fn plane_order(prepared: &Prepared, planes: usize) -> Vec<usize> {
    let high = Steps(prepared).high_plane();
    (0..planes).map(|plane| usize::from(plane != high)).map(|n| n.min(prepared.attenuation.len() - 1)).collect()
}

/// The clean scan as a picture of the whole image; no attenuation outside the container.
fn background(scan: &Scan, prepared: &Prepared, order: &[usize], hardening: &[Hardening]) -> Picture {
    let size = (scan.height() as usize, scan.width() as usize);
    let crop = prepared.frame.crop;
    let (rows, columns) = (crop.y as usize..crop.bottom() as usize, crop.x as usize..crop.right() as usize);
    let attenuation: Vec<Array2<f32>> = order
        .iter()
        .map(|&number| {
            let mut whole = Array2::zeros(size);
            whole.slice_mut(s![rows.clone(), columns.clone()]).assign(&prepared.attenuation[number]);
            whole
        })
        .collect();
    let both = attenuation.iter().zip(hardening);
    let coarseness = both.map(|(array, beam)| array.mapv(|a| beam.coarseness(a))).collect();
    Picture { attenuation, coarseness, areal: Array2::zeros(size) }
}

/// What a load changes: its columns of the picture `shown`, with it and without it.
fn part(
    hidden: &load::Hidden,
    site: &Site,
    spectra: &[Spectrum],
    hardening: &[Hardening],
    shown: &Picture,
) -> Result<measure::Part> {
    let rays = &site.rays;
    let columns = super::columns(rays, hidden.span);
    let bare = render::render(&site.scene.solids, rays, spectra, columns.clone())?;
    let full = render::render(&hidden.scene.solids, rays, spectra, columns.clone())?;
    let own = render::path_mm(&hidden.own, rays, columns.clone())?;
    let own_areal = render::render(&hidden.own, rays, &[], columns.clone())?.areal;
    let (rows, width) = shown.areal.dim();
    let first = (columns.start as i64 + site.shift.0).clamp(0, width as i64) as usize;
    let end = (columns.end as i64 + site.shift.0).clamp(0, width as i64) as usize;
    let without = shown.columns(first..end);
    let mut with = without.clone();
    let mut path = Array2::zeros((rows, end - first));
    let mut areal = path.clone();
    for ((row, column), length) in path.indexed_iter_mut() {
        let at = (row as i64 - site.shift.1, column as i64 + first as i64 - columns.start as i64 - site.shift.0);
        if at.0 < 0 || at.1 < 0 || at.0 >= rays.rows as i64 || at.1 >= columns.len() as i64 {
            continue;
        }
        let from = [at.0 as usize, at.1 as usize];
        *length = own[from];
        areal[[row, column]] = own_areal[from];
        for (plane, hardening) in hardening.iter().enumerate() {
            let extra = full.attenuation[plane][from] - bare.attenuation[plane][from];
            if extra != 0.0 {
                let behind = without.attenuation[plane][[row, column]];
                let there = behind + hardening.behind(extra, behind);
                with.attenuation[plane][[row, column]] = there;
                with.coarseness[plane][[row, column]] = hardening.coarseness(there);
            }
        }
        with.areal[[row, column]] += full.areal[from] - bare.areal[from];
    }
    Ok(measure::Part { first, path, areal, with, without })
}

/// How a beam's attenuation by goods, and the coarseness of its noise, grow with their amount.
struct Hardening {
    /// Attenuation by steps of [`Self::STEP`] g/cm².
    attenuation: Vec<f32>,
    /// The coarseness of what is left there ([`Picture::coarseness`]).
    coarseness: Vec<f32>,
}

impl Hardening {
    const STEP: f64 = 2.0;
    const STEPS: i32 = 150;

    fn new(beam: &Spectrum) -> Result<Self> {
        let amounts = (0..=Self::STEPS).map(|step| f64::from(step) * Self::STEP);
        let left = amounts.map(|areal| beam.behind_layers(&[(GOODS, areal)])).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            attenuation: left.iter().map(|left| -left.transmission.ln() as f32).collect(),
            coarseness: left.iter().map(|left| left.coarseness as f32).collect(),
        })
    }

    /// The coarseness of what is left where goods absorb so much; that in air is 1.
    fn coarseness(&self, attenuation: f32) -> f32 {
        if attenuation <= 0.0 { 1.0 } else { Self::between(&self.coarseness, self.steps(attenuation)) }
    }

    /// The amount, in steps, that absorbs so much.
    fn steps(&self, attenuation: f32) -> f32 {
        let above = self.attenuation.partition_point(|a| *a < attenuation).clamp(1, self.attenuation.len() - 1);
        let (low, high) = (self.attenuation[above - 1], self.attenuation[above]);
        above as f32 - 1.0 + (attenuation - low) / (high - low).max(f32::MIN_POSITIVE)
    }

    /// The amount in g/cm2 that absorbs so much.
    fn areal(&self, attenuation: f32) -> f32 {
        (self.steps(attenuation) * Self::STEP as f32).clamp(0.0, Self::STEP as f32 * Self::STEPS as f32)
    }

    /// A value of a table between two steps.
    fn between(table: &[f32], steps: f32) -> f32 {
        let low = (steps.max(0.0) as usize).min(table.len() - 2);
        let (from, to) = (table[low], table[low + 1]);
        from + (steps - low as f32) * (to - from)
    }

    /// The attenuation `extra` of something alone as it is behind goods that absorb `behind`.
    fn behind(&self, extra: f32, behind: f32) -> f32 {
        if behind <= 0.0 || extra <= 0.0 {
            return extra;
        }
        Self::between(&self.attenuation, self.steps(behind) + self.steps(extra)) - behind
    }
}

/// What the scattered radiation of a plane is more than the loads' transmission leaves of it, per air signal: they scatter,
/// and less reaches what scattered before. By the simulator's own model, with the matter that the clean picture's attenuation
/// stands for; nothing for a scanner without scatter, or without a load.
fn scatter(
    clean: &Picture,
    shown: &Picture,
    plane: usize,
    hardening: &Hardening,
    scanner: &ScannerModel,
) -> Option<Array2<f32>> {
    let before = clean.attenuation[plane].mapv(|a| if a > 0.0 { hardening.areal(a) } else { 0.0 });
    let after = &before + &shown.areal;
    let of = |picture: &Picture, areal: &Array2<f32>| {
        scattered(&picture.attenuation[plane].mapv(|a| (-a.max(0.0)).exp()), areal, scanner, plane)
    };
    let (before, mut more) = (of(clean, &before)?, of(shown, &after)?);
    ndarray::Zip::from(&mut more)
        .and(&before)
        .and(&clean.attenuation[plane])
        .and(&shown.attenuation[plane])
        .for_each(|more, before, clean, shown| *more -= before * (clean - shown).exp());
    Some(more)
}

/// What loads change in one plane.
struct Change<'a> {
    /// Their attenuation.
    extra: Array2<f32>,
    /// What scattered radiation adds, per air signal; nothing where there is none.
    scatter: Option<Array2<f32>>,
    /// The coarseness without and with them.
    coarseness: [&'a Array2<f32>; 2],
}

/// One plane behind the loads.
fn darken(scan: &Scan, plane: usize, change: &Change<'_>, level: &Level, prepared: &Prepared, key: &ScanKey) -> Plane {
    let from = &scan.planes[plane];
    let full = from.full_scale;
    let flip = Steps(prepared).polarity() == Polarity::AirDark;
    let oriented = |value: f32| if flip { full - value } else { value };
    let crop = prepared.frame.crop;
    let mut counts = from.samples.to_f32();
    for (row, mut line) in counts.rows_mut().into_iter().enumerate() {
        let mut draw = key.stream(if plane == 0 { "tip, first plane" } else { "tip, second plane" }, row as u64);
        for (column, value) in line.iter_mut().enumerate() {
            let extra = change.extra[[row, column]];
            let scatter = level.air * change.scatter.as_ref().map_or(0.0, |array| array[[row, column]]);
            if extra == 0.0 && scatter.abs() < LEAST * level.air {
                continue;
            }
            // A number for every pixel that a load changes, whether it is used or not.
            let normal = draw.normal() as f32;
            let inside = (row as u32 >= crop.y && column as u32 >= crop.x)
                .then(|| prepared.state.get((row - crop.y as usize, column - crop.x as usize)))
                .flatten();
            let signal = (oriented(*value) - level.dark).max(0.0);
            // Nothing gets through there, or nothing was measured: no load can change that. What was taken for a dropout or a
            // dead channel may be one that a coarse digitiser keeps on one value: it is one where it shows no beam or full scale.
            let stays = match inside {
                Some(PixelState::Shielded) => true,
                Some(PixelState::Repaired) => signal < DEAD * level.air || oriented(*value) >= full,
                _ => false,
            };
            if stays {
                continue;
            }
            let t = (-extra).exp();
            let [before, after] = change.coarseness.map(|array| array[[row, column]]);
            let photons = level.per_photon * (signal * t * (after - before * t) + scatter * after);
            let missing = photons + level.electronic.powi(2) * (1.0 - t * t);
            let darker = signal * t + scatter + missing.max(0.0).sqrt() * normal + level.dark;
            *value = oriented(level.grid.nearest(darker.clamp(0.0, full)));
        }
    }
    let samples = match &from.samples {
        Samples::U8(_) => Samples::U8(counts.mapv(|value| value.round() as u8)),
        Samples::U16(_) => Samples::U16(counts.mapv(|value| value.round() as u16)),
        _ => Samples::F32(counts),
    };
    Plane { energy: from.energy, samples, full_scale: full, step: from.step }
}

#[cfg(test)]
mod tests;
