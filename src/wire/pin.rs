//! The pin record as the service writes it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use super::lenient;
use crate::domain::{Cid, Pin, PinId, PinState};

/// What the service writes for a time that never was.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// A pin record. Reading relies on `id` and `cid` alone; writing gives the fields that the service
/// documents, and leaves out those that are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PinRecord {
    /// The pin's id. A record without one is no record.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The id of the content.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub file_record_id: Option<String>,
    /// The root's multihash in hex.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub root_hash: Option<String>,
    /// The root CID.
    #[serde(deserialize_with = "lenient::text")]
    pub cid: Option<String>,
    /// Bytes; absent from the answers to an upload and to a pin by CID.
    #[serde(
        deserialize_with = "lenient::count",
        skip_serializing_if = "Option::is_none"
    )]
    pub size: Option<u64>,
    /// The account's id.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_id: Option<String>,
    /// When it was pinned.
    #[serde(deserialize_with = "lenient::time", serialize_with = "time_or_never")]
    pub date_pinned: Option<Timestamp>,
    /// When it was unpinned; never is written as the year 1.
    #[serde(deserialize_with = "lenient::time", serialize_with = "time_or_never")]
    pub date_unpinned: Option<Timestamp>,
    /// When the record was made; not every service tells.
    #[serde(
        deserialize_with = "lenient::time",
        serialize_with = "time_or_never",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_at: Option<Timestamp>,
    /// When the record last changed; not every service tells.
    #[serde(
        deserialize_with = "lenient::time",
        serialize_with = "time_or_never",
        skip_serializing_if = "Option::is_none"
    )]
    pub updated_at: Option<Timestamp>,
    /// Whether the service keeps the content for this pin now.
    #[serde(deserialize_with = "lenient::flag")]
    pub pinned: Option<bool>,
    /// Whether it was pinned by CID.
    #[serde(deserialize_with = "lenient::flag")]
    pub is_pin_by_hash: Option<bool>,
    /// Whether the root is a directory.
    #[serde(deserialize_with = "lenient::flag")]
    pub is_dir: Option<bool>,
    /// A second status; absent from some answers.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub sub_hash_status: Option<String>,
    /// Name, type and keyvalues.
    #[serde(deserialize_with = "lenient::record")]
    pub metadata: RecordMetadata,
    /// The status, in either spelling.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<String>,
}

/// The metadata inside a pin record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordMetadata {
    /// The pin's name.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// MIME type, often missing.
    #[serde(
        rename = "type",
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub mime_type: Option<String>,
    /// The account's own pairs.
    #[serde(
        deserialize_with = "lenient::map",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub keyvalues: BTreeMap<String, String>,
}

#[expect(
    clippy::ref_option,
    reason = "the signature that serde's serialize_with calls"
)]
fn time_or_never<S: Serializer>(time: &Option<Timestamp>, s: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => s.collect_str(&time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ")),
        None => s.serialize_str(NEVER),
    }
}

impl PinRecord {
    /// The pin of this record; `None` where the id or the CID is missing.
    pub fn into_pin(self) -> Option<Pin> {
        let id = self.id.filter(|id| !id.is_empty())?;
        let cid = self.cid.filter(|cid| !cid.is_empty())?;
        let pinned = self.pinned.unwrap_or(false);
        let state = PinState::fold(
            self.status.as_deref().unwrap_or_default(),
            pinned,
            self.date_unpinned.is_some(),
        );
        Some(Pin {
            id: PinId::from(id),
            cid: Cid::as_received(cid),
            root_hash: self.root_hash,
            size: self.size,
            name: self.metadata.name,
            mime_type: self.metadata.mime_type,
            keyvalues: self.metadata.keyvalues,
            state,
            status: self.status,
            sub_hash_status: self.sub_hash_status,
            pinned,
            date_pinned: self.date_pinned,
            date_unpinned: self.date_unpinned,
            created_at: self.created_at,
            updated_at: self.updated_at,
            is_pin_by_hash: self.is_pin_by_hash.unwrap_or(false),
            is_dir: self.is_dir.unwrap_or(false),
            file_record_id: self.file_record_id,
            user_id: self.user_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTED: &str = r#"{"id":"3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2",
        "file_record_id":"19164af7-8088-407d-8b4f-5bb3bae3541a",
        "root_hash":"1220ce95a46e2063878d025d68ce543a205eee90e5b31a659cb8c7c108fb3b133414",
        "cid":"bafkreigoswsg4iddq6gqexlizzkduic652iolmy2mwolrr6bbd5twezucq","size":50922,
        "user_id":"c2452942-5dc5-4a0d-9c38-77a66edcf43a","date_pinned":"2023-06-07T03:52:39.331369Z",
        "date_unpinned":"0001-01-01T00:00:00Z","pinned":true,"is_pin_by_hash":false,
        "sub_hash_status":"DONE","is_dir":false,
        "metadata":{"name":"test.png","type":"image/png"},"status":"DONE"}"#;

    #[test]
    fn the_documented_record_is_read_and_written_back_the_same() {
        let record: PinRecord = serde_json::from_str(DOCUMENTED).unwrap();
        let written: serde_json::Value = serde_json::to_value(&record).unwrap();
        let sample: serde_json::Value = serde_json::from_str(DOCUMENTED).unwrap();
        assert_eq!(written, sample);
        let pin = record.into_pin().unwrap();
        assert_eq!(pin.state, PinState::Pinned);
        assert_eq!(pin.size, Some(50_922));
        assert_eq!(pin.date_unpinned, None);
        assert_eq!(
            pin.cid.multihash_hex().unwrap(),
            pin.root_hash.as_deref().unwrap()
        );
    }

    #[test]
    fn only_id_and_cid_are_relied_on() {
        let pin = |json: &str| serde_json::from_str::<PinRecord>(json).unwrap().into_pin();
        assert!(pin(r#"{"id":"a","cid":"b"}"#).is_some());
        assert!(pin(r#"{"id":"a"}"#).is_none());
        assert!(pin(r#"{"id":"","cid":"b"}"#).is_none());
        let odd = pin(
            r#"{"id":7,"cid":"b","size":"12","pinned":"true","metadata":null,"date_pinned":[],
                "date_unpinned":"soon","status":null,"is_dir":1,"new":{"x":[1]}}"#,
        )
        .unwrap();
        assert_eq!(odd.size, Some(12));
        assert!(odd.pinned && odd.is_dir);
        assert_eq!(odd.id.as_str(), "7");
        let odd = pin(r#"{"id":"a","cid":"b","size":-1,
                "metadata":"{\"name\":\"n\",\"keyvalues\":{\"a\":1,\"b\":null,\"c\":[1]}}"}"#)
        .unwrap();
        assert_eq!(odd.size, None);
        assert_eq!(odd.name.as_deref(), Some("n"));
        assert_eq!(odd.keyvalues.len(), 2);
        assert_eq!(odd.keyvalues["a"], "1");
    }
}
