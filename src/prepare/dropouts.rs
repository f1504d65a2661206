//! Columns and rows that were not measured: found, filled from their neighbours, and marked.
//!
//! A linac pulse that is missed or doubled leaves one column, or a part of it, black or white; a dead detector
//! leaves a row. Container corrugation, door bars and corner posts are vertical too, but real: they are wider than two
//! columns, or neither black, nor full scale, nor exactly constant.

use super::counts::Counts;
use crate::scan::BoxPx;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;

/// The widest dropout, in columns.
const WIDEST: usize = 2;
/// Transmission below which a value is black.
const BLACK: f32 = 0.02;
/// Transmission above which a value is white: nothing is brighter than air.
const WHITE: f32 = 1.1;
/// Neighbours this dense do not tell a black pixel from a real one.
const DENSE: f32 = 0.03;
/// Rows by which a run may be interrupted.
const GAP: usize = 3;
/// Rows of one unit of parallel work.
const BAND: usize = 64;

/// What the pixels of a dropout show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Black,
    White,
    /// One count throughout.
    Constant(f32),
}

/// Rows of one column, and what they show.
type Run = (Range<usize>, Kind);

/// Pixels to be repaired together, in the crop's pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dropout {
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
    pub(super) kind: Kind,
}

/// Far outside what the pixels two columns to each side allow: two, so that a pair of columns is seen as well.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "without branches the loop over a row becomes vector code")]
fn jumps(value: f32, a: f32, b: f32) -> bool {
    let (low, high) = (a.min(b), a.max(b));
    (low > DENSE) & (value < 0.5 * low) | (value > 1.3 * high + 0.02)
}

/// Finds dropout columns of at least `min_rows` rows in the crop's transmission.
pub(super) fn find(t: &Array2<f32>, counts: Counts<'_>, crop: BoxPx, min_rows: usize) -> Vec<Dropout> {
    let (height, width) = t.dim();
    let (Some(pixels), true) = (t.as_slice(), width >= 8) else { return Vec::new() };
    let band = |lines: &[f32]| {
        let mut jumped = vec![0u16; width];
        for line in lines.chunks(width) {
            let inner = jumped[2..width - 2].iter_mut();
            for (((n, &value), &a), &b) in inner.zip(&line[2..]).zip(line).zip(&line[4..]) {
                *n += u16::from(jumps(value, a, b));
            }
        }
        jumped
    };
    let bands: Vec<Vec<u16>> = pixels.par_chunks(BAND * width).map(band).collect();
    let jumped = |c: usize| bands.iter().map(|b| usize::from(b[c])).sum::<usize>();
    let columns: Vec<(usize, Vec<Run>)> = (2..width - 2)
        .filter(|&c| jumped(c) >= min_rows)
        .map(|c| (c, column_runs(t, counts, crop, c, min_rows, height)))
        .collect();
    group(t, counts, crop, &columns)
}

/// Whether a pixel shows the dropout's kind.
fn shows(kind: Kind, count: f32, t: f32, full_scale: f32) -> bool {
    match kind {
        Kind::Black => t < BLACK,
        Kind::White => t > WHITE || count >= 0.999 * full_scale,
        Kind::Constant(level) => count == level,
    }
}

/// The runs of one column that are dropouts.
fn column_runs(t: &Array2<f32>, counts: Counts<'_>, crop: BoxPx, c: usize, min_rows: usize, height: usize) -> Vec<Run> {
    let count = |r: usize, c: usize| counts.at(crop.y as usize + r, crop.x as usize + c);
    let flagged: Vec<bool> = (0..height).map(|r| jumps(t[[r, c]], t[[r, c - 2]], t[[r, c + 2]])).collect();
    let rows: Vec<usize> = (0..height).filter(|&r| flagged[r]).collect();
    let mut levels: Vec<f32> = rows.iter().map(|&r| count(r, c)).collect();
    let mut shares: Vec<f32> = rows.iter().map(|&r| t[[r, c]]).collect();
    let (level, share) = (super::robust::median(&mut levels), super::robust::median(&mut shares));
    let equal = levels.iter().filter(|&&v| v == level).count();
    let kind = if share < BLACK {
        Kind::Black
    } else if level >= 0.999 * counts.full_scale || share > WHITE {
        Kind::White
    } else if equal * 20 >= 19 * levels.len() {
        Kind::Constant(level)
    } else {
        return Vec::new();
    };
    let member: Vec<bool> =
        (0..height).map(|r| shows(kind, count(r, c), t[[r, c]], counts.full_scale) || flagged[r]).collect();
    // A member row is sure where it jumps, or where it shows the kind and a neighbour does not.
    let sure = |r: usize| {
        flagged[r]
            || (kind != Kind::Black
                && !shows(kind, count(r, c - 2), t[[r, c - 2]], counts.full_scale)
                && !shows(kind, count(r, c + 2), t[[r, c + 2]], counts.full_scale)
                && shows(kind, count(r, c), t[[r, c]], counts.full_scale))
    };
    let mut runs = Vec::new();
    let mut at = 0;
    while at < height {
        if !member[at] {
            at += 1;
            continue;
        }
        let begin = at;
        let mut end = at + 1;
        while let Some(next) = (end..(end + GAP + 1).min(height)).find(|&r| member[r]) {
            end = next + 1;
        }
        at = end;
        let jumped = (begin..end).filter(|&r| flagged[r]).count();
        let Some(first) = (begin..end).find(|&r| sure(r)) else { continue };
        let last = (begin..end).rev().find(|&r| sure(r)).unwrap_or(first);
        // At the crop's own edge an unsure end is taken along: what lies there is as unmeasured as the rest.
        let first = if begin == 0 { 0 } else { first };
        let last = if end == height { height - 1 } else { last };
        if jumped >= min_rows {
            runs.push((first..last + 1, kind));
        }
    }
    runs
}

/// Joins runs of neighbouring columns, and leaves out what is wider than a dropout can be.
fn group(t: &Array2<f32>, counts: Counts<'_>, crop: BoxPx, columns: &[(usize, Vec<Run>)]) -> Vec<Dropout> {
    let width = t.ncols();
    let mut found: Vec<Dropout> = Vec::new();
    for (c, runs) in columns {
        for (rows, kind) in runs {
            let joined =
                found.iter_mut().find(|d| d.columns.end == *c && d.rows.start < rows.end && rows.start < d.rows.end);
            match joined {
                Some(d) => {
                    d.columns.end += 1;
                    d.rows = d.rows.start.min(rows.start)..d.rows.end.max(rows.end);
                }
                None => found.push(Dropout { columns: *c..c + 1, rows: rows.clone(), kind: *kind }),
            }
        }
    }
    let beside = |d: &Dropout, c: usize| {
        let count = |r: usize| counts.at(crop.y as usize + r, crop.x as usize + c);
        let same = d.rows.clone().filter(|&r| shows(d.kind, count(r), t[[r, c]], counts.full_scale)).count();
        2 * same >= d.rows.len()
    };
    // White dropouts may pass through air at full scale, which says nothing about their width.
    found.retain(|d| {
        d.columns.len() <= WIDEST
            && !beside(d, d.columns.start - 1)
            && (d.columns.end >= width || !beside(d, d.columns.end))
    });
    found
}

/// Fills dropouts and dead rows from the nearest measured pixels and returns what was filled, as rows and column
/// ranges.
pub(super) fn repair(t: &mut Array2<f32>, dropouts: &[Dropout], dead: &[usize]) -> Vec<(usize, Range<usize>)> {
    let (height, width) = t.dim();
    let mut repaired = Vec::new();
    for d in dropouts {
        for r in d.rows.clone() {
            let before = d.columns.start.checked_sub(1).map(|c| t[[r, c]]);
            let after = (d.columns.end < width).then(|| t[[r, d.columns.end]]);
            for (i, c) in d.columns.clone().enumerate() {
                t[[r, c]] = between(before, after, (i + 1) as f32 / (d.columns.len() + 1) as f32);
            }
            repaired.push((r, d.columns.clone()));
        }
    }
    let mut at = 0;
    while at < dead.len() {
        let first = dead[at];
        let mut end = first + 1;
        while dead.get(at + end - first) == Some(&end) {
            end += 1;
        }
        at += end - first;
        for r in first..end {
            let share = (r - first + 1) as f32 / (end - first + 1) as f32;
            for c in 0..width {
                let before = first.checked_sub(1).map(|r| t[[r, c]]);
                let after = (end < height).then(|| t[[end, c]]);
                t[[r, c]] = between(before, after, share);
            }
            repaired.push((r, 0..width));
        }
    }
    repaired
}

fn between(before: Option<f32>, after: Option<f32>, share: f32) -> f32 {
    match (before, after) {
        (Some(a), Some(b)) => a + share * (b - a),
        (Some(v), None) | (None, Some(v)) => v,
        (None, None) => 1.0,
    }
}
