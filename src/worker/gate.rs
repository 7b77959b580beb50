//! What lets the items of a batch begin: one after the other, as places come free; none while the
//! batch is paused, and none once it is called off. What has begun is always brought to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// The way into the work for the items of one batch. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    called_off: CancellationToken,
    paused: Arc<watch::Sender<bool>>,
    places: Arc<Semaphore>,
    begun: Arc<AtomicUsize>,
}

impl Gate {
    /// A gate that lets `places` items be under way at a time, until `called_off`.
    pub fn new(places: usize, called_off: CancellationToken) -> Self {
        let places = places.clamp(1, Semaphore::MAX_PERMITS);
        Self::to(Arc::new(Semaphore::new(places)), called_off)
    }

    /// A gate to places that other gates lead to as well.
    pub(super) fn to(places: Arc<Semaphore>, called_off: CancellationToken) -> Self {
        Self {
            called_off,
            paused: Arc::default(),
            places,
            begun: Arc::default(),
        }
    }

    /// Lets no further item begin.
    pub fn call_off(&self) {
        self.called_off.cancel();
    }

    /// Tells when the batch is called off.
    pub fn called_off(&self) -> &CancellationToken {
        &self.called_off
    }

    /// Lets no item begin until it is told otherwise.
    pub fn set_paused(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    /// How many items have begun.
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// Waits until one more item may begin; gives its place, or `None` where none may any more.
    async fn pass(&self) -> Option<OwnedSemaphorePermit> {
        let passing = async {
            let mut paused = self.paused.subscribe();
            loop {
                // Fails only where the sender is gone, which is in here.
                let _ = paused.wait_for(|paused| !paused).await;
                let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
                // It may have been paused while it waited for the place.
                if !*paused.borrow() {
                    return Some(place);
                }
            }
        };
        let place = self.called_off.run_until_cancelled(passing).await??;
        self.begun.fetch_add(1, Ordering::Relaxed);
        Some(place)
    }

    /// Does `work` on each of `items`, which begin in their order; gives what comes of each as they
    /// end.
    pub(super) fn run<I, T, W>(
        self,
        items: I,
        mut work: impl FnMut(I::Item) -> W + Send + 'static,
    ) -> impl Stream<Item = T> + Send + 'static
    where
        I: IntoIterator<IntoIter: Send + 'static, Item: Send>,
        W: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        stream::unfold((items.into_iter(), self), async |(mut items, gate)| {
            let item = items.next()?;
            let place = gate.pass().await?;
            Some(((item, place), (items, gate)))
        })
        .map(move |(item, place)| {
            let work = work(item);
            async move {
                let done = work.await;
                drop(place);
                done
            }
        })
        // The places are the limit.
        .buffer_unordered(usize::MAX)
    }
}
