//! Text for people: byte counts, times, widths, and outside text made harmless.

use std::borrow::Cow;

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Marks that one base character keeps; more than any script needs, fewer than would fill a screen.
const MARKS_KEPT: usize = 4;

/// Outside text with every character that could move a cursor, change colours, turn the direction
/// of reading or hide itself made visible or left out. One line, whatever came in.
///
/// Control characters become their pictures (`␛`, `␊`), C1 controls, direction marks and
/// line separators become `�`, joiners and variation selectors go, so that each character has the
/// same width in every terminal.
pub fn scrub(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = None;
    for c in text.chars() {
        match c {
            '\u{0}'..='\u{1f}' => {
                out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'));
            }
            '\u{7f}' => out.push('␡'),
            '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            // Zero-width space, joiners, invisible operators, BOM, variation selectors, tags.
            '\u{ad}'
            | '\u{34f}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' => continue,
            _ if c.width() == Some(0) => {
                // A mark with nothing to sit on would sit on our own frame.
                let kept = marks.get_or_insert_with(|| {
                    if out.is_empty() {
                        out.push('◌');
                    }
                    0
                });
                *kept += 1;
                if *kept <= MARKS_KEPT {
                    out.push(c);
                }
                continue;
            }
            _ => out.push(c),
        }
        marks = None;
    }
    Cow::Owned(out)
}

/// Columns that the text takes in a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most `columns`, its end replaced by `…` where it is longer.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut used = 0;
    let mut out = String::new();
    for grapheme in text.graphemes(true) {
        let next = used + width(grapheme);
        if next >= columns {
            break;
        }
        used = next;
        out.push_str(grapheme);
    }
    out.push('…');
    Cow::Owned(out)
}

/// The text in at most `columns`, its middle replaced by `…`: for CIDs and ids, whose start and end
/// tell them apart. Meant for ASCII; other text loses its end instead.
pub fn truncate_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if !text.is_ascii() || text.len() <= columns || columns < 5 {
        return truncate(text, columns);
    }
    let tail = (columns - 1) / 2;
    let head = columns - 1 - tail;
    Cow::Owned(format!("{}…{}", &text[..head], &text[text.len() - tail..]))
}

/// Bytes in units of a thousand with at most one decimal, as in `50.9 kB`. Never wider than 8
/// columns.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut scaled = u128::from(bytes) * 10 / 1000;
    for unit in UNITS {
        // Tenths of the unit: below 100 of it one decimal helps, above it is noise.
        if scaled < 1000 {
            return format!("{}.{} {unit}", scaled / 10, scaled % 10);
        }
        if scaled < 10_000 {
            return format!("{} {unit}", scaled / 10);
        }
        scaled /= 1000;
    }
    format!("{bytes} B")
}

/// Bytes in all. What comes from outside may add up to more than there can be.
pub fn total_bytes(sizes: impl IntoIterator<Item = u64>) -> u64 {
    sizes.into_iter().fold(0, u64::saturating_add)
}

/// A count with its noun, which gets an `s` for all but one.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

/// A large number that can be read: `12,300`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time in UTC to the minute, as in `2023-06-07 03:52`.
pub fn date_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// How long ago in its largest unit, as in `3 days ago`; what lies ahead is `just now`.
pub fn ago(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(time.as_second());
    let (n, noun) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        86_400..2_592_000 => (seconds / 86_400, "day"),
        2_592_000..31_536_000 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    };
    format!(
        "{} ago",
        count(usize::try_from(n).unwrap_or(usize::MAX), noun)
    )
}

/// A length of time in its two largest units, as in `2m 05s`.
pub fn duration(seconds: u64) -> String {
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        let texts = [0, 999, 1000, 12_300, 100_000, 1_000_000].map(grouped);
        assert_eq!(
            texts,
            ["0", "999", "1,000", "12,300", "100,000", "1,000,000"]
        );
    }

    #[test]
    fn nothing_that_steers_a_terminal_survives() {
        assert_eq!(scrub("plain name.txt"), "plain name.txt");
        assert_eq!(scrub("\x1b[31mred\x07\n"), "␛[31mred␇␊");
        assert_eq!(scrub("a\u{9b}31m"), "a\u{fffd}31m");
        assert_eq!(scrub("evil\u{202e}txt.exe"), "evil\u{fffd}txt.exe");
        assert_eq!(scrub("👩\u{200d}💻"), "👩💻");
        assert_eq!(scrub("\u{301}x"), "◌\u{301}x");
        assert_eq!(scrub("héllo שלום 文件"), "héllo שלום 文件");
        let zalgo = format!("a{}b", "\u{301}".repeat(500));
        assert_eq!(scrub(&zalgo).chars().count(), 2 + MARKS_KEPT);
    }

    #[test]
    fn truncation_counts_columns_not_bytes() {
        assert_eq!(truncate("文件名字", 8), "文件名字");
        assert_eq!(truncate("文件名字", 7), "文件名…");
        assert_eq!(truncate("文件名字", 6), "文件…");
        assert_eq!(truncate("abc", 1), "…");
        assert_eq!(truncate("abc", 0), "");
        assert_eq!(truncate_middle("bafkreigh2akiscaild", 9), "bafk…aild");
    }

    #[test]
    fn bytes_read_as_people_say_them() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (50_922, "50.9 kB"),
            (99_999, "99.9 kB"),
            (999_999, "999 kB"),
            (1_000_000, "1.0 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(human_bytes(bytes), text);
        }
    }

    #[test]
    fn times_read_as_people_say_them() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let ago = |text: &str| ago(text.parse().unwrap(), now);
        assert_eq!(ago("2026-11-22T11:59:30Z"), "just now");
        assert_eq!(ago("2026-11-22T13:00:00Z"), "just now");
        assert_eq!(ago("2026-11-22T11:58:59Z"), "1 minute ago");
        assert_eq!(ago("2026-11-19T12:00:00Z"), "3 days ago");
        assert_eq!(ago("2023-06-07T03:52:39.331369Z"), "3 years ago");
        assert_eq!(duration(125), "2m 05s");
    }
}
