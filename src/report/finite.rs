//! Numbers that JSON has no words for.
//!
//! `serde_json` writes infinities and NaN as `null`, which a reader of the report refuses, or takes for a value that is
//! absent. This looks at the value itself, without writing or parsing anything.

use serde::Serialize;
use serde::ser::{self, Serializer};
use std::fmt::Display;

/// Whether every number in a value is one; the message says which is not, by the field it stands in.
pub(super) fn check(value: &impl Serialize) -> Result<(), NotFinite> {
    value.serialize(Finite)
}

/// What was found, and the fields on the way to it, the innermost first.
#[derive(Debug)]
pub(super) struct NotFinite {
    value: String,
    path: Vec<String>,
}

impl NotFinite {
    fn under(mut self, step: impl Into<String>) -> Self {
        self.path.push(step.into());
        self
    }
}

impl Display for NotFinite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path: Vec<&str> = self.path.iter().rev().map(String::as_str).collect();
        write!(f, "{} is {}", path.join("."), self.value)
    }
}

impl std::error::Error for NotFinite {}

impl ser::Error for NotFinite {
    fn custom<T: Display>(message: T) -> Self {
        Self { value: message.to_string(), path: Vec::new() }
    }
}

type Found = Result<(), NotFinite>;

/// Goes through a value and keeps nothing of it.
struct Finite;

/// The place within a list, a map or a struct.
#[derive(Default)]
struct Inside {
    index: usize,
}

impl Inside {
    fn next<T: Serialize + ?Sized>(&mut self, value: &T) -> Found {
        let index = self.index;
        self.index += 1;
        value.serialize(Finite).map_err(|error| error.under(index.to_string()))
    }
}

fn float(value: f64) -> Found {
    if value.is_finite() { Ok(()) } else { Err(NotFinite { value: value.to_string(), path: Vec::new() }) }
}

/// Methods for values that hold no float.
macro_rules! pass {
    ($($name:ident: $kind:ty),*) => {
        $(fn $name(self, _: $kind) -> Found { Ok(()) })*
    };
}

impl Serializer for Finite {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Inside;
    type SerializeTuple = Inside;
    type SerializeTupleStruct = Inside;
    type SerializeTupleVariant = Inside;
    type SerializeMap = Inside;
    type SerializeStruct = Inside;
    type SerializeStructVariant = Inside;

    pass! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char,
        serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str
    }

    fn serialize_f32(self, value: f32) -> Found {
        float(value.into())
    }

    fn serialize_f64(self, value: f64) -> Found {
        float(value)
    }

    fn serialize_none(self) -> Found {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Found {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Found {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Found {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Found {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Found {
        value.serialize(self).map_err(|error| error.under(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside, NotFinite> {
        Ok(Inside::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside, NotFinite> {
        Ok(Inside::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside, NotFinite> {
        Ok(Inside::default())
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Inside, NotFinite> {
        Ok(Inside::default())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside, NotFinite> {
        Ok(Inside::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside, NotFinite> {
        Ok(Inside::default())
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Inside, NotFinite> {
        Ok(Inside::default())
    }
}

/// The parts of lists and maps, called by their number.
macro_rules! numbered {
    ($($part:ident::$method:ident),*) => {
        $(impl ser::$part for Inside {
            type Ok = ();
            type Error = NotFinite;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Found {
                self.next(value)
            }

            fn end(self) -> Found {
                Ok(())
            }
        })*
    };
}

numbered!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

impl ser::SerializeMap for Inside {
    type Ok = ();
    type Error = NotFinite;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Found {
        key.serialize(Finite)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Found {
        self.next(value)
    }

    fn end(self) -> Found {
        Ok(())
    }
}

/// The fields of structs, called by their names.
macro_rules! named {
    ($($part:ident),*) => {
        $(impl ser::$part for Inside {
            type Ok = ();
            type Error = NotFinite;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Found {
                value.serialize(Finite).map_err(|error| error.under(name))
            }

            fn end(self) -> Found {
                Ok(())
            }
        })*
    };
}

named!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    enum Shape {
        Nothing,
        One(f32),
        Two(f32, f64),
        Named { at: f32 },
    }

    #[derive(Serialize)]
    struct Everything {
        words: &'static str,
        count: u64,
        perhaps: Option<f32>,
        pair: (f32, f32),
        shapes: Vec<Shape>,
        by_name: BTreeMap<String, f64>,
    }

    fn everything() -> Everything {
        Everything {
            words: "inf",
            count: u64::MAX,
            perhaps: None,
            pair: (f32::MAX, f32::MIN),
            shapes: vec![Shape::Nothing, Shape::One(0.0), Shape::Two(1.0, -0.0), Shape::Named { at: 2.0 }],
            by_name: BTreeMap::from([("a".to_owned(), 1e300)]),
        }
    }

    fn found(edit: impl FnOnce(&mut Everything)) -> String {
        let mut value = everything();
        edit(&mut value);
        check(&value).unwrap_err().to_string()
    }

    #[test]
    fn numbers_pass_and_an_absent_one_is_none_too() {
        check(&everything()).unwrap();
    }

    #[test]
    fn what_is_no_number_is_named_wherever_it_stands() {
        assert_eq!(found(|value| value.perhaps = Some(f32::NAN)), "perhaps is NaN");
        assert_eq!(found(|value| value.pair.1 = f32::INFINITY), "pair.1 is inf");
        assert_eq!(found(|value| value.shapes[1] = Shape::One(f32::NAN)), "shapes.1.One is NaN");
        assert_eq!(found(|value| value.shapes[2] = Shape::Two(0.0, f64::NEG_INFINITY)), "shapes.2.1 is -inf");
        assert_eq!(found(|value| value.shapes[3] = Shape::Named { at: f32::NAN }), "shapes.3.at is NaN");
        assert_eq!(found(|value| value.by_name.extend([("b".to_owned(), f64::NAN)])), "by_name.1 is NaN");
    }
}
