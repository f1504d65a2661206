//! Whether air is bright or dark.

use super::counts::Counts;
use super::robust::{median, quantile, spread};
use crate::scan::Polarity;

/// A border is even where the levels of its columns spread by less than this share of the range.
const EVEN: f32 = 0.03;

/// How the polarity was settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decision {
    pub(super) polarity: Polarity,
    /// Votes for bright air less votes for dark air, -5.5 to 5.5.
    pub(super) votes: f32,
    /// False where the votes are nearly balanced, or nothing shows that it was air that voted.
    pub(super) certain: bool,
}

/// Decides from the image, given as stored (`counts` unflipped).
///
/// Air is at the image's borders and at one end of its range: each of the four sides whose level is near
/// an end has a vote. Air is also one level where loads are many: the end of the range that clearly more
/// pixels are near has one and a half. Black strips, which hardly scatter, do not vote.
///
/// Posts, roof and floor at the borders of a picture that was cut at the walls vote as air would. So the noise is asked, which
/// may overrule them or make them a guess ([`noisier_end`]). They are one, too, unless the left or the right border is among those
/// that cast them and its columns are alike, as air's are and a post's are not.
pub(super) fn decide(counts: Counts<'_>) -> Decision {
    let (rows, columns) = counts.dim();
    let mut all = counts.sample(40_000);
    all.retain(|v| v.is_finite());
    let (low, high) = (quantile(&mut all, 0.005), quantile(&mut all, 0.995));
    let range = (high - low).max(f32::MIN_POSITIVE);
    let of = |votes: f32, certain| {
        let polarity = if votes >= 0.0 { Polarity::AirBright } else { Polarity::AirDark };
        Decision { polarity, votes, certain }
    };
    let ballot = |level: f32| match (level - low) / range {
        share if share > 0.7 => 1.0,
        share if share < 0.3 => -1.0,
        _ => 0.0,
    };
    let mut votes = 0.0f32;
    // What the borders vote that are even.
    let mut air: Vec<f32> = Vec::new();
    // A tenth at both ends of a side is left out: corners belong to two, and black strips end there.
    let thick = (columns / 64).clamp(2, 16);
    let mut line = vec![0.0; thick];
    for from in [0, columns - thick] {
        let mut side = Vec::new();
        for row in (rows / 10..rows - rows / 10).step_by((rows / 200).max(1)) {
            counts.read(row, from, &mut line);
            side.extend_from_slice(&line);
        }
        let column = |at: usize| median(&mut side.iter().copied().skip(at).step_by(thick).collect::<Vec<f32>>());
        let even = spread(&mut (0..thick).map(column).collect::<Vec<f32>>()) < EVEN * range;
        let vote = ballot(median(&mut side));
        votes += vote;
        air.extend(even.then_some(vote));
    }
    let step = (columns / 400).max(1);
    let mut line = vec![0.0; columns.div_ceil(step)];
    for from_top in [true, false] {
        let levels = (0..rows / 4).filter_map(|i| {
            let row = if from_top { i } else { rows - 1 - i };
            counts.read_every(row, 0, step, &mut line);
            let level = median(&mut line);
            let scatters = spread(&mut line) > 5e-4 * range;
            scatters.then_some(level)
        });
        let mut levels: Vec<f32> = levels.take(6).collect();
        if !levels.is_empty() {
            votes += ballot(median(&mut levels));
        }
    }
    let borders = votes;
    let near = |level: f32| all.iter().filter(|&&v| (v - level).abs() < 0.12 * range).count() as f32;
    let (bright, dark) = (near(high), near(low));
    if bright > 1.5 * dark {
        votes += 1.5;
    } else if dark > 1.5 * bright {
        votes -= 1.5;
    }
    // A twelve-bit detector's values in a sixteen-bit file are all dark for that file.
    if range < 0.2 * counts.full_scale.min(all_bits(high)) {
        // Hardly anything absorbs: unless the borders tell, which bands and drift alone can do for two of them, all is about
        // as bright as air.
        let air = if median(&mut all) > 0.5 * counts.full_scale { 1.0 } else { -1.0 };
        return of(if borders.abs() >= 3.0 { borders } else { air }, false);
    }
    let voted = of(votes, votes.abs() >= 2.0 && air.iter().any(|vote| vote * votes > 0.0));
    let noise = noise(counts);
    match noisier_end(&noise, Ends { share: 0.2, quiet: 0.25, more: 2.0 }) {
        Some(polarity) if polarity != voted.polarity => Decision { polarity, votes, certain: false },
        Some(_) => voted,
        // Goods from end to end vote as air does. Of few squares the noise is not believed, but a doubt.
        None => {
            let doubted = noisier_end(&noise, Ends { share: 0.05, quiet: 0.05, more: 4.0 })
                .is_some_and(|polarity| polarity != voted.polarity);
            Decision { certain: voted.certain && !doubted, ..voted }
        }
    }
}

/// Levels and variances of squares all over the picture, by rising level; none where they are too few to tell.
fn noise(counts: Counts<'_>) -> Vec<(f32, f32)> {
    /// Side of a square and distance of the pixels compared, in pixels.
    const SIDE: usize = 8;
    const APART: usize = 3;
    /// The fewest squares that tell.
    const LEAST: usize = 200;
    let (rows, columns) = counts.dim();
    let across = ((rows * columns) as f32 / 4_000.0).sqrt().ceil().max(SIDE as f32) as usize;
    let mut found = Vec::new();
    let mut square = [[0.0f32; SIDE]; SIDE];
    for top in (0..rows.saturating_sub(SIDE - 1)).step_by(across) {
        for left in (0..columns.saturating_sub(SIDE - 1)).step_by(across) {
            for (row, line) in square.iter_mut().enumerate() {
                counts.read(top + row, left, line);
            }
            // What was clipped at either end of the detector's range has lost its noise.
            if square.as_flattened().iter().any(|&v| v <= 0.0 || v >= 0.999 * counts.full_scale) {
                continue;
            }
            let level = median(&mut square.as_flattened().to_vec());
            let pairs = square.iter().flat_map(|line| line.iter().zip(&line[APART..]));
            let (sum, n) = pairs.fold((0.0, 0), |(sum, n), (a, b)| (sum + (a - b) * (a - b), n + 1));
            let variance = sum / (2 * n) as f32;
            // Drawn, dead and saturated places have no noise and tell nothing.
            if variance > 0.0 {
                found.push((level, variance));
            }
        }
    }
    if found.len() < LEAST {
        return Vec::new();
    }
    found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    found
}

/// How the ends of the range are compared.
struct Ends {
    /// Of the squares, at either end.
    share: f32,
    /// Of an end's squares, the quietest, which count: structure only adds to the variance.
    quiet: f32,
    /// How many times the other's variance one end must have.
    more: f32,
}

/// The end of the range that has more noise, as the polarity which that makes likely; nothing where neither clearly has.
///
/// The variance of counted photons grows with their number, so that what is brighter is noisier where air is bright.
fn noisier_end(noise: &[(f32, f32)], Ends { share, quiet, more }: Ends) -> Option<Polarity> {
    let quiet =
        |part: &[(f32, f32)]| quantile(&mut part.iter().map(|(_, variance)| *variance).collect::<Vec<_>>(), quiet);
    let n = (share * noise.len() as f32) as usize;
    let (dark, bright) = (quiet(&noise[..n]), quiet(&noise[noise.len() - n..]));
    if bright > more * dark {
        Some(Polarity::AirBright)
    } else if dark > more * bright {
        Some(Polarity::AirDark)
    } else {
        None
    }
}

/// The least value of all bits set, eight or more, that `most` does not exceed.
fn all_bits(most: f32) -> f32 {
    (8..=32).map(|bits| 2f32.powi(bits) - 1.0).find(|full| *full >= most).unwrap_or(f32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::scenes::{Scene, Slab};
    use crate::scan::{BoxPx, Samples};

    fn decided(scene: &Scene, truth: Polarity) -> Decision {
        let scan = scene.scan(truth);
        decide(Counts::new(&scan.planes[0], Polarity::AirBright))
    }

    #[test]
    fn both_polarities_are_told_with_certainty() {
        let mut loaded = Scene::empty_box();
        loaded.slabs.push(Slab {
            area: BoxPx { x: 150, y: 80, width: 1400, height: 280 },
            attenuation: 4.0,
            ratio: 1.1,
        });
        let mut strip = Scene::empty_box();
        strip.black_strip = 20;
        let mut ran = 0;
        for scene in [Scene::empty_box(), loaded, strip] {
            for truth in [Polarity::AirBright, Polarity::AirDark] {
                let decision = decided(&scene, truth);
                assert!(decision.certain && decision.polarity == truth, "{decision:?}");
                ran += 1;
            }
        }
        assert_eq!(ran, 6);
    }

    #[test]
    fn posts_at_the_margins_do_not_turn_it_round() {
        let mut scene = Scene::empty_box();
        (scene.width, scene.container) = (1524, Some(BoxPx { x: 0, y: 60, width: 1524, height: 324 }));
        for truth in [Polarity::AirBright, Polarity::AirDark] {
            let decision = decided(&scene, truth);
            assert_eq!(decision.polarity, truth, "{decision:?}");
        }
    }

    #[test]
    fn few_bits_in_a_wide_file_are_told() {
        let mut loaded = Scene::empty_box();
        loaded.slabs.push(Slab {
            area: BoxPx { x: 150, y: 80, width: 1400, height: 280 },
            attenuation: 4.0,
            ratio: 1.1,
        });
        for scene in [Scene { air: 3000.0, ..Scene::empty_box() }, Scene { air: 3000.0, ..loaded }] {
            for truth in [Polarity::AirBright, Polarity::AirDark] {
                let mut scan = scene.scan(truth);
                if let (Samples::U16(a), Polarity::AirDark) = (&mut scan.planes[0].samples, truth) {
                    a.mapv_inplace(|v| v - 61_440);
                }
                // As the reader gives it, and as a file may state it.
                for full_scale in [4095.0, 65_535.0] {
                    scan.planes[0].full_scale = full_scale;
                    let decision = decide(Counts::new(&scan.planes[0], Polarity::AirBright));
                    assert!(decision.polarity == truth, "{full_scale} {decision:?}");
                }
            }
        }
    }

    #[test]
    fn air_alone_is_decided_but_not_certain() {
        let mut scene = Scene::empty_box();
        scene.container = None;
        for truth in [Polarity::AirBright, Polarity::AirDark] {
            let decision = decided(&scene, truth);
            assert!(!decision.certain && decision.polarity == truth, "{decision:?}");
        }
    }
}
