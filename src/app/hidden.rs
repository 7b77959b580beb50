//! How many of the marked pins the view does not show now: asked of the worker whenever the marks
//! or the view have changed, one question at a time.

use super::list::View;
use super::{App, Effect};
use crate::domain::PinnedFilter;
use crate::protocol::{Request, Seq};

/// What is known of the marked pins that are not shown.
#[derive(Debug, Default)]
pub struct Hidden {
    /// What the answer is about, once asked for.
    about: Option<About>,
    /// The question that is not answered yet, and what it is about.
    asked: Option<(Seq, About)>,
    marked: usize,
    count: Option<usize>,
}

/// A state of the marks, of the account and of the view.
#[derive(Clone, Debug, PartialEq, Eq)]
struct About {
    marks: u64,
    known: Option<u64>,
    view: View,
    filter: Option<String>,
}

impl Hidden {
    /// How many of the marked pins the view does not show; `None` while that is being found out.
    pub fn count(&self) -> Option<usize> {
        self.count
    }

    /// Takes an answer in.
    pub(super) fn counted(&mut self, seq: Seq, shown: Option<usize>) {
        if self.asked.as_ref().is_some_and(|(asked, _)| *asked == seq) {
            self.about = self.asked.take().map(|(_, about)| about);
            self.count = shown.map(|shown| self.marked.saturating_sub(shown));
        }
    }
}

impl App {
    /// Asks how many of the marked pins are hidden, where that is not known.
    pub(super) fn count_hidden(&mut self) {
        let view = self.list.view();
        if self.marks.is_empty()
            || (self.list.filter().is_none() && view.pinned == PinnedFilter::All)
        {
            self.hidden.about = None;
            self.hidden.count = Some(0);
            return;
        }
        let about = About {
            marks: self.marks.revision(),
            known: self.known.as_ref().map(|part| part.known),
            view,
            filter: self.list.filter().map(|filter| filter.text().to_owned()),
        };
        if self.hidden.about.as_ref() == Some(&about) {
            return;
        }
        self.hidden.count = None;
        if self.hidden.asked.is_some() {
            return;
        }
        let seq = self.next_look.advance();
        self.hidden.asked = Some((seq, about));
        self.hidden.marked = self.marks.len();
        self.effect(Effect::Submit(Request::CountShown {
            seq,
            pins: self.marks.keys().collect(),
            view: self.list.local_view(),
        }));
    }
}
