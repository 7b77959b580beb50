//! The mouse, where it is taken at all: the wheel, and a click on a row.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::reader::Scroll;
use super::{App, Focus};

impl App {
    /// Takes what the mouse did.
    pub(super) fn mouse(&mut self, mouse: MouseEvent) {
        if self.modal.is_some() {
            let lines = match mouse.kind {
                MouseEventKind::ScrollDown => 3,
                MouseEventKind::ScrollUp => -3,
                _ => return,
            };
            self.scroll_reader(Scroll::Lines(lines));
            return;
        }
        match mouse.kind {
            MouseEventKind::ScrollDown => self.list.move_by(3),
            MouseEventKind::ScrollUp => self.list.move_by(-3),
            MouseEventKind::Down(MouseButton::Left) => {
                let rows = self.layout.rows();
                let row = mouse.row.wrapping_sub(rows.y);
                if rows.contains((mouse.column, mouse.row).into())
                    && u64::from(row) < self.list.page_rows()
                {
                    self.focus = Focus::List;
                    self.list.move_to(self.list.top() + u64::from(row));
                }
            }
            _ => return,
        }
        self.pane_scroll = 0;
    }
}
