//! What became of each pin of a batch.

use super::PinId;

/// How one unpin ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnpinOutcome {
    /// The service unpinned it.
    Done,
    /// It was unpinned, or not there, before.
    Gone,
    /// The service said no.
    Refused,
    /// Nobody knows: the call broke off and looking afterwards did not help.
    Unknown,
}

impl UnpinOutcome {
    /// The word for it in outputs and summaries.
    pub fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the pin is known to be off the service now.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Done | Self::Gone)
    }
}

/// One pin of a batch and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpinItem {
    /// Which pin.
    pub id: PinId,
    /// How it ended.
    pub outcome: UnpinOutcome,
    /// The service's words, or why it is not known; empty where all went well.
    pub message: String,
}

/// How many of a batch ended which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnpinReport {
    /// Unpinned by this batch.
    pub done: usize,
    /// Already off before.
    pub gone: usize,
    /// Refused by the service.
    pub refused: usize,
    /// Not known.
    pub unknown: usize,
}

impl UnpinReport {
    /// Counts one more item.
    pub fn count(&mut self, outcome: UnpinOutcome) {
        match outcome {
            UnpinOutcome::Done => self.done += 1,
            UnpinOutcome::Gone => self.gone += 1,
            UnpinOutcome::Refused => self.refused += 1,
            UnpinOutcome::Unknown => self.unknown += 1,
        }
    }

    /// How many items have ended.
    pub fn total(&self) -> usize {
        self.done + self.gone + self.refused + self.unknown
    }

    /// Whether every item is known to be off the service.
    pub fn is_clean(&self) -> bool {
        self.refused == 0 && self.unknown == 0
    }
}

impl<'a> FromIterator<&'a UnpinItem> for UnpinReport {
    fn from_iter<T: IntoIterator<Item = &'a UnpinItem>>(items: T) -> Self {
        items.into_iter().fold(Self::default(), |mut report, item| {
            report.count(item.outcome);
            report
        })
    }
}
