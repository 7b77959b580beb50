//! `lazypin ls`: pins in one of six forms, written as they come.

use anyhow::Context as _;

use super::matching;
use super::out::{Out, note};
use super::table::Table;
use super::view::View;
use super::{Outcome, Session};
use crate::api::PinningService;
use crate::args::{Format, LsArgs};
use crate::config::UsageError;
use crate::domain::records::{RecordFormat, RecordWriter};
use crate::domain::text::total_bytes;
use crate::domain::{ListQuery, Pin, Totals};
use crate::worker::listing::{Listing, Until};

/// Pins listed where nobody says how many.
const USUAL: u64 = 100;
/// What failed where a page did not come.
const CANT: &str = "can't list pins";

pub(super) async fn run(args: &LsArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let format = match (args.format, session.json) {
        (None | Some(Format::Json), true) => Format::Json,
        (Some(_), true) => {
            return Err(UsageError::new("ls: --json and --format say different things").into());
        }
        (format, false) => format.unwrap_or_default(),
    };
    let view = View::of(args, session.settings)?;
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let out = Out::stdout(session.settings);
    let listed = session
        .interrupt
        .or(list(args, format, view, connection.service(), out))
        .await;
    connection.close().await;
    match listed {
        None => Ok(Outcome::Interrupted),
        Some(listed) => listed.map(|()| Outcome::Done),
    }
}

async fn list(
    args: &LsArgs,
    format: Format,
    view: View,
    service: &dyn PinningService,
    out: Out,
) -> anyhow::Result<()> {
    let View { query, local } = view;
    let usual = args.limit.unwrap_or(USUAL);
    let (count, beyond, total) = match local {
        None => {
            let until = if args.all {
                Until::End
            } else {
                Until::Count(usual)
            };
            let query = ListQuery {
                offset: args.offset,
                ..query
            };
            list_pages(Listing::new(service, query, until), format, out).await?
        }
        Some(local) => {
            let mut found = matching::all(service, &local.filter, query)
                .await
                .context(CANT)?;
            local.arrange(&mut found);
            let most = if args.all { u64::MAX } else { usual };
            list_found(&found, args.offset, most, format, out)?
        }
    };
    if count == 0 && format == Format::Table {
        note("ls: no pins here");
    } else if args.limit.is_none() && !args.all && beyond > 0 {
        note(&format!("showing {count} of {total}; --all for the rest"));
    }
    Ok(())
}

/// Writes pages as they come; gives how many pins that were, how many lie beyond, and all.
async fn list_pages(
    mut listing: Listing<'_>,
    format: Format,
    mut out: Out,
) -> anyhow::Result<(u64, u64, u64)> {
    let mut form: Option<Form> = None;
    let mut count: u64 = 0;
    loop {
        // An error leaves a JSON document open: nobody is to take part of a list for all of it.
        let page = listing.next().await.context(CANT)?;
        let pins = page.as_deref().unwrap_or_default();
        let form = match &mut form {
            Some(form) => form,
            none => none.insert(Form::begin(format, pins, listing.totals, &mut out)?),
        };
        form.rows(pins, &mut out)?;
        count += pins.len() as u64;
        out.flush()?;
        if page.is_none() {
            form.end(&mut out)?;
            break;
        }
    }
    out.flush()?;
    Ok((count, listing.beyond(), listing.totals.files))
}

/// Writes a part of what was found; gives how many pins that were, how many lie beyond, and all.
/// The totals are those of all that was found.
fn list_found(
    found: &[Pin],
    offset: u64,
    most: u64,
    format: Format,
    mut out: Out,
) -> anyhow::Result<(u64, u64, u64)> {
    let total = found.len();
    let from = usize::try_from(offset).map_or(total, |offset| offset.min(total));
    let count = usize::try_from(most).map_or(total - from, |most| most.min(total - from));
    let part = &found[from..from + count];
    let totals = Totals {
        files: total as u64,
        size: total_bytes(found.iter().filter_map(|pin| pin.size)),
    };
    let mut form = Form::begin(format, part, totals, &mut out)?;
    form.rows(part, &mut out)?;
    form.end(&mut out)?;
    out.flush()?;
    Ok((count as u64, (total - from - count) as u64, total as u64))
}

/// One of the forms, in the middle of being written.
enum Form {
    Table(Table),
    Records(RecordWriter),
}

impl Form {
    fn begin(
        format: Format,
        first_rows: &[Pin],
        totals: Totals,
        out: &mut Out,
    ) -> anyhow::Result<Self> {
        let format = match format {
            Format::Table => {
                let table = Table::new(first_rows, out.width, out.color);
                out.line(&table.header())?;
                return Ok(Self::Table(table));
            }
            Format::Json => RecordFormat::Json,
            Format::Jsonl => RecordFormat::JsonLines,
            Format::Csv => RecordFormat::Csv,
            Format::Cid => RecordFormat::Cids,
            Format::Id => RecordFormat::Ids,
        };
        let writer = RecordWriter::new(format, out.is_terminal);
        let mut text = String::new();
        writer.begin(totals, &mut text)?;
        out.write(&text)?;
        Ok(Self::Records(writer))
    }

    fn rows(&mut self, pins: &[Pin], out: &mut Out) -> anyhow::Result<()> {
        let mut text = String::new();
        for pin in pins {
            match self {
                Self::Table(table) => out.line(&table.row(pin))?,
                Self::Records(writer) => {
                    text.clear();
                    writer.pin(pin, &mut text)?;
                    out.write(&text)?;
                }
            }
        }
        Ok(())
    }

    fn end(&self, out: &mut Out) -> anyhow::Result<()> {
        let mut text = String::new();
        if let Self::Records(writer) = self {
            writer.end(&mut text);
        }
        out.write(&text)
    }
}
