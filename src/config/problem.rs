//! Wrong usage or wrong settings: what ends the program with exit code 2.

/// Something that the person who typed the command or wrote the settings has to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    /// What is wrong, one line.
    pub message: String,
    /// What to do about it, where there is more to say.
    pub hint: Option<String>,
}

impl UsageError {
    /// A mistake whose message says all.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// A mistake with a way out.
    pub fn with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}
