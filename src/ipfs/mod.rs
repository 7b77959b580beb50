//! Content addressing as `ipfs add --cid-version=1` does it: raw leaves of 262,144 bytes, a
//! balanced tree with 174 links a node, directories of one dag-pb block each.
//!
//! Our own because no kept crate gives these CIDs for files *and* directories as a push builder;
//! hashing, multihash and CID text come from `sha2`, `multihash` and `cid`. The facts are those of
//! the dag-pb and UnixFS specifications, checked against CIDs that other implementations gave.

pub mod block;
mod dag_pb;
pub mod file;
pub mod names;
pub mod tree;
#[cfg(test)]
mod vectors;

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result};

pub use block::{Block, Codec};
pub use file::{FileBuilder, FileRoot};
pub use names::FilePath;
pub use tree::{DirectoryNode, Entry, Tree};

use crate::domain::{Cid, UploadPlan};

/// The root CID that the embedded service gives this upload. Reads every file once, in constant
/// memory for a file of any size.
///
/// The error is that of a file which can't be read, or of kind `InvalidInput` with a sentence where
/// the plan is no upload that the service takes.
pub fn root_of_upload(plan: &UploadPlan) -> Result<Cid> {
    let refused = |why: String| Error::new(ErrorKind::InvalidInput, why);
    let mut tree = Tree::default();
    let mut single = None;
    let mut buffer = vec![0; 64 * 1024];
    for file in &plan.files {
        let path = FilePath::parse(&file.name).map_err(refused)?;
        let mut builder = FileBuilder::default();
        let mut source = File::open(&file.path)?;
        loop {
            match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => builder.push(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let root = builder.finish();
        single = Some((path.is_plain(), root));
        tree.insert(&path, root).map_err(refused)?;
    }
    let root = match single {
        Some((true, file)) if plan.files.len() == 1 => file.block,
        _ => {
            tree.into_root()
                .map_err(refused)?
                .finish(|_| Ok::<(), Error>(()))?
                .block
        }
    };
    Ok(Cid::as_received(root.to_string()))
}
