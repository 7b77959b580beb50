//! Plays messages to the pure core and draws what it then shows: no clock, no network, no terminal.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking; not every test uses every helper"
)]

use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use lazypin::app::{App, AppConfig, DirectoryEntry, Effect, EntryKind, Message, Now};
use lazypin::domain::{Cid, ListQuery, Pin, PinPage, PinState, Totals};
use lazypin::input::Keymap;
use lazypin::protocol::{Reply, Request};
use lazypin::ui::{self, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

/// A core with a scripted service behind it.
pub struct Core {
    pub app: App,
    pub pins: Vec<Pin>,
    /// What the app wanted and this service does not do by itself.
    pub wanted: Vec<Effect>,
    tick: Duration,
}

pub fn now(tick: Duration) -> Now {
    Now {
        tick,
        wall: "2026-11-22T12:00:00Z".parse().unwrap(),
    }
}

pub fn config() -> AppConfig {
    AppConfig {
        account: lazypin::domain::Account {
            profile: "default".to_owned(),
            service: "http://service.test/api".to_owned(),
        },
        service: "embedded service".to_owned(),
        read_only: false,
        page_size: None,
        directory: PathBuf::from("/home/me/site"),
        protection: lazypin::domain::Protection::default(),
        views: Vec::new(),
    }
}

impl Core {
    /// A core that has not heard of its service yet.
    pub fn new(size: (u16, u16), pins: Vec<Pin>) -> Self {
        Self::with(config(), size, pins)
    }

    pub fn with(config: AppConfig, size: (u16, u16), pins: Vec<Pin>) -> Self {
        let tick = Duration::ZERO;
        let mut app = App::new(
            config,
            Keymap::built_in(),
            Size::new(size.0, size.1),
            now(tick),
        );
        let wanted = app.start();
        Self {
            app,
            pins,
            wanted,
            tick,
        }
    }

    /// A core whose service has answered.
    pub fn connected(size: (u16, u16), pins: Vec<Pin>) -> Self {
        let mut core = Self::new(size, pins);
        core.connect();
        core
    }

    pub fn connect(&mut self) {
        self.say(Message::Reply(Reply::Connected {
            api_url: "http://127.0.0.1:5080/api".to_owned(),
            gateway: Some("http://127.0.0.1:5080".to_owned()),
        }));
        self.answer_lists();
    }

    pub fn say(&mut self, message: Message) {
        self.tick += Duration::from_millis(1);
        self.wanted.extend(self.app.update(message, now(self.tick)));
    }

    pub fn later(&mut self, time: Duration) {
        self.tick += time;
        self.say(Message::Tick);
    }

    pub fn reply(&mut self, reply: Reply) {
        self.say(Message::Reply(reply));
    }

    /// Answers what is asked of the list, until nothing more is.
    pub fn answer_lists(&mut self) {
        for _ in 0..100 {
            let (lists, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.wanted)
                .into_iter()
                .partition(|effect| matches!(effect, Effect::Submit(Request::List { .. })));
            self.wanted = others;
            if lists.is_empty() {
                return;
            }
            for effect in lists {
                if let Effect::Submit(Request::List { seq, query, .. }) = effect {
                    let result = Ok(self.page(&query));
                    self.reply(Reply::List { seq, query, result });
                }
            }
        }
        panic!("the list never has enough");
    }

    pub fn page(&self, query: &ListQuery) -> PinPage {
        let from = usize::try_from(query.offset).unwrap().min(self.pins.len());
        let to = (from + query.limit as usize).min(self.pins.len());
        PinPage {
            pins: self.pins[from..to].to_vec(),
            rows: to - from,
            totals: Totals {
                files: self.pins.len() as u64,
                size: lazypin::domain::text::total_bytes(
                    self.pins.iter().filter_map(|pin| pin.size),
                ),
            },
        }
    }

    pub fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(KeyCode::Char(c));
        }
    }

    pub fn key(&mut self, code: KeyCode) {
        self.say(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self.answer_lists();
    }

    /// Takes the request that the app wanted last.
    pub fn take_request(&mut self) -> Request {
        match self.wanted.pop() {
            Some(Effect::Submit(request)) => request,
            other => panic!("no request but {other:?}"),
        }
    }

    pub fn screen(&self) -> String {
        let size = self.app.layout.screen;
        let mut terminal =
            Terminal::new(TestBackend::new(size.width.max(1), size.height.max(1))).unwrap();
        terminal
            .draw(|frame| ui::draw(frame, &self.app, &Theme::terminal()))
            .unwrap();
        terminal.backend().to_string()
    }
}

/// Pins of all kinds, with names that try every trick.
pub fn pins() -> Vec<Pin> {
    let names: [(&str, Option<u64>, PinState); 14] = [
        ("holiday-photos", Some(12_345_678), PinState::Pinned),
        ("index.html", Some(1_234), PinState::Pinned),
        ("backup.tar.zst", None, PinState::Pinning),
        (
            "文件名字很长很长很长很长很长很长很长.txt",
            Some(99),
            PinState::Pinned,
        ),
        ("שלום עולם.pdf", Some(50_922), PinState::Pinned),
        ("مرحبا بالعالم", Some(1), PinState::Pinned),
        ("\u{1b}[31mred\u{1b}[0m\u{7}", Some(7), PinState::Failed),
        (
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}clair 👩\u{200d}💻",
            Some(0),
            PinState::Pinned,
        ),
        ("evil\u{202e}gnp.exe", Some(4_096), PinState::Unpinned),
        (
            "line\nbreak\ttab",
            Some(1_000_000_000_000),
            PinState::Pinned,
        ),
        (
            "a name that goes on and on and on and on and on and on and on and on",
            Some(5),
            PinState::Pinned,
        ),
        ("", Some(42), PinState::Pinned),
        ("archive.zip", Some(u64::MAX), PinState::Unpinned),
        ("last one", Some(1_024), PinState::Pinned),
    ];
    names
        .into_iter()
        .enumerate()
        .map(|(index, (name, size, state))| {
            let mut pin = pin(index);
            pin.name = Some(name.to_owned());
            pin.size = size;
            pin.state = state;
            pin.pinned = state == PinState::Pinned;
            pin.is_dir = index == 0;
            pin
        })
        .collect()
}

/// The pin of this number.
pub fn pin(number: usize) -> Pin {
    let mut pin = Pin::new(
        format!("3c3fec2a-ca65-4b8e-bcf3-{number:012}"),
        Cid::as_received("bafkreigoswsg4iddq6gqexlizzkduic652iolmy2mwolrr6bbd5twezucq"),
    );
    pin.name = Some(format!("pin-{number}"));
    pin.size = Some(1000);
    pin.state = PinState::Pinned;
    pin.pinned = true;
    pin.status = Some("DONE".to_owned());
    pin.root_hash =
        Some("1220ce95a46e2063878d025d68ce543a205eee90e5b31a659cb8c7c108fb3b133414".to_owned());
    pin.mime_type = Some("image/png".to_owned());
    pin.date_pinned = Some("2026-11-20T03:52:39.331369Z".parse().unwrap());
    pin.keyvalues = [("env".to_owned(), "prod".to_owned())].into();
    pin
}

/// What a directory may hold.
pub fn entries() -> Vec<DirectoryEntry> {
    let entry = |name: &str, kind, size| DirectoryEntry {
        path: PathBuf::from("/home/me/site").join(name),
        name: name.to_owned(),
        kind,
        size,
        modified: Some("2026-11-01T08:00:00Z".parse().unwrap()),
    };
    vec![
        entry("zebra.txt", EntryKind::File, 12),
        entry("css", EntryKind::Directory, 0),
        entry(".git", EntryKind::Directory, 0),
        entry("Images", EntryKind::Directory, 0),
        entry("index.html", EntryKind::File, 4_321),
        entry("socket", EntryKind::Other, 0),
        entry("\u{1b}[2Jtrick.txt", EntryKind::File, 1),
    ]
}
