//! Which planes are used, which way round they are, and which of them has the high energy.

use super::attenuation;
use super::counts::Counts;
use super::level::Channel;
use super::polarity;
use super::record::{Record, number};
use super::settings::Checked;
use crate::scan::{BoxPx, Energy, Error, Plane, Polarity, Result, Scan};
use serde_json::{Value, json};

/// The one or two planes that are used, high energy first, with their places in the scan.
pub(super) fn choose_planes<'a>(scan: &'a Scan, record: &mut Record) -> Result<Vec<(usize, &'a Plane)>> {
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
            let text = format!("it has {}x{} pixels, plane {} has {}x{}", dim.1, dim.0, first.0 + 1, size.1, size.0);
            return Err(Error::format(text).at(format!("plane {}", number + 1)).help("give planes of one size"));
        }
    }
    planes.sort_by_key(|(_, p)| p.energy == Energy::Low);
    planes.truncate(2);
    if scan.planes.len() > planes.len() {
        // Further energies show what the two show; a plane of which nothing is stated may be another view.
        let stated = scan.metadata.energies_mv.len() == scan.planes.len();
        let code = if stated { "energies_unused" } else { "planes_unused" };
        record.warn(code, format!("{} of {} planes are used", planes.len(), scan.planes.len()));
    }
    Ok(planes)
}

pub(super) fn find_polarity(scan: &Scan, plane: &Plane, settings: &Checked, record: &mut Record) -> Polarity {
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

/// The stated energies of the planes in use; none where not all of them have one.
pub(super) fn stated_energies(scan: &Scan, channels: &[Channel<'_>]) -> Vec<f32> {
    let stated = &scan.metadata.energies_mv;
    let one_each = stated.len() == scan.planes.len();
    channels.iter().filter_map(|channel| stated.get(channel.number).copied().filter(|_| one_each)).collect()
}

/// High energy penetrates more; planes that show the opposite are exchanged.
pub(super) fn order_energies(channels: &mut [Channel<'_>], area: BoxPx, part: BoxPx, record: &mut Record) {
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
