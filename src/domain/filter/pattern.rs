//! `*` and `?` in names, types and values.

use nucleo_matcher::Utf32Str;

use super::fold::{fold_char, view};
use super::letters::Letters;
use super::needle::Needle;

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// This character.
    Char(char),
    /// Any one character: `?`.
    One,
    /// Any number of characters, none included: `*`.
    Many,
}

/// What a name or a type is held against, case and accents ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Without wildcards: contained anywhere.
    Part(Needle),
    /// With wildcards: the whole text.
    Whole(Wild),
}

impl Pattern {
    /// `None` where there is nothing to look for.
    pub(super) fn new(text: &str) -> Option<Self> {
        match steps(text) {
            Ok(mut steps) => {
                steps = steps
                    .into_iter()
                    .filter_map(|step| match step {
                        Step::Char(c) => fold_char(c).map(Step::Char),
                        wild => Some(wild),
                    })
                    .collect();
                Some(Self::Whole(Wild(steps.into())))
            }
            Err(plain) => Needle::new(&plain).map(Self::Part),
        }
    }

    pub(super) fn matches(&self, text: &str, buffer: &mut Vec<char>) -> bool {
        match (self, view(text, buffer)) {
            (Self::Part(needle), view) => needle.find_in(view).is_some(),
            (Self::Whole(wild), Utf32Str::Ascii(bytes)) => {
                wild.matches(bytes, |byte| char::from(byte.to_ascii_lowercase()))
            }
            (Self::Whole(wild), Utf32Str::Unicode(chars)) => wild.matches(chars, |c| c),
        }
    }

    /// What a text is made of at least that it matches.
    pub(super) fn letters(&self) -> Letters {
        match self {
            Self::Part(needle) => needle.letters,
            Self::Whole(_) => Letters::default(),
        }
    }

    /// Whether all that this matches is matched by the other one, as far as that is easily told.
    pub(super) fn narrows(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Part(new), Self::Part(old)) => new.contains(old),
            _ => self == other,
        }
    }
}

/// What a keyvalue's value is held against, to the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// This and nothing else.
    Exact(Box<str>),
    /// With wildcards.
    Wild(Wild),
}

impl Value {
    pub(super) fn new(text: &str) -> Self {
        match steps(text) {
            Ok(steps) => Self::Wild(Wild(steps.into())),
            Err(plain) => Self::Exact(plain.into()),
        }
    }

    pub(super) fn matches(&self, text: &str, buffer: &mut Vec<char>) -> bool {
        match self {
            Self::Exact(value) => **value == *text,
            Self::Wild(wild) => {
                buffer.clear();
                buffer.extend(text.chars());
                wild.matches(buffer, |c| c)
            }
        }
    }
}

/// A pattern with at least one wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wild(Box<[Step]>);

impl Wild {
    /// Whether the pattern fits the whole text. Only the last `*` is ever tried again, so the time
    /// is at most the product of both lengths, whatever the pattern.
    fn matches<T: Copy>(&self, text: &[T], char_of: impl Fn(T) -> char) -> bool {
        let steps = &*self.0;
        // Most rows differ at the end already, for that is where a name says what it is.
        if let (Some(Step::Char(c)), Some(last)) = (steps.last(), text.last())
            && *c != char_of(*last)
        {
            return false;
        }
        let (mut step, mut at) = (0, 0);
        let mut again = None;
        while at < text.len() {
            match steps.get(step) {
                Some(Step::Many) => {
                    step += 1;
                    again = Some((step, at));
                    continue;
                }
                Some(Step::One) => {}
                Some(Step::Char(c)) if *c == char_of(text[at]) => {}
                _ => {
                    let Some((after, from)) = again else {
                        return false;
                    };
                    (step, at) = (after, from + 1);
                    again = Some((after, at));
                    continue;
                }
            }
            step += 1;
            at += 1;
        }
        steps[step..].iter().all(|step| *step == Step::Many)
    }
}

/// The steps of a text with wildcards, or the plain text of one without. A backslash takes the
/// meaning from a wildcard and from a backslash, and stands for itself before all else.
fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        steps.push(match c {
            '\\' => Step::Char(
                chars
                    .next_if(|c| matches!(c, '*' | '?' | '\\'))
                    .unwrap_or(c),
            ),
            '?' => Step::One,
            '*' if steps.last() == Some(&Step::Many) => continue,
            '*' => Step::Many,
            _ => Step::Char(c),
        });
    }
    let plain: Option<String> = steps
        .iter()
        .map(|step| match step {
            Step::Char(c) => Some(*c),
            Step::One | Step::Many => None,
        })
        .collect();
    plain.map_or(Ok(steps), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).is_some_and(|pattern| pattern.matches(text, &mut Vec::new()))
    }

    #[test]
    fn wildcards_hold_for_the_whole_text_and_plain_text_for_a_part() {
        for (pattern, text, expected) in [
            ("report", "Annual REPORT.pdf", true),
            ("*.png", "a.PNG", true),
            ("*.png", "a.png.txt", false),
            ("img_????.jpg", "IMG_2024.jpg", true),
            ("img_????.jpg", "IMG_20245.jpg", false),
            ("img*", "my img", false),
            ("*a*b*", "xxAyyBzz", true),
            ("a*b*c", "abxbc", true),
            ("a*b*c", "abxb", false),
            ("*", "", true),
            ("?", "", false),
            ("?", "é", true),
            ("caf?.txt", "café.txt", true),
            ("café*", "Cafe\u{301} 1", true),
            ("a\\*b", "xa*bx", true),
            ("a\\*b", "xaabx", false),
            ("*\\?", "what?", true),
            ("c:\\dir", "C:\\DIR", true),
            ("image/*", "image/svg+xml", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn values_are_matched_to_the_letter() {
        let fits = |value: &str, text: &str| Value::new(value).matches(text, &mut Vec::new());
        assert!(fits("prod", "prod"));
        assert!(!fits("prod", "Prod"));
        assert!(!fits("prod", "production"));
        assert!(fits("prod*", "production"));
        assert!(!fits("PROD*", "production"));
        assert!(fits("", ""));
        assert!(!fits("", "x"));
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let pattern = Pattern::new(&"*a".repeat(500)).unwrap();
        let text = format!("{}b", "a".repeat(20_000));
        assert!(!pattern.matches(&text, &mut Vec::new()));
        let pattern = Pattern::new(&format!("{}b", "*a".repeat(500))).unwrap();
        assert!(pattern.matches(&text, &mut Vec::new()));
    }
}
