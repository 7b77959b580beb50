//! Finishing a batch of unpins that was cut off, by a crash or by leaving: one question, once the
//! list is there. A no leaves it for `lazypin rm --resume`.

use std::sync::Arc;

use super::modal::{Confirm, Modal};
use super::{App, Effect, JobKind};
use crate::domain::UnpinReport;
use crate::protocol::{BatchOffer, Request};

impl App {
    /// Asks, as soon as there is a list to see and nothing over it.
    pub(super) fn offer_to_resume(&mut self) {
        if self.config.read_only || self.modal.is_some() || self.list.totals().is_none() {
            return;
        }
        if let Some(offer) = self.cut_off.take() {
            self.modal = Some(Modal::Confirm(Confirm::resume(offer)));
        }
    }

    /// Sends what was agreed to.
    pub(super) fn run_resume(&mut self, offer: BatchOffer) {
        let job = self.new_job();
        let total = offer.pins.len();
        let kind = JobKind::Unpin {
            open: offer
                .pins
                .iter()
                .map(|pin| (pin.id.clone(), pin.title().to_owned()))
                .collect(),
            report: UnpinReport::default(),
        };
        self.jobs.start_batch(job, kind, total, self.now.tick);
        self.effect(Effect::Submit(Request::Resume {
            job,
            offer,
            protection: Arc::new(self.protection.clone()),
        }));
    }
}
