//! The wire formats are contracts: their schemas stand in `docs/schema/`, and reports obey them.

use serde_json::Value;
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
    committed("event-v1.schema.json", &portray::report::event_schema());
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

#[test]
fn a_mass_from_before_there_were_two_methods_still_reads() {
    let before = serde_json::json!({
        "kg": 80.0, "at_least": false, "sigma_kg": 9.0, "extra_attenuation": 0.5, "coefficient_cm2_g": 0.05,
        "effective_mev": 2.0
    });
    let mass: portray::judge::Mass = serde_json::from_value(before).unwrap();
    assert_eq!(serde_json::to_value(mass).unwrap()["method"], "surroundings");
    let schema = serde_json::to_value(portray::report::report_schema()).unwrap();
    let required = schema["$defs"]["Mass"]["required"].as_array().unwrap();
    assert!(required.contains(&"kg".into()) && !required.contains(&"method".into()), "{required:?}");
}

/// Types that the page explains once, for all fields that have them.
const EXPLAINED: [&str; 5] = ["BoxPx", "BoxMm", "Point", "PixelSize", "PixelSizeMm"];

/// Every field below a schema, as the page spells it: `scan.planes[].energy`. Types in `known` are not gone into.
fn fields(root: &Value, at: &Value, path: &str, known: &[&str], found: &mut Vec<String>) {
    let parts = ["anyOf", "oneOf"].into_iter().filter_map(|key| at.get(key)?.as_array()).flatten();
    parts.for_each(|part| fields(root, part, path, known, found));
    if let Some(items) = at.get("items") {
        fields(root, items, &format!("{path}[]"), known, found);
    }
    if let Some(name) = at.get("$ref").and_then(Value::as_str) {
        let name = name.trim_start_matches("#/$defs/");
        if !known.contains(&name) {
            fields(root, &root["$defs"][name], path, known, found);
        }
    }
    for (name, field) in at.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let before = found.len();
        fields(root, field, &path, known, found);
        // A field with fields of its own is named by those.
        if found.len() == before {
            found.push(path);
        }
    }
}

#[test]
fn the_page_names_every_field_that_is_written() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reports.md")).unwrap();
    let settings = ["Settings", "Settings2", "Limits"];
    let shared = ["Generator", "ModelReport", "RunSettings", "ErrorInfo", "ContainerNumber"];
    let cases: [(schemars::Schema, Vec<&str>, usize); 3] = [
        (portray::report::report_schema(), settings.to_vec(), 90),
        (portray::report::summary_schema(), shared.to_vec(), 35),
        (portray::report::event_schema(), [&shared[..], &["Row", "Counts"]].concat(), 6),
    ];
    for (schema, known, least) in cases {
        let schema = serde_json::to_value(schema).unwrap();
        let mut found = Vec::new();
        fields(&schema, &schema, "", &[&known[..], &EXPLAINED].concat(), &mut found);
        assert!(found.len() >= least, "only {} fields: {found:?}", found.len());
        let missing: Vec<&String> = found.iter().filter(|field| !page.contains(&format!("`{field}`"))).collect();
        assert!(missing.is_empty(), "docs/reports.md does not name {missing:?}");
    }
}

#[test]
fn a_field_that_is_written_as_null_is_said_to_be() {
    use portray::report::{event_schema, report_schema, summary_schema};
    for schema in [report_schema(), summary_schema(), event_schema()] {
        let schema = serde_json::to_value(schema).unwrap();
        let variants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let types = schema["$defs"].as_object().unwrap().values().chain([&schema]).chain(variants);
        let mut seen = 0;
        for kind in types {
            for (name, field) in kind.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let required = kind["required"].as_array().is_some_and(|all| all.contains(&name.as_str().into()));
                let nulls = field["type"].as_array().is_some_and(|kinds| kinds.contains(&"null".into()))
                    || field["anyOf"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["type"] == "null"));
                if required && nulls {
                    seen += 1;
                    assert!(field["description"].as_str().unwrap_or_default().contains("null"), "{name}: {field}");
                }
            }
        }
        assert!(seen > 2, "only {seen} fields");
    }
}

/// The codes of all warnings in a source: the first string of every call that makes one.
fn codes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["warn(", "Warning::new("] {
        for (at, _) in text.match_indices(call) {
            let Some(rest) = text[at + call.len()..].trim_start().strip_prefix('"') else { continue };
            let code = rest.split('"').next().unwrap_or_default();
            if !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
                found.push(code.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_warning_is_explained() {
    fn walk(folder: &Path, found: &mut std::collections::BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.extend(codes(&std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = std::collections::BTreeSet::new();
    for stage in ["source", "prepare", "infer", "judge"] {
        walk(&root.join("src").join(stage), &mut found);
    }
    assert!(found.len() > 30, "{found:?}");
    let pages = ["docs/reports.md", "docs/prepare.md"].map(|page| std::fs::read_to_string(root.join(page)).unwrap());
    // The first cell of a row names them.
    let named: Vec<&str> = pages.iter().flat_map(|page| page.lines()).filter_map(|row| row.split('|').nth(1)).collect();
    let missing: Vec<&String> =
        found.iter().filter(|code| !named.iter().any(|cell| cell.contains(&format!("`{code}`")))).collect();
    assert!(missing.is_empty(), "no page has a row for {missing:?}");
}
