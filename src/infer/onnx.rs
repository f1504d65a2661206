//! ONNX models as scorers: a pool of sessions, whole scans, tiles or squeezed scans in, one answer out.

use super::input::{Input, Window};
use super::runtime::{self, RuntimeOptions};
use super::session::{Answer, Graph, Worker};
use super::stretch::stretch;
use super::tiles::{Blend, tile_windows};
use super::{Area, Contract, Inference, ModelInfo, Provider, ScoreMap, ScoredBox, Scorer, Signature, outputs};
use crate::prepare::Prepared;
use crate::scan::{Digest, Error, Result};
use ndarray::Array2;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A model file is never longer, in bytes: the format's own limit.
const LARGEST_MODEL: usize = i32::MAX as usize;

/// An input tensor never holds more numbers: 4 GiB of them.
const LARGEST_INPUT: usize = 1 << 30;

/// Tiles are run together up to this many pixels in all channels: enough to fill the cores, little enough to bound memory.
const BATCH_PIXELS: usize = 1 << 21;

/// How models are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOptions {
    /// What runs the graph. It is used or loading fails: there is no silent fall-back.
    pub provider: Provider,
    /// Sessions, and so scans at once; 1 or more. [`super::thread_plan`] splits a budget.
    pub sessions: usize,
    /// Threads of one session; 1 or more.
    pub threads_per_session: usize,
    /// Whether the processor's provider keeps freed memory for the next run. With it the built-in model answers almost
    /// twice as fast and keeps no more than its largest scan needed; off suits models whose memory for the largest scan
    /// is too much to hold on to.
    pub arena: bool,
    /// Where ONNX Runtime is.
    pub runtime: RuntimeOptions,
}

impl Default for SessionOptions {
    /// One session of one thread on the processor, with the runtime that the running program knows.
    fn default() -> Self {
        Self {
            provider: Provider::Cpu,
            sessions: 1,
            threads_per_session: 1,
            arena: true,
            runtime: RuntimeOptions::from_process(None),
        }
    }
}

/// An ONNX model that scores scans. Threads share it: each takes a session from the pool, or waits for one.
#[derive(Debug)]
pub struct OnnxScorer {
    contract: Contract,
    info: ModelInfo,
    signature: Signature,
    pool: Mutex<Vec<Worker>>,
    returned: Condvar,
    /// Tiles in one run, and input pixels per map pixel; 1 unless the area is tiled.
    batch: usize,
    unit: usize,
}

/// A session out of the pool, put back when dropped.
struct Taken<'a> {
    scorer: &'a OnnxScorer,
    worker: Option<Worker>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.scorer.pool.lock().unwrap_or_else(PoisonError::into_inner).extend(self.worker.take());
        self.scorer.returned.notify_one();
    }
}

impl Taken<'_> {
    fn run<T>(
        &mut self,
        shape: [usize; 4],
        tensor: &[f32],
        read: impl FnOnce(&Answer<'_>) -> Result<T>,
    ) -> Result<(T, Duration)> {
        // It is there until the drop.
        self.worker.as_mut().ok_or_else(|| Error::bug("a session was used after its return"))?.run(shape, tensor, read)
    }

    /// The same with a tensor that `fill` writes into memory that the session keeps.
    fn run_filled<T>(
        &mut self,
        shape: [usize; 4],
        fill: impl FnOnce(&mut [f32]),
        read: impl FnOnce(&Answer<'_>) -> Result<T>,
    ) -> Result<(T, Duration)> {
        let places = input_places(shape)?;
        let mut buffer = self.worker.as_mut().map(|worker| std::mem::take(&mut worker.buffer)).unwrap_or_default();
        buffer.resize(places, 0.0);
        fill(&mut buffer);
        let answer = self.run(shape, &buffer, read);
        if let Some(worker) = &mut self.worker {
            worker.buffer = buffer;
        }
        answer
    }
}

impl OnnxScorer {
    /// Loads an ONNX file's bytes into `options.sessions` sessions. `contract` stands in for the one inside the file.
    ///
    /// The contract is checked by itself, then against the graph's inputs and outputs, and a tiled model answers one
    /// empty tile. Errors are [`crate::scan::Fault::Model`] but for a second runtime in one process (`Parameter`).
    pub fn load(model: &[u8], contract: Option<Contract>, options: &SessionOptions) -> Result<Self> {
        if model.is_empty() || model.len() > LARGEST_MODEL {
            return Err(Error::model(format!("the model has {} bytes, expected 1 to {LARGEST_MODEL}", model.len())));
        }
        let runtime = runtime::load(&options.runtime)?;
        let first = Graph::load(&runtime, model, options)?;
        let signature = first.signature();
        let contract = match contract {
            Some(contract) => {
                contract.check()?;
                contract
            }
            None => Contract::parse(&first.contract_text()?.ok_or_else(|| {
                Error::model("the model carries no contract").help(
                    "give one with --contract FILE, or write it into the ONNX file's metadata_props under the key `portray`",
                )
            })?)?,
        };
        signature.check(&contract)?;
        let beside = if first.all_on_provider { "" } else { "+cpu" };
        let provider = format!("{}{beside}", options.provider);
        let mut pool = vec![first.worker(&contract)?];
        for _ in 1..options.sessions.max(1) {
            pool.push(Graph::load(&runtime, model, options)?.worker(&contract)?);
        }
        let mut scorer = Self {
            info: ModelInfo {
                digest: Digest::of(model),
                runtime: format!("onnxruntime {}", runtime.version),
                provider,
            },
            contract,
            signature,
            pool: Mutex::new(pool),
            returned: Condvar::new(),
            batch: 1,
            unit: 1,
        };
        if let Area::Tile { width, height, .. } = scorer.contract.input.area {
            scorer.try_tile(width as usize, height as usize)?;
        }
        Ok(scorer)
    }

    /// What the graph really takes and returns.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Settles how many tiles go in one run, and learns from an empty one how large maps are.
    fn try_tile(&mut self, width: usize, height: usize) -> Result<()> {
        let input = &self.contract.input;
        let length = input.channels.len() * width * height;
        self.batch = match self.signature.fixed_batch(&input.name) {
            Some(batch) => usize::try_from(batch).map_err(|_| Error::model("the model's batch is too large"))?,
            // Boxes come without saying which image they are of.
            None if self.contract.outputs.boxes.is_some() => 1,
            None => (BATCH_PIXELS / length).clamp(1, 16),
        };
        let shape = [self.batch, input.channels.len(), height, width];
        let tensor = vec![0.0; input_places(shape)?];
        let (unit, _) = self.take().run(shape, &tensor, |answer| {
            let Some(output) = &self.contract.outputs.map else { return Ok(1) };
            let map = outputs::map(&answer.floats(&output.name)?, output, 0, self.batch)?;
            outputs::map_unit(map.dim(), (height, width))
        })?;
        self.unit = unit;
        Ok(())
    }

    fn take(&self) -> Taken<'_> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(worker) = pool.pop() {
                return Taken { scorer: self, worker: Some(worker) };
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn whole(&self, prepared: &Prepared, multiple: usize) -> Result<Inference> {
        let (rows, columns) = prepared.dim();
        let padded = (rows.next_multiple_of(multiple), columns.next_multiple_of(multiple));
        let window = Window { x: 0, y: 0, width: padded.1, height: padded.0 };
        let input = Input::new(prepared, &self.contract.input)?;
        let shape = [1, self.contract.input.channels.len(), padded.0, padded.1];
        let mut taken = self.take();
        let (mut parts, runtime) = match input.as_is(&window) {
            Some(numbers) => taken.run(shape, numbers, |answer| self.read(answer, 1, 1))?,
            None => taken.run_filled(shape, |copy| input.fill(&window, copy), |answer| self.read(answer, 1, 1))?,
        };
        drop(taken);
        let part = parts.remove(0);
        let mut found = part.boxes;
        let left = outputs::clip(&mut found, (rows, columns));
        let (score, warnings) = outputs::left_out(left, part.score, &found);
        let map = match part.map {
            Some(map) => {
                let unit = outputs::map_unit(map.dim(), padded)?;
                Some(ScoreMap::new(map, unit, (rows, columns))?)
            }
            None => None,
        };
        Ok(Inference { map, score, boxes: found, warnings, runs: 1, runtime })
    }

    fn squeezed(&self, prepared: &Prepared, size: (usize, usize)) -> Result<Inference> {
        let (rows, columns) = prepared.dim();
        let window = Window { x: 0, y: 0, width: columns, height: rows };
        let input = Input::new(prepared, &self.contract.input)?;
        let channels = self.contract.input.channels.len();
        let mut tensor = Vec::with_capacity(channels * size.0 * size.1);
        let mut plane = Array2::zeros((rows, columns));
        for channel in 0..channels {
            if let Some(places) = plane.as_slice_mut() {
                input.fill_channel(channel, &window, places);
            }
            tensor.extend(stretch(&plane, size)?);
        }
        drop(plane);
        let shape = [1, channels, size.0, size.1];
        let (mut parts, runtime) = self.take().run(shape, &tensor, |answer| self.read(answer, 1, 1))?;
        let part = parts.remove(0);
        let (across, down) = (columns as f32 / size.1 as f32, rows as f32 / size.0 as f32);
        let mut found = part.boxes;
        for b in &mut found {
            (b.x, b.width, b.y, b.height) = (b.x * across, b.width * across, b.y * down, b.height * down);
        }
        let left = outputs::clip(&mut found, (rows, columns));
        let (score, warnings) = outputs::left_out(left, part.score, &found);
        let whole = |map: Array2<f32>| ScoreMap::new(stretch(&map, (rows, columns))?, 1, (rows, columns));
        Ok(Inference { map: part.map.map(whole).transpose()?, score, boxes: found, warnings, runs: 1, runtime })
    }

    fn tiled(&self, prepared: &Prepared, tile: (usize, usize), overlap: usize) -> Result<Inference> {
        let size = prepared.dim();
        let windows = tile_windows(size, tile, overlap, self.unit);
        let input = Input::new(prepared, &self.contract.input)?;
        let channels = self.contract.input.channels.len();
        let length = channels * tile.0 * tile.1;
        let mut tensor = vec![0.0; self.batch * length];
        let mut blend =
            self.contract.outputs.map.as_ref().map(|_| Blend::new(&windows, overlap, self.unit)).transpose()?;
        let mut answer = Inference {
            map: None,
            score: None,
            boxes: Vec::new(),
            warnings: Vec::new(),
            runs: 0,
            runtime: Duration::ZERO,
        };
        // One session for the whole scan: its tiles come one after another anyway.
        let mut taken = self.take();
        for together in windows.chunks(self.batch) {
            for (window, tensor) in together.iter().zip(tensor.chunks_exact_mut(length)) {
                input.fill(window, tensor);
            }
            // The last batch may be short: a graph with a fixed batch then gets stale tiles that nobody reads.
            let fixed = self.signature.fixed_batch(&self.contract.input.name).is_some();
            let batch = if fixed { self.batch } else { together.len() };
            let shape = [batch, channels, tile.0, tile.1];
            let read = |answer: &Answer<'_>| self.read(answer, batch, together.len());
            let (parts, runtime) = taken.run(shape, &tensor[..batch * length], read)?;
            answer.runs += 1;
            answer.runtime += runtime;
            for (window, part) in together.iter().zip(parts) {
                if let (Some(blend), Some(map)) = (&mut blend, part.map.as_ref().and_then(|map| map.as_slice())) {
                    blend.add(window, map);
                }
                answer.score = match (answer.score, part.score) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    (a, b) => a.or(b),
                };
                answer.boxes.extend(part.boxes.into_iter().map(|b| ScoredBox {
                    x: b.x + window.x as f32,
                    y: b.y + window.y as f32,
                    ..b
                }));
            }
        }
        drop(taken);
        let left = outputs::clip(&mut answer.boxes, size);
        (answer.score, answer.warnings) = outputs::left_out(left, answer.score, &answer.boxes);
        outputs::suppress(&mut answer.boxes);
        answer.map = blend.map(|blend| ScoreMap::new(blend.finish(), self.unit, size)).transpose()?;
        Ok(answer)
    }

    /// What the outputs say of the first `count` images out of `batch`.
    fn read(&self, answer: &Answer<'_>, batch: usize, count: usize) -> Result<Vec<Part>> {
        let named = &self.contract.outputs;
        let mut parts: Vec<Part> = (0..count).map(|_| Part::default()).collect();
        if let Some(output) = &named.map {
            let tensor = answer.floats(&output.name)?;
            for (image, part) in parts.iter_mut().enumerate() {
                part.map = Some(outputs::map(&tensor, output, image, batch)?);
            }
        }
        if let Some(output) = &named.score {
            let scores = outputs::scores(&answer.floats(&output.name)?, output, batch)?;
            parts.iter_mut().zip(scores).for_each(|(part, score)| part.score = Some(score));
        }
        if let (Some(output), Some(part)) = (&named.boxes, parts.first_mut()) {
            let labels = output.labels.as_ref().map(|name| answer.integers(name)).transpose()?;
            let (coordinates, scores) = (answer.floats(&output.boxes)?, answer.floats(&output.scores)?);
            // All of them: a threshold under the model's own is the judge's to apply.
            part.boxes = outputs::boxes(&coordinates, &scores, labels.as_deref(), output, f32::MIN_POSITIVE)?;
        }
        Ok(parts)
    }
}

/// How many numbers a tensor of `shape` holds, up to a limit.
fn input_places(shape: [usize; 4]) -> Result<usize> {
    let places = shape.iter().try_fold(1, |product: usize, &side| product.checked_mul(side));
    places.filter(|&places| places <= LARGEST_INPUT).ok_or_else(|| {
        Error::limit(format!("the model's input would have the shape {shape:?}, more than 2^30 numbers"))
            .help("a model that takes tiles can score scans of this size")
    })
}

/// What a model said of one image.
#[derive(Debug, Default)]
struct Part {
    map: Option<Array2<f32>>,
    score: Option<f32>,
    boxes: Vec<ScoredBox>,
}

impl Scorer for OnnxScorer {
    fn contract(&self) -> &Contract {
        &self.contract
    }

    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn score(&self, prepared: &Prepared) -> Result<Inference> {
        match self.contract.input.area {
            Area::Whole { multiple } => self.whole(prepared, multiple.max(1) as usize),
            Area::Tile { width, height, overlap } => {
                self.tiled(prepared, (height as usize, width as usize), overlap as usize)
            }
            Area::Resize { width, height } => self.squeezed(prepared, (height as usize, width as usize)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Fault;

    #[test]
    fn inputs_beyond_the_limit_are_refused_before_memory_is_asked_for() {
        assert_eq!(input_places([1, 3, 1000, 3000]).unwrap(), 9_000_000);
        for shape in [[1, 64, 8192, 32768], [usize::MAX, 2, 2, 2]] {
            let error = input_places(shape).unwrap_err();
            assert_eq!(error.fault, Fault::Limit);
            assert!(error.to_string().contains("a model that takes tiles"), "{error}");
        }
    }
}
