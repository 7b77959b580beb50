//! Marking all that the view lets through, in the whole account: bound to the pins at that moment,
//! not asked again later.

use super::{App, Effect};
use crate::domain::PackedPin;
use crate::domain::text::count;
use crate::error::ApiError;
use crate::protocol::{AccountReading, Request, Seq, Which};

/// How much of the account is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPart {
    /// Pins that are known.
    pub known: u64,
    /// Pins that the service has, as far as it has told.
    pub total: u64,
    /// How far the reading is.
    pub reading: AccountReading,
}

impl App {
    /// Asks for these pins of the view.
    pub(super) fn ask_mark_all(&mut self, which: Which) {
        self.end_range();
        let seq = self.next_look.advance();
        self.match_all = Some(seq);
        let reading = self.known.as_ref().map(|part| &part.reading);
        if reading != Some(&AccountReading::Whole) {
            self.inform("reading the whole account before marking…");
        }
        self.effect(Effect::Submit(Request::MatchAll {
            seq,
            view: self.list.local_view(),
            which,
        }));
    }

    /// Marks them.
    pub(super) fn matched(&mut self, seq: Seq, result: Result<Vec<PackedPin>, ApiError>) {
        if self.match_all != Some(seq) {
            return;
        }
        self.match_all = None;
        match result {
            Ok(pins) => {
                let marked = pins.len();
                self.marks.extend(pins);
                self.inform(format!("marked {}", count(marked, "pin")));
            }
            Err(error) => self.warn(format!("not marked: {error}")),
        }
    }

    /// More of the account is known: a narrowed list looks again.
    pub(super) fn indexed(&mut self, part: KnownPart) {
        if let AccountReading::BrokenOff(error) = &part.reading {
            self.warn(format!("the account could not be read to its end: {error}"));
        }
        self.known = Some(part);
        if self.list.is_local() {
            self.list.refresh();
        }
    }
}
