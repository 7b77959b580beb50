//! `lazypin show`: one pin's record.

use anyhow::Context as _;

use super::out::Out;
use super::{Outcome, Session, ids};
use crate::args::ShowArgs;
use crate::domain::text::{date_time, human_bytes, scrub, width};
use crate::domain::{Pin, Record};

pub(super) async fn run(args: &ShowArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let id = ids::check(&args.id)?;
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let details = session
        .interrupt
        .or(connection.service().details(&id))
        .await;
    connection.close().await;
    let Some(details) = details else {
        return Ok(Outcome::Interrupted);
    };
    let pin = details.with_context(|| format!("can't show pin {id}"))?.pin;
    let mut out = Out::stdout(session.settings);
    if session.json {
        out.document(&Record::from(&pin))?;
    } else {
        out.write(&describe(&pin))?;
        out.flush()?;
    }
    Ok(Outcome::Done)
}

/// The pin's fields in lines for people; what is not known is left out.
fn describe(pin: &Pin) -> String {
    let yes_no = |yes: bool| Some(if yes { "yes" } else { "no" }.to_owned());
    let status = match pin.status.as_deref() {
        Some(raw) if !raw.eq_ignore_ascii_case(pin.state.label()) => {
            format!("{} (the service says {raw})", pin.state.label())
        }
        _ => pin.state.label().to_owned(),
    };
    let size = pin.size.map(|size| match size {
        ..1000 => human_bytes(size),
        _ => format!("{} ({size} bytes)", human_bytes(size)),
    });
    let mut fields = vec![
        ("name", pin.name.clone()),
        ("cid", Some(pin.cid.to_string())),
        ("id", Some(pin.id.to_string())),
        ("size", size),
        ("status", Some(status)),
        ("type", pin.mime_type.clone()),
        ("directory", yes_no(pin.is_dir)),
        ("pinned by CID", yes_no(pin.is_pin_by_hash)),
        ("pinned", pin.date_pinned.map(date_time)),
        ("unpinned", pin.date_unpinned.map(date_time)),
        ("created", pin.created_at.map(date_time)),
        ("updated", pin.updated_at.map(date_time)),
        ("root hash", pin.root_hash.clone()),
        ("file record", pin.file_record_id.clone()),
        ("user", pin.user_id.clone()),
    ];
    fields.extend(
        pin.keyvalues
            .iter()
            .map(|(key, value)| ("keyvalue", Some(format!("{key}={value}")))),
    );
    fields.retain(|(_, value)| value.is_some());
    let widest = fields.iter().map(|(name, _)| width(name)).max();
    let widest = widest.unwrap_or_default();
    fields
        .into_iter()
        .fold(String::new(), |text, (name, value)| {
            text + &format!("{name:widest$}  {}\n", scrub(&value.unwrap_or_default()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cid, PinState};

    #[test]
    fn what_is_known_stands_in_lines() {
        let mut pin = Pin::new("id-1", Cid::as_received("bafy"));
        pin.name = Some("two\nlines".to_owned());
        pin.size = Some(50_922);
        pin.state = PinState::Pinned;
        pin.status = Some("DONE".to_owned());
        pin.keyvalues.insert("env".to_owned(), "prod".to_owned());
        let text = describe(&pin);
        assert!(
            text.starts_with("name           two␊lines\ncid            bafy\n"),
            "{text}"
        );
        assert!(text.contains("50.9 kB (50922 bytes)"), "{text}");
        assert!(text.contains("pinned (the service says DONE)"), "{text}");
        assert!(text.ends_with("keyvalue       env=prod\n"), "{text}");
        assert!(!text.contains("unpinned"), "{text}");
    }
}
