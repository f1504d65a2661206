//! How fast models are, measured so that the noise of the machine is not taken for a difference.
//!
//! Models take turns: in every round each is given the same scans once, in an order that turns round with every round (A B, B A, A B
//! ...), so that whatever slows the machine for a while slows all of them, and none is always first. Before that, a model runs
//! against a second copy of itself: the interval of that ratio is the noise floor, under which no difference is believed.

use super::accuracy::ours;
use super::gate::TimeRatio;
use super::statistics::{Interval, Timings, interleaved_ratio};
use crate::scan::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Rounds that are run and not counted.
    pub warm_up: usize,
    /// Pairs of the noise floor, at least 3.
    pub noise: usize,
    /// The least rounds, at least 3.
    pub least: usize,
    /// Measuring ends when the median round of every model and every ratio is known to within this share of itself. Looking again and again
    /// until that holds makes intervals a little too narrow: they cover 92 to 94 % instead of 95 %.
    pub within: f64,
    /// No round begins after this time, warm-up and noise floor included; the least rounds are always run.
    pub limit: Duration,
    /// The level of intervals.
    pub level: f64,
}

/// What one model took for the scans once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// Each scan by itself.
    pub scans: Vec<ScanTime>,
    /// Wall time in seconds for all of them, as many at once as the settings say.
    pub batch_s: f64,
}

impl Block {
    /// Seconds of one scan after the other.
    fn alone_s(&self) -> f64 {
        self.scans.iter().map(|scan| scan.wall_ms / 1000.0).sum()
    }
}

/// What one scan took, from its file to its report, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScanTime {
    /// All.
    pub wall_ms: f64,
    /// By stage.
    pub stages: Stages,
    /// Pixels of a plane of the scan.
    pub pixels: f64,
}

/// Mean times of the stages of one scan in ms; drawing overlays is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// Reading and decoding.
    pub read_ms: f64,
    /// Preparing.
    pub prepare_ms: f64,
    /// Inference in all.
    pub infer_ms: f64,
    /// The part of it inside the runtime.
    pub runtime_ms: f64,
    /// Judging.
    pub judge_ms: f64,
}

/// Percentiles of the time of one scan in ms, alone and with all threads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// How many times there are; the 99th percentile of fewer than a hundred is little more than the slowest.
    pub count: u64,
    /// The fastest.
    pub fastest: f64,
    /// The median.
    pub p50: f64,
    /// Where the median lies.
    pub p50_low: Option<f64>,
    /// Its upper end.
    pub p50_high: Option<f64>,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The slowest.
    pub slowest: f64,
}

/// How fast one model was. Files come out of the operating system's cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Rounds that were counted.
    pub rounds: u64,
    /// Different scans in a round.
    pub scans: u64,
    /// Threads in all.
    pub threads: u32,
    /// Scans at once where many are worked on.
    pub scans_at_once: u32,
    /// Scans a second, many at once.
    pub scans_per_s: f64,
    /// Megapixels (10^6 pixels of a plane) a second, many at once.
    pub mpx_per_s: f64,
    /// One scan by itself with all threads.
    pub latency_ms: Latency,
    /// Where that time goes.
    pub stages: Stages,
    /// The runtime's share of it, 0 to 1.
    pub runtime_share: f64,
    /// From the start of a new process to its first report, in ms; absent where no process could be started.
    pub cold_start_ms: Option<f64>,
    /// The most memory that process held, many scans at once, in bytes; absent where the operating system does not tell.
    pub peak_bytes: Option<u64>,
    /// Whether the time of a round became known as closely as was asked before the time was up.
    pub narrow: bool,
}

/// Times of a model against the first one's, from the same rounds: first over this one, so that over 1 the first is slower.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeedComparison {
    /// One scan by itself with all threads: what a gate looks at.
    pub latency: TimeRatio,
    /// Many scans at once.
    pub batch: TimeRatio,
}

/// All rounds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// The blocks of each model, round by round.
    pub blocks: Vec<Vec<Block>>,
    /// The first model and its copy.
    pub noise: [Vec<Block>; 2],
    /// Whether everything became narrow enough.
    pub narrow: bool,
}

/// Runs `models` models in turn until their times are known; `block` runs the model of a number, where `models` is a copy of the first
/// one, and `elapsed` tells the time since the start.
///
/// # Errors
/// Those of `block`.
pub fn measure(
    models: usize,
    pace: &Pace,
    mut block: impl FnMut(usize) -> Result<Block>,
    mut elapsed: impl FnMut() -> Duration,
) -> Result<Series> {
    let mut series = Series { blocks: vec![Vec::new(); models], ..Series::default() };
    for _ in 0..pace.warm_up {
        (0..=models).try_for_each(|model| block(model).map(drop))?;
    }
    for pair in 0..pace.noise {
        for side in in_turn(2, pair) {
            series.noise[side].push(block(if side == 0 { 0 } else { models })?);
        }
    }
    for round in 0.. {
        if round >= pace.least {
            series.narrow = narrow(&series, pace)?;
            if series.narrow || elapsed() >= pace.limit {
                break;
            }
        }
        for model in in_turn(models, round) {
            let block = block(model)?;
            series.blocks[model].push(block);
        }
    }
    Ok(series)
}

/// 0 to `count` in even rounds, backwards in odd ones.
fn in_turn(count: usize, round: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |at| if round.is_multiple_of(2) { at } else { count - 1 - at })
}

fn narrow(series: &Series, pace: &Pace) -> Result<bool> {
    for blocks in &series.blocks {
        if !rounds_timings(blocks, pace.level)?.enough(pace.within) {
            return Ok(false);
        }
    }
    for other in series.blocks.iter().skip(1) {
        let found = ratio(other, &series.blocks[0], pace.level, Block::alone_s)?;
        if found.high / found.low > ((1.0 + pace.within) / (1.0 - pace.within)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn latency_timings(blocks: &[Block], level: f64) -> Result<Timings> {
    let times: Vec<f64> = blocks.iter().flat_map(|block| &block.scans).map(|scan| scan.wall_ms).collect();
    Timings::new(&times, level).map_err(ours)
}

/// Whole rounds: single scans are unlike each other, and their median may lie in the gap between two of them however many rounds there are.
fn rounds_timings(blocks: &[Block], level: f64) -> Result<Timings> {
    Timings::new(&blocks.iter().map(Block::alone_s).collect::<Vec<_>>(), level).map_err(ours)
}

/// Times of `new` over those of `old`, round by round.
fn ratio(old: &[Block], new: &[Block], level: f64, time: fn(&Block) -> f64) -> Result<TimeRatio> {
    let times = |blocks: &[Block]| -> Vec<f64> { blocks.iter().map(time).collect() };
    let found = interleaved_ratio(&times(old), &times(new), level).map_err(ours)?;
    Ok(TimeRatio { ratio: found.ratio, low: found.interval.low, high: found.interval.high, noise: 0.0 })
}

/// Where and how the blocks were run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Threads in all.
    pub threads: u32,
    /// Scans at once where many are worked on.
    pub scans_at_once: u32,
}

impl Series {
    /// How fast the model of a number was.
    ///
    /// # Errors
    /// A bug error without rounds.
    pub fn speed(&self, model: usize, setting: Setting, pace: &Pace) -> Result<Speed> {
        let blocks = self.blocks.get(model).ok_or_else(|| Error::bug(format!("model {model} was not timed")))?;
        let found = latency_timings(blocks, pace.level)?;
        let scans: Vec<&ScanTime> = blocks.iter().flat_map(|block| &block.scans).collect();
        let count = scans.len() as f64;
        let mean = |value: fn(&ScanTime) -> f64| scans.iter().map(|scan| value(scan)).sum::<f64>() / count;
        let batch_s: f64 = blocks.iter().map(|block| block.batch_s).sum();
        let stages = Stages {
            read_ms: mean(|scan| scan.stages.read_ms),
            prepare_ms: mean(|scan| scan.stages.prepare_ms),
            infer_ms: mean(|scan| scan.stages.infer_ms),
            runtime_ms: mean(|scan| scan.stages.runtime_ms),
            judge_ms: mean(|scan| scan.stages.judge_ms),
        };
        let ends = |end: fn(Interval) -> f64| found.median.map(end);
        Ok(Speed {
            rounds: blocks.len() as u64,
            scans: blocks.first().map_or(0, |block| block.scans.len() as u64),
            threads: setting.threads,
            scans_at_once: setting.scans_at_once,
            scans_per_s: count / batch_s,
            mpx_per_s: count * mean(|scan| scan.pixels) / 1e6 / batch_s,
            latency_ms: Latency {
                count: found.count as u64,
                fastest: found.fastest,
                p50: found.p50,
                p50_low: ends(|interval| interval.low),
                p50_high: ends(|interval| interval.high),
                p95: found.p95,
                p99: found.p99,
                slowest: found.slowest,
            },
            stages,
            runtime_share: stages.runtime_ms / mean(|scan| scan.wall_ms),
            cold_start_ms: None,
            peak_bytes: None,
            narrow: rounds_timings(blocks, pace.level)?.enough(pace.within),
        })
    }

    /// The first model's times over those of the model of a number.
    ///
    /// # Errors
    /// A bug error with fewer than three rounds.
    pub fn against(&self, model: usize, level: f64) -> Result<SpeedComparison> {
        let other = self.blocks.get(model).ok_or_else(|| Error::bug(format!("model {model} was not timed")))?;
        let of = |time: fn(&Block) -> f64| -> Result<TimeRatio> {
            let found = ratio(other, &self.blocks[0], level, time)?;
            let copy = ratio(&self.noise[0], &self.noise[1], level, time)?;
            Ok(TimeRatio { noise: copy.low.ln().abs().max(copy.high.ln().abs()).exp_m1(), ..found })
        };
        Ok(SpeedComparison { latency: of(Block::alone_s)?, batch: of(|block| block.batch_s)? })
    }

    /// The noise floor of one scan by itself, as a share: what the first model and its copy seem to differ by at most.
    ///
    /// # Errors
    /// A bug error with fewer than three pairs.
    pub fn noise_floor(&self, level: f64) -> Result<f64> {
        let times = |blocks: &[Block]| -> Vec<f64> { blocks.iter().map(Block::alone_s).collect() };
        let found = interleaved_ratio(&times(&self.noise[0]), &times(&self.noise[1]), level).map_err(ours)?;
        Ok(found.noise_floor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace =
        Pace { warm_up: 1, noise: 4, least: 6, within: 0.02, limit: Duration::from_secs(100), level: 0.95 };

    /// Two scans that take `ms` each, with a wobble of a share that differs from call to call.
    fn block(ms: f64, wobble: f64, call: usize) -> Block {
        let scan = |number: usize| ScanTime {
            wall_ms: ms * (1.0 + wobble * ((call * 7 + number * 3) % 11) as f64 / 11.0),
            stages: Stages { runtime_ms: ms / 2.0, ..Stages::default() },
            pixels: 2e6,
        };
        Block { scans: vec![scan(0), scan(1)], batch_s: 1.5 * ms / 1000.0 }
    }

    #[test]
    fn models_take_turns_and_none_is_always_first() {
        let mut order = Vec::new();
        let mut run = |model: usize| {
            order.push(model);
            Ok(block(10.0, 0.0, order.len()))
        };
        let series = measure(2, &PACE, &mut run, || Duration::ZERO).unwrap();
        // Warm-up of all, the copy (2) against the first, then both in turn: the same times are narrow at once.
        let rounds = [0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0];
        assert_eq!(order, [[0, 1, 2].as_slice(), &[0, 2, 2, 0, 0, 2, 2, 0], &rounds].concat());
        assert!(series.narrow);
        let speed = series.speed(1, Setting { threads: 2, scans_at_once: 2 }, &PACE).unwrap();
        assert_eq!((speed.rounds, speed.scans, speed.latency_ms.count), (6, 2, 12));
        assert_eq!((speed.latency_ms.p50, speed.runtime_share, speed.narrow), (10.0, 0.5, true));
        assert!((speed.scans_per_s - 2.0 / 0.015).abs() < 1e-9 && (speed.mpx_per_s - 4.0 / 0.015).abs() < 1e-9);
    }

    #[test]
    fn a_fifth_slower_is_told_and_the_copy_is_the_noise() {
        let mut calls = 0;
        let run = |model: usize| {
            calls += 1;
            // The first model is the new one, and its copy is as slow as it is.
            Ok(block(if model == 1 { 10.0 } else { 12.0 }, 0.05, calls))
        };
        let series = measure(2, &PACE, run, || Duration::ZERO).unwrap();
        let found = series.against(1, 0.95).unwrap();
        assert!((found.latency.ratio - 1.2).abs() < 0.02, "{found:?}");
        assert!((found.batch.ratio - 1.2).abs() < 1e-9 && found.batch.noise == 0.0);
        assert!(found.latency.noise > 0.0 && found.latency.noise < 0.06, "{found:?}");
        assert_eq!(series.noise_floor(0.95).unwrap(), found.latency.noise);
    }

    #[test]
    fn a_fifth_slower_fails_in_noise_and_an_unchanged_model_does_not() {
        use crate::evaluate::{Ending, Gate, statistics::normal_quantile};
        use rand::{RngExt as _, SeedableRng as _};
        let gate = Gate::parse("[speed]\nslower = 0.1\n").unwrap();
        let outcome = crate::evaluate::tests::outcome("one", false, 0.1);
        let settings = crate::evaluate::Settings { rounds: 100, ..Default::default() }.check().unwrap();
        let accuracy = crate::evaluate::accuracy(&[outcome], None, 1, &settings).unwrap();
        for seed in 0..20 {
            // Three per cent of noise a block, and a machine that slows down by a half for a while.
            for (slower, expected) in [(1.2, Ending::Regression), (1.0, Ending::Pass)] {
                let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
                let mut calls = 0;
                let run = |model: usize| {
                    calls += 1;
                    let load = if (30..50).contains(&calls) { 1.5 } else { 1.0 };
                    let noise = (0.03 * normal_quantile(random.random_range(0.001..0.999))).exp();
                    Ok(block(10.0 * load * noise * if model == 1 { 1.0 } else { slower }, 0.0, calls))
                };
                let mut seconds = 0;
                let elapsed = || {
                    seconds += 1;
                    Duration::from_secs(seconds)
                };
                let pace = Pace { noise: 5, limit: Duration::from_secs(40), ..PACE };
                let speed = measure(2, &pace, run, elapsed).unwrap().against(1, 0.95).unwrap();
                let findings = crate::evaluate::Findings { accuracy: &accuracy, comparison: None, speed: Some(&speed) };
                for check in gate.hold(&findings).unwrap() {
                    assert_eq!(check.ending, expected, "{seed} {slower}: {check:?}");
                }
            }
        }
    }

    #[test]
    fn it_ends_when_the_time_is_up_and_says_that_it_is_not_sure() {
        let mut calls = 0;
        let run = |_| {
            calls += 1;
            Ok(block(10.0, 0.9, calls))
        };
        let mut seconds = 0;
        let elapsed = || {
            seconds += 10;
            Duration::from_secs(seconds)
        };
        let series = measure(1, &PACE, run, elapsed).unwrap();
        assert!(!series.narrow);
        // Six rounds whatever the time, then one for each look at the clock until 100 s are over.
        assert_eq!(series.blocks[0].len(), 15);
        let failing = measure(1, &PACE, |_| Err(Error::model("broke")), || Duration::ZERO);
        assert_eq!(failing.unwrap_err().message, "broke");
    }
}
