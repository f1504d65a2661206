//! Solids to transmission: path lengths along every ray, times what each material attenuates, summed over the beam's
//! energies (Beer-Lambert for each bin of the spectrum).

use super::beam::Spectrum;
use super::matter;
use super::rays::{FINE, Rays};
use super::solid::{Shape, Solid};
use super::texture::{Sampler, Texture};
use crate::scan::Result;
use ndarray::{Array2, s};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// What the beams would show without noise; every array is `[row, column]` of the columns that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picture {
    /// -ln of the transmission of each beam's detected signal; 0 where there is nothing.
    pub(super) attenuation: Vec<Array2<f32>>,
    /// For each beam the photon noise's variance over the signal, in multiples of that in air: 1 where there is nothing
    /// (see [`Spectrum::quantum`]).
    pub(super) coarseness: Vec<Array2<f32>>,
    /// Matter along the ray in g/cm².
    pub(super) areal: Array2<f32>,
}

impl Picture {
    /// Some of the columns.
    pub(super) fn columns(&self, columns: Range<usize>) -> Self {
        let part = |array: &Array2<f32>| array.slice(s![.., columns.clone()]).to_owned();
        Self {
            attenuation: self.attenuation.iter().map(part).collect(),
            coarseness: self.coarseness.iter().map(part).collect(),
            areal: part(&self.areal),
        }
    }

    /// Puts other columns in the place of those from `first` on.
    pub(super) fn replace(&mut self, first: usize, part: &Self) {
        let planes = self.attenuation.iter_mut().zip(&part.attenuation);
        let planes = planes.chain(self.coarseness.iter_mut().zip(&part.coarseness));
        for (whole, part) in planes.chain(std::iter::once((&mut self.areal, &part.areal))) {
            whole.slice_mut(s![.., first..first + part.ncols()]).assign(part);
        }
    }
}

/// A solid ready to be met by rays.
struct Target<'a> {
    solid: &'a Solid,
    /// Its texture; every column starts from a copy.
    texture: Sampler<'a>,
    /// Which of the materials it is made of.
    material: usize,
    /// g/cm² a mm of path.
    areal: f64,
    /// Where it may be seen along the middle plane.
    span: [f64; 2],
    rows: [usize; 2],
    /// Rays a row, at most [`FINE`].
    parts: usize,
    /// Where its sections by planes of constant x change shape; nothing where they do everywhere.
    breaks: Option<Vec<f64>>,
}

/// The materials of a scene and what they attenuate.
struct Matter {
    names: Vec<&'static str>,
    /// For each beam, for each energy, for each material: cm²/g.
    coefficients: Vec<Vec<Vec<f32>>>,
    /// For each beam, for each energy: the share of the signal, and that times the quantum over air's mean one.
    weights: Vec<Vec<[f32; 2]>>,
}

impl Matter {
    fn new(solids: &[Solid], beams: &[Spectrum]) -> Result<(Self, BTreeMap<&'static str, usize>)> {
        let mut places: BTreeMap<&'static str, usize> = solids.iter().map(|s| (s.material, 0)).collect();
        let names: Vec<&'static str> = places.keys().copied().collect();
        for (number, place) in places.values_mut().enumerate() {
            *place = number;
        }
        let mut coefficients = Vec::new();
        for beam in beams {
            let rows = beam.mev.iter().map(|&mev| {
                names.iter().map(|name| Ok(matter::mass_attenuation(name, mev)? as f32)).collect::<Result<Vec<f32>>>()
            });
            coefficients.push(rows.collect::<Result<Vec<_>>>()?);
        }
        let pair = |beam: &Spectrum, (weight, quantum)| [weight as f32, (weight * quantum * beam.swank) as f32];
        let weights = beams
            .iter()
            .map(|b| b.weight.iter().copied().zip(b.quantum.iter().copied()).map(|both| pair(b, both)).collect())
            .collect();
        Ok((Self { names, coefficients, weights }, places))
    }
}

/// Renders columns of a scene.
///
/// Every ray adds its solids up in the given order, so the result is the same on any number of threads.
///
/// # Errors
/// A parameter error for a material that is not in the tables.
pub(super) fn render(solids: &[Solid], rays: &Rays, beams: &[Spectrum], columns: Range<usize>) -> Result<Picture> {
    let (matter, places) = Matter::new(solids, beams)?;
    let targets = targets(solids, rays, &places)?;
    let size = (rays.rows, columns.len());
    let done: Vec<Column> = columns
        .clone()
        .into_par_iter()
        .map_init(
            || Scratch::new(matter.names.len(), rays.rows),
            |scratch, column| scratch.fill(column, rays, &targets, &matter),
        )
        .collect();
    let pick = |from: &dyn Fn(&Column) -> &Vec<f32>| {
        let lines: Vec<&Vec<f32>> = done.iter().map(from).collect();
        let mut array = Array2::zeros(size);
        ndarray::Zip::indexed(array.rows_mut()).par_for_each(|row, mut out| {
            out.iter_mut().zip(&lines).for_each(|(value, line)| *value = line[row]);
        });
        array
    };
    let attenuation = (0..beams.len()).map(|beam| pick(&|c| &c.attenuation[beam])).collect();
    let coarseness = (0..beams.len()).map(|beam| pick(&|c| &c.coarseness[beam])).collect();
    Ok(Picture { attenuation, coarseness, areal: pick(&|c| &c.areal) })
}

/// The mean length in mm of each pixel's rays through solids, `[row, column]` of the columns asked for.
pub(super) fn path_mm(solids: &[Solid], rays: &Rays, columns: Range<usize>) -> Result<Array2<f32>> {
    let bare: Vec<Solid> =
        solids.iter().cloned().map(|s| Solid { density: 1.0, texture: Texture::Even, ..s }).collect();
    let mut sum = Array2::zeros((rays.rows, columns.len()));
    // One material at a time, for their densities differ.
    let mut names: Vec<&'static str> = bare.iter().map(|s| s.material).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let part: Vec<Solid> = bare.iter().filter(|s| s.material == name).cloned().collect();
        let per_mm = (matter::density(name)? / 10.0) as f32;
        sum.scaled_add(1.0 / per_mm, &render(&part, rays, &[], columns.clone())?.areal);
    }
    Ok(sum)
}

fn targets<'a>(solids: &'a [Solid], rays: &Rays, places: &BTreeMap<&str, usize>) -> Result<Vec<Target<'a>>> {
    let mut targets = Vec::with_capacity(solids.len());
    for solid in solids {
        let (low, high) = solid.body.bounds();
        let rows = rays.rows_of(low, high);
        if rows[0] >= rows[1] || solid.density == 0.0 {
            continue;
        }
        let pixel = f64::from(rays.pixel.y);
        let plain =
            |placed: &super::solid::Placed| placed.rotation.is_none() && matches!(placed.shape, Shape::Box { .. });
        let even = rays.is_straight() && plain(&solid.body) && solid.cuts.iter().all(plain);
        let breaks = even.then(|| {
            let sides = solid.cuts.iter().chain(std::iter::once(&solid.body)).map(super::solid::Placed::bounds);
            let mut breaks: Vec<f64> = sides.flat_map(|(low, high)| [low[0], high[0]]).collect();
            breaks.sort_unstable_by(f64::total_cmp);
            breaks
        });
        targets.push(Target {
            solid,
            texture: solid.texture.sampler(&solid.body),
            material: places.get(solid.material).copied().unwrap_or_default(),
            areal: matter::density(solid.material)? * solid.density / 10.0,
            span: rays.span_of(low, high),
            rows,
            parts: if high[1] - low[1] < 0.8 * pixel { FINE } else { 2 },
            breaks,
        });
    }
    Ok(targets)
}

/// One column of a [`Picture`].
struct Column {
    attenuation: Vec<Vec<f32>>,
    coarseness: Vec<Vec<f32>>,
    areal: Vec<f32>,
}

/// What a thread keeps from column to column.
struct Scratch {
    /// g/cm² of each material, row by row.
    areal: Vec<Vec<f32>>,
    /// Whether the column holds the material.
    there: Vec<bool>,
    /// Sum over materials of one energy.
    exponent: Vec<f32>,
    cuts: Vec<(f64, f64)>,
}

impl Scratch {
    fn new(materials: usize, rows: usize) -> Self {
        Self {
            areal: vec![vec![0.0; rows]; materials],
            there: vec![false; materials],
            exponent: vec![0.0; rows],
            cuts: Vec::new(),
        }
    }

    fn fill(&mut self, column: usize, rays: &Rays, targets: &[Target<'_>], matter: &Matter) -> Column {
        for (areal, there) in self.areal.iter_mut().zip(&mut self.there) {
            if *there {
                areal.fill(0.0);
                *there = false;
            }
        }
        let [left, right] = rays.span(column);
        for target in targets.iter().filter(|t| t.span[0] < right && left < t.span[1]) {
            self.sections(target, left, right);
            self.there[target.material] = true;
            let mut texture = target.texture.clone();
            let middle = rays.source(f64::midpoint(left, right));
            for row in target.rows[0]..target.rows[1] {
                let length = mean_length(target, &self.cuts, rays, row, column);
                if length > 0.0 {
                    let slope = f64::midpoint(rays.slope(row, 1, column), rays.slope(row, 2, column));
                    let factor = texture.factor(middle, rays.along(slope));
                    self.areal[target.material][row] += (length * target.areal * factor) as f32;
                }
            }
        }
        self.signal(rays.rows, matter)
    }

    /// Where to cut the column for this solid: x on the middle plane, and its share of the column.
    fn sections(&mut self, target: &Target<'_>, left: f64, right: f64) {
        let width = right - left;
        self.cuts.clear();
        if let Some(breaks) = &target.breaks {
            // Between two breaks all sections are alike: exact however thin a sheet is.
            let mut from = left.max(target.span[0]);
            let end = right.min(target.span[1]);
            for &at in breaks.iter().filter(|b| (left..right).contains(*b)).chain(std::iter::once(&end)) {
                let to = at.min(end);
                if to > from {
                    self.cuts.push((f64::midpoint(from, to), (to - from) / width));
                    from = to;
                }
            }
        } else {
            let count = if target.span[1] - target.span[0] < 6.0 * width { FINE } else { 2 };
            let share = 1.0 / count as f64;
            self.cuts.extend((0..count).map(|n| (left + (n as f64 + 0.5) * share * width, share)));
        }
    }

    /// What the beams make of the column's matter.
    fn signal(&mut self, rows: usize, matter: &Matter) -> Column {
        let here: Vec<usize> = (0..self.there.len()).filter(|m| self.there[*m]).collect();
        let mut total = vec![0.0f32; rows];
        for &material in &here {
            total.iter_mut().zip(&self.areal[material]).for_each(|(sum, areal)| *sum += areal);
        }
        let mut column = Column { attenuation: Vec::new(), coarseness: Vec::new(), areal: Vec::new() };
        for (coefficients, weights) in matter.coefficients.iter().zip(&matter.weights) {
            let (mut transmission, mut variance) = (vec![0.0f32; rows], vec![0.0f32; rows]);
            for (coefficients, &[weight, square]) in coefficients.iter().zip(weights) {
                self.exponent.fill(0.0);
                for &material in &here {
                    let per = coefficients[material];
                    self.exponent.iter_mut().zip(&self.areal[material]).for_each(|(sum, areal)| *sum += per * areal);
                }
                let sums = transmission.iter_mut().zip(&mut variance);
                sums.zip(&self.exponent).for_each(|((sum, squares), e)| {
                    let left = (-e).exp();
                    *sum += weight * left;
                    *squares += square * left;
                });
            }
            for ((value, variance), areal) in transmission.iter_mut().zip(&mut variance).zip(&total) {
                let left = value.max(f32::MIN_POSITIVE);
                (*value, *variance) =
                    if *areal > 0.0 { (-left.ln(), variance.max(f32::MIN_POSITIVE) / left) } else { (0.0, 1.0) };
            }
            column.attenuation.push(transmission);
            column.coarseness.push(variance);
        }
        column.areal = total;
        column
    }
}

/// The mean length in mm over the rays of a pixel.
#[inline]
fn mean_length(target: &Target<'_>, cuts: &[(f64, f64)], rays: &Rays, row: usize, column: usize) -> f64 {
    let mut sum = 0.0;
    let step = FINE / target.parts;
    for part in 0..target.parts {
        // Of four rays the second and the fourth, or all.
        let slope = if step == 1 {
            rays.slope(row, part, column)
        } else {
            f64::midpoint(rays.slope(row, 2 * part, column), rays.slope(row, 2 * part + 1, column))
        };
        let along = rays.along(slope);
        let mut lengths = 0.0;
        for &(x, share) in cuts {
            if let Some((length, _)) = target.solid.path(rays.source(x), along) {
                lengths += share * length;
            }
        }
        if lengths > 0.0 {
            sum += lengths * rays.stretch(slope);
        }
    }
    sum / target.parts as f64
}

#[cfg(test)]
mod tests {
    use super::super::rays::{Array, Extent, Geometry, Motion};
    use super::*;
    use crate::scan::PixelSize;

    fn rays(tilt_deg: f64) -> Rays {
        let geometry = Geometry {
            source_mm: 6000.0,
            detector_mm: 2500.0,
            source_height_mm: 1000.0,
            array: Array::Vertical,
            tilt_deg,
        };
        let extent = Extent { x: [0.0, 400.0], y: [0.0, 2000.0], half_width: 1200.0, ground: 0.0 };
        Rays::new(&geometry, PixelSize { x: 5.0, y: 5.0 }, &extent, &Motion::default(), false)
    }

    fn mono(mev: f64) -> Spectrum {
        Spectrum { mev: vec![mev], weight: vec![1.0], quantum: vec![1.0], swank: 1.0 }
    }

    #[test]
    fn slabs_follow_beer_lambert_along_slanting_rays() {
        for tilt in [0.0, 5.0] {
            let rays = rays(tilt);
            for (material, mm) in [("steel", 100.0), ("water", 500.0)] {
                let slab = Solid::cuboid([-3000.0, 3000.0], [-900.0, 3000.0], [-mm / 2.0, mm / 2.0], material);
                let picture = render(&[slab], &rays, &[mono(2.0), mono(1.25)], 0..rays.columns).unwrap();
                for row in [0, rays.rows / 2, rays.rows - 1] {
                    let slope = rays.slope(row, 1, 20);
                    for (plane, mev) in [(0, 2.0), (1, 1.25)] {
                        let expected = matter::linear_attenuation(material, mev).unwrap() * mm * rays.stretch(slope);
                        let found = f64::from(picture.attenuation[plane][[row, 20]]);
                        assert!((found / expected - 1.0).abs() < 1e-3, "{material} {mev}: {found} {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_steel_wedge_agrees_with_direct_integration_of_the_spectrum() {
        let rays = rays(0.0);
        // Quanta of 0.5, 1 and 1.9 have the mean 1.17.
        let (weight, quantum) = (vec![0.2, 0.5, 0.3], vec![0.5, 1.0, 1.9]);
        let beam = Spectrum { mev: vec![0.7, 1.5, 3.0], weight, quantum, swank: 1.0 / 1.17 };
        let wedge = Shape::Prism { corners: vec![[-200.0, -150.0], [200.0, -150.0], [200.0, 150.0]], half: 2000.0 };
        // Thickness grows along x: the prism's y becomes the beam's direction.
        let solid = Solid::new(wedge, [200.0, 1000.0, 0.0], "steel")
            .turned(super::super::solid::Axis::X, std::f64::consts::FRAC_PI_2);
        let picture = render(&[solid], &rays, std::slice::from_ref(&beam), 0..rays.columns).unwrap();
        let row = rays.row_of(1000.0, 0.0) as usize;
        let mut compared = 0;
        for column in (8..76).step_by(4) {
            let mm = 300.0 * (f64::from(column) + 0.5) * 5.0 / 400.0;
            let areal = mm / 10.0 * matter::density("steel").unwrap();
            let each = beam.mev.iter().zip(&beam.weight);
            let expected: f64 =
                each.map(|(e, w)| w * (-matter::mass_attenuation("steel", *e).unwrap() * areal).exp()).sum();
            let found = f64::from(-picture.attenuation[0][[row, column as usize]]).exp();
            assert!((found / expected - 1.0).abs() < 0.01, "{mm} mm: {found}, expected {expected}");
            let coarse = f64::from(picture.coarseness[0][[row, column as usize]]);
            let stated = beam.behind_layers(&[("steel", areal)]).unwrap().coarseness;
            assert!((coarse / stated - 1.0).abs() < 0.01 && coarse > 1.0, "{mm} mm: {coarse}, expected {stated}");
            compared += 1;
        }
        assert_eq!(compared, 17);
    }

    #[test]
    fn sheets_thinner_than_a_pixel_keep_their_mass() {
        let rays = rays(0.0);
        // Upright across the container, 1.6 mm: a third of a pixel.
        let sheet = Solid::cuboid([101.0, 102.6], [-900.0, 3000.0], [-500.0, 500.0], "steel");
        let path = path_mm(&[sheet], &rays, 0..rays.columns).unwrap();
        let row = rays.row_of(1000.0, 0.0) as usize;
        assert!((f64::from(path[[row, 20]]) - 1000.0 * 1.6 / 5.0).abs() < 0.5, "{}", path[[row, 20]]);
        let hollow = Solid::cuboid([101.0, 203.0], [-900.0, 3000.0], [-500.0, 500.0], "steel").hollow(2.0);
        let path = path_mm(&[hollow], &rays, 0..rays.columns).unwrap();
        assert!((f64::from(path[[row, 20]]) - (1000.0 * 2.0 + 4.0 * 2.0) / 5.0).abs() < 0.5, "{}", path[[row, 20]]);
        assert!((f64::from(path[[row, 30]]) - 4.0).abs() < 0.01);
    }
}
