//! Answers: the envelope around what was asked for, or around why not.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::store::{PinRow, Store, StoreError};
use crate::domain::text;
use crate::wire::{Envelope, PinRecord};

/// What a call is answered with.
pub(super) type Answer = Result<Response, Failure>;

/// The status in the answer to an upload or a pin by CID that will be found done when asked for
/// next.
const UNDER_WAY: &str = "pinning";

/// A refusal: the code and one line of words.
#[derive(Debug)]
pub(super) struct Failure {
    code: StatusCode,
    message: String,
}

impl Failure {
    pub(super) fn new(code: StatusCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// 400: the client sent what is no such request.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::AlreadyPinned => StatusCode::CONFLICT,
            StoreError::NoSuchPin => StatusCode::NOT_FOUND,
            StoreError::Busy | StoreError::Stopped => StatusCode::SERVICE_UNAVAILABLE,
            StoreError::Version { .. }
            | StoreError::Lost(_)
            | StoreError::Database(_)
            | StoreError::Disk(_) => {
                tracing::error!(%error, "the store failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(code, error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let message = text::scrub(&self.message);
        json(self.code, &Envelope::failure(message))
    }
}

/// A success around `data`.
pub(super) fn success<T: Serialize>(code: StatusCode, data: T) -> Response {
    json(code, &Envelope::success(data))
}

/// Any value as the JSON of an answer.
pub(super) fn json<T: Serialize>(code: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = code;
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The record of a new pin in the form in which the call that made it answers: not pinned yet, and
/// without a size. Only the next look shows what is so.
pub(super) fn just_made(row: PinRow, store: &Store) -> PinRecord {
    let under_way = row.pinned.then(|| UNDER_WAY.to_owned());
    let mut record = row.into_record(store.account());
    record.size = None;
    record.pinned = Some(false);
    if under_way.is_some() {
        record.status.clone_from(&under_way);
        record.sub_hash_status = under_way;
    }
    record
}
