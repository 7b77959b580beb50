//! What the process was started with: its environment and its standard directories, as one value.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::UsageError;

/// The environment, read once. Nothing below looks at the real one, so that tests with different
/// settings run side by side.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, OsString>,
    /// The directory above `lazypin/config.toml`, where the system has one.
    pub config_home: Option<PathBuf>,
    /// The directory above `lazypin/`, where data is kept.
    pub data_home: Option<PathBuf>,
    /// The directory above `lazypin/`, where what was done is kept; systems other than Unix have
    /// none.
    pub state_home: Option<PathBuf>,
    /// The directory above `lazypin/`, where what can be had again is kept.
    pub cache_home: Option<PathBuf>,
}

/// The variables that are read; others are never looked at.
const NAMES: [&str; 10] = [
    "PINNING_API_KEY",
    "PINNING_SECRET_KEY",
    "LAZYPIN_API_URL",
    "LAZYPIN_PROFILE",
    "LAZYPIN_CONFIG",
    "LAZYPIN_DATA_DIR",
    "LAZYPIN_READ_ONLY",
    "LAZYPIN_LOG",
    "NO_COLOR",
    "TERM",
];

impl Environment {
    /// The environment of this process, with the XDG directories (those of the platform on
    /// Windows).
    pub fn of_process() -> Self {
        let homes = etcetera::choose_base_strategy().ok();
        Self {
            variables: NAMES
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), std::env::var_os(name)?)))
                .collect(),
            config_home: homes.as_ref().map(BaseStrategy::config_dir),
            data_home: homes.as_ref().map(BaseStrategy::data_dir),
            state_home: homes.as_ref().and_then(BaseStrategy::state_dir),
            cache_home: homes.as_ref().map(BaseStrategy::cache_dir),
        }
    }

    /// An environment with these variables alone.
    pub fn with<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
            ..Self::default()
        }
    }

    /// The variable's text; an empty one counts as not set.
    pub fn text(&self, name: &str) -> Result<Option<&str>, UsageError> {
        match self.variables.get(name).filter(|value| !value.is_empty()) {
            None => Ok(None),
            // The value may be a key: name the variable, show nothing of it.
            Some(value) => value
                .to_str()
                .map(Some)
                .ok_or_else(|| UsageError::new(format!("environment: {name} is not UTF-8 text"))),
        }
    }

    /// The variable as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then(|| value.into())
    }

    /// The variable as a yes or no.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, UsageError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(Some(true)),
            "0" | "false" | "no" | "off" => Ok(Some(false)),
            _ => Err(UsageError::new(format!(
                "environment: {name} is neither yes nor no; use 1 or 0"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_people_write_them() {
        let environment =
            Environment::with([("A", "1"), ("B", "False"), ("C", ""), ("D", "maybe")]);
        assert_eq!(environment.flag("A"), Ok(Some(true)));
        assert_eq!(environment.flag("B"), Ok(Some(false)));
        assert_eq!(environment.flag("C"), Ok(None));
        assert_eq!(environment.flag("E"), Ok(None));
        let error = environment.flag("D").unwrap_err().to_string();
        assert!(error.contains('D') && !error.contains("maybe"), "{error}");
    }
}
