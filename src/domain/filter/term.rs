//! Terms: what is asked of one certain fact.

use regex::Regex;

use super::bounds::Bounds;
use super::facts::Facts;
use super::pattern::{Pattern, Value};
use super::scratch::Scratch;
use super::word::Word;
use crate::domain::PinState;

/// One condition, or its opposite.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) negated: bool,
    pub(super) test: Test,
}

/// What a condition asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Size(Bounds<u64>),
    /// Seconds since 1970: both `age` and `pinned`.
    Date(Bounds<i64>),
    State(States),
    Directory(bool),
    Duplicate(bool),
    Cid(Box<str>),
    Id(Box<str>),
    Type(Pattern),
    Name(Pattern),
    NameRegex(Expression),
    KeyValue {
        key: Box<str>,
        value: Option<Value>,
    },
    Word(Word),
}

/// A set of states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct States(u8);

impl States {
    pub(super) fn add(&mut self, state: PinState) {
        self.0 |= Self::of(state).0;
    }

    fn of(state: PinState) -> Self {
        Self(match state {
            PinState::Pinned => 1,
            PinState::Pinning => 2,
            PinState::Failed => 4,
            PinState::Unpinned => 8,
        })
    }

    fn within(self, other: Self) -> bool {
        self.0 & other.0 == self.0
    }
}

/// A regular expression, equal to one of the same text.
#[derive(Clone, Debug)]
pub(super) struct Expression(pub(super) Regex);

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Condition {
    /// The score, 0 for what is no word; `None` where the condition is not met.
    pub(super) fn score(&self, facts: &impl Facts, scratch: &mut Scratch) -> Option<u32> {
        let score = self.test.score(facts, scratch);
        if self.negated {
            return score.is_none().then_some(0);
        }
        score
    }

    /// How dear it is to ask, for the order of asking.
    pub(super) fn cost(&self) -> u8 {
        match self.test {
            Test::Directory(_)
            | Test::Duplicate(_)
            | Test::State(_)
            | Test::Size(_)
            | Test::Date(_) => 0,
            Test::Cid(_) | Test::Id(_) => 1,
            Test::Type(_) => 2,
            Test::Name(_) => 3,
            Test::KeyValue { .. } => 4,
            Test::NameRegex(_) => 5,
            Test::Word(_) => 6,
        }
    }

    /// Whether each pin that meets this condition meets the other one, as far as that is easily
    /// told.
    pub(super) fn narrows(&self, other: &Self) -> bool {
        match (self.negated, other.negated) {
            (false, false) => self.test.narrows(&other.test),
            // The opposites: who is outside the wider one is outside the narrower one.
            (true, true) => other.test.narrows(&self.test),
            _ => false,
        }
    }
}

impl Test {
    fn score(&self, facts: &impl Facts, scratch: &mut Scratch) -> Option<u32> {
        let buffer = &mut scratch.chars;
        let holds = match self {
            Self::Size(bounds) => facts.size().is_some_and(|size| bounds.contain(size)),
            Self::Date(bounds) => facts.date_pinned().is_some_and(|date| bounds.contain(date)),
            Self::State(states) => States::of(facts.state()).within(*states),
            Self::Directory(wanted) => facts.is_dir() == *wanted,
            Self::Duplicate(wanted) => facts.is_duplicate() == *wanted,
            Self::Cid(prefix) => facts.cid().starts_with(&**prefix),
            Self::Id(prefix) => starts_with_ignoring_case(facts.id(), prefix),
            Self::Type(pattern) => pattern.matches(facts.mime_type(), buffer),
            Self::Name(pattern) => {
                facts.letters().hold(pattern.letters()) && pattern.matches(facts.name(), buffer)
            }
            Self::NameRegex(Expression(regex)) => regex.is_match(facts.name()),
            Self::KeyValue { key, value } => facts.keyvalues().any(|(its_key, its_value)| {
                *its_key == **key
                    && value
                        .as_ref()
                        .is_none_or(|value| value.matches(its_value, buffer))
            }),
            Self::Word(word) => return word.score(facts, scratch),
        };
        holds.then_some(0)
    }

    fn narrows(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Size(new), Self::Size(old)) => new.lie_within(old),
            (Self::Date(new), Self::Date(old)) => new.lie_within(old),
            (Self::State(new), Self::State(old)) => new.within(*old),
            (Self::Cid(new), Self::Cid(old)) => new.starts_with(&**old),
            (Self::Id(new), Self::Id(old)) => starts_with_ignoring_case(new, old),
            (Self::Type(new), Self::Type(old)) | (Self::Name(new), Self::Name(old)) => {
                new.narrows(old)
            }
            (Self::Word(new), Self::Word(old)) => new.narrows(old),
            (
                Self::KeyValue { key: new, .. },
                Self::KeyValue {
                    key: old,
                    value: None,
                },
            ) => new == old,
            _ => self == other,
        }
    }
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.as_bytes()
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}
