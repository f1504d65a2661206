//! Sessions: a graph loaded into the runtime, run once at a time.

use super::outputs::Tensor;
use super::runtime::Runtime;
use super::signature::{Signature, TensorSpec};
use super::{Outputs, Provider, SessionOptions};
use crate::scan::{Error, Result};
use ort::session::builder::{AutoDevicePolicy, GraphOptimizationLevel, SessionBuilder};
use ort::session::{HasSelectedOutputs, OutputSelector, RunOptions, Session, SessionOutputs};
use ort::value::TensorRef;
use std::time::{Duration, Instant};

/// The key of the contract in the ONNX file's metadata.
pub(super) const CONTRACT_KEY: &str = "portray";

/// A folder that is not there.
const NO_FOLDER: &str = "weights-outside-the-model-are-not-loaded";

/// A loaded graph.
#[derive(Debug)]
pub(super) struct Graph {
    session: Session,
    /// Whether every node runs on the provider that was asked for.
    pub(super) all_on_provider: bool,
}

impl Graph {
    /// Loads `model` on the provider of `options`.
    pub(super) fn load(runtime: &Runtime, model: &[u8], options: &SessionOptions) -> Result<Self> {
        if options.provider == Provider::Cpu {
            let session = builder(runtime, options, false)?.commit_from_memory(model).map_err(|e| unloadable(&e))?;
            return Ok(Self { session, all_on_provider: true });
        }
        // Asked to, the runtime refuses to leave part of the graph to the processor. It then runs mixed, and says so.
        if let Ok(session) = builder(runtime, options, true)?.commit_from_memory(model) {
            return Ok(Self { session, all_on_provider: true });
        }
        let session = builder(runtime, options, false)?.commit_from_memory(model).map_err(|e| unloadable(&e))?;
        tracing::warn!("part of the graph runs on the processor, not on {}", options.provider);
        Ok(Self { session, all_on_provider: false })
    }

    /// What the graph takes and returns.
    pub(super) fn signature(&self) -> Signature {
        Signature {
            inputs: self.session.inputs().iter().map(TensorSpec::from).collect(),
            outputs: self.session.outputs().iter().map(TensorSpec::from).collect(),
        }
    }

    /// The contract document inside the file.
    pub(super) fn contract_text(&self) -> Result<Option<String>> {
        let metadata = self.session.metadata().map_err(|e| failed("reading the model's metadata", &e))?;
        Ok(metadata.custom(CONTRACT_KEY))
    }

    /// The graph ready to answer on `input` with `outputs`; the runtime leaves out what only others need.
    pub(super) fn worker(self, input: &str, outputs: &Outputs) -> Result<Worker> {
        let named = [&outputs.map, &outputs.score].into_iter().flatten().map(|output| output.name.as_str());
        let boxes = outputs
            .boxes
            .iter()
            .flat_map(|b| [b.boxes.as_str(), b.scores.as_str()].into_iter().chain(b.labels.as_deref()));
        let beside = [
            outputs.classes.as_ref().map(|output| output.name.as_str()),
            outputs.excess.as_ref().map(|output| output.name.as_str()),
            outputs.familiarity.as_ref().map(|output| output.name.as_str()),
            outputs.features.as_ref().map(|output| output.name.as_str()),
        ];
        let all = named.chain(boxes).chain(beside.into_iter().flatten());
        let selected = all.fold(OutputSelector::no_default(), OutputSelector::with);
        let options = RunOptions::new().map_err(|e| failed("preparing a run", &e))?.with_outputs(selected);
        Ok(Worker { session: self.session, options, input: input.to_owned(), buffer: Vec::new() })
    }
}

/// Settings shared by every session; `strict` forbids nodes on the processor beside another provider.
fn builder(runtime: &Runtime, options: &SessionOptions, strict: bool) -> Result<SessionBuilder> {
    let setting = |e: ort::Error<SessionBuilder>| {
        Error::model(format!("provider {} cannot be used: {}", options.provider, e.message()))
            .help("`portray doctor` shows the providers that load; --provider cpu always does")
    };
    // Several one-thread sessions side by side must not spin while they wait; a single one gains by it.
    let alone = options.sessions <= 1;
    let builder = Session::builder(&runtime.environment)
        .map_err(|e| failed("making a session", &e))?
        // ort would otherwise let the runtime choose a provider by itself (on macOS always CoreML).
        .with_auto_device(AutoDevicePolicy::PreferCPU)
        .map_err(setting)?
        .with_execution_providers([options.provider.dispatch(options.arena)?])
        .map_err(setting)?
        .with_optimization_level(GraphOptimizationLevel::All)
        .map_err(setting)?
        .with_intra_threads(options.threads_per_session.max(1))
        .map_err(setting)?
        .with_inter_threads(1)
        .map_err(setting)?
        .with_intra_op_spinning(alone)
        .map_err(setting)?
        // Scans have many sizes: a pattern remembered for each would only grow.
        .with_memory_pattern(false)
        .map_err(setting)?
        // The runtime would take weights from files in the working directory, which the model's digest does not cover.
        .with_config_entry("session.model_external_initializers_file_folder_path", NO_FOLDER)
        .map_err(setting)?;
    if strict { builder.with_disable_cpu_fallback().map_err(setting) } else { Ok(builder) }
}

fn unloadable(error: &ort::Error) -> Error {
    Error::model(format!("the model does not load: {}", error.message().trim_end_matches(['.', '\n', ' '])))
        .help("it must be one ONNX file with its weights inside, of an opset that this ONNX Runtime knows")
}

fn failed(doing: &str, error: &ort::Error) -> Error {
    Error::model(format!("{doing} failed: {}", error.message()))
}

/// A session that answers one caller at a time.
pub(super) struct Worker {
    session: Session,
    options: RunOptions<HasSelectedOutputs>,
    input: String,
    /// The last input, kept so that the next scan need not ask the system for as much memory again.
    pub(super) buffer: Vec<f32>,
}

// By hand: ort's selection of outputs has no `Debug`.
impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("session", &self.session).field("input", &self.input).finish_non_exhaustive()
    }
}

impl Worker {
    /// Runs the graph on a tensor of `shape` (batch, channels, rows, columns) and hands its outputs to `read`, with the
    /// time spent inside the runtime.
    pub(super) fn run<T>(
        &mut self,
        shape: [usize; 4],
        tensor: &[f32],
        read: impl FnOnce(&Answer<'_>) -> Result<T>,
    ) -> Result<(T, Duration)> {
        let input =
            TensorRef::from_array_view((shape, tensor)).map_err(|e| failed("giving the model its input", &e))?;
        let started = Instant::now();
        let outputs = self.session.run_with_options(ort::inputs![self.input.as_str() => input], &self.options);
        let runtime = started.elapsed();
        let outputs = outputs.map_err(|e| failed(&format!("the model's run on a tensor of {shape:?}"), &e))?;
        Ok((read(&Answer { outputs })?, runtime))
    }
}

/// What a run returned.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    outputs: SessionOutputs<'a>,
}

impl Answer<'_> {
    /// A float32 output.
    pub(super) fn floats<'a>(&'a self, name: &'a str) -> Result<Tensor<'a>> {
        let (shape, data) = self.value(name)?.try_extract_tensor::<f32>().map_err(|e| failed(&reading(name), &e))?;
        Ok(Tensor { name, dims: shape, data })
    }

    /// An output of class numbers, whatever type they have.
    pub(super) fn integers(&self, name: &str) -> Result<Vec<i64>> {
        let value = self.value(name)?;
        if let Ok((_, data)) = value.try_extract_tensor::<i64>() {
            return Ok(data.to_vec());
        }
        if let Ok((_, data)) = value.try_extract_tensor::<i32>() {
            return Ok(data.iter().map(|&v| i64::from(v)).collect());
        }
        let (_, data) = value.try_extract_tensor::<f32>().map_err(|e| failed(&reading(name), &e))?;
        Ok(data.iter().map(|&v| v.round() as i64).collect())
    }

    fn value(&self, name: &str) -> Result<&ort::value::DynValue> {
        self.outputs.get(name).ok_or_else(|| Error::model(format!("the model did not return output `{name}`")))
    }
}

fn reading(name: &str) -> String {
    format!("reading output `{name}`")
}
