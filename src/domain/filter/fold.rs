//! Texts as they are compared: without case and without accents.
//!
//! nucleo's own way from `str` to characters is not used: it takes a text of accented characters for
//! ASCII, and in some of its paths it folds a final sigma and in others it does not. What is folded
//! here beforehand it leaves as it is.

use nucleo_matcher::{Utf32Str, chars};

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

/// Where a lower-case ASCII needle stands in a text for the first time, case ignored.
pub(super) fn find_ascii(text: &[u8], needle: &[u8]) -> Option<usize> {
    let last = text.len().checked_sub(needle.len())?;
    let first = *needle.first()?;
    if let Some(second) = needle.get(1)
        && !has_pair(text, [first, *second])
    {
        return None;
    }
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), &text[..=last])
        .find(|at| text[*at..*at + needle.len()].eq_ignore_ascii_case(needle))
}

/// The bit in which ASCII letters differ by case. Setting it makes some signs equal too, so that
/// what is found with it is only likely.
const CASE: u8 = 0x20;

/// Bytes that are compared at once.
const BLOCK: usize = 16;

/// Whether two neighbours are likely to be this pair, case ignored. Blocks of a fixed size without
/// branches become vector code: most CIDs and ids are ruled out in a third of the time.
fn has_pair(text: &[u8], pair: [u8; 2]) -> bool {
    let pair = pair.map(|byte| byte | CASE);
    let found = |firsts: &[u8], seconds: &[u8]| {
        let unlike =
            |(first, second): (&u8, &u8)| ((first | CASE) ^ pair[0]) | ((second | CASE) ^ pair[1]);
        let least = firsts.iter().zip(seconds).map(unlike);
        least.fold(u8::MAX, u8::min) == 0
    };
    let Some(seconds) = text.get(1..) else {
        return false;
    };
    let firsts = &text[..seconds.len()];
    let (Some(last_firsts), Some(last_seconds)) =
        (firsts.last_chunk::<BLOCK>(), seconds.last_chunk::<BLOCK>())
    else {
        return found(firsts, seconds);
    };
    // The last block overlaps the one before rather than being shorter.
    let (firsts, _) = firsts.as_chunks::<BLOCK>();
    let (seconds, _) = seconds.as_chunks::<BLOCK>();
    firsts
        .iter()
        .zip(seconds)
        .any(|(firsts, seconds)| found(firsts, seconds))
        || found(last_firsts, last_seconds)
}

/// Bytes of a field that are looked through. No name is longer, and a service that sends megabytes
/// must not make each keystroke slow.
const MAX_FIELD: usize = 64 * 1024;

/// A field's text made ready to be looked through; ASCII, which most texts are, stays where it is.
pub(super) fn view<'a>(text: &'a str, buffer: &'a mut Vec<char>) -> Utf32Str<'a> {
    let text = &text[..text.floor_char_boundary(MAX_FIELD)];
    if text.is_ascii() {
        return Utf32Str::Ascii(text.as_bytes());
    }
    buffer.clear();
    buffer.extend(fold(text));
    Utf32Str::Unicode(buffer)
}

/// The characters of a text as they are compared.
pub(super) fn fold(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter_map(fold_char)
}

/// One character as it is compared; `None` for an accent that stands alone, as macOS writes them.
pub(super) fn fold_char(c: char) -> Option<char> {
    match c {
        _ if c.is_ascii() => Some(c.to_ascii_lowercase()),
        '\u{300}'..='\u{36f}' => None,
        // The table of accents has some letters in one case only.
        _ => Some(chars::to_lower_case(chars::normalize(
            chars::to_lower_case(c),
        ))),
    }
}

#[cfg(test)]
mod tests {
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
    fn a_pair_is_found_at_every_place() {
        for length in 2..70 {
            for at in 0..length - 1 {
                let mut text = vec![b'.'; length];
                text[at..at + 2].copy_from_slice(b"xY");
                assert!(has_pair(&text, *b"xy"), "{at} of {length}");
                assert_eq!(find_ascii(&text, b"xy"), Some(at));
                text[at] = b'y';
                assert!(!has_pair(&text, *b"xy"), "{at} of {length}");
            }
        }
        assert!(!has_pair(b"", *b"xy") && !has_pair(b"x", *b"xy"));
        assert_eq!(find_ascii(b"}}", b"]]"), None);
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
