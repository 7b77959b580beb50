//! A pinning service as the rest of the program sees it, and the client of the AIOZ Pin HTTP API.

pub mod address;
mod answer;
mod budget;
pub mod client;
mod config;
mod exchange;
pub mod http;
mod limiter;
mod multipart;
pub mod read_only;
mod redact;
mod retry;

pub use address::{Address, AddressError};
pub use client::PinClient;
pub use config::{ClientConfig, ClientError, HOSTED_RATE};
pub use http::Timeouts;
pub use read_only::ReadOnly;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::domain::{Cid, ListQuery, Metadata, Pin, PinId, PinPage, Throttle, UploadPlan};
use crate::error::ApiError;
use crate::protocol::PinDetails;

/// What a pinning service can do for us.
///
/// Dropping a returned future cancels the call; whether the service did what was asked is then not
/// known. Reads and unpins are repeated on passing failures inside; uploads and pins never are.
#[async_trait]
pub trait PinningService: Send + Sync {
    /// One page of the account's pins.
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError>;

    /// One pin's record.
    async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError>;

    /// Uploads the plan's files as one pin. `sent` follows the bytes of content handed to the
    /// network.
    async fn upload(&self, plan: &UploadPlan, sent: watch::Sender<u64>) -> Result<Pin, ApiError>;

    /// Pins content by its CID.
    async fn pin_by_cid(&self, cid: &Cid, metadata: &Metadata) -> Result<Pin, ApiError>;

    /// Unpins one pin.
    async fn unpin(&self, id: &PinId) -> Result<(), ApiError>;

    /// Whether the service takes these keys; brings its words.
    async fn test_authentication(&self) -> Result<String, ApiError>;

    /// How fast calls may leave by the service's limits, now and whenever that changes; `None`
    /// while there is no limit.
    fn throttle(&self) -> watch::Receiver<Option<Throttle>> {
        watch::Sender::new(None).subscribe()
    }
}
