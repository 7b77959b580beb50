//! Texts as they are compared: without case and without accents.
//!
//! nucleo's own way from `str` to characters is not used: it takes a text of accented characters for
//! ASCII, and in some of its paths it folds a final sigma and in others it does not. What is folded
//! here beforehand it leaves as it is.

use nucleo_matcher::{Utf32Str, chars};

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
}
