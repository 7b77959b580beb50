//! The bytes of a dag-pb node with UnixFS data, as the reference implementation writes them: links
//! first, each field present, varints as short as they go.

use super::block::{Block, Codec};

/// UnixFS data of a directory: a message whose type is 1.
pub(super) const DIRECTORY_DATA: [u8; 2] = [0x08, 0x01];

/// A link of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link<'a> {
    /// Empty between the blocks of a file.
    pub(super) name: &'a str,
    pub(super) block: Block,
    /// Bytes of all blocks below, this one included.
    pub(super) tsize: u64,
}

/// A node under way: push links in their order, then finish with the data.
#[derive(Debug, Default)]
pub(super) struct Node {
    bytes: Vec<u8>,
    tsize: u64,
}

impl Node {
    pub(super) fn push(&mut self, link: Link<'_>) {
        let hash = link.block.cid().to_bytes();
        let name = link.name.as_bytes();
        let length = 1
            + varint_len(hash.len() as u64)
            + hash.len()
            + 1
            + varint_len(name.len() as u64)
            + name.len()
            + 1
            + varint_len(link.tsize);
        self.bytes.push(0x12);
        varint(&mut self.bytes, length as u64);
        field(&mut self.bytes, 0x0a, &hash);
        field(&mut self.bytes, 0x12, name);
        self.bytes.push(0x18);
        varint(&mut self.bytes, link.tsize);
        self.tsize = self.tsize.saturating_add(link.tsize);
    }

    /// The node's name and the bytes of all blocks from here down.
    pub(super) fn finish(mut self, data: &[u8]) -> (Block, u64) {
        field(&mut self.bytes, 0x0a, data);
        let tsize = self.tsize.saturating_add(self.bytes.len() as u64);
        (Block::of(Codec::DagPb, &self.bytes), tsize)
    }
}

/// UnixFS data of a file's inner node: type 2, the bytes of content below, and how many of them
/// each link has.
pub(super) fn file_data(sizes: impl Iterator<Item = u64> + Clone) -> Vec<u8> {
    let mut out = vec![0x08, 0x02, 0x18];
    varint(&mut out, sizes.clone().fold(0, u64::saturating_add));
    for size in sizes {
        out.push(0x20);
        varint(&mut out, size);
    }
    out
}

fn field(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_is_as_long_as_foretold() {
        for shift in 0..64 {
            for value in [1_u64 << shift, (1_u64 << shift) - 1, u64::MAX >> shift] {
                let mut out = Vec::new();
                varint(&mut out, value);
                assert_eq!(out.len(), varint_len(value), "{value}");
            }
        }
    }
}
