//! A pin's record as lazypin hands it out: the service's own field names and nesting, every field
//! there, what is not known as null.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::Pin;

/// The record of one pin, ready to be written as JSON.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    id: &'a str,
    file_record_id: Option<&'a str>,
    root_hash: Option<&'a str>,
    cid: &'a str,
    size: Option<u64>,
    user_id: Option<&'a str>,
    date_pinned: Option<Timestamp>,
    date_unpinned: Option<Timestamp>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
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

impl<'a> From<&'a Pin> for Record<'a> {
    fn from(pin: &'a Pin) -> Self {
        Self {
            id: pin.id.as_str(),
            file_record_id: pin.file_record_id.as_deref(),
            root_hash: pin.root_hash.as_deref(),
            cid: pin.cid.as_str(),
            size: pin.size,
            user_id: pin.user_id.as_deref(),
            date_pinned: pin.date_pinned,
            date_unpinned: pin.date_unpinned,
            created_at: pin.created_at,
            updated_at: pin.updated_at,
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
    fn what_is_not_known_is_null_and_keyvalues_are_always_an_object() {
        let pin = Pin::new("a", Cid::as_received("b"));
        let json = serde_json::to_value(Record::from(&pin)).unwrap();
        assert_eq!(json["size"], serde_json::Value::Null);
        assert_eq!(json["date_unpinned"], serde_json::Value::Null);
        assert_eq!(json["metadata"]["keyvalues"], serde_json::json!({}));
        assert_eq!(json.as_object().unwrap().len(), 16);
    }
}
