//! Estimates how much work remains, and thus whether further threads pay off.

use std::time::Duration;

use crate::engine::workers::Outlook;

use super::current::{Current, CursorPosition};
use super::{Cursor, FIRST_SPAN};

impl Cursor<'_> {
    /// Estimates the remaining work, after `busy` was spent on the spans handed out. Starting a
    /// thread and having it scheduled takes as long as scanning megabytes with a fast kernel.
    pub(in crate::engine) fn outlook(&self, busy: Duration) -> Outlook {
        const START: Duration = Duration::from_micros(250);
        const LASTING_BYTES: u64 = 32 << 20;
        const LASTING: Duration = Duration::from_millis(4);
        if self.plan.block < FIRST_SPAN / 4 {
            return if self.batches > 3 { Outlook::Lasting } else { Outlook::Short };
        }
        match (&self.current, self.inputs.has_more()) {
            (Some(Current { place: CursorPosition::Positioned(place), .. }), false) => {
                let left = place.left();
                let rest = busy.as_secs_f64() * left as f64 / self.done.max(1) as f64;
                match () {
                    () if left >= LASTING_BYTES => Outlook::Lasting,
                    // The time is too short for an extrapolation.
                    () if busy < START / 8 || rest < START.as_secs_f64() => Outlook::Short,
                    () if rest < LASTING.as_secs_f64() => Outlook::Long,
                    () => Outlook::Lasting,
                }
            }
            (None, false) => Outlook::Short,
            _ if busy >= START => Outlook::Lasting,
            _ => Outlook::Short,
        }
    }
}
