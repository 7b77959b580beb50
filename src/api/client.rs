//! The client of the AIOZ Pin HTTP API: one method for each documented call.

use async_trait::async_trait;
use reqwest::Method;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use tokio::sync::watch;

use super::PinningService;
use super::answer::Answer;
use super::config::{ClientConfig, ClientError};
use super::exchange::{Call, Caller};
use super::redact::Redactor;
use super::retry::Patience;
use crate::domain::{Cid, ListQuery, Metadata, Pin, PinId, PinPage, Throttle, UploadPlan, text};
use crate::error::ApiError;
use crate::protocol::PinDetails;
use crate::wire::{PinByHash, PinList, PinRecord, UploadMetadata};

/// Bytes that the answer to a list call may have.
const LIST_LIMIT: usize = 32 << 20;

/// Bytes that a pin's id may have; the service's own are UUIDs.
const LONGEST_ID: usize = 256;

/// A pinning service that is reached over HTTP.
///
/// Cheap to make: connections, certificates and the HTTP clients come with the first call.
pub struct PinClient {
    caller: Caller,
}

impl PinClient {
    /// A client for the service at `config.api_url`; nothing is sent yet.
    pub fn new(config: ClientConfig) -> Result<Self, ClientError> {
        Ok(Self {
            caller: Caller::new(config)?,
        })
    }

    fn redactor(&self) -> &Redactor {
        self.caller.redactor()
    }

    /// The data of `answer`; `None` where the service says that there is none.
    fn data<T: DeserializeOwned>(&self, answer: &Answer) -> Result<Option<T>, ApiError> {
        let envelope = answer.judge::<T>(self.redactor())?;
        if envelope.data.is_none() && envelope.status.is_none() {
            // Some other JSON, from something that is no pinning API.
            return Err(answer.not_understood(self.redactor()));
        }
        Ok(envelope.data)
    }

    /// The pin that a change brought.
    fn made(&self, answer: &Answer) -> Result<Pin, ApiError> {
        self.data::<PinRecord>(answer)?
            .and_then(PinRecord::into_pin)
            .ok_or_else(|| answer.not_understood(self.redactor()))
    }
}

#[async_trait]
impl PinningService for PinClient {
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
        let mut url = self.caller.at(&["pinning", "pins", ""]);
        url.query_pairs_mut()
            .append_pair("offset", &query.offset.to_string())
            .append_pair("limit", &query.limit.to_string())
            .append_pair("pinned", query.pinned.as_parameter())
            .append_pair("sortBy", query.sort.as_parameter())
            .append_pair("sortOrder", query.order.as_parameter());
        let call = Call {
            limit: LIST_LIMIT,
            ..Call::get(url)
        };
        let answer = self.caller.patiently(Patience::Read, &call).await?;
        let list = self.data::<PinList>(&answer)?.unwrap_or_default();
        Ok(list.into_page(query.offset))
    }

    async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError> {
        let call = Call::get(self.caller.at(&["pinning", segment(id)?]));
        let answer = self.caller.patiently(Patience::Read, &call).await?;
        let Some(data) = self.data::<Value>(&answer)? else {
            return Err(ApiError::NotFound(format!(
                "no pin with the id {}",
                text::scrub(id.as_str())
            )));
        };
        let raw = serde_json::to_string_pretty(&data).unwrap_or_default();
        let pin = serde_json::from_value(data)
            .ok()
            .and_then(PinRecord::into_pin)
            .ok_or_else(|| answer.not_understood(self.redactor()))?;
        Ok(PinDetails {
            pin,
            raw: self.redactor().hide(&raw),
        })
    }

    async fn upload(&self, plan: &UploadPlan, sent: watch::Sender<u64>) -> Result<Pin, ApiError> {
        if plan.files.is_empty() {
            return Err(ApiError::Refused("there is nothing to upload".to_owned()));
        }
        let answer = self.caller.upload(plan, sent).await?;
        self.made(&answer)
    }

    async fn pin_by_cid(&self, cid: &Cid, metadata: &Metadata) -> Result<Pin, ApiError> {
        let body = PinByHash {
            hash_to_pin: cid.as_str().to_owned(),
            metadata: UploadMetadata::from(metadata),
        };
        let call = Call {
            method: Method::POST,
            body: Some(&body),
            ..Call::get(self.caller.at(&["pinning", "pinByHash"]))
        };
        self.made(&self.caller.exchange(&call).await?)
    }

    async fn unpin(&self, id: &PinId) -> Result<(), ApiError> {
        let call = Call {
            method: Method::DELETE,
            ..Call::get(self.caller.at(&["pinning", "unpin", segment(id)?]))
        };
        let answer = self.caller.patiently(Patience::Unpin, &call).await?;
        if answer.is_empty_success() {
            return Ok(());
        }
        answer.judge::<IgnoredAny>(self.redactor()).map(|_| ())
    }

    fn throttle(&self) -> watch::Receiver<Option<Throttle>> {
        self.caller.throttle()
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        let call = Call::get(self.caller.at(&["apiKeys", "testAuthentication"]));
        let answer = self.caller.patiently(Patience::Read, &call).await?;
        let envelope = answer.judge::<IgnoredAny>(self.redactor())?;
        Ok(self.redactor().line(&envelope.message.unwrap_or_default()))
    }
}

/// The id as one segment of a path. What could turn the path elsewhere is no id.
fn segment(id: &PinId) -> Result<&str, ApiError> {
    let text = id.as_str();
    let is_id = !text.is_empty()
        && text.len() <= LONGEST_ID
        && text != "."
        && text != ".."
        && !text.chars().any(char::is_control);
    if is_id {
        Ok(text)
    } else {
        Err(ApiError::Refused(format!(
            "'{}' is no pin id",
            text::truncate(&text::scrub(text), 80)
        )))
    }
}
