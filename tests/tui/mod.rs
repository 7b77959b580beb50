//! Drives the real event loop: real app, real worker, real HTTP to the embedded service, with a
//! screen in memory and keys from a channel. Everything waits for the screen to show something.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking; not every test uses every helper"
)]

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream;
use lazypin::api::{ClientConfig, PinClient, PinningService, ReadOnly, Timeouts};
use lazypin::app::{App, AppConfig, CopyRoute, Message};
use lazypin::credentials::Credentials;
use lazypin::domain::{Account, Protection, Rule, SavedView};
use lazypin::input::Keymap;
use lazypin::journal::Journal;
use lazypin::service::{self, RunningService, ServiceConfig, StoreLocation};
use lazypin::tui::{Clock, Desktop, End, Session};
use lazypin::ui::Theme;
use lazypin::worker::{self, Connected};
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a test waits for something that should come at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// A screen in memory that tells when it was drawn.
#[derive(Clone)]
pub struct SharedScreen {
    backend: Arc<Mutex<TestBackend>>,
    frames: watch::Sender<u64>,
}

impl SharedScreen {
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            backend: Arc::new(Mutex::new(TestBackend::new(width, height))),
            frames: watch::Sender::new(0),
        }
    }

    pub fn text(&self) -> String {
        let backend = self.backend.lock().unwrap();
        let buffer = backend.buffer();
        let width = usize::from(buffer.area.width);
        buffer
            .content
            .chunks(width)
            .map(|row| {
                let mut line = String::new();
                let mut skip = 0;
                for cell in row {
                    if skip > 0 {
                        skip -= 1;
                        continue;
                    }
                    line.push_str(cell.symbol());
                    skip = lazypin::domain::text::width(cell.symbol()).saturating_sub(1);
                }
                line.trim_end().to_owned()
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    pub fn resize(&self, width: u16, height: u16) {
        self.backend.lock().unwrap().resize(width, height);
    }
}

impl Backend for SharedScreen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.backend.lock().unwrap().draw(content).unwrap();
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, _position: P) -> io::Result<()> {
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.backend.lock().unwrap().clear().unwrap();
        Ok(())
    }

    fn clear_region(&mut self, kind: ClearType) -> io::Result<()> {
        self.backend.lock().unwrap().clear_region(kind).unwrap();
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.backend.lock().unwrap().size().unwrap())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(self.backend.lock().unwrap().window_size().unwrap())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.frames.send_modify(|frames| *frames += 1);
        Ok(())
    }
}

/// A desktop that only remembers what was asked of it.
#[derive(Clone, Default)]
pub struct FakeDesktop {
    pub copied: Arc<Mutex<Vec<String>>>,
    pub opened: Arc<Mutex<Vec<String>>>,
}

impl Desktop for FakeDesktop {
    fn copy(
        &mut self,
        text: String,
        what: String,
        route: CopyRoute,
        answer: &UnboundedSender<Message>,
    ) {
        self.copied.lock().unwrap().push(text);
        let _ = answer.send(Message::Copied {
            what,
            route,
            result: Ok(()),
        });
    }

    fn open(&mut self, url: String, answer: &UnboundedSender<Message>) {
        self.opened.lock().unwrap().push(url.clone());
        let _ = answer.send(Message::Opened {
            url,
            result: Ok(()),
        });
    }
}

/// An embedded service in a directory of its own.
pub struct Service {
    pub running: RunningService,
    pub credentials: Credentials,
    pub directory: tempfile::TempDir,
}

impl Service {
    pub async fn start() -> Self {
        Self::with(StoreLocation::Directory).await
    }

    pub async fn demo(pins: u64) -> Self {
        Self::with(|_| StoreLocation::Demo(pins)).await
    }

    async fn with(store: impl FnOnce(PathBuf) -> StoreLocation) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let credentials = Credentials::random();
        let running = service::start(ServiceConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            store: store(directory.path().join("store")),
            credentials: credentials.clone(),
        })
        .await
        .unwrap();
        Self {
            running,
            credentials,
            directory,
        }
    }

    pub fn client(&self) -> PinClient {
        self.client_with(self.credentials.clone())
    }

    pub fn client_with(&self, credentials: Credentials) -> PinClient {
        PinClient::new(ClientConfig {
            api_url: self.running.api_url(),
            credentials,
            rate_limit: None,
            timeouts: Timeouts::default(),
        })
        .unwrap()
    }
}

/// One run of lazypin.
pub struct Lazypin {
    pub screen: SharedScreen,
    pub desktop: FakeDesktop,
    events: UnboundedSender<io::Result<Event>>,
    session: JoinHandle<io::Result<End>>,
}

/// How to run it.
pub struct Options {
    pub size: (u16, u16),
    pub read_only: bool,
    pub directory: PathBuf,
    pub journal: Option<Arc<Journal>>,
    pub protect: Vec<Rule>,
    pub views: Vec<(String, SavedView)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size: (120, 40),
            read_only: false,
            directory: std::env::temp_dir(),
            journal: None,
            protect: Vec::new(),
            views: Vec::new(),
        }
    }
}

impl Lazypin {
    pub fn start(service: &Service, options: &Options) -> Self {
        let client = service.client();
        let api_url = service.running.api_url();
        let gateway = Some(service.running.gateway_url());
        let read_only = options.read_only;
        Self::start_with(options, async move {
            let service: Arc<dyn PinningService> = if read_only {
                Arc::new(ReadOnly::new(client))
            } else {
                Arc::new(client)
            };
            Ok(Connected {
                service,
                api_url,
                gateway,
            })
        })
    }

    pub fn start_with(
        options: &Options,
        connect: impl Future<Output = anyhow::Result<Connected>> + Send + 'static,
    ) -> Self {
        let (width, height) = options.size;
        let screen = SharedScreen::new(width, height);
        let desktop = FakeDesktop::default();
        let (events, incoming) = unbounded_channel();
        let clock = Clock::start();
        let journal = options.journal.as_ref();
        let by_hand = journal.map(|journal| journal.protected().unwrap());
        let app = App::new(
            AppConfig {
                account: Account {
                    profile: "default".to_owned(),
                    service: "a service".to_owned(),
                },
                service: "embedded service".to_owned(),
                read_only: options.read_only,
                page_size: None,
                directory: options.directory.clone(),
                protection: Protection::new(
                    options.protect.clone(),
                    by_hand.unwrap_or_default(),
                    clock.now().wall,
                ),
                views: options.views.clone(),
            },
            Keymap::built_in(),
            Size::new(width, height),
            clock.now(),
        );
        let session = Session::new(
            app,
            Theme::terminal(),
            clock,
            worker::spawn(connect, 8, options.journal.clone(), None),
            Box::new(desktop.clone()),
        );
        let backend = screen.clone();
        let session = tokio::spawn(async move {
            let mut terminal = Terminal::new(backend).unwrap();
            let events = Box::pin(stream::unfold(incoming, |mut incoming| async {
                incoming.recv().await.map(|event| (event, incoming))
            }));
            session
                .run(&mut terminal, events, std::future::pending())
                .await
        });
        Self {
            screen,
            desktop,
            events,
            session,
        }
    }

    pub fn event(&self, event: Event) {
        let _ = self.events.send(Ok(event));
    }

    /// Presses keys: `<enter>`, `<esc>`, `<tab>`, `<down>`, `<ctrl-d>`, ... or characters.
    pub fn press(&self, keys: &str) -> &Self {
        let mut rest = keys;
        while !rest.is_empty() {
            let end = match (rest.starts_with('<'), rest.find('>')) {
                (true, Some(end)) => end + 1,
                _ => rest.chars().next().unwrap().len_utf8(),
            };
            let (key, after) = rest.split_at(end);
            self.event(Event::Key(key_event(key)));
            rest = after;
        }
        self
    }

    pub fn paste(&self, text: &str) -> &Self {
        self.event(Event::Paste(text.to_owned()));
        self
    }

    pub fn resize(&self, width: u16, height: u16) -> &Self {
        self.screen.resize(width, height);
        self.event(Event::Resize(width, height));
        self
    }

    /// Waits until the screen fulfils a condition, and gives it.
    pub async fn wait(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        let mut frames = self.screen.frames.subscribe();
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let text = self.screen.text();
                if condition(&text) {
                    return text;
                }
                frames.changed().await.unwrap();
            }
        })
        .await;
        waited.unwrap_or_else(|_| panic!("the screen never showed {what}:\n{}", self.screen.text()))
    }

    pub async fn shows(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text)).await
    }

    pub async fn no_longer_shows(&self, text: &str) -> String {
        self.wait(&format!("an end of {text}"), |screen| {
            !screen.contains(text)
        })
        .await
    }

    pub async fn ends(self) -> End {
        tokio::time::timeout(PATIENCE, self.session)
            .await
            .expect("it never ended")
            .unwrap()
            .unwrap()
    }
}

fn key_event(key: &str) -> KeyEvent {
    let name = key.strip_prefix('<').and_then(|key| key.strip_suffix('>'));
    let (code, modifiers) = match name {
        None => (
            KeyCode::Char(key.chars().next().unwrap()),
            KeyModifiers::NONE,
        ),
        Some("enter") => (KeyCode::Enter, KeyModifiers::NONE),
        Some("esc") => (KeyCode::Esc, KeyModifiers::NONE),
        Some("tab") => (KeyCode::Tab, KeyModifiers::NONE),
        Some("backtab") => (KeyCode::BackTab, KeyModifiers::SHIFT),
        Some("down") => (KeyCode::Down, KeyModifiers::NONE),
        Some("up") => (KeyCode::Up, KeyModifiers::NONE),
        Some("left") => (KeyCode::Left, KeyModifiers::NONE),
        Some("right") => (KeyCode::Right, KeyModifiers::NONE),
        Some("pgdn") => (KeyCode::PageDown, KeyModifiers::NONE),
        Some("end") => (KeyCode::End, KeyModifiers::NONE),
        Some("home") => (KeyCode::Home, KeyModifiers::NONE),
        Some("delete") => (KeyCode::Delete, KeyModifiers::NONE),
        Some("backspace") => (KeyCode::Backspace, KeyModifiers::NONE),
        Some(name) => {
            let c = name.strip_prefix("ctrl-").expect(name);
            (
                KeyCode::Char(c.chars().next().unwrap()),
                KeyModifiers::CONTROL,
            )
        }
    };
    KeyEvent::new(code, modifiers)
}

/// Writes a file with its directories.
pub fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}
