//! A lane: one kind of requests, taken in their order, each a task of its own.

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::QUEUE;
use super::shared::Shared;
use crate::protocol::Request;

/// Tasks of one lane that are there at once, waiting ones included. A waiting task can be called
/// off at once, which a request in a queue can't.
const IN_FLIGHT: usize = 256;

/// A kind of work.
pub(super) trait Work: Send + 'static {
    /// The task that does `request` and answers it; only requests of this lane's kind come. What
    /// is decided before the task runs is decided in the order of the requests.
    fn task(
        &mut self,
        shared: Shared,
        request: Request,
    ) -> impl Future<Output = ()> + Send + 'static;
}

/// A kind of work of which nothing is decided beforehand: each request stands for itself.
impl<F, T> Work for F
where
    F: FnMut(Shared, Request) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    fn task(
        &mut self,
        shared: Shared,
        request: Request,
    ) -> impl Future<Output = ()> + Send + 'static {
        self(shared, request)
    }
}

/// Starts a lane; gives the way in.
pub(super) fn start(shared: &Shared, mut work: impl Work) -> mpsc::Sender<Request> {
    let (way_in, mut requests) = mpsc::channel(QUEUE);
    let shared = shared.clone();
    let end = shared.end.clone();
    // When the lane ends, so do its tasks: the set goes with it.
    tokio::spawn(end.run_until_cancelled_owned(async move {
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                Some(_) = tasks.join_next() => {}
                request = requests.recv(), if tasks.len() < IN_FLIGHT => match request {
                    Some(request) => {
                        tasks.spawn(work.task(shared.clone(), request));
                    }
                    None => return,
                },
            }
        }
    }));
    way_in
}
