//! The terminal's events, read by a thread of their own.
//!
//! crossterm's own `EventStream` was not used: with `use-dev-tty` it reads nothing when it is
//! polled, so that each event costs a round trip to its thread, and without it a burst of more than
//! 1,024 bytes stalls until the next key. A blocking read does neither.

use std::io;
use std::thread;

use crossterm::event::{self, Event};
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

/// Events that wait to be taken; beyond that the terminal holds the rest.
const WAITING: usize = 1024;

/// The events of this terminal, until it goes away. The thread ends with the program.
pub(super) fn events() -> io::Result<impl Stream<Item = io::Result<Event>> + Unpin> {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    thread::Builder::new()
        .name("input".to_owned())
        .stack_size(128 * 1024)
        .spawn(move || {
            loop {
                let event = event::read();
                let is_over = event.is_err();
                if sender.blocking_send(event).is_err() || is_over {
                    return;
                }
            }
        })?;
    Ok(stream::poll_fn(move |context| receiver.poll_recv(context)))
}
