//! What `ls` is to show: the saved view, as the other options change it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::matching;
use crate::args::LsArgs;
use crate::config::{Settings, UsageError};
use crate::domain::filter::{Filter, PinFacts, Scratch};
use crate::domain::{ListQuery, Pin, SavedView, SortKey, SortOrder};

/// What to show.
pub(super) struct View {
    /// What the service is asked for.
    pub(super) query: ListQuery,
    /// What is done here of it, where the service can't do it all.
    pub(super) local: Option<Local>,
}

/// What the whole account is needed for.
pub(super) struct Local {
    pub(super) filter: Filter,
    sort: SortKey,
    order: SortOrder,
}

impl View {
    /// Puts the options together.
    pub(super) fn of(args: &LsArgs, settings: &Settings) -> Result<Self, UsageError> {
        let typed = args.filter.as_deref().unwrap_or_default();
        // By itself first, so that a mistake is named with the place where it was typed.
        let typed_filter = matching::parse(typed)?;
        let saved = args.view.as_deref().map(|name| named(name, settings));
        let saved = saved.transpose()?;
        let filter = match saved {
            None => typed_filter,
            Some(view) => matching::parse(&format!("{} {typed}", view.filter))?,
        };
        let usual = SavedView::default();
        let view = saved.unwrap_or(&usual);
        let sort = args.sort.map_or_else(|| view.sort_key(), Into::into);
        let order = args.order.map_or(view.order, Into::into);
        let query = ListQuery {
            pinned: args.pinned.map_or(view.show, Into::into),
            sort: sort.service_field().unwrap_or_default(),
            order,
            ..ListQuery::default()
        };
        let is_local = args.filter.is_some() || !filter.is_empty();
        let local = (is_local || sort.service_field().is_none()).then_some(Local {
            filter,
            sort,
            order,
        });
        Ok(Self { query, local })
    }
}

fn named<'a>(name: &str, settings: &'a Settings) -> Result<&'a SavedView, UsageError> {
    settings.views.get(name).ok_or_else(|| {
        let known: Vec<&str> = settings.views.keys().map(String::as_str).collect();
        let known = match &known[..] {
            [] => "there are none".to_owned(),
            names => format!("known views are {}", names.join(", ")),
        };
        UsageError::with_hint(
            format!("view: there is no view '{name}'; {known}"),
            format!("add [views.{name}] to config.toml, or name another one"),
        )
    })
}

impl Local {
    /// Puts what was found in order, where the service did not.
    pub(super) fn arrange(&self, pins: &mut [Pin]) {
        match self.sort {
            sort if sort.service_field().is_some() => return,
            SortKey::Score => {
                let mut scratch = Scratch::default();
                pins.sort_by_cached_key(|pin| {
                    let is_duplicate = false;
                    let facts = PinFacts { pin, is_duplicate };
                    // The terms are met already; only words tell how well.
                    self.filter.matches(&facts, &mut scratch)
                });
            }
            SortKey::Copies => {
                let mut contents: HashMap<String, (bool, u64)> = HashMap::new();
                for pin in &*pins {
                    let size = pin.size.unwrap_or(0);
                    contents
                        .entry(root(pin).into_owned())
                        .and_modify(|known| *known = (true, known.1.max(size)))
                        .or_insert((false, size));
                }
                pins.sort_by(|a, b| {
                    let content = |pin| {
                        let root = root(pin);
                        (contents.get(&*root).copied(), root)
                    };
                    let oldest_last = SortKey::Created.compare(b, a);
                    content(a).cmp(&content(b)).then(oldest_last)
                });
            }
            sort => pins.sort_by(|a, b| sort.compare(a, b)),
        }
        if self.order == SortOrder::Descending {
            pins.reverse();
        }
    }
}

/// What pins of one content share.
fn root(pin: &Pin) -> Cow<'_, str> {
    pin.root().unwrap_or(Cow::Borrowed(pin.cid.as_str()))
}
