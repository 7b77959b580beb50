//! A service that can be looked at and not changed, for `--read-only`.

use async_trait::async_trait;
use tokio::sync::watch;

use super::PinningService;
use crate::domain::{Cid, ListQuery, Metadata, Pin, PinId, PinPage, Throttle, UploadPlan};
use crate::error::ApiError;
use crate::protocol::PinDetails;

/// Passes reads on and refuses every change, so that none can leave the program.
#[derive(Clone, Debug)]
pub struct ReadOnly<S>(pub S);

impl<S> ReadOnly<S> {
    /// `service` without its changing side.
    pub fn new(service: S) -> Self {
        Self(service)
    }
}

fn refused<T>() -> Result<T, ApiError> {
    Err(ApiError::Refused(
        "read-only: nothing is changed".to_owned(),
    ))
}

#[async_trait]
impl<S: PinningService> PinningService for ReadOnly<S> {
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
        self.0.list(query).await
    }

    async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError> {
        self.0.details(id).await
    }

    async fn upload(&self, _: &UploadPlan, _: watch::Sender<u64>) -> Result<Pin, ApiError> {
        refused()
    }

    async fn pin_by_cid(&self, _: &Cid, _: &Metadata) -> Result<Pin, ApiError> {
        refused()
    }

    async fn unpin(&self, _: &PinId) -> Result<(), ApiError> {
        refused()
    }

    fn throttle(&self) -> watch::Receiver<Option<Throttle>> {
        self.0.throttle()
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        self.0.test_authentication().await
    }
}
