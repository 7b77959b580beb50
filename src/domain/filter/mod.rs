//! The filter language: what people type after `/`, in `--filter` and in protection rules.
//!
//! A text is cut at spaces (`token`), each part becomes a condition or a mistake with its place
//! (`parse`), and a pin has to meet all conditions (`term`, `word`). Pure: the time comes from
//! outside, facts about a pin come through [`Facts`], buffers through [`Scratch`].
//!
//! | part | asks for |
//! |---|---|
//! | `size>10MB` `size<=1GiB` | bytes, by `>` `>=` `<` `<=` `=`; a pin of unknown size meets none |
//! | `age>90d` `age<1w` | time since it was pinned, in s m h d w y (365 d), by `>` `>=` `<` `<=` |
//! | `pinned:2024-01..2024-06` | when it was pinned: UTC, both ends in, one end may be left open |
//! | `status:pinned\|pinning` | its state, or one of several |
//! | `type:image/*` `type:png` | its MIME type, as a name is asked for |
//! | `kv:KEY` `kv:KEY=VALUE` | a keyvalue, to the letter; the value may have wildcards |
//! | `name:TEXT` | a part of its name; with `*` or `?` the whole name |
//! | `name:/REGEX/` | a part of its name, case counted unless it starts with `(?i)` |
//! | `cid:PREFIX` `id:PREFIX` | how its CID (case counted) or id (case ignored) begins |
//! | `dir:yes` `dup:no` | whether it is a directory; whether another pin has its root hash |
//! | `"some text"` | this text in one piece, in any field |
//! | `word` | the word's characters in order, in the name or a keyvalue; in one piece elsewhere |
//!
//! `!` in front of any of them asks for the opposite. Where nothing else is said, case and accents
//! do not matter. Names of terms, units, states and `yes` are read in any case. A pasted
//! `ipfs://CID` or gateway address is looked for by its CID.

mod bounds;
mod error;
mod facts;
mod fold;
mod highlight;
mod letters;
mod needle;
mod parse;
mod pattern;
mod scratch;
mod term;
mod token;
mod units;
mod word;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;

pub use error::FilterError;
pub use facts::{Facts, PinFacts};
pub use letters::Letters;
pub use scratch::Scratch;
use term::{Condition, Test};
pub use words::Words;

/// A filter that was read, with the text it was read from.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    /// The cheap ones first.
    conditions: Vec<Condition>,
}

impl Filter {
    /// Reads a filter. Each part that is right applies; each that is wrong is named, in the order
    /// of the places. Ages count back from `now`, for as long as the filter lives.
    pub fn parse(text: &str, now: Timestamp) -> (Self, Vec<FilterError>) {
        let (mut conditions, errors) = parse::parse(text, now);
        conditions.sort_by_key(Condition::cost);
        let text = text.to_owned();
        (Self { text, conditions }, errors)
    }

    /// The text it was read from, wrong parts included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it asks nothing, so that every pin matches.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Whether it has words, so that some matches are better than others.
    pub fn ranks(&self) -> bool {
        self.conditions
            .iter()
            .any(|condition| !condition.negated && matches!(condition.test, Test::Word(_)))
    }

    /// Whether what matches hangs on other pins than the one that is asked about.
    pub fn asks_for_duplicates(&self) -> bool {
        self.conditions
            .iter()
            .any(|condition| matches!(condition.test, Test::Duplicate(_)))
    }

    /// How well the pin matches, greater is better: the sum of what each word scores in its best
    /// field, 0 without words. `None` where it does not match.
    pub fn matches(&self, facts: &impl Facts, scratch: &mut Scratch) -> Option<u32> {
        let mut sum = 0_u32;
        for condition in &self.conditions {
            sum = sum.saturating_add(condition.score(facts, scratch)?);
        }
        Some(sum)
    }

    /// Which characters of a name the filter's words and `name:` terms matched, for showing: indices
    /// of extended graphemes, ascending. Give the text as it is drawn.
    pub fn highlights(&self, name: &str, scratch: &mut Scratch) -> Vec<u32> {
        highlight::highlights(&self.conditions, name, scratch)
    }

    /// Whether each pin that matches this filter matches `previous` too, so that only what matched
    /// then has to be asked again. May be false where it is so; is never true where it is not.
    ///
    /// Ages narrow only where both filters were read with the same `now`, or a later `now` for
    /// `age<`: hold on to it while a person types.
    pub fn narrows(&self, previous: &Self) -> bool {
        previous
            .conditions
            .iter()
            .all(|old| self.conditions.iter().any(|new| new.narrows(old)))
    }
}

/// The text it was read from.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
