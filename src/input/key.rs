//! One key press, written as people write it: `ctrl-d`, `G`, `space`, `pgdn`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers. Shift is part of the character and never a modifier of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Names of keys that are no character: how each is written, and how each is shown.
const NAMES: &[(KeyCode, &str, &str)] = &[
    (KeyCode::Char(' '), "space", "space"),
    (KeyCode::Down, "down", "↓"),
    (KeyCode::Up, "up", "↑"),
    (KeyCode::Left, "left", "←"),
    (KeyCode::Right, "right", "→"),
    (KeyCode::PageDown, "pgdn", "PgDn"),
    (KeyCode::PageUp, "pgup", "PgUp"),
    (KeyCode::Home, "home", "Home"),
    (KeyCode::End, "end", "End"),
    (KeyCode::Enter, "enter", "enter"),
    (KeyCode::Esc, "esc", "esc"),
    (KeyCode::Tab, "tab", "tab"),
    (KeyCode::BackTab, "backtab", "shift-tab"),
    (KeyCode::Backspace, "backspace", "backspace"),
    (KeyCode::Delete, "delete", "delete"),
];

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let code = match event.code {
            // A terminal may report ctrl-D for ctrl-d.
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(c.to_ascii_lowercase())
            }
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        if code == KeyCode::BackTab {
            modifiers = KeyModifiers::NONE;
        }
        Self { code, modifiers }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        for (prefix, modifier) in [
            ("ctrl-", KeyModifiers::CONTROL),
            ("alt-", KeyModifiers::ALT),
        ] {
            if let Some(after) = rest.strip_prefix(prefix) {
                rest = after;
                modifiers |= modifier;
            }
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && c != ' ' => KeyCode::Char(c),
            _ => {
                NAMES
                    .iter()
                    .find(|(_, name, _)| *name == rest)
                    .ok_or_else(|| format!("'{text}' is not a key"))?
                    .0
            }
        };
        Ok(Self { code, modifiers })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("alt-")?;
        }
        match NAMES.iter().find(|(code, ..)| *code == self.code) {
            Some((_, _, shown)) => f.write_str(shown),
            None => write!(f, "{}", self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_keys_are_the_pressed_ones() {
        let press = |code, modifiers| Key::from(KeyEvent::new(code, modifiers));
        for (text, key) in [
            ("j", press(KeyCode::Char('j'), KeyModifiers::NONE)),
            ("G", press(KeyCode::Char('G'), KeyModifiers::SHIFT)),
            ("ctrl-d", press(KeyCode::Char('D'), KeyModifiers::CONTROL)),
            ("space", press(KeyCode::Char(' '), KeyModifiers::NONE)),
            ("backtab", press(KeyCode::BackTab, KeyModifiers::SHIFT)),
            ("-", press(KeyCode::Char('-'), KeyModifiers::NONE)),
            ("delete", press(KeyCode::Delete, KeyModifiers::NONE)),
        ] {
            assert_eq!(text.parse::<Key>().unwrap(), key, "{text}");
        }
        assert!("super-x".parse::<Key>().is_err());
        assert!("".parse::<Key>().is_err());
        assert_eq!("pgdn".parse::<Key>().unwrap().to_string(), "PgDn");
    }
}
