//! The two key headers, compared without telling by time how much of a guess was right.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Service;
use super::form;
use super::reply::Failure;
use crate::credentials::Credentials;

/// The keys that the service asks for, as digests: of one length, whatever is compared with them.
pub(super) struct Keys {
    key: [u8; 32],
    secret: [u8; 32],
}

impl Keys {
    pub(super) fn of(credentials: &Credentials) -> Self {
        Self {
            key: Sha256::digest(credentials.expose_key()).into(),
            secret: Sha256::digest(credentials.expose_secret()).into(),
        }
    }

    fn open(&self, headers: &HeaderMap) -> bool {
        let digest = |name: &str| -> [u8; 32] {
            let value = headers.get(name).map_or(&[][..], |value| value.as_bytes());
            Sha256::digest(value).into()
        };
        let key = self.key.ct_eq(&digest("pinning_api_key"));
        let secret = self.secret.ct_eq(&digest("pinning_secret_key"));
        (key & secret).into()
    }
}

/// Lets requests with the right keys through; answers the others before their body is read.
pub(super) async fn check(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    if service.keys.open(request.headers()) {
        return next.run(request).await;
    }
    form::linger(request);
    Failure::new(
        StatusCode::UNAUTHORIZED,
        "the API keys are missing or wrong",
    )
    .into_response()
}
