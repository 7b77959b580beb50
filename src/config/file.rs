//! `config.toml`: its form, and its mistakes told by file and line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::num::{NonZeroU16, NonZeroU32};
use std::path::Path;

use serde::Deserialize;

use super::UsageError;
use crate::domain::{Rule, SavedView};

/// The commented default settings, as a file to start from.
pub const DEFAULT_TEXT: &str = include_str!("../../assets/config.toml");

/// More than any settings file holds, so that a wrong path can't fill the memory.
const LARGEST: u64 = 1 << 20;

/// What `config.toml` may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigFile {
    /// The profile used where none is named.
    pub default_profile: Option<String>,
    /// What no bulk unpin touches, under any profile.
    pub protect: Vec<Rule>,
    /// Views by name.
    pub views: BTreeMap<String, SavedView>,
    /// Services by name.
    pub profiles: BTreeMap<String, Profile>,
    /// The terminal UI.
    pub ui: UiSettings,
}

/// One service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The API's address.
    pub api_url: Option<String>,
    /// Where content is fetched, up to and without `/ipfs/`.
    pub gateway: Option<String>,
    /// Calls a minute at the most.
    pub rate_limit: Option<NonZeroU32>,
    /// Refuse every change.
    pub read_only: Option<bool>,
    /// What no bulk unpin touches here, besides what is protected under any profile.
    pub protect: Vec<Rule>,
}

/// How the terminal UI looks and behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UiSettings {
    /// Colours.
    pub theme: Theme,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// Rows on a page at the most; as many as the window shows where there is none.
    pub page_size: Option<NonZeroU16>,
}

/// The colours of the terminal UI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// The terminal's own palette.
    #[default]
    Terminal,
    /// Bold, dim and reverse alone.
    Mono,
}

impl ConfigFile {
    /// Reads the file. A missing one is an error only where it `must_exist`.
    pub fn read(path: &Path, must_exist: bool) -> Result<Self, UsageError> {
        let wrong = |why: String| UsageError::new(format!("config: {}: {why}", path.display()));
        let mut text = String::new();
        match File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text)) {
            Ok(_) if text.len() as u64 > LARGEST => Err(wrong("larger than 1 MiB".to_owned())),
            Ok(_) => Self::parse(&text, path),
            Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => Ok(Self::default()),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                Err(wrong("not UTF-8 text".to_owned()))
            }
            Err(error) => Err(wrong(format!("can't read it: {error}"))),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, UsageError> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.split('\n').count());
            UsageError::new(format!(
                "config: {}:{line}: {}",
                path.display(),
                explain(error.message())
            ))
        })
    }
}

/// The parser's words as one sentence for the person who wrote the file.
fn explain(message: &str) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(unknown) = message.strip_prefix("unknown field `") else {
        return message;
    };
    let (name, rest) = unknown.split_once('`').unwrap_or((unknown, ""));
    if is_key_name(name) {
        return format!(
            "'{name}' does not belong here: keys come from PINNING_API_KEY and PINNING_SECRET_KEY"
        );
    }
    let known = rest
        .trim_start_matches(", expected ")
        .trim_start_matches("one of ")
        .replace('`', "");
    format!("unknown name '{name}'; known names are {known}")
}

fn is_key_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "secret", "token", "jwt", "password", "credential"]
        .iter()
        .any(|word| name.contains(word))
        // `keymap` and `keys` are about the keyboard.
        && !matches!(name.as_str(), "keymap" | "keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        ConfigFile::parse(text, Path::new("c.toml"))
            .unwrap_err()
            .message
    }

    #[test]
    fn the_default_file_says_what_the_defaults_are() {
        let parsed = ConfigFile::parse(DEFAULT_TEXT, Path::new("config.toml")).unwrap();
        assert_eq!(parsed, ConfigFile::default());
        // Its commented lines must be right too once somebody uncomments them.
        let uncommented: String = DEFAULT_TEXT
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") || setting.starts_with('[') => setting,
                _ => line,
            })
            .fold(String::new(), |text, line| text + line + "\n");
        let parsed = ConfigFile::parse(&uncommented, Path::new("config.toml")).unwrap();
        assert_eq!(parsed.default_profile.as_deref(), Some("default"));
        let profile = &parsed.profiles["default"];
        assert!(profile.api_url.is_some() && profile.gateway.is_some());
        assert!(profile.rate_limit.is_some() && profile.read_only == Some(false));
        assert!(parsed.ui.page_size.is_some());
        assert!(parsed.protect.len() > 1);
        assert!(parsed.views.len() > 1 && parsed.views.values().any(|view| view.sort.is_some()));
    }

    #[test]
    fn mistakes_are_named_with_file_line_and_the_known_names() {
        assert_eq!(
            mistake("[profiles.a]\napi_url = \"x\"\napi_ur = \"x\"\n"),
            "config: c.toml:3: unknown name 'api_ur'; known names are api_url, gateway, \
             rate_limit, read_only, protect"
        );
        for (text, line, part) in [
            ("\nthem = 1\n", 2, "known names are default_profile"),
            ("[ui]\n\ntheme = \"pink\"\n", 3, "pink"),
            ("[ui]\nmouse = 1", 2, "bool"),
            ("[ui]\npage_size = 0", 2, "nonzero"),
            ("[profiles.a]\nrate_limit = 0", 2, "nonzero"),
            ("[profiles.a]\nrate_limit = -5", 2, "-5"),
            ("a = [\n1,\n", 2, "unclosed"),
            ("[ui]\nmouse = true\nmouse = true", 3, "duplicate"),
            (
                "protect = [\n  \"name:site-*\",\n  \"age<7days\",\n]",
                3,
                "protect 'age<7days': column 5: ",
            ),
            (
                "[profiles.a]\nprotect = [\"dup:yes\"]",
                2,
                "dup: can't protect",
            ),
            (
                "[views.old]\nfilter = \"age>1y\"\n[views.big]\nfilter = \"size>1XB\"",
                4,
                "filter: column",
            ),
            ("[views.a]\nsort = \"colour\"", 2, "created"),
            ("[views.a]\nshow = \"some\"", 2, "unpinned"),
            ("protect = [\"\"]", 1, "would protect every pin"),
            ("protect = \"name:a\"", 1, "sequence"),
        ] {
            let message = mistake(text);
            assert!(
                message.starts_with(&format!("config: c.toml:{line}: ")),
                "{text}: {message}"
            );
            assert!(message.contains(part), "{text}: {message}");
            assert!(!message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn keys_are_refused_and_not_repeated() {
        for text in [
            "[profiles.a]\napi_key = \"TOP-SECRET\"",
            "pinning_secret_key = \"TOP-SECRET\"",
        ] {
            let message = mistake(text);
            assert!(message.contains("PINNING_API_KEY"), "{message}");
            assert!(!message.contains("TOP-SECRET"), "{message}");
        }
    }
}
