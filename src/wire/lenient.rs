//! Readers that take a field in whatever JSON type it comes and never fail a whole answer for it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Text, also from a number or a flag; anything else is none.
pub(super) fn text<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    Ok(value_text(Value::deserialize(d)?))
}

fn value_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A count, from a number or its text; negative, broken or missing is none.
pub(super) fn count<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => {
            let text = text.trim();
            text.parse()
                .ok()
                .or_else(|| text.parse().ok().and_then(whole))
        }
        _ => None,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the range is checked; a size that came as a float has lost its last digits before"
)]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number < u64::MAX as f64).then_some(number as u64)
}

/// A flag, also from `"true"` or a number; anything else is none.
pub(super) fn flag<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::Bool(flag) => Some(flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    })
}

/// An RFC 3339 time; the year 1, which the service writes for never, and broken text are none.
pub(super) fn time<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::String(text) if !text.starts_with("0001-01-01") => text.trim().parse().ok(),
        _ => None,
    })
}

/// A map of text to text from an object or from the text of one; values that are no text are
/// written as JSON, null ones are left out.
pub(super) fn map<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<String, String>, D::Error> {
    Ok(object(Value::deserialize(d)?)
        .into_iter()
        .filter_map(|(key, value)| match value {
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => Some((key, value.to_string())),
            value => value_text(value).map(|text| (key, text)),
        })
        .collect())
}

/// A record that may come as null, as the text of an object, or as something else altogether.
pub(super) fn record<'de, D, T>(d: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned + Default,
{
    Ok(serde_json::from_value(Value::Object(object(Value::deserialize(d)?))).unwrap_or_default())
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(map) => map,
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        },
        _ => serde_json::Map::new(),
    }
}

/// A list whose null or unreadable rows become empty ones, so that the count of rows stays true;
/// null and anything else is the empty list.
pub(super) fn rows<'de, D, T>(d: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned + Default,
{
    Ok(match Value::deserialize(d)? {
        Value::Array(rows) => rows
            .into_iter()
            .map(|row| serde_json::from_value(row).unwrap_or_default())
            .collect(),
        _ => Vec::new(),
    })
}
