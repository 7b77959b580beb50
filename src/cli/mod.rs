//! The commands: what the terminal UI does to pins, one file a command, for people and scripts.

mod add;
mod batch;
mod cut_off;
mod drive;
mod ids;
mod interrupt;
mod lines;
mod log;
mod ls;
mod made;
mod matching;
mod out;
mod pin;
mod plan;
mod planner;
mod progress;
mod question;
mod records;
mod rm;
mod serve;
mod show;
mod table;
mod undo;
mod undo_list;
mod view;

pub use interrupt::INTERRUPTED;
pub use out::{Failure, ReaderGone, hint, note};

use interrupt::Interrupt;

use crate::args::{Command, GlobalArgs};
use crate::config::{Settings, UsageError};
use crate::connect::{Connection, connect};

/// How a command ended when it could do its work at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it was done.
    Done,
    /// Some of it was not; the command said what.
    Incomplete,
    /// A signal ended it before its time; the command said what was done.
    Interrupted,
}

impl Outcome {
    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Incomplete => 1,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

/// What every command has at hand.
struct Session<'a> {
    settings: &'a Settings,
    /// Whether `--json` was given.
    json: bool,
    interrupt: Interrupt,
}

impl Session<'_> {
    /// Reaches the service; `None` where a signal came first.
    async fn connect(&self) -> anyhow::Result<Option<Connection>> {
        self.interrupt.or(connect(self.settings)).await.transpose()
    }

    /// Calls at a time: as many as were asked for, else what suits the service.
    fn concurrency(&self, asked: Option<u8>) -> usize {
        asked.map_or_else(|| self.settings.calls_in_flight(), usize::from)
    }

    /// Refuses a command that changes something where nothing may be changed.
    fn refuse_read_only(&self, what: &str) -> anyhow::Result<()> {
        if self.settings.read_only {
            return Err(Failure::new(
                format!("can't {what}: lazypin is set to read only"),
                "that is --read-only, LAZYPIN_READ_ONLY or read_only in config.toml",
            )
            .into());
        }
        Ok(())
    }
}

/// Runs one command to its end. An error means that it could not do its work.
pub async fn run(
    command: &Command,
    global: &GlobalArgs,
    settings: &Settings,
) -> anyhow::Result<Outcome> {
    let session = Session {
        settings,
        json: global.json,
        interrupt: Interrupt::listen()?,
    };
    match command {
        Command::Ls(args) => ls::run(args, &session).await,
        Command::Show(args) => show::run(args, &session).await,
        Command::Add(args) => add::run(args, &session).await,
        Command::Pin(args) => pin::run(args, &session).await,
        Command::Rm(args) => rm::run(args, &session).await,
        Command::Undo(args) => undo::run(args, &session).await,
        Command::Log => log::run(&session),
        Command::Serve(_) if global.read_only => Err(UsageError::new(
            "serve: --read-only is for what lazypin asks of a service, not for a service",
        )
        .into()),
        Command::Serve(args) => serve::run(args, &session).await,
    }
}
