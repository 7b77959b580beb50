//! A file's bytes, pushed in any pieces, to the root of its balanced tree.

use sha2::{Digest as _, Sha256};

use super::block::{Block, Codec};
use super::dag_pb::{self, Link, Node};

/// Bytes of a leaf; the last one may be shorter.
pub const CHUNK: usize = 262_144;

/// Links of an inner node.
const WIDTH: usize = 174;

/// What a file comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRoot {
    /// The root block: raw where the file is one chunk, dag-pb where it is more.
    pub block: Block,
    /// Bytes of content.
    pub size: u64,
    /// Bytes of all blocks, inner ones included.
    pub tsize: u64,
}

/// Hashes a file as it passes by. Holds the links of one unfinished node a level (174 of them at
/// the most) and no content.
#[derive(Debug, Default)]
pub struct FileBuilder {
    chunk: Sha256,
    filled: usize,
    /// Unfinished nodes from the leaves up.
    levels: Vec<Vec<FileRoot>>,
}

impl FileBuilder {
    /// Takes the next bytes.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = bytes.len().min(CHUNK - self.filled);
            self.chunk.update(&bytes[..taken]);
            self.filled += taken;
            bytes = &bytes[taken..];
            if self.filled == CHUNK {
                self.end_chunk();
            }
        }
    }

    /// The root. A file without a byte is one empty leaf.
    pub fn finish(mut self) -> FileRoot {
        if self.filled > 0 || self.levels.is_empty() {
            self.end_chunk();
        }
        let mut level = 0;
        loop {
            let links = std::mem::take(&mut self.levels[level]);
            let is_top = level + 1 == self.levels.len();
            match (is_top, links.as_slice()) {
                (true, [root]) => return *root,
                (_, []) => {}
                (_, links) => self.add(level + 1, inner(links)),
            }
            level += 1;
        }
    }

    fn end_chunk(&mut self) {
        let size = self.filled as u64;
        self.filled = 0;
        let leaf = FileRoot {
            block: Block {
                codec: Codec::Raw,
                digest: self.chunk.finalize_reset().into(),
            },
            size,
            tsize: size,
        };
        self.add(0, leaf);
    }

    /// Adds a link at `level`. A full node moves up only when a link comes that has no room in it,
    /// so that a tree never grows a root with one link.
    fn add(&mut self, level: usize, link: FileRoot) {
        if self.levels.len() == level {
            self.levels.push(Vec::new());
        }
        if self.levels[level].len() == WIDTH {
            let full = std::mem::take(&mut self.levels[level]);
            self.add(level + 1, inner(&full));
        }
        self.levels[level].push(link);
    }
}

fn inner(links: &[FileRoot]) -> FileRoot {
    let mut node = Node::default();
    for link in links {
        node.push(Link {
            name: "",
            block: link.block,
            tsize: link.tsize,
        });
    }
    let sizes = links.iter().map(|link| link.size);
    let (block, tsize) = node.finish(&dag_pb::file_data(sizes.clone()));
    FileRoot {
        block,
        size: sizes.fold(0, u64::saturating_add),
        tsize,
    }
}
