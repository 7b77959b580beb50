//! Pins such as an account may hold.

use anyhow::Context as _;
use lazypin::domain::{Cid, Pin, PinState};
use multihash::Multihash;
use sha2::{Digest as _, Sha256};

/// The multicodec of a block that is all content.
const RAW: u64 = 0x55;
/// The multicodec of a block that links to others.
const DAG_PB: u64 = 0x70;
const SHA2_256: u64 = 0x12;
/// The largest file that is one block, in bytes.
const BLOCK: u64 = 262_144;

/// A pin in a line, newest first: when it was pinned, its state, bytes, name (a directory's ends in
/// `/`), type, keyvalues. A `-` is nothing.
const TABLE: &str = "\
11-22T11:58:20 | pinning | - | nightly-2026-11-22.sql.zst | - | job=nightly
11-22T09:14:02 | pinned | 4812330 | lazypin.dev/ | - | env=prod site=lazypin.dev commit=6c79c5f
11-22T08:41:47 | pinned | 4809118 | lazypin.dev-preview/ | - | env=staging site=lazypin.dev commit=a9d648b
11-21T16:30:11 | pinned | 88140221 | press-kit-2026.zip | application/zip | -
11-21T11:58:31 | pinned | 213907442 | nightly-2026-11-21.sql.zst | application/zstd | job=nightly
11-21T10:02:55 | pinned | 5204113 | IMG_4471.jpg | image/jpeg | album=harbour
11-21T10:02:51 | pinned | 4877020 | IMG_4470.jpg | image/jpeg | album=harbour
11-21T10:02:46 | pinned | 5033982 | IMG_4468.jpg | image/jpeg | album=harbour
11-21T07:19:30 | pinned | 18204 | 旅行日記.md | text/markdown | -
11-20T11:58:29 | pinned | 213455871 | nightly-2026-11-20.sql.zst | application/zstd | job=nightly
11-20T09:45:00 | failed | - | genome-chr21.fa.gz | - | -
11-19T15:22:09 | pinned | 2310448 | annual-report.pdf | application/pdf | year=2026
11-19T13:05:33 | pinned | 9331204 | collection-metadata/ | - | collection=orbit
11-19T13:01:12 | pinned | 1402210 | orbit-0001.png | image/png | collection=orbit
11-19T11:58:27 | unpinned | 212998304 | nightly-2026-11-19.sql.zst | application/zstd | job=nightly
11-18T21:47:52 | pinned | 7310 | São Paulo – field notes.txt | text/plain | -
11-18T18:00:04 | pinned | 48220170 | sensor-readings-w46.parquet | - | source=roof
11-18T11:58:30 | unpinned | 212640117 | nightly-2026-11-18.sql.zst | application/zstd | job=nightly
11-18T10:31:18 | pinned | 1203884912 | talk-recording.webm | video/webm | event=meetup
11-18T10:12:40 | pinned | 3204871 | slides.pdf | application/pdf | event=meetup
11-17T14:26:36 | pinned | 2118 | logo.svg | image/svg+xml | -
11-17T14:25:58 | pinned | 812400 | fonts/ | - | -
11-17T14:20:01 | pinned | 6204 | README.md | text/markdown | -
11-16T08:13:45 | pinned | 7340032000 | dataset-v3.tar | application/x-tar | -
11-02T08:10:21 | unpinned | 6990110720 | dataset-v2.tar | application/x-tar | -
11-01T19:55:12 | pinned | 412880034 | harbour-album/ | - | album=harbour
10-31T06:00:00 | pinned | 51220480 | podcast-042.mp3 | audio/mpeg | -
10-24T06:00:00 | pinned | 49870336 | podcast-041.mp3 | audio/mpeg | -
10-20T12:44:08 | pinned | 481200 | contract-signed.pdf | application/pdf | -
10-12T17:02:27 | pinned | 3139 | keys.asc | - | -
10-01T08:00:00 | pinned | 11 | hello.txt | text/plain | -
";

/// The pins, newest first.
pub(crate) fn all() -> anyhow::Result<Vec<Pin>> {
    TABLE
        .lines()
        .map(|line| pin(line).with_context(|| format!("no pin: {line}")))
        .collect()
}

fn pin(line: &str) -> anyhow::Result<Pin> {
    let mut fields = line.split('|').map(str::trim);
    let mut field = || fields.next().context("a field is missing");
    let (pinned, state, size) = (field()?, field()?, field()?);
    let (name, mime_type, keyvalues) = (field()?, field()?, field()?);
    let size: Option<u64> = something(size).map(str::parse).transpose()?;
    let (state, status) = match state {
        "pinned" => (PinState::Pinned, "DONE"),
        "pinning" => (PinState::Pinning, "retrieval"),
        "failed" => (PinState::Failed, "retrieveFailed"),
        _ => (PinState::Unpinned, "unpinNormally"),
    };
    let is_dir = name.ends_with('/');
    let digest = Sha256::digest(line);
    let is_one_block = !is_dir && size.is_none_or(|size| size <= BLOCK);
    let codec = if is_one_block { RAW } else { DAG_PB };
    let hash = Multihash::<64>::wrap(SHA2_256, &digest)?;
    let cid = Cid::as_received(cid::Cid::new_v1(codec, hash).to_string());
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    let id = uuid::Builder::from_random_bytes(id).into_uuid();
    let mut pin = Pin::new(id.to_string(), cid);
    pin.root_hash = pin.cid.multihash_hex();
    pin.name = Some(name.trim_end_matches('/').to_owned());
    pin.size = size;
    pin.state = state;
    pin.pinned = state == PinState::Pinned;
    pin.status = Some(status.to_owned());
    pin.date_pinned = Some(format!("2026-{pinned}Z").parse()?);
    pin.mime_type = something(mime_type).map(str::to_owned);
    pin.is_dir = is_dir;
    pin.keyvalues = keyvalues
        .split(' ')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    Ok(pin)
}

fn something(field: &str) -> Option<&str> {
    (field != "-").then_some(field)
}
