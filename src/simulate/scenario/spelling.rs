//! How scenario and scanner files may be written: pairs, single values for lists, and what is said where they are not.

use crate::scan::{End, Error, PixelSize, Result};
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// Reads a scenario or scanner file. A file of another version is told so before anything else in it is looked at.
pub(in crate::simulate) fn parse<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: i64,
    }
    let version = toml::from_str::<Version>(text).map_or(1, |file| file.schema_version);
    if version != 1 {
        return Err(Error::parameter(format!("is {version}, expected 1")).at("key \"schema_version\""));
    }
    toml::from_str(text).map_err(|e| Error::parameter(e.to_string().trim_end().to_owned()).at(what.to_owned()))
}

/// One end of the image or several.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"left\", \"right\" or a list of them")]
pub(super) enum Ends {
    /// The same in every scan.
    One(End),
    /// Each scan draws one.
    Several(Vec<End>),
}

pub(super) fn one_or_several<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<End>, D::Error> {
    Ok(match Ends::deserialize(from)? {
        Ends::One(end) => vec![end],
        Ends::Several(ends) => ends,
    })
}

/// Two values as a list.
struct Pair<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Pair<T> {
    type Value = [T; 2];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("two numbers, [lowest, highest]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
        let mut next =
            |at| list.next_element()?.ok_or_else(|| A::Error::invalid_length(at, &"two numbers, [lowest, highest]"));
        let pair = [next(0)?, next(1)?];
        if list.next_element::<serde::de::IgnoredAny>()?.is_some() {
            return Err(A::Error::invalid_length(3, &"two numbers, [lowest, highest]"));
        }
        Ok(pair)
    }
}

pub(super) fn pair<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> std::result::Result<[T; 2], D::Error> {
    from.deserialize_any(Pair(PhantomData))
}

pub(super) fn some_pair<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> std::result::Result<Option<[T; 2]>, D::Error> {
    pair(from).map(Some)
}

/// A pixel's size as it may be written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number of mm for both sides, or { x = ..., y = ... }")]
pub(in crate::simulate) enum Pixel {
    /// Both sides.
    Square(f32),
    /// Along the container and upwards.
    Sides(PixelSize),
}

/// A pixel's size: a number, or its sides.
pub(in crate::simulate) fn pixel<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<PixelSize, D::Error> {
    Ok(match Pixel::deserialize(from)? {
        Pixel::Square(side) => PixelSize { x: side, y: side },
        Pixel::Sides(size) => size,
    })
}

/// A single-precision value as its file spells it: 0.6, not 0.6000000238418579.
pub(in crate::simulate) fn as_written(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}
