//! One exchange with the service: keys to its origin alone, at the rate of all calls, tried again
//! where that is safe.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Method, RequestBuilder, Url};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::address::Address;
use super::answer::{Answer, Unread};
use super::config::{ClientConfig, ClientError, HOSTED_RATE};
use super::http::{self, LazyClient, Timeouts};
use super::limiter::{Departure, Limiter};
use super::multipart::Multipart;
use super::redact::Redactor;
use super::retry::{self, Patience};
use crate::domain::{Throttle, UploadPlan, text};
use crate::error::ApiError;
use crate::wire::PinByHash;

/// Bytes that any other answer may have.
const BODY_LIMIT: usize = 1 << 20;

/// Redirects that one read may follow.
const MOST_REDIRECTS: usize = 5;

/// Makes calls on behalf of a client.
pub(super) struct Caller {
    address: Address,
    headers: HeaderMap,
    redactor: Redactor,
    limiter: Limiter,
    timeouts: Timeouts,
    calls: LazyClient,
    uploads: LazyClient,
}

/// One call with a small body or none.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<&'a PinByHash>,
    /// Bytes that the answer may have.
    pub(super) limit: usize,
}

impl Call<'_> {
    pub(super) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            body: None,
            limit: BODY_LIMIT,
        }
    }
}

impl Caller {
    pub(super) fn new(config: ClientConfig) -> Result<Self, ClientError> {
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

    /// The address of a call, see [`Address::at`].
    pub(super) fn at(&self, segments: &[&str]) -> Url {
        self.address.at(segments)
    }

    /// How fast calls may leave, now and whenever that changes.
    pub(super) fn throttle(&self) -> watch::Receiver<Option<Throttle>> {
        self.limiter.throttle()
    }

    /// What makes the service's texts fit to be shown.
    pub(super) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Makes the call until it succeeds, fails for good or patience ends.
    pub(super) async fn patiently(
        &self,
        patience: Patience,
        call: &Call<'_>,
    ) -> Result<Answer, ApiError> {
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
    pub(super) async fn exchange(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        let mut url = call.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let client = self
                .calls
                .get(|| http::for_calls(&self.address, &self.timeouts))?;
            let mut request = client.request(call.method.clone(), url.clone());
            if let Some(body) = call.body {
                request = request.json(body);
            }
            let departure = self.limiter.ready().await;
            let whole = self.timeouts.idle.saturating_mul(10);
            let answer = timeout(whole, self.send(departure, request, call.limit))
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

    async fn send(
        &self,
        departure: Departure,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<Answer, ApiError> {
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
        if answer.is_rate_limited() {
            self.limiter.refused(departure);
            if let Some(wait) = answer.retry_after() {
                self.limiter.hold_back(wait.min(retry::LONGEST_PAUSE));
            }
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

    /// Uploads once, for as long as bytes go out, and waits for the answer.
    pub(super) async fn upload(
        &self,
        plan: &UploadPlan,
        sent: watch::Sender<u64>,
    ) -> Result<Answer, ApiError> {
        let url = self.address.at(&["pinning", ""]);
        let client = self
            .uploads
            .get(|| http::for_uploads(&self.address, &self.timeouts))?;
        let total = plan.total_bytes();
        let trouble = Arc::new(OnceLock::new());
        let mut moving = sent.subscribe();
        let body = Multipart::new(plan);
        let request = client
            .post(url.clone())
            .header(CONTENT_TYPE, body.content_type())
            .header(CONTENT_LENGTH, body.length())
            .body(Body::wrap_stream(body.stream(sent, Arc::clone(&trouble))));
        let departure = self.limiter.ready().await;
        let mut exchange = pin!(self.send(departure, request, BODY_LIMIT));
        let mut gone_out = total == 0;
        loop {
            let patience = if gone_out {
                self.timeouts.answer
            } else {
                self.timeouts.stall
            };
            let result = tokio::select! {
                biased;
                result = &mut exchange => result,
                changed = moving.changed(), if !gone_out => {
                    gone_out = changed.is_err() || *moving.borrow_and_update() >= total;
                    continue;
                }
                () = sleep(patience) => Err(self.too_slow(gone_out, patience)),
            };
            // A file's trouble shows up as a broken connection, which would tell nobody why.
            if let Some(trouble) = trouble.get() {
                return Err(ApiError::Refused(trouble.clone()));
            }
            let answer = result?;
            if let Some(location) = answer.redirect() {
                self.follow(&Method::POST, &url, location)?;
            }
            return Ok(answer);
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
