//! The bodies that a client sends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::domain::Metadata;

/// Name and keyvalues as a client sends them: an object beside `hash_to_pin`, JSON text in an
/// upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UploadMetadata {
    /// The pin's name.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// The account's own pairs.
    #[serde(
        deserialize_with = "lenient::map",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub keyvalues: BTreeMap<String, String>,
}

impl From<&Metadata> for UploadMetadata {
    fn from(metadata: &Metadata) -> Self {
        Self {
            name: metadata.name.clone(),
            keyvalues: metadata.keyvalues.clone(),
        }
    }
}

impl From<UploadMetadata> for Metadata {
    fn from(metadata: UploadMetadata) -> Self {
        Self {
            name: metadata.name,
            keyvalues: metadata.keyvalues,
        }
    }
}

/// The body of a pin by CID.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinByHash {
    /// The CID to pin.
    pub hash_to_pin: String,
    /// Name and keyvalues; an object here, though the text of one is taken too.
    #[serde(default, deserialize_with = "lenient::record")]
    pub metadata: UploadMetadata,
}
