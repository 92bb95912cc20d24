//! The columns of JSON rows: in come rows, out come the Arrow type that holds all of them and arrays of
//! it. Nested values become lists and structs. Where rows disagree about a type the column becomes
//! text: texts as they stand, anything else as its JSON. Nothing is lost or rounded.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, StringArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Fields};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// An object with more different keys than this is a map, not a record: it is kept as JSON text.
const MAX_KEYS: usize = 1_000;
/// Nested deeper than this a value is kept as JSON text.
const MAX_DEPTH: usize = 24;
/// Whole numbers beyond this lose digits as a double.
const EXACT_IN_DOUBLE: u64 = 1 << 53;

/// What the values of a column have in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Shape {
    /// Only nulls so far.
    #[default]
    Null,
    /// True or false.
    Bool,
    /// Whole numbers of 64 bits; `exact`: all of them are whole as doubles too.
    Int {
        /// None is beyond 2^53.
        exact: bool,
    },
    /// Numbers.
    Float,
    /// Texts.
    Text,
    /// Lists of one shape.
    List(Box<Shape>),
    /// Objects; a key may be absent, which is null.
    Struct(Vec<(String, Shape)>),
    /// Values of different types: texts, and JSON for all else.
    Mixed,
}

impl Shape {
    /// Adds the shape of another value.
    pub fn merge(&mut self, other: Shape) {
        let me = std::mem::take(self);
        *self = match (me, other) {
            (Shape::Null, shape) | (shape, Shape::Null) => shape,
            (Shape::Bool, Shape::Bool) => Shape::Bool,
            (Shape::Text, Shape::Text) => Shape::Text,
            (Shape::Float, Shape::Float) => Shape::Float,
            (Shape::Int { exact: a }, Shape::Int { exact: b }) => Shape::Int { exact: a && b },
            (Shape::Int { exact: true }, Shape::Float) | (Shape::Float, Shape::Int { exact: true }) => {
                Shape::Float
            }
            (Shape::List(mut a), Shape::List(b)) => {
                a.merge(*b);
                Shape::List(a)
            }
            (Shape::Struct(mut a), Shape::Struct(b)) => {
                for (key, shape) in b {
                    put(&mut a, key, shape);
                }
                if a.len() > MAX_KEYS { Shape::Mixed } else { Shape::Struct(a) }
            }
            _ => Shape::Mixed,
        };
    }

    /// The shape of a value.
    pub fn of(value: &Value) -> Self {
        // A value is a deserializer that cannot fail on what every visitor takes.
        Seed::default().deserialize(value).unwrap_or(Shape::Mixed)
    }

    /// The Arrow type; a record without a key has none in Parquet and becomes text.
    pub fn data_type(&self) -> DataType {
        match self {
            Shape::Bool => DataType::Boolean,
            Shape::Int { .. } => DataType::Int64,
            Shape::Float => DataType::Float64,
            // A column without a value: readers know no type of nothing, or each another.
            Shape::Null | Shape::Text | Shape::Mixed => DataType::Utf8,
            Shape::List(item) => DataType::List(Arc::new(Field::new("element", item.data_type(), true))),
            Shape::Struct(keys) if keys.is_empty() => DataType::Utf8,
            Shape::Struct(keys) => DataType::Struct(fields(keys)),
        }
    }

    /// The array of `values`, each of which was merged into this shape.
    pub fn array(&self, values: &[Option<&Value>]) -> ArrayRef {
        let there = |value: &Option<&Value>| value.is_some_and(|value| !value.is_null());
        let nulls = || NullBuffer::from_iter(values.iter().map(there));
        match self {
            Shape::Bool => {
                Arc::new(BooleanArray::from_iter(values.iter().map(|value| value.and_then(Value::as_bool))))
            }
            Shape::Int { .. } => {
                Arc::new(Int64Array::from_iter(values.iter().map(|value| value.and_then(Value::as_i64))))
            }
            Shape::Float => {
                Arc::new(Float64Array::from_iter(values.iter().map(|value| value.and_then(Value::as_f64))))
            }
            Shape::Struct(keys) if !keys.is_empty() => {
                let columns = keys.iter().map(|(key, shape)| {
                    let parts: Vec<Option<&Value>> =
                        values.iter().map(|value| value.and_then(|value| value.get(key))).collect();
                    shape.array(&parts)
                });
                Arc::new(StructArray::new(fields(keys), columns.collect(), Some(nulls())))
            }
            Shape::List(item) => {
                let lists = values.iter().map(|value| value.and_then(Value::as_array));
                let lengths = lists.clone().map(|list| list.map_or(0, Vec::len));
                let offsets = OffsetBuffer::from_lengths(lengths);
                let items: Vec<Option<&Value>> = lists.flatten().flatten().map(Some).collect();
                let field = Arc::new(Field::new("element", item.data_type(), true));
                Arc::new(ListArray::new(field, offsets, item.array(&items), Some(nulls())))
            }
            Shape::Null | Shape::Text | Shape::Mixed | Shape::Struct(_) => {
                let text = |value: &Option<&Value>| match value {
                    None | Some(Value::Null) => None,
                    Some(Value::String(text)) => Some(text.clone()),
                    Some(other) => Some(other.to_string()),
                };
                Arc::new(StringArray::from_iter(values.iter().map(text)))
            }
        }
    }
}

/// Adds a key's shape to a record's.
pub fn put(keys: &mut Vec<(String, Shape)>, key: String, shape: Shape) {
    match keys.iter_mut().find(|(known, _)| *known == key) {
        Some((_, known)) => known.merge(shape),
        None => keys.push((key, shape)),
    }
}

/// The fields of a record, in the order in which the keys were first seen.
pub fn fields(keys: &[(String, Shape)]) -> Fields {
    keys.iter().map(|(key, shape)| Field::new(key, shape.data_type(), true)).collect()
}

/// Reads the shape of a value, not its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Bool)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape::Int { exact: value.unsigned_abs() <= EXACT_IN_DOUBLE })
    }

    fn visit_u64<E>(self, value: u64) -> Result<Shape, E> {
        let fits = i64::try_from(value).is_ok();
        Ok(if fits { Shape::Int { exact: value <= EXACT_IN_DOUBLE } } else { Shape::Mixed })
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Float)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        if self.depth >= MAX_DEPTH {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Shape::Mixed);
        }
        let mut item = Shape::Null;
        while let Some(shape) = list.next_element_seed(Seed { depth: self.depth + 1 })? {
            item.merge(shape);
        }
        Ok(Shape::List(Box::new(item)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut keys = Vec::new();
        let mut deep = self.depth >= MAX_DEPTH;
        while let Some(key) = map.next_key::<String>()? {
            if deep {
                map.next_value::<IgnoredAny>()?;
            } else {
                put(&mut keys, key, map.next_value_seed(Seed { depth: self.depth + 1 })?);
                deep = keys.len() > MAX_KEYS;
            }
        }
        Ok(if deep { Shape::Mixed } else { Shape::Struct(keys) })
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;
    use serde_json::json;

    use super::*;

    fn shape(values: &[Value]) -> Shape {
        let mut all = Shape::Null;
        for value in values {
            let text = value.to_string();
            let mut deserializer = serde_json::Deserializer::from_str(&text);
            all.merge(Seed::default().deserialize(&mut deserializer).expect("a value"));
        }
        all
    }

    fn int(exact: bool) -> Shape {
        Shape::Int { exact }
    }

    #[test]
    fn shapes_table() {
        let record = |keys: &[(&str, Shape)]| {
            Shape::Struct(keys.iter().map(|(key, shape)| ((*key).to_owned(), shape.clone())).collect())
        };
        for (values, expected) in [
            (json!([]), Shape::Null),
            (json!([null, 1, null]), int(true)),
            (json!([1, 2.5]), Shape::Float),
            (json!([1, "a"]), Shape::Mixed),
            (json!([9_007_199_254_740_993_i64, 0.5]), Shape::Mixed),
            (json!([u64::MAX]), Shape::Mixed),
            (json!([[], [1], null]), Shape::List(Box::new(int(true)))),
            (json!([{"a": 1}, {"b": "x", "a": null}]), record(&[("a", int(true)), ("b", Shape::Text)])),
            (json!([{}, {}]), record(&[])),
            (json!([[1], {"a": 1}]), Shape::Mixed),
            (json!([true, null]), Shape::Bool),
        ] {
            let values = values.as_array().expect("a list").clone();
            assert_eq!(shape(&values), expected, "{values:?}");
        }
    }

    #[test]
    fn arrays_hold_what_the_values_hold() {
        let values = json!([
            {"a": [1, null], "b": {"c": "x"}, "d": {}},
            null,
            {"b": {}, "a": [], "e": 1},
            {"e": "one", "a": null},
        ]);
        let values: Vec<Value> = values.as_array().expect("a list").clone();
        let all = shape(&values);
        let array = all.array(&values.iter().map(Some).collect::<Vec<_>>());
        assert_eq!(array.data_type(), &all.data_type());
        assert_eq!((array.len(), array.null_count()), (4, 1));
        let mut back = Vec::new();
        for row in 0..4 {
            back.push(super::super::super::read::cell(&array, row).expect("a cell"));
        }
        let expected = json!([
            {"a": [1, null], "b": {"c": "x"}, "d": "{}", "e": null},
            null,
            {"a": [], "b": {"c": null}, "d": null, "e": "1"},
            {"a": null, "b": null, "d": null, "e": "one"},
        ]);
        assert_eq!(Value::from(back), expected);
    }

    #[test]
    fn deep_and_wide_values_are_text() {
        let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
        let found = shape(std::slice::from_ref(&deep));
        let array = found.array(&[Some(&deep)]);
        assert_eq!(array.len(), 1);
        let wide: serde_json::Map<String, Value> = (0..2_000).map(|n| (n.to_string(), json!(n))).collect();
        assert_eq!(shape(&[Value::Object(wide)]), Shape::Mixed);
    }
}
