//! `lazypin pin`: content that is on the network already, by its CID.

use std::collections::BTreeSet;
use std::io::{self, BufReader};
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::made::{Made, metadata};
use super::out::note;
use super::{Outcome, Session};
use crate::api::PinningService;
use crate::args::PinArgs;
use crate::config::UsageError;
use crate::domain::cid_list::Repeat;
use crate::domain::text::truncate;
use crate::domain::{CidLine, CidList, Metadata};
use crate::journal::Kind;
use crate::protocol::{JobEnd, ListItem};
use crate::worker::pin_list::{existing, pin_all};

pub(super) async fn run(args: &PinArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    session.refuse_read_only("pin")?;
    let lone = matches!(args.cids.as_slice(), [cid] if cid != "-");
    let mut metadata = metadata(&args.metadata, lone)?;
    let mut made = Made::new("pin", lone, session);
    let name = metadata.name.take();
    let Some(list) = list(&args.cids, name.as_deref(), session, &mut made).await? else {
        return Ok(Outcome::Interrupted);
    };
    if list.pins.is_empty() {
        return made.end();
    }
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    if let Err(error) = made.begin(Kind::Pin, list.pins.len(), session).await {
        connection.close().await;
        return Err(error);
    }
    let list = Arc::new(list);
    let pinned = pin(&list, metadata, connection.shared(), session, &mut made).await;
    connection.close().await;
    let left = pinned?;
    if left.broken_off.is_empty() && left.not_begun.is_empty() {
        made.end()
    } else {
        made.interrupted(&left.broken_off, &left.not_begun)
    }
}

/// Everything to pin, checked before anything is sent. A wrong CID on the command line refuses
/// all; a wrong line of stdin is named and the rest goes on.
async fn list(
    words: &[String],
    name: Option<&str>,
    session: &Session<'_>,
    made: &mut Made,
) -> anyhow::Result<Option<CidList>> {
    let mut list = CidList::default();
    for word in words.iter().filter(|word| *word != "-") {
        let cid = word
            .parse()
            .map_err(|error| UsageError::new(format!("pin: '{}': {error}", truncate(word, 80))))?;
        list.pins.push(CidLine {
            line: 0,
            cid,
            name: name.map(str::to_owned),
        });
    }
    if words.iter().any(|word| word == "-") {
        let reading = spawn_blocking(|| CidList::read(BufReader::new(io::stdin().lock())));
        let Some(read) = session.interrupt.or(reading).await else {
            return Ok(None);
        };
        let read = read?.map_err(|error| UsageError::new(format!("pin: stdin {error}")))?;
        for bad in &read.bad {
            made.fail(&format!("line {} of stdin: {}", bad.line, bad.why))?;
        }
        for Repeat { line, first } in read.repeats {
            note(&format!(
                "pin: line {line} of stdin says the same as line {first}"
            ));
        }
        list.pins.extend(read.pins);
    }
    Ok(Some(list))
}

/// What a signal left.
struct Left {
    broken_off: Vec<String>,
    not_begun: Vec<String>,
}

/// Pins all of the list. A signal lets the calls under way come to their end and begins no more.
async fn pin(
    list: &Arc<CidList>,
    metadata: Metadata,
    service: Arc<dyn PinningService>,
    session: &Session<'_>,
    made: &mut Made,
) -> anyhow::Result<Left> {
    let total = list.pins.len();
    let gate = session.gate(session.concurrency(None));
    let pinning = pin_all(
        Arc::clone(&service),
        Arc::clone(list),
        metadata,
        gate.clone(),
    );
    let mut open: BTreeSet<usize> = (0..total).collect();
    let mut already = Vec::new();
    let mut told = Ok(());
    let take = async |ListItem { place, end }| {
        open.remove(&place);
        if end == JobEnd::AlreadyPinned(None) {
            already.push(place);
        } else if told.is_ok() {
            told = settle(list, place, end, made);
            // What can't be written down is not begun.
            if told.is_err() {
                gate.call_off();
            }
        }
    };
    session
        .drive(total, pinning, service.throttle(), take)
        .await;
    told?;
    let cids: Vec<_> = already.iter().map(|place| &list.pins[*place].cid).collect();
    let found = session
        .interrupt
        .or(existing(service.as_ref(), &cids))
        .await;
    let mut found = found.unwrap_or_default().into_iter();
    for place in already {
        let pin = found.next().flatten();
        settle(list, place, JobEnd::AlreadyPinned(pin), made)?;
    }
    let named = |places: &mut dyn Iterator<Item = &usize>| {
        places
            .map(|place| list.pins[*place].cid.to_string())
            .collect()
    };
    let begun = gate.begun();
    Ok(Left {
        broken_off: named(&mut open.range(..begun)),
        not_begun: named(&mut open.range(begun..)),
    })
}

fn settle(list: &CidList, place: usize, end: JobEnd, made: &mut Made) -> anyhow::Result<()> {
    let word = match &end {
        JobEnd::Pinned(pin) => pin.state.label(),
        _ => "",
    };
    made.settle(place, list.pins[place].cid.as_str(), end, word)
}
