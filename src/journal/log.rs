//! All changes made from here, of all profiles and services, the last one first.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::place::files_in;
use super::read::{Batch, Items, Newest};

/// The changes that the journals of a directory tell of. They are read as they are asked for.
pub struct ChangeLog {
    directory: PathBuf,
    journals: Vec<Journaled>,
}

/// One journal, with its batch that comes next.
struct Journaled {
    newest: Newest,
    next: Option<Batch>,
}

/// One change, without its items.
#[derive(Debug)]
pub struct Logged {
    /// The batch.
    pub batch: Batch,
    journal: usize,
}

impl ChangeLog {
    /// Begins with the last change. A directory that is not there has none.
    pub fn open(directory: &Path) -> anyhow::Result<Self> {
        let open = || {
            let mut journals = Vec::new();
            for file in files_in(directory)? {
                if let Some(mut newest) = Newest::open(&file)? {
                    let next = newest.next()?;
                    journals.push(Journaled { newest, next });
                }
            }
            Ok(journals)
        };
        Ok(Self {
            journals: told(directory, open())?,
            directory: directory.to_owned(),
        })
    }

    /// The change before the one that was given last.
    pub fn next_change(&mut self) -> anyhow::Result<Option<Logged>> {
        let waiting = self.journals.iter().enumerate();
        let newest = waiting
            .filter_map(|(index, journal)| Some((journal.next.as_ref()?.time, index)))
            .max();
        let Some((_, journal)) = newest else {
            return Ok(None);
        };
        let Journaled { newest, next } = &mut self.journals[journal];
        let after = told(&self.directory, newest.next())?;
        let batch = std::mem::replace(next, after);
        Ok(batch.map(|batch| Logged { batch, journal }))
    }

    /// Gives the items of a change, some at a time, in the order in which they were written.
    pub fn items(
        &self,
        logged: &Logged,
        each: impl FnMut(Items) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let journal = &self.journals[logged.journal];
        journal.newest.items(&logged.batch, each)
    }

    /// Lines that could not be read; known once all changes were given.
    pub fn unreadable(&self) -> usize {
        let journals = self.journals.iter();
        journals.map(|journal| journal.newest.unreadable).sum()
    }
}

fn told<T>(directory: &Path, read: io::Result<T>) -> anyhow::Result<T> {
    read.with_context(|| format!("can't read the change journals in {}", directory.display()))
}
