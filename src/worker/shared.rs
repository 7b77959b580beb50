//! What all tasks of the worker share: the service, once it is there, and the way back.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::Connected;
use super::account::Account;
use super::gauge::{Attended, Gauge};
use super::guard::guarded;
use super::jobs::Jobs;
use super::sync::CachePlace;
use crate::api::PinningService;
use crate::domain::{Cid, ListQuery, Metadata, Pin, PinId, PinPage, Throttle, UploadPlan, text};
use crate::error::ApiError;
use crate::journal::Journal;
use crate::protocol::{JobEnd, JobId, PinDetails, Reply};

/// Handed to every task.
#[derive(Clone)]
pub(super) struct Shared {
    service: watch::Receiver<Option<Arc<dyn PinningService>>>,
    replies: mpsc::Sender<Reply>,
    /// The jobs that can be called off.
    pub(super) jobs: Arc<Jobs>,
    /// The account, for lists that are narrowed.
    pub(super) account: Arc<Account>,
    cache: Option<CachePlace>,
    /// Calls that a person waits for.
    pub(super) gauge: Gauge,
    /// Where changes are written down first.
    pub(super) journal: Option<Arc<Journal>>,
    /// Cancelled when the worker ends.
    pub(super) end: CancellationToken,
}

impl Shared {
    /// Starts to connect.
    pub(super) fn connecting(
        connect: impl Future<Output = anyhow::Result<Connected>> + Send + 'static,
        replies: mpsc::Sender<Reply>,
        jobs: Jobs,
        end: CancellationToken,
        journal: Option<Arc<Journal>>,
        cache: Option<CachePlace>,
    ) -> Self {
        let (there, service) = watch::channel(None);
        let (told, ended) = (replies.clone(), end.clone());
        tokio::spawn(ended.run_until_cancelled_owned(async move {
            let connected = match guarded(connect).await {
                Ok(Ok(connected)) => connected,
                Ok(Err(error)) => {
                    return there.send_replace(Some(Unreachable::because(&format!("{error:#}"))));
                }
                Err(broke) => return there.send_replace(Some(Unreachable::because(&broke))),
            };
            // Told before any answer that comes from there.
            let _ = told
                .send(Reply::Connected {
                    api_url: connected.api_url,
                    gateway: connected.gateway,
                })
                .await;
            let throttle = connected.service.throttle();
            there.send_replace(Some(connected.service));
            tell_throttle(throttle, told).await;
            None
        }));
        Self {
            service,
            replies,
            jobs: Arc::new(jobs),
            account: Arc::default(),
            cache,
            gauge: Gauge::default(),
            journal,
            end,
        }
    }

    /// Where the index is kept, if anywhere.
    pub(super) fn cache(&self) -> Option<CachePlace> {
        self.cache.clone()
    }

    /// The service, as soon as it is there, for calls that a person waits for.
    pub(super) async fn service(&self) -> Arc<dyn PinningService> {
        let service = self.unattended_service().await;
        Arc::new(Attended::new(service, self.gauge.clone()))
    }

    /// The service, as soon as it is there, for calls in the background.
    pub(super) async fn unattended_service(&self) -> Arc<dyn PinningService> {
        let mut service = self.service.clone();
        match service.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(service)) => Arc::clone(service),
            _ => Arc::new(Unreachable("the worker has ended".to_owned())),
        }
    }

    /// Answers. Where nobody listens any more there is nobody to tell.
    pub(super) async fn reply(&self, reply: Reply) {
        self.account.learn(&reply);
        let _ = self.replies.send(reply).await;
    }

    /// Answers where there is room; for news that the next piece of news replaces.
    pub(super) fn try_reply(&self, reply: Reply) -> bool {
        self.replies.try_send(reply).is_ok()
    }

    /// Ends a job with the result of its work.
    pub(super) async fn finish(&self, job: JobId, end: Result<JobEnd, String>) {
        self.jobs.leave(job);
        let end = end.unwrap_or_else(JobEnd::Broken);
        self.reply(Reply::Finished { job, end }).await;
    }
}

/// Tells how fast calls may leave, and whenever that changes.
async fn tell_throttle(mut throttle: watch::Receiver<Option<Throttle>>, told: mpsc::Sender<Reply>) {
    loop {
        let now = *throttle.borrow_and_update();
        if let Some(throttle) = now
            && told.send(Reply::Throttled(throttle)).await.is_err()
        {
            return;
        }
        if throttle.changed().await.is_err() {
            return;
        }
    }
}

/// Stands in for a service that could not be connected to, and says why each time.
struct Unreachable(String);

impl Unreachable {
    fn because(why: &str) -> Arc<dyn PinningService> {
        let why = text::truncate(&text::scrub(why), 300).into_owned();
        Arc::new(Self(why))
    }

    fn error<T>(&self) -> Result<T, ApiError> {
        Err(ApiError::Transport {
            message: self.0.clone(),
            sent: false,
        })
    }
}

#[async_trait]
impl PinningService for Unreachable {
    async fn list(&self, _: &ListQuery) -> Result<PinPage, ApiError> {
        self.error()
    }

    async fn details(&self, _: &PinId) -> Result<PinDetails, ApiError> {
        self.error()
    }

    async fn upload(&self, _: &UploadPlan, _: watch::Sender<u64>) -> Result<Pin, ApiError> {
        self.error()
    }

    async fn pin_by_cid(&self, _: &Cid, _: &Metadata) -> Result<Pin, ApiError> {
        self.error()
    }

    async fn unpin(&self, _: &PinId) -> Result<(), ApiError> {
        self.error()
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        self.error()
    }
}
