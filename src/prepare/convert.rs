//! The last steps in one pass: counts to transmission, repairs, states, resampling, attenuation and ratio, band by
//! band, so that only the results are ever as large as the image.

use super::attenuation::{attenuation, ratio};
use super::prepared::PixelState;
use super::repair::Repairs;
use super::resample::Mapping;
use super::shielded::{reduce, source_states, touched};
use super::transmission::Source;
use crate::scan::Result;
use fast_image_resize::Resizer;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;

/// Grid rows of one unit of work; fixed, so that the sums are the same on any number of threads, and small enough that
/// a band stays in the processor's cache.
const BAND: usize = 64;

/// One plane to be converted.
pub(super) struct Input<'a> {
    pub(super) source: Source<'a>,
    pub(super) repairs: Repairs,
    /// Whether some samples are no number.
    pub(super) not_finite: bool,
}

/// What to do with all of them.
pub(super) struct Job {
    pub(super) mapping: Mapping,
    pub(super) noise_floor: f32,
    /// Below this transmission the first plane's pixels are shielded.
    pub(super) shielded_below: Option<f32>,
    /// Whether transmission is kept.
    pub(super) transmission: bool,
    /// The least high-energy attenuation that gives a ratio; nothing where none is wanted.
    pub(super) ratio_least: Option<f32>,
}

/// The prepared planes.
#[derive(Debug, PartialEq)]
pub(super) struct Converted {
    pub(super) transmission: Vec<Array2<f32>>,
    pub(super) attenuation: Vec<Array2<f32>>,
    pub(super) ratio: Option<Array2<f32>>,
    pub(super) state: Array2<PixelState>,
    /// Prepared pixels that are shielded.
    pub(super) shielded: usize,
}

/// A band of every result.
struct Band<'a> {
    rows: Range<usize>,
    /// As many as there are planes, or none.
    transmission: Vec<&'a mut [f32]>,
    attenuation: Vec<&'a mut [f32]>,
    ratio: Option<&'a mut [f32]>,
    state: &'a mut [PixelState],
}

/// What all bands have in common.
struct Work<'a> {
    inputs: &'a [Input<'a>],
    job: &'a Job,
    /// The source columns that every grid column touches.
    spans: Vec<Range<usize>>,
}

#[derive(Default)]
struct Scratch {
    lines: Vec<f32>,
    spare: Vec<f32>,
    /// A band of transmission that is not kept.
    passing: Vec<f32>,
    marks: Marks,
    resizer: Resizer,
}

#[derive(Default)]
struct Marks {
    states: Vec<PixelState>,
    sums: Vec<u32>,
}

/// Converts one or two planes of one size, high energy first.
///
/// # Errors
/// A bug, should the resampler refuse sizes that were checked.
pub(super) fn convert(inputs: &[Input<'_>], job: &Job) -> Result<Converted> {
    let grid = job.mapping.grid;
    let planes = || inputs.iter().map(|_| Array2::<f32>::zeros(grid)).collect::<Vec<_>>();
    let mut out = Converted {
        transmission: if job.transmission { planes() } else { Vec::new() },
        attenuation: planes(),
        ratio: (inputs.len() == 2 && job.ratio_least.is_some()).then(|| Array2::zeros(grid)),
        state: Array2::from_elem(grid, PixelState::Valid),
        shielded: 0,
    };
    let spans = (0..grid.1).map(|column| touched(column, grid.1, job.mapping.source.1)).collect();
    let work = Work { inputs, job, spans };
    let bands = bands(&mut out, grid);
    out.shielded = bands
        .into_par_iter()
        .map_init(Scratch::default, |scratch, band| fill(band, &work, scratch))
        .try_reduce(|| 0, |a, b| Ok(a + b))?;
    Ok(out)
}

/// The results cut into bands of whole rows.
fn bands(out: &mut Converted, (rows, columns): (usize, usize)) -> Vec<Band<'_>> {
    fn chunks<T>(array: &mut Array2<T>, size: usize) -> std::slice::ChunksMut<'_, T> {
        array.as_slice_mut().unwrap_or_default().chunks_mut(size)
    }
    let size = BAND * columns;
    let mut transmission: Vec<_> = out.transmission.iter_mut().map(|a| chunks(a, size)).collect();
    let mut attenuation: Vec<_> = out.attenuation.iter_mut().map(|a| chunks(a, size)).collect();
    let mut ratio = out.ratio.as_mut().map(|a| chunks(a, size));
    chunks(&mut out.state, size)
        .enumerate()
        .map(|(i, state)| Band {
            rows: i * BAND..((i + 1) * BAND).min(rows),
            transmission: transmission.iter_mut().filter_map(Iterator::next).collect(),
            attenuation: attenuation.iter_mut().filter_map(Iterator::next).collect(),
            ratio: ratio.as_mut().and_then(Iterator::next),
            state,
        })
        .collect()
}

/// Fills a band and returns how many of its pixels are shielded.
fn fill(band: Band<'_>, work: &Work<'_>, scratch: &mut Scratch) -> Result<usize> {
    let Work { inputs, job, .. } = *work;
    let Band { rows, mut transmission, attenuation: mut absorbed, ratio: quotient, state } = band;
    let wide = job.mapping.source.1;
    let needed = if job.mapping.is_identity() { rows.clone() } else { job.mapping.needed(&rows) };
    let mut shielded = 0;
    for (number, (input, absorbed)) in inputs.iter().zip(&mut absorbed).enumerate() {
        let Scratch { lines, spare, passing, marks, resizer } = scratch;
        let out: &mut [f32] = if let Some(kept) = transmission.get_mut(number) {
            kept
        } else {
            passing.resize(absorbed.len(), 0.0);
            passing
        };
        let mut read = |lines: &mut [f32]| {
            for (row, line) in needed.clone().zip(lines.chunks_mut(wide)) {
                input.repairs.read(&input.source, row, line, spare);
            }
            if number == 0 {
                shielded = mark(work, lines, &needed, &rows, marks, state);
            }
        };
        if job.mapping.is_identity() {
            read(out);
        } else {
            lines.resize(needed.len() * wide, 0.0);
            read(lines);
            job.mapping.resample(resizer, lines, &rows, out)?;
        }
        attenuation(out, absorbed, job.noise_floor);
    }
    if let (Some(out), [high, low], Some(least)) = (quotient, absorbed.as_mut_slice(), job.ratio_least) {
        ratio(high, low, out, least);
    }
    Ok(shielded)
}

/// What lets more than this through at full scale is no air, which is darker: the detector counts no beam there.
const OVER_AIR: f32 = 1.05;
/// Of the full scale.
const FULL: f32 = 0.999;

/// The states of a band and how many of them are shielded, from the first plane's source `lines`, which are the rows `needed`.
fn mark(
    work: &Work<'_>,
    lines: &[f32],
    needed: &Range<usize>,
    rows: &Range<usize>,
    marks: &mut Marks,
    out: &mut [PixelState],
) -> usize {
    let Work { inputs, job, ref spans } = *work;
    let Marks { states, sums } = marks;
    let (tall, wide) = job.mapping.source;
    let (grid_rows, columns) = job.mapping.grid;
    let below = job.shielded_below.unwrap_or(f32::NEG_INFINITY);
    // Most rows hold nothing to be marked, which is quickly seen: in pieces without a branch inside they are vector code.
    let odd = |line: &[f32]| {
        #[expect(clippy::needless_bitwise_bool, reason = "without branches the loop over a piece becomes vector code")]
        let any = |piece: &[f32]| piece.iter().fold(false, |any, &t| any | (t < below) | (t > OVER_AIR));
        line.chunks(128).any(any)
    };
    let odd: Vec<bool> = lines.chunks(wide).map(odd).collect();
    let saturated = |row: usize| {
        let (at, source) = (row - needed.start, &inputs[0].source);
        let line = if odd[at] { &lines[at * wide..(at + 1) * wide] } else { &[] };
        let over = line.iter().enumerate().filter(|(_, t)| **t > OVER_AIR).map(|(c, _)| c);
        over.filter(move |&c| source.count(row, c) >= FULL * source.counts.full_scale).map(|c| c..c + 1)
    };
    let repaired: Vec<(usize, Range<usize>)> = needed
        .clone()
        .flat_map(|row| repaired_columns(inputs, row, wide).chain(saturated(row)).map(move |c| (row, c)))
        .collect();
    let mut shielded = 0;
    for (row, out) in rows.clone().zip(out.chunks_mut(columns)) {
        let over = touched(row, grid_rows, tall);
        let here: Vec<(usize, Range<usize>)> = repaired
            .iter()
            .filter(|(r, _)| over.contains(r))
            .map(|(r, columns)| (r - over.start, columns.clone()))
            .collect();
        let part = over.start - needed.start..over.end - needed.start;
        if here.is_empty() && !odd[part.clone()].contains(&true) {
            continue;
        }
        source_states(&lines[part.start * wide..part.end * wide], wide, below, &here, states);
        reduce(states, wide, spans, sums, out);
        shielded += out.iter().filter(|&&s| s == PixelState::Shielded).count();
    }
    shielded
}

/// What was filled in any plane.
fn repaired_columns(inputs: &[Input<'_>], row: usize, wide: usize) -> impl Iterator<Item = Range<usize>> {
    inputs.iter().flat_map(move |input| {
        let bad = move |c: &usize| !input.source.count(row, *c).is_finite();
        let not_finite = if input.not_finite { 0..wide } else { 0..0 };
        input.repairs.of_row(row, wide).chain(not_finite.filter(bad).map(|c| c..c + 1))
    })
}
