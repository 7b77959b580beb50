//! What a filter asks of a row, so that a whole pin and a row of an index are matched alike.

use super::letters::Letters;
use crate::domain::{Pin, PinState};

/// The facts of one pin. Texts that are not known are empty; a method is called only where the
/// filter has a term or a word for it.
pub trait Facts {
    /// The pin's name.
    fn name(&self) -> &str;
    /// The root CID, as the service writes it.
    fn cid(&self) -> &str;
    /// The service's id of the pin.
    fn id(&self) -> &str;
    /// The MIME type.
    fn mime_type(&self) -> &str;
    /// Bytes, where they are known.
    fn size(&self) -> Option<u64>;
    /// When it was pinned, in whole seconds since 1970, where that is known.
    fn date_pinned(&self) -> Option<i64>;
    /// Where it stands.
    fn state(&self) -> PinState;
    /// Whether the root is a directory.
    fn is_dir(&self) -> bool;
    /// Whether another pin of the account has the same root hash.
    fn is_duplicate(&self) -> bool;
    /// The account's own pairs, key and value.
    fn keyvalues(&self) -> impl Iterator<Item = (&str, &str)>;
    /// What the name and all pairs, each as `key=value`, are made of, where that is known without
    /// reading them.
    fn letters(&self) -> Letters {
        Letters::ANY
    }
    /// The same of the id.
    fn id_letters(&self) -> Letters {
        Letters::ANY
    }
}

/// The facts of a whole record, with the one that a record can't know by itself.
#[derive(Clone, Copy, Debug)]
pub struct PinFacts<'a> {
    /// The record.
    pub pin: &'a Pin,
    /// Whether another pin of the account has the same root hash.
    pub is_duplicate: bool,
}

impl Facts for PinFacts<'_> {
    fn name(&self) -> &str {
        self.pin.name.as_deref().unwrap_or_default()
    }

    fn cid(&self) -> &str {
        self.pin.cid.as_str()
    }

    fn id(&self) -> &str {
        self.pin.id.as_str()
    }

    fn mime_type(&self) -> &str {
        self.pin.mime_type.as_deref().unwrap_or_default()
    }

    fn size(&self) -> Option<u64> {
        self.pin.size
    }

    fn date_pinned(&self) -> Option<i64> {
        self.pin.date_pinned.map(jiff::Timestamp::as_second)
    }

    fn state(&self) -> PinState {
        self.pin.state
    }

    fn is_dir(&self) -> bool {
        self.pin.is_dir
    }

    fn is_duplicate(&self) -> bool {
        self.is_duplicate
    }

    fn keyvalues(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = &self.pin.keyvalues;
        pairs.iter().map(|(key, value)| (&**key, &**value))
    }
}
