//! A text that is looked for in others.

use nucleo_matcher::Utf32Str;

use super::fold::{find_ascii, fold};
use super::letters::Letters;

/// What is looked for, folded once. Never longer than the filter's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    pub(super) folded: Folded,
    pub(super) letters: Letters,
}

/// A folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Folded {
    Ascii(Box<[u8]>),
    Unicode(Box<[char]>),
}

impl Needle {
    /// `None` where nothing remains to be looked for.
    pub(super) fn new(text: &str) -> Option<Self> {
        let folded: Vec<char> = fold(text).collect();
        if folded.is_empty() {
            return None;
        }
        let ascii: Option<Vec<u8>> = folded.iter().map(|c| u8::try_from(*c).ok()).collect();
        let folded = match ascii.filter(|bytes| bytes.is_ascii()) {
            Some(bytes) => Folded::Ascii(bytes.into()),
            None => Folded::Unicode(folded.into()),
        };
        let letters = Letters::of(text);
        Some(Self { folded, letters })
    }

    /// Characters.
    pub(super) fn len(&self) -> usize {
        self.as_utf32().len()
    }

    /// The form in which nucleo takes it.
    pub(super) fn as_utf32(&self) -> Utf32Str<'_> {
        match &self.folded {
            Folded::Ascii(bytes) => Utf32Str::Ascii(bytes),
            Folded::Unicode(chars) => Utf32Str::Unicode(chars),
        }
    }

    /// Where the needle stands in one piece for the first time, in characters of the view.
    pub(super) fn find_in(&self, view: Utf32Str<'_>) -> Option<usize> {
        self.find_after(view, 0)
    }

    /// As [`Self::find_in`], not before the given place.
    pub(super) fn find_after(&self, view: Utf32Str<'_>, start: usize) -> Option<usize> {
        let last = view.len().checked_sub(self.len())?;
        if start > last {
            return None;
        }
        match (view, &self.folded) {
            (Utf32Str::Ascii(text), Folded::Ascii(needle)) => {
                find_ascii(&text[start..], needle).map(|at| start + at)
            }
            (Utf32Str::Ascii(_), Folded::Unicode(_)) => None,
            (Utf32Str::Unicode(text), Folded::Ascii(needle)) => (start..=last).find(|at| {
                let there = &text[*at..*at + needle.len()];
                there
                    .iter()
                    .zip(needle)
                    .all(|(c, byte)| *c == char::from(*byte))
            }),
            (Utf32Str::Unicode(text), Folded::Unicode(needle)) => {
                (start..=last).find(|at| text[*at..].starts_with(needle))
            }
        }
    }

    /// Whether the other one is its beginning.
    pub(super) fn starts_with(&self, other: &Self) -> bool {
        other.len() <= self.len() && self.chars().zip(other.chars()).all(|(a, b)| a == b)
    }

    /// Whether the other one stands in it in one piece.
    pub(super) fn contains(&self, other: &Self) -> bool {
        other.find_in(self.as_utf32()).is_some()
    }

    fn chars(&self) -> impl Iterator<Item = char> + '_ {
        self.as_utf32().chars()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold::view;
    use super::*;

    fn found(text: &str, needle: &str) -> Option<usize> {
        Needle::new(needle).and_then(|needle| needle.find_in(view(text, &mut Vec::new())))
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(found("Report FINAL.pdf", "final"), Some(7));
        assert_eq!(found("report", "REPORT"), Some(0));
        assert_eq!(found("Résumé.pdf", "resume"), Some(0));
        assert_eq!(found("resume.pdf", "RÉSUMÉ"), Some(0));
        assert_eq!(found("re\u{301}sume\u{301}.pdf", "umé."), Some(3));
        assert_eq!(found("ΛΌΓΟΣ", "λόγος"), Some(0));
        assert_eq!(found("Фото.jpg", "фОТ"), Some(0));
        assert_eq!(found("文件名字", "名字"), Some(2));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for (text, needle) in [("", "a"), ("ab", "abc"), ("a-b", "ab"), ("plain", "é文")] {
            assert_eq!(found(text, needle), None, "{text} {needle}");
        }
        assert_eq!(Needle::new(""), None);
        assert_eq!(Needle::new("\u{301}"), None);
    }

    #[test]
    fn one_needle_begins_another() {
        let needle = |text| Needle::new(text).unwrap();
        assert!(needle("abc文").starts_with(&needle("AB")));
        assert!(!needle("ab").starts_with(&needle("abc")));
        assert!(needle("xabc").contains(&needle("bc")));
        assert!(!needle("xabc").contains(&needle("文")));
    }
}
