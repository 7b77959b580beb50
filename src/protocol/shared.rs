//! What requests and replies have in common.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::UnpinTarget;

/// Tells one request for the same kind of thing from a later one, so that an old answer can be
/// known as old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// Moves on and gives the new number.
    pub fn advance(&mut self) -> Self {
        self.0 += 1;
        *self
    }
}

/// One piece of work that a person started and can watch and cancel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {}", self.0)
    }
}

/// Changes, or items of one, on a page of the change log.
pub const CHANGES_A_PAGE: usize = 200;

/// A batch of the change journal that can be taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOffer {
    /// Which one.
    pub batch: Uuid,
    /// When it began.
    pub time: Timestamp,
    /// The pins that it would be about.
    pub pins: Vec<UnpinTarget>,
}
