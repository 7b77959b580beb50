//! Protection: pins that no bulk unpin touches, by rules of the settings or by hand.
//!
//! A rule is a filter whose matches are protected. Its ages count back from the time that
//! [`Protection::count_ages_from`] was told last, so that a pin grows out of `age<7d` while lazypin
//! runs.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::filter::{Filter, PinFacts, Scratch};
use super::text::{scrub, truncate};
use super::{Pin, PinId};

/// Columns that a message spends on repeating a rule.
const REPEATED: usize = 60;

/// Filter terms whose matches are protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule(Arc<str>);

impl Rule {
    /// Reads a rule; the error is a sentence that names the rule and the place in it.
    pub fn read(text: &str) -> Result<Self, String> {
        let (filter, mistakes) = Filter::parse(text, Timestamp::UNIX_EPOCH);
        let scrubbed = scrub(text);
        let shown = truncate(&scrubbed, REPEATED);
        if let Some(mistake) = mistakes.first() {
            return Err(format!("protect '{shown}': {mistake}"));
        }
        if filter.is_empty() {
            return Err(format!(
                "protect '{shown}': it asks for nothing and would protect every pin; to mean that write 'name:*'"
            ));
        }
        if filter.asks_for_duplicates() {
            return Err(format!(
                "protect '{shown}': dup: can't protect, since it hangs on the rest of the account; name what is to stay, as in name:site-*"
            ));
        }
        Ok(Self(text.into()))
    }
}

/// Refused while its text is read, so that a settings file's error tells the line that it is in.
impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Rule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("filter terms")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Rule, E> {
                Rule::read(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Its text.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What protects a pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protector {
    /// A rule of the settings.
    Rule(Rule),
    /// A person who protected this very pin.
    Hand,
}

/// What it is called behind "protected by".
impl fmt::Display for Protector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => write!(f, "the rule {rule}"),
            Self::Hand => f.write_str("hand"),
        }
    }
}

/// All that is protected.
#[derive(Clone, Debug, Default)]
pub struct Protection {
    rules: Vec<Rule>,
    by_hand: BTreeSet<PinId>,
    /// The rules as they mean now.
    filters: Vec<Filter>,
    /// The second from which their ages count.
    second: Option<i64>,
}

/// Two are the same where they protect the same at the same time.
impl PartialEq for Protection {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules && self.by_hand == other.by_hand && self.second == other.second
    }
}

impl Eq for Protection {}

impl Protection {
    /// Protects what the rules say `now` and these pins.
    pub fn new(rules: Vec<Rule>, by_hand: BTreeSet<PinId>, now: Timestamp) -> Self {
        let mut protection = Self {
            rules,
            by_hand,
            ..Self::default()
        };
        protection.count_ages_from(now);
        protection
    }

    /// Ages count back from `now`.
    pub fn count_ages_from(&mut self, now: Timestamp) {
        if self.rules.is_empty() || self.second == Some(now.as_second()) {
            return;
        }
        self.second = Some(now.as_second());
        self.filters = self
            .rules
            .iter()
            .map(|rule| Filter::parse(&rule.0, now).0)
            .collect();
    }

    /// What protects the pin; what a person said of this very pin before what rules say.
    pub fn of(&self, pin: &Pin, scratch: &mut Scratch) -> Option<Protector> {
        if self.by_hand.contains(&pin.id) {
            return Some(Protector::Hand);
        }
        // No rule asks for duplicates.
        let facts = PinFacts {
            pin,
            is_duplicate: false,
        };
        let rules = self.filters.iter().zip(&self.rules);
        rules
            .filter(|(filter, _)| filter.matches(&facts, scratch).is_some())
            .map(|(_, rule)| Protector::Rule(rule.clone()))
            .next()
    }

    /// Whether there are rules, so that a pin's record has to be known to tell whether it is
    /// protected.
    pub fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Whether this very pin was protected by a person.
    pub fn is_by_hand(&self, id: &PinId) -> bool {
        self.by_hand.contains(id)
    }

    /// Protects these by hand, or lifts that again.
    pub fn set_by_hand<'a>(&mut self, ids: impl IntoIterator<Item = &'a PinId>, protected: bool) {
        for id in ids {
            if protected {
                self.by_hand.insert(id.clone());
            } else {
                self.by_hand.remove(id);
            }
        }
    }

    /// Takes all that is protected by hand anew.
    pub fn replace_by_hand(&mut self, by_hand: BTreeSet<PinId>) {
        self.by_hand = by_hand;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cid;

    fn rule(text: &str) -> Rule {
        Rule::read(text).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_rule_that_matches_protects_and_a_hand_goes_before() {
        let mut pin = Pin::new("a", Cid::as_received("bafy"));
        pin.name = Some("site-2024".to_owned());
        pin.size = Some(5);
        let rules = ["size>1GB", "name:site-*", "!type:image/*"].map(rule);
        let now = at("2026-11-22T12:00:00Z");
        let mut protection = Protection::new(rules.to_vec(), BTreeSet::new(), now);
        let mut scratch = Scratch::default();
        let by = |protection: &Protection, pin: &Pin, scratch: &mut Scratch| {
            protection.of(pin, scratch).map(|by| by.to_string())
        };
        assert_eq!(
            by(&protection, &pin, &mut scratch).as_deref(),
            Some("the rule name:site-*")
        );
        protection.set_by_hand([&pin.id], true);
        assert_eq!(by(&protection, &pin, &mut scratch).as_deref(), Some("hand"));
        protection.set_by_hand([&pin.id], false);
        pin.name = Some("other".to_owned());
        pin.mime_type = Some("image/png".to_owned());
        assert_eq!(by(&protection, &pin, &mut scratch), None);
    }

    #[test]
    fn ages_count_from_the_time_that_was_told_last() {
        let mut pin = Pin::new("a", Cid::as_received("bafy"));
        pin.date_pinned = Some(at("2026-11-20T12:00:00Z"));
        let mut protection = Protection::new(
            vec![rule("age<7d")],
            BTreeSet::new(),
            at("2026-11-22T12:00:00Z"),
        );
        let mut scratch = Scratch::default();
        assert!(protection.of(&pin, &mut scratch).is_some());
        protection.count_ages_from(at("2026-11-27T12:00:01Z"));
        assert!(protection.of(&pin, &mut scratch).is_none());
    }

    #[test]
    fn a_rule_that_means_nothing_is_refused_with_its_place() {
        for (text, part) in [
            (
                "kv:keep size>10XB",
                "protect 'kv:keep size>10XB': column 14: ",
            ),
            ("nme:site", "there is no term 'nme:'"),
            ("", "would protect every pin"),
            ("\"\"", "would protect every pin"),
            ("dup:no", "dup: can't protect"),
            ("name:x !dup:yes", "dup: can't protect"),
            ("x\u{1b}[2J:y size:", "␛"),
        ] {
            let message = Rule::read(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
            assert!(!message.contains(['\u{1b}', '\n']), "{message}");
        }
    }
}
