//! A pin as scripts see it: the service's own field names and nesting, every field there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::domain::Pin;

/// A pin's record. What the service did not tell is null, and so is a date that never was;
/// `keyvalues` is always an object.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
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
    metadata: Metadata<'a>,
    status: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    name: Option<&'a str>,
    r#type: Option<&'a str>,
    keyvalues: &'a BTreeMap<String, String>,
}

/// A time as the service writes it: RFC 3339 in UTC with microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Option<Timestamp>);

impl Time {
    /// The text; empty for a time that never was.
    pub(super) fn text(self) -> String {
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
            metadata: Metadata {
                name: pin.name.as_deref(),
                r#type: pin.mime_type.as_deref(),
                keyvalues: &pin.keyvalues,
            },
            status: pin.status.as_deref(),
        }
    }
}

/// JSON on one line that no terminal obeys: characters that could steer one or hide in it are
/// written as escapes, which mean the same to whoever reads the JSON.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(escape(serde_json::to_string(value)?))
}

/// The same, spread over lines.
pub(super) fn pretty_json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(escape(serde_json::to_string_pretty(value)?))
}

/// In JSON such characters stand inside strings only, so they can be replaced anywhere.
fn escape(json: String) -> String {
    if !json.chars().any(is_hidden) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

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

    #[test]
    fn json_steers_no_terminal_and_says_the_same() {
        let evil = "\u{1b}[2J\u{9b}31m\u{202e}\u{e0041}\u{7f}\u{2028}é";
        let text = json(&evil).unwrap();
        assert!(!text.chars().any(|c| c.is_control() || is_hidden(c)));
        assert!(text.contains('é'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), evil);
    }
}
