//! Protecting pins by hand, so that no bulk unpin touches them.

use std::collections::BTreeSet;

use super::{App, Effect};
use crate::domain::filter::Scratch;
use crate::domain::text::count;
use crate::domain::{PackedPin, Pin, PinId, PinState, Protector, UnpinTarget};
use crate::protocol::{Request, Seq};

impl App {
    /// Protects the pins that a verb is about; where all of them are protected by hand, lifts that.
    /// It counts from now on, and is written down by the worker.
    pub(super) fn toggle_protection(&mut self) {
        let pins: Vec<Pin> = self
            .targets()
            .iter()
            .filter(|pin| pin.state() != PinState::Unpinned)
            .filter_map(PackedPin::unpack)
            .collect();
        if pins.is_empty() {
            self.inform("what is unpinned needs no protection");
            return;
        }
        let protects = !pins.iter().all(|pin| self.protection.is_by_hand(&pin.id));
        let ids = pins.iter().map(|pin| &pin.id);
        self.protection.set_by_hand(ids, protects);
        let pinned = count(pins.len(), "pin");
        self.inform(if protects {
            format!("protected {pinned}: no bulk unpin touches what is protected")
        } else {
            match self.first_rule_for(&pins) {
                Some(by) => format!("lifted for {pinned}, but {by} still protects"),
                None => format!("lifted the protection of {pinned}"),
            }
        });
        let seq = self.next_look.advance();
        self.protecting = Some(seq);
        self.effect(Effect::Submit(Request::Protect {
            seq,
            pins: pins.iter().map(UnpinTarget::from).collect(),
            protected: protects,
        }));
    }

    fn first_rule_for(&self, pins: &[Pin]) -> Option<Protector> {
        let mut scratch = Scratch::default();
        pins.iter()
            .find_map(|pin| self.protection.of(pin, &mut scratch))
    }

    /// What is protected by hand now, as it is written down; or why it could not be.
    pub(super) fn protected(&mut self, seq: Seq, result: Result<BTreeSet<PinId>, String>) {
        match result {
            // An older one knows nothing of what was asked for since.
            Ok(by_hand) if self.protecting == Some(seq) => {
                self.protection.replace_by_hand(by_hand);
            }
            Ok(_) => {}
            Err(why) => self.warn(format!("only until you leave: {why}")),
        }
    }
}
