//! JSON Schemas of what portray writes.

use super::event::Event;
use super::summary::Summary;
use super::wire::Report;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// The schema (draft 2020-12) of a report.
pub fn report_schema() -> Schema {
    schema_of::<Report>()
}

/// The schema (draft 2020-12) of a summary.
pub fn summary_schema() -> Schema {
    schema_of::<Summary>()
}

/// The schema (draft 2020-12) of a line of `portray scan --json`.
pub fn event_schema() -> Schema {
    schema_of::<Event>()
}

/// The schema (draft 2020-12) of anything that is written.
pub fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
