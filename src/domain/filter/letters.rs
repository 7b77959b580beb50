//! Which characters stand in a text, in one number: most texts are ruled out without being read.

use super::fold::fold;

/// A set of folded characters, as far as 64 bits tell them apart. What a text holds beyond them is
/// not told, so that a set rules out and never proves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Letters(u64);

impl Letters {
    /// Any character.
    pub const ANY: Self = Self(u64::MAX);

    /// Those of this text.
    pub fn of(text: &str) -> Self {
        Self(if text.is_ascii() {
            text.bytes().fold(0, |bits, byte| bits | ascii(byte))
        } else {
            fold(text).fold(0, |bits, c| bits | bit(c))
        })
    }

    /// These and those.
    #[must_use]
    pub fn and(self, those: Self) -> Self {
        Self(self.0 | those.0)
    }

    /// Whether a text of these characters may hold one of those, all of them.
    #[inline]
    pub fn hold(self, those: Self) -> bool {
        those.0 & !self.0 == 0
    }
}

fn bit(c: char) -> u64 {
    u8::try_from(c)
        .ok()
        .filter(u8::is_ascii)
        .map_or_else(|| 1 << (u32::from(c) % 64), ascii)
}

/// Letters without case, digits and most signs have a bit of their own.
fn ascii(byte: u8) -> u64 {
    let upper = if byte < 0x60 { byte } else { byte - 0x20 };
    1 << (upper.wrapping_sub(0x20) % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_holds_its_parts_whatever_their_case_and_accents() {
        for (text, part) in [
            ("Report-2024.PDF", "report"),
            ("Résumé", "resume"),
            ("resume", "RÉSUMÉ"),
            ("ΛΌΓΟΣ 名字", "λόγος"),
            ("a", ""),
        ] {
            assert!(Letters::of(text).hold(Letters::of(part)), "{text} {part}");
        }
    }

    #[test]
    fn what_lacks_a_character_is_ruled_out() {
        for (text, part) in [("report", "z"), ("a_b", "a-b"), ("1234", "5"), ("", "a")] {
            assert!(!Letters::of(text).hold(Letters::of(part)), "{text} {part}");
        }
        assert!(Letters::ANY.hold(Letters::of("anything, 文")));
    }
}
