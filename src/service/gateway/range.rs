//! The `Range` header (RFC 9110, section 14): one range of bytes, or the whole.

use axum::http::HeaderValue;

/// What a client is to get of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// All of it: no range was asked for, several were, or what was asked is no range.
    Whole,
    /// `length` bytes, at least one, from `start`.
    Part {
        /// The first byte.
        start: u64,
        /// How many.
        length: u64,
    },
    /// Nothing of what was asked for is there.
    Unsatisfiable,
}

impl Range {
    /// What this header asks for of a file of `size` bytes.
    pub(super) fn of(header: Option<&HeaderValue>, size: u64) -> Self {
        header
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.trim().strip_prefix("bytes="))
            .and_then(|text| text.trim().split_once('-'))
            .and_then(|(first, last)| Self::between(first, last, size))
            .unwrap_or(Self::Whole)
    }

    fn between(first: &str, last: &str, size: u64) -> Option<Self> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // A number too large for us is larger than any file.
            digits.then(|| text.parse().unwrap_or(u64::MAX))
        };
        let (start, end) = if first.is_empty() {
            let suffix: u64 = number(last)?;
            if suffix == 0 {
                return Some(Self::Unsatisfiable);
            }
            (size.saturating_sub(suffix), size)
        } else {
            let start: u64 = number(first)?;
            let end = match last {
                "" => size,
                last => {
                    let last: u64 = number(last)?;
                    if last < start {
                        return None;
                    }
                    last.saturating_add(1).min(size)
                }
            };
            (start, end)
        };
        if start >= end {
            return Some(Self::Unsatisfiable);
        }
        Some(Self::Part {
            start,
            length: end - start,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, size: u64) -> Range {
        Range::of(Some(&HeaderValue::from_str(text).unwrap()), size)
    }

    #[test]
    fn one_range_is_given_and_odd_ones_give_the_whole() {
        let part = |start, length| Range::Part { start, length };
        for (text, expected) in [
            ("bytes=0-0", part(0, 1)),
            ("bytes=2-5", part(2, 4)),
            ("bytes=2-", part(2, 8)),
            ("bytes=-3", part(7, 3)),
            ("bytes=-30", part(0, 10)),
            ("bytes=5-99999999999999999999999", part(5, 5)),
            ("bytes=10-", Range::Unsatisfiable),
            ("bytes=10-12", Range::Unsatisfiable),
            ("bytes=-0", Range::Unsatisfiable),
            ("bytes=5-2", Range::Whole),
            ("bytes=a-b", Range::Whole),
            ("bytes=0-1,3-4", Range::Whole),
            ("bytes=-", Range::Whole),
            ("lines=0-1", Range::Whole),
        ] {
            assert_eq!(of(text, 10), expected, "{text}");
        }
        assert_eq!(of("bytes=0-", 0), Range::Unsatisfiable);
        assert_eq!(Range::of(None, 0), Range::Whole);
    }

    proptest::proptest! {
        #[test]
        fn a_part_always_lies_within(first: u64, last: u64, size in 0..5000_u64) {
            if let Range::Part { start, length } = of(&format!("bytes={first}-{last}"), size) {
                proptest::prop_assert!(length > 0 && start + length <= size);
            }
        }
    }
}
