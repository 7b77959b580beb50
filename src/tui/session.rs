//! The event loop.
//!
//! Whatever comes in becomes a message; everything that waits is taken in before a frame is drawn,
//! at most one frame in 16 ms, and only where something happened. Where nothing is awaited
//! and no notice is due to go, the loop sleeps without a timer.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::{Duration, Instant};

use crossterm::event::Event;
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Size;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time;

use super::desktop::Desktop;
use super::directory;
use super::frame::Pace;
use crate::app::{App, Effect, Message, Now};
use crate::plan_file;
use crate::protocol::Reply;
use crate::ui::{self, Theme};
use crate::worker::WorkerHandle;

/// Messages taken in before a frame is due at the latest; bounds the time without one.
const DRAIN: usize = 4096;

/// Why the program is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The person left.
    Quit,
    /// A signal asked for it, or the terminal went away.
    Interrupted,
}

/// Reads both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    fn at(&self, tick: Duration) -> Instant {
        self.start + tick
    }

    /// The time.
    pub fn now(&self) -> Now {
        Now {
            tick: self.start.elapsed(),
            wall: Timestamp::now(),
        }
    }
}

/// One run of the terminal face.
pub struct Session {
    app: App,
    theme: Theme,
    clock: Clock,
    worker: WorkerHandle,
    replies: mpsc::Receiver<Reply>,
    desktop: Box<dyn Desktop>,
    messages: UnboundedReceiver<Message>,
    sender: UnboundedSender<Message>,
    pace: Pace,
}

impl Session {
    /// A session of this app with this worker.
    pub fn new(
        app: App,
        theme: Theme,
        clock: Clock,
        (worker, replies): (WorkerHandle, mpsc::Receiver<Reply>),
        desktop: Box<dyn Desktop>,
    ) -> Self {
        // What the session's own helpers say is bounded by what the person starts.
        let (sender, messages) = mpsc::unbounded_channel();
        Self {
            app,
            theme,
            clock,
            worker,
            replies,
            desktop,
            messages,
            sender,
            pace: Pace::default(),
        }
    }

    /// Runs until the app is over, the events end, or `interrupted` comes about.
    pub async fn run<B>(
        mut self,
        terminal: &mut Terminal<B>,
        mut events: impl Stream<Item = io::Result<Event>> + Unpin,
        interrupted: impl Future<Output = ()>,
    ) -> io::Result<End>
    where
        B: Backend<Error: Into<io::Error>>,
    {
        tokio::pin!(interrupted);
        // The question is on its way before the first frame is drawn, and no frame waits for it.
        let effects = self.app.start();
        self.perform(effects);
        self.draw(terminal)?;
        loop {
            let wake = self.wake_at();
            tokio::select! {
                () = &mut interrupted => return Ok(End::Interrupted),
                event = events.next() => match event {
                    Some(event) => self.event(&event?),
                    None => return Ok(End::Interrupted),
                },
                Some(reply) = self.replies.recv() => self.message(Message::Reply(reply)),
                Some(message) = self.messages.recv() => self.message(message),
                () = sleep_until(wake) => self.message_if_due(),
            }
            if !self.drain(&mut events).await? {
                return Ok(End::Interrupted);
            }
            if self.app.is_over {
                return Ok(End::Quit);
            }
            if self.pace.is_due(Instant::now()) {
                self.draw(terminal)?;
            }
        }
    }

    /// Takes in what waits already; `false` where the events have ended.
    async fn drain(
        &mut self,
        events: &mut (impl Stream<Item = io::Result<Event>> + Unpin),
    ) -> io::Result<bool> {
        // Polled with this task's own waker: another would get the next wake-up.
        let open = poll_fn(|context| {
            for _ in 0..DRAIN {
                match events.poll_next_unpin(context) {
                    Poll::Ready(Some(Ok(event))) => self.event(&event),
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                    Poll::Ready(None) => return Poll::Ready(Ok(false)),
                    Poll::Pending => break,
                }
                if self.app.is_over {
                    break;
                }
            }
            Poll::Ready(Ok(true))
        })
        .await?;
        while let Ok(reply) = self.replies.try_recv() {
            self.message(Message::Reply(reply));
        }
        while let Ok(message) = self.messages.try_recv() {
            self.message(message);
        }
        Ok(open)
    }

    /// When to wake up: for a frame that waits for its turn, or for what the app waits for.
    fn wake_at(&self) -> Option<Instant> {
        let app = self.app.wake_at().map(|tick| self.clock.at(tick));
        [app, self.pace.due()].into_iter().flatten().min()
    }

    fn message_if_due(&mut self) {
        let now = self.clock.now();
        if self.app.wake_at().is_some_and(|tick| tick <= now.tick) {
            self.message(Message::Tick);
        }
    }

    fn event(&mut self, event: &Event) {
        let message = match event {
            Event::Key(key) => Message::Key(*key),
            Event::Paste(text) => Message::Paste(text.clone()),
            Event::Mouse(mouse) => Message::Mouse(*mouse),
            Event::Resize(width, height) => Message::Resize(Size::new(*width, *height)),
            Event::FocusGained | Event::FocusLost => return,
        };
        self.message(message);
    }

    fn message(&mut self, message: Message) {
        let now = self.clock.now();
        let effects = self.app.update(message, now);
        self.pace.something_happened();
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Submit(request) => {
                    if let Err(request) = self.worker.submit(request) {
                        self.say(Message::Busy(request));
                    }
                }
                Effect::Cancel(job) => self.worker.cancel(job),
                Effect::Pause { job, paused } => self.worker.set_paused(job, paused),
                Effect::ReadDirectory { seq, path } => {
                    let sender = self.sender.clone();
                    tokio::task::spawn_blocking(move || {
                        let (path, result) = directory::read(path);
                        let _ = sender.send(Message::Directory { seq, path, result });
                    });
                }
                Effect::Copy { text, what, route } => {
                    self.desktop.copy(text, what, route, &self.sender);
                }
                Effect::SavePlan {
                    path,
                    plan,
                    account,
                    made,
                } => {
                    let sender = self.sender.clone();
                    tokio::task::spawn_blocking(move || {
                        let result = plan_file::write(&path, &plan, &account, made);
                        let _ = sender.send(Message::PlanSaved { path, result });
                    });
                }
                Effect::Open(url) => self.desktop.open(url, &self.sender),
            }
        }
    }

    fn say(&self, message: Message) {
        // The receiver lives as long as the session does.
        let _ = self.sender.send(message);
    }

    fn draw<B>(&mut self, terminal: &mut Terminal<B>) -> io::Result<()>
    where
        B: Backend<Error: Into<io::Error>>,
    {
        terminal
            .draw(|frame| ui::draw(frame, &self.app, &self.theme))
            .map_err(Into::into)?;
        self.pace.drawn(Instant::now());
        Ok(())
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
