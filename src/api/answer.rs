//! What the service answered, judged by HTTP code and body.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::redact::Redactor;
use crate::error::ApiError;
use crate::wire::Envelope;

/// The longest wait that a Retry-After may ask for; anything above is a mistake or mischief.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Bytes at the start of a body that may show up in a message.
const SHOWN: usize = 64 * 1024;

/// One whole answer.
pub(super) struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    location: Option<String>,
    body: Vec<u8>,
}

/// Why an answer could not be read to its end.
pub(super) enum Unread {
    /// The body is longer than this many bytes.
    TooLong(usize),
    /// The connection failed.
    Broken(reqwest::Error),
}

impl Answer {
    /// Reads the answer, a body of at most `limit` bytes.
    pub(super) async fn read(mut response: Response, limit: usize) -> Result<Self, Unread> {
        let announced = response.content_length().unwrap_or(0);
        if announced > limit as u64 {
            return Err(Unread::TooLong(limit));
        }
        let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0).min(1 << 20));
        while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
            if body.len() + chunk.len() > limit {
                return Err(Unread::TooLong(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status: response.status(),
            retry_after: retry_after(response.headers(), SystemTime::now()),
            location: response
                .headers()
                .get(LOCATION)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            body,
        })
    }

    /// Where the service says the call should go instead; `None` where this is no redirect.
    pub(super) fn redirect(&self) -> Option<&str> {
        matches!(self.status.as_u16(), 301 | 302 | 303 | 307 | 308)
            .then(|| self.location.as_deref().unwrap_or_default())
    }

    /// Whether the service says that there were too many calls.
    pub(super) fn is_rate_limited(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }

    /// The HTTP code.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// How long the service asks to wait, at most an hour.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether a call went well whose answer may be empty.
    pub(super) fn is_empty_success(&self) -> bool {
        self.status.is_success() && self.body.trim_ascii().is_empty()
    }

    /// The envelope of a success, else what the failure means.
    pub(super) fn judge<T: DeserializeOwned>(
        &self,
        redactor: &Redactor,
    ) -> Result<Envelope<T>, ApiError> {
        if !self.status.is_success() {
            return Err(self.failure(redactor));
        }
        if let Ok(envelope) = self.envelope::<T>() {
            if envelope.says_failed() {
                return Err(in_words(self.said(envelope.message, redactor)));
            }
            return Ok(envelope);
        }
        // The data of a failure may have any shape.
        match self.envelope::<IgnoredAny>() {
            Ok(envelope) if envelope.says_failed() => {
                Err(in_words(self.said(envelope.message, redactor)))
            }
            _ => Err(self.not_understood(redactor)),
        }
    }

    /// An error that shows how the answer starts.
    pub(super) fn not_understood(&self, redactor: &Redactor) -> ApiError {
        let start = &self.body[..self.body.len().min(SHOWN)];
        let start = redactor.line(&String::from_utf8_lossy(start));
        ApiError::NotUnderstood(if start.is_empty() {
            format!("an empty answer ({})", code(self.status))
        } else {
            format!("{} with {start}", code(self.status))
        })
    }

    /// What a code other than success means.
    pub(super) fn failure(&self, redactor: &Redactor) -> ApiError {
        let envelope = self.envelope::<IgnoredAny>().ok();
        let is_json = envelope.is_some();
        let message = envelope.and_then(|envelope| envelope.message);
        let said = self.said(message, redactor);
        match self.status.as_u16() {
            401 | 403 => ApiError::Unauthorized(said),
            429 => ApiError::RateLimited {
                retry_after: self.retry_after,
            },
            409 => ApiError::AlreadyPinned(said),
            // What is known of the service's texts does not say which code they come with.
            400..=599 if known_text(&said).is_some() => in_words(said),
            // A wrong address gives a 404 for everything; only the service itself knows its pins.
            404 if is_json || self.body.trim_ascii().is_empty() => ApiError::NotFound(said),
            404 => self.not_understood(redactor),
            408 | 500..=599 => ApiError::Unavailable(said),
            400..=499 => ApiError::Refused(said),
            _ => self.not_understood(redactor),
        }
    }

    /// The service's words, else the code.
    fn said(&self, message: Option<String>, redactor: &Redactor) -> String {
        message
            .map(|message| redactor.line(&message))
            .filter(|message| !message.is_empty())
            .unwrap_or_else(|| code(self.status))
    }

    fn envelope<T: DeserializeOwned>(&self) -> Result<Envelope<T>, ()> {
        // serde would read an array as the fields in their order.
        if self.body.trim_ascii_start().first() != Some(&b'{') {
            return Err(());
        }
        serde_json::from_slice(&self.body).or_else(|_| {
            // One name in another encoding should not hide a whole page.
            match String::from_utf8_lossy(&self.body) {
                std::borrow::Cow::Borrowed(_) => Err(()),
                std::borrow::Cow::Owned(text) => serde_json::from_str(&text).map_err(|_| ()),
            }
        })
    }
}

/// What a text means that the service is known to send, whatever code it comes with.
fn known_text(message: &str) -> Option<fn(String) -> ApiError> {
    let message = message.to_lowercase();
    let says = |part| message.contains(part);
    if says("already exists") {
        Some(ApiError::AlreadyPinned)
    } else if says("record not found") {
        Some(ApiError::NotFound)
    } else if says("invalid cid") || says("not enough balance") || says("pin empty file") {
        Some(ApiError::Refused)
    } else {
        None
    }
}

fn in_words(said: String) -> ApiError {
    known_text(&said).unwrap_or(ApiError::Refused)(said)
}

fn code(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("HTTP {} {reason}", status.as_u16()),
        None => format!("HTTP {}", status.as_u16()),
    }
}

/// Retry-After in either of its forms, seconds or an HTTP date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .unwrap_or(Duration::ZERO)
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use crate::wire::PinList;

    fn judged(status: u16, body: &str) -> Result<Envelope<PinList>, ApiError> {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
            location: None,
            body: body.as_bytes().to_vec(),
        };
        answer.judge(&Redactor::new(Credentials::random()))
    }

    #[test]
    fn code_and_body_decide_together() {
        use ApiError::{
            AlreadyPinned, NotFound, NotUnderstood, Refused, Unauthorized, Unavailable,
        };
        let says = |message: &str| format!(r#"{{"status":"fail","message":"{message}"}}"#);
        for (status, body, error) in [
            (200, says("no"), Refused("no".into())),
            (
                200,
                r#"{"status":"error","data":"odd","message":"no"}"#.into(),
                Refused("no".into()),
            ),
            (
                201,
                says("Pin with that hash already exists"),
                AlreadyPinned("Pin with that hash already exists".into()),
            ),
            (400, says("pin with that HASH Already Exists"), {
                AlreadyPinned("pin with that HASH Already Exists".into())
            }),
            (
                409,
                String::new(),
                AlreadyPinned("HTTP 409 Conflict".into()),
            ),
            (
                500,
                says("record not found"),
                NotFound("record not found".into()),
            ),
            (
                500,
                says("invalid cid: cid too short"),
                Refused("invalid cid: cid too short".into()),
            ),
            (402, says("User not enough balance"), {
                Refused("User not enough balance".into())
            }),
            (
                401,
                "<html>".into(),
                Unauthorized("HTTP 401 Unauthorized".into()),
            ),
            (403, says("scope"), Unauthorized("scope".into())),
            (404, says("gone"), NotFound("gone".into())),
            (404, "404 page not found".into(), {
                NotUnderstood("HTTP 404 Not Found with 404 page not found".into())
            }),
            (
                413,
                "<html>".into(),
                Refused("HTTP 413 Payload Too Large".into()),
            ),
            (
                502,
                "<html>".into(),
                Unavailable("HTTP 502 Bad Gateway".into()),
            ),
            (500, says("boom"), Unavailable("boom".into())),
            (
                200,
                "<html>".into(),
                NotUnderstood("HTTP 200 OK with <html>".into()),
            ),
            (
                200,
                "[]".into(),
                NotUnderstood("HTTP 200 OK with []".into()),
            ),
            (200, r#"{"data":7}"#.into(), {
                NotUnderstood(r#"HTTP 200 OK with {"data":7}"#.into())
            }),
            (
                200,
                String::new(),
                NotUnderstood("an empty answer (HTTP 200 OK)".into()),
            ),
            (304, String::new(), {
                NotUnderstood("an empty answer (HTTP 304 Not Modified)".into())
            }),
        ] {
            assert_eq!(judged(status, &body), Err(error), "{status} {body}");
        }
        assert!(judged(200, r#"{"data":{"pins":null},"status":"Success"}"#).is_ok());
    }

    #[test]
    fn both_forms_of_retry_after_are_read_and_bounded() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            read("Sun, 06 Nov 1994 08:49:47 GMT"),
            Some(Duration::from_secs(10))
        );
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("99999999999999999999999"), Some(LONGEST_WAIT));
        assert_eq!(read("Fri, 31 Dec 9999 23:59:59 GMT"), Some(LONGEST_WAIT));
        for odd in ["", "-1", "soon", "1.5"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
