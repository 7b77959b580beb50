//! Where things are on the screen, decided from its size alone.

use ratatui::layout::{Rect, Size};

/// Columns from which on the detail pane stands beside the list.
const WIDE: u16 = 100;
/// Rows from which on the detail pane lies below the list.
const TALL: u16 = 20;
/// Rows of the detail pane below the list.
const PANE_ROWS: u16 = 8;

/// Where the detail pane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailPlace {
    /// Right of the list.
    Beside,
    /// Below the list.
    Below,
    /// Nowhere; the record opens over the screen.
    Hidden,
}

/// The parts of the screen. An area may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The whole screen.
    pub screen: Rect,
    /// The top line.
    pub header: Rect,
    /// The list with its frame.
    pub list: Rect,
    /// The detail pane with its frame.
    pub detail: Rect,
    /// Where it is.
    pub place: DetailPlace,
    /// The line for jobs and toasts.
    pub status: Rect,
    /// The keys.
    pub footer: Rect,
    page_size: Option<u16>,
}

impl Layout {
    /// The layout for a screen of this size, with at most `page_size` rows on a page.
    pub fn new(size: Size, page_size: Option<u16>) -> Self {
        let screen = Rect::new(0, 0, size.width, size.height);
        let header_rows = u16::from(size.height >= 5);
        let footer_rows = u16::from(size.height >= 6);
        let status_rows = u16::from(size.height >= 7);
        let body = Rect::new(
            0,
            header_rows,
            size.width,
            size.height - header_rows - footer_rows - status_rows,
        );
        let place = if size.width >= WIDE && body.height >= 6 {
            DetailPlace::Beside
        } else if size.height >= TALL && size.width >= 40 {
            DetailPlace::Below
        } else {
            DetailPlace::Hidden
        };
        let (list, detail) = match place {
            DetailPlace::Beside => {
                let width = (size.width * 2 / 5).clamp(42, 70);
                (
                    Rect {
                        width: body.width - width,
                        ..body
                    },
                    Rect {
                        x: body.width - width,
                        width,
                        ..body
                    },
                )
            }
            DetailPlace::Below => (
                Rect {
                    height: body.height - PANE_ROWS,
                    ..body
                },
                Rect {
                    y: body.y + body.height - PANE_ROWS,
                    height: PANE_ROWS,
                    ..body
                },
            ),
            DetailPlace::Hidden => (body, Rect::default()),
        };
        let line = |y, rows| Rect::new(0, y, size.width, rows);
        Self {
            screen,
            header: line(0, header_rows),
            list,
            detail,
            place,
            status: line(body.bottom(), status_rows),
            footer: line(body.bottom() + status_rows, footer_rows),
            page_size,
        }
    }

    /// The same for another size.
    pub fn resized(&self, size: Size) -> Self {
        Self::new(size, self.page_size)
    }

    /// The list's rows, without frame and heading.
    pub fn rows(&self) -> Rect {
        Rect {
            x: self.list.x + 1,
            y: self.list.y + 2,
            width: self.list.width.saturating_sub(2),
            height: self.list.height.saturating_sub(3),
        }
    }

    /// Pins on a page.
    pub fn page_rows(&self) -> u64 {
        let rows = self.rows().height;
        u64::from(self.page_size.map_or(rows, |most| most.min(rows)).max(1))
    }

    /// The inside of the detail pane.
    pub fn pane(&self) -> Rect {
        Rect {
            x: self.detail.x + 1,
            y: self.detail.y + 1,
            width: self.detail.width.saturating_sub(2),
            height: self.detail.height.saturating_sub(2),
        }
    }

    /// A dialog of at most this size in the middle of the screen.
    pub fn dialog(&self, width: u16, height: u16) -> Rect {
        let width = width.min(self.screen.width);
        let height = height.min(self.screen.height);
        Rect {
            x: (self.screen.width - width) / 2,
            y: (self.screen.height - height) / 2,
            width,
            height,
        }
    }

    /// Where the command palette lies, with its frame: a line to type in, and commands below it.
    pub fn palette(&self) -> Rect {
        let width = self.screen.width.saturating_sub(4).clamp(1, 78);
        let height = self.screen.height.saturating_sub(4).clamp(1, 20);
        self.dialog(width.max(36), height.max(6))
    }

    /// Commands that it shows at once.
    pub fn palette_rows(&self) -> usize {
        usize::from(self.palette().height.saturating_sub(4).max(1))
    }

    /// Where a page of text lies over the screen, with its frame.
    pub fn reader(&self) -> Rect {
        self.dialog(
            (self.screen.width.saturating_sub(4)).clamp(self.screen.width.min(40), 110),
            self.screen
                .height
                .saturating_sub(if self.screen.height >= 20 { 4 } else { 0 }),
        )
    }

    /// The rows of the change log, in the frame of [`Self::reader`].
    pub fn change_log_list(&self) -> Rect {
        let text = self.reader_text();
        let below = self.change_log_detail().height;
        Rect {
            // An empty row keeps them apart.
            height: text.height.saturating_sub(below + u16::from(below > 0)),
            ..text
        }
    }

    /// What is said below them of the one under the cursor.
    pub fn change_log_detail(&self) -> Rect {
        let text = self.reader_text();
        let height = if text.height >= 10 { 4 } else { 0 };
        Rect {
            y: text.bottom() - height,
            height,
            ..text
        }
    }

    /// Changes that are shown at once.
    pub fn change_log_rows(&self) -> usize {
        usize::from(self.change_log_list().height.max(1))
    }

    /// The inside of [`Self::reader`].
    pub fn reader_text(&self) -> Rect {
        let frame = self.reader();
        Rect {
            x: frame.x + 2,
            y: frame.y + 1,
            width: frame.width.saturating_sub(4),
            height: frame.height.saturating_sub(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fill_the_screen_and_never_leave_it() {
        for width in 0..130 {
            for height in 0..50 {
                let layout = Layout::new(Size::new(width, height), None);
                let screen = layout.screen;
                for area in [
                    layout.header,
                    layout.list,
                    layout.status,
                    layout.footer,
                    layout.reader(),
                    layout.palette(),
                ] {
                    assert_eq!(area.intersection(screen), area, "{width}x{height} {area:?}");
                }
                if layout.place != DetailPlace::Hidden {
                    assert_eq!(layout.detail.intersection(screen), layout.detail);
                }
                assert!(layout.page_rows() >= 1);
            }
        }
        let layout = |width, height| Layout::new(Size::new(width, height), None);
        assert_eq!(layout(120, 40).place, DetailPlace::Beside);
        assert_eq!(layout(80, 24).place, DetailPlace::Below);
        assert_eq!(layout(40, 10).place, DetailPlace::Hidden);
    }
}
