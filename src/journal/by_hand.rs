//! The pins that a person protected by hand: a line each in a file beside the journal, replaced as
//! a whole, so that a crash leaves the one before it or the one after it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write as _};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::Journal;
use crate::domain::{Account, PinId, UnpinTarget};

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Protected {
    service: String,
    id: PinId,
    /// For people who read the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Journal {
    /// The pins of this profile and service that are protected by hand.
    pub fn protected(&self) -> anyhow::Result<BTreeSet<PinId>> {
        let lines = self.protected_lines();
        Ok(ours(
            &lines.with_context(|| self.can_not("read"))?,
            &self.account,
        ))
    }

    /// Protects these by hand, or lifts that again; gives all that are protected then. Once this is
    /// back, it is on the disk.
    pub fn protect(
        &self,
        pins: &[UnpinTarget],
        protected: bool,
    ) -> anyhow::Result<BTreeSet<PinId>> {
        let written = self.place.locked(|| {
            let mut lines = self.protected_lines()?;
            let named: BTreeSet<&PinId> = pins.iter().map(|pin| &pin.id).collect();
            lines.retain(|line| line.service != self.account.service || !named.contains(&line.id));
            if protected {
                lines.extend(pins.iter().map(|pin| Protected {
                    service: self.account.service.clone(),
                    id: pin.id.clone(),
                    name: pin.name.clone(),
                }));
            }
            self.place
                .replace_locked(&self.place.protected_file(), |file| {
                    let mut text = Vec::new();
                    for line in &lines {
                        serde_json::to_writer(&mut text, line)?;
                        text.push(b'\n');
                    }
                    file.write_all(&text)
                })?;
            Ok(ours(&lines, &self.account))
        });
        written.with_context(|| self.can_not("write"))
    }

    /// A line that can't be read is an error: leaving it out would unprotect a pin.
    fn protected_lines(&self) -> io::Result<Vec<Protected>> {
        let text = match fs::read_to_string(self.place.protected_file()) {
            Ok(text) => text,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        let lines = text.lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| {
                serde_json::from_str(line).map_err(|_| {
                    let why = format!("line {} is not what lazypin writes", index + 1);
                    io::Error::new(ErrorKind::InvalidData, why)
                })
            })
            .collect()
    }

    fn can_not(&self, what: &str) -> String {
        let path = self.place.protected_file();
        format!("can't {what} the protected pins {}", path.display())
    }
}

fn ours(lines: &[Protected], account: &Account) -> BTreeSet<PinId> {
    lines
        .iter()
        .filter(|line| line.service == account.service)
        .map(|line| line.id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn journal(directory: &Path, profile: &str, service: &str) -> Journal {
        let account = Account {
            profile: profile.to_owned(),
            service: service.to_owned(),
        };
        Journal::open(directory, account)
    }

    fn pin(id: &str) -> UnpinTarget {
        UnpinTarget {
            name: Some(format!("the pin\n{id}")),
            ..UnpinTarget::unknown(PinId::from(id))
        }
    }

    fn ids(ids: &[&str]) -> BTreeSet<PinId> {
        ids.iter().map(|id| PinId::from(*id)).collect()
    }

    #[test]
    fn what_is_protected_stays_so_by_profile_and_service() {
        let directory = tempfile::tempdir().unwrap();
        let here = journal(directory.path(), "default", "http://a");
        assert_eq!(here.protected().unwrap(), ids(&[]));
        assert!(!directory.path().join("protected-default.jsonl").exists());
        let after = here.protect(&["x", "y"].map(pin), true).unwrap();
        assert_eq!(after, ids(&["x", "y"]));
        here.protect(&[pin("y")], true).unwrap();
        let elsewhere = journal(directory.path(), "default", "http://b");
        assert_eq!(
            elsewhere.protect(&[pin("x"), pin("z")], true).unwrap(),
            ids(&["x", "z"])
        );
        let after = here.protect(&[pin("x"), pin("not there")], false).unwrap();
        assert_eq!(after, ids(&["y"]));
        let again = journal(directory.path(), "default", "http://b");
        assert_eq!(again.protected().unwrap(), ids(&["x", "z"]));
        let other = journal(directory.path(), "other", "http://b");
        assert_eq!(other.protected().unwrap(), ids(&[]));
    }

    #[test]
    fn a_broken_file_unprotects_nothing_and_is_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let here = journal(directory.path(), "default", "http://a");
        here.protect(&["x", "y"].map(pin), true).unwrap();
        let file = directory.path().join("protected-default.jsonl");
        let mut text = fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 2);
        text.push_str("oops\n");
        fs::write(&file, &text).unwrap();
        let error = format!("{:#}", here.protected().unwrap_err());
        assert!(error.contains("line 3"), "{error}");
        assert!(here.protect(&[pin("x")], false).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let directory = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let here = journal(directory.path(), "default", "http://a");
                scope.spawn(move || {
                    let ids = [format!("{n}-a"), format!("{n}-b")];
                    here.protect(&[pin(&ids[0]), pin(&ids[1])], true).unwrap();
                    here.protect(&[pin(&ids[1])], false).unwrap();
                });
            }
        });
        let here = journal(directory.path(), "default", "http://a");
        assert_eq!(here.protected().unwrap().len(), 8);
    }
}
