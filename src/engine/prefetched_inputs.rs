//! Iterates over inputs that a command takes one by one. If small ones come from disk, the next few
//! are prefetched meanwhile, so that the disk works on many requests at a time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::os::fd_table;

use super::session::Session;
use super::{Engine, Input};

/// The maximum number of files that are prefetched.
const MAX_PREFETCHED: usize = 16;

/// The time after which an input that was opened early is opened again, because its name may refer
/// to another file by then.
pub(super) const STALE_AFTER: Duration = Duration::from_millis(2);

/// An iterator over inputs in their order.
#[derive(Debug)]
pub struct PrefetchedInputs<'e, 'i> {
    engine: &'e Engine,
    session: &'e Session,
    inputs: VecDeque<Input<'i>>,
    ahead: usize,
    /// The time at which the last input was handed out.
    handed_out: Option<Instant>,
}

impl<'e, 'i> PrefetchedInputs<'e, 'i> {
    /// Creates an iterator over `inputs`.
    pub fn new(inputs: Vec<Input<'i>>, engine: &'e Engine, session: &'e Session) -> PrefetchedInputs<'e, 'i> {
        let ahead = if inputs.len() > 1 { fd_table::files_per_worker(1, MAX_PREFETCHED) } else { 0 };
        PrefetchedInputs { engine, session, inputs: inputs.into(), ahead, handed_out: None }
    }
}

impl<'i> Iterator for PrefetchedInputs<'_, 'i> {
    type Item = Input<'i>;

    fn next(&mut self) -> Option<Input<'i>> {
        // The elapsed time includes writing the input's output. Prefetching a resident file does no
        // harm.
        if let Some(handed_out) = self.handed_out {
            self.session.cold.record_files(1, handed_out.elapsed());
            if handed_out.elapsed() > STALE_AFTER {
                self.inputs.iter_mut().take(self.ahead).for_each(Input::forget);
            }
        }
        let next = self.inputs.pop_front()?;
        for input in self.inputs.iter_mut().take(self.ahead) {
            input.prefetch_if_cold(self.engine, self.session);
        }
        self.handed_out = Some(Instant::now());
        Some(next)
    }
}
