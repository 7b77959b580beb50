//! `lazypin serve`: the embedded pinning service alone.

use std::io::ErrorKind;

use super::out::{Failure, Out, note};
use super::{Outcome, Session};
use crate::args::ServeArgs;
use crate::config::{Target, UsageError};
use crate::credentials::Credentials;
use crate::service::{self, ServiceConfig, StoreLocation};

pub(super) async fn run(args: &ServeArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let settings = session.settings;
    let listen = args.listen;
    if !listen.ip().is_loopback() && !args.allow_remote {
        return Err(UsageError::with_hint(
            format!("serve: {listen} can be reached from other machines"),
            "--allow-remote does it all the same; the keys then travel readable, so put https before it",
        )
        .into());
    }
    let service_dir = settings.service_dir();
    let credentials = if let Some(keys) = &settings.keys {
        note("keys: those of PINNING_API_KEY and PINNING_SECRET_KEY");
        keys.clone()
    } else {
        let kept = Credentials::load_or_create(&service_dir)?;
        note(&format!("keys: kept in {}", service_dir.display()));
        kept
    };
    let store = match settings.target {
        Target::Demo { pins } => StoreLocation::Demo(pins),
        Target::Embedded { .. } | Target::Remote { .. } => StoreLocation::Directory(service_dir),
    };
    let starting = service::start(ServiceConfig {
        listen,
        store,
        credentials,
    });
    let Some(started) = session.interrupt.or(starting).await else {
        return Ok(ended(session));
    };
    let running = started.map_err(|error| explain(error, listen))?;
    let address = running.api_url();
    // Whoever started this waits for the line; it is out only once the service answers.
    let told = Out::that_keeps_on(settings).line_now(&format!("listening on {address}"));
    if told.is_ok() {
        session.interrupt.wait().await;
    }
    running.stop().await;
    told.map(|()| ended(session))
}

/// SIGTERM is how a service is told to end, Ctrl-C interrupts it.
fn ended(session: &Session<'_>) -> Outcome {
    if session.interrupt.was_terminated() {
        Outcome::Done
    } else {
        Outcome::Interrupted
    }
}

fn explain(error: anyhow::Error, listen: std::net::SocketAddr) -> anyhow::Error {
    let kind = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<std::io::Error>())
        .map(std::io::Error::kind);
    match kind {
        Some(ErrorKind::AddrInUse) => Failure::new(
            format!("serve: {listen} is in use by another program"),
            "--listen 127.0.0.1:0 picks a free port",
        )
        .into(),
        _ => error.context("serve: can't start the service"),
    }
}
