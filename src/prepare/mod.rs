//! Counts to what the network sees.
//!
//! [`prepare`] runs the steps in this order and records each: polarity, trim, dark, air, locate, energies, dropouts,
//! shielded, resample, attenuation, ratio. `docs/prepare.md` says why.

mod air;
mod attenuation;
mod calibration;
mod convert;
mod counts;
mod dead;
mod dropouts;
mod level;
mod locate;
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
pub use settings::{Checked, Filter, Settings};

use crate::scan::{BoxPx, End, Energy, Error, PixelSize, Plane, Polarity, Result, Samples, Scan};
use convert::{Converted, Input, Job};
use counts::Counts;
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
    let planes = choose_planes(scan, &mut record)?;
    let faults = planes.iter().map(|&(n, plane)| counts::check(plane, n)).collect::<Result<Vec<_>>>()?;
    let not_finite: usize = faults.iter().map(|f| f.not_finite).sum();
    if not_finite > 0 {
        record.warn("not_finite", format!("{not_finite} values are no number and were filled from their neighbours"));
    }
    if planes.iter().any(|(_, p)| matches!(p.samples, Samples::U8(_))) {
        let text = "8-bit values may be an export that was mapped by a logarithm or gamma; they were taken as proportional to dose";
        record.warn("eight_bit_export", text);
    }

    let polarity = find_polarity(scan, planes[0].1, settings, &mut record);
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

    let (part, located, source_pixel) =
        crop(&channels[0], (area, margins), scan.metadata.pixel_mm, settings, &mut record);
    if located == Located::Container && settings.dropouts {
        for channel in &mut channels {
            channel.find_blind_rows(area, part);
        }
    }
    // Before mislabelled planes are exchanged: the labels stay in their order.
    let energies_mv = stated_energies(scan, &channels);
    order_energies(&mut channels, area, part, &mut record);
    let inputs: Vec<Input<'_>> = channels
        .iter()
        .map(|c| {
            let source = c.source(area, part);
            let repairs = find_repairs(c, &source, area, part, settings, &mut record);
            Input { source, repairs, not_finite: not_finite > 0 }
        })
        .collect();
    let shielded_below = shielded_level(&channels[0], (area, part), settings, &mut record);

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

/// The one or two planes that are used, high energy first, with their places in the scan.
fn choose_planes<'a>(scan: &'a Scan, record: &mut Record) -> Result<Vec<(usize, &'a Plane)>> {
    let mut planes: Vec<(usize, &Plane)> =
        scan.planes.iter().enumerate().filter(|(_, p)| p.energy != Energy::Other).collect();
    if planes.is_empty() {
        planes = scan.planes.iter().enumerate().take(1).collect();
    }
    let Some(first) = planes.first() else {
        return Err(Error::bug("the scan has no plane"));
    };
    let size = first.1.samples.dim();
    for (number, plane) in &planes {
        let dim = plane.samples.dim();
        if dim != size {
            let text = format!("it has {}x{} pixels, plane {} has {}x{}", dim.1, dim.0, first.0, size.1, size.0);
            return Err(Error::format(text).at(format!("plane {number}")).help("give planes of one size"));
        }
    }
    planes.sort_by_key(|(_, p)| p.energy == Energy::Low);
    planes.truncate(2);
    if scan.planes.len() > planes.len() {
        record.warn("planes_unused", format!("{} of {} planes are used", planes.len(), scan.planes.len()));
    }
    Ok(planes)
}

fn find_polarity(scan: &Scan, plane: &Plane, settings: &Checked, record: &mut Record) -> Polarity {
    let mut votes = Value::Null;
    let stated = settings.polarity.or(scan.metadata.polarity);
    let (polarity, from) = if let Some(polarity) = stated {
        (polarity, if settings.polarity.is_some() { "setting" } else { "file" })
    } else {
        let decision = polarity::decide(Counts::new(plane, Polarity::AirBright));
        if !decision.certain {
            record.warn(
                "polarity_guessed",
                "whether air is bright or dark is not stated, and the image does not clearly show it",
            );
        }
        votes = number(decision.votes);
        (decision.polarity, "image")
    };
    let found = [("polarity", json!(polarity)), ("from", json!(from)), ("votes", votes)];
    record.step("polarity", polarity == Polarity::AirDark, found);
    polarity
}

/// The crop within the area, what it holds, and the source's pixel size.
fn crop(
    channel: &Channel<'_>,
    (area, margins): (BoxPx, trim::Margins),
    known: Option<PixelSize>,
    settings: &Checked,
    record: &mut Record,
) -> (BoxPx, Located, PixelSize) {
    let whole = BoxPx { x: 0, y: 0, ..area };
    let mut found = None;
    // Where no air is seen, nothing can stand in front of it.
    let seen = channel.air.margins != air::AirMargins::default();
    if settings.locate && seen {
        found = locate::locate(&channel.source(area, whole).bridging(&channel.air.dead), channel.air.noise, known)
            .filter(|f| f.area.width >= 16 && f.area.height >= 16);
    }
    if settings.locate && found.is_none() {
        record.warn("nothing_located", "neither a container nor another object was told apart from air");
    }
    let (part, located) = found.as_ref().map_or((whole, Located::WholeImage), |f| (f.area, f.located));
    if let Some(found) = &found
        && let Some(text) = whole::cut(margins, area, part, found.nominal.is_some())
    {
        record.warn("incomplete", text);
    }
    if found.as_ref().is_some_and(|f| f.several) {
        record.warn("several_containers", "more than one container stands in line; the whole of them is used");
    }
    let nominal = found.and_then(|f| f.nominal);
    let source_pixel = known.unwrap_or_else(|| {
        let (mm, how) = match nominal {
            Some((long, _)) => (long / part.width as f32, format!("from a container {long} mm long")),
            None => (settings.default_pixel_mm, "by default".to_owned()),
        };
        let mm = mm.clamp(*PixelSize::RANGE_MM.start(), *PixelSize::RANGE_MM.end());
        record.warn("pixel_size_assumed", format!("the pixel size is not stated and was taken as {mm:.2} mm, {how}"));
        PixelSize { x: mm, y: mm }
    });
    record.step(
        "locate",
        part != whole,
        [
            ("located", json!(located)),
            ("box_px", json!(BoxPx { x: area.x + part.x, y: area.y + part.y, ..part })),
            ("length_mm", number(part.width as f32 * source_pixel.x)),
            ("height_mm", number(part.height as f32 * source_pixel.y)),
            ("nominal_length_mm", nominal.map_or(Value::Null, |n| number(n.0))),
            ("nominal_height_mm", nominal.map_or(Value::Null, |n| number(n.1))),
        ],
    );
    (part, located, source_pixel)
}

/// The stated energies of the planes in use; none where not all of them have one.
fn stated_energies(scan: &Scan, channels: &[Channel<'_>]) -> Vec<f32> {
    let stated = &scan.metadata.energies_mv;
    let one_each = stated.len() == scan.planes.len();
    channels.iter().filter_map(|channel| stated.get(channel.number).copied().filter(|_| one_each)).collect()
}

/// High energy penetrates more; planes that show the opposite are exchanged.
fn order_energies(channels: &mut [Channel<'_>], area: BoxPx, part: BoxPx, record: &mut Record) {
    let [first, second] = &*channels else { return };
    let quotient = attenuation::first_over_second(&first.source(area, part), &second.source(area, part));
    let swap = quotient.is_some_and(|q| q > 1.02);
    if swap {
        channels.reverse();
        let text = "the plane given as high energy absorbs more than the other; they were exchanged";
        record.warn("energies_swapped", text);
    }
    record.step(
        "energies",
        swap,
        [("attenuation_first_over_second", quotient.map_or(Value::Null, number)), ("high", json!(channels[0].number))],
    );
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
    if !settings.dropouts {
        record.step("dropouts", false, [("plane", json!(channel.number))]);
        return Repairs::default();
    }
    let min_rows = ((settings.dropout_min_share * part.height as f32).ceil() as usize).max(8);
    let found = dropouts::find(source, min_rows);
    let rows = part.y as usize..part.bottom() as usize;
    let dead: Vec<usize> = channel.air.dead.iter().filter(|r| rows.contains(r)).map(|r| r - rows.start).collect();
    let repairs = Repairs::new(&found, &dead);
    let (left, top) = ((area.x + part.x) as usize, (area.y + part.y) as usize);
    let boxes: Vec<Value> = found
        .iter()
        .take(LISTED)
        .map(|d| {
            json!(BoxPx {
                x: (left + d.columns.start) as u32,
                y: (top + d.rows.start) as u32,
                width: d.columns.len() as u32,
                height: d.rows.len() as u32,
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
            ("dead_rows", json!(dead.len())),
            ("pixels", json!(pixels)),
            ("boxes_px", json!(boxes)),
            ("rows_px", json!(dead_px)),
        ],
    );
    repairs
}

/// Side in pixels of the squares whose medians say how dark a picture gets: dead pixels, rows and columns fill less than half
/// of one and cannot pass for what the beam did not get through.
const SQUARE: usize = 16;

/// The medians of squares of the part, every second pixel of every second row of each.
fn square_medians(source: &Source<'_>) -> Vec<f32> {
    let (rows, columns) = source.dim();
    let mut lines = vec![vec![0.0; columns]; SQUARE / 2];
    let mut medians = Vec::with_capacity(rows / SQUARE * (columns / SQUARE));
    let mut square = Vec::with_capacity(SQUARE * SQUARE / 4);
    for top in (0..rows.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
        for (number, line) in lines.iter_mut().enumerate() {
            source.read(top + 2 * number, 0, line);
        }
        for left in (0..columns.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
            square.clear();
            for line in &lines {
                square.extend(line[left..left + SQUARE].iter().step_by(2).filter(|t| t.is_finite()));
            }
            if !square.is_empty() {
                medians.push(robust::median(&mut square));
            }
        }
    }
    medians
}

/// Where the dark level is not known, the darkest thousandths of a picture may be an offset or scatter behind something
/// opaque. What is not brighter than that by a quarter is not seen, up to this transmission: beyond it, a picture that
/// shows nothing darker simply holds nothing dense.
const DARKEST_SHARE: f32 = 0.002;
const DARKEST_FACTOR: f32 = 1.25;
const DARKEST_MOST: f32 = 0.05;

/// The transmission below which the high-energy plane's pixels are shielded.
fn shielded_level(
    channel: &Channel<'_>,
    (area, part): (BoxPx, BoxPx),
    settings: &Checked,
    record: &mut Record,
) -> Option<f32> {
    let air = robust::median(&mut channel.air.row[part.y as usize..part.bottom() as usize].to_vec());
    let (sigmas, quantum) = (settings.shielded_sigmas, channel.counts.quantum());
    let level = shielded::threshold(settings.shielded_below, sigmas, channel.dark.sigma, quantum, air);
    if channel.dark.known || !settings.shielded {
        return settings.shielded.then_some(level);
    }
    let mut medians = square_medians(&channel.source(area, part));
    if medians.is_empty() {
        return Some(level);
    }
    let darkest = robust::quantile(&mut medians, DARKEST_SHARE);
    let raised = DARKEST_FACTOR * darkest;
    if raised <= level || raised > DARKEST_MOST {
        return Some(level);
    }
    let text = format!(
        "the dark level is not known: what transmits less than {raised:.4}, near the darkest of the picture, counts as not \
         penetrated; give a dark frame"
    );
    record.warn("dark_unknown", text);
    Some(raised)
}
