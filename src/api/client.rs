//! The client of the AIOZ Pin HTTP API: one method for each documented call.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Method, RequestBuilder, Url};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::PinningService;
use super::address::Address;
use super::answer::{Answer, Unread};
use super::http::{self, LazyClient, Timeouts};
use super::limiter::Limiter;
use super::multipart::Multipart;
use super::redact::Redactor;
use super::retry::{self, Patience};
use crate::credentials::Credentials;
use crate::domain::{Cid, ListQuery, Metadata, Pin, PinId, PinPage, UploadPlan, text};
use crate::error::ApiError;
use crate::protocol::PinDetails;
use crate::wire::{PinByHash, PinList, PinRecord, UploadMetadata};

/// Calls a minute to a hosted service where nothing else is set. An older page of AIOZ Pin's
/// documentation allows 180; the rest is for the person's other programs.
const HOSTED_RATE: u32 = 150;

/// Bytes that the answer to a list call may have.
const LIST_LIMIT: usize = 32 << 20;

/// Bytes that any other answer may have.
const BODY_LIMIT: usize = 1 << 20;

/// Redirects that one read may follow.
const MOST_REDIRECTS: usize = 5;

/// Bytes that a pin's id may have; the service's own are UUIDs.
const LONGEST_ID: usize = 256;

/// What a client needs to know.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The base address of the API, such as `https://api.aiozpin.network/api`.
    pub api_url: String,
    /// The keys, which go to that address only.
    pub credentials: Credentials,
    /// Calls a minute; `None`: 150, or as many as come where the service is on this machine.
    pub rate_limit: Option<u32>,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// Why a client can't be made, in words for the person who set it up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The address is none that keys may be sent to.
    #[error(transparent)]
    Address(#[from] super::AddressError),
    /// The keys hold characters that no HTTP header takes.
    #[error("the keys hold characters that can't be sent")]
    Keys,
}

/// A pinning service that is reached over HTTP.
///
/// Cheap to make: connections, certificates and the HTTP clients come with the first call.
pub struct PinClient {
    address: Address,
    headers: HeaderMap,
    redactor: Redactor,
    limiter: Limiter,
    timeouts: Timeouts,
    calls: LazyClient,
    uploads: LazyClient,
}

/// One call with a small body or none.
struct Call<'a> {
    method: Method,
    url: Url,
    body: Option<&'a PinByHash>,
    /// Bytes that the answer may have.
    limit: usize,
}

impl Call<'_> {
    fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            body: None,
            limit: BODY_LIMIT,
        }
    }
}

impl PinClient {
    /// A client for the service at `config.api_url`; nothing is sent yet.
    pub fn new(config: ClientConfig) -> Result<Self, ClientError> {
        let address = Address::parse(&config.api_url)?;
        let default_rate = (!address.is_loopback()).then_some(HOSTED_RATE);
        Ok(Self {
            headers: http::headers(&config.credentials).map_err(|_| ClientError::Keys)?,
            limiter: Limiter::new(config.rate_limit.or(default_rate)),
            redactor: Redactor::new(config.credentials),
            timeouts: config.timeouts,
            calls: LazyClient::new(),
            uploads: LazyClient::new(),
            address,
        })
    }

    /// Makes the call until it succeeds, fails for good or patience ends.
    async fn patiently(&self, patience: Patience, call: &Call<'_>) -> Result<Answer, ApiError> {
        let mut pauses = retry::Pauses::new(self.timeouts.back_off);
        loop {
            let result = self.exchange(call).await;
            let error = match result {
                Ok(answer) if !patience.is_for(answer.status()) => return Ok(answer),
                Ok(answer) => answer.failure(&self.redactor),
                Err(error) => error,
            };
            let Some(pause) = pauses.next(patience, &error) else {
                return Err(error);
            };
            if matches!(error, ApiError::RateLimited { .. }) {
                self.limiter.hold_back(pause);
            } else {
                sleep(pause).await;
            }
        }
    }

    /// Makes the call once, following where a read is sent on to.
    async fn exchange(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        let mut url = call.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let client = self
                .calls
                .get(|| http::for_calls(&self.address, &self.timeouts))?;
            let mut request = client.request(call.method.clone(), url.clone());
            if let Some(body) = call.body {
                request = request.json(body);
            }
            self.limiter.ready().await;
            let whole = self.timeouts.idle.saturating_mul(10);
            let answer = timeout(whole, self.send(request, call.limit))
                .await
                .unwrap_or_else(|_| {
                    Err(ApiError::Timeout(format!(
                        "{} was not done within {}",
                        self.address.host(),
                        http::seconds(whole)
                    )))
                })?;
            let Some(location) = answer.redirect() else {
                return Ok(answer);
            };
            url = self.follow(&call.method, &url, location)?;
        }
        Err(ApiError::NotUnderstood(format!(
            "more than {MOST_REDIRECTS} redirects, the last to {}",
            self.shown(&url)
        )))
    }

    async fn send(&self, request: RequestBuilder, limit: usize) -> Result<Answer, ApiError> {
        let broken = |error| http::failure(error, &self.address.host(), &self.timeouts);
        let response = request
            .headers(self.headers.clone())
            .send()
            .await
            .map_err(broken)?;
        let answer = Answer::read(response, limit)
            .await
            .map_err(|unread| match unread {
                Unread::TooLong(limit) => ApiError::NotUnderstood(format!(
                    "an answer of more than {}",
                    text::human_bytes(limit as u64)
                )),
                Unread::Broken(error) => broken(error),
            })?;
        if answer.is_rate_limited()
            && let Some(wait) = answer.retry_after()
        {
            self.limiter.hold_back(wait.min(retry::LONGEST_PAUSE));
        }
        Ok(answer)
    }

    /// Where a redirected call goes next: only a read, and only within the same origin, as the
    /// keys go along.
    fn follow(&self, method: &Method, from: &Url, location: &str) -> Result<Url, ApiError> {
        let Ok(mut to) = from.join(location) else {
            return Err(ApiError::NotUnderstood(format!(
                "a redirect to '{}', which is no address",
                self.redactor.line(location)
            )));
        };
        to.set_fragment(None);
        let shown = self.shown(&to);
        if *method != Method::GET {
            return Err(ApiError::Refused(format!(
                "the service redirects this change to {shown}, where it is not sent: \
                 set the API address to where the service is now"
            )));
        }
        if !self.address.same_origin(&to) || !to.username().is_empty() || to.password().is_some() {
            return Err(ApiError::NotUnderstood(format!(
                "a redirect to {shown}, where the keys are not sent: \
                 set the API address to where the service is now"
            )));
        }
        Ok(to)
    }

    /// An address for a message: without user, password and query.
    fn shown(&self, url: &Url) -> String {
        let mut url = url.clone();
        url.set_query(None);
        // Both fail for addresses that can't have one, which then have none.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        self.redactor.line(url.as_str())
    }

    /// The pin's record in `answer`.
    fn record<T: DeserializeOwned>(&self, answer: &Answer) -> Result<Option<T>, ApiError> {
        Ok(answer.judge::<T>(&self.redactor)?.data)
    }

    /// The pin that a change brought.
    fn made(&self, answer: &Answer) -> Result<Pin, ApiError> {
        self.record::<PinRecord>(answer)?
            .and_then(PinRecord::into_pin)
            .ok_or_else(|| answer.not_understood(&self.redactor))
    }

    /// Sends an upload and waits for its answer while both make progress.
    async fn send_upload(
        &self,
        plan: &UploadPlan,
        sent: watch::Sender<u64>,
    ) -> Result<Answer, ApiError> {
        let client = self
            .uploads
            .get(|| http::for_uploads(&self.address, &self.timeouts))?;
        let total = plan.total_bytes();
        let trouble = Arc::new(OnceLock::new());
        let mut moving = sent.subscribe();
        let body = Multipart::new(plan);
        let request = client
            .post(self.address.at(&["pinning", ""]))
            .header(CONTENT_TYPE, body.content_type())
            .header(CONTENT_LENGTH, body.length())
            .body(Body::wrap_stream(body.stream(sent, Arc::clone(&trouble))));
        let mut send = pin!(self.send(request, BODY_LIMIT));
        let mut gone_out = false;
        loop {
            let patience = if gone_out {
                self.timeouts.answer
            } else {
                self.timeouts.stall
            };
            let result = tokio::select! {
                biased;
                result = &mut send => result,
                changed = moving.changed(), if !gone_out => {
                    gone_out = changed.is_err() || *moving.borrow_and_update() >= total;
                    continue;
                }
                () = sleep(patience) => Err(self.too_slow(gone_out, patience)),
            };
            // A file's trouble shows up as a broken connection, which would tell nobody why.
            return match trouble.get() {
                Some(trouble) => Err(ApiError::Refused(trouble.clone())),
                None => result,
            };
        }
    }

    fn too_slow(&self, gone_out: bool, patience: Duration) -> ApiError {
        let (host, patience) = (self.address.host(), http::seconds(patience));
        ApiError::Timeout(if gone_out {
            format!("{host} did not answer within {patience} after the upload")
        } else {
            format!("{host} took no byte of the upload for {patience}")
        })
    }
}

#[async_trait]
impl PinningService for PinClient {
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
        let mut url = self.address.at(&["pinning", "pins", ""]);
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
        let answer = self.patiently(Patience::Read, &call).await?;
        let envelope = answer.judge::<PinList>(&self.redactor)?;
        if envelope.data.is_none() && envelope.status.is_none() {
            return Err(answer.not_understood(&self.redactor));
        }
        Ok(envelope.data.unwrap_or_default().into_page(query.offset))
    }

    async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError> {
        let call = Call::get(self.address.at(&["pinning", segment(id)?]));
        let answer = self.patiently(Patience::Read, &call).await?;
        let Some(data) = self
            .record::<Value>(&answer)?
            .filter(|data| !data.is_null())
        else {
            return Err(ApiError::NotFound(format!(
                "no pin with the id {}",
                text::scrub(id.as_str())
            )));
        };
        let raw = serde_json::to_string_pretty(&data).unwrap_or_default();
        let pin = serde_json::from_value(data)
            .ok()
            .and_then(PinRecord::into_pin)
            .ok_or_else(|| answer.not_understood(&self.redactor))?;
        Ok(PinDetails {
            pin,
            raw: self.redactor.hide(&raw),
        })
    }

    async fn upload(&self, plan: &UploadPlan, sent: watch::Sender<u64>) -> Result<Pin, ApiError> {
        if plan.files.is_empty() {
            return Err(ApiError::Refused("there is nothing to upload".to_owned()));
        }
        self.limiter.ready().await;
        let answer = self.send_upload(plan, sent).await?;
        if let Some(location) = answer.redirect() {
            let from = self.address.at(&["pinning", ""]);
            self.follow(&Method::POST, &from, location)?;
        }
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
            ..Call::get(self.address.at(&["pinning", "pinByHash"]))
        };
        self.made(&self.exchange(&call).await?)
    }

    async fn unpin(&self, id: &PinId) -> Result<(), ApiError> {
        let call = Call {
            method: Method::DELETE,
            ..Call::get(self.address.at(&["pinning", "unpin", segment(id)?]))
        };
        let answer = self.patiently(Patience::Unpin, &call).await?;
        if answer.is_empty_success() {
            return Ok(());
        }
        answer.judge::<IgnoredAny>(&self.redactor).map(|_| ())
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        let call = Call::get(self.address.at(&["apiKeys", "testAuthentication"]));
        let answer = self.patiently(Patience::Read, &call).await?;
        let envelope = answer.judge::<IgnoredAny>(&self.redactor)?;
        Ok(self.redactor.line(&envelope.message.unwrap_or_default()))
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
