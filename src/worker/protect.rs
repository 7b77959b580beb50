//! Protecting pins by hand: written down in the order in which it was asked for.

use tokio::sync::oneshot;

use super::guard::guarded;
use super::lane::Work;
use super::shared::Shared;
use super::written::with_journal;
use crate::protocol::{Reply, Request};

/// The lane of protection.
#[derive(Default)]
pub(super) struct Protections {
    /// Ends with the task before.
    before: Option<oneshot::Receiver<()>>,
}

impl Work for Protections {
    fn task(
        &mut self,
        shared: Shared,
        request: Request,
    ) -> impl Future<Output = ()> + Send + 'static {
        // Tasks run side by side; a pin that is protected and let go again must end as it was left.
        let (done, after) = oneshot::channel::<()>();
        let before = self.before.replace(after);
        async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            // The handle sends nothing else into this lane.
            if let Request::Protect {
                seq,
                pins,
                protected,
            } = request
            {
                let work = async {
                    let Some(journal) = &shared.journal else {
                        return Err("there is no place to write it down".to_owned());
                    };
                    let write =
                        with_journal(journal, move |journal| journal.protect(&pins, protected));
                    write.await
                };
                let result = guarded(work).await.unwrap_or_else(Err);
                shared.reply(Reply::Protected { seq, result }).await;
            }
            drop(done);
        }
    }
}
