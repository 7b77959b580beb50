//! `lazypin pin`: content that is on the network already, by its CID.

use super::made::{Made, metadata};
use super::{Outcome, Session, lines};
use crate::api::PinningService;
use crate::args::PinArgs;
use crate::config::UsageError;
use crate::domain::text::truncate;
use crate::domain::{Cid, Metadata};
use crate::journal::Kind;
use crate::protocol::JobEnd;
use crate::worker::upload;

/// One pin to make.
struct Item {
    cid: Cid,
    metadata: Metadata,
}

pub(super) async fn run(args: &PinArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    session.refuse_read_only("pin")?;
    let lone = matches!(args.cids.as_slice(), [cid] if cid != "-");
    let metadata = metadata(&args.metadata, lone)?;
    let mut made = Made::new("pin", lone, session);
    let Some(items) = items(&args.cids, &metadata, session, &mut made).await? else {
        return Ok(Outcome::Interrupted);
    };
    if items.is_empty() {
        return made.end();
    }
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    if let Err(error) = made.begin(Kind::Pin, items.len(), session).await {
        connection.close().await;
        return Err(error);
    }
    // What stdin had wrong is settled before these.
    let mut sources = vec![String::new(); made.settled()];
    sources.extend(items.iter().map(|item| item.cid.to_string()));
    let ended = session
        .interrupt
        .or(pin(&items, connection.service(), &mut made))
        .await;
    connection.close().await;
    match ended {
        Some(ended) => {
            ended?;
            made.end()
        }
        None => made.interrupted(&sources),
    }
}

/// Everything to pin, checked before anything is sent. A wrong CID on the command line refuses
/// all; a wrong line of stdin is named and the rest goes on.
async fn items(
    words: &[String],
    metadata: &Metadata,
    session: &Session<'_>,
    made: &mut Made,
) -> anyhow::Result<Option<Vec<Item>>> {
    let mut items = Vec::new();
    for word in words.iter().filter(|word| *word != "-") {
        let cid = word
            .parse()
            .map_err(|error| UsageError::new(format!("pin: '{}': {error}", truncate(word, 80))))?;
        items.push(Item {
            cid,
            metadata: metadata.clone(),
        });
    }
    if words.iter().any(|word| word == "-") {
        let Some(lines) = lines::from_stdin(&session.interrupt).await? else {
            return Ok(None);
        };
        for (number, line) in lines {
            let (cid, name) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
            match cid.parse() {
                Ok(cid) => items.push(Item {
                    cid,
                    metadata: Metadata {
                        name: Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
                        ..metadata.clone()
                    },
                }),
                Err(error) => made.fail(&format!("line {number} of stdin: {error}"))?,
            }
        }
    }
    Ok(Some(items))
}

async fn pin(items: &[Item], service: &dyn PinningService, made: &mut Made) -> anyhow::Result<()> {
    for item in items {
        let end = upload::pin_by_cid(service, &item.cid, &item.metadata).await;
        let word = match &end {
            JobEnd::Pinned(pin) => pin.state.label(),
            _ => "",
        };
        made.settle(item.cid.as_str(), end, word)?;
    }
    Ok(())
}
