//! The wire formats are contracts: their schemas stand in `docs/schema/`, and reports obey them.

use std::path::Path;

fn committed(name: &str, schema: &schemars::Schema) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(name);
    let now = String::from_utf8(portray::report::to_json(schema).unwrap()).unwrap();
    if std::env::var_os("PORTRAY_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let then = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        now == then,
        "{name} changed: a change that readers notice needs a new schema_version; then PORTRAY_BLESS=1 cargo test --test schema"
    );
}

#[test]
fn the_committed_schemas_are_those_of_the_code() {
    committed("report-v1.schema.json", &portray::report::report_schema());
    committed("summary-v1.schema.json", &portray::report::summary_schema());
    let schema = portray::report::schema_of::<portray::evaluate::calibration::Calibration>();
    committed("calibration-v1.schema.json", &schema);
    let schema = portray::report::schema_of::<portray::evaluate::calibration::DriftCheck>();
    committed("drift-v1.schema.json", &schema);
    committed("truth-v1.schema.json", &schemars::schema_for!(portray::scan::Truth));
    committed("scenario-v1.schema.json", &schemars::schema_for!(portray::simulate::ScenarioFile));
    committed("bench-v1.schema.json", &portray::evaluate::bench_schema());
    committed("gate-v1.schema.json", &schemars::schema_for!(portray::evaluate::Gate));
    committed("measure-v1.schema.json", &schemars::schema_for!(portray::evaluate::Settings));
    committed("scanner-v1.schema.json", &schemars::schema_for!(portray::simulate::ScannerFile));
}

fn failed_report() -> serde_json::Value {
    use portray::report::{ModelReport, Report, ScanInfo};
    let model = ModelReport {
        name: "contrast".into(),
        version: "1".into(),
        sha256: portray::scan::Digest::of(b"model"),
        contract_sha256: portray::scan::Digest::of(b"{}"),
        licence: "MIT".into(),
        baseline: true,
        calibration: None,
        runtime: "none".into(),
        provider: "cpu".into(),
    };
    let error = portray::scan::Error::format("file ends too early").at("byte 17");
    let report = Report::failed(ScanInfo::unread("x.tif"), error, model, portray::report::RunSettings::default());
    serde_json::to_value(report).unwrap()
}

#[test]
fn a_report_obeys_its_schema_and_an_unknown_field_does_not() {
    let schema = serde_json::to_value(portray::report::report_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut report = failed_report();
    validator.validate(&report).unwrap();
    report["surprise"] = true.into();
    assert!(!validator.is_valid(&report));
    let refused = portray::report::Report::from_json(report.to_string().as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("unknown field `surprise`"), "{refused}");
}

#[test]
fn a_report_of_another_version_is_refused_by_its_number() {
    let mut report = failed_report();
    assert!(portray::report::Report::from_json(report.to_string().as_bytes()).is_ok());
    report["schema_version"] = 2.into();
    let refused = portray::report::Report::from_json(report.to_string().as_bytes()).unwrap_err().to_string();
    assert_eq!(refused, "report has schema_version 2, this portray reads 1");
}
