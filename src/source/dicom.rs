//! stub
use super::decoded::Decoded;
use super::limits::Limits;
use crate::scan::{Error, Result};
pub(super) fn read(_: &[u8], _: &Limits) -> Result<(&'static str, Decoded)> {
    Err(Error::unsupported("soon"))
}
