//! From what an `rm` is told to the plan of what goes.

use std::collections::HashSet;

use super::records::look_up;
use super::{Session, ids, matching};
use crate::api::PinningService;
use crate::config::UsageError;
use crate::domain::filter::Filter;
use crate::domain::{
    ListQuery, Pin, PinId, PinState, PlanDraft, PlannedPin, Protection, UnpinPlan, UnpinTarget, Why,
};
use crate::error::ApiError;
use crate::plan_file::SavedPlan;

/// Makes plans; each takes `None` for a signal that came first.
pub(super) struct Planner<'a> {
    pub(super) service: &'a dyn PinningService,
    pub(super) session: &'a Session<'a>,
    pub(super) concurrency: usize,
    pub(super) protection: &'a Protection,
}

impl Planner<'_> {
    /// A plan of these, of which the first `known` are looked up.
    pub(super) async fn of_ids(&self, ids: &[PinId], known: usize) -> Option<UnpinPlan> {
        let (known, others) = ids.split_at(known.min(ids.len()));
        let found = self.look_up(known).await?;
        let mut draft = PlanDraft::new(self.protection);
        for (id, found) in found {
            match found {
                Ok(pin) => draft.add(pin),
                Err(ApiError::NotFound(_)) => {
                    draft.leave_out(UnpinTarget::unknown(id), Why::NotThere);
                }
                Err(error) => draft.add_unknown(id, error.to_string()),
            }
        }
        for id in others {
            draft.add_unknown(id.clone(), String::new());
        }
        Some(draft.finish())
    }

    /// A plan of what matches; what is unpinned already is not worth a word.
    pub(super) async fn of_filter(&self, filter: &Filter) -> Option<Result<UnpinPlan, ApiError>> {
        let reading = matching::all(self.service, filter, ListQuery::default());
        let found = match self.session.interrupt.or(reading).await? {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let mut draft = PlanDraft::new(self.protection);
        let pinned = |pin: &Pin| pin.state != PinState::Unpinned;
        for pin in found.into_iter().filter(pinned) {
            draft.add(pin);
        }
        Some(Ok(draft.finish()))
    }

    /// A plan of what a saved one lists, as far as it is still so.
    pub(super) async fn of_saved(&self, pins: &[PlannedPin]) -> Option<UnpinPlan> {
        let ids: Vec<PinId> = pins.iter().map(|pin| pin.target.id.clone()).collect();
        let found = self.look_up(&ids).await?;
        let mut draft = PlanDraft::new(self.protection);
        for (saved, (_, found)) in pins.iter().zip(found) {
            let target = || saved.target.clone();
            match found {
                Ok(pin) => match difference(&saved.target, &pin) {
                    Some(what) if pin.state != PinState::Unpinned => {
                        draft.leave_out(target(), Why::Changed(what));
                    }
                    _ => draft.add(pin),
                },
                Err(ApiError::NotFound(_)) => draft.leave_out(target(), Why::NotThere),
                Err(error) => draft.leave_out(target(), Why::Unclear(error.to_string())),
            }
        }
        Some(draft.finish())
    }

    async fn look_up(&self, ids: &[PinId]) -> Option<Vec<(PinId, Result<Pin, ApiError>)>> {
        let looking = look_up(self.service, ids, self.concurrency);
        self.session.interrupt.or(looking).await
    }
}

/// What makes a pin another one than a person planned to unpin; a plan that knew nothing but ids
/// tells nothing that can differ.
fn difference(saved: &UnpinTarget, pin: &Pin) -> Option<String> {
    let cid = saved.cid.as_ref()?;
    if *cid != pin.cid {
        return Some(format!("its CID was {cid} and is {}", pin.cid));
    }
    if saved.name != pin.name {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "(none)".to_owned());
        let (was, is) = (name(&saved.name), name(&pin.name));
        return Some(format!("its name was {was} and is {is}"));
    }
    (saved.keyvalues != pin.keyvalues).then(|| "its keyvalues are others".to_owned())
}

/// The pins of a saved plan, each once, where it is one for this service and all of its ids can be
/// ids.
pub(super) fn check_saved(saved: SavedPlan, service: &str) -> Result<Vec<PlannedPin>, UsageError> {
    let planned_for = &saved.account.service;
    if planned_for != service {
        return Err(UsageError::with_hint(
            format!("this plan is for {planned_for}, and this is {service}"),
            format!(
                "it was made under the profile {}; --profile and --api-url name the service",
                saved.account.profile
            ),
        ));
    }
    let mut seen = HashSet::new();
    let mut pins = Vec::with_capacity(saved.pins.len());
    for (number, pin) in saved.pins {
        let id = ids::check(pin.target.id.as_str()).map_err(|error| UsageError {
            message: format!("line {number}: {}", error.message),
            ..error
        })?;
        if seen.insert(id) {
            pins.push(pin);
        }
    }
    Ok(pins)
}
