//! Estimates how much work remains, and thus whether further threads pay off.

use std::time::Duration;

use crate::engine::workers::RemainingWork;

use super::current::{Current, CursorPosition};
use super::{Cursor, FIRST_SPAN};

impl Cursor<'_> {
    /// Estimates the remaining work, after `busy` was spent on the spans handed out. Starting a
    /// thread and having it scheduled takes as long as scanning megabytes with a fast kernel.
    pub(in crate::engine) fn remaining_work(&self, busy: Duration) -> RemainingWork {
        const THREAD_START: Duration = Duration::from_micros(250);
        const LASTING_BYTES: u64 = 32 << 20;
        const LASTING_TIME: Duration = Duration::from_millis(4);
        if self.plan.block < FIRST_SPAN / 4 {
            return if self.batches > 3 { RemainingWork::Lasting } else { RemainingWork::Little };
        }
        match (&self.current, self.inputs.has_more()) {
            (Some(Current { position: CursorPosition::Positioned(position), .. }), false) => {
                let remaining = position.remaining();
                let rest = busy.as_secs_f64() * remaining as f64 / self.done.max(1) as f64;
                match () {
                    () if remaining >= LASTING_BYTES => RemainingWork::Lasting,
                    // The time is too short for an extrapolation.
                    () if busy < THREAD_START / 8 || rest < THREAD_START.as_secs_f64() => RemainingWork::Little,
                    () if rest < LASTING_TIME.as_secs_f64() => RemainingWork::ForAll,
                    () => RemainingWork::Lasting,
                }
            }
            (None, false) => RemainingWork::Little,
            _ if busy >= THREAD_START => RemainingWork::Lasting,
            _ => RemainingWork::Little,
        }
    }
}
