//! Counts to what the network sees.

mod prepared;

pub use prepared::{Frame, Located, PixelState, Prepared, Step};
