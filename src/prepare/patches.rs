//! Pieces of a picture that nobody measured: patches of one value, whole or line by line, as a stopped line buffer or a
//! program's filling leaves them. Whatever was measured has noise.

use super::transmission::Source;
use rayon::prelude::*;
use std::ops::Range;

/// The fewest neighbouring pixels of a row that have one count.
const LEAST: usize = 12;
/// The fewest rows looked at, one under the other, that have them.
const LEAST_ROWS: usize = 3;
/// Every how many rows are looked at first.
const STEP: usize = 3;
/// Rows looked at in one unit of parallel work.
const BAND: usize = 24;
/// What lets less than this through may well have one count, 0: that is for [`shielded`](super::shielded) to say.
const BLACK: f32 = 0.006;
/// Of the full scale; saturated pixels have one count, too.
const FULL: f32 = 0.999;
/// Where more than this share of neighbours are equal beside such runs, or the runs are more than this share of the picture, its
/// noise is lost in the digitiser's steps, to compression or by drawing, and equal values tell nothing.
const MOST_EQUAL: f32 = 0.1;
const MOST_RUNS: f32 = 0.5;

/// A piece of one value, or of one value in each row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Patch {
    /// Its columns in each of its rows, which are rising.
    pub(super) lines: Vec<(usize, Range<usize>)>,
}

impl Patch {
    /// Rows and columns around it.
    pub(super) fn bounds(&self) -> (Range<usize>, Range<usize>) {
        let rows = self.lines.iter().map(|line| line.0);
        let (first, last) = (rows.clone().min().unwrap_or(0), rows.max().map_or(0, |row| row + 1));
        let left = self.lines.iter().map(|line| line.1.start).min().unwrap_or(0);
        let right = self.lines.iter().map(|line| line.1.end).max().unwrap_or(0);
        (first..last, left..right)
    }
}

/// What a row holds.
#[derive(Default)]
struct Row {
    /// Runs of at least [`LEAST`] equal counts, neither black nor saturated.
    runs: Vec<Range<usize>>,
    /// Neighbours that are equal, and all that are neither black nor saturated; both without those runs.
    equal: usize,
    pairs: usize,
    /// Neighbours within the runs.
    long: usize,
}

#[expect(clippy::needless_bitwise_bool, reason = "without branches the loop over a row becomes vector code")]
fn look(source: &Source<'_>, row: usize, line: &mut [f32]) -> Row {
    /// Every run holds such a piece that begins at a multiple of its length: few pieces have one value at both ends.
    const PIECE: usize = LEAST / 2;
    source.read_counts(row, line);
    let (black, full) = (source.count_of(row, BLACK), FULL * source.counts.full_scale);
    let mut found = Row::default();
    let mut at = 0;
    while at + PIECE <= line.len() {
        let value = line[at];
        if line[at + PIECE - 1] != value || line[at..at + PIECE].iter().any(|&v| v != value) {
            at += PIECE;
            continue;
        }
        let begin = at - line[..at].iter().rev().take_while(|&&v| v == value).count();
        let end = at + line[at..].iter().take_while(|&&v| v == value).count();
        if end - begin >= LEAST && value > black && value < full {
            found.runs.push(begin..end);
        }
        at = end.next_multiple_of(PIECE);
    }
    let within = |v: f32| (v > black) & (v < full);
    for (&a, &b) in line.iter().zip(&line[1..]) {
        found.pairs += usize::from(within(a) & within(b));
        found.equal += usize::from(within(a) & (a == b));
    }
    found.long = found.runs.iter().map(|run| run.len() - 1).sum();
    found.equal -= found.long;
    found.pairs -= found.long;
    found
}

/// The columns that two ranges have in common, where they are enough.
fn common(a: &Range<usize>, b: &Range<usize>) -> Option<Range<usize>> {
    let both = a.start.max(b.start)..a.end.min(b.end);
    (both.len() >= LEAST).then_some(both)
}

/// Finds the patches of the crop.
pub(super) fn find(source: &Source<'_>) -> Vec<Patch> {
    let (height, width) = source.dim();
    if width < LEAST {
        return Vec::new();
    }
    let rows: Vec<usize> = (0..height).step_by(STEP).collect();
    let band = |rows: &[usize]| {
        let mut line = vec![0.0; width];
        rows.iter().map(|&row| look(source, row, &mut line)).collect::<Vec<Row>>()
    };
    let bands: Vec<Vec<Row>> = rows.par_chunks(BAND).map(band).collect();
    let looked: Vec<Row> = bands.into_iter().flatten().collect();
    let sum = |of: fn(&Row) -> usize| looked.iter().map(of).sum::<usize>() as f32;
    let (equal, pairs, long) = (sum(|row| row.equal), sum(|row| row.pairs), sum(|row| row.long));
    if equal > MOST_EQUAL * pairs || long > MOST_RUNS * (pairs + long) {
        return Vec::new();
    }
    // Chains of runs under one another: the first row, the last, and the columns around all.
    let mut chains: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let mut open: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, row) in looked.iter().enumerate() {
        let mut next = Vec::new();
        for run in &row.runs {
            let over = open.iter().find(|(_, above)| common(above, run).is_some());
            let chain = over.map_or_else(
                || {
                    chains.push((at..at, run.clone()));
                    chains.len() - 1
                },
                |(chain, _)| *chain,
            );
            let (rows, columns) = &mut chains[chain];
            rows.end = at + 1;
            *columns = columns.start.min(run.start)..columns.end.max(run.end);
            next.push((chain, run.clone()));
        }
        open = next;
    }
    let mut line = vec![0.0; width];
    let long = chains.into_iter().filter(|(rows, _)| rows.len() >= LEAST_ROWS);
    long.map(|(rows, columns)| {
        // Between the rows that were looked at, and up to the next one at either end.
        let all = (rows.start * STEP).saturating_sub(STEP - 1)..(rows.end * STEP).min(height);
        let mut lines = Vec::new();
        for row in all {
            let runs = look(source, row, &mut line).runs;
            lines.extend(runs.into_iter().filter(|run| common(run, &columns).is_some()).map(|run| (row, run)));
        }
        Patch { lines }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::transmission::Levels;
    use super::*;
    use crate::scan::{BoxPx, Energy, Plane, Polarity, Samples};
    use ndarray::{Array2, s};

    const ROWS: usize = 120;
    const COLUMNS: usize = 200;

    fn found(counts: Array2<u16>) -> Vec<(Range<usize>, Range<usize>)> {
        let plane = Plane { energy: Energy::Single, samples: Samples::U16(counts), full_scale: 65535.0, step: 1.0 };
        let (row, drift) = ([50_000.0; ROWS], [1.0; COLUMNS]);
        let levels = Levels { dark: &[0.0; ROWS], row: &row, drift: &drift };
        let part = BoxPx { x: 0, y: 0, width: COLUMNS as u32, height: ROWS as u32 };
        find(&Source::new(Counts::new(&plane, Polarity::AirBright), part, levels)).iter().map(Patch::bounds).collect()
    }

    /// A load of transmission 0.4 with noise of so many counts.
    fn load(noise: usize) -> Array2<u16> {
        Array2::from_shape_fn((ROWS, COLUMNS), |(r, c)| 20_000 + ((r * 7919 + c * 104_729) % noise) as u16)
    }

    #[test]
    fn patches_and_columns_that_repeat_are_found_exactly() {
        let mut counts = load(293);
        counts.slice_mut(s![20..41, 100..130]).fill(8_000);
        let column = counts.column(169).to_owned();
        for c in 170..190 {
            counts.column_mut(c).assign(&column);
        }
        assert_eq!(found(counts), [(0..ROWS, 169..190), (20..41, 100..130)]);
    }

    #[test]
    fn few_equal_values_black_white_and_noiseless_ones_tell_nothing() {
        let mut counts = load(293);
        counts.slice_mut(s![20..24, 100..130]).fill(8_000);
        counts.slice_mut(s![50..80, 100..108]).fill(8_000);
        counts.slice_mut(s![50..80, 20..50]).fill(0);
        counts.slice_mut(s![90..110, 20..50]).fill(65_535);
        assert_eq!(found(counts), []);
        let mut drawn = load(1);
        drawn.slice_mut(s![20..41, 100..130]).fill(8_000);
        assert_eq!(found(drawn), []);
    }
}
