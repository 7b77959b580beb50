//! From a filter's text to its conditions: each part by itself, so that a wrong one spoils no other.

use std::ops::Range;

use jiff::Timestamp;
use regex::RegexBuilder;

use super::bounds::{Bounds, Comparison};
use super::error::{FilterError, typed};
use super::needle::Needle;
use super::pattern::{Pattern, Value};
use super::term::{Condition, Expression, States, Test};
use super::token::{Token, tokens};
use super::units;
use super::word::{Manner, Word};
use crate::domain::PinState;

/// Bytes of a filter's text that are read. No person types more, and a longer word could overflow
/// the 16 bits of nucleo's score, which grows by up to 26 a character.
pub(super) const MAX_TEXT: usize = 2000;

/// Bytes that a compiled regular expression may take.
const MAX_REGEX: usize = 1 << 20;

/// The terms, as an error names them.
const KNOWN: &str = "size> age> pinned: status: type: kv: name: cid: id: dir: dup:";

/// Starts of addresses, which are looked for like words.
const SCHEMES: [&str; 4] = ["http", "https", "ipfs", "ipns"];

const STATES: [PinState; 4] = [
    PinState::Pinned,
    PinState::Pinning,
    PinState::Failed,
    PinState::Unpinned,
];

/// The conditions of all parts that are right, and what is wrong with the others, in the order of
/// their places.
pub(super) fn parse(text: &str, now: Timestamp) -> (Vec<Condition>, Vec<FilterError>) {
    let kept = &text[..text.floor_char_boundary(MAX_TEXT)];
    let (tokens, unclosed) = tokens(kept);
    let mut conditions = Vec::new();
    let mut errors = Vec::new();
    for token in &tokens {
        match condition(token, now) {
            Ok(Some(condition)) => conditions.push(condition),
            Ok(None) => {}
            Err((span, message)) => errors.push(FilterError::new(text, span, message)),
        }
    }
    errors.extend(unclosed);
    if kept.len() < text.len() {
        let message = format!("a filter may have {MAX_TEXT} bytes; leave out what is not needed");
        errors.push(FilterError::new(text, kept.len()..text.len(), message));
    }
    (conditions, errors)
}

/// A wrong part of a token and what is wrong with it.
type Mistake = (Range<usize>, String);

/// What a token means; `None` for empty quotes, which ask nothing.
fn condition(token: &Token, now: Timestamp) -> Result<Option<Condition>, Mistake> {
    let bare = &token.text[..token.bare];
    let marks = bare.len() - bare.trim_start_matches('!').len();
    let negated = marks % 2 == 1;
    let said = &token.text[marks..];
    if said.is_empty() {
        if token.quoted {
            return Ok(None);
        }
        let message = "a ! negates what stands right behind it, and nothing does".to_owned();
        return Err((token.span.clone(), message));
    }
    let start = token.span.start + marks;
    let asked = match signed(&bare[marks..]) {
        None => None,
        Some((name, sign)) => {
            let behind = name.len() + sign.text().len();
            term(name, sign, &said[behind..], now).map_err(|wrong| match wrong {
                Wrong::Name(message) => (start..start + name.len(), message),
                Wrong::Value(message) if start + behind == token.span.end => {
                    (token.span.clone(), message)
                }
                Wrong::Value(message) => (start + behind..token.span.end, message),
            })?
        }
    };
    let test = match asked {
        Some(asked) => asked,
        None => Test::Word(word(said, token)?),
    };
    Ok(Some(Condition { negated, test }))
}

fn word(text: &str, token: &Token) -> Result<Word, Mistake> {
    let (text, manner) = if token.quoted {
        (text, Manner::Literal)
    } else {
        (content_of(text).unwrap_or(text), Manner::Fuzzy)
    };
    let needle = Needle::new(text).ok_or_else(|| {
        let message = "only accents, with no letter to look for".to_owned();
        (token.span.clone(), message)
    })?;
    Ok(Word { manner, needle })
}

/// The CID in a pasted address: behind `ipfs://` or `/ipfs/`.
fn content_of(text: &str) -> Option<&str> {
    let behind = text.strip_prefix("ipfs://").or_else(|| {
        let at = text.find("/ipfs/")?;
        (at == 0 || text.contains("://")).then(|| &text[at + "/ipfs/".len()..])
    })?;
    let cid = behind.split(['/', '?', '#']).next()?;
    (!cid.is_empty()).then_some(cid)
}

/// What stands between a term's name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Colon,
    Compared(Comparison),
}

impl Sign {
    fn text(self) -> &'static str {
        match self {
            Self::Colon => ":",
            Self::Compared(Comparison::Less) => "<",
            Self::Compared(Comparison::AtMost) => "<=",
            Self::Compared(Comparison::Equal) => "=",
            Self::Compared(Comparison::AtLeast) => ">=",
            Self::Compared(Comparison::More) => ">",
        }
    }
}

/// The name before the first sign, and the sign.
fn signed(bare: &str) -> Option<(&str, Sign)> {
    let (name, rest) = bare.split_at(bare.find([':', '<', '>', '='])?);
    let sign = [
        Sign::Colon,
        Sign::Compared(Comparison::AtMost),
        Sign::Compared(Comparison::AtLeast),
        Sign::Compared(Comparison::Less),
        Sign::Compared(Comparison::More),
        Sign::Compared(Comparison::Equal),
    ]
    .into_iter()
    .find(|sign| rest.starts_with(sign.text()))?;
    Some((name, sign))
}

/// Which half of a term is wrong.
enum Wrong {
    Name(String),
    Value(String),
}

/// The test that a term stands for; `None` where the text is no term but a word.
fn term(name: &str, sign: Sign, value: &str, now: Timestamp) -> Result<Option<Test>, Wrong> {
    let lower = name.to_ascii_lowercase();
    let test = match (lower.as_str(), sign) {
        ("size", Sign::Compared(comparison)) => {
            units::size(value).map(|bytes| Test::Size(Bounds::<u64>::compared(comparison, bytes)))
        }
        ("age", Sign::Compared(comparison)) => older(comparison, value, now),
        ("size", Sign::Colon) => {
            return Err(Wrong::Name(
                "a size is compared: write size>10MB or size<=1GiB".to_owned(),
            ));
        }
        ("age", Sign::Colon) => {
            return Err(Wrong::Name(
                "an age is compared: write age>90d or age<1w".to_owned(),
            ));
        }
        ("pinned", Sign::Colon) => period(value).map(Test::Date),
        ("status", Sign::Colon) => states(value).map(Test::State),
        ("dir", Sign::Colon) => yes_or_no(value).map(Test::Directory),
        ("dup", Sign::Colon) => yes_or_no(value).map(Test::Duplicate),
        ("cid", Sign::Colon) => beginning(value, "a CID").map(Test::Cid),
        ("id", Sign::Colon) => beginning(value, "a pin's id").map(Test::Id),
        ("type", Sign::Colon) => Pattern::new(value)
            .map(Test::Type)
            .ok_or_else(|| "give a type, as in type:image/*".to_owned()),
        ("name", Sign::Colon) => named(value),
        ("kv", Sign::Colon) => keyvalue(value),
        (
            "pinned" | "status" | "dir" | "dup" | "cid" | "id" | "type" | "name" | "kv",
            Sign::Compared(_),
        ) => {
            return Err(Wrong::Name(format!(
                "{lower} takes a colon: write {lower}:{}",
                typed(value).trim_matches('\'')
            )));
        }
        (_, Sign::Colon) if looks_like_a_term(&lower) && !value.starts_with("//") => {
            return Err(Wrong::Name(format!(
                "there is no term {}; there are {KNOWN}; to look for the text put it in quotes",
                typed(&format!("{name}:"))
            )));
        }
        _ => return Ok(None),
    };
    test.map(Some).map_err(Wrong::Value)
}

fn looks_like_a_term(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !SCHEMES.contains(&name)
}

/// An age as the dates that have it now: the greater the age, the earlier the date.
fn older(comparison: Comparison, value: &str, now: Timestamp) -> Result<Test, String> {
    let turned = match comparison {
        Comparison::Less => Comparison::More,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::AtLeast => Comparison::AtMost,
        Comparison::More => Comparison::Less,
        Comparison::Equal => {
            return Err("an age is never exactly so: write age>90d or age<90d".to_owned());
        }
    };
    let date = now.as_second().saturating_sub(units::age(value)?);
    Ok(Test::Date(Bounds::<i64>::compared(turned, date)))
}

fn period(value: &str) -> Result<Bounds<i64>, String> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "no" | "true" | "false" => Err(format!(
            "pinned: takes dates, as in pinned:2024-01..2024-06; for {} write status:pinned or status:unpinned",
            typed(value)
        )),
        _ => units::period(value),
    }
}

fn states(value: &str) -> Result<States, String> {
    let mut states = States::default();
    for word in value.split('|') {
        let state = STATES
            .into_iter()
            .find(|state| state.label().eq_ignore_ascii_case(word))
            .ok_or_else(|| {
                let known = "pinned, pinning, failed, unpinned, or several with | between";
                format!("there is no status {}; there are {known}", typed(word))
            })?;
        states.add(state);
    }
    Ok(states)
}

fn yes_or_no(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("write yes or no, not {}", typed(value))),
    }
}

fn beginning(value: &str, of: &str) -> Result<Box<str>, String> {
    if value.is_empty() {
        return Err(format!("give the beginning of {of}"));
    }
    Ok(value.into())
}

fn named(value: &str) -> Result<Test, String> {
    let Some(expression) = value.strip_prefix('/') else {
        return Pattern::new(value)
            .map(Test::Name)
            .ok_or_else(|| "give a part of a name, as in name:report or name:*.png".to_owned());
    };
    let Some(expression) = expression.strip_suffix('/').filter(|text| !text.is_empty()) else {
        return Err(
            "a regular expression stands between two slashes, as in name:/^v[0-9]+/, \
             and in quotes if it has spaces; to look for a slash write name:*/*"
                .to_owned(),
        );
    };
    RegexBuilder::new(expression)
        .size_limit(MAX_REGEX)
        .dfa_size_limit(MAX_REGEX)
        .build()
        .map(|regex| Test::NameRegex(Expression(regex)))
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                "this regular expression is too large; ask for fewer repetitions".to_owned()
            }
            // The reason stands at the end of several lines that draw the expression.
            error => {
                let error = error.to_string();
                let why = error.rsplit("error: ").next().unwrap_or(&error);
                let why = typed(why.lines().next().unwrap_or_default());
                let why = why.trim_matches('\'');
                format!("this is no regular expression: {why}")
            }
        })
}

fn keyvalue(value: &str) -> Result<Test, String> {
    let (key, value) = match value.split_once('=') {
        Some((key, value)) => (key, Some(Value::new(value))),
        None => (value, None),
    };
    if key.is_empty() {
        return Err("give a key, as in kv:env or kv:env=prod".to_owned());
    }
    let key = key.into();
    Ok(Test::KeyValue { key, value })
}
