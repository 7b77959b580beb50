//! Words: text that may stand in any of a pin's fields.

use nucleo_matcher::Utf32Str;

use super::facts::Facts;
use super::fold::{find_ascii, view};
use super::needle::{Folded, Needle};
use super::scratch::Scratch;

/// What each character is worth that stands where it should, in one piece. nucleo gives a scattered
/// match less and a match at the start of a name more.
const IN_ONE_PIECE: u32 = 20;

/// What each character is worth at the start of a CID or an id: nucleo's best for a name.
const AT_THE_START: u32 = 26;

/// How a word is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Its characters in their order, with others between them.
    Fuzzy,
    /// In one piece: a quoted word.
    Literal,
}

/// A word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) manner: Manner,
    pub(super) needle: Needle,
}

impl Word {
    /// How well the word fits the best of the fields; `None` where it fits none.
    ///
    /// Scattered characters mean something in names and keyvalues only. In CIDs and ids, which are
    /// random, three letters would be found in order in every fourth one, and `cat` in each
    /// `application/...`: there a word stands in one piece, in types at the start of a part.
    pub(super) fn score(&self, facts: &impl Facts, scratch: &mut Scratch) -> Option<u32> {
        let mut best = None;
        if facts.letters().hold(self.needle.letters) {
            best = self.score_names(facts, scratch);
            // No other field can do better than this.
            if best >= Some(self.worth(AT_THE_START)) {
                return best;
            }
        }
        best = best.max(self.score_hash(facts.cid()));
        if facts.id_letters().hold(self.needle.letters) {
            best = best.max(self.score_hash(facts.id()));
        }
        // Nor can a type do better than a hash.
        if best >= Some(self.worth(IN_ONE_PIECE)) {
            return best;
        }
        best.max(self.score_type(facts.mime_type(), scratch))
    }

    fn score_names(&self, facts: &impl Facts, scratch: &mut Scratch) -> Option<u32> {
        let mut best = self.score_text(facts.name(), scratch);
        for (key, value) in facts.keyvalues() {
            let mut pair = std::mem::take(&mut scratch.pair);
            pair.clear();
            pair.push_str(key);
            pair.push('=');
            pair.push_str(value);
            best = best.max(self.score_text(&pair, scratch));
            scratch.pair = pair;
        }
        best
    }

    fn score_text(&self, text: &str, scratch: &mut Scratch) -> Option<u32> {
        let view = view(text, &mut scratch.chars);
        match self.manner {
            Manner::Literal => self.needle.find_in(view).map(|_| self.worth(IN_ONE_PIECE)),
            Manner::Fuzzy => scratch
                .matcher
                .fuzzy_match(view, self.needle.as_utf32())
                .map(u32::from),
        }
    }

    fn score_type(&self, text: &str, scratch: &mut Scratch) -> Option<u32> {
        let view = view(text, &mut scratch.chars);
        let mut start = 0;
        while let Some(at) = self.needle.find_after(view, start) {
            if self.manner == Manner::Literal || starts_part(view, at) {
                return Some(self.worth(IN_ONE_PIECE));
            }
            start = at + 1;
        }
        None
    }

    /// CIDs and ids are ASCII, and only a word in ASCII is found in them.
    fn score_hash(&self, text: &str) -> Option<u32> {
        let Folded::Ascii(needle) = &self.needle.folded else {
            return None;
        };
        let at = find_ascii(text.as_bytes(), needle)?;
        Some(self.worth(if at == 0 { AT_THE_START } else { IN_ONE_PIECE }))
    }

    fn worth(&self, each: u32) -> u32 {
        u32::try_from(self.needle.len()).map_or(u32::MAX, |len| len.saturating_mul(each))
    }

    /// Whether each pin that fits this word fits the other one.
    pub(super) fn narrows(&self, other: &Self) -> bool {
        self.manner == other.manner
            && match self.manner {
                Manner::Fuzzy => self.needle.starts_with(&other.needle),
                Manner::Literal => self.needle.contains(&other.needle),
            }
    }
}

/// Whether no letter or digit stands before this place.
fn starts_part(view: Utf32Str<'_>, at: usize) -> bool {
    match (view, at.checked_sub(1)) {
        (_, None) => true,
        (Utf32Str::Ascii(text), Some(before)) => !text[before].is_ascii_alphanumeric(),
        (Utf32Str::Unicode(text), Some(before)) => !text[before].is_alphanumeric(),
    }
}
