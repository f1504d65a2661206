//! `portray bench compare`: one result against another, without scans or models.

use super::args::CompareArgs;
use super::outputs::{self, Say};
use super::{Exit, finish, named_gate, read_gate, read_result, with_gate};
use crate::commands::terminal::Color;
use crate::evaluate::{Against, BenchResult, Settings, accuracy, compare, made_alike};
use crate::infer::cores;
use crate::report::Generator;
use crate::scan::Error;
use anyhow::Context as _;

pub(super) fn run(args: &CompareArgs, color: Color) -> anyhow::Result<Exit> {
    let gate = args.gate.as_deref().map(read_gate).transpose()?;
    let old = read_result("the older result", &args.old)?;
    let mut new = read_result("the newer result", &args.new)?;
    let _lock = outputs::open(args.out.as_deref(), &[&args.old, &args.new])?;
    if gate.as_ref().is_some_and(|gate| gate.speed.is_some()) {
        return Err(Error::parameter("the gate compares times, and times of two runs are never compared")
            .help("give both models to one run of portray bench, or leave [speed] out"))
        .with_context(|| named_gate(args.gate.as_deref()));
    }
    made_alike(&new.settings, &old.settings).context("the two results")?;
    let threads = args.threads.map_or_else(cores, |threads| threads as usize);
    // The gate's rates and level, and figures from the scores: what stands in the files decides nothing.
    let settings =
        with_gate(Settings { level: Settings::default().level, ..new.measure.clone() }, gate.as_ref())?.check()?;
    let mut first = new.models.swap_remove(0);
    let before = old.models.first().ok_or_else(|| Error::bug("a result without a model was read"))?;
    let comparison = compare(&first.scans, &before.scans, threads, &settings)?;
    let pixels = first.accuracy.pixels;
    first.accuracy = accuracy(&first.scans, None, threads, &settings)?;
    first.accuracy.pixels = pixels;
    new.measure = settings.settings().clone();
    let mut notes = crate::evaluate::notes(&first.scans, &new.measure)?;
    notes.extend(super::otherwise_made(&first.model, &new.generator, &old));
    let same_machine = new.machine.as_ref().zip(old.machine.as_ref());
    if let (Some((new, old)), true) = (same_machine, first.speed.is_some() && before.speed.is_some()) {
        notes.push(if new.fingerprint == old.fingerprint {
            "times of two runs are not compared, even on one machine: give both models with --model in one run"
                .to_owned()
        } else {
            "times were taken on machines with unlike fingerprints and are not compared".to_owned()
        });
    }
    let label = if before.label == first.label { format!("{} (older)", before.label) } else { before.label.clone() };
    let against = Against { label, baseline: true, model: before.model.clone(), comparison, speed: None };
    let mut result = BenchResult {
        generator: Generator::this(),
        models: vec![first],
        comparisons: vec![against],
        gate: None,
        notes,
        ..new
    };
    let held = result.comparisons[0].clone();
    finish(&mut result, (gate.as_ref(), args.gate.as_deref()), Some(&held), None)?;
    if let Some(out) = &args.out {
        outputs::write(out, &result)?;
    }
    outputs::say(&result, Say { quiet: args.quiet, json: args.json, color, out: args.out.as_deref() })?;
    Ok(super::exit(&result))
}
