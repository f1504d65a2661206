//! What of the picture is prepared, and how large its pixels are.

use super::air_margins::AirMargins;
use super::dark;
use super::level::Channel;
use super::locate::{self, EVEN_SPEED, Found, SOMETHING};
use super::prepared::Located;
use super::record::{Record, number};
use super::robust::median;
use super::settings::Checked;
use super::trim::Margins;
use super::whole::{self, Seen};
use crate::scan::{BoxPx, PixelSize};
use serde_json::{Value, json};

/// Standard uncertainty, as a share, of a pixel size that was taken from an assumption alone.
const SIGMA_BY_DEFAULT: f32 = 1.0;

/// The part of the picture that is prepared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cropped {
    /// Within the area.
    pub(super) part: BoxPx,
    pub(super) located: Located,
    pub(super) pixel: PixelSize,
    /// Standard uncertainty of the pixel size, as a share.
    pub(super) pixel_sigma: f32,
}

/// Looks for the load in the `area` that stays within the trimmed `margins`; `known` is the stated pixel size.
pub(super) fn crop(
    channel: &Channel<'_>,
    (area, margins): (BoxPx, Margins),
    known: Option<PixelSize>,
    settings: &Checked,
    record: &mut Record,
) -> Cropped {
    let whole = BoxPx { x: 0, y: 0, ..area };
    let air = channel.air.margins;
    let mut found = None;
    // Where no air is seen, nothing can stand in front of it.
    if settings.locate && air != AirMargins::default() {
        let source = channel.source(area, whole).bridging(&channel.air.dead);
        found = locate::locate(&source, channel.air.noise, known)
            .filter(|f| f.area.width >= 16 && f.area.height >= 16)
            .map(|f| Found { area: with_dead_rows(f.area, area, &channel.air.dead), ..f });
    }
    if settings.locate && found.is_none() {
        record.warn("nothing_located", "neither a container nor another object was told apart from air");
    }
    let (part, located) = found.as_ref().map_or((whole, Located::WholeImage), |f| (f.area, f.located));
    // A strip beside what is prepared may be a shielded part of it, whether something was looked for and found or not.
    let object = found.as_ref().map_or_else(|| within(channel, area), |f| f.area);
    let floored = |f: &Found| {
        part.bottom() + whole::NEAR < area.height
            || locate::has_floor(&channel.source(area, whole).bridging(&channel.air.dead), f)
    };
    let seen = found.as_ref().map(|f| Seen {
        nominal: f.has_length_of_a_container(known),
        floored: floored(f),
        grounded: located == Located::Object && dark::measured_below(channel.counts, margins),
    });
    if let Some(text) = whole::cut(margins, area, object, seen) {
        record.warn("incomplete", text);
    }
    if found.as_ref().is_some_and(|f| f.several) {
        record.warn("several_containers", "more than one container stands in line; the whole of them is used");
    }
    let (pixel, pixel_sigma) = pixel_size(found.as_ref(), part, known, settings, record);
    let nominal = found.as_ref().and_then(|f| f.nominal);
    record.step(
        "locate",
        part != whole,
        [
            ("located", json!(located)),
            ("box_px", json!(BoxPx { x: area.x + part.x, y: area.y + part.y, ..part })),
            ("outside_share", found.as_ref().map_or(Value::Null, |f| number(f.outside))),
            ("length_mm", number(part.width as f32 * pixel.x)),
            ("height_mm", number(part.height as f32 * pixel.y)),
            ("nominal_length_mm", nominal.map_or(Value::Null, |n| number(n.0))),
            ("nominal_height_mm", nominal.map_or(Value::Null, |n| number(n.1))),
        ],
    );
    Cropped { part, located, pixel, pixel_sigma }
}

/// What was found with the dead rows that it ends at: its edge may lie anywhere among them.
fn with_dead_rows(mut part: BoxPx, area: BoxPx, dead: &[usize]) -> BoxPx {
    let dead = |row: u32| dead.binary_search(&(row as usize)).is_ok();
    while part.y > 0 && dead(part.y - 1) {
        part.y -= 1;
        part.height += 1;
    }
    while part.bottom() < area.height && dead(part.bottom()) {
        part.height += 1;
    }
    part
}

/// The area without its margins of air. Rows behind thin walls from end to end look like air, until they are compared with it
/// at the sides: by what they absorb or, where the drift was taken from them, by that.
fn within(channel: &Channel<'_>, area: BoxPx) -> BoxPx {
    let AirMargins { left, right, mut top, mut bottom } = channel.air.margins;
    let source = channel.source(area, BoxPx { x: 0, y: 0, ..area });
    let (height, width) = source.dim();
    let drift = &channel.air.drift;
    let ends = f32::midpoint(drift[0], drift[width - 1]);
    let bent = (median(&mut drift.clone()) / ends - 1.0).abs() > 2.0 * SOMETHING;
    let mut line = vec![0.0; width];
    let mut absorbs = |row: usize| {
        source.read(row, 0, &mut line);
        1.0 - median(&mut line) > SOMETHING
    };
    if bent || absorbs(top / 2) {
        top = 0;
    }
    if bent || absorbs(height - 1 - bottom / 2) {
        bottom = 0;
    }
    let across = area.width.saturating_sub((left + right) as u32);
    BoxPx { x: left as u32, y: top as u32, width: across, height: area.height.saturating_sub((top + bottom) as u32) }
}

/// The size of a pixel and its standard uncertainty as a share: what is stated, else what a container's length makes it, else
/// the default.
fn pixel_size(
    found: Option<&Found>,
    part: BoxPx,
    known: Option<PixelSize>,
    settings: &Checked,
    record: &mut Record,
) -> (PixelSize, f32) {
    /// Nothing that is scanned is lower than this.
    const LEAST_HEIGHT_MM: f32 = 1_000.0;
    let long = found.and_then(|f| f.nominal).map(|nominal| nominal.0);
    if let Some(pixel) = known {
        // Too small a size makes everything small, also what was not seen.
        let (wide, high) = (part.width as f32 * pixel.x, part.height as f32 * pixel.y);
        if let Some(long) = found.and_then(|f| f.shaped).filter(|long| wide < *long) {
            let text = format!(
                "a box with the sides of a container {long:.0} mm long measures {wide:.0} mm: is the pixel size right?"
            );
            record.warn("pixel_size_doubtful", text);
        } else if found.is_some_and(|f| f.located == Located::Object) && high < LEAST_HEIGHT_MM {
            let text = format!("what was located is {high:.0} mm high: is the pixel size right?");
            record.warn("pixel_size_doubtful", text);
        }
        let measured = part.width as f32 * pixel.x;
        let off = long.map_or(0.0, |long| measured / long - 1.0);
        if off.abs() <= EVEN_SPEED {
            return (pixel, 0.0);
        }
        let text = format!(
            "the container measures {measured:.0} mm, {:+.1} % off {:.0} mm: the truck's speed was uneven, the pixel size is wrong, or a part is missing",
            100.0 * off,
            measured / (1.0 + off)
        );
        record.warn("length_off", text);
        // The columns follow the truck, which is as long as its container; the rows do not. How wide a single one is stays
        // uncertain.
        let factor = if locate::is_of_one_length(measured) { 1.0 / (1.0 + off) } else { 1.0 };
        let x = (factor * pixel.x).clamp(*PixelSize::RANGE_MM.start(), *PixelSize::RANGE_MM.end());
        return (PixelSize { x, y: pixel.y }, 0.5 * off.abs());
    }
    let (code, mm, sigma, how) = match (found, long) {
        (Some(found), Some(long)) => {
            let how = format!("from a container {long} mm long");
            ("pixel_size_assumed", long / part.width as f32, found.length_sigma(), how)
        }
        // Every limit in mm hangs on it: how large a thing may hide, and how heavy a region is.
        _ => ("pixel_size_unknown", settings.default_pixel_mm, SIGMA_BY_DEFAULT, "by default".to_owned()),
    };
    let mm = mm.clamp(*PixelSize::RANGE_MM.start(), *PixelSize::RANGE_MM.end());
    record.warn(code, format!("the pixel size is not stated and was taken as {mm:.2} mm, {how}"));
    (PixelSize { x: mm, y: mm }, sigma)
}
