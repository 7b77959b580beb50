//! A pin packed: a part of fixed size, a head of lengths and UUIDs, and its texts in one piece.
//!
//! The fixed part answers cheap questions without touching the texts. UUIDs take 16 bytes, a root
//! hash that follows from the CID takes none. Unpacking gives the very pin that was packed.

pub(crate) mod head;

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use self::head::{Cursor, Ident};
use super::{Cid, Pin, PinId, PinState};

/// What is the same size in every row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixed {
    /// The id where it is a UUID in its usual spelling, else a hash of the id's text.
    pub(crate) id: [u8; 16],
    /// The same for pins of one root, whatever CID version they are written in.
    pub(crate) root: [u8; 16],
    /// Microseconds since 1970: pinned, unpinned, created, updated.
    pub(crate) dates: [i64; 4],
    pub(crate) size: u64,
    pub(crate) flags: u32,
}

/// Bytes of [`Fixed`] as it is kept on disk.
pub(crate) const FIXED_BYTES: usize = 16 + 16 + 32 + 8 + 4;

pub(crate) const PINNED: usize = 0;
const UNPINNED: usize = 1;
pub(crate) const CREATED: usize = 2;
const UPDATED: usize = 3;

/// The state, in the lowest two bits.
const STATE: u32 = 0b11;
pub(crate) const IS_PINNED: u32 = 1 << 2;
const BY_HASH: u32 = 1 << 3;
pub(crate) const IS_DIR: u32 = 1 << 4;
pub(crate) const HAS_SIZE: u32 = 1 << 5;
/// The first of four bits, one for each date.
const HAS_DATE: u32 = 1 << 6;
/// Some date is finer than a microsecond; the head holds the rest of each.
const FINE_DATES: u32 = 1 << 10;
/// The id is no UUID and stands in the texts.
pub(crate) const ID_TEXT: u32 = 1 << 11;
/// The root hash is the CID's multihash in hex.
const ROOT_DERIVED: u32 = 1 << 12;
/// The root hash stands in the texts.
pub(crate) const ROOT_TEXT: u32 = 1 << 13;
const ALL_FLAGS: u32 = (1 << 14) - 1;

impl Fixed {
    pub(crate) fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    pub(crate) fn state(&self) -> PinState {
        match self.flags & STATE {
            0 => PinState::Pinned,
            1 => PinState::Pinning,
            2 => PinState::Failed,
            _ => PinState::Unpinned,
        }
    }

    /// Microseconds since 1970.
    pub(crate) fn date(&self, which: usize) -> Option<i64> {
        self.has(HAS_DATE << which).then_some(self.dates[which])
    }

    pub(crate) fn size(&self) -> Option<u64> {
        self.has(HAS_SIZE).then_some(self.size)
    }

    /// What tells one pin from every other: two texts can't be made to share it, and no text can be
    /// made to share a UUID's.
    pub(crate) fn key(&self) -> PinKey {
        PinKey(self.id, self.has(ID_TEXT))
    }

    pub(crate) fn to_bytes(self) -> [u8; FIXED_BYTES] {
        let mut out = [0; FIXED_BYTES];
        out[..16].copy_from_slice(&self.id);
        out[16..32].copy_from_slice(&self.root);
        for (place, date) in out[32..64].chunks_exact_mut(8).zip(self.dates) {
            place.copy_from_slice(&date.to_le_bytes());
        }
        out[64..72].copy_from_slice(&self.size.to_le_bytes());
        out[72..].copy_from_slice(&self.flags.to_le_bytes());
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk()?;
        let (root, rest) = rest.split_first_chunk()?;
        let mut dates = [0; 4];
        let mut rest = rest;
        for date in &mut dates {
            let (bytes, after) = rest.split_first_chunk()?;
            *date = i64::from_le_bytes(*bytes);
            rest = after;
        }
        let (size, rest) = rest.split_first_chunk()?;
        let flags = u32::from_le_bytes(rest.try_into().ok()?);
        (flags & !ALL_FLAGS == 0).then_some(Self {
            id: *id,
            root: *root,
            dates,
            size: u64::from_le_bytes(*size),
            flags,
        })
    }
}

/// A pin's id in a form that is small and quick to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PinKey([u8; 16], bool);

impl PinKey {
    /// The key of this id.
    pub fn of(id: &PinId) -> Self {
        match head::uuid(id.as_str()) {
            Some(uuid) => Self(uuid.into_bytes(), false),
            None => Self(short_hash(id.as_str().as_bytes()), true),
        }
    }

    /// As it is kept on disk.
    pub(crate) fn to_bytes(self) -> [u8; 17] {
        let mut out = [u8::from(self.1); 17];
        out[..16].copy_from_slice(&self.0);
        out
    }
}

/// A packed pin, borrowed from wherever it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackedRef<'a> {
    pub(crate) fixed: &'a Fixed,
    pub(crate) head: &'a [u8],
    pub(crate) text: &'a str,
}

/// A packed pin: some 130 bytes and its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackedPin {
    pub(crate) fixed: Fixed,
    pub(crate) head: Vec<u8>,
    pub(crate) text: String,
}

impl PackedPin {
    /// Packs a pin.
    pub fn new(pin: &Pin) -> Self {
        let mut packed = Self::default();
        packed.fill(pin);
        packed.head.shrink_to_fit();
        packed.text.shrink_to_fit();
        packed
    }

    /// What tells it from every other pin.
    pub fn key(&self) -> PinKey {
        self.fixed.key()
    }

    /// Bytes; missing while the service has not told.
    pub fn size(&self) -> Option<u64> {
        self.fixed.size()
    }

    /// The service's own flag.
    pub fn is_pinned(&self) -> bool {
        self.fixed.has(IS_PINNED)
    }

    /// Where it stands.
    pub fn state(&self) -> PinState {
        self.fixed.state()
    }

    /// The service's id of this pin.
    pub fn id(&self) -> PinId {
        let uuid = || PinId::from(Uuid::from_bytes(self.fixed.id).to_string());
        if !self.fixed.has(ID_TEXT) {
            return uuid();
        }
        self.unpack().map_or_else(uuid, |pin| pin.id)
    }

    /// The pin. `None` where this came from bytes that were no packed pin.
    pub fn unpack(&self) -> Option<Pin> {
        self.as_ref().unpack()
    }

    pub(crate) fn as_ref(&self) -> PackedRef<'_> {
        PackedRef {
            fixed: &self.fixed,
            head: &self.head,
            text: &self.text,
        }
    }

    fn fill(&mut self, pin: &Pin) {
        let mut flags = match pin.state {
            PinState::Pinned => 0,
            PinState::Pinning => 1,
            PinState::Failed => 2,
            PinState::Unpinned => 3,
        };
        for (flag, is_so) in [
            (IS_PINNED, pin.pinned),
            (BY_HASH, pin.is_pin_by_hash),
            (IS_DIR, pin.is_dir),
            (HAS_SIZE, pin.size.is_some()),
        ] {
            if is_so {
                flags |= flag;
            }
        }
        let (root, root_flag) = root_of(pin);
        flags |= root_flag;

        // What searches look at stands first.
        let (head, text) = (&mut self.head, &mut self.text);
        head::put_optional(head, text, pin.name.as_deref());
        head::put_text(head, text, pin.cid.as_str());
        head::put_optional(head, text, pin.mime_type.as_deref());
        head::put_number(head, pin.keyvalues.len());
        for (key, value) in &pin.keyvalues {
            head::put_text(head, text, key);
            head::put_text(head, text, value);
        }
        head::put_optional(head, text, pin.status.as_deref());
        head::put_optional(head, text, pin.sub_hash_status.as_deref());
        if let (ROOT_TEXT, Some(root)) = (root_flag, &pin.root_hash) {
            head::put_text(head, text, root);
        }
        let PinKey(id, is_text) = PinKey::of(&pin.id);
        if is_text {
            flags |= ID_TEXT;
            head::put_text(head, text, pin.id.as_str());
        }
        head::put_ident(head, text, pin.file_record_id.as_deref());
        head::put_ident(head, text, pin.user_id.as_deref());

        let mut dates = [0; 4];
        let mut finer = [0_u8; 8];
        let times = [
            pin.date_pinned,
            pin.date_unpinned,
            pin.created_at,
            pin.updated_at,
        ];
        for (at, time) in times.into_iter().enumerate() {
            let Some(time) = time else { continue };
            flags |= HAS_DATE << at;
            let (micros, rest) = split(time);
            dates[at] = micros;
            finer[2 * at..2 * at + 2].copy_from_slice(&rest.to_le_bytes());
        }
        if finer != [0; 8] {
            flags |= FINE_DATES;
            head.extend_from_slice(&finer);
        }
        self.fixed = Fixed {
            id,
            root,
            dates,
            size: pin.size.unwrap_or_default(),
            flags,
        };
    }
}

impl<'a> PackedRef<'a> {
    /// The same, by itself.
    pub(crate) fn to_owned(self) -> PackedPin {
        PackedPin {
            fixed: *self.fixed,
            head: self.head.to_vec(),
            text: self.text.to_owned(),
        }
    }

    /// Bytes of the head and the texts.
    pub(crate) fn text_bytes(self) -> usize {
        self.head.len() + self.text.len()
    }

    /// The way through head and texts, from the name on.
    pub(crate) fn cursor(self) -> Cursor<'a> {
        Cursor {
            head: self.head,
            text: self.text,
        }
    }

    /// The pin. `None` where this is no packed pin, which bytes from disk may not be.
    pub(crate) fn unpack(self) -> Option<Pin> {
        let fixed = self.fixed;
        let mut cursor = self.cursor();
        let name = cursor.optional()?.map(str::to_owned);
        let cid = Cid::as_received(cursor.text()?);
        let mime_type = cursor.optional()?.map(str::to_owned);
        let pairs = cursor.number()?;
        let mut keyvalues = BTreeMap::new();
        for _ in 0..pairs {
            let key = cursor.text()?.to_owned();
            keyvalues.insert(key, cursor.text()?.to_owned());
        }
        let status = cursor.optional()?.map(str::to_owned);
        let sub_hash_status = cursor.optional()?.map(str::to_owned);
        let root_hash = if fixed.has(ROOT_TEXT) {
            Some(cursor.text()?.to_owned())
        } else if fixed.has(ROOT_DERIVED) {
            cid.multihash_hex()
        } else {
            None
        };
        let id = if fixed.has(ID_TEXT) {
            PinId::from(cursor.text()?)
        } else {
            PinId::from(Uuid::from_bytes(fixed.id).to_string())
        };
        let file_record_id = cursor.ident()?.map(Ident::into_string);
        let user_id = cursor.ident()?.map(Ident::into_string);
        let finer = if fixed.has(FINE_DATES) {
            *cursor.bytes::<8>()?
        } else {
            [0; 8]
        };
        if !cursor.is_at_end() {
            return None;
        }
        let mut times = [None; 4];
        for (at, time) in times.iter_mut().enumerate() {
            let rest = u16::from_le_bytes([finer[2 * at], finer[2 * at + 1]]);
            *time = match fixed.date(at) {
                Some(micros) => Some(join(micros, rest)?),
                None => None,
            };
        }
        Some(Pin {
            id,
            cid,
            root_hash,
            size: fixed.size(),
            name,
            mime_type,
            keyvalues,
            state: fixed.state(),
            status,
            sub_hash_status,
            pinned: fixed.has(IS_PINNED),
            date_pinned: times[PINNED],
            date_unpinned: times[UNPINNED],
            created_at: times[CREATED],
            updated_at: times[UPDATED],
            is_pin_by_hash: fixed.has(BY_HASH),
            is_dir: fixed.has(IS_DIR),
            file_record_id,
            user_id,
        })
    }

    /// Whether head and texts fit each other, for what comes from disk. Costs nothing but a walk.
    pub(crate) fn is_sound(self) -> bool {
        self.walk().is_some_and(Cursor::is_at_end)
            && (0..4).all(|at| {
                self.fixed
                    .date(at)
                    .is_none_or(|micros| join(micros, 0).is_some())
            })
    }

    fn walk(self) -> Option<Cursor<'a>> {
        let mut cursor = self.cursor();
        cursor.optional()?;
        cursor.text()?;
        cursor.optional()?;
        let pairs = cursor.number()?;
        for _ in 0..pairs {
            cursor.text()?;
            cursor.text()?;
        }
        cursor.optional()?;
        cursor.optional()?;
        for flag in [ROOT_TEXT, ID_TEXT] {
            if self.fixed.has(flag) {
                cursor.text()?;
            }
        }
        cursor.ident()?;
        cursor.ident()?;
        if self.fixed.has(FINE_DATES) {
            cursor.bytes::<8>()?;
        }
        Some(cursor)
    }
}

/// What pins of one root share, and how the root hash is kept.
fn root_of(pin: &Pin) -> ([u8; 16], u32) {
    let of_cid = cid::Cid::try_from(pin.cid.as_str())
        .ok()
        .map(|cid| cid.hash().to_bytes());
    match (&pin.root_hash, of_cid) {
        (Some(text), of_cid) => {
            let told = bytes_of_hex(text);
            let follows = told.is_some()
                && told == of_cid
                && !text.bytes().any(|byte| byte.is_ascii_uppercase());
            let root = match told {
                Some(bytes) => root_key(&bytes),
                None => short_hash(text.as_bytes()),
            };
            (root, if follows { ROOT_DERIVED } else { ROOT_TEXT })
        }
        (None, Some(bytes)) => (root_key(&bytes), 0),
        (None, None) => (short_hash(pin.cid.as_str().as_bytes()), 0),
    }
}

/// Sixteen bytes of a multihash. A SHA-256 digest is as good as random already.
fn root_key(multihash: &[u8]) -> [u8; 16] {
    match multihash {
        [0x12, 0x20, digest @ ..] if digest.len() == 32 => {
            digest.first_chunk().copied().unwrap_or_default()
        }
        other => short_hash(other),
    }
}

/// Never the start of some content's own digest, which would make two roots one.
fn short_hash(bytes: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(b"lazypin index")
        .chain_update(bytes)
        .finalize()
        .into();
    digest.first_chunk().copied().unwrap_or_default()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok())
        .collect()
}

/// Whole microseconds and the nanoseconds beyond them.
fn split(time: Timestamp) -> (i64, u16) {
    let nanos = time.as_nanosecond();
    // Every timestamp that jiff has is far inside of what an i64 of microseconds can tell.
    let micros = i64::try_from(nanos.div_euclid(1000)).unwrap_or_default();
    let rest = u16::try_from(nanos.rem_euclid(1000)).unwrap_or_default();
    (micros, rest)
}

fn join(micros: i64, rest: u16) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from(micros) * 1000 + i128::from(rest)).ok()
}
