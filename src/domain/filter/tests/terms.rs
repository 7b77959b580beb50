//! What each term lets through.

use super::{all_match, filter, none_match, pin};
use crate::domain::PinState;
use crate::domain::filter::{Facts as _, PinFacts, Scratch};

#[test]
fn sizes_are_compared() {
    let mut pin = pin("a");
    all_match(
        &pin,
        &[
            "size>9.9MB",
            "size>=10MB",
            "size=10MB",
            "size=10000000",
            "size<=10MB",
            "size<10MiB",
            "SIZE<1GiB",
            "size>9.5mib",
        ],
    );
    none_match(
        &pin,
        &[
            "size>10MB",
            "size<10MB",
            "size=10MiB",
            "size>=10MiB",
            "size<0",
        ],
    );
    pin.size = None;
    none_match(&pin, &["size>0", "size<=1TB", "size=0"]);
}

#[test]
fn ages_and_periods_are_of_the_time_of_pinning() {
    let mut pin = pin("a");
    all_match(
        &pin,
        &[
            "age>29d",
            "age<30d",
            "age>=29.5d",
            "age<=29.5d",
            "age>700h",
            "age<1y",
            "age>4w",
            "pinned:2024",
            "pinned:2024-06",
            "pinned:2024-06-01",
            "pinned:2024-01..2024-06",
            "pinned:..2024-06-01",
            "pinned:2024-06-01..",
            "pinned:2023..2024",
        ],
    );
    none_match(
        &pin,
        &[
            "age>29.5d",
            "age<29.5d",
            "age>30d",
            "age<4w",
            "age>1y",
            "pinned:2023",
            "pinned:2024-05",
            "pinned:2024-06-02..",
            "pinned:..2024-05",
            "pinned:2024-01..2024-05-31",
        ],
    );
    pin.date_pinned = "2024-06-30T23:59:59.999999Z".parse().ok();
    all_match(
        &pin,
        &["pinned:2024-06", "pinned:..2024-06", "age<1d", "age>0s"],
    );
    pin.date_pinned = "2024-07-01T00:00:00Z".parse().ok();
    none_match(&pin, &["pinned:2024-01..2024-06", "age>0s"]);
    pin.date_pinned = "2025-01-01T00:00:00Z".parse().ok();
    all_match(&pin, &["age<1s"]);
    pin.date_pinned = None;
    none_match(
        &pin,
        &["age>0s", "age<100y", "pinned:2024", "pinned:..2030"],
    );
}

#[test]
fn states_and_kinds() {
    let mut pin = pin("a");
    all_match(
        &pin,
        &[
            "status:pinned",
            "status:PINNED",
            "status:failed|pinned",
            "dir:no",
            "dup:no",
            "type:image/*",
            "type:IMAGE/PNG",
            "type:png",
            "type:*/p?g",
        ],
    );
    none_match(
        &pin,
        &[
            "status:unpinned",
            "status:pinning|failed",
            "dir:yes",
            "dup:yes",
            "type:image/j*",
            "type:imag?",
            "type:pdf",
        ],
    );
    pin.state = PinState::Unpinned;
    pin.is_dir = true;
    pin.mime_type = None;
    all_match(&pin, &["status:unpinned", "dir:yes", "Dir:YES", "type:*"]);
    none_match(&pin, &["status:pinned", "dir:no", "type:image", "type:?*"]);
    let facts = PinFacts {
        pin: &pin,
        is_duplicate: true,
    };
    assert!(
        filter("dup:yes")
            .matches(&facts, &mut Scratch::default())
            .is_some()
    );
    assert!(
        filter("dup:no")
            .matches(&facts, &mut Scratch::default())
            .is_none()
    );
}

#[test]
fn names_by_part_by_wildcard_and_by_expression() {
    let pin = pin("Annual Report 2024.PDF");
    all_match(
        &pin,
        &[
            "name:report",
            "name:\"annual report\"",
            "name:*.pdf",
            "name:annual*2024.???",
            "name:*report*",
            "name:/^Annual/",
            "name:\"/(?i)report \\d{4}\\.pdf$/\"",
            "name:\"/Annual Report/\"",
            "NAME:pdf",
            "name:l\" \"r",
        ],
    );
    none_match(
        &pin,
        &[
            "name:reprt",
            "name:report*",
            "name:*.pd",
            "name:/^annual/",
            "name:/^Report/",
            "name:annual_report",
            "name:\"a  r\"",
        ],
    );
}

#[test]
fn keyvalues_to_the_letter() {
    let pin = pin("a");
    all_match(
        &pin,
        &[
            "kv:env",
            "kv:env=production",
            "kv:env=prod*",
            "kv:env=*",
            "kv:\"a key\"",
            "kv:\"a key\"=\"a value\"",
            "kv:\"a key=a value\"",
        ],
    );
    none_match(
        &pin,
        &[
            "kv:ENV",
            "kv:en",
            "kv:env=Production",
            "kv:env=prod",
            "kv:env=",
            "kv:production",
            "kv:e*",
        ],
    );
}

#[test]
fn beginnings_of_cids_and_ids() {
    let pin = pin("a");
    all_match(
        &pin,
        &[
            "cid:bafybei",
            "id:3c3fec2a",
            "id:3C3FEC2A",
            "id:3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2",
        ],
    );
    none_match(
        &pin,
        &[
            "cid:BAFY",
            "cid:afybei",
            "id:c3fec2a",
            "id:3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2x",
        ],
    );
}

#[test]
fn facts_of_a_pin_are_those_of_its_record() {
    let mut pin = pin("a");
    let facts = PinFacts {
        pin: &pin,
        is_duplicate: true,
    };
    assert_eq!(
        facts.keyvalues().collect::<Vec<_>>(),
        [("a key", "a value"), ("env", "production")]
    );
    assert_eq!(facts.date_pinned(), Some(1_717_243_200));
    assert!(facts.is_duplicate());
    pin.name = None;
    assert_eq!(
        PinFacts {
            pin: &pin,
            is_duplicate: false
        }
        .name(),
        ""
    );
}
