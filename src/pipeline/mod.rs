//! One scan, many scans: the only place that calls the stages.
//!
//! Many scans run side by side, each from file to report on one worker; a single scan gets all threads.
//! One scan's failure, a panic included, is one failed report and never the end of the batch.

mod example;
mod folder;
mod line;
mod run;

pub use example::{BESIDE, Example, ExampleFacts, ExampleLine, Hidden};
pub use folder::{Finish, OutputFolder};
pub use line::{Job, Line, Outcome, Overlays, PlacedMap};
pub use run::{Done, Totals, Workers, run};
