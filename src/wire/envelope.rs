//! What is around every answer: `{"data": ..., "status": "success"}`, or a status and a message.

use serde::{Deserialize, Serialize};

use super::lenient;

/// The envelope of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
    /// `success`, or something else where the call failed.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<String>,
    /// The service's words, mostly where the call failed.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub message: Option<String>,
}

impl<T> Envelope<T> {
    /// A success around `data`.
    pub fn success(data: T) -> Self {
        Self {
            data: Some(data),
            status: Some("success".to_owned()),
            message: None,
        }
    }

    /// Whether the body says that the call failed. A body without a status does not.
    pub fn says_failed(&self) -> bool {
        self.status
            .as_deref()
            .is_some_and(|status| !status.eq_ignore_ascii_case("success"))
    }
}

impl Envelope<()> {
    /// A failure in the service's words.
    pub fn failure(message: impl Into<String>) -> Self {
        Self {
            data: None,
            status: Some("fail".to_owned()),
            message: Some(message.into()),
        }
    }
}
