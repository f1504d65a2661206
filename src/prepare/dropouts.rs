//! Columns and rows that were not measured: found, filled from their neighbours, and marked.
//!
//! A linac pulse that is missed or doubled leaves one column, or a part of it, black or white; a dead detector
//! leaves a row. Container corrugation, door bars and corner posts are vertical too, but real: they are wider than two
//! columns, or neither black, nor full scale, nor exactly constant.

use super::transmission::Source;
use rayon::prelude::*;
use std::ops::Range;

/// The widest dropout, in columns.
const WIDEST: usize = 2;
/// Transmission below which a value is black: less than loads that stand between penetrated neighbours let through.
const BLACK: f32 = 0.006;
/// Transmission above which a value is white: nothing is brighter than air.
const WHITE: f32 = 1.1;
/// Neighbours this dense do not tell a black pixel from a real one.
const DENSE: f32 = 0.03;
/// Rows by which a run may be interrupted.
const GAP: usize = 3;
/// Every how many rows are looked at first: no dropout that is looked for is shorter than eight rows.
const STEP: usize = 3;
/// Rows looked at in one unit of parallel work.
const BAND: usize = 24;

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

/// Finds dropout columns of at least `min_rows` rows (8 or more) in the crop.
pub(super) fn find(source: &Source<'_>, min_rows: usize) -> Vec<Dropout> {
    let (height, width) = source.dim();
    if width < 8 {
        return Vec::new();
    }
    let rows: Vec<usize> = (0..height).step_by(STEP).collect();
    let band = |rows: &[usize]| {
        let mut jumped = vec![0u16; width];
        let mut line = vec![0.0; width];
        for &row in rows {
            source.read(row, 0, &mut line);
            let inner = jumped[2..width - 2].iter_mut();
            for (((n, &value), &a), &b) in inner.zip(&line[2..]).zip(&line).zip(&line[4..]) {
                *n += u16::from(jumps(value, a, b));
            }
        }
        jumped
    };
    let bands: Vec<Vec<u16>> = rows.par_chunks(BAND).map(band).collect();
    let jumped = |c: usize| bands.iter().map(|b| usize::from(b[c])).sum::<usize>();
    // Half of what an even spread would give: dense cargo beside a dropout hides some of its rows.
    let enough = (min_rows / (2 * STEP)).max(1);
    let columns: Vec<(usize, Vec<Run>)> =
        (2..width - 2).filter(|&c| jumped(c) >= enough).map(|c| (c, column_runs(source, c, min_rows))).collect();
    group(source, &columns)
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
fn column_runs(source: &Source<'_>, c: usize, min_rows: usize) -> Vec<Run> {
    let height = source.dim().0;
    let full_scale = source.counts.full_scale;
    let flagged: Vec<bool> =
        (0..height).map(|r| jumps(source.at(r, c), source.at(r, c - 2), source.at(r, c + 2))).collect();
    let rows: Vec<usize> = (0..height).filter(|&r| flagged[r]).collect();
    let mut levels: Vec<f32> = rows.iter().map(|&r| source.count(r, c)).collect();
    let mut shares: Vec<f32> = rows.iter().map(|&r| source.at(r, c)).collect();
    let (level, share) = (super::robust::median(&mut levels), super::robust::median(&mut shares));
    let equal = levels.iter().filter(|&&v| v == level).count();
    let kind = if share < BLACK {
        Kind::Black
    } else if level >= 0.999 * full_scale || share > WHITE {
        Kind::White
    } else if equal * 20 >= 19 * levels.len() {
        Kind::Constant(level)
    } else {
        return Vec::new();
    };
    let shown = |r: usize, c: usize| shows(kind, source.count(r, c), source.at(r, c), full_scale);
    let member: Vec<bool> = (0..height).map(|r| flagged[r] || shown(r, c)).collect();
    // A member row is sure where it jumps, or where it shows the kind and its neighbours do not.
    let sure = |r: usize| flagged[r] || (kind != Kind::Black && shown(r, c) && !shown(r, c - 2) && !shown(r, c + 2));
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
fn group(source: &Source<'_>, columns: &[(usize, Vec<Run>)]) -> Vec<Dropout> {
    let width = source.dim().1;
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
        let same = |r: &usize| shows(d.kind, source.count(*r, c), source.at(*r, c), source.counts.full_scale);
        2 * d.rows.clone().filter(same).count() >= d.rows.len()
    };
    found.retain(|d| {
        let wider = beside(d, d.columns.start - 1) || (d.columns.end < width && beside(d, d.columns.end));
        d.columns.len() <= WIDEST && !wider
    });
    found
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::transmission::Levels;
    use super::*;
    use crate::scan::{BoxPx, Energy, Plane, Polarity, Samples};
    use ndarray::{Array2, s};

    const ROWS: usize = 200;
    const COLUMNS: usize = 120;

    fn found(counts: Array2<u16>) -> Vec<Dropout> {
        let plane = Plane { energy: Energy::Single, samples: Samples::U16(counts), full_scale: 65535.0, step: 1.0 };
        let (row, drift) = ([50_000.0; ROWS], [1.0; COLUMNS]);
        let levels = Levels { dark: &[0.0; ROWS], row: &row, drift: &drift };
        let part = BoxPx { x: 0, y: 0, width: COLUMNS as u32, height: ROWS as u32 };
        find(&Source::new(Counts::new(&plane, Polarity::AirBright), part, levels), 10)
    }

    /// A load of transmission 0.4 with a little noise.
    fn load() -> Array2<u16> {
        Array2::from_shape_fn((ROWS, COLUMNS), |(r, c)| 20_000 + ((r * 31 + c * 17) % 300) as u16)
    }

    #[test]
    fn whole_partial_and_double_columns_are_found_exactly() {
        let mut counts = load();
        counts.slice_mut(s![.., 20]).fill(0);
        counts.slice_mut(s![40..52, 40]).fill(65535);
        counts.slice_mut(s![100..150, 60..62]).fill(7);
        // Every row the same, though neither black nor white.
        counts.slice_mut(s![10..90, 90]).fill(8_000);
        let expected = [
            (20..21, 0..ROWS, Kind::Black),
            (40..41, 40..52, Kind::White),
            (60..62, 100..150, Kind::Black),
            (90..91, 10..90, Kind::Constant(8_000.0)),
        ];
        let expected = expected.map(|(columns, rows, kind)| Dropout { columns, rows, kind });
        assert_eq!(found(counts), expected);
    }

    #[test]
    fn real_structure_is_none() {
        let mut counts = load();
        // A thin plate seen edge-on, a slit between pallets, a post, something short, and a wide black post.
        counts.slice_mut(s![.., 20]).mapv_inplace(|v| v / 4);
        counts.slice_mut(s![.., 40]).mapv_inplace(|v| v * 2);
        counts.slice_mut(s![.., 60..70]).mapv_inplace(|v| v / 20);
        counts.slice_mut(s![50..58, 80]).fill(0);
        counts.slice_mut(s![.., 90..93]).fill(0);
        counts.slice_mut(s![.., 100..104]).fill(0);
        assert_eq!(found(counts), []);
        assert_eq!(found(load()), []);
    }

    #[test]
    fn a_black_column_is_followed_through_dense_cargo() {
        let mut counts = load();
        counts.slice_mut(s![80..120, ..]).mapv_inplace(|v| v / 100);
        counts.slice_mut(s![30..170, 50]).fill(0);
        assert_eq!(found(counts), [Dropout { columns: 50..51, rows: 30..170, kind: Kind::Black }]);
    }

    #[test]
    fn narrow_images_have_none() {
        let plane =
            Plane { energy: Energy::Single, samples: Samples::U16(Array2::zeros((20, 7))), full_scale: 1.0, step: 1.0 };
        let levels = Levels { dark: &[0.0; 20], row: &[1.0; 20], drift: &[1.0; 7] };
        let part = BoxPx { x: 0, y: 0, width: 7, height: 20 };
        let source = Source::new(Counts::new(&plane, Polarity::AirBright), part, levels);
        assert_eq!(find(&source, 10), []);
    }
}
