//! The pin record, as the rest of the program sees it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Cid;

/// The service's name for one pin, a UUID as text. Reading and unpinning take this, not the CID.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PinId(Box<str>);

impl PinId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<Box<str>>> From<T> for PinId {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for PinId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PinId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinId({})", self.0)
    }
}

/// Where a pin stands, folded from the two spellings that the service uses and its `pinned` flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PinState {
    /// The service keeps the content.
    Pinned,
    /// The service is fetching or storing the content.
    Pinning,
    /// The service gave up on the content.
    Failed,
    /// The service no longer keeps the content for this pin.
    Unpinned,
}

impl PinState {
    /// Folds the service's status text (compared without case) and its `pinned` flag.
    ///
    /// A record whose status says pinned while the flag says no counts as unpinned, unless it was
    /// never pinned before: that is how an upload looks until its processing ends.
    pub fn fold(status: &str, pinned: bool, was_unpinned: bool) -> Self {
        match status.to_ascii_lowercase().as_str() {
            "queued" | "pinning" | "retrieval" | "processingretrieval" | "doneretrieval" => {
                Self::Pinning
            }
            "failed" | "retrievefailed" => Self::Failed,
            "unpinnormally" | "unpinoutofmoney" | "gcdone" => Self::Unpinned,
            _ if pinned => Self::Pinned,
            "pinned" => Self::Unpinned,
            _ if was_unpinned => Self::Unpinned,
            _ => Self::Pinning,
        }
    }

    /// The word shown for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Pinning => "pinning",
            Self::Failed => "failed",
            Self::Unpinned => "unpinned",
        }
    }
}

/// One pin of the account. Only `id` and `cid` are sure to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The service's id of this pin.
    pub id: PinId,
    /// The root CID, as the service writes it.
    pub cid: Cid,
    /// The multihash of the root in hex, the same for both CID versions.
    pub root_hash: Option<String>,
    /// Bytes; missing while the service has not told.
    pub size: Option<u64>,
    /// Name, as given or taken from the file.
    pub name: Option<String>,
    /// MIME type, as the service guessed it.
    pub mime_type: Option<String>,
    /// The account's own pairs.
    pub keyvalues: BTreeMap<String, String>,
    /// The state that `status` and `pinned` fold to.
    pub state: PinState,
    /// The service's own status text.
    pub status: Option<String>,
    /// The service's second status text, of unknown meaning.
    pub sub_hash_status: Option<String>,
    /// The service's own flag.
    pub pinned: bool,
    /// When it was pinned.
    pub date_pinned: Option<Timestamp>,
    /// When it was unpinned; `None` where the service says never.
    pub date_unpinned: Option<Timestamp>,
    /// When the record was made, where the service tells.
    pub created_at: Option<Timestamp>,
    /// When the record last changed, where the service tells.
    pub updated_at: Option<Timestamp>,
    /// Whether it was pinned by CID rather than uploaded.
    pub is_pin_by_hash: bool,
    /// Whether the root is a directory.
    pub is_dir: bool,
    /// The service's id of the content, shared by pins of the same upload.
    pub file_record_id: Option<String>,
    /// The account.
    pub user_id: Option<String>,
}

impl Pin {
    /// A pin of which only the two sure fields are known.
    pub fn new(id: impl Into<PinId>, cid: Cid) -> Self {
        Self {
            id: id.into(),
            cid,
            root_hash: None,
            size: None,
            name: None,
            mime_type: None,
            keyvalues: BTreeMap::new(),
            state: PinState::Pinning,
            status: None,
            sub_hash_status: None,
            pinned: false,
            date_pinned: None,
            date_unpinned: None,
            created_at: None,
            updated_at: None,
            is_pin_by_hash: false,
            is_dir: false,
            file_record_id: None,
            user_id: None,
        }
    }

    /// What pins of one content share, whatever the version of their CIDs.
    pub fn root(&self) -> Option<Cow<'_, str>> {
        match &self.root_hash {
            Some(hash) => Some(Cow::Borrowed(hash)),
            None => self.cid.multihash_hex().map(Cow::Owned),
        }
    }

    /// What a person would call it: its name, else its CID.
    pub fn title(&self) -> &str {
        match self.name.as_deref() {
            Some(name) if !name.trim().is_empty() => name,
            _ => self.cid.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_fold_without_case() {
        for (status, pinned, was_unpinned, state) in [
            ("DONE", true, false, PinState::Pinned),
            ("done", false, false, PinState::Pinning),
            ("DONE", false, true, PinState::Unpinned),
            ("pinned", true, false, PinState::Pinned),
            ("Pinned", false, false, PinState::Unpinned),
            ("QUEUED", false, false, PinState::Pinning),
            ("doneRetrieval", false, false, PinState::Pinning),
            ("retrieveFailed", false, false, PinState::Failed),
            ("unpinOutOfMoney", false, true, PinState::Unpinned),
            ("gcDone", true, true, PinState::Unpinned),
            ("", true, false, PinState::Pinned),
            ("", false, false, PinState::Pinning),
            ("somethingNew", true, false, PinState::Pinned),
        ] {
            assert_eq!(
                PinState::fold(status, pinned, was_unpinned),
                state,
                "{status} {pinned} {was_unpinned}"
            );
        }
    }
}
