//! What a plan leaves out, and why.

use std::fmt;

use crate::domain::{Protector, UnpinOutcome, UnpinTarget};

/// A pin that was asked for and stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Which one.
    pub target: UnpinTarget,
    /// Why.
    pub why: Why,
}

/// Why a pin is left out of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is protected.
    Protected(Protector),
    /// Nobody can tell whether it is protected; what went wrong.
    Unclear(String),
    /// It is no longer what a saved plan lists; what is different.
    Changed(String),
    /// It is unpinned already.
    Unpinned,
    /// The service does not know it.
    NotThere,
    /// It is being unpinned just now.
    BeingUnpinned,
}

impl Why {
    /// The reason in few words, the same for all pins that it holds for.
    pub(super) fn in_short(&self) -> String {
        match self {
            Self::Unclear(_) => "could not be looked at".to_owned(),
            Self::Changed(_) => "changed since the plan was made".to_owned(),
            why => why.to_string(),
        }
    }

    /// How an unpin that it kept from happening is counted; `None` where nobody knows yet.
    pub fn outcome(&self) -> Option<UnpinOutcome> {
        match self {
            Self::Protected(_) | Self::Unclear(_) | Self::Changed(_) => Some(UnpinOutcome::Refused),
            Self::Unpinned | Self::NotThere => Some(UnpinOutcome::Gone),
            Self::BeingUnpinned => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protected(by) => write!(f, "protected by {by}"),
            Self::Unclear(why) => write!(f, "could not be looked at: {why}"),
            Self::Changed(what) => write!(f, "changed since the plan was made: {what}"),
            Self::Unpinned => f.write_str("unpinned already"),
            Self::NotThere => f.write_str("not there"),
            Self::BeingUnpinned => f.write_str("being unpinned"),
        }
    }
}
