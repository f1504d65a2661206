//! The statistics of a bench: figures of scores against truth, and how sure they are.
//!
//! Nothing here knows of scans or models: numbers come in, figures and intervals go out. Every figure agrees with an
//! independent package on random cases with ties (`tests/data/statistics/`), and every interval covers what it claims in a simulation.
//!
//! - [`Ranking`]: ROC-AUC, average precision, partial AUC and detection at a false-alarm rate, in one pass.
//! - [`DeLong`], [`mcnemar_exact`], [`newcombe_paired`]: two models on the same cases.
//! - [`wilson`], [`upper_bound`], [`cases_to_show`]: rates, and what a number of cases can show.
//! - [`Bootstrap`]: intervals of everything else, by containers.
//! - [`Froc`], [`PixelHistogram`]: regions and pixels against the truth.
//! - [`Calibration`], [`DriftMartingale`], [`kolmogorov_smirnov`]: thresholds with a guarantee, and whether they still fit.
//! - [`Timings`], [`interleaved_ratio`]: speed.

mod bootstrap;
mod conformal;
mod delong;
mod drift;
mod error;
mod froc;
mod interval;
mod kolmogorov;
mod mcnemar;
mod pixels;
mod quantile;
mod ranking;
mod special;
mod speed;
#[cfg(test)]
mod tests;
mod wanted;
mod weights;

pub use bootstrap::{Bootstrap, Rounds};
pub use conformal::{Calibration, ConformalThreshold, scans_needed};
pub use delong::{AucDifference, DeLong};
pub use drift::{DriftMartingale, ville_threshold};
pub use error::{Error, Result};
pub use froc::{Froc, FrocPoint, MarkedRegion, MarkedScan};
pub use interval::{
    Interval, Paired, cases_to_show, clopper_pearson, effective_cases, lower_bound, newcombe_effective,
    newcombe_paired, upper_bound, wilson, wilson_effective,
};
pub use kolmogorov::{KsMethod, KsTest, kolmogorov_smirnov, kolmogorov_tail};
pub use mcnemar::{mcnemar_exact, mcnemar_mid_p};
pub use pixels::{PixelFigures, PixelHistogram};
pub use quantile::quantile;
pub use ranking::{Detection, Figures, PartialAuc, Ranking, RocPoint};
pub use special::{beta_cdf, beta_quantile, binomial_cdf, binomial_pmf, erfc, normal_cdf, normal_quantile};
pub use speed::{SpeedRatio, Timings, block_medians, interleaved_ratio, quantile_interval};
pub use wanted::Wanted;
pub use weights::Weights;
