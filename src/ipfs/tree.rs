//! Directories: files under their names, to dag-pb nodes from the bottom up.

use std::collections::BTreeMap;

use super::block::Block;
use super::dag_pb::{DIRECTORY_DATA, Link, Node};
use super::file::FileRoot;
use super::names::{FilePath, shown};

/// Bytes of names and CIDs above which the reference implementation shards a directory over several
/// blocks, which is not done here yet.
const MAX_ENTRIES_BYTES: usize = 262_144;

/// Bytes of a CID of version 1 with a SHA-256 inside: version, codec, code, length, digest.
const CID_BYTES: usize = 36;

/// A directory under way.
#[derive(Debug, Default)]
pub struct Tree {
    entries: BTreeMap<String, Child>,
    entries_bytes: usize,
}

#[derive(Debug)]
enum Child {
    File(FileRoot),
    Directory(Tree),
}

/// What a finished directory comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryNode {
    /// The directory's block.
    pub block: Block,
    /// Bytes of the files below, each counted as often as it is named.
    pub size: u64,
    /// Bytes of all blocks below, this one included.
    pub tsize: u64,
    /// Its entries, ordered by the bytes of their names.
    pub entries: Vec<Entry>,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Without any `/`.
    pub name: String,
    /// What it names.
    pub block: Block,
    /// Bytes of content below.
    pub size: u64,
    /// Bytes of all blocks below.
    pub tsize: u64,
    /// Whether it is a directory.
    pub is_dir: bool,
}

impl Tree {
    /// Puts a file under its name.
    ///
    /// The error is a sentence: the name is taken, by a file or by a directory, or its directory
    /// has more entries than one block holds.
    pub fn insert(&mut self, path: &FilePath, file: FileRoot) -> Result<(), String> {
        let mut place = self;
        let mut segments = path.segments().peekable();
        while let Some(segment) = segments.next() {
            if !place.entries.contains_key(segment) {
                place.entries_bytes += segment.len() + CID_BYTES;
                if place.entries_bytes > MAX_ENTRIES_BYTES {
                    return Err(format!(
                        "the directory of {} has too many entries for one block ({}); \
                         spread them over subdirectories",
                        shown(path.as_str()),
                        place.entries.len() + 1
                    ));
                }
            }
            if segments.peek().is_none() {
                return match place.entries.insert(segment.to_owned(), Child::File(file)) {
                    None => Ok(()),
                    Some(_) => Err(format!("the name {} is there twice", shown(path.as_str()))),
                };
            }
            let child = place
                .entries
                .entry(segment.to_owned())
                .or_insert_with(|| Child::Directory(Self::default()));
            match child {
                Child::Directory(tree) => place = tree,
                Child::File(_) => {
                    return Err(format!(
                        "{} is in a directory whose name a file has too",
                        shown(path.as_str())
                    ));
                }
            }
        }
        Ok(())
    }

    /// The directory that an upload of these names is: the one that all lie in, or, where all are
    /// plain, the one around them.
    ///
    /// The error is a sentence: plain names and directories are mixed, or there are several
    /// directories.
    pub fn into_root(self) -> Result<Self, String> {
        let directories = self
            .entries
            .values()
            .filter(|child| matches!(child, Child::Directory(_)))
            .count();
        if directories == 0 {
            return Ok(self);
        }
        if self.entries.len() > 1 {
            return Err(
                "the files are not all in one directory; upload one directory, or files without any"
                    .to_owned(),
            );
        }
        match self.entries.into_values().next() {
            Some(Child::Directory(tree)) => Ok(tree),
            _ => Err("there is no directory".to_owned()),
        }
    }

    /// Builds the nodes from the bottom up, hands each one that is not the root to `made`, and
    /// gives the root.
    pub fn finish<E>(
        self,
        mut made: impl FnMut(DirectoryNode) -> Result<(), E>,
    ) -> Result<DirectoryNode, E> {
        self.finish_with(&mut made)
    }

    fn finish_with<E>(
        self,
        made: &mut impl FnMut(DirectoryNode) -> Result<(), E>,
    ) -> Result<DirectoryNode, E> {
        let mut node = Node::default();
        let mut entries = Vec::with_capacity(self.entries.len());
        let mut total = 0_u64;
        for (name, child) in self.entries {
            let (block, size, tsize, is_dir) = match child {
                Child::File(file) => (file.block, file.size, file.tsize, false),
                Child::Directory(tree) => {
                    let directory = tree.finish_with(made)?;
                    let told = (directory.block, directory.size, directory.tsize, true);
                    made(directory)?;
                    told
                }
            };
            node.push(Link {
                name: &name,
                block,
                tsize,
            });
            total = total.saturating_add(size);
            entries.push(Entry {
                name,
                block,
                size,
                tsize,
                is_dir,
            });
        }
        let (block, tsize) = node.finish(&DIRECTORY_DATA);
        Ok(DirectoryNode {
            block,
            size: total,
            tsize,
            entries,
        })
    }
}
