//! Pins in columns for people: fitted to a terminal's width, never cut elsewhere.

use anstyle::{AnsiColor, Style};

use crate::domain::text::{human_bytes, scrub, truncate, truncate_middle, width};
use crate::domain::{Pin, PinState};

/// Columns between two cells.
const GAP: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Cid,
    Size,
    Status,
    Pinned,
    Id,
}

impl Column {
    const ALL: [Self; 6] = [
        Self::Name,
        Self::Cid,
        Self::Size,
        Self::Status,
        Self::Pinned,
        Self::Id,
    ];

    /// From the first to give way on a narrow terminal to the last.
    const EXPENDABLE: [Self; 4] = [Self::Pinned, Self::Status, Self::Size, Self::Id];

    fn title(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Cid => "CID",
            Self::Size => "SIZE",
            Self::Status => "STATUS",
            Self::Pinned => "PINNED",
            Self::Id => "ID",
        }
    }

    fn text(self, pin: &Pin) -> String {
        match self {
            Self::Name => scrub(pin.name.as_deref().unwrap_or_default()).into_owned(),
            Self::Cid => scrub(pin.cid.as_str()).into_owned(),
            Self::Size => pin.size.map_or_else(String::new, human_bytes),
            Self::Status => pin.state.label().to_owned(),
            Self::Pinned => pin
                .date_pinned
                .map_or_else(String::new, |time| time.strftime("%Y-%m-%d").to_string()),
            Self::Id => scrub(pin.id.as_str()).into_owned(),
        }
    }

    /// Columns below which the cell says nothing any more.
    fn least(self) -> usize {
        match self {
            Self::Name => 12,
            Self::Cid => 13,
            Self::Id => 9,
            // Human sizes, state words and dates have their width and keep it.
            Self::Size | Self::Status => 8,
            Self::Pinned => 10,
        }
    }

    fn fit(self, text: &str, columns: usize) -> String {
        match self {
            Self::Cid | Self::Id => truncate_middle(text, columns).into_owned(),
            _ => truncate(text, columns).into_owned(),
        }
    }
}

/// The columns of one table and their widths, decided by its first rows.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<(Column, usize)>,
    /// Whether cells are cut to their column.
    cut: bool,
    color: bool,
}

impl Table {
    /// A table for rows like these, in `columns` of a terminal or as wide as it gets.
    pub(super) fn new(pins: &[Pin], columns: Option<usize>, color: bool) -> Self {
        let mut wanted: Vec<(Column, usize)> = Column::ALL
            .into_iter()
            .map(|column| {
                let widest = pins.iter().map(|pin| width(&column.text(pin))).max();
                (column, widest.unwrap_or(0).max(column.title().len()))
            })
            .collect();
        if let Some(room) = columns {
            for expendable in Column::EXPENDABLE {
                if sum(wanted
                    .iter()
                    .map(|(column, wide)| (*wide).min(column.least())))
                    <= room
                {
                    break;
                }
                wanted.retain(|(column, _)| *column != expendable);
            }
            // CIDs give way first, then names, ids last: those are what commands take.
            for giving in [Column::Cid, Column::Name, Column::Id] {
                let over = sum(wanted.iter().map(|(_, wide)| *wide)).saturating_sub(room);
                if let Some((_, wide)) = wanted.iter_mut().find(|(column, _)| *column == giving) {
                    let least = giving.least().min(*wide);
                    *wide = wide.saturating_sub(over).max(least);
                }
            }
        }
        Self {
            columns: wanted,
            cut: columns.is_some(),
            color,
        }
    }

    /// The header line.
    pub(super) fn header(&self) -> String {
        let line = self.join(|column| (column.title().to_owned(), Style::new()));
        self.paint(&line, Style::new().bold())
    }

    /// One pin's line.
    pub(super) fn row(&self, pin: &Pin) -> String {
        self.join(|column| {
            let style = match column {
                Column::Status => status_style(pin.state),
                Column::Id | Column::Pinned => Style::new().dimmed(),
                _ => Style::new(),
            };
            (column.text(pin), style)
        })
    }

    fn join(&self, cell: impl Fn(Column) -> (String, Style)) -> String {
        let mut line = String::new();
        for (index, (column, wide)) in self.columns.iter().enumerate() {
            let (mut text, style) = cell(*column);
            if self.cut {
                text = column.fit(&text, *wide);
            }
            let padding = " ".repeat(wide.saturating_sub(width(&text)));
            let text = self.paint(&text, style);
            if *column == Column::Size {
                line.push_str(&padding);
                line.push_str(&text);
            } else {
                line.push_str(&text);
                line.push_str(&padding);
            }
            if index + 1 < self.columns.len() {
                line.push_str(&" ".repeat(GAP));
            }
        }
        line.truncate(line.trim_end_matches(' ').len());
        line
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.color && style != Style::new() && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

fn sum(widths: impl Iterator<Item = usize>) -> usize {
    widths
        .map(|wide| wide + GAP)
        .sum::<usize>()
        .saturating_sub(GAP)
}

/// The colour of a state's word, which says the same without it.
pub(super) fn status_style(state: PinState) -> Style {
    let color = match state {
        PinState::Pinned => AnsiColor::Green,
        PinState::Pinning => AnsiColor::Yellow,
        PinState::Failed => AnsiColor::Red,
        PinState::Unpinned => return Style::new().dimmed(),
    };
    color.on_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cid;

    fn pins() -> Vec<Pin> {
        let mut long = Pin::new(
            "3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2",
            Cid::as_received("bafkreigoswsg4iddq6gqexlizzkduic652iolmy2mwolrr6bbd5twezucq"),
        );
        long.name = Some("evil\u{1b}[31m文件 with quite a long name.tar.gz".to_owned());
        long.size = Some(50_922);
        long.state = PinState::Pinned;
        long.date_pinned = Some("2023-06-07T03:52:39Z".parse().unwrap());
        vec![long, Pin::new("x", Cid::as_received("y"))]
    }

    #[test]
    fn nothing_is_cut_where_there_is_no_terminal() {
        let pins = pins();
        let table = Table::new(&pins, None, false);
        let row = table.row(&pins[0]);
        for part in [
            "with quite a long name.tar.gz",
            pins[0].cid.as_str(),
            "50.9 kB",
            "2023-06-07",
            pins[0].id.as_str(),
        ] {
            assert!(row.contains(part), "{row}");
        }
        assert!(!row.contains('\u{1b}') && !row.ends_with(' '), "{row:?}");
        // A later row that is longer than the first ones is not cut either.
        let narrow = Table::new(&pins[1..], None, false);
        assert!(narrow.row(&pins[0]).contains(pins[0].cid.as_str()));
    }

    #[test]
    fn every_line_fits_the_terminal() {
        let pins = pins();
        for columns in 27..220 {
            let table = Table::new(&pins, Some(columns), false);
            for line in [table.header(), table.row(&pins[0]), table.row(&pins[1])] {
                assert!(width(&line) <= columns, "{columns}: {line:?}");
            }
            assert!(table.header().starts_with("NAME"));
        }
        let wide = Table::new(&pins, Some(200), false).row(&pins[0]);
        assert!(wide.contains(pins[0].id.as_str()) && wide.contains(pins[0].cid.as_str()));
        let usual = Table::new(&pins, Some(120), false).row(&pins[0]);
        assert!(usual.contains(pins[0].id.as_str()), "{usual}");
    }

    #[test]
    fn colour_is_written_only_when_asked_for() {
        let pins = pins();
        assert!(
            Table::new(&pins, None, true)
                .row(&pins[0])
                .contains("\u{1b}[32mpinned\u{1b}[0m")
        );
    }
}
