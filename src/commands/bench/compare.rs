//! `portray bench compare`: one result against another, without scans or models.

use super::args::CompareArgs;
use super::outputs::{self, Say};
use super::{Exit, finish, read_gate, read_result};
use crate::commands::terminal::Color;
use crate::evaluate::{Against, BenchResult, compare};
use crate::infer::cores;
use crate::report::Generator;

pub(super) fn run(args: &CompareArgs, color: Color) -> anyhow::Result<Exit> {
    let gate = args.gate.as_deref().map(read_gate).transpose()?;
    let old = read_result("the older result", &args.old)?;
    let mut new = read_result("the newer result", &args.new)?;
    let _lock = outputs::open(args.out.as_deref())?;
    let threads = args.threads.map_or_else(cores, |threads| threads as usize);
    let settings = new.measure.clone().check()?;
    let first = new.models.swap_remove(0);
    let before = old.models.first().ok_or_else(|| crate::scan::Error::bug("a result without a model was read"))?;
    let comparison = compare(&first.scans, &before.scans, threads, &settings)?;
    let mut notes = new.notes;
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
    finish(&mut result, gate.as_ref(), Some(&held), None)?;
    if let Some(out) = &args.out {
        outputs::write(out, &result)?;
    }
    outputs::say(&result, Say { quiet: args.quiet, json: args.json, color, out: args.out.as_deref() })?;
    Ok(super::exit(&result))
}
