//! What leaves portray: reports, summaries, tables and pictures, as bytes; one writer puts them on disk.

pub(crate) mod colour;
mod csv;
mod event;
mod finite;
mod lock;
mod names;
mod overlay;
mod schema;
mod summary;
pub(crate) mod text;
mod wire;
mod words;
mod write;

#[cfg(feature = "cli")]
pub(crate) use self::csv::inert;
pub use self::csv::to_csv;
pub use event::Event;
pub use lock::lock;
pub use names::Names;
pub(crate) use overlay::encoded as marked_png;
pub use overlay::overlay_png;
pub use schema::{event_schema, report_schema, schema_of, summary_schema};
pub use summary::{Counts, FailedScan, IgnoredFile, Row, Summary, SummaryTimings};
pub use wire::{
    ErrorInfo, Generator, ModelReport, PixelSizeMm, PlaneInfo, Preparation, Report, RunSettings, SCHEMA_VERSION,
    ScanInfo, Timings, to_json,
};
pub use words::{class_words, mass_words, p_words};
pub use write::{TEMPORARY, persist, write_atomically};
