//! lazypin on a desktop that breaks: copying a CID panics. Shows what such a bug leaves of the
//! terminal; `tests/pty` looks at it. Takes lazypin's own options.

use lazypin::app::{CopyRoute, Message};
use lazypin::args::Args;
use lazypin::config::{Environment, Settings};
use lazypin::tui::{self, Desktop};
use tokio::sync::mpsc::UnboundedSender;

struct Broken;

impl Desktop for Broken {
    #[expect(clippy::panic, reason = "it is what this program is for")]
    fn copy(&mut self, _: String, what: String, _: CopyRoute, _: &UnboundedSender<Message>) {
        panic!("the desktop broke while copying {what}");
    }

    fn open(&mut self, _: String, _: &UnboundedSender<Message>) {}
}

fn main() -> anyhow::Result<()> {
    let args = Args::read(std::env::args_os())?;
    let settings = Settings::resolve(&args, &Environment::of_process())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(tui::run_with(settings, Box::new(Broken)))?;
    runtime.shutdown_background();
    Ok(())
}
