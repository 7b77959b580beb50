//! Pins such as an account may hold.

use std::fmt::Write as _;

use lazypin::domain::{Cid, Pin, PinState};
use multihash::Multihash;
use sha2::{Digest as _, Sha256};

/// The multicodec of a block that is all content.
const RAW: u64 = 0x55;
/// The multicodec of a block that links to others.
const DAG_PB: u64 = 0x70;
const SHA2_256: u64 = 0x12;
/// The largest file that is one block.
const BLOCK: u64 = 262_144;

/// A pin in a line: name, bytes (0: not told yet), state, when it was pinned, type and keyvalues. A
/// name that ends in `/` is a directory's.
type Line = (
    &'static str,
    u64,
    PinState,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

use PinState::{Failed, Pinned, Pinning, Unpinned};

const LINES: [Line; 31] = [
    (
        "nightly-2026-11-22.sql.zst",
        0,
        Pinning,
        "11-22T11:58:20",
        "",
        &[("job", "nightly")],
    ),
    (
        "lazypin.dev/",
        4_812_330,
        Pinned,
        "11-22T09:14:02",
        "",
        &[
            ("env", "prod"),
            ("site", "lazypin.dev"),
            ("commit", "6c79c5f"),
        ],
    ),
    (
        "lazypin.dev-preview/",
        4_809_118,
        Pinned,
        "11-22T08:41:47",
        "",
        &[
            ("env", "staging"),
            ("site", "lazypin.dev"),
            ("commit", "a9d648b"),
        ],
    ),
    (
        "press-kit-2026.zip",
        88_140_221,
        Pinned,
        "11-21T16:30:11",
        "application/zip",
        &[],
    ),
    (
        "nightly-2026-11-21.sql.zst",
        213_907_442,
        Pinned,
        "11-21T11:58:31",
        "application/zstd",
        &[("job", "nightly")],
    ),
    (
        "IMG_4471.jpg",
        5_204_113,
        Pinned,
        "11-21T10:02:55",
        "image/jpeg",
        &[("album", "harbour")],
    ),
    (
        "IMG_4470.jpg",
        4_877_020,
        Pinned,
        "11-21T10:02:51",
        "image/jpeg",
        &[("album", "harbour")],
    ),
    (
        "IMG_4468.jpg",
        5_033_982,
        Pinned,
        "11-21T10:02:46",
        "image/jpeg",
        &[("album", "harbour")],
    ),
    (
        "旅行日記.md",
        18_204,
        Pinned,
        "11-21T07:19:30",
        "text/markdown",
        &[],
    ),
    (
        "nightly-2026-11-20.sql.zst",
        213_455_871,
        Pinned,
        "11-20T11:58:29",
        "application/zstd",
        &[("job", "nightly")],
    ),
    ("genome-chr21.fa.gz", 0, Failed, "11-20T09:45:00", "", &[]),
    (
        "annual-report.pdf",
        2_310_448,
        Pinned,
        "11-19T15:22:09",
        "application/pdf",
        &[("year", "2026")],
    ),
    (
        "collection-metadata/",
        9_331_204,
        Pinned,
        "11-19T13:05:33",
        "",
        &[("collection", "orbit")],
    ),
    (
        "orbit-0001.png",
        1_402_210,
        Pinned,
        "11-19T13:01:12",
        "image/png",
        &[("collection", "orbit")],
    ),
    (
        "nightly-2026-11-19.sql.zst",
        212_998_304,
        Unpinned,
        "11-19T11:58:27",
        "application/zstd",
        &[("job", "nightly")],
    ),
    (
        "São Paulo – field notes.txt",
        7_310,
        Pinned,
        "11-18T21:47:52",
        "text/plain",
        &[],
    ),
    (
        "sensor-readings-w46.parquet",
        48_220_170,
        Pinned,
        "11-18T18:00:04",
        "",
        &[("source", "roof")],
    ),
    (
        "talk-recording.webm",
        1_203_884_912,
        Pinned,
        "11-18T10:31:18",
        "video/webm",
        &[("event", "meetup")],
    ),
    (
        "slides.pdf",
        3_204_871,
        Pinned,
        "11-18T10:12:40",
        "application/pdf",
        &[("event", "meetup")],
    ),
    (
        "nightly-2026-11-18.sql.zst",
        212_640_117,
        Unpinned,
        "11-18T11:58:30",
        "application/zstd",
        &[("job", "nightly")],
    ),
    (
        "logo.svg",
        2_118,
        Pinned,
        "11-17T14:26:36",
        "image/svg+xml",
        &[],
    ),
    ("fonts/", 812_400, Pinned, "11-17T14:25:58", "", &[]),
    (
        "README.md",
        6_204,
        Pinned,
        "11-17T14:20:01",
        "text/markdown",
        &[],
    ),
    (
        "dataset-v3.tar",
        7_340_032_000,
        Pinned,
        "11-16T08:13:45",
        "application/x-tar",
        &[],
    ),
    (
        "dataset-v2.tar",
        6_990_110_720,
        Unpinned,
        "11-02T08:10:21",
        "application/x-tar",
        &[],
    ),
    (
        "harbour-album/",
        412_880_034,
        Pinned,
        "11-01T19:55:12",
        "",
        &[("album", "harbour")],
    ),
    (
        "podcast-042.mp3",
        51_220_480,
        Pinned,
        "10-31T06:00:00",
        "audio/mpeg",
        &[],
    ),
    (
        "podcast-041.mp3",
        49_870_336,
        Pinned,
        "10-24T06:00:00",
        "audio/mpeg",
        &[],
    ),
    (
        "contract-signed.pdf",
        481_200,
        Pinned,
        "10-20T12:44:08",
        "application/pdf",
        &[],
    ),
    ("keys.asc", 3_139, Pinned, "10-12T17:02:27", "", &[]),
    ("hello.txt", 11, Pinned, "10-01T08:00:00", "text/plain", &[]),
];

/// The pins, newest first.
pub(crate) fn all() -> anyhow::Result<Vec<Pin>> {
    LINES.iter().map(pin).collect()
}

fn pin((name, size, state, pinned, mime_type, keyvalues): &Line) -> anyhow::Result<Pin> {
    let digest = Sha256::digest(format!("{name} {pinned}"));
    let is_dir = name.ends_with('/');
    let codec = if is_dir || *size > BLOCK { DAG_PB } else { RAW };
    let hash = Multihash::<64>::wrap(SHA2_256, &digest)?;
    let cid = Cid::as_received(cid::Cid::new_v1(codec, hash).to_string());
    let hex = digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32],
    );
    let mut pin = Pin::new(format!("{a}-{b}-4{c}-a{d}-{e}"), cid);
    pin.root_hash = Some(format!("1220{hex}"));
    pin.name = Some(name.trim_end_matches('/').to_owned());
    pin.size = (*size > 0).then_some(*size);
    pin.state = *state;
    pin.pinned = *state == Pinned;
    let status = match state {
        Pinned => "DONE",
        Pinning => "retrieval",
        Failed => "retrieveFailed",
        Unpinned => "unpinNormally",
    };
    pin.status = Some(status.to_owned());
    pin.date_pinned = Some(format!("2026-{pinned}Z").parse()?);
    pin.mime_type = Some((*mime_type).to_owned());
    pin.is_dir = is_dir;
    pin.keyvalues = keyvalues
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    Ok(pin)
}
