//! Counts to what the network sees.
//!
//! [`prepare`] runs the steps in this order and records each: polarity, trim, dark, air, locate, energies, dropouts,
//! shielded, resample, attenuation, ratio. `docs/prepare.md` says why.

mod air;
mod air_margins;
mod attenuation;
mod calibration;
mod convert;
mod counts;
mod crop;
mod dark;
mod darkest;
mod dead;
mod dropouts;
mod level;
mod locate;
mod patches;
mod planes;
mod polarity;
mod prepared;
mod record;
mod repair;
mod resample;
mod robust;
#[cfg(test)]
mod scenes;
mod settings;
mod shielded;
#[cfg(test)]
mod tests;
mod transmission;
mod trim;
mod whole;

pub use calibration::Calibration;
pub use prepared::{Frame, Located, PixelState, Prepared, Step, Target};
pub use resample::area_means;
pub use settings::{Checked, Filter, Settings};

use crate::scan::{BoxPx, End, Error, PixelSize, Result, Samples, Scan};
use convert::{Converted, Input, Job};
use counts::Counts;
use crop::Cropped;
use level::{Basis, Channel};
use rayon::prelude::*;
use record::{Record, number};
use repair::Repairs;
use resample::Mapping;
use serde_json::{Value, json};
use transmission::Source;

/// Prepares a scan for a model: the planes of `target` on a grid of its pixels.
///
/// The same input gives the same bits on any number of threads.
///
/// # Errors
/// Format errors for planes that hold no image (see the messages), planes of different sizes, no plane at
/// all; parameter errors for `pixel_mm` outside its range and for calibration frames that do not fit; a limit
/// error where the prepared image would exceed `max_pixels`.
pub fn prepare(scan: &Scan, target: Target, settings: &Checked, calibration: &Calibration) -> Result<Prepared> {
    let pixel_mm = target.pixel_mm;
    if PixelSize::new(pixel_mm, pixel_mm).is_none() {
        return Err(Error::parameter(format!("the model's pixel size is {pixel_mm} mm, expected 0.2 to 50")));
    }
    let mut record = Record::default();
    let planes = planes::choose_planes(scan, &mut record)?;
    let faults = planes.iter().map(|&(n, plane)| counts::check(plane, n)).collect::<Result<Vec<_>>>()?;
    let not_finite: usize = faults.iter().map(|f| f.not_finite).sum();
    if not_finite > 0 {
        record.warn("not_finite", format!("{not_finite} values are no number and were filled from their neighbours"));
    }
    if planes.iter().any(|(_, p)| matches!(p.samples, Samples::U8(_))) {
        let text = "8-bit values may be an export that was mapped by a logarithm or gamma; they were taken as proportional to dose";
        record.warn("eight_bit_export", text);
    }

    let polarity = planes::find_polarity(scan, planes[0].1, settings, &mut record);
    let counts: Vec<(usize, Counts<'_>)> = planes.iter().map(|&(n, p)| (n, Counts::new(p, polarity))).collect();
    let bright: Vec<f32> = counts
        .iter()
        .map(|(_, c)| robust::quantile(&mut finite(c.sample(40_000)), 0.995).max(f32::MIN_POSITIVE))
        .collect();

    // A strip that is black in one plane is taken from all: they have one geometry.
    let margins = if settings.trim { trim::find(counts[0].1, bright[0]) } else { trim::Margins::default() };
    let area = margins.area(counts[0].1.dim());
    record.step(
        "trim",
        margins != trim::Margins::default(),
        [
            ("top", json!(margins.top)),
            ("bottom", json!(margins.bottom)),
            ("left", json!(margins.left)),
            ("right", json!(margins.right)),
        ],
    );
    if area.width < 16 || area.height < 16 {
        return Err(Error::format(format!(
            "{}x{} pixels stay after trimming black and constant margins, expected at least 16x16",
            area.width, area.height
        ))
        .help("switch prepare.trim off if the margins are measured"));
    }

    let settled: Vec<(Result<Channel<'_>>, Record)> = counts
        .par_iter()
        .zip(&bright)
        .map(|(&(number, counts), &bright)| {
            let mut record = Record::default();
            let basis = Basis { counts, number, polarity, area, margins, bright };
            (level::channel(basis, settings, calibration, &mut record), record)
        })
        .collect();
    let mut channels = Vec::with_capacity(settled.len());
    for (channel, part) in settled {
        record.append(part);
        channels.push(channel?);
    }

    let Cropped { part, located, pixel: source_pixel, pixel_sigma } =
        crop::crop(&channels[0], (area, margins), scan.metadata.pixel_mm, settings, &mut record);
    if located != Located::WholeImage {
        for channel in &mut channels {
            channel.find_blind_rows(area, part, located == Located::Object);
        }
    }
    // Before mislabelled planes are exchanged: the labels stay in their order.
    let energies_mv = planes::stated_energies(scan, &channels);
    planes::order_energies(&mut channels, area, part, &mut record);
    let inputs: Vec<Input<'_>> = channels
        .iter()
        .map(|c| {
            let source = c.source(area, part);
            let repairs = find_repairs(c, &source, area, part, settings, &mut record);
            Input { source, repairs, not_finite: not_finite > 0 }
        })
        .collect();
    let squares = (area, part, source_pixel);
    let shielded_below = darkest::shielded_level(&channels[0], squares, located, settings, &mut record);

    let size = (part.height as usize, part.width as usize);
    let (grid, pixel) = if settings.resample {
        resample::grid(size, source_pixel, pixel_mm, settings.max_pixels)?
    } else {
        if (source_pixel.x / pixel_mm - 1.0).abs().max((source_pixel.y / pixel_mm - 1.0).abs()) > 0.02 {
            let (x, y) = (source_pixel.x, source_pixel.y);
            let text = format!("pixels are {x} x {y} mm, the model was made for {pixel_mm} mm, and resampling is off");
            record.warn("grid_differs", text);
        }
        (size, source_pixel)
    };
    let job = Job {
        mapping: Mapping { source: size, grid, filter: settings.filter },
        noise_floor: settings.noise_floor,
        shielded_below,
        transmission: target.transmission,
        ratio_least: (settings.ratio && target.ratio).then_some(settings.ratio_min_attenuation),
    };
    let Converted { transmission, attenuation, ratio, state, shielded } = convert::convert(&inputs, &job)?;

    let share = shielded as f32 / state.len().max(1) as f32;
    let below = shielded_below.map_or(Value::Null, number);
    record.step("shielded", shielded > 0, [("below", below), ("share", number(share))]);
    record.step(
        "resample",
        grid != size,
        [
            ("columns", json!(grid.1)),
            ("rows", json!(grid.0)),
            ("pixel_mm_x", number(pixel.x)),
            ("pixel_mm_y", number(pixel.y)),
            ("filter", json!(settings.filter)),
        ],
    );
    record.step("attenuation", true, [("noise_floor", number(settings.noise_floor))]);
    let least = number(settings.ratio_min_attenuation);
    record.step("ratio", ratio.is_some(), [("min_attenuation", least)]);

    let frame = Frame {
        crop: BoxPx { x: area.x + part.x, y: area.y + part.y, ..part },
        located,
        source_pixel,
        pixel_sigma,
        pixel,
        doors: scan.metadata.doors.unwrap_or(End::Right),
        doors_known: scan.metadata.doors.is_some(),
    };
    let Record { steps, warnings } = record;
    let noise_floor = settings.noise_floor;
    Ok(Prepared { transmission, attenuation, ratio, state, energies_mv, noise_floor, frame, steps, warnings })
}

fn finite(mut values: Vec<f32>) -> Vec<f32> {
    values.retain(|v| v.is_finite());
    values
}

/// Finds what is to be filled in one plane of the crop.
fn find_repairs(
    channel: &Channel<'_>,
    source: &Source<'_>,
    area: BoxPx,
    part: BoxPx,
    settings: &Checked,
    record: &mut Record,
) -> Repairs {
    /// More than this many are counted but not listed.
    const LISTED: usize = 64;
    let min_rows = ((settings.dropout_min_share * part.height as f32).ceil() as usize).max(8);
    let found = if settings.dropouts { dropouts::find(source, min_rows) } else { Vec::new() };
    // What was not measured is no matter of taste: nothing can be said of what lies there.
    let (patches, dead) = (patches::find(source), channel.dead_rows(part));
    let repairs = Repairs::new(&found, &patches, &dead);
    let (left, top) = ((area.x + part.x) as usize, (area.y + part.y) as usize);
    let of_dropouts = found.iter().map(|d| (d.rows.clone(), d.columns.clone()));
    let boxes: Vec<Value> = of_dropouts
        .chain(patches.iter().map(patches::Patch::bounds))
        .take(LISTED)
        .map(|(rows, columns)| {
            json!(BoxPx {
                x: (left + columns.start) as u32,
                y: (top + rows.start) as u32,
                width: columns.len() as u32,
                height: rows.len() as u32,
            })
        })
        .collect();
    let dead_px: Vec<usize> = dead.iter().take(LISTED).map(|r| top + r).collect();
    let pixels = repairs.pixels(part.width as usize);
    record.step(
        "dropouts",
        pixels > 0,
        [
            ("plane", json!(channel.number)),
            ("columns", json!(found.len())),
            ("patches", json!(patches.len())),
            ("dead_rows", json!(dead.len())),
            ("pixels", json!(pixels)),
            ("boxes_px", json!(boxes)),
            ("rows_px", json!(dead_px)),
        ],
    );
    repairs
}
