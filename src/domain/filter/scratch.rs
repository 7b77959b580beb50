//! What matching needs besides the filter, kept from row to row.

use std::fmt;

use nucleo_matcher::{Config, Matcher};

/// The buffers of one thread that matches: about 150 kB, and nothing more is allocated per row.
pub struct Scratch {
    pub(super) matcher: Matcher,
    /// A text folded for comparison.
    pub(super) chars: Vec<char>,
    /// A keyvalue as `key=value`.
    pub(super) pair: String,
}

impl Default for Scratch {
    fn default() -> Self {
        let mut config = Config::DEFAULT;
        // Texts come folded already, accents included.
        config.normalize = false;
        Self {
            matcher: Matcher::new(config),
            chars: Vec::new(),
            pair: String::new(),
        }
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}
