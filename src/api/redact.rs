//! Text from the network made fit for a message: without keys, harmless, one short line.

use crate::credentials::Credentials;
use crate::domain::text;

/// Columns that a message may take.
const LONGEST: usize = 300;

/// Keeps the keys out of what services say. A service may echo what it was sent.
#[derive(Clone, Debug)]
pub(super) struct Redactor(Credentials);

impl Redactor {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self(credentials)
    }

    /// One line for a message: no keys, no control characters, at most 300 columns.
    pub(super) fn line(&self, text: &str) -> String {
        let text = self.hide(text.trim());
        // Scrubbing takes out characters of no width, which may have parted a key.
        let text = self.hide(&text::scrub(&text));
        text::truncate(&text, LONGEST).into_owned()
    }

    /// The text with every key in it starred out, also where it was escaped for JSON or a URL or
    /// written in other cases, as happens to a host name.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for key in [self.0.expose_secret(), self.0.expose_key()] {
            for form in [key.to_owned(), key.replace('/', "\\/"), percent(key)] {
                // A key of one or two letters would star out half of any sentence.
                if form.len() > 2 {
                    text = without(text, &form);
                }
            }
        }
        text
    }
}

fn without(text: String, key: &str) -> String {
    // Lower case in ASCII leaves every byte in its place.
    let (lower, key) = (text.to_ascii_lowercase(), key.to_ascii_lowercase());
    let mut out = String::new();
    let mut from = 0;
    for (at, found) in lower.match_indices(&key) {
        out.push_str(&text[from..at]);
        out.push_str("***");
        from = at + found.len();
    }
    if from == 0 {
        return text;
    }
    out.push_str(&text[from..]);
    out
}

fn percent(key: &str) -> String {
    use std::fmt::Write as _;
    key.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_pass_however_they_are_written() {
        let redactor = Redactor::new(Credentials::new("KEY/abc+1==", "SECRET/xyz").unwrap());
        for text in [
            "bad key KEY/abc+1== for you",
            "bad key KEY\\/abc+1== for you",
            "?k=KEY%2Fabc%2B1%3D%3D",
            "http://key%2fabc%2b1%3d%3d:x@host",
            "KEY/\u{200b}abc+1==",
            "a SECRET/xyz b",
        ] {
            let line = redactor.line(text);
            assert!(line.contains("***"), "{line}");
            assert!(!line.contains("abc") && !line.contains("xyz"), "{line}");
        }
    }

    #[test]
    fn a_message_is_one_short_harmless_line() {
        let redactor = Redactor::new(Credentials::random());
        let line = redactor.line(&format!("\n\x1b[31mred\r\n{}", "x".repeat(5000)));
        assert!(line.starts_with("␛[31mred␍␊"), "{line}");
        assert!(text::width(&line) <= LONGEST);
    }
}
