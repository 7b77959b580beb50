//! The key pair of a pinning service: where it comes from, and how it stays out of sight.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A key pair. Its `Debug` output names neither key, and its memory is wiped when it is dropped.
#[derive(Clone, Debug)]
pub struct Credentials {
    key: SecretString,
    secret: SecretString,
}

impl Credentials {
    /// The pair of these two texts, which must be fit to travel in an HTTP header.
    ///
    /// The error says what is wrong without showing any of the text.
    pub fn new(key: &str, secret: &str) -> anyhow::Result<Self> {
        for (name, text) in [("API key", key), ("secret key", secret)] {
            if text.is_empty() {
                bail!("the {name} is empty");
            }
            if !text.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
                bail!("the {name} holds a space or a character that no key has");
            }
        }
        Ok(Self {
            key: key.into(),
            secret: secret.into(),
        })
    }

    /// A new random pair.
    pub fn random() -> Self {
        let random = || Uuid::new_v4().simple().to_string();
        Self {
            key: random().into(),
            secret: format!("{}{}", random(), random()).into(),
        }
    }

    /// Tells one key from another without telling the key: a few digits of its hash.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(self.expose_key().as_bytes());
        let digits = hash.iter().take(4);
        let digits = digits.fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        format!("{digits:08x}")
    }

    /// The value of the header `pinning_api_key`, for the one place that sends it.
    pub fn expose_key(&self) -> &str {
        self.key.expose_secret()
    }

    /// The value of the header `pinning_secret_key`, for the one place that sends it.
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The pair kept in `directory`, made and kept (mode 0600) where there is none.
    ///
    /// Safe when several processes ask at once: all get the same pair.
    pub fn load_or_create(directory: &Path) -> anyhow::Result<Self> {
        let path = file_in(directory);
        if let Some(found) = Self::load(directory)? {
            return Ok(found);
        }
        fs::create_dir_all(directory)
            .with_context(|| format!("can't make the directory {}", directory.display()))?;
        let made = Self::random();
        let mut file = tempfile::Builder::new()
            .prefix(".credentials")
            .tempfile_in(directory)
            .with_context(|| format!("can't write in {}", directory.display()))?;
        writeln!(
            file,
            "key = \"{}\"\nsecret = \"{}\"",
            made.expose_key(),
            made.expose_secret()
        )?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(made),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
                Self::load(directory)?.context("the keys were there and went away")
            }
            Err(error) => {
                Err(error.error).with_context(|| format!("can't write {}", path.display()))
            }
        }
    }

    /// The pair kept in `directory`, where there is one.
    pub fn load(directory: &Path) -> anyhow::Result<Option<Self>> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Kept {
            key: String,
            secret: String,
        }
        let path = file_in(directory);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("can't read {}", path.display()));
            }
        };
        // The parser's own message would quote the line, and with it a key.
        let kept: Kept = toml::from_str(&text)
            .ok()
            .with_context(|| format!("{} does not hold a key and a secret", path.display()))?;
        Self::new(&kept.key, &kept.secret)
            .with_context(|| format!("in {}", path.display()))
            .map(Some)
    }
}

fn file_in(directory: &Path) -> PathBuf {
    directory.join("credentials.toml")
}

/// Opens `path` for appending, readable by this user alone.
pub fn open_private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_key() {
        let pair = Credentials::new("KEY-TEXT", "SECRET-TEXT").unwrap();
        let debug = format!("{pair:?}");
        assert!(
            !debug.contains("KEY-TEXT") && !debug.contains("SECRET-TEXT"),
            "{debug}"
        );
    }

    #[test]
    fn keys_are_made_once_and_kept_for_this_user_alone() {
        let directory = tempfile::tempdir().unwrap();
        let made = Credentials::load_or_create(directory.path()).unwrap();
        let again = Credentials::load_or_create(directory.path()).unwrap();
        assert_eq!(made.expose_key(), again.expose_key());
        assert_eq!(made.expose_secret(), again.expose_secret());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let permissions = fs::metadata(file_in(directory.path()))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(permissions & 0o777, 0o600);
        }
    }

    #[test]
    fn a_spoiled_file_is_an_error_that_quotes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(file_in(directory.path()), "key = \"TOP-SECRET").unwrap();
        let error = format!("{:#}", Credentials::load(directory.path()).unwrap_err());
        assert!(!error.contains("TOP-SECRET"), "{error}");
        assert!(Credentials::new("with\nbreak", "x").is_err());
    }
}
