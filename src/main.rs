//! The `lazypin` program: reads the command line, does one thing, says one error, gives one code.

use std::process::ExitCode;

use lazypin::args::{self, Args, Command};
use lazypin::cli::{self, Failure, ReaderGone, hint, note};
use lazypin::config::{Environment, Settings, Target, UsageError};
use lazypin::error::ApiError;
use lazypin::logging;
use lazypin::tui::{self, End};
use tokio::runtime::Builder;

/// Wrong usage or wrong settings.
const USAGE: u8 = 2;
/// A signal ended it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let args = match Args::read(std::env::args_os()) {
        Ok(args) => args,
        Err(error) => {
            let Some((what, how)) = args::explain(&error) else {
                // Help into a closed pipe is help that nobody wanted.
                let _ = error.print();
                return ExitCode::SUCCESS;
            };
            note(&what);
            hint(&how);
            return ExitCode::from(USAGE);
        }
    };
    match run(&args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => ExitCode::from(tell(&error)),
    }
}

fn run(args: &Args) -> anyhow::Result<u8> {
    let settings = Settings::resolve(args, &Environment::of_process())?;
    logging::start(&settings, args.command.is_some())?;
    let runtime = runtime(args, &settings).enable_all().build()?;
    let code = runtime.block_on(async {
        Ok(match &args.command {
            Some(command) => cli::run(command, &args.global, &settings)
                .await?
                .exit_code(),
            None => match tui::run(settings).await? {
                End::Quit => 0,
                End::Interrupted => INTERRUPTED,
            },
        })
    });
    // A thread that waits for a line on stdin must not keep the process.
    runtime.shutdown_background();
    code
}

/// Where all of it runs. A command that only asks a service elsewhere is done sooner on one thread:
/// a batch of calls spends as much on handing answers from thread to thread as on the calls.
fn runtime(args: &Args, settings: &Settings) -> Builder {
    match (&args.command, &settings.target) {
        (None | Some(Command::Serve(_)), _)
        | (_, Target::Embedded { .. } | Target::Demo { .. }) => {
            let mut several = Builder::new_multi_thread();
            several.worker_threads(2);
            several
        }
        (Some(_), Target::Remote { .. }) => Builder::new_current_thread(),
    }
}

/// Says what failed in one line, and what to do about it in another where that is known.
fn tell(error: &anyhow::Error) -> u8 {
    if error.is::<ReaderGone>() {
        return 0;
    }
    note(&format!("{error:#}"));
    if let Some(usage) = error.downcast_ref::<UsageError>() {
        if let Some(text) = &usage.hint {
            hint(text);
        }
        return USAGE;
    }
    let failure = error.downcast_ref::<Failure>().map(|failure| failure.hint);
    let call = error.downcast_ref::<ApiError>().and_then(ApiError::hint);
    if let Some(text) = failure.or(call) {
        hint(text);
    }
    1
}
