//! Content identifiers: checked where a person types one, taken as they are where a service sends one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The multicodec of a dag-pb node: a file of more than one block, or a directory.
pub const DAG_PB: u64 = 0x70;

/// A CID as text, in the form in which it was given.
///
/// What a service sends is kept as it came, valid or not; what a person types goes through
/// [`Cid::from_str`], which refuses what is no CID.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cid(String);

/// Why a text is no CID, in words for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CidError {
    /// Nothing was given.
    #[error("no CID given")]
    Empty,
    /// The text does not decode as a CID of version 0 or 1.
    #[error("not a CID: {0}")]
    Invalid(String),
}

impl Cid {
    /// The text that a service sent, unchecked.
    pub fn as_received(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The CID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The multihash in lower-case hex (`1220...` for SHA-256), the same for both CID versions of
    /// one block; `None` where the text is no CID.
    pub fn multihash_hex(&self) -> Option<String> {
        let cid = ::cid::Cid::from_str(&self.0).ok()?;
        Some(hex(&cid.hash().to_bytes()))
    }

    /// Whether both name the same block, whatever version or base they are written in.
    pub fn same_block(&self, other: &Self) -> bool {
        self == other
            || self
                .multihash_hex()
                .is_some_and(|hash| other.multihash_hex() == Some(hash))
    }

    /// What tells two contents apart: codec and multihash, the same for both versions. A text that
    /// is no CID stands for itself.
    pub fn content(&self) -> Vec<u8> {
        match ::cid::Cid::from_str(&self.0) {
            Ok(cid) => ::cid::Cid::new_v1(cid.codec(), *cid.hash()).to_bytes(),
            Err(_) => self.0.as_bytes().to_vec(),
        }
    }

    /// What the CID says about itself: version and codec, as in `CIDv1 raw`.
    pub fn describe(&self) -> Option<String> {
        let cid = ::cid::Cid::from_str(&self.0).ok()?;
        let version = match cid.version() {
            ::cid::Version::V0 => "CIDv0",
            ::cid::Version::V1 => "CIDv1",
        };
        let codec = match cid.codec() {
            0x55 => "raw".to_owned(),
            DAG_PB => "dag-pb".to_owned(),
            0x71 => "dag-cbor".to_owned(),
            0x0129 => "dag-json".to_owned(),
            0x72 => "libp2p-key".to_owned(),
            other => format!("codec 0x{other:x}"),
        };
        Some(format!("{version} {codec}"))
    }
}

impl FromStr for Cid {
    type Err = CidError;

    /// Checks the text and keeps it as it was typed, without the space around it and without a
    /// leading `ipfs://` or `/ipfs/`.
    fn from_str(text: &str) -> Result<Self, CidError> {
        let text = text.trim();
        let text = text
            .strip_prefix("ipfs://")
            .or_else(|| text.strip_prefix("/ipfs/"))
            .unwrap_or(text)
            .trim_end_matches('/');
        if text.is_empty() {
            return Err(CidError::Empty);
        }
        if text.len() > 512 {
            return Err(CidError::Invalid("too long".to_owned()));
        }
        match ::cid::Cid::from_str(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(CidError::Invalid(plain_reason(&error, text))),
        }
    }
}

fn plain_reason(error: &::cid::Error, text: &str) -> String {
    match error {
        ::cid::Error::InputTooShort => "too short".to_owned(),
        _ if text.contains('/') => "give the CID alone, without a path".to_owned(),
        _ if text.starts_with("Qm") => {
            format!("starts with Qm but is not 46 base58 characters that add up ({error})")
        }
        _ => error.to_string().to_lowercase(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

impl fmt::Display for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cid({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V0: &str = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n";
    const V1: &str = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    #[test]
    fn both_versions_of_one_block_are_the_same_block() {
        let (v0, v1): (Cid, Cid) = (V0.parse().unwrap(), V1.parse().unwrap());
        assert!(v0.same_block(&v1));
        assert_ne!(v0, v1);
        assert_eq!(v0.describe().unwrap(), "CIDv0 dag-pb");
    }

    #[test]
    fn what_people_paste_around_a_cid_is_taken_off() {
        for text in [
            format!(" {V1}\n"),
            format!("ipfs://{V1}"),
            format!("/ipfs/{V1}/"),
        ] {
            assert_eq!(text.parse::<Cid>().unwrap().as_str(), V1);
        }
    }

    #[test]
    fn what_is_no_cid_is_refused_with_a_reason() {
        for text in [
            "",
            "Qm",
            "hello",
            "bafy",
            "Qmc1135ziMvmFG534i75E8HpJoLqzLzgKBxfjBV9cBsMA",
        ] {
            let error = text.parse::<Cid>().unwrap_err().to_string();
            assert!(!error.contains('\n'), "{error}");
        }
        assert!(
            format!("{V1}/index.html")
                .parse::<Cid>()
                .unwrap_err()
                .to_string()
                .contains("without a path")
        );
        assert!("b".repeat(600).parse::<Cid>().is_err());
    }
}
