//! One block's name: its codec and the SHA-256 of its bytes.

use std::fmt;

use multihash::Multihash;
use sha2::{Digest as _, Sha256};

/// The multihash code of SHA-256, and the length of its digest.
const SHA2_256: u64 = 0x12;

/// How the bytes of a block are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Bytes of a file as they are (multicodec 0x55).
    Raw,
    /// A node with links (multicodec 0x70).
    DagPb,
}

impl Codec {
    /// Its number in the multicodec table.
    pub fn code(self) -> u64 {
        match self {
            Self::Raw => 0x55,
            Self::DagPb => 0x70,
        }
    }

    /// The codec of this number, where it is one of the two that content here has.
    pub fn of(code: u64) -> Option<Self> {
        [Self::Raw, Self::DagPb]
            .into_iter()
            .find(|codec| codec.code() == code)
    }
}

/// A block's name. Its `Display` is the CID of version 1 in base32.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// How its bytes are to be read.
    pub codec: Codec,
    /// The SHA-256 of its bytes.
    pub digest: [u8; 32],
}

impl Block {
    /// The name of these bytes.
    pub fn of(codec: Codec, bytes: &[u8]) -> Self {
        Self {
            codec,
            digest: Sha256::digest(bytes).into(),
        }
    }

    /// The multihash as bytes: code, length, digest.
    pub fn multihash(&self) -> [u8; 34] {
        let mut bytes = [0; 34];
        bytes[0] = 0x12;
        bytes[1] = 0x20;
        bytes[2..].copy_from_slice(&self.digest);
        bytes
    }

    /// The CID of version 1.
    pub fn cid(&self) -> cid::Cid {
        // 32 bytes always fit into the 64 that the type holds.
        let hash = Multihash::wrap(SHA2_256, &self.digest).unwrap_or_default();
        cid::Cid::new_v1(self.codec.code(), hash)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cid().fmt(f)
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({self})")
    }
}
