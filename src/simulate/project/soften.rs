//! A scan's own softness: what its detectors blur and let trail behind is blurred of a projected load too, and how much they
//! blur is read from the picture's sharpest edges.

use super::estimate::{Level, Steps};
use crate::prepare::Prepared;
use crate::scan::{Polarity, Scan};
use crate::simulate::Detector;
use crate::simulate::detector::spread::blur;
use ndarray::Array2;

/// Extra attenuation below this is none: no digitiser shows it.
const NOTHING: f32 = 1e-4;

/// The extra attenuation of a load as the scanner's detectors show it: its transmission blurred and with afterglow.
///
/// A detector blurs the product of clean signal and load; blurring the load alone is the same where the clean signal is even
/// over the blur's reach.
pub(super) fn extra(sharp: &Array2<f32>, detector: &Detector) -> Array2<f32> {
    let mut light = blur(&sharp.mapv(|extra| (-extra).exp()), detector.blur_px);
    let (share, keep) = (detector.afterglow as f32, (-1.0 / detector.afterglow_columns).exp() as f32);
    if share > 0.0 {
        for mut row in light.rows_mut() {
            let mut glow = 1.0;
            for value in &mut row {
                let now = *value;
                *value = (1.0 - share) * now + share * glow;
                glow = keep * glow + (1.0 - keep) * now;
            }
        }
    }
    light.mapv_into(|light| {
        let extra = -light.max(f32::MIN_POSITIVE).ln();
        if extra.abs() < NOTHING { 0.0 } else { extra }
    })
}

/// How far beside an edge its two sides have to be even, in columns.
const SIDE: usize = 5;
/// The least step that tells, as a share of air: far above the noise.
const STEP: f32 = 0.25;
/// Fewer edges do not tell.
const EDGES: usize = 60;
/// The edges' sharpness that is taken: nearly the best, since few edges of a load of cargo are upright and straight.
const BEST: f64 = 0.9;

/// The standard deviation in pixels of the blur along the rows, from the sharpest edges of the container and its cargo; nothing
/// where there are too few.
///
/// Between the even sides of a step, the largest difference of neighbouring pixels is the share of the step that falls
/// within a pixel's width: for a Gaussian blur, the mean of a triangle two pixels wide under that Gaussian.
pub(super) fn blur_of(scan: &Scan, levels: &[Level], prepared: &Prepared) -> Option<f64> {
    let (plane, level) = (scan.planes.first()?, levels.first()?);
    let flip = Steps(prepared).polarity() == Polarity::AirDark;
    let counts = plane.samples.to_f32();
    let value = |counts: f32| ((if flip { plane.full_scale - counts } else { counts }) - level.dark) / level.air;
    let crop = prepared.frame.crop;
    let mut found = Vec::new();
    for row in crop.y..crop.bottom() {
        let line: Vec<f32> = counts.row(row as usize).iter().map(|counts| value(*counts)).collect();
        let mut from = crop.x.saturating_sub(20) as usize;
        let end = (crop.right() as usize + 20).min(line.len());
        while from + 2 * SIDE + 2 <= end {
            match sharpness(&line[from..from + 2 * SIDE + 2]) {
                Some(share) => {
                    found.push(share);
                    from += SIDE;
                }
                None => from += 1,
            }
        }
    }
    if found.len() < EDGES {
        return None;
    }
    found.sort_unstable_by(f64::total_cmp);
    let best = found[(BEST * (found.len() - 1) as f64) as usize];
    // The widest blur that keeps so much within a pixel.
    let deviation =
        (0..=200).map(|step| f64::from(step) / 100.0).take_while(|&deviation| within(deviation) >= best).last();
    Some(deviation.unwrap_or(0.0))
}

/// The share of a step that its steepest pixel takes; nothing where the window's two sides are uneven, or no step lies between.
fn sharpness(window: &[f32]) -> Option<f64> {
    let side = 3;
    let even = |part: &[f32]| {
        let (low, high) = part.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        (part.iter().sum::<f32>() / part.len() as f32, high - low)
    };
    let (left, uneven_left) = even(&window[..side]);
    let (right, uneven_right) = even(&window[window.len() - side..]);
    let step = right - left;
    if step.abs() < STEP || uneven_left.max(uneven_right) > 0.15 * step.abs() {
        return None;
    }
    // A line on the edge, or a second edge, is no plain step.
    let beyond = window.iter().any(|v| (v - left) / step < -0.1 || (v - left) / step > 1.1);
    let steepest = window.windows(2).map(|pair| (pair[1] - pair[0]) / step).fold(0.0f32, f32::max);
    let middle = window.len() / 2;
    let at = window.windows(2).position(|pair| (pair[1] - pair[0]) / step >= steepest).unwrap_or(0);
    (!beyond && at.abs_diff(middle - 1) <= 1).then_some(f64::from(steepest))
}

/// The mean of a triangle from -1 to 1 with its top of 1 at 0, under a Gaussian.
fn within(deviation: f64) -> f64 {
    if deviation < 0.01 {
        return 1.0;
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for number in -400..=400 {
        let z = f64::from(number) / 100.0;
        let weight = (-0.5 * z * z).exp();
        sum += weight * (1.0 - (z * deviation).abs()).max(0.0);
        weights += weight;
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::PixelSize;
    use crate::simulate::project::estimate;
    use crate::simulate::{ScenarioFile, presets, simulate};

    #[test]
    fn a_load_is_as_soft_as_the_scan_and_keeps_its_signal() {
        let mut detector = presets::scanner("single_6").unwrap().unwrap().detector.clone();
        (detector.blur_px, detector.afterglow, detector.afterglow_columns) = (1.0, 0.0, 4.0);
        let sharp =
            Array2::from_shape_fn(
                (60, 80),
                |(r, c)| {
                    if (20..40).contains(&r) && (30..50).contains(&c) { 1.0 } else { 0.0 }
                },
            );
        let soft = extra(&sharp, &detector);
        let lost = |of: &Array2<f32>| of.iter().map(|extra| 1.0 - (-extra).exp()).sum::<f32>();
        assert!((lost(&soft) / lost(&sharp) - 1.0).abs() < 0.01);
        assert!(soft[[30, 30]] < 0.7 && soft[[30, 29]] > 0.2 && soft[[30, 40]] > 0.999);
        assert_eq!(soft[[30, 5]], 0.0, "far away nothing is changed");
        (detector.blur_px, detector.afterglow) = (0.0, 0.05);
        let trailing = extra(&sharp, &detector);
        assert!(trailing[[30, 29]] == 0.0 && trailing[[30, 51]] > 0.01 && trailing[[30, 75]] < trailing[[30, 51]]);
        detector.afterglow = 0.0;
        assert_eq!(extra(&sharp, &detector), sharp);
    }

    #[test]
    fn the_blur_of_a_scan_is_read_from_its_edges() {
        let text = "schema_version = 1\nname = \"x\"\ncontainers = [\"box20\"]\nordinary = 0.0\n[cargo]\nfamilies = [\"tiles\"]\n";
        let scenario = ScenarioFile::parse(text).unwrap().check().unwrap();
        for stated in [0.4, 0.8, 1.2] {
            let mut file = presets::scanner("single_6").unwrap().unwrap().file().clone();
            file.detector.blur_px = stated;
            file.detector.afterglow = 0.0;
            file.pixel_mm = PixelSize { x: 6.0, y: 6.0 };
            let scan = simulate(&scenario, &file.check().unwrap(), 3, 0).unwrap().scan;
            let prepared = estimate::prepared(&scan).unwrap();
            let level = estimate::level(&scan, 0, &prepared, None).unwrap();
            let found = blur_of(&scan, &[level], &prepared).expect("edges enough");
            // Less than half a pixel is hardly read.
            assert!((found - stated).abs() < 0.45, "{stated} px stated, {found} found");
        }
    }
}
