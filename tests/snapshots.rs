//! What each screen looks like, at three sizes, with names that try every trick.
//!
//! A changed screen fails here; look at the difference, and where it is meant run the tests once
//! with `INSTA_UPDATE=always`.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking"
)]

mod core;

use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::KeyCode;
use jiff::Timestamp;
use lazypin::app::{AppConfig, Effect, Message};
use lazypin::domain::change::{Kind, Outcome};
use lazypin::domain::{
    Change, ChangeItem, CidList, Page, Pin, Protection, Rule, UnpinItem, UnpinOutcome, UploadFile,
    UploadPlan,
};
use lazypin::error::ApiError;
use lazypin::protocol::{AccountReading, JobEnd, PinDetails, Reply, Request};

use uuid::Uuid;

use self::core::{Core, config, entries, pin, pins};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];

/// Draws the screen at each size and holds it against the kept one.
fn check(name: &str, screen: impl Fn((u16, u16)) -> Core) {
    for size in SIZES {
        let core = screen(size);
        let text = core.screen();
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "a control character got through: {text:?}"
        );
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), text);
    }
}

#[test]
fn list() {
    check("list", |size| Core::connected(size, pins()));
}

#[test]
fn list_with_marks_and_range() {
    check("marks", |size| {
        let mut core = Core::connected(size, pins());
        core.press(" jv");
        core.press("jj");
        core
    });
}

#[test]
fn list_of_many_at_its_end() {
    check("end", |size| {
        let mut core = Core::connected(size, (0..1234).map(pin).collect());
        core.press("G");
        core
    });
}

#[test]
fn loading() {
    check("loading", |size| Core::new(size, Vec::new()));
}

#[test]
fn empty() {
    check("empty", |size| Core::connected(size, Vec::new()));
}

#[test]
fn read_only() {
    check("read-only", |size| {
        let config = AppConfig {
            read_only: true,
            ..config()
        };
        let mut core = Core::with(config, size, pins());
        core.connect();
        core.press("d");
        core
    });
}

#[test]
fn command_palette() {
    check("palette", |size| {
        let mut core = Core::connected(size, pins());
        core.press(":");
        core
    });
    check("palette-narrowed", |size| {
        let mut core = Core::connected(size, pins());
        core.press(":take back");
        core
    });
}

fn changes() -> Page<Change> {
    let change = |number: u128, kind, total, counts: &[(Outcome, usize)]| Change {
        batch: Uuid::from_u128(number << 96),
        time: "2026-11-21T09:30:00Z".parse().unwrap(),
        kind,
        profile: "default".to_owned(),
        service: "https://api.aiozpin.network/api".to_owned(),
        total,
        counts: counts.iter().copied().collect(),
        of: (kind == Kind::Undo).then(|| Uuid::from_u128(0x1234_5678 << 96)),
    };
    Page {
        rows: vec![
            change(
                3,
                Kind::Undo,
                12,
                &[(Outcome::Back, 9), (Outcome::Refused, 3)],
            ),
            change(
                2,
                Kind::Unpin,
                100_000,
                &[(Outcome::Done, 99_000), (Outcome::Unknown, 7)],
            ),
            change(1, Kind::Upload, 1, &[(Outcome::Done, 1)]),
        ],
        more: true,
    }
}

fn change_log(size: (u16, u16)) -> Core {
    let mut core = Core::connected(size, pins());
    core.press("L");
    let Request::Changes { seq, offset } = core.take_request() else {
        panic!("no changes were asked for");
    };
    let result = Ok(changes());
    core.reply(Reply::Changes {
        seq,
        offset,
        result,
    });
    core
}

#[test]
fn change_log_and_items() {
    check("changes", change_log);
    check("change-items", |size| {
        let mut core = change_log(size);
        core.key(KeyCode::Enter);
        let Request::ChangeItems { seq, offset, .. } = core.take_request() else {
            panic!("no items were asked for");
        };
        let item = |pin: &Pin, outcome, message: &str| ChangeItem {
            id: Some(pin.id.clone()),
            name: pin.name.clone(),
            cid: Some(pin.cid.clone()),
            outcome,
            message: message.to_owned(),
            new_id: (outcome == Some(Outcome::Back)).then(|| core.pins[13].id.clone()),
        };
        let refused = "refused: the content is nowhere\u{1b}[2J";
        let rows = vec![
            item(&core.pins[0], Some(Outcome::Back), ""),
            item(&core.pins[6], Some(Outcome::Refused), refused),
            item(&core.pins[3], None, ""),
        ];
        let result = Ok(Page { rows, more: false });
        core.reply(Reply::ChangeItems {
            seq,
            offset,
            result,
        });
        core.key(KeyCode::Down);
        core
    });
}

#[test]
fn plan_with_protection() {
    check("plan", |size| {
        let rules = ["name:holiday-*", "size<=7"].map(|text| Rule::read(text).unwrap());
        let by_hand = [pin(1).id].into();
        let config = AppConfig {
            protection: Protection::new(rules.to_vec(), by_hand, Timestamp::UNIX_EPOCH),
            ..config()
        };
        let mut core = Core::with(config, size, pins());
        core.connect();
        core.press("v");
        core.key(KeyCode::End);
        core.press("d");
        core
    });
}

#[test]
fn plan_to_be_saved() {
    check("plan-save", |size| {
        let mut core = Core::connected(size, pins());
        core.press("  dw");
        core
    });
}

fn failing(size: (u16, u16), error: &ApiError) -> Core {
    let mut core = Core::new(size, Vec::new());
    let Request::List { seq, query, .. } = core.take_request() else {
        panic!("no list was asked for");
    };
    core.reply(Reply::List {
        seq,
        query,
        result: Err(error.clone()),
    });
    core
}

#[test]
fn wrong_keys() {
    let error = ApiError::Unauthorized("invalid api key".to_owned());
    check("wrong-keys", |size| failing(size, &error));
}

#[test]
fn no_network() {
    let error = ApiError::Transport {
        message: "no connection to api.aiozpin.network: dns error".to_owned(),
        sent: false,
    };
    check("no-network", |size| failing(size, &error));
}

#[test]
fn service_down() {
    let error = ApiError::Unavailable("503 upstream connect error".to_owned());
    check("service-down", |size| failing(size, &error));
}

#[test]
fn record() {
    check("record", |size| {
        let mut core = Core::connected(size, pins());
        core.key(KeyCode::Enter);
        let Request::Details { seq, id } = core.take_request() else {
            panic!("no record was asked for");
        };
        let details = PinDetails {
            pin: core.pins[0].clone(),
            raw: String::new(),
        };
        core.reply(Reply::Details {
            seq,
            id,
            result: Ok(details),
        });
        core
    });
}

#[test]
fn raw_record() {
    check("raw", |size| {
        let mut core = Core::connected(size, pins());
        core.press("i");
        let Request::Details { seq, id } = core.take_request() else {
            panic!("no record was asked for");
        };
        let details = PinDetails {
            pin: core.pins[0].clone(),
            raw: "{\n  \"id\": \"x\",\n  \"name\": \"\u{9b}31m\",\n  \"size\": 50922\n}".to_owned(),
        };
        core.reply(Reply::Details {
            seq,
            id,
            result: Ok(details),
        });
        core
    });
}

#[test]
fn help() {
    check("help", |size| {
        let mut core = Core::connected(size, pins());
        core.press("?");
        core
    });
}

#[test]
fn question() {
    check("question", |size| {
        let mut core = Core::connected(size, pins());
        core.press("   jd");
        core
    });
}

#[test]
fn question_that_wants_a_number() {
    check("question-typed", |size| {
        let mut core = Core::connected(size, (0..60).map(pin).collect());
        core.press("v");
        core.press("Gvd6");
        core
    });
}

#[test]
fn question_before_quitting() {
    check("question-quit", |size| {
        let mut core = Core::connected(size, pins());
        core.press("dyq");
        core
    });
}

#[test]
fn copy_menu() {
    check("copy-as", |size| {
        let mut core = Core::connected(size, pins());
        core.press("Yj");
        core
    });
}

fn picking(size: (u16, u16)) -> Core {
    let mut core = Core::connected(size, pins());
    core.press("u");
    let Some(Effect::ReadDirectory { seq, path }) = core.wanted.pop() else {
        panic!("no directory was asked for");
    };
    core.say(Message::Directory {
        seq,
        path,
        result: Ok(entries()),
    });
    core
}

#[test]
fn file_picker() {
    check("picker", |size| {
        let mut core = picking(size);
        core.key(KeyCode::Down);
        core.press(" ");
        core
    });
}

#[test]
fn file_picker_narrowed() {
    check("picker-narrowed", |size| {
        let mut core = picking(size);
        core.press("ind");
        core
    });
}

#[test]
fn file_picker_that_can_not_read() {
    check("picker-error", |size| {
        let mut core = picking(size);
        core.key(KeyCode::Left);
        let Some(Effect::ReadDirectory { seq, path }) = core.wanted.pop() else {
            panic!("no directory was asked for");
        };
        core.say(Message::Directory {
            seq,
            path,
            result: Err("can't read /home/me: permission denied".to_owned()),
        });
        core
    });
}

fn plan() -> UploadPlan {
    UploadPlan {
        source: PathBuf::from("/home/me/site/Images"),
        is_dir: true,
        files: vec![
            UploadFile {
                path: PathBuf::from("/home/me/site/Images/a.png"),
                name: "Images/a.png".to_owned(),
                size: 1_000_000,
            },
            UploadFile {
                path: PathBuf::from("/home/me/site/Images/b.png"),
                name: "Images/b.png".to_owned(),
                size: 500,
            },
        ],
        skipped: vec!["Images/link is a link".to_owned()],
        metadata: lazypin::domain::Metadata::default(),
    }
}

fn uploading(size: (u16, u16)) -> Core {
    let mut core = picking(size);
    core.key(KeyCode::Tab);
    let Request::Scan { seq, .. } = core.take_request() else {
        panic!("nothing was to be counted");
    };
    core.reply(Reply::Scanned {
        seq,
        plans: vec![Ok(plan())],
    });
    core
}

#[test]
fn upload_form() {
    check("upload", |size| {
        let mut core = uploading(size);
        core.key(KeyCode::Tab);
        core.press("env=prod");
        core
    });
}

#[test]
fn upload_under_way() {
    check("upload-job", |size| {
        let mut core = uploading(size);
        core.key(KeyCode::Tab);
        core.key(KeyCode::Tab);
        core.key(KeyCode::Enter);
        let Request::Upload { job, .. } = core.take_request() else {
            panic!("nothing was uploaded");
        };
        core.reply(Reply::UploadProgress { job, sent: 250_000 });
        core
    });
}

#[test]
fn export() {
    check("export-as", |size| {
        let mut core = Core::connected(size, pins());
        core.press("  ej");
        core
    });
    check("export", |size| {
        let mut core = Core::connected(size, pins());
        core.press("el");
        core.key(KeyCode::Enter);
        let Request::Export { job, .. } = core.take_request() else {
            panic!("nothing is exported");
        };
        let why = "pins-2026-11-22.jsonl is there already; give another name";
        core.reply(Reply::Finished {
            job,
            end: JobEnd::Broken(why.to_owned()),
        });
        core
    });
}

#[test]
fn pin_list() {
    check("pin-list", |size| {
        let mut core = Core::connected(size, pins());
        core.press("p");
        let list = include_str!("data/cids.txt");
        core.say(Message::Paste(list.to_owned()));
        let Request::ReadCids { seq, .. } = core.take_request() else {
            panic!("nothing is read");
        };
        let result = CidList::read(list.as_bytes()).map_err(|error| error.to_string());
        core.reply(Reply::CidsRead { seq, result });
        core
    });
}

#[test]
fn pin_form() {
    check("pin", |size| {
        let mut core = Core::connected(size, pins());
        core.press("p");
        core.press("bafynonsense");
        core
    });
}

#[test]
fn results_of_a_batch() {
    check("results", |size| {
        let mut core = Core::connected(size, pins());
        core.press("  dy");
        let Request::Unpin { job, pins } = core.take_request() else {
            panic!("nothing was unpinned");
        };
        core.reply(Reply::Unpinned {
            job,
            items: vec![
                UnpinItem {
                    id: pins[0].id.clone(),
                    outcome: UnpinOutcome::Done,
                    message: String::new(),
                },
                UnpinItem {
                    id: pins[1].id.clone(),
                    outcome: UnpinOutcome::Refused,
                    message: "User not enough balance".to_owned(),
                },
            ],
        });
        core.reply(Reply::Finished {
            job,
            end: JobEnd::BatchOver,
        });
        core.answer_lists();
        core
    });
}

#[test]
fn panel_of_jobs() {
    check("jobs", |size| {
        let mut core = Core::connected(size, pins());
        let batch = |core: &mut Core, marks: &str| {
            core.press("g");
            core.press(marks);
            core.press("dy");
            let Request::Unpin { job, pins } = core.take_request() else {
                panic!("no batch was sent");
            };
            (job, pins)
        };
        // Over, and not all of it well.
        let (job, pins) = batch(&mut core, "   ");
        let items = pins.iter().enumerate().map(|(index, pin)| UnpinItem {
            id: pin.id.clone(),
            outcome: [UnpinOutcome::Done, UnpinOutcome::Refused][index % 2],
            message: ["", "not\u{1b}[2J yours"][index % 2].to_owned(),
        });
        let items = items.collect();
        core.reply(Reply::Unpinned { job, items });
        core.later(Duration::from_secs(65));
        let end = JobEnd::BatchOver;
        core.reply(Reply::Finished { job, end });
        core.answer_lists();
        core.key(KeyCode::Esc);
        // Half done, and gone on with.
        let (job, pins) = batch(&mut core, "jjjjj    ");
        for pin in &pins[..2] {
            core.later(Duration::from_secs(10));
            let items = vec![UnpinItem {
                id: pin.id.clone(),
                outcome: UnpinOutcome::Done,
                message: String::new(),
            }];
            core.reply(Reply::Unpinned { job, items });
        }
        core.press("J");
        core
    });
}

#[test]
fn filter_line() {
    check("filter", |size| {
        let mut core = Core::connected(size, pins());
        core.press("/index");
        core.reply(Reply::Indexed {
            known: 12_300,
            total: 100_000,
            reading: AccountReading::UnderWay,
        });
        core.answer_lists();
        core
    });
}

#[test]
fn filter_of_what_was_kept() {
    check("filter-kept", |size| {
        let mut core = Core::connected(size, pins());
        core.pins.clear();
        core.press("/index");
        core.reply(Reply::Indexed {
            known: 1_000_000,
            total: 1_000_000,
            reading: AccountReading::UnderWay,
        });
        core.answer_lists();
        core
    });
}

#[test]
fn filter_while_a_search_goes_on() {
    check("filter-searching", |size| {
        let mut core = Core::connected(size, pins());
        core.press("/inde");
        core.say(Message::Key(KeyCode::Char('x').into()));
        let Request::List { seq, query, .. } = core.take_request() else {
            panic!("nothing was searched");
        };
        let mut page = core.page(&query);
        page.pins.truncate(3);
        page.totals.files = 3;
        core.reply(Reply::FirstMatches { seq, query, page });
        core
    });
}

#[test]
fn filter_with_a_wrong_term() {
    check("filter-wrong", |size| {
        let mut core = Core::connected(size, pins());
        core.press("/last size>lots");
        core
    });
}

#[test]
fn notices_go_away_by_themselves() {
    let mut core = Core::connected((80, 24), pins());
    core.press("y");
    let Some(Effect::Copy { what, route, .. }) = core.wanted.pop() else {
        panic!("nothing was copied");
    };
    core.say(Message::Copied {
        what,
        route,
        result: Ok(()),
    });
    assert!(core.screen().contains("copied to the clipboard: CID"));
    core.later(Duration::from_secs(6));
    assert!(!core.screen().contains("copied"));
}

#[test]
fn pending_pins_are_looked_at_again_ever_more_seldom() {
    let mut core = Core::connected((80, 24), pins());
    assert!(core.screen().contains("pinning"));
    let mut waits = Vec::new();
    for _ in 0..3 {
        let due = core.app.wake_at().expect("a look is due");
        waits.push(due.saturating_sub(core.app.now.tick));
        core.later(due.saturating_sub(core.app.now.tick));
        let Request::Refresh { ids } = core.take_request() else {
            panic!("no look was taken");
        };
        assert_eq!(ids, [core.pins[2].id.clone()]);
        let pins = vec![core.pins[2].clone()];
        core.reply(Reply::Refreshed { ids, pins });
    }
    assert!(waits.is_sorted() && waits[0] < waits[2], "{waits:?}");

    let due = core.app.wake_at().expect("a look is due");
    core.later(due.saturating_sub(core.app.now.tick));
    let Request::Refresh { ids } = core.take_request() else {
        panic!("no look was taken");
    };
    let mut settled = core.pins[2].clone();
    settled.state = lazypin::domain::PinState::Pinned;
    settled.pinned = true;
    let pins = vec![settled];
    core.reply(Reply::Refreshed { ids, pins });
    assert!(!core.screen().contains("pinning"));
    assert_eq!(core.app.wake_at(), None, "nothing is left to wait for");
}

#[test]
fn any_size_can_be_drawn() {
    for width in (1..130).step_by(9) {
        for height in (1..50).step_by(5) {
            for keys in ["", "?", "d", "Y", "p"] {
                let mut core = Core::connected((width, height), pins());
                core.press(keys);
                core.screen();
            }
            picking((width, height)).screen();
            uploading((width, height)).screen();
        }
    }
}
