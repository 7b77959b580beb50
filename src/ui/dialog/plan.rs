//! The plan of an unpin, as its question shows it.

use ratatui::style::Style;

use crate::app::wrap;
use crate::domain::plan::LEFT_OUT;
use crate::domain::text::human_bytes;
use crate::domain::{UnpinPlan, Why};
use crate::ui::Theme;

/// Names shown at the most.
const NAMES: usize = 5;
/// Columns of the labels.
const LABEL: usize = 12;

const WHAT_IT_MEANS: &str = "The service stops keeping this content and may delete it. Copies on \
    other IPFS nodes and on your disk stay. Pinning it again needs the content to be somewhere.";

/// What gives way in a low window, once no more than one name is left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Terse {
    No,
    NoGaps,
    NothingThatStandsOut,
}

/// Its lines, as many as fit into `room` as far as that is possible.
pub(super) fn lines(
    plan: &UnpinPlan,
    protected: Option<&Why>,
    columns: usize,
    room: usize,
    theme: &Theme,
) -> Vec<(String, Style)> {
    let fits = |names: usize, below: &[(String, Style)]| {
        // The line above the names and the one above the answer.
        names + usize::from(plan.len() > names) + below.len() + 2 <= room
    };
    let least = plan.len().min(1);
    let below = |terse| below(plan, protected, columns, terse, theme);
    let below = [Terse::No, Terse::NoGaps]
        .into_iter()
        .map(below)
        .find(|below| fits(least, below))
        .unwrap_or_else(|| below(Terse::NothingThatStandsOut));
    let names = (least..=NAMES.min(plan.len()))
        .rev()
        .find(|names| fits(*names, &below))
        .unwrap_or(least);

    let mut lines = vec![(size(plan), theme.title)];
    for pin in &plan.pins()[..names] {
        lines.push((format!("  {}", pin.target.title()), theme.text));
    }
    if plan.len() > names {
        // The last one too: where the best match comes first, it is the weakest of what goes.
        let weakest = plan.pins().last().map_or("", |pin| pin.target.title());
        let more = match plan.len() - names {
            1 => format!("  and {weakest}"),
            more => format!("  and {more} more, the last of them {weakest}"),
        };
        lines.push((more, theme.quiet));
    }
    lines.extend(below);
    lines
}

/// What stands below the names.
fn below(
    plan: &UnpinPlan,
    protected: Option<&Why>,
    columns: usize,
    terse: Terse,
    theme: &Theme,
) -> Vec<(String, Style)> {
    let mut lines = Vec::new();
    for (label, fact) in plan.facts() {
        // A name may lose its end, what stays and why may not.
        let parts = match label {
            LEFT_OUT => wrap(&fact, columns.saturating_sub(LABEL)),
            _ if terse == Terse::NothingThatStandsOut => continue,
            _ => vec![fact],
        };
        for (index, part) in parts.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            lines.push((format!("{label:<LABEL$}{part}"), theme.text));
        }
    }
    if let Some(why) = protected {
        let text = format!("It is {why}: you will be asked twice.");
        let parts = wrap(&text, columns).into_iter();
        lines.extend(parts.map(|part| (part, theme.title)));
    }
    let gap = (String::new(), theme.text);
    if terse == Terse::No {
        if !lines.is_empty() {
            lines.insert(0, gap.clone());
        }
        lines.push(gap);
    }
    let means = wrap(WHAT_IT_MEANS, columns).into_iter();
    lines.extend(means.map(|part| (part, theme.quiet)));
    lines
}

fn size(plan: &UnpinPlan) -> String {
    let bytes = human_bytes(plan.bytes());
    match plan.unknown_sizes() {
        0 => format!("{bytes} in all"),
        unknown if unknown == plan.len() => "of unknown size".to_owned(),
        unknown => format!("{bytes} in all, {unknown} of unknown size"),
    }
}
