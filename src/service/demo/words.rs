//! The vocabulary of the demo: kinds of files, their names, sizes, types and keyvalues.

use std::collections::BTreeMap;

use super::Dice;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What a made-up pin is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Photo,
    Screenshot,
    Document,
    Sheet,
    Notes,
    Archive,
    Dataset,
    Token,
    Video,
    Audio,
    Binary,
    Site,
    Album,
}

/// Kinds as often as they are met.
const KINDS: [Kind; 20] = [
    Kind::Photo,
    Kind::Photo,
    Kind::Photo,
    Kind::Photo,
    Kind::Screenshot,
    Kind::Document,
    Kind::Document,
    Kind::Document,
    Kind::Sheet,
    Kind::Notes,
    Kind::Notes,
    Kind::Archive,
    Kind::Archive,
    Kind::Dataset,
    Kind::Token,
    Kind::Token,
    Kind::Video,
    Kind::Audio,
    Kind::Binary,
    Kind::Site,
];

const SUBJECTS: [&str; 16] = [
    "harbour",
    "atlas",
    "orchard",
    "quarterly",
    "lantern",
    "meadow",
    "signal",
    "northwind",
    "copper",
    "tide",
    "archive",
    "kestrel",
    "juniper",
    "mosaic",
    "delta",
    "summit",
];

const PLACES: [&str; 10] = [
    "Lisbon",
    "Đà Nẵng",
    "Reykjavík",
    "São Paulo",
    "Osaka",
    "Kraków",
    "Oaxaca",
    "Tbilisi",
    "Zürich",
    "Hà Nội",
];

const DOCUMENTS: [&str; 14] = [
    "invoice",
    "contract",
    "report",
    "minutes",
    "proposal",
    "specification",
    "résumé",
    "Übersicht",
    "рецепт",
    "отчёт",
    "契約書",
    "議事録",
    "보고서",
    "báo cáo",
];

const PROJECTS: [&str; 6] = [
    "atlas",
    "lantern",
    "field-survey",
    "website",
    "backup",
    "nft-drop",
];
const OWNERS: [&str; 6] = ["mai", "tom", "аня", "joão", "yuki", "ops"];
const STAGES: [&str; 3] = ["prod", "staging", "dev"];

impl Kind {
    pub(super) fn any(dice: &mut Dice) -> Self {
        // Directories of pictures are a small part of what is uploaded.
        if dice.chance(3) {
            return Self::Album;
        }
        dice.pick(&KINDS)
    }

    pub(super) fn is_dir(self) -> bool {
        matches!(self, Self::Site | Self::Album)
    }

    /// The least and about the most bytes.
    pub(super) fn bytes(self) -> (u64, u64) {
        match self {
            Self::Photo => (600 * KIB, 24 * MIB),
            Self::Screenshot => (40 * KIB, 3 * MIB),
            Self::Document => (30 * KIB, 16 * MIB),
            Self::Sheet => (2 * KIB, 4 * MIB),
            Self::Notes => (200, 60 * KIB),
            Self::Archive => (MIB, 4096 * MIB),
            Self::Dataset => (256 * KIB, 8192 * MIB),
            Self::Token => (300, 4 * KIB),
            Self::Video => (8 * MIB, 6000 * MIB),
            Self::Audio => (2 * MIB, 180 * MIB),
            Self::Binary => (900 * KIB, 400 * MIB),
            Self::Site => (80 * KIB, 90 * MIB),
            Self::Album => (20 * MIB, 3000 * MIB),
        }
    }

    pub(super) fn mime(self) -> Option<&'static str> {
        match self {
            Self::Photo => Some("image/jpeg"),
            Self::Screenshot => Some("image/png"),
            Self::Document => Some("application/pdf"),
            Self::Sheet => Some("text/csv"),
            Self::Notes => Some("text/markdown"),
            Self::Archive => Some("application/zstd"),
            Self::Token => Some("application/json"),
            Self::Video => Some("video/mp4"),
            Self::Audio => Some("audio/flac"),
            Self::Dataset | Self::Binary | Self::Site | Self::Album => None,
        }
    }

    /// A name for one of its kind.
    pub(super) fn name(self, dice: &mut Dice) -> String {
        let subject = dice.pick(&SUBJECTS);
        let place = dice.pick(&PLACES);
        let number = dice.below(10_000);
        let year = 2023 + dice.below(4);
        let month = 1 + dice.below(12);
        let day = 1 + dice.below(28);
        match self {
            Self::Photo if dice.chance(50) => format!("IMG_{number:04}.jpg"),
            Self::Photo => format!("{place} {year}-{month:02} {:03}.jpg", number % 400),
            Self::Screenshot => format!(
                "Screenshot {year}-{month:02}-{day:02} {:02}.{:02}.png",
                number % 24,
                number % 60
            ),
            Self::Document => {
                let word = dice.pick(&DOCUMENTS);
                format!("{word}-{year}-{:03}.pdf", number % 500)
            }
            Self::Sheet => format!("{subject}_{year}Q{}.csv", 1 + number % 4),
            Self::Notes if dice.chance(20) => "README.md".to_owned(),
            Self::Notes => format!("{subject} notes {month:02}-{day:02}.md"),
            Self::Archive => format!("{subject}-backup-{year}{month:02}{day:02}.tar.zst"),
            Self::Dataset => format!(
                "{subject}-{year}-{month:02}-part{:04}.parquet",
                number % 128
            ),
            Self::Token => format!("{number}.json"),
            Self::Video => format!("{place} drone {:02} (4K).mp4", number % 60),
            Self::Audio => format!("Episode {:03} - {subject}.flac", number % 300),
            Self::Binary => format!(
                "{subject}-v{}.{}.{}-linux-x86_64",
                number % 4,
                number % 17,
                number % 9
            ),
            Self::Site => format!("{subject}-site-{year}{month:02}{day:02}"),
            Self::Album => format!("{place} {year}-{month:02}"),
        }
    }
}

/// None for most; project, owner and the like for the rest.
pub(super) fn keyvalues(dice: &mut Dice) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    if dice.chance(60) {
        return pairs;
    }
    let mut add = |key: &str, value: &str| pairs.insert(key.to_owned(), value.to_owned());
    add("project", dice.pick(&PROJECTS));
    if dice.chance(50) {
        add("owner", dice.pick(&OWNERS));
    }
    if dice.chance(40) {
        add("stage", dice.pick(&STAGES));
    }
    if dice.chance(10) {
        add("ticket", &format!("LP-{}", dice.below(5000)));
    }
    pairs
}
