//! Whatever happens in whatever order, cursor, marks and rows stay consistent, and every screen can
//! be drawn.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking"
)]

mod core;

use std::collections::HashSet;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use lazypin::app::{Effect, Message};
use lazypin::domain::change::{Kind, Outcome};
use lazypin::domain::{
    Change, CidList, PackedPin, Page, PinId, UndoItem, UndoOutcome, UnpinItem, UnpinOutcome,
    UnpinTarget,
};
use lazypin::error::ApiError;
use lazypin::protocol::{BatchOffer, JobEnd, JobId, ListItem, Reply, Request, Seq};
use proptest::prelude::*;
use ratatui::layout::Size;
use uuid::Uuid;

use self::core::{Core, entries, pin};

/// One thing that happens.
/// A list as people keep them, mistakes and all.
const CIDS: &str = include_str!("data/cids.txt");

#[derive(Clone, Debug)]
enum Step {
    Key(KeyCode, bool),
    Paste(String),
    Resize(u16, u16),
    Later(u64),
    /// The service gains pins at the top, or loses some.
    Gain(usize),
    Lose(usize, usize),
    /// The oldest, or the newest, open request is answered, well or badly.
    Answer {
        newest: bool,
        well: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let keys = "jkgG][vaA/ dyYuULLeprsSfioxq?n123>:\u{e9}";
    let key = prop_oneof![
        8 => prop::sample::select(keys.chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up,
            KeyCode::Down, KeyCode::Left, KeyCode::PageDown, KeyCode::End, KeyCode::Backspace,
            KeyCode::Delete, KeyCode::F(5),
        ]),
    ];
    prop_oneof![
        10 => (key, prop::bool::weighted(0.1)).prop_map(|(key, ctrl)| Step::Key(key, ctrl)),
        1 => ".{0,20}".prop_map(Step::Paste),
        1 => Just(Step::Paste(CIDS.to_owned())),
        1 => (0u16..140, 0u16..50).prop_map(|(width, height)| Step::Resize(width, height)),
        1 => (0u64..100_000).prop_map(Step::Later),
        1 => (1usize..20).prop_map(Step::Gain),
        1 => (0usize..300, 1usize..50).prop_map(|(at, count)| Step::Lose(at, count)),
        8 => (any::<bool>(), prop::bool::weighted(0.85))
            .prop_map(|(newest, well)| Step::Answer { newest, well }),
    ]
}

fn play(core: &mut Core, step: Step, made: &mut usize) {
    match step {
        Step::Key(key, with_ctrl) => {
            let modifiers = if with_ctrl {
                KeyModifiers::CONTROL
            } else {
                KeyModifiers::NONE
            };
            core.say(Message::Key(KeyEvent::new(key, modifiers)));
        }
        Step::Paste(text) => core.say(Message::Paste(text)),
        Step::Resize(width, height) => core.say(Message::Resize(Size::new(width, height))),
        Step::Later(milliseconds) => core.later(Duration::from_millis(milliseconds)),
        Step::Gain(count) => {
            for _ in 0..count {
                *made += 1;
                core.pins.insert(0, pin(*made));
            }
        }
        Step::Lose(at, count) => {
            let from = at.min(core.pins.len());
            let to = (at + count).min(core.pins.len());
            core.pins.drain(from..to);
        }
        Step::Answer { newest, well } => {
            if core.wanted.is_empty() {
                return;
            }
            let at = if newest { core.wanted.len() - 1 } else { 0 };
            let effect = core.wanted.remove(at);
            answer(core, effect, well);
        }
    }
}

fn taken_back(core: &mut Core, job: JobId, offer: BatchOffer) {
    let items = offer.pins.into_iter().enumerate();
    let items = items.map(|(index, target)| UndoItem {
        new_id: None,
        outcome: if index % 2 == 0 {
            UndoOutcome::Back
        } else {
            UndoOutcome::Refused
        },
        message: "no".to_owned(),
        target,
    });
    let items = items.collect();
    core.reply(Reply::Undone { job, items });
    core.reply(Reply::Finished {
        job,
        end: JobEnd::BatchOver,
    });
}

fn undoable(core: &mut Core, named: Option<Uuid>) {
    let pins = core.pins.iter().take(3).map(UnpinTarget::from).collect();
    let found = Ok(Some(BatchOffer {
        batch: named.unwrap_or_default(),
        time: Timestamp::UNIX_EPOCH,
        pins,
    }));
    core.reply(Reply::Undoable { named, found });
}

fn changes(offset: usize) -> Page<Change> {
    let change = |number: usize| Change {
        batch: Uuid::from_u128(number as u128),
        time: Timestamp::UNIX_EPOCH,
        kind: [Kind::Unpin, Kind::Undo][number % 2],
        profile: "default".to_owned(),
        service: "somewhere".to_owned(),
        total: number,
        counts: [(Outcome::Done, number)].into(),
        of: None,
    };
    Page {
        rows: (offset..offset + 3).map(change).collect(),
        more: offset < 1000,
    }
}

fn unpinned(core: &mut Core, job: JobId, pins: Vec<UnpinTarget>) {
    let ids: Vec<_> = pins.into_iter().map(|pin| pin.id).collect();
    core.pins.retain(|pin| !ids.contains(&pin.id));
    let items = ids
        .into_iter()
        .enumerate()
        .map(|(index, id)| UnpinItem {
            id,
            outcome: if index % 5 == 4 {
                UnpinOutcome::Unknown
            } else {
                UnpinOutcome::Done
            },
            message: String::new(),
        })
        .collect();
    core.reply(Reply::Unpinned { job, items });
    core.reply(Reply::Finished {
        job,
        end: JobEnd::BatchOver,
    });
}

fn cids_read(core: &mut Core, seq: Seq) {
    let result = CidList::read(CIDS.as_bytes()).map_err(|error| error.to_string());
    core.reply(Reply::CidsRead { seq, result });
}

fn list_pinned(core: &mut Core, job: JobId, list: &CidList) {
    let error = ApiError::Timeout("30 s".to_owned());
    let ends = [JobEnd::AlreadyPinned(None), JobEnd::Failed(error)];
    // One more than there are.
    let items = (0..=list.pins.len()).map(|place| ListItem {
        place,
        end: ends[place % 2].clone(),
    });
    let items = items.collect();
    core.reply(Reply::ListPinned { job, items });
    core.reply(Reply::Finished {
        job,
        end: JobEnd::BatchOver,
    });
}

fn matched(core: &mut Core, seq: Seq) {
    let result = Ok(core.pins.iter().map(PackedPin::new).collect());
    core.reply(Reply::Matched { seq, result });
}

fn answer(core: &mut Core, effect: Effect, well: bool) {
    let error = || ApiError::Timeout("30 s".to_owned());
    match effect {
        Effect::Submit(request) if !well => core.say(Message::Busy(request)),
        Effect::Submit(Request::List { seq, query, .. }) => {
            let result = Ok(core.page(&query));
            core.reply(Reply::List { seq, query, result });
        }
        Effect::Submit(Request::ReadAccount) | Effect::Pause { .. } => {}
        Effect::Submit(Request::MatchAll { seq, .. }) => matched(core, seq),
        Effect::Submit(request @ Request::Plan { .. }) => core.say(Message::Busy(request)),
        Effect::Submit(Request::CountShown { seq, pins, .. }) => {
            let result = Ok(pins.len() / 2);
            core.reply(Reply::ShownCounted { seq, result });
        }
        Effect::Submit(Request::Details { seq, id }) => {
            let result = Err(error());
            core.reply(Reply::Details { seq, id, result });
        }
        Effect::Submit(Request::Refresh { ids }) => {
            let pins = core
                .pins
                .iter()
                .filter(|pin| ids.contains(&pin.id))
                .cloned()
                .collect();
            core.reply(Reply::Refreshed { ids, pins });
        }
        Effect::Submit(Request::Undoable(named)) => undoable(core, named),
        Effect::Submit(Request::Changes { seq, offset }) => {
            let result = Ok(changes(offset));
            core.reply(Reply::Changes {
                seq,
                offset,
                result,
            });
        }
        Effect::Submit(request @ Request::ChangeItems { .. }) => {
            core.say(Message::Busy(request));
        }
        Effect::Submit(Request::Protect { seq, .. }) => {
            let result = Ok(core
                .pins
                .iter()
                .step_by(7)
                .map(|pin| pin.id.clone())
                .collect());
            core.reply(Reply::Protected { seq, result });
        }
        Effect::SavePlan { path, .. } => core.say(Message::PlanSaved {
            path,
            result: if well {
                Ok(())
            } else {
                Err("the disk is full".to_owned())
            },
        }),
        Effect::Submit(Request::Undo { job, offer, .. } | Request::Resume { job, offer, .. }) => {
            taken_back(core, job, offer);
        }
        Effect::Submit(Request::Unpin { job, pins }) => unpinned(core, job, pins),
        Effect::Submit(Request::ReadCids { seq, .. }) => cids_read(core, seq),
        Effect::Submit(Request::PinList { job, list, .. }) => list_pinned(core, job, &list),
        Effect::Submit(Request::Upload { job, .. } | Request::PinByCid { job, .. }) => {
            let end = core
                .pins
                .first()
                .cloned()
                .map_or(JobEnd::AlreadyPinned(None), JobEnd::Pinned);
            core.reply(Reply::Finished { job, end });
        }
        Effect::Submit(Request::Export { job, .. }) => core.reply(Reply::Finished {
            job,
            end: JobEnd::Broken("it is there already".to_owned()),
        }),
        Effect::Submit(Request::Scan { seq, .. }) => {
            let plans = vec![Err("nothing to upload".to_owned())];
            core.reply(Reply::Scanned { seq, plans });
        }
        Effect::ReadDirectory { seq, path } => {
            let result = if well {
                Ok(entries())
            } else {
                Err("gone".to_owned())
            };
            core.say(Message::Directory { seq, path, result });
        }
        Effect::Copy { what, route, .. } => core.say(Message::Copied {
            what,
            route,
            result: Ok(()),
        }),
        Effect::Open(url) => core.say(Message::Opened {
            url,
            result: Ok(()),
        }),
        Effect::Cancel(job) => core.reply(Reply::Finished {
            job,
            end: JobEnd::BatchOver,
        }),
    }
}

fn check(core: &Core) {
    let list = &core.app.list;
    assert!(
        list.cursor() < list.len().max(1),
        "the cursor left the list"
    );
    assert!(list.visible().contains(&list.cursor()) || list.is_empty());
    let shown: Vec<&PinId> = list.known(0..u64::MAX).map(|pin| &pin.id).collect();
    let distinct: HashSet<&&PinId> = shown.iter().collect();
    assert_eq!(shown.len(), distinct.len(), "a pin stands at two places");
    assert_eq!(core.app.marks.len(), core.app.marks.pins().count());
    let (page, pages) = list.page();
    assert!(page >= 1 && page <= pages);
    core.screen();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_events_keeps_the_app_whole(
        pins in 0usize..400,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut core = Core::new((100, 30), (0..pins).map(pin).collect());
        let mut made = 10_000;
        for step in steps {
            play(&mut core, step, &mut made);
            check(&core);
        }
    }

    /// Once everything is answered, the screen shows what the service has.
    #[test]
    fn after_the_dust_settles_the_list_is_true(
        pins in 1usize..400,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut core = Core::new((100, 30), (0..pins).map(pin).collect());
        let mut made = 10_000;
        for step in steps {
            play(&mut core, step, &mut made);
        }
        for _ in 0..12 {
            core.key(KeyCode::Esc);
        }
        core.press("r");
        core.answer_lists();
        let list = &core.app.list;
        prop_assert_eq!(list.len(), core.pins.len() as u64);
        for place in list.visible() {
            let index = usize::try_from(place).unwrap();
            prop_assert_eq!(list.row(place).map(|pin| &pin.id), Some(&core.pins[index].id));
        }
    }
}
