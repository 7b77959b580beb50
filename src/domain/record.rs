//! A pin's record as lazypin hands it out: the service's own field names and nesting, every field
//! there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::Pin;

/// A pin's record, ready to be written as JSON. What the service did not tell is null, and so is a
/// date that never was; `keyvalues` is always an object.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    id: &'a str,
    file_record_id: Option<&'a str>,
    root_hash: Option<&'a str>,
    cid: &'a str,
    size: Option<u64>,
    user_id: Option<&'a str>,
    date_pinned: Time,
    date_unpinned: Time,
    created_at: Time,
    updated_at: Time,
    pinned: bool,
    is_pin_by_hash: bool,
    is_dir: bool,
    sub_hash_status: Option<&'a str>,
    metadata: RecordMetadata<'a>,
    status: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct RecordMetadata<'a> {
    name: Option<&'a str>,
    #[serde(rename = "type")]
    mime_type: Option<&'a str>,
    keyvalues: &'a BTreeMap<String, String>,
}

/// A time as the service writes it: RFC 3339 in UTC with microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Time(pub Option<Timestamp>);

impl Time {
    /// The text; empty for a time that never was.
    pub fn text(self) -> String {
        self.0.map_or_else(String::new, |time| {
            time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
        })
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(_) => serializer.serialize_str(&self.text()),
            None => serializer.serialize_none(),
        }
    }
}

impl<'a> From<&'a Pin> for Record<'a> {
    fn from(pin: &'a Pin) -> Self {
        Self {
            id: pin.id.as_str(),
            file_record_id: pin.file_record_id.as_deref(),
            root_hash: pin.root_hash.as_deref(),
            cid: pin.cid.as_str(),
            size: pin.size,
            user_id: pin.user_id.as_deref(),
            date_pinned: Time(pin.date_pinned),
            date_unpinned: Time(pin.date_unpinned),
            created_at: Time(pin.created_at),
            updated_at: Time(pin.updated_at),
            pinned: pin.pinned,
            is_pin_by_hash: pin.is_pin_by_hash,
            is_dir: pin.is_dir,
            sub_hash_status: pin.sub_hash_status.as_deref(),
            metadata: RecordMetadata {
                name: pin.name.as_deref(),
                mime_type: pin.mime_type.as_deref(),
                keyvalues: &pin.keyvalues,
            },
            status: pin.status.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cid;

    #[test]
    fn every_field_is_there_and_what_is_not_known_is_null() {
        let mut pin = Pin::new("id-1", Cid::as_received("bafy"));
        let value = serde_json::to_value(Record::from(&pin)).unwrap();
        let fields = value.as_object().unwrap();
        assert_eq!(fields.len(), 16);
        let known: Vec<&str> = fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            known,
            [
                "cid",
                "id",
                "is_dir",
                "is_pin_by_hash",
                "metadata",
                "pinned"
            ]
        );
        assert_eq!(
            value["metadata"],
            serde_json::json!({"name": null, "type": null, "keyvalues": {}})
        );
        pin.date_pinned = Some("2023-06-07T03:52:39.331369Z".parse().unwrap());
        let value = serde_json::to_value(Record::from(&pin)).unwrap();
        assert_eq!(value["date_pinned"], "2023-06-07T03:52:39.331369Z");
    }
}
