//! JSON that is safe to show on a terminal.

use std::fmt::Write as _;

use serde::Serialize;

/// JSON on one line that no terminal obeys: characters that could steer one or hide in it are
/// written as escapes, which mean the same to whoever reads the JSON.
pub fn json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(escape(serde_json::to_string(value)?))
}

/// The same, spread over lines.
pub fn pretty_json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(escape(serde_json::to_string_pretty(value)?))
}

/// In JSON such characters stand inside strings only, so they can be replaced anywhere.
fn escape(json: String) -> String {
    if !json.chars().any(is_hidden) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn json_steers_no_terminal_and_says_the_same() {
        let evil = "\u{1b}[2J\u{9b}31m\u{202e}\u{e0041}\u{7f}\u{2028}é";
        let text = json(&evil).unwrap();
        assert!(!text.chars().any(|c| c.is_control() || is_hidden(c)));
        assert!(text.contains('é'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), evil);
    }
}
