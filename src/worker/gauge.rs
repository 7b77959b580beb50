//! How many calls a person waits for, so that work in the background can stand back.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::api::PinningService;
use crate::domain::{Cid, ListQuery, Metadata, Pin, PinId, PinPage, Throttle, UploadPlan};
use crate::error::ApiError;
use crate::protocol::PinDetails;

/// Counts calls that are under way. Clones count together.
#[derive(Clone, Debug)]
pub struct Gauge(Arc<watch::Sender<usize>>);

impl Default for Gauge {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Gauge {
    /// One more call, until what comes back is dropped.
    pub fn enter(&self) -> Entered {
        self.0.send_modify(|calls| *calls += 1);
        Entered(self.clone())
    }

    /// Waits until no call is under way, for so long at the most: a long batch must not keep the
    /// background waiting for ever.
    pub async fn quiet(&self, patience: Duration) {
        let mut calls = self.0.subscribe();
        let _ = tokio::time::timeout(patience, calls.wait_for(|calls| *calls == 0)).await;
    }
}

/// A call that is under way.
#[derive(Debug)]
pub struct Entered(Gauge);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.0.send_modify(|calls| *calls -= 1);
    }
}

/// A service whose calls are counted: give this one to what a person waits for, and the service
/// itself to the background.
pub struct Attended {
    service: Arc<dyn PinningService>,
    gauge: Gauge,
}

impl Attended {
    /// Counts the calls of `service` with `gauge`.
    pub fn new(service: Arc<dyn PinningService>, gauge: Gauge) -> Self {
        Self { service, gauge }
    }
}

#[async_trait]
impl PinningService for Attended {
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
        let _entered = self.gauge.enter();
        self.service.list(query).await
    }

    async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError> {
        let _entered = self.gauge.enter();
        self.service.details(id).await
    }

    async fn upload(&self, plan: &UploadPlan, sent: watch::Sender<u64>) -> Result<Pin, ApiError> {
        // One call for minutes: it takes nothing from the budget while it lasts.
        self.service.upload(plan, sent).await
    }

    async fn pin_by_cid(&self, cid: &Cid, metadata: &Metadata) -> Result<Pin, ApiError> {
        let _entered = self.gauge.enter();
        self.service.pin_by_cid(cid, metadata).await
    }

    async fn unpin(&self, id: &PinId) -> Result<(), ApiError> {
        let _entered = self.gauge.enter();
        self.service.unpin(id).await
    }

    fn throttle(&self) -> watch::Receiver<Option<Throttle>> {
        self.service.throttle()
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        let _entered = self.gauge.enter();
        self.service.test_authentication().await
    }
}
