//! A form: text fields one below the other, then a button that sends and one that cancels.

use crossterm::event::{KeyEvent, KeyModifiers};
use tui_textarea::TextArea;

use super::{App, Modal};
use crate::domain::Metadata;
use crate::domain::text::human_bytes;

/// Bytes that a field may hold after a paste. The text area counts columns in 16 bits.
const FIELD_BYTES: usize = 32_000;

/// One field.
#[derive(Debug)]
pub struct Field {
    /// What belongs in it.
    pub label: &'static str,
    /// The text and its cursor.
    pub area: TextArea<'static>,
    /// Whether it takes several lines.
    pub is_multiline: bool,
}

/// A form and where its focus is.
#[derive(Debug)]
pub struct Form {
    /// The fields, from the top.
    pub fields: Vec<Field>,
    /// The field that has the focus; after the last come the send and the cancel button.
    pub focus: usize,
    /// Why it could not be sent.
    pub error: Option<String>,
}

/// What happens when the focused thing is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The focus went on.
    Moved,
    /// The form should be sent.
    Send,
    /// The form should be closed.
    Cancel,
}

impl Form {
    /// A form with these fields: label, text to begin with, whether it takes several lines, and
    /// what stands there in grey while it is empty.
    pub fn new(fields: &[(&'static str, &str, bool, &'static str)]) -> Self {
        let fields = fields
            .iter()
            .map(|(label, text, is_multiline, placeholder)| {
                let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
                area.move_cursor(tui_textarea::CursorMove::End);
                area.set_placeholder_text(*placeholder);
                area.set_max_histories(100);
                Field {
                    label,
                    area,
                    is_multiline: *is_multiline,
                }
            })
            .collect();
        Self {
            fields,
            focus: 0,
            error: None,
        }
    }

    /// The text of a field, in one line.
    pub fn text(&self, field: usize) -> String {
        self.fields
            .get(field)
            .map(|field| field.area.lines().join(" ").trim().to_owned())
            .unwrap_or_default()
    }

    /// The name and keyvalues from these two fields; a mistake is put on the form.
    pub fn metadata(&mut self, name: Option<usize>, keyvalues: usize) -> Option<Metadata> {
        let lines = self.fields.get(keyvalues)?.area.lines();
        match Metadata::parse_lines(lines.iter().map(String::as_str)) {
            Ok(keyvalues) => Some(Metadata {
                name: name
                    .map(|field| self.text(field))
                    .filter(|name| !name.is_empty()),
                keyvalues,
            }),
            Err((line, why)) => {
                self.error = Some(format!("keyvalues, line {line}: {why}"));
                self.focus = keyvalues;
                None
            }
        }
    }

    /// Whether the send button has the focus.
    pub fn on_send(&self) -> bool {
        self.focus == self.fields.len()
    }

    /// Whether the cancel button has the focus.
    pub fn on_cancel(&self) -> bool {
        self.focus == self.fields.len() + 1
    }

    /// Moves the focus, round and round.
    pub fn move_focus(&mut self, forward: bool) {
        let places = self.fields.len() + 2;
        self.focus = (self.focus + if forward { 1 } else { places - 1 }) % places;
    }

    /// Takes what has the focus: a new line in a field of several, else the next field, or a button.
    pub fn take(&mut self) -> Taken {
        if self.on_send() {
            return Taken::Send;
        }
        if self.on_cancel() {
            return Taken::Cancel;
        }
        let is_lone = self.fields.len() == 1;
        match self.fields.get_mut(self.focus) {
            Some(field) if field.is_multiline => field.area.insert_newline(),
            // There is nothing else to say.
            Some(_) if is_lone => return Taken::Send,
            _ => self.move_focus(true),
        }
        Taken::Moved
    }

    /// Types into the focused field.
    pub fn type_key(&mut self, key: KeyEvent) {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return;
        };
        // The field's own short cuts for a new line have no place in a field of one line.
        let makes_line = key.modifiers.contains(KeyModifiers::CONTROL)
            && matches!(
                key.code,
                crossterm::event::KeyCode::Char('m' | 'j' | 'M' | 'J')
            );
        if makes_line && !field.is_multiline {
            return;
        }
        if field.area.input(key) {
            self.error = None;
        }
    }

    /// Pastes into the focused field; a field of one line gets it in one line, and what is too long
    /// for any field is left out.
    pub fn paste(&mut self, text: &str) {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return;
        };
        let held: usize = field.area.lines().iter().map(String::len).sum();
        if held + text.len() > FIELD_BYTES {
            self.error = Some(format!(
                "not pasted: a field holds {} at the most",
                human_bytes(FIELD_BYTES as u64)
            ));
            return;
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text
            .chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .collect();
        if field.is_multiline {
            field.area.insert_str(text);
        } else {
            field.area.insert_str(text.trim().replace('\n', " "));
        }
        self.error = None;
    }
}

impl App {
    /// The form on the screen.
    pub(super) fn form_mut(&mut self) -> Option<&mut Form> {
        match self.modal.as_mut()? {
            Modal::Upload(upload) => Some(&mut upload.form),
            Modal::PinByCid(pin) => Some(&mut pin.form),
            Modal::PinList(pin) => Some(&mut pin.form),
            Modal::SavePlan(save) => Some(&mut save.form),
            Modal::Export(export) => Some(&mut export.form),
            _ => None,
        }
    }
}
