//! The dialog for a list of CIDs: what is in it, what is wrong with it, and what to say of all.

use std::sync::Arc;

use super::form::Form;
use crate::domain::CidList;
use crate::domain::text::count;

/// The places of the fields.
pub(super) const PREFIX: usize = 0;
pub(super) const KEYVALUES: usize = 1;

/// Lines of what is left out that are shown at once.
const SHOWN: usize = 5;

/// A list of CIDs that is about to be pinned.
#[derive(Debug)]
pub struct PinListForm {
    /// The list.
    pub list: Arc<CidList>,
    /// The fields: what stands before each name, keyvalues.
    pub form: Form,
    /// The first line of what is left out that is shown.
    scroll: usize,
}

impl PinListForm {
    pub(super) fn new(list: CidList, prefix: &str, keyvalues: &str) -> Self {
        let mut form = Form::new(&[
            ("prefix", prefix, false, "goes before each name (optional)"),
            (
                "keyvalues",
                keyvalues,
                true,
                "of all: KEY=VALUE, one a line (optional)",
            ),
        ]);
        form.focus = form.fields.len();
        Self {
            list: Arc::new(list),
            form,
            scroll: 0,
        }
    }

    /// What would be pinned, in a few words.
    pub fn summary(&self) -> String {
        let pins = &self.list.pins;
        let named = pins.iter().filter(|pin| pin.name.is_some()).count();
        format!("{} to pin, {named} with a name", count(pins.len(), "CID"))
    }

    /// What is left out, in a few words; nothing where all is pinned.
    pub fn left_out(&self) -> Option<String> {
        let CidList { bad, repeats, .. } = &*self.list;
        let mut parts = Vec::new();
        if !bad.is_empty() {
            parts.push(format!("{} no CID", are(bad.len(), "line")));
        }
        if !repeats.is_empty() {
            parts.push(format!("{} said before", are(repeats.len(), "line")));
        }
        let shown = self.shown();
        let rest = if shown.len() < self.lines() {
            format!(" ({}-{} shown)", shown.start + 1, shown.end)
        } else {
            String::new()
        };
        (!parts.is_empty()).then(|| format!("left out: {}{rest}", parts.join(", ")))
    }

    /// The lines that are left out and stand in the dialog now, with the reason.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let CidList { bad, repeats, .. } = &*self.list;
        let bad = bad
            .iter()
            .map(|bad| format!("line {}: {} · {}", bad.line, bad.why, bad.text));
        let repeats = repeats
            .iter()
            .map(|repeat| format!("line {}: the same as line {}", repeat.line, repeat.first));
        let shown = self.shown();
        bad.chain(repeats).skip(shown.start).take(shown.len())
    }

    /// Whether not all that is left out can be seen at once.
    pub fn scrolls(&self) -> bool {
        self.lines() > SHOWN
    }

    pub(super) fn scroll(&mut self, forward: bool) {
        self.scroll = if forward {
            self.scroll + SHOWN
        } else {
            self.scroll.saturating_sub(SHOWN)
        };
        self.scroll = self.scroll.min(self.lines().saturating_sub(SHOWN));
    }

    fn lines(&self) -> usize {
        self.list.bad.len() + self.list.repeats.len()
    }

    fn shown(&self) -> std::ops::Range<usize> {
        self.scroll..self.lines().min(self.scroll + SHOWN)
    }
}

fn are(n: usize, noun: &str) -> String {
    let verb = if n == 1 { "is" } else { "are" };
    format!("{} {verb}", count(n, noun))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_told_and_scrolled_through() {
        let text = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e name\n".repeat(2)
            + &"x\n".repeat(7);
        let list = CidList::read(text.as_bytes()).unwrap();
        let mut form = PinListForm::new(list, "", "");
        assert_eq!(form.summary(), "1 CID to pin, 1 with a name");
        assert_eq!(
            form.left_out().unwrap(),
            "left out: 7 lines are no CID, 1 line is said before (1-5 shown)"
        );
        assert!(form.notes().next().unwrap().starts_with("line 3: "));
        form.scroll(true);
        form.scroll(true);
        assert_eq!(form.notes().last().unwrap(), "line 2: the same as line 1");
        assert_eq!(form.notes().count(), SHOWN);
        form.scroll(false);
        assert!(form.notes().next().unwrap().starts_with("line 3: "));
    }
}
