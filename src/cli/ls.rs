//! `lazypin ls`: pins in one of six forms, written as they come.

use anyhow::Context as _;

use super::json::json;
use super::listing::{Listing, Until};
use super::matching;
use super::out::{Out, note};
use super::table::Table;
use super::{Outcome, Session};
use crate::api::PinningService;
use crate::args::{Format, LsArgs};
use crate::config::UsageError;
use crate::domain::filter::Filter;
use crate::domain::record::Time;
use crate::domain::text::{scrub, total_bytes};
use crate::domain::{ListQuery, Pin, Record, Totals};

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
    let filter = args.filter.as_deref().map(matching::parse).transpose()?;
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let out = Out::stdout(session.settings);
    let listed = session
        .interrupt
        .or(list(args, format, filter, connection.service(), out))
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
    filter: Option<Filter>,
    service: &dyn PinningService,
    out: Out,
) -> anyhow::Result<()> {
    let query = ListQuery {
        pinned: args.pinned.into(),
        sort: args.sort.into(),
        order: args.order.into(),
        ..ListQuery::default()
    };
    let usual = args.limit.unwrap_or(USUAL);
    let (count, beyond, total) = match filter {
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
        Some(filter) => {
            let found = matching::all(service, &filter, query).await.context(CANT)?;
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
    Json { first: bool },
    JsonLines,
    Csv { scrubbed: bool },
    Cids,
    Ids,
}

impl Form {
    fn begin(
        format: Format,
        first_rows: &[Pin],
        totals: Totals,
        out: &mut Out,
    ) -> anyhow::Result<Self> {
        Ok(match format {
            Format::Table => {
                let table = Table::new(first_rows, out.width, out.color);
                out.line(&table.header())?;
                Self::Table(table)
            }
            Format::Json => {
                out.write(&format!(
                    "{{\"totals\":{{\"files\":{},\"size\":{}}},\"pins\":[",
                    totals.files, totals.size
                ))?;
                Self::Json { first: true }
            }
            Format::Jsonl => Self::JsonLines,
            Format::Csv => {
                out.write(&csv_line(&CSV_FIELDS)?)?;
                Self::Csv {
                    scrubbed: out.is_terminal,
                }
            }
            Format::Cid => Self::Cids,
            Format::Id => Self::Ids,
        })
    }

    fn rows(&mut self, pins: &[Pin], out: &mut Out) -> anyhow::Result<()> {
        for pin in pins {
            match self {
                Self::Table(table) => out.line(&table.row(pin))?,
                Self::Json { first } => {
                    out.write(if *first { "\n" } else { ",\n" })?;
                    *first = false;
                    out.write(&json(&Record::from(pin))?)?;
                }
                Self::JsonLines => out.line(&json(&Record::from(pin))?)?,
                Self::Csv { scrubbed } => {
                    let fields = csv_fields(pin)?;
                    out.write(&if *scrubbed {
                        csv_line(&fields.map(|field| scrub(&field).into_owned()))?
                    } else {
                        csv_line(&fields)?
                    })?;
                }
                // A service may send what is no CID, with line breaks in it: one line stays one.
                Self::Cids => out.line(&scrub(pin.cid.as_str()))?,
                Self::Ids => out.line(&scrub(pin.id.as_str()))?,
            }
        }
        Ok(())
    }

    fn end(&self, out: &mut Out) -> anyhow::Result<()> {
        match self {
            Self::Json { first: true } => out.line("]}"),
            Self::Json { first: false } => out.line("\n]}"),
            _ => Ok(()),
        }
    }
}

const CSV_FIELDS: [&str; 18] = [
    "id",
    "cid",
    "name",
    "type",
    "size",
    "status",
    "pinned",
    "date_pinned",
    "date_unpinned",
    "created_at",
    "updated_at",
    "is_dir",
    "is_pin_by_hash",
    "root_hash",
    "sub_hash_status",
    "file_record_id",
    "user_id",
    "keyvalues",
];

fn csv_fields(pin: &Pin) -> anyhow::Result<[String; CSV_FIELDS.len()]> {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    Ok([
        pin.id.as_str().to_owned(),
        pin.cid.as_str().to_owned(),
        text(&pin.name),
        text(&pin.mime_type),
        pin.size.map_or_else(String::new, |size| size.to_string()),
        text(&pin.status),
        pin.pinned.to_string(),
        Time(pin.date_pinned).text(),
        Time(pin.date_unpinned).text(),
        Time(pin.created_at).text(),
        Time(pin.updated_at).text(),
        pin.is_dir.to_string(),
        pin.is_pin_by_hash.to_string(),
        text(&pin.root_hash),
        text(&pin.sub_hash_status),
        text(&pin.file_record_id),
        text(&pin.user_id),
        json(&pin.keyvalues)?,
    ])
}

/// One line of CSV as RFC 4180 has it. Everything but numbers is quoted, so that a spreadsheet
/// asks less often what a field might be.
fn csv_line(fields: &[impl AsRef<[u8]>]) -> anyhow::Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::NonNumeric)
        .from_writer(Vec::new());
    writer.write_record(fields)?;
    let line = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8(line)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cid;

    #[test]
    fn csv_brings_any_name_back_as_it_was() {
        let mut pin = Pin::new("id", Cid::as_received("bafy"));
        pin.name = Some("a \"quoted\", name\r\nof two lines".to_owned());
        pin.size = Some(7);
        let line = csv_line(&csv_fields(&pin).unwrap()).unwrap();
        assert!(line.ends_with("\r\n") && line.contains(",7,"), "{line}");
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line.as_bytes());
        let read = reader.records().next().unwrap().unwrap();
        assert_eq!(&read[2], pin.name.as_deref().unwrap());
        assert_eq!(&read[17], "{}");
    }
}
