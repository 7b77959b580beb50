//! Latest wins: which of several requests for the same kind of thing still counts.

use tokio_util::sync::CancellationToken;

use crate::protocol::Seq;

/// The newest sequence number, and what tells the older ones that they are pointless.
#[derive(Default)]
pub(super) struct Latest {
    seq: Seq,
    token: CancellationToken,
}

impl Latest {
    /// What tells a request with this number that a newer one has come.
    pub(super) fn token(&mut self, seq: Seq) -> CancellationToken {
        if seq < self.seq {
            let late = CancellationToken::new();
            late.cancel();
            return late;
        }
        if seq > self.seq {
            self.token.cancel();
            *self = Self {
                seq,
                token: CancellationToken::new(),
            };
        }
        self.token.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_number_ends_the_older_ones_and_late_ones_end_at_once() {
        let mut latest = Latest::default();
        let (first, same) = (latest.token(Seq(1)), latest.token(Seq(1)));
        assert!(!first.is_cancelled() && !same.is_cancelled());
        let newer = latest.token(Seq(3));
        assert!(first.is_cancelled() && same.is_cancelled());
        assert!(latest.token(Seq(2)).is_cancelled());
        assert!(!newer.is_cancelled());
    }
}
