//! The change log: what was changed from here, the last change first, and what became of each item
//! of one. A page at a time: the journal may be long.

use super::{App, Effect, Modal};
use crate::domain::change::Kind;
use crate::domain::{Change, ChangeItem, Page};
use crate::input::Action;
use crate::protocol::{CHANGES_A_PAGE, Request, Seq};

/// Rows of which a page is here, and the cursor in them.
#[derive(Debug)]
pub struct Rows<Row> {
    /// The rows that are here.
    pub here: Vec<Row>,
    /// How many come before them.
    pub offset: usize,
    /// Whether more come after them.
    pub more: bool,
    /// The place of the cursor among those that are here.
    pub cursor: usize,
    /// Why there are none, or no others.
    pub error: Option<String>,
    /// The look that is awaited, and where the cursor goes once it is there.
    waiting: Option<(Seq, Landing)>,
}

/// Where the cursor goes on a page that comes.
#[derive(Clone, Copy, Debug)]
enum Landing {
    Top,
    Bottom,
    Stay,
}

/// What is to be asked for before the cursor can move on.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    offset: usize,
    landing: Landing,
}

impl<Row> Rows<Row> {
    fn waiting_for(seq: Seq) -> Self {
        Self {
            here: Vec::new(),
            offset: 0,
            more: false,
            cursor: 0,
            error: None,
            waiting: Some((seq, Landing::Top)),
        }
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.here.get(self.cursor)
    }

    /// Whether an answer is awaited.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Moves the cursor, or says which page it would be on.
    fn move_by(&mut self, rows: isize) -> Option<Wanted> {
        let last = self.here.len().saturating_sub(1);
        if rows > 0 && self.cursor == last && self.more {
            return Some(Wanted {
                offset: self.offset + self.here.len(),
                landing: Landing::Top,
            });
        }
        if rows < 0 && self.cursor == 0 && self.offset > 0 {
            return Some(Wanted {
                offset: self.offset.saturating_sub(CHANGES_A_PAGE),
                landing: Landing::Bottom,
            });
        }
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
        None
    }

    fn act(&mut self, action: Action, height: usize) -> Option<Wanted> {
        let height = isize::try_from(height).unwrap_or(1).max(1);
        match action {
            Action::Down => self.move_by(1),
            Action::Up => self.move_by(-1),
            Action::NextPage => self.move_by(height),
            Action::PreviousPage => self.move_by(-height),
            Action::HalfPageDown => self.move_by((height / 2).max(1)),
            Action::HalfPageUp => self.move_by(-(height / 2).max(1)),
            Action::Last => self.move_by(isize::MAX),
            Action::First if self.offset == 0 => self.move_by(isize::MIN),
            Action::First => Some(Wanted {
                offset: 0,
                landing: Landing::Top,
            }),
            Action::Refresh => Some(Wanted {
                offset: self.offset,
                landing: Landing::Stay,
            }),
            _ => None,
        }
    }

    /// Takes an answer; an older one changes nothing.
    fn receive(&mut self, seq: Seq, offset: usize, result: Result<Page<Row>, String>) {
        let Some((_, landing)) = self.waiting.take_if(|(waiting, _)| *waiting == seq) else {
            return;
        };
        match result {
            Err(why) => self.error = Some(why),
            Ok(page) => {
                let last = page.rows.len().saturating_sub(1);
                self.cursor = match landing {
                    Landing::Top => 0,
                    Landing::Bottom => last,
                    Landing::Stay => self.cursor.min(last),
                };
                self.here = page.rows;
                self.more = page.more;
                self.offset = offset;
                self.error = None;
            }
        }
    }
}

/// The change log on the screen.
#[derive(Debug)]
pub struct ChangeLog {
    /// The changes.
    pub changes: Rows<Change>,
    /// The change that was opened, with its items.
    pub opened: Option<(Change, Rows<ChangeItem>)>,
}

impl ChangeLog {
    /// The change that is opened, else the one under the cursor.
    pub fn subject(&self) -> Option<&Change> {
        match &self.opened {
            Some((change, _)) => Some(change),
            None => self.changes.selected(),
        }
    }
}

impl App {
    fn change_log(&mut self) -> Option<&mut ChangeLog> {
        match &mut self.modal {
            Some(Modal::ChangeLog(log)) => Some(log),
            _ => None,
        }
    }

    /// Opens it.
    pub(super) fn open_change_log(&mut self) {
        let seq = self.next_look.advance();
        self.modal = Some(Modal::ChangeLog(Box::new(ChangeLog {
            changes: Rows::waiting_for(seq),
            opened: None,
        })));
        self.effect(Effect::Submit(Request::Changes { seq, offset: 0 }));
    }

    /// Does what an action means in it.
    pub(super) fn act_in_change_log(&mut self, action: Action) {
        let height = self.layout.change_log_rows();
        let seq = self.next_look.advance();
        let Some(log) = self.change_log() else {
            return;
        };
        match action {
            Action::Back if log.opened.is_some() => log.opened = None,
            Action::Back => self.modal = None,
            Action::Open if log.opened.is_none() => {
                if let Some(change) = log.changes.selected().cloned() {
                    let batch = change.batch;
                    log.opened = Some((change, Rows::waiting_for(seq)));
                    let offset = 0;
                    self.effect(Effect::Submit(Request::ChangeItems { seq, batch, offset }));
                }
            }
            Action::Undo => self.look_for_undo_of_change(),
            action => {
                let request = match &mut log.opened {
                    Some((change, items)) => {
                        let batch = change.batch;
                        ask(items, action, height, seq).map(|offset| Request::ChangeItems {
                            seq,
                            batch,
                            offset,
                        })
                    }
                    None => ask(&mut log.changes, action, height, seq)
                        .map(|offset| Request::Changes { seq, offset }),
                };
                if let Some(request) = request {
                    self.effect(Effect::Submit(request));
                }
            }
        }
    }

    fn look_for_undo_of_change(&mut self) {
        let Some(change) = self.change_log().and_then(|log| log.subject()) else {
            return;
        };
        let (kind, batch) = (change.kind, change.batch);
        if kind == Kind::Unpin {
            self.look_for_undo(Some(batch));
        } else {
            self.inform("only unpins can be taken back");
        }
    }

    /// Takes a page of changes.
    pub(super) fn changes_received(
        &mut self,
        seq: Seq,
        offset: usize,
        result: Result<Page<Change>, String>,
    ) {
        if let Some(log) = self.change_log() {
            log.changes.receive(seq, offset, result);
        }
    }

    /// Takes a page of items.
    pub(super) fn change_items_received(
        &mut self,
        seq: Seq,
        offset: usize,
        result: Result<Page<ChangeItem>, String>,
    ) {
        if let Some(log) = self.change_log()
            && let Some((_, items)) = &mut log.opened
        {
            items.receive(seq, offset, result);
        }
    }
}

/// Moves, or waits for the page to move on; gives the place of that page.
fn ask<Row>(rows: &mut Rows<Row>, action: Action, height: usize, seq: Seq) -> Option<usize> {
    let Wanted { offset, landing } = rows.act(action, height)?;
    rows.waiting = Some((seq, landing));
    Some(offset)
}
