//! Which dark and air levels a plane is compared with: given frames first, else what the image shows.

use super::air::{self, Air};
use super::air_margins::AirMargins;
use super::calibration::{self, Calibration};
use super::counts::Counts;
use super::dark::{self, Dark};
use super::dead;
use super::record::{Record, number};
use super::robust::{median, quantile};
use super::settings::Checked;
use super::transmission::{Levels, Source};
use super::trim::Margins;
use crate::scan::{BoxPx, Error, Polarity, Result};
use serde_json::json;

/// One energy plane with its levels.
#[derive(Debug)]
pub(super) struct Channel<'a> {
    pub(super) counts: Counts<'a>,
    /// Where in the scan's planes it stands.
    pub(super) number: usize,
    pub(super) dark: Dark,
    pub(super) air: Air,
}

impl Channel<'_> {
    /// The part `part` of `area`, which the levels are for, as transmission.
    pub(super) fn source(&self, area: BoxPx, part: BoxPx) -> Source<'_> {
        let (rows, columns) = (part.y as usize..part.bottom() as usize, part.x as usize..part.right() as usize);
        let levels =
            Levels { dark: &self.dark.level[rows.clone()], row: &self.air.row[rows], drift: &self.air.drift[columns] };
        Source::new(self.counts, BoxPx { x: area.x + part.x, y: area.y + part.y, ..part }, levels)
    }

    /// The rows of `part` that do not measure, counted from its first.
    pub(super) fn dead_rows(&self, part: BoxPx) -> Vec<usize> {
        let rows = part.y as usize..part.bottom() as usize;
        self.air.dead.iter().filter(|row| rows.contains(row)).map(|row| row - rows.start).collect()
    }

    /// Adds the rows that see nothing of what `part` holds, a container or an `object`, to the dead ones.
    pub(super) fn find_blind_rows(&mut self, area: BoxPx, part: BoxPx, object: bool) {
        let blind = dead::blind_rows(&self.source(area, part).bridging(&self.dead_rows(part)), object);
        self.air.dead.extend(blind.iter().map(|row| part.y as usize + row));
        self.air.dead.sort_unstable();
        self.air.dead.dedup();
    }
}

/// What the levels of a plane are taken from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Basis<'a> {
    pub(super) counts: Counts<'a>,
    /// The plane's place in the scan.
    pub(super) number: usize,
    pub(super) polarity: Polarity,
    /// What stays after trimming.
    pub(super) area: BoxPx,
    pub(super) margins: Margins,
    /// The image's bright level, in counts.
    pub(super) bright: f32,
}

/// Settles the levels of a plane.
///
/// # Errors
/// Parameter errors for calibration frames that do not fit; a format error where the picture shows no beam.
pub(super) fn channel<'a>(
    basis: Basis<'a>,
    settings: &Checked,
    calibration: &Calibration,
    record: &mut Record,
) -> Result<Channel<'a>> {
    /// Air that is not brighter than this many counts over dark is none: nothing can be measured against it.
    const LEAST_COUNTS: f32 = 16.0;
    let dark = dark(basis, settings, calibration, record)?;
    let over = basis.bright - median(&mut dark.level.clone());
    if over <= LEAST_COUNTS * basis.counts.quantum() {
        let text =
            format!("its brightest is {over} counts over dark, expected over {LEAST_COUNTS}: the file shows no beam");
        return Err(Error::format(text).at(format!("plane {}", basis.number + 1)));
    }
    let air = air(basis, &dark, settings, calibration, record)?;
    Ok(Channel { counts: basis.counts, number: basis.number, dark, air })
}

impl Basis<'_> {
    fn flip(&self) -> Option<f32> {
        (self.polarity == Polarity::AirDark).then_some(self.counts.full_scale)
    }

    fn rows(&self) -> std::ops::Range<usize> {
        self.area.y as usize..self.area.bottom() as usize
    }
}

fn dark(basis: Basis<'_>, settings: &Checked, calibration: &Calibration, record: &mut Record) -> Result<Dark> {
    let all_rows = basis.counts.dim().0;
    let given = calibration::rows(calibration.dark.as_ref(), "dark", basis.number, all_rows, basis.flip())?;
    let n = basis.rows().len();
    let (dark, from) = if !settings.dark {
        (Dark { level: vec![0.0; n], sigma: 0.0, measured: false }, "off")
    } else if let Some(given) = given {
        (Dark { level: given.level[basis.rows()].to_vec(), sigma: given.sigma, measured: true }, "frames")
    } else {
        match dark::strip(basis.counts, basis.margins, basis.bright) {
            Some(strip) => {
                let from = if strip.measured { "strip" } else { "constant_strip" };
                (Dark { level: vec![strip.level; n], sigma: strip.sigma, measured: strip.measured }, from)
            }
            None => (Dark { level: vec![0.0; n], sigma: 0.0, measured: false }, "none"),
        }
    };
    let middle = median(&mut dark.level.clone());
    record.step(
        "dark",
        dark.level.iter().any(|&d| d != 0.0),
        [
            ("plane", json!(basis.number)),
            ("from", json!(from)),
            ("level", number(middle)),
            ("sigma", number(dark.sigma)),
        ],
    );
    Ok(dark)
}

fn air(
    basis: Basis<'_>,
    dark: &Dark,
    settings: &Checked,
    calibration: &Calibration,
    record: &mut Record,
) -> Result<Air> {
    let Basis { counts, number: plane, area, bright, .. } = basis;
    let given = calibration::rows(calibration.air.as_ref(), "air", plane, counts.dim().0, basis.flip())?;
    let given: Option<Vec<f32>> =
        given.map(|g| g.level[basis.rows()].iter().zip(&dark.level).map(|(a, d)| a - d).collect());
    if !settings.air {
        let row: Vec<f32> = dark.level.iter().map(|d| (counts.full_scale - d).max(f32::MIN_POSITIVE)).collect();
        let air = air::flat(counts, area, &dark.level, row);
        let m = air.margins;
        if m == AirMargins::default() {
            record.warn("no_air", format!("plane {} shows no air at full scale, which was taken for air", plane + 1));
        }
        record.step(
            "air",
            false,
            [
                ("plane", json!(plane)),
                ("from", json!("full_scale")),
                ("level", number(counts.full_scale)),
                ("noise", number(air.noise)),
                ("left", json!(m.left)),
                ("right", json!(m.right)),
                ("top", json!(m.top)),
                ("bottom", json!(m.bottom)),
            ],
        );
        return Ok(air);
    }
    let from = if given.is_some() { "frames" } else { "image" };
    let air = air::estimate(counts, area, &dark.level, given.as_deref(), settings.drift, bright);
    let m = air.margins;
    if m == AirMargins::default() && given.is_none() {
        record.warn("no_air", format!("plane {} shows no air: its brightest level was taken for air", plane + 1));
    } else if air.guessed_rows > 0 {
        let text = format!(
            "plane {}: {} of {} rows show no air and took the level of the others",
            plane + 1,
            air.guessed_rows,
            area.height
        );
        record.warn("air_partial", text);
    }
    if air.odd_rows {
        let text = format!(
            "plane {}: the rows above and below the load drift as no source does and were not taken for air",
            plane + 1
        );
        record.warn("air_uneven", text);
    }
    if air.saturated > 0.1 {
        let text = format!("plane {}: {:.0} % of the air pixels are at full scale", plane + 1, 100.0 * air.saturated);
        record.warn("air_saturated", text);
    }
    record.step(
        "air",
        true,
        [
            ("plane", json!(plane)),
            ("from", json!(from)),
            ("level", number(median(&mut air.row.clone()))),
            ("drift_least", number(quantile(&mut air.drift.clone(), 0.0))),
            ("drift_most", number(quantile(&mut air.drift.clone(), 1.0))),
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
