//! What is on the picture: the app with an account connected, three pins marked and copied, and a
//! directory on its way. Played with keys and answers, at a fixed time, as the tests do.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use lazypin::app::{App, AppConfig, DirectoryEntry, Effect, EntryKind, Message, Now};
use lazypin::domain::{Metadata, PinPage, Totals, UploadFile, UploadPlan};
use lazypin::input::Keymap;
use lazypin::protocol::{Reply, Request};
use lazypin::ui::{self, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use super::pins;

const SIZE: Size = Size::new(120, 34);
const HOME: &str = "/home/me";
/// Bytes of the directory that is being uploaded, and how many have left.
const UPLOAD: (u64, u64) = (1_843_200_000, 1_142_784_000);

/// The drawn screen.
pub(crate) fn screen() -> anyhow::Result<Buffer> {
    let mut scene = Scene::new()?;
    scene.say(Message::Reply(Reply::Connected {
        api_url: "https://api.aiozpin.network/api".to_owned(),
        gateway: Some("https://premium.aiozpin.network".to_owned()),
    }))?;
    scene.upload()?;
    scene.press("jjjjj   gj")?;
    scene.press("y")?;
    let mut terminal = Terminal::new(TestBackend::new(SIZE.width, SIZE.height))?;
    terminal.draw(|frame| ui::draw(frame, &scene.app, &Theme::terminal()))?;
    Ok(terminal.backend().buffer().clone())
}

struct Scene {
    app: App,
    time: Now,
    /// What the app wants and nobody answered yet.
    wanted: Vec<Effect>,
}

impl Scene {
    fn new() -> anyhow::Result<Self> {
        let time = Now {
            tick: Duration::ZERO,
            wall: "2026-11-22T12:00:00Z".parse()?,
        };
        let config = AppConfig {
            account: lazypin::domain::Account {
                profile: "default".to_owned(),
                service: "https://api.aiozpin.network/api".to_owned(),
            },
            service: "pinning service".to_owned(),
            read_only: false,
            page_size: None,
            directory: PathBuf::from(HOME),
            protection: lazypin::domain::Protection::default(),
            views: Vec::new(),
        };
        let mut app = App::new(config, Keymap::built_in(), SIZE, time);
        let wanted = app.start();
        Ok(Self { app, time, wanted })
    }

    fn say(&mut self, message: Message) -> anyhow::Result<()> {
        self.time.tick += Duration::from_millis(1);
        self.wanted.extend(self.app.update(message, self.time));
        self.answer()
    }

    fn press(&mut self, keys: &str) -> anyhow::Result<()> {
        keys.chars()
            .try_for_each(|key| self.key(KeyCode::Char(key), KeyModifiers::NONE))
    }

    fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) -> anyhow::Result<()> {
        self.say(Message::Key(KeyEvent::new(code, modifiers)))
    }

    /// Answers as the worker and the desktop would, until nothing is left to answer.
    fn answer(&mut self) -> anyhow::Result<()> {
        while let Some(effect) = self.wanted.pop() {
            let message = match effect {
                Effect::Submit(Request::List { seq, query, .. }) => {
                    let pins = pins::all()?;
                    let page = PinPage {
                        rows: pins.len(),
                        totals: Totals {
                            files: pins.len() as u64,
                            size: pins.iter().filter_map(|pin| pin.size).sum(),
                        },
                        pins,
                    };
                    Message::Reply(Reply::List {
                        seq,
                        query,
                        result: Ok(page),
                    })
                }
                Effect::Submit(Request::Scan { seq, .. }) => Message::Reply(Reply::Scanned {
                    seq,
                    plans: vec![Ok(plan())],
                }),
                Effect::Submit(Request::Upload { job, .. }) => {
                    Message::Reply(Reply::UploadProgress {
                        job,
                        sent: UPLOAD.1,
                    })
                }
                Effect::ReadDirectory { seq, path } => Message::Directory {
                    seq,
                    result: Ok(vec![entry(&path)]),
                    path,
                },
                Effect::Copy { what, route, .. } => Message::Copied {
                    what,
                    route,
                    result: Ok(()),
                },
                other => bail!("nobody answers {other:?}"),
            };
            let more = self.app.update(message, self.time);
            self.wanted.extend(more);
        }
        Ok(())
    }

    /// Uploads a directory, with the keys that a person presses for it.
    fn upload(&mut self) -> anyhow::Result<()> {
        self.press("u")?;
        self.key(KeyCode::Tab, KeyModifiers::NONE)?;
        self.key(KeyCode::Char('s'), KeyModifiers::CONTROL)?;
        self.app.jobs.iter().next().context("nothing is uploaded")?;
        Ok(())
    }
}

fn entry(directory: &std::path::Path) -> DirectoryEntry {
    DirectoryEntry {
        path: directory.join("conference-videos"),
        name: "conference-videos".to_owned(),
        kind: EntryKind::Directory,
        size: 0,
        modified: None,
    }
}

fn plan() -> UploadPlan {
    UploadPlan {
        source: PathBuf::from(HOME).join("conference-videos"),
        is_dir: true,
        files: vec![UploadFile {
            path: PathBuf::from(HOME).join("conference-videos/opening.webm"),
            name: "conference-videos/opening.webm".to_owned(),
            size: UPLOAD.0,
        }],
        skipped: Vec::new(),
        metadata: Metadata::default(),
    }
}
