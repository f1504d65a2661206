//! From scores to a verdict: anomaly map to regions, mass, material, zone, and what is said of the scan.

mod attenuation;
mod clean;
mod components;
mod concealment;
mod context;
mod find;
mod mass;
mod outline;
mod place;
mod region;
mod settings;
#[cfg(test)]
mod tests;
mod unseen;
mod verdict;
mod zone;

pub use attenuation::{Beam, MassAttenuation};
pub use clean::{
    Against, Belonging, Calibrated, CleanGroup, CleanScores, GroupKey, GroupKind, Places, conformal_p_value,
};
pub use concealment::{Concealment, Familiarity};
pub use mass::{Mass, MassMethod, Material, MaterialBand};
pub use region::{BoxMm, Region, UnseenArea, UnseenCause};
pub use settings::{Checked, Settings};
pub use verdict::{Judgement, Reason, ReasonCode, Verdict, judge};
pub use zone::Zone;
