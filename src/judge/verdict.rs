//! The verdict on a scan.

use super::clean::{Calibrated, conformal_p_value, rarity};
use super::concealment::Familiarity;
use super::context::Context;
use super::find::{box_regions, map_regions};
use super::place::{remedy, whereabouts};
use super::region::{Region, UnseenArea, UnseenCause, rounded};
use super::settings::{Checked, POOR, UNFAMILIAR};
use super::unseen::{shielded_share, small_places, unseen_places};
use crate::infer::{Contract, Inference, ScoreContract};
use crate::prepare::{Located, PixelState, Prepared};
use crate::scan::{Error, Metadata, Result, Warning};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is said of a scan. Shielded or failed is never clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing reached the threshold and everything could be seen.
    Clear,
    /// Something could not be judged; the reasons say what.
    Inconclusive,
    /// The score reached the threshold.
    Flagged,
    /// The scan could not be read or processed.
    Failed,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Clear => "clear",
            Self::Inconclusive => "inconclusive",
            Self::Flagged => "flagged",
            Self::Failed => "failed",
        })
    }
}

/// Why a scan is not clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The score reached the threshold.
    Score,
    /// The beam did not get through somewhere.
    Shielded,
    /// Too much of the picture had to be repaired.
    Repaired,
    /// The picture is too poor: no air in it, nothing told apart, incomplete; the message begins with the warning's code.
    Poor,
    /// The scan is unlike those that the model was trained on: its score is not to be believed, however high or low.
    Unfamiliar,
    /// The scan failed.
    Failed,
}

/// A reason in a word and a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The word to filter by.
    pub code: ReasonCode,
    /// The sentence for people.
    pub message: String,
}

/// What the judging found.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not clear; empty for clear scans.
    pub reasons: Vec<Reason>,
    /// The scan's score, 0 to 1: the model's own where it returns one, else the highest peak of a region.
    pub score: f32,
    /// The highest value of the map as the model gave it, whatever became of it; absent for models without one.
    pub map_peak: Option<f32>,
    /// The threshold it was compared with.
    pub threshold: f32,
    /// The scan among clean ones, where a calibration was given.
    pub calibration: Option<Calibrated>,
    /// How like the model's training scans it is, for models that tell.
    pub familiarity: Option<Familiarity>,
    /// Regions, highest score first.
    pub regions: Vec<Region>,
    /// Places that were not seen, largest first.
    pub unseen: Vec<UnseenArea>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// Scores are reported to this step.
pub(super) const SCORE_STEP: f64 = 1e-5;

/// Judges one scan; `read` is what the reading of its file warned of.
///
/// # Errors
/// A model error where the map has another size than the prepared scan or holds values that are no
/// numbers: such a scan must fail, for every comparison with NaN would call it clear.
pub fn judge(
    prepared: &Prepared,
    inference: &Inference,
    contract: &Contract,
    metadata: &Metadata,
    read: &[Warning],
    settings: &Checked,
) -> Result<Judgement> {
    check_numbers(prepared, inference)?;
    // Scores do not depend on a calibration, or they would not be those of its clean scans: it only decides.
    let threshold = settings.threshold.unwrap_or(contract.score.threshold);
    // A threshold under the model's own asks for more regions, too.
    let region_seed = contract.score.region_seed.min(threshold);
    let limits = ScoreContract {
        threshold,
        region_seed,
        region_grow: contract.score.region_grow.min(region_seed),
        min_area_mm2: settings.min_area_mm2.unwrap_or(contract.score.min_area_mm2),
        ..contract.score.clone()
    };
    let mut warnings = Vec::new();
    let context = Context::new(prepared, inference, &contract.outputs, metadata);
    if prepared.frame.located == Located::Container && !prepared.frame.doors_known {
        let message = "at which end the doors are is not stated: the zone is `end` at both, and mm count from the left";
        warnings.push(Warning::new("doors_assumed", message));
    }
    if let (Some(mv), None, false) = (prepared.energies_mv.first(), metadata.source, context.high.known) {
        let message = format!(
            "whether {mv} is the MV of an accelerator or the MeV of a gamma source is not stated: a third of it was assumed"
        );
        warnings.push(Warning::new("beam_source_unknown", message));
    }
    let mut regions = map_regions(&context, inference, &limits, &mut warnings);
    regions.extend(box_regions(&context, &inference.boxes, &limits));
    // A detector that answers with thousands of boxes must not fill the report with them.
    regions.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.box_px.cmp(&b.box_px)));
    if regions.len() > settings.max_regions as usize {
        let message =
            format!("{} regions were found, the {} highest are reported", regions.len(), settings.max_regions);
        warnings.push(Warning::new("regions_cut", message));
        regions.truncate(settings.max_regions as usize);
    }
    let score = inference.score.unwrap_or_else(|| scan_score(inference, &regions, &limits));
    // A model with a score of its own may contradict its map: either of them is enough.
    let best = regions.first().map_or(score, |region| region.score.max(score));
    let compared = settings.clean().map(|clean| clean.compare(best, metadata));
    let (calibration, belonging) = compared.unzip();
    let group = belonging.as_ref().and_then(|belonging| belonging.group).map(|(_, group)| group);
    warnings.extend(belonging.and_then(|belonging| belonging.warning));
    let against = calibration.as_ref().and_then(|calibration| calibration.against.as_ref());
    let (best, threshold) = group.zip(against).map_or((best, threshold), |(g, against)| (against.score, g.threshold));
    let flagged = best >= threshold;
    if flagged && regions.is_empty() && threshold < region_seed {
        // The clean scans reach so high so seldom that less than a region's peak is unusual: show where it is.
        let lower = threshold.max(0.0);
        let region_grow = limits.region_grow.min(lower);
        let lower = ScoreContract { region_seed: lower, region_grow, ..limits.clone() };
        regions = map_regions(&context, inference, &lower, &mut Vec::new());
        regions.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.box_px.cmp(&b.box_px)));
        regions.truncate(settings.max_regions as usize);
    }
    let shielded = shielded_share(prepared, settings.unseen_side_mm);
    let much_shielded = shielded > settings.max_shielded_share;
    let mut unseen = context.areas(unseen_places(prepared, settings.unseen_side_mm));
    if much_shielded {
        // None of them holds a square, but together they are too much.
        let mut small = context.areas(small_places(prepared, settings.unseen_side_mm));
        small.sort_by(|a, b| b.area_mm2.total_cmp(&a.area_mm2).then(a.box_px.cmp(&b.box_px)));
        small.truncate(settings.max_regions as usize);
        unseen.append(&mut small);
    }
    unseen.sort_by(|a, b| b.area_mm2.total_cmp(&a.area_mm2).then(a.box_px.cmp(&b.box_px)));

    let mut reasons = Vec::new();
    let mut familiarity = Familiarity::of(inference, &contract.outputs);
    if let Some(message) = familiarity.and_then(Familiarity::too_little) {
        if settings.accept.iter().any(|code| code == UNFAMILIAR) {
            warnings.push(Warning::new("unfamiliar", message));
        } else {
            // Before the score: where the model does not know what it sees, neither an alarm nor its absence says anything.
            reasons.push(Reason { code: ReasonCode::Unfamiliar, message });
        }
    }
    if flagged {
        let rare = against.map_or_else(String::new, |against| format!(": {}", rarity(against.p_value)));
        let message = format!("score {best:.3} reaches the threshold {threshold:.3}{rare}");
        reasons.push(Reason { code: ReasonCode::Score, message });
    }
    for (cause, code, words) in [
        (UnseenCause::Shielded, ReasonCode::Shielded, "the beam did not get through"),
        (UnseenCause::Repaired, ReasonCode::Repaired, "the detector did not measure, and repair filled,"),
    ] {
        let areas: Vec<&UnseenArea> = unseen.iter().filter(|area| area.cause == cause).collect();
        if let Some(largest) = areas.first() {
            let total: f32 = areas.iter().map(|area| area.area_mm2).sum();
            let message = format!(
                "{words} {} of {:.2} m2 in all, the largest {} (column {} row {})",
                if areas.len() == 1 { "1 area".to_owned() } else { format!("{} areas", areas.len()) },
                total / 1e6,
                whereabouts(context.frame(), &largest.box_mm),
                largest.box_px.x,
                largest.box_px.y
            );
            reasons.push(Reason { code, message });
        }
    }
    if much_shielded {
        let message = format!(
            "the beam did not get through {:.0} % of the picture within its edges, the limit is {:.0} %",
            100.0 * shielded,
            100.0 * settings.max_shielded_share
        );
        reasons.push(Reason { code: ReasonCode::Shielded, message });
    }
    let repaired = share(prepared, PixelState::Repaired);
    if repaired > settings.max_repaired_share {
        let message = format!(
            "{:.0} % of the picture was not measured and had to be repaired, the limit is {:.0} %",
            100.0 * repaired,
            100.0 * settings.max_repaired_share
        );
        reasons.push(Reason { code: ReasonCode::Repaired, message });
    }
    if planes_differ(prepared) {
        let message = "the two planes do not show the same picture: are they two views and not two energies?";
        warnings.push(Warning::new("planes_differ", message));
    }
    for warning in read.iter().chain(&prepared.warnings).chain(&warnings) {
        if POOR.contains(&warning.code.as_str()) && !settings.accept.contains(&warning.code) {
            let help = remedy(&warning.code).map(|help| format!("; {help}")).unwrap_or_default();
            let message = format!("{}: {}{help}", warning.code, warning.message);
            reasons.push(Reason { code: ReasonCode::Poor, message });
        }
    }
    let verdict = match reasons.first().map(|reason| reason.code) {
        None => Verdict::Clear,
        Some(ReasonCode::Score) => Verdict::Flagged,
        Some(_) => Verdict::Inconclusive,
    };
    let map_peak = inference.map.as_ref().map(|map| map.scores.iter().copied().fold(0.0, f32::max));
    // Only what is reported is rounded: a peak that reaches the threshold by less than a rounding step reaches it.
    for region in &mut regions {
        region.score = rounded(region.score, SCORE_STEP);
        region.mean_score = rounded(region.mean_score, SCORE_STEP);
        // No place is more unusual than its scan, which was compared by its highest one.
        let of = |group: &super::clean::CleanGroup| conformal_p_value(&group.sorted, f64::from(region.score.min(best)));
        region.p_value = group.map(of);
    }
    let score = rounded(score, SCORE_STEP);
    if let Some(familiarity) = &mut familiarity {
        familiarity.value = rounded(familiarity.value, SCORE_STEP);
    }
    Ok(Judgement { verdict, reasons, score, map_peak, threshold, calibration, familiarity, regions, unseen, warnings })
}

fn check_numbers(prepared: &Prepared, inference: &Inference) -> Result<()> {
    if let Some(map) = &inference.map {
        let (rows, columns) = prepared.dim();
        let cells = (rows.div_ceil(map.cell.max(1)), columns.div_ceil(map.cell.max(1)));
        if map.cell == 0 || map.scores.dim() != cells {
            return Err(Error::bug(format!("the map is {:?} cells, expected {cells:?}", map.scores.dim())));
        }
        let beside = inference.classes.iter().map(|map| &map.probabilities).chain(&inference.excess);
        for plane in beside {
            if plane.dim() != cells {
                return Err(Error::bug(format!(
                    "a map beside the model's is {:?} cells, expected {cells:?}",
                    plane.dim()
                )));
            }
            if let Some(((row, column), value)) = plane.indexed_iter().find(|(_, value)| !value.is_finite()) {
                return Err(Error::model(format!("a map of classes or excess holds {value}, expected finite numbers"))
                    .at(format!("map row {row} column {column}")));
            }
        }
        if let Some(((row, column), value)) = map.scores.indexed_iter().find(|(_, value)| !value.is_finite()) {
            return Err(Error::model(format!("the model's map holds {value}, expected numbers from 0 to 1"))
                .at(format!("map row {row} column {column}")));
        }
    }
    if let Some(bad) = inference.familiarity.filter(|value| !value.is_finite()) {
        return Err(Error::model(format!("the model returned the familiarity {bad}, expected a number from 0 to 1")));
    }
    let scores = inference.score.iter().chain(inference.boxes.iter().map(|found| &found.score));
    if let Some(bad) = scores.into_iter().find(|score| !score.is_finite()) {
        return Err(Error::model(format!("the model returned the score {bad}, expected a number from 0 to 1")));
    }
    Ok(())
}

/// The scan's score where the model returns none: the highest peak of a region. Where no region
/// qualifies the highest value of the map still ranks the scan, but stays 0.001 under the threshold: a speck
/// too small to be a region is no alarm.
fn scan_score(inference: &Inference, regions: &[Region], limits: &ScoreContract) -> f32 {
    if let Some(best) = regions.first() {
        return best.score;
    }
    let map = inference.map.iter().flat_map(|map| &map.scores).copied();
    let boxes = inference.boxes.iter().map(|found| found.score);
    let peak = map.chain(boxes).fold(0.0, f32::max);
    peak.min((limits.threshold - 0.001).max(0.0))
}

/// Whether two planes can hardly be one scene at two energies: their attenuation then goes together (Pearson's
/// correlation on every 11th pixel, at least 0.8), whatever the scene is made of. Scenes of almost nothing are let pass.
fn planes_differ(prepared: &Prepared) -> bool {
    let [high, low] = prepared.attenuation.as_slice() else { return false };
    let pairs = || high.iter().zip(low).step_by(11).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    let count = pairs().count().max(1) as f64;
    let (mean_a, mean_b) = pairs().fold((0.0, 0.0), |sum, (a, b)| (sum.0 + a / count, sum.1 + b / count));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in pairs() {
        let (a, b) = (a - mean_a, b - mean_b);
        (aa, bb, ab) = (aa + a * a / count, bb + b * b / count, ab + a * b / count);
    }
    // Variances of attenuation under 0.001 are noise and thin walls; a plane without any shows nothing of the other's scene.
    aa.max(bb) > 1e-3 && (aa.min(bb) <= 1e-6 || ab < 0.8 * (aa * bb).sqrt())
}

fn share(prepared: &Prepared, state: PixelState) -> f32 {
    prepared.state.iter().filter(|&&found| found == state).count() as f32 / prepared.state.len().max(1) as f32
}
