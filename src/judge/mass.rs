//! Extra mass and material band of a region.
//!
//! At 1 to 9 `MeV` the mass attenuation coefficients of light materials are nearly equal, so a region's
//! extra attenuation, integrated over its area, is its extra mass: `m = (1 / mu_m) * sum (A - A_background) dS`. A model
//! that was trained to can tell `A - A_background` by itself, which is worth more where the surroundings vary.

use super::attenuation::{Beam, MassAttenuation};
use super::components::Component;
use super::concealment::Evidence;
use super::region::rounded;
use crate::prepare::{PixelState, Prepared};
use crate::scan::{BoxPx, median};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Share of the mass that the effective energy and the material leave open: 6 MV beams differ by about
/// 15 % in hardness after filters and cargo, organic goods by 5 % in Z/A.
const COEFFICIENT_SPREAD: f32 = 0.16;
/// The same where the beam's energy was not stated and 6 MV is assumed (4 to 9 MV are common).
const COEFFICIENT_SPREAD_ASSUMED: f32 = 0.35;
/// Width of the surroundings a region is compared with, in mm.
const RING_MM: f32 = 120.0;
/// Space left between a region and its surroundings, in mm: outlines do not hug what they mark.
const GAP_MM: f32 = 20.0;
/// Share by which a band's expected ratio is uncertain: the effective energies are rules of thumb, and 5 % of either
/// moves the ratio by about 1 %.
const REFERENCE_SPREAD: f32 = 0.01;
/// A band needs at least this much extra attenuation at high energy; below it the ratio is noise.
const MIN_EXTRA_FOR_BAND: f32 = 0.05;

/// Relative standard uncertainty of a mass from a model's excess where its author stated none: as large as the mass.
const MODEL_SPREAD_UNKNOWN: f32 = 1.0;

/// How a mass was estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MassMethod {
    /// By what the region absorbs more than its surroundings.
    #[default]
    Surroundings,
    /// By the model's own map of excess attenuation.
    Model,
}

impl MassMethod {
    /// Whether it is the one that reports from before the other do not name.
    pub fn is_surroundings(&self) -> bool {
        *self == Self::Surroundings
    }
}

/// Extra mass, taken for organic material.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mass {
    /// How it was estimated; reports from before there was a choice lack it, and mean `surroundings`.
    // Always written, but not required of a report.
    #[serde(default)]
    #[schemars(skip_serializing_if = "MassMethod::is_surroundings")]
    pub method: MassMethod,
    /// Extra mass in kg; by the surroundings it is negative where less absorbs than around it.
    pub kg: f32,
    /// Whether more may hide where the beam did not get through than the coefficient leaves open: `kg` is then the least it can be.
    pub at_least: bool,
    /// Standard uncertainty in kg: background (or the model's own, as its author measured it), effective energy, material,
    /// and the pixel size where it was not stated.
    pub sigma_kg: f32,
    /// Mean extra attenuation (-ln T over the surroundings, or the model's excess).
    pub extra_attenuation: f32,
    /// The mass attenuation coefficient used, in cm²/g.
    pub coefficient_cm2_g: f32,
    /// The effective energy it was taken at, in `MeV`.
    pub effective_mev: f32,
}

/// Bands that two energies can tell apart; never an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaterialBand {
    /// Foods, plastics, textiles, wood, narcotics, explosives.
    Organic,
    /// Minerals, glass, ceramics, aluminium.
    Mineral,
    /// Steel and heavier.
    Metal,
}

/// What two energies say of a region's extra material. With beams as close as 6 and 4 MV the bands lie within their own
/// uncertainty and none is named.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// The band; null where the ratio's uncertainty spans several.
    pub band: Option<MaterialBand>,
    /// Extra attenuation at low energy over that at high energy.
    pub ratio: f32,
    /// Standard uncertainty of the ratio.
    pub sigma: f32,
}

struct Excess {
    /// Mean extra attenuation over the region and a small margin; where the beam did not get through, the noise floor's
    /// attenuation counts, so the mean is a least one.
    mean: f32,
    /// Standard uncertainty of that mean: how far the four sides of the surroundings disagree.
    sigma: f32,
    /// Pixels it was taken over.
    pixels: usize,
    /// The attenuation of the surroundings.
    background: f32,
}

/// A length in prepared rows and columns.
fn across(prepared: &Prepared, mm: f32) -> (usize, usize) {
    let pixel = prepared.frame.pixel;
    ((mm / pixel.y).ceil() as usize, (mm / pixel.x).ceil() as usize)
}

/// The strips left and right of a place, above and below it: rows and columns.
fn sides(prepared: &Prepared, b: BoxPx) -> [(Range<usize>, Range<usize>); 4] {
    let (rows, columns) = prepared.dim();
    let ((gap_y, gap_x), (ring_y, ring_x)) = (across(prepared, GAP_MM), across(prepared, RING_MM));
    let (left, top, right, bottom) = (b.x as usize, b.y as usize, b.right() as usize, b.bottom() as usize);
    let span = |from: usize, to: usize, end: usize| from.min(end)..to.min(end);
    [
        (span(top, bottom, rows), left.saturating_sub(gap_x + ring_x)..left.saturating_sub(gap_x)),
        (span(top, bottom, rows), span(right + gap_x, right + gap_x + ring_x, columns)),
        (top.saturating_sub(gap_y + ring_y)..top.saturating_sub(gap_y), span(left, right, columns)),
        (span(bottom + gap_y, bottom + gap_y + ring_y, rows), span(left, right, columns)),
    ]
}

/// Extra attenuation of a component in one plane over the medians of what lies left, right, above and below.
fn excess(prepared: &Prepared, plane: usize, component: &Component) -> Option<Excess> {
    let attenuation = prepared.attenuation.get(plane)?;
    let (rows, columns) = attenuation.dim();
    let sides = sides(prepared, component.bounds);
    let measured = |row: usize, column: usize| prepared.state[[row, column]] == PixelState::Valid;
    let mut medians: Vec<f32> = sides
        .into_iter()
        .filter_map(|(rows, columns)| {
            let mut values: Vec<f32> = rows
                .flat_map(|row| columns.clone().map(move |column| (row, column)))
                .filter(|&(row, column)| measured(row, column))
                .map(|(row, column)| attenuation[[row, column]])
                .collect();
            (values.len() >= 8).then(|| median(&mut values))
        })
        .collect();
    if medians.is_empty() {
        return None;
    }
    let background = median(&mut medians);
    let low = medians.iter().copied().fold(f32::INFINITY, f32::min);
    let high = medians.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let around = grown(component, across(prepared, GAP_MM), (rows, columns));
    let mut sum = 0.0_f64;
    for &(row, column) in &around {
        sum += f64::from(attenuation[[row as usize, column as usize]] - background);
    }
    // The range of two to four independent values over their standard deviation (control-chart factor d2); one
    // side alone says nothing about its own error: take a tenth of it.
    let sigma = match medians.len() {
        1 => 0.1 * background.abs(),
        2 => (high - low) / 1.13,
        3 => (high - low) / 1.69,
        _ => (high - low) / 2.06,
    };
    let pixels = around.len();
    (pixels > 0).then(|| Excess { mean: (sum / pixels as f64) as f32, sigma, pixels, background })
}

/// The pixels of a component and those within `gap` (rows, columns) of it: outlines run inside what they mark.
fn grown(component: &Component, gap: (usize, usize), size: (usize, usize)) -> Vec<(u32, u32)> {
    let b = component.bounds;
    let (top, left) = ((b.y as usize).saturating_sub(gap.0), (b.x as usize).saturating_sub(gap.1));
    let (bottom, right) = ((b.bottom() as usize + gap.0).min(size.0), (b.right() as usize + gap.1).min(size.1));
    let mut inside = Array2::from_elem((bottom - top, right - left), false);
    for &(row, column) in &component.pixels {
        let (row, column) = (row as usize - top, column as usize - left);
        let columns = column.saturating_sub(gap.1)..(column + gap.1 + 1).min(right - left);
        inside.slice_mut(ndarray::s![row, columns]).fill(true);
    }
    // Along the rows it is done; now across them, from the rows as they stand.
    let along = inside.clone();
    for (row, line) in along.outer_iter().enumerate() {
        for other in row.saturating_sub(gap.0)..(row + gap.0 + 1).min(bottom - top) {
            inside.row_mut(other).zip_mut_with(&line, |inside, &here| *inside |= here);
        }
    }
    let places = inside.indexed_iter().filter(|(_, inside)| **inside);
    places.map(|((row, column), _)| ((row + top) as u32, (column + left) as u32)).collect()
}

/// What may hide where the beam did not get through a component, as a share of the component's own extra attenuation.
/// `counted` is the extra attenuation that the mass counts at a pixel, `measured` what the beam has at least lost at an
/// unpenetrated one.
///
/// A shielded place of the component's own can absorb twice what was measured, or any more: as much again is counted. A
/// structure that goes on beyond the component - floor, roof line, posts, opaque cargo - is not its own; but it hides as much
/// as the component has elsewhere on the same area.
fn hidden_share(
    prepared: &Prepared,
    component: &Component,
    counted: impl Fn(usize, usize) -> f64,
    measured: impl Fn(usize, usize) -> f64,
) -> f32 {
    let shielded = |row: usize, column: usize| prepared.state[[row, column]] == PixelState::Shielded;
    let b = component.bounds;
    let (top, left) = (b.y as usize, b.x as usize);
    let [before, after, above, below] = sides(prepared, b);
    // A line is shielded on one side, along most of the strip there.
    let most = |n: usize, of: usize| of > 0 && 2 * n > of;
    let rows = (top..b.bottom() as usize).map(|row| {
        let along = |columns: &Range<usize>| most(columns.clone().filter(|&c| shielded(row, c)).count(), columns.len());
        along(&before.1) || along(&after.1)
    });
    let columns = (left..b.right() as usize).map(|column| {
        let along = |rows: &Range<usize>| most(rows.clone().filter(|&r| shielded(r, column)).count(), rows.len());
        along(&above.0) || along(&below.0)
    });
    let (rows, columns): (Vec<bool>, Vec<bool>) = (rows.collect(), columns.collect());
    // A structure that lies a little askew moves by a pixel.
    let near = |lines: &[bool], at: usize| lines[at.saturating_sub(1)..(at + 2).min(lines.len())].contains(&true);
    let (mut behind, mut core, mut core_counted, mut seen, mut n_seen) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (row, column) in component.pixels.iter().map(|&(row, column)| (row as usize, column as usize)) {
        let extra = counted(row, column);
        if !shielded(row, column) {
            (seen, n_seen) = (seen + extra, n_seen + 1.0);
        } else if near(&rows, row - top) || near(&columns, column - left) {
            behind += 1.0;
        } else {
            (core, core_counted) = (core + measured(row, column), core_counted + extra);
        }
    }
    // Where nothing but a structure is seen, anything may be behind it.
    let own: f64 = seen + core_counted;
    let hidden: f64 = core + if n_seen > 0.0 { behind * seen / n_seen } else { behind };
    if hidden <= 0.0 { 0.0 } else { (hidden / own.max(1e-6)) as f32 }
}

/// Extra mass of a component, from the high-energy plane; nothing where the pixel size is not known at all. Where the model
/// tells the excess, it counts, over `cells`, the component's own.
pub(super) fn mass(
    prepared: &Prepared,
    component: &Component,
    high: Beam,
    evidence: Option<(&Evidence<'_>, &Component)>,
) -> Option<Mass> {
    if prepared.frame.pixel_sigma >= 1.0 {
        return None;
    }
    let told = evidence.and_then(|(evidence, cells)| Some((evidence, evidence.excess()?, cells)));
    let coefficient_spread = if high.known { COEFFICIENT_SPREAD } else { COEFFICIENT_SPREAD_ASSUMED };
    // Mass goes with the pixel's area, and so twice with its side.
    let spread = coefficient_spread.hypot(2.0 * prepared.frame.pixel_sigma);
    let surroundings = excess(prepared, 0, component);
    let extra = |background: f32| {
        move |row: usize, column: usize| f64::from(prepared.attenuation[0][[row, column]] - background)
    };
    let (method, found, spread, hidden) = if let Some((evidence, map, cells)) = told {
        let found = told_excess(prepared, map, evidence.cell(), cells);
        let counted = |row: usize, column: usize| f64::from(map[[row / evidence.cell(), column / evidence.cell()]]);
        // The model may see nothing where there is nothing to see: what the beam has lost there counts as hidden.
        let lost = extra(surroundings.as_ref().map_or(0.0, |around| around.background));
        let measured = |row: usize, column: usize| counted(row, column).max(lost(row, column));
        let hidden = hidden_share(prepared, component, counted, measured);
        let own = evidence.sigma.unwrap_or(MODEL_SPREAD_UNKNOWN);
        (MassMethod::Model, found, spread.hypot(own), hidden)
    } else {
        let found = surroundings?;
        let extra = extra(found.background);
        let hidden = hidden_share(prepared, component, extra, extra);
        (MassMethod::Surroundings, found, spread, hidden)
    };
    let coefficient = MassAttenuation::at(high.effective_mev).organic;
    let area_cm2 = found.pixels as f32 * prepared.frame.pixel.area() / 100.0;
    let to_kg = area_cm2 / coefficient / 1000.0;
    let kg = found.mean * to_kg;
    Some(Mass {
        method,
        kg: rounded(kg, 0.01),
        at_least: hidden > coefficient_spread,
        sigma_kg: rounded((found.sigma * to_kg).hypot(kg * spread), 0.01),
        extra_attenuation: rounded(found.mean, 1e-4),
        coefficient_cm2_g: rounded(coefficient, 1e-5),
        effective_mev: rounded(high.effective_mev, 1e-3),
    })
}

/// The model's excess over some cells and a margin of at least one cell: outlines run inside what they mark, and around it
/// the excess falls to nothing by itself.
fn told_excess(prepared: &Prepared, excess: &Array2<f32>, cell: usize, cells: &Component) -> Excess {
    let (rows, columns) = prepared.dim();
    let (down, across) = across(prepared, GAP_MM);
    let around = grown(cells, (down.div_ceil(cell), across.div_ceil(cell)), excess.dim());
    let (mut sum, mut pixels) = (0.0, 0);
    for (row, column) in around.into_iter().map(|(row, column)| (row as usize, column as usize)) {
        // The last cells reach beyond the scan.
        let inside = cell.min(rows - row * cell) * cell.min(columns - column * cell);
        sum += f64::from(excess[[row, column]]) * inside as f64;
        pixels += inside;
    }
    // Its uncertainty is the model's, which goes with the mass.
    Excess { mean: (sum / pixels.max(1) as f64) as f32, sigma: 0.0, pixels, background: 0.0 }
}

/// The material band of a component's extra attenuation; nothing for single-energy scans and where too little is extra.
pub(super) fn material(prepared: &Prepared, component: &Component, high: Beam, low: Beam) -> Option<Material> {
    // Pixels at the noise floor of either plane have lost their ratio; what is left must be most of the region.
    let most = -prepared.noise_floor.ln() - 0.05;
    let told = |&&(row, column): &&(u32, u32)| {
        prepared.attenuation.iter().all(|plane| plane[[row as usize, column as usize]] < most)
    };
    if 10 * component.pixels.iter().filter(told).count() < 9 * component.pixels.len() {
        return None;
    }
    let (at_high, at_low) = (excess(prepared, 0, component)?, excess(prepared, 1, component)?);
    if at_high.mean < MIN_EXTRA_FOR_BAND || high.effective_mev <= low.effective_mev {
        return None;
    }
    let ratio = at_low.mean / at_high.mean;
    // Both planes see the same surroundings, so most of the background's error cancels in the ratio; a
    // tenth of it is kept for what does not.
    let surroundings = 0.1 * (at_high.sigma / at_high.mean).hypot(at_low.sigma / at_low.mean.max(MIN_EXTRA_FOR_BAND));
    let sigma = ratio * surroundings.hypot(REFERENCE_SPREAD);
    let (h, l) = (MassAttenuation::at(high.effective_mev), MassAttenuation::at(low.effective_mev));
    let (organic, mineral, metal) = (l.organic / h.organic, l.mineral / h.mineral, l.metal / h.metal);
    let band_of = |ratio: f32| {
        if ratio > f32::midpoint(organic, mineral) {
            MaterialBand::Organic
        } else if ratio > f32::midpoint(mineral, metal) {
            MaterialBand::Mineral
        } else {
            MaterialBand::Metal
        }
    };
    let (above, below) = (band_of(ratio + sigma), band_of(ratio - sigma));
    let stated = high.known && low.known;
    // Beams harden, which lowers the ratio of anything: what lies beyond all references tells nothing, or thick light goods
    // would be called metal.
    let fits = ratio + sigma >= metal && ratio - sigma <= organic;
    Some(Material {
        band: (stated && fits && above == below).then_some(above),
        ratio: rounded(ratio, 1e-4),
        sigma: rounded(sigma, 1e-4),
    })
}
