//! Counts to what the network sees.
//!
//! [`prepare`] runs the steps in this order and records each: polarity, trim, dark, air, locate, energies, dropouts,
//! shielded, resample, attenuation, ratio. `docs/prepare.md` says why.

mod air;
mod attenuation;
mod calibration;
mod counts;
mod dropouts;
mod locate;
mod polarity;
mod prepared;
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

pub use calibration::Calibration;
pub use prepared::{Frame, Located, PixelState, Prepared, Step};
pub use settings::{Checked, Filter, Settings};

use crate::scan::{BoxPx, End, Energy, Error, PixelSize, Plane, Polarity, Result, Samples, Scan, Warning};
use air::{Air, Dark};
use counts::Counts;
use ndarray::Array2;
use serde_json::{Value, json};
use transmission::Levels;

/// What the steps leave behind for the report.
#[derive(Default)]
struct Record {
    steps: Vec<Step>,
    warnings: Vec<Warning>,
}

impl Record {
    fn step<const N: usize>(&mut self, name: &str, applied: bool, found: [(&str, Value); N]) {
        let found = found.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        self.steps.push(Step { name: name.to_owned(), applied, found });
    }

    fn warn(&mut self, code: &str, message: impl Into<String>) {
        self.warnings.push(Warning::new(code, message));
    }
}

/// A number for the report: four significant digits, so that reports stay readable and equal.
fn number(value: f32) -> Value {
    let rounded = format!("{value:.3e}").parse::<f64>().unwrap_or(0.0);
    if rounded.is_finite() { json!(rounded) } else { Value::Null }
}

/// One energy plane on its way.
struct Channel<'a> {
    counts: Counts<'a>,
    /// Where in the scan's planes it stands.
    number: usize,
    dark: Dark,
    air: Air,
}

impl Channel<'_> {
    /// Levels over `part` of the area that the channel's levels are for.
    fn levels(&self, part: BoxPx) -> Levels<'_> {
        let (rows, columns) = (part.y as usize..part.bottom() as usize, part.x as usize..part.right() as usize);
        Levels { dark: &self.dark.level[rows.clone()], row: &self.air.row[rows], drift: &self.air.drift[columns] }
    }
}

/// Prepares a scan for a model whose grid has pixels of `pixel_mm` (0.2 to 50).
///
/// The same input gives the same bits on any number of threads.
///
/// # Errors
/// Format errors for planes that hold no image (see the messages), planes of different sizes, no plane at
/// all; parameter errors for `pixel_mm` outside its range and for calibration frames that do not fit; a limit
/// error where the prepared image would exceed `max_pixels`.
pub fn prepare(scan: &Scan, pixel_mm: f32, settings: &Checked, calibration: &Calibration) -> Result<Prepared> {
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

    let mut channels = Vec::with_capacity(2);
    for (&(n, c), &bright) in counts.iter().zip(&bright) {
        let flip = (polarity == Polarity::AirDark).then_some(c.full_scale);
        let dark = find_dark(c, n, area, margins, bright, settings, calibration, flip, &mut record)?;
        let air = find_air(c, n, area, &dark, bright, settings, calibration, flip, &mut record)?;
        channels.push(Channel { counts: c, number: n, dark, air });
    }

    let known = scan.metadata.pixel_mm;
    let found = settings.locate.then(|| {
        let c = &channels[0];
        let levels = Levels { dark: &c.dark.level, row: &c.air.row, drift: &c.air.drift };
        locate::locate(c.counts, area, levels, c.air.noise, known)
    });
    let (part, located, source_pixel) = settle_location(found, area, known, settings, &mut record);
    let crop = BoxPx { x: area.x + part.x, y: area.y + part.y, ..part };

    let mut planes_t: Vec<Array2<f32>> =
        channels.iter().map(|c| transmission::transmission(c.counts, crop, c.levels(part))).collect();
    order_energies(&mut planes_t, &mut channels, &mut record);

    let repaired = repair(&mut planes_t, &channels, crop, part, not_finite, settings, &mut record);
    let state = mark(&planes_t[0], &channels[0], part, &repaired, settings, &mut record);

    let size = planes_t[0].dim();
    let (grid, pixel) = if settings.resample {
        resample::grid(size, source_pixel, pixel_mm, settings.max_pixels)?
    } else {
        if (source_pixel.x / pixel_mm - 1.0).abs().max((source_pixel.y / pixel_mm - 1.0).abs()) > 0.02 {
            record.warn(
                "grid_differs",
                format!(
                    "pixels are {} x {} mm and the model was made for {pixel_mm} mm, but resampling is off",
                    source_pixel.x, source_pixel.y
                ),
            );
        }
        (size, source_pixel)
    };
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
    let mut transmission = Vec::with_capacity(planes_t.len());
    for plane in planes_t {
        transmission.push(resample::resample(plane, grid, settings.filter)?);
    }
    let state = shielded::resample_state(&state, grid);

    let attenuation: Vec<Array2<f32>> = transmission
        .iter_mut()
        .map(|t| attenuation::attenuation(t, settings.noise_floor, transmission::MOST))
        .collect();
    record.step("attenuation", true, [("noise_floor", number(settings.noise_floor))]);
    let ratio = match attenuation.as_slice() {
        [high, low] if settings.ratio => Some(attenuation::ratio(high, low, settings.ratio_min_attenuation)),
        _ => None,
    };
    record.step("ratio", ratio.is_some(), [("min_attenuation", number(settings.ratio_min_attenuation))]);

    let doors = scan.metadata.doors;
    let frame =
        Frame { crop, located, source_pixel, pixel, doors: doors.unwrap_or(End::Right), doors_known: doors.is_some() };
    let Record { steps, warnings } = record;
    Ok(Prepared { transmission, attenuation, ratio, state, noise_floor: settings.noise_floor, frame, steps, warnings })
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
    let stated = settings.polarity.or(scan.metadata.polarity);
    let (polarity, from) = if let Some(polarity) = stated {
        (polarity, if settings.polarity.is_some() { "setting" } else { "file" })
    } else {
        let decision = polarity::decide(Counts::new(plane, Polarity::AirBright));
        if !decision.certain {
            record.warn(
                "polarity_guessed",
                "whether air is bright or dark is not stated, and the image's margins do not show it",
            );
        }
        (decision.polarity, "image")
    };
    record.step("polarity", polarity == Polarity::AirDark, [("polarity", json!(polarity)), ("from", json!(from))]);
    polarity
}

#[expect(clippy::too_many_arguments, reason = "one call, in one place")]
fn find_dark(
    counts: Counts<'_>,
    number_of_plane: usize,
    area: BoxPx,
    margins: trim::Margins,
    bright: f32,
    settings: &Checked,
    calibration: &Calibration,
    flip: Option<f32>,
    record: &mut Record,
) -> Result<Dark> {
    let rows = counts.dim().0;
    let given = calibration::rows(calibration.dark.as_ref(), "dark", number_of_plane, rows, flip)?;
    let part = area.y as usize..area.bottom() as usize;
    let (dark, from) = if !settings.dark {
        (Dark { level: vec![0.0; part.len()], sigma: 0.0 }, "off")
    } else if let Some(given) = given {
        (Dark { level: given.level[part].to_vec(), sigma: given.sigma }, "frames")
    } else {
        let strip = air::dark_strip(counts, margins, bright);
        let from = if strip.is_some() { "strip" } else { "none" };
        let (level, sigma) = strip.unwrap_or((0.0, 0.0));
        (Dark { level: vec![level; part.len()], sigma }, from)
    };
    let middle = robust::median(&mut dark.level.clone());
    record.step(
        "dark",
        middle != 0.0,
        [
            ("plane", json!(number_of_plane)),
            ("from", json!(from)),
            ("level", number(middle)),
            ("sigma", number(dark.sigma)),
        ],
    );
    Ok(dark)
}

#[expect(clippy::too_many_arguments, reason = "one call, in one place")]
fn find_air(
    counts: Counts<'_>,
    number_of_plane: usize,
    area: BoxPx,
    dark: &Dark,
    bright: f32,
    settings: &Checked,
    calibration: &Calibration,
    flip: Option<f32>,
    record: &mut Record,
) -> Result<Air> {
    let given = calibration::rows(calibration.air.as_ref(), "air", number_of_plane, counts.dim().0, flip)?;
    let given: Option<Vec<f32>> = given.map(|g| {
        g.level[area.y as usize..area.bottom() as usize].iter().zip(&dark.level).map(|(a, d)| a - d).collect()
    });
    let plane = ("plane", json!(number_of_plane));
    if !settings.air {
        let row: Vec<f32> = dark.level.iter().map(|d| (counts.full_scale - d).max(f32::MIN_POSITIVE)).collect();
        record.step("air", false, [plane, ("from", json!("full_scale")), ("level", number(counts.full_scale))]);
        return Ok(Air::flat(row, area.width as usize));
    }
    let from = if given.is_some() { "frames" } else { "image" };
    let air = air::estimate(counts, area, &dark.level, given.as_deref(), settings.drift, bright);
    let m = air.margins;
    if m == air::AirMargins::default() && given.is_none() {
        record.warn("no_air", format!("plane {number_of_plane} shows no air: its brightest level was taken for air"));
    } else if air.guessed_rows > 0 {
        record.warn(
            "air_partial",
            format!(
                "plane {number_of_plane}: {} of {} rows show no air and took the level of the others",
                air.guessed_rows, area.height
            ),
        );
    }
    if air.saturated > 0.1 {
        record.warn(
            "air_saturated",
            format!("plane {number_of_plane}: {:.0} % of the air pixels are at full scale", 100.0 * air.saturated),
        );
    }
    let (low, high) = (robust::quantile(&mut air.drift.clone(), 0.0), robust::quantile(&mut air.drift.clone(), 1.0));
    record.step(
        "air",
        true,
        [
            plane,
            ("from", json!(from)),
            ("level", number(robust::median(&mut air.row.clone()))),
            ("drift_least", number(low)),
            ("drift_most", number(high)),
            ("noise", number(air.noise)),
            ("saturated_share", number(air.saturated)),
            ("left", json!(m.left)),
            ("right", json!(m.right)),
            ("top", json!(m.top)),
            ("bottom", json!(m.bottom)),
            ("rows_without_air", json!(air.guessed_rows)),
        ],
    );
    Ok(air)
}

/// The crop within the area, what it holds, and the source's pixel size.
fn settle_location(
    found: Option<Option<locate::Found>>,
    area: BoxPx,
    known: Option<PixelSize>,
    settings: &Checked,
    record: &mut Record,
) -> (BoxPx, Located, PixelSize) {
    let whole = BoxPx { x: 0, y: 0, ..area };
    let switched_on = found.is_some();
    let found = found.flatten().filter(|f| f.area.width >= 16 && f.area.height >= 16);
    let (part, located) = found.as_ref().map_or((whole, Located::WholeImage), |f| (f.area, f.located));
    if switched_on && located == Located::WholeImage {
        record.warn("nothing_located", "neither a container nor another object was told apart from air");
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
        let (low, high) = (*PixelSize::RANGE_MM.start(), *PixelSize::RANGE_MM.end());
        let mm = mm.clamp(low, high);
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

/// High energy penetrates more; planes that show the opposite are exchanged.
fn order_energies(planes: &mut [Array2<f32>], channels: &mut [Channel<'_>], record: &mut Record) {
    let [first, second] = planes else { return };
    let quotient = attenuation::first_over_second(first, second);
    let swap = quotient.is_some_and(|q| q > 1.02);
    if swap {
        std::mem::swap(first, second);
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

/// Finds and fills dropouts, dead rows and values that are no number, plane by plane; returns what was filled in any.
fn repair(
    planes: &mut [Array2<f32>],
    channels: &[Channel<'_>],
    crop: BoxPx,
    part: BoxPx,
    not_finite: usize,
    settings: &Checked,
    record: &mut Record,
) -> Vec<(usize, std::ops::Range<usize>)> {
    let mut repaired = Vec::new();
    for (t, channel) in planes.iter_mut().zip(channels) {
        if not_finite > 0 {
            for r in 0..crop.height as usize {
                let bad = |c: &usize| !channel.counts.at(crop.y as usize + r, crop.x as usize + c).is_finite();
                repaired.extend((0..crop.width as usize).filter(bad).map(|c| (r, c..c + 1)));
            }
        }
        if !settings.dropouts {
            continue;
        }
        let min_rows = ((settings.dropout_min_share * crop.height as f32).ceil() as usize).max(8);
        let found = dropouts::find(t, channel.counts, crop, min_rows);
        let (top, bottom) = (part.y as usize, part.bottom() as usize);
        let dead: Vec<usize> = channel.air.dead.iter().filter(|r| (top..bottom).contains(r)).map(|r| r - top).collect();
        let filled = dropouts::repair(t, &found, &dead);
        let pixels: usize = filled.iter().map(|(_, c)| c.len()).sum();
        let list: Vec<Value> = found
            .iter()
            .take(64)
            .map(|d| {
                json!({
                    "x": crop.x as usize + d.columns.start, "y": crop.y as usize + d.rows.start,
                    "width": d.columns.len(), "height": d.rows.len(),
                })
            })
            .collect();
        let rows: Vec<usize> = dead.iter().take(64).map(|r| crop.y as usize + r).collect();
        record.step(
            "dropouts",
            !filled.is_empty(),
            [
                ("plane", json!(channel.number)),
                ("columns", json!(found.len())),
                ("dead_rows", json!(dead.len())),
                ("pixels", json!(pixels)),
                ("boxes_px", json!(list)),
                ("rows_px", json!(rows)),
            ],
        );
        repaired.extend(filled);
    }
    repaired
}

/// The state of every source pixel of the crop, from the plane that penetrates most.
fn mark(
    high: &Array2<f32>,
    channel: &Channel<'_>,
    part: BoxPx,
    repaired: &[(usize, std::ops::Range<usize>)],
    settings: &Checked,
    record: &mut Record,
) -> Array2<PixelState> {
    let air = robust::median(&mut channel.air.row[part.y as usize..part.bottom() as usize].to_vec());
    let level = shielded::threshold(
        settings.shielded_below,
        settings.shielded_sigmas,
        channel.dark.sigma,
        channel.counts.quantum(),
        air,
    );
    let state = shielded::source_state(high, settings.shielded.then_some(level), repaired);
    let n = state.iter().filter(|&&s| s == PixelState::Shielded).count();
    record.step(
        "shielded",
        n > 0,
        [
            ("below", number(level)),
            ("share", number(n as f32 / state.len().max(1) as f32)),
            ("on", json!(settings.shielded)),
        ],
    );
    state
}
