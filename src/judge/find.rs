//! From a model's map and boxes to regions.

use super::components::{Component, MOST_PIECES, hysteresis, merge};
use super::context::Context;
use super::outline::outlines;
use super::region::{Region, area_mm2};
use crate::infer::{Inference, ScoreContract, ScoredBox};
use crate::scan::{BoxPx, Warning};

pub(super) fn map_regions(
    context: &Context<'_>,
    inference: &Inference,
    limits: &ScoreContract,
    warnings: &mut Vec<Warning>,
) -> Vec<Region> {
    let Some(map) = &inference.map else { return Vec::new() };
    let pixel = context.frame().pixel;
    let cells = |mm: f32| (limits.merge_mm / mm / map.cell as f32) as u32;
    let size = context.prepared.dim();
    let peak = |found: &Component| {
        found.pixels.iter().map(|&(row, column)| map.scores[[row as usize, column as usize]]).fold(0.0, f32::max)
    };
    let mut parts = hysteresis(&map.scores, limits.region_seed, limits.region_grow);
    if parts.len() > MOST_PIECES {
        let message = format!("the map falls into {} pieces, the {MOST_PIECES} highest are looked at", parts.len());
        warnings.push(Warning::new("regions_cut", message));
        parts.sort_by(|a, b| peak(b).total_cmp(&peak(a)));
        parts.truncate(MOST_PIECES);
    }
    merge(parts, (cells(pixel.x), cells(pixel.y)))
        .into_iter()
        .filter_map(|found| {
            let component = found.scaled((map.cell, map.cell), size);
            if area_mm2(context.frame(), &component) < limits.min_area_mm2 {
                return None;
            }
            let scores = found.pixels.iter().map(|&(row, column)| map.scores[[row as usize, column as usize]]);
            let mean = scores.map(f64::from).sum::<f64>() / found.pixels.len() as f64;
            Some(context.region(&component, Some(&found), outlines(&found, map.cell), peak(&found), mean as f32, None))
        })
        .collect()
}

pub(super) fn box_regions(context: &Context<'_>, boxes: &[ScoredBox], limits: &ScoreContract) -> Vec<Region> {
    let (rows, columns) = context.prepared.dim();
    let whole = BoxPx { x: 0, y: 0, width: columns as u32, height: rows as u32 };
    boxes
        .iter()
        .filter(|found| found.score >= limits.region_grow)
        .filter_map(|found| {
            let (x, y) = (found.x.max(0.0) as u32, found.y.max(0.0) as u32);
            let (right, bottom) = ((found.x + found.width).ceil() as u32, (found.y + found.height).ceil() as u32);
            let bounds = BoxPx { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) };
            let bounds = bounds.intersection(&whole)?;
            let pixels =
                (bounds.y..bounds.bottom()).flat_map(|row| (bounds.x..bounds.right()).map(move |c| (row, c))).collect();
            // A detector has judged its box as a whole: however small, it is not to be dropped.
            let component = Component { pixels, bounds };
            let outlines = outlines(&component, 1);
            Some(context.region(&component, None, outlines, found.score, found.score, found.label.clone()))
        })
        .collect()
}
