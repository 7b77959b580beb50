//! Which keys mean which command, read from `assets/keymap.toml`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::{Action, Command, Context, Key};

const DEFAULT: &str = include_str!("../../assets/keymap.toml");

/// The keys of every context.
#[derive(Clone, Debug)]
pub struct Keymap {
    actions: HashMap<(Context, Key), Action>,
    /// In the order of the commands.
    keys: HashMap<(Context, Action), Vec<Key>>,
}

impl Keymap {
    /// The keys that lazypin comes with.
    ///
    /// The file is part of the program and a test reads it; were it broken, there would be no keys.
    pub fn built_in() -> Self {
        Self::parse(DEFAULT).unwrap_or_else(|_| Self {
            actions: HashMap::new(),
            keys: HashMap::new(),
        })
    }

    /// Reads a keymap. Every command of every context needs its keys, each key once in a context.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut keymap = Self {
            actions: HashMap::new(),
            keys: HashMap::new(),
        };
        for context in Context::ALL {
            let section = file
                .get(context.name())
                .ok_or_else(|| format!("no section [{}]", context.name()))?;
            for name in section.keys() {
                if !context.commands().any(|command| command.name == name) {
                    return Err(format!("[{}] knows no '{name}'", context.name()));
                }
            }
            for command in context.commands() {
                let written = section
                    .get(command.name)
                    .ok_or_else(|| format!("[{}] lacks '{}'", context.name(), command.name))?;
                let keys: Vec<Key> = written
                    .iter()
                    .map(|key| key.parse())
                    .collect::<Result<_, _>>()?;
                for key in &keys {
                    if keymap
                        .actions
                        .insert((context, *key), command.action)
                        .is_some()
                    {
                        return Err(format!("[{}] has '{key}' twice", context.name()));
                    }
                }
                keymap.keys.insert((context, command.action), keys);
            }
        }
        Ok(keymap)
    }

    /// What a key means here.
    pub fn action(&self, context: Context, key: Key) -> Option<Action> {
        self.actions.get(&(context, key)).copied()
    }

    /// The keys of an action here, the first one first.
    pub fn keys(&self, context: Context, action: Action) -> &[Key] {
        self.keys.get(&(context, action)).map_or(&[], Vec::as_slice)
    }

    /// The lines of the help for one context: keys, and what they do.
    pub fn help(&self, context: Context) -> Vec<(String, &'static str)> {
        let mut lines: Vec<(String, &'static str)> = Vec::new();
        for Command { action, does, .. } in context.commands() {
            let keys = self
                .keys(context, *action)
                .iter()
                .map(Key::to_string)
                .collect::<Vec<_>>()
                .join(" ");
            match lines.last_mut() {
                Some((before, same)) if same == does => {
                    before.push(' ');
                    before.push_str(&keys);
                }
                _ => lines.push((keys, does)),
            }
        }
        lines
    }

    /// The key table of the README, as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for context in Context::ALL {
            let _ = writeln!(out, "**{}**\n\n| key | does |\n|---|---|", context.title());
            for (keys, does) in self.help(context) {
                let keys = keys
                    .split(' ')
                    .map(|key| format!("`{key}`"))
                    .collect::<Vec<_>>()
                    .join(" ");
                let _ = writeln!(out, "| {keys} | {does} |");
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_keymap_is_whole() {
        let keymap = Keymap::parse(DEFAULT).unwrap();
        let press = |text: &str| keymap.action(Context::List, text.parse().unwrap());
        assert_eq!(press("d"), Some(Action::Unpin));
        assert_eq!(press("delete"), Some(Action::Unpin));
        assert_eq!(press("J"), Some(Action::Jobs));
        assert_eq!(press("K"), None);
        assert_eq!(
            keymap.help(Context::List)[0],
            ("j ↓ k ↑".to_owned(), "move")
        );
    }

    #[test]
    fn a_mistake_in_a_keymap_is_named() {
        for (from, to, named) in [
            ("mark = [\"space\"]", "mark = [\"j\"]", "twice"),
            ("mark = [\"space\"]", "mrak = [\"space\"]", "mrak"),
            ("mark = [\"space\"]", "mark = [\"hyper-x\"]", "hyper-x"),
            ("[menu]", "[menue]", "[menu]"),
        ] {
            let error = Keymap::parse(&DEFAULT.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
