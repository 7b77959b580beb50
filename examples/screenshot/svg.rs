//! A drawn screen as an SVG that any viewer shows alike, whatever monospace font it has: text goes in
//! runs that are told their width, and lines are drawn as lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// Tenths of a pixel that a cell is wide and high; whole numbers make the same text everywhere.
const CELL: (u32, u32) = (84, 190);
/// From the top of a cell to the foot of its letters.
const FOOT: u32 = 138;
/// Around the screen.
const MARGIN: u32 = 140;
/// Of a round corner.
const RADIUS: u32 = 40;

const BACKGROUND: &str = "#15181e";
const TEXT: &str = "#d3d8e0";
const STYLE: &str = "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',\
                     'Liberation Mono',monospace;white-space:pre}.b{font-weight:700}.d{opacity:.6}";

/// How a cell is painted.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Paint {
    text: &'static str,
    behind: Option<&'static str>,
    is_bold: bool,
    is_dim: bool,
}

impl Paint {
    fn of(cell: &Cell) -> Self {
        let (mut text, mut behind) = (colour(cell.fg), colour(cell.bg));
        if cell.modifier.contains(Modifier::REVERSED) {
            (text, behind) = (behind.or(Some(BACKGROUND)), text.or(Some(TEXT)));
        }
        Self {
            text: text.unwrap_or(TEXT),
            behind,
            is_bold: cell.modifier.contains(Modifier::BOLD),
            is_dim: cell.modifier.contains(Modifier::DIM),
        }
    }

    fn class(self) -> &'static str {
        match (self.is_bold, self.is_dim) {
            (false, false) => "",
            (true, false) => " class=\"b\"",
            (false, true) => " class=\"d\"",
            (true, true) => " class=\"b d\"",
        }
    }
}

/// One of the sixteen colours that every terminal has; `None` is the default.
fn colour(colour: Color) -> Option<&'static str> {
    Some(match colour {
        Color::Black => "#2a2f3a",
        Color::Red => "#e8707a",
        Color::Green => "#93c47d",
        Color::Yellow => "#e3bd73",
        Color::Blue => "#6ea8e8",
        Color::Magenta => "#c792ea",
        Color::Cyan => "#5cc4cf",
        Color::Gray => "#b4bac6",
        Color::DarkGray => "#78808f",
        Color::LightRed => "#ff8b94",
        Color::LightGreen => "#b5e3a0",
        Color::LightYellow => "#ffd98f",
        Color::LightBlue => "#92c1f5",
        Color::LightMagenta => "#dcb2f7",
        Color::LightCyan => "#86e0ea",
        Color::White => "#f2f4f8",
        _ => return None,
    })
}

/// The screen as a picture.
pub(crate) fn picture(screen: &Buffer) -> String {
    let (columns, rows) = (u32::from(screen.area.width), u32::from(screen.area.height));
    let width = px(columns * CELL.0 + 2 * MARGIN);
    let height = px(rows * CELL.1 + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"The screen of lazypin\">\n\
         <style>{STYLE}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"9\" fill=\"{BACKGROUND}\"/>\n"
    );
    let mut lines = Lines::default();
    let mut text = String::new();
    for y in 0..rows {
        for run in runs(screen, y) {
            if let Some(behind) = run.paint.behind {
                rectangle(&mut svg, &run, y, behind);
            }
            match run.kind {
                Kind::Blank => {}
                Kind::Line(line) => lines.add(&run, y, line),
                Kind::Text => write_run(&mut text, &run, y),
            }
        }
    }
    svg.push_str(&lines.paths());
    svg.push_str(&text);
    svg.push_str("</svg>\n");
    svg
}

/// Cells side by side that are painted in one go.
struct Run {
    x: u32,
    columns: u32,
    text: String,
    paint: Paint,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Text,
    Line(char),
}

impl Kind {
    fn of(symbol: &str) -> Self {
        match symbol.chars().next() {
            None | Some(' ') => Self::Blank,
            Some(line @ ('─' | '│' | '╭' | '╮' | '╰' | '╯')) => Self::Line(line),
            Some(_) => Self::Text,
        }
    }
}

fn runs(screen: &Buffer, y: u32) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let width = usize::from(screen.area.width);
    let row = screen.content.chunks(width).nth(y as usize);
    let mut covered = 0;
    for (x, cell) in (0..).zip(row.unwrap_or_default()) {
        // The cell after a wide character belongs to it.
        if x < covered {
            continue;
        }
        let symbol = cell.symbol();
        let columns = u32::try_from(symbol.width()).unwrap_or(1).max(1);
        covered = x + columns;
        let (paint, kind) = (Paint::of(cell), Kind::of(symbol));
        match runs.last_mut() {
            // What may come from another font stands alone, so that it can't shift the rest.
            Some(run) if run.takes(symbol, paint, kind) => {
                run.columns += columns;
                run.text.push_str(symbol);
            }
            _ => runs.push(Run {
                x,
                columns,
                text: symbol.to_owned(),
                paint,
                kind,
            }),
        }
    }
    runs
}

impl Run {
    fn takes(&self, symbol: &str, paint: Paint, kind: Kind) -> bool {
        let is_plain = |kind, text: &str| kind != Kind::Text || text.is_ascii();
        self.paint == paint
            && self.kind == kind
            && is_plain(kind, symbol)
            && is_plain(self.kind, &self.text)
    }
}

fn rectangle(svg: &mut String, run: &Run, y: u32, fill: &str) {
    let (x, y) = (px(left(run.x)), px(top(y)));
    let (width, height) = (px(run.columns * CELL.0), px(CELL.1));
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
    );
}

fn write_run(svg: &mut String, run: &Run, y: u32) {
    let (class, fill) = (run.paint.class(), run.paint.text);
    let wide = run.columns * CELL.0;
    let foot = px(top(y) + FOOT);
    let text = escape(&run.text);
    let _ = if run.text.is_ascii() {
        let (x, wide) = (px(left(run.x)), px(wide));
        writeln!(
            svg,
            "<text x=\"{x}\" y=\"{foot}\" textLength=\"{wide}\" lengthAdjust=\"spacingAndGlyphs\" \
             fill=\"{fill}\"{class}>{text}</text>"
        )
    } else {
        let x = px(left(run.x) + wide / 2);
        writeln!(
            svg,
            "<text x=\"{x}\" y=\"{foot}\" text-anchor=\"middle\" fill=\"{fill}\"{class}>{text}</text>"
        )
    };
}

/// The frames, a path for each colour.
#[derive(Default)]
struct Lines(BTreeMap<&'static str, String>);

impl Lines {
    fn add(&mut self, run: &Run, y: u32, line: char) {
        let path = self.0.entry(run.paint.text).or_default();
        let (x, y) = (left(run.x), top(y));
        let (middle, centre) = (x + CELL.0 / 2, y + CELL.1 / 2);
        let (right, bottom) = (x + run.columns * CELL.0, y + CELL.1);
        let _ = match line {
            '─' => write!(path, "M{} {}H{}", px(x), px(centre), px(right)),
            '│' => (0..run.columns).try_for_each(|column| {
                let x = px(middle + column * CELL.0);
                write!(path, "M{x} {}V{}", px(y), px(bottom))
            }),
            corner => {
                // From the side to the top or bottom, round the corner.
                let side = if matches!(corner, '╭' | '╰') {
                    right
                } else {
                    x
                };
                let end = if matches!(corner, '╭' | '╮') {
                    bottom
                } else {
                    y
                };
                let near = if side == x {
                    middle - RADIUS
                } else {
                    middle + RADIUS
                };
                let turn = if end == y {
                    centre - RADIUS
                } else {
                    centre + RADIUS
                };
                write!(
                    path,
                    "M{} {centre}H{}Q{middle} {centre} {middle} {}V{}",
                    px(side),
                    px(near),
                    px(turn),
                    px(end),
                    centre = px(centre),
                    middle = px(middle),
                )
            }
        };
    }

    fn paths(&self) -> String {
        self.0
            .iter()
            .fold(String::new(), |mut svg, (stroke, path)| {
                let _ = writeln!(
                    svg,
                    "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\"/>"
                );
                svg
            })
    }
}

fn left(x: u32) -> u32 {
    MARGIN + x * CELL.0
}

fn top(y: u32) -> u32 {
    MARGIN + y * CELL.1
}

/// Tenths of a pixel as pixels.
fn px(tenths: u32) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
