//! The container or vehicle in front of air.
//!
//! A container shows one straight roof line over its whole length and ends at straight walls; below its floor
//! there may be air, or a chassis with wheels. Its outline in ISO 668 sizes tells the floor from the chassis.

mod floor;
mod nominal;

use super::prepared::Located;
use super::robust::median;
use super::transmission::Source;
use crate::scan::{BoxPx, PixelSize};
use floor::floor;
pub(super) use nominal::is_of_one_length;
use nominal::{by_ratio, has_ratio, nominal};
use rayon::prelude::*;

/// Something beside a container that is as long as this is no cab and no bonnet: cabs are 2 to 3 m long, bonnets 2 m, the
/// shortest usual container 6 m; and freight is not to be cropped away.
const BESIDE_MM: f32 = 3_500.0;
/// What goes on beside a container higher than its middle, without a gap, over this length belongs to it: its roof line ended at
/// something that lies on it.
const JOINED_MM: f32 = 100.0;
/// Something under a container that reaches as deep as this is no chassis and no railcar, but another container.
const UNDER_MM: f32 = 2_200.0;
/// The least absorbed share of the beam that is something: two walls of an empty container absorb 6 to 12 %.
pub(super) const SOMETHING: f32 = 0.025;
/// What stands beside a container and rises as little as this over its floor line may be the frame of what carries it.
const OVER_FLOOR_MM: f32 = 400.0;
/// How far a length at even speed is from its nominal size, as a share.
pub(super) const EVEN_SPEED: f32 = 0.035;
/// Blocks by which a roof line may wave.
const WAVE: usize = 2;
/// Blocks by which a roof line may be interrupted.
const HOLE: usize = 2;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// In the area's pixels.
    pub(super) area: BoxPx,
    pub(super) located: Located,
    /// Nominal length and height in mm of a container.
    pub(super) nominal: Option<(f32, f32)>,
    /// The length in mm of the container whose sides' ratio an object has that is as straight as one.
    pub(super) shaped: Option<f32>,
    /// Whether something as large as a container stands in line with, or under, another; then the whole is an object.
    pub(super) several: bool,
    /// The share of the picture that holds something outside `area`.
    pub(super) outside: f32,
}

impl Found {
    /// Whether it is as long as a container to what an even speed leaves open: a piece of a longer one may be nearly as long.
    pub(super) fn has_length_of_a_container(&self, pixel: Option<PixelSize>) -> bool {
        let off = |long: f32| pixel.map_or(0.0, |p| self.area.width as f32 * p.x / long - 1.0);
        self.nominal.is_some_and(|(long, _)| off(long).abs() < EVEN_SPEED)
    }

    /// Standard uncertainty, as a share, of a length in mm that follows from the nominal one: where the sides stand to one
    /// another as a container's do, and where a fan beam or anything else makes them do otherwise.
    pub(super) fn length_sigma(&self) -> f32 {
        let ratio = self.area.width as f32 / self.area.height as f32;
        if self.nominal.is_some_and(|nominal| has_ratio(ratio, nominal)) { 0.05 } else { 0.5 }
    }
}

/// The absorbed share of the beam in blocks of `size` x `size` pixels.
struct Blocks {
    size: usize,
    rows: usize,
    columns: usize,
    absorbed: Vec<f32>,
}

impl Blocks {
    fn new(source: &Source<'_>) -> Self {
        let (height, width) = source.dim();
        let size = (height.min(width) / 100).clamp(1, 4);
        let (rows, columns) = (height / size, width / size);
        let mut absorbed = vec![0.0; rows * columns];
        absorbed.par_chunks_mut(columns).enumerate().with_min_len(4).for_each(|(block_row, out)| {
            let (mut line, mut spare) = (vec![0.0; width], vec![0.0; width]);
            for r in block_row * size..(block_row + 1) * size {
                source.read(r, 0, &mut line);
                without_dropouts(&mut line, &mut spare);
                for (sum, block) in out.iter_mut().zip(line.chunks_exact(size)) {
                    *sum += block.iter().sum::<f32>();
                }
            }
            let n = (size * size) as f32;
            for v in out.iter_mut() {
                *v = 1.0 - *v / n;
            }
        });
        Self { size, rows, columns, absorbed }
    }

    fn is_something(&self, threshold: f32, row: usize, column: usize) -> bool {
        self.absorbed[row * self.columns + column] > threshold
    }

    /// The share of the picture that lies outside `area` and is something.
    fn outside(&self, threshold: f32, area: BoxPx) -> f32 {
        let size = self.size as u32;
        let rows = (area.y / size) as usize..area.bottom().div_ceil(size) as usize;
        let columns = (area.x / size) as usize..area.right().div_ceil(size) as usize;
        let something = (0..self.rows * self.columns).filter(|&at| {
            let inside = rows.contains(&(at / self.columns)) && columns.contains(&(at % self.columns));
            !inside && self.absorbed[at] > threshold
        });
        something.count() as f32 / self.absorbed.len().max(1) as f32
    }
}

/// A line without what is one or two columns wide: dropouts, which cross the air above a roof and beside a wall. The median of
/// five leaves edges where they are. `spare` is scratch of the line's length.
fn without_dropouts(line: &mut [f32], spare: &mut [f32]) {
    // Plain comparisons become vector code.
    let least = |a: f32, b: f32| if a < b { a } else { b };
    let most = |a: f32, b: f32| if a < b { b } else { a };
    let spare = &mut spare[..line.len()];
    spare.copy_from_slice(line);
    let n = line.len().saturating_sub(4);
    let shifted = |by: usize| spare.get(by..by + n).unwrap_or_default();
    let (a, b, c, d, e) = (shifted(0), shifted(1), shifted(2), shifted(3), shifted(4));
    for (i, value) in line.iter_mut().skip(2).take(n).enumerate() {
        // Of four the outer two cannot be the median of five; it is that of what is left.
        let low = most(least(a[i], b[i]), least(d[i], e[i]));
        let high = least(most(a[i], b[i]), most(d[i], e[i]));
        *value = most(least(low, high), least(most(low, high), c[i]));
    }
}

/// First and last block row of what a column of blocks holds.
type Span = Option<(usize, usize)>;

fn spans(blocks: &Blocks, threshold: f32) -> Vec<Span> {
    let mut spans: Vec<Span> = (0..blocks.columns)
        .map(|c| {
            // Two in a row, so that noise and a dead row are nothing.
            let pair = |r: &usize| blocks.is_something(threshold, *r, c) && blocks.is_something(threshold, r + 1, c);
            let first = (0..blocks.rows.saturating_sub(1)).find(pair)?;
            let last = (0..blocks.rows.saturating_sub(1)).rev().find(pair)? + 1;
            (last - first >= 3).then_some((first, last))
        })
        .collect();
    // Three neighbouring columns at least, so that a dropout beside the load is nothing.
    let mut at = 0;
    while at < spans.len() {
        let long = spans[at..].iter().take_while(|s| s.is_some()).count();
        if long < 3 {
            spans[at..at + long].fill(None);
        }
        at += long + 1;
    }
    spans
}

/// Runs of columns whose first block stays within [`WAVE`] of the run's median, longest first.
fn roofs(spans: &[Span]) -> Vec<(usize, usize, usize)> {
    let tops: Vec<Option<usize>> = spans.iter().map(|s| s.map(|s| s.0)).collect();
    let most = tops.iter().flatten().max().map_or(0, |m| m + 1);
    let mut histogram = vec![0usize; most];
    tops.iter().flatten().for_each(|&t| histogram[t] += 1);
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for (level, &n) in histogram.iter().enumerate() {
        if n * 20 < tops.len() {
            continue;
        }
        let mut start = None;
        let mut end = 0;
        for c in 0..=tops.len() {
            let on = c < tops.len() && tops[c].is_some_and(|t| t.abs_diff(level) <= WAVE);
            match start {
                None if on => (start, end) = (Some(c), c + 1),
                Some(_) if on => end = c + 1,
                Some(begin) if c == tops.len() || c - end >= HOLE => {
                    runs.push((begin, end, level));
                    start = None;
                }
                _ => {}
            }
        }
    }
    // Neighbouring levels find the same run: the longest, then the highest, stands for all.
    runs.sort_by_key(|&(begin, end, level)| (std::cmp::Reverse(end - begin), level));
    let mut kept: Vec<(usize, usize, usize)> = Vec::new();
    for run in runs {
        if kept.iter().all(|k| run.1 <= k.0 || run.0 >= k.1) {
            kept.push(run);
        }
    }
    kept
}

/// Mean absorbed share of the rows or columns `lines` over `across`.
fn profile(
    source: &Source<'_>,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    along_rows: bool,
) -> Vec<f32> {
    let mut out = vec![0.0f32; if along_rows { rows.len() } else { columns.len() }];
    // Two columns more at either side, so that a dropout at the ends is seen beside its neighbours.
    let (from, to) = (columns.start.saturating_sub(2), (columns.end + 2).min(source.dim().1));
    let inner = columns.start - from..columns.end - from;
    let (mut wide, mut spare) = (vec![0.0; to - from], vec![0.0; to - from]);
    let mut line = vec![0.0; columns.len()];
    let step = if along_rows { 1 } else { (rows.len() / 256).max(1) };
    for r in rows.clone().step_by(step) {
        source.read(r, from, &mut wide);
        if !along_rows {
            without_dropouts(&mut wide, &mut spare);
        }
        line.copy_from_slice(&wide[inner.clone()]);
        for value in &mut line {
            *value = 1.0 - *value;
        }
        if along_rows {
            // A median over the columns sees past dropouts and single posts.
            let mut sampled: Vec<f32> = line.iter().copied().step_by((line.len() / 512).max(1)).collect();
            out[r - rows.start] = median(&mut sampled);
        } else {
            out.iter_mut().zip(&line).for_each(|(sum, v)| *sum += v);
        }
    }
    if !along_rows {
        let n = rows.len().div_ceil(step) as f32;
        for v in &mut out {
            *v /= n;
        }
    }
    out
}

/// The first line of `outside_in` that belongs to the load: past half of the first rise's height.
fn rise(outside_in: &[f32]) -> Option<usize> {
    let begin = outside_in.windows(2).position(|w| w[0].min(w[1]) > 0.6 * SOMETHING)?;
    let peak = outside_in[begin..(begin + 4).min(outside_in.len())].iter().copied().fold(0.0, f32::max);
    (begin..outside_in.len()).find(|&i| outside_in[i] > 0.5 * peak)
}

/// Looks for the load in `area`; nothing where air is all there is, or where there is no air around it.
pub(super) fn locate(source: &Source<'_>, noise: f32, pixel: Option<PixelSize>) -> Option<Found> {
    let blocks = Blocks::new(source);
    let threshold = SOMETHING.max(5.0 * noise / blocks.size as f32);
    let spans = spans(&blocks, threshold);
    let size = blocks.size;
    let solid: Vec<usize> = (0..spans.len()).filter(|&c| spans[c].is_some()).collect();
    let (first, last) = (*solid.first()?, *solid.last()?);
    let top = solid.iter().filter_map(|&c| spans[c]).map(|s| s.0).min()?;
    let bottom = solid.iter().filter_map(|&c| spans[c]).map(|s| s.1).max()?;
    let load = Object { first: first * size, last: (last + 1) * size, top: top * size, bottom: (bottom + 1) * size };
    let whole = refine(source, &load, size);

    let runs = roofs(&spans);
    let outside = |area| blocks.outside(threshold, area);
    let object = |several, shaped| {
        let located = Located::Object;
        Found { area: whole, located, nominal: None, shaped, several, outside: outside(whole) }
    };
    let found_object = |several| object(several, None);
    let Some(&(begin, end, level)) = runs.first() else { return Some(found_object(false)) };
    // A second roof as high and nearly as long: two boxes in line. Cropping to one would leave the other unseen.
    if runs[1..].iter().any(|r| 10 * (r.1 - r.0) >= 6 * (end - begin) && r.2.abs_diff(level) <= 3 * WAVE) {
        return Some(found_object(true));
    }
    if (end - begin) * size < 32 {
        return Some(found_object(false));
    }
    let mut bottoms: Vec<f32> = spans[begin..end].iter().flatten().map(|s| s.1 as f32).collect();
    let low = median(&mut bottoms) as usize;
    let even = spans[begin..end].iter().flatten().filter(|s| s.1.abs_diff(low) <= WAVE).count();
    let below = spans[begin..end].iter().flatten().filter(|s| s.1 > low + WAVE).count();
    let run = Object { first: begin * size, last: end * size, top: level * size, bottom: (low + 1) * size };
    let boxed = refine(source, &run, size);
    let container = |height, nominal: (f32, f32)| {
        let area = BoxPx { height, ..boxed };
        // What is cropped away is not inspected, so it must not be a container.
        let mm_x = pixel.map_or(nominal.0 / boxed.width as f32, |p| p.x);
        let mm_y = pixel.map_or(mm_x, |p| p.y);
        let under = ((low + 1) * size).saturating_sub(area.bottom() as usize) as f32 * mm_y;
        let (middle, over) = (area.y + area.height / 2, (OVER_FLOOR_MM / mm_y) as u32);
        let reach = (JOINED_MM / mm_x).ceil().max(2.0) as u32;
        if joined(&spans, size, area, reach) {
            return Some(found_object(false));
        }
        // Higher than half of it, or lower: a cab with a bonnet is a little of both.
        let beside = [0..middle, middle..area.bottom().saturating_sub(over)]
            .map(|tops| beside(&spans, size, area, &(tops.start as usize..tops.end as usize)) as f32 * mm_x);
        if under >= UNDER_MM || beside.iter().any(|long| *long >= BESIDE_MM) {
            return Some(found_object(true));
        }
        let located = Located::Container;
        Some(Found { area, located, nominal: Some(nominal), shaped: None, several: false, outside: outside(area) })
    };
    // Wheels or beams hang below: look for the floor line where ISO heights put it.
    let uneven = 10 * even < 9 * (end - begin);
    if let (true, Some((height, nominal))) = (below > 2 || uneven, floor(source, boxed, pixel)) {
        return container(height, nominal);
    }
    if 10 * even < 8 * (end - begin) {
        return Some(found_object(false));
    }
    match nominal(boxed.width as f32, boxed.height as f32, pixel) {
        Some(nominal) => container(boxed.height, nominal),
        // All of it is one box.
        None if 20 * boxed.width > 19 * whole.width && 20 * boxed.height > 19 * whole.height => {
            Some(object(false, by_ratio(boxed.width as f32 / boxed.height as f32).map(|(long, _)| long)))
        }
        None => Some(found_object(false)),
    }
}

/// Whether what stands beside `area`, from its end over `reach` columns at one side, begins higher than its middle everywhere.
fn joined(spans: &[Span], size: usize, area: BoxPx, reach: u32) -> bool {
    let middle = (area.y + area.height / 2) as usize;
    let high = |columns: std::ops::Range<u32>| {
        let mut blocks = columns.start as usize / size..(columns.end as usize).div_ceil(size);
        blocks.end <= spans.len() && blocks.all(|c| spans[c].is_some_and(|(first, _)| first * size < middle))
    };
    area.x.checked_sub(reach).is_some_and(|from| high(from..area.x)) || high(area.right()..area.right() + reach)
}

/// Whether the floor of a container that was `found` is seen, should it lie at the picture's lower edge.
pub(super) fn has_floor(source: &Source<'_>, found: &Found) -> bool {
    found.nominal.is_none_or(|(long, _)| floor::has_floor(source, found.area, long / found.area.width as f32))
}

/// The longest run of columns, in pixels, in which something beside `area` begins in the rows `tops`.
fn beside(spans: &[Span], size: usize, area: BoxPx, tops: &std::ops::Range<usize>) -> usize {
    let (left, right) = (area.x as usize / size, (area.right() as usize).div_ceil(size));
    let high: Vec<bool> = spans
        .iter()
        .enumerate()
        .map(|(c, span)| !(left..right).contains(&c) && span.is_some_and(|(first, _)| tops.contains(&(first * size))))
        .collect();
    let (mut longest, mut begin, mut end) = (0, None, 0);
    for c in (0..high.len()).filter(|&c| high[c]) {
        if begin.is_none() || c > end + HOLE {
            begin = Some(c);
        }
        end = c;
        longest = longest.max(end + 1 - begin.unwrap_or(end));
    }
    longest * size
}

struct Object {
    first: usize,
    last: usize,
    top: usize,
    bottom: usize,
}

/// Block edges brought to single pixels.
fn refine(source: &Source<'_>, object: &Object, size: usize) -> BoxPx {
    let (height, width) = source.dim();
    // A dropout beside the load may have carried the edge four blocks outwards.
    let reach = 5 * size;
    // The inner nine tenths, so that sloped corners do not soften the edges.
    let inset = |from: usize, to: usize| from + (to - from) / 20..to - (to - from) / 20;
    // The upper half only: a chassis may stand out below.
    let rows = inset(object.top, object.top.midpoint(object.bottom).max(object.top + 1));
    let columns = inset(object.first, object.last);
    let edge = |at: usize, most: usize, outside_is_before: bool, along_rows: bool| {
        let window = at.saturating_sub(reach)..(at + reach).min(most);
        let mut values = if along_rows {
            profile(source, window.clone(), columns.clone(), true)
        } else {
            profile(source, rows.clone(), window.clone(), false)
        };
        if !outside_is_before {
            values.reverse();
        }
        match rise(&values) {
            Some(i) if outside_is_before => window.start + i,
            Some(i) => window.end - i,
            None => at,
        }
    };
    let left = edge(object.first, width, true, false);
    let right = edge(object.last, width, false, false);
    let top = edge(object.top, height, true, true);
    let bottom = edge(object.bottom, height, false, true);
    BoxPx {
        x: left as u32,
        y: top as u32,
        width: right.saturating_sub(left).max(1) as u32,
        height: bottom.saturating_sub(top).max(1) as u32,
    }
}
