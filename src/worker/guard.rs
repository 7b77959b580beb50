//! What is left of work that panicked: a sentence, never silence.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::domain::text;

/// The result of `work`, or a sentence where it panicked: a bug in one request must not leave a
/// person waiting.
pub(super) async fn guarded<T>(work: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .map_err(|panic| broke(panic.as_ref()))
}

/// A sentence about a panic.
pub(super) fn broke(panic: &(dyn Any + Send)) -> String {
    let why = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given");
    format!(
        "lazypin itself broke here, please report it: {}",
        text::truncate(&text::scrub(why), 200)
    )
}
