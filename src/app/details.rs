//! One pin's record in full, and the service's own JSON of it.

use super::reader::{Reader, ReaderSubject};
use super::{App, Effect, Modal};
use crate::domain::{Pin, PinId};
use crate::error::ApiError;
use crate::protocol::{PinDetails, Request, Seq};

impl Reader {
    /// The pin that the page is about, where it is about one.
    pub(super) fn pin(&self) -> Option<&Pin> {
        match &self.subject {
            ReaderSubject::Record { pin, .. } => Some(pin),
            _ => None,
        }
    }
}

impl App {
    /// Shows the record: what is known at once, what the service says as soon as it says it.
    pub(super) fn open_record(&mut self) {
        let Some(pin) = self.list.selected().cloned() else {
            return;
        };
        let seq = self.ask_details(pin.id.clone());
        self.show(ReaderSubject::Record {
            seq,
            pin: Box::new(pin),
            note: "asking the service…".to_owned(),
        });
    }

    /// Shows the service's own JSON.
    pub(super) fn open_raw(&mut self) {
        let Some(pin) = self.list.selected().cloned() else {
            return;
        };
        let seq = self.ask_details(pin.id.clone());
        self.show(ReaderSubject::Raw {
            seq,
            title: pin.title().to_owned(),
            id: pin.id,
            text: Err("asking the service…".to_owned()),
        });
    }

    fn show(&mut self, subject: ReaderSubject) {
        self.modal = Some(Modal::Reader(Reader::new(subject)));
    }

    fn ask_details(&mut self, id: PinId) -> Seq {
        let seq = self.next_look.advance();
        self.effect(Effect::Submit(Request::Details { seq, id }));
        seq
    }

    /// Asks for the record on the screen again.
    pub(super) fn refresh_reader(&mut self) {
        let id = match &self.modal {
            Some(Modal::Reader(Reader {
                subject: ReaderSubject::Record { pin, .. },
                ..
            })) => pin.id.clone(),
            Some(Modal::Reader(Reader {
                subject: ReaderSubject::Raw { id, .. },
                ..
            })) => id.clone(),
            _ => return,
        };
        let newer = self.ask_details(id);
        if let Some(Modal::Reader(reader)) = &mut self.modal {
            match &mut reader.subject {
                ReaderSubject::Record { seq, note, .. } => {
                    *seq = newer;
                    "asking the service…".clone_into(note);
                }
                ReaderSubject::Raw { seq, .. } => *seq = newer,
                _ => {}
            }
        }
    }

    /// Takes a record; an older one than was last asked for changes nothing.
    pub(super) fn details_received(
        &mut self,
        answered: Seq,
        id: &PinId,
        result: Result<PinDetails, ApiError>,
    ) {
        if let Ok(details) = &result {
            self.list.update(std::slice::from_ref(&details.pin));
        }
        let Some(Modal::Reader(reader)) = &mut self.modal else {
            return;
        };
        match (&mut reader.subject, result) {
            (ReaderSubject::Record { seq, pin, note }, result) if *seq == answered => {
                match result {
                    Ok(details) if details.pin.id == *id => {
                        **pin = details.pin;
                        note.clear();
                    }
                    Ok(_) => "the service answered with another pin".clone_into(note),
                    Err(error) => *note = format!("as it was last known: {error}"),
                }
            }
            (ReaderSubject::Raw { seq, text, .. }, result) if *seq == answered => {
                *text = match result {
                    Ok(details) => Ok(details.raw),
                    Err(error) => Err(error.to_string()),
                };
            }
            _ => {}
        }
    }
}
