//! Many pins as text that other programs read: CSV, JSON, JSON Lines, CIDs or ids.

use std::io;

use super::json::json;
use super::record::Time;
use super::text::scrub;
use super::{Pin, Record, Totals};

/// A form in which pins are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// Comma-separated values with a header (RFC 4180).
    Csv,
    /// One document with the totals.
    Json,
    /// One record a line.
    JsonLines,
    /// One CID a line.
    Cids,
    /// One pin id a line.
    Ids,
}

/// Writes pins in a form, in the order in which they come; none of them is kept.
#[derive(Debug)]
pub struct RecordWriter {
    format: RecordFormat,
    /// Whether even fields that are taken as they are must steer no terminal.
    for_terminal: bool,
    is_first: bool,
}

impl RecordWriter {
    /// A writer of this form.
    pub fn new(format: RecordFormat, for_terminal: bool) -> Self {
        Self {
            format,
            for_terminal,
            is_first: true,
        }
    }

    /// Writes what comes before the first pin.
    pub fn begin(&self, totals: Totals, out: &mut String) -> io::Result<()> {
        match self.format {
            RecordFormat::Csv => out.push_str(&csv_line(&CSV_FIELDS)?),
            RecordFormat::Json => {
                let Totals { files, size } = totals;
                let head = format!("{{\"totals\":{{\"files\":{files},\"size\":{size}}},\"pins\":[");
                out.push_str(&head);
            }
            RecordFormat::JsonLines | RecordFormat::Cids | RecordFormat::Ids => {}
        }
        Ok(())
    }

    /// Writes one pin.
    pub fn pin(&mut self, pin: &Pin, out: &mut String) -> io::Result<()> {
        match self.format {
            RecordFormat::Csv => {
                let fields = csv_fields(pin)?;
                out.push_str(&if self.for_terminal {
                    csv_line(&fields.map(|field| scrub(&field).into_owned()))?
                } else {
                    csv_line(&fields)?
                });
                return Ok(());
            }
            RecordFormat::Json => {
                out.push_str(if self.is_first { "\n" } else { ",\n" });
                self.is_first = false;
                out.push_str(&json(&Record::from(pin))?);
                return Ok(());
            }
            RecordFormat::JsonLines => out.push_str(&json(&Record::from(pin))?),
            // A service may send what is no CID, with line breaks in it: one line stays one.
            RecordFormat::Cids => out.push_str(&scrub(pin.cid.as_str())),
            RecordFormat::Ids => out.push_str(&scrub(pin.id.as_str())),
        }
        out.push('\n');
        Ok(())
    }

    /// Writes what comes after the last pin.
    pub fn end(&self, out: &mut String) {
        if self.format == RecordFormat::Json {
            out.push_str(if self.is_first { "]}\n" } else { "\n]}\n" });
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

fn csv_fields(pin: &Pin) -> io::Result<[String; CSV_FIELDS.len()]> {
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
fn csv_line(fields: &[impl AsRef<[u8]>]) -> io::Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::NonNumeric)
        .from_writer(Vec::new());
    writer.write_record(fields)?;
    let line = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    String::from_utf8(line).map_err(io::Error::other)
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
