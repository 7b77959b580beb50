//! Writes changed cells to the terminal in few bytes, which people on slow lines feel.
//!
//! Ratatui's own backend gives every run of cells an absolute position and ends every frame with a
//! reset. This one remembers where the cursor and what the pen is: it steps forward within a line,
//! and says of a style only what changes. Everything else is ratatui's own.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// A backend that writes what changed and no more.
pub(super) struct FrugalBackend<W: Write> {
    inner: CrosstermBackend<W>,
    /// Where the terminal's cursor is, as far as it is sure.
    cursor: Option<(u16, u16)>,
    pen: Option<Pen>,
    is_cursor_hidden: bool,
    columns: std::cell::Cell<u16>,
    /// The bytes of the frame that is being written.
    frame: String,
}

/// How the next character would look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }
}

impl<W: Write> FrugalBackend<W> {
    /// Writes to this terminal, of which nothing is known yet.
    pub(super) fn new(writer: W) -> Self {
        Self {
            inner: CrosstermBackend::new(writer),
            cursor: None,
            pen: None,
            is_cursor_hidden: false,
            columns: std::cell::Cell::new(0),
            frame: String::new(),
        }
    }

    fn go_to(&mut self, x: u16, y: u16) {
        match self.cursor {
            Some(here) if here == (x, y) => {}
            Some((from, line)) if line == y && from < x => match x - from {
                1 => self.frame.push_str("\x1b[C"),
                steps => push(&mut self.frame, format_args!("\x1b[{steps}C")),
            },
            _ => push(&mut self.frame, format_args!("\x1b[{};{}H", y + 1, x + 1)),
        }
    }

    fn take_pen(&mut self, wanted: Pen) {
        if self.pen == Some(wanted) {
            return;
        }
        // A modifier or colour can only be taken away together with all others.
        let kept = self.pen.filter(|pen| {
            wanted.modifier.contains(pen.modifier)
                && (wanted.fg != Color::Reset || pen.fg == Color::Reset)
                && (wanted.bg != Color::Reset || pen.bg == Color::Reset)
        });
        let from = kept.unwrap_or(Pen::PLAIN);
        self.frame.push_str("\x1b[");
        let start = self.frame.len();
        if kept.is_none() && wanted != Pen::PLAIN {
            self.frame.push_str("0;");
        }
        for (modifier, code) in MODIFIERS {
            if wanted.modifier.contains(modifier) && !from.modifier.contains(modifier) {
                push(&mut self.frame, format_args!("{code};"));
            }
        }
        if wanted.fg != from.fg {
            push_color(&mut self.frame, wanted.fg, 30);
        }
        if wanted.bg != from.bg {
            push_color(&mut self.frame, wanted.bg, 40);
        }
        if self.frame.len() > start {
            self.frame.pop();
        }
        self.frame.push('m');
        self.pen = Some(wanted);
    }

    fn forget(&mut self) {
        self.cursor = None;
        self.pen = None;
    }
}

const MODIFIERS: [(Modifier, u8); 7] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

/// Writing to a text does not fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = std::fmt::Write::write_fmt(text, arguments);
}

/// `base` is 30 for the foreground and 40 for the background.
fn push_color(text: &mut String, color: Color, base: u8) {
    let code = match color {
        Color::Reset => 9,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Indexed(index) => {
            return push(text, format_args!("{};5;{index};", base + 8));
        }
        Color::Rgb(r, g, b) => {
            return push(text, format_args!("{};2;{r};{g};{b};", base + 8));
        }
    };
    push(text, format_args!("{};", base + code));
}

impl<W: Write> Backend for FrugalBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            self.go_to(x, y);
            self.take_pen(Pen::of(cell));
            let symbol = cell.symbol();
            self.frame.push_str(symbol);
            // How far other characters move the cursor is the terminal's own opinion, and so is
            // where it stands after the last column.
            let is_sure = symbol.len() == 1 && x + 1 < self.columns.get();
            self.cursor = is_sure.then(|| (x + 1, y));
        }
        self.inner.write_all(self.frame.as_bytes())?;
        self.frame.clear();
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if !self.is_cursor_hidden {
            self.inner.hide_cursor()?;
            self.is_cursor_hidden = true;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.is_cursor_hidden = false;
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.forget();
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, kind: ClearType) -> io::Result<()> {
        // What is cleared takes the pen's colours.
        self.take_pen(Pen::PLAIN);
        self.inner.write_all(self.frame.as_bytes())?;
        self.frame.clear();
        self.forget();
        self.inner.clear_region(kind)
    }

    fn size(&self) -> io::Result<Size> {
        // Asked for before every frame.
        let size = self.inner.size()?;
        self.columns.set(size.width);
        Ok(size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

impl<W: Write> Write for FrugalBackend<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.forget();
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    /// Draws the changes between two states and plays the bytes to a terminal.
    fn play(frames: &[Buffer]) -> vt100::Parser {
        let area = frames[0].area;
        let mut bytes: Vec<u8> = Vec::new();
        let mut backend = FrugalBackend::new(&mut bytes);
        backend.columns.set(area.width);
        let mut before = Buffer::empty(area);
        for frame in frames {
            backend.draw(before.diff(frame).into_iter()).unwrap();
            before = frame.clone();
        }
        drop(backend);
        let [rows, columns] = [area.height, area.width].map(|n| n.try_into().unwrap());
        let mut parser = vt100::Parser::new(rows, columns, 0);
        parser.process(&bytes);
        parser
    }

    #[test]
    fn the_terminal_shows_what_was_drawn() {
        let area = Rect::new(0, 0, 20, 3);
        let mut first = Buffer::empty(area);
        first.set_string(0, 0, "plain", Style::new());
        first.set_string(6, 0, "red", Style::new().fg(Color::Red));
        first.set_string(0, 1, "bold 文 x", Style::new().add_modifier(Modifier::BOLD));
        let mut second = first.clone();
        second.set_string(6, 0, "RED", Style::new().fg(Color::Red));
        second.set_string(0, 1, "B", Style::reset());
        second.set_string(4, 2, "a b", Style::new().bg(Color::Blue));
        let parser = play(&[first, second]);
        let screen = parser.screen();
        assert_eq!(screen.contents(), "plain RED\nBold 文 x\n    a b");
        let cell = |x, y| screen.cell(y, x).unwrap();
        assert_eq!(cell(6, 0).fgcolor(), vt100::Color::Idx(1));
        assert_eq!(cell(0, 0).fgcolor(), vt100::Color::Default);
        assert!(!cell(0, 1).bold() && cell(1, 1).bold() && cell(8, 1).bold());
        assert_eq!(cell(4, 2).bgcolor(), vt100::Color::Idx(4));
        assert_eq!(cell(5, 0).bgcolor(), vt100::Color::Default);
    }

    #[test]
    fn steps_and_styles_cost_little() {
        let mut bytes = Vec::new();
        let mut backend = FrugalBackend::new(&mut bytes);
        backend.columns.set(20);
        let mut cell = Cell::new("x");
        backend
            .draw([(0, 0, &cell), (2, 0, &cell)].into_iter())
            .unwrap();
        cell.set_style(Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD));
        backend.draw([(5, 1, &cell)].into_iter()).unwrap();
        backend.draw([(9, 1, &Cell::new("y"))].into_iter()).unwrap();
        drop(backend);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "\x1b[1;1H\x1b[mx\x1b[Cx\x1b[2;6H\x1b[1;36mx\x1b[3C\x1b[my"
        );
    }
}
