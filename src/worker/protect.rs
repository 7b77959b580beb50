//! Protecting pins by hand: written down in the order in which it was asked for.

use tokio::sync::oneshot;

use super::guard::guarded;
use super::lane::Work;
use super::shared::Shared;
use super::written::with_journal;
use crate::domain::{Protector, UnpinItem, UnpinOutcome, UnpinTarget, Why};
use crate::protocol::{Reply, Request};

/// Takes those out of a bulk that are protected by hand by now, which another lazypin may have done
/// since this one read it. A lone pin is the choice of whoever was asked about it.
pub(super) async fn spare_protected(
    shared: &Shared,
    pins: &mut Vec<UnpinTarget>,
) -> Result<Vec<UnpinItem>, String> {
    let Some(journal) = shared.journal.as_ref().filter(|_| pins.len() > 1) else {
        return Ok(Vec::new());
    };
    let by_hand = with_journal(journal, |journal| journal.protected()).await?;
    let kept = pins.extract_if(.., |pin| by_hand.contains(&pin.id));
    let why = Why::Protected(Protector::Hand).to_string();
    Ok(kept
        .map(|pin| UnpinItem {
            id: pin.id,
            outcome: UnpinOutcome::Refused,
            message: why.clone(),
        })
        .collect())
}

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
