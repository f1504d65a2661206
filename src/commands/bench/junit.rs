//! The gate as `JUnit` XML, one case a check.

use super::words::ending;
use crate::evaluate::{BenchResult, Ending};
use crate::scan::{Error, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The checks of the gate; without one, a single case says that there was none. Inconclusive is an error and not a failure: CI systems tell
/// the two apart, and neither lets a change pass.
///
/// # Errors
/// A bug error where the XML cannot be written.
pub(super) fn junit(result: &BenchResult) -> Result<Vec<u8>> {
    let mut suite = TestSuite::new(format!("gate: {}", result.models[0].label));
    if let Some(gate) = &result.gate {
        for check in &gate.checks {
            let mut status = match check.ending {
                Ending::Pass => TestCaseStatus::success(),
                Ending::Regression => TestCaseStatus::non_success(NonSuccessKind::Failure),
                Ending::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
            };
            if check.ending != Ending::Pass {
                status.set_message(check.message.clone()).set_type(ending(check.ending));
            }
            let mut case = TestCase::new(check.name.clone(), status);
            case.set_classname("portray.bench.gate").set_system_out(check.message.clone());
            suite.add_test_case(case);
        }
    } else {
        let mut status = TestCaseStatus::skipped();
        status.set_message("no gate was given");
        suite.add_test_case(TestCase::new("gate", status));
    }
    for model in &result.models {
        let failed: Vec<_> = model.scans.iter().filter(|scan| scan.score.is_none()).collect();
        if failed.is_empty() {
            continue;
        }
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(format!("{} scans failed", failed.len())).set_type("failed");
        let mut case = TestCase::new(format!("every scan is judged: {}", model.label), status);
        let lines = failed.iter().map(|scan| format!("{}: {}", scan.name, scan.error.as_deref().unwrap_or_default()));
        case.set_classname("portray.bench").set_system_out(lines.collect::<Vec<_>>().join("\n"));
        suite.add_test_case(case);
    }
    let mut report = Report::new("portray bench");
    report.add_test_suite(suite);
    let failed = |error: quick_junit::SerializeError| Error::bug(format!("junit.xml cannot be written: {error}"));
    report.to_string().map(String::into_bytes).map_err(failed)
}
